package main

import "slices"

// depth is how far a rank is looked for. Nobody reads further, and MRR hardly changes.
const depth = 20

// Ranker orders tools for a query, best first.
type Ranker func(q *Query, limit int) []string

// Result is the rank of the first right tool for a query, counted from 1; 0 when it is not among the first [depth].
type Result struct {
	*Query
	Rank int
	Best string // what stood first
}

func rank(queries []Query, ranked Ranker) []Result {
	results := make([]Result, len(queries))
	for i := range queries {
		q := &queries[i]
		found := ranked(q, depth)
		results[i] = Result{Query: q}
		if len(found) > 0 {
			results[i].Best = found[0]
		}
		results[i].Rank = slices.IndexFunc(found, func(tool string) bool { return slices.Contains(q.Expect, tool) }) + 1
	}
	return results
}

// Score is how well a group of queries was answered. Recalls are shares of queries with a right tool among the first one
// or five; MRR is the mean of one over the rank.
type Score struct {
	Queries               int
	Recall1, Recall5, MRR float64
}

func score(results []Result) Score {
	s := Score{Queries: len(results)}
	for _, r := range results {
		if r.Rank == 0 {
			continue
		}
		s.MRR += 1 / float64(r.Rank)
		if r.Rank == 1 {
			s.Recall1++
		}
		if r.Rank <= 5 {
			s.Recall5++
		}
	}
	n := max(1, float64(s.Queries))
	s.Recall1, s.Recall5, s.MRR = s.Recall1/n, s.Recall5/n, s.MRR/n
	return s
}

func only(results []Result, keep func(Result) bool) []Result {
	return slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return !keep(r) })
}
