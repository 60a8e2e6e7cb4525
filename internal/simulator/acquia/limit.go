package acquia

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// limiter allows so many calls in any 60 seconds for each API key. A window that slides is stricter than one that starts
// anew every minute, so a client that satisfies it satisfies the vendor's whatever that is.
type limiter struct {
	calls int                    // no limit when negative
	made  map[string][]time.Time // calls of the last minute, oldest first, by API key
}

const window = time.Minute

// take counts a call or refuses it. Refused calls do not count.
func (l *limiter) take(key string, now time.Time) error {
	if l.calls < 0 {
		return nil
	}
	if l.made == nil {
		l.made = map[string][]time.Time{}
	}
	made := l.made[key]
	old := 0
	for old < len(made) && !made[old].After(now.Add(-window)) {
		old++
	}
	made = slices.Delete(made, 0, old)
	l.made[key] = made
	if len(made) < l.calls {
		l.made[key] = append(made, now)
		return nil
	}
	wait := made[len(made)-l.calls].Add(window).Sub(now)
	return &Problem{
		Status: http.StatusTooManyRequests, Slug: "too_many_requests",
		Message:    fmt.Sprintf("More than %d calls in a minute.", l.calls),
		RetryAfter: int((wait + time.Second - 1) / time.Second),
	}
}
