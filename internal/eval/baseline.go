package main

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"paasmcp/schemas"
)

// baseline is plain BM25 (k1 1.2, b 0.75) over names and summaries: what a search engine makes of the catalogue without
// knowing anything of the field. The finder has to be clearly better than this to be worth its lexicon.
func baseline(rows []schemas.Row) Ranker {
	docs := make([][]string, len(rows))
	in := map[string]int{} // rows that contain a word
	length := 0.0
	for i := range rows {
		docs[i] = plainWords(rows[i].Name + " " + rows[i].Summary)
		length += float64(len(docs[i]))
		for _, w := range distinct(docs[i]) {
			in[w]++
		}
	}
	length /= float64(len(rows))
	return func(q *Query, limit int) []string {
		type hit struct {
			name  string
			score float64
		}
		var hits []hit
		for i := range rows {
			if q.Filter && rows[i].Platform != q.Platform {
				continue
			}
			h := hit{name: rows[i].Name}
			for _, w := range distinct(plainWords(q.Text)) {
				count := 0.0
				for _, have := range docs[i] {
					if have == w {
						count++
					}
				}
				n := float64(in[w])
				rare := math.Log(1 + (float64(len(rows))-n+0.5)/(n+0.5))
				h.score += rare * count * 2.2 / (count + 1.2*(0.25+0.75*float64(len(docs[i]))/length))
			}
			if h.score > 0 {
				hits = append(hits, h)
			}
		}
		slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.name, b.name)) })
		var names []string
		for _, h := range hits[:min(limit, len(hits))] {
			names = append(names, h.name)
		}
		return names
	}
}

func plainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func distinct(words []string) []string { return slices.Compact(slices.Sorted(slices.Values(words))) }
