package audit_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"paasmcp/internal/audit"
)

const small = 2 << 10 // bytes: some calls fit

// rotating logs calls into files of a small size and gives the path of the newest one.
func rotating(t testing.TB, calls int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	appendTo(t, path, calls)
	return path
}

func appendTo(t testing.TB, path string, calls int) {
	t.Helper()
	l := open(t, path, audit.MaxSize(small), audit.Warn(func(err error) { t.Error(err) }))
	for range calls {
		record(t, l, write)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// chain gives the files of a log, oldest first.
func chain(t testing.TB, path string) []string {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	return append(files[1:], files[0])
}

func verifyFile(t testing.TB, path string) audit.Report {
	t.Helper()
	r, err := audit.VerifyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRotation(t *testing.T) {
	t.Parallel()
	path := rotating(t, 12)
	appendTo(t, path, 8) // a server that starts again goes on
	files := chain(t, path)
	if len(files) < 5 {
		t.Fatalf("%d files", len(files))
	}
	lines := 0
	for i, f := range files {
		text := content(t, f)
		lines += strings.Count(text, "\n")
		if len(text) > small {
			t.Errorf("%s has %d bytes", f, len(text))
		}
		if i > 0 && !strings.Contains(text[:strings.Index(text, "\n")], `"event":"rotated","former":"`+filepath.Base(files[i-1])+`"`) {
			t.Errorf("%s begins with %.300s", f, text)
		}
		if info, err := os.Stat(f); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm() != 0o600) {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		// Each of them can be checked with what came before it.
		if r := verifyFile(t, f); !r.OK() || r.Files != i+1 || r.Lines != lines || r.Begins != 1 {
			t.Errorf("%s: %+v, want %d lines", f, r, lines)
		}
	}
	r := verifyFile(t, path)
	if r.Calls != 20 || len(r.Open) != 0 || r.Lines != 40+len(files)-1 {
		t.Errorf("%+v", r)
	}
	var all strings.Builder
	for _, f := range files {
		all.WriteString(content(t, f))
	}
	if one := verify(t, all.String()); !one.OK() || one.Head != r.Head {
		t.Errorf("all files in one: %+v", one)
	}
	calls, untrusted, err := audit.ReadFile(path, audit.Filter{Status: audit.OK})
	if err != nil || len(calls) != 20 || len(untrusted) != 0 || calls[0].File != files[0] || calls[19].File != path {
		t.Errorf("%d calls, %v, %v", len(calls), untrusted, err)
	}
	if calls, _, _ = audit.ReadFile(files[1], audit.Filter{}); len(calls) == 0 || calls[len(calls)-1].File != files[1] {
		t.Errorf("up to %s: %d calls", files[1], len(calls))
	}
}

func TestRotatedFilesTampered(t *testing.T) {
	t.Parallel()
	original := rotating(t, 20)
	files := chain(t, original)
	last := len(files) - 1
	texts := map[string]string{}
	for _, f := range files {
		texts[f] = content(t, f)
	}
	lineOf := func(f string, n int) string { return strings.SplitAfter(texts[f], "\n")[n] }
	for _, c := range []struct {
		name string
		do   func(files map[string]string)
		says string // none: no tampering
	}{
		{"nothing", func(map[string]string) {}, ""},
		{"oldest archived", func(m map[string]string) { delete(m, files[0]) }, ""},
		{"all former archived", func(m map[string]string) { maps.DeleteFunc(m, func(f, _ string) bool { return f != original }) }, ""},
		{"one in between removed", func(m map[string]string) { delete(m, files[1]) }, "are missing before it"},
		{"newest former removed", func(m map[string]string) { delete(m, files[last-1]) }, "are missing before it"},
		{"swapped", func(m map[string]string) { m[files[1]], m[files[2]] = m[files[2]], m[files[1]] }, "are missing before it"},
		{"oldest swapped", func(m map[string]string) { m[files[0]], m[files[1]] = m[files[1]], m[files[0]] }, "twice or out of order"},
		{"last line cut", func(m map[string]string) {
			m[files[1]] = strings.TrimSuffix(m[files[1]], lineOf(files[1], strings.Count(m[files[1]], "\n")-1))
		},
			"are missing before it"},
		{"half a line cut", func(m map[string]string) { m[files[1]] = m[files[1]][:len(m[files[1]])-30] }, "not a line of this log"},
		{"line break cut", func(m map[string]string) { m[files[1]] = m[files[1]][:len(m[files[1]])-1] }, "line break is missing"},
		{"emptied", func(m map[string]string) { m[files[1]] = "" }, "the file is empty"},
		{"first line removed", func(m map[string]string) { m[files[1]] = strings.TrimPrefix(m[files[1]], lineOf(files[1], 0)) }, "are missing before it"},
		{"archived up to a line", func(m map[string]string) {
			delete(m, files[0])
			m[files[1]] = strings.TrimPrefix(m[files[1]], lineOf(files[1], 0))
		}, ", from entry 1 on"},
		{"edited", func(m map[string]string) { m[files[1]] = strings.Replace(m[files[1]], `"ana"`, `"eve"`, 1) }, "changed after it was written"},
		{"copied", func(m map[string]string) { m[original+".000000999999"] = m[files[1]] }, "twice or out of order"},
		{"newest emptied", func(m map[string]string) { m[original] = "" }, "the file is empty"},
	} {
		now := maps.Clone(texts)
		c.do(now)
		dir := t.TempDir()
		for f, text := range now {
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		r := verifyFile(t, filepath.Join(dir, "audit.jsonl"))
		says := ""
		if !r.OK() {
			says = r.Problems[0].Text
		}
		if (c.says == "") != r.OK() || !strings.Contains(says, c.says) {
			t.Errorf("%s: %+v, want %q", c.name, r.Problems, c.says)
		}
		if archived := strings.Contains(c.name, "archived"); r.OK() && archived != (r.Begins > 1) {
			t.Errorf("%s: begins at entry %d", c.name, r.Begins)
		}
		// Whatever is missing in the middle, every problem names the file.
		for _, p := range r.Problems {
			if filepath.Dir(p.File) != dir || p.Line < 1 {
				t.Errorf("%s: problem at %v", c.name, p.Place)
			}
		}
	}
}

// The intent and the outcome of a call may stand in two files, and the one with the intent may be archived.
func TestCallAcrossFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	l := open(t, path, audit.MaxSize(small))
	long, _ := l.Intent(write)
	never, _ := l.Intent(read)
	for range 10 {
		record(t, l, read)
	}
	if err := l.Outcome(long, audit.Outcome{Status: audit.Lost}); err != nil {
		t.Fatal(err)
	}
	l.Close()
	files := chain(t, path)
	if r := verifyFile(t, path); !r.OK() || len(r.Open) != 1 || r.Open[0].ID != never || r.Open[0].File != files[0] || len(files) < 3 {
		t.Errorf("%+v", r)
	}
	calls, _, err := audit.ReadFile(path, audit.Filter{Status: audit.Lost})
	if err != nil || len(calls) != 1 || calls[0].ID != long || calls[0].File != files[0] {
		t.Errorf("%+v, %v", calls, err)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if r := verifyFile(t, path); !r.OK() || len(r.Open) != 0 || r.Begins < 3 {
		t.Errorf("after archiving: %+v", r)
	}
}

// A log must not begin again where its end was removed: it would read as if nothing had been there.
func TestOpenWithoutTheNewestFile(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(path string) error{
		"removed": os.Remove,
		"emptied": func(path string) error { return os.Truncate(path, 0) },
		"removed, and something else lies ready": func(path string) error {
			if err := os.WriteFile(path+".next", []byte(content(t, chain(t, path)[0])), 0o600); err != nil {
				return err
			}
			return os.Remove(path)
		},
		"removed, and half a line lies ready": func(path string) error {
			if err := os.WriteFile(path+".next", []byte(content(t, path)[:100]), 0o600); err != nil {
				return err
			}
			return os.Remove(path)
		},
	} {
		path := rotating(t, 8)
		former := filepath.Base(chain(t, path)[0])[:10]
		if err := do(path); err != nil {
			t.Fatal(err)
		}
		before, _ := filepath.Glob(path + "*")
		if _, err := audit.Open(path); err == nil || !strings.Contains(err.Error(), "put it back") || !strings.Contains(err.Error(), former) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := audit.VerifyFile(path); name == "removed" && (err == nil || !strings.Contains(err.Error(), "put it back")) {
			t.Errorf("%s: the check says %v", name, err)
		}
		if after, _ := filepath.Glob(path + "*"); !slices.Equal(before, after) && name != "emptied" {
			t.Errorf("%s: files were %v and are %v", name, before, after)
		}
	}
}

func TestFilesThatAreNoFormers(t *testing.T) {
	t.Parallel()
	path := rotating(t, 8)
	files := len(chain(t, path))
	for _, name := range []string{".1", ".gz", ".00000000000x", ".0000000000010", "000000000009", ".000000000009.gz", ".next"} {
		if err := os.WriteFile(path+name, []byte("no log\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open(t, path).Close()
	if _, err := os.Stat(path + ".next"); err == nil {
		t.Error("what was left of an earlier change of files is still there")
	}
	appendTo(t, path, 1)
	if r := verifyFile(t, path); !r.OK() || r.Calls != 9 || r.Files > files+1 {
		t.Errorf("%+v", r)
	}
}

func TestLinkToTheLog(t *testing.T) {
	t.Parallel()
	path := rotating(t, 1)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	appendTo(t, link, 12)
	r, direct := verifyFile(t, link), verifyFile(t, path)
	if !r.OK() || r.Calls != 13 || r.Files < 3 || fmt.Sprint(r) != fmt.Sprint(direct) {
		t.Errorf("through the link %+v, directly %+v", r, direct)
	}
}

func TestManyWritersRotate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	l := open(t, path, audit.MaxSize(small), audit.Warn(func(err error) { t.Error(err) }))
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			if i%3 == 0 {
				record(t, l, write, read)
				return
			}
			record(t, l, read, write)
			if _, _, err := audit.ReadFile(path, audit.Filter{}); err != nil { // a reader meets every moment of a change
				t.Error(err)
			}
		})
	}
	wg.Wait()
	l.Close()
	for _, f := range chain(t, path) {
		if info, err := os.Stat(f); err != nil || info.Size() > small {
			t.Errorf("%s: %d bytes, %v", f, info.Size(), err)
		}
	}
	if r := verifyFile(t, path); !r.OK() || r.Calls != 60 || len(r.Open) != 0 {
		t.Errorf("%+v", r)
	}
}

// A line that is longer than a file may be goes into a file of its own.
func TestLongLinesRotate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	l := open(t, path, audit.MaxSize(1))
	record(t, l, write, read)
	l.Close()
	if r := verifyFile(t, path); !r.OK() || r.Files != 4 || r.Lines != 7 {
		t.Errorf("%+v", r)
	}
}
