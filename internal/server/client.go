package server

import (
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/caller"
)

// client is what a client said about itself: once per session in initialize, or with every modern request. Only what is
// used is kept, and cut, because idle sessions hold on to it.
type client struct {
	mu            sync.Mutex
	name, version string
	protocol      string // revision negotiated by initialize; "" before it and for modern requests
	asking        caller.Asking
}

const maxClientText = 64 // bytes

func (c *client) GetClientInfo() mcp.Implementation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return mcp.Implementation{Name: c.name, Version: c.version}
}

func (c *client) SetClientInfo(info mcp.Implementation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.name, c.version = shortened(info.Name), shortened(info.Version)
}

func (c *client) GetClientCapabilities() mcp.ClientCapabilities {
	asking := c.Asking()
	if !asking.Any() {
		return mcp.ClientCapabilities{}
	}
	e := &mcp.ElicitationCapability{}
	if asking.Form {
		e.Form = &struct{}{}
	}
	if asking.URL {
		e.URL = &struct{}{}
	}
	return mcp.ClientCapabilities{Elicitation: e}
}

// SetClientCapabilities keeps the ways to ask the user. An empty elicitation capability means forms: revision 2025-06-18
// had nothing else.
func (c *client) SetClientCapabilities(caps mcp.ClientCapabilities) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asking = caller.Asking{}
	if e := caps.Elicitation; e != nil {
		c.asking = caller.Asking{Form: e.Form != nil || e.URL == nil, URL: e.URL != nil}
	}
}

func (c *client) ProtocolVersion() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.protocol
}

func (c *client) SetProtocolVersion(v string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.protocol = v
}

// Asking implements caller.Source.
func (c *client) Asking() caller.Asking {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asking
}

// takesBatches reports whether the client may send JSON-RPC batches. They came with 2025-03-26, whose servers must
// accept them, and went with 2025-06-18, whose servers must not. Without a handshake the revision is 2025-03-26, as
// that one's Streamable HTTP has no version header.
func (c *client) takesBatches() bool {
	return c.ProtocolVersion() <= mcp.ProtocolVersion20250326
}

func shortened(s string) string {
	if len(s) <= maxClientText {
		return s
	}
	return strings.Clone(strings.ToValidUTF8(s[:maxClientText], ""))
}
