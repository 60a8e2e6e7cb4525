package platformsh

import (
	"strings"
	"time"

	"paasmcp/internal/lazy"
)

func orgRoutes() []Route {
	return []Route{
		{"GET /organizations", (*Server).listOrganizations},
		{"POST /organizations", (*Server).postOrganization},
		{"GET /organizations/{organization_id}", (*Server).getOrganization},
		{"PATCH /organizations/{organization_id}", (*Server).patchOrganization},
		{"DELETE /organizations/{organization_id}", (*Server).removeOrganization},
		{"GET /users/{user_id}/organizations", (*Server).listUserOrganizations},
	}
}

func (s *Server) listOrganizations(r *Request) (Response, error) {
	return s.organizationList(r, r.UserID, true, "id", "type", "owner_id", "name", "label", "vendor", "capabilities", "status", "updated_at")
}

func (s *Server) listUserOrganizations(r *Request) (Response, error) {
	user, err := s.visibleUser(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	return s.organizationList(r, user, false, "id", "type", "vendor", "status", "updated_at")
}

// organizationList shows the organizations of a user that the caller is in as well.
func (s *Server) organizationList(r *Request, user string, withCount bool, filters ...string) (Response, error) {
	docs := pick(&s.accounts.organizations, func(o Doc) bool {
		return s.isMember(text(o, "id"), user) && s.isMember(text(o, "id"), r.UserID)
	})
	page, err := listPage(r, docs, list{key: "id", max: maxPage, count: withCount, filters: filters,
		sorts: []string{"name", "label", "created_at", "updated_at"}})
	if err != nil {
		return Response{}, err
	}
	items(page, func(o Doc) Doc { return s.organizationView(r, o) })
	s.addRefs(r, page, "users", "owner_id")
	return OK(page)
}

var orgName = lazy.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

func (s *Server) postOrganization(r *Request) (Response, error) {
	body, err := r.Object(Need("label", String), Opt("name", String), Opt("type", String, "fixed", "flexible"),
		Opt("owner_id", String), Opt("country", String))
	if err != nil {
		return Response{}, err
	}
	if owner := text(body, "owner_id"); owner != "" && owner != r.UserID {
		if _, ok := s.accounts.users.Get(owner); !ok {
			return Response{}, InvalidField("owner_id", "No such user.")
		}
		return Response{}, Forbidden("Only staff may create organizations for other users.")
	}
	name := text(body, "name")
	if name == "" {
		name = s.freeName(text(body, "label"))
	}
	if err := s.checkOrganization(Doc{"name": name, "country": body["country"]}, ""); err != nil {
		return Response{}, err
	}
	kind := text(body, "type")
	if kind == "" {
		kind = "flexible"
	}
	org := s.newOrganization(s.newULID(), name, text(body, "label"), r.UserID, text(body, "country"), r.Now)
	org["type"] = kind
	return Created(s.organizationView(r, org))
}

// checkOrganization checks name and country where given. The own id is left out of the search for a taken name.
func (s *Server) checkOrganization(body Doc, own string) error {
	detail := map[string][]string{}
	if v, ok := body["name"].(string); ok {
		if !orgName.MatchString(v) {
			detail["name"] = append(detail["name"], "Use lower-case letters, digits and dashes, at most 63.")
		} else if o, taken := s.organizationByName(v); taken && o["id"] != own {
			detail["name"] = append(detail["name"], "The name is already in use.")
		}
	}
	if v, ok := body["country"].(string); ok && !isCountry(v) {
		detail["country"] = append(detail["country"], "Not a two-letter country code.")
	}
	if v, ok := body["label"].(string); ok && strings.TrimSpace(v) == "" {
		detail["label"] = append(detail["label"], "This field may not be blank.")
	}
	if len(detail) > 0 {
		return Invalid(detail)
	}
	return nil
}

func isCountry(s string) bool {
	return len(s) == 2 && s == strings.ToUpper(s) && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// freeName makes a machine name of a label.
func (s *Server) freeName(label string) string {
	base := strings.Trim(lazy.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(label), "-"), "-")
	if base == "" {
		base = "organization"
	}
	base = base[:min(len(base), 50)]
	name := base
	for {
		if _, taken := s.organizationByName(name); !taken {
			return name
		}
		name = base + "-" + s.newID()[:5]
	}
}

// newOrganization stores an organization with its owner as the first member and an empty ledger.
func (s *Server) newOrganization(id, name, label, owner, country string, at time.Time) Doc {
	if country == "" {
		country = "DE"
	}
	org := Doc{
		"id": id, "type": "flexible", "owner_id": owner, "namespace": "platformsh", "name": name, "label": label,
		"country": country, "capabilities": []string{"members", "teams", "projects", "subscriptions"},
		"vendor": "platformsh", "billing_account_id": id, "billing_legacy": false, "status": "active",
		"created_at": stamp(at), "updated_at": stamp(at),
	}
	s.accounts.organizations.Put(id, org)
	s.accounts.members[id] = &Collection{}
	s.putMember(id, owner, []string{}, true, at)
	s.accounts.ledgers[id] = newLedger(org, at)
	return org
}

func (s *Server) getOrganization(r *Request) (Response, error) {
	org, err := s.organization(r)
	if err != nil {
		return Response{}, err
	}
	return OK(s.organizationView(r, org))
}

func (s *Server) patchOrganization(r *Request) (Response, error) {
	org, err := s.organization(r, "admin")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("name", String), Opt("label", String), Opt("country", String))
	if err != nil {
		return Response{}, err
	}
	if err := s.checkOrganization(body, text(org, "id")); err != nil {
		return Response{}, err
	}
	merge(org, body)
	org["updated_at"] = stamp(r.Now)
	return OK(s.organizationView(r, org))
}

// removeOrganization deletes an empty organization; projects must be deleted one by one before.
func (s *Server) removeOrganization(r *Request) (Response, error) {
	org, err := s.organization(r)
	if err != nil {
		return Response{}, err
	}
	id := text(org, "id")
	if org["owner_id"] != r.UserID {
		return Response{}, Forbidden("Only the owner may delete the organization.")
	}
	if n := len(s.liveSubscriptions(id)); n > 0 {
		return Response{}, InvalidField("organization", "The organization still has %d projects.", n)
	}
	for _, team := range pick(&s.accounts.teams, func(t Doc) bool { return t["organization_id"] == id }) {
		s.forgetTeam(text(team, "id"))
	}
	drop(&s.accounts.orgInvitations, func(i Doc) bool { return i["organization_id"] == id })
	s.accounts.organizations.Delete(id)
	delete(s.accounts.members, id)
	delete(s.accounts.mfaEnforced, id)
	delete(s.accounts.ledgers, id)
	return NoContent()
}

// organizationView adds the links. An action the caller may not take has no link.
func (s *Server) organizationView(r *Request, org Doc) Doc {
	id := text(org, "id")
	base := r.base() + "/organizations/" + id
	l := links("self", base)
	if s.may(id, r.UserID, "admin") {
		l["update"] = action(base, "PATCH")
		l["mfa-enforcement"] = Doc{"href": base + "/mfa-enforcement"}
	}
	if org["owner_id"] == r.UserID {
		l["delete"] = action(base, "DELETE")
	}
	if s.may(id, r.UserID, "members") {
		l["members"] = Doc{"href": base + "/members"}
		l["create-member"] = action(base+"/members", "POST")
	}
	if s.may(id, r.UserID, "billing") {
		l["address"] = Doc{"href": base + "/address"}
		l["profile"] = Doc{"href": base + "/profile"}
		l["orders"] = Doc{"href": base + "/orders"}
		l["vouchers"] = Doc{"href": base + "/vouchers"}
		l["apply-voucher"] = action(base+"/vouchers/apply", "POST")
	}
	if s.may(id, r.UserID, "plans", "projects:create") {
		l["create-subscription"] = action(base+"/subscriptions", "POST")
		l["estimate-subscription"] = Doc{"href": base + "/subscriptions/estimate"}
	}
	l["subscriptions"] = Doc{"href": base + "/subscriptions"}
	out := clone(org)
	out["_links"] = l
	return out
}

func (s *Server) seedOrganizations(now time.Time) {
	acme := s.newOrganization(OrgAcme, "acme", "Acme Ltd", UserAda, "DE", now.AddDate(-2, -3, 0))
	acme["updated_at"] = stamp(now.AddDate(0, -1, -4))
	s.putMember(OrgAcme, UserBen, []string{"plans", "projects:create", "projects:list"}, false, now.AddDate(-2, 0, 0))
	s.putMember(OrgAcme, UserCleo, []string{"billing"}, false, now.AddDate(-1, -6, 0))
	s.newOrganization(OrgSolo, "solo", "Ben Rossi", UserBen, "NL", now.AddDate(-1, -1, 0))
	s.putMember(OrgSolo, UserAda, []string{"admin"}, false, now.AddDate(-1, 0, 0))
	for i, u := range seedStaff() {
		s.putMember(OrgAcme, u.id, []string{"projects:list"}, false, now.AddDate(0, -10, 5*i))
	}
}
