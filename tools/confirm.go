package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/legible"
	"paasmcp/internal/policy"
)

// Our questions among the input requests of a call: the form, and the page of the approval console.
const (
	inputName = "confirm"
	inputPage = "approval_page"
)

var errPageDeclined = errors.New("the person did not open the approval page; nothing was sent")

// errNoConsole is for what only the approval console may ask about; the reason for that is said before it.
var errNoConsole = errors.New("the approval console is needed for this, and this server runs without one, so nothing was sent; start it without --console off")

// errNoChannel explains to a model what its user can do about a client that cannot ask.
var errNoChannel = errors.New("this client cannot ask its user (it offers no elicitation), so nothing was sent; a person can run it with `paas-mcp call` in a terminal, or use a client that supports elicitation")

// mcpChannel asks through the client. For revision 2026-07-28 the question is the result of the call and the answer comes
// with its repetition; for older ones the library asks with elicitation/create and repeats the call itself. Either way the
// answer arrives as input of a call, and whoever sends a call can invent it: only the sealed state makes it count.
//
// What the client cannot ask, or may not ask because the policy wants the approval console, goes to the desk.
type mcpChannel struct {
	service  *Service
	tool     string
	params   mcp.CallToolParams
	progress Progress
}

func (c mcpChannel) Ask(ctx context.Context, asked Asked) (string, approval.Answer, error) {
	if a := server.ElicitationResponse(c.params.InputResponses, inputName); a != nil {
		content, _ := a.Content.(map[string]any)
		return c.params.RequestState, approval.Answer{Action: string(a.Action), Content: content, Via: "form", Why: whyCancelled(a)}, nil
	}
	console := asked.AtConsole || asked.Level == policy.Console || asked.Level == policy.TwoPerson
	can := caller.Capabilities(ctx)
	switch {
	case can.Form && !console:
		q, err := asked.Question()
		if err != nil {
			return "", approval.Answer{}, err
		}
		return "", approval.Answer{}, &PendingError{Question: q}
	case asked.Ticket != nil:
		return c.atDesk(ctx, asked, can.URL)
	case console:
		return "", approval.Answer{}, errNoConsole
	default:
		return "", approval.Answer{}, errNoChannel
	}
}

// whyCancelled says why a question has no answer, where the transport knows; anything else in the content is a client's, and left out.
func whyCancelled(a *mcp.ElicitationResult) string {
	why, _ := a.Content.(string)
	if a.Action == mcp.ElicitationResponseActionCancel &&
		slices.Contains([]string{caller.NoAnswerInTime, caller.ClientGone, caller.ServerStopping, caller.CallEnded}, why) {
		return why
	}
	return ""
}

// atDesk lays the question on the desk and waits for somebody to answer it there. A client that can show a page is given the
// address of this question's; the page lets nobody in who has not signed in.
func (c mcpChannel) atDesk(ctx context.Context, asked Asked, canURL bool) (string, approval.Answer, error) {
	ticket, err := asked.Ticket()
	if err != nil {
		return "", approval.Answer{}, err
	}
	opened := server.ElicitationResponse(c.params.InputResponses, inputPage)
	switch {
	case opened != nil && opened.Action != mcp.ElicitationResponseActionAccept:
		if why := whyCancelled(opened); why != "" {
			return "", approval.Answer{}, fmt.Errorf("%w (%s)", approval.ErrCancelled, why)
		}
		return "", approval.Answer{}, errPageDeclined
	case opened == nil && canURL && ticket.State == approval.Waiting && c.service.ConsoleURL != nil:
		if url, ok := c.service.ConsoleURL(ticket.ID); ok {
			return "", approval.Answer{}, &PendingError{Page: &Page{ID: ticket.ID, URL: url, Summary: ticket.Card.Summary}}
		}
	}
	return c.wait(ctx, ticket)
}

// Waiting at the desk: how long without a sign of life to the client, and how often one is given where the client takes it.
const (
	deskPatience = 45 * time.Second // below the 60 seconds after which common clients give up on a call
	deskReport   = 10 * time.Second
)

// wait keeps the call alive while somebody thinks. A client that takes progress is kept for as long as the question lives; any
// other is sent away before it gives up by itself, and finds the answer when it repeats the call.
func (c mcpChannel) wait(ctx context.Context, ticket approval.Ticket) (string, approval.Answer, error) {
	defer caller.Idle(ctx)(ctx)
	atMost := deskPatience
	if c.progress != nil {
		atMost = time.Until(ticket.Expires)
		stop := c.report(ctx)
		defer stop()
	}
	waiting, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	state, answer, err := c.service.Desk.Wait(waiting, ticket.ID)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = &WaitingError{Tool: c.tool, Until: ticket.Expires}
	}
	return state, answer, err
}

// report gives signs of life until it is stopped.
func (c mcpChannel) report(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c.progress(0, "waiting for a person at the approval console (paas-mcp approve)")
			select {
			case <-ctx.Done():
				return
			case <-time.After(deskReport):
			}
		}
	}()
	return func() { cancel(); <-done }
}

// ask turns a pending question into the result that asks for its answer.
func ask(p *PendingError) *mcp.CallToolResult {
	if p.Page != nil {
		return server.NewInputRequestBuilder("").Elicit(inputPage, mcp.ElicitationParams{
			Mode:          mcp.ElicitationModeURL,
			ElicitationID: p.Page.ID,
			URL:           p.Page.URL,
			Message:       "A person has to approve this on the approval console: " + legible.Block(p.Page.Summary),
		}).ToolResult()
	}
	return server.NewInputRequestBuilder(p.Question.State).Elicit(inputName, mcp.ElicitationParams{
		Message:         p.Question.Message,
		RequestedSchema: p.Question.Schema(),
	}).ToolResult()
}
