package tools

import (
	"context"
	"errors"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
)

// inputName names our one question among the input requests of a call.
const inputName = "confirm"

// errNoChannel explains to a model what its user can do about a client that cannot ask.
var errNoChannel = errors.New("this client cannot ask its user (it offers no elicitation), so nothing was sent; a person can run it with `paas-mcp call` in a terminal, or use a client that supports elicitation")

// mcpChannel asks through the client. For revision 2026-07-28 the question is the result of the call and the answer comes
// with its repetition; for older ones the library asks with elicitation/create and repeats the call itself. Either way the
// answer arrives as input of a call, and whoever sends a call can invent it: only the sealed state makes it count.
type mcpChannel struct {
	params mcp.CallToolParams
}

func (c mcpChannel) Ask(ctx context.Context, question func() (approval.Question, error)) (string, approval.Answer, error) {
	if a := server.ElicitationResponse(c.params.InputResponses, inputName); a != nil {
		content, _ := a.Content.(map[string]any)
		return c.params.RequestState, approval.Answer{Action: string(a.Action), Content: content, Via: "form"}, nil
	}
	if !caller.Capabilities(ctx).Form {
		return "", approval.Answer{}, errNoChannel
	}
	q, err := question()
	if err != nil {
		return "", approval.Answer{}, err
	}
	if q.Level == policy.Console || q.Level == policy.TwoPerson {
		return "", approval.Answer{}, fmt.Errorf("the policy wants level %q, which needs the approval console, and this server runs without one; nothing was sent; start it without --console off", q.Level)
	}
	return "", approval.Answer{}, &PendingError{Question: q}
}

// ask turns a pending question into the result that asks for its answer.
func ask(q approval.Question) *mcp.CallToolResult {
	return server.NewInputRequestBuilder(q.State).Elicit(inputName, mcp.ElicitationParams{
		Message:         q.Message,
		RequestedSchema: q.Schema(),
	}).ToolResult()
}
