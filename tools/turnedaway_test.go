package tools_test

import (
	"fmt"
	"strings"
	"testing"

	"paasmcp/internal/audit"
	"paasmcp/internal/policy"
	"paasmcp/tools"
)

// TestRefusedBeforeTheGate: every way in which a call ends before anybody is asked leaves a line that says who tried what, and no
// secret.
func TestRefusedBeforeTheGate(t *testing.T) {
	t.Parallel()
	const secret = "tr0ub4dor-and-three"
	readOnly := func(c *tools.Config) { c.ReadOnly = true }
	deny := func(c *tools.Config) { c.Policy = policy.Policy{{Name: "none", Action: policy.Deny}} }
	write := func(tool string, args map[string]any, more ...any) map[string]any {
		all := map[string]any{"tool": tool, "arguments": args}
		for i := 0; i+1 < len(more); i += 2 {
			all[fmt.Sprint(more[i])] = more[i+1]
		}
		return all
	}
	variable := func(more ...any) map[string]any {
		args := map[string]any{"project_id": "abc123", "name": "env:X", "value": secret}
		for i := 0; i+1 < len(more); i += 2 {
			args[fmt.Sprint(more[i])] = more[i+1]
		}
		return args
	}
	const create = "platformsh_project_variable_create"
	for name, c := range map[string]struct {
		change func(*tools.Config)
		tool   string
		args   map[string]any
		logged string // tool
		reason string
		keys   []string
	}{
		"an unknown operation":   {nil, "paas_write", write("platformsh_variable_invent", variable()), "platformsh_variable_invent", "does not exist", []string{"project_id", "value"}},
		"an unlisted tool":       {nil, "platformsh_invented_tool", variable(), "platformsh_invented_tool", "not one of the tools", []string{"project_id", "value"}},
		"a job of no account":    {nil, "paas_wait", map[string]any{"job": "activity:abc123:zz"}, "paas_wait", "ACCOUNT/HANDLE", []string{"job"}},
		"a missing argument":     {nil, "paas_write", write(create, map[string]any{"value": secret}), create, "project_id", []string{"value"}},
		"a wrong type":           {nil, create, variable("is_json", []any{secret}), create, "is_json", []string{"project_id", "value", "is_json"}},
		"an unknown argument":    {nil, create, variable("the_password_again", secret), create, "the_password_again", []string{"value", "the_password_again"}},
		"an unknown account":     {nil, "paas_write", write(create, variable(), "account", "nobody"), create, "nobody", []string{"project_id"}},
		"a write as a read":      {nil, "paas_read", write(create, variable()), create, "use paas_write", []string{"project_id", "value"}},
		"read-only":              {readOnly, "paas_read", write(create, variable()), create, "read-only", []string{"project_id", "value"}},
		"a masked value":         {nil, create, variable("value", "•••• (12 characters)"), create, "mask", []string{"project_id", "value"}},
		"denied":                 {deny, create, variable(), create, "Refused by a rule", []string{"project_id", "value"}},
		"a wrong own argument":   {nil, "paas_read", write("platformsh_project_get", map[string]any{"project_id": "abc123"}, "limit", "many"), "platformsh_project_get", "limit", []string{"project_id"}},
		"jq that does not parse": {nil, "paas_read", write("platformsh_project_get", map[string]any{"project_id": "abc123"}, "jq", "((("), "platformsh_project_get", "jq", []string{"project_id"}},
		"arguments that are none": {
			nil, "paas_write", map[string]any{"tool": create, "arguments": []any{secret}}, create, "arguments", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var change []func(*tools.Config)
			if c.change != nil {
				change = append(change, c.change)
			}
			r := newRig(t, change...)
			got := r.call(request{tool: c.tool, args: c.args, principal: "ana"})
			if !got.IsError || len(r.wire.take()) > 0 {
				t.Fatalf("it went through: %s", got.text())
			}
			calls := r.audited(t)
			if len(calls) != 1 {
				t.Fatalf("%d lines for one call: %+v", len(calls), calls)
			}
			one := calls[0]
			if one.Tool != c.logged || one.Principal != "ana" || one.Outcome == nil || one.Outcome.Status != audit.Refused ||
				!strings.Contains(one.Outcome.Kind, c.reason) {
				t.Errorf("recorded: %+v, %+v", one.Entry, one.Outcome)
			}
			for _, key := range c.keys {
				if _, ok := one.Args[key]; !ok {
					t.Errorf("%s is not recorded: %v", key, one.Args)
				}
			}
			if strings.Contains(fmt.Sprint(one), secret) || strings.Contains(fmt.Sprint(one.Outcome), secret) {
				t.Errorf("the secret is recorded: %+v, %+v", one.Entry, one.Outcome)
			}
		})
	}
}
