package acquia

import (
	"slices"
	"time"
)

func applicationRoutes() []Route {
	const app = "/applications/{applicationUuid}"
	return []Route{
		list("/applications", indexed),
		get(app),
		do("PUT "+app, change{Status: 200, Event: "ApplicationRenamed", Say: "Application renamed.", Fields: []Field{opt("name", String)},
			Check: all((*call).something, func(c *call) error {
				if c.text("name") == c.last.text("name") {
					return conflict("The new name is the old one. No action taken.")
				}
				if c.s.root.in("applications").having("name", c.text("name")) != nil {
					return invalid("name", "There is an application with this name already.")
				}
				return nil
			}),
			Do: func(c *call, _ time.Time) { c.last.doc["name"] = c.text("name") }}),
		list(app+"/artifacts", indexed),
		get(app + "/artifacts/{artifactId}"),
		list(app+"/features", whole),
		listOf(app+"/messages", indexed, func(c *call) []*node { return c.s.root.in("messages").nodes }),
		listDocs(app+"/permissions", whole, func(c *call) []Doc {
			if c.admin(c.organizationOf()) {
				return permissionDocs()
			}
			return granted(c.granted())
		}),
		listOf(app+"/teams", indexed, func(c *call) []*node {
			var out []*node
			for _, t := range c.s.root.in("teams").nodes {
				if t.in("applications").get(c.last.id) != nil {
					out = append(out, t)
				}
			}
			return out
		}),
		{Call: "POST /account" + app + "/actions/mark-recent", Handle: func(c *call) (Response, error) {
			mine := c.me.doc["metadata"].(Doc)["applications"].(Doc)
			recent, _ := mine["recent"].([]Doc)
			recent = slices.DeleteFunc(slices.Clone(recent), func(d Doc) bool { return d["uuid"] == c.last.id })
			mine["recent"] = append([]Doc{{"uuid": c.last.id, "recent_at": stamp(c.now)}}, recent...)
			return ok(Doc{"message": "The application has been marked as recently viewed."})
		}},
		star("star", true, "The application has been starred."),
		star("unstar", false, "The application has been unstarred."),
	}
}

// star keeps the list of the user's favorites.
func star(verb string, on bool, say string) Route {
	starred := func(c *call) (Doc, []string) {
		mine := c.me.doc["metadata"].(Doc)["applications"].(Doc)
		return mine, mine["starred"].([]string)
	}
	return do("POST /account/applications/{applicationUuid}/actions/"+verb, change{Status: 200, Say: say,
		Check: func(c *call) error {
			if _, have := starred(c); slices.Contains(have, c.last.id) == on {
				return conflict("The application cannot be %sred: it already is as wished.", verb)
			}
			return nil
		},
		Do: func(c *call, _ time.Time) {
			mine, have := starred(c)
			have = slices.DeleteFunc(slices.Clone(have), func(id string) bool { return id == c.last.id })
			if on {
				have = append(have, c.last.id)
			}
			mine["starred"] = have
		}})
}

func (c *call) showApplication(n *node, d Doc) {
	sub, org := n.owned("subscriptions"), n.owned("organizations")
	d["subscription"], d["organization"] = named(sub), named(org)
	tags := []Doc{}
	for _, t := range n.in("tags").nodes {
		tags = append(tags, Doc{"name": t.id, "color": t.doc["color"], "_links": Doc{"self": link(c.href(t.path)), "parent": link(c.href(n.path + "/tags"))}})
	}
	d["tags"] = tags
}

// named is the short form in which a resource shows what it belongs to.
func named(n *node) Doc { return Doc{"uuid": n.id, "name": n.doc["name"]} }

// drupal refuses what exists for Drupal applications only.
func drupal(what string) func(*call) error {
	return func(c *call) error {
		n := c.app()
		if n == nil {
			n = c.env().owned("applications")
		}
		if n != nil && n.text("type") != "drupal" {
			return forbidden(what + " not available for Node.js applications.")
		}
		return nil
	}
}

// all joins checks: the first that refuses decides.
func all(checks ...func(*call) error) func(*call) error {
	return func(c *call) error {
		for _, check := range checks {
			if err := check(c); err != nil {
				return err
			}
		}
		return nil
	}
}
