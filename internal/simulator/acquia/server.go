// Package acquia behaves like Acquia's Cloud API v2, with state, for demos and tests.
//
// It keeps the traps of the real service on purpose: tokens that live five minutes, a hundred calls a minute and no more,
// POST requests that must carry a body, error messages that are now a text and now an object, changes that are accepted
// with 202 and happen later, and databases that go in every environment at once.
//
// Nothing runs in the background. Notifications are data with times; every request first settles what the clock has
// completed since the one before. So there are no goroutines to leak, and a fake clock moves everything.
package acquia

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"paasmcp/internal/simulator/router"
	"paasmcp/internal/simulator/uuid"
)

// APIKey and APISecret are the API token of the demo user Ada, who may do everything. The secret holds the characters
// that a client must escape in a form.
const (
	APIKey    = "7a1c2f60-5d0e-4c33-9d52-0c5f2a7be001"
	APISecret = "demo+acquia/api=secret=="
)

// CleoKey and CleoSecret are the API token of a developer who may not touch production.
const (
	CleoKey    = "7a1c2f60-5d0e-4c33-9d52-0c5f2a7be003"
	CleoSecret = "demo+acquia/cleo=secret=="
)

// Options configure a Server. The zero value is a server on the real clock at real speed with the real limits.
type Options struct {
	Now            func() time.Time // time.Now when nil
	Speed          float64          // notifications run this many times faster; 1 when zero
	TokenLifetime  time.Duration    // of access tokens; 300 s when zero
	CallsPerMinute int              // for each API key; 100 when zero, no limit when negative
}

// Server is one simulated installation: http.Handler, store and clock.
type Server struct {
	opts Options

	mu       sync.Mutex // guards everything below
	rng      *rand.Rand
	auth     authState
	limit    limiter
	root     *node            // of what is addressed by the first segment of a path
	accounts map[string]*node // by user id; the /account of each
	work     workQueue
	requests int // answered so far; the number of a request is its id
	serial   int // last of the numeric ids
}

// routing is built once for all servers: routes hold no state.
var routing = sync.OnceValue(func() *router.Router[*route] {
	var r router.Router[*route]
	for _, row := range routes() {
		method, path, _ := strings.Cut(row.Call, " ")
		r.Add(method+" "+routable(path), compile(row))
	}
	return &r
})

// New returns a server with the demo data.
func New(opts Options) *Server {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Speed <= 0 {
		opts.Speed = 1
	}
	if opts.TokenLifetime <= 0 {
		opts.TokenLifetime = 300 * time.Second
	}
	if opts.CallsPerMinute == 0 {
		opts.CallsPerMinute = 100
	}
	s := &Server{
		opts:     opts,
		rng:      rand.New(rand.NewPCG(3, 4)), // fixed: runs of a test see the same ids
		root:     &node{},
		accounts: map[string]*node{},
		serial:   1000,
	}
	s.auth.init()
	s.limit.calls = opts.CallsPerMinute
	s.seed(s.now())
	return s
}

const (
	apiPath   = "/api"
	tokenPath = apiPath + "/auth/oauth/token"
)

// ServeHTTP answers one request. The path is relative to the mount point: the caller strips its prefix and hands it over
// in the X-Forwarded-Prefix header, from which absolute links are built.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), apiPath)
	switch {
	case !ok || path != "" && path[0] != '/':
		s.refuse(w, notFound("The requested resource was not found; the API is below /api."))
	case apiPath+path == tokenPath:
		s.serveToken(w, r)
	default:
		s.serveAPI(w, r, "/"+strings.TrimPrefix(path, "/"))
	}
}

func (s *Server) serveAPI(w http.ResponseWriter, hr *http.Request, path string) {
	body, err := readBody(hr)
	if err != nil {
		s.refuse(w, err)
		return
	}
	s.mu.Lock()
	s.requests++
	w.Header().Set("X-Request-Id", fmt.Sprintf("v-sim-%08d", s.requests))
	resp, err := s.answer(hr, path, body)
	var data []byte
	if err == nil {
		// Encoded under the lock: the body holds live maps of the store.
		data, err = resp.encode()
	}
	s.mu.Unlock()
	if err != nil {
		s.refuse(w, err)
		return
	}
	resp.write(w, data)
}

func (s *Server) answer(hr *http.Request, path string, body []byte) (Response, error) {
	now := s.now()
	s.settle(now)
	key, err := s.auth.key(hr, now)
	if err != nil {
		return Response{}, err
	}
	if err := s.limit.take(key, now); err != nil {
		return Response{}, err
	}
	// Checked before the path, as the vendor's front does: a POST without a body is wrong anywhere.
	if hr.Method == http.MethodPost && (len(body) == 0 || hr.Header.Get("Content-Type") == "") {
		return Response{}, badRequest("A POST request needs a body and a Content-Type header; send {} when there is nothing to say.")
	}
	m := routing().Match(hr.Method, routable(path))
	if !m.Found {
		if len(m.Allow) > 0 {
			return Response{}, &Problem{Status: http.StatusMethodNotAllowed, Slug: "method_not_allowed", Message: hr.Method + " is not possible here.", Allow: m.Allow}
		}
		return Response{}, notFound("The requested resource was not found.")
	}
	c := &call{s: s, http: hr, query: hr.URL.Query(), key: key, now: now, raw: body, path: path, base: baseURL(hr), params: m.Params}
	c.me = s.accounts[s.auth.keys[key].user]
	if err := c.resolve(m.Handler.steps, m.Handler.meo); err != nil {
		return Response{}, err
	}
	if err := c.authorize(m.Handler.Call); err != nil {
		return Response{}, err
	}
	return m.Handler.Handle(c)
}

// routable gives the root a name, because the router knows no empty segment.
func routable(path string) string {
	if path == "/" {
		return "/.root"
	}
	return path
}

// baseURL is the address of the API as this client knows it, without a slash at the end.
func baseURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + r.Header.Get("X-Forwarded-Prefix") + "/api"
}

func (s *Server) now() time.Time { return s.opts.Now().UTC() }

func (s *Server) newUUID() string { return uuid.New(s.rng) }

// newSerial returns a numeric id, as databases, backups and certificates have.
func (s *Server) newSerial() int {
	s.serial++
	return s.serial
}

func (s *Server) refuse(w http.ResponseWriter, err error) {
	var p *Problem
	if !errors.As(err, &p) {
		p = &Problem{Status: http.StatusInternalServerError, Slug: "system", Message: err.Error()}
	}
	p.write(w)
}
