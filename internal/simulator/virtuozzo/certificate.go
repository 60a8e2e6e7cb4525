package virtuozzo

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Certificates are documents of a user: {id, uid, domains, cert, intermediate, issuedBy, sslType} and the key, which no
// answer shows.

func certificateHandlers() handlers {
	return handlers{
		"environment/binder.getsslcerts":    (*Server).getCerts,
		"environment/binder.addsslcert":     (*Server).addCert,
		"environment/binder.editsslcert":    (*Server).editCert,
		"environment/binder.removesslcerts": (*Server).removeCerts,
		"environment/binder.bindsslcert":    (*Server).bindCert,
		"environment/binder.unbindsslcert":  (*Server).unbindCert,
	}
}

func certView(c Doc) Doc {
	out := Doc{}
	for _, k := range []string{"id", "uid", "domains", "cert", "intermediate", "issuedBy", "sslType", "isDeleted"} {
		out[k] = c[k]
	}
	return out
}

func (s *Server) cert(r *Request, id int) (Doc, error) {
	c, ok := s.certs.get(id)
	if !ok || c["uid"] != r.user.uid {
		return nil, notFound("certificate", id)
	}
	return c, nil
}

func (s *Server) getCerts(r *Request) (Doc, error) {
	want, err := r.ids("ids")
	if err != nil {
		return nil, err
	}
	only := r.environment(s)
	list := []any{}
	for _, c := range s.certs.items {
		id := c["id"].(int)
		bound := only == nil || slices.ContainsFunc(only.extDomains, func(d *extDomain) bool { return d.certID == id })
		if c["uid"] == r.user.uid && bound && (len(want) == 0 || slices.Contains(want, id)) {
			list = append(list, certView(c))
		}
	}
	return Doc{"sslCerts": list}, nil
}

// readCert takes a certificate and key: PEM text, or an address from which the platform fetches it. Text must be a pair.
func readCert(cert, key string) (domains, issuer string, err error) {
	if isWebURL(cert) {
		return "www.example.com", "Example CA", nil
	}
	if isWebURL(key) {
		key = ""
	}
	block, _ := pem.Decode([]byte(cert))
	if block == nil || block.Type != "CERTIFICATE" {
		return "", "", invalid("cert", "is neither PEM nor an http address")
	}
	x, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", "", invalid("cert", err.Error())
	}
	if key != "" {
		if _, err := tls.X509KeyPair([]byte(cert), []byte(key)); err != nil {
			return "", "", invalid("key", "does not belong to the certificate")
		}
	}
	return strings.Join(x.DNSNames, ","), x.Issuer.CommonName, nil
}

func (s *Server) addCert(r *Request) (Doc, error) {
	domains, issuer, err := readCert(r.text("cert"), r.text("key"))
	if err != nil {
		return nil, err
	}
	c := s.certs.add(Doc{
		"uid": r.user.uid, "domains": domains, "cert": r.text("cert"), "intermediate": r.text("interm"), "issuedBy": issuer, "key": r.text("key"),
		"sslType": "CUSTOM", "isDeleted": false,
	})
	return Doc{"sslCert": certView(c)}, nil
}

func (s *Server) editCert(r *Request) (Doc, error) {
	c, err := s.cert(r, r.number("id"))
	if err != nil {
		return nil, err
	}
	if r.has("cert") {
		domains, issuer, err := readCert(r.text("cert"), r.text("key"))
		if err != nil {
			return nil, err
		}
		c["domains"], c["issuedBy"], c["cert"] = domains, issuer, r.text("cert")
	}
	if r.has("key") {
		c["key"] = r.text("key")
	}
	if r.has("interm") {
		c["intermediate"] = r.text("interm")
	}
	return Doc{"sslCert": certView(c)}, nil
}

func (s *Server) removeCerts(r *Request) (Doc, error) {
	var ids []int
	var err error
	if r.text("ids") == "*" {
		for _, c := range s.certs.items {
			if c["uid"] == r.user.uid {
				ids = append(ids, c["id"].(int))
			}
		}
	} else if ids, err = r.owned(s.cert); err != nil {
		return nil, err
	}
	for _, id := range ids {
		s.certs.remove(id)
		for _, e := range s.envs {
			for _, d := range e.extDomains {
				if d.certID == id {
					d.certID = 0
				}
			}
		}
	}
	return nil, nil
}

func (s *Server) bindCert(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	if _, err := s.cert(r, r.number("certId")); err != nil {
		return nil, err
	}
	return s.setCerts(r, e, r.number("certId"))
}

func (s *Server) unbindCert(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	return s.setCerts(r, e, 0)
}

// setCerts gives the named external domains a certificate, or all of them when none is named.
func (s *Server) setCerts(r *Request, e *environment, id int) (Doc, error) {
	domains := e.extDomains
	if r.has("extDomains") {
		domains = nil
		for _, name := range r.list("extDomains") {
			d := e.ext(name)
			if d == nil {
				return nil, notFound("external domain", name)
			}
			domains = append(domains, d)
		}
	}
	return s.begin(r, work{takes: 5 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		for _, d := range domains {
			d.certID = id
		}
		return nil, nil
	}})
}

func itoa(n int) string { return strconv.Itoa(n) }
