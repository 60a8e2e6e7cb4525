package apiclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Bounds of waiting.
const (
	maxWait  = 90 * time.Second // for a caller that has set no deadline: a window of the limiter and a half
	maxQueue = 1000             // callers of one account; beyond that the queue itself is the problem
)

const (
	// window is a minute and a little: a server that counts the call of exactly one minute ago must not refuse.
	window = time.Minute + 100*time.Millisecond
	// transit is the longest way of a written request to the platform that the limiter reckons with.
	transit = 2 * time.Second
	// maxHold bounds how long one answer keeps all calls of an account back. After it one call probes: what a platform asks of one call
	// for an hour need not hold for the others.
	maxHold = time.Minute
	// stagger parts those who waited for the same moment, or all of them would come back in one burst.
	stagger = 20 * time.Millisecond
)

// limiter holds back the calls of one account: all of them while the platform has asked for patience, for a minute at most before one
// of them probes, and beyond a number of calls a minute where the account has such a limit. Callers get their turn in the order in which
// they came.
//
// The limit is kept as a log of slots, one for each call that the platform admits a minute. A slot is free again one
// window after its call has surely arrived: what counts is the platform's clock, and a call arrives at some unknown moment
// between its start and its answer. Taking the later bound, the next user of the slot cannot arrive within the same
// minute, however the network delays either of them, so no minute ever holds more calls than there are slots. Only for
// answers that take longer than transit the bound is the moment of writing plus transit, or slow calls would waste a good
// part of the limit.
//
// A token bucket such as golang.org/x/time/rate cannot do that. It admits burst + rate in one window: with a burst of 100
// and 100 a minute up to 200 calls, and tuned so that the sum stays below 100 it gives away the burst or the rate.
type limiter struct {
	calls int // slots, that is, calls in a minute; 0 for no limit

	mu     sync.Mutex
	slots  []*slot
	until  time.Time // nobody passes before
	trial  bool      // the platform asked for more than maxHold: after until one call at a time passes, until one is not refused
	probe  *slot     // of such a call while it is on the way
	easing bool      // the queue that a hold has left is let go one by one
	queue  []*waiter
	timer  *time.Timer // calls dispatch when the head of the queue may go
}

// slot is one use of one of the calls of a minute, or of no limit. Each use has its own, so that a late word about one cannot free
// the next.
type slot struct {
	free time.Time // aloft while the call is on the way
}

// aloft marks a call that may not have arrived yet.
var aloft = time.Unix(1<<40, 0)

// waiter is a caller in the queue.
type waiter struct {
	latest time.Time // when waiting any longer makes no sense
	turn   chan turn // holds one
}

type turn struct {
	pass pass
	err  *Error
}

// pass is the leave for one call. Its holder reports when the request is written, what the platform answered, and when the call is over.
// The zero value is for calls that count against no limit.
type pass struct {
	limiter *limiter
	slot    *slot
}

// limited reports whether anybody needs to know when the request is written.
func (p pass) limited() bool { return p.limiter != nil && p.limiter.calls > 0 }

// written says that the request is on the network.
func (p pass) written() { p.release(time.Now().Add(transit + window)) }

// answered says that the platform took the call, or asks for patience: then nobody passes for d, or for maxHold when the call was the
// probe and d is 0. It reports whether the limiter now has the pause.
func (p pass) answered(status int, d time.Duration) (held bool) {
	p.release(time.Now().Add(window))
	switch {
	case p.limiter == nil:
	case status != http.StatusTooManyRequests:
		p.limiter.probed(p.slot, true)
	case p.limiter.isProbe(p.slot):
		p.limiter.hold(cmp.Or(d, maxHold))
		p.limiter.probed(p.slot, false)
		held = d > 0
	case d > 0:
		p.limiter.hold(d)
		held = true
	}
	return held
}

// over says that the call has ended, answered or not.
func (p pass) over() { p.end(time.Now().Add(window)) }

// unused gives the leave back: nothing was sent.
func (p pass) unused() { p.end(time.Now()) }

func (p pass) end(at time.Time) {
	p.release(at)
	if p.limiter != nil {
		p.limiter.probed(p.slot, false)
	}
}

// release moves the moment at which the slot is free to an earlier one.
func (p pass) release(at time.Time) {
	if !p.limited() {
		return
	}
	l := p.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	if at.Before(p.slot.free) {
		p.slot.free = at
		l.arm(time.Now())
	}
}

func (l *limiter) isProbe(s *slot) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.probe == s
}

// probed ends the probe, if the call with this slot is the one: once one is admitted, all may pass.
func (l *limiter) probed(s *slot, admitted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.probe == s {
		l.probe, l.trial = nil, l.trial && !admitted
		l.arm(time.Now())
	}
}

// wait returns when it is the caller's turn, or at once with an error when that cannot be in time.
func (l *limiter) wait(ctx context.Context) (pass, *Error) {
	l.mu.Lock()
	now := time.Now()
	if len(l.queue) == 0 && l.open(now) {
		l.easing = false
		if p, ok := l.take(now); ok {
			l.mu.Unlock()
			return p, nil
		}
	}
	d := l.expected(len(l.queue), now)
	latest := patienceOf(ctx, now)
	if _, patient := ctx.Deadline(); l.trial && !patient {
		latest = now // the hold may be renewed, so only a caller that said how long it can wait is kept waiting
	}
	if now.Add(d).After(latest) || len(l.queue) >= maxQueue {
		e := l.refusal(d, now)
		l.mu.Unlock()
		return pass{}, e
	}
	w := &waiter{latest, make(chan turn, 1)}
	l.queue = append(l.queue, w)
	l.arm(now)
	l.mu.Unlock()

	select {
	case t := <-w.turn:
		return t.pass, t.err
	case <-ctx.Done():
		l.leave(w)
		return pass{}, stopped(ctx)
	}
}

// refusal is the error for a caller that would wait in vain.
func (l *limiter) refusal(d time.Duration, now time.Time) *Error {
	message := fmt.Sprintf("this account may make %d calls a minute, and they are used up", l.calls)
	if !l.open(now) || l.calls == 0 {
		message = "the platform asked this account to wait"
	}
	return &Error{Kind: KindRateLimited, RetryAfter: d, Retryable: true, Message: message, Hint: retryIn(d)}
}

// hold lets nobody pass for d or maxHold, and sends away at once those who cannot wait that long.
func (l *limiter) hold(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.trial = l.trial || d > maxHold
	if until := now.Add(min(d, maxHold)); until.After(l.until) {
		l.until = until
	}
	l.easing = true
	stay := l.queue[:0]
	for _, w := range l.queue {
		if d := l.expected(len(stay), now); now.Add(d).After(w.latest) {
			w.turn <- turn{err: l.refusal(d, now)}
		} else {
			stay = append(stay, w)
		}
	}
	clear(l.queue[len(stay):])
	l.queue = stay
	l.arm(now)
}

// left is how many calls could start now; -1 when there is no limit.
func (l *limiter) left() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	switch {
	case l.calls == 0:
		return -1
	case !l.open(now):
		return 0
	case l.trial:
		return 1
	}
	n := l.calls - len(l.queue)
	for _, s := range l.slots {
		if s.free.After(now) {
			n--
		}
	}
	return max(n, 0)
}

// dispatch lets go whoever's turn it is.
func (l *limiter) dispatch() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for len(l.queue) > 0 && l.open(now) {
		p, ok := l.take(now)
		if !ok {
			break
		}
		l.queue[0].turn <- turn{pass: p}
		l.queue[0] = nil
		l.queue = l.queue[1:]
		if l.easing {
			l.until = now.Add(stagger)
		}
	}
	l.easing = l.easing && len(l.queue) > 0
	l.arm(now)
}

// leave takes a caller that gave up out of the queue.
func (l *limiter) leave(w *waiter) {
	l.mu.Lock()
	i := slices.Index(l.queue, w)
	if i >= 0 {
		l.queue = slices.Delete(l.queue, i, i+1)
		l.arm(time.Now())
	}
	l.mu.Unlock()
	if i < 0 {
		(<-w.turn).pass.unused() // its turn came in the same moment
	}
}

// The methods below are called with the lock held.

// open reports whether anybody may pass.
func (l *limiter) open(now time.Time) bool { return !now.Before(l.until) && l.probe == nil }

// take gives the slot that has been free for longest.
func (l *limiter) take(now time.Time) (pass, bool) {
	s := &slot{aloft}
	switch first := l.earliest(); {
	case l.calls == 0:
	case len(l.slots) < l.calls:
		l.slots = append(l.slots, s)
	case l.slots[first].free.After(now):
		return pass{}, false
	default:
		l.slots[first] = s
	}
	if l.trial {
		l.probe = s
	}
	return pass{l, s}, true
}

// earliest is the slot that is free first.
func (l *limiter) earliest() int {
	best := 0
	for i := range l.slots {
		if l.slots[i].free.Before(l.slots[best].free) {
			best = i
		}
	}
	return best
}

// expected is how long the caller at a place of the queue will wait. A call on the way is taken to end now.
func (l *limiter) expected(place int, now time.Time) time.Duration {
	d := max(l.until.Sub(now), 0)
	if l.calls == 0 {
		return d
	}
	free := make([]time.Duration, l.calls)
	for i, s := range l.slots {
		at := s.free
		if at.Equal(aloft) {
			at = now.Add(window)
		}
		free[i] = at.Sub(now)
	}
	slices.Sort(free)
	return max(d, free[place%l.calls]+time.Duration(place/l.calls)*window)
}

// arm sets the timer for the head of the queue.
func (l *limiter) arm(now time.Time) {
	if len(l.queue) == 0 || l.probe != nil { // what the probe finds arms it
		return
	}
	next := l.until
	if l.calls > 0 && len(l.slots) == l.calls {
		if free := l.slots[l.earliest()].free; free.After(next) {
			next = free
		}
	}
	if next.Equal(aloft) {
		return // the first call to come back arms it
	}
	if l.timer == nil {
		l.timer = time.AfterFunc(next.Sub(now), l.dispatch)
	} else {
		l.timer.Reset(next.Sub(now))
	}
}

// patienceOf is the latest moment at which the answer to a wait is of use to the caller.
func patienceOf(ctx context.Context, now time.Time) time.Time {
	if deadline, ok := ctx.Deadline(); ok {
		return deadline
	}
	return now.Add(maxWait)
}

// tooLong reports whether a wait would end after the caller has given up. Failing at once is kinder than failing late.
func tooLong(ctx context.Context, d time.Duration) bool {
	now := time.Now()
	return now.Add(d).After(patienceOf(ctx, now))
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
	words := "the caller stopped waiting"
	switch why := context.Cause(ctx); {
	case errors.Is(why, context.DeadlineExceeded):
		words = "the caller's time was up"
	case !errors.Is(why, context.Canceled):
		words = why.Error()
	}
	return &Error{Kind: KindCanceled, Message: words, cause: ctx.Err()}
}

func retryIn(d time.Duration) string {
	return fmt.Sprintf("retry in %d s", int(math.Ceil(d.Seconds())))
}
