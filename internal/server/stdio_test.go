package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/server"
)

// pipe is a stdio client.
type pipe struct {
	*fixture
	t    testing.TB
	in   *io.PipeWriter
	out  *io.PipeReader
	msgs chan string
	done chan error
	stop context.CancelFunc
}

func startStdio(t testing.TB, f *fixture, cfg server.Config) *pipe {
	t.Helper()
	serverIn, in := io.Pipe()
	out, serverOut := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	p := &pipe{fixture: f, t: t, in: in, out: out, msgs: make(chan string, 1000), done: make(chan error, 1), stop: stop}
	go func() {
		p.done <- server.ServeStdio(ctx, cfg, serverIn, serverOut)
		close(p.done)
		_ = serverOut.Close()
	}()
	go func() {
		defer close(p.msgs)
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			p.msgs <- strings.TrimSuffix(line, "\n")
		}
	}()
	t.Cleanup(func() { stop(); _ = in.Close() })
	return p
}

func (p *pipe) send(line string) {
	p.t.Helper()
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		p.t.Fatalf("write to server: %v", err)
	}
}

func (p *pipe) next() got {
	p.t.Helper()
	line, ok := <-p.msgs
	if !ok {
		p.t.Fatal("server closed its output; want a message")
	}
	return decode(p.t, line)
}

func (p *pipe) hello(revision, caps string) {
	p.t.Helper()
	p.send(rpc("0", "initialize", helloParams(revision, caps)))
	if g := p.next(); g.Error != nil {
		p.t.Fatalf("initialize: %s", g.raw)
	}
	p.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

// rest ends the input and returns what is still answered.
func (p *pipe) rest() []got {
	p.t.Helper()
	_ = p.in.Close()
	var all []got
	for line := range p.msgs {
		all = append(all, decode(p.t, line))
	}
	if err := <-p.done; err != nil {
		p.t.Errorf("ServeStdio = %v, want nil at the end of input", err)
	}
	return all
}

func TestStdioAnswersRunningCallsAfterEOF(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.MaxRunning = 5 // the other 15 wait for a slot and are answered all the same
	p := startStdio(t, f, cfg)
	p.hello("2025-11-25", "{}")
	for i := range 20 {
		p.send(toolCall(fmt.Sprint(100+i), "hold", "{}"))
	}
	for range 5 {
		<-f.started
	}
	_ = p.in.Close()
	close(f.release)
	if all := p.rest(); len(all) != 20 {
		t.Errorf("%d of 20 running calls answered after the end of input", len(all))
	}
}

func TestStdioLastLineWithoutNewline(t *testing.T) {
	t.Parallel()
	f := newFixture()
	p := startStdio(t, f, f.config())
	if _, err := io.WriteString(p.in, toolCall("7", "echo", `{"last":1}`)); err != nil {
		t.Fatal(err)
	}
	all := p.rest()
	if len(all) != 1 || all[0].text() != `{"last":1}` {
		t.Errorf("answers = %+v, want the last line to be served", all)
	}
}

func TestStdioGraceEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture()
		p := startStdio(t, f, f.config())
		p.send(toolCall("1", "wait", "{}"))
		<-f.started
		begin := time.Now()
		all := p.rest()
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("stopped after %v, want the grace period of 10s", took)
		}
		if len(all) != 1 || all[0].Error == nil {
			t.Errorf("answers = %+v, want the error of the cancelled handler", all)
		}
	})
}

func TestStdioConfirmationsStallNothing(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.MaxRunning = 2
	p := startStdio(t, f, cfg)
	p.hello("2025-06-18", formCaps)
	asked := map[string]string{} // question id by request number
	for i := range 8 {
		p.send(toolCall(fmt.Sprint(10+i), "confirm", "{}"))
		q := p.next()
		if q.Method != "elicitation/create" {
			t.Fatalf("got %s, want a question", q.raw)
		}
		asked[string(q.ID)] = fmt.Sprint(10 + i)
	}
	p.send(toolCall("99", "echo", "{}"))
	if g := p.next(); string(g.ID) != "99" {
		t.Errorf("with 8 open questions and 2 slots, got %s, want the answer to 99", g.raw)
	}
	// Dropped: replies to unknown questions.
	p.send(`{"jsonrpc":"2.0","id":"made-up","result":{"action":"accept"}}`)
	p.send(`{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}`)
	for id, call := range asked {
		p.send(`{"jsonrpc":"2.0","id":` + id + `,"result":{"action":"accept","content":{"ok":true}}}`)
		g := p.next()
		if string(g.ID) != call || g.text() != "the user said accept" {
			t.Errorf("reply to the question of %s led to %s", call, g.raw)
		}
	}
	if all := p.rest(); len(all) != 0 {
		t.Errorf("stray messages %+v", all)
	}
}

func TestStdioUnansweredQuestionIsCancel(t *testing.T) {
	t.Parallel()
	cases := map[string]func(p *pipe, question string) []got{
		"end of input": func(p *pipe, _ string) []got { return p.rest() },
		"error": func(p *pipe, id string) []got {
			p.send(`{"jsonrpc":"2.0","id":` + id + `,"error":{"code":-1,"message":"no"}}`)
			return []got{p.next()}
		},
		"nonsense": func(p *pipe, id string) []got {
			p.send(`{"jsonrpc":"2.0","id":` + id + `,"result":{"action":"ACCEPT"}}`)
			return []got{p.next()}
		},
		"time-out": func(p *pipe, id string) []got {
			time.Sleep(5 * time.Minute)
			if g := p.next(); g.Method != "notifications/cancelled" || !strings.Contains(string(g.Params), id) {
				p.t.Errorf("got %s, want the question %s withdrawn", g.raw, id)
			}
			return []got{p.next()}
		},
	}
	for name, end := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFixture()
				p := startStdio(t, f, f.config())
				p.hello("2025-06-18", formCaps)
				p.send(toolCall("1", "confirm", "{}"))
				q := p.next()
				if all := end(p, string(q.ID)); len(all) != 1 || all[0].text() != "the user said cancel" {
					t.Errorf("answers %+v, want the call to see cancel", all)
				}
				p.rest()
			})
		})
	}
}

func TestStdioNeverAsksWithoutCapability(t *testing.T) {
	t.Parallel()
	f := newFixture()
	p := startStdio(t, f, f.config())
	p.hello("2025-06-18", `{"elicitation":{"url":{}}}`)
	p.send(toolCall("1", "confirm", "{}"))
	if g := p.next(); g.text() != "this client cannot ask its user" {
		t.Errorf("got %s, want no form for a client that takes urls only", g.raw)
	}
	p.send(toolCall("4", "ask", "{}"))
	if g := p.next(); g.text() != "cancel" {
		t.Errorf("got %s, want a handler that asks all the same to see cancel at once", g.raw)
	}
	// A modern request on the same stream brings its own capabilities, and does not leave them behind.
	p.send(modernCall("2", "confirm", "{}"))
	if g := p.next(); g.Result == nil || g.Result.ResultType != "input_required" {
		t.Errorf("got %s, want input_required", g.raw)
	}
	p.send(toolCall("3", "confirm", "{}"))
	if g := p.next(); g.text() != "this client cannot ask its user" {
		t.Errorf("got %s: the modern request's capabilities leaked into the session", g.raw)
	}
}

func TestStdioEchoesIDsExactly(t *testing.T) {
	t.Parallel()
	f := newFixture()
	p := startStdio(t, f, f.config())
	for _, id := range []string{"9007199254740993", "-1", "1.0", "1e3", `"a"`, `"<\u00e9&>"`, `""`, "123456789012345678901234567890"} {
		p.send(toolCall(id, "echo", "{}"))
		if g := p.next(); string(g.ID) != id || !strings.Contains(g.raw, `"id":`+id+`,`) {
			t.Errorf("id %s came back as %s", id, g.ID)
		}
	}
	for _, id := range []string{"null", "[1]", "{}", "true"} {
		p.send(toolCall(id, "echo", "{}"))
		if g := p.next(); g.code() != -32600 || string(g.ID) != "null" {
			t.Errorf("id %s: got %s, want -32600", id, g.raw)
		}
	}
}

func TestStdioProgressPrecedesResult(t *testing.T) {
	t.Parallel()
	f := newFixture()
	p := startStdio(t, f, f.config())
	for i := range 200 {
		p.send(rpc(fmt.Sprint(i), "tools/call", `{"name":"count","_meta":{"progressToken":"t"}}`))
		for range 3 {
			if g := p.next(); g.Method != "notifications/progress" {
				t.Fatalf("call %d: got %s, want 3 progress notifications first", i, g.raw)
			}
		}
		if g := p.next(); g.text() != "counted" {
			t.Fatalf("call %d: got %s, want the result", i, g.raw)
		}
	}
}

func TestStdioNothingFollowsTheAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture()
	p := startStdio(t, f, f.config())
	p.send(rpc("1", "tools/call", `{"name":"linger"}`))
	if g := p.next(); g.text() != "gone" {
		t.Errorf("got %s", g.raw)
	}
	close(f.release)
	<-f.stopped
	if all := p.rest(); len(all) != 0 {
		t.Errorf("after the answer: %+v", all)
	}
}

func TestStdioCancelledCallGetsNoAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.MaxRunning = 1
	p := startStdio(t, f, cfg)
	p.send(toolCall(`"\u0061"`, "wait", "{}"))
	<-f.started
	p.send(toolCall("2", "wait", "{}")) // queued behind it
	p.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}`)
	p.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}`) // unknown
	p.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}`)
	p.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}`)
	<-f.stopped
	p.send(toolCall("4", "echo", "{}"))
	if g := p.next(); string(g.ID) != "4" {
		t.Errorf("got %s, want the answer to 4 alone", g.raw)
	}
	if all := p.rest(); len(all) != 0 {
		t.Errorf("cancelled calls were answered: %+v", all)
	}
	select {
	case <-f.started:
		t.Error("a call ran although it was cancelled while it waited")
	default:
	}
}

func TestStdioBusy(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.MaxRunning = 1
	p := startStdio(t, f, cfg)
	const accepted = 6 // of the eight that there may be at once for each that runs: the rest is for other callers
	for i := range accepted + 3 {
		p.send(toolCall(fmt.Sprint(i), "hold", "{}"))
	}
	for range 3 {
		if g := p.next(); g.code() != -32603 || !strings.Contains(g.Error.Message, "try again") {
			t.Errorf("got %s, want a refusal that says what to do", g.raw)
		}
	}
	p.send(rpc("77", "ping", ""))
	if g := p.next(); string(g.ID) != "77" {
		t.Errorf("got %s: a full server must still answer pings", g.raw)
	}
	close(f.release)
	if all := p.rest(); len(all) != accepted {
		t.Errorf("%d of %d accepted calls answered", len(all), accepted)
	}
}

func TestStdioBadMessages(t *testing.T) {
	t.Parallel()
	f := newFixture()
	cfg := f.config()
	cfg.MaxBody = 100_000
	p := startStdio(t, f, cfg)
	for name, c := range map[string]struct {
		line string
		code int
	}{
		"not json":           {`{"jsonrpc":`, -32700},
		"binary":             {"\x00\xff", -32700},
		"scalar":             {`5`, -32600},
		"empty object":       {`{}`, -32600},
		"no version":         {`{"id":1,"method":"ping"}`, -32600},
		"request and reply":  {`{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}`, -32600},
		"too long":           {`{"jsonrpc":"2.0","id":1,"method":"ping","x":"` + strings.Repeat("y", 200_000) + `"}`, -32600},
		"request and error":  {`{"jsonrpc":"2.0","id":1,"method":"ping","error":{}}`, -32600},
		"unknown method":     {rpc("1", "no/such", ""), -32601},
		"params of no shape": {rpc("1", "tools/call", `[1]`), -32600},
	} {
		p.send(c.line)
		if g := p.next(); g.code() != c.code {
			t.Errorf("%s: got %s, want %d", name, g.raw, c.code)
		}
	}
	p.send("")
	p.send("  \t ")
	p.send(rpc("8", "ping", ""))
	if g := p.next(); string(g.ID) != "8" {
		t.Errorf("got %s, want the stream in order after bad messages", g.raw)
	}
}

func TestStdioPanicsAreContained(t *testing.T) {
	t.Parallel()
	f := newFixture()
	p := startStdio(t, f, f.config())
	for _, line := range []string{
		toolCall("1", "panic", "{}"),
		rpc("2", "prompts/get", `{"name":"panic"}`),
		rpc("3", "resources/read", `{"uri":"test://panic"}`),
		toolCall("4", "unencodable", "{}"),
	} {
		p.send(line)
		g := p.next()
		if g.code() != -32603 || strings.Contains(g.raw, secret) {
			t.Errorf("%s: got %s, want a plain -32603", line, g.raw)
		}
	}
	if !strings.Contains(f.log.String(), secret) || !strings.Contains(f.log.String(), "incident=") {
		t.Error("the log lacks the details of the panics")
	}
	p.send(toolCall("5", "echo", "{}"))
	if g := p.next(); g.Result == nil {
		t.Errorf("after panics: %s", g.raw)
	}
}

func TestStdioBatch(t *testing.T) {
	t.Parallel()
	f := newFixture()
	p := startStdio(t, f, f.config())
	p.hello("2025-03-26", "{}")
	p.send(`[` + rpc("1", "ping", "") + `,{"jsonrpc":"2.0","method":"notifications/initialized"},` + toolCall("9007199254740993", "echo", "{}") +
		`,` + rpc("3", "initialize", helloParams("2025-03-26", "{}")) + `,5]`)
	line := <-p.msgs
	for _, want := range []string{`[{"jsonrpc":"2.0","id":1,"result":`, `"id":9007199254740993,`, `"id":3,"error":{"code":-32600`, `"id":null,"error":{"code":-32600`} {
		if !strings.Contains(line, want) {
			t.Errorf("batch answered %s, want %s in it", line, want)
		}
	}
	for _, c := range []string{`[]`, `[` + strings.Repeat("1,", 64) + `1]`} {
		p.send(c)
		if g := p.next(); g.code() != -32600 {
			t.Errorf("%.20s: got %s", c, g.raw)
		}
	}
	p.send(`[1`)
	if g := p.next(); g.code() != -32700 {
		t.Errorf("broken batch: got %s", g.raw)
	}
	p.send(`[{"jsonrpc":"2.0","method":"notifications/initialized"}]`)
	p.send(rpc("0", "initialize", helloParams("2025-06-18", "{}")))
	if g := p.next(); string(g.ID) != "0" {
		t.Errorf("got %s: a batch of notifications must not be answered", g.raw)
	}
	p.send(`[` + rpc("1", "ping", "") + `]`)
	if g := p.next(); g.code() != -32600 || !strings.Contains(g.Error.Message, "2025-06-18") {
		t.Errorf("got %s, want batches refused in 2025-06-18", g.raw)
	}
}

func TestStdioEnds(t *testing.T) {
	t.Parallel()
	t.Run("broken output", func(t *testing.T) {
		t.Parallel()
		f := newFixture()
		p := startStdio(t, f, f.config())
		p.send(toolCall("1", "wait", "{}"))
		<-f.started
		_ = p.out.CloseWithError(errors.New("gone"))
		p.send(rpc("2", "ping", ""))
		if err := <-p.done; err != nil {
			t.Errorf("ServeStdio = %v, want a clean end", err)
		}
		<-f.stopped
	})
	t.Run("context", func(t *testing.T) {
		t.Parallel()
		f := newFixture()
		p := startStdio(t, f, f.config())
		p.send(toolCall("1", "wait", "{}"))
		<-f.started
		p.stop()
		if err := <-p.done; err != nil {
			t.Errorf("ServeStdio = %v, want a clean end", err)
		}
		<-f.stopped
	})
	t.Run("read error", func(t *testing.T) {
		t.Parallel()
		f := newFixture()
		err := server.ServeStdio(t.Context(), f.config(), io.MultiReader(strings.NewReader("{}\n"), failing{}), io.Discard)
		if err == nil || !strings.Contains(err.Error(), "disk on fire") {
			t.Errorf("ServeStdio = %v, want the read error", err)
		}
	})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("disk on fire") }

func TestStdioCaller(t *testing.T) {
	t.Parallel()
	f := newFixture()
	p := startStdio(t, f, f.config())
	p.hello("2025-11-25", `{"elicitation":{"form":{},"url":{}}}`)
	p.send(toolCall("1", "whoami", "{}"))
	want := `{"Principal":"local","Transport":"stdio","Address":"","ClientName":"test","ClientVersion":"0.1","SessionID":"stdio","Form":true,"URL":true}`
	if g := p.next(); g.text() != want {
		t.Errorf("caller = %s, want %s", g.text(), want)
	}
}

func TestStdioBroadcast(t *testing.T) {
	t.Parallel()
	f := newFixture()
	p := startStdio(t, f, f.config())
	p.hello("2025-11-25", "{}")
	p.send(rpc("1", "ping", ""))
	p.next()
	f.mcp.SendNotificationToAllClients("notifications/test", map[string]any{"a": 1})
	if g := p.next(); g.Method != "notifications/test" {
		t.Errorf("got %s, want what was sent to everybody", g.raw)
	}
}
