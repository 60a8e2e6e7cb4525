package tools_test

import (
	"testing"

	"paasmcp/schemas"
	"paasmcp/tools"
)

// A read-only server leaves the changes out and still answers with as many operations as asked for.
func TestFindReadOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *tools.Config) { c.ReadOnly = true })
	found, err := r.Service.Find("delete an environment and its backups", "", 8)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 8 {
		t.Errorf("%d operations, not 8", len(found))
	}
	for _, f := range found {
		op, ok := r.Service.Catalog.Operation(f.Tool)
		if !ok || !op.IsRead() {
			t.Errorf("%s is no read", f.Tool)
		}
	}
}

func TestFindLimits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, test := range []struct{ limit, want int }{{0, 8}, {-1, 8}, {3, 3}, {1000, 50}} {
		found, err := r.Service.Find("environment", schemas.Acquia, test.limit)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != test.want {
			t.Errorf("limit %d: %d operations, not %d", test.limit, len(found), test.want)
		}
	}
	if _, err := r.Service.Find(" \t", "", 8); err == nil {
		t.Error("an empty query was answered")
	}
}
