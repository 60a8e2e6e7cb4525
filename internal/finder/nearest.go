package finder

import (
	"cmp"
	"slices"
	"strings"
)

// Nearest returns the names most like a name that does not exist, for error messages.
func (f *Finder) Nearest(name string, limit int) []string {
	type candidate struct {
		name string
		far  int
	}
	var all []candidate
	for i := range f.rows {
		if far := distance(name, f.rows[i].Name); far <= max(3, len(name)/3) {
			all = append(all, candidate{f.rows[i].Name, far})
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.name, b.name)) })
	var names []string
	for _, c := range all[:min(limit, len(all))] {
		names = append(names, c.name)
	}
	if len(names) == 0 { // too far for a slip of the keyboard: take it as words
		for _, m := range f.Find(strings.ReplaceAll(name, "_", " "), "", limit) {
			names = append(names, m.Row.Name)
		}
	}
	return names
}

// distance is the Levenshtein distance of two short texts, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
