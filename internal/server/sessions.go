package server

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// session is what the server keeps of a legacy client over Streamable HTTP between its requests. Clients that never say
// goodbye are the rule, so it is small, it expires, and the number is bounded.
type session struct {
	client  client
	running running
	key     sessionKey
	label   string
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
}

var errNoRoom = errors.New("too many sessions are in use on this server: try again later")

func newSessions(ttl time.Duration, limit int) *sessions {
	return &sessions{seal: newSealer(), ttl: ttl, max: limit, byKey: make(map[sessionKey]*list.Element)}
}

// start makes a session for a client that has just said hello.
func (t *sessions) start(principal string) (*session, string, error) {
	key, id := t.seal.make(principal)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire()
	for len(t.byKey) >= t.max {
		if !t.evict() {
			return nil, "", errNoRoom
		}
	}
	s := &session{key: key, label: key.label(), used: time.Now(), busy: 1}
	t.byKey[key] = t.order.PushFront(s)
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
	s.running.cancelAll(errCancelled)
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
	delete(t.byKey, at.Value.(*session).key)
	t.order.Remove(at)
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

// evict drops the idle session unused for the longest time.
func (t *sessions) evict() bool {
	for at := t.order.Back(); at != nil; at = at.Prev() {
		if at.Value.(*session).busy == 0 {
			t.drop(at)
			return true
		}
	}
	return false
}
