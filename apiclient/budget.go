package apiclient

import "time"

// Budget is how much an account may still call, as its limiter counts.
type Budget struct {
	Limit int           // calls a minute; 0 when the platform has no such limit
	Left  int           // that can start now without waiting; -1 without a limit
	Queue int           // calls that wait for their turn
	Hold  time.Duration // how long the platform wants nothing at all
	Next  time.Duration // until one more call is free, when none is left
}

// Budget reports the budget of this moment. It sends nothing.
func (c *Client) Budget() Budget { return c.limit.budget() }

func (l *limiter) budget() Budget {
	left := l.left()
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b := Budget{Limit: l.calls, Left: left, Queue: len(l.queue), Hold: max(l.until.Sub(now), 0)}
	if left == 0 {
		b.Next = l.expected(len(l.queue), now)
	}
	return b
}
