package audit

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"

	"paasmcp/schemas"
)

// disk is a file whose parts fail on demand. It stands in this package because a Log takes no file from outside.
type disk struct {
	mu       sync.Mutex
	text     bytes.Buffer
	room     int // bytes that still fit, when full is set
	full     bool
	noCut    bool
	noSync   bool
	syncs    int
	onSync   func()
	syncedAt int // size of the file at the last flush
}

var errDisk = errors.New("no space left on device")

func (d *disk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full && len(p) > d.room {
		d.text.Write(p[:d.room])
		return d.room, errDisk
	}
	return d.text.Write(p)
}

func (d *disk) Truncate(n int64) error {
	if d.noCut {
		return errors.New("cannot cut")
	}
	d.text.Truncate(int(n))
	return nil
}

func (d *disk) Sync() error {
	if d.onSync != nil {
		d.onSync()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.syncs++
	if d.noSync {
		return errDisk
	}
	d.syncedAt = d.text.Len()
	return nil
}

func (d *disk) Close() error { return nil }

func (d *disk) whole(t *testing.T) Report {
	t.Helper()
	r, err := Verify(strings.NewReader(d.text.String()))
	if err != nil || !r.OK() {
		t.Errorf("the file does not verify: %v %+v\n%s", err, r, d.text.String())
	}
	return r
}

var (
	aRead  = Entry{Tool: "r", Risk: []schemas.Risk{schemas.Read}}
	aWrite = Entry{Tool: "w", Risk: []schemas.Risk{schemas.Write}}
)

func TestFullDiskRefusesAndRecovers(t *testing.T) {
	t.Parallel()
	for _, room := range []int{0, 1, 60} {
		d := &disk{}
		l := &Log{file: d, prev: genesis}
		if _, err := l.Intent(aWrite); err != nil {
			t.Fatal(err)
		}
		d.full, d.room = true, room
		for _, e := range []Entry{aRead, aWrite} {
			if _, err := l.Intent(e); !errors.Is(err, errDisk) {
				t.Errorf("room for %d bytes: got %v, want the disk's error", room, err)
			}
		}
		if err := l.Outcome(1, Outcome{Status: OK}); !errors.Is(err, errDisk) {
			t.Errorf("outcome: %v", err)
		}
		d.full = false
		if err := l.Outcome(1, Outcome{Status: OK}); err != nil {
			t.Errorf("room again: %v", err)
		}
		if r := d.whole(t); r.Lines != 2 {
			t.Errorf("%d lines", r.Lines)
		}
	}
}

func TestHalfALineShutsTheLog(t *testing.T) {
	t.Parallel()
	d := &disk{full: true, room: 20, noCut: true}
	l := &Log{file: d, prev: genesis}
	if _, err := l.Intent(aWrite); !errors.Is(err, errDisk) {
		t.Fatal(err)
	}
	d.full = false
	if _, err := l.Intent(aWrite); err == nil || d.text.Len() != 20 {
		t.Errorf("a line was glued to half a line (%d bytes), %v", d.text.Len(), err)
	}
}

func TestFailedFlushShutsTheLog(t *testing.T) {
	t.Parallel()
	d := &disk{noSync: true}
	l := &Log{file: d, prev: genesis}
	if _, err := l.Intent(aWrite); !errors.Is(err, errDisk) {
		t.Fatalf("got %v, want the disk's error", err)
	}
	d.noSync = false
	for _, e := range []Entry{aRead, aWrite} {
		if _, err := l.Intent(e); err == nil {
			t.Error("an intent was taken after a failed flush, which may have lost the one before")
		}
	}
}

func TestWhatIsFlushed(t *testing.T) {
	t.Parallel()
	d := &disk{}
	l := &Log{file: d, prev: genesis}
	for _, c := range []struct {
		e     Entry
		syncs int
	}{
		{aRead, 0}, {aWrite, 1}, {Entry{Tool: "no risk at all"}, 2}, {aRead, 2},
		{Entry{Tool: "both", Risk: []schemas.Risk{schemas.Read, schemas.Write}}, 3},
	} {
		if _, err := l.Intent(c.e); err != nil || d.syncs != c.syncs {
			t.Errorf("%s: %d flushes, want %d (%v)", c.e.Tool, d.syncs, c.syncs, err)
		}
		if c.e.Tool == "w" && d.syncedAt != d.text.Len() {
			t.Error("the intent is not on the disk")
		}
	}
}

// While one intent waits for the disk, reads go on, and intents that come meanwhile share the next flush.
func TestWaitingForTheDiskHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	const writers = 20
	entered, leave := make(chan struct{}), make(chan struct{})
	d := &disk{}
	var first sync.Once
	d.onSync = func() { first.Do(func() { close(entered); <-leave }) }
	l := &Log{file: d, prev: genesis}
	var wg sync.WaitGroup
	wg.Go(func() { l.Intent(aWrite) })
	<-entered
	if _, err := l.Intent(aRead); err != nil { // would hang if the flush held the log
		t.Error(err)
	}
	var written sync.WaitGroup
	written.Add(writers)
	for range writers {
		wg.Go(func() {
			seq, err := l.append(line{Event: intent, Entry: &aWrite})
			written.Done()
			if err != nil || l.sync(seq) != nil {
				t.Error("a writer failed")
			}
		})
	}
	written.Wait()
	close(leave)
	wg.Wait()
	if d.syncs != 2 {
		t.Errorf("%d flushes for %d writers, want 2", d.syncs, writers+1)
	}
	d.whole(t)
}
