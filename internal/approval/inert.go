package approval

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// inert makes a text safe to show beside words of this program: one line, nothing invisible, nothing that reorders or hides
// its neighbors, and no longer than limit characters plus a note. What is not plainly visible is spelled out rather
// than removed, so that an attempt shows.
func inert(s string, limit int) string {
	var b strings.Builder
	for i, n := 0, 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		out := s[i : i+size]
		switch {
		case r == utf8.RuneError && size == 1:
			out = fmt.Sprintf(`\x%02x`, s[i])
		case r == '\n':
			out = `\n`
		case r == ' ' && (i == 0 || i+1 == len(s) || s[i-1] == ' '):
			// A long run of spaces pushes the rest of a value onto what looks like a line of its own.
			out = `\u{20}`
		case !visible(r):
			out = fmt.Sprintf(`\u{%x}`, r)
		}
		if n += utf8.RuneCountInString(out); n > limit {
			fmt.Fprintf(&b, "… (cut; %d characters in all)", utf8.RuneCountInString(s))
			break
		}
		b.WriteString(out)
		i += size
	}
	return b.String()
}

// visible reports whether a character shows as a mark of its own or as a plain space. unicode.IsPrint already rules out
// control, format (bidi, zero-width, tags), separator, private-use and unassigned characters; the rest are characters
// that count as printable and yet show nothing, which makes them carriers of hidden text.
func visible(r rune) bool {
	return unicode.IsPrint(r) && r != '\u2800' &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// typable reports whether a person can read the name on the card and type it.
func typable(name string) bool { return name != "" && inert(name, maxValue) == name }
