package virtuozzo_test

import (
	"sync"
	"testing"

	"paasmcp/internal/simulator"
)

// All operations at once on one server: nothing may panic, race or answer something else than a result.
func TestAllOperationsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, simulator.Instant)
	ops := operations(t)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range ops {
				op := ops[(i+worker*77)%len(ops)]
				if op.call == "users/authentication.deletetokens" || op.call == "users/authentication.regeneratetoken" {
					continue // of the tokens in use
				}
				if status, _ := s.send(op.call, fields(t, op.input)); status != 200 {
					t.Errorf("%s: %d", op.call, status)
				}
			}
		})
	}
	wg.Wait()
}
