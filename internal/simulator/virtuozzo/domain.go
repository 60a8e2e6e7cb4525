package virtuozzo

import (
	"slices"
	"strings"
	"time"

	"paasmcp/internal/lazy"
)

// extDomain is a domain of the customer's own that points to an environment.
type extDomain struct {
	id     int
	domain string
	certID int // of the certificate that it uses; 0 for none
}

// addedDomain is an alias of an environment, a layer or a node.
type addedDomain struct {
	domain, layer string
	node          int
}

func domainHandlers() handlers {
	return handlers{
		"environment/binder.checkdomain":     (*Server).checkDomain,
		"environment/binder.checkextdomain":  (*Server).checkExtDomain,
		"environment/binder.getextdomains":   (*Server).getExtDomains,
		"environment/binder.bindextdomain":   (*Server).bindExtDomain,
		"environment/binder.bindextdomains":  (*Server).bindExtDomains,
		"environment/binder.removeextdomain": (*Server).removeExtDomain,
		"environment/binder.swapextdomains":  (*Server).swapExtDomains,
		"environment/binder.getdomains":      (*Server).getDomains,
		"environment/binder.adddomains":      (*Server).addDomains,
		"environment/binder.removedomains":   (*Server).removeDomains,
	}
}

var hostName = lazy.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)

func (d *extDomain) view(s *Server) Doc {
	out := Doc{"id": d.id, "domain": d.domain, "sslEnabled": d.certID != 0}
	if c, ok := s.certs.get(d.certID); ok {
		out["sslCert"] = certView(c)
	}
	return out
}

// hostOf finds the environment that a domain is bound to.
func (s *Server) hostOf(domain string) *environment {
	for _, e := range s.envs {
		if e.ext(domain) != nil || slices.ContainsFunc(e.added, func(a addedDomain) bool { return a.domain == domain }) {
			return e
		}
	}
	return nil
}

func (e *environment) ext(domain string) *extDomain {
	for _, d := range e.extDomains {
		if d.domain == domain {
			return d
		}
	}
	return nil
}

// free is nil when a domain can be bound.
func (s *Server) free(param, domain string) error {
	if !hostName.MatchString(domain) {
		return invalid(param, domain+" is no domain name")
	}
	if e := s.hostOf(domain); e != nil {
		return fail(CodeDomainTaken, "domain [%s] is already in use", domain)
	}
	return nil
}

func (s *Server) checkDomain(r *Request) (Doc, error) { return nil, s.validName(r.text("domain")) }

func (s *Server) checkExtDomain(r *Request) (Doc, error) {
	return nil, s.free("extdomain", r.text("extdomain"))
}

func (s *Server) getExtDomains(r *Request) (Doc, error) {
	list := []any{}
	only := r.environment(s)
	for _, e := range s.owned(r.user.uid) {
		if only != nil && e != only {
			continue
		}
		for _, d := range e.extDomains {
			v := d.view(s)
			v["appid"], v["envName"] = e.appid, e.name
			list = append(list, v)
		}
	}
	return Doc{"extDomains": list}, nil
}

func (s *Server) bindExtDomain(r *Request) (Doc, error) {
	return s.bind(r, []string{strings.ToLower(r.text("extdomain"))}, func(list []*extDomain) Doc { return Doc{"extDomain": list[0].view(s)} })
}

func (s *Server) bindExtDomains(r *Request) (Doc, error) {
	return s.bind(r, r.list("extDomains"), func(list []*extDomain) Doc {
		views := []any{}
		for _, d := range list {
			v := d.view(s)
			v["result"] = 0
			views = append(views, v)
		}
		return Doc{"extDomains": views}
	})
}

func (s *Server) bind(r *Request, domains []string, answer func([]*extDomain) Doc) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	for _, d := range domains {
		if err := s.free("extdomain", d); err != nil {
			return nil, err
		}
	}
	if r.has("certId") {
		if _, err := s.cert(r, r.number("certId")); err != nil {
			return nil, err
		}
	}
	return s.begin(r, work{takes: 3 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		var list []*extDomain
		for _, name := range domains {
			if err := s.free("extdomain", name); err != nil {
				return nil, err // somebody else was faster
			}
			s.nextNode++
			d := &extDomain{id: s.nextNode, domain: name, certID: r.number("certId")}
			e.extDomains = append(e.extDomains, d)
			list = append(list, d)
		}
		return answer(list), nil
	}})
}

func (s *Server) removeExtDomain(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	name := r.text("extdomain")
	if e.ext(name) == nil {
		return nil, notFound("external domain", name)
	}
	return s.begin(r, work{takes: 3 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		e.extDomains = slices.DeleteFunc(e.extDomains, func(d *extDomain) bool { return d.domain == name })
		return nil, nil
	}})
}

// swapExtDomains moves the live traffic of two environments to each other.
func (s *Server) swapExtDomains(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	other, err := s.envNamed(r, r.text("targetappid"))
	if err != nil {
		return nil, err
	}
	if other == e {
		return nil, invalid("targetappid", "is the same environment")
	}
	return s.begin(r, work{takes: 3 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		e.extDomains, other.extDomains = other.extDomains, e.extDomains
		return nil, nil
	}})
}

func (s *Server) getDomains(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	ofEnv := []any{Doc{"domain": e.domain()}}
	for _, d := range e.extDomains {
		ofEnv = append(ofEnv, d.view(s))
	}
	layers, nodes := Doc{}, Doc{}
	for _, a := range e.added {
		switch {
		case a.node != 0:
			putIn(nodes, itoa(a.node), Doc{"domain": a.domain})
		case a.layer != "":
			putIn(layers, a.layer, Doc{"domain": a.domain})
		default:
			ofEnv = append(ofEnv, Doc{"domain": a.domain})
		}
	}
	return Doc{"envDomains": ofEnv, "nodeGroupsDomains": layers, "nodesDomains": nodes}, nil
}

// putIn appends to a list inside a document.
func putIn(d Doc, key string, v any) {
	list, _ := d[key].([]any)
	d[key] = append(list, v)
}

// domainScope is the environment, layer or node whose added domains a call changes; a node wins over a layer.
func (s *Server) domainScope(r *Request) (*environment, addedDomain, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, addedDomain{}, err
	}
	if r.text("nodeId", "nodeGroup") == "" {
		return e, addedDomain{}, nil
	}
	if _, _, err := s.targets(r); err != nil {
		return nil, addedDomain{}, err
	}
	if r.has("nodeId") {
		return e, addedDomain{node: r.number("nodeId")}, nil
	}
	return e, addedDomain{layer: r.text("nodeGroup")}, nil
}

func (s *Server) addDomains(r *Request) (Doc, error) {
	e, scope, err := s.domainScope(r)
	if err != nil {
		return nil, err
	}
	names := r.list("domains")
	for _, d := range names {
		full := d
		if r.flag("subdomain") {
			full += "." + e.domain()
		}
		if err := s.free("domains", full); err != nil {
			return nil, err
		}
	}
	return s.begin(r, work{takes: 3 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		for _, d := range names {
			a := scope
			a.domain = d
			if r.flag("subdomain") {
				a.domain += "." + e.domain()
			}
			e.added = append(e.added, a)
		}
		return nil, nil
	}})
}

// removeDomains takes added domains away, all of the scope with *.
func (s *Server) removeDomains(r *Request) (Doc, error) {
	e, scope, err := s.domainScope(r)
	if err != nil {
		return nil, err
	}
	names := r.list("domains")
	hit := func(a addedDomain) bool {
		return a.layer == scope.layer && a.node == scope.node && (r.text("domains") == "*" || slices.Contains(names, a.domain))
	}
	if r.text("domains") != "*" && !slices.ContainsFunc(e.added, hit) {
		return nil, notFound("domain", r.text("domains"))
	}
	return s.begin(r, work{takes: 3 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		e.added = slices.DeleteFunc(e.added, hit)
		return nil, nil
	}})
}
