package server

import (
	"context"
	"crypto/rand"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// engine runs calls for every transport.
type engine struct {
	mcp     *server.MCPServer
	cfg     Config
	log     *slog.Logger
	limit   *limiter
	asks    questions
	calls   atomic.Uint64
	base    context.Context // of calls that outlive the message they came in; cancelled by stop
	stop    func()
	crew    *crew         // for calls that run beside the reading of their stream
	closing chan struct{} // closed by close when no more answers of users will come
	close   func()
	warm    func() // before the first call of a tool
}

// newEngine prepares for serving under ctx. The end of ctx does not end calls by itself: the transports give them the
// time to be answered first.
func newEngine(ctx context.Context, cfg Config) *engine {
	cfg = cfg.withDefaults()
	e := &engine{
		mcp: cfg.MCP, cfg: cfg, log: cfg.Logger, limit: newLimiter(cfg.MaxRunning),
		closing: make(chan struct{}),
	}
	base, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	e.base, e.stop = base, func() { cancel(errStopping) }
	e.crew = newCrew(base.Done())
	e.close = sync.OnceFunc(func() { close(e.closing) })
	e.warm = sync.OnceFunc(func() {
		if cfg.FirstCall != nil {
			cfg.FirstCall()
		}
	})
	return e
}

// run handles one request. It returns nil when the client cancelled the call, which then must not be answered.
// Everything the call sent before its end has been written when run returns.
func (e *engine) run(ctx context.Context, c *call, m *message) mcp.JSONRPCMessage {
	answer := e.handle(ctx, c, m)
	c.notes.close()
	if context.Cause(ctx) == errCancelled {
		return nil
	}
	return answer
}

func (e *engine) handle(ctx context.Context, c *call, m *message) (answer mcp.JSONRPCMessage) {
	// mcp-go calls filters, hooks, prompts and resources unguarded; one of them must not end the process, and what it
	// panicked with may hold a credential, so only the log gets it.
	defer func() {
		if p := recover(); p != nil {
			incident := rand.Text()[:8]
			e.log.Error("handler panicked", "incident", incident, "method", m.Method, "panic", p, "stack", string(debug.Stack()))
			answer = rpcError(mcp.INTERNAL_ERROR, "internal error: the handler broke down; the server's log has the details under incident "+incident)
		}
	}()
	if mcp.MCPMethod(m.Method) == mcp.MethodToolsCall {
		e.warm()
	}
	if runsLong(m.Method) {
		if err := c.slot.take(ctx, e.limit); err != nil {
			return rpcError(mcp.INTERNAL_ERROR, err.Error())
		}
		defer c.slot.give()
	}
	answer = e.mcp.HandleMessage(c.context(ctx), m.raw)
	if answer == nil {
		return rpcError(mcp.INVALID_REQUEST, "not a request")
	}
	return answer
}

// notify hands a notification to mcp-go, where a program may have registered for it.
func (e *engine) notify(ctx context.Context, c *call, m *message) {
	defer func() {
		if p := recover(); p != nil {
			e.log.Error("handler of a notification panicked", "method", m.Method, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	e.mcp.HandleMessage(c.context(ctx), m.raw)
	c.notes.close()
}

// runsLong tells requests that call a platform or wait for a user from those answered out of memory. A ping or a list
// must come through however many calls are running.
func runsLong(method string) bool {
	switch mcp.MCPMethod(method) {
	case mcp.MethodToolsCall, mcp.MethodPromptsGet, mcp.MethodResourcesRead:
		return true
	}
	return strings.HasPrefix(method, "completion/")
}
