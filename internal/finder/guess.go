package finder

import (
	"bytes"
	"slices"

	"paasmcp/internal/spelling"
)

// guess returns the known stems of the words that an unknown word is run together from: getenvs, addsslcert.
func (f *Finder) guess(text string) []string {
	var stems []string
	for _, part := range f.takeApart(text) {
		if s := f.words.read(newToken(part).stem); !f.words.stop[s] {
			stems = append(stems, s)
		}
	}
	return stems
}

// respell returns the known stem of the word that another differs from by a slip of the keyboard, or two in a long word; empty when
// there is none. The words of the lexicon count as much as those of the rows: most slips are in the verb. Words of the rows are
// compared as they are written, because a slip in its ending keeps a word from being stemmed.
func (f *Finder) respell(text, stem string) string {
	if len(text) < shortestSlip || len(text) > longestSlip {
		return ""
	}
	best, far := "", 0
	consider := func(said, known string) {
		if len(known) < len(said)-1 || len(known) > len(said)+1 || len(known) < shortestSlip || !sameStart(known, said) {
			return
		}
		slips := 1
		switch {
		case len(said) >= longSlip:
			slips = 2
		case len(said) < usualSlip && !exchanged(said, known):
			return
		}
		if d := spelling.Distance(said, known); d <= slips && (best == "" || d < far || d == far && known < best) {
			best, far = known, d
		}
	}
	for known := range f.written {
		consider(text, known)
	}
	for known := range f.words.vocabulary() {
		consider(stem, known)
	}
	if best == "" {
		return ""
	}
	return f.words.read(newToken(best).stem)
}

// Bounds of words that are respelled, in bytes: shorter ones are near to everything, longer ones are no words.
const (
	shortestSlip = 4
	usualSlip    = 5 // in shorter words only letters are exchanged
	longSlip     = 9 // from here on there may be two slips
	longestSlip  = 40
)

// exchanged reports whether two words have the same letters.
func exchanged(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return bytes.Equal(x, y)
}

// sameStart reports whether two words begin alike. People look at the first letter they type; at most it is exchanged with
// the second.
func sameStart(a, b string) bool {
	return a[0] == b[0] || a[0] == b[1] && a[1] == b[0]
}

// shortestPiece and shortestSplit keep words of other languages and names from being taken for run-together English.
const (
	shortestPiece = 3
	shortestSplit = 6
	longestSplit  = 60 // the work grows with the square
)

// takeApart splits a word into words of the rows, as few as possible, or returns nil.
func (f *Finder) takeApart(word string) []string {
	if len(word) < shortestSplit || len(word) > longestSplit {
		return nil
	}
	pieces := make([]int, len(word)+1) // fewest pieces of the first i letters, 0 when impossible
	last := make([]int, len(word)+1)   // where the last of them starts
	for end := shortestPiece; end <= len(word); end++ {
		for start := 0; start <= end-shortestPiece; start++ {
			if start > 0 && pieces[start] == 0 || !f.written[word[start:end]] {
				continue
			}
			if n := pieces[start] + 1; pieces[end] == 0 || n < pieces[end] {
				pieces[end], last[end] = n, start
			}
		}
	}
	if pieces[len(word)] == 0 {
		return nil
	}
	parts := make([]string, pieces[len(word)])
	for end, i := len(word), len(parts)-1; end > 0; end, i = last[end], i-1 {
		parts[i] = word[last[end]:end]
	}
	return parts
}
