package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"paasmcp/internal/approval"
)

// Bounds of signing in.
const (
	sessionTime = 8 * time.Hour // a working day; nobody signs out in the evening
	linkTime    = 10 * time.Minute
	maxSessions = 100
	maxLinks    = 20
	maxSources  = 1000 // addresses whose failures are counted
)

// newToken gives 256 random bits as URL-safe text.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// session is a browser that somebody signed in with.
type session struct {
	who     approval.Approver
	csrf    string // stands in every form of the session
	expires time.Time
	end     chan struct{} // closed when it is signed out
}

// sessions are kept by the hash of their name, so that comparing takes no time that tells anything.
type sessions struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]*session
}

// add makes a session with a name of its own, whatever name the browser brought.
func (s *sessions) add(who approval.Approver) (name string) {
	name = newToken()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[[sha256.Size]byte]*session{}
	}
	s.sweep()
	s.all[sha256.Sum256([]byte(name))] = &session{who: who, csrf: newToken(), expires: time.Now().Add(sessionTime), end: make(chan struct{})}
	return name
}

// sweep forgets sessions that are over, and the oldest when there are too many, with the lock held.
func (s *sessions) sweep() {
	for len(s.all) > 0 {
		var oldest [sha256.Size]byte
		first := time.Time{}
		for key, one := range s.all {
			if first.IsZero() || one.expires.Before(first) {
				oldest, first = key, one.expires
			}
		}
		if time.Now().Before(first) && len(s.all) < maxSessions {
			return
		}
		close(s.all[oldest].end)
		delete(s.all, oldest)
	}
}

func (s *sessions) find(name string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.all[sha256.Sum256([]byte(name))]
	if one == nil || !time.Now().Before(one.expires) {
		return nil
	}
	return one
}

func (s *sessions) remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(name))
	if one := s.all[key]; one != nil {
		close(one.end)
		delete(s.all, key)
	}
}

func (s *sessions) any() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	return len(s.all) > 0
}

// links are the login links that are good for one sign-in each.
type links struct {
	mu     sync.Mutex
	live   map[[sha256.Size]byte]time.Time // → when it ends
	latest string                          // announced last; announced again as long as it is good
}

// make gives the token of a new link.
func (l *links) make() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.add()
}

func (l *links) add() string {
	now := time.Now()
	for key, end := range l.live {
		if !now.Before(end) || len(l.live) >= maxLinks {
			delete(l.live, key)
		}
	}
	if l.live == nil {
		l.live = map[[sha256.Size]byte]time.Time{}
	}
	token := newToken()
	l.live[sha256.Sum256([]byte(token))] = now.Add(linkTime)
	return token
}

// current gives the token of the link that was announced before, while it is good for a minute at least, and else a new one.
func (l *links) current() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if end, ok := l.live[sha256.Sum256([]byte(l.latest))]; !ok || time.Until(end) < time.Minute {
		l.latest = l.add()
	}
	return l.latest
}

// use takes a link; it is good once.
func (l *links) use(token string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := sha256.Sum256([]byte(token))
	end, ok := l.live[key]
	delete(l.live, key)
	return ok && time.Now().Before(end)
}

// attempts slows down guessing: after ten failures an address has one try in two seconds.
type attempts struct {
	mu   sync.Mutex
	from map[netip.Addr]*rate.Limiter
}

func (a *attempts) of(r *http.Request) *rate.Limiter {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	source := at.Addr().Unmap()
	if source.Is6() { // one customer has a /64 to choose from
		if prefix, err := source.Prefix(64); err == nil {
			source = prefix.Addr()
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.from == nil || len(a.from) >= maxSources {
		a.from = map[netip.Addr]*rate.Limiter{}
	}
	if a.from[source] == nil {
		a.from[source] = rate.NewLimiter(rate.Every(2*time.Second), 10)
	}
	return a.from[source]
}

// blocked reports whether the address has failed too often.
func (a *attempts) blocked(r *http.Request) bool { return a.of(r).Tokens() < 1 }

func (a *attempts) failed(r *http.Request) { a.of(r).Allow() }

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
