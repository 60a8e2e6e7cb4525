package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

const auditDoc = "../../docs/audit.md"

// TestAuditDoc runs the examples of the guide, each on the same trail of two files, and compares what they print. UPDATE=1 rewrites
// the guide. The trail is a promise as well: files of today must verify with the program of tomorrow.
func TestAuditDoc(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the examples use the sed and truncate of GNU")
	}
	doc, err := filepath.Abs(auditDoc)
	if err != nil {
		t.Fatal(err)
	}
	trail, err := filepath.Abs("testdata/audit")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	got := regexp.MustCompile("(?s)```console\n.*?```").ReplaceAllStringFunc(string(text), func(block string) string {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(trail)); err != nil {
			t.Fatal(err)
		}
		t.Chdir(dir)
		var out strings.Builder
		out.WriteString("```console\n")
		for line := range strings.Lines(block) {
			command, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "$ ")
			if !ok {
				continue
			}
			out.WriteString(line)
			out.WriteString(example(t, command))
		}
		return out.String() + "```"
	})
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(doc, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(text) {
		t.Errorf("%s is out of date (UPDATE=1 rewrites it); with the output of today it reads:\n%s", auditDoc, got)
	}
}

func example(t *testing.T, command string) string {
	t.Helper()
	if args, ours := strings.CutPrefix(command, "paas-mcp "); ours {
		out, problems, _ := run(strings.Fields(strings.ReplaceAll(args, "'", ""))...)
		return out + problems
	}
	out, err := exec.Command("sh", "-c", command).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", command, err, out)
	}
	return string(out)
}
