package audit

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"time"
)

// Call is one recorded call.
type Call struct {
	Place
	ID   ID        `json:"id"`
	Time time.Time `json:"time"`
	Entry
	Outcome *Outcome `json:"outcome,omitempty"` // nil: not recorded
}

// Filter selects calls. A zero field admits all.
type Filter struct {
	Since, Until time.Time // Since is included, Until is not
	Principal    string
	Account      string
	Tool         string // a glob in the syntax of path.Match
	Status       Status // [Unanswered] selects calls without an outcome
	Key          Key    // checks the lines that were written with it; without one, they are taken as they are
}

// Unanswered selects, in a [Filter], the calls without an outcome.
const Unanswered Status = "none"

// Read gives the calls of one stream that fit the filter, oldest first, and the lines that it could not trust (changed, torn or
// foreign) and so left out; [Verify] tells more about those.
func Read(r io.Reader, f Filter) (calls []Call, untrusted []Place, err error) {
	return collect(f, func(c *collector) error { return c.read("", true, r) })
}

// ReadFile does the same with a log and its former files, which it finds beside it.
func ReadFile(path string, f Filter) (calls []Call, untrusted []Place, err error) {
	return collect(f, func(c *collector) error { return eachFile(path, c.read) })
}

// collector gathers calls from file to file, since an outcome can stand in another one than its intent.
type collector struct {
	filter    Filter
	calls     []Call
	waiting   map[ID]int // index of the calls that wait for their outcome
	untrusted []Place
}

func collect(f Filter, read func(*collector) error) ([]Call, []Place, error) {
	if _, err := path.Match(f.Tool, ""); err != nil {
		return nil, nil, fmt.Errorf("audit filter: tool %q: %w", f.Tool, err)
	}
	c := collector{filter: f, waiting: map[ID]int{}}
	err := read(&c)
	return slices.DeleteFunc(c.calls, func(call Call) bool { return !f.ended(call.Outcome) }), c.untrusted, err
}

func (c *collector) read(name string, _ bool, r io.Reader) error {
	return inFile(name, eachLine(r, func(n int, text []byte, _ bool) {
		rec, _, err := decode(text, c.filter.Key)
		at := Place{File: name, Line: n}
		switch {
		case err != nil && !(errors.Is(err, errUnchecked) && c.filter.Key.id == ""):
			c.untrusted = append(c.untrusted, at)
		case rec.Event == intent && rec.Entry != nil && c.filter.admits(rec):
			c.waiting[ID(rec.Seq)] = len(c.calls)
			c.calls = append(c.calls, Call{Place: at, ID: ID(rec.Seq), Time: rec.Time, Entry: *rec.Entry})
		case rec.Event == outcome:
			if i, ok := c.waiting[rec.Intent]; ok {
				c.calls[i].Outcome = rec.Outcome
				delete(c.waiting, rec.Intent)
			}
		}
	}))
}

func (f Filter) admits(rec line) bool {
	tool, _ := path.Match(f.Tool, rec.Entry.Tool)
	return (f.Since.IsZero() || !rec.Time.Before(f.Since)) &&
		(f.Until.IsZero() || rec.Time.Before(f.Until)) &&
		(f.Principal == "" || f.Principal == rec.Entry.Principal) &&
		(f.Account == "" || f.Account == rec.Entry.Account) &&
		(f.Tool == "" || tool)
}

func (f Filter) ended(o *Outcome) bool {
	switch {
	case f.Status == "":
		return true
	case o == nil:
		return f.Status == Unanswered
	}
	return o.Status == f.Status
}
