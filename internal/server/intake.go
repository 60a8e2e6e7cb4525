package server

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/memory"
)

// Messages are read in pieces, and asked for before they are held: what a client announces costs nothing until it comes, and what comes
// is bounded by connection (Config.MaxBody), by caller and in all (Config.Messages). Of a message for which there is no room only an
// outline is kept, so that it is answered under its id.

const (
	smallMessage = 16 << 10 // bytes that are held uncounted: nearly all messages are smaller
	piece        = 64 << 10 // bytes of a larger message that are asked for at once

	bodyTimeout = 60 * time.Second // for one request body
	idleTimeout = 10 * time.Second // for its next byte
)

// refusal is the answer to a POST whose message was not taken.
type refusal struct {
	status int
	answer []byte // JSON-RPC; may be empty
	retry  bool   // the same message may be taken later
}

// retryAfter is when a client may try again, in seconds: bodies that do not come on are given up by then.
const retryAfter = int(idleTimeout / time.Second)

func (f *refusal) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	if f.retry {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	w.WriteHeader(f.status)
	_, _ = w.Write(f.answer)
}

func (e *engine) tooLong() *mcp.JSONRPCError {
	return rpcError(mcp.INVALID_REQUEST, fmt.Sprintf("message is longer than %d bytes", e.cfg.MaxBody))
}

// readBody reads the message of a POST for a caller, or says why it is not taken.
func (e *engine) readBody(w http.ResponseWriter, r *http.Request, who string) ([]byte, *refusal) {
	ctl := http.NewResponseController(w)
	in := &steady{Reader: r.Body, ctl: ctl, end: time.Now().Add(bodyTimeout)}
	held := e.messages.Part(who, smallMessage)
	defer held.Release() // from here on it is counted where it is decoded
	raw, err := readPieces(in, r.ContentLength, e.cfg.MaxBody, held)
	var over *overflow
	switch {
	case errors.As(err, &over):
		why, f := e.tooLong(), &refusal{status: http.StatusRequestEntityTooLarge}
		if over.cause != nil {
			why, f = rpcError(mcp.INTERNAL_ERROR, over.cause.Error()), &refusal{status: http.StatusServiceUnavailable, retry: true}
		}
		held.Release()
		if skim(in, &over.outline) != nil {
			break
		}
		f.answer = over.outline.refuse(why, e.log, func(*message) {})
		if f.answer == nil {
			f.answer = encoded(nil, why, e.log)
		}
		_ = ctl.SetReadDeadline(time.Time{})
		return nil, f
	case err == nil:
		// Lifted on success only: after a failure net/http waits for the rest of the body, for ever if it may.
		_ = ctl.SetReadDeadline(time.Time{})
		return raw, nil
	}
	return nil, &refusal{status: http.StatusBadRequest, answer: encoded(nil, rpcError(mcp.PARSE_ERROR, "message did not arrive completely"), e.log)}
}

// overflow is a message that cannot be held: it is too long, or cause says what there is no room for.
type overflow struct {
	outline outline
	cause   error
}

func (*overflow) Error() string { return "the message cannot be held" }

// readPieces reads to the end of a message. length is what the client announces, -1 when it does not.
func readPieces(in io.Reader, length, most int64, held *memory.Part) ([]byte, error) {
	first := int64(smallMessage)
	if length >= 0 && length < first {
		first = length + 1 // so that the end is seen without another piece
	}
	pieces := [][]byte{make([]byte, 0, first)}
	size := int64(0)
	for {
		last := &pieces[len(pieces)-1]
		if len(*last) == cap(*last) {
			next := min(piece, most+1-size)
			if err := held.Grow(next); err != nil {
				return nil, overflowing(pieces, err)
			}
			pieces = append(pieces, make([]byte, 0, next))
			continue
		}
		n, err := in.Read((*last)[len(*last):cap(*last)])
		*last = (*last)[:len(*last)+n]
		switch size += int64(n); {
		case size > most:
			return nil, overflowing(pieces, nil)
		case err == io.EOF:
			return join(pieces, size), nil
		case err != nil:
			return nil, err
		}
	}
}

func overflowing(pieces [][]byte, cause error) error {
	over := &overflow{cause: cause}
	for _, p := range pieces {
		over.outline.add(p)
	}
	return over
}

func join(pieces [][]byte, size int64) []byte {
	if len(pieces) == 1 {
		return pieces[0]
	}
	raw := make([]byte, 0, size)
	for i, p := range pieces {
		raw = append(raw, p...)
		pieces[i] = nil
	}
	return raw
}

var scratch = sync.Pool{New: func() any { return new([smallMessage]byte) }}

// skim reads the rest of a message and keeps the outline of it alone.
func skim(in io.Reader, o *outline) error {
	buf := scratch.Get().(*[smallMessage]byte)
	defer scratch.Put(buf)
	for {
		n, err := in.Read(buf[:])
		o.add(buf[:n])
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// steady reads a body that has to come on: each byte in time, and all of it.
type steady struct {
	io.Reader
	ctl *http.ResponseController
	end time.Time
	set time.Time // when the deadline was set last
}

func (s *steady) Read(p []byte) (int, error) {
	if now := time.Now(); now.Sub(s.set) > time.Second { // setting it costs more than reading a piece
		s.set = now
		deadline := now.Add(idleTimeout)
		if s.end.Before(deadline) {
			deadline = s.end
		}
		_ = s.ctl.SetReadDeadline(deadline)
	}
	return s.Reader.Read(p)
}
