package apiclient

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"paasmcp/schemas"
)

// What a search calls, under the names of the catalogue.
var (
	platformshMe           = locateRead(schemas.Platformsh, "platformsh_user_me_get", "GET /users/me", "", nil)
	platformshAccess       = locateRead(schemas.Platformsh, "platformsh_user_extended_access_list", "GET /users/{user_id}/extended-access", "items", &schemas.Paging{Style: "link"})
	platformshOrgProjects  = locateRead(schemas.Platformsh, "platformsh_org_project_list", "GET /organizations/{organization_id}/projects", "items", &schemas.Paging{Style: "cursor", Size: "page[size]", Max: 100})
	platformshProject      = locateRead(schemas.Platformsh, "platformsh_project_get", "GET /projects/{projectId}", "", nil)
	platformshDomains      = locateRead(schemas.Platformsh, "platformsh_project_domain_list", "GET /projects/{projectId}/domains", "$", nil)
	platformshEnvironments = locateRead(schemas.Platformsh, "platformsh_environment_list", "GET /projects/{projectId}/environments", "$", nil)
	platformshEnvDomains   = locateRead(schemas.Platformsh, "platformsh_environment_domain_list", "GET /projects/{projectId}/environments/{environmentId}/domains", "$", nil)
	platformshRoutes       = locateRead(schemas.Platformsh, "platformsh_environment_route_list", "GET /projects/{projectId}/environments/{environmentId}/routes", "$", nil)
)

func (*platformsh) locateReads() []*schemas.Operation {
	return []*schemas.Operation{
		platformshMe, platformshAccess, platformshOrgProjects, platformshProject, platformshDomains,
		platformshEnvironments, platformshEnvDomains, platformshRoutes,
	}
}

// What is looked at, as PartialError says it.
const (
	inProjects     = "projects"
	inEnvironments = "projects for domains of environments other than production"
)

// locate looks at one call per project first, since a project lists the domains of its production site. Only then does it
// look into the environments. The platform's own names hold the id of their project, which saves the search.
func (p *platformsh) locate(ctx context.Context, s *search) ([]Place, error) {
	projects, err := p.projects(ctx, s)
	if err != nil {
		return nil, err
	}
	var named, others []string
	for _, id := range projects {
		if namesProject(s.host, id) {
			named = append(named, id)
		} else {
			others = append(others, id)
		}
	}
	inEnvironment := func(ctx context.Context, id string) ([]Place, error) { return p.inEnvironments(ctx, s, id) }
	var places []Place
	for _, step := range []struct {
		what     string
		projects []string
		look     func(context.Context, string) ([]Place, error)
	}{
		{inEnvironments, named, inEnvironment},
		{inProjects, projects, func(ctx context.Context, id string) ([]Place, error) { return p.inProject(ctx, s, id) }},
		{inEnvironments, others, inEnvironment},
	} {
		found, err := s.scan(ctx, step.what, step.projects, step.look)
		if places = append(places, found...); err != nil || hasExact(places) {
			return places, err
		}
	}
	return places, nil
}

// projects lists the ids of the projects that the account can open. Who has rights on organizations only gets the
// projects of those.
func (p *platformsh) projects(ctx context.Context, s *search) ([]string, error) {
	me, err := s.read(ctx, &Request{Op: platformshMe, Method: platformshMe.Method(), Path: platformshMe.Path()})
	if err != nil {
		return nil, err
	}
	grants, err := s.listOf(ctx, platformshAccess, digText(me, "id"))
	if err != nil {
		return nil, err
	}
	projects, organizations := newSet(), newSet()
	for _, grant := range grants {
		switch id := digText(grant, "resource_id"); digText(grant, "resource_type") {
		case "project":
			projects.add(id)
		case "organization":
			organizations.add(id)
		}
	}
	if len(projects.ids) > 0 {
		return projects.ids, nil
	}
	for _, organization := range organizations.ids {
		list, err := s.listOf(ctx, platformshOrgProjects, organization)
		if err != nil && !ofOne(err) {
			return nil, err
		}
		for _, project := range list {
			projects.add(digText(project, "id"))
		}
	}
	return projects.ids, nil
}

// namesProject reports whether a host is one of the platform's own for a project: a part of it is the id, or ends with
// it, as in main-bvxea6i-PROJECT.eu-5.platformsh.site.
func namesProject(host, id string) bool {
	return slices.ContainsFunc(strings.Split(host, "."), func(label string) bool {
		return label == id || strings.HasSuffix(label, "-"+id)
	})
}

// inProject looks at the domains of a project.
func (p *platformsh) inProject(ctx context.Context, s *search, project string) ([]Place, error) {
	domains, err := s.listOf(ctx, platformshDomains, project)
	if err != nil {
		return nil, err
	}
	likenesses := map[likeness]int{}
	for _, d := range domains {
		likenesses[s.liken(digText(d, "name"))]++
	}
	if likenesses[unlike] == len(domains) {
		return nil, nil
	}
	environments, err := s.listOf(ctx, platformshEnvironments, project)
	if err != nil && likenesses[unlike]+likenesses[above] == len(domains) {
		return nil, err // otherwise the project is known, which is an answer without its environment
	}
	at := p.placeIn(ctx, s, project)
	live := at
	live.Production = known(true)
	for _, e := range environments {
		if digText(e, "type") == "production" {
			live = at.inEnvironment(project, e)
		}
	}
	var places []Place
	for _, d := range domains {
		name := digText(d, "name")
		switch like := s.liken(name); {
		case like == unlike:
		case digText(d, "replacement_for") != "" || digText(d, "type") == "replacement":
			elsewhere, _ := p.domainsOf(ctx, s, project, at, environments)
			if places = append(places, elsewhere...); len(elsewhere) == 0 && like > above {
				at.Production = known(false)
				places = append(places, at.has(s, name, CustomDomain, like))
			}
		case like != above:
			places = append(places, live.has(s, name, CustomDomain, like))
		case likenesses[same] == 0 && live.Environment.ID != "":
			routed, err := p.routed(ctx, s, project, live.Environment.ID, name)
			if err != nil {
				return places, err
			}
			if routed {
				places = append(places, live.has(s, name, RoutedDomain, same))
			}
		}
	}
	return places, nil
}

// placeIn is a project as a place, with its title. A project that is known by its id alone is still an answer.
func (p *platformsh) placeIn(ctx context.Context, s *search, project string) Place {
	at := Place{Project: Ref{ID: project}, Next: Step{platformshProject.Name, map[string]any{"project_id": project}}}
	if r, err := readOf(platformshProject, project); err == nil {
		if value, err := s.read(ctx, r); err == nil {
			at.Project.Name = digText(value, "title")
		}
	}
	return at
}

func (p Place) inEnvironment(project string, environment any) Place {
	p.Environment = refOf(environment, "id", "title", "name")
	if kind := digText(environment, "type"); kind != "" {
		p.Production = known(kind == "production")
	}
	p.Next = Step{"platformsh_environment_get", map[string]any{"project_id": project, "environment_id": p.Environment.ID}}
	return p
}

// inEnvironments looks for the platform's own names of a project's environments, and at the domains of those that
// are not production.
func (p *platformsh) inEnvironments(ctx context.Context, s *search, project string) ([]Place, error) {
	environments, err := s.listOf(ctx, platformshEnvironments, project)
	if err != nil {
		return nil, err
	}
	for _, e := range environments {
		edge, ok := foldHost(digText(e, "edge_hostname"))
		if ok && edge != "" && (s.host == edge || strings.HasSuffix(s.host, "."+edge) || strings.HasSuffix(s.host, "---"+edge)) {
			at := p.placeIn(ctx, s, project).inEnvironment(project, e)
			return []Place{at.has(s, digText(e, "edge_hostname"), DefaultDomain, same)}, nil
		}
	}
	places, err := p.domainsOf(ctx, s, project, Place{Project: Ref{ID: project}}, environments)
	if len(places) > 0 {
		title := p.placeIn(ctx, s, project).Project
		for i := range places {
			places[i].Project = title
		}
	}
	return places, err
}

// domainsOf looks at the domains of the environments that are not production.
func (p *platformsh) domainsOf(ctx context.Context, s *search, project string, at Place, environments []any) ([]Place, error) {
	var places []Place
	for _, e := range environments {
		if has, _ := dig(e, "has_domains").(bool); !has || digText(e, "type") == "production" {
			continue
		}
		domains, err := s.listOf(ctx, platformshEnvDomains, project, digText(e, "id"))
		if err != nil {
			return places, err
		}
		for _, d := range domains {
			name := digText(d, "name")
			if like := s.liken(name); like > above {
				places = append(places, at.inEnvironment(project, e).has(s, name, CustomDomain, like))
			}
		}
	}
	return places, nil
}

// routed reports whether the routes of an environment serve the name below one of its domains: a route for
// https://shop.{default}/ is shop.example.com when example.com is the domain.
func (p *platformsh) routed(ctx context.Context, s *search, project, environment, domain string) (bool, error) {
	routes, err := s.listOf(ctx, platformshRoutes, project, environment)
	if err != nil {
		return false, err
	}
	fill := strings.NewReplacer("{default}", domain, "{all}", domain)
	return slices.ContainsFunc(routes, func(route any) bool {
		address, err := url.Parse(fill.Replace(digText(route, "id")))
		return err == nil && s.liken(address.Host) == same
	}), nil
}

// set keeps ids in their order, each once.
type set struct {
	ids  []string
	have map[string]bool
}

func newSet() *set { return &set{have: map[string]bool{}} }

func (s *set) add(id string) {
	if id != "" && !s.have[id] {
		s.have[id] = true
		s.ids = append(s.ids, id)
	}
}
