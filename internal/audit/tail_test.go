package audit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paasmcp/internal/audit"
)

func TestTail(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	log := open(t, path)
	defer log.Close()
	long := strings.Repeat("x", 100<<10)
	for n := range 60 { // six megabytes: more than is looked at
		id, err := log.Intent(audit.Entry{Principal: "local", Tool: fmt.Sprintf("tool_%d", n), Args: map[string]any{"long": long}})
		if err != nil {
			t.Fatal(err)
		}
		if err := log.Outcome(id, audit.Outcome{Status: audit.OK}); err != nil {
			t.Fatal(err)
		}
	}
	calls, untrusted, more, err := audit.Tail(path, audit.Filter{}, 3)
	if err != nil || untrusted != 0 || !more || len(calls) != 3 || calls[0].Tool != "tool_59" || calls[2].Tool != "tool_57" || calls[0].Outcome == nil {
		t.Errorf("%d calls, %d untrusted, more %v, %v", len(calls), untrusted, more, err)
	}
	calls, untrusted, more, err = audit.Tail(path, audit.Filter{}, 1000)
	if err != nil || untrusted != 0 || !more || len(calls) < 30 || len(calls) >= 60 {
		t.Errorf("of a long file: %d calls, %d untrusted, more %v, %v", len(calls), untrusted, more, err)
	}
	calls, _, _, err = audit.Tail(path, audit.Filter{Tool: "tool_5?"}, 1000)
	if err != nil || len(calls) != 10 {
		t.Errorf("filtered: %d calls, %v", len(calls), err)
	}
	if _, _, _, err := audit.Tail(path, audit.Filter{Tool: "["}, 1); err == nil {
		t.Error("a broken glob was accepted")
	}
	if _, _, _, err := audit.Tail(path+".missing", audit.Filter{}, 1); err == nil {
		t.Error("a missing file was read")
	}

	// Half a line at the end is being written; a changed line is not shown.
	short := filepath.Join(t.TempDir(), "short.jsonl")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	text := lines[0] + lines[1] + strings.Replace(lines[2], "tool_1", "tool_X", 1) + lines[4][:100]
	if err := os.WriteFile(short, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	calls, untrusted, more, err = audit.Tail(short, audit.Filter{}, 10)
	if err != nil || len(calls) != 1 || untrusted != 1 || more {
		t.Errorf("of a damaged file: %d calls, %d untrusted, more %v, %v", len(calls), untrusted, more, err)
	}
}

func TestTailOverFormerFiles(t *testing.T) {
	t.Parallel()
	path := rotating(t, 20)
	calls, untrusted, more, err := audit.Tail(path, audit.Filter{}, 15)
	if err != nil || len(calls) != 15 || untrusted != 0 || !more {
		t.Fatalf("%d calls, %d untrusted, more %v, %v", len(calls), untrusted, more, err)
	}
	for i, c := range calls {
		if c.Outcome == nil || i > 0 && c.ID >= calls[i-1].ID {
			t.Errorf("call %d is entry %d: %+v", i, c.ID, c.Outcome)
		}
	}
	if calls, _, more, err = audit.Tail(path, audit.Filter{}, 100); err != nil || len(calls) != 20 || more {
		t.Errorf("%d calls, more %v, %v", len(calls), more, err)
	}
	// Up to one of them.
	if calls, _, more, err = audit.Tail(chain(t, path)[0], audit.Filter{}, 100); err != nil || len(calls) == 0 || len(calls) >= 20 || more {
		t.Errorf("of the oldest file: %d calls, more %v, %v", len(calls), more, err)
	}
}
