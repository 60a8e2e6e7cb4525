package preview

import (
	"slices"
	"strings"
)

// run shows the command behind the name of an operation, which the code of the project defines.
func (p platformsh) run(l *look) {
	id, operation := l.argument("environment_id"), l.argument("operation")
	l.inOrder(
		func(l *look) {
			if l.Op.Name == "platformsh_runtime_operation_run" {
				p.runtimeCommand(l, operation)
				return
			}
			list, err := l.list("platformsh_source_operation_list", l.these("project_id", "environment_id"))
			if err != nil {
				l.doubt("the command of "+operation, err)
				return
			}
			for _, o := range list {
				if first(o, "operation") == operation {
					l.detail("command", with(first(o, "command"), prefixed("on ", first(o, "app"))))
				}
			}
		},
		func(l *look) { p.backups(l, id) },
	)
	p.backupFirst(l, id)
}

// runtimeCommand looks into the running configuration: operations stand with applications and workers.
func (platformsh) runtimeCommand(l *look, operation string) {
	deployment, err := l.object("platformsh_environment_deployment_get", l.these("project_id", "environment_id", "deployment_id"))
	if err != nil {
		return // said already where it was read as a part of the target
	}
	var services, there []string
	for _, group := range []string{"webapps", "workers"} {
		apps, _ := deployment[group].(map[string]any)
		for name, app := range apps {
			services = append(services, name)
			operations, _ := field(map[string]any{"app": app}, "app.operations").(map[string]any)
			for o, is := range operations {
				if name != l.argument("service") {
					continue
				}
				if there = append(there, o); o == operation {
					command, _ := is.(map[string]any)
					l.detail("command", with(first(command, "commands.start"), prefixed("on ", name)))
				}
			}
		}
	}
	const tool = "platformsh_environment_deployment_get"
	switch {
	case !slices.Contains(services, l.argument("service")):
		l.absent("app or worker", l.argument("service"), services, true, tool)
	case !slices.Contains(there, operation):
		l.absent("operation of "+l.argument("service"), operation, there, true, tool)
	}
}

// versions shows how the traffic is divided now.
func (p platformsh) versions(l *look) {
	list, err := l.list("platformsh_environment_version_list", l.these("project_id", "environment_id"))
	if err != nil {
		l.doubt("how the traffic is divided", err)
		return
	}
	var shares []string
	for _, v := range list {
		shares = append(shares, with(first(v, "id"), prefixed("commit ", short(first(v, "commit"))), percent(first(v, "routing.percentage"))))
	}
	l.detail("versions now", some(shares, 4))
	p.addresses(l, l.argument("environment_id"))
}

// autoscaling replaces all settings, also those of services that the call does not name.
func (platformsh) autoscaling(l *look) {
	now, err := l.object("platformsh_autoscaling_settings_get", l.these("project_id", "environment_id"))
	if err != nil {
		l.doubt("what is replaced", err)
		return
	}
	l.change("services", show(now["services"]), show(l.Masked["services"]))
}

// integration shows what an outside service gets or loses. A source integration makes the branches of the project follow those of
// another repository.
func (p platformsh) integration(l *look) {
	kind, about := l.argument("type"), ""
	if l.Op.Name == "platformsh_integration_delete" {
		if now, err := l.object("platformsh_integration_get", l.these("project_id", "integration_id")); err == nil {
			kind = first(now, "type")
		}
	}
	for _, name := range []string{"repository", "project", "url", "base_url", "service_id", "host", "channel", "recipients"} {
		if value := show(l.Masked[name]); value != "" && about == "" {
			about = value
		}
	}
	if l.Op.Name != "platformsh_integration_delete" {
		l.detail("outside service", strings.TrimSpace(kind+" "+about))
	}
	prunes, _ := l.Args["prune_branches"].(bool)
	l.inOrder(
		func(l *look) {
			if l.Op.Name != "platformsh_integration_create" {
				return
			}
			list, err := l.list("platformsh_integration_list", l.these("project_id"))
			if err != nil {
				l.doubt("integrations that exist", err)
				return
			}
			var same []string
			for _, other := range list {
				if t := first(other, "type"); t == kind || isSource(t) && isSource(kind) {
					same = append(same, integrationResource(other).name)
				}
			}
			l.detail("exists already", some(same, 3))
		},
		func(l *look) {
			if !isSource(kind) {
				return
			}
			list, err := p.environmentList(l)
			if err != nil {
				l.doubt("environments", err)
				return
			}
			var names, requests []string
			for _, environment := range list {
				name := environmentName(environment)
				names = append(names, name)
				if pr, _ := environment["is_pr"].(bool); pr {
					requests = append(requests, name)
				}
			}
			switch {
			case l.Op.Name == "platformsh_integration_delete":
				l.along("environments of pull requests, which stay", counted(requests, 5))
			case prunes:
				l.along("environments that are deleted if their branch is not there", counted(names, 5))
			default:
				l.along("environments whose code comes from there", counted(names, 5))
			}
		},
	)
}
