package tools

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/caller"
	"paasmcp/internal/memory"
)

// with is a caller with the one bearer token, told apart by the address.
func with(address string) caller.Caller {
	return caller.Caller{Principal: "bearer:1a2b3c4d", Transport: "http", Address: address}
}

// One caller pushes out their own kept answers, in number and in bytes, and never the few of another.
func TestKeptAnswersOfOneCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, size := range map[string]int{"many": 10, "large": 6 << 20} {
			var s resultStore
			quiet, _ := s.put(with("203.0.113.1"), keptAnswer{JSON: []byte(`"quiet"`)})
			for n := range 200 {
				time.Sleep(time.Millisecond)
				who := with("203.0.113.2")
				if n%2 == 0 {
					who = with(fmt.Sprint("203.0.113.", 3+n%4))
				}
				if _, ok := s.put(who, keptAnswer{JSON: make([]byte, size)}); !ok {
					t.Fatalf("%s: answer %d is not kept", name, n)
				}
			}
			if _, err := s.get("bearer:1a2b3c4d", quiet.ID); err != nil {
				t.Errorf("%s: the answer of another caller is gone: %v", name, err)
			}
			n, bytes := s.of(with("203.0.113.2").Quota())
			if n > keptByOne || bytes > keptBytesOne || len(s.byID) > keptResults || s.bytes > keptBytes {
				t.Errorf("%s: one keeps %d (%d bytes), all %d (%d bytes)", name, n, bytes, len(s.byID), s.bytes)
			}
		}
	})
}

// One caller can have so many files, the oldest makes place for the next, and what is being received counts.
func TestKeptFilesOfOneCaller(t *testing.T) {
	t.Parallel()
	var s fileStore
	t.Cleanup(s.close)
	var first *target
	for n := range filesOfOne {
		file, err := s.create(with("203.0.113.2"), "text/plain")
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			first = file
		}
	}
	if _, err := s.create(with("203.0.113.2"), "text/plain"); err == nil {
		t.Errorf("%d files are received at once by one caller", filesOfOne+1)
	}
	if _, err := s.create(with("203.0.113.1"), "text/plain"); err != nil {
		t.Errorf("another caller: %v", err)
	}
	_, _ = first.Write([]byte("text"))
	_ = first.Close()
	uri := first.keep().URI[len(fileURI):]
	if text, _, err := s.read(t.Context(), "bearer:1a2b3c4d", uri); err != nil || string(text) != "text" {
		t.Fatalf("%q, %v", text, err)
	}
	pool := memory.NewPool(8)
	if _, _, err := s.read(memory.With(t.Context(), pool.Tab("a")), "bearer:1a2b3c4d", uri); err == nil {
		t.Error("a file is read for which there is no room")
	}
	if _, err := s.create(with("203.0.113.2"), "text/plain"); err != nil {
		t.Errorf("after one of them is here: %v", err)
	}
	if _, _, err := s.read(t.Context(), "bearer:1a2b3c4d", uri); err == nil {
		t.Error("the oldest file did not make place")
	}
	if list, err := os.ReadDir(s.dir); err != nil || len(list) != filesOfOne+1 {
		t.Errorf("%d files on disk, %v", len(list), err)
	}
}

// JSON within a text is one value on its way here, and many when it is read.
func TestInnerJSONIsWeighed(t *testing.T) {
	t.Parallel()
	bomb := "[" + strings.Repeat("{},", 100_000) + "{}]"
	for name, args := range map[string]map[string]any{
		"in a text":   {"a": " \n" + bomb},
		"deep within": {"a": []any{map[string]any{"b": bomb}}},
		"in parts":    {"a": bomb[:60_000], "b": bomb[:60_000], "c": bomb[:60_000]},
	} {
		if _, err := holdInner(t.Context(), args); err == nil || !strings.Contains(err.Error(), "too many values") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := decodeArguments([]byte(strconv.Quote(`{"a":` + bomb + `}`))); err == nil || !strings.Contains(err.Error(), "too many values") {
		t.Errorf("as the arguments: %v", err)
	}
	tab := memory.NewPool(4 << 20).Tab("a")
	if _, err := holdInner(memory.With(t.Context(), tab), map[string]any{"a": bomb[:30_000]}); !errors.Is(err, memory.ErrShare) {
		t.Errorf("with no room for it: %v", err)
	}
	// Ordinary texts cost nothing, however long.
	if _, err := holdInner(memory.With(t.Context(), tab), map[string]any{"a": strings.Repeat("{},", 1<<20)[1:]}); err != nil {
		t.Errorf("a text that is no JSON: %v", err)
	}
}
