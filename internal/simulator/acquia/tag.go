package acquia

import (
	"time"
)

func tagRoutes() []Route {
	const tags = "/applications/{applicationUuid}/tags"
	const available = "/organizations/{organizationUuid}/available-tags"
	context := []Field{need("tags", Array), need("context", Object)}
	return []Route{
		list(tags, whole),
		do("POST "+tags, change{Status: 200, Event: "TagAdded", Say: "The tag has been added to the application.", Fields: []Field{need("name", String), need("color", String)},
			Check: all(knownColor, func(c *call) error {
				if c.app().in("tags").get(c.text("name")) != nil {
					return conflict("The application has the tag %q already.", c.text("name"))
				}
				return nil
			}),
			Do: func(c *call, _ time.Time) { c.app().tag(c.text("name"), c.text("color")) }}),
		remove("DELETE "+tags+"/{tagName}", 200, "TagRemoved", "The tag has been removed from the application.", nil),
		listDocs(available, whole, func(c *call) []Doc {
			var out []Doc
			seen := map[string]bool{}
			for _, app := range c.s.root.in("applications").of(c.last) {
				for _, t := range app.in("tags").nodes {
					if !seen[t.id] {
						seen[t.id] = true
						out = append(out, copyDoc(t.doc))
					}
				}
			}
			return out
		}),
		do("POST "+available, change{Status: 201, Event: "TagsUpdated", Say: "Tags have been updated.", Fields: context, Check: (*call).tagTargets,
			Do: func(c *call, _ time.Time) {
				for _, app := range c.tagged() {
					for _, t := range c.tagDocs() {
						name, _ := t["name"].(string)
						color, _ := t["color"].(string)
						app.tag(name, color)
					}
				}
			}}),
		do("DELETE "+available, change{Status: 200, Event: "TagsUpdated", Say: "Tags have been updated.", Fields: context, Check: (*call).tagTargets,
			Do: func(c *call, _ time.Time) {
				for _, app := range c.tagged() {
					for _, t := range c.tagDocs() {
						name, _ := t["name"].(string)
						app.in("tags").drop(name)
					}
				}
			}}),
	}
}

func (n *node) tag(name, color string) {
	n.in("tags").add(name, Doc{"name": name, "color": color, "context": Doc{
		"organization": Doc{"uuids": []string{n.owned("organizations").id}}, "application": Doc{"uuids": []string{n.id}}}})
}

// tagDocs are the tags of the body; a tag may also be just its name.
func (c *call) tagDocs() []Doc {
	var out []Doc
	list, _ := c.body["tags"].([]any)
	for _, v := range list {
		switch v := v.(type) {
		case string:
			out = append(out, Doc{"name": v, "color": tagColors[0]})
		case Doc:
			out = append(out, v)
		}
	}
	return out
}

// tagged are the applications of the body.
func (c *call) tagged() []*node {
	var out []*node
	uuids, _ := at(c.body, "context.application.uuids")
	list, _ := uuids.([]any)
	for _, v := range list {
		id, _ := v.(string)
		if app := c.s.root.in("applications").get(id); app != nil && app.belongsTo(c.organization()) {
			out = append(out, app)
		}
	}
	return out
}

func (c *call) tagTargets() error {
	if len(c.tagged()) == 0 {
		return invalid("context", "context.application.uuids names no application of this organization.")
	}
	return nil
}
