package server

import (
	"context"
	"encoding/json"
	"sync"

	"paasmcp/internal/caller"
)

// running holds the calls of one client, so that it can cancel its own and no other's. The zero value is ready.
type running struct {
	mu    sync.Mutex
	calls map[string]*runningCall
}

type runningCall struct{ cancel context.CancelCauseFunc }

// add registers a call and derives its context; done must be called at its end.
func (r *running) add(ctx context.Context, id json.RawMessage) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	c := &runningCall{cancel}
	key := idKey(id)
	r.mu.Lock()
	if r.calls == nil {
		r.calls = make(map[string]*runningCall)
	}
	r.calls[key] = c
	r.mu.Unlock()
	return ctx, func() {
		r.mu.Lock()
		// A client that uses one id twice at a time has replaced the entry; it is not ours to remove.
		if r.calls[key] == c {
			delete(r.calls, key)
		}
		if len(r.calls) == 0 {
			r.calls = nil // an idle session should weigh nothing
		}
		r.mu.Unlock()
		cancel(nil)
	}
}

// cancel stops the call with the id, if it is still running.
func (r *running) cancel(id json.RawMessage) {
	r.mu.Lock()
	c := r.calls[idKey(id)]
	r.mu.Unlock()
	if c != nil {
		c.cancel(caller.ErrCancelled)
	}
}

// cancelAll stops everything, with the reason handlers see.
func (r *running) cancelAll(cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.calls {
		c.cancel(cause)
	}
}

// idKey makes ids comparable: a string may be escaped differently in the request and in its cancellation.
func idKey(id json.RawMessage) string {
	if len(id) > 0 && id[0] == '"' {
		var s string
		if json.Unmarshal(id, &s) == nil {
			return `"` + s
		}
	}
	return string(id)
}
