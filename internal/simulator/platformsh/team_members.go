package platformsh

import "time"

func teamMemberRoutes() []Route {
	return []Route{
		{"GET /teams/{team_id}/members", (*Server).listTeamMembers},
		{"POST /teams/{team_id}/members", (*Server).postTeamMember},
		{"GET /teams/{team_id}/members/{user_id}", (*Server).getTeamMember},
		{"DELETE /teams/{team_id}/members/{user_id}", (*Server).removeTeamMember},
	}
}

// listTeamMembers refuses page[size]: this list takes cursors, but its page size is fixed.
func (s *Server) listTeamMembers(r *Request) (Response, error) {
	t, err := s.team(r, false)
	if err != nil {
		return Response{}, err
	}
	if r.Query.Has("page[size]") {
		return Response{}, InvalidField("page[size]", "This list has a fixed page size.")
	}
	page, err := listPage(r, s.accounts.teamMembers[text(t, "id")].Docs(), list{key: "user_id", max: maxPage,
		sorts: []string{"created_at", "updated_at"}})
	if err != nil {
		return Response{}, err
	}
	s.addRefs(r, page, "users", "user_id")
	return OK(page)
}

func (s *Server) postTeamMember(r *Request) (Response, error) {
	t, err := s.team(r, true)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("user_id", String))
	if err != nil {
		return Response{}, err
	}
	user := text(body, "user_id")
	if !s.isMember(text(t, "organization_id"), user) {
		return Response{}, InvalidField("user_id", "Not a member of the organization.")
	}
	if _, in := s.accounts.teamMembers[text(t, "id")].Get(user); in {
		return Response{}, Conflict("The user is already a member of the team.")
	}
	return Created(s.putTeamMember(text(t, "id"), user, r.Now))
}

func (s *Server) putTeamMember(team, user string, at time.Time) Doc {
	m := Doc{"team_id": team, "user_id": user, "created_at": stamp(at), "updated_at": stamp(at)}
	s.accounts.teamMembers[team].Put(user, m)
	return m
}

func (s *Server) getTeamMember(r *Request) (Response, error) {
	t, err := s.team(r, false)
	if err != nil {
		return Response{}, err
	}
	m, ok := s.accounts.teamMembers[text(t, "id")].Get(r.Param("user_id"))
	if !ok {
		return Response{}, NotFound("Team member", r.Param("user_id"))
	}
	return OK(m)
}

// removeTeamMember with the own id means leaving, which needs no permission.
func (s *Server) removeTeamMember(r *Request) (Response, error) {
	user := r.Param("user_id")
	t, err := s.team(r, user != r.UserID)
	if err != nil {
		return Response{}, err
	}
	if !s.accounts.teamMembers[text(t, "id")].Delete(user) {
		return Response{}, NotFound("Team member", user)
	}
	return NoContent()
}
