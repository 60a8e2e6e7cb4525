// Package server carries MCP messages between clients and one [server.MCPServer] over three transports: stdio,
// Streamable HTTP (/mcp) and the older HTTP+SSE (/sse and /message), in the protocol revisions 2024-11-05, 2025-03-26,
// 2025-06-18, 2025-11-25 and 2026-07-28.
//
// mcp-go decodes, dispatches and shapes the messages; this package owns everything between its HandleMessage and the
// wire. All three transports share it:
//
//	bytes → message → call → engine.run → HandleMessage → answer → outlet
//
// A call is one request being handled. It is also the session mcp-go sees, one per request, so that what a handler
// sends (progress, questions to the user) leaves through that request's own outlet and nowhere else. A link is a client
// with one stream for everything: stdio, SSE. Over Streamable HTTP every POST is its own outlet.
//
// mcp-go has servers for the three transports too. They are not used, because what is promised here cannot be added from
// outside: on stdio, calls still running at the end of input are cancelled, and a few open questions stall all others;
// over HTTP the last progress before a result can be lost, notifications of concurrent calls land on each other's
// streams, and anybody without a session can cancel anybody's call; on SSE calls go on after their stream has closed. What
// they check of a 2026-07-28 request's headers, checkModern does with mcp-go's own functions.
//
// # Revisions
//
// Up to 2025-11-25 a client starts with initialize and its capabilities hold for the session ("legacy" below). From
// 2026-07-28 on every request carries them and there is no session ("modern"). The era is decided per request. JSON-RPC
// batches are part of 2025-03-26 only; they are answered for revisions up to that one and refused for later ones.
//
// A legacy call goes on when its connection breaks, as those revisions want; its answer is lost, for streams cannot be
// resumed. A modern call, and every call over HTTP+SSE, is cancelled.
//
// # Asking the user
//
// A modern client gets a question as an input_required result and calls again. For a legacy client mcp-go turns the
// question into elicitation/create through call.RequestElicitation. Every way in which the answer can fail to come (time-out,
// disconnect, error, end of input) is the answer "cancel", so that a handler never mistakes silence for consent.
//
// [server.MCPServer]: https://pkg.go.dev/github.com/mark3labs/mcp-go/server#MCPServer
package server
