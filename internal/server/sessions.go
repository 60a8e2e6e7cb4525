package server

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"

	"paasmcp/internal/caller"
	"paasmcp/internal/peer"
)

// session is what the server keeps of a legacy client over Streamable HTTP between its requests. Clients that never say
// goodbye are the rule, so it is small, it expires, and the number is bounded.
type session struct {
	client  client
	running running
	key     sessionKey
	label   string
	who     string // whom it counts for
	used    time.Time
	busy    int                // requests and streams in progress
	stream  context.CancelFunc // ends the open GET stream, nil when there is none
}

// sessions are the live ones, by use: the front was used last. The order makes expiry free of timers and scans: whoever
// comes looks at the back.
type sessions struct {
	seal *sealer
	ttl  time.Duration
	max  int

	mu    sync.Mutex
	byKey map[sessionKey]*list.Element // of *session
	order list.List
	own   map[string]int // by caller
}

var errNoRoom = errors.New("too many sessions are in use on this server: try again later")

func newSessions(ttl time.Duration, limit int) *sessions {
	return &sessions{seal: newSealer(), ttl: ttl, max: limit, byKey: make(map[sessionKey]*list.Element), own: make(map[string]int)}
}

// start makes a session for a client that has just said hello. It makes room where there is none: a caller with too many sessions loses
// one of their own, and a full table one of the caller who has most, so that nobody can push out the few sessions of another.
func (t *sessions) start(principal, who string) (*session, string, error) {
	key, id := t.seal.make(principal)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire()
	if t.own[who] >= peer.Share(t.max) && !t.evict(who) {
		return nil, "", errNoRoom
	}
	if len(t.byKey) >= t.max && !t.evict(t.greatest()) && !t.evict("") {
		return nil, "", errNoRoom
	}
	s := &session{key: key, label: key.label(), who: who, used: time.Now(), busy: 1}
	t.byKey[key] = t.order.PushFront(s)
	t.own[who]++
	return s, id, nil
}

// use finds a live session and marks it as in use until release.
func (t *sessions) use(id, principal string) (*session, bool) {
	key, ok := t.seal.open(id, principal)
	if !ok {
		return nil, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire()
	at, ok := t.byKey[key]
	if !ok {
		return nil, false
	}
	s := at.Value.(*session)
	s.busy++
	t.touch(at)
	return s, true
}

func (t *sessions) release(s *session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.busy--
	if at, ok := t.byKey[s.key]; ok {
		t.touch(at)
	}
}

// end forgets a session and stops what it is doing.
func (t *sessions) end(s *session) {
	t.mu.Lock()
	if at, ok := t.byKey[s.key]; ok {
		t.drop(at)
	}
	stream := s.stream
	t.mu.Unlock()
	s.running.cancelAll(caller.ErrCancelled)
	if stream != nil {
		stream()
	}
}

// setStream records the session's open GET stream and ends the one before: after a broken connection the client
// is back long before the server notices, and each message may go to one stream only.
func (t *sessions) setStream(s *session, end context.CancelFunc) {
	t.mu.Lock()
	before := s.stream
	s.stream = end
	t.mu.Unlock()
	if before != nil {
		before()
	}
}

// The methods below expect mu to be held.

func (t *sessions) touch(at *list.Element) {
	at.Value.(*session).used = time.Now()
	t.order.MoveToFront(at)
}

func (t *sessions) drop(at *list.Element) {
	s := at.Value.(*session)
	delete(t.byKey, s.key)
	t.order.Remove(at)
	if t.own[s.who]--; t.own[s.who] == 0 {
		delete(t.own, s.who)
	}
}

func (t *sessions) expire() {
	now := time.Now()
	for at := t.order.Back(); at != nil; at = t.order.Back() {
		s := at.Value.(*session)
		switch {
		case now.Sub(s.used) < t.ttl:
			return
		case s.busy > 0:
			t.touch(at) // a call may run, or a stream stay open, for longer than a session may idle
		default:
			t.drop(at)
		}
	}
}

// greatest is the caller with most sessions.
func (t *sessions) greatest() string {
	found := ""
	for who, n := range t.own {
		if found == "" || n > t.own[found] {
			found = who
		}
	}
	return found
}

// evict drops the idle session unused for the longest time: of a caller, or of all when it is empty.
func (t *sessions) evict(who string) bool {
	for at := t.order.Back(); at != nil; at = at.Prev() {
		if s := at.Value.(*session); s.busy == 0 && (who == "" || s.who == who) {
			t.drop(at)
			return true
		}
	}
	return false
}
