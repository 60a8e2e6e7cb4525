package acquia

import "time"

// identityRoutes: a mistake in an identity provider locks an organization out, so one that is enabled cannot be changed.
func identityRoutes() []Route {
	const provider = "/identity-providers/{identityProviderUuid}"
	toggle := func(verb string, on bool) Route {
		status := onOff(on)
		return do("POST "+provider+"/actions/"+verb, change{Status: 200, Event: "IdentityProvider" + map[bool]string{true: "Enabled", false: "Disabled"}[on],
			Say: "Identity Provider has been " + status + ".",
			Check: func(c *call) error {
				if c.last.text("status") == status {
					return conflict("The identity provider is already %s.", status)
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.last.doc["status"] = status }})
	}
	return []Route{
		list("/identity-providers", indexed),
		get(provider),
		do("PUT "+provider, change{Event: "IdentityProviderUpdated", Say: "Identity Provider has been updated.",
			Fields: []Field{opt("label", String), opt("entity_id", String), opt("sso_url", URL), opt("certificate", String)},
			Check: all((*call).something, func(c *call) error {
				if c.last.text("status") == "enabled" {
					return conflict("Updates cannot be made to identity providers that are enabled and active.")
				}
				if _, there := c.body["certificate"]; there {
					if _, err := parseCertificate(c.text("certificate")); err != nil {
						return invalid("certificate", "The certificate is invalid.")
					}
				}
				return nil
			}),
			Do: func(c *call, _ time.Time) {
				for k, v := range c.body {
					if k == "entity_id" {
						k = "idp_entity_id"
					}
					c.last.doc[k] = v
				}
			}}),
		remove("DELETE "+provider, 0, "IdentityProviderDeleted", "Identity provider has been deleted.", nil),
		toggle("enable", true),
		toggle("disable", false),
	}
}
