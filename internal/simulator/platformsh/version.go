package platformsh

func versionRoutes() []Route {
	const base = " /projects/{projectId}/environments/{environmentId}/versions"
	return []Route{
		{"GET" + base, (*Server).listVersions},
		{"POST" + base, (*Server).createVersion},
		{"GET" + base + "/{versionId}", (*Server).getVersion},
		{"PATCH" + base + "/{versionId}", (*Server).patchVersion},
		{"DELETE" + base + "/{versionId}", (*Server).deleteVersion},
	}
}

// currentVersion is the version every deployed environment has: the one it runs. It takes the traffic that the others
// leave, so it is computed and cannot be changed or deleted.
const currentVersion = "current"

func (e *environment) currentVersion() Doc {
	rest := 100
	for _, v := range e.versions.All() {
		rest -= percentage(v)
	}
	return Doc{"id": currentVersion, "commit": e.deployed, "locked": false, "routing": Doc{"percentage": rest}}
}

func percentage(version Doc) int {
	routing, _ := version["routing"].(Doc)
	switch n := routing["percentage"].(type) {
	case float64:
		return int(n)
	case int:
		return n
	}
	return 0
}

func versionView(p *project, e *environment, v Doc) Doc {
	out := clone(v)
	href := environmentHref(p, e) + "/versions/" + v["id"].(string)
	l := links("self", href)
	if v["id"] != currentVersion {
		l["#edit"], l["#delete"] = link(href), link(href)
	}
	out["_links"] = l
	return out
}

func (s *Server) listVersions(r *Request) (Response, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	if e.deployed != "" {
		out = append(out, versionView(p, e, e.currentVersion()))
	}
	for _, v := range e.versions.All() {
		out = append(out, versionView(p, e, v))
	}
	return OK(out)
}

func (s *Server) version(r *Request) (*project, *environment, Doc, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return nil, nil, nil, err
	}
	id := r.Param("versionId")
	if id == currentVersion && e.deployed != "" {
		return p, e, e.currentVersion(), nil
	}
	v, ok := e.versions.Get(id)
	if !ok {
		return nil, nil, nil, NotFound("Version", id)
	}
	return p, e, v, nil
}

func (s *Server) getVersion(r *Request) (Response, error) {
	p, e, v, err := s.version(r)
	if err != nil {
		return Response{}, err
	}
	return OK(versionView(p, e, v))
}

// versionBody reads the routing of a version; all versions together cannot take more than the whole traffic.
func (e *environment) versionBody(r *Request, except string) (Doc, error) {
	body, err := r.Object(Opt("routing", Object).With(Opt("percentage", Integer)))
	if err != nil {
		return nil, err
	}
	sum := percentage(body)
	if sum < 0 {
		return nil, InvalidField("routing.percentage", "The percentage cannot be negative.")
	}
	for id, v := range e.versions.All() {
		if id != except {
			sum += percentage(v)
		}
	}
	if sum > 100 {
		return nil, InvalidField("routing.percentage", "The versions would take more than 100 percent of the traffic.")
	}
	return body, nil
}

func (s *Server) createVersion(r *Request) (Response, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	body, err := e.versionBody(r, "")
	if err != nil {
		return Response{}, err
	}
	if err := mustBe(e, stateActive, "versioned"); err != nil {
		return Response{}, err
	}
	v := Doc{"id": s.newID(), "commit": p.repo.head(e.name), "locked": false, "routing": Doc{"percentage": 0}}
	merge(v, body)
	e.versions.Put(v["id"].(string), v)
	acts := s.start(r, p, work{kind: "environment.version.create", envs: []*environment{e}, text: "created a version of " + e.title(), log: []string{"Preparing the version"}})
	return s.accepted(r, versionView(p, e, v), acts)
}

func (s *Server) patchVersion(r *Request) (Response, error) {
	p, e, v, err := s.version(r)
	if err != nil {
		return Response{}, err
	}
	id := v["id"].(string)
	body, err := e.versionBody(r, id)
	if err != nil {
		return Response{}, err
	}
	if id == currentVersion {
		return Response{}, Conflict("The current version takes the traffic that the others leave; change those.")
	}
	merge(v, body)
	acts := s.start(r, p, work{kind: "environment.version.update", envs: []*environment{e}, text: "changed a version of " + e.title(), log: []string{"Moving traffic"}})
	return s.accepted(r, versionView(p, e, v), acts)
}

func (s *Server) deleteVersion(r *Request) (Response, error) {
	p, e, v, err := s.version(r)
	if err != nil {
		return Response{}, err
	}
	if v["id"] == currentVersion {
		return Response{}, Conflict("The current version cannot be deleted.")
	}
	e.versions.Delete(v["id"].(string))
	acts := s.start(r, p, work{kind: "environment.version.delete", envs: []*environment{e}, text: "deleted a version of " + e.title(), log: []string{"Moving traffic"}})
	return s.accepted(r, versionView(p, e, v), acts)
}
