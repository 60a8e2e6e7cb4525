package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Place is a line of a file. File is empty when what was read has no name.
type Place struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line"` // from 1
}

// Where gives file:line. It is not called String, which would make whatever contains a Place print as nothing else.
func (p Place) Where() string {
	if p.File == "" {
		return strconv.Itoa(p.Line)
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// eachFile calls f with the files of a log, oldest first: the former files that lie beside the one at path, and then that one.
// The path may also be that of a former file; what is newer is not read then.
func eachFile(path string, f func(name string, last bool, r io.Reader) error) error {
	dir, name := locate(path)
	// The file itself is opened first. Should a server begin a new one now, it turns up among the former files, and is not
	// read twice.
	file, err := openLast(dir, name)
	if err != nil {
		return err
	}
	defer file.Close()
	names, err := older(dir, name)
	if err != nil {
		return err
	}
	for _, n := range names {
		former, err := openFormer(file, filepath.Join(dir, n))
		if err != nil {
			return err
		}
		if former == nil {
			break
		}
		err = f(former.Name(), false, former)
		former.Close()
		if err != nil {
			return err
		}
	}
	return f(file.Name(), true, file)
}

// openLast opens the newest file of a log. While files change, and after a crash at that moment, it has not got its name yet. The
// error tells apart a log that is not there from one whose newest file was removed.
func openLast(dir, name string) (*os.File, error) {
	path := filepath.Join(dir, name)
	file, err := os.Open(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	if file, err := os.Open(readyName(path)); err == nil {
		return file, nil
	}
	if file, err = os.Open(path); !errors.Is(err, fs.ErrNotExist) { // it got its name in between
		return file, err
	}
	if names, failed := older(dir, name); failed == nil && len(names) > 0 {
		return nil, fmt.Errorf("%s: %w", path, errGone(names[len(names)-1]))
	}
	return nil, err
}

// older gives the names of the former files that come before the file with the given name.
func older(dir, name string) ([]string, error) {
	log := strings.TrimSuffix(name, filepath.Ext(name))
	own, isFormer := lastEntry(log, name)
	if !isFormer {
		return formers(os.DirFS(dir), name)
	}
	names, err := formers(os.DirFS(dir), log)
	return slices.DeleteFunc(names, func(n string) bool {
		seq, _ := lastEntry(log, n)
		return seq >= own
	}), err
}

// openFormer opens a former file; nil is the given last file under its new name.
func openFormer(last *os.File, path string) (*os.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	a, errA := last.Stat()
	b, errB := file.Stat()
	if err := errors.Join(errA, errB); err != nil || os.SameFile(a, b) {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// inFile adds the name of the file to an error about its lines.
func inFile(name string, err error) error {
	if err == nil || name == "" {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}
