package audit_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"paasmcp/internal/audit"
)

// TestLongArgumentsAreCut: whatever is long, the line has room, every argument keeps its name, and a short value stays as it is.
func TestLongArgumentsAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é\"<", 100_000)
	list := make([]any, 50_000)
	object := map[string]any{}
	for i := range list {
		list[i] = i
		object[fmt.Sprint("member", i)] = "x"
	}
	many := map[string]any{}
	for i := range 300 {
		many[fmt.Sprintf("argument_%03d", i)] = long[:2000]
	}
	for name, args := range map[string]map[string]any{
		"a text":           {"body": long, "id": "abc"},
		"a nested text":    {"body": map[string]any{"a": []any{map[string]any{"b": long}}}, "id": "abc"},
		"a list":           {"body": list, "id": "abc"},
		"an object":        {"body": object, "id": "abc"},
		"several":          {"a": long, "b": list, "c": object, "d": long, "id": "abc"},
		"many long values": many,
	} {
		path := filepath.Join(t.TempDir(), "a")
		l := open(t, path)
		record(t, l, audit.Entry{Principal: "p", Tool: "t", Args: args})
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		calls, untrusted, err := audit.ReadFile(path, audit.Filter{})
		if err != nil || len(untrusted) > 0 || len(calls) != 1 {
			t.Fatalf("%s: %v, %v", name, untrusted, err)
		}
		got := calls[0].Args
		for key := range args {
			if got[key] == nil {
				t.Errorf("%s: %s is gone", name, key)
			}
		}
		if args["id"] != nil && got["id"] != "abc" {
			t.Errorf("%s: a short value is %v now", name, got["id"])
		}
		if text := content(t, path); !strings.Contains(text, "sha256 ") || len(text) > 256<<10+1000 {
			t.Errorf("%s: %d bytes", name, len(text))
		}
	}
	// More arguments than there is room for, which only a made-up call has: it says how many, and what they were.
	huge := map[string]any{}
	for i := range 100_000 {
		huge[fmt.Sprint("made up ", i, strings.Repeat("x", 100))] = i
	}
	path := filepath.Join(t.TempDir(), "a")
	l := open(t, path)
	record(t, l, audit.Entry{Principal: "p", Tool: "t", Args: huge})
	l.Close()
	calls, _, err := audit.ReadFile(path, audit.Filter{})
	if err != nil || len(calls) != 1 || len(calls[0].Args) < 100 || !strings.Contains(fmt.Sprint(calls[0].Args["…"]), "more arguments (all: ") {
		t.Errorf("a hundred thousand arguments: %v, %d kept", err, len(calls[0].Args))
	}
}

// TestRefuse: a refusal is a call with its outcome, and its words are bounded.
func TestRefuse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	l := open(t, path)
	if err := l.Refuse(audit.Entry{Principal: "p", Tool: "t"}, strings.Repeat("no ", 1<<20)); err != nil {
		t.Fatal(err)
	}
	l.Close()
	calls, _, err := audit.ReadFile(path, audit.Filter{Status: audit.Refused})
	if err != nil || len(calls) != 1 || len(calls[0].Outcome.Kind) > 5<<10 || !strings.HasPrefix(calls[0].Outcome.Kind, "no no") {
		t.Errorf("%+v, %v", calls, err)
	}
}
