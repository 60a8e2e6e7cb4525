package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Option changes how a log is kept.
type Option func(*Log)

// DefaultMaxSize is a good size of a file: some hundred thousand lines, and still quick to send and to search.
const DefaultMaxSize = 64 << 20

// MaxSize begins a new file before one would have more bytes than this. Without it, or with 0, there is one file that grows.
func MaxSize(bytes int64) Option { return func(l *Log) { l.maxSize, l.limit = bytes, bytes } }

// Keyed authenticates the lines with a key. A log that was begun without one goes on with it; one that was begun with one is not opened
// without it.
func Keyed(key Key) Option { return func(l *Log) { l.key = key } }

// Warn is told what went wrong and did not keep a call from being recorded.
func Warn(f func(error)) Option { return func(l *Log) { l.warn = f } }

// Open opens the log for appending, and creates the file, readable by its owner only, when it is missing. It fails when
// another process has the file open, when its last line was changed, when it is no audit log at all, or when only former
// files of it are there. An empty path gives a Log that records nothing.
func Open(path string, options ...Option) (*Log, error) {
	if path == "" {
		return &Log{}, nil
	}
	dir, name := locate(path)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	l := &Log{folder: openFolder(root), name: name, prev: genesis}
	for _, o := range options {
		o(l)
	}
	f, err := l.current(root)
	if err == nil {
		l.file = l.folder.Use(f)
		if err = l.resume(root, f); err == nil {
			return l, nil
		}
		f.Close()
	}
	l.folder.Close()
	return nil, fmt.Errorf("audit log %s: %w", path, err)
}

const flags = os.O_RDWR | os.O_APPEND

// current opens and locks the file that lines are appended to, and finishes what a crash left half done.
func (l *Log) current(root *os.Root) (*os.File, error) {
	f, err := root.OpenFile(l.name, flags, 0)
	if errors.Is(err, fs.ErrNotExist) {
		former, failed := l.former(root)
		switch {
		case failed != nil:
			return nil, failed
		case former != "": // a change of files may have broken off between its two renames
			return l.ready(root, former)
		}
		f, err = root.OpenFile(l.name, flags|os.O_CREATE, 0o600)
	}
	if err != nil {
		return nil, err
	}
	if err = hold(root, f, l.name); err == nil {
		// A crash may have left it while it was made. Nothing but its first line was ever in it.
		err = root.Remove(readyName(l.name))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// hold makes f, which has the given name, the file of this process.
func hold(root *os.Root, f *os.File, name string) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	const taken = "another server has it open; give each server a file of its own"
	if err := lock(f); err != nil {
		return fmt.Errorf(taken+" (%w)", err)
	}
	// The other server may have begun a new file between our opening and locking this one.
	if now, err := root.Stat(name); err != nil || !os.SameFile(info, now) {
		return errors.New(taken)
	}
	return nil
}

// former gives the name of the newest former file; none when empty.
func (l *Log) former(root *os.Root) (string, error) {
	names, err := formers(root.FS(), l.name)
	if err != nil || len(names) == 0 {
		return "", err
	}
	return names[len(names)-1], nil
}

// ready puts the file that continues the given former one in its place. Without such a file the log must not begin again: its
// end was removed.
func (l *Log) ready(root *os.Root, former string) (*os.File, error) {
	name := readyName(l.name)
	f, err := root.OpenFile(name, flags, 0)
	if err != nil {
		return nil, errGone(former)
	}
	err = hold(root, f, name)
	if err == nil {
		err = continues(f, former)
	}
	if err == nil {
		err = l.folder.Rename(name, l.name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	l.folder.Sync()
	return f, nil
}

// continues reports an error when f does not begin by continuing the given former file.
func continues(f *os.File, former string) error {
	text := make([]byte, maxLine)
	n, err := f.ReadAt(text, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	text, _, whole := bytes.Cut(text[:n], []byte("\n"))
	if rec, _, err := decode(text, Key{}); err != nil && !errors.Is(err, errUnchecked) || !whole || rec.Event != rotated || rec.Former != former {
		return errGone(former)
	}
	return nil
}

func errGone(former string) error {
	const next = "put it back, or move the former files away to start a new log"
	return fmt.Errorf("it is empty or missing, though %s, which came before it, is here: %s", former, next)
}

// resume finds the end of the chain and mends what a crash left behind it.
func (l *Log) resume(root *os.Root, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	l.size = info.Size()
	if l.size == 0 {
		former, err := l.former(root)
		if err == nil && former != "" {
			err = errGone(former)
		}
		l.folder.Sync()
		return err
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
		rec, hash, err := decode(text, l.key)
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
		case errors.Is(err, errUnchecked) && l.key.id == "":
			return nil, errors.New("its lines are written with a key: start with --audit-key-file, or move it away to start a new log")
		case errors.Is(err, errUnchecked):
			return nil, fmt.Errorf("its lines are written with another key (%s) than the one given (%s); move it away to start a new log", rec.Key, l.key.id)
		case errors.Is(err, errChanged):
			return nil, errors.New("a line at its end was changed; keep the file as evidence and start a new one")
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
	rec := line{Event: recovered, Torn: &torn{Bytes: int64(len(kept)), SHA256: digest(kept)}}
	text, hash, err := l.next(&rec)
	if err != nil {
		return err
	}
	if !ended {
		text = append([]byte("\n"), text...)
	}
	if _, err := l.put(rec.Seq, text, hash); err != nil {
		return err
	}
	return l.sync(l.seq)
}
