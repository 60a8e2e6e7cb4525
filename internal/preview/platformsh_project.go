package preview

import (
	"cmp"
	"slices"
)

// deleteProject shows everything that goes with a project. Nothing of it comes back, and no backup outlives it.
func (p platformsh) deleteProject(l *look) {
	id, err := p.projectID(l)
	if err != nil {
		l.doubt("the project of the subscription", err)
		return
	}
	args := map[string]any{"project_id": id}
	l.inOrder(
		func(l *look) {
			project, err := p.project(l)
			if err != nil {
				l.doubt("the project", err)
				return
			}
			r, _ := p.resource("platformsh_project_get", project)
			l.target.Name = r.name              // people do not know projects by their ids
			if l.argument("project_id") == "" { // otherwise it is a part of the path and shown already
				l.detail("project", describe(r, text(id)))
			}
			l.states("project", r)
		},
		func(l *look) {
			list, err := p.environmentList(l)
			if err != nil {
				l.doubt("environments", err)
				return
			}
			var names []string
			newest := ""
			for _, environment := range list {
				names = append(names, environmentName(environment))
				newest = max(newest, first(environment, "last_backup_at"))
			}
			l.along("environments with their data", counted(names, 5))
			l.along("backups, the last one", cmp.Or(when(newest), "none"))
		},
		func(l *look) {
			list, err := l.list("platformsh_project_domain_list", args)
			if err != nil {
				l.doubt("domains", err)
				return
			}
			l.along("domains", counted(names(list, "name", "id"), 5))
		},
		func(l *look) {
			list, err := l.list("platformsh_project_user_access_list", args)
			if err != nil {
				l.doubt("people with access", err)
				return
			}
			l.along("people who lose access", atLeast(len(list)))
		},
		func(l *look) {
			if l.Op.Name != "platformsh_project_delete" {
				return // two reads went to organization and contract
			}
			list, err := l.list("platformsh_integration_list", args)
			if err != nil {
				l.doubt("integrations", err)
				return
			}
			var integrations []string
			for _, i := range list {
				integrations = append(integrations, integrationResource(i).name)
			}
			l.along("integrations", counted(integrations, 3))
		},
	)
	p.organization(l)
}

// organization names the organization of a project that the call names alone.
func (p platformsh) organization(l *look) {
	if l.argument("organization_id") != "" {
		return
	}
	project, err := p.project(l)
	if err != nil {
		return
	}
	id := first(project, "organization")
	if id == "" {
		return
	}
	organization, err := l.object("platformsh_org_get", map[string]any{"organization_id": id})
	if err != nil {
		l.doubt("organization "+id, err)
		return
	}
	r, _ := p.resource("platformsh_org_get", organization)
	l.detail("organization", describe(r, id))
}

// updateProject shows which environment becomes production.
func (p platformsh) updateProject(l *look) {
	next := l.argument("default_branch")
	if next == "" {
		return
	}
	project, err := p.project(l)
	if err != nil {
		return
	}
	l.inOrder(
		func(l *look) { p.source(l, "becomes production", next) },
		func(l *look) {
			if now := first(project, "default_branch"); now != "" && now != next {
				p.source(l, "is production now", now)
			}
		},
		func(l *look) {
			if domains, err := l.list("platformsh_project_domain_list", l.these("project_id")); err != nil {
				l.doubt("domains", err)
			} else {
				l.along("domains that move", counted(names(domains, "name", "id"), 5))
			}
		},
	)
}

// names lists one field of every object, sorted.
func names(list []map[string]any, fields ...string) []string {
	var all []string
	for _, item := range list {
		all = append(all, cmp.Or(first(item, fields...), "?"))
	}
	slices.Sort(all)
	return all
}

// atLeast writes a number that is only a lower bound when the list was cut.
func atLeast(n int) string {
	if n >= fullList {
		return text(n) + " or more"
	}
	return text(n)
}
