package approval

import (
	"sync"
	"time"
)

// Store remembers which answers were used. Use marks a nonce and reports whether this call was the first to do so; it must
// report false whenever it cannot be sure.
type Store interface {
	Use(nonce string, expires time.Time) bool
}

// maxUsed bounds the memory of a [Once]. Only answers that were really issued get this far, so the limit is reached by a
// flood of confirmations, which is better refused than half remembered.
const maxUsed = 1 << 16

// Once is a [Store] in memory. The zero value is ready; it is safe for concurrent use.
type Once struct {
	mu   sync.Mutex
	used map[string]time.Time // nonce → when it may be forgotten
	next int                  // size at which expired entries are swept out
	soon time.Time            // no entry expires before this, so an earlier sweep is in vain
}

// Use implements [Store]. A nonce past its expiry is refused: its first use may have been forgotten already.
func (o *Once) Use(nonce string, expires time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if !now.Before(expires) {
		return false
	}
	if _, again := o.used[nonce]; again {
		return false
	}
	if len(o.used) >= o.next && !now.Before(o.soon) {
		o.sweep(now)
	}
	if len(o.used) >= maxUsed {
		return false
	}
	if len(o.used) == 0 || expires.Before(o.soon) {
		o.soon = expires
	}
	o.used[nonce] = expires
	return true
}

// sweep forgets expired nonces and moves the next sweep to twice the size that is left, so that the cost of a Use stays
// constant on average. The map is built anew because a Go map never gives memory back.
func (o *Once) sweep(now time.Time) {
	live := make(map[string]time.Time)
	for nonce, expires := range o.used {
		if !now.Before(expires) {
			continue
		}
		if len(live) == 0 || expires.Before(o.soon) {
			o.soon = expires
		}
		live[nonce] = expires
	}
	o.used = live
	o.next = min(max(1024, 2*len(live)), maxUsed)
}
