package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

var errNoStream = errors.New("the client takes no event stream")

// response is the answer to one POST. It begins as nothing and becomes either one JSON body or, as soon as there is
// something to say before the answer, an event stream whose last event is the answer.
type response struct {
	w         http.ResponseWriter
	ctl       *http.ResponseController
	canStream bool
	every     time.Duration // keep-alive

	mu       sync.Mutex
	stream   bool
	finished bool
	err      error
	timer    *time.Timer
}

func newResponse(w http.ResponseWriter, r *http.Request, every time.Duration) *response {
	p := &response{w: w, ctl: http.NewResponseController(w), canStream: takesEvents(r), every: every}
	if p.canStream {
		p.timer = time.AfterFunc(time.Hour, p.keepAlive)
		p.timer.Reset(every) // in two steps, as keepAlive uses the field
	}
	return p
}

// newBody makes a response that can only be a JSON body.
func newBody(w http.ResponseWriter) *response {
	return &response{w: w, ctl: http.NewResponseController(w)}
}

// takesEvents reports whether the client reads event streams. The specification obliges it to say so in Accept; one that
// says nothing gets the benefit of the doubt, one that lists other types only would choke on a stream.
func takesEvents(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return accept == "" || strings.Contains(accept, "text/event-stream") ||
		strings.Contains(accept, "text/*") || strings.Contains(accept, "*/*")
}

// send implements outlet.
func (p *response) send(msg []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.canStream || p.finished {
		return errNoStream
	}
	p.open()
	p.event(msg)
	return p.err
}

// accept ends the response to messages that want no answer.
func (p *response) accept() {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished = true
	if !p.stream {
		p.w.WriteHeader(http.StatusAccepted)
	}
}

func (p *response) stop() {
	if p.timer != nil {
		p.timer.Stop()
	}
}

// finish writes the answer; nil means that there is none, because the client took its request back.
func (p *response) finish(status int, answer []byte) {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished = true
	switch {
	case p.stream && answer != nil:
		p.event(answer)
	case p.stream:
	case answer == nil && p.canStream:
		// A stream that ends without an answer is the one form in which HTTP can say nothing and be understood.
		p.open()
	case answer == nil:
		p.w.WriteHeader(http.StatusNoContent)
	default:
		h := p.w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Content-Length", strconv.Itoa(len(answer)))
		p.deadline()
		p.w.WriteHeader(status)
		_, p.err = p.w.Write(answer)
	}
}

// keepAlive writes a comment, which clients skip. It also begins the stream, as a proxy between would otherwise give up
// on a call that runs long without a word.
func (p *response) keepAlive() {
	if !p.mu.TryLock() { // somebody is writing, so it is not silent
		p.timer.Reset(p.every)
		return
	}
	defer p.mu.Unlock()
	if p.finished || p.err != nil {
		return
	}
	p.open()
	p.deadline()
	p.write(":\n\n")
	p.flush()
	p.timer.Reset(p.every)
}

// The methods below expect mu to be held.

func (p *response) open() {
	if !p.stream {
		p.stream = true
		streamHeader(p.w.Header())
		p.w.WriteHeader(http.StatusOK)
	}
}

func (p *response) event(msg []byte) {
	p.deadline()
	p.write("event: message\ndata: ")
	if p.err == nil {
		_, p.err = p.w.Write(msg)
	}
	p.write("\n\n")
	p.flush()
}

// deadline bounds how long a client that does not read can hold the call. net/http lifts it for the next request.
func (p *response) deadline() { _ = p.ctl.SetWriteDeadline(time.Now().Add(writeTimeout)) }

func (p *response) write(s string) {
	if p.err == nil {
		_, p.err = p.w.Write([]byte(s))
	}
}

func (p *response) flush() {
	if p.err == nil {
		p.err = p.ctl.Flush()
	}
}

func streamHeader(h http.Header) {
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Accel-Buffering", "no") // nginx holds streams back otherwise
}
