// Package platformsh behaves like the management API of Platform.sh, with state, for demos and tests.
//
// It keeps the traps of the real service on purpose: hrefs that start with /api/projects/…, changes that are accepted with
// 202 and happen later, finished activities that failed, tokens that expire, values that cannot be read back.
//
// Nothing runs in the background. Activities are data with a start time; every request first settles what the clock has
// completed since the one before. So there are no goroutines to leak, and a fake clock moves everything.
package platformsh

import (
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"paasmcp/internal/simulator/router"
	"paasmcp/internal/simulator/uuid"
	"paasmcp/internal/simulator/wire"
)

// APIToken is the API token of the demo user Ada, who may do everything.
const APIToken = "demo-platformsh-api-token"

// Options configure a Server. The zero value is a server on the real clock at real speed.
type Options struct {
	Now           func() time.Time // time.Now when nil
	Speed         float64          // activities run this many times faster; 1 when zero
	TokenLifetime time.Duration    // of access tokens; 900 s when zero
	RefreshTokens bool             // hand out refresh tokens, as the auth service sometimes does
}

// Server is one simulated installation: http.Handler, store and clock.
type Server struct {
	opts Options

	mu       sync.Mutex // guards everything below
	rng      *rand.Rand
	auth     authState
	projects map[string]*project
	order    []string // project ids in order of creation
	activity activityQueue
	accounts *accounts // organizations, users, teams, billing; files org_* and friends
}

// routing is built once for all servers: routes hold no state.
var routing = sync.OnceValue(func() *router.Router[Handler] {
	var r router.Router[Handler]
	for _, route := range routes() {
		r.Add(route.Call, route.Handle)
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
		opts.TokenLifetime = 900 * time.Second
	}
	s := &Server{
		opts:     opts,
		rng:      rand.New(rand.NewPCG(1, 2)), // fixed: runs of a test see the same ids
		projects: map[string]*project{},
	}
	s.auth.init()
	s.seed(opts.Now())
	return s
}

const (
	tokenPath  = "/oauth2/token"
	revokePath = "/oauth2/revoke"
)

// ServeHTTP answers one request. The path is relative to the API base: the caller strips a mount prefix and hands the
// prefix over in the X-Forwarded-Prefix header, from which absolute hrefs are built.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.EscapedPath() {
	case tokenPath:
		s.serveToken(w, r)
		return
	case revokePath:
		s.serveRevoke(w, r)
		return
	}
	s.serveAPI(w, r)
}

func (s *Server) serveAPI(w http.ResponseWriter, hr *http.Request) {
	path := hr.URL.EscapedPath()
	body, err := readBody(hr)
	if err != nil {
		writeError(w, path, err)
		return
	}
	s.mu.Lock()
	resp, err := s.answer(hr, path, body)
	var data []byte
	if err == nil {
		// Encoded under the lock: the body holds live maps of the store.
		data, err = resp.encode()
	}
	s.mu.Unlock()
	if err != nil {
		writeError(w, path, err)
		return
	}
	resp.write(w, data)
}

func (s *Server) answer(hr *http.Request, path string, body []byte) (Response, error) {
	now := s.now()
	s.settle(now)
	user, err := s.auth.user(hr, now)
	if err != nil {
		return Response{}, err
	}
	m := routing().Match(hr.Method, path)
	if !m.Found {
		if len(m.Allow) > 0 {
			return Response{}, &Problem{Status: http.StatusMethodNotAllowed, Message: "Method " + hr.Method + " is not allowed here.", Allow: m.Allow}
		}
		return Response{}, &Problem{Status: http.StatusNotFound, Message: "The requested URL was not found on the server."}
	}
	r := &Request{HTTP: hr, Query: hr.URL.Query(), UserID: user, Now: now, params: m.Params, raw: body}
	if err := s.authorize(r, m.Template); err != nil {
		return Response{}, err
	}
	return m.Handler(s, r)
}

func (s *Server) now() time.Time { return s.opts.Now().UTC() }

// newID returns an id in the look of Platform.sh's own: 13 lower-case base32 characters.
func (s *Server) newID() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], s.rng.Uint64())
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// newUUID returns the form of user, team and invitation ids.
func (s *Server) newUUID() string { return uuid.New(s.rng) }

// newULID returns an id in the look of organization ids: 26 characters, the first ten from the time.
func (s *Server) newULID() string {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	id := make([]byte, 26)
	ms := uint64(s.now().UnixMilli())
	for i := 9; i >= 0; i-- {
		id[i] = alphabet[ms%32]
		ms /= 32
	}
	for i := 10; i < 26; i++ {
		id[i] = alphabet[s.rng.IntN(32)]
	}
	return string(id)
}

func writeError(w http.ResponseWriter, path string, err error) {
	var p *Problem
	if !errors.As(err, &p) {
		p = &Problem{Status: http.StatusInternalServerError, Message: err.Error()}
	}
	p.write(w, path)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	wire.Send(w, status, "application/json", data)
}
