// Package policy decides what happens to a call before it is sent: it goes ahead, a person is asked first, or it is
// refused.
//
// A [Policy] is a table of rules; the first rule that matches decides, and where none matches the call is refused. Two
// things stand before the table and no rule can lift them: an operation without a clear classification is refused, and a
// read-only server refuses everything that is not a read.
package policy

import (
	"path"
	"slices"

	"paasmcp/schemas"
)

// Action is what happens to a call. The zero value is none of the three and must be treated as [Deny], so that a
// forgotten verdict never lets a call through.
type Action string

// The actions.
const (
	Allow   Action = "allow"
	Confirm Action = "confirm" // a person is asked, in the way the level says
	Deny    Action = "deny"
)

// Level is how a person confirms. It is empty unless the action is [Confirm].
type Level string

// The levels, mildest first.
const (
	Form      Level = "form"       // tick a box
	Typed     Level = "typed"      // type the name of the target
	Console   Level = "console"    // on the console of the machine that runs the server
	TwoPerson Level = "two_person" // two people, both named
)

// Environment is the kind of environment that a call touches.
type Environment string

// The kinds. Unknown never makes a call easier; only a known Production makes it harder, because most calls do not tell
// and asking about every one of them would teach people to say yes.
const (
	Unknown    Environment = ""
	Production Environment = "production"
	Other      Environment = "other" // known not to be production
)

// Facts is everything that a decision may depend on.
type Facts struct {
	Operation   *schemas.Operation
	Account     string
	Principal   string // who is calling
	Transport   string // stdio, http, sse or cli
	ReadOnly    bool   // the server was started with --read-only
	Reveal      bool   // the caller asks for secrets in plain text
	Environment Environment
}

// Verdict is the decision about one call.
type Verdict struct {
	Action Action
	Level  Level  // set when Action is Confirm
	Reason string // one plain sentence for a person
	Rule   string // name of the deciding rule
}

// Policy is an ordered table of rules. An empty policy refuses everything.
type Policy []Rule

// Rule gives a verdict to the calls that it matches.
type Rule struct {
	Name   string
	Match  Match
	Action Action
	Level  Level // for Confirm
}

// Match names the calls that a rule is about. Each field that is set must match; a field with several values matches when
// one of them does. The zero Match matches every call.
type Match struct {
	Platforms    []schemas.Platform
	Tools        []string // globs over the row's name, in the syntax of path.Match
	Toolsets     []string
	Risks        []schemas.Risk // the row carries at least one of them
	Accounts     []string
	Environments []Environment
	Principals   []string
	Reveal       bool // only calls that ask for secrets in plain text
}

// Decide applies the default policy. See [Policy.Decide].
func Decide(f Facts) Verdict { return defaultRules.Decide(f) }

// Decide gives the verdict for one call. It never fails: what it cannot judge, it refuses.
func (p Policy) Decide(f Facts) Verdict {
	switch {
	case !classified(f.Operation):
		return Verdict{Action: Deny, Rule: "unclassified",
			Reason: "Refused, because the catalogue does not say clearly what this operation can do."}
	case f.ReadOnly && !f.Operation.IsRead():
		return Verdict{Action: Deny, Rule: "read-only",
			Reason: "Refused, because the server runs read-only and this operation is not a read."}
	}
	for _, r := range p {
		if r.Match.matches(f) {
			return r.verdict(f)
		}
	}
	return Verdict{Action: Deny, Rule: "no rule", Reason: "Refused, because no rule of the policy allows it."}
}

// verdict fails closed: a rule with an action or level that does not exist refuses.
func (r Rule) verdict(f Facts) Verdict {
	v := Verdict{Action: r.Action, Rule: r.Name}
	switch r.Action {
	case Allow:
	case Confirm:
		v.Level = r.Level
		if !slices.Contains([]Level{Form, Typed, Console, TwoPerson}, r.Level) {
			v.Action, v.Level = Deny, ""
		}
	default:
		v.Action = Deny
	}
	v.Reason = reason(v.Action, f)
	return v
}

// classified reports whether the row says what it can do: exactly one of read and write, and no class that this program
// does not know. A new class in the catalogue must not slip through rules that were written before it.
func classified(o *schemas.Operation) bool {
	if o == nil || o.Has(schemas.Read) == o.Has(schemas.Write) {
		return false
	}
	for _, r := range o.Risk {
		if !slices.Contains(schemas.Risks(), r) {
			return false
		}
	}
	return true
}

func (m Match) matches(f Facts) bool {
	o := f.Operation
	return among(m.Platforms, o.Platform) &&
		among(m.Toolsets, o.Toolset) &&
		among(m.Accounts, f.Account) &&
		among(m.Environments, f.Environment) &&
		among(m.Principals, f.Principal) &&
		(len(m.Tools) == 0 || slices.ContainsFunc(m.Tools, func(glob string) bool {
			ok, err := path.Match(glob, o.Name)
			return ok && err == nil
		})) &&
		(len(m.Risks) == 0 || slices.ContainsFunc(m.Risks, o.Has)) &&
		(!m.Reveal || f.Reveal)
}

// among reports whether have is one of want; an empty want admits everything.
func among[T comparable](want []T, have T) bool {
	return len(want) == 0 || slices.Contains(want, have)
}
