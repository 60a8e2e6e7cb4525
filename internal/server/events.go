package server

import (
	"net/http"
	"sync"
	"time"
)

// events is an event stream that many goroutines write to: the GET stream of Streamable HTTP, and /sse.
type events struct {
	w      http.ResponseWriter
	ctl    *http.ResponseController
	first  string // event before all others; may be empty
	broken func() // called at the first failure

	mu    sync.Mutex
	begun bool
	ended bool
	err   error
}

func newEvents(w http.ResponseWriter, first string, broken func()) *events {
	return &events{w: w, ctl: http.NewResponseController(w), first: first, broken: broken}
}

// begin sends the header and the first event, unless a message was quicker: the stream must be registered for what goes
// to everybody before its client sees it open, or the client would miss what is sent in between.
func (o *events) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open()
	o.flush()
}

// send implements outlet.
func (o *events) send(msg []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return errNoStream
	}
	o.open()
	o.write([]byte("event: message\ndata: "))
	o.write(msg)
	o.write([]byte("\n\n"))
	o.flush()
	return o.err
}

func (o *events) comment() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.write([]byte(":\n\n"))
	o.flush()
}

// end must be called before the HTTP handler returns: net/http forbids writing after that.
func (o *events) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
}

// The methods below expect mu to be held.

func (o *events) open() {
	if !o.begun {
		o.begun = true
		streamHeader(o.w.Header())
		o.w.WriteHeader(http.StatusOK)
		o.write([]byte(o.first))
	}
}

func (o *events) write(p []byte) {
	if o.err == nil {
		_ = o.ctl.SetWriteDeadline(time.Now().Add(writeTimeout))
		_, o.err = o.w.Write(p)
	}
}

func (o *events) flush() {
	if o.err == nil {
		o.err = o.ctl.Flush()
	}
	if o.err != nil {
		o.broken()
	}
}
