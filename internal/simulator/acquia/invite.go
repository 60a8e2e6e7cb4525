package acquia

import "time"

// inviteRoutes: an invitation is addressed by its token, which is a secret: whoever has it can accept.
func inviteRoutes() []Route {
	const org = "/organizations/{organizationUuid}"
	const team = "/teams/{teamUuid}"
	const invite = "/invites/{token}"
	open := func(verb string) func(*call) error {
		return func(c *call) error {
			if c.last.flag("declined") {
				return conflict("This invite cannot be %s: it has already been declined.", verb)
			}
			return nil
		}
	}
	return []Route{
		invites(org+"/admin-invites", func(n *node) bool { return n.doc["team"] == nil }),
		invites(org+"/team-invites", func(n *node) bool { return n.doc["team"] != nil }),
		invites(team+"/invites", func(n *node) bool { return n.doc["team"] != nil }),
		do("POST "+org+"/admin-invites", change{Status: 200, Say: "Invited organization administrator.", Fields: []Field{need("email", Email)},
			Check: (*call).notInvited,
			Do:    func(c *call, at time.Time) { c.s.newInvite(c.me, c.last, c.text("email"), nil, at) }}),
		do("POST "+team+"/invites", change{Status: 201, Say: "Invited team member.", Fields: []Field{need("email", Email), need("roles", Strings)},
			Check: all((*call).knownRoles, (*call).notInvited, func(c *call) error {
				if c.last.in("members").having("mail", c.text("email")) != nil {
					return conflict("The user you are trying to invite already belongs to the team.")
				}
				return nil
			}),
			Do: func(c *call, at time.Time) { c.s.newInvite(c.me, c.last, c.text("email"), c.roleNames(), at) }, Now: true}),
		{Call: "GET " + invite, Handle: func(c *call) (Response, error) { return ok(c.view(c.last, false)) }},
		remove("DELETE "+invite, 200, "", "Cancelled invite.", nil),
		do("POST "+invite+"/actions/accept", change{Status: 200, Say: "The invite has been accepted.", Check: open("accepted"),
			Do: func(c *call, _ time.Time) {
				user := c.s.root.in("people").having("mail", c.last.text("email"))
				if user != nil && c.last.owner.kind == "teams" {
					roles, _ := c.last.doc["roles"].([]Doc)
					c.last.owner.join(user, roles)
				}
				if user != nil && c.last.owner.kind == "organizations" {
					c.s.makeAdmin(c.last.owner, user, false)
				}
				c.last.remove()
			}}),
		do("POST "+invite+"/actions/decline", change{Status: 200, Say: "The invite has been declined.", Check: open("declined"),
			Do: func(c *call, _ time.Time) { c.last.setFlag("declined", true) }}),
		do("POST "+invite+"/actions/resend", change{Status: 200, Say: "Resent invitation.", Check: open("resent")}),
	}
}

func invites(path string, wanted func(*node) bool) Route {
	return listOf(path, indexed, func(c *call) []*node {
		var out []*node
		for _, n := range c.s.root.in("invites").of(c.last) {
			if wanted(n) {
				out = append(out, n)
			}
		}
		return out
	})
}

// notInvited refuses a second invitation to the same team or organization.
func (c *call) notInvited() error {
	for _, n := range c.s.root.in("invites").nodes {
		if n.owner == c.last && n.text("email") == c.text("email") && !n.flag("declined") {
			return conflict("An invitation to %s has already been sent. It was sent on %s.", c.text("email"), n.text("created_at"))
		}
	}
	return nil
}

// newInvite invites somebody to a team with roles, or to the administrators of an organization.
func (s *Server) newInvite(author, to *node, email string, roles []Doc, at time.Time) *node {
	token := s.newUUID()
	d := Doc{"uuid": s.newUUID(), "token": token, "email": email, "created_at": stamp(at), "author": person(author),
		"organization": named(to.owned("organizations")), "flags": Doc{"declined": false}}
	if to.kind == "teams" {
		d["team"], d["roles"] = named(to), roles
		apps := []Doc{}
		for _, ref := range to.in("applications").nodes {
			if app := s.root.in("applications").get(ref.id); app != nil {
				apps = append(apps, named(app))
			}
		}
		d["applications"] = apps
	}
	n := s.root.in("invites").add(token, d)
	n.owner = to
	return n
}

func (s *Server) makeAdmin(org, user *node, owner bool) {
	d := person(user)
	d["flags"] = Doc{"owner": owner}
	org.in("admins").add(user.id, d)
	org.in("members").add(user.id, person(user))
}
