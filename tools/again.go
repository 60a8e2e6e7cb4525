package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
)

// lookAgain looks at the target once more, for a person's yes to what they saw before. While the platform's rate limit keeps it from
// looking, the call waits: the yes is good until the question expires. A nil error leaves it to the gate to compare.
func (a *attempt) lookAgain(ctx context.Context, state string) error {
	for {
		unseen := a.consider(ctx)
		until, differs := a.s.Gate.Fits(state, a.binding())
		as := differs == nil && a.verdict.Action != policy.Deny // what the person saw
		if unseen != nil && !as && a.waitsFor(ctx, unseen, until) {
			continue
		}
		ended := caller.Ended(ctx)
		switch {
		case ended != nil:
			return a.refused(ended.Error()+"; nothing was sent", ended)
		case as:
			return nil
		case unseen != nil:
			return a.refused("the target could not be looked up again: "+unseen.Error()+"; nothing was sent; the answer is not used up, so repeat the same call", unseen)
		case a.verdict.Action == policy.Deny:
			return a.denied(nil)
		default:
			return nil
		}
	}
}

// waitsFor waits until the platform's rate limit lets calls go again. It reports false when that is not what err is about, when it
// would take too long, and when the context ends first.
func (a *attempt) waitsFor(ctx context.Context, err error, until time.Time) bool {
	var limited *apiclient.Error
	if !errors.As(err, &limited) || limited.Kind != apiclient.KindRateLimited {
		return false
	}
	pause := cmp.Or(limited.RetryAfter, unknownPause)
	if !time.Now().Add(pause).Before(until) {
		return false
	}
	defer caller.Idle(ctx)(ctx)
	for end := time.Now().Add(pause); ; {
		left := time.Until(end)
		if left <= 0 {
			return true
		}
		if a.progress != nil {
			a.progress(0, fmt.Sprintf("approved; the platform's rate limit is reached, so the call waits %d s", int(math.Ceil(left.Seconds()))))
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(min(left, deskReport)):
		}
	}
}

// unknownPause is how long to wait for a rate limit when the platform does not say.
const unknownPause = 5 * time.Second
