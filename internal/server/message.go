package server

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/mark3labs/mcp-go/mcp"
)

// message is one JSON-RPC message as it came in, read just far enough to route it. mcp-go reads the rest from raw.
type message struct {
	raw    []byte
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
	Params struct {
		RequestID json.RawMessage `json:"requestId"` // of notifications/cancelled
		Meta      struct {
			Version string `json:"io.modelcontextprotocol/protocolVersion"`
		} `json:"_meta"`
	} `json:"params"`
}

type kind int

const (
	invalid kind = iota
	request
	notification
	reply // to a request of ours
)

// parse reads one message. The error is the JSON-RPC error to send back.
func parse(raw []byte) (*message, *mcp.JSONRPCError) {
	m := &message{raw: raw}
	var mismatch *json.UnmarshalTypeError
	// A field of an unexpected type (params as an array, say) is for mcp-go to judge; only what is not JSON ends here.
	if err := json.Unmarshal(raw, m); err != nil && !errors.As(err, &mismatch) {
		if bytes.IndexByte(raw, 0) >= 0 {
			return nil, rpcError(mcp.PARSE_ERROR, "message is not valid JSON in UTF-8: it looks like UTF-16 or UTF-32")
		}
		return nil, rpcError(mcp.PARSE_ERROR, "message is not valid JSON")
	}
	if m.kind() == invalid {
		return nil, rpcError(mcp.INVALID_REQUEST, "not a JSON-RPC message: want a method, with a string or a number as id if an answer is wanted")
	}
	return m, nil
}

// kind tells the message apart by its members. The id null is no id of a request: MCP forbids it, and mcp-go would take
// such a request for a notification and never answer.
func (m *message) kind() kind {
	switch {
	case m.Method != "" && (m.Result != nil || m.Error != nil):
		return invalid
	case m.Method != "" && m.ID == nil:
		return notification
	case m.Method != "" && isID(m.ID):
		return request
	case m.Method == "" && isID(m.ID) && (m.Result != nil || m.Error != nil):
		return reply
	}
	return invalid
}

func (m *message) modern() bool { return mcp.IsModernProtocol(m.Params.Meta.Version) }

// initializes reports whether it asks for a session. The client does not know yet which revisions this server speaks, so that a header
// or a body that names another one is no mistake: the answer offers one that it does.
func (m *message) initializes() bool {
	return mcp.MCPMethod(m.Method) == mcp.MethodInitialize && m.kind() == request
}

// cancels returns the id of the request that a cancellation names.
func (m *message) cancels() (json.RawMessage, bool) {
	return m.Params.RequestID, mcp.MCPMethod(m.Method) == mcp.MethodNotificationCancelled && isID(m.Params.RequestID)
}

func isID(raw json.RawMessage) bool {
	return len(raw) > 0 && (raw[0] == '"' || raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9')
}

// isBatch reports whether a clean message is a JSON array.
func isBatch(raw []byte) bool { return len(raw) > 0 && raw[0] == '[' }

// clean takes away what may stand around a message: white space, the other half of a line break, and the mark that editors and shells
// of Windows put in front of a text in UTF-8.
func clean(raw []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(raw), []byte("\ufeff")))
}

func rpcError(code int, text string) *mcp.JSONRPCError {
	return &mcp.JSONRPCError{JSONRPC: mcp.JSONRPC_VERSION, Error: mcp.NewJSONRPCErrorDetails(code, text, nil)}
}
