package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// unlisted says how an operation that was called as a tool is called.
func (s *Service) unlisted(d *Description) error {
	if s.ReadOnly && d.CallWith != readName {
		return &RefusedError{Tool: d.Tool, Reason: "it is not a read, and this server runs read-only. " + liftReadOnly}
	}
	return fmt.Errorf("%s is not a direct tool here: call %s with tool %s and its arguments", d.Tool, d.CallWith, d.Tool)
}

// errUnlisted is why such a call is refused, in the audit.
var errUnlisted = errors.New("this is not one of the tools that are listed; nothing was called")

// answerUnlisted answers calls of tools that are not listed with what to call instead. Models read names of operations in the
// answers of paas_find and call them as tools; the library would say "not found" in a protocol error, which few clients show to
// their model. The call is turned into one of paas_describe, so nothing can be reached this way that a description does not tell.
func (s *Service) answerUnlisted(m *server.MCPServer, list []server.ServerTool) {
	listed := make(map[string]bool, len(list))
	for _, t := range list {
		listed[t.Tool.Name] = true
	}
	var hooks server.Hooks
	hooks.AddBeforeCallTool(func(ctx context.Context, _ any, r *mcp.CallToolRequest) {
		if listed[r.Params.Name] {
			return
		}
		given, _ := argumentsOf(r.Params)
		s.turnedAway(ctx, Call{Tool: r.Params.Name, Args: given}, errUnlisted)
		args, err := json.Marshal(describeInput{Tool: r.Params.Name, Unlisted: true})
		if err != nil {
			return
		}
		r.Params = mcp.CallToolParams{Name: "paas_describe", RawArguments: args, Meta: r.Params.Meta}
	})
	server.WithHooks(&hooks)(m)
}
