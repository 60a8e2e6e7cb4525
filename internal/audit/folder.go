package audit

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// folder is what a Log needs of the folder that its file is in.
type folder interface {
	Create(name string) (file, error) // empty, and locked
	Use(f *os.File) file              // the way to a file that is open already
	Rename(from, to string) error     // fails when there is a file with the new name
	Remove(name string) error
	Sync() // makes names durable, where the system can
	Close() error
}

// openFolder gives the folder of a log. Tests put in front of it what fails, waits or kills.
var openFolder = func(root *os.Root) folder { return rooted{root} }

// rooted is a real folder. An [os.Root] is used not for its confinement but because it opens files on Windows so that they can
// be renamed while they are open.
type rooted struct{ root *os.Root }

func (d rooted) Create(name string) (file, error) {
	f, err := d.root.OpenFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (d rooted) Use(f *os.File) file { return f }

func (d rooted) Rename(from, to string) error {
	switch _, err := d.root.Lstat(to); {
	case err == nil:
		return fmt.Errorf("%s is in the way of %s: %w", to, from, fs.ErrExist)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return d.root.Rename(from, to)
}

func (d rooted) Remove(name string) error { return d.root.Remove(name) }
func (d rooted) Close() error             { return d.root.Close() }

// Sync makes the names of files durable, without which a power failure can lose a file with all its flushed lines. Some
// systems cannot flush a folder; there is nothing to be done about it then.
func (d rooted) Sync() {
	f, err := d.root.Open(".")
	if err != nil {
		return
	}
	defer f.Close()
	_ = f.Sync()
}

// digits is how long the number in the name of a former file is, so that a sort by name is a sort by age.
const digits = 12

// formerName names a full file after its last entry.
func formerName(name string, seq uint64) string { return fmt.Sprintf("%s.%0*d", name, digits, seq) }

// readyName names a new file until it takes the place of the full one.
func readyName(name string) string { return name + ".next" }

// lastEntry reads the number back from the name of a former file of the log with the given name.
func lastEntry(name, former string) (seq uint64, ok bool) {
	number, ok := strings.CutPrefix(former, name+".")
	if !ok || len(number) < digits {
		return 0, false
	}
	seq, err := strconv.ParseUint(number, 10, 64)
	return seq, err == nil && formerName(name, seq) == former
}

// formers gives the names of the former files of a log, oldest first.
func formers(dir fs.FS, name string) ([]string, error) {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if _, ok := lastEntry(name, e.Name()); ok {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { // by length first, for the day when the digits do not suffice
		return cmp.Or(len(a)-len(b), strings.Compare(a, b))
	})
	return names, nil
}

// locate splits the path of a log. A link to the log leads to the folder where the log is, and with it its former files.
func locate(path string) (dir, name string) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return filepath.Dir(path), filepath.Base(path)
}
