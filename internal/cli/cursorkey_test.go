package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"paasmcp/internal/cli"
)

// TestCursorsBetweenCommands: one command goes on with a list where another ended, and only with this list of this user.
func TestCursorsBetweenCommands(t *testing.T) {
	t.Parallel()
	run := func(home string, args ...string) (code int, next, said string) {
		var out, errs bytes.Buffer
		code = cli.Main(t.Context(), cli.Process{
			Args: append([]string{"call", "--demo", "platformsh_environment_list", "--fields", "id", "--limit", "2"}, args...),
			In:   strings.NewReader(""), Out: &out, Err: &errs, Env: lookup(map[string]string{"XDG_RUNTIME_DIR": home}),
		})
		var answer struct{ Next string }
		_ = json.Unmarshal(out.Bytes(), &answer)
		return code, answer.Next, out.String() + errs.String()
	}
	mine := t.TempDir()
	// Several at once make one key.
	var all sync.WaitGroup
	var firsts [4]string
	for i := range firsts {
		all.Go(func() { _, firsts[i], _ = run(mine, "project_id=abc123shop") })
	}
	all.Wait()
	for _, cursor := range firsts {
		if code, _, said := run(mine, "project_id=abc123shop", "--cursor", cursor); code != cli.ExitOK || !strings.Contains(said, "feature/search") || strings.Contains(said, `"main"`) {
			t.Errorf("followed: exit code %d: %s", code, said)
		}
	}
	cursor := firsts[0]
	for name, c := range map[string]struct {
		home string
		args []string
	}{
		"another project":    {mine, []string{"project_id=other", "--cursor", cursor}},
		"another user":       {t.TempDir(), []string{"project_id=abc123shop", "--cursor", cursor}},
		"changed":            {mine, []string{"project_id=abc123shop", "--cursor", "A" + cursor[1:]}},
		"made up":            {mine, []string{"project_id=abc123shop", "--cursor", "eyJrIjoyfQ"}},
		"changed at its end": {mine, []string{"project_id=abc123shop", "--cursor", cursor + "A"}},
	} {
		if code, _, said := run(c.home, c.args...); code == cli.ExitOK || !strings.Contains(said, "cursor") {
			t.Errorf("%s: exit code %d: %s", name, code, said)
		}
	}
	file := filepath.Join(mine, "paas-mcp", "cursor.key")
	info, err := os.Stat(file)
	if err != nil || info.Size() != 32 {
		t.Fatalf("the key: %v, %v", info, err)
	}
	left, _ := os.ReadDir(filepath.Dir(file))
	if len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	// A key that others could have read or cut is not used, and that is said.
	if err := os.WriteFile(file, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, next, said := run(mine, "project_id=abc123shop"); code != cli.ExitOK || next == "" || !strings.Contains(said, "by this command only") {
		t.Errorf("a broken key: exit code %d: %s", code, said)
	}
}
