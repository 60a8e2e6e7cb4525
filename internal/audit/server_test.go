package audit_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/cli"
	"paasmcp/internal/testrig"
)

// The tests below run the whole server with this log in it: as a process of its own, so that it can be killed and confined, or in
// this one. The operation is one that a person has to confirm.
const (
	gatedTool = "virtuozzo_external_domain_unbind"
	gatedPath = "/1.0/environment/binder/rest/removeextdomain"
	gatedArgs = `{"env_name":"shop","domain":"www.example.com"}`
	gatedName = "shop"                       // what a person has to type, where the policy wants that
	plainTool = "virtuozzo_env_group_create" // a write that nobody is asked about
	plainArgs = `{"group":"team"}`
	readTool  = "virtuozzo_environment_list"
)

// Variables of a test binary that plays the server.
const (
	serveVariable = "PAAS_MCP_AUDIT_TEST_SERVE" // set: be the server
	stopVariable  = "PAAS_MCP_AUDIT_TEST_STOP"  // the step at which it stops and waits for the end
)

const reached = "reached the step"

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) == "" {
		os.Exit(m.Run())
	}
	prepareServer()
	if stop := os.Getenv(stopVariable); stop != "" {
		stopAt(stop)
	}
	os.Exit(cli.Main(context.Background(), cli.Process{Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv}))
}

// stopAt makes this process wait for its end at a step: a word of [audit.Watch] and, of lines, their event, or, of names, new or
// full. Only lines of the confirmed call count, and what comes after its intent.
func stopAt(stop string) {
	var mu sync.Mutex
	begun, last := false, ""
	audit.Watch(func(step, what string) {
		mu.Lock()
		switch {
		case strings.Contains(what, `"event":"intent"`):
			last = "other intent"
			if strings.Contains(what, `"tool":"`+gatedTool+`"`) {
				begun, last = true, "intent"
			}
		case strings.Contains(what, `"event":"outcome"`):
			last = "outcome"
			if !begun {
				last = "other outcome"
			}
		case strings.Contains(what, `"event":"rotated"`):
			last = "rotated"
		case strings.HasSuffix(what, ".next"):
			last = "new"
		case what != "":
			last = "full"
		}
		now := step + " " + last
		mu.Unlock()
		if now == stop {
			fmt.Fprintln(os.Stderr, reached)
			select {} // the test kills this process; other calls of it go on until then
		}
	})
}

// platform is the far end. It counts what reaches it.
type platform struct {
	*httptest.Server
	gated, plain, reads atomic.Int64
	onGated             func() // called while it works on the confirmed call
}

func newPlatform(t testing.TB) *platform {
	p := &platform{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == gatedPath:
			p.gated.Add(1)
			if p.onGated != nil {
				p.onGated()
			}
		case strings.HasSuffix(r.URL.Path, "/creategroup"):
			p.plain.Add(1)
		default:
			p.reads.Add(1)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"result":0}`)
	}))
	t.Cleanup(p.Close)
	return p
}

// env is the account at the platform, and nothing else.
func (p *platform) env() []string {
	return []string{"VIRTUOZZO_API_URL=" + p.URL + "/1.0", "VIRTUOZZO_TOKEN=t"}
}

func args(log string) []string {
	return []string{"serve", "--audit", log, "--audit-max-size", fmt.Sprint(fileSize), "--log-level", "warn"}
}

// client talks to a server over its standard streams.
type client struct {
	in  io.WriteCloser
	out *bufio.Scanner
	n   int
}

func newClient(in io.WriteCloser, out io.Reader) *client {
	s := bufio.NewScanner(out)
	s.Buffer(nil, 4<<20)
	return &client{in: in, out: s}
}

type answer struct {
	IsError       bool   `json:"isError"`
	RequestState  string `json:"requestState"`
	InputRequests map[string]struct {
		Params struct{ RequestedSchema map[string]any }
	} `json:"inputRequests"`
	Content []struct{ Text string }
}

func (a answer) text() string {
	var b strings.Builder
	for _, c := range a.Content {
		b.WriteString(c.Text)
	}
	return b.String()
}

// request sends one message of the newest revision, which needs no greeting, and gives the result; ok is false when the server has gone.
func (c *client) request(tool, arguments string, more map[string]any) (a answer, ok bool) {
	c.n++
	route := "paas_write"
	if tool == readTool {
		route = "paas_read"
	}
	params := map[string]any{
		"name": route, "arguments": map[string]any{"tool": tool, "arguments": json.RawMessage(arguments)},
		"_meta": testrig.Meta(map[string]any{"elicitation": map[string]any{"form": map[string]any{}}}),
	}
	maps.Copy(params, more)
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": c.n, "method": "tools/call", "params": params})
	if err != nil {
		panic(err)
	}
	if _, err := c.in.Write(append(raw, '\n')); err != nil {
		return answer{}, false
	}
	for c.out.Scan() {
		var m struct {
			ID     int
			Result answer
			Error  *struct{ Message string }
		}
		if json.Unmarshal(c.out.Bytes(), &m) != nil || m.ID != c.n {
			continue // a notification
		}
		if m.Error != nil {
			m.Result = answer{IsError: true, Content: []struct{ Text string }{{m.Error.Message}}}
		}
		return m.Result, true
	}
	return answer{}, false
}

// confirmed makes the call and says yes to the question.
func (c *client) confirmed() (a answer, ok bool) {
	a, ok = c.request(gatedTool, gatedArgs, nil)
	if !ok || a.RequestState == "" {
		return a, ok
	}
	content := map[string]any{approval.FieldApprove: true}
	properties, _ := a.InputRequests["confirm"].Params.RequestedSchema["properties"].(map[string]any)
	if _, typed := properties[approval.FieldName]; typed {
		content = map[string]any{approval.FieldName: gatedName}
	}
	return c.request(gatedTool, gatedArgs, map[string]any{
		"requestState":   a.RequestState,
		"inputResponses": map[string]any{"confirm": map[string]any{"action": "accept", "content": content}},
	})
}

// process is a server in a process of its own.
type process struct {
	*client
	cmd     *exec.Cmd
	end     func()        // kills it with SIGKILL, which it cannot notice, and waits until it is gone
	reached chan struct{} // closed when it stands at its step, or has ended
	at      bool          // stands at its step; to be read after that
	errors  bytes.Buffer  // what it logged; to be read after that
}

func startProcess(t testing.TB, p *platform, log string, change ...func(*exec.Cmd)) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &process{cmd: exec.Command(self, args(log)...), reached: make(chan struct{})}
	s.cmd.Env = append(p.env(), serveVariable+"=yes")
	for _, c := range change {
		c(s.cmd)
	}
	in, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Skipf("the server does not start here: %v", err)
	}
	s.end = sync.OnceFunc(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	t.Cleanup(s.end)
	s.client = newClient(in, out)
	go func() {
		defer close(s.reached)
		lines := bufio.NewScanner(problems)
		for lines.Scan() {
			if lines.Text() == reached {
				s.at = true
				return
			}
			fmt.Fprintln(&s.errors, lines.Text())
		}
	}()
	return s
}

// restarted makes a confirmed call through a server in this process, as the first one after a crash.
func restarted(t testing.TB, p *platform, log string) answer {
	t.Helper()
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	ended := make(chan int, 1)
	var problems bytes.Buffer
	go func() {
		ended <- cli.Main(t.Context(), cli.Process{Args: args(log), In: inRead, Out: outWrite, Err: &problems, Env: func(key string) (string, bool) {
			for _, v := range p.env() {
				if value, ok := strings.CutPrefix(v, key+"="); ok {
					return value, true
				}
			}
			return "", false
		}})
		outWrite.Close()
	}()
	a, ok := newClient(inWrite, outRead).confirmed()
	inWrite.Close()
	go func() { _, _ = io.Copy(io.Discard, outRead) }()
	if code := <-ended; !ok || code != 0 {
		t.Errorf("the server after the crash: answered %v, exit code %d, %s", ok, code, problems.String())
	}
	return a
}

// auditVerify runs the command.
func auditVerify(log string) (out string, code int) {
	var b bytes.Buffer
	code = cli.Main(context.Background(), cli.Process{
		Args: []string{"audit", "verify", log}, Out: &b, Err: &b, Env: func(string) (string, bool) { return "", false },
	})
	return b.String(), code
}
