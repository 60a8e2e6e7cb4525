package apiclient

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
)

// cursorVersion changes when the meaning of a position changes; older cursors are then refused.
const cursorVersion = 2

// position is where a list goes on. Callers see it sealed as an opaque cursor. It holds page keys only: the host, the
// path and the filters always come from the request that the cursor is given with, so a forged one cannot lead elsewhere.
type position struct {
	Version int      `json:"v"`
	For     string   `json:"r"`           // the list it belongs to, see listID
	Query   string   `json:"q,omitempty"` // page keys of the platform's own next link
	Page    int      `json:"p,omitempty"` // page number or item offset
	Size    int      `json:"n,omitempty"` // items of a page, where all pages must have the same
	Had     int      `json:"h,omitempty"` // items on the pages before
	Before  string   `json:"t,omitempty"` // items at or before this time
	First   string   `json:"f,omitempty"` // how the page before began, see opening
	Seen    []string `json:"s,omitempty"` // marks of items that the platform may repeat
	Skip    int      `json:"k,omitempty"` // items of the page that the caller has had
}

// Bounds of what a cursor can say; a real one stays far below.
const (
	maxCursor  = 8 << 10
	maxOrdinal = 1 << 30
)

// seal makes the cursor.
func (p position) seal(list string) string {
	p.Version, p.For = cursorVersion, list
	text, err := json.Marshal(p)
	if err != nil {
		return "" // not reachable: strings and numbers always encode
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// openCursor reads what seal made for this list. An empty cursor is the beginning.
func openCursor(cursor, list string, r *Request) (position, error) {
	var p position
	if cursor == "" {
		return p, nil
	}
	refused := invalid(r.Op, "the cursor does not belong to this list", "repeat the call with the arguments the cursor came from, or leave the cursor out to start over")
	if len(cursor) > maxCursor {
		return p, refused
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return p, refused
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return position{}, refused
	}
	if p.Version != cursorVersion || p.For != list || p.Query != pageKeys(r, p.Query) ||
		!ordinal(p.Page) || !ordinal(p.Size) || !ordinal(p.Had) || !ordinal(p.Skip) || p.seal(list) != cursor {
		return position{}, refused
	}
	return p, nil
}

func ordinal(n int) bool { return 0 <= n && n <= maxOrdinal }

// listID ties a cursor to the account, to the operation and to everything that decides what the list holds. The same call gives
// another list on another account, of which a cursor would leave out the beginning.
func listID(account string, r *Request) string {
	h := sha256.New()
	io.WriteString(h, account+"\x00"+r.Op.Name+"\x00"+r.Digest())
	return hex.EncodeToString(h.Sum(nil)[:12])
}
