package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/mark3labs/mcp-go/server"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/testrig"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// rig is a whole server in one process, without a transport.
type rig struct {
	*testrig.Rig
	t    *testing.T
	wire *wire
}

func newRig(t *testing.T, change ...func(*tools.Config)) *rig {
	t.Helper()
	r := &rig{t: t, wire: newWire(t)}
	r.Rig = testrig.New(t, testrig.Options{
		Transport: r.wire, Include: []schemas.Flag{schemas.Deprecated, schemas.Privileged}, Toolsets: "all", Change: change,
		Accounts: []apiclient.Account{
			{
				Name: "work", Platform: schemas.Platformsh, Token: "t",
				APIURL: "https://api.example.com", TokenURL: "https://api.example.com/oauth2/token",
			},
			{
				Name: "cloud", Platform: schemas.Acquia, Key: "k", Secret: "s",
				APIURL: "https://cloud.example.com/api", TokenURL: "https://cloud.example.com/api/auth/oauth/token",
			},
			{Name: "vap", Platform: schemas.Virtuozzo, Token: "t", APIURL: "https://app.example.com/1.0", Production: []string{"prod-*"}},
		},
	})
	return r
}

// withoutAudit is for walks over all operations: a thousand calls should wait for no disk.
func withoutAudit(t *testing.T) func(*tools.Config) {
	return func(c *tools.Config) {
		var err error
		if c.Audit, err = audit.Open(""); err != nil {
			t.Fatal(err)
		}
	}
}

// request is a tools/call of revision 2026-07-28.
type request struct {
	tool      string
	args      any
	state     string
	responses map[string]any
	principal string
	mute      bool // the client cannot ask
	asking    caller.Asking
	ctx       context.Context      // of the call; the background when nil
	legacy    server.ClientSession // of a client of an older revision; nil for one of 2026-07-28
}

// reply is the part of a result that tests look at.
type reply struct {
	ResultType    string `json:"resultType"`
	RequestState  string `json:"requestState"`
	InputRequests map[string]struct {
		Method string
		Params struct {
			Mode, URL       string
			ElicitationID   string
			Message         string
			RequestedSchema map[string]any
		}
	} `json:"inputRequests"`
	IsError           bool            `json:"isError"`
	StructuredContent json.RawMessage `json:"structuredContent"`
	Content           []struct{ Text string }
}

func (r reply) text() string {
	if len(r.Content) == 0 {
		return ""
	}
	return r.Content[0].Text
}

func (r *rig) call(req request) reply {
	r.t.Helper()
	if req.asking == (caller.Asking{}) && !req.mute {
		req.asking.Form = true
	}
	elicitation := map[string]any{}
	if req.asking.Form {
		elicitation["form"] = map[string]any{}
	}
	if req.asking.URL {
		elicitation["url"] = map[string]any{}
	}
	capabilities := map[string]any{}
	if !req.mute {
		capabilities["elicitation"] = elicitation
	}
	if req.principal == "" {
		req.principal = "local"
	}
	params := map[string]any{"name": req.tool, "arguments": req.args}
	if req.legacy == nil {
		params["_meta"] = testrig.Meta(capabilities)
	}
	if req.state != "" {
		params["requestState"] = req.state
	}
	if req.responses != nil {
		params["inputResponses"] = req.responses
	}
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
	if err != nil {
		r.t.Fatal(err)
	}
	if req.ctx == nil {
		req.ctx = context.Background()
	}
	ctx := caller.With(req.ctx, caller.Caller{Principal: req.principal, Transport: "stdio", ClientName: "test"}, req.asking)
	if req.legacy != nil {
		ctx = r.MCP.WithContext(ctx, req.legacy)
	}
	out, err := json.Marshal(r.MCP.HandleMessage(ctx, raw))
	if err != nil {
		r.t.Fatal(err)
	}
	var message struct {
		Result reply
		Error  *struct{ Message string }
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	if err := dec.Decode(&message); err != nil {
		r.t.Fatal(err)
	}
	if message.Error != nil {
		r.t.Fatalf("%s: protocol error: %s", req.tool, message.Error.Message)
	}
	keepsPromise(r.t, req.tool, message.Result)
	return message.Result
}

func accept(field string, value any) map[string]any {
	return map[string]any{"confirm": map[string]any{"action": "accept", "content": map[string]any{field: value}}}
}

// yes answers a question the way a person who agrees would: they read what to type.
func yes(q reply) map[string]any {
	properties, _ := q.InputRequests["confirm"].Params.RequestedSchema["properties"].(map[string]any)
	if field, typed := properties[approval.FieldName].(map[string]any); typed {
		name, _ := strings.CutPrefix(field["description"].(string), "Type ")
		return withoutBackup(accept(approval.FieldName, strings.TrimSuffix(name, " to go ahead.")))
	}
	return withoutBackup(accept(approval.FieldApprove, true))
}

// withoutBackup unticks the box of the backup that is offered, if one is.
func withoutBackup(responses map[string]any) map[string]any {
	responses["confirm"].(map[string]any)["content"].(map[string]any)[approval.FieldBackup] = false
	return responses
}

const (
	domainDelete = "platformsh_project_domain_delete"
	teamDelete   = "platformsh_team_delete"

	environmentPause = "platformsh_environment_pause"
)

func domainArgs() map[string]any {
	return map[string]any{"project_id": "abc123", "domain_id": "shop.example.com"}
}

// TestAttacks: answers that were not given for this very call, by this principal, now.
func TestAttacks(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		attack func(r *rig, q reply) reply
		want   string
	}{
		{"no state", func(r *rig, q reply) reply {
			return r.call(request{tool: domainDelete, args: domainArgs(), responses: yes(q)})
		}, "not issued by this server"},
		{"tampered state", func(r *rig, q reply) reply {
			return r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState[:len(q.RequestState)-2] + "xx", responses: yes(q)})
		}, ""},
		{"swapped arguments", func(r *rig, q reply) reply {
			args := domainArgs()
			args["domain_id"] = "www.example.com"
			return r.call(request{tool: domainDelete, args: args, state: q.RequestState, responses: yes(q)})
		}, "arguments"},
		{"another tool", func(r *rig, q reply) reply {
			return r.call(request{tool: teamDelete, args: map[string]any{"team_id": "t1"}, state: q.RequestState, responses: accept(approval.FieldName, "t1")})
		}, "another tool"},
		{"another principal", func(r *rig, q reply) reply {
			return r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState, responses: yes(q), principal: "bearer:12345678"})
		}, "another principal"},
		{"replay", func(r *rig, q reply) reply {
			r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState, responses: yes(q)})
			if len(r.wire.take()) != 1 {
				r.t.Error("the first use did not go through")
			}
			return r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState, responses: yes(q)})
		}, "answered before"},
		{"yes after no", func(r *rig, q reply) reply {
			r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState, responses: map[string]any{"confirm": map[string]any{"action": "decline"}}})
			return r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState, responses: yes(q)})
		}, "answered before"},
		{"text for yes", func(r *rig, q reply) reply {
			return r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState, responses: accept(approval.FieldApprove, "true")})
		}, "not the name on the card"},
		{"text for yes where nothing is typed", func(r *rig, q reply) reply {
			q = r.call(request{tool: environmentPause, args: environmentArgs()})
			return r.call(request{tool: environmentPause, args: environmentArgs(), state: q.RequestState, responses: accept(approval.FieldApprove, "true")})
		}, "does not approve"},
		{"a confirm argument", func(r *rig, _ reply) reply {
			args := domainArgs()
			args["confirm"] = true
			return r.call(request{tool: domainDelete, args: args})
		}, "confirm"},
		{"paas_read of a write", func(r *rig, q reply) reply {
			return r.call(request{tool: "paas_read", args: map[string]any{"tool": domainDelete, "arguments": domainArgs()}, state: q.RequestState, responses: yes(q)})
		}, "not a read"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			q := r.call(request{tool: domainDelete, args: domainArgs()})
			if q.RequestState == "" {
				t.Fatalf("no question was asked: %+v", q)
			}
			got := tc.attack(r, q)
			if sent := r.wire.take(); len(sent) > 0 {
				t.Errorf("reached the wire: %v", sent)
			}
			if !got.IsError || !strings.Contains(got.text(), tc.want) {
				t.Errorf("answer %q, want an error with %q", got.text(), tc.want)
			}
		})
	}
}

// TestConcurrentDoubleUse: of a thousand uses of one answer exactly one goes through.
func TestConcurrentDoubleUse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	q := r.call(request{tool: domainDelete, args: domainArgs()})
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState, responses: yes(q)})
		})
	}
	all.Wait()
	if sent := r.wire.take(); len(sent) != 1 {
		t.Errorf("%d calls reached the wire, one was approved", len(sent))
	}
}

// TestReadOnly: a read-only server neither shows nor makes changes, by any route.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, readOnly)
}

func readOnly(t *testing.T) {
	r := newRig(t, func(c *tools.Config) { c.ReadOnly = true })
	list, err := tools.List(r.Service, tools.Selection{Toolsets: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range list {
		if !*tool.Annotations.ReadOnlyHint {
			t.Errorf("%s is listed", tool.Name)
		}
	}
	ctx := caller.With(context.Background(), caller.Caller{Principal: "local", Transport: "cli"})
	for _, row := range r.Service.Catalog.Rows() {
		op, _ := r.Service.Catalog.Operation(row.Name)
		_, err := r.Service.Call(ctx, tools.Call{Tool: op.Name, Args: op.Example.Args}, nil)
		if sent := r.wire.take(); !op.IsRead() && (len(sent) > 0 || err == nil) {
			t.Errorf("%s: sent %v, error %v", op.Name, sent, err)
		}
	}
}

// pretender is a channel that claims a person said yes, with a state of its own making.
type pretender struct{ state string }

func (p pretender) Ask(context.Context, tools.Asked) (string, approval.Answer, error) {
	return p.state, approval.Answer{Action: approval.Accept, Content: map[string]any{approval.FieldApprove: true, approval.FieldName: "anything"}}, nil
}

// TestNoChannelCanInventAYes: the way of the command line, for every operation: a channel that asks nobody and answers yes
// gets nothing through, because only a sealed question makes an answer count.
func TestNoChannelCanInventAYes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withoutAudit(t))
		ctx := caller.With(context.Background(), caller.Caller{Principal: "local", Transport: "cli"})
		for _, row := range r.Service.Catalog.Rows() {
			op, _ := r.Service.Catalog.Operation(row.Name)
			if !gated(op.RiskFor(op.Example.Args)) {
				continue
			}
			for _, state := range []string{"", "forged"} {
				_, err := r.Service.Call(ctx, tools.Call{Tool: op.Name, Args: op.Example.Args}, pretender{state})
				if sent := r.wire.take(); len(sent) > 0 || err == nil {
					t.Errorf("%s with state %q: sent %v, error %v", op.Name, state, sent, err)
				}
			}
		}
	})
}

// TestLegacyRequestCannotBringAnAnswer: the library reads answers from requests of every revision, also from those that know
// nothing of them. An invented one must not count there either, for any operation.
func TestLegacyRequestCannotBringAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withoutAudit(t))
		ctx := caller.With(context.Background(), caller.Caller{Principal: "local", Transport: "http"})
		for _, row := range r.Service.Catalog.Rows() {
			op, _ := r.Service.Catalog.Operation(row.Name)
			if !gated(op.RiskFor(op.Example.Args)) {
				continue
			}
			raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": map[string]any{
				"name": op.Name, "arguments": op.Example.Args, "requestState": "forged", "inputResponses": accept(approval.FieldApprove, true),
			}})
			if err != nil {
				t.Fatal(err)
			}
			r.MCP.HandleMessage(ctx, raw)
			if sent := r.wire.take(); len(sent) > 0 {
				t.Errorf("%s: reached the wire: %v", op.Name, sent)
			}
		}
	})
}
