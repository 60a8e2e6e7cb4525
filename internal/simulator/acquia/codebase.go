package acquia

import (
	"time"
)

// codebaseRoutes are the codebases and environments of multi-experience subscriptions. Their changes have no notification.
func codebaseRoutes() []Route {
	const codebase = "/codebases/{codebaseId}"
	const v3 = "/v3/environments/{environmentId}"
	const switches = codebase + "/bulk-code-switch"
	return []Route{
		list("/codebases", whole),
		list("/subscriptions/{subscriptionId}/codebases", whole),
		get(codebase),
		do("POST /subscriptions/{subscriptionId}/codebases", change{Status: 201, Say: "Codebase with label:{label} creation started.",
			Fields: []Field{need("codebase_id", String), need("label", String), need("region", String)}, New: "codebase_id",
			Check: func(c *call) error {
				if c.s.root.in("codebases").get(c.text("codebase_id")) != nil {
					return conflict("There is a codebase %s already.", c.text("codebase_id"))
				}
				return nil
			},
			Do: func(c *call, at time.Time) {
				c.s.newCodebase(c.subscription(), c.text("codebase_id"), c.text("label"), c.text("region"), at)
			}}),
		update("PUT "+codebase, 202, "", "Codebase update started.", opt("label", String), opt("description", String)),
		remove("DELETE "+codebase, 202, "", "Codebase deletion started.", func(c *call) error {
			if c.query.Get("force") != "true" && len(c.s.root.in("sites").of(c.last)) > 0 {
				return conflict("The codebase has sites; delete them first or set force.")
			}
			return nil
		}),
		list(codebase+"/applications", whole),
		list(codebase+"/references", whole),
		get(codebase + "/references/{referenceName}"),
		list(codebase+"/environments", indexed),
		get(codebase + "/environments/{environmentId}"),
		list(codebase+"/sites", numbered),
		list(switches, numbered),
		get(switches + "/{bulkCodeSwitchId}"),
		{Call: "POST " + switches, Handle: bulkSwitch},
		{Call: "GET /applications/{applicationId}/codebase", Handle: func(c *call) (Response, error) {
			for _, n := range c.s.root.in("codebases").nodes {
				if n.in("applications").get(c.last.id) != nil {
					return ok(c.view(n, true))
				}
			}
			return Response{}, notFound("This application has no codebase.")
		}},
		get(v3),
		update("PUT "+v3, 202, "", "Environment update started.", opt("label", String), opt("description", String), opt("properties", Object)),
		do("POST "+v3+"/actions/clear-caches", change{Say: "Varnish domain cache clear started.", Fields: []Field{need("domains", Strings)}}),
	}
}

// bulkSwitch deploys a reference to many sites and environments at once. It is followed at its own address.
func bulkSwitch(c *call) (Response, error) {
	codebase, id := c.last, c.s.newUUID()
	resp, err := c.change(change{Say: "Bulk code switch started.", Fields: []Field{need("reference", String), need("targets", Array), opt("cloud_actions", Array)},
		Check: func(c *call) error {
			if codebase.in("references").get(c.text("reference")) == nil {
				return invalid("reference", "The reference %q does not exist in this codebase.", c.text("reference"))
			}
			codebase.in("bulk-code-switch").add(id, Doc{"id": id, "codebase_id": codebase.id, "reference": c.text("reference"), "status": "IN_PROGRESS",
				"targets": c.body["targets"], "created_at": stamp(c.now)})
			return nil
		},
		Do: func(c *call, _ time.Time) {
			codebase.in("bulk-code-switch").get(id).doc["status"] = "COMPLETED"
			for _, e := range c.s.root.in("environments").of(codebase) {
				e.doc["reference"] = c.text("reference")
			}
		}})
	if err == nil {
		links := resp.Body.(Doc)["_links"].(Doc)
		links["get"], links["status"] = link(c.href(c.path+"/"+id)), link(c.href(c.path+"/"+id))
		resp.Body.(Doc)["id"] = id
	}
	return resp, err
}

func (c *call) showCodebase(n *node, d, links Doc) {
	sub := n.owned("subscriptions")
	links["subscription"], links["applications"] = link(c.href(sub.path)), link(c.href(n.path+"/applications"))
	d["_embedded"] = Doc{"subscription": Doc{"id": sub.id, "_links": Doc{"self": link(c.href(sub.path))}}}
	d["applications_total"] = len(n.in("applications").nodes)
}

func (s *Server) newCodebase(sub *node, id, label, region string, at time.Time) *node {
	n := s.root.in("codebases").add(id, Doc{"id": id, "label": label, "region": region, "vcs_url": "ssh://" + region + ".dev.vcs.acquia.io/" + id,
		"repository_id": s.newUUID(), "created_at": stamp(at), "updated_at": stamp(at), "description": "", "flags": Doc{"active": true}, "hash": "pte116m"})
	n.owner = sub
	for _, name := range []string{"main", "develop", "v1.0.0"} {
		kind := "BRANCH"
		if name[0] == 'v' {
			kind = "TAG"
		}
		n.in("references").add(name, Doc{"id": itoa(s.newSerial()), "name": name, "type": kind, "codebase_id": id})
	}
	n.in("applications")
	n.in("bulk-code-switch")
	return n
}

// newMEOEnvironment stores an environment of a codebase. Its id is a plain UUID.
func (s *Server) newMEOEnvironment(codebase *node, id, name string, production bool) *node {
	e := s.root.in("environments").add(id, Doc{"id": id, "name": name, "label": name, "description": "Environment " + name, "status": "normal",
		"flags": Doc{"production": production}, "reference": "main", "code_switch_status": "IDLE", "ssh_url": "site." + name + "@site" + name + ".ssh.prod.acquia-sites.com",
		"properties": Doc{"version": "8.3", "max_execution_time": 300, "memory_limit": 192, "apcu": 32, "client_max_body_size": 192, "max_input_vars": 1000,
			"max_post_size": 256, "memcached_limit": 128, "upload_max_filesize": 192, "operating_system": "focal"}})
	e.owner = codebase
	return e
}
