package spelling_test

import (
	"testing"

	"paasmcp/internal/spelling"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"same", "same", 0}, {"kitten", "sitting", 3}, {"project_id", "projectid", 1}, {"ab", "ba", 2}, {"flaw", "lawn", 2},
	} {
		if got := spelling.Distance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q: %d, not %d", c.a, c.b, got, c.want)
		}
		if spelling.Distance(c.b, c.a) != c.want {
			t.Errorf("from %q to %q is not the same as back", c.a, c.b)
		}
	}
}
