package acquia

import "time"

func siteRoutes() []Route {
	const site = "/sites/{siteId}"
	return []Route{
		list("/sites", numbered),
		list("/subscriptions/{subscriptionId}/sites", numbered),
		get(site),
		do("POST /sites", change{Say: "Site creation started.", Fields: []Field{need("name", String), opt("label", String), opt("description", String), need("codebase_id", String)}, New: "name",
			Check: func(c *call) error {
				if c.s.root.in("codebases").get(c.text("codebase_id")) == nil {
					return invalid("codebase_id", "There is no codebase %s.", c.text("codebase_id"))
				}
				if c.s.root.in("sites").having("name", c.text("name")) != nil {
					return conflict("There is a site %q already.", c.text("name"))
				}
				return nil
			},
			Do: func(c *call, _ time.Time) {
				c.s.newSite(c.s.root.in("codebases").get(c.text("codebase_id")), c.s.newUUID(), c.text("name"), c.text("label"), c.text("description"))
			}}),
		update("PUT "+site, 200, "", "Site update started.", opt("label", String), opt("description", String)),
		do("DELETE "+site, change{Say: "Site deleted.",
			Check: func(c *call) error {
				if len(c.s.root.in("site-instances").of(c.last)) > 0 {
					return conflict("The site has instances; delete them first.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.last.remove() }}),
		listOf(site+"/environments", numbered, func(c *call) []*node {
			var out []*node
			for _, n := range c.s.root.in("site-instances").of(c.last) {
				out = append(out, c.s.root.in("environments").get(n.text("environment_id")))
			}
			return out
		}),
		listOf("/environments/{environmentId}/sites", numbered, func(c *call) []*node {
			var out []*node
			for _, n := range c.s.root.in("site-instances").nodes {
				if n.text("environment_id") == c.last.id {
					out = append(out, n.owner)
				}
			}
			return out
		}),
	}
}

func (s *Server) newSite(codebase *node, id, name, label, description string) *node {
	n := s.root.in("sites").add(id, Doc{"id": id, "name": name, "label": label, "description": description, "codebase_id": codebase.id, "status": "ready", "delete_at": nil})
	n.owner = codebase
	return n
}
