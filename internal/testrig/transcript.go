package testrig

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// Transcript collects what a program writes, and can be read meanwhile.
type Transcript struct {
	mu    sync.Mutex
	text  strings.Builder
	wrote chan struct{} // somebody waits for more; nil when nobody does
}

// Write is for the program.
func (o *Transcript) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.wrote != nil {
		close(o.wrote)
		o.wrote = nil
	}
	return o.text.Write(p)
}

// String is all that was written so far.
func (o *Transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Await waits until the text is in it, and gives everything so far.
func (o *Transcript) Await(t testing.TB, text string) string {
	t.Helper()
	for late := time.After(20 * time.Second); ; {
		o.mu.Lock()
		all := o.text.String()
		if o.wrote == nil {
			o.wrote = make(chan struct{})
		}
		more := o.wrote
		o.mu.Unlock()
		if strings.Contains(all, text) {
			return all
		}
		select {
		case <-more:
		case <-late:
			t.Fatalf("nobody said %q in 20 seconds:\n%s", text, all[max(0, len(all)-2000):])
		}
	}
}
