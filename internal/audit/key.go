package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"paasmcp/internal/private"
)

// Key makes the hashes of a log's lines, so that nobody without it can write a line or change one. The zero Key is none: the hashes
// are then such as anybody can make.
type Key struct {
	id     string // stands in the lines
	secret []byte
}

// minKey is the shortest key accepted, in bytes.
const minKey = 32

// NewKey makes a key of at least 32 random bytes.
func NewKey(secret []byte) (Key, error) {
	if len(secret) < minKey {
		return Key{}, fmt.Errorf("the audit key has %d bytes, at least %d are needed; make one with: head -c 32 /dev/urandom", len(secret), minKey)
	}
	k := Key{secret: secret}
	k.id = k.sum([]byte("id of this key"))[:8]
	return k, nil
}

// ReadKey reads a key from a file that only its owner can read. All bytes of the file count, also a line break at its end.
func ReadKey(file string) (Key, error) {
	secret, err := private.Read(file)
	if err != nil {
		return Key{}, err
	}
	k, err := NewKey(secret)
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", file, err)
	}
	return k, nil
}

// sum is the HMAC-SHA-256 of a line, or its SHA-256 where there is no key.
func (k Key) sum(body []byte) string {
	if k.secret == nil {
		return digest(body)
	}
	mac := hmac.New(sha256.New, k.secret)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}
