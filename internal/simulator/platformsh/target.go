package platformsh

func targetRoutes() []Route {
	const base = " /projects/{projectId}/deployments"
	return []Route{
		{"GET" + base, (*Server).listTargets},
		{"POST" + base, (*Server).createTarget},
		{"GET" + base + "/{deploymentTargetConfigurationId}", (*Server).getTarget},
		{"PATCH" + base + "/{deploymentTargetConfigurationId}", (*Server).patchTarget},
		{"DELETE" + base + "/{deploymentTargetConfigurationId}", (*Server).deleteTarget},
	}
}

// targetTypes are the fields that each type of deployment target takes beside type and name.
func targetTypes() map[string][]Field {
	return map[string][]Field{
		"dedicated":  {Opt("enforced_mounts", Object)},
		"enterprise": {Opt("site_urls", Object), Opt("ssh_hosts", Strings), Opt("enterprise_environments_mapping", Object)},
		"local": {Opt("use_dedicated_grid", Boolean),
			Null("hosts", Array).With(Field{Name: "id", Kind: String, Required: true, Nullable: true}, Need("type", String, "core", "satellite"), Null("services", Strings))},
	}
}

// newTarget returns a target with the fields an answer of its type has.
func newTarget(kind, name string) Doc {
	d := Doc{"id": name, "name": name, "type": kind}
	switch kind {
	case "dedicated":
		merge(d, Doc{"deploy_host": nil, "deploy_port": nil, "ssh_host": nil, "hosts": []any{}, "auto_mounts": true, "excluded_mounts": []any{}, "enforced_mounts": Doc{},
			"auto_crons": true, "auto_nginx": true, "maintenance_mode": false, "guardrails_phase": 0})
	case "enterprise":
		merge(d, Doc{"deploy_host": nil, "docroots": Doc{}, "site_urls": Doc{}, "ssh_hosts": []any{}, "maintenance_mode": false, "enterprise_environments_mapping": Doc{}})
	case "local":
		merge(d, Doc{"hosts": nil, "use_dedicated_grid": false, "storage_type": nil})
	}
	return d
}

func targetView(p *project, d Doc) Doc {
	out := clone(d)
	href := "/api/projects/" + p.id + "/deployments/" + d["id"].(string)
	out["_links"] = links("self", href, "#edit", href, "#delete", href)
	return out
}

func (s *Server) listTargets(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for _, d := range p.targets.All() {
		out = append(out, targetView(p, d))
	}
	return OK(out)
}

func (s *Server) target(r *Request) (*project, Doc, error) {
	p, err := s.project(r)
	if err != nil {
		return nil, nil, err
	}
	d, ok := p.targets.Get(r.Param("deploymentTargetConfigurationId"))
	if !ok {
		return nil, nil, NotFound("Deployment target", r.Param("deploymentTargetConfigurationId"))
	}
	return p, d, nil
}

func (s *Server) getTarget(r *Request) (Response, error) {
	p, d, err := s.target(r)
	if err != nil {
		return Response{}, err
	}
	return OK(targetView(p, d))
}

func targetBody(r *Request) (Doc, error) {
	body, err := r.anyObject()
	if err != nil {
		return nil, err
	}
	kind, _ := body["type"].(string)
	fields, ok := targetTypes()[kind]
	if !ok {
		return nil, InvalidField("type", "%q is not one of dedicated, enterprise, local.", kind)
	}
	if p := checkFields(body, append(fields, Need("type", String), Need("name", String))); p != nil {
		return nil, p
	}
	return body, nil
}

func (s *Server) createTarget(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	body, err := targetBody(r)
	if err != nil {
		return Response{}, err
	}
	name := body["name"].(string)
	if _, there := p.targets.Get(name); there {
		return Response{}, Conflict("A deployment target named %q exists already.", name)
	}
	d := newTarget(body["type"].(string), name)
	merge(d, body)
	p.targets.Put(name, d)
	acts := s.start(r, p, work{kind: "project.deployment_target.create", text: "added the deployment target " + name, log: []string{"Preparing the target"}})
	return s.accepted(r, targetView(p, d), acts)
}

func (s *Server) patchTarget(r *Request) (Response, error) {
	p, d, err := s.target(r)
	if err != nil {
		return Response{}, err
	}
	body, err := targetBody(r)
	if err != nil {
		return Response{}, err
	}
	if body["type"] != d["type"] {
		return Response{}, InvalidField("type", "The type of a deployment target cannot be changed.")
	}
	if body["name"] != d["name"] {
		return Response{}, InvalidField("name", "The name of a deployment target cannot be changed.")
	}
	merge(d, body)
	acts := s.start(r, p, work{kind: "project.deployment_target.update", text: "changed the deployment target " + d["id"].(string), log: []string{"Updating the target"}})
	return s.accepted(r, targetView(p, d), acts)
}

func (s *Server) deleteTarget(r *Request) (Response, error) {
	p, d, err := s.target(r)
	if err != nil {
		return Response{}, err
	}
	if d["id"] == "local" {
		return Response{}, Conflict("The environments of the project run on this target.")
	}
	p.targets.Delete(d["id"].(string))
	acts := s.start(r, p, work{kind: "project.deployment_target.delete", text: "deleted the deployment target " + d["id"].(string), log: []string{"Removing the target"}})
	return s.accepted(r, targetView(p, d), acts)
}
