package e2e_test

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/testrig"
)

// The revisions of the protocol that workflows run with: the newest, and the one that most installed clients speak.
const (
	modern = mcp.LATEST_PROTOCOL_VERSION
	legacy = "2025-06-18"
)

// process is a running paas-mcp and every byte that it wrote.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.Reader     // what it writes to standard output; must be read to the end
	ended  chan struct{} // closed when the output has been read
	files  string        // the folder for answers that are files
	stdout testrig.Transcript
	stderr testrig.Transcript
}

// start runs `paas-mcp serve` with the platform's account and nothing else in its environment.
func start(t *testing.T, up *upstream) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{ended: make(chan struct{}), files: t.TempDir()}
	p.cmd = exec.Command(self, "serve", "--console", "off", "--log-level", "debug", "--save-dir", p.files)
	p.cmd.Env = append(up.account(up.url), serveVariable+"=yes", paceVariable+"="+cmp.Or(up.pace, time.Minute).String(), "HOME="+t.TempDir())
	p.cmd.Stderr = &p.stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = &toEnd{Reader: io.TeeReader(out, &p.stdout), end: sync.OnceFunc(func() { close(p.ended) })}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

// toEnd says when its reader has reached the end: a process may only be waited for after that.
type toEnd struct {
	io.Reader
	end func()
}

func (r *toEnd) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil {
		r.end()
	}
	return n, err
}

// hangUp closes the input, as a client that goes away does, reads what the client left unread, and waits for the end.
func (p *process) hangUp() error {
	_ = p.in.Close()                                  // the client may have closed it
	go func() { _, _ = io.Copy(io.Discard, p.out) }() // ends with the process
	<-p.ended
	return p.cmd.Wait()
}

// session is a client with its server and the person in front of it.
type session struct {
	t      *testing.T
	up     *upstream
	server *process
	client *client.Client
	person *person         // nil when the client cannot ask
	direct map[string]bool // tools that the server offers
}

// connect starts a server and a client that asks a person.
func connect(t *testing.T, up *upstream, revision string) *session {
	t.Helper()
	p := &person{up: up}
	s := dial(t, up, revision, client.WithElicitationHandler(p))
	s.person = p
	return s
}

// dial starts a server and a client.
func dial(t *testing.T, up *upstream, revision string, options ...client.ClientOption) *session {
	t.Helper()
	s := &session{t: t, up: up, server: start(t, up), direct: map[string]bool{}}
	s.client = client.NewClient(transport.NewIO(s.server.out, s.server.in, io.NopCloser(strings.NewReader(""))),
		append(options, client.WithProtocolVersion(revision))...)
	if err := s.client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	hello := mcp.InitializeRequest{}
	hello.Params.ProtocolVersion = revision
	hello.Params.ClientInfo = mcp.Implementation{Name: "e2e", Version: "1"}
	info, err := s.client.Initialize(t.Context(), hello)
	if err != nil {
		t.Fatalf("initialize: %v\n%s", err, s.server.stderr.String())
	}
	if info.ProtocolVersion != revision {
		t.Fatalf("the server speaks %s, want %s", info.ProtocolVersion, revision)
	}
	list, err := s.client.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range list.Tools {
		s.direct[tool.Name] = true
	}
	return s
}

// end hangs up and reads everything that the server ever wrote for what it must not contain.
func (s *session) end() {
	s.t.Helper()
	_ = s.client.Close() // closes the input; hangUp says how the process ended
	if err := s.server.hangUp(); err != nil {
		s.t.Errorf("the server ended with %v\n%s", err, s.server.stderr.String())
	}
	s.leaksNothing()
}

func (s *session) leaksNothing() {
	s.t.Helper()
	for _, secret := range s.up.neverShown() {
		for name, text := range map[string]string{"standard output": s.server.stdout.String(), "standard error": s.server.stderr.String()} {
			if at := strings.Index(text, secret); at >= 0 {
				s.t.Errorf("%s contains the secret %q: …%s…", name, secret, text[max(0, at-200):min(len(text), at+100)])
			}
		}
	}
}

// reply is the result of a tool as a program reads it.
type reply struct {
	failed bool
	text   string // what a model reads
	value  any    // structuredContent
}

// expect compares parts of the reply.
func (r reply) expect(t *testing.T, parts want) {
	t.Helper()
	for path, value := range parts {
		if diff := differs(r.value, path, value); diff != "" {
			t.Errorf("%s in %s", diff, r.text)
		}
	}
}

func (s *session) call(tool string, args map[string]any) reply {
	s.t.Helper()
	request := mcp.CallToolRequest{}
	request.Params.Name, request.Params.Arguments = tool, args
	request.Params.Meta = &mcp.Meta{ProgressToken: tool}
	r, err := s.client.CallTool(s.t.Context(), request)
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", tool, err, s.server.stderr.String())
	}
	answer := reply{failed: r.IsError}
	if len(r.Content) != 1 {
		s.t.Fatalf("%s: %d pieces of content, want 1", tool, len(r.Content))
	}
	if text, ok := r.Content[0].(mcp.TextContent); ok {
		answer.text = text.Text
	}
	raw, err := json.Marshal(r.StructuredContent)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &answer.value); err != nil {
		s.t.Fatal(err)
	}
	return answer
}

// person answers the gate's questions, and remembers what they were shown and when.
type person struct {
	up *upstream

	mu     sync.Mutex
	answer func(c card) (value any, ok bool)
	cards  []card
}

// card is one question: its text, the field that says yes, whether a backup is offered, and how much had reached the platform when
// it was put.
type card struct {
	text, field, kind, help string
	backup                  bool
	mark                    int
}

// Elicit is the client's side of elicitation.
func (p *person) Elicit(_ context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	c := card{text: r.Params.Message, mark: p.up.mark()}
	var form struct {
		Properties map[string]struct{ Type, Description string }
	}
	raw, err := json.Marshal(r.Params.RequestedSchema)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &form); err != nil {
		return nil, err
	}
	for name, property := range form.Properties {
		if name == "backup_first" {
			c.backup = true
			continue
		}
		c.field, c.kind, c.help = name, property.Type, property.Description
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cards = append(p.cards, c)
	result := &mcp.ElicitationResult{}
	result.Action = mcp.ElicitationResponseActionDecline
	if value, ok := p.answer(c); ok {
		content := map[string]any{c.field: value}
		if c.backup {
			content["backup_first"] = false
		}
		result.Action, result.Content = mcp.ElicitationResponseActionAccept, content
	}
	return result, nil
}

// expect sets how the next questions are answered and forgets the ones before.
func (p *person) expect(answer func(c card) (any, bool)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer, p.cards = answer, nil
}

func (p *person) asked() []card {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cards
}
