//go:build unix

package cli_test

import (
	"bufio"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"paasmcp/internal/cli"
)

// TestReload: SIGHUP exchanges the policy of a running server, all or nothing.
func TestReload(t *testing.T) {
	// The signal goes to this whole process; it must not end it when the server does not listen.
	guard := make(chan os.Signal, 8)
	signal.Notify(guard, syscall.SIGHUP)
	defer signal.Stop(guard)

	file := filepath.Join(t.TempDir(), "policy.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("default: deny\nrules: []\n")
	in, send := io.Pipe()
	receive, out := io.Pipe()
	logs, errs := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- cli.Main(t.Context(), cli.Process{
			Args: []string{"serve", "--demo", "--policy", file}, In: in, Out: out, Err: errs,
			Env: func(string) (string, bool) { return "", false },
		})
		out.Close()
		errs.Close()
	}()
	lines := make(chan string, 100)
	go func() {
		for scanner := bufio.NewScanner(logs); scanner.Scan(); {
			lines <- scanner.Text()
		}
		close(lines)
	}()
	answers := bufio.NewReader(receive)
	call := func() string {
		t.Helper()
		const message = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"platformsh_environment_list","arguments":{"project_id":"abc123shop"},` +
			`"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}` + "\n"
		if _, err := io.WriteString(send, message); err != nil {
			t.Fatal(err)
		}
		answer, err := answers.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	hangup := func(want string) {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		for line := range lines {
			if strings.Contains(line, want) {
				return
			}
		}
		t.Fatalf("the log never said %q", want)
	}
	const refused = "no rule of the policy allows it"

	if got := call(); !strings.Contains(got, refused) {
		t.Fatalf("the policy at the start is not in force: %s", got)
	}
	write("rules: []\n")
	hangup("policy read again")
	if got := call(); strings.Contains(got, refused) || !strings.Contains(got, "staging") {
		t.Errorf("the new policy is not in force: %s", got)
	}
	write("default: deny\nrules: [{verdict: allow}]\n")
	hangup("policy.yaml:2: rule 1: it would allow")
	if got := call(); !strings.Contains(got, "staging") {
		t.Errorf("a broken file changed the policy: %s", got)
	}
	write("rules: [{name: both, risk: write, verdict: confirm, level: two_person}]\n")
	hangup("not one person")
	if got := call(); !strings.Contains(got, "staging") {
		t.Errorf("a policy that cannot be kept here changed the policy: %s", got)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	hangup("the policy stays as it was")
	if got := call(); !strings.Contains(got, "staging") {
		t.Errorf("a missing file changed the policy: %s", got)
	}
	write("default: deny\nrules: []\n")
	hangup("policy read again")
	if got := call(); !strings.Contains(got, refused) {
		t.Errorf("the last policy is not in force: %s", got)
	}
	send.Close()
	if code := <-done; code != cli.ExitOK {
		t.Errorf("exit code %d", code)
	}
}
