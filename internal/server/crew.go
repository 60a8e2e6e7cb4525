package server

import "sync/atomic"

// maxIdle is how many goroutines wait for work.
const maxIdle = 8

// crew runs work on goroutines that it keeps for a while: a call goes deep, and the stack of a new goroutine is grown, which copies
// it, several times on the way down. That was one part in twenty-five of what a call costs.
type crew struct {
	work chan func()
	idle atomic.Int32
	gone <-chan struct{} // closed when nobody need wait any more
}

func newCrew(gone <-chan struct{}) *crew { return &crew{work: make(chan func()), gone: gone} }

// run starts work and returns.
func (c *crew) run(work func()) {
	select {
	case c.work <- work:
	default: // nobody is idle
		go c.member(work)
	}
}

func (c *crew) member(work func()) {
	for {
		work()
		work = nil // or what it holds would live as long as nothing comes
		if c.idle.Add(1) > maxIdle {
			c.idle.Add(-1)
			return
		}
		select {
		case work = <-c.work:
			c.idle.Add(-1)
		case <-c.gone:
			return
		}
	}
}
