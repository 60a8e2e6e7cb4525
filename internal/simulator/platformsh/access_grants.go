package platformsh

import (
	"slices"
	"time"
)

// Grants are stored once and shown from three sides: the project, the user and the team.

func grantKey(project, who string) string { return project + " " + who }

// grantUser gives a user access to a project, or replaces the permissions.
func (s *Server) grantUser(project, user string, perms []string, at time.Time) {
	key := grantKey(project, user)
	g, ok := s.accounts.userAccess.Get(key)
	if !ok {
		g = Doc{"user_id": user, "project_id": project, "organization_id": s.projectOrganization(project), "granted_at": stamp(at)}
		s.accounts.userAccess.Put(key, g)
	}
	g["permissions"], g["updated_at"] = perms, stamp(at)
}

func (s *Server) grantTeam(project, team string, at time.Time) {
	t, _ := s.accounts.teams.Get(team)
	s.accounts.teamAccess.Put(grantKey(project, team), Doc{"team_id": team, "organization_id": t["organization_id"], "project_id": project,
		"granted_at": stamp(at), "updated_at": stamp(at)})
}

// projectOrganization looks at subscriptions, which exist before their projects do.
func (s *Server) projectOrganization(project string) string {
	for _, sub := range s.accounts.subscriptions.All() {
		if sub["project_id"] == project {
			return text(sub, "organization_id")
		}
	}
	return ""
}

// projectPermissions joins what a user holds on a project alone and through teams. Administrators and the owner of the
// organization hold admin on all its projects.
func (s *Server) projectPermissions(project, user string) []string {
	var perms []string
	if g, ok := s.accounts.userAccess.Get(grantKey(project, user)); ok {
		perms = append(perms, texts(g["permissions"])...)
	}
	for _, g := range s.accounts.teamAccess.All() {
		team := text(g, "team_id")
		if _, in := s.accounts.teamMembers[team].Get(user); in && g["project_id"] == project {
			t, _ := s.accounts.teams.Get(team)
			perms = append(perms, texts(t["project_permissions"])...)
		}
	}
	if s.may(s.projectOrganization(project), user, "admin") {
		perms = append(perms, "admin")
	}
	slices.Sort(perms)
	return slices.Compact(perms)
}

// projectUsers lists who counts as a user of a project: those with access of their own or through a team.
func (s *Server) projectUsers(project string) []string {
	var users []string
	for _, g := range s.accounts.userAccess.All() {
		if g["project_id"] == project {
			users = append(users, text(g, "user_id"))
		}
	}
	for _, g := range s.accounts.teamAccess.All() {
		if g["project_id"] == project {
			users = append(users, s.accounts.teamMembers[text(g, "team_id")].ids...)
		}
	}
	slices.Sort(users)
	return slices.Compact(users)
}

// grantView shows a grant below one of its sides: /projects/ID/user-access/ID, /users/ID/project-access/ID and so on.
func (s *Server) grantView(r *Request, g Doc, path string, mayUpdate bool) Doc {
	out := clone(g)
	if p, ok := s.projectInfo(text(g, "project_id")); ok {
		out["project_title"] = p["title"]
	}
	base := r.base() + path
	l := links("self", base)
	if mayUpdate {
		l["update"] = action(base, "PATCH")
	}
	l["delete"] = action(base, "DELETE")
	out["_links"] = l
	return out
}

// grantList answers one of the four access lists. The other side names what the items are told apart by: user_id, team_id or
// project_id.
func (s *Server) grantList(r *Request, docs []Doc, other string, filters, sorts []string, view func(Doc) Doc) (Response, error) {
	page, err := listPage(r, each(docs, view), list{key: other, max: maxAccessPage, filters: filters, sorts: sorts})
	if err != nil {
		return Response{}, err
	}
	kinds := map[string]string{"user_id": "users", "team_id": "teams", "project_id": "projects"}
	s.addRefs(r, page, kinds[other], other)
	s.addRefs(r, page, "organizations", "organization_id")
	return OK(page)
}

// permissionSet checks the permissions of a grant: known, at least one, and admin alone.
func permissionSet(body Doc) ([]string, error) {
	perms, err := choices(body, "permissions", projectPermissions)
	if err != nil {
		return nil, err
	}
	if len(perms) == 0 {
		return nil, InvalidField("permissions", "Give at least one permission.")
	}
	if slices.Contains(perms, "admin") && len(perms) > 1 {
		return nil, InvalidField("permissions", "admin includes all others; give it alone.")
	}
	return perms, nil
}

func (s *Server) seedAccess(now time.Time) {
	at := now.AddDate(-1, -2, 0)
	s.grantUser(ProjectShop, UserAda, []string{"admin"}, at)
	s.grantUser(ProjectBlog, UserAda, []string{"admin"}, at)
	s.grantUser(ProjectSolo, UserBen, []string{"admin"}, now.AddDate(0, 0, -100))
	s.grantUser(ProjectShop, UserBen, []string{"viewer", "development:admin", "staging:contributor"}, at.AddDate(0, 1, 0))
	for i, p := range seedStaff() {
		if i%4 == 0 {
			s.grantUser(ProjectBlog, p.id, []string{"viewer", "production:contributor"}, now.AddDate(0, -7, i))
		}
	}
	s.grantTeam(ProjectShop, TeamDevelopers, at.AddDate(0, 2, 0))
	s.grantTeam(ProjectBlog, TeamContent, at.AddDate(0, 3, 0))
}
