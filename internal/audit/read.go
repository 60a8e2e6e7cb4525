package audit

import (
	"fmt"
	"io"
	"path"
	"time"
)

// Call is one recorded call.
type Call struct {
	Line int
	ID   ID
	Time time.Time
	Entry
	Outcome *Outcome // nil: not recorded
}

// Filter selects calls. A zero field admits all.
type Filter struct {
	Since, Until time.Time // Since is included, Until is not
	Account      string
	Tool         string // a glob in the syntax of path.Match
	Status       Status // [Unanswered] selects calls without an outcome
}

// Unanswered selects, in a [Filter], the calls without an outcome.
const Unanswered Status = "none"

// Read gives the calls that fit the filter, oldest first, and the numbers of the lines that it could not trust (changed,
// torn or foreign) and so left out; [Verify] tells more about those.
func Read(r io.Reader, f Filter) (calls []Call, untrusted []int, err error) {
	if _, err := path.Match(f.Tool, ""); err != nil {
		return nil, nil, fmt.Errorf("audit filter: tool %q: %w", f.Tool, err)
	}
	at := map[ID]int{} // index of the calls that wait for their outcome
	err = eachLine(r, func(n int, text []byte, _ bool) {
		rec, _, err := decode(text)
		switch {
		case err != nil:
			untrusted = append(untrusted, n)
		case rec.Event == intent && rec.Entry != nil && f.admits(rec):
			at[ID(rec.Seq)] = len(calls)
			calls = append(calls, Call{Line: n, ID: ID(rec.Seq), Time: rec.Time, Entry: *rec.Entry})
		case rec.Event == outcome:
			if i, ok := at[rec.Intent]; ok {
				calls[i].Outcome = rec.Outcome
				delete(at, rec.Intent)
			}
		}
	})
	kept := calls[:0]
	for _, c := range calls {
		if f.ended(c.Outcome) {
			kept = append(kept, c)
		}
	}
	return kept, untrusted, err
}

func (f Filter) admits(rec line) bool {
	tool, _ := path.Match(f.Tool, rec.Entry.Tool)
	return (f.Since.IsZero() || !rec.Time.Before(f.Since)) &&
		(f.Until.IsZero() || rec.Time.Before(f.Until)) &&
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
