package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"paasmcp/internal/approval"
	"paasmcp/internal/peer"
)

// Bounds of signing in.
const (
	sessionTime = 8 * time.Hour // a working day; nobody signs out in the evening
	linkTime    = 10 * time.Minute
	maxSessions = 100
	maxLinks    = 20
	maxSources  = 1000 // addresses whose failures are counted

	freeAttempts = 10 // that may fail before an address has to wait
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
	pages   atomic.Int32  // that are live
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

// sweep forgets, with the lock held, sessions that are over, and when there are too many the oldest of whoever has most: signing in again
// and again signs nobody else out.
func (s *sessions) sweep() {
	own := map[string]int{}
	for key, one := range s.all {
		if !time.Now().Before(one.expires) {
			s.drop(key)
			continue
		}
		own[one.who.Name]++
	}
	for len(s.all) >= maxSessions {
		most := slices.MaxFunc(slices.Collect(maps.Keys(own)), func(a, b string) int { return own[a] - own[b] })
		var oldest [sha256.Size]byte
		first := time.Time{}
		for key, one := range s.all {
			if one.who.Name == most && (first.IsZero() || one.expires.Before(first)) {
				oldest, first = key, one.expires
			}
		}
		s.drop(oldest)
		own[most]--
	}
}

func (s *sessions) drop(key [sha256.Size]byte) {
	close(s.all[key].end)
	delete(s.all, key)
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
	if s.all[key] != nil {
		s.drop(key)
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

func (a *attempts) of(from netip.Addr) *rate.Limiter {
	source := peer.Network(from) // one customer has a /64 of IPv6 to choose from
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.from[source] == nil {
		if len(a.from) >= maxSources {
			maps.DeleteFunc(a.from, func(_ netip.Addr, l *rate.Limiter) bool { return l.Tokens() >= freeAttempts })
		}
		if a.from == nil || len(a.from) >= maxSources {
			a.from = map[netip.Addr]*rate.Limiter{}
		}
		a.from[source] = rate.NewLimiter(rate.Every(2*time.Second), freeAttempts)
	}
	return a.from[source]
}

// blocked reports whether the address has failed too often.
func (a *attempts) blocked(from netip.Addr) bool { return a.of(from).Tokens() < 1 }

func (a *attempts) failed(from netip.Addr) { a.of(from).Allow() }

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
