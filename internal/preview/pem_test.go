package preview_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

// TestCertificateAgainstKey: a certificate that is over, damaged, or of another key is refused on every platform; one that fits is
// shown. No part of a key is.
func TestCertificateAgainstKey(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		_, ed, _ := ed25519.GenerateKey(rand.Reader)
		old, _ := rsa.GenerateKey(rand.Reader, 2048)
		block := func(kind string, der []byte) string {
			return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
		}
		pkcs8 := func(key any) string {
			der, err := x509.MarshalPKCS8PrivateKey(key)
			if err != nil {
				t.Fatal(err)
			}
			return block("PRIVATE KEY", der)
		}
		issue := func(key crypto.Signer, days int) string {
			template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"www.example.com"},
				NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(0, 0, days)}
			der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
			if err != nil {
				t.Fatal(err)
			}
			return block("CERTIFICATE", der)
		}
		sec1, _ := x509.MarshalECPrivateKey(ec)
		good := issue(ec, 30)
		for _, c := range []struct {
			about, certificate, key string
			refused                 string // a part of why; empty where it is asked
			shows                   string
		}{
			{"it fits", good, pkcs8(ec), "", "www.example.com"},
			{"it fits, in the older form", good, block("EC PARAMETERS", []byte{6, 0}) + block("EC PRIVATE KEY", sec1), "", "www.example.com"},
			{"RSA", issue(old, 30), block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(old)), "", "www.example.com"},
			{"Ed25519", issue(ed, 30), pkcs8(ed), "", "www.example.com"},
			{"a chain behind it", good + issue(ed, 30), pkcs8(ec), "", "www.example.com"},
			{"another key", good, pkcs8(ed), "does not belong", ""},
			{"another key of the kind", issue(old, 30), pkcs8(ec), "does not belong", ""},
			{"over", issue(ec, -1), pkcs8(ec), "expired", ""},
			{"damaged", block("CERTIFICATE", []byte("abc")), pkcs8(ec), "cannot be read", ""},
			{"the key in its place", pkcs8(ec), pkcs8(ec), "private key in place", ""},
			{"a request in its place", block("CERTIFICATE REQUEST", []byte("abc")), pkcs8(ec), "no certificate", ""},
			{"an encrypted key", good, block("ENCRYPTED PRIVATE KEY", []byte("s3cr3t")), "", "not held against"},
			{"a damaged key", good, block("PRIVATE KEY", []byte("s3cr3t")), "", "not held against"},
			{"no PEM text", "PEM", "s3cr3t", "", ""},
		} {
			for tool, args := range map[string]map[string]any{
				"platformsh_certificate_create": shop("certificate", c.certificate, "key", c.key),
				"acquia_certificate_create":     {"environment_id": acquiaSeed["environment_id"], "label": "new", "certificate": c.certificate, "private_key": c.key},
				"virtuozzo_ssl_cert_create":     {"cert": c.certificate, "key": c.key},
				"virtuozzo_ssl_bind":            {"env_name": "shop", "cert": c.certificate, "key": c.key, "intermediate": ""},
			} {
				target, _ := r.look(tool, args)
				why, all := strings.Join(target.Impossible, "; "), strings.Join(lines(target), "\n")
				if (why != "") != (c.refused != "") || !strings.Contains(why, c.refused) {
					t.Errorf("%s, %s: refused because of %q, want %q", tool, c.about, why, c.refused)
				}
				if alone := r.previewer.Contradictions(r.call(tool, args)); !strings.Contains(strings.Join(alone, "; "), c.refused) || (c.refused == "") != (len(alone) == 0) {
					t.Errorf("%s, %s: without a look it is refused because of %q, want %q", tool, c.about, alone, c.refused)
				}
				if !strings.Contains(all, c.shows) {
					t.Errorf("%s, %s: %q is missing in\n%s", tool, c.about, c.shows, all)
				}
				if strings.Contains(all, "s3cr3t") || strings.Contains(all, "PRIVATE KEY---") {
					t.Errorf("%s, %s: the card shows the key:\n%s", tool, c.about, all)
				}
			}
		}
	})
}

// TestStoppedEnvironment: what works inside of nodes is not asked about while there are none; the rest is.
func TestStoppedEnvironment(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		for tool, refused := range map[string]bool{
			"virtuozzo_node_restart": true, "virtuozzo_environment_stop": true, "virtuozzo_environment_sleep": true, "virtuozzo_command_run": true,
			"virtuozzo_environment_start": false, "virtuozzo_environment_delete": false, "virtuozzo_environment_rename": false,
		} {
			args := r.virtuozzoArgs(r.operation(tool))
			args["env_name"] = "shop-staging"
			delete(args, "node_id")
			delete(args, "node_group")
			if target, _ := r.look(tool, args); (len(target.Impossible) > 0) != refused {
				t.Errorf("%s on a stopped environment: %q", tool, target.Impossible)
			}
		}
		for tool, status := range map[string]string{
			"platformsh_environment_activate": "active", "platformsh_environment_backup_create": "inactive", "platformsh_environment_pause": "paused",
		} {
			r.answer = func(tool string, args map[string]any) (any, error, bool) {
				return map[string]any{"id": "staging", "type": "staging", "status": status}, nil, tool == "platformsh_environment_get"
			}
			if target, _ := r.look(tool, shop("environment_id", "staging")); len(target.Impossible) != 1 {
				t.Errorf("%s on an environment that is %s: %q", tool, status, target.Impossible)
			}
			status = "gold"
			if target, _ := r.look(tool, shop("environment_id", "staging")); len(target.Impossible) != 0 {
				t.Errorf("%s in an unknown state: %q", tool, target.Impossible)
			}
		}
	})
}
