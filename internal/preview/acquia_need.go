package preview

import "sync"

// acquiaNeeds is what calls of Acquia Cloud cannot work without.
var acquiaNeeds = sync.OnceValue(func() []need {
	const (
		code      = "branch or tag"
		database  = "database"
		role      = "role"
		parameter = "application_uuid"
	)
	// ofEnvironment takes the application from the id of a classic environment.
	ofEnvironment := func(l *look) map[string]any {
		id := l.argument("environment_id")
		if !acquiaClassic.MatchString(id) {
			return nil
		}
		return map[string]any{parameter: acquiaApplication(id)}
	}
	ofSource := func(l *look) map[string]any {
		id := l.argument("source")
		if id == "" {
			return nil
		}
		return map[string]any{"environment_id": id}
	}
	besideSource := func(l *look) map[string]any { // the id of an environment ends in that of its application
		if id := l.argument("source"); acquiaClassic.MatchString(id) {
			return map[string]any{parameter: acquiaApplication(id)}
		}
		return ofEnvironment(l)
	}
	ofTeam := func(l *look) map[string]any {
		team, err := l.object("acquia_team_get", l.these("team_uuid"))
		if err != nil {
			return nil // said already
		}
		return map[string]any{"organization_uuid": first(team, "organization.uuid")}
	}
	newest := func(l *look) map[string]any { // as [look.acquiaBackups] reads them, so that it is one read
		args := l.these("environment_id", "database_name")
		args["sort"] = "-created"
		return args
	}
	return []need{
		{of: []string{"code_switch"}, at: "branch", what: code, read: "branch_list", keys: []string{"name"}, with: ofEnvironment},
		{of: []string{"environment_create"}, at: "branch", what: code, read: "branch_list", keys: []string{"name"}},
		{of: []string{"remote_admin_update"}, at: "merge_branch", what: "branch", read: "branch_list", keys: []string{"name"}},
		{of: []string{"bulk_code_switch_create"}, at: "reference", what: code, read: "codebase_reference_list", keys: []string{"name", "id"}},
		{of: []string{"bulk_code_switch_create"}, at: "targets[].environment_id", what: "environment", read: "codebase_environment_list",
			keys: []string{"id", "uuid", "name"}},
		{of: []string{"artifact_switch"}, at: "artifact_id", what: "artifact", read: "artifact_list", keys: []string{"id", "name"}, with: ofEnvironment},

		{of: []string{"environment_create"}, at: "databases[]", what: database, read: "application_database_list", keys: []string{"name"}},
		{of: []string{"code_deploy", "environment_database_copy", "environment_files_copy"}, at: "source", what: "environment", read: "environment_list",
			keys: []string{"id"}, with: besideSource},
		{of: []string{"environment_database_copy"}, at: "name", what: database, read: "environment_database_list", keys: []string{"name"}, with: ofSource},
		{of: []string{"database_backup_create", "database_backup_restore", "database_backup_delete"}, at: "database_name", what: database,
			read: "environment_database_list", keys: []string{"name"}},
		{of: []string{"application_database_delete", "application_database_erase"}, at: "database_name", what: database,
			read: "application_database_list", keys: []string{"name"}},
		{of: []string{"search_index_create"}, at: "database_role", what: database, read: "environment_database_list", keys: []string{"name"}},
		{of: []string{"database_backup_restore", "database_backup_delete"}, at: "backup_id", what: "backup", read: "database_backup_list",
			keys: []string{"id"}, with: newest},

		{of: []string{"certificate_create"}, at: "csr_id", what: "certificate request", read: "csr_list", keys: []string{"id"}},
		{of: []string{"environment_caches_clear", "domains_varnish_clear"}, at: "domains[]", what: "domain", read: "domain_list", keys: []string{"hostname"}},
		{of: []string{"search_index_create", "search_index_update"}, at: "config_set_id", what: "configuration set", read: "search_config_set_list",
			keys: []string{"id"}, with: ofEnvironment},
		{of: []string{"role_create", "role_update"}, at: "permissions[]", what: "permission", read: "permission_list", keys: []string{"name"}},
		{of: []string{"team_invite_create", "team_member_update"}, at: "roles[]", what: role, read: "role_list", keys: []string{"uuid"}, with: ofTeam},
		{of: []string{"email_domain_associate", "email_domain_disassociate"}, at: "domain_registration_uuid", what: "email domain",
			read: "application_email_domain_list", keys: []string{"uuid"}},
		{of: []string{"application_tag_create"}, at: "color", what: "color", read: "tag_color_list", keys: []string{"color", "name"}},
		{of: []string{"log_forwarding_create", "log_forwarding_update"}, at: "sources[]", what: "source of logs", read: "log_forwarding_source_list",
			keys: []string{"name", "label"}},
		{of: []string{"site_create"}, at: "codebase_id", what: "codebase", read: "codebase_list", keys: []string{"id"}},

		{of: []string{"application_database_create"}, at: "name", what: database, read: "application_database_list", keys: []string{"name"}, taken: true},
		{of: []string{"environment_create"}, at: "label", what: "environment", read: "environment_list", keys: []string{"label"}, taken: true},
		{of: []string{"domain_create"}, at: "hostname", what: "domain", read: "domain_list", keys: []string{"hostname"}, taken: true},
		{of: []string{"site_instance_domain_create"}, at: "domain", what: "domain", read: "site_instance_domain_list", keys: []string{"name", "hostname"}, taken: true},
		{of: []string{"role_create"}, at: "name", what: role, read: "role_list", keys: []string{"name"}, taken: true},
		{of: []string{"application_tag_create"}, at: "name", what: "tag", read: "application_tag_list", keys: []string{"name"}, taken: true},
		{of: []string{"codebase_create"}, at: "codebase_id", what: "codebase", read: "codebase_list", keys: []string{"id"}, taken: true},
	}
})

func (acquia) needs() []need { return acquiaNeeds() }
