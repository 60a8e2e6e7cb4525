package server

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/peer"
)

// Config says what to serve and within which limits. Zero values of limits and times mean the defaults noted here.
type Config struct {
	// MCP holds the tools, prompts and resources. Required.
	MCP *server.MCPServer
	// Logger receives what an operator needs to know; nil discards it. It never gets message bodies or credentials.
	Logger *slog.Logger
	// Name and Version identify the program in /healthz and in the realm of WWW-Authenticate.
	Name, Version string
	// Principal is who calls when nobody has to prove anything: on stdio, and over HTTP on loopback without a token.
	// Default "local".
	Principal string

	// MaxBody is the largest message accepted, in bytes: a line on stdio, a request body over HTTP. Default 4 MiB.
	MaxBody int64
	// Messages is how many bytes of messages are held at once, as they arrive and decoded, and Answers how many of what calls read for
	// them; a half of each is the most for one caller. Small ones are not counted. Default 64 MiB and 192 MiB.
	Messages, Answers int64
	// MaxRunning is how many calls run at once; further ones wait. A call that waits for its user's answer does not
	// count. Default 128.
	MaxRunning int
	// FirstCall is called once, before the first call of a tool; may be nil. Many servers are started, list their tools, and are never
	// called: what only calls need can wait until then.
	FirstCall func()
	// AnswerTimeout is how long a user may take to answer a question. Default 5 minutes.
	AnswerTimeout time.Duration
	// Grace is how long running calls may go on when the input ends or the server stops. Default 10 seconds.
	Grace time.Duration

	// The fields below matter for HTTP and SSE only.

	// Addr is the address asked for, as given to Listen. A host name in it counts as an allowed host.
	Addr string
	// Tokens are the bearer tokens of which every request must show one; none are needed when it is empty, which is refused beyond
	// loopback.
	Tokens []Token
	// Proxies are those whose word is taken about the address of a client.
	Proxies peer.Proxies
	// AllowedHosts are accepted in the Host header besides loopback names and the address the connection came in on:
	// "mcp.example.com", or "mcp.example.com:8443" to pin the port.
	AllowedHosts []string
	// AllowedOrigins are the web origins whose pages may call, for example "https://app.example.com". Requests without
	// an Origin header do not come from a page and are not affected.
	AllowedOrigins []string
	// SessionTTL is how long a session without activity lives. Default 30 minutes.
	SessionTTL time.Duration
	// MaxSessions is how many sessions (SSE: streams) live at once. Over HTTP the one unused longest makes room for a
	// new one. Default 2048.
	MaxSessions int
	// MaxConnections is how many connections there are at once. Default 4096. Of these, as of sessions and of calls, one caller can have
	// three quarters.
	MaxConnections int
	// KeepAlive is how long a response may stay silent before a comment is sent to keep proxies from closing it.
	// Default 15 seconds.
	KeepAlive time.Duration
}

// writeTimeout is for one message to one client that reads too slowly.
const writeTimeout = 30 * time.Second

func (c Config) withDefaults() Config {
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	c.Name = cmp.Or(c.Name, "paas-mcp")
	c.Principal = cmp.Or(c.Principal, "local")
	c.MaxBody = cmp.Or(c.MaxBody, 4<<20)
	c.Messages = cmp.Or(c.Messages, 64<<20)
	c.Answers = cmp.Or(c.Answers, 192<<20)
	c.MaxRunning = cmp.Or(c.MaxRunning, 128)
	c.AnswerTimeout = cmp.Or(c.AnswerTimeout, 5*time.Minute)
	c.Grace = cmp.Or(c.Grace, 10*time.Second)
	c.SessionTTL = cmp.Or(c.SessionTTL, 30*time.Minute)
	c.MaxSessions = cmp.Or(c.MaxSessions, 2048)
	c.MaxConnections = cmp.Or(c.MaxConnections, 4096)
	c.KeepAlive = cmp.Or(c.KeepAlive, 15*time.Second)
	return c
}
