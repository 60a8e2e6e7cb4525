package tools

import (
	"cmp"
	"context"
	"time"

	"paasmcp/internal/legible"
)

// follow reports how far a blocking call is while the call itself waits for its answer. Some platforms answer only when the
// work is done, which can take many minutes; without a sign of life a client would give up on it. The returned function ends
// the reports and returns when the last one is out.
func (a *attempt) follow(ctx context.Context) (stop func()) {
	handle := a.client.Handle(a.request)
	if a.progress == nil || handle == "" {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(cmp.Or(a.s.PollEvery, pollEvery)):
			}
			// A look that fails says nothing about the call; the next one may succeed.
			if job, err := a.client.Job(ctx, handle); err == nil {
				a.progress(max(0, job.Percent), shorten(legible.Block(a.masker.MaskText(job.Text)), 120))
			}
		}
	}()
	return func() { cancel(); <-done }
}
