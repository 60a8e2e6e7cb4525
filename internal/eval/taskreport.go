package main

import (
	"fmt"
	"io"
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

// reportTasks prints a line for each task and the sums.
func reportTasks(out io.Writer, results []TaskResult) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\ntask\tplatform\tsteps\tcalls\ttokens in\tout\t")
	for _, r := range results {
		why := ""
		if !r.Success {
			why = "FAILED: " + excerpt(r.Why, 60)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%s\n", r.Task, r.On, r.Steps, r.Calls, r.In, r.Out, why)
	}
	for _, platform := range append(schemas.Platforms(), "") {
		t := sum(results, platform)
		name := string(platform)
		if name == "" {
			name = "all"
		}
		fmt.Fprintf(w, "%d of %d tasks\t%s\t%d\t%d\t%d\t%d\t\n", t.Success, t.Tasks, name, t.Steps, t.Calls, t.In, t.Out)
	}
	w.Flush()
}
