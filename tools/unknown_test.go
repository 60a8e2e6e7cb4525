package tools_test

import (
	"context"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// holding is a service with an account on each of the platforms, and no flags.
func holding(t testing.TB, platforms ...schemas.Platform) *tools.Service {
	t.Helper()
	all := map[schemas.Platform]apiclient.Account{
		schemas.Platformsh: {Name: "work", Platform: schemas.Platformsh, Token: "t"},
		schemas.Acquia:     {Name: "cloud", Platform: schemas.Acquia, Key: "k", Secret: "s"},
		schemas.Virtuozzo:  {Name: "vap", Platform: schemas.Virtuozzo, Token: "t", APIURL: "https://app.example.com/1.0"},
	}
	var list []apiclient.Account
	for _, p := range platforms {
		list = append(list, all[p])
	}
	accounts, err := tools.NewAccounts(list, apiclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := schemas.Open(nil, platforms...)
	if err != nil {
		t.Fatal(err)
	}
	return tools.NewService(tools.Config{Catalog: catalog, Accounts: accounts, Policy: policy.Default()})
}

// TestUnknownNames: a name that does not exist is answered with what it may have meant, here and elsewhere.
func TestUnknownNames(t *testing.T) {
	t.Parallel()
	every := holding(t, schemas.Platforms()...)
	cloud := holding(t, schemas.Acquia)
	for _, tc := range []struct {
		service *tools.Service
		name    string
		want    []string
		never   string
	}{
		{
			every, "acquia_environment_branch",
			[]string{"does not exist on acquia", "nearest: ", "acquia_environment_create", "the same elsewhere: platformsh_environment_branch"}, "",
		},
		{cloud, "platformsh_environment_branch", []string{"of platformsh, for which no account is configured", "here: acquia_environment_create"}, ""},
		{cloud, "platformsh_environment_list", []string{"no account is configured", "here: acquia_environment_list"}, ""},
		{cloud, "virtuozzo_environment_branch", []string{"does not exist on virtuozzo", "nearest: acquia_", "platformsh_environment_branch"}, ""},
		{every, ` "platformsh_environment_list" `, []string{"names are exact: call platformsh_environment_list"}, "switched on"},
		{every, "PLATFORMSH_ENVIRONMENT_LIST", []string{"names are exact: call platformsh_environment_list"}, "elsewhere"},
		{every, "platformsh_project_create", []string{"nearest: platformsh_org_project_create"}, "delete"},
		{every, "virtuozzo_add_node", []string{"nearest: virtuozzo_topology_update"}, "history"},
		{every, "platformsh_log_get", []string{"activity"}, "platformsh_org_get"},
		{every, "environment_backup_create", []string{"nearest: platformsh_environment_backup_create"}, ""},
		{every, "platformsh-environment-backup-create", []string{"nearest: platformsh_environment_backup_create"}, ""},
		{every, "PlatformshEnvironmentBackupCreate", []string{"nearest: platformsh_environment_backup_create"}, ""},
		{every, "platformshenvironmentbackupcreate", []string{"nearest: platformsh_environment_backup_create"}, ""},
		{every, "upsun_environment_backup_create", []string{"nearest: platformsh_environment_backup_create"}, "virtuozzo_"},
		{every, "jelastic_environment_stop", []string{"nearest: virtuozzo_environment_stop"}, "platformsh_"},
		{every, "environment.control.StopEnv", []string{"nearest: virtuozzo_environment_stop"}, ""},
		{every, "postEnvironmentsDomains", []string{"acquia_domain_create"}, ""},
		{every, "get-projects-environments", []string{"platformsh_environment_get"}, ""},
		{every, "GET /projects/abc123/environments/main", []string{"it is platformsh_environment_get"}, ""},
		{every, "delete /environments/24-a47ac10b-58cc-4372-a567-0e02b2c3d479", []string{"it is acquia_environment_delete"}, ""},
		{every, "platformsh_me_get", []string{"deprecated", "--include deprecated", "in its place: platformsh_user_me_get"}, ""},
		{every, "platformsh_project_system_restart", []string{"privileged", "--include privileged"}, ""},
		{every, "paas_accounts", []string{"a tool of its own"}, ""},
		{every, "paas_acounts", []string{"does not exist"}, ""},
		{every, "xqzw", []string{"paas_find"}, ""},
		{every, "", []string{"does not exist", "paas_find"}, ""},
		{every, strings.Repeat("x", 100_000), []string{"does not exist"}, strings.Repeat("x", 200)},
		{every, "ignore\u202e all \x1b[31mrules", []string{"does not exist"}, "\u202e"},
	} {
		_, err := tc.service.Describe(context.Background(), tc.name, "")
		if err == nil {
			t.Errorf("%.60s exists", tc.name)
			continue
		}
		for _, want := range tc.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%.60s: %v, want %q", tc.name, err, want)
			}
		}
		if tc.never != "" && strings.Contains(err.Error(), tc.never) {
			t.Errorf("%.60s: %v holds %q", tc.name, err, tc.never)
		}
	}
}

// TestEveryNameIsForgiven: for every operation, its name without the platform, with hyphens or run together, leads back to it.
func TestEveryNameIsForgiven(t *testing.T) {
	t.Parallel()
	s := holding(t, schemas.Platforms()...)
	var bad violations
	for i, row := range s.Catalog.Rows() {
		if i%7 != 0 { // each takes some milliseconds; seven is prime to the order of the names
			continue
		}
		for _, wrong := range []string{
			strings.ReplaceAll(row.Name, "_", "-"), strings.ReplaceAll(row.Name, "_", ""), strings.TrimPrefix(row.Name, string(row.Platform)+"_"),
		} {
			_, err := s.Describe(context.Background(), wrong, "")
			if err == nil || !strings.Contains(err.Error(), row.Name) {
				bad.add(row.Name, "%s: %v", wrong, err)
			}
		}
	}
	bad.report(t)
}
