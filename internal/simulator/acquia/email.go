package acquia

import "time"

// emailRoutes: a subscription registers domains for sending, and associates them with its applications.
func emailRoutes() []Route {
	const domains = "/subscriptions/{subscriptionUuid}/domains"
	const domain = domains + "/{domainRegistrationUuid}"
	const mail = "/applications/{applicationUuid}/email/domains"
	association := func(verb string, on bool) Route {
		return do("POST "+mail+"/{domainRegistrationUuid}/actions/"+verb, change{Status: 200, Event: "EmailDomain" + map[bool]string{true: "Associated", false: "Disassociated"}[on],
			Say: "The domain has been " + verb + "d with the application.",
			Check: func(c *call) error {
				if (c.app().in("email-domains").get(c.last.id) != nil) == on {
					return conflict("The domain %s is already %sd.", c.last.label(), verb)
				}
				return nil
			},
			Do: func(c *call, _ time.Time) {
				if on {
					c.app().in("email-domains").add(c.last.id, Doc{})
				} else {
					c.app().in("email-domains").drop(c.last.id)
				}
			}})
	}
	return []Route{
		association("associate", true),
		association("disassociate", false),
		list(domains, indexed),
		get(domain),
		do("POST "+domains, change{Status: 200, Event: "EmailDomainRegistered", Say: "The domain has been registered.", Fields: []Field{need("domain", String)}, New: "domain",
			Check: func(c *call) error {
				if !hostname.MatchString(c.text("domain")) {
					return invalid("domain", "%q is not a host name in lower case.", c.text("domain"))
				}
				if c.last.in("domains").having("domain_name", c.text("domain")) != nil {
					return conflict("The domain %s is registered already.", c.text("domain"))
				}
				return nil
			},
			Do: func(c *call, _ time.Time) {
				c.s.newEmailDomain(c.subscription(), c.s.newUUID(), c.text("domain"), "202", "Verification pending")
			}}),
		remove("DELETE "+domain, 200, "EmailDomainUnregistered", "The domain has been unregistered from the subscription.", nil),
		do("POST "+domain+"/actions/verify", change{Status: 200, Event: "EmailDomainVerified", Say: "The domain status is being verified.",
			Do: func(c *call, _ time.Time) { c.last.doc["health"] = health("200", "OK") }}),
		listDocs(mail, indexed, func(c *call) []Doc {
			var out []Doc
			for _, n := range c.app().owned("subscriptions").in("domains").nodes {
				out = append(out, Doc{"uuid": n.id, "domain_name": n.doc["domain_name"], "health": n.doc["health"],
					"flags": Doc{"associated": c.app().in("email-domains").get(n.id) != nil}})
			}
			return out
		}),
	}
}

func health(code, summary string) Doc { return Doc{"code": code, "summary": summary, "details": ""} }

func (s *Server) newEmailDomain(sub *node, id, domain, code, summary string) {
	record := func(kind, name, value string) Doc {
		return Doc{"type": kind, "name": name, "value": value, "health": health(code, summary)}
	}
	sub.in("domains").add(id, Doc{"uuid": id, "domain_name": domain, "health": health(code, summary), "dns_records": []Doc{
		record("TXT", "_amazonses."+domain, "AB/CDdemo="), record("MX", "mail."+domain, "10 feedback-smtp.us-east-1.amazonses.com"),
		record("TXT", "mail."+domain, "v=spf1 include:amazonses.com ~all"),
	}})
}
