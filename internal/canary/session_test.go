package canary_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/internal/testrig"
	"paasmcp/schemas"
)

// acquiaAccounts is how many names the one Acquia account has: a client lets 100 calls a minute pass for each, and looks at what a
// call will hit are calls too.
const acquiaAccounts = 60

// session is a server process and a client that answers every question with yes. It makes one call at a time.
type session struct {
	t       *testing.T
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	stdout  bytes.Buffer // every byte so far
	stderr  testrig.Transcript
	audit   string // file
	files   string // folder of saved answers
	runtime string // folder of the console's file
	cards   []string
	check   func(line []byte) // is given every message of the server; may be nil
	last    int               // id of the newest request
	calls   int
}

func accountsFile(t *testing.T, base string) string {
	t.Helper()
	var b strings.Builder
	account := func(name, platform, credentials, api, token string) {
		fmt.Fprintf(&b, "- {name: %s, platform: %s, %s, api_url: '%s'", name, platform, credentials, base+api)
		if token != "" {
			fmt.Fprintf(&b, ", token_url: '%s'", base+token)
		}
		b.WriteString("}\n")
	}
	b.WriteString("accounts:\n")
	account("pf", "platformsh", "token: '${TOKEN}'", "/platformsh", "/platformsh/oauth2/token")
	account("up", "platformsh", "vendor: upsun, token: '${TOKEN}'", "/platformsh", "/platformsh/oauth2/token")
	for i := range acquiaAccounts {
		account(fmt.Sprintf("ac%d", i), "acquia", "key: '${KEY}', secret: '${SECRET}'", "/acquia/api", "/acquia/api/auth/oauth/token")
	}
	account("vz", "virtuozzo", "token: '${VZ}'", "/virtuozzo/1.0", "")
	file := filepath.Join(t.TempDir(), "accounts.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// command is the server as a process, not yet started.
func (up *upstream) command(t *testing.T, flags ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	common := []string{"serve", "--log-level", "debug", "--include", "deprecated,privileged", "--accounts", accountsFile(t, up.url)}
	cmd := exec.Command(self, append(common, flags...)...)
	cmd.Env = append([]string{serveVariable + "=yes", "HOME=" + t.TempDir(), "TMPDIR=" + t.TempDir()}, up.credentials()...)
	return cmd
}

// connect starts a server whose client can ask a person, unless it is mute.
func connect(t *testing.T, up *upstream, mute bool, flags ...string) *session {
	t.Helper()
	s := &session{t: t, audit: filepath.Join(t.TempDir(), "audit.jsonl"), files: t.TempDir(), runtime: t.TempDir()}
	if !mute { // what does not fit into its dialog would wait for the console, where nobody is
		flags = append(flags, "--console", "off")
	}
	s.cmd = up.command(t, append(flags, "--audit", s.audit, "--save-dir", s.files)...)
	s.cmd.Stderr = &s.stderr
	s.cmd.Env = append(s.cmd.Env, "XDG_RUNTIME_DIR="+s.runtime)
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.out = bufio.NewReaderSize(io.TeeReader(out, &s.stdout), 1<<20)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	capabilities := map[string]any{"elicitation": map[string]any{}}
	if mute {
		capabilities = nil
	}
	s.request("initialize", map[string]any{
		"protocolVersion": "2025-06-18", "capabilities": capabilities,
		"clientInfo": map[string]any{"name": "canary", "version": "1"},
	})
	s.write(map[string]any{"jsonrpc": "2.0", "method": "notifications/initialized"})
	return s
}

func (s *session) write(message map[string]any) {
	s.t.Helper()
	line, err := json.Marshal(message)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.in.Write(append(line, '\n')); err != nil {
		s.t.Fatalf("%v\n%s", err, s.stderr.String())
	}
}

// incoming is a message of the server: an answer, a question or a notification.
type incoming struct {
	ID     json.RawMessage
	Method string
	Error  *struct{ Message string }
	Result struct {
		IsError bool
		Content []struct{ Text string }
	}
	Params struct {
		Message         string
		RequestedSchema struct {
			Properties map[string]struct{ Type, Description string }
		}
	}
}

// request makes a request and returns its answer; questions in between are answered with yes.
func (s *session) request(method string, params map[string]any) incoming {
	s.t.Helper()
	s.last++
	s.write(map[string]any{"jsonrpc": "2.0", "id": s.last, "method": method, "params": params})
	for {
		m, err := s.read()
		if err != nil {
			s.t.Fatalf("%s: %v\n%s", method, err, tail(s.stderr.String()))
		}
		switch {
		case m.Method == "elicitation/create":
			s.agree(m)
		case m.Method == "" && string(m.ID) == fmt.Sprint(s.last):
			return m
		}
	}
}

// read takes the next message of the server.
func (s *session) read() (m incoming, err error) {
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return m, err
	}
	if s.check != nil {
		s.check(line)
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return m, fmt.Errorf("%w in %.300s", err, line)
	}
	return m, nil
}

func (s *session) agree(question incoming) {
	s.t.Helper()
	s.cards = append(s.cards, question.Params.Message)
	content := map[string]any{}
	for name, field := range question.Params.RequestedSchema.Properties {
		content[name] = true
		if field.Type == "string" {
			wanted, _ := strings.CutPrefix(field.Description, "Type ")
			content[name], _, _ = strings.Cut(wanted, " to go ahead")
		}
	}
	s.write(map[string]any{"jsonrpc": "2.0", "id": question.ID, "result": map[string]any{"action": "accept", "content": content}})
}

// everything asks for all fields, the hypertext members included.
var everything = []string{"*", "_links", "_embedded"}

// tool calls an operation through paas_read or paas_write, and returns what a model reads.
func (s *session) tool(c call, reveal bool) (text string, failed bool) {
	s.t.Helper()
	return s.own(s.route(c, reveal))
}

// route is the tool for an operation, and what it takes.
func (s *session) route(c call, reveal bool) (tool string, in map[string]any) {
	s.calls++
	in = map[string]any{"tool": c.op.Name, "arguments": c.args, "fields": everything}
	if reveal {
		in["reveal"] = true
	}
	switch c.op.Platform {
	case schemas.Acquia:
		in["account"] = fmt.Sprintf("ac%d", s.calls%acquiaAccounts)
	case schemas.Virtuozzo:
		in["account"] = "vz"
	default:
		in["account"] = "pf"
		if c.op.Only == apiclient.Upsun {
			in["account"] = "up"
		}
	}
	if !c.op.IsRead() {
		return "paas_write", in
	}
	if c.op.ReturnsFile() {
		in["save_to"] = fmt.Sprintf("file-%d", s.calls)
	}
	return "paas_read", in
}

// own calls a tool of the server itself.
func (s *session) own(name string, in map[string]any) (text string, failed bool) {
	s.t.Helper()
	return s.request("tools/call", map[string]any{"name": name, "arguments": in, "_meta": map[string]any{"progressToken": s.last}}).text()
}

// text is what a model reads of an answer.
func (m incoming) text() (text string, failed bool) {
	if m.Error != nil {
		return m.Error.Message, true
	}
	for _, c := range m.Result.Content {
		text += c.Text
	}
	return text, m.Result.IsError
}

// end hangs up and gives everything that the process wrote, by where it wrote it.
func (s *session) end() map[string]string {
	s.t.Helper()
	if err := s.in.Close(); err != nil {
		s.t.Error(err)
	}
	if _, err := io.Copy(io.Discard, s.out); err != nil {
		s.t.Error(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("the server ended with %v\n%s", err, tail(s.stderr.String()))
	}
	audit, err := os.ReadFile(s.audit)
	if err != nil {
		s.t.Error(err)
	}
	return map[string]string{"standard output": s.stdout.String(), "standard error": s.stderr.String(), "the audit": string(audit)}
}

func tail(text string) string { return text[max(0, len(text)-2000):] }
