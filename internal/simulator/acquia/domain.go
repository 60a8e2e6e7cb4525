package acquia

import (
	"strings"
	"time"

	"paasmcp/internal/lazy"
)

var hostname = lazy.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`)

func domainRoutes() []Route {
	const domains = "/environments/{environmentId}/domains"
	const domain = domains + "/{domain}"
	return []Route{
		list(domains, indexed),
		get(domain),
		do("POST "+domains, change{Event: "DomainAdded", Say: "Adding domain {hostname}", Fields: []Field{need("hostname", String)}, New: "hostname",
			Check: func(c *call) error {
				host := c.text("hostname")
				if !hostname.MatchString(host) {
					return invalid("hostname", "%q is not a host name in lower case.", host)
				}
				for _, e := range c.s.root.in("environments").nodes {
					if e.in("domains").get(host) != nil {
						return conflict("The domain %s is already used by the environment %s.", host, e.id)
					}
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.s.newDomain(c.env(), c.text("hostname"), false) }}),
		remove("DELETE "+domain, 0, "DomainRemoved", "Removing the domain {domain}", func(c *call) error {
			if c.last.id == c.env().text("default_domain") {
				return conflict("The default domain of an environment cannot be removed.")
			}
			return nil
		}),
		do("POST "+domains+"/actions/clear-varnish", change{Event: "VarnishCleared", Say: "Varnish is being cleared for the selected domains.",
			Fields: []Field{need("domains", Strings)}, Check: ownDomains}),
		do("POST "+domain+"/actions/clear-varnish", change{Event: "VarnishCleared", Say: "Varnish is being cleared for domain '{domain}'."}),
		do("POST "+domain+"/actions/clear-caches", change{Event: "CachesCleared", Say: "Caches are being cleared."}),
		getDoc(domain+"/status", func(c *call) (Doc, error) {
			// What ends in example.com belongs to nobody who could point it here, so it stays unresolved.
			hosted := c.last.flag("default") || c.last.text("hostname") == PortalDomain
			d := Doc{"hostname": c.last.id, "flags": Doc{"default": c.last.flag("default"), "active": c.last.flag("active"), "dns_resolves": hosted, "acquia_hosted": hosted},
				"ip_addresses": []string{}, "cnames": []string{}, "environment": c.last.doc["environment"]}
			if hosted {
				d["ip_addresses"], d["cnames"] = c.env().doc["ips"], []string{c.env().text("default_domain")}
			}
			return d, nil
		}),
		getDoc("/environments/{environmentId}/dns", func(c *call) (Doc, error) {
			records := func() Doc {
				return Doc{
					"apex_domain": []Doc{{"type": "A", "value": "203.0.113.10"}, {"type": "AAAA", "value": "2001:db8::cb00:710a"}},
					"subdomains":  []Doc{{"type": "CNAME", "value": c.env().text("default_domain")}},
				}
			}
			d := records()
			d["regional_configuration"], d["global_configuration"] = records(), records()
			return d, nil
		}),
	}
}

func (s *Server) newDomain(env *node, host string, isDefault bool) {
	env.in("domains").add(host, Doc{
		"hostname": host, "cdn": Doc{"status": "inactive"}, "environment": Doc{"id": env.id, "name": env.doc["name"]},
		"flags": Doc{"default": isDefault, "active": true, "wildcard": strings.HasPrefix(host, "*.")},
	})
}

// ownDomains refuses domains that the environment does not have.
func ownDomains(c *call) error {
	for _, host := range c.texts("domains") {
		if c.env().in("domains").get(host) == nil {
			return invalid("domains", "The domain %s does not belong to this environment.", host)
		}
	}
	return nil
}
