package audit

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"paasmcp/schemas"
)

// ID names an intent: the seq of its line, which goes on from file to file.
type ID uint64

// Entry is one call as the gate let it through or refused it. The log adds the time.
type Entry struct {
	Principal     string           `json:"principal"`
	Client        string           `json:"client,omitempty"` // name of the MCP client
	ClientVersion string           `json:"client_version,omitempty"`
	Transport     string           `json:"transport,omitempty"`
	Account       string           `json:"account,omitempty"`
	Platform      schemas.Platform `json:"platform,omitempty"`
	Tool          string           `json:"tool"`
	Operation     string           `json:"operation,omitempty"` // METHOD path, with {holes}
	Args          map[string]any   `json:"args,omitempty"`      // secrets masked
	Risk          []schemas.Risk   `json:"risk,omitempty"`
	Rule          string           `json:"rule,omitempty"` // of the policy
	Verdict       string           `json:"verdict,omitempty"`
	Level         string           `json:"level,omitempty"`
	Digest        string           `json:"digest,omitempty"`
	AnsweredBy    string           `json:"answered_by,omitempty"`  // who said yes, where a person was asked
	AnsweredVia   string           `json:"answered_via,omitempty"` // the channel of the answer: form, url, console, terminal …
	Card          string           `json:"card,omitempty"`         // digest of the card that the person saw
}

// Outcome is how a call ended.
type Outcome struct {
	Status     Status `json:"status"`
	Kind       string `json:"kind,omitempty"`       // kind of the error
	RequestID  string `json:"request_id,omitempty"` // the platform's own, for its support
	DurationMS int64  `json:"duration_ms"`
	Job        string `json:"job,omitempty"` // what the platform goes on working on
}

// Status sums an outcome up.
type Status string

// The statuses.
const (
	OK      Status = "ok"
	Failed  Status = "failed"  // the platform or the way to it answered with an error
	Refused Status = "refused" // by the policy or a person; nothing was sent
	Lost    Status = "lost"    // sent, but no answer came back: it may or may not have happened
)

// The events of a line.
const (
	intent    = "intent"
	outcome   = "outcome"
	recovered = "recovered"
	rotated   = "rotated"
)

// line is one line of the file, without its hash.
type line struct {
	Seq     uint64    `json:"seq"`
	Prev    string    `json:"prev"`
	Time    time.Time `json:"time"`
	Event   string    `json:"event"`
	Key     string    `json:"key,omitempty"`    // names the key that the hash is made with
	Intent  ID        `json:"intent,omitempty"` // of an outcome
	Entry   *Entry    `json:"entry,omitempty"`
	Outcome *Outcome  `json:"outcome,omitempty"`
	Torn    *torn     `json:"torn,omitempty"`   // of a recovery
	Former  string    `json:"former,omitempty"` // of a rotation: the name that the file before got
}

// torn describes what a crash left between the last whole line and the recovery.
type torn struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// maxLine bounds a line, the line break included. Long values (uploads) are cut to fit, see cut.
const maxLine = 256 << 10

const (
	hashOpen  = `,"hash":"`
	hashClose = `"}`
	hashTail  = len(hashOpen) + 2*sha256.Size + len(hashClose)
)

// genesis is the prev of the first line.
var genesis = strings.Repeat("0", 2*sha256.Size)

// encode gives the line with its hash and line break, and the hash.
func (l *line) encode(key Key) (text []byte, hash string, err error) {
	l.Key = key.id
	if l.Outcome != nil && len(l.Outcome.Kind) > maxKind {
		short := *l.Outcome
		short.Kind = cutText(short.Kind, maxKind)
		l.Outcome = &short
	}
	body, err := json.Marshal(l)
	if err == nil && len(body)+hashTail > maxLine && l.Entry != nil {
		short := *l.Entry
		short.Args = cut(short.Args, maxLine-hashTail-(len(body)-size(short.Args)))
		l.Entry = &short
		body, err = json.Marshal(l)
	}
	if err != nil {
		return nil, "", fmt.Errorf("audit %s: %w", l.Event, err)
	}
	if len(body)+hashTail > maxLine {
		return nil, "", fmt.Errorf("audit %s: %d bytes are more than a line may have (%d)", l.Event, len(body), maxLine)
	}
	hash = key.sum(body)
	text = append(body[:len(body)-1], hashOpen...)
	text = append(text, hash...)
	return append(text, hashClose+"\n"...), hash, nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Errors of decode.
var (
	errForeign = errors.New("it is not a line of this log")
	errChanged = errors.New("it was changed after it was written")
	// errUnchecked is of a line whose key is not at hand: nothing can be said about it.
	errUnchecked = errors.New("it was written with a key that was not given")
)

// decode reads a line without its line break. With errChanged and errUnchecked it also gives what the line claims, so that a check
// can go on behind it.
func decode(text []byte, key Key) (l line, hash string, err error) {
	n := len(text) - hashTail
	if n < 1 || !bytes.HasPrefix(text[n:], []byte(hashOpen)) || !bytes.HasSuffix(text, []byte(hashClose)) {
		return line{}, "", errForeign
	}
	hash = string(text[n+len(hashOpen) : len(text)-len(hashClose)])
	body := append(bytes.Clone(text[:n]), '}')
	if json.Unmarshal(body, &l) != nil {
		return line{}, "", errForeign
	}
	switch l.Key {
	case "":
		key = Key{}
	case key.id:
	default:
		return l, hash, errUnchecked
	}
	if !hmac.Equal([]byte(key.sum(body)), []byte(hash)) {
		return l, hash, errChanged
	}
	return l, hash, nil
}
