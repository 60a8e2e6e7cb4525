package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// get serves the listening stream of a legacy session: what the server sends to everybody. Answers and questions never
// come this way, they belong to their POST.
func (s *edge) get(w http.ResponseWriter, r *http.Request) {
	if !takesEvents(r) {
		http.Error(w, "want Accept: text/event-stream", http.StatusNotAcceptable)
		return
	}
	live, ok := s.session(w, r)
	if !ok {
		return
	}
	defer s.sessions.release(live)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	s.sessions.setStream(live, cancel)
	out := newEvents(w, "", cancel)
	defer out.end()

	listener := s.newCall(r, out, live)
	// A name of its own, as the stream it replaces may still be registered.
	listener.sessionID += "/" + strconv.FormatUint(s.eng.calls.Add(1), 10)
	if err := s.eng.mcp.RegisterSession(ctx, listener); err == nil {
		defer listener.notes.close()
		defer s.eng.mcp.UnregisterSession(ctx, listener.sessionID)
	}
	out.begin()
	out.keepOpen(ctx, s.eng.closing, s.eng.cfg.KeepAlive)
}

// delete ends a session at the wish of its client.
func (s *edge) delete(w http.ResponseWriter, r *http.Request) {
	live, ok := s.session(w, r)
	if !ok {
		return
	}
	s.sessions.end(live)
	s.sessions.release(live)
	w.WriteHeader(http.StatusOK)
}

// session finds the session of a GET or DELETE, or answers why not.
func (s *edge) session(w http.ResponseWriter, r *http.Request) (*session, bool) {
	id := r.Header.Get(mcp.HeaderSessionID)
	if id == "" {
		http.Error(w, "want an Mcp-Session-Id: start with initialize", http.StatusBadRequest)
		return nil, false
	}
	live, ok := s.sessions.use(id, s.guard.principal(r))
	if !ok {
		http.Error(w, "unknown or expired session: start again with initialize", http.StatusNotFound)
		return nil, false
	}
	return live, true
}

// keepOpen holds the stream until ctx or closing is done, with a comment now and then for the proxies between.
func (o *events) keepOpen(ctx context.Context, closing <-chan struct{}, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-closing:
			return
		case <-tick.C:
			o.comment()
		}
	}
}
