package virtuozzo_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"slices"
	"testing"
	"time"
)

func TestDomains(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const binder = "environment/binder."
	s.refused(2330, binder+"checkextdomain", form{"extdomain": "www.example.com"})
	s.refused(2330, binder+"bindextdomain", form{"envName": "shop-staging", "extdomain": "www.example.com"})
	s.refused(3, binder+"bindextdomain", form{"envName": "shop", "extdomain": "not a domain"})
	s.refused(5, binder+"bindextdomain", form{"envName": "shop", "extdomain": "a.example.com", "certId": "99"})
	s.refused(99, binder+"checkdomain", form{"domain": "shop"})
	s.ok(binder+"bindextdomain", form{"envName": "shop-staging", "extdomain": "stage.example.com"})
	s.ok(binder+"swapextdomains", form{"envName": "shop", "targetappid": "shop-staging"})
	if a, b := s.env("shop").ExtDomains, s.env("shop-staging").ExtDomains; !slices.Equal(a, []string{"stage.example.com"}) || !slices.Equal(b, []string{"www.example.com"}) {
		t.Errorf("after the swap: %v and %v", a, b)
	}
	s.ok(binder+"removeextdomain", form{"envName": "shop", "extdomain": "stage.example.com"})
	s.refused(5, binder+"removeextdomain", form{"envName": "shop", "extdomain": "stage.example.com"})

	s.ok(binder+"adddomains", form{"envName": "shop", "domains": "api.example.com", "nodeGroup": "cp"})
	s.ok(binder+"adddomains", form{"envName": "shop", "domains": "blue", "subdomain": "true", "nodeId": "101"})
	d := s.ok(binder+"getdomains", form{"envName": "shop"})
	if d["nodeGroupsDomains"].(doc)["cp"] == nil || d["nodesDomains"].(doc)["101"].([]any)[0].(doc)["domain"] != "blue.shop.jelastic.example" {
		t.Errorf("domains %v", d)
	}
	s.refused(5, binder+"removedomains", form{"envName": "shop", "domains": "api.example.com"}) // it belongs to the layer
	s.ok(binder+"removedomains", form{"envName": "shop", "domains": "*"})
	d = s.ok(binder+"getdomains", form{"envName": "shop"})
	if len(d["envDomains"].([]any)) != 1 || d["nodeGroupsDomains"].(doc)["cp"] == nil {
		t.Errorf("* takes the scope's own and no more: %v", d)
	}
}

func pair(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Own CA"}, DNSNames: []string{"new.example.com"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	text := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return text("CERTIFICATE", der), text("PRIVATE KEY", keyDER)
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const binder = "environment/binder."
	cert, key := pair(t)
	_, other := pair(t)
	s.refused(3, binder+"addsslcert", form{"cert": "nonsense", "key": key})
	s.refused(3, binder+"addsslcert", form{"cert": cert, "key": other})
	made := s.ok(binder+"addsslcert", form{"cert": cert, "key": key})["sslCert"].(doc)
	if made["domains"] != "new.example.com" || made["issuedBy"] != "Own CA" || made["key"] != nil {
		t.Errorf("certificate %v", made)
	}
	id := itoa(made["id"])
	s.ok(binder+"bindsslcert", form{"envName": "shop", "certId": id, "extDomains": "www.example.com"})
	s.refused(5, binder+"bindsslcert", form{"envName": "shop", "certId": id, "extDomains": "other.example.com"})
	domain := func() doc { return s.list("extDomains", binder+"getextdomains", form{"appid": "shop"})[0] }
	if d := domain(); d["sslCert"].(doc)["id"] != made["id"] || d["sslEnabled"] != true {
		t.Errorf("domain %v", d)
	}
	s.ok(binder+"unbindsslcert", form{"envName": "shop"})
	if d := domain(); d["sslEnabled"] != false {
		t.Errorf("domain %v", d)
	}
	s.ok(binder+"removesslcerts", form{"ids": "*"})
	if left := s.ok(binder+"getsslcerts", nil)["sslCerts"].([]any); len(left) != 0 {
		t.Errorf("left %v", left)
	}

	if d := s.ok(binder+"getssl", form{"envName": "shop"})["sslCustom"].(doc); d["certKey"] == nil || d["sslEnable"] != true {
		t.Errorf("custom certificate %v", d)
	}
	s.ok(binder+"disablessl", form{"envName": "shop"})
	if d := s.ok(binder+"getssl", form{"envName": "shop"})["sslCustom"].(doc); d["sslEnable"] != false {
		t.Errorf("disabling must keep it: %v", d)
	}
	s.ok(binder+"removessl", form{"envName": "shop"})
	s.refused(5, binder+"getssl", form{"envName": "shop"})
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const binder = "environment/binder."
	ips := func(i int) []string { return s.env("shop").Nodes[i].PublicIPs }
	first := ips(0)[0]
	s.ok(binder+"moveextips", form{"envName": "shop", "sourceNodeId": "101", "targetNodeId": "102", "ips": first})
	if len(ips(0)) != 0 || !slices.Equal(ips(1), []string{first}) {
		t.Errorf("after the move: %v %v", ips(0), ips(1))
	}
	s.ok(binder+"setextipcount", form{"envName": "shop", "count": "3", "type": "ipv4", "nodeId": "102"})
	s.ok(binder+"swapextips", form{"envName": "shop", "sourceNodeId": "101", "targetNodeId": "102"})
	if len(ips(0)) != 3 || len(ips(1)) != 0 {
		t.Errorf("after the swap: %v %v", ips(0), ips(1))
	}
	s.refused(5, binder+"detachextip", form{"envName": "shop", "nodeid": "102", "ip": first})
	s.ok(binder+"detachextip", form{"envName": "shop", "nodeid": "101", "ip": first})
	s.refused(3, binder+"setextipcount", form{"envName": "shop", "count": "6", "type": "ipv4", "nodeId": "102"})
	s.refused(3, binder+"setextipcount", form{"envName": "shop", "count": "1", "type": "ipx", "nodeId": "102"})
}

func TestFirewall(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const security = "environment/security."
	rules := func() []doc { return s.list("array", security+"getrules", form{"envName": "shop"}) }
	before := len(rules())
	for _, bad := range []string{`{}`, `{"name":"x","action":"MAYBE"}`, `{"name":"x","colour":"red"}`, `{"name":"x","direction":"UP"}`} {
		s.refused(3, security+"addrule", form{"envName": "shop", "rule": bad})
	}
	made := s.ok(security+"addrule", form{"envName": "shop", "rule": `{"name":"API","ports":"8080","action":"ALLOW"}`, "nodeGroup": "cp"})["object"].(doc)
	s.ok(security+"setruleenabled", form{"envName": "shop", "id": itoa(made["id"]), "enabled": "false"})
	s.ok(security+"editrule", form{"envName": "shop", "rule": `{"id":` + itoa(made["id"]) + `,"ports":"8081"}`})
	if got := find(rules(), "name", "API"); got["isEnabled"] != false || got["ports"] != "8081" || got["src"] != "ALL" {
		t.Errorf("rule %v", got)
	}
	s.refused(3, security+"addrules", form{"envName": "shop", "rules": `[{"name":"good"},{"name":""}]`})
	if len(rules()) != before+1 {
		t.Error("of two rules with a bad one, one was kept")
	}
	s.refused(8, security+"removerule", form{"envName": "shop", "id": "1"})
	s.refused(8, security+"removerules", form{"envName": "shop", "ids": "[" + itoa(made["id"]) + ",1]"})
	s.ok(security+"setrules", form{"envName": "shop", "rules": `[{"name":"Only"}]`})
	if got := rules(); len(got) != 4 || find(got, "name", "Only") == nil {
		t.Errorf("after replacing all: %v", got)
	}
	s.refused(5, security+"removerule", form{"envName": "shop", "id": "12"})
}
