package simulator

import (
	"context"
	"sync"
	"time"
)

// Clock tells the time to tokens and activities. Nil in Options means the real one, which testing/synctest replaces by
// itself inside a bubble. A clock may have Wait as FakeClock does; without it, blocking calls wait with timers of the real one.
type Clock interface{ Now() time.Time }

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

// FakeClock is a clock that a test moves. It is safe for concurrent use.
type FakeClock struct {
	mu    sync.Mutex
	now   time.Time
	moved chan struct{} // closed by the next Advance; nil while nobody waits
}

// NewFakeClock returns a clock that stands at start.
func NewFakeClock(start time.Time) *FakeClock { return &FakeClock{now: start} }

// Now returns the time the clock stands at.
func (c *FakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward.
func (c *FakeClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	if c.moved != nil {
		close(c.moved)
		c.moved = nil
	}
}

// Wait blocks until Advance has moved the clock to until, or returns the error of ctx.
func (c *FakeClock) Wait(ctx context.Context, until time.Time) error {
	for {
		c.mu.Lock()
		if c.moved == nil {
			c.moved = make(chan struct{})
		}
		now, moved := c.now, c.moved
		c.mu.Unlock()
		if !now.Before(until) {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// waiter returns how to wait by a clock, nil where the real one's timers have to do.
func waiter(c Clock) func(context.Context, time.Time) error {
	if w, ok := c.(interface {
		Wait(ctx context.Context, until time.Time) error
	}); ok {
		return w.Wait
	}
	return nil
}
