package finder

import "paasmcp/internal/spelling"

// guess returns known stems for a word that nobody knows: the words it is run together from (getenvs, addsslcert), or
// else the known word that it differs from by a slip or two of the keyboard.
func (f *Finder) guess(text, stem string) []string {
	if parts := f.takeApart(text); parts != nil {
		var stems []string
		for _, part := range parts {
			if s := f.words.read(newToken(part).stem); !f.words.stop[s] {
				stems = append(stems, s)
			}
		}
		return stems
	}
	if len(stem) < 5 {
		return nil
	}
	slips := 1
	if len(stem) >= 8 {
		slips = 2
	}
	best, far := "", slips+1
	for _, known := range f.stems {
		if known[0] != stem[0] || len(known) < len(stem)-slips || len(known) > len(stem)+slips {
			continue
		}
		if d := spelling.Distance(stem, known); d < far || d == far && known < best {
			best, far = known, d
		}
	}
	if far > slips {
		return nil
	}
	return []string{best}
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
