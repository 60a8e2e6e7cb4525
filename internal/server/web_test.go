package server_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"paasmcp/internal/server"
)

// web is a running HTTP or SSE server and a client for it.
type web struct {
	*fixture
	t       testing.TB
	url     string
	client  *http.Client
	stop    context.CancelFunc
	done    chan error
	session string
	headers map[string]string
}

type serveFunc func(context.Context, server.Config, net.Listener) error

func startWeb(t testing.TB, f *fixture, serve serveFunc, cfg server.Config) *web {
	t.Helper()
	l, err := server.Listen("127.0.0.1:0", cfg.Tokens)
	if err != nil {
		t.Fatal(err)
	}
	return startWebOn(t, f, serve, cfg, l, &http.Transport{})
}

func startWebOn(t testing.TB, f *fixture, serve serveFunc, cfg server.Config, l net.Listener, tr *http.Transport) *web {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	w := &web{
		fixture: f, t: t, url: "http://" + l.Addr().String(), client: &http.Client{Transport: tr},
		stop: stop, done: make(chan error, 1),
	}
	go func() {
		w.done <- serve(ctx, cfg, l)
		close(w.done)
	}()
	t.Cleanup(func() {
		stop()
		tr.CloseIdleConnections()
		<-w.done
	})
	return w
}

func (w *web) request(ctx context.Context, method, path, body string) *http.Request {
	w.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept", "application/json, text/event-stream")
	if w.session != "" {
		r.Header.Set("Mcp-Session-Id", w.session)
	}
	for k, v := range w.headers {
		r.Header.Set(k, v)
	}
	return r
}

func (w *web) do(r *http.Request) *answer {
	w.t.Helper()
	a := w.send(r)
	w.t.Cleanup(func() { _ = a.Response.Body.Close() })
	return a
}

func (w *web) send(r *http.Request) *answer {
	w.t.Helper()
	resp, err := w.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	return &answer{Response: resp, t: w.t, lines: bufio.NewReader(resp.Body)}
}

func (w *web) post(body string) *answer {
	w.t.Helper()
	return w.do(w.request(context.Background(), http.MethodPost, "/mcp", body))
}

func (w *web) modern(id, tool, arguments string) *http.Request {
	w.t.Helper()
	return w.modernContext(context.Background(), id, tool, arguments)
}

func (w *web) modernContext(ctx context.Context, id, tool, arguments string) *http.Request {
	w.t.Helper()
	r := w.request(ctx, http.MethodPost, "/mcp", modernCall(id, tool, arguments))
	r.Header.Set("Mcp-Protocol-Version", "2026-07-28")
	r.Header.Set("Mcp-Method", "tools/call")
	r.Header.Set("Mcp-Name", tool)
	return r
}

// as returns a view of the server with its own session.
func (w *web) as(revision, caps string) *web {
	w.t.Helper()
	v := *w
	v.session = ""
	a := v.post(rpc("0", "initialize", helloParams(revision, caps)))
	if g := a.last(); g.Error != nil {
		w.t.Fatalf("initialize: %s", g.raw)
	}
	v.session = a.Header.Get("Mcp-Session-Id")
	if v.session == "" {
		w.t.Fatal("initialize gave no session id")
	}
	return &v
}

// answer is a response that may be a JSON body or an event stream.
type answer struct {
	*http.Response
	t     testing.TB
	lines *bufio.Reader
}

// next returns the next message, and false at the end of the response.
func (a *answer) next() (got, bool) {
	a.t.Helper()
	if !a.streams() {
		b, err := io.ReadAll(a.lines)
		if err != nil || len(b) == 0 {
			return got{}, false
		}
		return decode(a.t, string(b)), true
	}
	for {
		line, err := a.lines.ReadString('\n')
		if err != nil {
			return got{}, false
		}
		if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: "); ok {
			return decode(a.t, data), true
		}
	}
}

func (a *answer) must() got {
	a.t.Helper()
	g, ok := a.next()
	if !ok {
		a.t.Fatalf("response %s ended; want a message", a.Status)
	}
	return g
}

// last reads to the end and returns the last message.
func (a *answer) last() (last got) {
	a.t.Helper()
	for {
		g, ok := a.next()
		if !ok {
			return last
		}
		last = g
	}
}

func (a *answer) streams() bool { return a.Header.Get("Content-Type") == "text/event-stream" }

// close lets the connection be used again.
func (a *answer) close() {
	_, _ = io.Copy(io.Discard, a.lines)
	_ = a.Response.Body.Close()
}

func (a *answer) body() string {
	b, _ := io.ReadAll(a.lines)
	return string(b)
}

// pipeListener serves connections that live in memory, for tests under synctest, where the clock stands still while a
// real socket waits.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func newPipeListener() (*pipeListener, *http.Transport) {
	l := &pipeListener{make(chan net.Conn), make(chan struct{})}
	return l, &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		client, srv := net.Pipe()
		select {
		case l.conns <- srv:
			return client, nil
		case <-l.done:
			return nil, net.ErrClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	select {
	case <-l.done:
	default:
		close(l.done)
	}
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8085} }

func newLines(r *http.Response) *bufio.Reader { return bufio.NewReader(r.Body) }
