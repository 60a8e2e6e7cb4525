package policy

import (
	"slices"
	"strings"

	"paasmcp/schemas"
)

// Default is the policy in force when no policy file is given. The strictest rules stand first, because the first match
// wins: a row that is destructive and costs money must meet the rule for destruction.
func Default() Policy { return slices.Clone(defaultRules) }

var defaultRules = Policy{
	{Name: "irreversible", Match: Match{Risks: []schemas.Risk{schemas.Irreversible}}, Action: Confirm, Level: Typed},
	{Name: "destructive on production", Match: Match{Risks: []schemas.Risk{schemas.Destructive},
		Environments: []Environment{Production}}, Action: Confirm, Level: Typed},
	{Name: "destructive", Match: Match{Risks: []schemas.Risk{schemas.Destructive}}, Action: Confirm, Level: Form},
	{Name: "grants access", Match: Match{Risks: []schemas.Risk{schemas.GrantsAccess}}, Action: Confirm, Level: Form},
	{Name: "costs money", Match: Match{Risks: []schemas.Risk{schemas.CostsMoney}}, Action: Confirm, Level: Form},
	{Name: "write on production", Match: Match{Risks: []schemas.Risk{schemas.Write},
		Environments: []Environment{Production}}, Action: Confirm, Level: Form},
	{Name: "reveal secrets", Match: Match{Reveal: true}, Action: Confirm, Level: Form},
	{Name: "read", Match: Match{Risks: []schemas.Risk{schemas.Read}}, Action: Allow},
	{Name: "write", Match: Match{Risks: []schemas.Risk{schemas.Write}}, Action: Allow},
}

// reason says in one sentence why the call got this action. It is built from what the operation can do and not from the
// rule that decided: people judge consequences, and a rule names only the first of several.
func reason(a Action, f Facts) string {
	all := effects(f)
	switch {
	case a == Allow && len(all) == 0:
		return "Allowed, because it only reads."
	case a == Allow:
		return "Allowed; it " + list(all) + "."
	case a == Confirm && len(all) == 0:
		return "The policy wants a person to confirm this, although it only reads."
	case a == Confirm:
		return "A person has to confirm this, because it " + list(all) + "."
	default:
		return "Refused by a rule of the policy."
	}
}

// effects puts what the call can do in words that continue "it …", worst first.
func effects(f Facts) []string {
	var all []string
	add := func(when bool, words string) {
		if when {
			all = append(all, words)
		}
	}
	has := f.has
	add(has(schemas.Irreversible), "cannot be undone")
	add(has(schemas.Destructive), "can destroy data or interrupt service")
	add(has(schemas.GrantsAccess), "gives new access")
	add(has(schemas.CostsMoney), "can raise the bill")
	add(f.Reveal, "shows secrets in plain text")
	switch changes := has(schemas.Write); {
	case changes && f.Environment == Production && f.Source:
		all = append(all, "copies from production")
	case changes && f.Environment == Production:
		all = append(all, "changes production")
	case changes && len(all) == 0:
		all = append(all, "makes a change")
	}
	return all
}

// list joins the words as a person would: a, b, and c.
func list(all []string) string {
	last := len(all) - 1
	switch last {
	case 0:
		return all[0]
	case 1:
		return all[0] + " and " + all[1]
	}
	return strings.Join(all[:last], ", ") + ", and " + all[last]
}
