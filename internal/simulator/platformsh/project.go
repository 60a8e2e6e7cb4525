package platformsh

import (
	"time"
)

func projectTable() []Route {
	const base = " /projects/{projectId}"
	return []Route{
		{"GET" + base, (*Server).getProject},
		{"PATCH" + base, (*Server).patchProject},
		{"DELETE" + base, (*Server).removeProject},
		{"GET" + base + "/capabilities", (*Server).getCapabilities},
		{"POST" + base + "/clear_build_cache", (*Server).clearBuildCache},
		{"GET" + base + "/settings", (*Server).getSettings},
		{"PATCH" + base + "/settings", (*Server).patchSettings},
		{"GET" + base + "/system", (*Server).getSystem},
		{"POST" + base + "/system/restart", (*Server).restartSystem},
	}
}

// newProject builds a project with a production environment that has no code yet.
func (s *Server) newProject(n NewProject, now time.Time) *project {
	p := &project{
		id: n.ID, organization: n.Organization, subscription: n.Subscription, repo: newRepository(), settings: defaultSettings(), restartedAt: now,
		typeAccess: map[string]*Collection{},
	}
	p.doc = Doc{
		"id": n.ID, "title": n.Title, "description": "", "attributes": Doc{}, "owner": n.Owner, "namespace": "platformsh", "organization": n.Organization,
		"default_branch": n.DefaultBranch, "timezone": "UTC", "region": n.Region, "default_domain": nil,
		"created_at": stamp(now), "updated_at": stamp(now),
		"status":     Doc{"code": "provisioned", "message": "ok"},
		"repository": Doc{"url": n.ID + "@git." + n.Region + ":" + n.ID + ".git", "client_ssh_key": nil},
		"subscription": Doc{
			"license_uri": "/api/subscriptions/" + n.Subscription, "subscription_management_uri": "https://console.example.com/-/subscriptions/" + n.Subscription,
			"plan": n.Plan, "environments": n.Environments, "storage": n.StorageMB, "included_users": 1, "user_licenses": 3,
			"restricted": false, "suspended": false,
		},
	}
	for _, kind := range environmentKinds() {
		p.typeAccess[kind] = &Collection{}
	}
	main := newEnvironment(n.DefaultBranch, "Main", "production", nil, now)
	main.addDefaultRoutes()
	p.envs = []*environment{main}
	p.provisioners.Put("letsencrypt", Doc{
		"id": "letsencrypt", "directory_url": "https://acme.example.com/directory", "email": "certificates@example.com", "eab_kid": nil, "eab_hmac_key": nil,
	})
	return p
}

func (s *Server) projectView(p *project) Doc {
	out := clone(p.doc)
	href := "/api/projects/" + p.id
	out["_links"] = links("self", href, "#edit", href, "#delete", href, "environments", href+"/environments", "domains", href+"/domains",
		"#manage-variables", href+"/variables", "activities", href+"/activities", "integrations", href+"/integrations",
		"certificates", href+"/certificates", "capabilities", href+"/capabilities", "settings", href+"/settings",
		"#clear-build-cache", href+"/clear_build_cache", "subscription", "/api/subscriptions/"+p.subscription)
	return out
}

func (s *Server) getProject(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	return OK(s.projectView(p))
}

func (s *Server) patchProject(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("attributes", Object), Opt("title", String), Opt("description", String), Null("default_branch", String),
		Opt("timezone", String), Opt("region", String), Null("default_domain", String))
	if err != nil {
		return Response{}, err
	}
	main := p.env(p.doc["default_branch"].(string))
	if v, given := body["default_branch"]; given {
		name, _ := v.(string)
		next := p.env(name)
		if next == nil {
			return Response{}, InvalidField("default_branch", "There is no environment %q.", name)
		}
		if err := mustBe(next, stateActive, "made production"); err != nil {
			return Response{}, err
		}
		p.makeMain(next, main)
		main = next
	}
	if name, ok := body["default_domain"].(string); ok {
		if _, there := main.domains.Get(name); !there {
			return Response{}, InvalidField("default_domain", "%q is not a domain of the project.", name)
		}
	}
	if zone, ok := body["timezone"].(string); ok {
		if _, err := time.LoadLocation(zone); err != nil {
			return Response{}, InvalidField("timezone", "%q is not a time zone.", zone)
		}
	}
	merge(p.doc, body)
	p.doc["updated_at"] = stamp(r.Now)
	var acts []*activity
	for _, f := range []string{"title", "default_branch", "default_domain", "timezone", "region"} {
		if _, ok := body[f]; ok {
			acts = append(acts, s.start(r, p, work{kind: "project.modify." + f, text: "changed the " + f + " of the project", log: []string{"Updating the project"}})...)
		}
	}
	return s.accepted(r, s.projectView(p), acts)
}

// makeMain moves production from one environment to another, with its domains.
func (p *project) makeMain(next, old *environment) {
	if next == old {
		return
	}
	next.doc["type"], next.doc["parent"] = "production", nil
	old.doc["type"], old.doc["parent"] = "development", next.name
	for name, d := range old.domains.All() {
		next.domains.Put(name, d)
	}
	old.domains = Collection{}
}

// removeProject works, although clients delete the subscription instead.
func (s *Server) removeProject(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	if _, err := r.Object(); err != nil {
		return Response{}, err
	}
	view := s.projectView(p)
	s.deleteProject(p.id)
	return s.accepted(r, view, nil)
}

func (p *project) capabilities() Doc {
	on := Doc{"enabled": true}
	return Doc{
		"custom_domains": Doc{"enabled": true, "environments_with_domains_limit": 1}, "source_operations": on, "runtime_operations": on, "outbound_firewall": on,
		"metrics": Doc{"max_range": "30d"}, "logs_forwarding": Doc{"max_extra_payload_size": 4096}, "guaranteed_resources": Doc{"enabled": false, "instance_limit": 8},
		"images": Doc{"php": Doc{"8.3": Doc{"available": true}, "8.2": Doc{"available": true}}, "nodejs": Doc{"22": Doc{"available": true}}}, "instance_limit": 8,
		"build_resources": Doc{"enabled": true, "max_cpu": 8.0, "max_memory": 16384}, "data_retention": on, "autoscaling": on,
		"integrations": Doc{"enabled": true, "config": integrationConfig(), "allowed_integrations": []string{}},
	}
}

func integrationConfig() Doc {
	out := Doc{}
	for _, name := range []string{"newrelic", "sumologic", "splunk", "httplog", "syslog", "webhook", "script", "github", "gitlab", "bitbucket", "bitbucket_server",
		"health.email", "health.webhook", "health.pagerduty", "health.slack", "cdn.fastly", "blackfire", "otlp"} {
		out[name] = Doc{"enabled": true}
	}
	return out
}

func (s *Server) getCapabilities(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	return OK(p.capabilities())
}

func (s *Server) clearBuildCache(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	if _, err := r.Object(); err != nil {
		return Response{}, err
	}
	acts := s.start(r, p, work{kind: "project.clear_build_cache", text: "cleared the build cache of the project", log: []string{"Removing cached builds"}})
	return s.accepted(r, s.projectView(p), acts)
}

func (s *Server) getSystem(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	return OK(Doc{"version": "1.0.0", "image": "git-server-simulated", "started_at": stamp(p.restartedAt)})
}

func (s *Server) restartSystem(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	if _, err := r.Object(); err != nil {
		return Response{}, err
	}
	acts := s.start(r, p, work{kind: "system.restart", text: "restarted the Git server of the project", log: []string{"Restarting"},
		apply: func(at time.Time) { p.restartedAt = at }})
	return s.accepted(r, nil, acts)
}
