package apiclient

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// maxWait is the longest time a call waits for its turn when the caller has set no deadline.
const maxWait = time.Minute

// limiter holds back the calls of one account. Every attempt passes through wait, so a platform that told one call
// to come back later is left alone by all of them.
type limiter struct {
	mu    sync.Mutex
	until time.Time
}

// hold lets nobody pass for d.
func (l *limiter) hold(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := time.Now().Add(d); until.After(l.until) {
		l.until = until
	}
}

// wait returns when it is the caller's turn, or at once with an error when that cannot be in time.
func (l *limiter) wait(ctx context.Context) *Error {
	for {
		l.mu.Lock()
		d := time.Until(l.until)
		l.mu.Unlock()
		if d <= 0 {
			return nil
		}
		if tooLong(ctx, d) {
			return &Error{Kind: KindRateLimited, RetryAfter: d, Retryable: true, Hint: retryIn(d),
				Message: "the platform asked all calls of this account to wait"}
		}
		// A little more for each, or all who wait would come back in the same instant.
		if err := sleep(ctx, d+rand.N(min(d/10, time.Second)+1)); err != nil {
			return err
		}
	}
}

// tooLong reports whether a wait would end after the caller has given up. Failing at once is kinder than failing late.
func tooLong(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok {
		return time.Until(deadline) < d
	}
	return d > maxWait
}

func sleep(ctx context.Context, d time.Duration) *Error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return stopped(ctx)
	}
}

// stopped is the error of a caller that gave up before anything was sent.
func stopped(ctx context.Context) *Error {
	return &Error{Kind: KindCanceled, Message: "the caller stopped waiting, " + ctx.Err().Error(), cause: ctx.Err()}
}

func retryIn(d time.Duration) string {
	return fmt.Sprintf("retry in %d s", int(math.Ceil(d.Seconds())))
}
