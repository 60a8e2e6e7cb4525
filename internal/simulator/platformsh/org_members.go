package platformsh

import (
	"slices"
	"time"
)

var memberPermissions = []string{"admin", "billing", "members", "plans", "projects:create", "projects:list"}

func orgMemberRoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/members", (*Server).listMembers},
		{"POST /organizations/{organization_id}/members", (*Server).postMember},
		{"GET /organizations/{organization_id}/members/{user_id}", (*Server).getMember},
		{"PATCH /organizations/{organization_id}/members/{user_id}", (*Server).patchMember},
		{"DELETE /organizations/{organization_id}/members/{user_id}", (*Server).removeMember},
	}
}

func (s *Server) listMembers(r *Request) (Response, error) {
	org, err := s.organization(r, "members")
	if err != nil {
		return Response{}, err
	}
	page, err := listPage(r, s.accounts.members[text(org, "id")].Docs(), list{key: "user_id", max: maxPage, count: true,
		filters: []string{"permissions"}, sorts: []string{"created_at", "updated_at"}})
	if err != nil {
		return Response{}, err
	}
	items(page, func(m Doc) Doc { return s.memberView(r, m) })
	s.addRefs(r, page, "users", "user_id")
	return OK(page)
}

func (s *Server) postMember(r *Request) (Response, error) {
	org, err := s.organization(r, "members")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("user_id", String), Opt("permissions", Strings))
	if err != nil {
		return Response{}, err
	}
	perms, err := choices(body, "permissions", memberPermissions)
	if err != nil {
		return Response{}, err
	}
	user := text(body, "user_id")
	if _, ok := s.accounts.users.Get(user); !ok {
		return Response{}, InvalidField("user_id", "No such user.")
	}
	id := text(org, "id")
	if s.isMember(id, user) {
		return Response{}, Conflict("The user is already a member of the organization.")
	}
	return Created(s.memberView(r, s.putMember(id, user, perms, false, r.Now)))
}

// putMember adds or replaces a member.
func (s *Server) putMember(org, user string, perms []string, owner bool, at time.Time) Doc {
	m := Doc{
		"id": user, "organization_id": org, "user_id": user, "permissions": perms, "level": memberLevel(perms, owner),
		"owner": owner, "created_at": stamp(at), "updated_at": stamp(at),
	}
	s.accounts.members[org].Put(user, m)
	return m
}

func memberLevel(perms []string, owner bool) string {
	if owner || slices.Contains(perms, "admin") {
		return "admin"
	}
	return "viewer"
}

// memberOf returns the member of the path. A member may look at the own entry without further permission.
func (s *Server) memberOf(r *Request, change bool) (org, member Doc, err error) {
	if org, err = s.organization(r); err != nil {
		return nil, nil, err
	}
	user := r.Param("user_id")
	if !(user == r.UserID && !change) && !s.may(text(org, "id"), r.UserID, "members") {
		return nil, nil, Forbidden("This needs the organization permission members.")
	}
	m, ok := s.member(text(org, "id"), user)
	if !ok {
		return nil, nil, NotFound("Member", user)
	}
	return org, m, nil
}

func (s *Server) getMember(r *Request) (Response, error) {
	_, m, err := s.memberOf(r, false)
	if err != nil {
		return Response{}, err
	}
	return OK(s.memberView(r, m))
}

func (s *Server) patchMember(r *Request) (Response, error) {
	_, m, err := s.memberOf(r, true)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("permissions", Strings))
	if err != nil {
		return Response{}, err
	}
	perms, err := choices(body, "permissions", memberPermissions)
	if err != nil {
		return Response{}, err
	}
	if m["owner"] == true {
		return Response{}, Forbidden("The permissions of the owner cannot be changed.")
	}
	if _, given := body["permissions"]; given {
		m["permissions"], m["level"] = perms, memberLevel(perms, false)
		m["updated_at"] = stamp(r.Now)
	}
	return OK(s.memberView(r, m))
}

// removeMember takes the member out of the organization, its teams and its projects. With the own id it means leaving.
func (s *Server) removeMember(r *Request) (Response, error) {
	org, m, err := s.memberOf(r, r.Param("user_id") != r.UserID)
	if err != nil {
		return Response{}, err
	}
	if m["owner"] == true {
		return Response{}, Forbidden("The owner cannot leave the organization.")
	}
	id, user := text(org, "id"), text(m, "user_id")
	s.accounts.members[id].Delete(user)
	for _, t := range s.accounts.teams.All() {
		if t["organization_id"] == id {
			s.accounts.teamMembers[text(t, "id")].Delete(user)
		}
	}
	drop(&s.accounts.userAccess, func(g Doc) bool { return g["organization_id"] == id && g["user_id"] == user })
	return NoContent()
}

func (s *Server) memberView(r *Request, m Doc) Doc {
	org := text(m, "organization_id")
	base := r.base() + "/organizations/" + org + "/members/" + text(m, "user_id")
	l := links("self", base)
	if m["owner"] != true && s.may(org, r.UserID, "members") {
		l["update"] = action(base, "PATCH")
		l["delete"] = action(base, "DELETE")
	}
	out := clone(m)
	out["_links"] = l
	return out
}
