package schemas_test

import (
	"os"
	"sync"
	"testing"

	"paasmcp/schemas"
)

// rows loads the catalogue once for all tests of this package. Nobody changes what it returns.
var rows = sync.OnceValues(func() ([]schemas.Operation, error) { return schemas.Load(os.DirFS(".")) })

// load is rows for tests that look further than the format, which TestCatalogue reports on.
func load(t *testing.T) []schemas.Operation {
	t.Helper()
	ops, err := rows()
	if err != nil {
		t.Fatal("the rows break the format; see TestCatalogue")
	}
	return ops
}

// TestCatalogue is the test of the rows themselves: every violation of the row format, in one run, and a row for every
// operation. Whether the rows are the right ones, package catalogdiff tests against the platforms' own documents.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	ops, err := rows()
	if err != nil {
		t.Errorf("rows that break the format (see the package comment):\n%v", err)
	}
	counts := map[schemas.Platform]int{}
	for i := range ops {
		counts[ops[i].Platform]++
	}
	// Platform.sh: 239 of its document and 13 of its older reference; Acquia: 353 without three OPTIONS calls.
	want := map[schemas.Platform]int{schemas.Platformsh: 252, schemas.Acquia: 350, schemas.Virtuozzo: 310}
	for platform, n := range want {
		if counts[platform] != n {
			t.Errorf("%s has %d rows, its API has %d operations", platform, counts[platform], n)
		}
	}
	if len(ops) != 912 {
		t.Errorf("%d rows, three platforms have 912", len(ops))
	}
}
