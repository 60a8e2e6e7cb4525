package acquia

import (
	"crypto/x509"
	"encoding/pem"
	"time"
)

func certificateRoutes() []Route {
	const ssl = "/environments/{environmentId}/ssl"
	const certificate = ssl + "/certificates/{certificateId}"
	const csr = ssl + "/csrs/{certificateId}"
	return []Route{
		getDoc(ssl, func(c *call) (Doc, error) {
			return Doc{"balancer": Doc{"hostname": c.env().text("name") + ".us-east-1.elb.example.com"}, "ips": c.env().doc["ips"], "_links": Doc{
				"certificates": link(c.href(c.path + "/certificates")), "csrs": link(c.href(c.path + "/csrs"))}}, nil
		}),
		list(ssl+"/certificates", whole),
		get(certificate),
		installCertificate(ssl),
		activation(certificate, "activate", "Activating", true),
		activation(certificate, "deactivate", "Deactivating", false),
		remove("DELETE "+certificate, 0, "SSLCertificateDeleted", "Deleting the certificate.", func(c *call) error {
			if c.last.flag("active") {
				return conflict("The certificate is active; deactivate it first.")
			}
			return nil
		}),
		list(ssl+"/csrs", whole),
		get(csr),
		do("POST "+ssl+"/csrs", change{Event: "SSLCSRCreated", Say: "A CSR is being generated for the selected domain.",
			Fields: []Field{need("country", String), need("state", String), need("locality", String), need("organization", String),
				need("organizational_unit", String), need("common_name", String), opt("alternate_names", Strings)},
			Do: func(c *call, _ time.Time) { c.s.newCSR(c.env(), c.body) }}),
		remove("DELETE "+csr, 0, "SSLCSRDeleted", "Deleting the certificate signing request.", func(c *call) error {
			if c.last.flag("used") {
				return invalid("general", "This certificate signing request is used for a certificate, and cannot be removed.")
			}
			return nil
		}),
	}
}

func (s *Server) newCSR(env *node, body Doc) *node {
	n := s.newSerial()
	d := copyDoc(body)
	if d["alternate_names"] == nil {
		d["alternate_names"] = []any{}
	}
	d["id"], d["flags"], d["environment"] = n, Doc{"used": false, "legacy": false}, Doc{"id": env.id, "name": env.doc["name"]}
	d["csr"] = "-----BEGIN CERTIFICATE REQUEST-----\nZGVtbyBjc3IgIA==\n-----END CERTIFICATE REQUEST-----\n"
	d["private_key"] = "-----BEGIN RSA PRIVATE KEY-----\nZGVtbyBrZXkgIA==\n-----END RSA PRIVATE KEY-----\n"
	return env.in("ssl/csrs").add(itoa(n), d)
}

func installCertificate(ssl string) Route {
	return do("POST "+ssl+"/certificates", change{Event: "SSLCertificateInstalled", Say: "Installing the certificate.",
		Fields: []Field{need("certificate", String), need("private_key", String), opt("ca_certificates", String), opt("legacy", Boolean), opt("csr_id", Integer), opt("label", String)},
		Check: func(c *call) error {
			leaf, err := parseCertificate(c.text("certificate"))
			switch {
			case err != nil:
				return invalid("certificate", "The certificate format is invalid.")
			case c.now.After(leaf.NotAfter):
				return invalid("certificate", "The supplied certificate has expired.")
			}
			if block, _ := pem.Decode([]byte(c.text("private_key"))); block == nil {
				return invalid("private_key", "The supplied private key is invalid.")
			}
			if label := c.text("label"); label != "" && c.env().in("ssl/certificates").having("label", label) != nil {
				return invalid("label", "A certificate with that label already exists. Please choose another label.")
			}
			if c.body["csr_id"] != nil && c.csr() == nil {
				return invalid("csr_id", "There is no such certificate signing request in this environment.")
			}
			return nil
		},
		Do: func(c *call, _ time.Time) {
			n := c.s.newSerial()
			leaf, _ := parseCertificate(c.text("certificate")) // Check has parsed it
			domains := leaf.DNSNames
			if domains == nil {
				domains = []string{leaf.Subject.CommonName}
			}
			c.env().in("ssl/certificates").add(itoa(n), Doc{
				"id": n, "label": c.body["label"], "certificate": c.text("certificate"), "private_key": c.text("private_key"), "ca": c.body["ca_certificates"],
				"flags": Doc{"active": false, "csr": c.csr() != nil, "legacy": c.body["legacy"] == true}, "expires_at": stamp(leaf.NotAfter),
				"domains": domains, "environment": Doc{"id": c.env().id, "name": c.env().doc["name"]},
			})
			if csr := c.csr(); csr != nil {
				csr.setFlag("used", true)
			}
		}})
}

func activation(path, verb, say string, on bool) Route {
	return do("POST "+path+"/actions/"+verb, change{Event: "SSLCertificate" + map[bool]string{true: "Activated", false: "Deactivated"}[on], Say: say + " the certificate.",
		Check: func(c *call) error {
			if c.last.flag("active") == on {
				p := conflict("")
				p.Slug, p.Fields = "validation_failed", map[string]string{"general": "The certificate is already " + verb + "d."}
				return p
			}
			return nil
		},
		Do: func(c *call, _ time.Time) {
			if on { // one certificate serves an environment
				for _, other := range c.env().in("ssl/certificates").nodes {
					other.setFlag("active", false)
				}
			}
			c.last.setFlag("active", on)
		}})
}

func parseCertificate(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, invalid("certificate", "The certificate format is invalid.")
	}
	return x509.ParseCertificate(block.Bytes)
}

// csr is the signing request that the body names, if any.
func (c *call) csr() *node {
	id, is := c.body["csr_id"].(float64)
	if !is {
		return nil
	}
	return c.env().in("ssl/csrs").get(itoa(int(id)))
}

func (c *call) showCertificate(n *node, links Doc) {
	if n.flag("csr") {
		links["csrs"] = link(c.href(parentOf(parentOf(n.path)) + "/csrs"))
	}
}
