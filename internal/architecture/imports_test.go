// Package architecture_test checks what no compiler checks: which package may know which.
package architecture_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "paasmcp"

// rule says what a package (or every package below a path that ends in /) must not import, and why.
type rule struct {
	of, never []string
	why       string
}

const mcpgo = "github.com/mark3labs/mcp-go/"

// leaves are what every package may import: they do things to texts, or count bytes, and know nothing of the project.
var leaves = []string{module + "/internal/spelling", module + "/internal/legible", module + "/internal/lazy", module + "/internal/memory", module + "/internal/secrets"}

var rules = []rule{
	{
		of: leaves, never: []string{module + "/", mcpgo},
		why: "what everything may import must import nothing of it",
	},
	{
		of: []string{module + "/schemas"}, never: []string{module + "/", mcpgo, "net/http"},
		why: "the catalogue is data: it must load without a client, a server or a network",
	},
	{
		of: []string{module + "/apiclient"}, never: []string{module + "/tools", module + "/internal/", module + "/prompts", mcpgo},
		why: "how a call travels must not depend on who makes it",
	},
	{
		of:    []string{module + "/internal/policy", module + "/internal/approval", module + "/internal/audit", module + "/internal/secrets", module + "/internal/finder"},
		never: []string{module + "/tools", module + "/apiclient", mcpgo},
		why:   "the gate must be readable and testable by itself",
	},
	{
		of: []string{module + "/internal/simulator/"}, never: []string{module + "/apiclient", module + "/tools", module + "/schemas", mcpgo},
		why: "a simulator that shared code with what it tests would share its mistakes",
	},
	{
		of: []string{module + "/internal/server"}, never: []string{module + "/apiclient", module + "/schemas", module + "/internal/simulator"},
		why: "transports carry messages; they know no platform",
	},
	{
		of: []string{module + "/tools"}, never: []string{module + "/internal/server", module + "/internal/cli", module + "/internal/simulator"},
		why: "tools are the same over every transport",
	},
}

// mcpUsers are the only packages that may import mcp-go: everything else must outlive a change of that library.
var mcpUsers = []string{"/tools", "/prompts", "/internal/server", "/internal/demo", "/internal/caller", "/internal/bench", "/internal/testrig"}

func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, imported := range p.Imports {
			for _, r := range rules {
				if matches(r.of, p.ImportPath) && matches(r.never, imported) && !sameTree(r.of, imported) && !slices.Contains(leaves, imported) {
					t.Errorf("%s imports %s: %s", p.ImportPath, imported, r.why)
				}
			}
			if strings.HasPrefix(imported, mcpgo) && !slices.ContainsFunc(mcpUsers, func(user string) bool {
				return strings.HasPrefix(p.ImportPath, module+user)
			}) {
				t.Errorf("%s imports %s: only %s may, so that a change of the MCP library stays there", p.ImportPath, imported, strings.Join(mcpUsers, ", "))
			}
		}
	}
}

func matches(list []string, path string) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		return path == entry || path == strings.TrimSuffix(entry, "/") || strings.HasSuffix(entry, "/") && strings.HasPrefix(path, entry)
	})
}

// sameTree lets packages below one path import each other.
func sameTree(of []string, imported string) bool {
	return slices.ContainsFunc(of, func(entry string) bool { return strings.HasSuffix(entry, "/") && strings.HasPrefix(imported, entry) })
}

// grep searches the project's Go files other than tests and returns the matching lines, each with its file.
func grep(t *testing.T, pattern string, but ...string) []string {
	t.Helper()
	args := append([]string{"grep", "-nE", pattern, "--", "*.go", ":!*_test.go"}, but...)
	cmd := exec.Command("git", args...)
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	if err != nil { // no match is an error too, and would mean that the pattern no longer says what it meant
		t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// TestOnlyConfigReadsTheEnvironment: a package that reads the environment by itself cannot be tested from plain values.
// main.go hands os.LookupEnv on, and the benchmark is a program of its own.
func TestOnlyConfigReadsTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, line := range grep(t, `os\.(Getenv|LookupEnv|Environ)\b`, ":!internal/bench") {
		if !strings.HasPrefix(line, "main.go:") && !strings.HasPrefix(line, "internal/config/") {
			t.Errorf("%s: only internal/config reads the environment", line)
		}
	}
}

// TestOneWayToTheWire: only the pipeline sends a row's request, and the looker that reads for its cards. Another sender would be
// a way around the gate, and no review would notice it among a hundred files.
func TestOneWayToTheWire(t *testing.T) {
	t.Parallel()
	known := map[string]int{
		"tools/send.go":    2, // answers, and files
		"tools/preview.go": 1, // reads for a card; TestCardsOnlyRead
	}
	for _, line := range grep(t, `client\.(Send|Download)\(`, ":!apiclient") {
		file, _, _ := strings.Cut(line, ":")
		if known[file]--; known[file] < 0 {
			t.Errorf("%s: only Service.Call, in tools/send.go, and the looker in tools/preview.go may send", line)
		}
	}
	for file, left := range known {
		if left > 0 {
			t.Errorf("%s sends in %d places fewer than this test knows", file, left)
		}
	}
}
