package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
)

// checkModern checks the headers that revision 2026-07-28 wants to repeat the body, so that a proxy that decides by
// header and a server that acts on the body cannot be told different things ("Request Metadata" under Streamable HTTP).
// mcp-go can check them only in requests that come through its own HTTP server. It returns nil if all is well.
func (e *engine) checkModern(h http.Header, m *message) *mcp.JSONRPCError {
	header, body := h.Get(mcp.HeaderProtocolVersion), m.Params.Meta.Version
	switch {
	case h.Get(mcp.HeaderLastEventID) != "":
		return rpcError(mcp.HEADER_MISMATCH, "Last-Event-ID has no meaning in revision "+mcp.ProtocolVersion20260728+": send the request again with a new id")
	case header == "":
		return rpcError(mcp.HEADER_MISMATCH, mcp.HeaderProtocolVersion+" header is missing")
	case body == "":
		return rpcError(mcp.INVALID_PARAMS, "missing or invalid _meta field "+mcp.MetaKeyProtocolVersion)
	case header != body:
		return rpcError(mcp.HEADER_MISMATCH, mcp.HeaderProtocolVersion+" header does not match "+mcp.MetaKeyProtocolVersion)
	case !mcp.IsValidProtocolVersion(body):
		bad := mcp.UnsupportedProtocolVersionError{Version: body, Supported: mcp.ValidProtocolVersions}.JSONRPCError()
		return &bad
	case m.kind() != request:
		return nil
	}
	var wrapper struct {
		Params json.RawMessage `json:"params"`
	}
	if json.Unmarshal(m.raw, &wrapper) != nil {
		return rpcError(mcp.INVALID_PARAMS, "params must be an object")
	}
	method := mcp.MCPMethod(m.Method)
	err := mcp.ValidateStandardHeaders(h.Get, body, method, wrapper.Params)
	if err == nil && method == mcp.MethodToolsCall {
		err = e.checkParamHeaders(h, wrapper.Params)
	}
	var mismatch mcp.HeaderMismatchError
	switch {
	case errors.As(err, &mismatch):
		return rpcError(mcp.HEADER_MISMATCH, mismatch.Error())
	case err != nil:
		return rpcError(mcp.INVALID_PARAMS, err.Error())
	}
	return nil
}

// checkParamHeaders compares the Mcp-Param-* headers of tools that ask for them. To find out, mcp-go decodes the whole
// schema of the tool for every call; a search for the marker spares nearly all tools that.
func (e *engine) checkParamHeaders(h http.Header, params json.RawMessage) error {
	var call struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(params, &call) != nil {
		return nil // the handler has the better message
	}
	tool := e.mcp.GetTool(call.Name)
	if tool == nil || tool.Tool.RawInputSchema != nil && !bytes.Contains(tool.Tool.RawInputSchema, []byte("x-mcp-header")) {
		return nil
	}
	return mcp.ValidateParamHeadersLookup(func(name string) (string, bool) {
		values := h.Values(name)
		if len(values) == 0 {
			return "", false
		}
		return values[0], true
	}, &tool.Tool, params)
}

// modernStatus is the HTTP status that revision 2026-07-28 prescribes for an answer.
func modernStatus(answer mcp.JSONRPCMessage) int {
	code := 0
	switch a := answer.(type) {
	case mcp.JSONRPCError:
		code = a.Error.Code
	case *mcp.JSONRPCError:
		code = a.Error.Code
	}
	switch code {
	case mcp.METHOD_NOT_FOUND:
		return http.StatusNotFound
	case mcp.HEADER_MISMATCH, mcp.MISSING_REQUIRED_CLIENT_CAPABILITY, mcp.UNSUPPORTED_PROTOCOL_VERSION,
		mcp.INVALID_REQUEST, mcp.INVALID_PARAMS, mcp.PARSE_ERROR:
		return http.StatusBadRequest
	}
	return http.StatusOK
}
