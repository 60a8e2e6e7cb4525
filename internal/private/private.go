// Package private reads files that are secrets, and refuses those that others can read: what others know proves nothing.
package private

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// Permissions that people other than the owner can have on a file.
const (
	ReadableByAll fs.FileMode = 0o004
	Readable      fs.FileMode = 0o044 // by the group too
	Writable      fs.FileMode = 0o022
)

// maxFile bounds what is read, in bytes. Secrets are short; a longer file is another file.
const maxFile = 1 << 20

// Read gives the content of a file that only its owner can read and change. On Windows, which keeps permissions elsewhere, it
// reads every file. Errors name the file and say what to run.
func Read(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat() // of what was opened, which another file of the name cannot replace any more
	if err != nil {
		return nil, err
	}
	if err := closed(file, info, Readable|Writable); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s: it has more than %d bytes, so it is not a file of secrets", file, maxFile)
	}
	return data, err
}

// Closed reports an error when people other than the owner have one of these permissions on a file.
func Closed(file string, permissions fs.FileMode) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	return closed(file, info, permissions)
}

func closed(file string, info fs.FileInfo, permissions fs.FileMode) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	if info.IsDir() {
		return errors.New(file + " is a folder")
	}
	if have := info.Mode().Perm(); have&permissions != 0 {
		return fmt.Errorf("others can read or change %s (mode %04o); run: chmod 600 %s", file, have, file)
	}
	return nil
}
