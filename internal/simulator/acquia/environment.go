package acquia

import (
	"slices"
	"strings"
	"time"
)

const (
	maxOnDemand          = 10 // on-demand environments of an application
	maxOnDemandDatabases = 3
)

func environmentRoutes() []Route {
	const env = "/environments/{environmentId}"
	return []Route{
		list("/applications/{applicationUuid}/environments", indexed),
		get(env),
		createEnvironment(),
		configureEnvironment(),
		remove("DELETE "+env, 0, "EnvironmentDeleted", "The environment is being deleted.", func(c *call) error {
			if !c.last.flag("cde") {
				return forbidden("Only on-demand environments can be deleted.")
			}
			return nil
		}),
		do("POST "+env+"/actions/change-label", change{Say: "Changing environment label.", Fields: []Field{need("label", String)},
			Check: func(c *call) error { return c.freeLabel(c.last.owner) },
			Do:    func(c *call, _ time.Time) { c.last.doc["label"] = c.text("label") }}),
		do("POST "+env+"/actions/clear-caches", change{Event: "CachesCleared", Say: "Caches are being cleared.",
			Fields: []Field{need("domains", Strings)}, Check: all(drupal("Caches are"), ownDomains)}),
		flip("POST "+env+"/livedev/actions/enable", 0, "LiveDevEnabled", "Enabling LiveDev.", "livedev", true),
		do("POST "+env+"/livedev/actions/disable", change{Say: "Disabling LiveDev.", Fields: []Field{opt("discard", Integer)},
			Check: func(c *call) error {
				if !c.last.flag("livedev") {
					return conflict("LiveDev is already disabled. No action taken.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.last.setFlag("livedev", false) }}),
		productionMode("enable", true),
		productionMode("disable", false),
		flip("POST "+env+"/cdn", 200, "CDNEnabled", "Provisioning Platform CDN.", "cdn", true),
		flip("DELETE "+env+"/cdn", 200, "CDNDisabled", "Deprovisioning Platform CDN.", "cdn", false),
		flip("POST "+env+"/mod-proxy/actions/enable", 0, "", "Mod proxy is being enabled.", "mod_proxy", true),
		flip("POST "+env+"/mod-proxy/actions/disable", 0, "", "Mod proxy is being disabled.", "mod_proxy", false),
	}
}

func productionMode(verb string, on bool) Route {
	r := flip("POST /environments/{environmentId}/production-mode/actions/"+verb, 0, "", "Production mode has been "+onOff(on)+" for this environment.", "production_mode", on)
	inner := r.Handle
	r.Handle = func(c *call) (Response, error) {
		if !c.last.flag("production") {
			return Response{}, conflict("Only production environments have a production mode.")
		}
		return inner(c)
	}
	return r
}

func createEnvironment() Route {
	return do("POST /applications/{applicationUuid}/environments", change{Event: "ApplicationEnvironmentAdded", Say: "Adding an environment.", New: "label",
		Fields: []Field{need("label", String), need("branch", String), need("databases", Strings)},
		Check: func(c *call) error {
			app := c.app()
			if app.in("features").get("on-demand-environments") == nil {
				return invalid("general", "This application does not support on-demand environments.")
			}
			if err := c.freeLabel(app); err != nil {
				return err
			}
			if app.in("code").get(c.text("branch")) == nil {
				return invalid("branch", "The branch or tag %q does not exist.", c.text("branch"))
			}
			names := c.texts("databases")
			if len(names) > maxOnDemandDatabases {
				return invalid("general", "Please specify %d or fewer databases.", maxOnDemandDatabases)
			}
			for _, name := range names {
				if app.in("databases").get(name) == nil {
					return invalid("general", "The database %q does not exist in this application.", name)
				}
			}
			n := 0
			for _, e := range c.s.root.in("environments").of(app) {
				if e.flag("cde") {
					n++
				}
			}
			if n >= maxOnDemand {
				return invalid("general", "This application already has the maximum number of on-demand environments.")
			}
			return nil
		},
		Do: func(c *call, _ time.Time) {
			n := 1
			for c.s.root.in("environments").having("name", "ode"+itoa(n)) != nil {
				n++
			}
			e := c.s.newEnvironment(c.app(), c.s.newSerial(), "ode"+itoa(n), c.text("label"), c.text("branch"))
			e.setFlag("cde", true)
			e.doc["size"] = "1x"
			for i, name := range c.texts("databases") {
				c.s.newDatabase(e, name, "empty", i == 0)
			}
		}})
}

// newEnvironment stores an environment of an application with everything but databases.
func (s *Server) newEnvironment(app *node, number int, name, label, branch string) *node {
	id := itoa(number) + "-" + app.id
	site := strings.TrimPrefix(app.text("hosting.id"), "prod:")
	host := site + name + ".prod.acquia-sites.com"
	runtime := "php"
	config := Doc{"version": "8.3", "memory_limit": 128, "opcache": 96, "apcu": 32, "interned_strings_buffer": 16, "client_max_body_size": 128,
		"max_execution_time": 300, "max_post_size": 256, "max_input_vars": 1000, "upload_max_filesize": 256, "memcached_limit": 64}
	if app.text("type") != "drupal" {
		runtime, config = "node", Doc{"version": "20"}
	}
	e := s.root.in("environments").add(id, Doc{
		"id": id, "label": label, "name": name, "active_domain": host, "default_domain": host, "image_url": nil,
		"ssh_url": site + "." + name + "@" + site + name + ".ssh.prod.acquia-sites.com", "ips": []string{"203.0.113.10"}, "region": "us-east-1",
		"balancer": "balancers", "platform": "cloud", "status": "normal", "type": app.text("type"), "size": nil, "weight": number,
		"vcs": Doc{"type": "git", "path": branch, "url": site + "@svn-3.prod.hosting.acquia.com:" + site + ".git"},
		"flags": Doc{"cde": false, "cdn": false, "cloud-actions": true, "eips": false, "email": true, "hsd": false, "livedev": false, "multicert": false,
			"multi_region": false, "production": name == "prod", "production_mode": name == "prod", "remote_admin": false, "varnish": true, "varnish_over_ssl": false},
		"configuration": Doc{"operating_system": "focal", runtime: config}, "artifact": nil,
	})
	e.owner, e.data = app, "files of "+name
	s.newDomain(e, host, true)
	s.furnish(e, site)
	return e
}

func configureEnvironment() Route {
	php := []Field{opt("memory_limit", Integer), opt("opcache", Integer), opt("apcu", Integer), opt("interned_strings_buffer", Integer),
		opt("client_max_body_size", Integer), opt("upload_max_filesize", Integer), opt("max_execution_time", Integer), opt("max_post_size", Integer),
		opt("max_input_vars", Integer), opt("memcached_limit", Integer)}
	return do("PUT /environments/{environmentId}", change{Event: "EnvironmentUpdated", Say: "The environment configuration is being updated.",
		Fields: append(php, opt("version", String), opt("operating_system", String)),
		Check: func(c *call) error {
			if len(c.body) == 0 {
				return invalid("general", "No environment configuration changes are specified.")
			}
			runtime, versions := runtimes(c.last)
			if v := c.text("version"); v != "" && !slices.Contains(versions, v) {
				return invalid("version", "The version %q of %s is not available; choose one of %s.", v, runtime, strings.Join(versions, ", "))
			}
			if os := c.text("operating_system"); os != "" && !slices.Contains([]string{"focal", "jammy"}, os) {
				return conflict("The operating system %q cannot be configured on this environment.", os)
			}
			for _, f := range php {
				if _, there := c.body[f.Name]; there && runtime != "php" {
					return conflict("%s cannot be configured on this environment.", f.Name)
				}
			}
			return nil
		},
		Do: func(c *call, _ time.Time) {
			config := c.last.doc["configuration"].(Doc)
			runtime, _ := runtimes(c.last)
			for k, v := range c.body {
				if k == "operating_system" {
					config[k] = v
					continue
				}
				config[runtime].(Doc)[k] = v
			}
		}})
}

// runtimes returns the language of an environment and the versions that it can have.
func runtimes(env *node) (string, []string) {
	if env.text("type") == "drupal" {
		return "php", []string{"8.2", "8.3", "8.4"}
	}
	return "node", []string{"18", "20", "22"}
}

// freeLabel refuses a label that another environment of the application has.
func (c *call) freeLabel(app *node) error {
	for _, e := range c.s.root.in("environments").of(app) {
		if e.text("label") == c.text("label") {
			return invalid("label", "Another environment within this application already has this label.")
		}
	}
	return nil
}

// sibling finds an environment of the application in the path by its id, nil when there is none.
func (c *call) sibling(id string) *node {
	app := c.app()
	if app == nil {
		app = c.env().owner
	}
	e := c.s.root.in("environments").get(id)
	if e == nil || e.owner != app {
		return nil
	}
	return e
}

func (c *call) showEnvironment(n *node, d, links Doc) {
	if isMEO(n) {
		links["self"] = link(c.href("/v3/environments/" + n.id))
		links["codebase"] = link(c.href(n.owner.path))
		d["_embedded"] = Doc{"codebase": Doc{"id": n.owner.id, "_links": Doc{"self": link(c.href(n.owner.path))}}}
		return
	}
	d["application"] = named(n.owner)
	links["application"] = link(c.href(n.owner.path))
	domains := []string{}
	for _, domain := range n.in("domains").nodes {
		domains = append(domains, domain.id)
	}
	d["domains"] = domains
}
