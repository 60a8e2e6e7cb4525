// Package logs finds the part of a log that says why something failed. A log is read for its end, and most of all for the last thing
// that went wrong in it; its head, which is what a cut answer would show, says how well it began.
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
	tail    = 10 // the end of a log
	earlier = 5  // failures that are named besides the last
)

// failure is a run of lines that belong together.
type failure struct {
	first, last int // indexes of lines that look like errors
	cause       int // index of the one that says most
	score       int // of the cause
}

// Log is a log that has been looked at.
type Log struct {
	Lines    []string
	failures []failure
	errors   int
}

// Read looks at a log.
func Read(log string) *Log {
	l := &Log{Lines: Split(log)}
	l.failures, l.errors = find(l.Lines)
	return l
}

// Report picks what says why. most is about how many lines of the failure and of the end are wanted together.
func (l *Log) Report(most int) Report {
	r := Report{Lines: len(l.Lines), Errors: l.errors}
	from := max(0, len(l.Lines)-most) // of the tail
	if i := last(l.failures); i >= 0 {
		f := l.failures[i]
		earliest := max(f.cause-before, 0)
		start := max(f.first-2, earliest)
		for i := earliest; i < start; i++ {
			if strings.Contains(l.Lines[i], "Traceback (most recent call last)") {
				start = i // Python tells the way to an error before the error
			}
		}
		end := min(f.last+after+1, start+max(most-tail, before+2), len(l.Lines))
		r.Cause, r.Failing = l.line(f.cause), l.run(start, end)
		for j := len(l.failures) - 1; j >= 0 && len(r.Earlier) < earlier; j-- {
			if j != i {
				r.Earlier = append(r.Earlier, l.line(l.failures[j].cause))
			}
		}
		from = max(end, len(l.Lines)-tail)
	}
	r.Tail = l.run(from, len(l.Lines))
	return r
}

// End is the last lines of a log.
func (l *Log) End(most int) []Line { return l.run(max(0, len(l.Lines)-most), len(l.Lines)) }

// Grep finds the lines that match, with a few around each; "--" stands between runs. The number of matches may be larger
// than what is given: only the last most lines are.
func (l *Log) Grep(expression *regexp.Regexp, most int) (found []string, matches int) {
	const around = 2
	given := -1
	for i, text := range l.Lines {
		if !expression.MatchString(text) {
			continue
		}
		matches++
		from := max(given+1, i-around)
		if from > given+1 && given >= 0 {
			found = append(found, "--")
		}
		for j := from; j <= min(i+around, len(l.Lines)-1); j++ {
			found = append(found, l.line(j).String())
			given = j
		}
	}
	return found[max(0, len(found)-most):], matches
}

func (l *Log) line(i int) Line { return Line{i + 1, l.Lines[i]} }

func (l *Log) run(from, to int) []Line {
	var out []Line
	for i := from; i < to; i++ {
		out = append(out, l.line(i))
	}
	return out
}

// Split makes lines of a text: without colors, without empty lines at the end, and with progress that was written over itself
// reduced to what was left on the screen.
func Split(log string) []string {
	log = colors().ReplaceAllString(strings.TrimRight(log, "\r\n\t "), "")
	if log == "" {
		return nil
	}
	lines := strings.Split(log, "\n")
	for i, text := range lines {
		text = strings.TrimRight(text, "\r\t ")
		if over := strings.LastIndexByte(text, '\r'); over >= 0 {
			text = text[over+1:]
		}
		lines[i] = text
	}
	return lines
}

// colors are the escape sequences of terminals, and what is left of colors when somebody took out the escape characters alone.
var colors = expression(`\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\))|\[(\d{1,2}(;\d{1,3})*)?m`)

// find groups the lines that look like errors.
func find(lines []string) (failures []failure, errors int) {
	quiet := 0 // lines since the last that belonged to a failure
	for i, text := range lines {
		score := Score(text)
		if score == 0 {
			if !continues().MatchString(text) { // a stack trace holds a failure together, however long it is
				quiet++
			}
			continue
		}
		errors++
		n := len(failures) - 1
		if n < 0 || quiet > gap {
			failures = append(failures, failure{first: i, last: i, cause: i, score: score})
		} else {
			f := &failures[n]
			f.last = i
			// The first of several says why the others followed; of chained causes it is the last.
			if score > f.score || score == f.score && score >= rootCause {
				f.cause, f.score = i, score
			}
		}
		quiet = 0
	}
	return failures, errors
}

// last is the failure to show: the last that says why, or else the last. What ends a log is often only "the step failed", with the
// reason further up.
func last(failures []failure) int {
	for i, f := range slices.Backward(failures) {
		if f.score > consequence {
			return i
		}
	}
	return len(failures) - 1
}
