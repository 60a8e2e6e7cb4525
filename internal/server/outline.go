package server

import (
	"encoding/json"
	"log/slog"

	"github.com/mark3labs/mcp-go/mcp"
)

// outline is what is kept of a message that cannot be held: its first level, without what lies deeper, and without long texts. That is
// enough to find its id, which may come last, and to answer it: a client that gets no answer under its id waits for ever.
//
// It reads a message in pieces of any size. The zero outline is ready.
type outline struct {
	kept    []byte
	level   int // how deep the members of messages lie: 1, or 2 in a batch; 0 before the first bracket
	depth   int
	text    bool // within a string
	escaped bool // behind a backslash
	begin   int  // where in kept the string began
	long    bool // the string is too long to be kept
	lost    bool // there is too much even on the first level
}

// Bounds of an outline, in bytes. No client of good will has longer ids, or so many members on the first level.
const (
	maxOutline     = 16 << 10
	maxOutlineText = 1 << 10
)

func (o *outline) add(piece []byte) {
	for _, c := range piece {
		switch {
		case o.lost:
			return
		case o.text:
			o.keep(c)
			switch {
			case o.escaped:
				o.escaped = false
			case c == '\\':
				o.escaped = true
			case c == '"':
				o.text = false
				o.endText()
			}
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case c == '"':
			o.text, o.long, o.begin = true, false, len(o.kept)
			o.keep(c)
		case c == '{' || c == '[':
			if o.level == 0 {
				o.level = 1
				if c == '[' {
					o.level = 2
				}
			}
			o.keep(c)
			o.depth++
		case c == '}' || c == ']':
			o.depth--
			o.keep(c)
		default:
			o.keep(c)
		}
	}
}

func (o *outline) keep(c byte) {
	switch {
	case o.depth > o.level || o.long:
	case o.text && len(o.kept)-o.begin >= maxOutlineText:
		o.long = true
	case len(o.kept) >= maxOutline:
		o.lost = true
	default:
		o.kept = append(o.kept, c)
	}
}

// endText puts null in the place of a long text: an id must be answered as it was, or not at all.
func (o *outline) endText() {
	if !o.long {
		return
	}
	o.long = false
	o.kept = o.kept[:o.begin]
	if o.begin > 0 && o.kept[o.begin-1] == ':' {
		o.kept = append(o.kept, "null"...)
	} else {
		o.kept = append(o.kept, `""`...) // a name
	}
}

// refuse answers the requests of the message with why, under their ids: one error, or the array of them for a batch. It is nil where no
// answer is due, as to a notification. Replies to questions of ours go to take, as errors: they cannot be read.
func (o *outline) refuse(why *mcp.JSONRPCError, log *slog.Logger, take func(reply *message)) []byte {
	raw := clean(o.kept)
	if !isBatch(raw) {
		return refuseOne(raw, why, log, take)
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil || len(parts) > maxBatch {
		return encoded(nil, why, log)
	}
	answers := make([][]byte, len(parts))
	for i, part := range parts {
		answers[i] = refuseOne(part, why, log, take)
	}
	return joined(answers)
}

func refuseOne(raw []byte, why *mcp.JSONRPCError, log *slog.Logger, take func(reply *message)) []byte {
	m := &message{}
	_ = json.Unmarshal(raw, m) // what it cannot read of a part that came leaves the id null
	switch {
	case m.kind() == notification:
		return nil
	case m.kind() == reply:
		take(&message{ID: m.ID, Error: json.RawMessage(`{}`)})
		return nil
	case !isID(m.ID):
		return encoded(nil, why, log)
	}
	return encoded(m.ID, why, log)
}
