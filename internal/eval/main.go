// Command eval measures what a model gets from this server, without a model. First, how well the finder ranks: recall and
// reciprocal rank over a set of queries that were written without sight of the rows' texts, beside plain BM25 in the same
// run. Then whole tasks in a person's words: a deterministic stand-in for a model does them with the tools, against the
// simulator, and the end state is checked there. `make eval` runs it.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"paasmcp/internal/finder"
	"paasmcp/schemas"
)

func main() {
	failures := flag.Bool("failures", false, "also list the queries of the tuned half whose tool is not among the first five")
	only := flag.String("task", "", "print the whole conversation of the tasks whose name contains this, and nothing else")
	transcripts := flag.Bool("transcripts", false, "write the transcripts of the documentation, and nothing else")
	flag.Parse()
	var err error
	switch {
	case *transcripts:
		err = writeTranscripts("")
	case *only != "":
		err = show(os.Stdout, *only)
	default:
		err = run(os.Stdout, *failures)
	}
	if err != nil {
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
	results, err := runFiles("", func(*Task) bool { return true })
	if err != nil {
		return err
	}
	before, err := readBaseline(baselineFile)
	if err != nil {
		return err
	}
	reportTasks(out, results, before)
	return nil
}

// show runs the tasks of a name and prints what was said and called.
func show(out io.Writer, name string) error {
	results, err := runFiles("", func(t *Task) bool { return strings.Contains(t.Name, name) })
	if err != nil {
		return err
	}
	for i := range results {
		printTranscript(out, &results[i])
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
