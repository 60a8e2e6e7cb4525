package schemas_test

import (
	"os"
	"testing"

	"paasmcp/schemas"
)

// TestCatalogue is the test of the rows themselves: every violation of the row format, in one run.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	ops, err := schemas.Load(os.DirFS("."))
	if err != nil {
		t.Errorf("rows that break the format (see the package comment):\n%v", err)
	}
	counts := map[schemas.Platform]int{}
	for _, op := range ops {
		counts[op.Platform]++
	}
	if counts[schemas.Platformsh] != 252 {
		t.Errorf("platformsh has %d rows, its API has 252 operations", counts[schemas.Platformsh])
	}
}
