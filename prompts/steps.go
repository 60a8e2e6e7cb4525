package prompts

import (
	"slices"
	"sync"

	"paasmcp/tools"
)

// mostSteps is how many operations of a workflow are told.
const mostSteps = 8

// Workflows tells the workflows that an operation is a step of. The files are read when somebody first asks. A read-only
// server leaves out those that change something, as it does in the list of prompts.
func Workflows(readOnly bool) func(tool string) []tools.Workflow {
	index := sync.OnceValue(func() map[string][]tools.Workflow {
		workflows, err := Embedded()
		if err != nil {
			return nil // a test loads them, so this is a broken build; a description does without
		}
		of := map[string][]tools.Workflow{}
		for _, w := range workflows {
			if w.Changes && readOnly {
				continue
			}
			for _, p := range w.Platforms {
				var steps []string
				for _, o := range w.Operations(p) {
					if !slices.Contains(steps, o.Name) {
						steps = append(steps, o.Name)
					}
				}
				short := steps[:min(len(steps), mostSteps)]
				for _, name := range steps {
					of[name] = append(of[name], tools.Workflow{Prompt: w.Name, Title: w.Title, Steps: short})
				}
			}
		}
		return of
	})
	return func(tool string) []tools.Workflow { return index()[tool] }
}
