package approval

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"paasmcp/internal/legible"
)

const certificateBegin = "-----BEGIN CERTIFICATE-----"

// certified is a folded text in which each certificate is what it says in place of a page of letters: whose it is, until when, and its
// fingerprint. Only what is a certificate to the last byte is shortened, so that nothing can hide in one.
func certified(text string) string {
	var b strings.Builder
	for rest := text; ; {
		begin := strings.Index(rest, certificateBegin)
		if begin < 0 {
			return b.String() + legible.Folded(rest)
		}
		block, after := pem.Decode([]byte(rest[begin:]))
		words := describe(block, rest[begin:len(rest)-len(after)])
		if words == "" {
			return b.String() + legible.Folded(rest)
		}
		b.WriteString(legible.Folded(strings.TrimSpace(rest[:begin])) + legible.Note(words))
		rest = string(after)
	}
}

// describe says what the certificate in a block is; nothing when the block is not exactly one.
func describe(block *pem.Block, written string) string {
	if block == nil || len(block.Headers) > 0 {
		return ""
	}
	exact := bytes.ReplaceAll(bytes.TrimSpace([]byte(written)), []byte("\r\n"), []byte("\n"))
	if !bytes.Equal(exact, bytes.TrimSpace(pem.EncodeToMemory(block))) {
		return ""
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return ""
	}
	names := c.DNSNames
	if len(names) == 0 {
		names = []string{c.Subject.CommonName}
	}
	shown := strings.Join(names[:min(len(names), 5)], ", ")
	if more := len(names) - 5; more > 0 {
		shown += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("certificate of %.80s, from %.40s, until %s, SHA-256 %x", shown, c.Issuer.CommonName, c.NotAfter.UTC().Format("2006-01-02"),
		sha256.Sum256(block.Bytes))
}
