package server

import (
	"context"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/caller"
)

// unwind is how long cancelled calls get to end in order, for example to write their audit record.
const unwind = 2 * time.Second

// link is a client with one stream in each direction for all its calls: stdio, and HTTP+SSE.
type link struct {
	eng       *engine
	client    client
	out       outlet
	transport string
	principal string
	address   string          // of the client; "" on stdio
	sessionID string          // for logs and audit
	owner     string          // who may answer questions
	gone      <-chan struct{} // closed when out has failed or ended
	ctx       context.Context // of all calls

	running running
	mu      sync.Mutex
	stopped bool
	active  sync.WaitGroup
}

// accept takes one incoming message. It never waits for a handler, so that answers of the user and cancellations are
// always read. Only initialize is answered before accept returns: a client may send its next requests right behind it,
// and they depend on what it declared.
func (l *link) accept(raw []byte) {
	raw = clean(raw)
	if len(raw) == 0 {
		return
	}
	if isBatch(raw) {
		if !l.client.takesBatches() {
			l.reject(errBatchRefused)
			return
		}
		l.begin(func() { l.batch(raw) })
		return
	}
	m, bad := parse(raw)
	if bad != nil {
		l.reject(bad)
		return
	}
	if m.kind() != request {
		l.take(m)
		return
	}
	ctx, done := l.running.add(l.ctx, m.ID)
	work := func() {
		defer done()
		c := l.newCall(m.modern())
		defer c.tab.Close()
		if answer := l.eng.run(ctx, c, m); answer != nil {
			l.answer(c, m, answer)
		}
	}
	if mcp.MCPMethod(m.Method) == mcp.MethodInitialize {
		work()
		return
	}
	l.begin(work)
}

// take handles what needs no answer.
func (l *link) take(m *message) {
	if m.kind() == reply {
		l.eng.asks.deliver(l.owner, m)
		return
	}
	if id, ok := m.cancels(); ok {
		l.running.cancel(id)
		return
	}
	l.eng.notify(l.ctx, l.newCall(m.modern()), m)
}

func (l *link) batch(raw []byte) {
	answers := runBatch(raw, l.eng.log, func(m *message) mcp.JSONRPCMessage {
		if m.kind() != request {
			l.take(m)
			return nil
		}
		ctx, done := l.running.add(l.ctx, m.ID)
		defer done()
		c := l.newCall(m.modern())
		defer c.tab.Close()
		return l.eng.run(ctx, c, m)
	})
	if answers != nil {
		l.send(answers)
	}
}

// refuse answers a message that could not be held.
func (l *link) refuse(long *outline, why *mcp.JSONRPCError) {
	if answer := long.refuse(why, l.eng.log, l.take); answer != nil {
		l.send(answer)
	}
}

// newCall makes the call for one request. A modern request brings its own client: what it declares holds for it alone
// and must not colour later requests on the same stream.
func (l *link) newCall(modern bool) *call {
	c := &call{
		client: &l.client, eng: l.eng, out: l.out, transport: l.transport, principal: l.principal, address: l.address,
		sessionID: l.sessionID, owner: l.owner, gone: l.gone,
	}
	c.who = c.Caller().Quota()
	c.tab = l.eng.answers.Tab(c.who)
	if modern {
		c.client = &client{}
	}
	return c
}

func (l *link) answer(c *call, m *message, answer mcp.JSONRPCMessage) {
	b := newBuffer()
	defer freeBuffer(b)
	held := c.answer(b, m, answer)
	defer held.Release()
	l.send(b.Bytes())
}

// reject answers a message that is no request with an error.
func (l *link) reject(bad *mcp.JSONRPCError) { l.send(encoded(nil, bad, l.eng.log)) }

func (l *link) send(msg []byte) {
	if err := l.out.send(msg); err != nil {
		l.eng.log.Debug("answer not delivered", "transport", l.transport, "error", err)
	}
}

// begin starts work unless the link is stopping.
func (l *link) begin(work func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return
	}
	l.active.Add(1)
	l.eng.crew.run(func() {
		defer l.active.Done()
		work()
	})
}

// finish lets running calls end on their own until ctx is done or grace is over, and cancels the rest.
func (l *link) finish(ctx context.Context, grace time.Duration) {
	l.mu.Lock()
	l.stopped = true
	l.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		l.active.Wait()
		close(idle)
	}()
	limit := time.NewTimer(grace)
	defer limit.Stop()
	select {
	case <-idle:
		return
	case <-ctx.Done():
	case <-limit.C:
		if grace > 0 {
			l.eng.log.Warn("calls still running after the grace period are cancelled", "transport", l.transport, "grace", grace)
		}
	}
	l.running.cancelAll(caller.ErrStopping)
	limit.Reset(unwind)
	select {
	case <-idle:
	case <-limit.C:
	}
}
