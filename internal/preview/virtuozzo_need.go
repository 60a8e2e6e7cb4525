package preview

import (
	"slices"
	"strings"
	"sync"
)

// virtuozzoNeeds is what calls of the Virtuozzo Application Platform cannot work without.
var virtuozzoNeeds = sync.OnceValue(func() []need {
	const (
		layer  = "layer"
		domain = "domain"
	)
	account := func(*look) map[string]any { return map[string]any{} }
	// here is the environment that the call names, which is read anyway.
	here := func(l *look) map[string]any {
		if l.argument("env_name") == "" {
			return nil
		}
		return l.these("env_name")
	}
	layered := func(l *look) map[string]any { // a deployment is one of a layer
		if l.argument("node_group") == "" {
			return nil
		}
		return l.these("env_name", "node_group")
	}
	all := func(value string) bool { return strings.TrimSpace(value) == "*" }
	custom := func(value string) bool { return value == "docker" } // an image of the caller's own
	group := []string{"name"}
	return []need{
		{but: []string{"jps_install", "marketplace_app_install"}, at: "node_group", what: layer, read: "environment_get", in: "nodes",
			keys: []string{"nodeGroup"}, with: here}, // those may make it
		{of: []string{"trigger_*", "load_alert_*", "autoscaling_trigger_*"}, at: "data.nodeGroup", what: layer, read: "environment_get", in: "nodes", keys: []string{"nodeGroup"}, with: here},
		{of: []string{"node_group_update"}, at: "settings.name", what: layer, read: "environment_get", in: "nodes", keys: []string{"nodeGroup"}, with: here},
		{at: "node_type", what: "stack", read: "environment_get", in: "nodes", keys: []string{"nodeType"}, with: here},
		{at: "node_id", what: "node", read: "environment_get", in: "nodes", keys: []string{"id"}, with: here},
		{of: []string{"external_ip_detach"}, at: "ip", what: "public address", read: "environment_get", in: "nodes", keys: []string{"extIPs[]"}, with: here},
		{of: []string{"external_ip_move"}, at: "ips[]", what: "public address", read: "environment_get", in: "nodes", keys: []string{"extIPs[]"}, with: here, skip: all},

		{of: []string{"container_redeploy*"}, at: "tag", what: "image tag", read: "node_tag_list", keys: group, flag: "isRedeployable", with: redeployed},
		{of: []string{"environment_create", "topology_update"}, at: "nodes[].nodeType", what: "stack", read: "template_list", keys: []string{"nodeType", "name"},
			with: account, skip: custom},
		{of: []string{"environment_create"}, at: "env.region", what: "region", read: "region_list", keys: []string{"hardNodeGroups[].uniqueName"}, with: account},
		{of: []string{"environment_migrate", "jps_install", "marketplace_app_install"}, at: "region", what: "region", read: "region_list",
			keys: []string{"hardNodeGroups[].uniqueName"}, with: account},

		{of: []string{"environment_create"}, at: "env.shortdomain", what: "environment", read: "environment_list",
			keys: []string{"env.envName", "env.shortdomain"}, with: account, taken: true},
		{of: []string{"environment_clone"}, at: "new_env_name", what: "environment", read: "environment_list",
			keys: []string{"env.envName", "env.shortdomain"}, with: account, taken: true},
		{of: []string{"env_group_create"}, at: "group", what: "group", read: "env_group_list", keys: group, with: account, taken: true},
		{of: []string{"env_group_update"}, at: "new_name", what: "group", read: "env_group_list", keys: group, with: account, taken: true},
		{of: []string{"env_group_update", "env_group_isolation_toggle"}, at: "group", what: "group", read: "env_group_list", keys: group, with: account},
		{of: []string{"env_group_delete"}, at: "groups[]", what: "group", read: "env_group_list", keys: group, with: account},
		{of: []string{"env_group_detach_env", "environment_detach_group"}, at: "groups[]", what: "group of the environment", read: "environment_get", in: "envGroups",
			keys: group, with: here},
		{of: []string{"external_domain_bind"}, at: "domain", what: domain, read: "environment_get", in: "env.extDomains", keys: []string{"name", "domain"}, with: here, taken: true},
		{of: []string{"external_domain_bind_many"}, at: "domains[]", what: domain, read: "environment_get", in: "env.extDomains", keys: []string{"name", "domain"}, with: here, taken: true},
		{of: []string{"external_domain_unbind"}, at: "domain", what: domain, read: "environment_get", in: "env.extDomains", keys: []string{"name", "domain"}, with: here},

		{of: []string{"app_delete", "app_rename", "deployment_delete", "deployment_rename", "deployment_update"}, at: "context", what: "deployment", read: "deployment_list",
			keys: []string{"context"}, with: layered},
		{of: []string{"app_rename", "deployment_rename"}, at: "old_context", what: "deployment", read: "deployment_list", keys: []string{"context"}, with: layered},
		{at: "build_project_id", what: "project", read: "build_project_list", keys: []string{"id"}, with: here},
		{of: []string{"maven_project_*"}, at: "project", what: "project", read: "maven_project_list", keys: []string{"id", "name"}, with: here},
		{of: []string{"mount_delete"}, at: "path", what: "mount point", read: "mount_list", keys: []string{"path"}, with: here},
		{of: []string{"mount_delete_by_group"}, at: "path", what: "mount point", read: "mount_list", keys: []string{"path"}, with: here},

		{of: []string{"marketplace_app_delete", "marketplace_app_update", "marketplace_app_install", "favorite_app_add"}, at: "app_id", what: "app",
			read: "marketplace_app_list", keys: []string{"app_id", "id"}, with: account},
		{of: []string{"addon_install"}, at: "addon_id", what: "add-on", read: "addon_list", keys: []string{"app_id", "id"}, with: here},
		{of: []string{"token_create", "token_update"}, at: "token_template", what: "template", read: "token_template_list", keys: []string{"name", "id"}, with: account},
		{of: []string{"role_create", "role_update"}, at: "policies[]", what: "policy", read: "policy_list", keys: []string{"id", "name", "uniqueName"}, with: account},
		{of: []string{"shared_resource_set"}, at: "role_ids[]", what: "role", read: "role_list", keys: []string{"id"}, with: account},
		{of: []string{"shared_resource_add", "shared_resource_replace"}, at: "resources[].roleIds[]", what: "role", read: "role_list", keys: []string{"id"}, with: account},
	}
})

func (virtuozzo) needs() []need { return virtuozzoNeeds() }

// redeployed names the node whose tags count: the one of the call, or the first of its layer.
func redeployed(l *look) map[string]any {
	id := l.Args["node_id"]
	if l.argument("node_id") == "" {
		info, err := virtuozzo{}.get(l, l.argument("env_name"))
		if err != nil {
			return nil
		}
		nodes := virtuozzo{}.reached(l, objects(info["nodes"]))
		if len(nodes) == 0 {
			return nil
		}
		id = nodes[0]["id"]
	}
	return map[string]any{"env_name": l.Args["env_name"], "node_id": id}
}

// whileRunning are the beginnings of operations that work inside of nodes, and so only while the environment runs.
var whileRunning = []string{"command_run", "container_restart", "node_restart", "service_restart", "database_dump_restore", "environment_stop", "environment_sleep",
	"container_redeploy", "app_deploy", "archive_deploy", "repo_deploy", "deployment_pull", "vcs_project_pull", "build_project_build", "build_project_deploy",
	"build_project_pull", "maven_project_build", "maven_project_deploy", "file_append", "file_copy", "file_create", "file_delete", "file_rename", "file_text_replace",
	"file_unpack", "file_upload", "file_write", "mount_create"}

// running refuses what cannot work on an environment that is stopped.
func (virtuozzo) running(l *look, name, status string) {
	operation := strings.TrimPrefix(l.Op.Name, "virtuozzo_")
	if status == "stopped" && slices.ContainsFunc(whileRunning, func(start string) bool { return strings.HasPrefix(operation, start) }) {
		if operation == "environment_stop" || operation == "environment_sleep" {
			l.impossible("the environment %s is stopped already", quoted(name))
			return
		}
		l.impossible("the environment %s is stopped; virtuozzo_environment_start starts it", quoted(name))
	}
}
