package legible_test

import (
	"testing"
	"unicode/utf8"

	"paasmcp/internal/legible"
)

// tricks are texts with which a platform's text pretends or hides, and what becomes of each.
var tricks = []struct{ name, text, spelled, line, block string }{
	{"nothing", "Über 5 € – ok", "Über 5 € – ok", "Über 5 € – ok", "Über 5 € – ok"},
	{"an escape sequence", "\x1b[2Jgone", `\u{1b}[2Jgone`, "gone", "[2Jgone"},
	{"a color in a log", "\x1b[0;31mred\x1b[0m", `\u{1b}[0;31mred\u{1b}[0m`, "red", "[0;31mred[0m"},
	{"another line", "a\nb", `a\nb`, "a b", "a\nb"},
	{"a carriage return", "a\rb", `a\u{d}b`, "a b", "ab"},
	{"a tab", "a\tb", `a\u{9}b`, "a b", "a\tb"},
	{"a delete", "a\x7fb", `a\u{7f}b`, "ab", "ab"},
	{"a line separator", "a\u2028b", `a\u{2028}b`, "a b", "ab"},
	{"the other direction", "a\u202eb", `a\u{202e}b`, "ab", "ab"},
	{"no width", "a\u200bb\ufeffc", `a\u{200b}b\u{feff}c`, "abc", "abc"},
	{"tags", "a\U000e0041b", `a\u{e0041}b`, "ab", "ab"},
	{"variation selectors", "a\ufe01\U000e0101b", `a\u{fe01}\u{e0101}b`, "ab", "ab"},
	{"a Hangul filler", "a\u3164b", `a\u{3164}b`, "ab", "ab"},
	{"a braille blank", "a\u2800b", `a\u{2800}b`, "ab", "ab"},
	{"a wide space", "a\u00a0b", `a\u{a0}b`, "a b", "a\u00a0b"},
	{"private use", "a\ue000b", `a\u{e000}b`, "a\ue000b", "a\ue000b"},
	{"a run of spaces", " a  b ", `\u{20}a \u{20}b\u{20}`, " a  b ", " a  b "},
	{"bytes that are no text", "a\xffb", `a\xffb`, "ab", "a\xffb"},
}

func TestTricks(t *testing.T) {
	t.Parallel()
	for _, c := range tricks {
		for form, got := range map[string][2]string{
			"spelled": {legible.Spelled(c.text, 100), c.spelled}, "line": {legible.Line(c.text), c.line}, "block": {legible.Block(c.text), c.block},
		} {
			if got[0] != got[1] {
				t.Errorf("%s, %s: %+q, not %+q", c.name, form, got[0], got[1])
			}
		}
	}
}

func TestSpelledIsCut(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"12345", "12345"}, {"123456", "12345… (cut; 6 characters in all)"}, {"1234\n", "1234… (cut; 5 characters in all)"},
	} {
		if got := legible.Spelled(c[0], 5); got != c[1] {
			t.Errorf("%q: %q, not %q", c[0], got, c[1])
		}
	}
}

// FuzzSpelled: whatever comes in, every character that goes out shows, and it is one line.
func FuzzSpelled(f *testing.F) {
	for _, c := range tricks {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := legible.Spelled(s, 60)
		if !utf8.ValidString(out) || utf8.RuneCountInString(out) > 60+60 {
			t.Errorf("%q: %q", s, out)
		}
		for _, r := range out {
			if !legible.Shows(r) {
				t.Errorf("%q: %+q does not show", s, r)
			}
		}
	})
}
