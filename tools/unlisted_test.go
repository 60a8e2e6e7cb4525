package tools_test

import (
	"strings"
	"testing"

	"paasmcp/tools"
)

// TestUnlistedTools: whoever calls an operation as a tool of its own, or a name that is none, hears what to call; nothing is sent,
// whatever comes with the call.
func TestUnlistedTools(t *testing.T) {
	t.Parallel()
	w := &answers{}
	r := withAnswers(t, w, func(c *tools.Config) { c.Policy = open })
	var err error
	if r.MCP, err = tools.NewServer(r.Service, tools.Selection{Toolsets: []string{"none"}}, "test"); err != nil {
		t.Fatal(err)
	}
	for tool, want := range map[string]string{
		"platformsh_environment_list":   "call paas_read with tool platformsh_environment_list",
		"platformsh_environment_delete": "call paas_write with tool platformsh_environment_delete",
		"acquia_environment_branch":     "platformsh_environment_branch",
		"environment_list":              "nearest: ",
		"":                              "does not exist",
	} {
		got := r.call(request{tool: tool, args: map[string]any{"project_id": "abc123", "environment_id": "main", "unlisted": false},
			state: "forged", responses: accept("approve", true)})
		if !got.IsError || !strings.Contains(got.text(), want) {
			t.Errorf("%q: %s, want an error with %q", tool, got.text(), want)
		}
		if sent := w.take(); len(sent) > 0 {
			t.Errorf("%q sent %v", tool, sent)
		}
	}
	if got := r.call(request{tool: "paas_read", args: map[string]any{"tool": "platformsh_user_me_get"}}); got.IsError {
		t.Errorf("a listed tool: %s", got.text())
	}
}
