package server

import (
	"context"
	"net"
	"net/http"
	"sync"

	"paasmcp/internal/peer"
)

// ServeSSE serves the HTTP+SSE transport of revision 2024-11-05 on l until ctx is done: GET /sse opens the stream that
// carries everything from the server, POST /message takes what the client sends. /healthz is there as well.
func ServeSSE(ctx context.Context, cfg Config, l net.Listener) error {
	e := newEngine(ctx, cfg)
	s := &sse{eng: e, guard: newGuard(e.cfg), seal: newSealer(), links: make(map[sessionKey]*link), own: make(map[string]int)}
	mux := http.NewServeMux()
	for _, end := range []string{"", "/{$}"} { // as many a configuration has it
		mux.HandleFunc("GET /sse"+end, s.open)
		mux.HandleFunc("POST /message"+end, s.message)
	}
	return e.listen(ctx, l, s.guard.wrap(e.health(), mux), "sse")
}

type sse struct {
	eng   *engine
	guard *guard
	seal  *sealer

	mu    sync.Mutex
	links map[sessionKey]*link
	own   map[string]int // by caller
}

// open serves one client's stream. Its calls end with it: there is nowhere left to send what they find.
func (s *sse) open(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	key, id := s.seal.make(s.guard.principal(r))
	// The path is relative, so that it also holds behind a proxy that terminates TLS or changes the host.
	out := newEvents(w, "event: endpoint\ndata: /message?sessionId="+id+"\n\n", cancel)
	defer out.end()
	from := s.guard.caller(r)
	l := &link{
		eng: s.eng, out: out, transport: "sse", principal: from.Principal, address: from.Address,
		sessionID: key.label(), owner: key.label(), gone: ctx.Done(), ctx: ctx,
	}
	if !s.add(key, l, from.Quota()) {
		http.Error(w, errNoRoom.Error(), http.StatusServiceUnavailable)
		return
	}
	defer s.remove(key, from.Quota())
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
	if !takesJSON(w, r) {
		return
	}
	body, refused := s.eng.readBody(w, r, s.guard.who(r))
	if refused != nil {
		l.send(refused.answer) // a client waits for it here
		refused.write(w)
		return
	}
	l.accept(body)
	w.WriteHeader(http.StatusAccepted)
}

// add registers a stream, unless there are too many, of all or of this caller.
func (s *sse) add(key sessionKey, l *link, who string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.links) >= s.eng.cfg.MaxSessions || s.own[who] >= peer.Share(s.eng.cfg.MaxSessions) {
		return false
	}
	s.links[key] = l
	s.own[who]++
	return true
}

func (s *sse) remove(key sessionKey, who string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.links, key)
	if s.own[who]--; s.own[who] == 0 {
		delete(s.own, who)
	}
}

func (s *sse) find(key sessionKey) *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.links[key]
}
