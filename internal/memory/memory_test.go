package memory_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"paasmcp/internal/memory"
)

func TestOneCallerLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	pool := memory.NewPool(1000)
	greedy := pool.Part("a", 0)
	for range 5 {
		if err := greedy.Grow(100); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.Part("a", 0).Grow(1); !errors.Is(err, memory.ErrShare) {
		t.Errorf("beyond the share of one caller: %v", err)
	}
	b, c := pool.Part("b", 0), pool.Part("c", 0)
	if err := errors.Join(b.Grow(400), c.Grow(100)); err != nil {
		t.Errorf("others: %v", err)
	}
	if err := c.Grow(1); !errors.Is(err, memory.ErrFull) {
		t.Errorf("beyond all there is: %v", err)
	}
	if err := pool.Part("d", 10).Grow(10); err != nil {
		t.Errorf("what is small was refused: %v", err)
	}
	greedy.Release()
	greedy.Release()
	if err := c.Grow(400); err != nil || pool.Held() != 900 {
		t.Errorf("after the first caller let go: %v, %d held", err, pool.Held())
	}
}

func TestPartsGiveBackWhatTheyTook(t *testing.T) {
	t.Parallel()
	pool := memory.NewPool(1000)
	p := pool.Part("a", 50)
	for _, step := range []struct{ grow, shrink, held int64 }{
		{grow: 40, shrink: -1, held: 0}, {grow: 40, shrink: -1, held: 30}, {grow: 900, shrink: -1, held: 30}, // refused
		{grow: 100, shrink: 60, held: 10}, {grow: 0, shrink: 70, held: 10}, {grow: 0, shrink: 20, held: 0}, {grow: 30, shrink: -1, held: 0},
	} {
		_ = p.Grow(step.grow)
		if step.shrink >= 0 {
			p.Shrink(step.shrink)
		}
		if pool.Held() != step.held {
			t.Errorf("grow %d, shrink to %d: %d held, want %d", step.grow, step.shrink, pool.Held(), step.held)
		}
	}
	var none *memory.Part
	if err := none.Grow(1 << 40); err != nil {
		t.Errorf("a part of no pool: %v", err)
	}
	none.Shrink(0)
	none.Release()
}

func TestTabCountsWhatIsInUse(t *testing.T) {
	t.Parallel()
	pool := memory.NewPool(1000)
	tab := pool.Tab("a")
	ctx := memory.With(context.Background(), tab)
	for range 10 { // one after the other: each makes room for the next
		p := memory.From(ctx).Begin(0)
		if err := p.Grow(400); err != nil {
			t.Fatal(err)
		}
		memory.From(ctx).Done(p)
		if pool.Held() != 400 {
			t.Fatalf("%d held while it is used", pool.Held())
		}
	}
	tab.Close()
	if pool.Held() != 0 {
		t.Errorf("%d held after the end of the request", pool.Held())
	}
	none := memory.From(context.Background())
	p := none.Begin(0)
	if err := p.Grow(1 << 40); err != nil {
		t.Errorf("without a tab: %v", err)
	}
	none.Done(p)
}

func TestPoolIsSafe(t *testing.T) {
	t.Parallel()
	pool := memory.NewPool(10_000)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			tab := pool.Tab(fmt.Sprint(i % 7))
			defer tab.Close()
			for range 100 {
				p := tab.Begin(3)
				if p.Grow(int64(i)) != nil || p.Grow(7) != nil {
					p.Release()
				}
				tab.Done(p)
			}
		})
	}
	all.Wait()
	if pool.Held() != 0 {
		t.Errorf("%d held at the end", pool.Held())
	}
}

// TestScale compares weights with what decoding really takes. A weight may be too high, up to where it would refuse what platforms send;
// too low is a hole.
func TestScale(t *testing.T) {
	list := func(item string, n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
	}
	row := `{"id":"0123456789abcdef","name":"production","status":"active","created_at":"2026-01-01T00:00:00Z","count":17,` +
		`"_links":{"self":{"href":"https://cloud.example.com/api/environments/0123456789abcdef"}},"flags":{"cde":false,"live":true},"tags":["a","b"]}`
	for name, text := range map[string]string{
		"empty objects": list(`{}`, 200_000), "one member": list(`{"a":1}`, 50_000), "empty lists": list(`[]`, 200_000), "numbers": list(`1`, 200_000),
		"long numbers": list(`1234567890`, 100_000), "texts": list(`"abcdef"`, 100_000), "empty texts": list(`""`, 200_000), "nulls": list(`null`, 200_000),
		"nested lists": strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000), "pairs": list(`[1,2]`, 100_000), "objects in objects": list(`{"a":{"b":{}}}`, 20_000),
		"nine members":  list(`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9}`, 10_000),
		"one long text": `"` + strings.Repeat("abc \\n", 200_000) + `"`, "rows of a platform": list(row, 5_000),
		"one wide object": "{" + strings.Join(names(100_000), ",") + "}",
	} {
		weight := memory.Weigh([]byte(text))
		took := decodedSize(t, text)
		t.Logf("%-20s %8d bytes of text, %10d decoded, weight %10d (%.2f)", name, len(text), took, weight, float64(weight)/float64(took))
		if float64(weight) < 0.8*float64(took) {
			t.Errorf("%s: the weight %d is far below the %d bytes that it takes", name, weight, took)
		}
	}
	var pieces memory.Scale
	sum := int64(0)
	for piece := range bytes.SplitSeq([]byte(list(row, 3)), nil) { // byte by byte
		sum += pieces.Weigh(piece)
	}
	if whole := memory.Weigh([]byte(list(row, 3))); sum != whole {
		t.Errorf("in pieces it weighs %d, as a whole %d", sum, whole)
	}
}

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%q:%d", fmt.Sprint("k", i), i)
	}
	return list
}

// decodedSize is what stays when the text is decoded, as answers are.
func decodedSize(t *testing.T, text string) int64 {
	heap := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var value any
	before := heap()
	if err := dec.Decode(&value); err != nil {
		t.Fatal(err)
	}
	dec = nil
	took := heap() - before
	runtime.KeepAlive(value)
	return took
}
