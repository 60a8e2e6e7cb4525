package related_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/related"
	"paasmcp/schemas"
)

func open(t testing.TB, include ...schemas.Flag) *schemas.Catalog {
	t.Helper()
	catalog, err := schemas.Open(include, schemas.Platforms()...)
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

// unlisted are the required ids that no read tells, each with where it comes from.
var unlisted = map[string]string{
	"platformsh_ssh_key_delete.key_id":              "only the deprecated me_get lists keys",
	"platformsh_ssh_key_get.key_id":                 "only the deprecated me_get lists keys",
	"platformsh_user_phone_confirm.verification_id": "the answer of platformsh_user_phone_verify",
	"acquia_private_network_peer_create.vpc_id":     "an id of AWS",
	"acquia_codebase_create.codebase_id":            "chosen by the caller",
	"platformsh_user_by_email_get.email":            "people know it",
	"platformsh_user_by_username_get.username":      "people know it",
}

func isID(op *schemas.Operation, argument string) bool {
	p, ok := op.Param(argument)
	if ok && p.In == "path" {
		return true
	}
	for _, suffix := range []string{"_id", "_ids", "_uuid", "_appid"} {
		if strings.HasSuffix(argument, suffix) {
			return true
		}
	}
	return slices.Contains([]string{"ids", "env_name", "app_unique_name", "node_group"}, argument)
}

// TestEveryIDHasASource walks every operation: each id that a call needs has a read that tells it, every suggestion is a row that
// is switched on, and the answer is the same every time.
func TestEveryIDHasASource(t *testing.T) {
	t.Parallel()
	var bad []string
	for _, include := range [][]schemas.Flag{nil, {schemas.Deprecated, schemas.Privileged}} {
		catalog := open(t, include...)
		m, again := related.New(catalog.Rows()), related.New(catalog.Rows())
		used := map[string]bool{}
		for _, row := range catalog.Rows() {
			op, _ := catalog.Operation(row.Name)
			list := m.Of(row.Name)
			for _, argument := range op.RequiredArguments() {
				if !isID(op, argument) {
					continue
				}
				key, source := row.Name+"."+argument, m.Source(row.Name, argument)
				_, known := unlisted[key]
				used[key] = true
				shown := slices.ContainsFunc(list, func(r related.Relation) bool { return r.Tool == source })
				switch {
				case source == "" && !known:
					bad = append(bad, key+": nothing lists it")
				case source != "" && !shown:
					bad = append(bad, fmt.Sprintf("%s: %s is not among %v", key, source, list))
				}
				if from, ok := catalog.Operation(source); source != "" && (!ok || !from.IsRead() || from.Platform != op.Platform) {
					bad = append(bad, key+": "+source+" is no read of this platform that is switched on")
				}
			}
			if len(list) > related.Most {
				bad = append(bad, fmt.Sprintf("%s: %d relations", row.Name, len(list)))
			}
			seen := map[string]bool{row.Name: true}
			for _, r := range list {
				to, ok := catalog.Operation(r.Tool)
				if !ok || seen[r.Tool] || r.Why == "" || to.Platform != op.Platform {
					bad = append(bad, fmt.Sprintf("%s: suggests %q for %q", row.Name, r.Tool, r.Why))
				}
				if ok && len(include) == 0 && slices.ContainsFunc(to.Flags, func(f schemas.Flag) bool { return f != schemas.Prerelease }) {
					bad = append(bad, row.Name+": suggests "+r.Tool+", which is not switched on")
				}
				seen[r.Tool] = true
			}
			if !slices.Equal(list, again.Of(row.Name)) {
				bad = append(bad, row.Name+": another answer the second time")
			}
			for _, tool := range []string{m.Shows(row.Name), m.Collection(row.Name)} {
				if to, ok := catalog.Operation(tool); tool != "" && (!ok || !to.IsRead()) {
					bad = append(bad, row.Name+": shown by "+tool)
				}
			}
		}
		for key := range unlisted {
			if !used[key] {
				bad = append(bad, key+": stands among the unlisted and is no required id")
			}
		}
	}
	if len(bad) > 0 {
		t.Errorf("%d violations:\n%s", len(bad), strings.Join(bad, "\n"))
	}
}

// TestWellKnown: what a person who knows the platforms would say.
func TestWellKnown(t *testing.T) {
	t.Parallel()
	m := related.New(open(t).Rows())
	for _, tc := range []struct{ tool, want, why string }{
		{"platformsh_environment_backup_restore", "platformsh_environment_backup_list", "lists backup_id"},
		{"platformsh_environment_backup_restore", "platformsh_environment_list", "lists environment_id"},
		{"platformsh_environment_backup_restore", "platformsh_environment_backup_get", "shows it"},
		{"platformsh_environment_backup_create", "platformsh_environment_backup_get", "shows it"},
		{"platformsh_environment_pause", "platformsh_environment_resume", "undoes it"},
		{"platformsh_org_member_get", "platformsh_org_member_list", "lists user_id"},
		{"platformsh_team_member_create", "platformsh_org_member_list", "lists user_id"},
		{"platformsh_environment_variable_create", "platformsh_environment_variable_delete", "undoes it"},
		{"platformsh_environment_variable_list", "platformsh_environment_variable_update", "acts on it"},
		{"acquia_environment_create", "acquia_environment_get", "shows it"},
		{"acquia_environment_create", "acquia_application_list", "lists application_uuid"},
		{"acquia_code_switch", "acquia_branch_list", "lists branch"},
		{"acquia_cron_disable", "acquia_cron_enable", "undoes it"},
		{"acquia_team_create", "acquia_team_get", "shows it"},
		{"acquia_v3_environment_update", "acquia_codebase_environment_list", "lists environment_id"},
		{"virtuozzo_node_restart_by_id", "virtuozzo_environment_get", "lists node_id"},
		{"virtuozzo_autoscaling_trigger_toggle", "virtuozzo_autoscaling_trigger_list", "lists trigger_id"},
		{"virtuozzo_load_alert_delete", "virtuozzo_load_alert_list", "lists trigger_id"},
		{"virtuozzo_environment_stop", "virtuozzo_environment_start", "undoes it"},
		{"virtuozzo_file_read", "virtuozzo_file_list", "lists path"},
	} {
		if !slices.Contains(m.Of(tc.tool), related.Relation{Tool: tc.want, Why: tc.why}) {
			t.Errorf("%s: %v has no %s (%s)", tc.tool, m.Of(tc.tool), tc.want, tc.why)
		}
	}
	for _, tc := range []struct{ tool, argument string }{
		{"platformsh_integration_create", "type"},    // a kind of integration, not of environment
		{"platformsh_invoice_download", "token"},     // comes with a mail
		{"acquia_certificate_create", "certificate"}, // the text of one
		{"virtuozzo_env_group_create", "group"},      // a new one
		{"virtuozzo_external_domain_bind", "domain"},
		{"acquia_email_domain_create", "domain"},
	} {
		if got := m.Source(tc.tool, tc.argument); got != "" {
			t.Errorf("%s of %s: %s cannot list it", tc.argument, tc.tool, got)
		}
	}
	for _, name := range []string{"", "no_such_tool"} {
		if len(m.Of(name)) > 0 || m.Shows(name) != "" || m.Collection(name) != "" || m.Source(name, "project_id") != "" {
			t.Errorf("%q has relations", name)
		}
	}
}

// TestOrder: list, get, act; what is made is looked at afterwards, and a read has no order.
func TestOrder(t *testing.T) {
	t.Parallel()
	m := related.New(open(t).Rows())
	for tool, want := range map[string][]string{
		"platformsh_environment_backup_delete": {
			"platformsh_org_project_list", "platformsh_environment_list", "platformsh_environment_backup_list", "platformsh_environment_backup_get",
			"platformsh_environment_backup_delete",
		},
		"acquia_cron_create":         {"acquia_environment_list", "acquia_cron_create", "acquia_cron_get"},
		"virtuozzo_environment_stop": {"virtuozzo_environment_list", "virtuozzo_environment_get", "virtuozzo_environment_stop"},
		"acquia_cron_list":           nil,
		"acquia_mod_proxy_enable":    {"acquia_environment_list", "acquia_mod_proxy_get", "acquia_mod_proxy_enable"},
		"acquia_invite_resend":       {"acquia_team_invite_list", "acquia_invite_get", "acquia_invite_resend"},
		"no_such_tool":               nil,
	} {
		if got := m.Order(tool); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", tool, got, want)
		}
	}
}

// TestReadsSuggestNothingFarOff: who reads a part of a thing is not told how to delete the whole.
func TestReadsSuggestNothingFarOff(t *testing.T) {
	t.Parallel()
	m := related.New(open(t).Rows())
	for tool, never := range map[string]string{
		"platformsh_org_estimate_get":       "platformsh_org_delete",
		"platformsh_user_team_list":         "platformsh_user_totp_delete",
		"acquia_environment_site_list":      "acquia_environment_delete",
		"acquia_subscription_visits_by_app": "acquia_code_studio_enable",
		"acquia_application_rename":         "acquia_remote_admin_update",
	} {
		if slices.ContainsFunc(m.Of(tool), func(r related.Relation) bool { return r.Tool == never }) {
			t.Errorf("%s suggests %s", tool, never)
		}
	}
	for tool, want := range map[string]string{ // a list that stands alone says what it is for
		"acquia_permission_list":     "acquia_role_create",
		"platformsh_user_me_get":     "platformsh_user_get",
		"virtuozzo_template_list":    "virtuozzo_environment_create",
		"platformsh_org_address_get": "platformsh_org_address_update",
	} {
		if !slices.ContainsFunc(m.Of(tool), func(r related.Relation) bool { return r.Tool == want }) {
			t.Errorf("%s does not suggest %s: %v", tool, want, m.Of(tool))
		}
	}
}

// TestGives: only for access, which people have or have not; another thing that is not there has a wrong id.
func TestGives(t *testing.T) {
	t.Parallel()
	m := related.New(open(t).Rows())
	for name, want := range map[string]string{
		"platformsh_project_user_access_update": "platformsh_project_user_access_create",
		"platformsh_org_member_update":          "platformsh_org_member_create",
		"acquia_cron_update":                    "",
		"platformsh_project_user_access_delete": "",
		"no_such_row":                           "",
	} {
		if got := m.Gives(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestUndoes: undoing goes both ways or is said to be impossible.
func TestUndoes(t *testing.T) {
	t.Parallel()
	catalog := open(t)
	m := related.New(catalog.Rows())
	n := 0
	for _, row := range catalog.Rows() {
		for _, r := range m.Of(row.Name) {
			if r.Why != "undoes it" {
				continue
			}
			n++
			if strings.HasSuffix(row.Name, "_delete") || slices.Contains(row.Risk, schemas.Irreversible) || row.IsRead() {
				t.Errorf("%s is said to be undone by %s", row.Name, r.Tool)
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d operations are undone by another", n)
	}
}

func BenchmarkFirst(b *testing.B) {
	rows := open(b).Rows()
	for b.Loop() {
		related.New(rows).Of("platformsh_environment_backup_restore")
	}
}
