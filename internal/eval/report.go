package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// report prints one line per group of queries: the finder's figures and, in brackets, the baseline's.
func report(out io.Writer, m *measured) {
	fmt.Fprintf(out, "%d queries over %d operations; in brackets plain BM25 over names and summaries\n", len(m.finder), m.rows)
	for _, split := range []string{tuned, reported} {
		fmt.Fprintln(out)
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "%s half\tqueries\trecall@1\t\trecall@5\t\tMRR\t\n", split)
		half := func(r Result) bool { return r.Split == split }
		results, base := only(m.finder, half), only(m.baseline, half)
		line(w, "all", results, base)
		for _, group := range []func(Result) string{
			func(r Result) string { return string(r.Platform) },
			func(r Result) string { return r.Kind },
			func(r Result) string { return r.Language },
			func(r Result) string {
				return map[bool]string{true: "platform given", false: "platform inferred"}[r.Filter]
			},
		} {
			for _, name := range groups(results, group) {
				in := func(r Result) bool { return group(r) == name }
				line(w, name, only(results, in), only(base, in))
			}
		}
		w.Flush()
	}
}

func line(w io.Writer, name string, results, base []Result) {
	s, b := score(results), score(base)
	fmt.Fprintf(w, "%s\t%d\t%.2f\t(%.2f)\t%.2f\t(%.2f)\t%.2f\t(%.2f)\n", name, s.Queries, s.Recall1, b.Recall1, s.Recall5, b.Recall5, s.MRR, b.MRR)
}

// groups lists the names of the groups in the order they first appear. Queries without a name, such as the language of
// an English one, are in no group.
func groups(results []Result, of func(Result) string) []string {
	var names []string
	for _, r := range results {
		if name := of(r); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// reportFailures lists the queries of the tuned half whose tool is not among the first five.
func reportFailures(out io.Writer, results []Result) {
	failed := only(results, func(r Result) bool { return r.Split == tuned && (r.Rank == 0 || r.Rank > 5) })
	slices.SortStableFunc(failed, func(a, b Result) int {
		return cmp.Or(cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Kind, b.Kind))
	})
	fmt.Fprintf(out, "\n%d queries of the tuned half without a right tool among the first five\n", len(failed))
	for _, r := range failed {
		fmt.Fprintf(out, "%s %s: %q wants %s, first is %s, rank %d\n", r.Platform, r.Kind, r.Text, strings.Join(r.Expect, " or "), r.Best, r.Rank)
	}
}
