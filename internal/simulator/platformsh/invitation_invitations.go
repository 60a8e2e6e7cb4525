package platformsh

import (
	"slices"
	"strings"
	"time"
)

// invitePermissions are spelled as that service spells them: project:create, where members have projects:create.
var invitePermissions = []string{"admin", "billing", "plans", "members", "project:create", "projects:list"}

func invitationRoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/invitations", (*Server).listOrgInvitations},
		{"POST /organizations/{organization_id}/invitations", (*Server).postOrgInvitation},
		{"DELETE /organizations/{organization_id}/invitations/{invitation_id}", (*Server).removeOrgInvitation},
		{"GET /projects/{project_id}/invitations", (*Server).listProjectInvitations},
		{"POST /projects/{project_id}/invitations", (*Server).postProjectInvitation},
		{"DELETE /projects/{project_id}/invitations/{invitation_id}", (*Server).removeProjectInvitation},
	}
}

// invitationPage answers a bare array, so the next cursor is not visible to the client. Without a filter on the state it
// shows the pending ones.
func invitationPage(r *Request, all *Collection, field, id string) (Response, error) {
	filtered := false
	for key := range r.Query {
		filtered = filtered || strings.HasPrefix(key, "filter[state]")
	}
	docs := pick(all, func(i Doc) bool { return i[field] == id && (filtered || i["state"] == "pending") })
	page, err := listPage(r, docs, list{key: "id", max: maxPage, filters: []string{"state"}, sorts: []string{"updated_at"}})
	if err != nil {
		return Response{}, err
	}
	return OK(page["items"])
}

func (s *Server) listOrgInvitations(r *Request) (Response, error) {
	org, err := s.organization(r, "members")
	if err != nil {
		return Response{}, err
	}
	return invitationPage(r, &s.accounts.orgInvitations, "organization_id", text(org, "id"))
}

func (s *Server) listProjectInvitations(r *Request) (Response, error) {
	p, err := s.accountProject(r, true)
	if err != nil {
		return Response{}, err
	}
	return invitationPage(r, &s.accounts.projectInvitations, "project_id", text(p, "id"))
}

func (s *Server) postOrgInvitation(r *Request) (Response, error) {
	org, err := s.organization(r, "members")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("email", Email), Need("permissions", Strings), Opt("force", Boolean))
	if err != nil {
		return Response{}, err
	}
	perms, err := choices(body, "permissions", invitePermissions)
	if err != nil {
		return Response{}, err
	}
	id, email := text(org, "id"), text(body, "email")
	if u, known := s.findUser(email); known && s.isMember(id, text(u, "id")) {
		return Response{}, Conflict("The user is already a member of the organization.")
	}
	of := func(i Doc) bool { return i["organization_id"] == id && i["email"] == email }
	if err := s.clearPending(&s.accounts.orgInvitations, of, body["force"] == true, r.Now); err != nil {
		return Response{}, err
	}
	return Created(s.invite(&s.accounts.orgInvitations, r.UserID, r.Now, Doc{"organization_id": id, "email": email, "permissions": perms}))
}

// clearPending refuses a second invitation, or with force cancels the first.
func (s *Server) clearPending(all *Collection, of func(Doc) bool, force bool, now time.Time) error {
	for _, i := range all.All() {
		if of(i) && i["state"] == "pending" {
			if !force {
				return Conflict("An invitation for this address is already pending; use force to replace it.")
			}
			cancelInvitation(i, now)
		}
	}
	return nil
}

func cancelInvitation(i Doc, now time.Time) {
	i["state"], i["updated_at"], i["finished_at"] = "cancelled", stamp(now), stamp(now)
}

// invite stores a pending invitation with the given fields.
func (s *Server) invite(all *Collection, from string, at time.Time, fields Doc) Doc {
	owner, _ := s.accounts.users.Get(from)
	i := Doc{
		"id": s.newUUID(), "state": "pending", "owner": Doc{"id": from, "display_name": displayName(owner)},
		"created_at": stamp(at), "updated_at": stamp(at), "finished_at": nil,
	}
	merge(i, fields)
	all.Put(text(i, "id"), i)
	return i
}

var environmentTypes = []string{"production", "staging", "development"}

func (s *Server) postProjectInvitation(r *Request) (Response, error) {
	p, err := s.accountProject(r, true)
	if err != nil {
		return Response{}, err
	}
	roles := []string{"admin", "viewer", "contributor"}
	body, err := r.Object(Need("email", Email), Opt("role", String, "admin", "viewer"), Opt("force", Boolean),
		Opt("permissions", Array).With(Need("type", String, environmentTypes...), Need("role", String, roles...)),
		Opt("environments", Array).With(Need("id", String), Need("role", String, roles...)))
	if err != nil {
		return Response{}, err
	}
	id, email := text(p, "id"), text(body, "email")
	if u, known := s.findUser(email); known && slices.Contains(s.projectUsers(id), text(u, "id")) {
		return Response{}, Conflict("The user already has access to the project.")
	}
	of := func(i Doc) bool { return i["project_id"] == id && i["email"] == email }
	if err := s.clearPending(&s.accounts.projectInvitations, of, body["force"] == true, r.Now); err != nil {
		return Response{}, err
	}
	if err := s.checkSeats(p); err != nil {
		return Response{}, err
	}
	role := text(body, "role")
	if role == "" {
		role = "viewer"
	}
	return Created(s.invite(&s.accounts.projectInvitations, r.UserID, r.Now, Doc{"project_id": id, "email": email, "role": role,
		"environments": s.invitedTo(id, body)}))
}

// checkSeats counts users and pending invitations against what the plan allows.
func (s *Server) checkSeats(p Doc) error {
	plan, _ := findPlan(text(p, "plan"))
	pending := pick(&s.accounts.projectInvitations, func(i Doc) bool { return i["project_id"] == p["id"] && i["state"] == "pending" })
	if plan.users > 0 && len(s.projectUsers(text(p, "id")))+len(pending) >= plan.users {
		return paymentRequired("The subscription allows no more users; choose a larger plan.")
	}
	return nil
}

// invitedTo lists the environments an invitation opens, by type (permissions) or one by one (the older environments).
func (s *Server) invitedTo(project string, body Doc) []Doc {
	out := []Doc{}
	entries, _ := body["permissions"].([]any)
	for _, e := range entries {
		d, _ := e.(Doc)
		out = append(out, Doc{"id": d["type"], "type": d["type"], "role": d["role"], "title": d["type"]})
	}
	entries, _ = body["environments"].([]any)
	for _, e := range entries {
		d, _ := e.(Doc)
		kind := "development"
		if p := s.projects[project]; p != nil && len(p.envs) > 0 && p.doc["default_branch"] == d["id"] {
			kind = "production"
		}
		out = append(out, Doc{"id": d["id"], "type": kind, "role": d["role"], "title": d["id"]})
	}
	return out
}

func (s *Server) removeOrgInvitation(r *Request) (Response, error) {
	org, err := s.organization(r, "members")
	if err != nil {
		return Response{}, err
	}
	return cancel(r, &s.accounts.orgInvitations, "organization_id", text(org, "id"))
}

func (s *Server) removeProjectInvitation(r *Request) (Response, error) {
	p, err := s.accountProject(r, true)
	if err != nil {
		return Response{}, err
	}
	return cancel(r, &s.accounts.projectInvitations, "project_id", text(p, "id"))
}

// cancel ends a pending invitation. The record stays in the list, with its state.
func cancel(r *Request, all *Collection, field, id string) (Response, error) {
	i, ok := all.Get(r.Param("invitation_id"))
	if !ok || i[field] != id || i["state"] != "pending" {
		return Response{}, NotFound("Pending invitation", r.Param("invitation_id"))
	}
	cancelInvitation(i, r.Now)
	return NoContent()
}

// Ids of two pending demo invitations.
const (
	OrgInvitationDemo     = "44444444-0001-4000-8000-000000000001" // to acme, for noor@partner.example
	ProjectInvitationDemo = "44444444-0002-4000-8000-000000000002" // to ProjectShop, for milo@partner.example
)

func (s *Server) seedInvitations(now time.Time) {
	week := now.AddDate(0, 0, -7)
	s.invite(&s.accounts.orgInvitations, UserAda, week, Doc{"id": OrgInvitationDemo, "organization_id": OrgAcme,
		"email": "noor@partner.example", "permissions": []string{"projects:list"}})
	accepted := s.invite(&s.accounts.orgInvitations, UserAda, now.AddDate(-1, -6, -2), Doc{"organization_id": OrgAcme,
		"email": "cleo@acme.example", "permissions": []string{"billing"}})
	accepted["state"], accepted["finished_at"] = "accepted", stamp(now.AddDate(-1, -6, 0))
	s.invite(&s.accounts.projectInvitations, UserAda, week, Doc{"id": ProjectInvitationDemo, "project_id": ProjectShop,
		"email": "milo@partner.example", "role": "viewer", "environments": []Doc{
			{"id": "development", "type": "development", "role": "contributor", "title": "development"},
		}})
	s.invite(&s.accounts.projectInvitations, UserAda, week, Doc{"project_id": ProjectSolo, "email": "friend@home.example",
		"role": "viewer", "environments": []Doc{}})
}
