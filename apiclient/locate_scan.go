package apiclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// PartialError says that a search did not see everything, so that what it did not find may still be there.
type PartialError struct {
	What       string // what was looked at, in the plural: projects
	Looked, Of int
	Unreadable int    // among those looked at: the platform refused them
	Stopped    string // why it ended before the end; empty when only single ones could not be read

	cause error
}

// Error is one line with the next step.
func (e *PartialError) Error() string {
	text := "looked at nothing yet"
	if e.Of > 0 {
		text = fmt.Sprintf("looked at %d of %d %s", e.Looked, e.Of, e.What)
	}
	if e.Unreadable > 0 {
		text += fmt.Sprintf(", of which %d could not be read", e.Unreadable)
	}
	if e.Stopped != "" {
		text += ": " + e.Stopped + "; ask again to continue from there"
	}
	if e.cause != nil {
		text += " (" + e.cause.Error() + ")"
	}
	return text
}

// Unwrap gives the cause, nil when the search ended by its own bounds.
func (e *PartialError) Unwrap() error { return e.cause }

// locateWide is how many things a search looks at side by side.
const locateWide = 4

// seenUnit is what a look at one thing brought.
type seenUnit struct {
	places []Place
	err    error
	done   bool
}

// scan looks at things by their ids, a few at a time, until one has the very name, the calls or the time run out, or
// the platform refuses the account. What single things refuse does not end it. Places come in the order of the ids.
func (s *search) scan(ctx context.Context, what string, ids []string, look func(ctx context.Context, id string) ([]Place, error)) ([]Place, error) {
	looks, cancel := context.WithCancel(ctx)
	defer cancel()
	full := make(chan struct{}) // closed when there are no more calls; what is under way may end
	var once sync.Once
	seen := make([]seenUnit, len(ids))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(locateWide, len(ids)) {
		workers.Go(func() {
			for i := range next {
				unit := s.lookOnce(looks, what, ids[i], look)
				seen[i] = unit
				switch {
				case errors.As(unit.err, new(spent)):
					once.Do(func() { close(full) })
				case hasExact(unit.places), unit.err != nil && !unit.done:
					cancel()
				}
			}
		})
	}
hand:
	for i := range ids {
		select {
		case next <- i:
		case <-full:
			break hand
		case <-looks.Done():
			break hand
		}
	}
	close(next)
	workers.Wait()
	return s.sum(ctx, what, seen)
}

// lookOnce contains panics: an answer of a shape that nobody has seen before must not end the process.
func (s *search) lookOnce(ctx context.Context, what, id string, look func(ctx context.Context, id string) ([]Place, error)) (unit seenUnit) {
	key := what + " " + id
	if places, ok := s.trail.recall(s.host, key); ok {
		return seenUnit{places: places, done: true}
	}
	defer func() {
		if r := recover(); r != nil {
			unit = seenUnit{err: &Error{Kind: KindServer, Message: "an answer could not be understood"}, done: true}
		}
	}()
	if ctx.Err() != nil {
		return seenUnit{}
	}
	places, err := look(ctx, id)
	if err == nil {
		s.trail.note(s.host, key, places)
	}
	return seenUnit{places: places, err: err, done: err == nil || ctx.Err() == nil && ofOne(err)}
}

// ofOne reports whether an error is about one thing alone and says nothing about the next.
func ofOne(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Kind {
	case KindAuth, KindRateLimited, KindCanceled:
		return false
	}
	return true
}

// sum makes the result of a scan.
func (s *search) sum(ctx context.Context, what string, seen []seenUnit) ([]Place, error) {
	partial := &PartialError{What: what, Of: len(seen)}
	var places []Place
	var fatal, single error // one of each: an example says why, a hundred say no more
	full := false
	for _, unit := range seen {
		places = append(places, unit.places...)
		switch {
		case unit.done:
			partial.Looked++
			if unit.err != nil {
				partial.Unreadable++
				single = cmp.Or(single, unit.err)
			}
		case errors.As(unit.err, new(spent)):
			full = true
		case unit.err != nil && fatal == nil && !errors.Is(unit.err, context.Canceled):
			fatal = unit.err
		}
	}
	if hasExact(places) {
		return places, nil
	}
	switch {
	case partial.Looked == len(seen) && partial.Unreadable == 0:
		return places, nil
	case partial.Looked == len(seen):
		partial.cause = single
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, s.complete(&Request{Op: s.dialect.locateReads()[0]}, stopped(ctx))
	case ctx.Err() != nil:
		partial.Stopped = "the time was up"
	case full:
		partial.Stopped = outOfCalls
	default:
		partial.Stopped, partial.cause = "the platform refused the rest", fatal
	}
	if partial.Unreadable == partial.Looked && partial.cause != nil {
		return places, partial.cause // nothing at all was seen; the error says it all
	}
	return places, partial
}

// trailAge is how long a search that was cut short can be continued. It is short, since a domain may have been attached
// meanwhile to what was seen without it.
const trailAge = 2 * time.Minute

// trail remembers what the last search of a client has seen, so that asking for the same name again makes progress
// where one search cannot see everything. It holds one name only.
type trail struct {
	mu   sync.Mutex
	host string
	last time.Time
	seen map[string][]Place
}

func (t *trail) recall(host, key string) ([]Place, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.host != host || time.Since(t.last) > trailAge {
		return nil, false
	}
	places, ok := t.seen[key]
	return places, ok
}

func (t *trail) note(host, key string, places []Place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.host != host || time.Since(t.last) > trailAge {
		t.host, t.seen = host, map[string][]Place{}
	}
	t.seen[key], t.last = places, time.Now()
}

func (t *trail) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.host, t.seen = "", nil
}
