package platformsh

import (
	"slices"
	"time"
)

func integrationRoutes() []Route {
	const base = " /projects/{projectId}/integrations"
	return []Route{
		{"GET" + base, (*Server).listIntegrations},
		{"POST" + base, (*Server).createIntegration},
		{"GET" + base + "/{integrationId}", (*Server).getIntegration},
		{"PATCH" + base + "/{integrationId}", (*Server).patchIntegration},
		{"DELETE" + base + "/{integrationId}", (*Server).deleteIntegration},
	}
}

// integrationTypes are the 18 types with their fields beside type.
func integrationTypes() map[string][]Field {
	git := []Field{Opt("fetch_branches", Boolean), Opt("prune_branches", Boolean), Opt("environment_init_resources", String, "default", "manual", "minimum", "parent")}
	events := []Field{Opt("events", Strings), Opt("environments", Strings), Opt("excluded_environments", Strings), Opt("states", Strings), Opt("result", String, "*", "failure", "success")}
	logs := []Field{Opt("extra", Object), Opt("tls_verify", Boolean), Opt("excluded_services", Strings)}
	with := func(common []Field, own ...Field) []Field { return slices.Concat(common, own) }
	return map[string][]Field{
		"bitbucket": with(git, Need("repository", String), Opt("build_pull_requests", Boolean), Opt("pull_requests_clone_parent_data", Boolean), Opt("resync_pull_requests", Boolean),
			Null("app_credentials", Object).With(Need("key", String), Need("secret", String)),
			Null("addon_credentials", Object).With(Need("addon_key", String), Need("client_key", String), Need("shared_secret", String))),
		"bitbucket_server": with(git, Need("url", URL), Need("username", String), Need("token", String), Need("project", String), Need("repository", String),
			Opt("build_pull_requests", Boolean), Opt("pull_requests_clone_parent_data", Boolean)),
		"blackfire": {},
		"fastly":    with(events, Need("token", String), Need("service_id", String)),
		"github": with(git, Need("token", String), Null("base_url", URL), Need("repository", String), Opt("build_pull_requests", Boolean), Opt("build_draft_pull_requests", Boolean),
			Opt("build_pull_requests_post_merge", Boolean), Opt("pull_requests_clone_parent_data", Boolean)),
		"gitlab": with(git, Need("token", String), Opt("base_url", URL), Need("project", String), Opt("build_merge_requests", Boolean), Opt("build_wip_merge_requests", Boolean),
			Opt("merge_requests_clone_parent_data", Boolean)),
		"health.email":     {Null("from_address", String), Need("recipients", Strings)},
		"health.pagerduty": {Need("routing_key", String)},
		"health.slack":     {Need("token", String), Need("channel", String)},
		"health.webhook":   {Null("shared_key", String), Need("url", URL)},
		"httplog":          with(logs, Need("url", URL), Opt("headers", Object)),
		"newrelic":         with(logs, Need("url", URL), Need("license_key", String)),
		"otlplog":          with(logs, Need("url", URL), Opt("headers", Object)),
		"script":           with(events, Need("script", String)),
		"splunk":           with(logs, Need("url", URL), Need("index", String), Need("token", String), Opt("sourcetype", String)),
		"sumologic":        with(logs, Need("url", URL), Opt("category", String)),
		"syslog": with(logs, Opt("host", String), Opt("port", Integer), Opt("protocol", String, "tcp", "tls", "udp"), Opt("facility", Integer),
			Opt("message_format", String, "rfc3164", "rfc5424"), Opt("auth_token", String), Opt("auth_mode", String, "prefix", "structured_data")),
		"webhook": with(events, Null("shared_key", String), Need("url", URL)),
	}
}

// writeOnly are the fields that no answer shows. shared_key, routing_key and the credentials of Bitbucket are missing
// here because the service does show them.
func writeOnly() []string { return []string{"token", "license_key", "auth_token"} }

// integrationDefaults are the fields that an answer has although nobody gave them.
func integrationDefaults(kind string) Doc {
	switch kind {
	case "github", "gitlab", "bitbucket", "bitbucket_server":
		return Doc{"fetch_branches": true, "prune_branches": true, "environment_init_resources": "parent"}
	case "webhook", "script", "fastly":
		return Doc{"events": []any{"*"}, "environments": []any{"*"}, "excluded_environments": []any{}, "states": []any{"complete"}, "result": "*"}
	case "httplog", "newrelic", "otlplog", "splunk", "sumologic", "syslog":
		return Doc{"extra": Doc{}, "tls_verify": true, "excluded_services": []any{}}
	}
	return Doc{}
}

func newIntegration(id string, body Doc, now time.Time) Doc {
	d := Doc{"id": id, "created_at": stamp(now), "updated_at": stamp(now)}
	merge(d, integrationDefaults(body["type"].(string)))
	merge(d, body)
	return d
}

func integrationView(p *project, d Doc) Doc {
	out := clone(d)
	for _, f := range writeOnly() {
		delete(out, f)
	}
	href := "/api/projects/" + p.id + "/integrations/" + d["id"].(string)
	out["_links"] = links("self", href, "#edit", href, "#delete", href)
	return out
}

func (s *Server) listIntegrations(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for _, d := range p.integrations.All() {
		out = append(out, integrationView(p, d))
	}
	return OK(out)
}

func (s *Server) integration(r *Request) (*project, Doc, error) {
	p, err := s.project(r)
	if err != nil {
		return nil, nil, err
	}
	d, ok := p.integrations.Get(r.Param("integrationId"))
	if !ok {
		return nil, nil, NotFound("Integration", r.Param("integrationId"))
	}
	return p, d, nil
}

func (s *Server) getIntegration(r *Request) (Response, error) {
	p, d, err := s.integration(r)
	if err != nil {
		return Response{}, err
	}
	return OK(integrationView(p, d))
}

// integrationBody checks a body against the fields of its type, which is not yet known when the body is read.
func integrationBody(r *Request, known string, patch bool) (Doc, error) {
	body, err := r.anyObject()
	if err != nil {
		return nil, err
	}
	kind, given := body["type"].(string)
	if !given && known != "" {
		kind = known
	}
	fields, ok := integrationTypes()[kind]
	if !ok {
		return nil, InvalidField("type", "%q is not a type of integration.", kind)
	}
	if known != "" && kind != known {
		return nil, InvalidField("type", "The type of an integration cannot be changed.")
	}
	if patch {
		fields = optional(fields)
	}
	if p := checkFields(body, append(fields, Opt("type", String))); p != nil {
		return nil, p
	}
	return body, nil
}

func (s *Server) createIntegration(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	body, err := integrationBody(r, "", false)
	if err != nil {
		return Response{}, err
	}
	kind := body["type"].(string)
	switch kind {
	case "github", "gitlab", "bitbucket", "bitbucket_server":
		if integrated(p) != nil {
			return Response{}, Conflict("The project has a source integration already; delete it first.")
		}
	}
	d := newIntegration(s.newID(), body, r.Now)
	p.integrations.Put(d["id"].(string), d)
	acts := s.start(r, p, work{kind: "integration." + kind + ".create", text: "added a " + kind + " integration", log: []string{"Registering the integration"}})
	return s.accepted(r, integrationView(p, d), acts)
}

func (s *Server) patchIntegration(r *Request) (Response, error) {
	p, d, err := s.integration(r)
	if err != nil {
		return Response{}, err
	}
	kind := d["type"].(string)
	body, err := integrationBody(r, kind, true)
	if err != nil {
		return Response{}, err
	}
	merge(d, body)
	d["updated_at"] = stamp(r.Now)
	acts := s.start(r, p, work{kind: "integration." + kind + ".update", text: "updated the " + kind + " integration", log: []string{"Updating the integration"}})
	return s.accepted(r, integrationView(p, d), acts)
}

func (s *Server) deleteIntegration(r *Request) (Response, error) {
	p, d, err := s.integration(r)
	if err != nil {
		return Response{}, err
	}
	kind := d["type"].(string)
	p.integrations.Delete(d["id"].(string))
	acts := s.start(r, p, work{kind: "integration." + kind + ".delete", text: "deleted the " + kind + " integration", log: []string{"Removing the integration"}})
	return s.accepted(r, integrationView(p, d), acts)
}
