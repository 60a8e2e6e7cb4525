package acquia

import (
	"slices"
	"strings"
	"time"
)

func roleRoutes() []Route {
	const role = "/roles/{roleUuid}"
	const roles = "/organizations/{organizationUuid}/roles"
	fields := []Field{need("name", String), opt("description", String), need("permissions", Strings)}
	return []Route{
		listDocs("/permissions", whole, func(*call) []Doc { return permissionDocs() }),
		list(roles, indexed),
		get(role),
		do("POST "+roles, change{Status: 200, Say: "Role created.", Fields: fields, Check: all(freeRoleName, knownPermissions),
			Do: func(c *call, at time.Time) {
				c.s.newRole(c.me, c.organization(), c.s.newUUID(), c.text("name"), c.text("description"), c.texts("permissions"), false, at)
			}}),
		do("PUT "+role, change{Status: 200, Say: "Updating role.", Fields: optional(fields), Check: all((*call).something, freeRoleName, knownPermissions),
			Do: func(c *call, at time.Time) {
				for _, field := range []string{"name", "description"} {
					if v, there := c.body[field]; there {
						c.last.doc[field] = v
					}
				}
				if _, there := c.body["permissions"]; there {
					c.last.doc["permissions"] = granted(c.texts("permissions"))
				}
				c.last.doc["last_edited"] = Doc{"edited_at": stamp(at), "user": person(c.me)}
			}}),
		remove("DELETE "+role, 200, "", "Deleted role.", nil),
	}
}

func freeRoleName(c *call) error {
	for _, r := range c.s.root.in("roles").of(c.last.owned("organizations")) {
		if r != c.last && r.text("name") == c.text("name") {
			return conflict("The name for this role is already being used within this organization.")
		}
	}
	return nil
}

func knownPermissions(c *call) error {
	for _, name := range c.texts("permissions") {
		if !slices.ContainsFunc(permissions(), func(p permission) bool { return p.name == name }) {
			return invalid("permissions", "There is no permission %q.", name)
		}
	}
	return nil
}

// knownRoles refuses roles that the organization does not have.
func (c *call) knownRoles() error {
	for _, id := range c.texts("roles") {
		if r := c.s.root.in("roles").get(id); r == nil || r.owner != c.first("teamUuid").owner {
			return invalid("roles", "There is no role %s in this organization.", id)
		}
	}
	return nil
}

// roleNames are the roles of the body in short form.
func (c *call) roleNames() []Doc {
	var out []Doc
	for _, id := range c.texts("roles") {
		if r := c.s.root.in("roles").get(id); r != nil {
			out = append(out, named(r))
		}
	}
	return out
}

func (s *Server) newRole(author, org *node, id, name, description string, permissions []string, isDefault bool, at time.Time) *node {
	r := s.root.in("roles").add(id, Doc{"uuid": id, "name": name, "description": description, "permissions": granted(permissions), "organization": named(org),
		"last_edited": Doc{"edited_at": stamp(at), "user": person(author)}, "flags": Doc{"default": isDefault}})
	r.owner = org
	return r
}

type permission struct{ name, group string }

// permissions are all that a role can grant.
func permissions() []permission {
	var out []permission
	for _, group := range []struct{ name, list string }{
		{"Workflow", "deploy to non-prod,deploy to prod,pull from prod,move file to non-prod,move file to prod,move file from prod,move file from non-prod," +
			"clear varnish on non-prod,clear varnish on prod,configure prod env,configure non-prod env,add an environment,delete an environment," +
			"clear caches on prod,clear caches on non-prod"},
		{"Domains", "administer domain non-prod,administer domain prod,administer ssl prod,administer ssl non-prod"},
		{"Server administration", "reboot server,resize server,suspend server,configure server"},
		{"Logs", "download logs non-prod,download logs prod"},
		{"Databases", "add database,remove database,view database connection,download db backup non-prod,download db backup prod,create db backup non-prod," +
			"create db backup prod,restore db backup non-prod,restore db backup prod"},
		{"Administration", "administer team,access cloud api,view remote administration,edit remote administration"},
		{"Cron", "administer cron non-prod,administer cron prod"},
		{"Support", "create support ticket,edit any support ticket"},
		{"Build", "view build plans,edit build plans,run build plans"},
		{"SSH keys", "add ssh key to git,add ssh key to non-prod,add ssh key to prod"},
	} {
		for _, name := range strings.Split(group.list, ",") {
			out = append(out, permission{name, group.name})
		}
	}
	return out
}

func (p permission) doc() Doc {
	return Doc{"name": p.name, "label": strings.ToUpper(p.name[:1]) + p.name[1:], "description": nil, "group_label": p.group, "flags": Doc{"deprecated": false}}
}

func permissionDocs() []Doc {
	var out []Doc
	for _, p := range permissions() {
		out = append(out, p.doc())
	}
	return out
}

func granted(names []string) []Doc {
	out := []Doc{}
	for _, p := range permissions() {
		if slices.Contains(names, p.name) {
			out = append(out, p.doc())
		}
	}
	return out
}
