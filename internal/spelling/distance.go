// Package spelling compares names as they are written, for "did you mean".
package spelling

// Distance is how many bytes of one text have to be changed, added, left out or exchanged with the next to make the other
// (optimal string alignment: Levenshtein distance with transpositions, because exchanged letters are the most common slip
// of a fast typist). It is for names, which are short.
func Distance(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			change := row[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = min(change, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
