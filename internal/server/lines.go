package server

import (
	"bufio"
	"errors"
	"io"
	"sync"
)

// lineReader reads messages that end with a newline, or with the end of input: a client that writes its last request
// and closes the pipe often leaves the newline out.
type lineReader struct {
	in  *bufio.Reader
	max int64
}

func newLineReader(in io.Reader, limit int64) *lineReader {
	return &lineReader{bufio.NewReaderSize(in, 64<<10), limit}
}

// next returns a line of its own memory: mcp-go keeps parts of it for as long as the call runs. Of a line that is longer than allowed it
// returns the outline instead.
func (r *lineReader) next() (line []byte, long *outline, err error) {
	for {
		part, err := r.in.ReadSlice('\n')
		switch {
		case long != nil:
			long.add(part)
		case int64(len(line)+len(part)) > r.max:
			long = &outline{}
			long.add(line)
			long.add(part)
			line = nil
		default:
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case long != nil:
			return nil, long, nil // the end of the input comes again with the next line
		case err != nil && len(line) == 0:
			return nil, nil, err
		}
		return line, nil, nil
	}
}

// lineWriter writes one message per line and one Write per message, so that messages of concurrent calls never mix.
type lineWriter struct {
	mu     sync.Mutex
	out    io.Writer
	err    error         // the first failure; nothing is written after it
	broken chan struct{} // closed by that failure
}

func newLineWriter(out io.Writer) *lineWriter {
	return &lineWriter{out: out, broken: make(chan struct{})}
}

// send implements outlet.
func (w *lineWriter) send(msg []byte) error {
	msg = append(msg, '\n')
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		if _, w.err = w.out.Write(msg); w.err != nil {
			close(w.broken)
		}
	}
	return w.err
}
