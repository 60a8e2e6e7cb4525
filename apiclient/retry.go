package apiclient

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// How often and how long. Full jitter spreads the callers that failed together.
const (
	maxTries   = 4
	backoffMin = 500 * time.Millisecond
	backoffMax = 8 * time.Second
)

// do sends one request until it is answered, and decides what may be repeated: see the package comment. Each attempt
// waits for its turn, and only then asks for the token, which could run out in the queue.
func (c *Client) do(ctx context.Context, r *Request, how reading) (*answer, error) {
	var a *answer
	renewed := false
	failed := retry(ctx, func(try int) *Error {
		for {
			turn, e := c.limit.wait(ctx)
			if e != nil {
				return e
			}
			token, err := c.tokens.get(ctx)
			if err != nil {
				turn.unused()
				return final(c.complete(r, err))
			}
			start := time.Now()
			a, e = c.once(ctx, r, token, how, turn)
			turn.over()
			c.log(ctx, r, try, time.Since(start), a, e)
			if e == nil || !e.staleToken {
				return e
			}
			c.tokens.drop(token)
			if renewed || e.noRepeat {
				return e
			}
			renewed = true
		}
	})
	if failed != nil {
		return nil, c.complete(r, failed)
	}
	return a, nil
}

// retry repeats once while it fails in a passing way.
func retry(ctx context.Context, once func(try int) *Error) *Error {
	for try := 1; ; try++ {
		if ctx.Err() != nil {
			return stopped(ctx)
		}
		e := once(try)
		if e == nil || !e.passing {
			return e
		}
		pause := cmp.Or(e.RetryAfter, backoff(try))
		if e.Kind == KindRateLimited {
			e.Hint = retryIn(pause)
		}
		if try == maxTries || tooLong(ctx, pause) {
			return e
		}
		if e.held {
			continue // the limiter has the pause, and lets the callers go in turn
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

func backoff(try int) time.Duration {
	return 1 + rand.N(min(backoffMin<<try, backoffMax))
}

// final marks an error that has had its repetitions already.
func final(e *Error) *Error {
	e.passing = false
	return e
}

// retryAfter reads the header of RFC 9110 section 10.2.3: seconds, or a date. 0 when there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if value == "" {
		return 0
	}
	if seconds, err := strconv.Atoi(value); err == nil {
		// Bounded before it is multiplied, or a huge number would wrap around to "go ahead".
		return time.Duration(min(max(seconds, 0), 24*60*60)) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}

// log writes one debug line per attempt, without query, headers and bodies.
func (c *Client) log(ctx context.Context, r *Request, try int, took time.Duration, a *answer, e *Error) {
	if !c.options.Logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{
		slog.String("account", c.account.Name), slog.String("operation", r.Op.Name),
		slog.String("method", r.Method), slog.String("path", r.safePath()),
		slog.Int("attempt", try), slog.Duration("took", took),
	}
	if a != nil {
		attrs = append(attrs, slog.Int("status", a.Status))
	}
	if e != nil {
		attrs = append(attrs, slog.String("kind", string(e.Kind)), slog.String("message", e.Message))
	}
	c.options.Logger.LogAttrs(ctx, slog.LevelDebug, fmt.Sprintf("call %s", c.account.Platform), attrs...)
}
