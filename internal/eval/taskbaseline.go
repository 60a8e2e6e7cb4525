package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v4"
)

// baselineFile holds how the tasks went when they were last looked at, a line for each.
const baselineFile = "testdata/eval/baseline.yaml"

// tolerance is how much calls and tokens may rise, all tasks together, before somebody has to look and agree.
const tolerance = 1.05

func readBaseline(file string) (map[string]TaskResult, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []TaskResult
	if err := yaml.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	byName := map[string]TaskResult{}
	for _, r := range list {
		byName[r.Task] = r
	}
	return byName, nil
}

// writeBaseline keeps the reason that stands in the old baseline for a task that still fails.
func writeBaseline(file string, results []TaskResult, old map[string]TaskResult) error {
	var b bytes.Buffer
	b.WriteString("# How the tasks went. `make update` writes it, and keeps the reasons of failures.\n")
	for _, r := range results {
		why := ""
		if !r.Success {
			why = excerpt(r.Why, 200)
			if before := old[r.Task]; before.Why != "" {
				why = before.Why
			}
			why = fmt.Sprintf(", why: %q", why)
		}
		fmt.Fprintf(&b, "- {task: %q, platform: %s, success: %t, steps: %d, calls: %d, tokens_in: %d, tokens_out: %d%s}\n",
			r.Task, r.On, r.Success, r.Steps, r.Calls, r.In, r.Out, why)
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// regressions says what is worse than the baseline: a task that no longer succeeds, or clearly more calls or tokens for
// all of them.
func regressions(results []TaskResult, before map[string]TaskResult) []string {
	var worse []string
	var then []TaskResult
	for _, r := range results {
		b, known := before[r.Task]
		switch {
		case !known:
			worse = append(worse, fmt.Sprintf("%s: not in the baseline", r.Task))
		case b.Success && !r.Success:
			worse = append(worse, fmt.Sprintf("%s: it fails now: %s", r.Task, r.Why))
		}
		then = append(then, b)
	}
	was, is := sum(then, ""), sum(results, "")
	for _, cost := range []struct {
		what    string
		was, is int
	}{{"calls", was.Calls, is.Calls}, {"tokens that the model reads", was.In, is.In}, {"tokens that the model writes", was.Out, is.Out}} {
		if float64(cost.is) > float64(cost.was)*tolerance {
			more := 100 * float64(cost.is-cost.was) / float64(cost.was)
			worse = append(worse, fmt.Sprintf("%s: %d, which is %.0f %% more than the %d of the baseline", cost.what, cost.is, more, cost.was))
		}
	}
	if len(before) > len(results) {
		worse = append(worse, fmt.Sprintf("the baseline has %d tasks, and %d were run", len(before), len(results)))
	}
	return worse
}

// failed names the tasks that are to be shown in full: those of the regressions.
func failed(results []TaskResult, before map[string]TaskResult) (list []*TaskResult) {
	for i := range results {
		if !results[i].Success && before[results[i].Task].Success {
			list = append(list, &results[i])
		}
	}
	return list
}

func hint(worse []string) string {
	return strings.Join(worse, "\n") + "\nwhere that is meant, run UPDATE=1 go test ./internal/eval and commit " + baselineFile
}
