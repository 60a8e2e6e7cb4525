package audit

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// failing is a folder in which steps fail, by the names that they have in [Watch].
type failing struct {
	folder
	fails map[string]bool
}

func (f failing) err(step string) error {
	if f.fails[step] {
		return errDisk
	}
	return nil
}

func (f failing) Create(name string) (file, error) {
	if err := f.err("create"); err != nil {
		return nil, err
	}
	next, err := f.folder.Create(name)
	return failingFile{next, f}, err
}

func (f failing) Rename(from, to string) error {
	step := "rename full"
	switch {
	case strings.HasSuffix(from, ".next"):
		step = "rename new"
	case len(to) < len(from):
		step = "undo"
	}
	if err := f.err(step); err != nil {
		return err
	}
	return f.folder.Rename(from, to)
}

type failingFile struct {
	file
	in failing
}

func (f failingFile) Write(p []byte) (int, error) {
	if err := f.in.err("write"); err != nil {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, err
	}
	return f.file.Write(p)
}

func (f failingFile) Sync() error {
	if err := f.in.err("flush"); err != nil {
		return err
	}
	return f.file.Sync()
}

// A change of files that fails leaves everything as it was: the log goes on in the old file, says so, and tries again later.
func TestChangeOfFilesFails(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"create", "write", "flush", "rename full", "rename new"} {
		path := filepath.Join(t.TempDir(), "a")
		var warned []error
		l, err := Open(path, MaxSize(2<<10), Warn(func(err error) { warned = append(warned, err) }))
		if err != nil {
			t.Fatal(err)
		}
		fails := map[string]bool{step: true}
		l.folder = failing{l.folder, fails}
		calls := 0
		call := func() {
			t.Helper()
			calls++
			id, err := l.Intent(aWrite)
			if err == nil {
				err = l.Outcome(id, Outcome{Status: OK})
			}
			if err != nil {
				t.Fatalf("%s: %v", step, err)
			}
		}
		for len(warned) < 2 {
			call()
		}
		if calls < 8 || !errors.Is(warned[0], errDisk) || !strings.Contains(warned[0].Error(), "continues in a") {
			t.Errorf("%s: %v after %d calls", step, warned, calls)
		}
		if files, _ := filepath.Glob(path + "*"); len(files) != 1 {
			t.Errorf("%s: left behind %v", step, files)
		}
		fails[step] = false
		for range 8 {
			call()
		}
		l.Close()
		if r, err := VerifyFile(path); err != nil || !r.OK() || r.Calls != calls || len(r.Open) != 0 || r.Files < 2 {
			t.Errorf("%s: %+v, %v", step, r, err)
		}
	}
}

// When not even the old name can be given back, the log shuts; the next start finishes what was begun.
func TestChangeOfFilesBreaksOff(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	l, err := Open(path, MaxSize(2<<10), Warn(func(err error) { t.Errorf("warned: %v", err) }))
	if err != nil {
		t.Fatal(err)
	}
	l.folder = failing{l.folder, map[string]bool{"rename new": true, "undo": true}}
	calls := 0
	for ; err == nil; calls++ {
		_, err = l.Intent(aWrite)
	}
	if !strings.Contains(err.Error(), "restart the server") {
		t.Error(err)
	}
	if _, err := l.Intent(aRead); err == nil {
		t.Error("a shut log took an intent")
	}
	l.Close()
	if r, err := VerifyFile(path); err != nil || !r.OK() || r.Files != 2 || r.Calls != calls-1 {
		t.Errorf("before the next start: %+v, %v", r, err)
	}
	if l, err = Open(path, MaxSize(2<<10)); err != nil {
		t.Fatal(err)
	}
	if _, err = l.Intent(aWrite); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if r, err := VerifyFile(path); err != nil || !r.OK() || r.Files != 2 || r.Calls != calls {
		t.Errorf("after it: %+v, %v", r, err)
	}
}

// What happens to have the name of a former file is not overwritten.
func TestNameOfAFormerFileIsTaken(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	warned := 0
	l, err := Open(path, MaxSize(1), Warn(func(error) { warned++ }))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(formerName(path, 1), []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := l.Intent(aWrite); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	if b, err := os.ReadFile(formerName(path, 1)); string(b) != "precious" || warned == 0 {
		t.Errorf("%q, %v, warned %d times", b, err, warned)
	}
}

// What a power failure leaves depends on the order in which things are forced onto the disk: everything in the old file, then the new
// one, then one name after the other.
func TestOrderOfAChange(t *testing.T) {
	t.Parallel()
	l, err := Open(filepath.Join(t.TempDir(), "a"), MaxSize(1))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Intent(aRead); err != nil {
		t.Fatal(err)
	}
	var steps []string
	at := func(step, what string) {
		switch {
		case strings.Contains(what, `"event":"rotated"`):
			what = "first line"
		case strings.Contains(what, `"event":"intent"`):
			what = "intent"
		}
		steps = append(steps, strings.TrimSpace(step+" "+what))
	}
	l.folder, l.file = watchedFolder{l.folder, at}, watchedFile{l.file, at}
	if _, err := l.Intent(aWrite); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"flush", "flushed",
		"create a.next", "created a.next", "write first line", "half first line", "written first line", "flush", "flushed",
		"rename a", "renamed a", "names", "rename a.next", "renamed a.next", "names",
		"write intent", "half intent", "written intent", "flush", "flushed",
	}
	if !slices.Equal(steps, want) {
		t.Errorf("got  %q\nwant %q", steps, want)
	}
}

// A server that opened the file just before another one put a new file in its place must not write to the old one.
func TestHoldingAFileThatWasReplaced(t *testing.T) {
	t.Parallel()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	f, err := root.Create("a")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := root.Rename("a", "a.000000000001"); err != nil {
		t.Fatal(err)
	}
	if err := hold(root, f, "a"); err == nil || !strings.Contains(err.Error(), "another server") {
		t.Errorf("while the files change: %v", err)
	}
	if err := root.WriteFile("a", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := hold(root, f, "a"); err == nil || !strings.Contains(err.Error(), "another server") {
		t.Errorf("after it: %v", err)
	}
}
