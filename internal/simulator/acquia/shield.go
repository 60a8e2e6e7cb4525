package acquia

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

func shieldRoutes() []Route {
	const acl = "/subscriptions/{subscriptionUuid}/shield-acl"
	const rule = acl + "/{shieldAclUuid}"
	fields := []Field{opt("description", String), opt("addresses", Strings)}
	// Rules change one at a time.
	quiet := func(c *call) error {
		if slices.ContainsFunc(c.s.work.pending, func(w *work) bool {
			return strings.HasPrefix(w.event, "ShieldACL") && w.owned("subscriptions") == c.subscription()
		}) {
			p := conflict("")
			p.Fields = map[string]string{"general": "Shield ACL rules cannot be changed while updates are in progress."}
			return p
		}
		for _, address := range c.texts("addresses") {
			if _, err := netip.ParseAddr(address); err != nil && !validCIDR(address) {
				return invalid("addresses", "%q is neither an IP address nor a range.", address)
			}
		}
		return nil
	}
	return []Route{
		list(acl, indexed),
		get(rule),
		do("POST "+acl, change{Event: "ShieldACLRuleCreated", Say: "Shield ACL rule for subscription has been created.", Fields: fields, Check: all((*call).something, quiet),
			Do: func(c *call, _ time.Time) {
				c.s.newShieldRule(c.subscription(), c.s.newUUID(), c.text("description"), c.texts("addresses"))
			}}),
		do("PUT "+rule, change{Event: "ShieldACLRuleUpdated", Say: "Updated ACL rule for subscription.", Fields: fields, Check: all((*call).something, quiet),
			Do: func(c *call, _ time.Time) {
				for k, v := range c.body {
					c.last.doc[k] = v
				}
			}}),
		remove("DELETE "+rule, 0, "ShieldACLRuleDeleted", "Deleted ACL rule for subscription.", quiet),
		do("POST "+acl+"/actions/reset", change{Event: "ShieldACLReset", Say: "Shield ACL rules reset for subscription.", Check: quiet,
			Do: func(c *call, _ time.Time) { c.subscription().in("shield-acl").nodes = nil }}),
	}
}

func (s *Server) newShieldRule(sub *node, id, description string, addresses []string) {
	sub.in("shield-acl").add(id, Doc{"uuid": id, "subscription": named(sub), "description": description, "service": "ssh", "addresses": addresses,
		"action": "allow", "status": "active"})
}
