package platformsh

func accessUserRoutes() []Route {
	return []Route{
		{"GET /projects/{project_id}/user-access", (*Server).listProjectUsers},
		{"POST /projects/{project_id}/user-access", (*Server).postProjectUsers},
		{"GET /projects/{project_id}/user-access/{user_id}", (*Server).getUserGrant},
		{"PATCH /projects/{project_id}/user-access/{user_id}", (*Server).patchUserGrant},
		{"DELETE /projects/{project_id}/user-access/{user_id}", (*Server).removeUserGrant},
		{"GET /users/{user_id}/project-access", (*Server).listUserProjects},
		{"POST /users/{user_id}/project-access", (*Server).postUserProjects},
		{"GET /users/{user_id}/project-access/{project_id}", (*Server).getUserGrant},
		{"PATCH /users/{user_id}/project-access/{project_id}", (*Server).patchUserGrant},
		{"DELETE /users/{user_id}/project-access/{project_id}", (*Server).removeUserGrant},
	}
}

func (s *Server) listProjectUsers(r *Request) (Response, error) {
	p, err := s.accountProject(r, false)
	if err != nil {
		return Response{}, err
	}
	docs := pick(&s.accounts.userAccess, func(g Doc) bool { return g["project_id"] == p["id"] })
	return s.grantList(r, docs, "user_id", nil, []string{"granted_at", "updated_at"}, func(g Doc) Doc {
		return s.grantView(r, g, "/projects/"+text(g, "project_id")+"/user-access/"+text(g, "user_id"), true)
	})
}

func (s *Server) listUserProjects(r *Request) (Response, error) {
	user, err := s.visibleUser(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	docs := pick(&s.accounts.userAccess, func(g Doc) bool {
		return g["user_id"] == user && (user == r.UserID || s.isMember(text(g, "organization_id"), r.UserID))
	})
	return s.grantList(r, docs, "project_id", []string{"organization_id"}, []string{"project_title", "granted_at", "updated_at"}, func(g Doc) Doc {
		return s.grantView(r, g, "/users/"+user+"/project-access/"+text(g, "project_id"), true)
	})
}

// newGrant is one checked entry of a POST. Nothing is stored before all entries have been checked.
type newGrant struct {
	project, user string
	perms         []string
	addMember     bool
}

func (s *Server) postProjectUsers(r *Request) (Response, error) {
	p, err := s.accountProject(r, true)
	if err != nil {
		return Response{}, err
	}
	list, err := r.List(Need("user_id", String), Need("permissions", Strings), Opt("auto_add_member", Boolean))
	if err != nil {
		return Response{}, err
	}
	grants := make([]newGrant, 0, len(list))
	for _, item := range list {
		perms, err := permissionSet(item)
		if err != nil {
			return Response{}, err
		}
		g := newGrant{project: text(p, "id"), user: text(item, "user_id"), perms: perms, addMember: item["auto_add_member"] == true}
		if err := s.checkGrant(g, text(p, "organization")); err != nil {
			return Response{}, err
		}
		grants = append(grants, g)
	}
	return s.storeGrants(r, grants)
}

func (s *Server) postUserProjects(r *Request) (Response, error) {
	user, err := s.visibleUser(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	list, err := r.List(Need("project_id", String), Need("permissions", Strings))
	if err != nil {
		return Response{}, err
	}
	grants := make([]newGrant, 0, len(list))
	for _, item := range list {
		perms, err := permissionSet(item)
		if err != nil {
			return Response{}, err
		}
		id := text(item, "project_id")
		p, ok := s.projectInfo(id)
		if !ok {
			return Response{}, InvalidField("project_id", "No such project: %s.", id)
		}
		if !s.may(text(p, "organization"), r.UserID, "members") {
			return Response{}, Forbidden("You may not manage access to " + id + ".")
		}
		g := newGrant{project: id, user: user, perms: perms}
		if err := s.checkGrant(g, text(p, "organization")); err != nil {
			return Response{}, err
		}
		grants = append(grants, g)
	}
	return s.storeGrants(r, grants)
}

func (s *Server) checkGrant(g newGrant, org string) error {
	if _, ok := s.accounts.users.Get(g.user); !ok {
		return InvalidField("user_id", "No such user: %s.", g.user)
	}
	if !g.addMember && !s.isMember(org, g.user) {
		return InvalidField("user_id", "Not a member of the organization; add the member first or set auto_add_member.")
	}
	if _, ok := s.accounts.userAccess.Get(grantKey(g.project, g.user)); ok {
		return Conflict("The user already has access to the project.")
	}
	return nil
}

func (s *Server) storeGrants(r *Request, grants []newGrant) (Response, error) {
	for _, g := range grants {
		if org := s.projectOrganization(g.project); !s.isMember(org, g.user) {
			s.putMember(org, g.user, []string{}, false, r.Now)
		}
		s.grantUser(g.project, g.user, g.perms, r.Now)
	}
	return NoContent()
}

// userGrant returns the grant of the path, from either side.
func (s *Server) userGrant(r *Request, manage bool) (Doc, error) {
	if _, err := s.accountProject(r, manage); err != nil {
		return nil, err
	}
	g, ok := s.accounts.userAccess.Get(grantKey(r.Param("project_id"), r.Param("user_id")))
	if !ok {
		return nil, NotFound("Access of user", r.Param("user_id"))
	}
	return g, nil
}

func (s *Server) getUserGrant(r *Request) (Response, error) {
	g, err := s.userGrant(r, false)
	if err != nil {
		return Response{}, err
	}
	return OK(s.grantView(r, g, r.HTTP.URL.EscapedPath(), true))
}

func (s *Server) patchUserGrant(r *Request) (Response, error) {
	g, err := s.userGrant(r, true)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("permissions", Strings))
	if err != nil {
		return Response{}, err
	}
	perms, err := permissionSet(body)
	if err != nil {
		return Response{}, err
	}
	s.grantUser(text(g, "project_id"), text(g, "user_id"), perms, r.Now)
	return NoContent()
}

// removeUserGrant takes away one's own access without further permission.
func (s *Server) removeUserGrant(r *Request) (Response, error) {
	g, err := s.userGrant(r, r.Param("user_id") != r.UserID)
	if err != nil {
		return Response{}, err
	}
	s.accounts.userAccess.Delete(grantKey(text(g, "project_id"), text(g, "user_id")))
	return NoContent()
}
