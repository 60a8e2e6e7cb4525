package server

import (
	"context"
	"errors"
	"sync"

	"paasmcp/internal/caller"
	"paasmcp/internal/peer"
)

// limiter bounds how many calls run at once, and how many there are at all: running, waiting for that, and waiting for a person.
type limiter struct {
	slots   chan struct{}
	maxOpen int
	maxOwn  int // of one caller: others must find room

	mu   sync.Mutex
	open int
	own  map[string]int // by caller
}

var (
	errBusy    = errors.New("too many calls are waiting on this server: try again when some have been answered")
	errOwnBusy = errors.New("too many of your own calls are waiting on this server: try again when some have been answered")
)

// openPerSlot is how many calls there may be for each that runs. Each costs a stack and what it was called with.
const openPerSlot = 8

func newLimiter(running int) *limiter {
	open := openPerSlot * running
	return &limiter{slots: make(chan struct{}, running), maxOpen: open, maxOwn: peer.Share(open), own: map[string]int{}}
}

// enter admits a call of a caller.
func (l *limiter) enter(who string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.own[who] >= l.maxOwn:
		return errOwnBusy
	case l.open >= l.maxOpen:
		return errBusy
	}
	l.open++
	l.own[who]++
	return nil
}

func (l *limiter) leave(who string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.own[who]--; l.own[who] == 0 {
		delete(l.own, who)
	}
}

func (l *limiter) take(ctx context.Context) error {
	select {
	case l.slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return caller.Ended(ctx)
	}
}

func (l *limiter) give() { <-l.slots }

// slot is one call's place among the running ones. It is lent back while the call waits for its user: otherwise a few
// open questions would stall all other calls.
type slot struct {
	limit *limiter // nil: the call needs no slot
	who   string   // calls

	mu   sync.Mutex
	held bool
	lent int // questions open at the moment
}

func (s *slot) take(ctx context.Context, l *limiter, who string) error {
	if err := l.enter(who); err != nil {
		return err
	}
	if err := l.take(ctx); err != nil {
		l.leave(who)
		return err
	}
	s.limit, s.who, s.held = l, who, true
	return nil
}

// give frees the slot at the end of the call.
func (s *slot) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit.leave(s.who)
	if s.held {
		s.held = false
		s.limit.give()
	}
}

// lend frees the slot until the returned function has been called as often as lend.
func (s *slot) lend() (back func(context.Context)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limit == nil {
		return func(context.Context) {}
	}
	s.lent++
	if s.held {
		s.held = false
		s.limit.give()
	}
	return s.back
}

func (s *slot) back(ctx context.Context) {
	s.mu.Lock()
	s.lent--
	last := s.lent == 0
	s.mu.Unlock()
	if !last || s.limit.take(ctx) != nil {
		return // a cancelled call goes on without a slot, to its end
	}
	s.mu.Lock()
	s.held = true
	s.mu.Unlock()
}
