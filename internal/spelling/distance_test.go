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
		{"", "", 0}, {"", "abc", 3}, {"same", "same", 0}, {"kitten", "sitting", 3}, {"project_id", "projectid", 1},
		{"ab", "ba", 1}, {"restrat", "restart", 1}, {"databse", "database", 1}, {"abcd", "badc", 2}, {"flaw", "lawn", 2},
	} {
		if got := spelling.Distance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q: %d, not %d", c.a, c.b, got, c.want)
		}
		if spelling.Distance(c.b, c.a) != c.want {
			t.Errorf("from %q to %q is not the same as back", c.a, c.b)
		}
	}
}

func TestClosest(t *testing.T) {
	t.Parallel()
	arguments := []string{"project_id", "environment_id", "name", "value", "is_enabled"}
	for word, want := range map[string]string{
		"project": "project_id", "projectId": "project_id", "PROJECT-ID": "project_id", "enviroment_id": "environment_id",
		"enabled": "is_enabled", "nmae": "name",
		"zzzzzz": "", "": "", "a_very_long_name_of_something_else_entirely": "",
	} {
		if got := spelling.Closest(word, arguments); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := spelling.Closest("x", nil); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}
