package server

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"github.com/mark3labs/mcp-go/mcp"
)

// edge is the Streamable HTTP endpoint.
type edge struct {
	eng      *engine
	guard    *guard
	sessions *sessions
}

// ServeHTTP implements http.Handler.
func (s *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost:
		s.post(w, r)
	case mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion)):
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "revision "+mcp.ProtocolVersion20260728+" knows POST only", http.StatusMethodNotAllowed)
	case r.Method == http.MethodGet:
		s.get(w, r)
	case r.Method == http.MethodDelete:
		s.delete(w, r)
	default:
		w.Header().Set("Allow", "GET, POST, DELETE")
		http.Error(w, "want POST, GET or DELETE", http.StatusMethodNotAllowed)
	}
}

func (s *edge) post(w http.ResponseWriter, r *http.Request) {
	if !takesJSON(w, r) {
		return
	}
	body, refused := s.eng.readBody(w, r, s.guard.who(r))
	if refused != nil {
		refused.write(w)
		return
	}
	body = clean(body)
	header := r.Header.Get(mcp.HeaderProtocolVersion)
	if isBatch(body) {
		if mcp.IsModernProtocol(header) {
			s.eng.refuse(w, nil, http.StatusBadRequest, errBatchRefused)
			return
		}
		s.legacy(w, r, nil, body)
		return
	}
	m, bad := parse(body)
	switch {
	case bad != nil:
		s.eng.refuse(w, nil, http.StatusBadRequest, bad)
	case m.modern() || mcp.IsModernProtocol(header) && !m.initializes():
		s.modern(w, r, m)
	default:
		s.legacy(w, r, m, nil)
	}
}

// modern handles a message of revision 2026-07-28: no session, no replies, and no cancellations but by closing the
// connection. A cancellation that is sent all the same could be meant for anybody's call with that id, so it does nothing.
func (s *edge) modern(w http.ResponseWriter, r *http.Request, m *message) {
	if bad := s.eng.checkModern(r.Header, m); bad != nil {
		s.eng.refuse(w, m, http.StatusBadRequest, bad)
		return
	}
	switch m.kind() {
	case notification:
		w.WriteHeader(http.StatusAccepted)
		return
	case reply:
		s.eng.refuse(w, m, http.StatusBadRequest, rpcError(mcp.INVALID_REQUEST, "revision "+mcp.ProtocolVersion20260728+" has no requests of the server to reply to: put inputResponses into the request"))
		return
	}
	out := newResponse(w, r, s.eng.cfg.KeepAlive)
	c := s.newCall(r, out, nil)
	defer c.tab.Close()
	answer := s.eng.run(r.Context(), c, m)
	s.finish(out, c, m, modernStatus(answer), answer)
}

// legacy handles a message, or a batch of them, of the revisions up to 2025-11-25.
func (s *edge) legacy(w http.ResponseWriter, r *http.Request, m *message, batch []byte) {
	if m != nil && m.initializes() {
		s.initialize(w, r, m)
		return
	}
	if v := r.Header.Get(mcp.HeaderProtocolVersion); v != "" && !mcp.IsValidProtocolVersion(v) {
		http.Error(w, fmt.Sprintf("unsupported protocol version %.32q", v), http.StatusBadRequest)
		return
	}
	var live *session
	if id := r.Header.Get(mcp.HeaderSessionID); id != "" {
		var ok bool
		if live, ok = s.sessions.use(id, s.guard.principal(r)); !ok {
			http.Error(w, "unknown or expired session: start again with initialize", http.StatusNotFound)
			return
		}
		defer s.sessions.release(live)
	}
	if batch != nil {
		s.batch(w, r, live, batch)
		return
	}
	if m.kind() != request {
		s.take(r, live, m)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	out := newResponse(w, r, s.eng.cfg.KeepAlive)
	c := s.newCall(r, out, live)
	defer c.tab.Close()
	s.finish(out, c, m, http.StatusOK, s.call(c, live, m))
}

// initialize starts a session. A client that is refused does not learn its id, so that it lapses unused.
func (s *edge) initialize(w http.ResponseWriter, r *http.Request, m *message) {
	live, id, err := s.sessions.start(s.guard.principal(r), s.guard.who(r))
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer s.sessions.release(live)
	out := newBody(w) // the id goes into the header, which a stream would have sent already
	c := s.newCall(r, out, live)
	answer := s.call(c, live, m)
	if _, ok := answer.(mcp.JSONRPCResponse); ok {
		w.Header().Set(mcp.HeaderSessionID, id)
	}
	s.finish(out, c, m, http.StatusOK, answer)
}

// take handles what needs no answer. Without a session there is nobody whose calls could be cancelled or answered for.
func (s *edge) take(r *http.Request, live *session, m *message) {
	id, cancels := m.cancels()
	switch {
	case live == nil && (cancels || m.kind() == reply):
	case m.kind() == reply:
		s.eng.asks.deliver(live.label, m)
	case cancels:
		live.running.cancel(id)
	default:
		s.eng.notify(r.Context(), s.newCall(r, discard{}, live), m)
	}
}

// call runs a request of a legacy client. Losing the connection does not end it: those revisions say that a disconnect
// is no cancellation, and half a deployment is worse than one whose report nobody reads.
func (s *edge) call(c *call, live *session, m *message) mcp.JSONRPCMessage {
	ctx := s.eng.base
	if live != nil {
		var done func()
		ctx, done = live.running.add(ctx, m.ID)
		defer done()
	}
	return s.eng.run(ctx, c, m)
}

func (s *edge) batch(w http.ResponseWriter, r *http.Request, live *session, raw []byte) {
	if live != nil && !live.client.takesBatches() || r.Header.Get(mcp.HeaderProtocolVersion) > mcp.ProtocolVersion20250326 {
		s.eng.refuse(w, nil, http.StatusBadRequest, errBatchRefused)
		return
	}
	out := newResponse(w, r, s.eng.cfg.KeepAlive)
	answers := runBatch(raw, s.eng.log, func(m *message) mcp.JSONRPCMessage {
		if m.kind() != request {
			s.take(r, live, m)
			return nil
		}
		c := s.newCall(r, out, live)
		defer c.tab.Close()
		return s.call(c, live, m)
	})
	if answers == nil {
		out.accept()
		return
	}
	out.finish(http.StatusOK, answers)
}

func (s *edge) newCall(r *http.Request, out outlet, live *session) *call {
	from := s.guard.caller(r)
	c := &call{
		eng: s.eng, out: out, transport: "http", principal: from.Principal, address: from.Address, who: from.Quota(), gone: r.Context().Done(),
	}
	c.tab = s.eng.answers.Tab(c.who)
	if live == nil {
		c.client = &client{}
		c.anonymous = "request-" + strconv.FormatUint(s.eng.calls.Add(1), 10)
		return c
	}
	c.client, c.sessionID, c.owner = &live.client, live.label, live.label
	return c
}

func (s *edge) finish(out *response, c *call, m *message, status int, answer mcp.JSONRPCMessage) {
	if answer == nil {
		out.finish(status, nil)
		return
	}
	b := newBuffer()
	defer freeBuffer(b)
	held := c.answer(b, m, answer)
	defer held.Release()
	out.finish(status, b.Bytes())
}

// refuse answers with an error before any call was made; m is nil when the message could not be read.
func (e *engine) refuse(w http.ResponseWriter, m *message, status int, bad *mcp.JSONRPCError) {
	b := newBuffer()
	defer freeBuffer(b)
	var id []byte
	if m != nil && m.kind() == request {
		id = m.ID
	}
	writeAnswer(b, id, bad, e.log)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// takesJSON refuses other types of content, which browsers send across origins without asking first.
func takesJSON(w http.ResponseWriter, r *http.Request) bool {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		http.Error(w, "want Content-Type: application/json", http.StatusUnsupportedMediaType)
		return false
	}
	return true
}

// discard is the outlet of what cannot be answered.
type discard struct{}

func (discard) send([]byte) error { return errNoStream }
