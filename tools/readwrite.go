package tools

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// The tools that call operations.
const (
	readName  = "paas_read"
	writeName = "paas_write"
)

type readInput struct {
	Tool      string         `json:"tool" jsonschema_description:"from paas_find"`
	Arguments map[string]any `json:"arguments,omitempty"`
	Fields    []string       `json:"fields,omitempty" jsonschema_description:"dotted; * for all"`
	Limit     int            `json:"limit,omitempty" jsonschema_description:"items, default 50"`
	Cursor    string         `json:"cursor,omitempty" jsonschema_description:"next of the answer before"`
	JQ        string         `json:"jq,omitempty" jsonschema_description:"over the value or the list of items"`
	Reveal    bool           `json:"reveal,omitempty" jsonschema_description:"show secrets; a person is asked"`
	SaveTo    string         `json:"save_to,omitempty" jsonschema_description:"file name"`
	Account   string         `json:"account,omitempty"`
}

type writeInput struct {
	Tool      string         `json:"tool" jsonschema_description:"from paas_find"`
	Arguments map[string]any `json:"arguments,omitempty"`
	Fields    []string       `json:"fields,omitempty" jsonschema_description:"dotted; * for all"`
	Reveal    bool           `json:"reveal,omitempty" jsonschema_description:"show secrets; a person is asked"`
	Account   string         `json:"account,omitempty"`
}

func (s *Service) readTool() server.ServerTool {
	return own(s, readName, "Call a read operation",
		"Read from a hosting platform: any operation that only reads.",
		hints(true, false, true), outputOf[Answer]("items", "next", "value", "kept", "note"),
		func(ctx context.Context, in readInput, params mcp.CallToolParams) (*mcp.CallToolResult, error) {
			call := Call{
				Tool: in.Tool, Account: in.Account, SaveTo: in.SaveTo, ReadsOnly: true,
				View: View{Fields: in.Fields, Limit: in.Limit, Cursor: in.Cursor, JQ: in.JQ, Reveal: in.Reveal},
			}
			return s.callInner(ctx, call, in.Arguments, params)
		})
}

func (s *Service) writeTool() server.ServerTool {
	return own(s, writeName, "Call a changing operation",
		"Change something on a hosting platform. What destroys, costs or grants access is put to a person first; no argument confirms.",
		hints(false, true, false), outputOf[Answer]("value", "jobs", "note"),
		func(ctx context.Context, in writeInput, params mcp.CallToolParams) (*mcp.CallToolResult, error) {
			call := Call{Tool: in.Tool, Account: in.Account, View: View{Fields: in.Fields, Reveal: in.Reveal}}
			return s.callInner(ctx, call, in.Arguments, params)
		})
}

// callInner calls the operation that paas_read or paas_write names. The server's own arguments are also taken from inside
// the arguments, where direct tools have them.
func (s *Service) callInner(ctx context.Context, call Call, args map[string]any, params mcp.CallToolParams) (*mcp.CallToolResult, error) {
	if args == nil {
		args = map[string]any{}
	}
	call.Args = args
	if err := takeOwn(&call, args); err != nil {
		return s.reject(ctx, call, err), nil
	}
	return s.handle(ctx, call, params)
}
