package server_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"paasmcp/internal/server"
)

// sseClient is a client with an open /sse stream.
type sseClient struct {
	*web
	stream *answer
	path   string // of POST /message
	hangUp context.CancelFunc
}

func startSSE(t testing.TB, f *fixture, cfg server.Config) *web {
	return startWeb(t, f, server.ServeSSE, cfg)
}

func (w *web) openSSE() *sseClient {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w.t.Cleanup(cancel)
	a := w.do(w.request(ctx, http.MethodGet, "/sse", ""))
	if !a.streams() {
		w.t.Fatalf("GET /sse: %s", a.Status)
	}
	event, _ := a.lines.ReadString('\n')
	data, _ := a.lines.ReadString('\n')
	path, ok := strings.CutPrefix(strings.TrimSpace(data), "data: ")
	if strings.TrimSpace(event) != "event: endpoint" || !ok || !strings.HasPrefix(path, "/message?sessionId=") {
		w.t.Fatalf("first event: %q %q, want the endpoint", event, data)
	}
	return &sseClient{web: w, stream: a, path: path, hangUp: cancel}
}

func (c *sseClient) send(body string) *answer {
	c.t.Helper()
	return c.do(c.request(context.Background(), http.MethodPost, c.path, body))
}

func (c *sseClient) hello(revision, caps string) {
	c.t.Helper()
	if a := c.send(rpc("0", "initialize", helloParams(revision, caps))); a.StatusCode != 202 {
		c.t.Fatalf("initialize: %s", a.Status)
	}
	if g := c.stream.must(); g.Error != nil {
		c.t.Fatalf("initialize: %s", g.raw)
	}
}

func TestSSECalls(t *testing.T) {
	t.Parallel()
	f := newFixture()
	w := startSSE(t, f, f.config())
	for _, revision := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"} {
		c := w.openSSE()
		c.hello(revision, formCaps)
		c.send(toolCall("9007199254740993", "echo", "{}"))
		if g := c.stream.must(); string(g.ID) != "9007199254740993" {
			t.Errorf("%s: id came back as %s", revision, g.ID)
		}
		for i := range 50 {
			c.send(rpc(fmt.Sprint(i), "tools/call", `{"name":"count","_meta":{"progressToken":"t"}}`))
			for range 3 {
				if g := c.stream.must(); g.Method != "notifications/progress" {
					t.Fatalf("%s: got %s, want progress before the result", revision, g.raw)
				}
			}
			if g := c.stream.must(); g.text() != "counted" {
				t.Fatalf("%s: got %s, want the result", revision, g.raw)
			}
		}
		c.send(toolCall("5", "confirm", "{}"))
		q := c.stream.must()
		if a := c.send(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":{"action":"accept"}}`); a.StatusCode != 202 {
			t.Errorf("%s: reply: %s", revision, a.Status)
		}
		if g := c.stream.must(); g.text() != "the user said accept" {
			t.Errorf("%s: got %s", revision, g.raw)
		}
	}
}

func TestSSEClientsAreApart(t *testing.T) {
	t.Parallel()
	f := newFixture()
	w := startSSE(t, f, f.config())
	alice, bob := w.openSSE(), w.openSSE()
	alice.hello("2025-06-18", formCaps)
	bob.hello("2025-06-18", formCaps)
	alice.send(toolCall("1", "wait", "{}"))
	<-f.started
	alice.send(toolCall("2", "confirm", "{}"))
	q := alice.stream.must()
	<-f.started
	bob.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	bob.send(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":{"action":"accept"}}`)
	bob.send(toolCall("3", "whoami", "{}"))
	if g := bob.stream.must(); string(g.ID) != "3" || !strings.Contains(g.text(), `"Transport":"sse"`) {
		t.Errorf("bob received %s", g.raw)
	}
	select {
	case <-f.stopped:
		t.Error("bob cancelled alice's call")
	default:
	}
	alice.send(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":{"action":"decline"}}`)
	if g := alice.stream.must(); g.text() != "the user said decline" {
		t.Errorf("got %s: bob's yes counted", g.raw)
	}
	alice.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	<-f.stopped
	alice.send(rpc("4", "ping", ""))
	if g := alice.stream.must(); string(g.ID) != "4" {
		t.Errorf("got %s, want no answer to a cancelled call", g.raw)
	}
}

func TestSSEClosedStreamCancelsCalls(t *testing.T) {
	t.Parallel()
	f := newFixture()
	w := startSSE(t, f, f.config())
	c := w.openSSE()
	c.hello("2024-11-05", "{}")
	c.send(toolCall("1", "wait", "{}"))
	<-f.started
	c.hangUp()
	<-f.stopped
}

func TestSSEBadRequests(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.MaxBody = 10_000
	cfg.MaxSessions = 2
	w := startSSE(t, f, cfg)
	other := newFixture()
	foreign := startSSE(t, other, other.config()).openSSE()
	c := w.openSSE()
	for name, path := range map[string]string{
		"no id": "/message", "made up": "/message?sessionId=x", "of another server": foreign.path, "cut": c.path[:len(c.path)-1],
	} {
		if a := w.do(w.request(context.Background(), http.MethodPost, path, rpc("1", "ping", ""))); a.StatusCode != 404 {
			t.Errorf("%s: %s, want 404", name, a.Status)
		}
	}
	if a := c.send(rpc("1", "ping", `{"x":"`+strings.Repeat("y", 20_000)+`"}`)); a.StatusCode != 413 {
		t.Errorf("too long: %s, want 413", a.Status)
	}
	if g := c.stream.must(); string(g.ID) != "1" || g.code() != -32600 {
		t.Errorf("too long: %s on the stream, where the client waits", g.raw)
	}
	if a := w.do(w.request(context.Background(), http.MethodGet, c.path, "")); a.StatusCode != 405 {
		t.Errorf("GET /message: %s, want 405", a.Status)
	}
	c.send(`{"`)
	if g := c.stream.must(); g.code() != -32700 {
		t.Errorf("not json: %s", g.raw)
	}
	c.send(toolCall("1", "panic", "{}"))
	if g := c.stream.must(); g.code() != -32603 || strings.Contains(g.raw, secret) {
		t.Errorf("panic: %s", g.raw)
	}
	w.openSSE()
	if a := w.do(w.request(context.Background(), http.MethodGet, "/sse", "")); a.StatusCode != 503 {
		t.Errorf("third of two streams: %s, want 503", a.Status)
	}
	if got := c.stream.Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("Access-Control-Allow-Origin = %q on /sse, want none", got)
	}
}

func TestSSEShutdownAnswersRunningCalls(t *testing.T) {
	t.Parallel()
	f := newFixture()
	w := startSSE(t, f, f.config())
	c := w.openSSE()
	c.hello("2025-06-18", formCaps)
	c.send(toolCall("1", "hold", "{}"))
	<-f.started
	c.send(toolCall("2", "confirm", "{}"))
	c.stream.must()
	w.stop()
	if g := c.stream.must(); g.text() != "the user said cancel" {
		t.Errorf("an open question at shutdown: %s", g.raw)
	}
	close(f.release)
	if g := c.stream.must(); !strings.HasPrefix(g.text(), "held") {
		t.Errorf("a running call at shutdown: %s", g.raw)
	}
	if _, ok := c.stream.next(); ok {
		t.Error("the stream goes on after shutdown")
	}
}

func TestSSEBroadcastReachesEveryStream(t *testing.T) {
	t.Parallel()
	f := newFixture()
	w := startSSE(t, f, f.config())
	a, b := w.openSSE(), w.openSSE()
	a.hello("2024-11-05", "{}")
	b.hello("2024-11-05", "{}")
	f.mcp.SendNotificationToAllClients("notifications/test", nil)
	for _, c := range []*sseClient{a, b} {
		if g := c.stream.must(); g.Method != "notifications/test" {
			t.Errorf("got %s", g.raw)
		}
	}
}
