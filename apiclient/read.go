package apiclient

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	"paasmcp/internal/legible"
	"paasmcp/internal/memory"
)

// taker turns the body of a successful answer into a value: decoded JSON, a *File, or lines of a log.
type taker func(header http.Header, body io.Reader) (any, error)

// reading is what to do with the body of a successful answer.
type reading struct {
	take taker
	max  int64 // bytes after decompression
	file bool  // it may be on another host
	long bool  // it may take as long as it takes while bytes come
	// passes says that the taker holds on to nothing; else held is what the value counts as, nil where it counts for nobody.
	passes bool
	held   *memory.Part

	credential bool // the answer is where a credential comes from: the one answer from which none is taken
}

func (c *Client) json() reading { return reading{take: takeJSON, max: c.options.MaxResponse} }

// Bounds of a value, in bytes as package memory weighs them.
const (
	maxWeight   = 96 << 20
	smallAnswer = 256 << 10 // that is not counted: the answer to a change is hardly ever larger, and must not be lost for want of room
)

// readError is a connection that broke while the answer was read, as opposed to an answer that makes no sense.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }

// unreadable is an answer that makes no sense, with the next step.
type unreadable struct{ message, hint string }

func (e *unreadable) Error() string { return e.message }

const (
	proxyHint  = "check the API address of the account; a proxy may have answered in the platform's place"
	brokenHint = "try again; if it stays, the platform or a proxy before it is broken"
)

const smallerHint = "ask for less, with a limit or a filter"

var errTooLarge = errors.New("the answer is too large")

// noRoom is an answer that is all right, but more than the server can hold for this caller at the moment.
type noRoom struct{ err error }

func (e *noRoom) Error() string { return e.err.Error() }

// capped bounds a body after decompression, so that a small answer can neither unpack nor be decoded into all of the memory, and
// remembers whether it was the connection that failed.
type capped struct {
	body io.Reader
	left int64
	err  error

	how     reading
	scale   memory.Scale
	weight  int64
	refused error // why the value is not held
}

func (r *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > r.left+1 {
		p = p[:r.left+1]
	}
	n, err := r.body.Read(p)
	if int64(n) > r.left {
		r.left = 0
		return n - 1, errTooLarge
	}
	r.left -= int64(n)
	if err != nil && err != io.EOF {
		r.err = err
	}
	if !r.how.passes && r.refused == nil {
		r.refused = r.weigh(p[:n])
	}
	if r.refused != nil {
		return 0, r.refused
	}
	return n, err
}

// weigh asks for what the next piece will take when it is decoded.
func (r *capped) weigh(piece []byte) error {
	more := r.scale.Weigh(piece)
	if r.weight += more; r.weight > maxWeight {
		return &oversized{&unreadable{fmt.Sprintf("the answer holds too many values: decoded it would take more than %d MiB", maxWeight>>20), smallerHint}}
	}
	if err := r.how.held.Grow(more); err != nil {
		return &noRoom{err}
	}
	return nil
}

// read gives the body of a success to the taker.
func read(response *http.Response, a *answer, how reading) error {
	body := &capped{body: response.Body, left: how.max, how: how}
	before := how.held.Size()
	if response.ContentLength > how.max {
		return tooLarge(how.max)
	}
	value, err := how.take(response.Header, body)
	if err != nil {
		how.held.Shrink(before)
	}
	var partial *partialFile
	switch {
	case body.refused != nil:
		return body.refused
	case errors.As(err, &partial):
		return err
	case body.err != nil:
		return &readError{body.err}
	case errors.Is(err, errTooLarge):
		return tooLarge(how.max)
	}
	a.Value = value
	return err
}

func tooLarge(most int64) error {
	size := fmt.Sprintf("%d MiB", most>>20)
	if most < 1<<20 {
		size = fmt.Sprintf("%d bytes", most)
	}
	return &oversized{&unreadable{"the answer is larger than " + size, smallerHint}}
}

// oversized is an answer of which more is there than is read.
type oversized struct{ *unreadable }

func (e *oversized) Unwrap() []error { return []error{e.unreadable, errTooLarge} }

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 8<<10) }}

// takeJSON decodes one JSON value. Numbers stay as the platform wrote them: identifiers may exceed what a float64
// holds. Nothing at all is a nil value.
func takeJSON(header http.Header, body io.Reader) (any, error) {
	r := readers.Get().(*bufio.Reader)
	r.Reset(body)
	defer func() { r.Reset(nil); readers.Put(r) }()

	if bom, _ := r.Peek(3); string(bom) == "\ufeff" {
		r.Discard(3)
	}
	first, err := firstByte(r)
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if media, _, _ := mime.ParseMediaType(header.Get("Content-Type")); first == '<' || !isJSON(media) && first != '{' && first != '[' {
		if first == '<' {
			media = "a page of HTML or XML"
		}
		return nil, &unreadable{"the answer is not JSON but " + clip(legible.Line(media), 60), proxyHint}
	}
	dec := json.NewDecoder(r)
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, &unreadable{"the JSON of the answer is cut off", brokenHint}
		}
		if errors.Is(err, errTooLarge) {
			return nil, err
		}
		return nil, &unreadable{"the JSON of the answer is broken: " + err.Error(), brokenHint}
	}
	if _, err := dec.Token(); err != io.EOF {
		if errors.Is(err, errTooLarge) {
			return nil, err
		}
		return nil, &unreadable{"the JSON of the answer is followed by something else", brokenHint}
	}
	return value, nil
}

// firstByte skips white space and peeks.
func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.Peek(1)
		if err != nil {
			return 0, err
		}
		if b[0] != ' ' && b[0] != '\t' && b[0] != '\r' && b[0] != '\n' {
			return b[0], nil
		}
		r.Discard(1)
	}
}

// isJSON is generous: what does not call itself anything, or plain text, is tried.
func isJSON(media string) bool {
	media, _, _ = strings.Cut(media, ";")
	return media == typeJSON || strings.HasSuffix(media, "+json") || media == "text/json" || media == "text/plain" || media == ""
}
