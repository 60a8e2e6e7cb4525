package server

import (
	"bytes"
	"cmp"
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/caller"
	"paasmcp/internal/memory"
)

// outlet is where the messages of a call leave.
type outlet interface {
	// send writes one encoded JSON-RPC message, which it may append to until it returns. It fails when the client is gone, too slow, or cannot take messages
	// before the answer.
	send(msg []byte) error
}

// call is one request being handled, and the session mcp-go sees while it is.
type call struct {
	*client
	eng       *engine
	out       outlet
	transport string
	principal string
	address   string          // of the client; "" on stdio
	who       string          // whom bounds count for, see caller.Caller.Quota
	tab       *memory.Tab     // what is held of what the call reads; closed when its answer is written
	sessionID string          // for logs and audit; never the id that gives access; "" without a session
	anonymous string          // stands in for sessionID where mcp-go needs one
	owner     string          // who may answer this call's questions
	gone      <-chan struct{} // closed when the client can no longer answer; nil: never
	slot      slot
	notes     notes
}

var (
	_ server.SessionWithClientInfo      = (*call)(nil)
	_ server.SessionWithProtocolVersion = (*call)(nil)
	_ server.SessionWithElicitation     = (*call)(nil)
	_ caller.Source                     = (*call)(nil)
	_ caller.Idler                      = (*call)(nil)
)

// Initialize implements server.ClientSession. There is nothing to do: initialize leaves its traces in client.
func (c *call) Initialize() {}

// Initialized implements server.ClientSession.
func (c *call) Initialized() bool { return true }

// SessionID implements server.ClientSession. mcp-go keys running requests by it, so clients without a session must not
// share one.
func (c *call) SessionID() string { return cmp.Or(c.sessionID, c.anonymous) }

// NotificationChannel implements server.ClientSession. mcp-go asks for it when it has something to send.
func (c *call) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return c.notes.open(c.out, c.eng.log)
}

// Caller implements caller.Source.
func (c *call) Caller() caller.Caller {
	info := c.GetClientInfo()
	return caller.Caller{
		Principal: c.principal, Transport: c.transport, Address: c.address,
		ClientName: info.Name, ClientVersion: info.Version, SessionID: c.sessionID,
	}
}

// Idle implements caller.Idler.
func (c *call) Idle() func(context.Context) { return c.slot.lend() }

// context returns ctx with everything a handler can ask about this call.
func (c *call) context(ctx context.Context) context.Context {
	return memory.With(caller.WithSource(c.eng.mcp.WithContext(ctx, c), c), c.tab)
}

// smallAnswer is how many bytes of an answer are held uncounted while its client reads.
const smallAnswer = 64 << 10

// answer writes the answer of the call. What is returned has to be released when it is sent: a client that does not read holds on to
// it. There may be no room for a list, which can be asked for again; a tool has done its work, so that what it says is sent in any case,
// and is never that long.
func (c *call) answer(b *bytes.Buffer, m *message, answer mcp.JSONRPCMessage) *memory.Part {
	writeAnswer(b, m.ID, answer, c.eng.log)
	part := c.tab.Begin(smallAnswer)
	if err := part.Grow(int64(b.Len())); err != nil && mcp.MCPMethod(m.Method) != mcp.MethodToolsCall {
		b.Reset()
		writeAnswer(b, m.ID, rpcError(mcp.INTERNAL_ERROR, err.Error()), c.eng.log)
	}
	return part
}
