package acquia

import (
	"net/netip"
	"slices"
	"time"
)

// networkRoutes are private networks. Their changes have no notification; a client looks at the status.
func networkRoutes() []Route {
	const networks = "/private-networks"
	const network = networks + "/{privateNetworkId}"
	const peers, vpns = network + "/connections/vpc-peers", network + "/connections/vpns"
	peer := []Field{opt("id", Integer), opt("name", String), opt("aws_account", String), opt("vpc_id", String), opt("vpc_cidr", String), opt("region", String)}
	vpn := []Field{opt("id", Integer), need("name", String), need("gateway_ip", String), need("routes", Strings), opt("tunnel1", Object), opt("tunnel2", Object)}
	return slices.Concat([]Route{
		list("/subscriptions/{subscriptionId}/private-networks", indexed),
		get(network),
		do("POST "+networks, change{Say: "Private network is being created", New: "name",
			Fields: []Field{need("subscription_id", String), need("region", String), need("name", String), opt("description", String), opt("label", String),
				opt("isolation", Object), opt("ingress", Object), need("connections", Object)},
			Check: func(c *call) error {
				if c.s.root.in("subscriptions").get(c.text("subscription_id")) == nil {
					return invalid("subscription_id", "There is no subscription %s.", c.text("subscription_id"))
				}
				if c.s.root.in("private-networks").having("name", c.text("name")) != nil {
					return conflict("There is a private network %q already.", c.text("name"))
				}
				cidr, _ := at(c.body, "connections.cidr")
				if s, _ := cidr.(string); !validCIDR(s) {
					return invalid("connections", "connections.cidr is not an address range such as 10.1.0.0/16.")
				}
				return nil
			},
			Do: func(c *call, at time.Time) {
				c.s.newNetwork(c.s.root.in("subscriptions").get(c.text("subscription_id")), c.s.newUUID(), c.body, at)
			}}),
		update("PUT "+network, 202, "", "Private network update is in progress", opt("description", String), opt("label", String)),
		remove("DELETE "+network, 202, "", "Private network is being deleted", nil),
		list(peers, indexed), get(peers + "/{vpcPeerId}"),
		newConnection(peers, "VPC Peer is being created", peer),
		remove("DELETE "+peers+"/{vpcPeerId}", 202, "", "The VPC Peer is being deleted.", nil),
		list(vpns, indexed), get(vpns + "/{vpnId}"),
		newConnection(vpns, "VPN is being created", vpn),
		do("PUT "+vpns+"/{vpnId}", change{Say: "The VPN is being updated.", Fields: vpn, Check: checkGateway,
			Do: func(c *call, _ time.Time) {
				for k, v := range c.body {
					c.last.doc[k] = v
				}
			}}),
		remove("DELETE "+vpns+"/{vpnId}", 202, "", "The VPN is being deleted.", nil),
	},
		networkPart(network, "connections", opt("private_egress_access", Object)),
		networkPart(network, "ingress", opt("drupal_ssh", Object)),
		networkPart(network, "isolation", opt("dedicated_compute", Boolean), opt("dedicated_network", Boolean)))
}

// networkPart is a part of a network that is read and changed on its own.
func networkPart(network, part string, fields ...Field) []Route {
	return []Route{
		getDoc(network+"/"+part, func(c *call) (Doc, error) { return copyDoc(c.last.in("parts").get(part).doc), nil }),
		do("PUT "+network+"/"+part, change{Say: "Private network " + part + " update is in progress", Fields: fields, Check: (*call).something,
			Do: func(c *call, _ time.Time) {
				for k, v := range c.body {
					c.last.in("parts").get(part).doc[k] = v
				}
			}}),
	}
}

func newConnection(path, say string, fields []Field) Route {
	rel := path[len("/private-networks/{privateNetworkId}/"):]
	return do("POST "+path, change{Say: say, Fields: fields, Check: all((*call).something, checkGateway),
		Do: func(c *call, _ time.Time) {
			d := copyDoc(c.body)
			d["id"] = c.s.newSerial()
			c.last.in(rel).add(plain(d["id"]), d)
		}})
}

func checkGateway(c *call) error {
	if ip := c.text("gateway_ip"); ip != "" {
		if _, err := netip.ParseAddr(ip); err != nil {
			return invalid("gateway_ip", "%q is not an IP address.", ip)
		}
	}
	return nil
}

func validCIDR(s string) bool {
	_, err := netip.ParsePrefix(s)
	return err == nil
}

func (s *Server) newNetwork(sub *node, id string, body Doc, at time.Time) *node {
	n := s.root.in("private-networks").add(id, Doc{"id": id, "subscription_id": sub.id, "region": body["region"], "name": body["name"], "label": body["label"],
		"description": body["description"], "status": "active", "created_at": stamp(at), "updated_at": stamp(at)})
	n.owner = sub
	for part, missing := range map[string]Doc{
		"connections": {"cidr": "10.1.0.0/16", "private_egress_access": Doc{"drupal": false}},
		"ingress":     {"drupal_ssh": Doc{"ingress_acls": []any{}, "private": false}},
		"isolation":   {"dedicated_compute": false, "dedicated_network": false},
	} {
		given, _ := body[part].(Doc)
		for k, v := range given {
			missing[k] = v
		}
		delete(missing, "vpns") // lists of their own
		delete(missing, "vpc_peers")
		n.in("parts").add(part, missing)
	}
	n.in("connections/vpns")
	n.in("connections/vpc-peers")
	return n
}
