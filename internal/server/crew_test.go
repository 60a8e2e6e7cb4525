package server

import (
	"sync"
	"testing"
	"testing/synctest"
)

// TestCrew: work runs at once however much there is, few goroutines stay for more, and all end with the server: the
// bubble fails when one does not.
func TestCrew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		c := newCrew(gone)
		for range 3 {
			const together = 5 * maxIdle
			var all sync.WaitGroup
			all.Add(together)
			for range together {
				c.run(func() {
					all.Done()
					all.Wait() // which takes all of them at the same time
				})
			}
			synctest.Wait()
			if idle := c.idle.Load(); idle != maxIdle {
				t.Errorf("%d goroutines wait for more, want %d", idle, maxIdle)
			}
		}
		close(gone)
	})
}
