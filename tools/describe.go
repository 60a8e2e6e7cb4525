package tools

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/internal/preview"
	"paasmcp/internal/related"
	"paasmcp/schemas"
)

type describeInput struct {
	Tool string `json:"tool" jsonschema_description:"from paas_find"`
	// Arguments are taken and ignored: models that have just read about paas_read pass them here too.
	Arguments map[string]any `json:"arguments,omitempty" jsonschema:"-"`
	Account   string         `json:"account,omitempty"`
	// Unlisted is set by this server alone, see answerUnlisted.
	Unlisted bool `json:"unlisted,omitempty" jsonschema:"-"`
}

// Description is everything a caller needs to know of one operation.
type Description struct {
	Tool     string           `json:"tool"`
	Platform schemas.Platform `json:"platform"`
	Call     string           `json:"call"`
	CallWith string           `json:"call_with"` // the tool that calls it
	Summary  string           `json:"summary"`
	About    string           `json:"about,omitempty"`
	Risk     []schemas.Risk   `json:"risk"`                // of every call
	RiskWhen []schemas.When   `json:"risk_when,omitempty"` // what some arguments add to it
	Gate     string           `json:"gate"`                // what the gate will do
	Flags    []schemas.Flag   `json:"flags,omitempty"`
	Only     string           `json:"only,omitempty"`
	Async    string           `json:"async,omitempty"`
	Returns  string           `json:"returns,omitempty"`
	Fields   []string         `json:"fields,omitempty"` // kept by default in the answer
	Input    json.RawMessage  `json:"input_schema"`
	Variants json.RawMessage  `json:"variants,omitempty"` // what each kind needs
	Example  map[string]any   `json:"example"`

	Related   []related.Relation `json:"related,omitempty"`     // what lists its ids, shows it, undoes it, acts on the same, waits
	Workflows []Workflow         `json:"workflows,omitempty"`   // that it is a step of
	Order     []string           `json:"usual_order,omitempty"` // of calls, for a change that no workflow has
}

func (s *Service) describeTool() server.ServerTool {
	return own(s, "paas_describe", "Describe an operation",
		"Show one operation: arguments as JSON Schema, risk, gate, example, what goes with it.",
		hints(true, false, true), outputOf[Description]("call_with", "risk", "input_schema", "example"),
		func(ctx context.Context, in describeInput, _ mcp.CallToolParams) (*mcp.CallToolResult, error) {
			d, err := s.Describe(ctx, in.Tool, in.Account)
			if err == nil && in.Unlisted {
				err = s.unlisted(&d)
			}
			if err != nil {
				return failed(err), nil
			}
			return result(d)
		})
}

// Describe explains one operation. The account only matters where the policy treats accounts differently.
func (s *Service) Describe(ctx context.Context, tool, account string) (Description, error) {
	op, err := s.Operation(tool)
	if err != nil {
		return Description{}, err
	}
	d := Description{
		Tool: op.Name, Platform: op.Platform, Call: op.Call, CallWith: writeName, Summary: op.Summary, About: op.About,
		Risk: op.Risk, RiskWhen: op.When, Flags: op.Flags, Only: op.Only, Returns: op.Returns, Fields: op.Shows,
		Input: op.InputSchema(), Example: op.Example.Args, Gate: s.gateText(ctx, op, account),
		Related: s.relations(op), Workflows: s.workflows(op.Name),
	}
	if op.IsRead() {
		d.CallWith = readName
	}
	if len(d.Workflows) == 0 {
		d.Order = s.order(op)
	}
	if d.Returns == "" && len(op.Shows) == 0 && op.IsRead() {
		d.Returns = "all that the platform answers; its documents do not name the fields"
	}
	if d.Example == nil {
		d.Example = map[string]any{}
	}
	switch op.Async {
	case schemas.Activity, schemas.Notification:
		d.Async = "answers with a job; wait for it with paas_wait"
	case schemas.Accepted:
		d.Async = "answers before the work is done; look at the resource, or paas_wait when a job comes back"
	case schemas.Action:
		d.Async = "blocks until the work is done, which can take minutes"
	}
	if op.Variants != nil {
		if d.Variants, err = json.Marshal(op.Variants); err != nil {
			return Description{}, err
		}
	}
	return d, nil
}

// gateText says what the policy will do with a call, and where it depends on the arguments or on production, what each of them
// changes.
func (s *Service) gateText(ctx context.Context, op *schemas.Operation, account string) string {
	who := caller.From(ctx)
	if client, err := s.Accounts.Pick(op.Platform, account); err == nil {
		account = client.Account().Name
	}
	decide := func(risk []schemas.Risk, kind policy.Environment) policy.Verdict {
		return s.Policy.Decide(policy.Facts{
			Operation: op, Risk: risk, Account: account, Principal: who.Principal, Transport: who.Transport, ReadOnly: s.ReadOnly,
			Environment: kind,
		})
	}
	says := func(v policy.Verdict) string {
		switch {
		case v.Action == policy.Confirm && v.Level == policy.Typed:
			return v.Reason + " They type the name of the target."
		case v.Action == policy.Confirm && v.Level == policy.Console:
			return v.Reason + " They do so on the approval console."
		case v.Action == policy.Confirm && v.Level == policy.TwoPerson:
			return v.Reason + " A second person does so on the approval console."
		}
		return v.Reason
	}
	kind := policy.Unknown
	args := map[string]any{}
	for i := range op.Params { // also those that the example leaves out
		if p := &op.Params[i]; p.Type == "string" {
			args[p.Name] = "x"
		}
	}
	maps.Copy(args, op.Example.Args)
	if preview.NamesEnvironment(preview.Call{Op: op, Args: args}) {
		kind = policy.Other
	}
	text := says(decide(op.Risk, kind))
	usually := text
	var verdicts []string
	when := map[string][]string{} // the conditions of each verdict
	for _, w := range op.When {
		worse := says(decide(slices.Concat(op.Risk, w.Adds), kind))
		if worse == usually {
			continue
		}
		if when[worse] == nil {
			verdicts = append(verdicts, worse)
		}
		when[worse] = append(when[worse], w.String())
	}
	for _, worse := range verdicts {
		text += " When " + strings.Join(when[worse], ", or when ") + ": " + worse
	}
	if kind == policy.Other {
		usual, worse := decide(op.WorstRisk(), kind), decide(op.WorstRisk(), policy.Production)
		if worse.Action != usual.Action || worse.Level != usual.Level { // else it asks for the same, and only the reason is longer
			text += " On production: " + says(worse)
		}
	}
	return text
}
