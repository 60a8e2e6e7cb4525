package server

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// maxBatch bounds how many calls one message can start.
const maxBatch = 64

var errBatchRefused = rpcError(mcp.INVALID_REQUEST, "batches were removed in revision 2025-06-18: send one message at a time")

// runBatch handles the messages of a JSON-RPC batch side by side and returns the array of answers, in the order of the
// requests, or nil when none is due. handle gets each message and returns the answer to send, if any.
func runBatch(raw []byte, log *slog.Logger, handle func(*message) mcp.JSONRPCMessage) []byte {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return encoded(nil, rpcError(mcp.PARSE_ERROR, "batch is not valid JSON"), log)
	}
	if len(parts) == 0 || len(parts) > maxBatch {
		return encoded(nil, rpcError(mcp.INVALID_REQUEST, "a batch holds 1 to 64 messages"), log)
	}
	answers := make([][]byte, len(parts))
	var calls sync.WaitGroup
	for i, part := range parts {
		m, bad := parse(part)
		switch {
		case bad != nil:
			answers[i] = encoded(nil, bad, log)
		case m.modern():
			// Its revision has no batches, and over HTTP its headers could not be checked here.
			answers[i] = encoded(m.ID, errBatchRefused, log)
		case m.kind() != request:
			handle(m)
		case mcp.MCPMethod(m.Method) == mcp.MethodInitialize:
			answers[i] = encoded(m.ID, rpcError(mcp.INVALID_REQUEST, "initialize must not be part of a batch"), log)
		default:
			calls.Go(func() {
				if answer := handle(m); answer != nil {
					answers[i] = encoded(m.ID, answer, log)
				}
			})
		}
	}
	calls.Wait()
	return joined(answers)
}

func joined(answers [][]byte) []byte {
	var due [][]byte
	for _, a := range answers {
		if a != nil {
			due = append(due, a)
		}
	}
	if due == nil {
		return nil
	}
	return append(append([]byte{'['}, bytes.Join(due, []byte{','})...), ']')
}

func encoded(id json.RawMessage, answer mcp.JSONRPCMessage, log *slog.Logger) []byte {
	var b bytes.Buffer
	writeAnswer(&b, id, answer, log)
	return b.Bytes()
}
