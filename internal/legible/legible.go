// Package legible makes texts that others wrote safe to show. Such a text can move the cursor of a terminal, pass for words of
// this program, or hold a part that a model reads and a person does not see. What cannot be seen is never passed on.
package legible

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"paasmcp/internal/lazy"
)

// Shows reports whether a character shows as a mark of its own or as a plain space. unicode.IsPrint already rules out control,
// format (bidi, zero-width, tags), separator, private-use and unassigned characters; the rest are characters that count as
// printable and yet show nothing, which makes them carriers of hidden text.
func Shows(r rune) bool { return unicode.IsPrint(r) && !blank(r) }

// blank reports whether a character counts as printable, or as nothing in particular, and shows nothing.
func blank(r rune) bool {
	return r == '\u2800' || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Spelled is for texts beside which a person decides: one line, no longer than limit characters plus a note. What does not
// plainly show is spelled out rather than removed, so that an attempt shows.
func Spelled(s string, limit int) string {
	var b strings.Builder
	for i, n := 0, 0; i < len(s); {
		out, size := spell(s, i)
		if n += utf8.RuneCountInString(out); n > limit {
			fmt.Fprintf(&b, "… (cut; %d characters in all)", utf8.RuneCountInString(s))
			break
		}
		b.WriteString(out)
		i += size
	}
	return b.String()
}

// spell is the character at i, spelled out where it does not plainly show, and the bytes it takes.
func spell(s string, i int) (out string, size int) {
	r, size := utf8.DecodeRuneInString(s[i:])
	switch {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf(`\x%02x`, s[i]), size
	case r == '\n':
		return `\n`, size
	case r == ' ' && (i == 0 || i+1 == len(s) || s[i-1] == ' '):
		// A long run of spaces pushes the rest of a value onto what looks like a line of its own.
		return `\u{20}`, size
	case !Shows(r), r == noteOpen, r == noteClose, piled(s[:i], r):
		return fmt.Sprintf(`\u{%x}`, r), size
	}
	return s[i : i+size], size
}

// piled reports whether a mark is put onto a letter that carries two already: more than any writing needs cover the lines around.
func piled(before string, r rune) bool {
	if r < 0x300 || !unicode.Is(unicode.Mn, r) {
		return false
	}
	last, size := utf8.DecodeLastRuneInString(before)
	previous, _ := utf8.DecodeLastRuneInString(before[:len(before)-size])
	return unicode.Is(unicode.Mn, last) && unicode.Is(unicode.Mn, previous)
}

// color is a terminal's escape sequence; build logs are full of them.
var color = lazy.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// Line is for messages and names: blanks and line breaks become spaces, and what cannot be seen is dropped. Unlike Spelled it
// keeps what has no glyph everywhere, such as private-use characters: it is data.
func Line(s string) string {
	if strings.IndexByte(s, '\x1b') >= 0 {
		s = color.ReplaceAllString(s, "")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, Unseen(r):
			return -1
		default:
			return r
		}
	}, s)
}

// Block is for values of every kind, logs among them: it keeps line breaks, tabs and blanks of every width, and drops what
// cannot be seen. Most texts come back as they are.
func Block(s string) string {
	if plain(s) {
		return s
	}
	drop := func(r rune) bool { return r != '\n' && r != '\t' && Unseen(r) }
	if strings.IndexFunc(s, drop) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if drop(r) {
			return -1
		}
		return r
	}, s)
}

// plain reports whether a text is nothing but visible ASCII, line breaks and tabs. Most are, and every text of every answer comes
// through here.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= unicode.MaxASCII || c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// Unseen reports whether a character does something other than show: control and format characters, separators of lines and
// paragraphs, and those that are blank.
func Unseen(r rune) bool {
	if r < unicode.MaxASCII { // the tables below are slow, and most texts are ASCII
		return r < ' '
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || blank(r)
}
