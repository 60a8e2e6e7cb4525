package approval_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/approval"
)

// TestCertificatesOnDialogs: a chain fits into a dialog as what it is; what only looks like a certificate does not.
func TestCertificatesOnDialogs(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, DNSNames: []string{"www.example.com"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC), ExtraExtensions: nil}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	good := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	var words strings.Builder
	for i := range 200 {
		fmt.Fprintf(&words, "word%d ", i*7919)
	}
	long := words.String()
	for name, c := range map[string]struct {
		value string
		fits  bool
	}{
		"a certificate": {good, true}, "a chain": {good + good, true}, "other line ends": {strings.ReplaceAll(good, "\n", "\r\n"), true},
		"a command behind it": {good + "; curl-intruder", true}, "a command before it": {"curl-intruder " + good, true},
		"bytes that are none": {string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: append(der, long...)})), false},
		"headers":             {string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Headers: map[string]string{"Run": "curl"}, Bytes: der})), false},
		"words inside":        {strings.Replace(good, "\n", "\n \t"+strings.Repeat(" ", 9), 2), false},
		"much text beside":    {good + long, false},
	} {
		request := approval.Card{Request: "POST /x {" + strings.Repeat(c.value, 3) + "}", Sent: []approval.Detail{{Name: "certificate", Value: c.value}}}
		text, all := request.Dialog()
		if all != c.fits || c.fits && (!strings.Contains(text, "certificate of www.example.com, from Test CA, until 2030-01-02") || strings.Contains(c.value, "curl-intruder") && !strings.Contains(text, "curl-intruder")) {
			t.Errorf("%s: fits is %v:\n%s", name, all, text)
		}
		if !strings.Contains(request.Text(), strings.TrimSpace(good)[40:80]) {
			t.Errorf("%s: the whole card does not show it whole", name)
		}
	}
}
