package preview

import (
	"cmp"
	"slices"
	"strings"
)

// variable shows which value wins where the same name exists twice, and who sees the variable.
func (p platformsh) variable(l *look) {
	name := cmp.Or(l.argument("name"), l.argument("variable_id"))
	onEnvironment := l.argument("environment_id") != ""
	l.inOrder(
		func(l *look) {
			if !strings.HasSuffix(l.Op.Name, "_create") {
				return
			}
			tool, args := "platformsh_project_variable_list", l.these("project_id")
			if onEnvironment {
				tool, args = "platformsh_environment_variable_list", l.these("project_id", "environment_id")
			}
			if old, err := p.listed(l, tool, args, "name", name); err != nil {
				l.doubt("whether the variable exists", err)
			} else if old != nil {
				l.detail("exists already", with(name, variableFacts(old)...))
				l.change(name, hiddenOld, hiddenNew)
			}
		},
		func(l *look) {
			if !onEnvironment {
				return
			}
			if other, err := p.listed(l, "platformsh_project_variable_list", l.these("project_id"), "name", name); err != nil {
				l.doubt("a project variable of the same name", err)
			} else if other != nil {
				l.detail("project variable of the same name", with(name, variableFacts(other)...))
			}
		},
		func(l *look) {
			if onEnvironment {
				p.children(l, "children, which can inherit it")
				l.detail("takes effect", "at once: the environment is redeployed")
				return
			}
			p.everywhere(l, "environments that get it")
			l.detail("takes effect", "with the next deployment of each environment")
		},
	)
}

// listed finds an object of a list by a field, nil when there is none.
func (platformsh) listed(l *look, tool string, args map[string]any, field, value string) (map[string]any, error) {
	list, err := l.list(tool, args)
	if err != nil {
		return nil, err
	}
	for _, item := range list {
		if first(item, field) == value {
			return item, nil
		}
	}
	return nil, nil
}

// everywhere lists the environments of the project that run, production first.
func (p platformsh) everywhere(l *look, label string) {
	list, err := p.environmentList(l)
	if err != nil {
		l.doubt(label, err)
		return
	}
	var production, others []string
	for _, environment := range list {
		name := with(first(environment, "id", "name"), first(environment, "type"))
		switch {
		case first(environment, "status") == "inactive":
		case first(environment, "type") == "production":
			production = append(production, name)
		default:
			others = append(others, name)
		}
	}
	l.along(label, counted(append(production, others...), 5))
}

// domain shows what answers on the host name now and which certificates go with it.
func (p platformsh) domain(l *look) {
	name := cmp.Or(l.argument("name"), l.argument("domain_id"))
	isDefault, _ := l.Args["is_default"].(bool)
	l.inOrder(
		func(l *look) {
			project, err := p.project(l)
			if err != nil {
				return // said already where it was read as a part of the target
			}
			now := first(project, "default_domain")
			if isDefault && now != name {
				l.change("default domain", now, name)
			}
		},
		func(l *look) {
			environment := l.argument("environment_id")
			if _, given := l.Args["environment_id"]; !given {
				project, err := p.project(l)
				if err != nil {
					return
				}
				environment = first(project, "default_branch")
			}
			if environment == "" {
				return
			}
			if found, err := p.environment(l, environment); err != nil {
				l.doubt("environment "+environment, err)
			} else if strings.HasSuffix(l.Op.Name, "_create") {
				l.detail("point the DNS at", first(found, "edge_hostname"))
			}
			p.addresses(l, environment)
		},
		func(l *look) {
			certificates, err := l.list("platformsh_certificate_list", l.these("project_id"))
			if err != nil {
				l.doubt("certificates", err)
				return
			}
			for _, c := range certificates {
				if slices.Contains(texts(c["domains"]), name) {
					l.along("certificate", with(name, certificateResource(c).facts...))
				}
			}
		},
	)
}

// certificate shows for which names the new one is good, and what serves them now.
func (p platformsh) certificate(l *look) {
	var domains []string
	if leaf, err := certificate(l.argument("certificate")); err == nil {
		domains = certifies(leaf)
	} else if now, err := l.object("platformsh_certificate_get", l.these("project_id", "certificate_id")); err == nil {
		domains = texts(now["domains"])
	}
	certificates, err := l.list("platformsh_certificate_list", l.these("project_id"))
	if err != nil {
		l.doubt("other certificates", err)
		return
	}
	covered := map[string]bool{}
	var others []string
	for _, c := range certificates {
		if first(c, "id") == l.argument("certificate_id") {
			continue
		}
		for _, domain := range domains {
			if slices.Contains(texts(c["domains"]), domain) {
				covered[domain] = true
				others = append(others, with(domain, certificateResource(c).facts...))
			}
		}
	}
	l.detail("other certificates for the same names", some(others, 3))
	if l.Op.Name == "platformsh_certificate_delete" {
		var bare []string
		for _, domain := range domains {
			if !covered[domain] {
				bare = append(bare, domain)
			}
		}
		l.along("names left without a certificate of their own", some(bare, 5))
	}
}

// route shows the routes that answer already, and that a Git integration would undo the change.
func (p platformsh) route(l *look) {
	environment := l.argument("environment_id")
	if now, err := p.environment(l, environment); err == nil {
		if remote, _ := now["has_remote"].(bool); remote {
			l.detail("the code comes from outside", "the Git integration of the project can undo this change")
		}
	}
	p.addresses(l, environment)
	if l.Op.Name == "platformsh_environment_route_create" {
		old, err := p.listed(l, "platformsh_environment_route_list", l.these("project_id", "environment_id"), "id", l.argument("id"))
		if err == nil && old != nil && l.argument("id") != "" {
			to := func(route map[string]any) string {
				return with(first(route, "type"), prefixed("to ", first(route, "to", "upstream")))
			}
			l.change("route "+l.argument("id"), to(old), to(l.Masked))
		}
	}
	l.detail("takes effect", "at once: the environment is redeployed")
}
