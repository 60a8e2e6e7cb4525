package platformsh

import (
	"net/url"
	"time"

	"paasmcp/internal/lazy"
)

func domainRoutes() []Route {
	const (
		prj = " /projects/{projectId}/domains"
		env = " /projects/{projectId}/environments/{environmentId}/domains"
	)
	var table []Route
	for _, base := range []string{prj, env} {
		table = append(table,
			Route{"GET" + base, (*Server).listDomains},
			Route{"POST" + base, (*Server).createDomain},
			Route{"GET" + base + "/{domainId}", (*Server).getDomain},
			Route{"PATCH" + base + "/{domainId}", (*Server).patchDomain},
			Route{"DELETE" + base + "/{domainId}", (*Server).deleteDomain},
		)
	}
	return table
}

// domainScope is where the domains of a request live. Those of the project are those of its production environment.
type domainScope struct {
	project    *project
	env        *environment
	list       *Collection
	production bool
	kind       string // prefix of activity types
}

func (s *Server) domains(r *Request) (domainScope, error) {
	p, e, err := s.scope(r)
	if err != nil {
		return domainScope{}, err
	}
	if e == nil || p.isMain(e) {
		kind := "environment.domain."
		if e == nil {
			kind = "project.domain."
		}
		main := p.env(p.doc["default_branch"].(string))
		return domainScope{p, main, &main.domains, true, kind}, nil
	}
	return domainScope{p, e, &e.domains, false, "environment.domain."}, nil
}

func (d domainScope) view(doc Doc) Doc {
	out := clone(doc)
	href := "/api/projects/" + d.project.id + "/domains/" + url.PathEscape(doc["name"].(string))
	if d.kind != "project.domain." {
		href = environmentHref(d.project, d.env) + "/domains/" + url.PathEscape(doc["name"].(string))
	}
	out["_links"] = links("self", href, "#edit", href, "#delete", href)
	return out
}

var domainName = lazy.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)

func newDomain(p *project, name string, production bool, now time.Time) Doc {
	d := Doc{"id": name, "name": name, "registered_name": name, "project": p.id, "attributes": Doc{}, "created_at": stamp(now), "updated_at": stamp(now)}
	if production {
		d["type"], d["is_default"] = "production", false
	} else {
		d["type"] = "replacement"
	}
	return d
}

func (s *Server) listDomains(r *Request) (Response, error) {
	d, err := s.domains(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for _, doc := range d.list.All() {
		out = append(out, d.view(doc))
	}
	return OK(out)
}

func (s *Server) oneDomain(r *Request) (domainScope, Doc, error) {
	d, err := s.domains(r)
	if err != nil {
		return d, nil, err
	}
	doc, ok := d.list.Get(r.Param("domainId"))
	if !ok {
		return d, nil, NotFound("Domain", r.Param("domainId"))
	}
	return d, doc, nil
}

func (s *Server) getDomain(r *Request) (Response, error) {
	d, doc, err := s.oneDomain(r)
	if err != nil {
		return Response{}, err
	}
	return OK(d.view(doc))
}

// claimed says whether any environment of the installation has a domain already.
func (s *Server) claimed(name string) bool {
	for _, p := range s.projects {
		for _, e := range p.envs {
			if _, ok := e.domains.Get(name); ok {
				return true
			}
		}
	}
	return false
}

func (s *Server) createDomain(r *Request) (Response, error) {
	d, err := s.domains(r)
	if err != nil {
		return Response{}, err
	}
	fields := []Field{Need("name", String), Opt("attributes", Object)}
	if d.production {
		fields = append(fields, Opt("is_default", Boolean))
	} else {
		fields = append(fields, Opt("replacement_for", String))
	}
	body, err := r.Object(fields...)
	if err != nil {
		return Response{}, err
	}
	name := body["name"].(string)
	if !domainName.MatchString(name) {
		return Response{}, InvalidField("name", "%q is not a valid domain name.", name)
	}
	if s.claimed(name) {
		return Response{}, Conflict("The domain %s is already claimed by this or another project.", name)
	}
	if !d.production {
		main := d.project.env(d.project.doc["default_branch"].(string))
		target, _ := body["replacement_for"].(string)
		if _, ok := main.domains.Get(target); !ok {
			return Response{}, InvalidField("replacement_for", "%q is not a domain of the production environment.", target)
		}
	}
	doc := newDomain(d.project, name, d.production, r.Now)
	merge(doc, body)
	d.list.Put(name, doc)
	if body["is_default"] == true {
		d.makeDefault(doc)
	}
	p := d.project
	acts := s.start(r, p, work{
		kind: d.kind + "create", envs: []*environment{d.env}, text: "added the domain " + name, params: Doc{"domain": name},
		log:   []string{"Adding " + name + " to the routes", "Requesting a certificate for " + name, "The certificate is deployed"},
		apply: func(at time.Time) { s.provisionCertificate(p, name, at) },
	})
	return s.accepted(r, d.view(doc), acts)
}

func (d domainScope) makeDefault(doc Doc) {
	for _, other := range d.list.All() {
		other["is_default"] = false
	}
	doc["is_default"] = true
	d.project.doc["default_domain"] = doc["name"]
}

func (s *Server) patchDomain(r *Request) (Response, error) {
	d, doc, err := s.oneDomain(r)
	if err != nil {
		return Response{}, err
	}
	fields := []Field{Opt("attributes", Object)}
	if d.production {
		fields = append(fields, Opt("is_default", Boolean))
	}
	body, err := r.Object(fields...)
	if err != nil {
		return Response{}, err
	}
	merge(doc, body)
	doc["updated_at"] = stamp(r.Now)
	if body["is_default"] == true {
		d.makeDefault(doc)
	}
	name := doc["name"].(string)
	acts := s.start(r, d.project, work{kind: d.kind + "update", envs: []*environment{d.env}, text: "updated the domain " + name, params: Doc{"domain": name},
		log: []string{"Updating the routes"}})
	return s.accepted(r, d.view(doc), acts)
}

func (s *Server) deleteDomain(r *Request) (Response, error) {
	d, doc, err := s.oneDomain(r)
	if err != nil {
		return Response{}, err
	}
	if _, err := r.Object(); err != nil {
		return Response{}, err
	}
	name := doc["name"].(string)
	d.list.Delete(name)
	p := d.project
	if p.doc["default_domain"] == name {
		p.doc["default_domain"] = nil
	}
	acts := s.start(r, p, work{kind: d.kind + "delete", envs: []*environment{d.env}, text: "removed the domain " + name, params: Doc{"domain": name},
		log: []string{"Removing " + name + " from the routes"}, apply: func(time.Time) { p.dropCertificates(name) }})
	return s.accepted(r, d.view(doc), acts)
}
