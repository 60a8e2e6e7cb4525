package acquia

import "time"

const maxIDEs = 5 // of an application

func ideRoutes() []Route {
	return []Route{
		list("/applications/{applicationUuid}/ides", whole),
		list("/subscriptions/{subscriptionUuid}/ides", whole),
		listOf("/account/ides", whole, func(c *call) []*node {
			var out []*node
			for _, n := range c.s.root.in("ides").nodes {
				if n.data == c.me.id {
					out = append(out, n)
				}
			}
			return out
		}),
		get("/ides/{ideUuid}"),
		do("POST /applications/{applicationUuid}/ides", change{Event: "IDECreated", Say: "The Cloud IDE is being created.", Fields: []Field{need("label", String)}, New: "label",
			Check: func(c *call) error {
				mine := c.s.root.in("ides").of(c.app())
				if len(mine) >= maxIDEs {
					p := invalid("general", "All %d Cloud IDEs of the application are in use; delete one first.", maxIDEs)
					p.Slug = "validation_error"
					return p
				}
				for _, ide := range mine {
					if ide.text("label") == c.text("label") {
						p := invalid("label", "A Cloud IDE labeled %s already exists.", c.text("label"))
						p.Slug = "validation_error"
						return p
					}
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.s.newIDE(c.app(), c.me, c.s.newUUID(), c.text("label")) }}),
		remove("DELETE /ides/{ideUuid}", 0, "IDEDeleted", "The Cloud IDE is being deleted.", nil),
	}
}

func (s *Server) newIDE(app, user *node, id, label string) {
	n := s.root.in("ides").add(id, Doc{"uuid": id, "label": label, "status": "active"})
	n.owner, n.data = app, user.id
}

func (c *call) showIDE(n *node, d, links Doc) {
	links["web"] = link("https://" + n.id + ".web.ahdev.cloud")
	links["ide"] = link("https://" + n.id + ".ides.acquia.com")
	links["application"] = link(c.href(n.owner.path))
	d["_embedded"] = Doc{"owner": person(c.s.root.in("people").get(n.data))}
}
