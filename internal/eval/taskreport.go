package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"paasmcp/schemas"
)

// tally sums up results.
type tally struct{ Tasks, Success, Steps, Calls, In, Out int }

func sum(results []TaskResult, platform schemas.Platform) (t tally) {
	for _, r := range results {
		if platform != "" && r.On != platform {
			continue
		}
		t.Tasks++
		if r.Success {
			t.Success++
		}
		t.Steps, t.Calls, t.In, t.Out = t.Steps+r.Steps, t.Calls+r.Calls, t.In+r.In, t.Out+r.Out
	}
	return t
}

// reportTasks prints a line for each task, the sums, and those of the baseline.
func reportTasks(out io.Writer, results []TaskResult, before map[string]TaskResult) {
	fmt.Fprintf(out, "\n%d tasks by a stand-in for a model; tokens (o200k) in are what it reads, each time with the tools list, out what it writes\n\n",
		len(results))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "task\tplatform\tsteps\tcalls\tin\tout\t")
	for _, r := range results {
		why := ""
		if !r.Success {
			why = "FAILED: " + excerpt(cmp.Or(before[r.Task].Why, r.Why), 160)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%s\n", r.Task, r.On, r.Steps, r.Calls, r.In, r.Out, why)
	}
	line := func(name string, t tally) {
		fmt.Fprintf(w, "%d of %d tasks\t%s\t%d\t%d\t%d\t%d\t\n", t.Success, t.Tasks, name, t.Steps, t.Calls, t.In, t.Out)
	}
	for _, platform := range schemas.Platforms() {
		line(string(platform), sum(results, platform))
	}
	line("all", sum(results, ""))
	line("baseline", sum(slices.Collect(maps.Values(before)), ""))
	fmt.Fprintln(w, "\t\t\t\t\t\t\nof these by\t\t\tcalls\tin\tout\t")
	byTool := costs(results)
	for _, tool := range slices.Sorted(maps.Keys(byTool)) {
		c := byTool[tool]
		fmt.Fprintf(w, "%s\t\t\t%d\t%d\t%d\t\n", tool, c.Calls, c.In, c.Out)
	}
	w.Flush()
}

// costs sums up calls and tokens by tool.
func costs(results []TaskResult) map[string]tally {
	byTool := map[string]tally{}
	for _, r := range results {
		if r.session == nil {
			continue // of a baseline
		}
		for _, x := range r.session.Calls {
			c := byTool[x.Tool]
			byTool[x.Tool] = tally{Calls: c.Calls + 1, In: c.In + x.In, Out: c.Out + x.Out}
		}
	}
	return byTool
}
