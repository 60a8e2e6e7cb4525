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
			if o.Use("n", expires) {
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
		if !o.Use("n", expires) {
			t.Fatal("first use refused")
		}
		time.Sleep(time.Minute)
		for i := range 5000 { // enough to sweep the used nonce out
			o.Use(fmt.Sprint(i), time.Now().Add(time.Minute))
		}
		if o.Use("n", expires) {
			t.Error("a nonce was usable again after it was forgotten")
		}
		if o.Use("zero", time.Time{}) {
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
			if o.Use(fmt.Sprint(i), expires) {
				taken++
			}
		}
		if taken != 1<<16 {
			t.Fatalf("took %d, want %d", taken, 1<<16)
		}
		if o.Use("0", expires) {
			t.Error("a full store forgot a used nonce")
		}
		time.Sleep(time.Minute)
		if !o.Use("later", time.Now().Add(time.Minute)) {
			t.Error("the store stays full although everything in it expired")
		}
	})
}
