package platformsh

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"slices"
	"time"
)

func certificateRoutes() []Route {
	const base = " /projects/{projectId}/certificates"
	const prov = " /projects/{projectId}/provisioners"
	return []Route{
		{"GET" + base, (*Server).listCertificates},
		{"POST" + base, (*Server).createCertificate},
		{"GET" + base + "/{certificateId}", (*Server).getCertificate},
		{"PATCH" + base + "/{certificateId}", (*Server).patchCertificate},
		{"DELETE" + base + "/{certificateId}", (*Server).deleteCertificate},
		{"GET" + prov, (*Server).listProvisioners},
		{"GET" + prov + "/{certificateProvisionerDocumentId}", (*Server).getProvisioner},
		{"PATCH" + prov + "/{certificateProvisionerDocumentId}", (*Server).patchProvisioner},
	}
}

// selfSigned makes a real certificate, so that clients may parse what they read. The key is thrown away: the API never
// shows it.
func selfSigned(domain, issuer string, from, until time.Time) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		panic(err) // the system has no randomness
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(from.UnixNano()), Subject: pkix.Name{CommonName: domain}, Issuer: pkix.Name{CommonName: issuer},
		DNSNames: []string{domain}, NotBefore: from, NotAfter: until,
	}
	der, err := x509.CreateCertificate(crand.Reader, template, &x509.Certificate{Subject: pkix.Name{CommonName: issuer, Organization: []string{"Simulated CA"}}}, &key.PublicKey, key)
	if err != nil {
		panic(err) // the template above is complete
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// addCertificate stores a certificate that has been parsed.
func (s *Server) addCertificate(p *project, pemText string, chain []any, provisioned bool, now time.Time) (string, error) {
	block, _ := pem.Decode([]byte(pemText))
	if block == nil || block.Type != "CERTIFICATE" {
		return "", InvalidField("certificate", "Not a PEM certificate.")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", InvalidField("certificate", "The certificate cannot be parsed.")
	}
	domains := cert.DNSNames
	if len(domains) == 0 {
		domains = []string{cert.Subject.CommonName}
	}
	if chain == nil {
		chain = []any{}
	}
	issuer := []Doc{{"oid": "2.5.4.3", "alias": "CN", "value": cert.Issuer.CommonName}}
	for _, o := range cert.Issuer.Organization {
		issuer = append(issuer, Doc{"oid": "2.5.4.10", "alias": "O", "value": o})
	}
	id := s.newID()
	p.certificates.Put(id, Doc{
		"id": id, "certificate": pemText, "chain": chain, "is_provisioned": provisioned, "is_invalid": now.After(cert.NotAfter), "is_root": false,
		"domains": domains, "auth_type": []string{"SERVER"}, "issuer": issuer, "expires_at": stamp(cert.NotAfter),
		"created_at": stamp(now), "updated_at": stamp(now),
	})
	return id, nil
}

// provisionCertificate gives a domain a certificate for 90 days, unless one of the project covers it.
func (s *Server) provisionCertificate(p *project, domain string, now time.Time) {
	for _, c := range p.certificates.All() {
		if slices.Contains(c["domains"].([]string), domain) {
			return
		}
	}
	if _, err := s.addCertificate(p, selfSigned(domain, "Simulated Encrypt R3", now, now.AddDate(0, 0, 90)), nil, true, now); err != nil {
		panic(err) // selfSigned makes a parsable one
	}
}

// dropCertificates removes the provisioned certificates of a domain; uploaded ones stay.
func (p *project) dropCertificates(domain string) {
	for id, c := range p.certificates.docs {
		if c["is_provisioned"] == true && slices.Contains(c["domains"].([]string), domain) {
			p.certificates.Delete(id)
		}
	}
}

func certificateView(p *project, d Doc) Doc {
	out := clone(d)
	href := "/api/projects/" + p.id + "/certificates/" + d["id"].(string)
	l := links("self", href)
	if d["is_provisioned"] != true {
		l["#edit"], l["#delete"] = link(href), link(href)
	}
	out["_links"] = l
	return out
}

func (s *Server) listCertificates(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for _, d := range p.certificates.All() {
		out = append(out, certificateView(p, d))
	}
	return OK(out)
}

func (s *Server) certificate(r *Request) (*project, Doc, error) {
	p, err := s.project(r)
	if err != nil {
		return nil, nil, err
	}
	d, ok := p.certificates.Get(r.Param("certificateId"))
	if !ok {
		return nil, nil, NotFound("Certificate", r.Param("certificateId"))
	}
	return p, d, nil
}

func (s *Server) getCertificate(r *Request) (Response, error) {
	p, d, err := s.certificate(r)
	if err != nil {
		return Response{}, err
	}
	return OK(certificateView(p, d))
}

func (s *Server) createCertificate(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("certificate", String), Need("key", String), Opt("chain", Strings), Opt("is_invalid", Boolean))
	if err != nil {
		return Response{}, err
	}
	cert, key := body["certificate"].(string), body["key"].(string)
	chain, _ := body["chain"].([]any)
	if block, _ := pem.Decode([]byte(key)); block == nil {
		return Response{}, InvalidField("key", "Not a PEM private key.")
	}
	id, err := s.addCertificate(p, cert, chain, false, r.Now)
	if err != nil {
		return Response{}, err
	}
	if _, err := tls.X509KeyPair([]byte(cert), []byte(key)); err != nil {
		p.certificates.Delete(id)
		return Response{}, InvalidField("key", "The key does not belong to the certificate.")
	}
	d, _ := p.certificates.Get(id)
	if body["is_invalid"] == true {
		d["is_invalid"] = true
	}
	acts := s.start(r, p, work{kind: "project.certificate.create", text: "added a certificate", log: []string{"Deploying the certificate"}})
	return s.accepted(r, certificateView(p, d), acts)
}

func (s *Server) patchCertificate(r *Request) (Response, error) {
	p, d, err := s.certificate(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("chain", Strings), Opt("is_invalid", Boolean))
	if err != nil {
		return Response{}, err
	}
	if d["is_provisioned"] == true {
		return Response{}, Conflict("A provisioned certificate cannot be changed.")
	}
	merge(d, body)
	d["updated_at"] = stamp(r.Now)
	acts := s.start(r, p, work{kind: "project.certificate.update", text: "updated a certificate", log: []string{"Deploying the certificate"}})
	return s.accepted(r, certificateView(p, d), acts)
}

func (s *Server) deleteCertificate(r *Request) (Response, error) {
	p, d, err := s.certificate(r)
	if err != nil {
		return Response{}, err
	}
	if d["is_provisioned"] == true {
		return Response{}, Conflict("A provisioned certificate goes with its domain and cannot be deleted.")
	}
	p.certificates.Delete(d["id"].(string))
	acts := s.start(r, p, work{kind: "project.certificate.delete", text: "deleted a certificate", log: []string{"Removing the certificate"}})
	return s.accepted(r, certificateView(p, d), acts)
}

func provisionerView(p *project, id string, d Doc) Doc {
	out := clone(d)
	href := "/api/projects/" + p.id + "/provisioners/" + id
	out["_links"] = links("self", href, "#edit", href)
	return out
}

func (s *Server) listProvisioners(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for id, d := range p.provisioners.All() {
		out = append(out, provisionerView(p, id, d))
	}
	return OK(out)
}

func (s *Server) provisioner(r *Request) (*project, string, Doc, error) {
	p, err := s.project(r)
	if err != nil {
		return nil, "", nil, err
	}
	id := r.Param("certificateProvisionerDocumentId")
	d, ok := p.provisioners.Get(id)
	if !ok {
		return nil, "", nil, NotFound("Certificate provisioner", id)
	}
	return p, id, d, nil
}

func (s *Server) getProvisioner(r *Request) (Response, error) {
	p, id, d, err := s.provisioner(r)
	if err != nil {
		return Response{}, err
	}
	return OK(provisionerView(p, id, d))
}

func (s *Server) patchProvisioner(r *Request) (Response, error) {
	p, id, d, err := s.provisioner(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("directory_url", URL), Opt("email", Email), Null("eab_kid", String), Null("eab_hmac_key", String))
	if err != nil {
		return Response{}, err
	}
	merge(d, body)
	acts := s.start(r, p, work{kind: "project.provisioner.update", text: "updated a certificate provisioner", log: []string{"Registering the account"}})
	return s.accepted(r, provisionerView(p, id, d), acts)
}
