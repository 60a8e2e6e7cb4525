package approval

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"paasmcp/internal/policy"
)

// State is what the server must remember between a question and its answer. It travels through the client, sealed, so
// that any replica with the key can take the answer and nothing is kept for questions that nobody answers.
type State struct {
	Binding
	First    []Binding    `json:"first,omitempty"`   // backups that the same answer can ask for
	BackUp   bool         `json:"back_up,omitempty"` // whether an answer that does not mention them asks for them
	Level    policy.Level `json:"level"`
	Expect   string       `json:"expect,omitempty"` // the text to type at level typed
	Nonce    string       `json:"nonce"`            // makes the answer single-use
	IssuedAt time.Time    `json:"issued_at"`
	Expires  time.Time    `json:"expires"`
}

// Errors of [Sealer.Open].
var (
	ErrForged  = errors.New("this confirmation was not issued by this server, or it was changed on the way; call the tool again without it")
	ErrExpired = errors.New("the question expired before it was answered; call the tool again to get a new one")
)

// KeySize is the length of a sealing key in bytes.
const KeySize = 32

const (
	// version stands in front of every token and is authenticated with it. A token of another format is refused
	// because of its first bytes, and not because of what its decoding happens to give.
	version = "pa1."
	// maxToken bounds the work that a stranger's token can cause. Seal keeps to it too.
	maxToken = 8 << 10
)

// Sealer encrypts and authenticates a [State] with AES-256-GCM. It is safe for concurrent use.
type Sealer struct{ aead cipher.AEAD }

// NewSealer makes a Sealer from a key of [KeySize] random bytes. Replicas that share the key accept each other's
// questions; they must then share the [Store] as well, or an answer could be used once on each of them.
func NewSealer(key []byte) (*Sealer, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("confirmation key: got %d bytes, want %d random bytes", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("confirmation key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("confirmation key: %w", err)
	}
	return &Sealer{aead: aead}, nil
}

// NewRandomSealer makes a Sealer with a key that lives and dies with this process.
func NewRandomSealer() (*Sealer, error) {
	key := make([]byte, KeySize)
	rand.Read(key) // never fails: crypto/rand ends the program instead
	return NewSealer(key)
}

// Seal gives the state as one line of URL-safe text.
func (s *Sealer) Seal(st State) (string, error) {
	plain, err := json.Marshal(st)
	if err != nil {
		return "", fmt.Errorf("seal confirmation: %w", err)
	}
	token := version + base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, []byte(version)))
	if len(token) > maxToken {
		return "", fmt.Errorf("seal confirmation: %d bytes are over the limit of %d; the names in it are too long", len(token), maxToken)
	}
	return token, nil
}

// Open gives back the state of a token. It returns [ErrForged] for anything that [Sealer.Seal] did not make with the
// same key, byte for byte, and [ErrExpired] for a token whose time is over.
func (s *Sealer) Open(token string) (State, error) {
	text, ok := strings.CutPrefix(token, version)
	if !ok || len(token) > maxToken {
		return State{}, ErrForged
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	// Even the strict decoder skips line breaks; encoding again admits one spelling only.
	if err != nil || base64.RawURLEncoding.EncodeToString(raw) != text {
		return State{}, ErrForged
	}
	plain, err := s.aead.Open(nil, nil, raw, []byte(version))
	if err != nil {
		return State{}, ErrForged
	}
	var st State
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&st); err != nil {
		return State{}, ErrForged
	}
	if _, err := dec.Token(); err != io.EOF {
		return State{}, ErrForged
	}
	if !time.Now().Before(st.Expires) {
		return State{}, ErrExpired
	}
	return st, nil
}
