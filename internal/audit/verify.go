package audit

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"
)

// Report is what [Verify] found.
type Report struct {
	Files     int
	Lines     int
	Calls     int       // intents
	Begins    ID        // first entry: 1, or more when the oldest files are not there
	Head      string    // hash of the last line: the whole log in 64 characters
	Problems  []Problem // signs of tampering, in order
	Open      []Pending // intents without an outcome, in order
	Recovered []Place   // lines that record a crash
	Keyed     int       // lines that were written with the key, and checked with it
	Unkeyed   int       // lines without a key, which whoever can write the file can make
	Unchecked int       // lines with a key, while none was given
	FirstKey  *Pending  // the first line with a key: its place, number and time
	Torn      *Place    // a last line that was not written to its end; the next server that opens the log mends it
}

// OK reports whether the chain is whole. Intents without an outcome do not break it, nor does a crash in the last line.
// Lines that could not be checked are not whole.
func (r Report) OK() bool { return len(r.Problems) == 0 && r.Unchecked == 0 }

// Problem is one sign of tampering.
type Problem struct {
	Place
	Text string
}

// Pending is a call whose end is not recorded.
type Pending struct {
	Place
	ID        ID
	Time      time.Time
	Principal string
	Account   string
	Tool      string
}

// Verify checks the whole chain of one stream. It goes on behind a problem and reports every further one; the error is for the
// reader and for lines longer than this log writes.
//
// The key is that of the log, where it has one: lines that carry it are checked with it, and lines without it behind them, or a log
// without a single one, are tampering.
func Verify(r io.Reader, key ...Key) (Report, error) {
	v := newVerifier(key)
	err := v.read("", true, r)
	return v.done(), err
}

// VerifyFile checks a log with its former files, which it finds beside it by their names, as one chain. Former files may be
// missing from the oldest on ([Report.Begins] says so); one missing in between is tampering.
func VerifyFile(path string, key ...Key) (Report, error) {
	v := newVerifier(key)
	err := eachFile(path, v.read)
	return v.done(), err
}

type verifier struct {
	report Report
	key    Key
	seq    uint64
	prev   string
	open   map[ID]Pending
	file   string    // being read
	last   bool      // and no other comes after it
	torn   []int     // unreadable lines since the last readable one
	rest   hash.Hash // over them
	size   int64
}

func newVerifier(key []Key) *verifier {
	v := &verifier{prev: genesis, open: map[ID]Pending{}}
	for _, k := range key {
		v.key = k
	}
	return v
}

func (v *verifier) read(name string, last bool, r io.Reader) error {
	v.file, v.last = name, last
	v.report.Files++
	before, lines := len(v.report.Problems), v.report.Lines
	err := eachLine(r, func(n int, text []byte, ended bool) {
		v.report.Lines++
		v.line(n, text, ended)
	})
	for _, n := range v.torn { // a crash explains them only when the line behind them says so
		v.problem(n, "%v; the last line of a log that crashed is mended when a server opens it", errForeign)
	}
	v.torn = nil
	if v.report.Files > 1 && v.report.Lines == lines {
		v.problem(1, "the file is empty; a file that continues another one has a line that says so")
	}
	slices.SortStableFunc(v.report.Problems[before:], func(a, b Problem) int { return a.Line - b.Line })
	return inFile(name, err)
}

func (v *verifier) done() Report {
	for _, p := range v.open {
		v.report.Open = append(v.report.Open, p)
	}
	slices.SortFunc(v.report.Open, func(a, b Pending) int { return cmp.Compare(a.ID, b.ID) })
	v.report.Head = v.prev
	if v.key.id != "" && v.report.Keyed == 0 && v.report.Lines > 0 {
		v.problem(1, "no line carries the key: the log was written without it, or all of it was replaced")
	}
	return v.report
}

func (v *verifier) place(n int) Place { return Place{File: v.file, Line: n} }

func (v *verifier) problem(n int, format string, args ...any) {
	v.report.Problems = append(v.report.Problems, Problem{Place: v.place(n), Text: fmt.Sprintf(format, args...)})
}

func (v *verifier) line(n int, text []byte, ended bool) {
	rec, sum, err := decode(text, v.key)
	if errors.Is(err, errForeign) {
		if !ended && v.last && v.begins(text) {
			v.crashed(n)
		} else {
			v.unreadable(n, text)
		}
		return
	}
	v.keyed(n, rec, err)
	switch {
	case errors.Is(err, errUnchecked):
	case err != nil:
		v.problem(n, "%v", err)
	case !ended && v.last:
		v.crashed(n)
	case !ended:
		v.problem(n, "its line break is missing")
	}
	if v.report.Begins == 0 {
		v.begin(rec)
	}
	switch {
	case rec.Seq > v.seq+1:
		v.problem(n, "entries are missing before it: %d, from entry %d on", rec.Seq-1-v.seq, v.seq+1)
	case rec.Seq <= v.seq:
		v.problem(n, "entry %d stands here twice or out of order", rec.Seq)
	case rec.Prev != v.prev:
		v.problem(n, "it does not continue the entry before it, so one of the two was replaced")
	}
	v.mended(n, rec)
	v.seq, v.prev = rec.Seq, sum
	v.event(n, rec)
}

// keyed counts which lines carry a key, and finds those that do not carry the one that they should.
func (v *verifier) keyed(n int, rec line, err error) {
	switch {
	case rec.Key == "" && v.report.FirstKey != nil:
		v.report.Unkeyed++
		v.problem(n, "it carries no key, though lines before it do")
	case rec.Key == "":
		v.report.Unkeyed++
	case v.report.FirstKey == nil:
		v.report.FirstKey = &Pending{Place: v.place(n), ID: ID(rec.Seq), Time: rec.Time}
		fallthrough
	default:
		switch {
		case !errors.Is(err, errUnchecked):
			v.report.Keyed++
		case v.key.id == "":
			v.report.Unchecked++
		default:
			v.problem(n, "it carries another key (%s) than the one given (%s)", shown(rec.Key), v.key.id)
		}
	}
}

// shown keeps what a stranger wrote in a line from filling the report.
func shown(id string) string { return id[:min(len(id), 8)] }

// begin takes the chain up at its first line. Only the first line of a file that continues another one may stand there with
// another number than 1.
func (v *verifier) begin(rec line) {
	v.report.Begins = 1
	if rec.Event == rotated && rec.Seq > 1 {
		v.report.Begins, v.seq, v.prev = ID(rec.Seq), rec.Seq-1, rec.Prev
	}
}

func (v *verifier) event(n int, rec line) {
	switch {
	case rec.Event == intent && rec.Entry != nil:
		v.report.Calls++
		v.open[ID(rec.Seq)] = Pending{
			Place: v.place(n), ID: ID(rec.Seq), Time: rec.Time,
			Principal: rec.Entry.Principal, Account: rec.Entry.Account, Tool: rec.Entry.Tool,
		}
	case rec.Event == outcome && rec.Outcome != nil:
		// The intent may stand in a file that is not there any more.
		if _, ok := v.open[rec.Intent]; !ok && rec.Intent >= v.report.Begins {
			v.problem(n, "it is the outcome of entry %d, which is not an open call", rec.Intent)
		}
		delete(v.open, rec.Intent)
	case rec.Event == rotated && rec.Former != "", rec.Event == recovered:
	default:
		v.problem(n, "its event %q is unknown or incomplete", rec.Event)
	}
}

// begins reports whether text can be the first part of the line that comes next, so that a crash explains it. When it is cut off
// the whole lines before it are still proven.
func (v *verifier) begins(text []byte) bool {
	next := fmt.Appendf(nil, `{"seq":%d,"prev":"%s","time":"`, v.seq+1, v.prev)
	n := min(len(text), len(next))
	if len(v.torn) > 0 || !bytes.Equal(text[:n], next[:n]) {
		return false
	}
	if i := bytes.LastIndex(text, []byte(hashOpen)); i >= 0 && i+hashTail < len(text) {
		_, _, err := decode(text[:i+hashTail], v.key)
		return err != nil && !errors.Is(err, errUnchecked) // otherwise something stands behind a whole line
	}
	return true
}

func (v *verifier) crashed(n int) {
	p := v.place(n)
	v.report.Torn = &p
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
		v.report.Recovered = append(v.report.Recovered, v.place(n))
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
