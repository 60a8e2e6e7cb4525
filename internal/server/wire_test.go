package server_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"paasmcp/internal/server"
)

var update = flag.Bool("update", os.Getenv("UPDATE") != "", "rewrite the files in testdata/wire")

// TestWire compares every byte on the wire, for every transport and revision, with testdata/wire. It notices what a
// client library would paper over.
func TestWire(t *testing.T) {
	t.Parallel()
	for _, revision := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"} {
		for _, transport := range []string{"stdio", "http", "sse"} {
			t.Run(transport+"-"+revision, func(t *testing.T) {
				t.Parallel()
				r := &recorder{fixture: newFixture(), t: t, revision: revision}
				r.connect(transport)
				r.play()
				r.compare(filepath.Join("..", "..", "testdata", "wire", transport+"-"+revision+".txtar"), transport)
			})
		}
	}
}

// recorder plays the cases over one transport and notes both sides.
type recorder struct {
	*fixture
	t        *testing.T
	revision string
	wire     speaker
	archive  txtar.Archive
}

// speaker sends a message and notes what it sees in log. Each stands for a client of that transport.
type speaker interface {
	// exchange sends a request and everything the server asks back for is answered with reply, until the answer is there.
	exchange(log *strings.Builder, msg, reply string)
	// tell sends what gets no answer.
	tell(log *strings.Builder, msg string)
	// cancelled starts a call, waits until it runs, and takes it back; ran tells both.
	cancelled(log *strings.Builder, msg, cancel string, started, stopped <-chan string)
}

func (r *recorder) modern() bool { return r.revision == "2026-07-28" }

func (r *recorder) connect(name string) {
	switch name {
	case "stdio":
		r.wire = &stdioWire{startStdio(r.t, r.fixture, r.config())}
	case "sse":
		r.wire = &sseWire{startSSE(r.t, r.fixture, r.config()).openSSE()}
	case "http":
		r.wire = &httpWire{web: startWeb(r.t, r.fixture, server.ServeHTTP, r.config()), revision: r.revision}
	}
}

// call is a tools/call in the form of the revision.
func (r *recorder) call(id, tool, arguments, more string) string {
	var meta []string
	if more != "" && strings.HasPrefix(more, `"progressToken"`) {
		meta, more = append(meta, more), ""
	}
	params := `{"name":"` + tool + `","arguments":` + arguments + more
	if r.modern() {
		meta = append(meta, strings.TrimSuffix(strings.TrimPrefix(meta2026, `"_meta":{`), "}"))
	}
	if meta != nil {
		params += `,"_meta":{` + strings.Join(meta, ",") + `}`
	}
	return rpc(id, "tools/call", params+"}")
}

func (r *recorder) plain(id, method string) string {
	if r.modern() {
		return rpc(id, method, "{"+meta2026+"}")
	}
	return rpc(id, method, "{}")
}

func (r *recorder) play() {
	caps := "{}" // asking came with 2025-06-18
	if r.revision >= "2025-06-18" {
		caps = formCaps
	}
	if r.modern() {
		r.note("discover", r.plain("1", "server/discover"), "")
	} else {
		r.note("initialize", rpc("1", "initialize", helloParams(r.revision, caps)), "")
		r.record("initialized", func(log *strings.Builder) {
			r.wire.tell(log, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
		})
	}
	r.note("ping", r.plain("2", "ping"), "")
	r.note("tools-list", r.plain("3", "tools/list"), "")
	r.note("call", r.call("4", "echo", `{"n":9007199254740993}`, ""), "")
	r.note("call-with-progress", r.call(`"five"`, "count", "{}", `"progressToken":"p"`), "")
	r.note("confirmed-call", r.call("6", "confirm", "{}", ""), `{"action":"accept","content":{"ok":true}}`)
	r.note("declined-call", r.call("7", "confirm", "{}", ""), `{"action":"decline"}`)
	r.note("unknown-tool", r.call("8", "no_such_tool", "{}", ""), "")
	r.note("unknown-method", r.plain("9", "no/such"), "")
	r.note("panic", r.call("10", "panic", "{}", ""), "")
	r.note("exact-id", r.call("9007199254740993", "echo", "{}", ""), "")
	r.record("cancel", func(log *strings.Builder) {
		cancel := `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":11}}`
		r.wire.cancelled(log, r.call("11", "wait", "{}", ""), cancel, r.started, r.stopped)
	})
	r.note("not-json", `{"jsonrpc":"2.0",`, "")
	r.note("batch", "["+r.plain("12", "ping")+","+r.call("13", "echo", "{}", "")+"]", "")
}

// note records one exchange. A modern confirmation takes two: the question is the first one's answer.
func (r *recorder) note(name, msg, reply string) {
	r.record(name, func(log *strings.Builder) {
		r.wire.exchange(log, msg, reply)
		if strings.Contains(log.String(), `"resultType":"input_required"`) {
			retry := fmt.Sprintf(`,"inputResponses":{"confirm":%s},"requestState":"sealed"`, reply)
			again := strings.Replace(msg, `"arguments":{}`, `"arguments":{}`+retry, 1)
			r.wire.exchange(log, strings.Replace(again, `"id":`, `"id":10`, 1), "")
		}
	})
	for len(r.started) > 0 {
		<-r.started
	}
}

func (r *recorder) record(name string, f func(*strings.Builder)) {
	r.t.Helper()
	var log strings.Builder
	f(&log)
	r.archive.Files = append(r.archive.Files, txtar.File{
		Name: fmt.Sprintf("%02d-%s", len(r.archive.Files)+1, name), Data: []byte(normal(log.String())),
	})
}

var (
	randomID = regexp.MustCompile(`"[A-Z2-7]{26}"`)
	incident = regexp.MustCompile(`under incident [A-Z2-7]{8}`)
)

// normal replaces what is different every time.
func normal(s string) string {
	return incident.ReplaceAllString(randomID.ReplaceAllString(s, `"<random>"`), "under incident <random>")
}

func (r *recorder) compare(file, transport string) {
	r.t.Helper()
	about := map[string]string{
		"stdio": "C: is a line to the server's standard input, S: one from its standard output.\n",
		"http":  "C: is the body of a POST, S: the status and type of the response and then its body, one line per event of a stream.\n",
		"sse":   "C: is the body of a POST /message, S: an event on the stream of GET /sse.\n",
	}[transport]
	r.archive.Comment = fmt.Appendf(nil, "What a client and the server say to each other over %s in revision %s.\n%s"+
		"<random> stands for ids that differ every time. Rewrite with: go test ./internal/server -run TestWire -update\n\n",
		transport, r.revision, about)
	got := txtar.Format(&r.archive)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			r.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		g, w := "(end)", "(end)"
		if i < len(gotLines) {
			g = gotLines[i]
		}
		if i < len(wantLines) {
			w = wantLines[i]
		}
		if g != w {
			r.t.Fatalf("%s:%d differs; if that is meant, run go test ./internal/server -run TestWire -update\n got %s\nwant %s", file, i+1, g, w)
		}
	}
}

func said(log *strings.Builder, who, msg string) { fmt.Fprintf(log, "%s: %s\n", who, msg) }

// answers reports whether the message ends an exchange: it is no request or notification of the server.
func answers(g got) bool { return g.Method == "" }

type stdioWire struct{ *pipe }

func (w *stdioWire) exchange(log *strings.Builder, msg, reply string) {
	w.tell(log, msg)
	for {
		line := <-w.msgs
		said(log, "S", line)
		if strings.HasPrefix(line, "[") {
			return
		}
		g := decode(w.t, line)
		if answers(g) {
			return
		}
		if g.ID != nil {
			w.tell(log, `{"jsonrpc":"2.0","id":`+string(g.ID)+`,"result":`+reply+`}`)
		}
	}
}

func (w *stdioWire) tell(log *strings.Builder, msg string) {
	said(log, "C", msg)
	w.send(msg)
}

func (w *stdioWire) cancelled(log *strings.Builder, msg, cancel string, started, stopped <-chan string) {
	w.tell(log, msg)
	<-started
	w.tell(log, cancel)
	<-stopped
}

type sseWire struct{ *sseClient }

func (w *sseWire) exchange(log *strings.Builder, msg, reply string) {
	w.tell(log, msg)
	for {
		line, err := w.stream.lines.ReadString('\n')
		if err != nil {
			w.t.Fatal(err)
		}
		data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: ")
		if !ok {
			continue
		}
		said(log, "S", data)
		if strings.HasPrefix(data, "[") {
			return
		}
		g := decode(w.t, data)
		if answers(g) {
			return
		}
		if g.ID != nil {
			w.tell(log, `{"jsonrpc":"2.0","id":`+string(g.ID)+`,"result":`+reply+`}`)
		}
	}
}
func (w *sseWire) tell(log *strings.Builder, msg string) {
	said(log, "C", msg)
	if a := w.send(msg); a.StatusCode != 202 {
		w.t.Errorf("POST /message: %s", a.Status)
	}
}

func (w *sseWire) cancelled(log *strings.Builder, msg, cancel string, started, stopped <-chan string) {
	w.tell(log, msg)
	<-started
	w.tell(log, cancel)
	<-stopped
}

type httpWire struct {
	*web
	revision string
}

var nameOf = regexp.MustCompile(`"params":\{"name":"([^"]*)"`)
var methodOf = regexp.MustCompile(`"method":"([^"]*)"`)

func (w *httpWire) post(ctx context.Context, msg string) *http.Request {
	r := w.request(ctx, http.MethodPost, "/mcp", msg)
	if !strings.Contains(msg, `"method":"initialize"`) {
		r.Header.Set("Mcp-Protocol-Version", w.revision)
	}
	if w.revision == "2026-07-28" {
		if m := methodOf.FindStringSubmatch(msg); m != nil {
			r.Header.Set("Mcp-Method", m[1])
		}
		if m := nameOf.FindStringSubmatch(msg); m != nil {
			r.Header.Set("Mcp-Name", m[1])
		}
	}
	return r
}

func (w *httpWire) exchange(log *strings.Builder, msg, reply string) {
	said(log, "C", msg)
	a := w.do(w.post(context.Background(), msg))
	if id := a.Header.Get("Mcp-Session-Id"); id != "" {
		w.session = id
	}
	w.listen(log, a, reply)
}

func (w *httpWire) listen(log *strings.Builder, a *answer, reply string) {
	said(log, "S", strings.TrimSpace(a.Status+" "+a.Header.Get("Content-Type")))
	if !a.streams() {
		if body := a.body(); body != "" {
			said(log, "S", body)
		}
		return
	}
	for {
		g, ok := a.next()
		if !ok {
			return
		}
		said(log, "S", g.raw)
		if !answers(g) && g.ID != nil {
			w.exchange(log, `{"jsonrpc":"2.0","id":`+string(g.ID)+`,"result":`+reply+`}`, "")
		}
	}
}

func (w *httpWire) tell(log *strings.Builder, msg string) { w.exchange(log, msg, "") }

func (w *httpWire) cancelled(log *strings.Builder, msg, cancel string, started, stopped <-chan string) {
	said(log, "C", msg)
	ctx, hangUp := context.WithCancel(context.Background())
	defer hangUp()
	got := make(chan *answer, 1)
	go func() {
		if resp, err := w.client.Do(w.post(ctx, msg)); err == nil {
			got <- &answer{Response: resp, t: w.t, lines: newLines(resp)}
		} else {
			close(got)
		}
	}()
	<-started
	if w.revision == "2026-07-28" {
		said(log, "C", "(closes the connection)")
		hangUp()
		<-stopped
		return
	}
	w.tell(log, cancel)
	<-stopped
	w.listen(log, <-got, "")
}
