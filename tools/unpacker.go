package tools

import (
	"bufio"
	"compress/gzip"
	"io"

	"paasmcp/internal/logs"
)

// Bounds of a log that comes as a file, in bytes. What is held of it does not grow with it.
const (
	maxDownload = 1 << 30 // as it comes
	maxUnpacked = 1 << 30 // out of it: a small file can unpack to any size
)

// unpacker looks at a log that comes as a file, compressed or not, while it arrives. Its results are set once it is closed.
type unpacker struct {
	scanner *logs.Scanner
	full    bool  // more came out of the file than is looked at
	err     error // why the rest of the file could not be unpacked

	to   *io.PipeWriter // nil until the first byte: a call that is refused must leave nothing behind
	done chan struct{}
}

// target receives the file for this process alone.
func (u *unpacker) target() *target {
	return &target{
		WriteCloser: u, most: maxDownload,
		discard: func() { _ = u.Close() }, keep: func() savedFile { return savedFile{} },
	}
}

func (u *unpacker) Write(p []byte) (int, error) {
	if u.to == nil {
		from, to := io.Pipe()
		u.to, u.done = to, make(chan struct{})
		go func() {
			defer close(u.done)
			u.full, u.err = u.read(from)
			_, _ = io.Copy(io.Discard, from) // the writer must come to an end
		}()
	}
	return u.to.Write(p)
}

func (u *unpacker) Close() error {
	if u.to == nil {
		return nil
	}
	err := u.to.Close()
	<-u.done
	return err
}

func (u *unpacker) read(file io.Reader) (full bool, err error) {
	packed := bufio.NewReader(file)
	file = packed
	if start, _ := packed.Peek(2); len(start) == 2 && start[0] == 0x1f && start[1] == 0x8b {
		unpacked, err := gzip.NewReader(packed)
		if err != nil {
			return false, err
		}
		file = unpacked
	}
	n, err := io.Copy(u.scanner, io.LimitReader(file, maxUnpacked))
	return n == maxUnpacked, err
}
