package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/audit"
	"paasmcp/schemas"
)

var (
	read  = audit.Entry{Principal: "ana", Account: "shop", Tool: "platformsh_project_get", Risk: []schemas.Risk{schemas.Read}}
	write = audit.Entry{Principal: "ana", Client: "editor", ClientVersion: "1.2", Transport: "stdio", Account: "shop",
		Platform: schemas.Platformsh, Tool: "platformsh_environment_delete", Operation: "DELETE /projects/{projectId}/environments/{environmentId}",
		Args: map[string]any{"environment_id": "main", "note": "a\n\u2028<b>"}, Risk: []schemas.Risk{schemas.Write, schemas.Irreversible},
		Rule: "irreversible", Verdict: "confirm", Level: "typed", Digest: "d1", AnsweredBy: "ana"}
	done = audit.Outcome{Status: audit.OK, RequestID: "r1", DurationMS: 12, Job: "a1"}
)

func open(t testing.TB, path string, options ...audit.Option) *audit.Log {
	t.Helper()
	l, err := audit.Open(path, options...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func record(t testing.TB, l *audit.Log, entries ...audit.Entry) {
	t.Helper()
	for _, e := range entries {
		id, err := l.Intent(e)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Outcome(id, done); err != nil {
			t.Fatal(err)
		}
	}
}

// sample gives the path and the lines, with their line breaks, of a log of three calls.
func sample(t testing.TB) (path string, lines []string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	record(t, l, read, write, read)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	lines = strings.SplitAfter(content(t, path), "\n")
	return path, lines[:len(lines)-1]
}

func content(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func verify(t testing.TB, text string) audit.Report {
	t.Helper()
	r, err := audit.Verify(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Whatever single byte of a log is changed or dropped, or wherever one is added, the check finds it.
func TestEveryChangedByteIsFound(t *testing.T) {
	t.Parallel()
	_, lines := sample(t)
	text := strings.Join(lines, "")
	for i := range text {
		for name, tampered := range map[string]string{
			"changed": text[:i] + string(text[i]^1) + text[i+1:],
			"space":   text[:i] + " " + text[i:],
			"return":  text[:i] + "\r" + text[i:],
			"dropped": text[:i] + text[i+1:],
		} {
			// What is left of a last line is reported as such: it can also come from a crash.
			r := verify(t, tampered)
			if tampered != text && r.OK() && (r.Torn == nil || !strings.HasPrefix(text, tampered)) {
				t.Fatalf("%s at byte %d is not found: %q", name, i, tampered[max(0, i-20):min(len(tampered), i+20)])
			}
		}
	}
}

func TestTampering(t *testing.T) {
	t.Parallel()
	_, l := sample(t)
	edited := strings.Replace(l[2], `"ana"`, `"eve"`, 1)
	// An attacker who knows the format puts a fitting hash on the edited line.
	rehashed := func(s string) string {
		body := s[:strings.LastIndex(s, `,"hash"`)] + "}"
		sum := sha256.Sum256([]byte(body))
		return body[:len(body)-1] + `,"hash":"` + hex.EncodeToString(sum[:]) + "\"}\n"
	}
	for _, c := range []struct {
		name  string
		lines []string
		at    int // line of the first problem
		says  string
	}{
		{"edited", []string{l[0], l[1], edited, l[3], l[4], l[5]}, 3, "changed after it was written"},
		{"edited with a new hash", []string{l[0], l[1], rehashed(edited), l[3], l[4], l[5]}, 4, "does not continue"},
		{"first removed", l[1:], 1, "entries are missing before it: 1, from entry 1 on"},
		{"call removed", []string{l[0], l[1], l[4], l[5]}, 3, "entries are missing before it: 2, from entry 3 on"},
		{"reordered", []string{l[0], l[2], l[1], l[3], l[4], l[5]}, 2, "entries are missing before it: 1, from entry 2 on"},
		{"repeated", []string{l[0], l[1], l[1], l[2], l[3], l[4], l[5]}, 3, "twice or out of order"},
		{"foreign line", []string{l[0], "hello\n", l[1], l[2]}, 2, "not a line of this log"},
		{"empty line", []string{l[0], "\n", l[1], l[2]}, 2, "not a line of this log"},
		{"foreign JSON", []string{l[0], `{"seq":2}` + "\n", l[1]}, 2, "not a line of this log"},
		{"half a line of elsewhere at the end", []string{l[0], l[1], l[3][:40]}, 3, "not a line of this log"},
		{"half a line with a break at the end", []string{l[0], l[1], l[2][:40] + "\n"}, 3, "not a line of this log"},
		{"an unknown beginning", []string{l[2], l[3]}, 1, "entries are missing before it: 2, from entry 1 on"},
		{"outcome of nothing", []string{l[0], rehashed(strings.Replace(l[1], `"intent":1`, `"intent":9`, 1))}, 2, "not an open call"},
		{"two outcomes", []string{l[0], l[1], rehashed(strings.NewReplacer(`"seq":2`, `"seq":3`, l[0][strings.Index(l[0], `"hash":"`)+8:len(l[0])-3],
			l[1][strings.Index(l[1], `"hash":"`)+8:len(l[1])-3]).Replace(l[1]))}, 3, "not an open call"},
		{"unknown event", []string{rehashed(strings.Replace(l[0], `"event":"intent"`, `"event":"note"`, 1))}, 1, "unknown or incomplete"},
		{"faked crash", []string{rehashed(strings.Replace(l[0], `"event":"intent"`, `"event":"recovered"`, 1))}, 1, "records a crash"},
	} {
		r := verify(t, strings.Join(c.lines, ""))
		if r.OK() || r.Problems[0].Line != c.at || !strings.Contains(r.Problems[0].Text, c.says) {
			t.Errorf("%s: got %+v, want line %d: … %s …", c.name, r.Problems, c.at, c.says)
		}
	}
	// What a crash can do to the last line is told apart from tampering.
	for name, lines := range map[string][]string{
		"half a line at the end":   {l[0], l[1], l[2][:40]},
		"one byte of a line":       {l[0], l[1], l[2][:1]},
		"all but the end":          {l[0], l[1], l[2][:len(l[2])-2]},
		"no line break at the end": {l[0], l[1], strings.TrimSuffix(l[2], "\n")},
		"half of the first line":   {"", "", l[0][:90]},
	} {
		if r := verify(t, strings.Join(lines, "")); !r.OK() || r.Torn == nil || r.Torn.Line != r.Lines {
			t.Errorf("%s: got %+v", name, r)
		}
	}
	// Lines missing at the end leave a whole chain; the head tells.
	whole, cut := verify(t, strings.Join(l, "")), verify(t, strings.Join(l[:4], ""))
	if !whole.OK() || !cut.OK() || whole.Head == cut.Head {
		t.Errorf("whole %+v, cut %+v", whole, cut)
	}
}

// A crash can stop the last write after any byte. The log opens, keeps what is there, goes on and verifies.
func TestRecoveryFromEveryTornLine(t *testing.T) {
	t.Parallel()
	path, lines := sample(t)
	for _, before := range []int{0, 5} {
		whole := strings.Join(lines[:before], "")
		last := len(lines[before]) - 1
		for _, n := range []int{10, 11, 20, 73, 74, 75, 150, last / 2, last - 100, last - 75, last - 74, last - 40, last - 3, last - 2, last - 1, last} {
			left := whole + lines[before][:n]
			if err := os.WriteFile(path, []byte(left), 0o600); err != nil {
				t.Fatal(err)
			}
			l := open(t, path)
			record(t, l, write)
			l.Close()
			now := content(t, path)
			if !strings.HasPrefix(now, left) {
				t.Fatalf("%d bytes: the torn line was not kept", n)
			}
			r := verify(t, now)
			wantRecovered := 1
			if n == last {
				wantRecovered = 0 // only the line break was lost
			}
			if !r.OK() || len(r.Recovered) != wantRecovered {
				t.Fatalf("%d of %d bytes: %+v", n, len(lines[before]), r)
			}
			if wantRecovered == 1 && before > 0 {
				if gone := strings.Replace(now, lines[before][:n]+"\n", "", 1); verify(t, gone).OK() {
					t.Fatalf("%d bytes: removing the torn line afterwards is not found", n)
				}
			}
		}
	}
}

func TestCrashDuringRecovery(t *testing.T) {
	t.Parallel()
	path, lines := sample(t)
	torn := lines[0] + lines[1][:50]
	for _, again := range []string{"\n", "\n" + lines[2][:30], "\n" + lines[2][:30] + "\n" + lines[2][:10], "\n\n", "\x00\x00\x00"} {
		if err := os.WriteFile(path, []byte(torn+again), 0o600); err != nil {
			t.Fatal(err)
		}
		l := open(t, path)
		record(t, l, write)
		l.Close()
		if r := verify(t, content(t, path)); !r.OK() || len(r.Recovered) != 1 {
			t.Errorf("%q: %+v", again, r)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	path, lines := sample(t)
	edited := strings.Replace(lines[5], `"ok"`, `"no"`, 1)
	for name, c := range map[string]struct{ text, says string }{
		"another file":      {"hello\nworld\n", "not an audit log"},
		"no line break":     {"hello", "not an audit log"},
		"changed last line": {lines[4] + edited, "was changed"},
		"changed and torn":  {lines[4] + edited + `{"seq":7`, "was changed"},
		"huge foreign file": {strings.Repeat("x", 3<<20), "not an audit log"},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := audit.Open(path); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error with the path and %q", name, err, c.says)
		}
		if content(t, path) != c.text {
			t.Errorf("%s: the file was touched", name)
		}
	}
	if _, err := audit.Open(t.TempDir()); err == nil {
		t.Error("a folder was opened")
	}
	if _, err := audit.Open(filepath.Join(t.TempDir(), "missing", "x")); err == nil {
		t.Error("a file in a missing folder was opened")
	}
	if runtime.GOOS == "linux" {
		if _, err := audit.Open("/dev/full"); err == nil || !strings.Contains(err.Error(), "regular") {
			t.Errorf("a device was opened: %v", err)
		}
	}
}

func TestOneWriterAtATime(t *testing.T) {
	t.Parallel()
	path, _ := sample(t)
	first := open(t, path)
	if _, err := audit.Open(path); err == nil || !strings.Contains(err.Error(), "another server") {
		t.Errorf("a second writer: %v", err)
	}
	first.Close()
	if _, err := first.Intent(read); err == nil {
		t.Error("a closed log took an intent")
	}
	second := open(t, path)
	record(t, second, write)
	second.Close()
	if r := verify(t, content(t, path)); !r.OK() || r.Calls != 4 {
		t.Errorf("%+v", r)
	}
}

func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits")
	}
	path, _ := sample(t)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// What cannot be recorded is an error, and leaves the log usable.
func TestEntriesThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	l := open(t, path)
	for name, v := range map[string]any{"NaN": math.NaN(), "function": func() {}} {
		if _, err := l.Intent(audit.Entry{Tool: "x", Args: map[string]any{"v": v}}); err == nil {
			t.Errorf("%s was recorded", name)
		}
	}
	if _, err := l.Intent(audit.Entry{Tool: strings.Repeat("x", 1<<20)}); err == nil {
		t.Error("an endless name was recorded")
	}
	big := write
	big.Args = map[string]any{"body": strings.Repeat("x", 1<<20)}
	record(t, l, big, write)
	l.Close()
	text := content(t, path)
	if r := verify(t, text); !r.OK() || r.Calls != 2 || len(text) > 4<<10 || !strings.Contains(text, "… (1048576 bytes, sha256 ") {
		t.Errorf("%+v in %d bytes", r, len(text))
	}
	if len(big.Args["body"].(string)) != 1<<20 {
		t.Error("the caller's arguments were changed")
	}
}

func TestManyWriters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	l := open(t, path)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if i%2 == 0 {
				record(t, l, write, read)
				return
			}
			if _, err := l.Intent(write); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	l.Close()
	r := verify(t, content(t, path))
	if !r.OK() || r.Calls != 75 || len(r.Open) != 25 || r.Lines != 125 {
		t.Errorf("%d problems, %d calls, %d open, %d lines", len(r.Problems), r.Calls, len(r.Open), r.Lines)
	}
	if !slices.IsSortedFunc(r.Open, func(a, b audit.Pending) int { return a.Line - b.Line }) || r.Open[0].Tool != write.Tool {
		t.Errorf("open calls: %+v", r.Open)
	}
}

func TestNoFile(t *testing.T) {
	t.Parallel()
	l := open(t, "")
	a, _ := l.Intent(write)
	b, err := l.Intent(write)
	if err != nil || a == b {
		t.Errorf("ids %d and %d, %v", a, b, err)
	}
	if err := l.Outcome(a, done); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "a")
		l := open(t, path)
		start := time.Now()
		other := write
		other.Principal, other.Account, other.Tool = "ben", "bank", "acquia_domain_add"
		one, _ := l.Intent(write)
		time.Sleep(time.Hour)
		two, _ := l.Intent(other)
		l.Outcome(two, audit.Outcome{Status: audit.Failed, Kind: "not_found"})
		l.Outcome(one, done)
		time.Sleep(time.Hour)
		l.Intent(read)
		l.Close()
		text := content(t, path)
		for _, c := range []struct {
			name string
			f    audit.Filter
			want []audit.ID
		}{
			{"all", audit.Filter{}, []audit.ID{1, 2, 5}},
			{"since", audit.Filter{Since: start.Add(time.Hour)}, []audit.ID{2, 5}},
			{"until", audit.Filter{Until: start.Add(time.Hour)}, []audit.ID{1}},
			{"account", audit.Filter{Account: "shop"}, []audit.ID{1, 5}},
			{"principal", audit.Filter{Principal: "ben"}, []audit.ID{2}},
			{"tool", audit.Filter{Tool: "platformsh_*_delete"}, []audit.ID{1}},
			{"ok", audit.Filter{Status: audit.OK}, []audit.ID{1}},
			{"failed", audit.Filter{Status: audit.Failed}, []audit.ID{2}},
			{"unanswered", audit.Filter{Status: audit.Unanswered}, []audit.ID{5}},
			{"both", audit.Filter{Account: "bank", Status: audit.OK}, nil},
		} {
			calls, untrusted, err := audit.Read(strings.NewReader(text), c.f)
			var ids []audit.ID
			for _, call := range calls {
				ids = append(ids, call.ID)
			}
			if err != nil || len(untrusted) > 0 || !slices.Equal(ids, c.want) {
				t.Errorf("%s: got %v, %v, %v, want %v", c.name, ids, untrusted, err, c.want)
			}
		}
		calls, _, _ := audit.Read(strings.NewReader(text), audit.Filter{Status: audit.OK})
		if got := calls[0]; got.Line != 1 || !got.Time.Equal(start) || fmt.Sprint(got.Entry) != fmt.Sprint(write) || *got.Outcome != done {
			t.Errorf("got %+v", got)
		}
		_, untrusted, _ := audit.Read(strings.NewReader(strings.Replace(text, `"bank"`, `"shop"`, 1)+"torn"), audit.Filter{})
		if !slices.Equal(untrusted, []audit.Place{{Line: 2}, {Line: 6}}) {
			t.Errorf("untrusted lines %v, want 2 and 6", untrusted)
		}
		if _, _, err := audit.Read(strings.NewReader(text), audit.Filter{Tool: "["}); err == nil {
			t.Error("a broken glob was taken")
		}
	})
}

const golden = "testdata/sample.jsonl"

// The format is a promise to whoever keeps logs: files of today must verify with the program of tomorrow.
func TestFormat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path, _ := sample(t)
		if got := content(t, path); got != content(t, golden) {
			t.Errorf("the format of the log changed; if that is meant, old files must still verify. Now it is:\n%s", got)
		}
	})
	if r := verify(t, content(t, golden)); !r.OK() || r.Calls != 3 {
		t.Errorf("%+v", r)
	}
}

func FuzzVerify(f *testing.F) {
	whole := content(f, golden) // fixed, because every process of a fuzz run has to agree on it
	lines := strings.SplitAfter(whole, "\n")
	f.Add([]byte(whole))
	f.Add([]byte(lines[0] + lines[1][:50] + "\n" + lines[2]))
	f.Add([]byte("\n\n{}\n\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := audit.Verify(bytes.NewReader(b))
		if err != nil {
			return
		}
		// Only what the log wrote, up to any line, passes; behind it, the part of a line that a crash can leave.
		if r.Torn != nil {
			b = b[:bytes.LastIndexByte(b, '\n')+1]
		}
		if r.OK() && !strings.HasPrefix(whole, string(b)) {
			t.Fatalf("passes: %q", b)
		}
		audit.Read(bytes.NewReader(b), audit.Filter{})
	})
}

func BenchmarkRead(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "a"))
	defer l.Close()
	b.ReportAllocs()
	for b.Loop() {
		record(b, l, read)
	}
}
