package acquia

import "time"

// siteInstanceRoutes: an instance is a site in an environment; one path segment names both, joined by a dot.
func siteInstanceRoutes() []Route {
	const instance = "/site-instances/{siteId}.{environmentId}"
	const backups = instance + "/database/backups"
	const domain = instance + "/domains/{domainName}"
	copyFields := []Field{opt("source_environment_id", String), opt("source", String)} // the document has the first, the vendor's SDK sends the other
	return []Route{
		do("POST /environments/{environmentId}/site-instances", change{Status: 201, Say: "Site instance for site_id:{site_id} creation started.", Fields: []Field{need("site_id", String)}, New: "site_id",
			Check: func(c *call) error {
				if site := c.s.root.in("sites").get(c.text("site_id")); site == nil || site.owner != c.last.owner {
					return invalid("site_id", "There is no site %s of the environment's codebase.", c.text("site_id"))
				}
				if c.s.root.in("site-instances").get(c.text("site_id")+"."+c.last.id) != nil {
					return conflict("The site is in this environment already.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.s.newSiteInstance(c.s.root.in("sites").get(c.text("site_id")), c.env()) }}),
		getDoc(instance, func(c *call) (Doc, error) {
			d := copyDoc(c.last.doc)
			domains := []string{}
			for _, n := range c.last.in("domains").nodes {
				domains = append(domains, n.id)
			}
			d["domains"] = domains
			return d, nil
		}),
		remove("DELETE "+instance, 202, "", "Site instance deletion started.", nil),
		do("POST "+instance+"/actions/cancel", change{Say: "Site instance deletion started.",
			Fields: []Field{opt("_links", Any), opt("site_id", Any), opt("environment_id", Any), opt("status", Any), opt("health_status", Any), opt("domains", Any)},
			Do:     func(c *call, _ time.Time) { c.last.doc["status"] = "marked-for-deletion" }}),
		getDoc(instance+"/database", func(c *call) (Doc, error) {
			return Doc{"database_host": "db.example.com", "database_name": c.last.text("site_id")[:8], "database_role": "site", "database_password": "demo-password-site", "database_user_name": "site"}, nil
		}),
		do("POST "+instance+"/database", change{Say: "Database copy started.", Fields: copyFields, Check: (*call).instanceSource,
			Do: func(c *call, _ time.Time) { c.last.data = c.sourceInstance().data }}),
		do("POST "+instance+"/files", change{Say: "Files copy started.", Fields: copyFields, Check: (*call).instanceSource}),
		list(backups, numbered),
		get(backups + "/{id}"),
		do("POST "+backups, change{Status: 201, Say: "Database backup started.", Do: func(c *call, at time.Time) { c.s.newInstanceBackup(c.last, "ON_DEMAND", at) }}),
		remove("DELETE "+backups+"/{id}", 202, "", "Database backup deletion started.", nil),
		{Call: "GET " + backups + "/{id}/actions/download", Handle: func(c *call) (Response, error) {
			d := c.view(c.last, true)
			d["url"] = "https://backups.example.com/" + c.last.id + "?signature=demo"
			return ok(d)
		}},
		do("POST "+backups+"/{id}/actions/restore", change{Say: "Database restore started.", Do: func(c *call, _ time.Time) {
			c.last.home.up.data = c.last.data
		}}),
		listDocs(instance+"/domains", numbered, func(c *call) []Doc {
			var out []Doc
			for _, n := range c.last.in("domains").nodes {
				out = append(out, Doc{"domain": c.view(n, false)})
			}
			return out
		}),
		get(domain),
		{Call: "PUT " + domain, Creates: true, Handle: func(c *call) (Response, error) {
			name := c.params["domainName"]
			if !hostname.MatchString(name) {
				return Response{}, invalid("domainName", "%q is not a host name in lower case.", name)
			}
			resp, err := c.change(change{Say: "Domain {domainName} is being added.", Do: func(c *call, _ time.Time) { c.last.newInstanceDomain(name) }})
			if err == nil {
				resp.Body.(Doc)["name"] = name
			}
			return resp, err
		}},
		remove("DELETE "+domain, 202, "", "{domainName} domain deletion started.", nil),
		getDoc(domain+"/status", func(c *call) (Doc, error) {
			instance := c.last.home.up
			return Doc{"site-id": instance.doc["site_id"], "environment-id": instance.doc["environment_id"], "hostname": c.last.id, "ip_addresses": []string{"203.0.113.10"},
				"cnames": []string{}, "flags": Doc{"default": false, "active": true, "dns_resolves": true, "acquia_hosted": true}}, nil
		}),
	}
}

// sourceInstance is the instance of the same site in the environment that the body names.
func (c *call) sourceInstance() *node {
	env := c.text("source_environment_id")
	if env == "" {
		env = c.text("source")
	}
	return c.s.root.in("site-instances").get(c.last.text("site_id") + "." + env)
}

func (c *call) instanceSource() error {
	if len(c.body) == 0 {
		return invalid("source_environment_id", "Missing required parameter: source_environment_id")
	}
	switch source := c.sourceInstance(); source {
	case nil:
		return invalid("source_environment_id", "The site has no instance in that environment.")
	case c.last:
		return conflict("The source and the target are the same environment.")
	}
	return nil
}

func (s *Server) newSiteInstance(site, env *node) *node {
	id := site.id + "." + env.id
	n := s.root.in("site-instances").add(id, Doc{"site_id": site.id, "environment_id": env.id, "status": "active",
		"health_status": Doc{"code": "OK", "summary": "The health status is OK.", "details": "The site instance is active."}})
	n.owner, n.data = site, "data of "+env.text("name")
	n.in("database/backups")
	n.newInstanceDomain(site.text("name") + "." + env.text("name") + ".acquia-sites.com")
	return n
}

func (n *node) newInstanceDomain(name string) {
	n.in("domains").add(name, Doc{"name": name, "is_managed": true})
}

func (s *Server) newInstanceBackup(instance *node, kind string, at time.Time) {
	id := s.newUUID()
	instance.in("database/backups").add(id, Doc{"id": id, "database_id": instance.text("site_id"), "created_at": stamp(at), "type": kind}).data = instance.data
}
