package apiclient

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// position is where a list goes on. Callers see it sealed as an opaque cursor. It holds page keys only: the host, the
// path and the filters always come from the request that the cursor is given with.
type position struct {
	Expires int64    `json:"e"`           // Unix time
	Query   string   `json:"q,omitempty"` // page keys of the platform's own next link
	Page    int      `json:"p,omitempty"` // page number or item offset
	Size    int      `json:"n,omitempty"` // items of a page, where all pages must have the same
	Had     int      `json:"h,omitempty"` // items on the pages before
	Before  string   `json:"t,omitempty"` // items at or before this time
	First   string   `json:"f,omitempty"` // how the page before began, see opening
	Seen    []string `json:"s,omitempty"` // marks of items that the platform may repeat
	Skip    int      `json:"k,omitempty"` // items of the page that the caller has had
}

const (
	maxCursor = 8 << 10 // characters; a real one stays far below
	// cursorTime is how long a cursor is good: lists change, and somebody who comes back a day later wants the beginning.
	cursorTime = 24 * time.Hour
	// CursorKeySize is the length of [Options.CursorKey], in bytes.
	CursorKeySize = 32
)

// cursors seals positions with AES-256-GCM. A cursor is bound to whose it is, to the account, to the operation and to everything
// that decides what the list holds: the same call gives another list on another account, of which it would leave out the beginning.
type cursors struct {
	account string
	aead    func() cipher.AEAD
}

func newAEAD(key func() []byte) cipher.AEAD {
	var secret []byte
	if key != nil {
		secret = key()
	}
	if len(secret) != CursorKeySize {
		secret = make([]byte, CursorKeySize)
		rand.Read(secret) // never fails: crypto/rand ends the program instead
	}
	block, err := aes.NewCipher(secret)
	if err == nil {
		var aead cipher.AEAD
		if aead, err = cipher.NewGCMWithRandomNonce(block); err == nil {
			return aead
		}
	}
	panic("seal cursors: " + err.Error()) // not reachable: the key has one of the lengths of AES
}

// bound is what a cursor is for. The number changes when the meaning of a position does; older cursors are then refused.
func (c *cursors) bound(principal string, r *Request) []byte {
	return []byte(strings.Join([]string{"cursor 3", principal, c.account, r.Op.Name, r.Digest()}, "\x00"))
}

// seal makes the cursor.
func (c *cursors) seal(p position, principal string, r *Request) string {
	p.Expires = time.Now().Add(cursorTime).Unix()
	text, err := json.Marshal(p)
	if err != nil {
		return "" // not reachable: strings and numbers always encode
	}
	return base64.RawURLEncoding.EncodeToString(c.aead().Seal(nil, nil, text, c.bound(principal, r)))
}

// open reads what seal made for this caller and list. An empty cursor is the beginning.
func (c *cursors) open(cursor, principal string, r *Request) (position, error) {
	var p position
	if cursor == "" {
		return p, nil
	}
	refused := invalid(r.Op, "the cursor does not belong to this list, or it was changed: it counts for its caller, account, operation and arguments, as long as the server that gave it runs",
		"repeat the call with the arguments the cursor came from, or leave the cursor out to start over")
	if len(cursor) > maxCursor {
		return p, refused
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	// Even the strict decoder skips line breaks; encoding again admits one spelling only.
	if err != nil || base64.RawURLEncoding.EncodeToString(raw) != cursor {
		return p, refused
	}
	text, err := c.aead().Open(nil, nil, raw, c.bound(principal, r))
	if err != nil || json.Unmarshal(text, &p) != nil {
		return position{}, refused
	}
	if time.Now().Unix() >= p.Expires {
		return position{}, invalid(r.Op, "the cursor has expired: it was good for a day", "leave the cursor out to start over")
	}
	return p, nil
}
