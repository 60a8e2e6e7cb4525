package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"paasmcp/internal/audit"
)

func newKey(t *testing.T, letter string) audit.Key {
	t.Helper()
	k, err := audit.NewKey(bytes.Repeat([]byte(letter), 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// keyedLog writes calls into a log: some before it had the key, and some with it.
func keyedLog(t *testing.T, before, after int, key audit.Key, options ...audit.Option) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a")
	for _, part := range []struct {
		calls   int
		options []audit.Option
	}{{before, options}, {after, append([]audit.Option{audit.Keyed(key)}, options...)}} {
		if part.calls == 0 {
			continue
		}
		l, err := audit.Open(path, part.options...)
		if err != nil {
			t.Fatal(err)
		}
		for range part.calls {
			record(t, l, write)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

var (
	hashOf = regexp.MustCompile(`,"hash":"[0-9a-f]{64}"\}$`)
	prevOf = regexp.MustCompile(`"prev":"[0-9a-f]{64}"`)
	keyOf  = regexp.MustCompile(`,"key":"[0-9a-f]+"`)
)

// rewrite is what a person can do who can write the file and has no key: change lines from the given one on, and make all hashes fit.
func rewrite(text string, from int, change func(line string) string) string {
	prev, out := strings.Repeat("0", 64), ""
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if i < from {
			prev = line[len(line)-66 : len(line)-2]
			out += line + "\n"
			continue
		}
		body := prevOf.ReplaceAllString(change(hashOf.ReplaceAllString(line, "}")), `"prev":"`+prev+`"`)
		sum := sha256.Sum256([]byte(body))
		prev = hex.EncodeToString(sum[:])
		out += strings.TrimSuffix(body, "}") + `,"hash":"` + prev + `"}` + "\n"
	}
	return out
}

// TestRewrittenChain: without a key nothing shows; with one, everything does that was done to lines with it.
func TestRewrittenChain(t *testing.T) {
	t.Parallel()
	key := newKey(t, "k")
	lie := func(line string) string { return strings.ReplaceAll(line, `"ana"`, `"bob"`) }
	bare := func(line string) string { return keyOf.ReplaceAllString(lie(line), "") }
	for name, c := range map[string]struct {
		before, after int
		change        func(text string) string
		found         bool
	}{
		"as it was":                      {0, 4, func(s string) string { return s }, false},
		"begun without a key":            {2, 2, func(s string) string { return s }, false},
		"all of it":                      {0, 4, func(s string) string { return rewrite(s, 0, lie) }, true},
		"all of it, without the key":     {0, 4, func(s string) string { return rewrite(s, 0, bare) }, true},
		"the last line":                  {0, 4, func(s string) string { return rewrite(s, 7, lie) }, true},
		"the end, without the key":       {0, 4, func(s string) string { return rewrite(s, 4, bare) }, true},
		"the last line, without the key": {0, 4, func(s string) string { return rewrite(s, 7, bare) }, true},
		"what was before the key":        {2, 2, func(s string) string { return rewrite(s, 0, lie) }, true},
		"what was before, hashes of it only": {2, 2, func(s string) string {
			return rewrite(s[:strings.Index(s, `{"seq":5`)], 0, lie) + s[strings.Index(s, `{"seq":5`):]
		}, true},
		"all but the key's part is gone": {2, 2, func(s string) string { return s[strings.Index(s, `{"seq":5`):] }, true},
		"the key's part is gone":         {2, 2, func(s string) string { return s[:strings.Index(s, `{"seq":5`)] }, true},
		"a log that never had the key":   {4, 0, func(s string) string { return s }, true},
	} {
		path := keyedLog(t, c.before, c.after, key)
		text := c.change(content(t, path))
		report, err := audit.Verify(strings.NewReader(text), key)
		if err != nil || report.OK() == c.found {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
		if c.before == 2 && !c.found && (report.Unkeyed != 4 || report.Keyed != 4 || report.FirstKey == nil || report.FirstKey.ID != 5) {
			t.Errorf("%s: it does not say where the key begins: %+v", name, report)
		}
		if other, err := audit.Verify(strings.NewReader(text), newKey(t, "o")); err != nil || other.OK() {
			t.Errorf("%s: whole for another key: %+v, %v", name, other, err)
		}
	}
	// Without the key the lines cannot be checked, which is not called whole.
	text := content(t, keyedLog(t, 0, 2, key))
	if r, err := audit.Verify(strings.NewReader(text)); err != nil || r.OK() || r.Unchecked != 4 || len(r.Problems) > 0 {
		t.Errorf("without the key: %+v, %v", r, err)
	}
	// And a chain that never had one is whole whatever was done to all of it: this is what the key is for.
	text = content(t, keyedLog(t, 2, 0, key))
	if r, err := audit.Verify(strings.NewReader(rewrite(text, 0, lie))); err != nil || !r.OK() || r.Keyed != 0 {
		t.Errorf("a chain without a key: %+v, %v", r, err)
	}
}

// TestKeyedFiles: rotation and crashes keep the key, and every file is checked with it.
func TestKeyedFiles(t *testing.T) {
	t.Parallel()
	key := newKey(t, "k")
	path := keyedLog(t, 3, 12, key, audit.MaxSize(2000))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"seq":99,"prev`); err != nil { // a crash
		t.Fatal(err)
	}
	f.Close()
	l, err := audit.Open(path, audit.Keyed(key), audit.MaxSize(2000))
	if err != nil {
		t.Fatal(err)
	}
	record(t, l, write)
	l.Close()
	r, err := audit.VerifyFile(path, key)
	if err != nil || !r.OK() || r.Files < 3 || r.Keyed < 24 || r.Unkeyed == 0 || len(r.Recovered) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	calls, untrusted, err := audit.ReadFile(path, audit.Filter{Key: key})
	if err != nil || len(untrusted) != 1 || len(calls) != 16 { // untrusted is what the crash left
		t.Errorf("%d calls, %v, %v", len(calls), untrusted, err)
	}
	if calls, untrusted, err := audit.ReadFile(path, audit.Filter{}); err != nil || len(untrusted) != 1 || len(calls) != 16 {
		t.Errorf("without the key: %d calls, %v, %v", len(calls), untrusted, err)
	}
}

// TestOpenWithTheRightKey: a log with a key does not go on without it, nor with another one.
func TestOpenWithTheRightKey(t *testing.T) {
	t.Parallel()
	path := keyedLog(t, 0, 1, newKey(t, "k"))
	if _, err := audit.Open(path); err == nil || !strings.Contains(err.Error(), "--audit-key-file") {
		t.Errorf("without the key: %v", err)
	}
	if _, err := audit.Open(path, audit.Keyed(newKey(t, "o"))); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("with another key: %v", err)
	}
	// Somebody who changes the last line cannot make it fit.
	text := content(t, path)
	if err := os.WriteFile(path, []byte(rewrite(text, 1, func(s string) string { return strings.ReplaceAll(s, `"ok"`, `"no"`) })), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Open(path, audit.Keyed(newKey(t, "k"))); err == nil {
		t.Error("a rewritten end is taken up")
	}
}

func TestReadKey(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	for n, good := range map[int]bool{0: false, 31: false, 32: true, 64: true} {
		if err := os.WriteFile(file, make([]byte, n), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := audit.ReadKey(file); (err == nil) != good {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// TestCutEnd says what shows of lines that were cut off: nothing, with or without a key, until the server that has the file open writes
// the next one.
func TestCutEnd(t *testing.T) {
	t.Parallel()
	key := newKey(t, "k")
	path := filepath.Join(t.TempDir(), "a")
	l, err := audit.Open(path, audit.Keyed(key))
	if err != nil {
		t.Fatal(err)
	}
	record(t, l, write, write)
	text := content(t, path)
	if err := os.Truncate(path, int64(strings.Index(text, `{"seq":3`))); err != nil {
		t.Fatal(err)
	}
	if r, err := audit.VerifyFile(path, key); err != nil || !r.OK() {
		t.Errorf("lines that are missing at the end: %+v, %v", r, err)
	}
	record(t, l, write)
	l.Close()
	if r, err := audit.VerifyFile(path, key); err != nil || r.OK() {
		t.Errorf("after the next line: %+v, %v", r, err)
	}
}
