package tools_test

import (
	"context"
	"strings"
	"testing"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// Levels that need a console are refused as long as there is none, whatever the client can do.
func TestNoConsole(t *testing.T) {
	t.Parallel()
	for _, level := range []policy.Level{policy.Console, policy.TwoPerson} {
		r := newRig(t, func(c *tools.Config) {
			c.Policy = policy.Policy{{Name: "all", Action: policy.Confirm, Level: level}}
		})
		for _, mute := range []bool{false, true} {
			got := r.call(request{tool: domainDelete, args: domainArgs(), mute: mute, principal: "ana"})
			if sent := r.wire.take(); len(sent) > 0 || !got.IsError || got.RequestState != "" {
				t.Errorf("%s, mute %v: sent %v, %+v", level, mute, sent, got)
			}
			if !mute && !strings.Contains(got.text(), "approval console is needed") {
				t.Errorf("%s: the refusal does not say what is missing: %s", level, got.text())
			}
		}
	}
}

// TestPolicyChangesWhileAsked: an answer counts only for the policy in force when it comes.
func TestPolicyChangesWhileAsked(t *testing.T) {
	t.Parallel()
	all := func(a policy.Action, l policy.Level) policy.Policy {
		return policy.Policy{
			{Name: "reads", Action: policy.Allow, Match: policy.Match{Risks: []schemas.Risk{schemas.Read}}}, // of the card
			{Name: "all", Action: a, Level: l},
		}
	}
	for name, tc := range map[string]struct {
		now  policy.Policy
		sent int
	}{
		"the same":      {all(policy.Confirm, policy.Form), 1},
		"now refused":   {all(policy.Deny, ""), 0},
		"now typed":     {all(policy.Confirm, policy.Typed), 0},
		"now on screen": {all(policy.Confirm, policy.Console), 0},
		"now nothing":   {nil, 0},
	} {
		live := policy.NewLive(all(policy.Confirm, policy.Form))
		r := newRig(t, func(c *tools.Config) { c.Policy = live })
		q := r.call(request{tool: domainDelete, args: domainArgs()})
		live.Set(tc.now)
		got := r.call(request{tool: domainDelete, args: domainArgs(), state: q.RequestState, responses: yes(q)})
		if sent := r.wire.take(); len(sent) != tc.sent || got.IsError != (tc.sent == 0) {
			t.Errorf("%s: sent %v: %s", name, sent, got.text())
		}
	}
}

// slow is a person who thinks while something happens.
type slow struct{ meanwhile func() }

func (s slow) Ask(_ context.Context, asked tools.Asked) (string, approval.Answer, error) {
	q, err := asked.Question()
	s.meanwhile()
	return q.State, approval.Answer{Action: approval.Accept, Content: map[string]any{q.Field.Name: q.Card.Expect}}, err
}

func TestPolicyChangesWhileAPersonThinks(t *testing.T) {
	t.Parallel()
	live := policy.NewLive(policy.Default())
	r := newRig(t, func(c *tools.Config) { c.Policy = live })
	ctx := caller.With(t.Context(), caller.Caller{Principal: "local", Transport: "cli"})
	call := tools.Call{Tool: domainDelete, Args: domainArgs()}
	_, err := r.Service.Call(ctx, call, slow{func() { live.Set(nil) }})
	if sent := r.wire.take(); len(sent) > 0 || err == nil || !strings.Contains(err.Error(), "no rule of the policy allows it") {
		t.Errorf("sent %v, error %v", sent, err)
	}
	live.Set(policy.Default())
	if _, err := r.Service.Call(ctx, call, slow{func() {}}); err != nil || len(r.wire.take()) != 1 {
		t.Errorf("the same without a change: %v", err)
	}
}

// TestDescribeTellsBoth: what the arguments change about the risk and about the gate.
func TestDescribeTellsBoth(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *tools.Config) {
		c.Policy = append(policy.Policy{{Name: "mine", Action: policy.Deny, Reason: "Not here.", Match: policy.Match{
			Accounts: []string{"work"}, Principals: []string{"ana"}, Risks: []schemas.Risk{schemas.CostsMoney}}}}, policy.Default()...)
	})
	ask := func(principal string) string {
		return string(r.call(request{tool: "paas_describe", args: map[string]any{"tool": "platformsh_environment_synchronize"}, principal: principal}).StructuredContent)
	}
	for _, want := range []string{
		`"risk":["write"]`,
		`"risk_when":[{"args":{"synchronize_data":true},"adds":["destructive","irreversible"]},`,
		`"gate":"Allowed; it makes a change. When synchronize_data is true: A person has to confirm this, because it cannot be undone`,
		`They type the name of the target. When rebase is true: A person has to confirm this, because it can destroy data`,
	} {
		if got := ask("local"); !strings.Contains(got, want) {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
	if got := ask("ana"); !strings.Contains(got, "When synchronize_resources is true: Refused by a rule of the policy. Not here.") {
		t.Errorf("a rule about the caller does not show:\n%s", got)
	}
}
