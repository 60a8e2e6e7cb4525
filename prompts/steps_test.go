package prompts_test

import (
	"slices"
	"testing"

	"paasmcp/prompts"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// TestWorkflowsOfAnOperation: every step of every workflow leads back to it, and a read-only server tells of none that changes.
func TestWorkflowsOfAnOperation(t *testing.T) {
	t.Parallel()
	all, err := prompts.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	of, readOnly := prompts.Workflows(false), prompts.Workflows(true)
	for _, w := range all {
		for _, p := range schemas.Platforms() {
			for _, o := range w.Operations(p) {
				named := slices.Index(names(of, o.Name), w.Name)
				if named < 0 {
					t.Errorf("%s is a step of %s, but only of %v", o.Name, w.Name, names(of, o.Name))
				} else if steps := of(o.Name)[named].Steps; len(steps) == 0 || len(steps) > 8 {
					t.Errorf("%s of %s: %d steps", o.Name, w.Name, len(steps))
				}
				if told := slices.Contains(names(readOnly, o.Name), w.Name); told == w.Changes {
					t.Errorf("a read-only server tells of %s: %v", w.Name, told)
				}
			}
		}
	}
	if got := of("platformsh_plan_list"); len(got) > 0 {
		t.Errorf("an operation that no workflow has: %v", got)
	}
}

func names(of func(string) []tools.Workflow, tool string) []string {
	var list []string
	for _, w := range of(tool) {
		list = append(list, w.Prompt)
	}
	return list
}
