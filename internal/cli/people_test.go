package cli_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paasmcp/internal/cli"
)

// TestTwoPeopleOrNoStart: a policy that asks for two people is refused where nobody could tell that they are two, by serve and by
// `policy check` with the flags of serve, in one line that names the rule and says what to do.
func TestTwoPeopleOrNoStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const one, two = "0123456789abcdef", "fedcba9876543210"
	file("bob.token", "operator-token-of-bob")
	file("ana.token", "operator-token-of-ana")
	file("client.token", one)
	operators := func(name string, entries ...string) string {
		return file(name, "operators:\n- "+strings.ReplaceAll(strings.Join(entries, "\n- "), "DIR", dir)+"\n")
	}
	const anyCall = "rules: [{name: both, risk: write, verdict: confirm, level: two_person}]\n"
	http := []string{"--transport", "http"}
	for _, c := range []struct {
		name   string
		policy string
		args   []string
		want   string // of the refusal; empty: it starts
	}{
		{"nothing asked", "rules: [{risk: write, verdict: confirm, level: console}]\n", nil, ""},
		{"stdio", anyCall, nil, "not one person"},
		{"stdio with operators", anyCall, []string{"--operators", operators("o1", "{name: bob, token_file: DIR/bob.token}")}, "not one person"},
		{"stdio, an operator who claims to be local", anyCall, []string{"--operators", operators("o2", "{name: bob, token_file: DIR/bob.token}", "{name: ana, token_file: DIR/ana.token, principals: [local]}")}, "not one person"},
		{"http without tokens", anyCall, http, "not one person"},
		{"one shared token", anyCall, append(http, "--auth-token-file", file("t1", one), "--operators", operators("o3", "{name: bob, token_file: DIR/bob.token}")), "has no name"},
		{"two shared tokens", anyCall, append(http, "--auth-token-file", file("t2", one+"\n"+two), "--operators", operators("o4", "{name: bob, token_file: DIR/bob.token}")), "has no name"},
		{"a name and a shared token", anyCall, append(http, "--auth-token-file", file("t3", "ana:"+one+"\n"+two), "--operators", operators("o5", "{name: bob, token_file: DIR/bob.token}")), "has no name"},
		{"no operators", anyCall, append(http, "--auth-token-file", file("t4", "ana:"+one)), "--operators FILE"},
		{"no console", anyCall, append(http, "--auth-token-file", file("t4", "ana:"+one), "--console", "off"), "--operators FILE"},
		{"only the caller could approve", anyCall, append(http, "--auth-token-file", file("t5", "ana:"+one), "--operators", operators("o6", "{name: ana, token_file: DIR/ana.token}")), "another person than the caller ana"},
		{"only the caller under another name", anyCall, append(http, "--auth-token-file", file("t6", "ana:"+one), "--operators", operators("o7", "{name: anna, token_file: DIR/ana.token, principals: [ANA]}")), "another person than the caller ana"},
		{"the other caller could approve", anyCall, append(http, "--auth-token-file", file("t7", "ana:"+one+"\nbob:"+two), "--operators", operators("o8", "{name: bob, token_file: DIR/bob.token}")), "another person than the caller bob"},
		{"an operator's token is a client's", anyCall, append(http, "--auth-token-file", file("t8", "ana:"+one), "--operators", operators("o9", "{name: bob, token_file: DIR/client.token}")), "also a bearer token"},
		{"two people", anyCall, append(http, "--auth-token-file", file("t9", "ana:"+one+"\ncarol:"+two), "--operators", operators("o10", "{name: bob, token_file: DIR/bob.token}")), ""},
		{"two who watch each other", anyCall, append(http, "--auth-token-file", file("t10", "ana:"+one+"\nbob:"+two), "--operators", operators("o11", "{name: ana, token_file: DIR/ana.token}", "{name: bob, token_file: DIR/bob.token}")), ""},
		{
			"the shared token is for others", "rules: [{name: both, principal: ana, verdict: confirm, level: two_person}]\n",
			append(http, "--auth-token-file", file("t11", "ana:"+one+"\n"+two), "--operators", operators("o12", "{name: bob, token_file: DIR/bob.token}")), "",
		},
		{"a rule for another transport", "rules: [{name: both, transport: [http, sse], verdict: confirm, level: two_person}]\n", nil, ""},
	} {
		policy := file("policy.yaml", c.policy)
		for _, command := range [][]string{
			append([]string{"serve", "--demo", "--addr", "127.0.0.1:0", "--policy", policy}, c.args...),
			append([]string{"policy", "check", policy, "--transport", "stdio"}, c.args...),
		} {
			if command[0] == "policy" {
				command = deleteFlag(command, "--console")
			} else if len(c.args) == 0 || c.args[0] != "--transport" {
				command = deleteFlag(command, "--addr")
			}
			ctx, stop := context.WithCancel(t.Context())
			var errs bytes.Buffer
			if c.want == "" {
				stop() // a server that starts ends at once
			}
			code := cli.Main(ctx, cli.Process{Args: command, In: strings.NewReader(""), Out: io.Discard, Err: &errs,
				Env: lookup(map[string]string{"XDG_RUNTIME_DIR": dir, "GOGC": "100"})})
			stop()
			said := errs.String()
			switch {
			case c.want == "" && code != cli.ExitOK:
				t.Errorf("%s, %s: exit code %d: %s", c.name, command[0], code, said)
			case c.want != "" && (code != cli.ExitUsage || !strings.Contains(said, c.want) || strings.Count(said, "\n") != 1):
				t.Errorf("%s, %s: exit code %d, want one line with %q: %s", c.name, command[0], code, c.want, said)
			}
		}
	}
}

// deleteFlag takes a flag and its value out of a command line.
func deleteFlag(args []string, flag string) []string {
	for i := range args {
		if args[i] == flag {
			return append(append([]string{}, args[:i]...), args[i+2:]...)
		}
	}
	return args
}
