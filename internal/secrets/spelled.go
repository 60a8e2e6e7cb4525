package secrets

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"paasmcp/internal/legible"
)

// escapes are the bytes that begin a character which is written as something else.
var escapes = [256]bool{'%': true, '&': true, '+': true}

// mostSlashes bounds how often a backslash is looked at that escapes others: JSON in JSON in JSON doubles them each time.
const mostSlashes = 8

// wide is the first of the full-width characters that stand for those of ASCII.
const wide = "！"

// spelled gives what the character at the beginning of a text shows, and how many bytes it takes: %41, \u0041, \x41, &#65;
// and &#x41; show A. What shows nothing is "" with a size, and a plain character has the size 0.
func spelled(s string) (shows string, size int) {
	switch c := s[0]; {
	case c == '%':
		return percent(s)
	case c == '+':
		return " ", 1
	case c == '\\':
		return backslashed(s)
	case c == '&':
		return entity(s)
	case c == '\x1b':
		return "", colored(s)
	case c < ' ' || c == 0x7f:
		return "", 1
	case c >= utf8.RuneSelf:
		switch r, n := utf8.DecodeRuneInString(s); {
		case r == utf8.RuneError || legible.Unseen(r):
			return "", n
		case r >= '！' && r <= '～':
			return string(r - '！' + '!'), n
		}
	}
	return "", 0
}

// percent reads a character of a URL, escaped once or more than once.
func percent(s string) (shows string, size int) {
	var bytes [utf8.UTFMax]byte
	for n := range bytes {
		b, more := percentByte(s[size:])
		if more == 0 {
			break
		}
		bytes[n], size = b, size+more
		if n == 0 {
			shows = string(bytes[:1])
		}
		if r, _ := utf8.DecodeRune(bytes[:n+1]); r != utf8.RuneError {
			return visible(string(r)), size
		}
		if n == 0 && b < 0xc0 {
			break
		}
	}
	if shows == "" {
		return "", 0
	}
	_, size = percentByte(s) // no character: the first byte stands for itself
	return shows, size
}

func percentByte(s string) (b byte, size int) {
	if s == "" || s[0] != '%' {
		return 0, 0
	}
	value, ok := hexAt(s, 1, 2)
	if !ok {
		return 0, 0
	}
	size = 3
	for size < mostSlashes && value == '%' { // escaped more than once
		deeper, ok := hexAt(s, size, 2)
		if !ok {
			break
		}
		value, size = deeper, size+2
	}
	return byte(value), size
}

// slashed compares the backslashes at the beginnings of a text and a value, and gives how many of each belong together: JSON
// doubles them, and JSON in JSON doubles them again. The one that is left over escapes what follows.
func slashed(text, value string) (slashes, size int) {
	wants := run(value, 0, slashByte)
	has := run(text[:min(len(text), 4*wants+1)], 0, slashByte) // not to the end of a text of backslashes, over and over
	switch has {
	case wants, 2 * wants, 4 * wants:
		return wants, has
	case 2*wants + 1:
		return wants, has - 1
	}
	return 0, 0
}

func slashByte(c byte) bool { return c == '\\' }

// visible is a character, or "" when it shows nothing.
func visible(s string) string {
	if r, n := utf8.DecodeRuneInString(s); n == len(s) && r != utf8.RuneError && legible.Unseen(r) || len(s) == 1 && (s[0] < ' ' || s[0] == 0x7f) {
		return ""
	}
	return s
}

func backslashed(s string) (shows string, size int) {
	n := 1
	for n < len(s) && n < mostSlashes && s[n] == '\\' {
		n++
	}
	if n == len(s) {
		return "", 0
	}
	switch s[n] {
	case 'u':
		if rest, ok := strings.CutPrefix(s[n+1:], "{"); ok { // as cards spell what does not show
			if digits, _, ok := strings.Cut(rest[:min(len(rest), 8)], "}"); ok {
				if r, err := strconv.ParseUint(digits, 16, 32); err == nil {
					return visible(string(rune(r))), n + 3 + len(digits)
				}
			}
			return "", 0
		}
		r, ok := hexAt(s, n+1, 4)
		if !ok {
			return "", 0
		}
		size = n + 5
		if utf16.IsSurrogate(rune(r)) && size+n < len(s) && s[size+n] == 'u' && s[size] == '\\' {
			if low, ok := hexAt(s, size+n+1, 4); ok {
				return visible(string(utf16.DecodeRune(rune(r), rune(low)))), size + n + 5
			}
		}
		return visible(string(rune(r))), size
	case 'x':
		if b, ok := hexAt(s, n+1, 2); ok {
			return visible(string([]byte{byte(b)})), n + 3
		}
	case 'n', 'r', 't', 'b', 'f':
		return "", n + 1
	case '"', '\'', '/':
		return s[n : n+1], n + 1
	}
	if n > 1 {
		return `\`, 2
	}
	if c := s[n]; c > ' ' && c < 0x7f && !letterByte(c) && !digitByte(c) { // as shells and patterns escape
		return s[n : n+1], n + 1
	}
	return "", 0
}

// entities are the names of the characters that HTML escapes.
var entities = []struct{ name, shows string }{
	{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", `"`}, {"&apos;", "'"}, {"&shy;", ""}, {"&nbsp;", " "},
}

func entity(s string) (shows string, size int) {
	if digits, ok := strings.CutPrefix(s, "&#"); ok {
		digits, _, ok = strings.Cut(digits[:min(len(digits), 9)], ";")
		base, text := 10, digits
		if hex := strings.TrimLeft(digits, "xX"); hex != digits {
			base, text = 16, hex
		}
		if r, err := strconv.ParseUint(text, base, 32); ok && err == nil {
			return visible(string(rune(r))), len("&#") + len(digits) + 1
		}
		return "", 0
	}
	for _, e := range entities {
		if strings.HasPrefix(s, e.name) {
			return e.shows, len(e.name)
		}
	}
	return "", 0
}

// colored is the length of a terminal's escape sequence.
func colored(s string) int {
	if len(s) < 2 || s[1] != '[' {
		return 1
	}
	n := 2
	for n < len(s) && n < 32 && (digitByte(s[n]) || s[n] == ';' || s[n] == '?') {
		n++
	}
	if n < len(s) && letterByte(s[n]) {
		return n + 1
	}
	return 1
}

func hexAt(s string, i, digits int) (uint64, bool) {
	if len(s) < i+digits {
		return 0, false
	}
	n, err := strconv.ParseUint(s[i:i+digits], 16, 32)
	return n, err == nil
}
