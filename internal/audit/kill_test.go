package audit_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"paasmcp/internal/audit"
)

// fileSize is the size that files of the log are kept to, in bytes.
const fileSize = 8 << 10

// TestKilledAtEveryStep kills a server with SIGKILL at every step of a call that a person has confirmed, and at every step of a
// change of files on the way. Whatever the moment: no request has reached the platform that the log does not explain, no intent that was
// written is lost, a check finds no tampering, and the next server goes on.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	before, intent := measure(t)
	// How full the file is when the call comes: with room for all of it, for nothing of it, or for its intent only.
	const roomy = 0
	atIntent := fileSize - before - intent/2
	atOutcome := fileSize - before - intent - 60
	type step struct {
		name     string
		stop     string
		fill     int
		requests int64 // on the wire
		intents  int   // in the log
		open     int   // of these, without an outcome
		torn     bool
	}
	steps := []step{
		{"before the intent", "write intent", roomy, 0, 0, 0, false},
		{"in the middle of the intent", "half intent", roomy, 0, 0, 0, true},
		{"intent written, not flushed", "flush intent", roomy, 0, 1, 1, false},
		{"intent flushed, nothing sent", "flushed intent", roomy, 0, 1, 1, false},
		{"while the platform works", "platform", roomy, 1, 1, 1, false},
		{"answered, before the outcome", "write outcome", roomy, 1, 1, 1, false},
		{"in the middle of the outcome", "half outcome", roomy, 1, 1, 1, true},
		{"after the outcome", "written outcome", roomy, 1, 1, 0, false},
	}
	for _, r := range []struct{ name, stop string }{
		{"old file flushed", "create new"},
		{"new file empty", "created new"},
		{"in the middle of its first line", "half rotated"},
		{"its first line written", "flush rotated"},
		{"its first line flushed", "flushed rotated"},
		{"old file renamed", "renamed full"},
		{"new file about to be renamed", "rename new"},
		{"new file renamed", "renamed new"},
	} {
		steps = append(steps, step{"change of files for the intent: " + r.name, r.stop, atIntent, 0, 0, 0, false},
			step{"change of files for the outcome: " + r.name, r.stop, atOutcome, 1, 1, 1, false})
	}
	var mu sync.Mutex
	rows := make([]string, len(steps))
	t.Cleanup(func() {
		var b strings.Builder
		table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "KILLED\tON THE WIRE\tLINES\tVERDICT\tAFTER THE NEXT START")
		for _, row := range rows {
			fmt.Fprintln(table, row)
		}
		table.Flush()
		t.Log("\n" + b.String())
	})
	for i, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			platform, log := newPlatform(t), filepath.Join(t.TempDir(), "audit.jsonl")
			fill(t, log, s.fill)
			filled := verifyFile(t, log)
			killAt(t, platform, log, s.stop)

			got := platform.gated.Load()
			report, killed := verifyFile(t, log), gatedCalls(t, log)
			verdict, code := auditVerify(log)
			if got != s.requests || len(killed) != s.intents || len(report.Open) != s.open || (report.Torn != nil) != s.torn {
				t.Errorf("%d requests, %d intents, %d open, torn %v; want %+v", got, len(killed), len(report.Open), report.Torn, s)
			}
			if got > int64(len(killed)) {
				t.Errorf("%d requests on the wire, and %d intents explain them", got, len(killed))
			}
			if code != 0 || !report.OK() || s.open > 0 != strings.Contains(verdict, gatedTool+" of virtuozzo (local, ") {
				t.Errorf("audit verify ends with %d and says:\n%s", code, verdict)
			}
			if report.Calls != filled.Calls+len(killed) {
				t.Errorf("%d calls, %d were there before", report.Calls, filled.Calls)
			}

			if a := restarted(t, platform, log); a.IsError {
				t.Errorf("the next server answers: %s", a.text())
			}
			after := verifyFile(t, log)
			again, code := auditVerify(log)
			if code != 0 || !after.OK() || after.Torn != nil || len(after.Open) != s.open || len(gatedCalls(t, log)) != s.intents+1 ||
				platform.gated.Load() != s.requests+1 || (len(after.Recovered) == 1) != s.torn {
				t.Errorf("after the next start, %d requests, and audit verify ends with %d and says:\n%s", platform.gated.Load(), code, again)
			}
			mu.Lock()
			defer mu.Unlock()
			rows[i] = fmt.Sprintf("%s\t%d\t%d\t%s\t%s", s.name, got, report.Lines, says(report), says(after))
		})
	}
}

func says(r audit.Report) string {
	text := fmt.Sprintf("untouched, %d open", len(r.Open))
	if !r.OK() {
		text = "tampering"
	}
	if r.Torn != nil {
		text += ", half a line at the end"
	}
	if len(r.Recovered) > 0 {
		text += ", half a line mended"
	}
	return text + fmt.Sprintf(", %d files", r.Files)
}

// killAt runs a server, makes the call, and kills the server when it stands at the step.
func killAt(t *testing.T, p *platform, log, stop string) {
	t.Helper()
	s := startProcess(t, p, log, func(c *exec.Cmd) { c.Env = append(c.Env, stopVariable+"="+stop) })
	if stop == "platform" {
		p.onGated = s.end
	}
	go func() {
		if <-s.reached; s.at {
			s.end()
		}
	}()
	a, answered := s.confirmed()
	s.end()
	<-s.reached
	p.onGated = nil
	if answered || stop != "platform" && !s.at {
		t.Fatalf("the server did not come to the step; it answered %v %q and logged %s", answered, a.text(), s.errors.String())
	}
}

// measure gives the size of what a confirmed call writes before its intent, and that of its intent.
func measure(t *testing.T) (before, intent int) {
	t.Helper()
	p, log := newPlatform(t), filepath.Join(t.TempDir(), "audit.jsonl")
	if a := restarted(t, p, log); a.IsError || p.gated.Load() != 1 {
		t.Fatalf("a call without any crash: %s", a.text())
	}
	for line := range strings.Lines(content(t, log)) {
		if strings.Contains(line, `"event":"intent"`) && strings.Contains(line, `"tool":"`+gatedTool+`"`) {
			return before, len(line)
		}
		before += len(line)
	}
	t.Fatal("the call has no intent")
	return 0, 0
}

// fill makes a log with calls, of the given size or, with 0, of any.
func fill(t *testing.T, path string, size int) {
	t.Helper()
	l := open(t, path)
	defer l.Close()
	padded := func(n int) audit.Entry {
		e := read
		e.Args = map[string]any{"pad": strings.Repeat("x", n)}
		return e
	}
	record(t, l, padded(0))
	once := len(content(t, path))
	if size > 0 {
		record(t, l, padded(size-2*once))
	}
}

func gatedCalls(t *testing.T, path string) []audit.Call {
	t.Helper()
	calls, _, err := audit.ReadFile(path, audit.Filter{Tool: gatedTool})
	if err != nil {
		t.Fatal(err)
	}
	return calls
}
