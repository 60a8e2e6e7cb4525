package logs

import (
	"bytes"
	"regexp"
	"strings"

	"paasmcp/internal/legible"
)

// Scanner reads a log piece by piece. What it holds does not grow with the log: a line, a batch of lines, and the [Log] so far.
type Scanner struct {
	mask func(string) string
	grep *regexp.Regexp

	line  []byte // the beginning of the next line
	cut   bool   // the line is longer than is kept of it
	empty int    // lines without text that came last: the end of a log has none
	batch []string
	bytes int  // of batch
	pem   bool // the batch ends between the lines of a PEM block
	log   *Log

	// Cut counts the lines of which only the beginning was looked at.
	Cut int
}

// Bounds of a scanner, in bytes.
const (
	longestLine  = 64 << 10 // of a line; the rest is passed over
	batchBytes   = 64 << 10 // that are masked together
	largestBatch = 1 << 20  // until the end of a secret of many lines is no longer waited for
	heldLines    = 2        // of a batch are masked with the next one: a secret may be on the line after its name
)

// NewScanner makes a scanner. mask hides secrets in a text and keeps its line breaks, so that numbers of lines stay true; grep is
// what to search for. Either may be nil.
func NewScanner(mask func(string) string, grep *regexp.Regexp) *Scanner {
	s := &Scanner{mask: mask, grep: grep}
	s.Reset()
	return s
}

// Reset forgets everything: the log is read from its beginning again.
func (s *Scanner) Reset() {
	*s = Scanner{mask: s.mask, grep: s.grep, line: s.line[:0], log: &Log{grep: s.grep}}
}

// Write takes the next piece. It never fails.
func (s *Scanner) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			s.extend(p)
			break
		}
		s.extend(p[:end])
		s.endLine()
		p = p[end+1:]
	}
	return n, nil
}

// extend adds to the line. Progress that was written over itself is reduced to what was left on the screen.
func (s *Scanner) extend(p []byte) {
	if over := bytes.LastIndexByte(bytes.TrimRight(p, "\r"), '\r'); over >= 0 {
		p, s.line, s.cut = p[over+1:], s.line[:0], false
	} else if len(p) > 0 && p[0] != '\r' && bytes.HasSuffix(s.line, []byte("\r")) {
		s.line, s.cut = s.line[:0], false
	}
	if room := longestLine - len(s.line); len(p) > room {
		p, s.cut = p[:max(room, 0)], true
	}
	s.line = append(s.line, p...)
}

func (s *Scanner) endLine() {
	text := strings.ToValidUTF8(string(s.line), "�")
	if mayColor(s.line) {
		text = colors().ReplaceAllString(text, "")
	}
	text = strings.TrimRight(legible.Block(text), "\t ")
	if s.cut {
		s.Cut++
	}
	s.line, s.cut = s.line[:0], false
	if text == "" {
		s.empty++
		return
	}
	for ; s.empty > 0; s.empty-- {
		s.push("")
	}
	s.push(text)
}

func (s *Scanner) push(text string) {
	s.batch = append(s.batch, text)
	s.bytes += len(text) + 1
	if begin := strings.LastIndex(text, "-----BEGIN "); begin >= 0 || s.pem {
		s.pem = !strings.Contains(text[max(begin, 0):], "-----END ")
	}
	if s.bytes >= largestBatch || s.bytes >= batchBytes && !s.pem {
		s.flush(heldLines)
	}
}

// flush masks the batch and looks at its lines, but for those that are held.
func (s *Scanner) flush(held int) {
	lines := s.batch
	if s.mask != nil {
		lines = strings.Split(s.mask(strings.Join(s.batch, "\n")), "\n")
	}
	done := max(0, len(s.batch)-held)
	if done < len(lines) && lines[done] == "" {
		done = len(s.batch) // within a secret of several lines, which would no longer look like one
	}
	for _, text := range lines[:min(done, len(lines))] {
		s.log.add(text)
	}
	s.batch = append(s.batch[:0], s.batch[done:]...)
	s.bytes = 0
	for _, text := range s.batch {
		s.bytes += len(text) + 1
	}
}

// Log is the log, once all of it is written.
func (s *Scanner) Log() *Log {
	if len(s.line) > 0 {
		s.endLine()
	}
	if len(s.batch) > 0 {
		s.flush(0)
	}
	return s.log
}

// mayColor is a quick look before the expression, which would take most of the time of a scan.
func mayColor(line []byte) bool {
	if bytes.IndexByte(line, 0x1b) >= 0 {
		return true
	}
	for i, c := range line {
		if c == '[' && i+1 < len(line) && (line[i+1] == 'm' || line[i+1] >= '0' && line[i+1] <= '9') {
			return true
		}
	}
	return false
}

// colors are the escape sequences of terminals, and what is left of colors when somebody took out the escape characters alone.
var colors = expression(`\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\))|\[(\d{1,2}(;\d{1,3})*)?m`)
