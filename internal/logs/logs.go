// Package logs finds the part of a log that says why something failed. A log is read for its end, and most of all for the last thing
// that went wrong in it; its head, which is what a cut answer would show, says how well it began.
//
// A log is read once, as it comes, however long it is: a [Scanner] counts all lines and looks at each, and keeps the failures, what a
// search finds, and the end.
package logs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Line is a line of a log with its number, from 1.
type Line struct {
	Number int
	Text   string
}

// String gives the line as grep -n does.
func (l Line) String() string { return fmt.Sprintf("%d: %s", l.Number, l.Text) }

// Report is what a log says about a failure. Without one, Cause is the zero Line and Failing is empty.
type Report struct {
	Lines   int    // of the whole log
	Errors  int    // that look like errors
	Cause   Line   // the line that says most about the last failure
	Failing []Line // around the cause; it is among the first [before]+1 of them
	Earlier []Line // what says most about the failures before, newest first
	Tail    []Line // the end of the log, as far as Failing does not hold it
}

// How a log is cut up, in lines.
const (
	gap     = 10 // errors with no more than this between them are one failure
	before  = 6  // shown before the cause
	after   = 3  // shown after the last line of a failure
	around  = 2  // shown before and after a line that a search finds
	tail    = 10 // the end of a log
	earlier = 5  // failures that are named besides the last
)

// Bounds of what is kept of a log.
const (
	Most      = 500     // lines of a failure, of a search and of the end
	keptBytes = 2 << 20 // of the end of the log
	lineBytes = 4 << 10 // of a line of a failure or a search
)

// Log is a log that has been looked at. Only its end is kept; its lines, its errors and what was searched for are those of the whole.
type Log struct {
	lines, errors int
	end           []Line // the last lines, as far as they fit
	bytes         int    // of end
	failures      []*failure
	grep          *regexp.Regexp
	matches       int
	found         []Line // what grep finds, with lines around; a zero Line is between runs
	follow        int    // lines that are still around the last match
	quiet         int    // lines since the last that belonged to a failure
}

// failure is a run of lines that belong together.
type failure struct {
	first, last int // numbers of lines that look like errors
	cause       Line
	score       int    // of the cause
	lines       []Line // from before the cause on
}

// Read looks at a log that is here already.
func Read(log string) *Log {
	s := NewScanner(nil, nil)
	_, _ = s.Write([]byte(log))
	return s.Log()
}

// add looks at the next line.
func (l *Log) add(text string) {
	l.lines++
	line := Line{l.lines, text}
	l.keep(line)
	l.search(line)
	line = line.clipped()
	score := Score(text)
	var f *failure // the last, as long as lines can belong to it
	if n := len(l.failures); n > 0 && l.quiet <= gap {
		f = l.failures[n-1]
		if len(f.lines) < Most+before {
			f.lines = append(f.lines, line)
		}
	}
	if score == 0 {
		if f != nil && !continues().MatchString(text) { // a stack trace holds a failure together, however long it is
			l.quiet++
		}
		return
	}
	l.errors++
	l.quiet = 0
	// The first of several says why the others followed; of chained causes it is the last.
	switch {
	case f == nil:
		l.forget()
		f = &failure{first: line.Number}
		l.failures = append(l.failures, f)
	case score > f.score || score == f.score && score >= rootCause:
	default:
		f.last = line.Number
		return
	}
	f.last, f.cause, f.score = line.Number, line, score
	f.lines = nil
	for _, near := range l.End(before + 1) {
		f.lines = append(f.lines, near.clipped())
	}
}

// clipped is the line as failures and searches keep it: a copy, so that it does not hold on to a long one.
func (l Line) clipped() Line {
	if len(l.Text) > lineBytes {
		l.Text = strings.ToValidUTF8(strings.Clone(l.Text[:lineBytes]), "") + " …"
	}
	return l
}

// forget drops what no report shows, before another failure begins: a log can have any number of them. Only the one that is shown so
// far needs its lines.
func (l *Log) forget() {
	shown := last(l.failures)
	for i, f := range l.failures {
		if i != shown {
			f.lines = nil
		}
	}
	keep := len(l.failures) - earlier
	if keep <= 0 {
		return
	}
	if shown < keep {
		keep--
		l.failures[keep] = l.failures[shown]
	}
	l.failures = slices.Delete(l.failures, 0, keep)
}

// keep holds on to the end of the log.
func (l *Log) keep(line Line) {
	l.end = append(l.end, line)
	l.bytes += len(line.Text) + 1
	if l.bytes <= 2*keptBytes {
		return
	}
	from := 0
	for ; l.bytes > keptBytes && from < len(l.end)-1; from++ {
		l.bytes -= len(l.end[from].Text) + 1
	}
	l.end = slices.Delete(l.end, 0, from)
}

// search keeps a line that matches, and those around it.
func (l *Log) search(line Line) {
	switch {
	case l.grep == nil:
	case l.grep.MatchString(line.Text):
		l.matches++
		l.follow = around
		given := 0 // number of the last line that is kept
		if n := len(l.found); n > 0 {
			given = l.found[n-1].Number
		}
		for _, near := range l.End(around + 1) {
			if near.Number <= given {
				continue
			}
			if given > 0 && near.Number > given+1 {
				l.found = append(l.found, Line{})
			}
			l.found = append(l.found, near.clipped())
			given = near.Number
		}
		if len(l.found) > 4*Most {
			l.found = slices.Delete(l.found, 0, len(l.found)-2*Most)
		}
	case l.follow > 0:
		l.follow--
		l.found = append(l.found, line.clipped())
	}
}

// Lines is how many lines the whole log has.
func (l *Log) Lines() int { return l.lines }

// Text is what is kept of the log, and the number of its first line: 1 when it is all of it.
func (l *Log) Text() (text string, first int) {
	lines := make([]string, len(l.end))
	for i, line := range l.end {
		lines[i] = line.Text
	}
	return strings.Join(lines, "\n"), l.lines - len(l.end) + 1
}

// Report picks what says why. most is about how many lines of the failure and of the end are wanted together, [Most] at most.
func (l *Log) Report(most int) Report {
	r := Report{Lines: l.lines, Errors: l.errors}
	i := last(l.failures)
	if i < 0 {
		r.Tail = l.End(most)
		return r
	}
	f := l.failures[i]
	at := slices.Index(f.lines, f.cause)
	earliest := max(at-before, 0)
	start := max(at-(f.cause.Number-f.first)-2, earliest)
	for i := earliest; i < start; i++ {
		if strings.Contains(f.lines[i].Text, "Traceback (most recent call last)") {
			start = i // Python tells the way to an error before the error
		}
	}
	end := min(at+f.last-f.cause.Number+after+1, start+max(most-tail, before+2), len(f.lines))
	r.Cause, r.Failing = f.cause, f.lines[start:end]
	for j, other := range slices.Backward(l.failures) {
		if j != i && len(r.Earlier) < earlier {
			r.Earlier = append(r.Earlier, other.cause)
		}
	}
	shown := r.Failing[len(r.Failing)-1].Number
	r.Tail = slices.DeleteFunc(slices.Clone(l.End(tail)), func(c Line) bool { return c.Number <= shown })
	return r
}

// End is the last lines of a log, at most this many and as far as they are kept.
func (l *Log) End(most int) []Line { return l.end[max(0, len(l.end)-most):] }

// Found is what the search found, with a few lines around each; "--" is between runs. The number of matches is that of the whole log;
// of the lines only the last most are given.
func (l *Log) Found(most int) (found []string, matches int) {
	for _, line := range l.found[max(0, len(l.found)-most):] {
		if line.Number == 0 {
			found = append(found, "--")
			continue
		}
		found = append(found, line.String())
	}
	return found, l.matches
}

// last is the failure to show: the last that says why, or else the last. What ends a log is often only "the step failed", with the
// reason further up.
func last(failures []*failure) int {
	for i, f := range slices.Backward(failures) {
		if f.score > consequence {
			return i
		}
	}
	return len(failures) - 1
}
