package acquia

import (
	"slices"
	"time"
)

func organizationRoutes() []Route {
	const org = "/organizations/{organizationUuid}"
	return []Route{
		list("/organizations", whole),
		get(org),
		do("PUT "+org, change{Status: 200, Say: "Organization renamed.", Fields: []Field{need("name", String)},
			Check: func(c *call) error {
				if c.s.root.in("organizations").having("name", c.text("name")) != nil {
					return invalid("name", "The organization owner already has an organization with this name.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.last.doc["name"] = c.text("name") }}),
		remove("DELETE "+org, 200, "", "Deleted organization.", func(c *call) error {
			if len(c.s.root.in("subscriptions").of(c.last)) > 0 {
				p := invalid("general", "This organization has associated subscriptions and cannot be deleted.")
				p.Slug = "validation_error"
				return p
			}
			return nil
		}),
		do("POST "+org+"/actions/change-owner", change{Status: 200, Say: "Changed organization owner.", Fields: []Field{need("user_uuid", String)},
			Check: func(c *call) error {
				if c.last.in("admins").get(c.text("user_uuid")) == nil {
					return conflict("The new owner must be an existing administrator of the organization.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) {
				for _, admin := range c.last.in("admins").nodes {
					admin.setFlag("owner", admin.id == c.text("user_uuid"))
				}
				c.last.doc["owner"] = person(c.last.in("admins").get(c.text("user_uuid")))
			}}),
		do("POST "+org+"/actions/leave", change{Status: 200, Say: "Left organization.",
			Check: func(c *call) error { return c.notOwner(c.me.text("uuid")) },
			Do:    func(c *call, _ time.Time) { c.leave(c.me.text("uuid")) }}),
		list(org+"/applications", indexed),
		list(org+"/subscriptions", indexed),
		getDoc(org+"/identity-provider", func(c *call) (Doc, error) {
			for _, n := range c.s.root.in("identity-providers").of(c.last) {
				return c.view(n, true), nil
			}
			return nil, notFound("This organization has no identity provider.")
		}),
	}
}

// notOwner refuses to remove the owner of the organization in the path.
func (c *call) notOwner(user string) error {
	if owner, _ := c.organization().doc["owner"].(Doc); owner["uuid"] == user {
		return conflict("The organization owner cannot be removed.")
	}
	return nil
}

// leave removes a user from the organization and its teams.
func (c *call) leave(user string) {
	c.organization().in("admins").drop(user)
	c.organization().in("members").drop(user)
	for _, t := range c.s.root.in("teams").of(c.organization()) {
		t.in("members").drop(user)
	}
}

func (c *call) showOrganization(n *node, d Doc) {
	d["subscriptions_total"] = len(c.s.root.in("subscriptions").of(n))
	d["admins_total"], d["users_total"] = len(n.in("admins").nodes), len(n.in("members").nodes)
	d["teams_total"], d["roles_total"] = len(c.s.root.in("teams").of(n)), len(c.s.root.in("roles").of(n))
}

// peopleRoutes are the members and administrators of an organization.
func peopleRoutes() []Route {
	const org = "/organizations/{organizationUuid}"
	return []Route{
		listDocs(org+"/members", indexed, func(c *call) []Doc {
			var out []Doc
			for _, m := range c.last.in("members").nodes {
				out = append(out, c.member(m, false))
			}
			return out
		}),
		getDoc(org+"/members/{userUuid}", func(c *call) (Doc, error) { return c.member(c.last, true), nil }),
		do("DELETE "+org+"/members/{userUuid}", change{Status: 200, Say: "Organization member removed.",
			Check: func(c *call) error { return c.notOwner(c.last.id) },
			Do:    func(c *call, _ time.Time) { c.leave(c.last.id) }}),
		listOf(org+"/members/{userUuid}/applications", whole, func(c *call) []*node {
			var out []*node
			for _, t := range c.s.root.in("teams").of(c.organization()) {
				if t.in("members").get(c.last.id) == nil {
					continue
				}
				for _, ref := range t.in("applications").nodes {
					if app := c.s.root.in("applications").get(ref.id); app != nil && !slices.Contains(out, app) {
						out = append(out, app)
					}
				}
			}
			return out
		}),
		list(org+"/admins", indexed),
		get(org + "/admins/{userUuid}"),
		remove("DELETE "+org+"/admins/{userUuid}", 200, "", "Organization administrator removed.", func(c *call) error { return c.notOwner(c.last.id) }),
	}
}

// member is a member with the teams and roles that he has now.
func (c *call) member(n *node, alone bool) Doc {
	d := c.view(n, alone)
	teams := []Doc{}
	for _, t := range c.s.root.in("teams").of(c.organization()) {
		if m := t.in("members").get(n.id); m != nil {
			teams = append(teams, Doc{"uuid": t.id, "name": t.doc["name"], "roles": m.doc["roles"]})
		}
	}
	d["teams"] = teams
	return d
}
