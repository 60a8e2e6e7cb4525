package architecture_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMethodsAreDropped: one call of a method by its name, and the linker keeps every exported method of every type, which is
// 5 MB of binary and 2 MB of memory in each server. text/template and html/template make such calls.
func TestMethodsAreDropped(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "paas-mcp")
	if out, err := exec.Command("go", "build", "-o", binary, module).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	symbols, err := exec.Command("go", "tool", "nm", binary).Output()
	if err != nil {
		t.Fatalf("go tool nm: %v", err)
	}
	if !bytes.Contains(symbols, []byte(" main.main\n")) {
		t.Fatal("the binary has no symbols, so that this test sees nothing")
	}
	// Nobody here takes the root of a number: it is in the binary only together with every other method.
	if bytes.Contains(symbols, []byte(" math/big.(*Float).Sqrt\n")) {
		t.Error("the linker no longer drops methods: see which import made the difference with `go tool nm -size -sort size`, and docs/adr/0010")
	}
}

// TestPagesEscape: what the console shows comes from callers and platforms, and g.Raw is the one way around the escaping.
func TestPagesEscape(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../console/html*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "g.Raw(") || strings.Contains(string(source), "g.Rawf(") {
			t.Errorf("%s uses g.Raw, which escapes nothing", file)
		}
	}
}
