// Package finder ranks the operations of the catalogue for a need in plain words. It works in memory, from what the
// catalogue's index holds: names, summaries, aliases, paths and required arguments.
package finder

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"

	"paasmcp/schemas"
)

// Weights of the places a word can stand in. An alias is a phrase that people use for this very need, so it tells
// more than a word of the summary; a path mostly repeats the name.
const (
	weightName     = 3.0
	weightAlias    = 2.5
	weightSummary  = 2.0
	weightPath     = 0.7
	weightArgument = 0.4
)

// BM25 parameters: the usual saturation, and a mild length correction, because long rows have more aliases rather
// than more noise.
const (
	saturation = 1.2
	lengthBias = 0.4
)

// Finder is an inverted index over rows. It is immutable and safe for concurrent use.
type Finder struct {
	rows     []schemas.Row
	postings map[string][]posting
	lengths  []float64
	average  float64
}

type posting struct {
	row    int
	weight float64
}

// Match is a row with its score; higher is better, and only the order means anything.
type Match struct {
	Row   *schemas.Row
	Score float64
}

// New indexes the rows. 900 rows take a few milliseconds.
func New(rows []schemas.Row) *Finder {
	f := &Finder{rows: rows, postings: map[string][]posting{}, lengths: make([]float64, len(rows))}
	for i := range rows {
		r := &rows[i]
		weights := map[string]float64{}
		add := func(text string, weight float64) {
			for _, w := range Words(text) {
				weights[w] += weight
				f.lengths[i] += weight
			}
		}
		add(strings.TrimPrefix(r.Name, string(r.Platform)), weightName)
		add(r.Summary, weightSummary)
		add(strings.Join(r.Aliases, " "), weightAlias)
		add(r.Call, weightPath)
		add(strings.Join(r.Required, " "), weightArgument)
		for w, weight := range weights {
			f.postings[w] = append(f.postings[w], posting{row: i, weight: weight})
		}
		f.average += f.lengths[i]
	}
	f.average /= max(1, float64(len(rows)))
	return f
}

// Find returns the best rows for the query, best first; of one platform when platform is set. Equal scores are ordered
// by name, so that the same question always has the same answer.
func (f *Finder) Find(query string, platform schemas.Platform, limit int) []Match {
	words := Words(query)
	scores := map[int]float64{}
	for i, w := range words {
		if slices.Contains(words[:i], w) {
			continue
		}
		list := f.postings[w]
		rare := math.Log(1 + (float64(len(f.rows))-float64(len(list))+0.5)/(float64(len(list))+0.5))
		for _, p := range list {
			if platform != "" && f.rows[p.row].Platform != platform {
				continue
			}
			norm := 1 - lengthBias + lengthBias*f.lengths[p.row]/f.average
			scores[p.row] += rare * p.weight * (saturation + 1) / (p.weight + saturation*norm)
		}
	}
	phrase := " " + strings.Join(words, " ") + " "
	matches := make([]Match, 0, len(scores))
	for row, score := range scores {
		r := &f.rows[row]
		for _, alias := range r.Aliases {
			if said := strings.Join(Words(alias), " "); said != "" && strings.Contains(phrase, " "+said+" ") {
				score *= 1.25 // the whole phrase was said, not only its words somewhere
				break
			}
		}
		matches = append(matches, Match{Row: r, Score: score})
	}
	slices.SortFunc(matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Row.Name, b.Row.Name))
	})
	return matches[:min(limit, len(matches))]
}

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

// distance is the Levenshtein distance of two short ASCII names.
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

// stopWords say nothing about a need.
var stopWords = set("a an and any are as at be by can could do does for from get give how i if in into is it its " +
	"let like me my of on one or our please shall should so that the their them then there these this those to us want was we what " +
	"when where which who will with would you your need all has have been being am about out up")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// Words splits a text into stemmed words without stop words. Run-together names are split where the case changes,
// so that projectId and project_id mean the same.
func Words(text string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() == 0 {
			return
		}
		w := strings.ToLower(word.String())
		word.Reset()
		if !stopWords[w] {
			words = append(words, english.Stem(w, false))
		}
	}
	var last rune
	for _, r := range text {
		switch {
		case unicode.IsUpper(r) && unicode.IsLower(last):
			flush()
			word.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word.WriteRune(r)
		case r == '\'' || r == '’': // project's is project
		default:
			flush()
		}
		last = r
	}
	flush()
	return words
}
