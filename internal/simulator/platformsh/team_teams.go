package platformsh

import (
	"strings"
	"time"
)

// Ids of the demo teams.
const (
	TeamDevelopers = "01HXTEAMDEVE0000000000000A"
	TeamContent    = "01HXTEAMC0NT0000000000000B"
)

var projectPermissions = []string{"admin", "viewer", "development:admin", "development:contributor", "development:viewer", "staging:admin",
	"staging:contributor", "staging:viewer", "production:admin", "production:contributor", "production:viewer"}

func teamRoutes() []Route {
	return []Route{
		{"GET /teams", (*Server).listTeams},
		{"POST /teams", (*Server).postTeam},
		{"GET /teams/{team_id}", (*Server).getTeam},
		{"PATCH /teams/{team_id}", (*Server).patchTeam},
		{"DELETE /teams/{team_id}", (*Server).removeTeam},
		{"GET /users/{user_id}/teams", (*Server).listUserTeams},
	}
}

func (s *Server) listTeams(r *Request) (Response, error) {
	docs := pick(&s.accounts.teams, func(t Doc) bool { return s.isMember(text(t, "organization_id"), r.UserID) })
	return s.teamList(r, docs, list{key: "id", max: maxPage, count: true, filters: []string{"organization_id", "id", "updated_at"},
		sorts: []string{"label", "created_at", "updated_at"}})
}

func (s *Server) listUserTeams(r *Request) (Response, error) {
	user, err := s.visibleUser(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	docs := pick(&s.accounts.teams, func(t Doc) bool {
		_, in := s.accounts.teamMembers[text(t, "id")].Get(user)
		return in && s.isMember(text(t, "organization_id"), r.UserID)
	})
	return s.teamList(r, docs, list{key: "id", max: maxPage, count: true, filters: []string{"organization_id", "updated_at"},
		sorts: []string{"created_at", "updated_at"}})
}

func (s *Server) teamList(r *Request, docs []Doc, l list) (Response, error) {
	page, err := listPage(r, docs, l)
	if err != nil {
		return Response{}, err
	}
	items(page, s.teamView)
	s.addRefs(r, page, "organizations", "organization_id")
	return OK(page)
}

func (s *Server) postTeam(r *Request) (Response, error) {
	body, err := r.Object(Need("organization_id", String), Need("label", String), Opt("project_permissions", Strings))
	if err != nil {
		return Response{}, err
	}
	org := text(body, "organization_id")
	if !s.isMember(org, r.UserID) {
		return Response{}, InvalidField("organization_id", "No such organization.")
	}
	if !s.may(org, r.UserID, "members") {
		return Response{}, Forbidden("This needs the organization permission members.")
	}
	perms, err := choices(body, "project_permissions", projectPermissions)
	if err != nil {
		return Response{}, err
	}
	if err := s.checkTeamLabel(org, text(body, "label"), ""); err != nil {
		return Response{}, err
	}
	return Created(s.teamView(s.newTeam(s.newULID(), org, text(body, "label"), perms, r.Now)))
}

func (s *Server) checkTeamLabel(org, label, own string) error {
	if strings.TrimSpace(label) == "" {
		return InvalidField("label", "This field may not be blank.")
	}
	for id, t := range s.accounts.teams.All() {
		if t["organization_id"] == org && t["label"] == label && id != own {
			return InvalidField("label", "The organization has a team with this label.")
		}
	}
	return nil
}

func (s *Server) newTeam(id, org, label string, perms []string, at time.Time) Doc {
	t := Doc{"id": id, "organization_id": org, "label": label, "project_permissions": perms, "created_at": stamp(at), "updated_at": stamp(at)}
	s.accounts.teams.Put(id, t)
	s.accounts.teamMembers[id] = &Collection{}
	return t
}

func (s *Server) teamView(t Doc) Doc {
	id := text(t, "id")
	out := clone(t)
	out["counts"] = Doc{
		"member_count":  s.accounts.teamMembers[id].Len(),
		"project_count": len(pick(&s.accounts.teamAccess, func(g Doc) bool { return g["team_id"] == id })),
	}
	return out
}

// team returns the team of the path. With manage, the caller must be able to manage the members of its organization.
func (s *Server) team(r *Request, manage bool) (Doc, error) {
	id := r.Param("team_id")
	t, ok := s.accounts.teams.Get(id)
	if !ok || !s.isMember(text(t, "organization_id"), r.UserID) {
		return nil, NotFound("Team", id)
	}
	if manage && !s.may(text(t, "organization_id"), r.UserID, "members") {
		return nil, Forbidden("This needs the organization permission members.")
	}
	return t, nil
}

func (s *Server) getTeam(r *Request) (Response, error) {
	t, err := s.team(r, false)
	if err != nil {
		return Response{}, err
	}
	return OK(s.teamView(t))
}

func (s *Server) patchTeam(r *Request) (Response, error) {
	t, err := s.team(r, true)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("label", String), Opt("project_permissions", Strings))
	if err != nil {
		return Response{}, err
	}
	perms, err := choices(body, "project_permissions", projectPermissions)
	if err != nil {
		return Response{}, err
	}
	if label, given := body["label"].(string); given {
		if err := s.checkTeamLabel(text(t, "organization_id"), label, text(t, "id")); err != nil {
			return Response{}, err
		}
		t["label"] = label
	}
	if _, given := body["project_permissions"]; given {
		t["project_permissions"] = perms
	}
	t["updated_at"] = stamp(r.Now)
	return OK(s.teamView(t))
}

func (s *Server) removeTeam(r *Request) (Response, error) {
	t, err := s.team(r, true)
	if err != nil {
		return Response{}, err
	}
	s.forgetTeam(text(t, "id"))
	return NoContent()
}

// forgetTeam deletes a team with its members' access through it.
func (s *Server) forgetTeam(id string) {
	s.accounts.teams.Delete(id)
	delete(s.accounts.teamMembers, id)
	drop(&s.accounts.teamAccess, func(g Doc) bool { return g["team_id"] == id })
}

func (s *Server) seedTeams(now time.Time) {
	s.newTeam(TeamDevelopers, OrgAcme, "Developers", []string{"viewer", "development:admin", "staging:contributor"}, now.AddDate(-1, -8, 0))
	s.newTeam(TeamContent, OrgAcme, "Content editors", []string{"viewer", "production:viewer"}, now.AddDate(-1, 0, 0))
	s.newTeam("01HXTEAM0PS00000000000000C", OrgAcme, "Operations", []string{"admin"}, now.AddDate(0, -6, 0))
	s.newTeam("01HXTEAMS0L00000000000000D", OrgSolo, "Friends", []string{"viewer"}, now.AddDate(0, -3, 0))
	s.putTeamMember(TeamDevelopers, UserBen, now.AddDate(-1, -7, 0))
	for i, p := range seedStaff() {
		team := TeamDevelopers
		if i%3 == 0 {
			team = TeamContent
		}
		s.putTeamMember(team, p.id, now.AddDate(0, -9, 2*i))
		if i >= 9 && team == TeamContent { // more than one page of developers' colleagues
			s.putTeamMember(TeamDevelopers, p.id, now.AddDate(0, -8, 2*i))
		}
	}
}
