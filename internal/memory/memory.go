// Package memory bounds how many bytes a server holds for its callers at once: in all, so that it lives within the memory of its
// machine, and for each of them, so that one cannot take what the others need.
//
//	Pool   what there is, shared by all callers
//	Part   one thing that is held: a message, an answer, a file
//	Tab    the parts of one request that follow each other, carried by its context
//
// Whoever holds something that may be large asks before it grows. The answer is never to wait, as two that wait for each other's bytes
// would wait for ever, but an error that says to try again. What is small is held uncounted: it costs no more than its connection
// does, and must come through however full the pool is.
package memory

import (
	"context"
	"errors"
	"sync"
)

// Errors of [Part.Grow].
var (
	// ErrFull says that the pool is empty at the moment.
	ErrFull = errors.New("the server holds as much in memory as it may at the moment: try again in a few seconds")
	// ErrShare says that the caller holds what one caller may. Nothing but their own requests has to end.
	ErrShare = errors.New("your other requests fill your share of the server's memory: wait until one of them has ended, or ask for less at once")
)

// Pool is what there is. It is safe for concurrent use.
type Pool struct {
	total, share int64 // bytes

	mu   sync.Mutex
	held int64
	by   map[string]int64 // caller → bytes
}

// NewPool makes a pool of total bytes. One caller gets half of it.
func NewPool(total int64) *Pool {
	return &Pool{total: total, share: total / 2, by: map[string]int64{}}
}

// Share is the most that one caller gets, in bytes.
func (p *Pool) Share() int64 { return p.share }

// Held is how many bytes are held, for tests and figures.
func (p *Pool) Held() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held
}

func (p *Pool) take(caller string, n int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.by[caller]+n > p.share:
		return ErrShare
	case p.held+n > p.total:
		return ErrFull
	}
	p.held += n
	p.by[caller] += n
	return nil
}

func (p *Pool) give(caller string, n int64) {
	if n == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held -= n
	if p.by[caller] -= n; p.by[caller] == 0 {
		delete(p.by, caller)
	}
}

// Part is one thing that is held for a caller. It belongs to one goroutine. A nil Part holds whatever it is asked to, for those who
// serve nobody but themselves.
type Part struct {
	pool    *Pool
	caller  string
	free    int64
	size    int64
	counted int64
}

// Part begins to hold something for a caller, of which the first free bytes are not counted.
func (p *Pool) Part(caller string, free int64) *Part {
	return &Part{pool: p, caller: caller, free: free}
}

// Grow asks for n more bytes.
func (p *Part) Grow(n int64) error {
	if p == nil || n <= 0 {
		return nil
	}
	more := max(p.size+n-p.free, 0) - p.counted
	if more > 0 {
		if err := p.pool.take(p.caller, more); err != nil {
			return err
		}
		p.counted += more
	}
	p.size += n
	return nil
}

// Size is how much it holds, in bytes.
func (p *Part) Size() int64 {
	if p == nil {
		return 0
	}
	return p.size
}

// Shrink gives back everything beyond size.
func (p *Part) Shrink(size int64) {
	if p == nil || size >= p.size {
		return
	}
	left := max(size-p.free, 0)
	p.pool.give(p.caller, p.counted-left)
	p.size, p.counted = size, left
}

// Release gives everything back. It may be called twice.
func (p *Part) Release() { p.Shrink(0) }

// Tab is what one request holds of what it reads from elsewhere. A request that reads many things uses them one after the other, so a
// part that was read to its end is counted until the next one begins, or the request ends. It is safe for concurrent use; a nil Tab
// counts nothing.
type Tab struct {
	pool   *Pool
	caller string

	mu   sync.Mutex
	used []*Part
}

// Tab opens the tab of a request.
func (p *Pool) Tab(caller string) *Tab { return &Tab{pool: p, caller: caller} }

// Begin begins a part, of which the first free bytes are not counted.
func (t *Tab) Begin(free int64) *Part {
	if t == nil {
		return nil
	}
	t.Close()
	return t.pool.Part(t.caller, free)
}

// Beside begins a part that is used together with those that are complete.
func (t *Tab) Beside(free int64) *Part {
	if t == nil {
		return nil
	}
	return t.pool.Part(t.caller, free)
}

// Done says that a part is complete. The request still uses it.
func (t *Tab) Done(p *Part) {
	if t == nil || p == nil || p.counted == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.used = append(t.used, p)
}

// Close gives back all parts that are complete.
func (t *Tab) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.used {
		p.Release()
	}
	t.used = nil
}

type key struct{}

// With is the context of a request with that tab.
func With(ctx context.Context, t *Tab) context.Context { return context.WithValue(ctx, key{}, t) }

// From is the tab of the request that ctx belongs to; nil, which counts nothing, on the command line.
func From(ctx context.Context) *Tab {
	t, _ := ctx.Value(key{}).(*Tab)
	return t
}
