package server

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// buffers are reused across messages; a list of all tools is megabytes, so giants are left to the collector.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const keptBuffer = 256 << 10 // bytes

func newBuffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func freeBuffer(b *bytes.Buffer) {
	if b.Cap() <= keptBuffer {
		buffers.Put(b)
	}
}

// writeAnswer appends the response to the request with the given id; a nil id is written as null. The id goes out as the
// bytes that came in: mcp-go decodes ids as float64, which rounds integers above 2^53.
func writeAnswer(b *bytes.Buffer, id json.RawMessage, answer mcp.JSONRPCMessage, log *slog.Logger) {
	start := b.Len()
	b.WriteString(`{"jsonrpc":"2.0","id":`)
	if id == nil {
		b.WriteString("null")
	} else {
		b.Write(id)
	}
	var err error
	switch a := answer.(type) {
	case mcp.JSONRPCResponse:
		b.WriteString(`,"result":`)
		err = appendJSON(b, a.Result)
	case mcp.JSONRPCError:
		b.WriteString(`,"error":`)
		err = appendJSON(b, a.Error)
	case *mcp.JSONRPCError:
		b.WriteString(`,"error":`)
		err = appendJSON(b, a.Error)
	}
	if err != nil {
		// Without an answer the client would wait for ever.
		log.Error("answer cannot be encoded", "error", err)
		b.Truncate(start)
		writeAnswer(b, id, rpcError(mcp.INTERNAL_ERROR, "internal error: the result cannot be encoded; the server's log has the details"), log)
		return
	}
	b.WriteByte('}')
}

// appendJSON writes v. What encodes itself is written as it comes: encoding/json would check and compact every byte of it
// once more, which is a good part of what a call costs. The library's own methods end in json.Marshal, so there is
// nothing to compact; a line break, which would end a message on stdio early, is looked for all the same.
func appendJSON(b *bytes.Buffer, v any) error {
	if r, ok := plainResult(v); ok {
		return appendResult(b, r)
	}
	if m, ok := v.(json.Marshaler); ok {
		raw, err := m.MarshalJSON()
		if err != nil {
			return err
		}
		if bytes.IndexByte(raw, '\n') < 0 {
			b.Write(raw)
			return nil
		}
	}
	if err := json.NewEncoder(b).Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder ends with a newline
	return nil
}

// plainResult is a result of a tool that holds nothing but texts and structured content that is JSON already, as nearly all do. The
// library makes a map of it, sorts that, and checks and compacts the structured content once more.
func plainResult(v any) (mcp.CallToolResult, bool) {
	r, ok := v.(mcp.CallToolResult)
	raw, isRaw := r.StructuredContent.(json.RawMessage)
	plain := ok && r.Meta == nil && len(r.RawStructuredContent) == 0 && len(r.InputRequests) == 0 && r.RequestState == "" &&
		(r.StructuredContent == nil || isRaw && len(raw) > 0 && bytes.IndexByte(raw, '\n') < 0)
	return r, plain
}

func appendResult(b *bytes.Buffer, r mcp.CallToolResult) error {
	content := r.Content
	if content == nil {
		content = []mcp.Content{}
	}
	err := json.NewEncoder(b).Encode(struct {
		ResultType mcp.ResultType `json:"resultType,omitempty"`
		IsError    bool           `json:"isError,omitempty"`
		Content    []mcp.Content  `json:"content"`
	}{r.ResultType, r.IsError, content})
	if err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder ends with a newline
	if raw, ok := r.StructuredContent.(json.RawMessage); ok {
		b.Truncate(b.Len() - 1) // the brace
		b.WriteString(`,"structuredContent":`)
		b.Write(raw)
		b.WriteByte('}')
	}
	return nil
}
