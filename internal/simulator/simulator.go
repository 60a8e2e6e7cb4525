// Package simulator is the hosting platforms on loopback: what `paas-mcp serve --demo` talks to and what tests run
// against.
//
// It keeps state, lets asynchronous work progress with a clock, and misbehaves on demand (Inject). It is not the judge of
// whether a request of this project is right, but it refuses what the vendors refuse: unknown paths and ids, missing
// and misspelled fields, expired tokens, impossible transitions.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/platformsh"
	"paasmcp/internal/simulator/virtuozzo"
)

// PlatformshToken is the API token that the simulated Platform.sh accepts.
const PlatformshToken = platformsh.APIToken

// PlatformshPath is where the simulated Platform.sh is mounted. PlatformshPath + "/oauth2/token" is its token endpoint.
const PlatformshPath = "/platformsh"

// AcquiaKey and AcquiaSecret are the API token that the simulated Acquia Cloud accepts.
const (
	AcquiaKey    = acquia.APIKey
	AcquiaSecret = acquia.APISecret
)

// AcquiaPath is where the simulated Acquia Cloud is mounted. AcquiaPath + "/api" is the base address of its API, and
// AcquiaPath + "/api/auth/oauth/token" its token endpoint.
const AcquiaPath = "/acquia"

// regionPath is where Platform.sh's links lead: to projects on the host of their region, where clients that follow links go.
const regionPath = "/api"

// VirtuozzoToken is the personal access token that the simulated Virtuozzo accepts; VirtuozzoLogin and VirtuozzoPassword are the
// account that it belongs to.
const (
	VirtuozzoToken    = virtuozzo.APIToken
	VirtuozzoLogin    = virtuozzo.Login
	VirtuozzoPassword = virtuozzo.Password
)

// VirtuozzoPath is where the simulated Virtuozzo is mounted. Clients are configured with VirtuozzoPath + "/1.0".
const VirtuozzoPath = "/virtuozzo"

// Instant is a Speed at which every activity is complete when anybody looks.
const Instant = 1e15

// Options configure a Simulator. The zero value runs on the real clock at normal speed without faults.
type Options struct {
	Clock         Clock
	Speed         float64       // activities run this many times faster; 1 when zero, see Instant
	TokenLifetime time.Duration // of access tokens; when zero 900 s for Platform.sh, 300 s for Acquia
	RefreshTokens bool          // hand out refresh tokens as well
	Faults        []Fault       // as if injected before the first request
	KeepRequests  int           // how many requests the recorder keeps, newest last; 1000 when zero, none when negative
	AcquiaRate    int           // calls a minute that Acquia allows each API key; 100 when zero, any number when negative
	// Observe is told of each request when it has been answered; may be nil.
	Observe func(r Request, status int, took time.Duration)
}

// Simulator is the running thing. All methods are safe for concurrent use.
type Simulator struct {
	platformsh *platformsh.Server
	virtuozzo  *virtuozzo.Server
	acquia     *acquia.Server
	faults     faults
	recorder   recorder
	observe    func(r Request, status int, took time.Duration)

	mu     sync.Mutex
	server *http.Server
	stop   func() bool // unhooks Close from the context of Start
}

// New returns a simulator with demo data. It needs no Close until Start has been called.
func New(o Options) *Simulator {
	if o.Clock == nil {
		o.Clock = realClock{}
	}
	if o.KeepRequests == 0 {
		o.KeepRequests = 1000
	}
	s := &Simulator{
		platformsh: platformsh.New(platformsh.Options{
			Now: o.Clock.Now, Speed: o.Speed, TokenLifetime: o.TokenLifetime, RefreshTokens: o.RefreshTokens,
		}),
		acquia: acquia.New(acquia.Options{
			Now: o.Clock.Now, Speed: o.Speed, TokenLifetime: o.TokenLifetime, CallsPerMinute: o.AcquiaRate,
		}),
		virtuozzo: virtuozzo.New(virtuozzo.Options{Now: o.Clock.Now, Wait: waiter(o.Clock), Speed: o.Speed}),
		recorder:  recorder{keep: o.KeepRequests},
		observe:   o.Observe,
	}
	s.faults.add(o.Faults...)
	return s
}

// Platformsh returns the simulated Platform.sh, for tests that look at its state.
func (s *Simulator) Platformsh() *platformsh.Server { return s.platformsh }

// Acquia returns the simulated Acquia Cloud, for tests that look at its state.
func (s *Simulator) Acquia() *acquia.Server { return s.acquia }

// Virtuozzo returns the simulated Virtuozzo, for tests that look at its state.
func (s *Simulator) Virtuozzo() *virtuozzo.Server { return s.virtuozzo }

// Inject lets the next matching requests go wrong. Faults are tried in the order in which they came.
func (s *Simulator) Inject(f ...Fault) { s.faults.add(f...) }

// ClearFaults forgets the faults that have not hit yet.
func (s *Simulator) ClearFaults() { s.faults.clear() }

// Requests returns the recorded requests, oldest first.
func (s *Simulator) Requests() []Request { return s.recorder.all() }

// ForgetRequests empties the recorder.
func (s *Simulator) ForgetRequests() { s.recorder.clear() }

// Handler serves all platforms, each below its own path.
func (s *Simulator) Handler() http.Handler { return http.HandlerFunc(s.serve) }

func (s *Simulator) serve(w http.ResponseWriter, r *http.Request) {
	var seen Request
	if s.recorder.keep > 0 || s.observe != nil {
		var err error
		if seen, err = s.recorder.record(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	if s.observe != nil {
		answer, began := &statused{ResponseWriter: w, status: http.StatusOK}, time.Now()
		defer func() { s.observe(seen, answer.status, time.Since(began)) }()
		w = answer
	}
	if f, ok := s.faults.take(r.Method, r.URL.EscapedPath()); ok {
		f.serve(w, r, http.HandlerFunc(s.dispatch))
		return
	}
	s.dispatch(w, r)
}

// statused remembers the status of an answer.
type statused struct {
	http.ResponseWriter
	status int
}

func (w *statused) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *statused) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (s *Simulator) dispatch(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	prefix := "/" + name
	var platform http.Handler
	switch prefix {
	case PlatformshPath:
		platform = s.platformsh
	case VirtuozzoPath:
		platform = s.virtuozzo
	case AcquiaPath:
		platform = s.acquia
	case regionPath:
		platform = s.platformsh
	default:
		http.Error(w, "no platform is simulated here; try "+PlatformshPath+", "+AcquiaPath+" or "+VirtuozzoPath, http.StatusNotFound)
		return
	}
	// The platform builds absolute hrefs, so it must know where it is mounted; http.StripPrefix would not tell it.
	r2 := r.Clone(r.Context())
	r2.URL.RawPath = strings.TrimPrefix(r.URL.EscapedPath(), prefix)
	r2.URL.Path = strings.TrimPrefix(r.URL.Path, prefix)
	r2.Header.Set("X-Forwarded-Prefix", prefix)
	platform.ServeHTTP(w, r2)
}

// Start listens on a free port of 127.0.0.1 and returns the base URL, for example http://127.0.0.1:41234; the platforms are
// below it (PlatformshPath). The server ends with ctx or Close. Starting twice is an error.
func (s *Simulator) Start(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return "", errors.New("start simulator: it is running already")
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("start simulator: %w", err)
	}
	srv := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	s.server = srv
	s.stop = context.AfterFunc(ctx, func() { _ = srv.Close() })
	go func() { _ = srv.Serve(l) }() // returns when Close closes the listener
	return "http://" + l.Addr().String(), nil
}

// Close stops the server started by Start and cuts its connections. It may be called more than once.
func (s *Simulator) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return nil
	}
	s.stop()
	err := s.server.Close()
	s.server = nil
	return err
}
