// Command eval measures how well the finder ranks: recall and reciprocal rank over a set of queries that were written
// without sight of the rows' texts, beside plain BM25 in the same run. `make eval` runs it.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"paasmcp/internal/finder"
	"paasmcp/schemas"
)

func main() {
	failures := flag.Bool("failures", false, "also list the queries of the tuned half whose tool is not among the first five")
	flag.Parse()
	if err := run(os.Stdout, *failures); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, failures bool) error {
	m, err := measure(queriesFile)
	if err != nil {
		return err
	}
	report(out, m)
	if failures {
		reportFailures(out, m.finder)
	}
	return nil
}

// measured is one run of every query through both rankings.
type measured struct {
	rows             int
	finder, baseline []Result
}

// measure ranks over the whole catalogue, with the deprecated and privileged rows that are hidden by default: they are
// the most confusable neighbors of the right answers, and some queries ask for them.
func measure(file string) (*measured, error) {
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Platforms()...)
	if err != nil {
		return nil, err
	}
	queries, err := readQueries(file, func(tool string) bool { _, ok := catalog.Operation(tool); return ok })
	if err != nil {
		return nil, err
	}
	f := finder.New(catalog.Rows())
	return &measured{
		rows:     len(catalog.Rows()),
		baseline: rank(queries, baseline(catalog.Rows())),
		finder: rank(queries, func(q *Query, limit int) []string {
			var platform schemas.Platform
			if q.Filter {
				platform = q.Platform
			}
			var names []string
			for _, match := range f.Find(q.Text, platform, limit) {
				names = append(names, match.Row.Name)
			}
			return names
		}),
	}, nil
}
