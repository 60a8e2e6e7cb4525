package finder

import (
	"cmp"
	"math"
	"slices"

	"paasmcp/schemas"
)

// Match is a row with its score; higher is better, and only the order means anything.
type Match struct {
	Row   *schemas.Row
	Score float64
}

// How the parts of a score weigh. They were chosen on the tuned half of testdata/eval.
const (
	saturation   = 1.2 // of BM25: how soon more of the same word stops counting
	partCoverage = 0.5 // how much of the score depends on the share of the need that the row answers
	partName     = 0.6 // ... on the share of the row's name that was asked for
	partAlias    = 0.6 // ... on an alias that was said as a whole
	partAction   = 0.3 // ... on doing what was asked to be done
	partLook     = 0.4 // ... when that is to look first: words of a complaint say little of what to call
	partHint     = 0.2 // ... on being of the platform that a word hints at
	mostRare     = 3.5 // how much a rare word counts at most: that only one alias has "everywhere" makes it no good word
	nearRarity   = 1.5 // how much rarer than the word itself a word near it may count
)

// Find returns the best rows for the query, best first; of one platform when platform is set or the words name one that
// has rows. Equal scores are ordered by name, so that the same question always has the same answer.
func (f *Finder) Find(query string, platform schemas.Platform, limit int) []Match {
	n := f.understand(query)
	wanted := slices.DeleteFunc(n.named, func(p schemas.Platform) bool { return f.count[p] == 0 })
	if platform != "" {
		wanted = []schemas.Platform{platform}
	}
	r := ranking{
		Finder: f, wanted: wanted, scores: make([]float64, len(f.rows)), covered: make([]float64, len(f.rows)),
		said: map[int32]float64{}, idf: map[int32]float64{},
	}
	for _, s := range n.slots {
		r.slot(s)
	}
	var matches []Match
	for i := range f.rows {
		if r.scores[i] > 0 {
			matches = append(matches, Match{Row: &f.rows[i], Score: r.finish(i, &n)})
		}
	}
	slices.SortFunc(matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Row.Name, b.Row.Name))
	})
	if len(wanted) > 1 {
		matches = inTurn(matches, wanted)
	}
	return matches[:min(limit, len(matches))]
}

// inTurn takes from each platform its best, then its second, because who names two wants to see both.
func inTurn(matches []Match, platforms []schemas.Platform) []Match {
	of := map[schemas.Platform][]Match{}
	for _, m := range matches {
		of[m.Row.Platform] = append(of[m.Row.Platform], m)
	}
	mixed := make([]Match, 0, len(matches))
	for i := 0; len(mixed) < len(matches); i++ {
		for _, p := range platforms {
			if i < len(of[p]) {
				m := of[p][i]
				if len(mixed) > 0 {
					m.Score = min(m.Score, mixed[len(mixed)-1].Score) // scores fall with the order
				}
				mixed = append(mixed, m)
			}
		}
	}
	return mixed
}

// ranking is the work on one query.
type ranking struct {
	*Finder
	wanted  []schemas.Platform // platforms that are searched; empty for all
	scores  []float64          // by row
	covered []float64          // by row: weight of the slots it answers, rare ones counting more
	total   float64            // what a row that answers every slot would have there
	said    map[int32]float64  // by id: weight of the word in the need
	idf     map[int32]float64  // by id: see rare
}

func (r *ranking) in(row int32) bool {
	return len(r.wanted) == 0 || slices.Contains(r.wanted, r.rows[row].Platform)
}

// rare is how rare a word is among the rows that are looked at.
func (r *ranking) rare(id int32) float64 {
	if v, ok := r.idf[id]; ok {
		return v
	}
	have := 0.0
	for _, p := range r.postings[id] {
		if r.in(p.row) {
			have++
		}
	}
	all := float64(len(r.rows))
	if len(r.wanted) > 0 {
		all = 0
		for _, p := range r.wanted {
			all += float64(r.count[p])
		}
	}
	v := min(mostRare, math.Log(1+(all-have+0.5)/(have+0.5)))
	r.idf[id] = v
	return v
}

// slot adds to each row the best of the words that may stand for one thing; their sum would favor things with many names.
func (r *ranking) slot(s slot) {
	best := map[int32][2]float64{}
	importance := 0.0
	for _, w := range s.words {
		rare := r.rare(w.id)
		if w.weight < 1 {
			rare = min(rare, r.rare(s.words[0].id)*nearRarity)
		}
		importance = max(importance, rare*w.weight)
		r.said[w.id] = max(r.said[w.id], s.weight*w.weight)
		for _, p := range r.postings[w.id] {
			if !r.in(p.row) {
				continue
			}
			tf := float64(p.weight)
			score := s.weight * w.weight * rare * tf * (saturation + 1) / (tf + saturation)
			if score > best[p.row][0] {
				best[p.row] = [2]float64{score, s.weight * w.weight * min(1, tf/2)}
			}
		}
	}
	for row, b := range best {
		r.scores[row] += b[0]
		r.covered[row] += b[1] * importance
	}
	r.total += s.weight * importance
}

// finish weighs what a row answers by everything that is not a matter of single words.
func (r *ranking) finish(row int, n *need) float64 {
	d := &r.docs[row]
	score := r.scores[row] * d.prior
	score *= 1 - partCoverage + partCoverage*r.covered[row]/r.total
	score *= 1 + partName*r.share(d.name)
	alias := 0.0
	for _, words := range d.aliases {
		if len(words) > 1 {
			alias = max(alias, r.share(words)*min(1, float64(len(words))/3))
		}
	}
	score *= 1 + partAlias*alias*alias
	if r.rows[row].Platform == n.hint {
		score *= 1 + partHint
	}
	part := partAction
	if n.want == look {
		part = partLook
	}
	return score * (1 + part*agreement(n.want, d.does))
}

// share is how much of some words was said, rare words counting more.
func (r *ranking) share(ids []int32) float64 {
	said, all := 0.0, 0.0
	for _, id := range ids {
		rare := r.rare(id)
		all += rare
		said += rare * min(1, r.said[id])
	}
	if all == 0 {
		return 0
	}
	return said / all
}
