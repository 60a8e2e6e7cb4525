package preview

import "strings"

// family adds to a card what its group of operations needs: at most four reads beside those of project and environment.
func (p platformsh) family(l *look) {
	p.state(l)
	switch name := strings.TrimPrefix(l.Op.Name, "platformsh_"); name {
	case "environment_deactivate":
		p.deactivate(l)
	case "environment_delete":
		p.deleteEnvironment(l)
	case "environment_activate":
		p.activate(l)
	case "environment_branch":
		p.branch(l)
	case "environment_update":
		p.updateEnvironment(l)
	case "environment_pause", "environment_resume":
		l.inOrder(func(l *look) { p.addresses(l, l.argument("environment_id")) }, func(l *look) { p.children(l, "children, which go on") })
	case "environment_merge":
		p.merge(l)
	case "environment_synchronize":
		p.synchronize(l)
	case "environment_redeploy", "environment_deploy", "environment_initialize":
		p.deploy(l)
	case "environment_backup_create", "environment_backup_delete":
		p.backups(l, l.argument("environment_id"))
	case "environment_backup_restore":
		p.restore(l)
	case "source_operation_run", "runtime_operation_run":
		p.run(l)
	case "environment_version_create", "environment_version_update", "environment_version_delete":
		p.versions(l)
	case "autoscaling_settings_replace":
		p.autoscaling(l)
	case "environment_variable_create", "environment_variable_update", "environment_variable_delete",
		"project_variable_create", "project_variable_update", "project_variable_delete":
		p.variable(l)
	case "project_domain_create", "project_domain_update", "project_domain_delete",
		"environment_domain_create", "environment_domain_update", "environment_domain_delete":
		p.domain(l)
	case "certificate_create", "certificate_update", "certificate_delete":
		p.certificate(l)
	case "environment_route_create", "environment_route_update", "environment_route_delete":
		p.route(l)
	case "integration_create", "integration_update", "integration_delete":
		p.integration(l)
	case "project_delete", "org_project_delete", "subscription_delete":
		p.deleteProject(l)
	case "project_update":
		p.updateProject(l)
	case "subscription_update", "org_project_update":
		p.changePlan(l)
	case "subscription_create", "org_project_create":
		p.buy(l)
	default:
		p.access(l)
	}
}
