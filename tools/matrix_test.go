package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/prompts"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// gated says which calls the default policy must ask about, written down apart from it. In the rig no environment is production.
func gated(risk []schemas.Risk) bool {
	return slices.ContainsFunc([]schemas.Risk{schemas.Destructive, schemas.Irreversible, schemas.CostsMoney, schemas.GrantsAccess},
		func(r schemas.Risk) bool { return slices.Contains(risk, r) })
}

// reachesProduction are calls that ask for no other reason than that they change the production environment without naming it.
var reachesProduction = map[string]bool{"platformsh_project_variable_create": true, "acquia_application_database_create": true}

// endsOurToken would sign the server itself out, which the client refuses even after a yes.
const endsOurToken = "virtuozzo_session_sign_out"

// The routes to an operation.
const (
	direct      = "direct tool"
	viaWrite    = "paas_write"
	viaRead     = "paas_read"
	commandLine = "command line"
	prompt      = "prompt"
)

var routes = []string{direct, viaWrite, viaRead, commandLine, prompt}

// kind is what a client, and the person behind it, makes of a question.
type kind struct {
	name string
	yes  bool // somebody approves
	// call makes a call and goes on until it is answered.
	call func(w *walk, req request) reply
	// terminal is the same on the command line; nil where it has no such person.
	terminal tools.Channel
}

// walk is the walk over all operations: with an approval console and without.
type walk struct {
	plain, console *rig
}

func (w *walk) rigs() []*rig { return []*rig{w.plain, w.console} }

// take counts the requests of an operation.
func (w *walk) take(op string) int {
	n := 0
	for _, r := range w.rigs() {
		n += len(r.wire.takeOf(op))
	}
	return n
}

// again answers the question of a call by repeating the call, as revision 2026-07-28 does.
func again(answer func(q reply) map[string]any) func(*walk, request) reply {
	return func(w *walk, req request) reply {
		q := w.plain.call(req)
		if q.RequestState == "" {
			return q
		}
		req.state, req.responses = q.RequestState, answer(q)
		return w.plain.call(req)
	}
}

// old answers as clients of older revisions do, which the server asks while the call waits.
func old(answer func(mcp.ElicitationRequest) *mcp.ElicitationResult) func(*walk, request) reply {
	return func(w *walk, req request) reply {
		req.legacy = &oldClient{answer: answer}
		return w.plain.call(req)
	}
}

// atConsole is a call of a client that leaves the question to the approval console.
func atConsole(asking caller.Asking, say approval.Decision) func(*walk, request) reply {
	return func(w *walk, req request) reply {
		req.asking, req.mute = asking, !asking.Any()
		if asking.URL {
			q := w.console.call(req)
			page, asked := q.InputRequests["approval_page"]
			if !asked {
				return q
			}
			if page.Params.Mode != "url" || !strings.HasSuffix(page.Params.URL, page.Params.ElicitationID) {
				w.console.t.Errorf("%s: a page is asked for as %+v", req.tool, page)
			}
			req.responses = map[string]any{"approval_page": map[string]any{"action": "accept"}}
		}
		answer := make(chan reply, 1)
		go func() { answer <- w.console.call(req) }()
		synctest.Wait()
		for _, ticket := range w.console.Service.Desk.List() {
			if ticket.State == approval.Waiting {
				if say.Approve && ticket.Field.Name == approval.FieldName {
					say.Name = ticket.Card.Expect
				}
				if err := w.console.Service.Desk.Decide(ticket.ID, approval.Approver{Name: approval.Local, Via: "console"}, say); err != nil {
					w.console.t.Error(err)
				}
			}
		}
		return <-answer
	}
}

func respond(action mcp.ElicitationResponseAction, content any) *mcp.ElicitationResult {
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: action, Content: content}}
}

func constant(action string) func(reply) map[string]any {
	return func(reply) map[string]any { return map[string]any{"confirm": map[string]any{"action": action}} }
}

var kinds = []kind{
	{"MRTR, yes", true, again(yes), person{yes: true}},
	{"MRTR, declined", false, again(constant("decline")), person{}},
	{"MRTR, closed", false, again(constant("cancel")), nil},
	{"MRTR, box not ticked", false, again(func(reply) map[string]any { return accept(approval.FieldApprove, false) }), nil},
	{"form, yes", true, old(func(r mcp.ElicitationRequest) *mcp.ElicitationResult {
		schema, _ := json.Marshal(r.Params.RequestedSchema)
		var q reply
		if err := json.Unmarshal([]byte(`{"inputRequests":{"confirm":{"params":{"requestedSchema":`+string(schema)+`}}}}`), &q); err != nil {
			panic(err)
		}
		answer := yes(q)["confirm"].(map[string]any)
		return respond(mcp.ElicitationResponseActionAccept, answer["content"])
	}), nil},
	{"form, auto-decline", false, old(func(mcp.ElicitationRequest) *mcp.ElicitationResult {
		return respond(mcp.ElicitationResponseActionDecline, nil)
	}), nil},
	{"form, accepts unasked", false, old(func(mcp.ElicitationRequest) *mcp.ElicitationResult {
		return respond(mcp.ElicitationResponseActionAccept, nil)
	}), nil},
	{"URL, approved", true, atConsole(caller.Asking{URL: true}, approval.Decision{Approve: true}), nil},
	{"URL, declined", false, atConsole(caller.Asking{URL: true}, approval.Decision{}), nil},
	{"none, console approves", true, atConsole(caller.Asking{}, approval.Decision{Approve: true}), nil},
	{"none, console declines", false, atConsole(caller.Asking{}, approval.Decision{}), nil},
	{"none, no console", false, func(w *walk, req request) reply { req.mute = true; return w.plain.call(req) }, nil},
	{"forged state", false, func(w *walk, req request) reply {
		req.responses, req.state = yes(w.plain.call(req)), "forged"
		return w.plain.call(req)
	}, pretender{"forged"}},
	{"no state", false, func(w *walk, req request) reply {
		req.responses = yes(w.plain.call(req))
		return w.plain.call(req)
	}, pretender{""}},
	{"invented, old revision", false, func(w *walk, req request) reply {
		req.responses, req.state = accept(approval.FieldApprove, true), "forged"
		req.legacy = &oldClient{answer: func(mcp.ElicitationRequest) *mcp.ElicitationResult {
			return respond(mcp.ElicitationResponseActionCancel, nil)
		}}
		return w.plain.call(req)
	}, nil},
}

// TestEveryOperationOnEveryRoute: whatever the route and whatever the client, what is gated reaches the wire only after an
// accepted answer, and a read tool never reaches a write. It prints the matrix of what reached the wire.
//
// It runs in virtual time, because a thousand calls of one account have to wait for its rate limit.
func TestEveryOperationOnEveryRoute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, everyOperationOnEveryRoute)
}

func everyOperationOnEveryRoute(t *testing.T) {
	saving := func(c *tools.Config) { c.SaveDir = t.TempDir() }
	w := &walk{plain: newRig(t, withoutAudit(t), saving), console: newRig(t, withoutAudit(t), saving, func(c *tools.Config) {
		c.Desk = approval.NewDesk(c.Gate)
		c.ConsoleURL = func(id string) (string, bool) { return "http://127.0.0.1:1/requests/" + id, true }
	})}
	var bad violations
	cells := map[string]*cell{}
	gatedOperations, files := 0, 0
	for _, row := range w.plain.Service.Catalog.Rows() {
		op, _ := w.plain.Service.Catalog.Operation(row.Name)
		asks := gated(op.RiskFor(op.Example.Args)) || reachesProduction[op.Name] // TestConditionalRisk covers the other arguments of those rows that have conditions
		if asks {
			gatedOperations++
		}
		for _, k := range kinds {
			for _, route := range []string{direct, viaWrite, viaRead, commandLine} {
				if !asks && k.name != "none, no console" { // what asks nobody is the same for all
					continue
				}
				time.Sleep(time.Minute) // no account is short of calls when the next one is made
				args := maps.Clone(op.Example.Args)
				if files++; op.ReturnsFile() && route != commandLine {
					args["save_to"] = fmt.Sprint(files)
				}
				text, ok := k.take(w, op, route, args)
				if !ok {
					continue
				}
				sent := w.take(op.Name)
				may := (!asks || k.yes) && (route != viaRead || op.IsRead()) && op.Name != endsOurToken
				switch {
				case sent > 0 && !may:
					bad.add(op.Name, "%s, %s: reached the wire", route, k.name)
				case sent == 0 && may:
					bad.add(op.Name, "%s, %s: did not reach the wire: %s", route, k.name, text)
				}
				if asks {
					c := cells[k.name+route]
					if c == nil {
						c = &cell{}
						cells[k.name+route] = c
					}
					c.calls++
					c.sent += min(sent, 1)
				}
			}
		}
	}
	bad.report(t)
	t.Logf("%d operations, %d of them gated with the arguments of their examples\n%s", len(w.plain.Service.Catalog.Rows()), gatedOperations,
		matrix(cells, promptsReach(w.plain)))
}

// cell counts gated calls and those of them that reached the wire.
type cell struct{ calls, sent int }

// take makes one call by a route; ok is false where there is no such person on it.
func (k kind) take(w *walk, op *schemas.Operation, route string, args map[string]any) (text string, ok bool) {
	wrapped := map[string]any{"tool": op.Name, "arguments": args}
	switch route {
	case direct:
		return k.call(w, request{tool: op.Name, args: args}).text(), true
	case viaWrite:
		return k.call(w, request{tool: "paas_write", args: wrapped}).text(), true
	case viaRead:
		return k.call(w, request{tool: "paas_read", args: wrapped}).text(), true
	default:
		if k.terminal == nil {
			return "", false
		}
		ctx := caller.With(context.Background(), caller.Caller{Principal: "local", Transport: "cli"})
		_, err := w.plain.Service.Call(ctx, tools.Call{Tool: op.Name, Args: args}, k.terminal)
		return fmt.Sprint(err), true
	}
}

// promptsReach renders every workflow and counts what reached the wire: a prompt is text, and makes no call at all.
func promptsReach(r *rig) cell {
	prompts.Register(r.MCP, r.Service)
	var c cell
	for name, p := range r.MCP.ListPrompts() {
		args := map[string]string{}
		for _, a := range p.Prompt.Arguments {
			args[a.Name] = "x"
		}
		raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": map[string]any{"name": name, "arguments": args}})
		if err != nil {
			r.t.Fatal(err)
		}
		r.MCP.HandleMessage(caller.With(context.Background(), caller.Caller{Principal: "local", Transport: "stdio"}), raw)
		c.calls++
		c.sent += len(r.wire.taken(func(sent) bool { return true }))
	}
	if c.sent > 0 || c.calls == 0 {
		r.t.Errorf("%d workflows made %d requests, want some and none", c.calls, c.sent)
	}
	return c
}

// matrix draws what was counted: gated calls made → reached the wire.
func matrix(cells map[string]*cell, rendered cell) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-24s", "gated calls → on the wire")
	for _, route := range routes {
		fmt.Fprintf(&b, " %14s", route)
	}
	for _, k := range kinds {
		fmt.Fprintf(&b, "\n%-25s", k.name)
		for _, route := range routes {
			text := "-"
			if c := cells[k.name+route]; c != nil {
				text = fmt.Sprintf("%d → %d", c.calls, c.sent)
			} else if route == prompt {
				text = fmt.Sprintf("%d → %d", rendered.calls, rendered.sent)
			}
			fmt.Fprintf(&b, " %14s", text)
		}
	}
	return b.String()
}

// person is somebody at a terminal.
type person struct{ yes bool }

func (p person) Ask(_ context.Context, asked tools.Asked) (string, approval.Answer, error) {
	q, err := asked.Question()
	if err != nil || !p.yes {
		return q.State, approval.Answer{Action: approval.Decline}, err
	}
	content := map[string]any{approval.FieldApprove: true, approval.FieldBackup: false}
	if q.Field.Name == approval.FieldName {
		content = map[string]any{approval.FieldName: q.Card.Expect, approval.FieldBackup: false}
	}
	return q.State, approval.Answer{Action: approval.Accept, Content: content}, nil
}

// oldClient is a session of revision 2025-06-18, as the library sees it.
type oldClient struct {
	answer func(mcp.ElicitationRequest) *mcp.ElicitationResult
}

var _ interface {
	server.SessionWithElicitation
	server.SessionWithClientInfo
} = (*oldClient)(nil)

func (*oldClient) SessionID() string                                   { return "old" }
func (*oldClient) Initialize()                                         {}
func (*oldClient) Initialized() bool                                   { return true }
func (*oldClient) NotificationChannel() chan<- mcp.JSONRPCNotification { return nil }
func (*oldClient) GetClientInfo() mcp.Implementation                   { return mcp.Implementation{Name: "old"} }
func (*oldClient) SetClientInfo(mcp.Implementation)                    {}
func (*oldClient) SetClientCapabilities(mcp.ClientCapabilities)        {}
func (*oldClient) ProtocolVersion() string                             { return mcp.ProtocolVersion20250618 }
func (*oldClient) SetProtocolVersion(string)                           {}
func (*oldClient) GetClientCapabilities() mcp.ClientCapabilities {
	return mcp.ClientCapabilities{Elicitation: &mcp.ElicitationCapability{Form: &struct{}{}}}
}

// RequestElicitation puts the question to the person.
func (c *oldClient) RequestElicitation(_ context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return c.answer(r), nil
}
