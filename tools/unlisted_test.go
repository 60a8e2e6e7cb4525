package tools_test

import (
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
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

// TestReadOnlySays: whoever tries to change something on a read-only server hears who can allow it, whatever the way.
func TestReadOnlySays(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *tools.Config) { c.ReadOnly = true })
	call := map[string]any{"tool": "platformsh_environment_delete", "arguments": map[string]any{"project_id": "abc123", "environment_id": "main"}}
	for tool, args := range map[string]map[string]any{"paas_read": call, "paas_write": call, "platformsh_environment_delete": {"project_id": "abc123"}} {
		got := r.call(request{tool: tool, args: args})
		if !got.IsError || !strings.Contains(got.text(), "runs read-only. The operator of the server can start it without --read-only.") ||
			!strings.Contains(string(got.StructuredContent), `"kind":"refused"`) {
			t.Errorf("%s: %s", tool, got.StructuredContent)
		}
	}
}

// TestWithoutAccounts: a server that cannot call anything says so wherever somebody tries, and how that is changed.
func TestWithoutAccounts(t *testing.T) {
	t.Parallel()
	none := newRig(t, func(c *tools.Config) {
		c.Accounts = new(tools.Accounts)
		var err error
		if c.Catalog, err = schemas.Open(nil); err != nil {
			t.Fatal(err)
		}
	})
	cloud := newRig(t, func(c *tools.Config) {
		w := &scripted{body: `{}`}
		accounts, err := tools.NewAccounts([]apiclient.Account{acquiaAccount("cloud", "api.example")}, apiclient.Options{Transport: w})
		if err != nil {
			t.Fatal(err)
		}
		c.Accounts = accounts
		if c.Catalog, err = schemas.Open(nil, schemas.Acquia); err != nil {
			t.Fatal(err)
		}
	})
	for _, tc := range []struct {
		rig  *rig
		tool string
		args map[string]any
		want string
	}{
		{none, "paas_find", map[string]any{"query": "backup"}, "--demo"},
		{none, "paas_read", map[string]any{"tool": "platformsh_environment_list"}, "--demo"},
		{none, "platformsh_environment_list", nil, "--demo"},
		{none, "paas_wait", map[string]any{"job": "work/activity:p:a"}, "--demo"},
		{none, "paas_logs", map[string]any{"env_name": "shop"}, "--demo"},
		{none, "paas_locate", map[string]any{"name": "shop.example.com"}, "--demo"},
		{none, "paas_accounts", nil, "--demo"},
		{cloud, "paas_find", map[string]any{"query": "backup", "platform": "virtuozzo"}, "no account for virtuozzo is configured; there are accounts for acquia"},
		{cloud, "paas_wait", map[string]any{"job": "work/activity:p:a"}, "use one of cloud"},
		{cloud, "paas_logs", map[string]any{"env_name": "shop"}, "no account is configured"},
	} {
		if got := tc.rig.call(request{tool: tc.tool, args: tc.args}); !strings.Contains(got.text(), tc.want) {
			t.Errorf("%s %v: %s\nhas no %q", tc.tool, tc.args, got.text(), tc.want)
		}
	}
}
