package server

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// sealer makes session ids that only their principal can use: 16 random bytes and a MAC over them and the principal,
// 43 characters together. Ids of another principal, of an earlier run and made-up ones fail before anything is looked up.
type sealer struct{ key [32]byte }

const (
	idBytes  = 16
	macBytes = 16
)

type sessionKey [idBytes]byte

func newSealer() *sealer {
	s := &sealer{}
	_, _ = rand.Read(s.key[:]) // never fails, see crypto/rand
	return s
}

func (s *sealer) make(principal string) (sessionKey, string) {
	var k sessionKey
	_, _ = rand.Read(k[:])
	return k, base64.RawURLEncoding.EncodeToString(append(k[:], s.mac(k, principal)...))
}

func (s *sealer) open(id, principal string) (k sessionKey, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || len(raw) != idBytes+macBytes {
		return k, false
	}
	k = sessionKey(raw[:idBytes])
	return k, hmac.Equal(raw[idBytes:], s.mac(k, principal))
}

func (s *sealer) mac(k sessionKey, principal string) []byte {
	h := hmac.New(sha256.New, s.key[:])
	h.Write(k[:])
	h.Write([]byte(principal))
	return h.Sum(nil)[:macBytes]
}

// label names a session in logs and audits, where the id itself, which gives access, must not stand.
func (k sessionKey) label() string {
	sum := sha256.Sum256(k[:])
	return hex.EncodeToString(sum[:6])
}
