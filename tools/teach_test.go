package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// TestPlatformErrorsTeach: an error of a platform names the operation that helps, the role that is missing, and nothing that a
// caller cannot call.
func TestPlatformErrorsTeach(t *testing.T) {
	t.Parallel()
	const psh403 = `{"message":"No."}`
	for _, tc := range []struct {
		name, tool, args string
		status           int
		body             string
		want             []string
	}{
		{
			"psh not found", "platformsh_environment_backup_get", `{"project_id":"abc123","environment_id":"main","backup_id":"x"}`, 404,
			`{"message":"Not found"}`,
			[]string{"look up backup_id with platformsh_environment_backup_list, environment_id with platformsh_environment_list"},
		},
		{
			"psh no access yet", "platformsh_project_user_access_update", `{"project_id":"abc123","user_id":"` + appUUID + `","permissions":["admin"]}`, 404,
			`{"message":"Not found"}`,
			[]string{"who has no access yet is given it with platformsh_project_user_access_create"},
		},
		{
			"psh environment", "platformsh_environment_variable_create", `{"project_id":"abc123","environment_id":"main","name":"A","value":"1"}`, 403, psh403,
			[]string{"role contributor or admin on the environment's type", "platformsh_user_extended_access_list"},
		},
		{"psh project", "platformsh_project_update", `{"project_id":"abc123","title":"T"}`, 403, psh403, []string{"role admin on the project"}},
		{"psh read", "platformsh_project_get", `{"project_id":"abc123"}`, 403, psh403, []string{"at least the role viewer"}},
		{"psh members", "platformsh_org_member_list", `{"organization_id":"org1"}`, 403, psh403, []string{"organization permission members or admin"}},
		{"psh billing", "platformsh_org_invoice_list", `{"organization_id":"org1"}`, 403, psh403, []string{"organization permission billing or admin"}},
		{
			"psh new project", "platformsh_org_project_create", `{"organization_id":"org1","region":"eu-5.platform.sh"}`, 403, psh403,
			[]string{"organization permission projects:create or admin"},
		},
		{"psh organization", "platformsh_org_delete", `{"organization_id":"org1"}`, 403, psh403, []string{"only the owner deletes one"}},
		{"psh team", "platformsh_team_delete", `{"team_id":"t1"}`, 403, psh403, []string{"organization permission members or admin"}},
		{
			"acquia not found", "acquia_cron_get", `{"environment_id":"` + envID + `","cron_id":"7"}`, 404,
			`{"error":"not_found","message":"The cron does not exist."}`,
			[]string{"look up cron_id with acquia_cron_list, environment_id with acquia_environment_list"},
		},
		{
			"acquia permission", "acquia_application_rename", `{"application_uuid":"` + appUUID + `","name":"N"}`, 403,
			`{"error":"forbidden","message":"You do not have the 'administer applications' permission."}`,
			[]string{"administer applications", `paas_read acquia_application_permission_list {"application_uuid":"` + appUUID + `"}`, "acquia_role_list"},
		},
		{
			"virtuozzo environment", "virtuozzo_environment_get", `{"env_name":"nope"}`, 200, `{"result":11,"error":"no environment"}`,
			[]string{"no such environment", "env_name with virtuozzo_environment_list"},
		},
		{
			"virtuozzo object", "virtuozzo_trigger_delete", `{"env_name":"shop-live","trigger_id":"7"}`, 200, `{"result":5,"error":"not found"}`,
			[]string{"look up trigger_id with virtuozzo_trigger_list, env_name with virtuozzo_environment_list"},
		},
		{
			"virtuozzo rights", "virtuozzo_environment_stop", `{"env_name":"shop-live"}`, 200, `{"result":8,"error":"access is not permitted"}`,
			[]string{"roles of the collaboration", "virtuozzo_collaboration_list, virtuozzo_role_list"},
		},
		{
			"virtuozzo token", "virtuozzo_environment_stop", `{"env_name":"shop-live"}`, 200, `{"result":8202,"error":"permission denied"}`,
			[]string{"environment.control.stopenv", "virtuozzo_token_method_list"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := scriptedRig(t, &scripted{status: tc.status, body: tc.body})
			var args map[string]any
			if err := json.Unmarshal([]byte(tc.args), &args); err != nil {
				t.Fatal(err)
			}
			op, _ := r.Service.Catalog.Operation(tc.tool)
			route := "paas_write"
			if op.IsRead() {
				route = "paas_read"
			}
			got := r.call(request{tool: route, args: map[string]any{"tool": tc.tool, "arguments": args}})
			if !got.IsError {
				t.Fatalf("no error: %s", got.text())
			}
			for _, want := range tc.want {
				if !strings.Contains(got.text(), want) {
					t.Errorf("%s\nhas no %q", got.text(), want)
				}
			}
			for _, never := range []string{"the list call", "GET /"} {
				if strings.Contains(got.text(), never) {
					t.Errorf("%s\nsays %q, which is no operation", got.text(), never)
				}
			}
		})
	}
}

// TestInvalidArgumentsTeach: a validation error shows what is accepted, what was probably meant, and where a missing id comes
// from; it does not guess out of thin air.
func TestInvalidArgumentsTeach(t *testing.T) {
	t.Parallel()
	s := holding(t, schemas.Platforms()...)
	for _, tc := range []struct {
		tool, args string
		want       []string
	}{
		{
			"platformsh_environment_get", `{"project":"abc123","environment_id":"main"}`,
			[]string{"did you mean project_id?", "project_id comes from platformsh_org_project_list", "it takes project_id, environment_id"},
		},
		{"acquia_environment_get", `{}`, []string{"missing property 'environment_id'", "environment_id comes from acquia_environment_list"}},
		{
			"platformsh_project_invitation_create", `{"project_id":"abc123","email":"a@example.com","role":"admim"}`,
			[]string{"'admin', 'viewer'", "did you mean admin?"},
		},
		{"platformsh_integration_create", `{"project_id":"abc123","type":"Git-Hub"}`, []string{"did you mean github?", "'gitlab'"}},
		{"acquia_environment_get", `{"environment_id":"myapp.dev"}`, []string{"does not match pattern", "it comes from acquia_environment_list"}},
		{"acquia_application_get", `{"application_uuid":"myapp"}`, []string{"is not a valid uuid", "it comes from acquia_application_list"}},
		{"virtuozzo_environment_stop", `{"envName":"shop"}`, []string{"did you mean env_name?"}},
		{"acquia_environment_get", `{"environment_id":"` + envID + `","zzzzzzzz":1}`, []string{"not allowed"}},
	} {
		op, _ := s.Catalog.Operation(tc.tool)
		var args map[string]any
		if err := json.Unmarshal([]byte(tc.args), &args); err != nil {
			t.Fatal(err)
		}
		_, err := s.Validate(op, args)
		if err == nil {
			t.Errorf("%s %s is valid", tc.tool, tc.args)
			continue
		}
		for _, want := range tc.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s %s: %v, want %q", tc.tool, tc.args, err, want)
			}
		}
		if strings.Contains(tc.args, "zzzz") && strings.Contains(err.Error(), "did you mean") {
			t.Errorf("a guess out of thin air: %v", err)
		}
	}
}

// TestRefusalsTeach: a refusal says which rule decided, who can allow it, and how.
func TestRefusalsTeach(t *testing.T) {
	t.Parallel()
	deny := policy.Policy{{Name: "no invitations", Match: policy.Match{Tools: []string{"*_invitation_create"}}, Action: policy.Deny,
		Reason: "Ask the office."}}
	for _, tc := range []struct {
		name   string
		change func(*tools.Config)
		want   []string
	}{
		{
			"a rule", func(c *tools.Config) { c.Policy = deny },
			[]string{"Ask the office.", `Rule "no invitations" decided`, "policy file", "paas-mcp policy explain platformsh_project_invitation_create"},
		},
		{"no rule", func(c *tools.Config) { c.Policy = policy.Policy(nil) }, []string{"no rule of the policy allows it", "policy file"}},
		{"nobody can be asked", func(*tools.Config) {}, []string{"cannot ask its user", "paas-mcp call"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := withAnswers(t, &answers{}, tc.change)
			got := r.call(request{tool: "platformsh_project_invitation_create", mute: true,
				args: map[string]any{"project_id": "abc123", "email": "a@example.com"}})
			if !got.IsError {
				t.Fatal("it was not refused")
			}
			for _, want := range tc.want {
				if !strings.Contains(got.text(), want) {
					t.Errorf("%s\nhas no %q", got.text(), want)
				}
			}
		})
	}
}
