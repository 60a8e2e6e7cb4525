package main

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"paasmcp/internal/compat"
)

// Counting takes most of the time of these tests.
var made = sync.OnceValues(newListings)

func listed(t *testing.T) *listings {
	t.Helper()
	l, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDocumentsAreUpToDate(t *testing.T) {
	docs, err := listed(t).documents()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range docs {
		if old, err := os.ReadFile(filepath.Join("..", "..", name)); err != nil || !bytes.Equal(old, content) {
			t.Errorf("%s is out of date (%v); run `make generate`", name, err)
		}
	}
}

// TestUsualModesKeepEveryLimit: who starts the server without a flag, or with nothing but the finder, has tools in every client.
func TestUsualModesKeepEveryLimit(t *testing.T) {
	groups, err := listed(t).groups()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups[:2] {
		for _, m := range g.modes {
			for _, c := range compat.Clients() {
				for _, limit := range c.Limits {
					if f := c.Check(limit, m.server); f.Breaks() {
						t.Errorf("%s: %s: %d %s, at most %d (%s): %s", m.mode, c.Name, f.Value, limit.Measure, limit.Most, f.Tool, limit.Measure.Remedy())
					}
				}
			}
		}
	}
	if groups[0].name != "finder only" || groups[1].name != "default" {
		t.Errorf("the usual modes are not the first two: %s, %s", groups[0].name, groups[1].name)
	}
}

// TestEverythingIsTooMuch guards the report: it must be able to say that something does not fit.
func TestEverythingIsTooMuch(t *testing.T) {
	groups, err := listed(t).groups()
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for _, c := range compat.Clients() {
		for _, limit := range c.Limits {
			if _, modes := groups[len(groups)-1].check(c, limit); len(modes) > 0 {
				broken++
			}
		}
	}
	if broken == 0 {
		t.Error("all toolsets at once break no limit of any client")
	}
}
