package tools

import (
	"slices"

	"paasmcp/schemas"
)

// everydayTools is how many operations are offered directly by default; all platforms together share the number. Every tool here is
// sent to every model with every request, and the list with the hand-written tools has to stay below 4,000 tokens whatever the accounts:
// an operation costs 90 to 260 of them, those of Platform.sh most. So the list holds what a working day begins with (what is
// there, what happened to it) and the few changes that it consists of; one more search finds the rest. Logs and the state of
// jobs are left to paas_logs and paas_wait, which serve all platforms.
const everydayTools = 14

// everyday are the operations of a working day, the most wanted ones of each platform first.
var everyday = [][]string{
	{
		"platformsh_environment_list",
		"platformsh_environment_activity_list",
		"platformsh_environment_redeploy",
		"platformsh_environment_backup_create",
		"platformsh_environment_branch",
		"platformsh_user_extended_access_list",
		"platformsh_environment_get",
		"platformsh_environment_merge",
		"platformsh_environment_backup_list",
		"platformsh_environment_variable_list",
		"platformsh_project_get",
		"platformsh_environment_synchronize",
		"platformsh_environment_backup_restore",
		"platformsh_project_domain_list",
	},
	{
		"acquia_application_list",
		"acquia_environment_list",
		"acquia_code_switch",
		"acquia_database_backup_create",
		"acquia_application_notification_list",
		"acquia_environment_get",
		"acquia_environment_caches_clear",
		"acquia_environment_database_copy",
		"acquia_database_backup_list",
		"acquia_database_backup_restore",
		"acquia_code_deploy",
		"acquia_variable_list",
		"acquia_variable_update",
		"acquia_domain_list",
	},
	{
		"virtuozzo_environment_list",
		"virtuozzo_environment_get",
		"virtuozzo_node_restart",
		"virtuozzo_environment_start",
		"virtuozzo_environment_stop",
		"virtuozzo_action_list",
		"virtuozzo_deployment_list",
		"virtuozzo_deployment_pull",
		"virtuozzo_environment_clone",
		"virtuozzo_env_vars_get_by_group",
		"virtuozzo_env_vars_add",
		"virtuozzo_domain_list",
		"virtuozzo_external_domain_bind",
		"virtuozzo_container_redeploy_by_group",
	},
}

// Everyday lists the everyday operations of all platforms.
func Everyday() []string { return slices.Concat(everyday...) }

// everydayOf picks the everyday operations of the platforms in the catalogue: in turn the next of each, until the
// number is reached.
func everydayOf(catalog *schemas.Catalog) map[string]bool {
	picked := map[string]bool{}
	for rank := range everydayTools {
		for _, list := range everyday {
			if rank >= len(list) || len(picked) == everydayTools {
				continue
			}
			if _, present := catalog.Row(list[rank]); present {
				picked[list[rank]] = true
			}
		}
	}
	return picked
}
