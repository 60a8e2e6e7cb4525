package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/server"
)

func startHTTP(t testing.TB) *web {
	f := newFixture()
	return startWeb(t, f, server.ServeHTTP, f.config())
}

func TestHTTPStreamsOnlyWhenThereIsSomethingToStream(t *testing.T) {
	t.Parallel()
	w := startHTTP(t).as("2025-06-18", "{}")
	if a := w.post(toolCall("1", "count", "{}")); a.streams() || a.must().text() != "counted" {
		t.Error("a call without progress was not answered as plain JSON")
	}
	for i := range 200 {
		a := w.post(rpc(fmt.Sprint(i), "tools/call", `{"name":"count","_meta":{"progressToken":7}}`))
		if !a.streams() {
			t.Fatal("progress did not make the response a stream")
		}
		for n := 1; n <= 3; n++ {
			if g := a.must(); g.Method != "notifications/progress" || !strings.Contains(string(g.Params), fmt.Sprintf(`"progress":%d`, n)) {
				t.Fatalf("event %d: %s", n, g.raw)
			}
		}
		if g := a.must(); g.text() != "counted" || string(g.ID) != fmt.Sprint(i) {
			t.Fatalf("last event: %s", g.raw)
		}
		if g, ok := a.next(); ok {
			t.Fatalf("event after the answer: %s", g.raw)
		}
	}
	// A client that takes JSON alone gets its answer without the progress.
	r := w.request(context.Background(), http.MethodPost, "/mcp", rpc("1", "tools/call", `{"name":"count","_meta":{"progressToken":7}}`))
	r.Header.Set("Accept", "application/json")
	if a := w.do(r); a.streams() || a.must().text() != "counted" {
		t.Error("a client without streams was sent one")
	}
}

func TestHTTPConcurrentCallsOfOneSessionNeverCross(t *testing.T) {
	t.Parallel()
	w := startHTTP(t).as("2025-06-18", formCaps)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if i%2 == 0 {
				a := w.post(rpc(fmt.Sprint(i), "tools/call", fmt.Sprintf(`{"name":"count","_meta":{"progressToken":"t%d"}}`, i)))
				for range 3 {
					if g := a.must(); !strings.Contains(string(g.Params), fmt.Sprintf(`"t%d"`, i)) {
						t.Errorf("call %d received %s", i, g.raw)
					}
				}
				if g := a.must(); string(g.ID) != fmt.Sprint(i) {
					t.Errorf("call %d received %s", i, g.raw)
				}
				return
			}
			a := w.post(toolCall(fmt.Sprint(i), "confirm", "{}"))
			q := a.must()
			if r := w.post(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":{"action":"decline"}}`); r.StatusCode != 202 {
				t.Errorf("reply: %s", r.Status)
			}
			if g := a.must(); string(g.ID) != fmt.Sprint(i) || g.text() != "the user said decline" {
				t.Errorf("call %d received %s", i, g.raw)
			}
		})
	}
	wg.Wait()
}

func TestHTTPOnlyTheOwnSessionAnswersAndCancels(t *testing.T) {
	t.Parallel()
	w := startHTTP(t)
	alice, bob := w.as("2025-06-18", formCaps), w.as("2025-06-18", formCaps)
	a := alice.post(toolCall("1", "confirm", "{}"))
	q := a.must()
	<-w.started
	yes := `{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":{"action":"accept"}}`
	cancel := `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%s}}`
	held := make(chan *answer, 1)
	go func() { held <- alice.post(toolCall("2", "wait", "{}")) }()
	<-w.started

	// None of these may have an effect.
	bob.post(yes)
	w.post(yes) // no session
	bob.post(fmt.Sprintf(cancel, "1"))
	bob.post(fmt.Sprintf(cancel, "2"))
	w.post(fmt.Sprintf(cancel, "2"))
	modern := w.request(context.Background(), http.MethodPost, "/mcp", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2,`+meta2026+`}}`)
	modern.Header.Set("Mcp-Protocol-Version", "2026-07-28")
	modern.Header.Set("Mcp-Session-Id", alice.session)
	if got := w.do(modern).StatusCode; got != 202 {
		t.Errorf("modern cancellation: status %d, want 202 and nothing else", got)
	}
	select {
	case name := <-w.stopped:
		t.Fatalf("somebody else cancelled %s", name)
	default:
	}

	alice.post(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":{"action":"decline"}}`)
	if g := a.must(); g.text() != "the user said decline" {
		t.Errorf("got %s: somebody else's yes counted", g.raw)
	}
	alice.post(fmt.Sprintf(cancel, "2"))
	<-w.stopped
	if g, ok := (<-held).next(); ok {
		t.Errorf("a cancelled call was answered: %s", g.raw)
	}
}

func TestHTTPSessionIDs(t *testing.T) {
	t.Parallel()
	f := newFixture()
	w := startWeb(t, f, server.ServeHTTP, f.config())
	other := startHTTP(t).as("2025-06-18", "{}")
	live := w.as("2025-06-18", "{}")
	forged := []byte(live.session)
	forged[30] = map[bool]byte{true: 'A', false: 'B'}[forged[30] != 'A'] // in the signature
	flipped := []byte(live.session)
	flipped[0] = map[bool]byte{true: 'A', false: 'B'}[flipped[0] != 'A']
	for name, id := range map[string]string{
		"made up":           "mcp-session-3f0c3c9e-0000-4000-8000-000000000000",
		"of another server": other.session,
		"changed":           string(flipped),
		"forged signature":  string(forged),
		"cut":               live.session[:len(live.session)-1],
		"extended":          live.session + "A",
	} {
		v := *w
		v.session = id
		for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete} {
			if a := v.do(v.request(context.Background(), method, "/mcp", rpc("1", "ping", ""))); a.StatusCode != 404 {
				t.Errorf("%s %s: status %d, want 404", method, name, a.StatusCode)
			}
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		if a := w.do(w.request(context.Background(), method, "/mcp", "")); a.StatusCode != 400 {
			t.Errorf("%s without an id: status %d, want 400", method, a.StatusCode)
		}
	}
	if a := w.post(toolCall("1", "echo", "{}")); a.StatusCode != 200 || a.Header.Get("Mcp-Session-Id") != "" {
		t.Errorf("a call without a session: %s %v", a.Status, a.Header)
	}
	text := live.post(toolCall("1", "whoami", "{}")).must().text()
	if strings.Contains(text, live.session) || !strings.Contains(text, `"ClientName":"test"`) {
		t.Errorf("caller = %s, want the client's name and no usable session id", text)
	}
}

func TestHTTPDeleteEndsSession(t *testing.T) {
	t.Parallel()
	w := startHTTP(t).as("2025-06-18", "{}")
	stream := w.do(w.request(context.Background(), http.MethodGet, "/mcp", ""))
	if !stream.streams() {
		t.Fatalf("GET: %s", stream.Status)
	}
	held := make(chan *answer, 1)
	go func() { held <- w.post(toolCall("2", "wait", "{}")) }()
	<-w.started
	if a := w.do(w.request(context.Background(), http.MethodDelete, "/mcp", "")); a.StatusCode != 200 {
		t.Errorf("DELETE: %s", a.Status)
	}
	<-w.stopped
	if g, ok := stream.next(); ok {
		t.Errorf("stream of a deleted session goes on: %s", g.raw)
	}
	<-held
	if a := w.post(rpc("3", "ping", "")); a.StatusCode != 404 {
		t.Errorf("after DELETE: %s, want 404", a.Status)
	}
}

func TestHTTPListeningStream(t *testing.T) {
	t.Parallel()
	w := startHTTP(t).as("2025-06-18", "{}")
	first := w.do(w.request(context.Background(), http.MethodGet, "/mcp", ""))
	second := w.do(w.request(context.Background(), http.MethodGet, "/mcp", ""))
	if g, ok := first.next(); ok {
		t.Errorf("the replaced stream goes on: %s", g.raw)
	}
	w.mcp.SendNotificationToAllClients("notifications/test", nil)
	if g := second.must(); g.Method != "notifications/test" {
		t.Errorf("got %s, want what was sent to everybody", g.raw)
	}
	r := w.request(context.Background(), http.MethodGet, "/mcp", "")
	r.Header.Set("Accept", "application/json")
	if a := w.do(r); a.StatusCode != 406 {
		t.Errorf("GET without event-stream: %s", a.Status)
	}
}

func TestHTTPDisconnect(t *testing.T) {
	t.Parallel()
	t.Run("cancels a modern call", func(t *testing.T) {
		t.Parallel()
		w := startHTTP(t)
		ctx, hangUp := context.WithCancel(context.Background())
		go func() {
			if resp, err := w.client.Do(w.modernContext(ctx, "1", "wait", "{}")); err == nil {
				_ = resp.Body.Close()
			}
		}()
		<-w.started
		hangUp()
		<-w.stopped
	})
	t.Run("does not cancel a legacy call", func(t *testing.T) {
		t.Parallel()
		w := startHTTP(t).as("2025-06-18", formCaps)
		ctx, hangUp := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			if resp, err := w.client.Do(w.request(ctx, http.MethodPost, "/mcp", toolCall("1", "hold", "{}"))); err == nil {
				_ = resp.Body.Close()
			}
		}()
		<-w.started
		hangUp()
		<-ended
		close(w.release)
		w.post(rpc("2", "ping", "")).must()
		select {
		case <-w.stopped:
			t.Error("losing the connection cancelled a legacy call")
		default:
		}
	})
}

func TestHTTPModernHeaders(t *testing.T) {
	t.Parallel()
	w := startHTTP(t)
	for name, c := range map[string]struct {
		change func(http.Header)
		status int
		code   int
	}{
		"all well":          {func(http.Header) {}, 200, 0},
		"no version":        {func(h http.Header) { h.Del("Mcp-Protocol-Version") }, 400, -32020},
		"other version":     {func(h http.Header) { h.Set("Mcp-Protocol-Version", "2025-11-25") }, 400, -32020},
		"no method":         {func(h http.Header) { h.Del("Mcp-Method") }, 400, -32020},
		"other method":      {func(h http.Header) { h.Set("Mcp-Method", "ping") }, 400, -32020},
		"no name":           {func(h http.Header) { h.Del("Mcp-Name") }, 400, -32020},
		"other name":        {func(h http.Header) { h.Set("Mcp-Name", "panic") }, 400, -32020},
		"resumption":        {func(h http.Header) { h.Set("Last-Event-ID", "1") }, 400, -32020},
		"session is no key": {func(h http.Header) { h.Set("Mcp-Session-Id", "forged") }, 200, 0},
	} {
		r := w.modern("1", "echo", "{}")
		c.change(r.Header)
		a := w.do(r)
		if g := a.must(); a.StatusCode != c.status || g.code() != c.code || string(g.ID) != "1" || a.Header.Get("Mcp-Session-Id") != "" {
			t.Errorf("%s: %s %s, want %d and %d", name, a.Status, g.raw, c.status, c.code)
		}
	}
	future := w.request(context.Background(), http.MethodPost, "/mcp", strings.ReplaceAll(modernCall("1", "echo", "{}"), "2026-07-28", "2031-01-01"))
	future.Header.Set("Mcp-Protocol-Version", "2031-01-01")
	if a := w.do(future); a.StatusCode != 400 || a.must().code() != -32022 {
		t.Errorf("unknown revision: %s", a.Status)
	}
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		r := w.request(context.Background(), method, "/mcp", "")
		r.Header.Set("Mcp-Protocol-Version", "2026-07-28")
		if a := w.do(r); a.StatusCode != 405 || a.Header.Get("Allow") != "POST" {
			t.Errorf("%s: %s", method, a.Status)
		}
	}
	r := w.modern("1", "unknown-tool", "{}")
	if a := w.do(r); a.StatusCode != 400 || a.must().code() != -32602 {
		t.Errorf("unknown tool: %s", a.Status)
	}
}

func TestHTTPBadRequests(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.MaxBody = 10_000
	w := startWeb(t, f, server.ServeHTTP, cfg)
	long := rpc("1", "ping", `{"x":"`+strings.Repeat("y", 20_000)+`"}`)
	chunked := w.request(context.Background(), http.MethodPost, "/mcp", "")
	chunked.Body, chunked.ContentLength = io.NopCloser(strings.NewReader(long)), -1
	batch := `[` + rpc("1", "ping", "") + `]`
	modernBatch := w.request(context.Background(), http.MethodPost, "/mcp", batch)
	modernBatch.Header.Set("Mcp-Protocol-Version", "2026-07-28")
	newBatch := w.request(context.Background(), http.MethodPost, "/mcp", batch)
	newBatch.Header.Set("Mcp-Protocol-Version", "2025-06-18")
	for name, c := range map[string]struct {
		r      *http.Request
		status int
		code   int
	}{
		"too long":          {w.request(context.Background(), http.MethodPost, "/mcp", long), 413, -32600},
		"too long, chunked": {chunked, 413, -32600},
		"not json":          {w.request(context.Background(), http.MethodPost, "/mcp", `{"`), 400, -32700},
		"null id":           {w.request(context.Background(), http.MethodPost, "/mcp", rpc("null", "ping", "")), 400, -32600},
		"modern batch":      {modernBatch, 400, -32600},
		"batch, 2025-06-18": {newBatch, 400, -32600},
		"batch":             {w.request(context.Background(), http.MethodPost, "/mcp", batch), 200, -1},
	} {
		a := w.do(c.r)
		body := a.body()
		if a.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", name, a.Status, c.status)
		}
		if c.code == -1 {
			if body != `[{"jsonrpc":"2.0","id":1,"result":{}}]` {
				t.Errorf("%s: %s", name, body)
			}
		} else if g := decode(t, body); g.code() != c.code {
			t.Errorf("%s: %s, want %d", name, body, c.code)
		}
	}
	r := w.request(context.Background(), http.MethodPost, "/mcp", rpc("1", "ping", ""))
	r.Header.Set("Content-Type", "text/plain")
	if a := w.do(r); a.StatusCode != 415 {
		t.Errorf("text/plain: %s, want 415", a.Status)
	}
	r = w.request(context.Background(), http.MethodPost, "/mcp", rpc("1", "ping", ""))
	r.Header.Set("Mcp-Protocol-Version", "1999-01-01")
	if a := w.do(r); a.StatusCode != 400 {
		t.Errorf("unknown legacy revision: %s, want 400", a.Status)
	}
	if a := w.do(w.request(context.Background(), http.MethodPut, "/mcp", "")); a.StatusCode != 405 {
		t.Errorf("PUT: %s", a.Status)
	}
	if a := w.post(`[{"jsonrpc":"2.0","method":"notifications/initialized"}]`); a.StatusCode != 202 {
		t.Errorf("batch of notifications: %s, want 202", a.Status)
	}
	big := w.post(toolCall("9007199254740993", "echo", "{}")).must()
	if string(big.ID) != "9007199254740993" {
		t.Errorf("id came back as %s", big.ID)
	}
}

func TestHTTPPanicsAreContained(t *testing.T) {
	t.Parallel()
	w := startHTTP(t)
	for _, body := range []string{toolCall("1", "panic", "{}"), rpc("1", "prompts/get", `{"name":"panic"}`), rpc("1", "resources/read", `{"uri":"test://panic"}`), toolCall("1", "unencodable", "{}")} {
		if g := w.post(body).must(); g.code() != -32603 || strings.Contains(g.raw, secret) {
			t.Errorf("%s: %s, want a plain -32603", body, g.raw)
		}
	}
}

func TestHTTPShutdownAnswersRunningCalls(t *testing.T) {
	t.Parallel()
	w := startHTTP(t).as("2025-06-18", formCaps)
	listening := w.do(w.request(context.Background(), http.MethodGet, "/mcp", ""))
	held := make(chan got, 20)
	for i := range 19 {
		go func() { held <- w.post(toolCall(fmt.Sprint(i), "hold", "{}")).last() }()
	}
	for range 19 {
		<-w.started
	}
	asked := w.post(toolCall("20", "confirm", "{}"))
	asked.must()
	w.stop()
	if g := asked.must(); g.text() != "the user said cancel" {
		t.Errorf("an open question at shutdown: %s", g.raw)
	}
	listening.next()
	close(w.release)
	for range 19 {
		if g := <-held; !strings.HasPrefix(g.text(), "held") {
			t.Errorf("a running call got %q at shutdown", g.raw)
		}
	}
	if err := <-w.done; err != nil {
		t.Errorf("ServeHTTP = %v, want nil", err)
	}
}

// startStill starts a server on connections in memory, inside a synctest bubble.
func startStill(t *testing.T, cfg func(*server.Config)) *web {
	f := newFixture()
	c := f.config()
	if cfg != nil {
		cfg(&c)
	}
	l, tr := newPipeListener()
	return startWebOn(t, f, server.ServeHTTP, c, l, tr)
}

func TestHTTPSessionsExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startStill(t, nil)
		live := w.as("2025-06-18", "{}")
		time.Sleep(29 * time.Minute)
		if a := live.post(rpc("1", "ping", "")); a.StatusCode != 200 {
			t.Errorf("after 29 idle minutes: %s", a.Status)
		}
		time.Sleep(29 * time.Minute)
		if a := live.post(rpc("1", "ping", "")); a.StatusCode != 200 {
			t.Errorf("29 minutes after the last use: %s", a.Status)
		}
		time.Sleep(30 * time.Minute)
		if a := live.post(rpc("1", "ping", "")); a.StatusCode != 404 {
			t.Errorf("after 30 idle minutes: %s, want 404", a.Status)
		}
	})
}

func TestHTTPSessionsInUseOutliveTheTTL(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startStill(t, nil)
		live := w.as("2025-06-18", "{}")
		held := make(chan got, 1)
		go func() { held <- live.post(toolCall("1", "hold", "{}")).last() }()
		<-w.started
		time.Sleep(2 * time.Hour)
		if a := live.post(rpc("2", "ping", "")); a.StatusCode != 200 {
			t.Errorf("during a long call: %s", a.Status)
		}
		close(w.release)
		if g := <-held; !strings.HasPrefix(g.text(), "held") {
			t.Errorf("long call: %s", g.raw)
		}
	})
}

func TestHTTPSessionsAreCapped(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.MaxSessions = 3
	w := startWeb(t, f, server.ServeHTTP, cfg)
	first, second := w.as("2025-06-18", "{}"), w.as("2025-06-18", "{}")
	w.as("2025-06-18", "{}")
	first.post(rpc("1", "ping", "")) // now the second is unused for the longest time
	w.as("2025-06-18", "{}")
	if a := second.post(rpc("1", "ping", "")); a.StatusCode != 404 {
		t.Errorf("the session unused for the longest time: %s, want 404", a.Status)
	}
	if a := first.post(rpc("1", "ping", "")); a.StatusCode != 200 {
		t.Errorf("a session in use: %s", a.Status)
	}
	for range 3 { // nobody who is being served is thrown out
		v := w.as("2025-06-18", "{}")
		go func() { v.post(toolCall("1", "hold", "{}")).last() }()
		<-w.started
	}
	if a := w.post(rpc("0", "initialize", helloParams("2025-06-18", "{}"))); a.StatusCode != 503 {
		t.Errorf("with all sessions busy: %s, want 503", a.Status)
	}
	close(w.release)
}

func TestHTTPKeepAlive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startStill(t, nil)
		held := make(chan string, 1)
		go func() { held <- w.post(toolCall("1", "hold", "{}")).body() }()
		<-w.started
		time.Sleep(46 * time.Second)
		close(w.release)
		if body := <-held; !strings.HasPrefix(body, ":\n\n:\n\n:\n\nevent: message\ndata: {") {
			t.Errorf("body = %q, want three keep-alives and the answer", body)
		}
	})
}

func TestHTTPUnansweredQuestionIsCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startStill(t, nil).as("2025-06-18", formCaps)
		a := w.post(toolCall("1", "confirm", "{}"))
		a.must()
		if g := a.must(); g.Method != "notifications/cancelled" {
			t.Errorf("got %s, want the question withdrawn", g.raw)
		}
		if g := a.must(); g.text() != "the user said cancel" {
			t.Errorf("got %s", g.raw)
		}
	})
}

func TestHTTPGraceEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startStill(t, nil)
		held := make(chan got, 1)
		go func() { held <- w.post(toolCall("1", "wait", "{}")).last() }()
		<-w.started
		begin := time.Now()
		w.stop()
		if err := <-w.done; err != nil {
			t.Errorf("ServeHTTP = %v, want nil", err)
		}
		if took := time.Since(begin); took < 10*time.Second || took > 12*time.Second {
			t.Errorf("stopped after %v, want the grace period of 10s", took)
		}
		if g := <-held; g.Error == nil {
			t.Errorf("the call got %s, want the error of its cancelled handler", g.raw)
		}
	})
}

func TestHTTPInitializeRefused(t *testing.T) {
	t.Parallel()
	w := startHTTP(t)
	a := w.post(rpc("0", "initialize", `[]`))
	if g := a.must(); g.Error == nil || a.Header.Get("Mcp-Session-Id") != "" {
		t.Errorf("bad initialize: %s %v", g.raw, a.Header)
	}
	if !json.Valid([]byte(w.post(rpc("1", "ping", "")).must().raw)) {
		t.Error("server broken after a bad initialize")
	}
}
