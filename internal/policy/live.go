package policy

import (
	"slices"
	"sync/atomic"
)

// Live is a policy that can be exchanged while calls are judged by it. A call is judged by one whole policy, the old or the
// new one. It is made with [NewLive].
type Live struct{ now atomic.Pointer[Policy] }

// NewLive makes a Live with its first policy.
func NewLive(p Policy) *Live {
	l := &Live{}
	l.Set(p)
	return l
}

// Set exchanges the policy.
func (l *Live) Set(p Policy) { l.now.Store(&p) }

// Decide gives the verdict of the policy in force. See [Policy.Decide].
func (l *Live) Decide(f Facts) Verdict { return l.now.Load().Decide(f) }

// DependsOnEnvironment asks the policy in force. See [Policy.DependsOnEnvironment].
func (l *Live) DependsOnEnvironment(f Facts) bool { return l.now.Load().DependsOnEnvironment(f) }

// Rules gives the policy in force.
func (l *Live) Rules() Policy { return slices.Clone(*l.now.Load()) }
