package secrets

import (
	"strings"
	"unicode"

	"paasmcp/internal/legible"
)

// HoldsMask reports whether a value has a mask of ours in it, and where: the path of the place, as "http_access.basic_auth". A mask
// that came with an answer and goes back as an argument would be stored as the secret itself.
//
// What is looked for is the dots, however much of a mask is left around them: nothing else is written with so many in a row.
func HoldsMask(v any) (path string, found bool) {
	switch v := v.(type) {
	case string:
		return "", hasDots(v)
	case map[string]any:
		for key, child := range v {
			if hasDots(key) {
				return key, true
			}
			if at, ok := HoldsMask(child); ok {
				return strings.TrimSuffix(key+"."+at, "."), true
			}
		}
	case []any:
		for _, child := range v {
			if at, ok := HoldsMask(child); ok {
				return at, true
			}
		}
	}
	return "", false
}

const bullet = '•'

// likeBullets are what a person or a model who cannot write bullets puts in their place.
const likeBullets = "*●∙·"

// disguises are what else is a mask or the dots of one, as texts, addresses and pages write them.
var disguises = strings.NewReplacer(`\u2022`, "•", "%e2%80%a2", "•", "&bull;", "•", "&#8226;", "•", "&#x2022;", "•", "[redacted]", "••••")

// hasDots reports whether a text has three bullets side by side, four with nothing but blanks between them, or one before the number of
// characters that a mask gives, there also as three stars. The bullets of a list are on lines of their own, and two beside each other are an ornament.
func hasDots(s string) bool {
	if strings.ContainsAny(s, `\%&[`) {
		s = disguises.Replace(strings.ToLower(s))
	}
	if !strings.ContainsRune(s, bullet) && !strings.ContainsAny(s, likeBullets) {
		return false
	}
	near, apart, like := 0, 0, 0
	for i, r := range s {
		switch {
		case r == bullet:
			near++
			apart++
			if near >= 3 || apart >= 4 {
				return true
			}
		case r == '(' && apart+like/3 > 0 && countsCharacters(s[i+1:]):
			return true
		case strings.ContainsRune(likeBullets, r):
			near, apart, like = 0, 0, like+1
		case r == '\n':
			near, apart, like = 0, 0, 0
		case unicode.IsSpace(r):
			near = 0
		case legible.Shows(r):
			near, apart, like = 0, 0, 0
		}
	}
	return false
}

// countsCharacters reports whether a text begins like what is behind the dots of a mask: 12 characters).
func countsCharacters(s string) bool {
	digits := run(s, 0, digitByte)
	return digits > 0 && strings.HasPrefix(strings.ToLower(strings.TrimLeft(s[digits:], " \t\n")), "characters")
}
