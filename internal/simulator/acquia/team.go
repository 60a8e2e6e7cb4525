package acquia

import (
	"slices"
	"time"
)

func teamRoutes() []Route {
	const team = "/teams/{teamUuid}"
	const teams = "/organizations/{organizationUuid}/teams"
	return []Route{
		list("/teams", indexed),
		list(teams, indexed),
		get(team),
		do("POST "+teams, change{Status: 201, Say: "Team created.", Fields: []Field{need("name", String)}, New: "name", Check: freeTeamName,
			Do: func(c *call, at time.Time) { c.s.newTeam(c.organization(), c.s.newUUID(), c.text("name"), at) }, Now: true}),
		do("PUT "+team, change{Status: 200, Say: "Team renamed.", Fields: []Field{opt("name", String)}, Check: all((*call).something, freeTeamName),
			Do: func(c *call, at time.Time) {
				c.last.doc["name"], c.last.doc["updated_at"] = c.text("name"), stamp(at)
			}}),
		remove("DELETE "+team, 200, "", "Removed team.", nil),
		do("POST "+team+"/actions/leave", change{Status: 200, Say: "You have left the team.",
			Check: func(c *call) error {
				if c.last.in("members").get(c.me.id) == nil {
					return conflict("You are not a member of this team.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.last.in("members").drop(c.me.id) }}),
		listOf(team+"/applications", indexed, func(c *call) []*node {
			var out []*node
			for _, member := range c.last.in("applications").nodes {
				if app := c.s.root.in("applications").get(member.id); app != nil {
					out = append(out, app)
				}
			}
			return out
		}),
		do("POST "+team+"/applications", change{Status: 200, Say: "Added application to team.", Fields: []Field{need("uuid", String)},
			Check: func(c *call) error {
				if c.s.root.in("applications").get(c.text("uuid")) == nil {
					return notFound("There is no application " + c.text("uuid") + ", or you may not see it.")
				}
				if c.last.in("applications").get(c.text("uuid")) != nil {
					return conflict("The application is already on this team.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.last.in("applications").add(c.text("uuid"), Doc{"uuid": c.text("uuid")}) }}),
		remove("DELETE "+team+"/applications/{applicationUuid}", 200, "", "Removed application from team.", nil),
		list(team+"/members", indexed),
		do("PUT "+team+"/members/{userUuid}", change{Status: 200, Say: "Modified member roles.", Fields: []Field{need("roles", Strings)}, Check: (*call).knownRoles,
			Do: func(c *call, _ time.Time) { c.last.doc["roles"] = c.roleNames() }}),
		remove("DELETE "+team+"/members/{userUuid}", 200, "", "Team member removed.", nil),
	}
}

func freeTeamName(c *call) error {
	org := c.last.owned("organizations")
	if slices.ContainsFunc(c.s.root.in("teams").of(org), func(t *node) bool { return t.text("name") == c.text("name") }) {
		return conflict("A team with this name already exists in this organization.")
	}
	return nil
}

func (s *Server) newTeam(org *node, id, name string, at time.Time) *node {
	t := s.root.in("teams").add(id, Doc{"uuid": id, "name": name, "created_at": stamp(at), "updated_at": stamp(at), "organization": named(org)})
	t.owner = org
	t.in("members")
	t.in("applications")
	return t
}

// join makes a user a member of a team, or gives him other roles.
func (t *node) join(user *node, roles []Doc) {
	d := person(user)
	d["roles"] = roles
	t.in("members").add(user.id, d)
}
