package preview

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"time"
)

// pemArguments are the operations that take a certificate: the arguments with it, with its private key, and with those that signed it.
var pemArguments = map[string]struct{ certificate, key, chain string }{
	"platformsh_certificate_create":   {"certificate", "key", "chain[]"},
	"acquia_certificate_create":       {"certificate", "private_key", "ca_certificates"},
	"acquia_identity_provider_update": {certificate: "certificate"},
	"virtuozzo_ssl_cert_create":       {"cert", "key", "intermediate"},
	"virtuozzo_ssl_cert_update":       {"cert", "key", "intermediate"},
	"virtuozzo_ssl_bind":              {"cert", "key", "intermediate"},
}

// pems holds a certificate against its key and the clock, and shows for which names it is good. Nothing of a key is ever shown. What
// is no PEM text at all, such as a link, is the platform's to judge.
func (l *look) pems() {
	in, ok := pemArguments[l.Op.Name]
	if !ok {
		return
	}
	for _, chain := range under(l.Args, in.chain) {
		if _, err := certificate(chain); err != nil && !errors.Is(err, errNoPEM) {
			l.impossible("a certificate of %s cannot be read: %v", strings.TrimSuffix(in.chain, "[]"), err)
		}
	}
	leaf, err := certificate(l.argument(in.certificate))
	switch {
	case errors.Is(err, errNoPEM):
		if given := l.argument(in.certificate); given != "" && !strings.Contains(given, "://") { // some take a link
			l.detail("the new certificate", "not a PEM text that can be read here")
		}
		return
	case err != nil:
		l.impossible("%s cannot be read: %v", in.certificate, err)
		return
	}
	names := certifies(leaf)
	end := leaf.NotAfter.UTC().Format(time.RFC3339)
	if time.Now().After(leaf.NotAfter) {
		l.impossible("the certificate for %s expired %s", some(names, 5), when(end))
		return
	}
	l.detail("the new certificate", with(some(names, 5), "expires "+ago(end), exactly(end)))
	if time.Now().Before(leaf.NotBefore) {
		l.detail("the new certificate counts from", when(leaf.NotBefore.UTC().Format(time.RFC3339)))
	}
	if in.key == "" || l.argument(in.key) == "" {
		return
	}
	key, err := privateKey(l.argument(in.key))
	if err != nil {
		l.detail("its key", "not held against the certificate: "+err.Error())
		return
	}
	public, comparable := leaf.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if comparable && !public.Equal(key.Public()) {
		l.impossible("%s does not belong to the certificate for %s", in.key, some(names, 5))
	}
}

var errNoPEM = errors.New("it is not a PEM text")

// certifies are the names for which a certificate is good.
func certifies(leaf *x509.Certificate) []string {
	if len(leaf.DNSNames) > 0 {
		return leaf.DNSNames
	}
	return present(leaf.Subject.CommonName)
}

// certificate reads the first certificate of a PEM text.
func certificate(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return nil, errNoPEM
	case strings.Contains(block.Type, "PRIVATE KEY"):
		return nil, errors.New("it holds a private key in place of a certificate")
	case block.Type != "CERTIFICATE":
		return nil, errors.New("it holds no certificate")
	}
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, errors.New("its content is damaged or cut")
	}
	return leaf, nil
}

// privateKey reads a private key of a PEM text. Its errors say nothing of the key.
func privateKey(text string) (crypto.Signer, error) {
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, errors.New("it is not a PEM text that can be read here")
		}
		var key any
		switch block.Type {
		case "PRIVATE KEY":
			key, _ = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			if pkcs1, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
				key = pkcs1
			}
		case "EC PRIVATE KEY":
			if ec, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
				key = ec
			}
		default: // parameters of a curve stand before some keys
			continue
		}
		if signer, ok := key.(crypto.Signer); ok {
			return signer, nil
		}
		return nil, errors.New("it is encrypted, damaged or of an unknown kind")
	}
}
