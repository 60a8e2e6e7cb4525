package acquia

import (
	"maps"
	"strings"
)

func link(href string) Doc { return Doc{"href": href} }

// view is a node as the API shows it: its document with links, and with more of them when it is asked for alone.
func (c *call) view(n *node, alone bool) Doc {
	d := maps.Clone(n.doc)
	if d == nil {
		d = Doc{}
	}
	links := Doc{"self": link(c.href(n.path))}
	if alone {
		links["parent"] = link(c.href(parentOf(n.path)))
		for _, name := range linkNames[n.kind] {
			links[name] = link(c.href(n.path + "/" + name))
		}
	}
	d["_links"] = links
	switch n.kind {
	case "applications":
		if n.owner != nil { // not the reference to one in a codebase
			c.showApplication(n, d)
		}
	case "environments":
		c.showEnvironment(n, d, links)
	case "backups":
		links["download"] = link(c.href(n.path + "/actions/download"))
	case "certificates", "csrs":
		c.showCertificate(n, links)
	case "codebases":
		c.showCodebase(n, d, links)
	case "domains":
		if strings.HasPrefix(n.path, "/environments/") {
			links["status"] = link(c.href(n.path + "/status"))
		}
	case "ides":
		c.showIDE(n, d, links)
	case "logs":
		d["_links"] = Doc{"download": link(c.href(n.path))}
	case "messages":
		links["dismiss"] = link(c.href(n.path + "/actions/dismiss"))
		links["follow"] = link(c.href(n.path + "/actions/follow"))
	case "organizations":
		c.showOrganization(n, d)
	case "subscriptions":
		c.showSubscription(n, d)
	}
	return d
}

// linkNames are the links below a resource that is asked for alone.
var linkNames = map[string][]string{
	"account":          {"invites", "messages", "tokens"},
	"agreements":       {"invitees"},
	"applications":     {"code", "databases", "environments", "features", "ides", "permissions", "search", "settings", "tasks", "teams"},
	"databases":        {"backups", "php-config"},
	"environments":     {"available-runtimes", "cdn", "cloud-actions", "crons", "databases", "dns", "domains", "eips", "logs", "metrics", "search", "servers", "ssl", "variables"},
	"members":          {"applications"},
	"organizations":    {"admin-invites", "admins", "applications", "identity-provider", "members", "roles", "subscriptions", "team-invites", "teams"},
	"private-networks": {"isolation", "ingress", "connections"},
	"subscriptions":    {"applications", "entitlements", "ides", "shield-acl"},
	"teams":            {"members", "applications", "invites"},
}

// get is the operation that shows the resource that its path names.
func get(path string) Route {
	return Route{Call: "GET " + path, Handle: func(c *call) (Response, error) { return ok(c.view(c.last, true)) }}
}

// getDoc is the operation that shows a document that is made for the answer. It gets the links self and parent.
func getDoc(path string, make func(*call) (Doc, error)) Route {
	return Route{Call: "GET " + path, Handle: func(c *call) (Response, error) {
		d, err := make(c)
		if err != nil {
			return Response{}, err
		}
		links, _ := d["_links"].(Doc)
		if links == nil {
			links = Doc{}
			d["_links"] = links
		}
		self := c.href(c.path)
		links["self"] = link(self)
		if links["parent"] == nil {
			links["parent"] = link(parentOf(self))
		}
		return ok(d)
	}}
}

// index is an operation whose answer only links to what is below it.
func index(path string, below ...string) Route {
	return getDoc(path, func(c *call) (Doc, error) {
		links := Doc{}
		for _, name := range below {
			links[name] = link(c.href(c.path + "/" + name))
		}
		return Doc{"_links": links}, nil
	})
}
