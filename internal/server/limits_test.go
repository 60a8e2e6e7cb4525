package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// raw is a connection on which a client does as it pleases.
func (w *web) raw() net.Conn {
	w.t.Helper()
	c, err := w.client.Transport.(*http.Transport).DialContext(context.Background(), "tcp", "")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = c.Close() })
	return c
}

const head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

func TestHTTPSlowClients(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		send string
		want time.Duration // until the server gives up
	}{
		"header": {"POST /mcp HTTP/1.1\r\nHost: local", 10 * time.Second},
		"body":   {head + "Content-Length: 100\r\n\r\n{", 10 * time.Second},
		"idle":   {"", 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				conn := startStill(t, nil).raw()
				begin := time.Now()
				if _, err := io.WriteString(conn, c.send); err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, conn)
				if took := time.Since(begin); took < c.want || took > c.want+time.Second {
					t.Errorf("connection closed after %v, want %v", took, c.want)
				}
			})
		})
	}
}

// A client that does not read must not hold its call, and its slot, for ever.
func TestHTTPReaderThatStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startStill(t, nil)
		conn := w.raw()
		body := rpc("1", "tools/call", `{"name":"count","_meta":{"progressToken":"`+strings.Repeat("p", 100_000)+`"}}`)
		if _, err := fmt.Fprintf(conn, "%sContent-Length: %d\r\n\r\n%s", head, len(body), body); err != nil {
			t.Fatal(err)
		}
		time.Sleep(31 * time.Second)
		w.stop()
		begin := time.Now()
		if err := <-w.done; err != nil || time.Since(begin) > time.Second {
			t.Errorf("ServeHTTP = %v after %v: the call is still writing", err, time.Since(begin))
		}
	})
}

func TestHTTPHugeHeader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conn := startStill(t, nil).raw()
		go func() { _, _ = io.WriteString(conn, head+"X-Long: "+strings.Repeat("x", 200_000)+"\r\n\r\n") }()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("200 kB of header: %s", resp.Status)
		}
		_ = conn.Close()
	})
}

// With a fixed catalogue there is nothing to subscribe to: the acknowledgement says so and the stream ends.
func TestHTTPSubscriptionsListen(t *testing.T) {
	t.Parallel()
	w := startHTTP(t)
	r := w.request(context.Background(), http.MethodPost, "/mcp", rpc("1", "subscriptions/listen", `{"notifications":{"toolsListChanged":true},`+meta2026+`}`))
	r.Header.Set("Mcp-Protocol-Version", "2026-07-28")
	r.Header.Set("Mcp-Method", "subscriptions/listen")
	a := w.do(r)
	if g := a.must(); g.Method != "notifications/subscriptions/acknowledged" {
		t.Errorf("got %s, want the acknowledgement first", g.raw)
	}
	if g := a.must(); string(g.ID) != "1" || g.Result == nil {
		t.Errorf("got %s, want the result", g.raw)
	}
}
