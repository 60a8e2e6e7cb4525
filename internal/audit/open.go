package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Open opens the log for appending, and creates the file, readable by its owner only, when it is missing. It fails when
// another process has the file open, when its last line was changed, or when it is no audit log at all. An empty path gives
// a Log that records nothing.
func Open(path string) (*Log, error) {
	if path == "" {
		return &Log{}, nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	l := &Log{file: f, prev: genesis}
	if err := l.resume(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("audit log %s: %w", path, err)
	}
	return l, nil
}

// resume finds the end of the chain and mends what a crash left behind it.
func (l *Log) resume(f *os.File) error {
	if err := lock(f); err != nil {
		return fmt.Errorf("another server has it open; give each server a file of its own (%w)", err)
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	l.size = info.Size()
	if l.size == 0 {
		syncDir(filepath.Dir(f.Name()))
		return nil
	}
	// Only the end is read, so that a long log costs no time at start. Torn lines are shorter than whole ones.
	window := make([]byte, min(l.size, 4*maxLine))
	if _, err := f.ReadAt(window, l.size-int64(len(window))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	rest, err := l.lastLine(window)
	if err != nil {
		return err
	}
	if rest == nil {
		return nil
	}
	return l.mend(rest)
}

// lastLine takes the chain up at the last whole line of the window. It gives what stands behind that line: nil when there
// is nothing, so that the log can go on.
func (l *Log) lastLine(window []byte) (rest []byte, err error) {
	for end := len(window); end > 0; {
		begin := bytes.LastIndexByte(window[:end-1], '\n') + 1
		text, ended := bytes.CutSuffix(window[begin:end], []byte("\n"))
		rec, hash, err := decode(text)
		switch {
		case err == nil:
			l.seq, l.prev = rec.Seq, hash
			switch {
			case end < len(window):
				return window[end:], nil
			case !ended:
				return nil, l.write([]byte("\n")) // all but the line break was written
			}
			return nil, nil
		case errors.Is(err, errChanged):
			return nil, errors.New("a line at its end was changed; keep the file for whoever looks into it, and start a new one")
		}
		end = begin
	}
	// No whole line at all: acceptable only for a crash during the very first line.
	if l.size == int64(len(window)) && bytes.HasPrefix(window, []byte(`{"seq":1,`)) && bytes.IndexByte(window, '\n') < 0 {
		return window, nil
	}
	return nil, errors.New("it is not an audit log, or its end is damaged; move it away to start a new one")
}

// mend keeps what a crash left, and continues the chain behind it. See the package comment.
func (l *Log) mend(rest []byte) error {
	kept, ended := bytes.CutSuffix(rest, []byte("\n"))
	if !ended {
		if err := l.write([]byte("\n")); err != nil {
			return err
		}
	}
	_, err := l.append(line{Event: recovered, Torn: &torn{Bytes: int64(len(kept)), SHA256: digest(kept)}})
	if err != nil {
		return err
	}
	return l.sync(l.seq)
}

// syncDir makes the name of a new file durable, without which a power failure can lose the file with all its flushed lines. Some
// systems cannot flush a folder; there is nothing to be done about it then.
func syncDir(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	defer d.Close()
	_ = d.Sync()
}
