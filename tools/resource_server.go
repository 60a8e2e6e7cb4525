package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// RuleView is a rule of the policy as people read it.
type RuleView struct {
	Rule   string         `json:"rule"`
	Action policy.Action  `json:"verdict"`
	Level  policy.Level   `json:"level,omitempty"`
	Match  map[string]any `json:"match,omitempty"` // all keys must fit; no keys fit every call
	Reason string         `json:"reason,omitempty"`
}

// readPolicy shows the rules in force that can be about the caller. Where they come from is nobody's business here: no file, no
// other principal.
func (s *Service) readPolicy(ctx context.Context, _ map[string]string) (any, error) {
	source, ok := s.Policy.(interface{ Rules() policy.Policy })
	if !ok {
		return nil, errors.New("the policy of this server cannot be listed")
	}
	principal := caller.From(ctx).Principal
	rules := []RuleView{}
	for _, r := range source.Rules() {
		if r.About(principal) {
			rules = append(rules, RuleView{Rule: r.Name, Action: r.Action, Level: r.Level, Match: matchView(&r.Match), Reason: r.Reason})
		}
	}
	first := []string{"what an operation can do must be clear: otherwise it is refused"}
	if s.ReadOnly {
		first = append(first, "this server runs read-only: everything but reads is refused")
	}
	return struct {
		First []string   `json:"before_all_rules"`
		Rules []RuleView `json:"rules"`
		Note  string     `json:"note"`
	}{first, rules, "the first rule that matches decides; a call that none matches is refused; who runs the server changes them"}, nil
}

// matchView writes the conditions of a rule with the keys of a policy file.
func matchView(m *policy.Match) map[string]any {
	view := map[string]any{}
	set := func(key string, given bool, value any) {
		if given {
			view[key] = value
		}
	}
	set("platform", len(m.Platforms) > 0, m.Platforms)
	set("tool", len(m.Tools) > 0, m.Tools)
	set("toolset", len(m.Toolsets) > 0, m.Toolsets)
	set("risk", len(m.Risks) > 0, m.Risks)
	set("account", len(m.Accounts) > 0, m.Accounts)
	set("environment_kind", len(m.Environments) > 0, m.Environments)
	set("environment_name", len(m.EnvironmentNames) > 0, m.EnvironmentNames)
	set("principal", len(m.Principals) > 0, "you")
	set("transport", len(m.Transports) > 0, m.Transports)
	set("reveal", m.Reveal, true)
	if w := m.Window; w != nil {
		hours := map[string]any{"zone": fmt.Sprint(w.Zone)}
		if len(w.Days) > 0 {
			days := make([]string, len(w.Days))
			for i, d := range w.Days {
				days[i] = strings.ToLower(d.String()[:3])
			}
			hours["days"] = days
		}
		if w.From != 0 || w.To != 0 {
			hours["hours"] = fmt.Sprintf("%02d:%02d-%02d:%02d", w.From/60, w.From%60, w.To/60, w.To%60)
		}
		view["time"] = hours
	}
	return view
}

// Bounds of the audit as a resource.
const (
	auditTail = 50
	maxArgs   = 1000 // bytes of the arguments of one call
)

// Recorded is a call of the audit trail as its caller sees it.
type Recorded struct {
	Time     time.Time      `json:"time"`
	Tool     string         `json:"tool"`
	Account  string         `json:"account,omitempty"`
	Args     map[string]any `json:"args,omitempty"` // secrets masked
	Risk     []schemas.Risk `json:"risk,omitempty"`
	Verdict  string         `json:"verdict,omitempty"`
	Level    string         `json:"level,omitempty"`
	Rule     string         `json:"rule,omitempty"`
	Answered string         `json:"answered_by,omitempty"`
	Outcome  *audit.Outcome `json:"outcome,omitempty"`
}

type auditAnswer struct {
	Recorded bool       `json:"recorded"`
	Calls    []Recorded `json:"calls,omitzero"` // the latest first
	More     bool       `json:"more,omitempty"`
	Note     string     `json:"note,omitempty"`
}

// readAudit shows the caller's own last calls, and nobody else's.
func (s *Service) readAudit(ctx context.Context, _ map[string]string) (any, error) {
	if s.AuditFile == "" {
		return auditAnswer{Note: "not recorded: the server was started without --audit"}, nil
	}
	principal := caller.From(ctx).Principal
	if principal == "" { // an empty filter would admit everybody
		return nil, errors.New("who is calling is not known, so no calls can be shown")
	}
	calls, untrusted, more, err := audit.Tail(s.AuditFile, audit.Filter{Principal: principal}, auditTail)
	if err != nil {
		s.Logger.Error("audit: tail not read", "error", err)
		return nil, errors.New("the audit cannot be read now; the server's log says why")
	}
	answer := auditAnswer{Recorded: true, Calls: make([]Recorded, len(calls)), More: more}
	for i, c := range calls {
		answer.Calls[i] = Recorded{
			Time: c.Time, Tool: c.Tool, Account: c.Account, Args: shortArgs(c.Args), Risk: c.Risk, Verdict: c.Verdict, Level: c.Level, Rule: c.Rule,
			Answered: c.AnsweredBy, Outcome: c.Outcome,
		}
	}
	if untrusted > 0 {
		answer.Note = "some lines of the audit cannot be trusted; ask the operator of this server to run `paas-mcp audit verify`"
	}
	return answer, nil
}

func shortArgs(args map[string]any) map[string]any {
	if b, err := json.Marshal(args); err != nil || len(b) > maxArgs {
		return map[string]any{"omitted": "the arguments are long; `paas-mcp audit show` has them"}
	}
	return args
}
