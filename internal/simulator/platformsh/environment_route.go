package platformsh

import (
	"net/url"
	"strings"
	"time"
)

func environmentRouteRoutes() []Route {
	const base = " /projects/{projectId}/environments/{environmentId}/routes"
	return []Route{
		{"GET" + base, (*Server).listRoutes},
		{"POST" + base, (*Server).createRoute},
		{"GET" + base + "/{routeId}", (*Server).getRoute},
		{"PATCH" + base + "/{routeId}", (*Server).patchRoute},
		{"DELETE" + base + "/{routeId}", (*Server).deleteRoute},
	}
}

// A route is stored under the URL pattern of routes.yaml, with {default} in place of the domain.
const (
	defaultRoute = "https://{default}/"
	plainRoute   = "http://{default}/"
)

func upstreamRoute(id string) Doc {
	return Doc{
		"id": id, "primary": true, "production_url": nil, "attributes": Doc{}, "type": "upstream", "upstream": "app:http",
		"tls":    Doc{"strict_transport_security": Doc{"enabled": nil, "include_subdomains": nil, "preload": nil}, "min_version": nil, "client_authentication": nil, "client_certificate_authorities": []any{}},
		"cache":  Doc{"enabled": true, "default_ttl": 0, "cookies": []any{"*"}, "headers": []any{"Accept", "Accept-Language"}},
		"ssi":    Doc{"enabled": false},
		"sticky": Doc{"enabled": false}, "redirects": Doc{"expires": "-1s", "paths": Doc{}},
	}
}

func redirectRoute(id, to string) Doc {
	d := upstreamRoute(id)
	for _, k := range []string{"upstream", "cache", "ssi", "sticky"} {
		delete(d, k)
	}
	d["type"], d["to"], d["primary"] = "redirect", to, false
	return d
}

// addDefaultRoutes gives an environment what the demo's routes.yaml says.
func (e *environment) addDefaultRoutes() {
	e.routes.Put(defaultRoute, upstreamRoute(defaultRoute))
	e.routes.Put(plainRoute, redirectRoute(plainRoute, defaultRoute))
}

// inheritRoutes copies the routes to a new branch: they stand in Git.
func (p *project) inheritRoutes(e, parent *environment) {
	for id, d := range parent.routes.All() {
		e.routes.Put(id, copyDoc(d))
	}
}

// expand replaces {default} by the host of an environment.
func (p *project) expand(e *environment, pattern string) string {
	host := p.hostname(e)
	if d, ok := p.defaultDomain(e).(string); ok && d != "" {
		host = d
	}
	return strings.ReplaceAll(pattern, "{default}", host)
}

func routeView(p *project, e *environment, d Doc) Doc {
	out := clone(d)
	id := d["id"].(string)
	href := environmentHref(p, e) + "/routes/" + url.PathEscape(id)
	out["original_url"], out["url"] = id, p.expand(e, id)
	out["_links"] = links("self", href, "#edit", href, "#delete", href)
	return out
}

func (s *Server) listRoutes(r *Request) (Response, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for _, d := range e.routes.All() {
		out = append(out, routeView(p, e, d))
	}
	return OK(out)
}

// oneRoute finds a route by its pattern or by the URL it stands for.
func (s *Server) oneRoute(r *Request) (*project, *environment, Doc, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return nil, nil, nil, err
	}
	want := r.Param("routeId")
	for id, d := range e.routes.All() {
		if id == want || p.expand(e, id) == want {
			return p, e, d, nil
		}
	}
	return nil, nil, nil, NotFound("Route", want)
}

func (s *Server) getRoute(r *Request) (Response, error) {
	p, e, d, err := s.oneRoute(r)
	if err != nil {
		return Response{}, err
	}
	return OK(routeView(p, e, d))
}

// routeFields are the fields of the three types of routes; which of them a type needs is checked by checkRoute.
func routeFields() []Field {
	return []Field{
		Need("type", String, "proxy", "redirect", "upstream"), Null("primary", Boolean), Null("id", String), Null("production_url", String),
		Opt("attributes", Object), Opt("tls", Object), Opt("to", String), Opt("upstream", String), Opt("redirects", Object),
		Opt("cache", Object), Opt("ssi", Object), Opt("sticky", Object),
	}
}

func checkRoute(body Doc) error {
	need := map[string]string{"proxy": "to", "redirect": "to", "upstream": "upstream"}[body["type"].(string)]
	if v, ok := body[need].(string); !ok || v == "" {
		return InvalidField(need, "This field is required for routes of type %s.", body["type"])
	}
	return nil
}

// changeRoutes starts the activity of a route change, which commits to Git and redeploys.
func (s *Server) changeRoutes(r *Request, p *project, e *environment, verb, past string, d Doc, apply func()) (Response, error) {
	by := s.signature(r)
	acts := s.start(r, p, work{
		kind: "environment.route." + verb, envs: []*environment{e}, text: past + " a route of " + e.title(), params: Doc{"route": d["id"]},
		log: []string{"Writing .platform/routes.yaml", "Committing to " + e.name, "Deploying the routes"},
		apply: func(at time.Time) {
			apply()
			if head := p.repo.head(e.name); head != "" {
				by.at = at
				p.repo.setHead(e.name, p.repo.commitFiles(p.repo.files(head), past+" route "+d["id"].(string), by, head))
				p.markDeployed(e, at)
			}
		},
	})
	return s.accepted(r, routeView(p, e, d), acts)
}

// integrated refuses what would commit to a repository that another service owns.
func integrated(p *project) error {
	for _, in := range p.integrations.All() {
		switch in["type"] {
		case "github", "gitlab", "bitbucket", "bitbucket_server":
			return Conflict("The code of this project comes from %s; change the routes there.", in["type"])
		}
	}
	return nil
}

func (s *Server) createRoute(r *Request) (Response, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(routeFields()...)
	if err != nil {
		return Response{}, err
	}
	if err := checkRoute(body); err != nil {
		return Response{}, err
	}
	if err := integrated(p); err != nil {
		return Response{}, err
	}
	id, _ := body["id"].(string)
	if id == "" {
		id = "https://" + s.newID() + ".{default}/"
	}
	if _, there := e.routes.Get(id); there {
		return Response{}, Conflict("A route for %s exists already.", id)
	}
	d := upstreamRoute(id)
	if body["type"] != "upstream" {
		d = redirectRoute(id, "")
	}
	d["primary"] = false
	merge(d, body)
	d["id"] = id
	return s.changeRoutes(r, p, e, "create", "Added", d, func() { e.routes.Put(id, d) })
}

func (s *Server) patchRoute(r *Request) (Response, error) {
	p, e, old, err := s.oneRoute(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(optional(routeFields())...)
	if err != nil {
		return Response{}, err
	}
	if err := integrated(p); err != nil {
		return Response{}, err
	}
	id := old["id"].(string)
	d := clone(old)
	merge(d, body)
	d["id"] = id
	if err := checkRoute(d); err != nil {
		return Response{}, err
	}
	return s.changeRoutes(r, p, e, "update", "Changed", d, func() { e.routes.Put(id, d) })
}

func (s *Server) deleteRoute(r *Request) (Response, error) {
	p, e, d, err := s.oneRoute(r)
	if err != nil {
		return Response{}, err
	}
	if err := integrated(p); err != nil {
		return Response{}, err
	}
	return s.changeRoutes(r, p, e, "delete", "Removed", d, func() { e.routes.Delete(d["id"].(string)) })
}
