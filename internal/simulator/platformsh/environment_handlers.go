package platformsh

import (
	"slices"
	"time"
)

func environmentRoutes() []Route {
	return []Route{
		{"GET /projects/{projectId}/environments", (*Server).listEnvironments},
		{"GET /projects/{projectId}/environments/{environmentId}", (*Server).getEnvironment},
		{"PATCH /projects/{projectId}/environments/{environmentId}", (*Server).patchEnvironment},
		{"DELETE /projects/{projectId}/environments/{environmentId}", (*Server).deleteEnvironment},
		{"GET /projects/{projectId}/environment-types", (*Server).listEnvironmentTypes},
		{"GET /projects/{projectId}/environment-types/{environmentTypeId}", (*Server).getEnvironmentType},
	}
}

func (s *Server) listEnvironments(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	out := make([]Doc, 0, len(p.envs))
	for _, e := range p.envs {
		out = append(out, s.environmentView(p, e))
	}
	return OK(out)
}

func (s *Server) getEnvironment(r *Request) (Response, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	return OK(s.environmentView(p, e))
}

func (s *Server) patchEnvironment(r *Request) (Response, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(
		Opt("name", String), Opt("title", String), Opt("attributes", Object), Opt("type", String, "development", "production", "staging"),
		Null("parent", String), Opt("clone_parent_on_create", Boolean), Opt("enable_smtp", Boolean), Opt("restrict_robots", Boolean),
		Opt("http_access", Object).With(
			Opt("is_enabled", Boolean), Opt("basic_auth", Object),
			Opt("addresses", Array).With(Need("permission", String, "allow", "deny"), Need("address", String)),
		),
	)
	if err != nil {
		return Response{}, err
	}
	if err := p.checkParent(e, body); err != nil {
		return Response{}, err
	}
	if kind, ok := body["type"]; ok && kind != e.doc["type"] && (kind == "production" || p.isMain(e)) {
		return Response{}, InvalidField("type", "The type production belongs to the default branch and to it alone.")
	}
	if name, ok := body["name"]; ok && name != e.name {
		return Response{}, InvalidField("name", "The name of an environment cannot be changed.")
	}
	delete(body, "name")
	if access, ok := body["http_access"].(Doc); ok {
		// Parts that are not given stay as they are.
		merged := clone(e.doc["http_access"].(Doc))
		merge(merged, access)
		body["http_access"] = merged
	}
	kinds := updateKinds(body)
	merge(e.doc, body)
	e.updated = r.Now
	var acts []*activity
	for _, kind := range kinds {
		acts = append(acts, s.start(r, p, work{kind: kind, envs: []*environment{e}, text: "updated the environment " + e.title()})...)
	}
	return s.accepted(r, s.environmentView(p, e), acts)
}

func (p *project) checkParent(e *environment, body Doc) error {
	v, given := body["parent"]
	if !given || v == e.doc["parent"] {
		return nil
	}
	if p.isMain(e) {
		return InvalidField("parent", "The production environment has no parent.")
	}
	name, ok := v.(string)
	parent := p.env(name)
	if !ok || parent == nil {
		return InvalidField("parent", "There is no environment %q.", name)
	}
	for up := parent; up != nil; up = p.parentOf(up) {
		if up == e {
			return InvalidField("parent", "%q is a descendant of this environment.", name)
		}
	}
	return nil
}

// updateKinds names the activities of a change: access, mail and robots redeploy, a new title does nothing more.
func updateKinds(body Doc) []string {
	var kinds []string
	for _, k := range []struct{ field, kind string }{
		{"http_access", "environment.update.http_access"},
		{"enable_smtp", "environment.update.smtp"},
		{"restrict_robots", "environment.update.restrict_robots"},
	} {
		if _, ok := body[k.field]; ok {
			kinds = append(kinds, k.kind)
		}
	}
	return kinds
}

func (e *environment) title() string {
	if t, _ := e.doc["title"].(string); t != "" {
		return t
	}
	return e.name
}

func (s *Server) deleteEnvironment(r *Request) (Response, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	switch {
	case p.isMain(e):
		return Response{}, Conflict("The production environment cannot be deleted.")
	case e.state != stateInactive:
		return Response{}, Conflict("The environment is %s. Deactivate it before deleting it.", e.state)
	case len(s.pendingOn(e)) > 0:
		return Response{}, Conflict("Another activity is running on this environment.")
	}
	acts := s.start(r, p, work{kind: "environment.delete", envs: []*environment{e}, text: "deleted the environment " + e.title(),
		log: []string{"Deleting branch " + e.name}, apply: func(time.Time) { p.drop(e) }})
	return s.accepted(r, s.environmentView(p, e), acts)
}

func environmentKinds() []string { return []string{"production", "staging", "development"} }

func environmentTypeView(p *project, id string) Doc {
	href := "/api/projects/" + p.id + "/environment-types/" + id
	return Doc{"id": id, "title": id, "attributes": Doc{}, "_links": links("self", href, "#access", href+"/access")}
}

func (s *Server) listEnvironmentTypes(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for _, id := range environmentKinds() {
		out = append(out, environmentTypeView(p, id))
	}
	return OK(out)
}

func (s *Server) environmentType(r *Request) (*project, string, error) {
	p, err := s.project(r)
	if err != nil {
		return nil, "", err
	}
	id := r.Param("environmentTypeId")
	if !slices.Contains(environmentKinds(), id) {
		return nil, "", NotFound("Environment type", id)
	}
	return p, id, nil
}

func (s *Server) getEnvironmentType(r *Request) (Response, error) {
	p, id, err := s.environmentType(r)
	if err != nil {
		return Response{}, err
	}
	return OK(environmentTypeView(p, id))
}
