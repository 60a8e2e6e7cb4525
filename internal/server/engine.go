package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/caller"
	"paasmcp/internal/memory"
)

// engine runs calls for every transport.
type engine struct {
	mcp   *server.MCPServer
	cfg   Config
	log   *slog.Logger
	limit *limiter // of calls
	lists *limiter // of requests for lists, which can be long
	// What is held of messages, and of what calls read for their answers.
	messages, answers *memory.Pool

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
		mcp: cfg.MCP, cfg: cfg, log: cfg.Logger, limit: newLimiter(cfg.MaxRunning), lists: newLimiter(maxLists),
		messages: memory.NewPool(cfg.Messages), answers: memory.NewPool(cfg.Answers),
		closing: make(chan struct{}),
	}
	base, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	e.base, e.stop = base, func() { cancel(caller.ErrStopping) }
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
	if context.Cause(ctx) == caller.ErrCancelled {
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
	decoded, bad := e.weigh(c, m)
	if bad != nil {
		return bad
	}
	defer decoded.Release()
	if limit := e.limitOf(m.Method); limit != nil {
		if err := c.slot.take(ctx, limit, c.who); err != nil {
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
	decoded, bad := e.weigh(c, m)
	if bad != nil {
		e.log.Warn("notification dropped", "method", m.Method, "error", bad.Error.Message)
		return
	}
	defer decoded.Release()
	e.mcp.HandleMessage(c.context(ctx), m.raw)
	c.notes.close()
}

// weigh asks for what the message takes while it is handled, decoded.
func (e *engine) weigh(c *call, m *message) (*memory.Part, *mcp.JSONRPCError) {
	if len(m.raw) <= smallMessage {
		return nil, nil
	}
	weight := memory.Weigh(m.raw)
	if weight > e.messages.Share() {
		return nil, rpcError(mcp.INVALID_REQUEST, fmt.Sprintf("message holds too many values: decoded it would take %d MiB, at most %d MiB are accepted",
			weight>>20, e.messages.Share()>>20))
	}
	part := e.messages.Part(c.who, 0)
	if err := part.Grow(weight); err != nil {
		return nil, rpcError(mcp.INTERNAL_ERROR, err.Error())
	}
	return part, nil
}

// maxLists is how many lists are made at once: one of all tools takes half a megabyte.
const maxLists = 16

// limitOf is what bounds requests of this method. One that calls a platform or waits for a person, or has a long answer, waits for its
// turn; a ping must come through however many of them there are.
func (e *engine) limitOf(method string) *limiter {
	switch mcp.MCPMethod(method) {
	case mcp.MethodToolsCall, mcp.MethodPromptsGet, mcp.MethodResourcesRead:
		return e.limit
	case mcp.MethodToolsList, mcp.MethodPromptsList, mcp.MethodResourcesList, mcp.MethodResourcesTemplatesList:
		return e.lists
	}
	if strings.HasPrefix(method, "completion/") {
		return e.limit
	}
	return nil
}
