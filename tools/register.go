package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/schemas"
)

// Selection says which tools a server offers directly. The hand-written ones are always there; every operation can be
// reached through them.
type Selection struct {
	// Toolsets holds names of catalogue files such as platformsh_backups, or one of default (everyday operations), none
	// and all. Empty means default.
	Toolsets []string
}

// Register adds the tools to an MCP server.
func Register(s *server.MCPServer, service *Service, selection Selection) error {
	rows, err := selection.rows(service.Catalog)
	if err != nil {
		return err
	}
	list := slices.Grow(service.ownTools(), len(rows))
	for _, row := range rows {
		if service.ReadOnly && !row.IsRead() {
			continue
		}
		list = append(list, server.ServerTool{Tool: service.tool(row), Handler: service.direct(row.Name)})
	}
	s.AddTools(list...)
	service.answerUnlisted(s, list)
	return nil
}

// rows picks the rows that are offered directly.
func (sel Selection) rows(catalog *schemas.Catalog) ([]*schemas.Row, error) {
	toolsets := sel.Toolsets
	if len(toolsets) == 0 {
		toolsets = []string{"default"}
	}
	var picked []*schemas.Row
	known := map[string]bool{}
	usual := everydayOf(catalog)
	all := catalog.Rows()
	for i := range all {
		row := &all[i]
		known[row.Toolset] = true
		if slices.Contains(toolsets, "all") || slices.Contains(toolsets, row.Toolset) ||
			slices.Contains(toolsets, "default") && usual[row.Name] {
			picked = append(picked, row)
		}
	}
	for _, name := range toolsets {
		if !known[name] && !slices.Contains([]string{"default", "none", "all"}, name) {
			list := make([]string, 0, len(known))
			for toolset := range known {
				list = append(list, toolset)
			}
			slices.Sort(list)
			return nil, fmt.Errorf("toolset %q does not exist: use default, none, all, or any of %s", name, strings.Join(list, ", "))
		}
	}
	return picked, nil
}

// tool makes the MCP tool of a row, without decoding it: nobody calls most tools. Hints derive from the same risk as the
// gate.
func (s *Service) tool(row *schemas.Row) mcp.Tool {
	description := row.Summary
	if row.IsShort {
		description += " What each argument means: paas_describe."
	}
	tool := mcp.NewToolWithRawSchema(row.Name, description, row.InputSchema(s.ownArguments(row)...))
	destructive := slices.Contains(row.Risk, schemas.Destructive) || slices.Contains(row.Risk, schemas.Irreversible)
	idempotent := row.IsRead() || strings.HasPrefix(row.Call, "PUT ") || strings.HasPrefix(row.Call, "DELETE ")
	tool.Annotations = hints(row.IsRead(), destructive, idempotent)
	return tool
}

func hints(readOnly, destructive, idempotent bool) mcp.ToolAnnotation {
	return mcp.ToolAnnotation{
		ReadOnlyHint:    mcp.ToBoolPtr(readOnly),
		DestructiveHint: mcp.ToBoolPtr(destructive),
		IdempotentHint:  mcp.ToBoolPtr(idempotent),
		OpenWorldHint:   mcp.ToBoolPtr(true),
	}
}

// ownArguments are the arguments a direct tool has besides its row's. They are added only where they can do something:
// each costs every model a few tokens on every request.
func (s *Service) ownArguments(row *schemas.Row) []*schemas.Property {
	var own []*schemas.Property
	if row.IsList {
		own = append(own, &argLimit, &argCursor)
	}
	if row.IsRead() && row.HasShows {
		own = append(own, &argFields, &argJQ)
	}
	if slices.Contains(row.Risk, schemas.RevealsSecrets) {
		own = append(own, &argReveal)
	}
	if row.IsFile {
		own = append(own, &argSaveTo)
	}
	if s.Accounts.Choice(row.Platform) {
		own = append(own, &argAccount)
	}
	return own
}

// direct is the one handler of all direct tools.
func (s *Service) direct(tool string) server.ToolHandlerFunc {
	return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		args, err := argumentsOf(r.Params)
		if err != nil {
			s.turnedAway(ctx, Call{Tool: tool}, err)
			return failed(err), nil
		}
		call := Call{Tool: tool, Args: args}
		if err := takeOwn(&call, args); err != nil {
			return s.reject(ctx, call, err), nil
		}
		return s.handle(ctx, call, r.Params)
	}
}

// handle makes a call and renders what came of it: an answer, an error, or a question for the person.
func (s *Service) handle(ctx context.Context, call Call, params mcp.CallToolParams) (*mcp.CallToolResult, error) {
	if err := s.checkJQ(call); err != nil {
		return s.reject(ctx, call, err), nil
	}
	call.Progress = progressOf(ctx, params)
	outcome, err := s.Call(ctx, call, mcpChannel{s, call.Tool, params, call.Progress})
	var pending *PendingError
	switch {
	case errors.As(err, &pending):
		return ask(pending), nil
	case err != nil:
		return failed(err), nil
	default:
		return s.answer(ctx, call, outcome)
	}
}
