package finder

import "paasmcp/internal/spelling"

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

// respell returns the known stem that a word differs from by a slip of the keyboard, or two in a long word; empty when there
// is none. The words of the lexicon count as much as those of the rows: most slips are in the verb.
func (f *Finder) respell(text, stem string) string {
	if len(text) < shortestSlip || len(text) > longestSlip {
		return ""
	}
	slips := 1
	if len(stem) >= 9 {
		slips = 2
	}
	best, far := "", slips+1
	consider := func(known string) {
		if len(known) < len(stem)-1 || len(known) > len(stem)+1 || len(known) < shortestSlip-1 || !sameStart(known, stem) {
			return
		}
		if d := spelling.Distance(stem, known); d < far || d == far && known < best {
			best, far = known, d
		}
	}
	for _, known := range f.stems {
		consider(known)
	}
	for known := range f.words.vocabulary() {
		consider(known)
	}
	return f.words.read(best)
}

// Bounds of words that are respelled: shorter ones are near to everything, longer ones are no words.
const (
	shortestSlip = 5
	longestSlip  = 40
)

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
