package preview

import "sync"

// platformshNeeds is what calls of Platform.sh cannot work without.
var platformshNeeds = sync.OnceValue(func() []need {
	environment := []string{"id", "name", "machine_name"}
	return []need{
		{of: []string{"environment_branch"}, at: "name", what: "environment", read: "environment_list", keys: []string{"name", "id"}, taken: true},
		{of: []string{"environment_update"}, at: "parent", what: "environment", read: "environment_list", keys: environment},
		{of: []string{"environment_backup_restore"}, at: "branch_from", what: "environment", read: "environment_list", keys: environment},
		{of: []string{"project_update"}, at: "default_branch", what: "environment", read: "environment_list", keys: []string{"name", "id"}},
		{of: []string{"project_invitation_create"}, at: "environments[].id", what: "environment", read: "environment_list", keys: environment},
		{of: []string{"source_operation_run"}, at: "operation", what: "source operation", read: "source_operation_list", keys: []string{"operation"}},

		{of: []string{"project_domain_create"}, at: "name", what: "domain", read: "project_domain_list", keys: []string{"name"}, taken: true},
		{of: []string{"environment_domain_create"}, at: "name", what: "domain", read: "environment_domain_list", keys: []string{"name"}, taken: true},
		{of: []string{"environment_domain_create"}, at: "replacement_for", what: "domain", read: "project_domain_list", keys: []string{"name"}},
		{of: []string{"deployment_target_create"}, at: "name", what: "deployment target", read: "deployment_target_list", keys: []string{"name"}, taken: true},

		{of: []string{"org_project_create"}, at: "region", what: "region", read: "org_region_list", keys: []string{"id"}},
		{of: []string{"subscription_create"}, at: "project_region", what: "region", read: "org_region_list", keys: []string{"id"}},
		{of: []string{"ticket_create"}, at: "category", what: "category", read: "ticket_category_list", keys: []string{"id"}},
		{of: []string{"ticket_create"}, at: "priority", what: "priority", read: "ticket_priority_list", keys: []string{"id"}},
	}
})

func (platformsh) needs() []need { return platformshNeeds() }
