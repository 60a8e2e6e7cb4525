// Package virtuozzo behaves like the API of the Virtuozzo Application Platform (Jelastic), with state, for demos and tests.
//
// It keeps the traps of the real service on purpose: HTTP 200 with an error number in the body, an inner result that failed
// under an outer one that did not, layers of which one node failed, calls that block until the work is done, sessions that
// expire when idle.
//
// Nothing runs in the background. Work is data with an end time; every request first settles what the clock has completed
// since the one before, and a blocking call waits in the goroutine of its request. So there are no goroutines to leak, a
// fake clock moves everything, and a client that hangs up stops nothing.
package virtuozzo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Base is the path below which the calls are; clients are configured with the address up to and including it.
const Base = "/1.0"

// Options configure a Server. The zero value is a server on the real clock at real speed.
type Options struct {
	Now func() time.Time // time.Now when nil
	// Wait blocks a call until the clock shows a time, or returns the error of ctx. A timer of the real clock when nil.
	Wait        func(ctx context.Context, until time.Time) error
	Speed       float64       // work is done this many times faster; 1 when zero
	SessionIdle time.Duration // a session ends after this long without a call; 30 minutes when zero
}

// Server is one simulated installation of a hoster: http.Handler, store and clock.
type Server struct {
	opts     Options
	handlers handlers

	mu         sync.Mutex // guards everything below
	rng        *rand.Rand
	gateway    time.Duration // the hoster's proxy gives up on a call after this long; never when zero
	failures   map[string][]failure
	auth       authState
	work       workLog
	envs       []*environment
	nextNode   int
	nextIP     int
	groups     store
	certs      store
	triggers   store
	triggerLog []Doc
	repos      store
	tasks      store
	exports    store
	collab     collaboration
	market     marketplace
	billing    account
}

// New returns a server with the demo data.
func New(opts Options) *Server {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Wait == nil {
		opts.Wait = realWait(opts.Now)
	}
	if opts.Speed <= 0 {
		opts.Speed = 1
	}
	if opts.SessionIdle <= 0 {
		opts.SessionIdle = 30 * time.Minute
	}
	s := &Server{
		opts:     opts,
		rng:      rand.New(rand.NewPCG(3, 4)), // fixed: runs of a test see the same ids
		failures: map[string][]failure{},
		handlers: allHandlers(),
	}
	s.seed(opts.Now().UTC())
	return s
}

// realWait waits with timers. It looks at the clock again afterwards: a clock that is neither the real one nor able to
// wake anybody must not let work end early.
func realWait(now func() time.Time) func(context.Context, time.Time) error {
	return func(ctx context.Context, until time.Time) error {
		for {
			left := until.Sub(now())
			if left <= 0 {
				return nil
			}
			t := time.NewTimer(left)
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
				return ctx.Err()
			}
		}
	}
}

// ServeHTTP answers one request. The path is relative to the host: the caller strips a mount prefix.
func (s *Server) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	path, _ := strings.CutPrefix(hr.URL.EscapedPath(), Base+"/")
	c, ok := calls().byPath[path]
	if !ok {
		http.Error(w, "404 page not found", http.StatusNotFound) // what hosts answer for methods their version lacks
		return
	}
	if hr.Method != http.MethodPost && hr.Method != http.MethodGet {
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	form, err := readForm(hr)
	if err != nil {
		writeAnswer(w, failed(invalid("body", err.Error())))
		return
	}
	if hr.Method == http.MethodGet && form.Has("password") {
		w.Header().Set("Allow", "POST")
		http.Error(w, "calls with a password are accepted as POST only", http.StatusMethodNotAllowed)
		return
	}
	r := &Request{ctx: hr.Context(), call: c, form: form, agent: hr.UserAgent()}
	data, status := s.perform(r)
	if status != http.StatusOK {
		Refuse(w, status)
		return
	}
	writeJSON(w, data)
}

// perform runs a call and, where it began work, waits for its end.
func (s *Server) perform(r *Request) ([]byte, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Now = s.settle()
	answer, err := s.answer(r)
	if r.began == nil {
		return encode(answer, err), http.StatusOK
	}
	a := r.began
	if status := s.await(r, a); status != http.StatusOK {
		return nil, status
	}
	return a.answer, http.StatusOK
}

// await lets go of the lock until the work has ended, the client has hung up, or the hoster's proxy has had enough.
func (s *Server) await(r *Request, a *action) int {
	until, status := a.ends, http.StatusOK
	if s.gateway > 0 && a.ends.Sub(r.Now) > s.gateway {
		until, status = r.Now.Add(s.gateway), http.StatusGatewayTimeout
	}
	if until.After(r.Now) {
		s.mu.Unlock()
		err := s.opts.Wait(r.ctx, until)
		s.mu.Lock()
		if err != nil {
			return http.StatusGatewayTimeout // nobody reads it
		}
	}
	r.user.touch(s.settle())
	return status
}

func (s *Server) answer(r *Request) (Doc, error) {
	if err := s.authenticate(r); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	if f, ok := s.takeFailure(r.call.name); ok {
		if f.inner {
			return Doc{"response": failed(f.err)}, nil
		}
		return nil, f.err
	}
	d, err := s.handlers[r.call.name](s, r)
	if err == nil && r.began == nil && !r.call.reads() {
		s.note(r, d)
	}
	return d, err
}

// settle does what the clock has completed and returns the time.
func (s *Server) settle() time.Time {
	now := s.opts.Now().UTC()
	s.finishWork(now)
	return now
}

// hex returns n random hexadecimal digits.
func (s *Server) hex(n int) string {
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%08x", s.rng.Uint32())
	}
	return b.String()[:n]
}
