package acquia

func subscriptionRoutes() []Route {
	const sub = "/subscriptions/{subscriptionUuid}"
	return []Route{
		list("/subscriptions", indexed),
		get(sub),
		update("PUT "+sub, 200, "", "Subscription updated.", opt("name", String)),
		list(sub+"/applications", indexed),
		listDocs(sub+"/entitlements", whole, func(c *call) []Doc {
			used := 0
			for _, e := range c.s.root.in("environments").of(c.last) {
				if e.flag("cde") {
					used++
				}
			}
			grant := func(name string, properties any) Doc {
				return Doc{"name": name, "offering_ids": []string{"b2a188df-00b7-47bf-a664-66835cde5300"}, "expires_at": c.last.doc["expire_at"],
					"flags": Doc{"trial": false}, "properties": properties}
			}
			return []Doc{
				grant("cde", Doc{"databases_total": maxOnDemandDatabases, "total": maxOnDemand, "used": used}), grant("pipelines", []Doc{}),
				grant("log-forwarding", []Doc{}), grant("shield", []Doc{}), grant("consumption-based-pricing", Doc{"visits": 10000000, "views": 500000000}),
			}
		}),
		listOf(sub+"/apm", whole, func(c *call) []*node { return c.last.in("apm").nodes }),
		get(sub + "/apm/{apmType}"),
		flip("POST "+sub+"/apm/{apmType}/actions/opt-in", 200, "APMOptedIn", "APM type {apmType} has been enabled on the subscription.", "opted-in", true),
	}
}

func (c *call) showSubscription(n *node, d Doc) {
	org := n.owned("organizations")
	d["organization"] = named(org)
	d["applications_used"] = len(c.s.root.in("applications").of(n))
	short := named(org)
	short["_links"] = Doc{"self": link(c.href(org.path)), "parent": link(c.href("/organizations"))}
	d["_embedded"] = Doc{"organization": short}
}
