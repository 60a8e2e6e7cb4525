package console

import (
	"testing"
	"testing/synctest"
	"time"
)

// Time is the one thing that cannot be waited for through the door.

func TestLinksEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l links
		token := l.make()
		time.Sleep(linkTime)
		if l.use(token) {
			t.Error("a link is good for longer than it says")
		}
		announced := l.current()
		time.Sleep(linkTime - 30*time.Second)
		if l.current() == announced {
			t.Error("a link that is about to end was announced")
		}
		var all []string
		for range 3 * maxLinks {
			all = append(all, l.make())
		}
		if n := len(l.live); n > maxLinks {
			t.Errorf("%d links are live", n)
		}
		if !l.use(all[len(all)-1]) {
			t.Error("the latest link is not good")
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sessions
		name := s.add(me())
		if s.find(name) == nil || !s.any() {
			t.Fatal("a new session is not found")
		}
		time.Sleep(sessionTime)
		if s.find(name) != nil || s.any() {
			t.Error("a session is good for longer than a day's work")
		}
		first := s.add(me())
		for range maxSessions {
			time.Sleep(time.Second)
			s.add(me())
		}
		if s.find(first) != nil || len(s.all) > maxSessions {
			t.Errorf("%d sessions are kept", len(s.all))
		}
	})
}
