package server

import "testing"

// One server has one principal as long as it has one token, so that only the inside can show what happens to the id of
// another.
func TestSessionIDBelongsToItsPrincipal(t *testing.T) {
	t.Parallel()
	s := newSealer()
	key, id := s.make("bearer:1a2b3c4d")
	if got, ok := s.open(id, "bearer:1a2b3c4d"); !ok || got != key {
		t.Error("an id is not accepted from its own principal")
	}
	for _, other := range []string{"local", "", "bearer:1a2b3c4", "bearer:1a2b3c4dd"} {
		if _, ok := s.open(id, other); ok {
			t.Errorf("the id of bearer:1a2b3c4d is accepted from %q", other)
		}
	}
	if len(id) != 43 {
		t.Errorf("id has %d characters, want 43", len(id))
	}
}
