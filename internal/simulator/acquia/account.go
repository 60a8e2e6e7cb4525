package acquia

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func accountRoutes() []Route {
	return slices.Concat([]Route{
		{Call: "GET /account", Handle: func(c *call) (Response, error) { return ok(c.view(c.me, true)) }},
		listOf("/account/invites", indexed, func(c *call) []*node {
			var out []*node
			for _, n := range c.s.root.in("invites").nodes {
				if n.text("email") == c.me.text("mail") {
					out = append(out, n)
				}
			}
			return out
		}),
		list("/account/messages", indexed),
		do("POST /account/password", change{Status: 200, Say: "The password was checked.", Fields: []Field{need("password", String)}}),
		list("/account/ssh-keys", indexed),
		get("/account/ssh-keys/{sshKeyUuid}"),
		do("POST /account/ssh-keys", change{Event: "SSHKeyAdded", Say: "Adding SSH key.", Fields: []Field{need("label", String), need("public_key", String)}, New: "label",
			Check: func(c *call) error {
				kind, rest, _ := strings.Cut(c.text("public_key"), " ")
				if rest == "" || kind != "ssh-rsa" {
					return invalid("public_key", "The supplied public key type is unsupported: it must be RSA (ssh-rsa).")
				}
				keys := c.me.in("ssh-keys")
				if keys.having("label", c.text("label")) != nil || keys.having("public_key", c.text("public_key")) != nil {
					return conflict("An SSH key with this label or public key already exists for this user.")
				}
				return nil
			},
			Do: func(c *call, at time.Time) { c.me.newSSHKey(c.s.newUUID(), c.text("label"), c.text("public_key"), at) }}),
		remove("DELETE /account/ssh-keys/{sshKeyUuid}", 0, "SSHKeyDeleted", "Removed SSH key.", nil),
		list("/account/tokens", whole),
		get("/account/tokens/{tokenUuid}"),
		{Call: "POST /account/tokens", Handle: createToken},
		do("DELETE /account/tokens/{tokenUuid}", change{Status: 200, Event: "TokenRevoked", Say: "The access token has been revoked.",
			Check: func(c *call) error {
				if !c.last.flag("active") {
					return conflict("The access token has already been revoked.")
				}
				return nil
			},
			Now: true, // a key that works for some more seconds would not be revoked
			Do: func(c *call, at time.Time) {
				c.s.auth.revoke(c.last.id)
				c.last.setFlag("active", false)
				c.last.doc["active"], c.last.doc["revocation"] = false, Doc{"revoked_at": stamp(at), "reason": c.query.Get("tokenDeleteReason")}
			}}),
		{Call: "GET /account/drush-aliases/download", Handle: func(c *call) (Response, error) {
			if v := c.query.Get("version"); v != "8" && v != "9" {
				return Response{}, forbidden("Only Drush 8 and 9 are supported.")
			}
			var b strings.Builder
			for _, e := range c.s.root.in("environments").nodes {
				if !isMEO(e) {
					fmt.Fprintf(&b, "%s.%s:\n  root: /var/www/html/%s/docroot\n  host: %s\n", e.owner.text("hosting.id"), e.text("name"), e.text("name"), e.text("ssh_url"))
				}
			}
			return file("application/gzip", zipped(b.String()))
		}},
		access("/account/applications/{applicationUuid}/has-permission", "access"),
		access("/account/teams/{teamUuid}/has-permission", "access"),
	}, roleFlags("applications", "applicationUuid"), roleFlags("organizations", "organizationUuid"),
		roleFlags("subscriptions", "subscriptionUuid"), roleFlags("teams", "teamUuid"))
}

// roleFlags are the questions whether the user owns or administers something.
func roleFlags(collection, param string) []Route {
	base := "/account/" + collection + "/{" + param + "}"
	return []Route{access(base+"/is-admin", "admin"), access(base+"/is-owner", "owner")}
}

func access(path, field string) Route {
	return getDoc(path, func(c *call) (Doc, error) {
		if field == "access" {
			p := c.query.Get("permission")
			if p == "" {
				return nil, invalid("permission", "Missing required parameter: permission")
			}
			if !slices.ContainsFunc(permissions(), func(known permission) bool { return known.name == p }) {
				return nil, notFound("The permission you are trying to look up does not exist.")
			}
			if !c.admin(c.organizationOf()) && !slices.Contains(c.granted(), p) {
				return nil, forbidden("You do not have the '" + p + "' permission here.")
			}
		}
		if field == "admin" && !c.admin(c.organizationOf()) || field == "owner" && !c.ownerOf(c.organizationOf()) {
			return nil, forbidden("You are not the " + field + " of this " + singular(c.last.kind) + ".")
		}
		return Doc{field: true, "_links": Doc{singular(c.last.kind): link(c.href(c.last.path))}}, nil
	})
}

// createToken answers with the only copy of the secret. The key works at once.
func createToken(c *call) (Response, error) {
	if err := c.check([]Field{need("label", String)}); err != nil {
		return Response{}, err
	}
	id := c.s.newUUID()
	secret := "sim/" + strings.ReplaceAll(c.s.newUUID(), "-", "") + "="
	c.s.auth.keys[id] = credential{secret, c.me.id}
	c.me.newToken(id, c.text("label"), c.now)
	w := c.start(change{Event: "TokenCreated", Say: "API token {label} was created.", Now: true}, nil)
	self := c.href(c.path)
	return Response{Status: 201, Body: Doc{"api_key": id, "api_secret": secret, "client_id": id, "client_secret": secret, "_links": Doc{
		"self": link(self), "parent": link(parentOf(self)), "notification": link(c.href("/notifications/" + w.id))}}}, nil
}

func (n *node) newToken(id, label string, at time.Time) {
	n.in("tokens").add(id, Doc{"uuid": id, "label": label, "active": true, "created_at": stamp(at), "flags": Doc{"active": true}, "revocation": nil})
}

func (n *node) newSSHKey(id, label, key string, at time.Time) {
	n.in("ssh-keys").add(id, Doc{"uuid": id, "label": label, "public_key": key, "created_at": stamp(at),
		"fingerprint": "5d:23:fb:45:70:df:ef:ad:ca:bf:81:93:cd:50:26:" + id[:2]})
}

// person is the form in which resources show a user.
func person(n *node) Doc {
	d := Doc{}
	for _, field := range []string{"uuid", "first_name", "last_name", "last_login_at", "mail", "picture_url", "username"} {
		d[field] = n.doc[field]
	}
	return d
}
