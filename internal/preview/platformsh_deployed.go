package preview

import "slices"

// deployed is the running configuration of an environment: the only place where addresses stand as visitors type them. It is nil
// where nothing runs, or where it cannot be read, which is said.
func (p platformsh) deployed(l *look, environment map[string]any) map[string]any {
	id := first(environment, "id", "name")
	if id == "" {
		return nil // it could not be read, and that is said where it was tried
	}
	if has, known := environment["has_deployment"].(bool); known && !has || first(environment, "status") == "inactive" {
		return nil
	}
	deployment, err := l.object("platformsh_environment_deployment_get",
		map[string]any{"project_id": l.Args["project_id"], "environment_id": id, "deployment_id": "current"})
	if err != nil {
		l.doubt("what runs on "+id, err)
		return nil
	}
	return deployment
}

// addresses lists where an environment answers.
func (p platformsh) addresses(l *look, id string) {
	if environment, err := p.environment(l, id); err == nil {
		p.addressesOf(l, environment)
	}
}

// addressesOf lists the primary route first.
func (p platformsh) addressesOf(l *look, environment map[string]any) {
	routes, _ := p.deployed(l, environment)["routes"].(map[string]any)
	var primary, others []string
	for url, v := range routes {
		route, _ := v.(map[string]any)
		switch isPrimary, _ := route["primary"].(bool); {
		case first(route, "type") == "redirect":
		case isPrimary:
			primary = append(primary, url)
		default:
			others = append(others, url)
		}
	}
	slices.Sort(primary)
	slices.Sort(others)
	l.detail("address", some(append(primary, others...), 3))
}

// services lists the databases and other services whose data an environment holds, and the applications with files.
func (p platformsh) services(l *look, id string) {
	environment, err := p.environment(l, id)
	if err != nil {
		return
	}
	deployment := p.deployed(l, environment)
	services, _ := deployment["services"].(map[string]any)
	var data []string
	for name, v := range services {
		service, _ := v.(map[string]any)
		data = append(data, with(name, first(service, "type")))
	}
	slices.Sort(data)
	l.along("data of services", some(data, 6))

	apps, _ := deployment["webapps"].(map[string]any)
	var files []string
	for name, v := range apps {
		app, _ := v.(map[string]any)
		mounts, _ := app["mounts"].(map[string]any)
		for path, m := range mounts {
			if mount, _ := m.(map[string]any); first(mount, "source") != "tmp" {
				files = append(files, name+":"+path)
			}
		}
	}
	slices.Sort(files)
	l.along("files", some(files, 6))
}
