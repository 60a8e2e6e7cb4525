package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// tailWindow is how much of the end of a log [Tail] reads, in bytes: thousands of calls, and quick for any length of log.
const tailWindow = 4 << 20

// Tail gives the latest n calls of a log that fit the filter, latest first, and how many lines it could not trust. It looks at the
// last few megabytes only, also of former files; more reports that the log begins before them. The log may be written meanwhile.
func Tail(path string, f Filter, n int) (calls []Call, untrusted int, more bool, err error) {
	window, more, err := end(path, tailWindow)
	if err != nil {
		return nil, 0, false, fmt.Errorf("audit log: %w", err)
	}
	// A line without its end is being written right now.
	window = window[:bytes.LastIndexByte(window, '\n')+1]
	all, bad, err := Read(bytes.NewReader(window), f)
	slices.Reverse(all)
	return all[:min(n, len(all))], len(bad), more || len(all) > n, err
}

// end gives whole lines of the end of a log, of at most size bytes, and whether there is more before them.
func end(path string, size int64) (text []byte, more bool, err error) {
	dir, name := locate(path)
	file, err := openLast(dir, name)
	if err != nil {
		return nil, false, err
	}
	defer file.Close()
	names, err := older(dir, name)
	if err != nil {
		return nil, false, err
	}
	text, more, err = endOf(file, size)
	for _, n := range slices.Backward(names) {
		if err != nil || more {
			break
		}
		if size-int64(len(text)) == 0 {
			return text, true, nil
		}
		former, failed := openFormer(file, filepath.Join(dir, n))
		if failed != nil {
			return nil, false, failed
		}
		if former == nil {
			continue
		}
		var before []byte
		before, more, err = endOf(former, size-int64(len(text)))
		former.Close()
		text = append(before, text...)
	}
	return text, more, err
}

// endOf gives whole lines of the end of a file.
func endOf(file *os.File, size int64) (text []byte, more bool, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, false, err
	}
	text = make([]byte, min(info.Size(), size))
	start := info.Size() - int64(len(text))
	if _, err := file.ReadAt(text, start); err != nil && !errors.Is(err, io.EOF) {
		return nil, false, err
	}
	if start > 0 {
		_, text, _ = bytes.Cut(text, []byte("\n")) // half a line
	}
	return text, start > 0, nil
}
