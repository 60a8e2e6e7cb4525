package spelling

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"paasmcp/internal/legible"
)

// Fold gives the spellings of one name the same form: case, width, characters that cannot be seen, blanks around it, the escapes of an
// address and what is around the host of a URL do not count. Letters of another script that look alike stay apart: they are other names.
func Fold(name string) string {
	if strings.IndexByte(name, '%') >= 0 {
		if plain, err := url.PathUnescape(name); err == nil {
			name = plain
		}
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !legible.Shows(r):
			return -1
		}
		return r
	}, norm.NFKC.String(name))
	name = strings.Join(strings.Fields(strings.ToLower(name)), " ")
	if scheme, rest, ok := strings.Cut(name, "://"); ok && (scheme == "http" || scheme == "https") {
		name, _, _ = strings.Cut(rest, "/")
	}
	return name
}
