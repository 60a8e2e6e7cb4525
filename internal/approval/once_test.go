package approval_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/approval"
)

func TestOnceUnderContention(t *testing.T) {
	t.Parallel()
	var (
		o     approval.Once
		wg    sync.WaitGroup
		first atomic.Int32
		start = make(chan struct{})
	)
	expires := time.Now().Add(time.Hour)
	for range 1000 {
		wg.Go(func() {
			<-start
			if o.Use("local", "n", expires) {
				first.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	if first.Load() != 1 {
		t.Fatalf("%d of 1,000 callers were the first, want exactly 1", first.Load())
	}
}

func TestOnceRefusesTheExpired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o approval.Once
		expires := time.Now().Add(time.Minute)
		if !o.Use("local", "n", expires) {
			t.Fatal("first use refused")
		}
		time.Sleep(time.Minute)
		for i := range 5000 { // enough to sweep the used nonce out
			o.Use("local", fmt.Sprint(i), time.Now().Add(time.Minute))
		}
		if o.Use("local", "n", expires) {
			t.Error("a nonce was usable again after it was forgotten")
		}
		if o.Use("local", "zero", time.Time{}) {
			t.Error("a nonce without expiry was taken")
		}
	})
}

// A full store refuses rather than forgets, and recovers when entries expire.
func TestOnceIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o approval.Once
		expires := time.Now().Add(time.Minute)
		taken := 0
		for i := range 1<<16 + 100 {
			if o.Use(fmt.Sprint("principal ", i%7), fmt.Sprint(i), expires) {
				taken++
			}
		}
		if taken != 1<<16 {
			t.Fatalf("took %d, want %d", taken, 1<<16)
		}
		if o.Use("local", "0", expires) {
			t.Error("a full store forgot a used nonce")
		}
		time.Sleep(time.Minute)
		if !o.Use("local", "later", time.Now().Add(time.Minute)) {
			t.Error("the store stays full although everything in it expired")
		}
	})
}

// The flood of one principal takes nothing from the others.
func TestOnceIsBoundedByPrincipal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o approval.Once
		expires := time.Now().Add(time.Minute)
		taken := 0
		for i := range 1 << 16 {
			if o.Use("greedy", fmt.Sprint(i), expires) {
				taken++
			}
		}
		if taken != 3<<14 {
			t.Errorf("one principal used %d answers, want %d", taken, 3<<14)
		}
		if !o.Use("quiet", "q", expires) {
			t.Error("the answer of another principal is refused")
		}
		if o.Use("greedy", "0", expires) || o.Use("quiet", "0", expires) {
			t.Error("a used answer was taken again")
		}
		time.Sleep(time.Minute)
		if !o.Use("greedy", "later", time.Now().Add(time.Minute)) {
			t.Error("the share stays used up although everything in it expired")
		}
	})
}
