package main

import (
	"fmt"
	"io"
	"strings"
)

// printTranscript writes a failed task in full, for whoever has to find out why.
func printTranscript(out io.Writer, r *TaskResult) {
	fmt.Fprintf(out, "\n=== %s (%s)\n", r.Task, r.On)
	step := -1
	for _, x := range r.session.Calls {
		for step < x.Step {
			step++
			fmt.Fprintf(out, "\n> %s\n", r.task.Steps[step].Say)
		}
		fmt.Fprintf(out, "→ %s %s\n", x.Tool, excerpt(compact(x.Arguments), 600))
		if x.Card != "" {
			fmt.Fprintf(out, "  | %s\n  %s\n", strings.ReplaceAll(x.Card, "\n", "\n  | "), x.Said)
		}
		fmt.Fprintf(out, "← %s\n", brief(x))
	}
	for _, u := range r.unmet {
		fmt.Fprintf(out, "UNMET: %s\n", u)
	}
}

// brief is an answer as short as a reader needs it: of a search only the names.
func brief(x Exchange) string {
	var found struct{ Operations []hit }
	if x.Tool == "paas_find" && decode([]byte(x.Answer), &found) == nil {
		names := make([]string, len(found.Operations))
		for i, h := range found.Operations {
			names[i] = h.Tool
		}
		return strings.Join(names, ", ")
	}
	return excerpt(x.Answer, 900)
}
