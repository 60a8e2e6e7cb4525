package acquia

import (
	"slices"
	"strings"
)

// needed says which permission an operation takes; {env} stands for prod or non-prod. The first prefix of "METHOD /path" that
// fits decides. Without any, reads are free and changes are for administrators.
var needed = []struct{ prefix, permission string }{
	{"POST /environments/{environmentId}/databases/{databaseName}/backups/{backupId}", "restore db backup {env}"},
	{"POST /environments/{environmentId}/databases/{databaseName}/backups", "create db backup {env}"},
	{"DELETE /environments/{environmentId}/databases/{databaseName}/backups", "create db backup {env}"},
	{"GET /environments/{environmentId}/databases/{databaseName}/backups/{backupId}/actions/download", "download db backup {env}"},
	{"POST /environments/{environmentId}/databases", "deploy to {env}"},
	{"POST /environments/{environmentId}/code", "deploy to {env}"},
	{"POST /environments/{environmentId}/artifacts", "deploy to {env}"},
	{"POST /environments/{environmentId}/files", "move file to {env}"},
	{"POST /environments/{environmentId}/actions/clear-caches", "clear caches on {env}"},
	{"POST /environments/{environmentId}/domains/{domain}/actions/clear-caches", "clear caches on {env}"},
	{"POST /environments/{environmentId}/domains/{domain}/actions/clear-varnish", "clear varnish on {env}"},
	{"POST /environments/{environmentId}/domains/actions/clear-varnish", "clear varnish on {env}"},
	{"POST /environments/{environmentId}/domains", "administer domain {env}"},
	{"DELETE /environments/{environmentId}/domains", "administer domain {env}"},
	{"POST /environments/{environmentId}/ssl", "administer ssl {env}"},
	{"DELETE /environments/{environmentId}/ssl", "administer ssl {env}"},
	{"POST /environments/{environmentId}/crons", "administer cron {env}"},
	{"PUT /environments/{environmentId}/crons", "administer cron {env}"},
	{"DELETE /environments/{environmentId}/crons", "administer cron {env}"},
	{"POST /environments/{environmentId}/logs", "download logs {env}"},
	{"GET /environments/{environmentId}/logs/{logType}", "download logs {env}"},
	{"PUT /environments/{environmentId}/servers", "configure server"},
	{"POST /environments/{environmentId}/servers", "configure server"},
	{"POST /environments/{environmentId}/", "configure {env} env"},
	{"PUT /environments/{environmentId}/", "configure {env} env"},
	{"DELETE /environments/{environmentId}/", "configure {env} env"},
	{"PUT /environments/{environmentId}", "configure {env} env"},
	{"DELETE /environments/{environmentId}", "delete an environment"},
	{"POST /applications/{applicationUuid}/environments", "add an environment"},
	{"DELETE /applications/{applicationUuid}/databases", "remove database"},
	{"POST /applications/{applicationUuid}/databases/{name}/actions/erase", "remove database"},
	{"POST /applications/{applicationUuid}/databases", "add database"},
	{"PUT /applications/{applicationUuid}/settings/ra", "edit remote administration"},
	{"GET /applications/{applicationUuid}/settings/ra", "view remote administration"},
	{"POST /account/", ""}, {"DELETE /account/", ""}, {"POST /messages/", ""}, {"POST /invites/{token}/actions/accept", ""},
	{"POST /invites/{token}/actions/decline", ""}, {"POST /teams/{teamUuid}/actions/leave", ""}, {"POST /organizations/{organizationUuid}/actions/leave", ""},
	{"POST /applications/{applicationUuid}/ides", ""}, {"DELETE /ides/", ""},
	{"POST /teams/", "administer team"}, {"PUT /teams/", "administer team"}, {"DELETE /teams/", "administer team"},
}

// authorize refuses what the user's roles do not grant.
func (c *call) authorize(callName string) error {
	if c.admin(c.organizationOf()) {
		return nil
	}
	for _, n := range needed {
		if !strings.HasPrefix(callName, n.prefix) {
			continue
		}
		env := "non-prod"
		if c.env() != nil && c.env().flag("production") {
			env = "prod"
		}
		permission := strings.ReplaceAll(n.permission, "{env}", env)
		if permission == "" || slices.Contains(c.granted(), permission) {
			return nil
		}
		return forbidden("You do not have the '" + permission + "' permission here.")
	}
	if strings.HasPrefix(callName, "GET ") {
		return nil
	}
	return forbidden("Only administrators of the organization may do this.")
}

// organizationOf is the organization of what the path names, the user's own when it names none.
func (c *call) organizationOf() *node {
	for n := c.last; n != nil && n.home != nil; n = n.home.up {
		if org := n.owned("organizations"); org != nil {
			return org
		}
	}
	return c.s.root.in("organizations").get(Organization)
}

func (c *call) admin(org *node) bool { return org.in("admins").get(c.me.id) != nil }

func (c *call) ownerOf(org *node) bool {
	owner, _ := org.doc["owner"].(Doc)
	return owner["uuid"] == c.me.id
}

// granted are the permissions of the user: for the application or team in the path when there is one, else over all teams.
func (c *call) granted() []string {
	var out []string
	app := c.app()
	if e := c.env(); e != nil {
		app = e.owned("applications")
	}
	for _, t := range c.s.root.in("teams").nodes {
		member := t.in("members").get(c.me.id)
		if member == nil || app != nil && t.in("applications").get(app.id) == nil || c.nodes["teamUuid"] != nil && c.nodes["teamUuid"] != t {
			continue
		}
		roles, _ := member.doc["roles"].([]Doc)
		for _, role := range roles {
			id, _ := role["uuid"].(string)
			r := c.s.root.in("roles").get(id)
			if r == nil {
				continue
			}
			for _, p := range r.doc["permissions"].([]Doc) {
				out = append(out, p["name"].(string))
			}
		}
	}
	return out
}

// sees says whether the user may know of a resource: an application shows itself to the members of its teams only.
func (c *call) sees(n *node) bool {
	app := n.owned("applications")
	if app == nil || app.owner == nil || c.admin(app.owned("organizations")) {
		return true
	}
	return slices.ContainsFunc(c.s.root.in("teams").nodes, func(t *node) bool {
		return t.in("applications").get(app.id) != nil && t.in("members").get(c.me.id) != nil
	})
}
