package server_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/peer"
	"paasmcp/internal/server"
)

// halfSent opens connections that announce a message of 4 MiB, send so many bytes of it, and stop.
func halfSent(t *testing.T, w *web, n, size int) (conns []net.Conn) {
	t.Helper()
	start := fmt.Sprintf("%sContent-Length: %d\r\n\r\n", head, 4<<20)
	body := rpc("1", "ping", `{"x":"`+strings.Repeat("y", size))
	for range n {
		c := w.raw()
		go func() { _, _ = io.WriteString(c, start+body) }()
		conns = append(conns, c)
	}
	return conns
}

// 300 clients that stop in the middle of a message of 4 MiB must not cost 900 MiB, and others must still be served.
//
// It is not parallel: it measures the heap.
func TestHalfSentBodiesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := startStill(t, func(c *server.Config) { c.Messages = 16 << 20 })
		w.post(rpc("0", "ping", ""))
		before := heapOf()
		halfSent(t, w, 60, 3<<20)
		synctest.Wait()
		// Half of what there is for all, and what each connection costs: its buffers, and 16 KiB that are not counted.
		if held := heapOf() - before; held > 8<<20+60*(64<<10)+(4<<20) {
			t.Errorf("60 half-sent messages of 3 MiB hold %d MiB", held>>20)
		}
		if a := w.post(rpc("2", "ping", "")); a.StatusCode != 200 {
			t.Errorf("a small message of the same caller: %s", a.Status)
		}
		time.Sleep(11 * time.Second) // they are given up
		if a := w.post(rpc("3", "ping", `{"x":"`+strings.Repeat("y", 3<<20)+`"}`)); a.StatusCode != 200 {
			t.Errorf("a large message after they were given up: %s %s", a.Status, a.body())
		}
	})
}

// A message for which there is no room is refused under its id, with the time to try again.
func TestNoRoomForAMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startStill(t, func(c *server.Config) { c.Messages = 4 << 20 })
		conns := halfSent(t, w, 1, 3<<19)
		synctest.Wait()
		large := `{"jsonrpc":"2.0","method":"ping","params":{"x":"` + strings.Repeat("y", 1<<20) + `"},"id":"last"}`
		a := w.post(large)
		if g := decode(t, a.body()); a.StatusCode != 503 || a.Header.Get("Retry-After") == "" || string(g.ID) != `"last"` || g.code() != -32603 {
			t.Errorf("%s, Retry-After %q, %s", a.Status, a.Header.Get("Retry-After"), g.raw)
		}
		for _, c := range conns {
			_ = c.Close()
		}
		synctest.Wait()
		if a := w.post(large); a.StatusCode != 200 {
			t.Errorf("after the others have gone: %s", a.Status)
		}
	})
}

// A client that sends a byte now and then must not hold its connection for ever.
func TestDrippingBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conn := startStill(t, nil).raw()
		begin := time.Now()
		_, _ = io.WriteString(conn, head+"Content-Length: 100000\r\n\r\n{")
		drip := time.NewTicker(9 * time.Second)
		closed := make(chan struct{})
		go func() {
			for {
				select {
				case <-drip.C:
					_, _ = io.WriteString(conn, " ")
				case <-closed:
					return
				}
			}
		}()
		_, _ = io.Copy(io.Discard, conn)
		close(closed)
		if took := time.Since(begin); took < 55*time.Second || took > 62*time.Second {
			t.Errorf("connection closed after %v, want a minute", took)
		}
	})
}

// Few bytes can be many values.
func TestMessageOfManyValues(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	bomb := toolCall("5", "echo", `{"list":[`+strings.TrimSuffix(strings.Repeat(`{},`, 200_000), ",")+`]}`)
	check := func(name string, g got) {
		t.Helper()
		if string(g.ID) != "5" || g.code() != -32600 || !strings.Contains(g.Error.Message, "values") {
			t.Errorf("%s: %.200s", name, g.raw)
		}
	}
	p := startStdio(t, f, cfg)
	p.send(bomb)
	check("stdio", p.next())
	g := newFixture()
	w := startWeb(t, g, server.ServeHTTP, g.config())
	check("http", decode(t, w.post(bomb).body()))
	check("batch", decode(t, strings.Trim(w.post("["+bomb+"]").body(), "[]")))
	h := newFixture()
	c := startSSE(t, h, h.config()).openSSE()
	c.send(bomb)
	check("sse", c.stream.must())
}

// TestLongMessages: what is too long is answered under its id over every transport, wherever the id is.
func TestLongMessages(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("y", 5<<20)
	for name, c := range map[string]struct{ text, id string }{
		"id first":     {`{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":"` + long + `"}}`, "7"},
		"id last":      {`{"jsonrpc":"2.0","method":"ping","params":{"x":"` + long + `","id":1},"id":"seven"}`, `"seven"`},
		"huge number":  {`{"jsonrpc":"2.0","method":"ping","params":["` + long + `"],"id":900719925474099312345}`, "900719925474099312345"},
		"no id":        {`{"jsonrpc":"2.0","method":"notifications/x","params":{"x":"` + long + `"}}`, ""},
		"CR and LF":    {`{"jsonrpc":"2.0","method":"ping","x":"` + long + `","id":8}` + "\r", "8"},
		"mark in UTF8": {"\ufeff" + `{"jsonrpc":"2.0","method":"ping","x":"` + long + `","id":9}`, "9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture()
			p := startStdio(t, f, f.config())
			p.send(c.text)
			p.send(rpc(`"next"`, "ping", ""))
			if c.id != "" {
				if g := p.next(); string(g.ID) != c.id || g.code() != -32600 {
					t.Errorf("stdio: %s", g.raw)
				}
			}
			if g := p.next(); string(g.ID) != `"next"` {
				t.Errorf("stdio: %s in place of the answer to the next message", g.raw)
			}
			w := startHTTP(t)
			a := w.post(c.text)
			want := c.id
			if want == "" {
				want = "null"
			}
			if g := decode(t, a.body()); a.StatusCode != 413 || string(g.ID) != want || g.code() != -32600 {
				t.Errorf("http: %s %s", a.Status, g.raw)
			}
		})
	}
	f := newFixture()
	p := startStdio(t, f, f.config())
	p.send(`[` + rpc("1", "ping", `{"x":"`+long+`"}`) + `,{"jsonrpc":"2.0","method":"notifications/x"},` + rpc(`"2"`, "ping", "") + `]`)
	var ids []string
	line := <-p.msgs
	for _, part := range strings.SplitAfter(strings.Trim(line, "[]"), "}},") {
		ids = append(ids, string(decode(t, strings.TrimSuffix(part, ",")).ID))
	}
	if fmt.Sprint(ids) != `[1 "2"]` {
		t.Errorf("batch: %s", line)
	}
}

// What clients put around messages and addresses.
func TestEdges(t *testing.T) {
	t.Parallel()
	f := newFixture()
	p := startStdio(t, f, f.config())
	for _, line := range []string{"\ufeff" + rpc("1", "ping", ""), rpc("1", "ping", "") + "\r", " \t" + rpc("1", "ping", ""), "\r\n\r\n" + rpc("1", "ping", ""), "\ufeff\r\n" + rpc("1", "ping", "")} {
		p.send(line)
		if g := p.next(); string(g.ID) != "1" || g.Error != nil {
			t.Errorf("stdio %q: %s", line, g.raw)
		}
	}
	utf16 := bytes.Join(bytes.Split([]byte(rpc("1", "ping", "")), nil), []byte{0})
	p.send("\xff\xfe" + string(utf16))
	if g := p.next(); g.code() != -32700 || !strings.Contains(g.Error.Message, "UTF-16") {
		t.Errorf("UTF-16: %s", g.raw)
	}
	w := startHTTP(t)
	for _, path := range []string{"/mcp", "/mcp/"} {
		for _, body := range []string{rpc("1", "ping", ""), "\ufeff" + rpc("1", "ping", "") + "\r\n"} {
			if a := w.do(w.request(context.Background(), http.MethodPost, path, body)); a.StatusCode != 200 || string(a.last().ID) != "1" {
				t.Errorf("http %s %q: %s", path, body, a.Status)
			}
		}
	}
	if a := w.do(w.request(context.Background(), http.MethodPost, "/mcp/x", rpc("1", "ping", ""))); a.StatusCode != 404 {
		t.Errorf("another path: %s", a.Status)
	}
	for _, version := range []string{"2025-06-18", "2025-11-25", "2026-07-28", "2027-01-01", "2099-12-31", "draft", "1.0"} {
		r := w.request(context.Background(), http.MethodPost, "/mcp", rpc("1", "initialize", helloParams(version, "{}")))
		r.Header.Set("Mcp-Protocol-Version", version)
		a := w.do(r)
		if g := a.last(); a.StatusCode != 200 || g.Error != nil || a.Header.Get("Mcp-Session-Id") == "" {
			t.Errorf("initialize under %s: %s %s", version, a.Status, g.raw)
		}
	}
	r := w.request(context.Background(), http.MethodPost, "/mcp", rpc("1", "ping", ""))
	r.Header.Set("Mcp-Protocol-Version", "2024-01-01")
	if a := w.do(r); a.StatusCode != 400 {
		t.Errorf("another request under an unknown revision: %s", a.Status)
	}
	g := newFixture()
	s := startSSE(t, g, g.config())
	a := s.do(s.request(context.Background(), http.MethodGet, "/sse/", ""))
	line, err := bufio.NewReader(a.Body).ReadString('\n')
	if err != nil || !strings.Contains(line, "endpoint") {
		t.Errorf("/sse/: %s %q", a.Status, line)
	}
}

// One caller can fill neither the sessions nor the streams that others need. Callers with the one bearer token differ by their address,
// behind a trusted proxy by the one that it names.
func TestOneCallerLeavesSessionsForOthers(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.MaxSessions = 8
	cfg.Proxies, _ = peer.ParseProxies([]string{"127.0.0.1"})
	from := func(w *web, address string) *web {
		v := *w
		v.headers = map[string]string{"X-Forwarded-For": address}
		return &v
	}
	w := startWeb(t, f, server.ServeHTTP, cfg)
	quiet := from(w, "203.0.113.1").as("2025-06-18", "{}")
	for range 30 {
		from(w, "203.0.113.2").as("2025-06-18", "{}")
	}
	for i := range 30 {
		from(w, fmt.Sprintf("2001:db8::%d", i+1)).as("2025-06-18", "{}") // one customer's network
	}
	if a := quiet.post(rpc("1", "ping", "")); a.StatusCode != 200 {
		t.Errorf("the one session of another caller: %s", a.Status)
	}
	for range 6 {
		v := from(w, "203.0.113.2").as("2025-06-18", "{}")
		go func() { v.post(toolCall("1", "hold", "{}")).last() }()
		<-f.started
	}
	if a := from(w, "203.0.113.2").post(rpc("0", "initialize", helloParams("2025-06-18", "{}"))); a.StatusCode != 503 {
		t.Errorf("a seventh busy session: %s, want 503", a.Status)
	}
	if a := from(w, "203.0.113.3").post(rpc("0", "initialize", helloParams("2025-06-18", "{}"))); a.StatusCode != 200 {
		t.Errorf("a third caller: %s", a.Status)
	}
	close(f.release)

	g := newFixture()
	cfg = g.config()
	cfg.MaxSessions = 8
	cfg.Proxies, _ = peer.ParseProxies([]string{"127.0.0.1"})
	s := startSSE(t, g, cfg)
	for i := range 8 {
		a := from(s, "203.0.113.2").do(from(s, "203.0.113.2").request(context.Background(), http.MethodGet, "/sse", ""))
		if want := map[bool]int{true: 200, false: 503}[i < 6]; a.StatusCode != want {
			t.Errorf("stream %d of one caller: %s, want %d", i+1, a.Status, want)
		}
	}
	if a := from(s, "203.0.113.3").do(from(s, "203.0.113.3").request(context.Background(), http.MethodGet, "/sse", "")); a.StatusCode != 200 {
		t.Errorf("a stream of another caller: %s", a.Status)
	}
}

// Connections are bounded before anything is said on them.
func TestOneAddressLeavesConnectionsForOthers(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.MaxConnections = 8
	w := startWeb(t, f, server.ServeHTTP, cfg)
	dial := func(from string) net.Conn {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		c, err := d.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	answers := func(c net.Conn) bool {
		body := rpc("1", "ping", "")
		_, _ = fmt.Fprintf(c, "%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		return err == nil && resp.StatusCode == 200
	}
	for i := range 8 {
		if got, want := answers(dial("127.0.0.1")), i < 6; got != want {
			t.Errorf("connection %d of one address is served: %v, want %v", i+1, got, want)
		}
	}
	second := dial("127.0.0.2")
	if !answers(second) {
		t.Error("another address finds no room")
	}
	_ = second.Close()
}

// heapOf is what is in use, without what can be collected.
func heapOf() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
