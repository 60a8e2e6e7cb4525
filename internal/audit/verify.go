package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
)

// Report is what [Verify] found.
type Report struct {
	Lines     int
	Calls     int       // intents
	Head      string    // hash of the last line: the whole log in 64 characters
	Problems  []Problem // signs of tampering, by line
	Open      []Pending // intents without an outcome, by line
	Recovered []int     // lines that record a crash
}

// OK reports whether the chain is whole. Intents without an outcome do not break it.
func (r Report) OK() bool { return len(r.Problems) == 0 }

// Problem is one sign of tampering.
type Problem struct {
	Line int // from 1
	Text string
}

// Pending is a call whose end is not recorded.
type Pending struct {
	Line int
	ID   ID
	Tool string
}

// Verify checks the whole chain. It goes on behind a problem and reports every further one; the error is for the reader
// and for lines longer than this log writes.
func Verify(r io.Reader) (Report, error) {
	v := verifier{prev: genesis, open: map[ID]Pending{}}
	err := eachLine(r, func(n int, text []byte, ended bool) {
		v.report.Lines = n
		v.line(n, text, ended)
	})
	for _, n := range v.torn {
		v.problem(n, "%v; the last line of a log that crashed is mended when a server opens it", errForeign)
	}
	for _, p := range v.open {
		v.report.Open = append(v.report.Open, p)
	}
	slices.SortFunc(v.report.Open, func(a, b Pending) int { return a.Line - b.Line })
	slices.SortStableFunc(v.report.Problems, func(a, b Problem) int { return a.Line - b.Line })
	v.report.Head = v.prev
	return v.report, err
}

type verifier struct {
	report Report
	seq    uint64
	prev   string
	open   map[ID]Pending
	torn   []int     // unreadable lines since the last readable one
	rest   hash.Hash // over them
	size   int64
}

func (v *verifier) problem(n int, format string, args ...any) {
	v.report.Problems = append(v.report.Problems, Problem{Line: n, Text: fmt.Sprintf(format, args...)})
}

func (v *verifier) line(n int, text []byte, ended bool) {
	rec, sum, err := decode(text)
	if errors.Is(err, errForeign) {
		v.unreadable(n, text)
		return
	}
	if err != nil {
		v.problem(n, "%v", err)
	} else if !ended {
		v.problem(n, "its line break is missing; it is added when a server opens the log")
	}
	switch {
	case rec.Seq > v.seq+1:
		v.problem(n, "entries %d to %d are missing before it", v.seq+1, rec.Seq-1)
	case rec.Seq <= v.seq:
		v.problem(n, "entry %d stands here twice or out of order", rec.Seq)
	case rec.Prev != v.prev:
		v.problem(n, "it does not continue the entry before it, so one of the two was replaced")
	}
	v.mended(n, rec)
	v.seq, v.prev = rec.Seq, sum
	switch {
	case rec.Event == intent && rec.Entry != nil:
		v.report.Calls++
		v.open[ID(rec.Seq)] = Pending{Line: n, ID: ID(rec.Seq), Tool: rec.Entry.Tool}
	case rec.Event == outcome && rec.Outcome != nil:
		if _, ok := v.open[rec.Intent]; !ok {
			v.problem(n, "it is the outcome of entry %d, which is no open call", rec.Intent)
		}
		delete(v.open, rec.Intent)
	case rec.Event != recovered:
		v.problem(n, "its event %q is unknown or incomplete", rec.Event)
	}
}

// unreadable sets a line aside until the next readable one says whether a crash explains it.
func (v *verifier) unreadable(n int, text []byte) {
	if len(v.torn) == 0 {
		v.rest, v.size = sha256.New(), 0
	} else {
		v.rest.Write([]byte("\n"))
		v.size++
	}
	v.rest.Write(text)
	v.size += int64(len(text))
	v.torn = append(v.torn, n)
}

// mended compares the unreadable lines before rec with what rec says about them.
func (v *verifier) mended(n int, rec line) {
	was := torn{SHA256: digest(nil)}
	if len(v.torn) > 0 {
		was = torn{Bytes: v.size, SHA256: hex.EncodeToString(v.rest.Sum(nil))}
	}
	switch {
	case rec.Event == recovered && rec.Torn != nil && *rec.Torn == was:
		v.report.Recovered = append(v.report.Recovered, n)
	case rec.Event == recovered:
		v.problem(n, "it records a crash, but what the crash left is not before it any more")
		fallthrough
	default:
		for _, t := range v.torn {
			v.problem(t, "%v", errForeign)
		}
	}
	v.torn = nil
}

// eachLine calls f with each line of r, numbered from 1, without its line break; ended tells whether it had one.
func eachLine(r io.Reader, f func(n int, text []byte, ended bool)) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 4*maxLine)
	// Not bufio.ScanLines: it also drops a carriage return, and with it a change of the file.
	s.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			return i + 1, data[:i+1], nil
		}
		if atEOF && len(data) > 0 {
			return len(data), data, nil
		}
		return 0, nil, nil
	})
	n := 0
	for s.Scan() {
		n++
		text, ended := bytes.CutSuffix(s.Bytes(), []byte("\n"))
		f(n, text, ended)
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("audit log: after line %d: %w", n, err)
	}
	return nil
}
