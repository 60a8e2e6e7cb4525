package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"paasmcp/internal/audit"
	"paasmcp/internal/cli"
	"paasmcp/internal/testrig"
)

// assistant is an MCP client that cannot ask anybody, connected to a server with a simulated platform.
type assistant struct {
	t      *testing.T
	in     *io.PipeWriter
	lines  *bufio.Scanner
	env    map[string]string
	stderr *testrig.Transcript
}

// newAssistant starts a server, with the policy that everything but a read wants this level.
func newAssistant(t *testing.T, level string, args ...string) *assistant {
	t.Helper()
	dir := t.TempDir()
	policy := filepath.Join(dir, "policy.yaml")
	text := "rules:\n  - name: all changes\n    risk: [write]\n    verdict: confirm\n    level: " + level + "\n"
	if err := os.WriteFile(policy, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	answers, say := io.Pipe()
	env := map[string]string{"XDG_RUNTIME_DIR": dir, "GOGC": "100"} // GOGC keeps the server from changing that of the tests
	a := &assistant{t: t, in: out, lines: bufio.NewScanner(answers), env: env, stderr: &testrig.Transcript{}}
	a.lines.Buffer(nil, 1<<20)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() {
		args := append([]string{"serve", "--demo", "--log-level", "warn", "--policy", policy}, args...)
		done <- cli.Main(ctx, cli.Process{Args: args, In: in, Out: say, Err: a.stderr, Env: lookup(a.env)})
		say.Close()
		in.Close()
	}()
	t.Cleanup(func() {
		cancel()
		go func() { _, _ = io.Copy(io.Discard, answers) }()
		if code := <-done; code != 0 {
			t.Errorf("the server ended with %d: %s", code, a.stderr)
		}
	})
	a.send(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},` +
		`"clientInfo":{"name":"assistant","version":"1"}}}`)
	a.receive(0)
	a.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	return a
}

func (a *assistant) send(line string) {
	a.t.Helper()
	if _, err := fmt.Fprintln(a.in, line); err != nil {
		a.t.Fatalf("%v; the server said: %s", err, a.stderr)
	}
}

type message struct {
	ID     *int   `json:"id"`
	Method string `json:"method"`
	Params struct {
		Message string `json:"message"`
	} `json:"params"`
	Result struct {
		IsError bool `json:"isError"`
		Content []struct {
			Text string `json:"text"`
		} `json:"content"`
	} `json:"result"`
}

// receive reads up to the answer with this id and gives the progress that was reported before it.
func (a *assistant) receive(id int) (message, []string) {
	a.t.Helper()
	var progress []string
	for a.lines.Scan() {
		var m message
		if err := json.Unmarshal(a.lines.Bytes(), &m); err != nil {
			a.t.Fatalf("%s: %v", a.lines.Text(), err)
		}
		if m.Method == "notifications/progress" {
			progress = append(progress, m.Params.Message)
		}
		if m.ID != nil && *m.ID == id {
			return m, progress
		}
	}
	a.t.Fatalf("the server hung up: %s", a.stderr)
	return message{}, nil
}

// create asks for a new variable, which a person has to approve.
func (a *assistant) create(id int, name string) {
	a.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"_meta":{"progressToken":%d},"name":"paas_write","arguments":`+
		`{"tool":"platformsh_environment_variable_create","arguments":`+
		`{"project_id":"abc123shop","environment_id":"staging","name":"env:%s","value":"1"}}}}`, id, id, name))
}

// terminal is a pseudo-terminal: what a person types goes in at person, and programs see a terminal.
type terminal struct {
	person, program *os.File
	shown           *testrig.Transcript
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return &terminal{person: person, program: program, shown: &testrig.Transcript{}}
}

// approve runs the command on a terminal at which somebody types these lines.
func (a *assistant) approve(typed string, args ...string) (code int, shown string) {
	a.t.Helper()
	tty := newTerminal(a.t)
	if _, err := tty.person.WriteString(typed); err != nil {
		a.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(a.t.Context(), 20*time.Second)
	defer cancel()
	code = cli.Main(ctx, cli.Process{Args: append([]string{"approve"}, args...), In: tty.program, Out: tty.shown, Err: tty.shown, Env: lookup(a.env)})
	return code, tty.shown.String()
}

// waits until something is on the desk, as `approve --list` sees it.
func (a *assistant) waits() string {
	a.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var out testrig.Transcript
		p := cli.Process{Args: []string{"approve", "--list"}, In: strings.NewReader(""), Out: &out, Err: &out, Env: lookup(a.env)}
		if code := cli.Main(a.t.Context(), p); code != 0 {
			a.t.Fatalf("approve --list: %d %s", code, out.String())
		}
		if text := out.String(); text != "nothing waits\n" {
			return text
		}
	}
	a.t.Fatalf("nothing came to wait: %s", a.stderr)
	return ""
}

// TestApproveLetsAWaitingCallGo: a client that cannot ask waits with progress, and the person at the terminal decides.
func TestApproveLetsAWaitingCallGo(t *testing.T) {
	a := newAssistant(t, "console")

	a.create(1, "APPROVED")
	if list := a.waits(); !strings.Contains(list, "platformsh_environment_variable_create") || !strings.Contains(list, "demo") {
		t.Errorf("listed: %s", list)
	}
	code, shown := a.approve("y\n")
	if code != 0 || !strings.Contains(shown, "env:APPROVED") || !strings.Contains(shown, "Approved.") {
		t.Errorf("approve: %d %s", code, shown)
	}
	answer, progress := a.receive(1)
	if answer.Result.IsError || len(progress) == 0 || !strings.Contains(progress[0], "paas-mcp approve") {
		t.Errorf("the call ended with %+v after progress %q", answer.Result, progress)
	}
	if said := a.stderr.String(); !strings.Contains(said, "/login?link=") || !strings.Contains(said, "waits for an approval") {
		t.Errorf("the server said: %s", said)
	}

	// Enter is a no, and the end of the terminal is no answer.
	a.create(2, "DECLINED")
	a.waits()
	if code, shown := a.approve("\x04"); code == 0 || !strings.Contains(shown, "still waits") {
		t.Errorf("a closed terminal: %d %s", code, shown)
	}
	a.waits()
	if code, shown := a.approve("\n"); code != 0 || !strings.Contains(shown, "Declined; nothing is sent.") {
		t.Errorf("enter: %d %s", code, shown)
	}
	if answer, _ := a.receive(2); !answer.Result.IsError || !strings.Contains(answer.Result.Content[0].Text, "declined") {
		t.Errorf("the declined call ended with %+v", answer.Result)
	}
	if code, shown := a.approve(""); code != 0 || !strings.Contains(shown, "nothing waits") {
		t.Errorf("when nothing waits: %d %s", code, shown)
	}
}

// TestApproveAtTypedLevel: a slip of the hand is told at once and can be corrected; "n" is a no, and not a wrong name.
func TestApproveAtTypedLevel(t *testing.T) {
	a := newAssistant(t, "typed")
	a.create(1, "TYPED")
	a.waits()
	if code, shown := a.approve("prod\nStaging\nstagin\n"); code != cli.ExitFailed || strings.Count(shown, "not the name on the card") != 3 {
		t.Errorf("three wrong names: %d %s", code, shown)
	}
	if code, shown := a.approve("prod\nstaging\n"); code != 0 || !strings.Contains(shown, "2 tries left") || !strings.Contains(shown, "Approved.") {
		t.Errorf("the right name at last: %d %s", code, shown)
	}
	if answer, _ := a.receive(1); answer.Result.IsError {
		t.Errorf("the call ended with %+v", answer.Result)
	}
	for id, no := range []string{2: "n", 3: "No", 4: ""} {
		if id < 2 {
			continue
		}
		a.create(id, fmt.Sprint("TYPED", id))
		a.waits()
		if code, shown := a.approve(no + "\n"); code != 0 || !strings.Contains(shown, "Declined") || strings.Contains(shown, "not the name") {
			t.Errorf("%q: %d %s", no, code, shown)
		}
		if answer, _ := a.receive(id); !answer.Result.IsError || !strings.Contains(answer.Result.Content[0].Text, "the person declined") {
			t.Errorf("%q: the call ended with %+v", no, answer.Result)
		}
	}
}

// TestApproveNeedsASecondPerson: ana asks with her token, and is not the second person, by whatever door she comes; bob is.
func TestApproveNeedsASecondPerson(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	anasOwn, bobsOwn := file("ana", "operator-token-of-ana\n"), file("bob", "operator-token-of-bob\n")
	env := map[string]string{"XDG_RUNTIME_DIR": dir, "GOGC": "100"}
	logs := &testrig.Transcript{}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() {
		done <- cli.Main(ctx, cli.Process{Args: []string{
			"serve", "--demo", "--transport", "http", "--addr", "127.0.0.1:0", "--log-format", "json",
			"--policy", file("policy.yaml", "rules: [{name: two, risk: write, verdict: confirm, level: two_person}]\n"),
			"--auth-token-file", file("tokens", "ana:bearer-token-of-ana\ncarol:bearer-token-of-carol\n"),
			"--operators", file("operators.yaml", "operators:\n- {name: ana, token_file: "+anasOwn+"}\n- {name: bob, token_file: "+bobsOwn+"}\n"),
			"--audit", filepath.Join(dir, "audit.jsonl"),
		}, In: strings.NewReader(""), Out: io.Discard, Err: logs, Env: lookup(env)})
	}()
	defer func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("the server ended with %d: %s", code, logs)
		}
	}()
	logs.Await(t, "serving MCP")
	_, rest, _ := strings.Cut(logs.String(), `"url":"`)
	url, _, _ := strings.Cut(rest, `"`)
	call := func(token string) string {
		body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": map[string]any{
			"_meta": testrig.Meta(map[string]any{}), "name": "paas_write", "arguments": map[string]any{
				"tool":      "platformsh_environment_variable_create",
				"arguments": map[string]any{"project_id": "abc123shop", "environment_id": "staging", "name": "env:TOGETHER", "value": "1"},
			},
		}})
		if err != nil {
			t.Error(err)
		}
		r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return ""
		}
		for name, value := range map[string]string{
			"Authorization": "Bearer " + token, "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
			"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "paas_write",
		} {
			r.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			return ""
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return string(text)
	}
	answer := make(chan string, 1)
	go func() { answer <- call("bearer-token-of-ana") }()
	logs.Await(t, "waits for an approval")
	a := &assistant{t: t, env: env}
	if code, shown := a.approve("y\n"); code != 0 || !strings.Contains(shown, "add --operator NAME") || strings.Contains(shown, "Approved") {
		t.Errorf("as the user of the machine: %d %s", code, shown)
	}
	if code, shown := a.approve("y\n", "--operator", "ana", "--token-file", anasOwn); code != 0 || !strings.Contains(shown, "another operator has to approve") || strings.Contains(shown, "Approved") {
		t.Errorf("as ana herself: %d %s", code, shown)
	}
	if code, shown := a.approve("y\n", "--operator", "bob", "--token-file", anasOwn); code == 0 || strings.Contains(shown, "Approved") {
		t.Errorf("as ana under bob's name: %d %s", code, shown)
	}
	if code, shown := a.approve("y\n", "--operator", "bob", "--token-file", bobsOwn); code != 0 || !strings.Contains(shown, "Approved.") {
		t.Errorf("as bob: %d %s", code, shown)
	}
	if got := <-answer; strings.Contains(got, `"isError":true`) || !strings.Contains(got, "TOGETHER") {
		t.Errorf("the call ended with %s", got)
	}
	calls, _, err := audit.ReadFile(filepath.Join(dir, "audit.jsonl"), audit.Filter{Principal: "ana"})
	if err != nil || len(calls) != 1 || calls[0].AnsweredBy != "bob" {
		t.Errorf("the audit does not say that ana asked and bob answered: %+v, %v", calls, err)
	}
}

// TestApproveWatch: the command goes on asking as calls come, until its terminal is closed.
func TestApproveWatch(t *testing.T) {
	a := newAssistant(t, "console")
	tty := newTerminal(t)
	done := make(chan int, 1)
	go func() {
		p := cli.Process{Args: []string{"approve", "--watch"}, In: tty.program, Out: tty.shown, Err: tty.shown, Env: lookup(a.env)}
		done <- cli.Main(t.Context(), p)
	}()
	for id, answer := range []string{1: "y\n", 2: "n\n"} {
		if answer == "" {
			continue
		}
		a.create(id, fmt.Sprint("WATCHED", id))
		if _, err := tty.person.WriteString(answer); err != nil {
			t.Fatal(err)
		}
		if got, _ := a.receive(id); got.Result.IsError != (answer == "n\n") {
			t.Errorf("the call that was answered with %q ended with %+v", answer, got.Result)
		}
	}
	a.create(3, "WATCHED3")
	a.waits()
	if _, err := tty.person.WriteString("\x04"); err != nil {
		t.Fatal(err)
	}
	if code := <-done; code != 0 {
		t.Errorf("the command ended with %d: %s", code, tty.shown)
	}
}

// TestAnswerWaitsForAClientThatGaveUp: the call is cancelled, approved, and goes on when it is made again. Once.
func TestAnswerWaitsForAClientThatGaveUp(t *testing.T) {
	a := newAssistant(t, "console")
	a.create(1, "LATE")
	a.waits()
	a.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"too slow"}}`)
	if code, shown := a.approve("y\n"); code != 0 || !strings.Contains(shown, "Approved.") {
		t.Fatalf("approve: %d %s", code, shown)
	}
	a.create(2, "LATE")
	if answer, _ := a.receive(2); answer.Result.IsError {
		t.Errorf("the repeated call ended with %+v", answer.Result)
	}
	a.create(3, "LATE")
	a.waits() // for a person again
	if code, shown := a.approve("n\n"); code != 0 || !strings.Contains(shown, "Declined") {
		t.Errorf("the third call: %d %s", code, shown)
	}
	if answer, _ := a.receive(3); !answer.Result.IsError {
		t.Error("one approval let two calls go")
	}
}
