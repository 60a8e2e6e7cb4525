package server

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// limiter bounds how many calls run at once and how many wait for that.
type limiter struct {
	slots   chan struct{}
	waiting atomic.Int64
	maxWait int64
}

var errBusy = errors.New("too many calls are waiting on this server: try again when some have been answered")

func newLimiter(running int) *limiter {
	return &limiter{slots: make(chan struct{}, running), maxWait: 16 * int64(running)}
}

func (l *limiter) take(ctx context.Context) error {
	select {
	case l.slots <- struct{}{}:
		return nil
	default:
	}
	if l.waiting.Add(1) > l.maxWait {
		l.waiting.Add(-1)
		return errBusy
	}
	defer l.waiting.Add(-1)
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *limiter) give() { <-l.slots }

// slot is one call's place among the running ones. It is lent back while the call waits for its user: otherwise a few
// open questions would stall all other calls.
type slot struct {
	limit *limiter // nil: the call needs no slot

	mu   sync.Mutex
	held bool
	lent int // questions open at the moment
}

func (s *slot) take(ctx context.Context, l *limiter) error {
	if err := l.take(ctx); err != nil {
		return err
	}
	s.limit, s.held = l, true
	return nil
}

// give frees the slot at the end of the call.
func (s *slot) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
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
