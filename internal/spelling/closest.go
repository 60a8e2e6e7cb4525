package spelling

import "strings"

// Bounds of a guess.
const (
	slips   = 2  // of the keyboard that are always forgiven
	longest = 80 // bytes of a word that are looked at
)

// Closest returns the word among others that a wrong one most likely stands for: written nearly alike, with other punctuation or
// case, or as a part of it. It is empty when none is near; of two that are as near the first counts.
func Closest(word string, among []string) string {
	bare := letters(word[:min(len(word), longest)])
	best, far := "", max(slips, len(bare)/3)+1
	for _, one := range among {
		own := letters(one)
		d := Distance(bare, own)
		short, long := min(len(bare), len(own)), max(len(bare), len(own))
		if short > slips && long <= 3*short && (strings.Contains(own, bare) || strings.Contains(bare, own)) {
			d = min(d, slips)
		}
		if d < far {
			best, far = one, d
		}
	}
	return best
}

// letters is a word without punctuation and case.
func letters(word string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || r == ' ' || r == ':' {
			return -1
		}
		return r
	}, strings.ToLower(word))
}
