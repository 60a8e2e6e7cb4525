package legible_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"paasmcp/internal/legible"
)

func TestFolded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("every word is another one: ", 1)
	for text, want := range map[string]string{
		"plain": "plain",
		"a  b":  `a \u{20}b`,
		"drush cr" + strings.Repeat(" ", 4000) + "; curl x": "drush cr⟨4,000 blanks⟩; curl x",
		"a" + strings.Repeat("\n\u200b\t ", 3) + "b":        "a⟨12 blanks⟩b",
		"go " + strings.Repeat("warm ", 110) + "; sh":       "go warm⟨110 times⟩ ; sh",
		strings.Repeat("x", 100):                            "x⟨100 times⟩",
		strings.Repeat("ab", 10):                            strings.Repeat("ab", 10),
		long + long[:5]:                                     long + long[:5],
		"he says ⟨400 blanks⟩":                              `he says \u{27e8}400 blanks\u{27e9}`,
		strings.Repeat("line\n", 40) + "end":                `line\n⟨40 times⟩end`,
		"e\u0301\u0301\u0301\u0301":                         "e\u0301\u0301" + `\u{301}\u{301}`,
		strings.Repeat("\xff", 50):                          `\xff⟨50 times⟩`,
	} {
		if got := legible.Folded(text); got != want {
			t.Errorf("%.40q is %q, want %q", text, got, want)
		}
	}
}

func TestFoldedTo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		want  string
		whole bool
	}{
		{"short", "short", true},
		{"12345678\n90", "1234⟨6 characters, 1 line break not shown here⟩90", false},
		{"x" + strings.Repeat(" ", 9999), "x⟨9,99⟨4 characters not shown here⟩s⟩", false},
		{strings.Repeat("é", 1<<20), "", false},
	} {
		text, whole := legible.FoldedTo(c.text, 6)
		if c.want != "" && text != c.want && c.text[0] != 'x' || whole != c.whole || utf8.RuneCountInString(text) > 80 {
			t.Errorf("%.20q: %q %v", c.text, text, whole)
		}
	}
	if text, _ := legible.FoldedTo("head"+strings.Repeat("ab\n", 1<<18)+"tail", 12); !strings.HasPrefix(text, "head") || !strings.HasSuffix(text, "tail") {
		t.Errorf("%q", text)
	}
}

// FuzzFolded: whatever comes in, every character that goes out shows on one line, and what is not padding is still there.
func FuzzFolded(f *testing.F) {
	for _, c := range tricks {
		f.Add(c.text, c.text)
	}
	f.Add(strings.Repeat("ab ", 60), strings.Repeat(" ", 60))
	f.Fuzz(func(t *testing.T, before, after string) {
		const marker = "curl-intruder"
		out := legible.Folded(before + marker + after)
		if !strings.Contains(out, marker) && !strings.Contains(before+marker+after, strings.Repeat(marker, 2)) {
			t.Errorf("%q, %q: %q", before, after, out)
		}
		for _, r := range out {
			if !legible.Shows(r) {
				t.Errorf("%q: %+q does not show", out, r)
			}
		}
	})
}
