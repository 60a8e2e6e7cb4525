package approval

import (
	"sync"
	"time"
)

// Store remembers which answers were used. Use marks a nonce of a principal's question and reports whether this call was the first to do so; it must
// report false whenever it cannot be sure.
type Store interface {
	Use(principal, nonce string, expires time.Time) bool
}

// maxUsed bounds the memory of a [Once]. Only answers that were really issued get this far, so the limit is reached by a
// flood of confirmations, which is better refused than half remembered.
const maxUsed = 1 << 16

// maxUsedByOne is how many of them one principal has: the flood of one refuses the answers of that one alone.
const maxUsedByOne = maxUsed - maxUsed/4

// Once is a [Store] in memory. The zero value is ready; it is safe for concurrent use.
type Once struct {
	mu   sync.Mutex
	used map[string]usedAnswer // by nonce
	own  map[string]int        // by principal
	next int                   // size at which expired entries are swept out
	soon time.Time             // no entry expires before this, so an earlier sweep is in vain
}

type usedAnswer struct {
	principal string
	expires   time.Time // when it may be forgotten
}

// Use implements [Store]. A nonce past its expiry is refused: its first use may have been forgotten already.
func (o *Once) Use(principal, nonce string, expires time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if !now.Before(expires) {
		return false
	}
	if _, again := o.used[nonce]; again {
		return false
	}
	if (len(o.used) >= o.next || o.own[principal] >= maxUsedByOne) && !now.Before(o.soon) {
		o.sweep(now)
	}
	if len(o.used) >= maxUsed || o.own[principal] >= maxUsedByOne {
		return false
	}
	if len(o.used) == 0 || expires.Before(o.soon) {
		o.soon = expires
	}
	o.used[nonce] = usedAnswer{principal, expires}
	o.own[principal]++
	return true
}

// sweep forgets expired nonces and moves the next sweep to twice the size that is left, so that the cost of a Use stays
// constant on average. The map is built anew because a Go map never gives memory back.
func (o *Once) sweep(now time.Time) {
	live, own := make(map[string]usedAnswer), make(map[string]int)
	for nonce, u := range o.used {
		if !now.Before(u.expires) {
			continue
		}
		if len(live) == 0 || u.expires.Before(o.soon) {
			o.soon = u.expires
		}
		live[nonce] = u
		own[u.principal]++
	}
	o.used, o.own = live, own
	o.next = min(max(1024, 2*len(live)), maxUsed)
}
