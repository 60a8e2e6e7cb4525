package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"paasmcp/internal/audit"
	"paasmcp/internal/cli"
	"paasmcp/internal/simulator"
)

// session is the program at a terminal of its own, as a person has it: Ctrl-C and Ctrl-D are typed.
type session struct {
	t     *testing.T
	cmd   *exec.Cmd
	tty   *terminal
	audit string
}

// start runs this test binary as paas-mcp (see TestMain) against a platform whose jobs take for ever.
func start(t *testing.T, args ...string) *session {
	t.Helper()
	sim := simulator.New(simulator.Options{Speed: 0.001})
	base, err := sim.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := &session{t: t, tty: newTerminal(t), audit: filepath.Join(dir, "audit.jsonl")}
	s.cmd = exec.Command(self)
	s.cmd.Args = append([]string{"paas-mcp", args[0], "--audit", s.audit}, args[1:]...)
	s.cmd.Env = []string{
		"XDG_RUNTIME_DIR=" + dir, "HOME=" + dir,
		"PLATFORMSH_CLI_TOKEN=" + simulator.PlatformshToken, "PLATFORMSH_API_URL=" + base + simulator.PlatformshPath,
		"PLATFORMSH_TOKEN_URL=" + base + simulator.PlatformshPath + "/oauth2/token",
	}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = s.tty.program, s.tty.shown, s.tty.shown
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	return s
}

func (s *session) typed(text string) {
	s.t.Helper()
	if _, err := s.tty.person.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the end and gives the exit code, what was shown, and how the first call ended in the audit.
func (s *session) end() (code int, shown string, status audit.Status, kind string) {
	s.t.Helper()
	_ = s.cmd.Wait()
	calls, _, err := audit.ReadFile(s.audit, audit.Filter{})
	if err != nil {
		s.t.Fatal(err)
	}
	if len(calls) > 0 && calls[0].Outcome != nil {
		status, kind = calls[0].Outcome.Status, calls[0].Outcome.Kind
	}
	return s.cmd.ProcessState.ExitCode(), s.tty.shown.String(), status, kind
}

var (
	branch = []string{"call", "--wait", "platformsh_environment_branch", "project_id=abc123shop", "environment_id=main", "name=try", "title=Try"}
	remove = []string{"call", "platformsh_environment_delete", "project_id=abc123shop", "environment_id=feature/old-theme"}
)

// neverSaid are claims that are not true of an interruption, and words of Go.
var neverSaid = []string{"target changed", "context canceled", "context deadline", "But cancelled", "refused:"}

// TestInterruptedQuestion: whatever ends the program at a question, nothing was sent, and that is what it and the audit say.
func TestInterruptedQuestion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args   []string
		prompt string
		end    func(*session)
	}{
		"Ctrl-C":                   {branch, "[y/N]", func(s *session) { s.typed("\x03") }},
		"Ctrl-C at a typed name":   {remove, "to decline", func(s *session) { s.typed("\x03") }},
		"Ctrl-C after a slip":      {remove, "to decline", func(s *session) { s.typed("stagin\n"); s.tty.shown.Await(s.t, "2 tries left"); s.typed("\x03") }},
		"SIGTERM":                  {branch, "[y/N]", func(s *session) { _ = s.cmd.Process.Signal(syscall.SIGTERM) }},
		"SIGHUP":                   {branch, "[y/N]", func(s *session) { _ = s.cmd.Process.Signal(syscall.SIGHUP) }},
		"the terminal is closed":   {branch, "[y/N]", func(s *session) { s.tty.person.Close(); s.tty.program.Close() }},
		"Ctrl-C while it types on": {remove, "to decline", func(s *session) { s.typed("sta"); s.typed("\x03") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, c.args...)
			s.tty.shown.Await(t, c.prompt)
			c.end(s)
			code, shown, status, kind := s.end()
			if name == "the terminal is closed" { // the end of the input and the signal come together, and both are true
				kind = strings.Replace(kind, "the question was closed without an answer", "cancelled", 1)
				shown = strings.Replace(shown, "the question was closed without an answer", "cancelled", 1)
			}
			if code != cli.ExitInterrupted || !strings.Contains(shown, "cancelled; nothing was sent") {
				t.Errorf("exit code %d: %s", code, shown)
			}
			if status != audit.Refused || kind != "cancelled; nothing was sent" {
				t.Errorf("the audit says %s, %q", status, kind)
			}
			for _, words := range neverSaid {
				if strings.Contains(shown, words) {
					t.Errorf("it says %q: %s", words, shown)
				}
			}
		})
	}
}

// TestAnswersAtATerminal: what a person types means what people mean by it.
func TestAnswersAtATerminal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  []string
		typed string
		code  int
		says  string
		kind  string // of the outcome in the audit
	}{
		"n":                    {branch, "n\n", cli.ExitRefused, "the person declined", "the person declined; nothing was sent"},
		"Enter":                {branch, "\n", cli.ExitRefused, "the person declined", "the person declined; nothing was sent"},
		"NO":                   {branch, "NO\n", cli.ExitRefused, "the person declined", "the person declined; nothing was sent"},
		"an unclear word, no":  {branch, "maybe\nno\n", cli.ExitRefused, "Please answer y or n", "the person declined; nothing was sent"},
		"three unclear words":  {branch, "a\nb\nc\n", cli.ExitRefused, "the person declined", "the person declined; nothing was sent"},
		"the end of the input": {branch, "\x04", cli.ExitRefused, "closed without an answer", "the question was closed without an answer; nothing was sent"},
		"n for a name":         {remove, "n\n", cli.ExitRefused, "the person declined", "the person declined; nothing was sent"},
		"no for a name":        {remove, "no\n", cli.ExitRefused, "the person declined", "the person declined; nothing was sent"},
		"Enter for a name":     {remove, "\n", cli.ExitRefused, "the person declined", "the person declined; nothing was sent"},
		"a slip, then no":      {remove, "stagin\nn\n", cli.ExitRefused, "2 tries left", "the person declined; nothing was sent"},
		"three slips":          {remove, "a\nb\nc\n", cli.ExitRefused, "1 try left", "the name that was typed is not the name on the card; nothing was sent; call the tool again to try once more"},
		"the end after a slip": {remove, "a\n\x04", cli.ExitRefused, "closed without an answer", "the question was closed without an answer; nothing was sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, c.args...)
			s.typed(c.typed)
			code, shown, status, kind := s.end()
			if code != c.code || !strings.Contains(shown, c.says) || status != audit.Refused || kind != c.kind {
				t.Errorf("exit code %d, the audit says %s, %q: %s", code, status, kind, shown)
			}
		})
	}
	t.Run("a slip, then the name", func(t *testing.T) {
		t.Parallel()
		s := start(t, "call", "platformsh_environment_delete", "project_id=abc123shop", "environment_id=feature/old-theme")
		s.typed("old-theme\nfeature/old-theme\nn\n")
		if code, shown, status, _ := s.end(); code != cli.ExitOK || status != audit.OK || !strings.Contains(shown, "2 tries left") {
			t.Errorf("exit code %d, the audit says %s: %s", code, status, shown)
		}
	})
}

// TestInterruptedWait: a wait that is interrupted says that the job goes on, and the command that follows it.
func TestInterruptedWait(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]os.Signal{"SIGINT": os.Interrupt, "SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, branch...)
			s.typed("y\n")
			s.tty.shown.Await(t, `"job"`)
			s.tty.shown.Await(t, "0%")
			if err := s.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			code, shown, status, _ := s.end()
			_, command, ok := strings.Cut(shown, "the job continues on the platform; follow it with: paas-mcp wait platformsh/")
			if code != cli.ExitInterrupted || !ok || !strings.HasPrefix(command, "activity:abc123shop:") || status != audit.OK {
				t.Errorf("exit code %d, the audit says %s: %s", code, status, shown)
			}
			for _, words := range neverSaid {
				if strings.Contains(shown, words) {
					t.Errorf("it says %q: %s", words, shown)
				}
			}
		})
	}
}

// TestHangup: a server without a policy file ends when its terminal does, in order.
func TestHangup(t *testing.T) {
	t.Parallel()
	s := start(t, "serve", "--transport", "http", "--addr", "127.0.0.1:0")
	s.tty.shown.Await(t, "serving MCP")
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if code, shown, _, _ := s.end(); code != cli.ExitOK {
		t.Errorf("exit code %d: %s", code, shown)
	}
}
