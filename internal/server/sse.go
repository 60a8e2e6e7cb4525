package server

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// ServeSSE serves the HTTP+SSE transport of revision 2024-11-05 on l until ctx is done: GET /sse opens the stream that
// carries everything from the server, POST /message takes what the client sends. /healthz is there as well.
func ServeSSE(ctx context.Context, cfg Config, l net.Listener) error {
	e := newEngine(ctx, cfg)
	s := &sse{eng: e, guard: newGuard(e.cfg), seal: newSealer(), links: make(map[sessionKey]*link)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sse", s.open)
	mux.HandleFunc("POST /message", s.message)
	return e.listen(ctx, l, s.guard.wrap(e.health(), mux), "sse")
}

type sse struct {
	eng   *engine
	guard *guard
	seal  *sealer

	mu    sync.Mutex
	links map[sessionKey]*link
}

// open serves one client's stream. Its calls end with it: there is nowhere left to send what they find.
func (s *sse) open(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	key, id := s.seal.make(s.guard.principal(r))
	// The path is relative, so that it also holds behind a proxy that terminates TLS or changes the host.
	out := newEvents(w, "event: endpoint\ndata: /message?sessionId="+id+"\n\n", cancel)
	defer out.end()
	l := &link{
		eng: s.eng, out: out, transport: "sse", principal: s.guard.principal(r),
		sessionID: key.label(), owner: key.label(), gone: ctx.Done(), ctx: ctx,
	}
	if !s.add(key, l) {
		http.Error(w, errNoRoom.Error(), http.StatusServiceUnavailable)
		return
	}
	defer s.remove(key)
	everybody := l.newCall(false)
	if err := s.eng.mcp.RegisterSession(ctx, everybody); err == nil {
		defer everybody.notes.close()
		defer s.eng.mcp.UnregisterSession(ctx, everybody.sessionID)
	}
	out.begin()
	out.keepOpen(ctx, s.eng.closing, s.eng.cfg.KeepAlive)
	l.finish(ctx, s.eng.cfg.Grace)
}

// message takes one message of a client; the answer goes out on its stream.
func (s *sse) message(w http.ResponseWriter, r *http.Request) {
	key, ok := s.seal.open(r.URL.Query().Get("sessionId"), s.guard.principal(r))
	l := s.find(key)
	if !ok || l == nil {
		http.Error(w, "unknown or closed session: open /sse again", http.StatusNotFound)
		return
	}
	body, ok := s.eng.readBody(w, r)
	if !ok {
		return
	}
	l.accept(body)
	w.WriteHeader(http.StatusAccepted)
}

func (s *sse) add(key sessionKey, l *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.links) >= s.eng.cfg.MaxSessions {
		return false
	}
	s.links[key] = l
	return true
}

func (s *sse) remove(key sessionKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.links, key)
}

func (s *sse) find(key sessionKey) *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.links[key]
}
