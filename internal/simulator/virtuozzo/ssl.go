package virtuozzo

import "time"

// customSSL is a certificate that was installed on an environment itself.
type customSSL struct {
	cert, key, intermediate string
	enabled                 bool
}

func sslHandlers() handlers {
	return handlers{
		"environment/binder.getssl":     (*Server).getSSL,
		"environment/binder.bindssl":    (*Server).bindSSL,
		"environment/binder.disablessl": (*Server).disableSSL,
		"environment/binder.removessl":  (*Server).removeSSL,
		"environment/binder.deletessl":  (*Server).removeSSL,
	}
}

func (e *environment) sslView() Doc {
	c := e.custom
	// The key is in the answer: masking it is the client's business.
	return Doc{"id": 1, "domain": e.domain(), "sslEnable": c.enabled, "cert": c.cert, "certKey": c.key, "intermediate": c.intermediate}
}

// withSSL finds an environment that has a certificate of its own.
func (s *Server) withSSL(r *Request) (*environment, error) {
	e, err := s.env(r)
	if err == nil && e.custom == nil {
		err = notFound("SSL certificate of environment", e.name)
	}
	return e, err
}

func (s *Server) getSSL(r *Request) (Doc, error) {
	e, err := s.withSSL(r)
	if err != nil {
		return nil, err
	}
	return Doc{"sslCustom": e.sslView()}, nil
}

func (s *Server) bindSSL(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 5 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		e.custom = &customSSL{cert: r.text("cert"), key: r.text("cert_key"), intermediate: r.text("intermediate"), enabled: true}
		return Doc{"sslCustom": e.sslView()}, nil
	}})
}

func (s *Server) disableSSL(r *Request) (Doc, error) {
	e, err := s.withSSL(r)
	if err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 5 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		if e.custom != nil {
			e.custom.enabled = false
		}
		return nil, nil
	}})
}

func (s *Server) removeSSL(r *Request) (Doc, error) {
	e, err := s.withSSL(r)
	if err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 5 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		e.custom = nil
		return nil, nil
	}})
}
