package platformsh

func accessTeamRoutes() []Route {
	return []Route{
		{"GET /projects/{project_id}/team-access", (*Server).listProjectTeams},
		{"POST /projects/{project_id}/team-access", (*Server).postProjectTeams},
		{"GET /projects/{project_id}/team-access/{team_id}", (*Server).getTeamGrant},
		{"DELETE /projects/{project_id}/team-access/{team_id}", (*Server).removeTeamGrant},
		{"GET /teams/{team_id}/project-access", (*Server).listTeamProjects},
		{"POST /teams/{team_id}/project-access", (*Server).postTeamProjects},
		{"GET /teams/{team_id}/project-access/{project_id}", (*Server).getTeamGrant},
		{"DELETE /teams/{team_id}/project-access/{project_id}", (*Server).removeTeamGrant},
	}
}

func (s *Server) listProjectTeams(r *Request) (Response, error) {
	p, err := s.accountProject(r, false)
	if err != nil {
		return Response{}, err
	}
	docs := pick(&s.accounts.teamAccess, func(g Doc) bool { return g["project_id"] == p["id"] })
	return s.grantList(r, docs, "team_id", nil, []string{"granted_at", "updated_at"}, func(g Doc) Doc {
		return s.grantView(r, g, "/projects/"+text(g, "project_id")+"/team-access/"+text(g, "team_id"), false)
	})
}

func (s *Server) listTeamProjects(r *Request) (Response, error) {
	t, err := s.team(r, false)
	if err != nil {
		return Response{}, err
	}
	docs := pick(&s.accounts.teamAccess, func(g Doc) bool { return g["team_id"] == t["id"] })
	return s.grantList(r, docs, "project_id", nil, []string{"project_title", "granted_at", "updated_at"}, func(g Doc) Doc {
		return s.grantView(r, g, "/teams/"+text(g, "team_id")+"/project-access/"+text(g, "project_id"), false)
	})
}

func (s *Server) postProjectTeams(r *Request) (Response, error) {
	p, err := s.accountProject(r, true)
	if err != nil {
		return Response{}, err
	}
	list, err := r.List(Need("team_id", String))
	if err != nil {
		return Response{}, err
	}
	for _, item := range list {
		t, ok := s.accounts.teams.Get(text(item, "team_id"))
		if !ok || t["organization_id"] != p["organization"] {
			return Response{}, InvalidField("team_id", "No such team in the organization of the project: %s.", text(item, "team_id"))
		}
		if err := s.checkTeamGrant(text(p, "id"), text(t, "id")); err != nil {
			return Response{}, err
		}
	}
	for _, item := range list {
		s.grantTeam(text(p, "id"), text(item, "team_id"), r.Now)
	}
	return NoContent()
}

func (s *Server) postTeamProjects(r *Request) (Response, error) {
	t, err := s.team(r, true)
	if err != nil {
		return Response{}, err
	}
	list, err := r.List(Need("project_id", String))
	if err != nil {
		return Response{}, err
	}
	for _, item := range list {
		p, ok := s.projectInfo(text(item, "project_id"))
		if !ok || p["organization"] != t["organization_id"] {
			return Response{}, InvalidField("project_id", "No such project in the organization of the team: %s.", text(item, "project_id"))
		}
		if err := s.checkTeamGrant(text(p, "id"), text(t, "id")); err != nil {
			return Response{}, err
		}
	}
	for _, item := range list {
		s.grantTeam(text(item, "project_id"), text(t, "id"), r.Now)
	}
	return NoContent()
}

func (s *Server) checkTeamGrant(project, team string) error {
	if _, there := s.accounts.teamAccess.Get(grantKey(project, team)); there {
		return Conflict("The team already has access to the project.")
	}
	return nil
}

// teamGrant returns the grant of the path, from either side.
func (s *Server) teamGrant(r *Request, manage bool) (Doc, error) {
	if _, err := s.accountProject(r, manage); err != nil {
		return nil, err
	}
	g, ok := s.accounts.teamAccess.Get(grantKey(r.Param("project_id"), r.Param("team_id")))
	if !ok {
		return nil, NotFound("Access of team", r.Param("team_id"))
	}
	return g, nil
}

func (s *Server) getTeamGrant(r *Request) (Response, error) {
	g, err := s.teamGrant(r, false)
	if err != nil {
		return Response{}, err
	}
	return OK(s.grantView(r, g, r.HTTP.URL.EscapedPath(), false))
}

func (s *Server) removeTeamGrant(r *Request) (Response, error) {
	g, err := s.teamGrant(r, true)
	if err != nil {
		return Response{}, err
	}
	s.accounts.teamAccess.Delete(grantKey(text(g, "project_id"), text(g, "team_id")))
	return NoContent()
}
