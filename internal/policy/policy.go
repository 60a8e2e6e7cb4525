// Package policy decides what happens to a call before it is sent: it goes ahead, a person is asked first, or it is
// refused.
//
// A [Policy] is a table of rules; the first rule that matches decides, and where none matches the call is refused. Two
// things stand before the table and no rule can lift them: an operation without a clear classification is refused, and a
// read-only server refuses everything that is not a read.
//
// Rules come from a file, see [Load], and from the embedded default. [Load] refuses a file that would switch the gate off by
// accident, [Lint] finds rules that can never match, and [Policy.Explain] says which rule decides about a call.
package policy

import (
	"path"
	"slices"
	"strings"
	"time"

	"paasmcp/internal/spelling"
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

func levels() []Level { return []Level{Form, Typed, Console, TwoPerson} }

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
	Operation *schemas.Operation
	// Risk is what this call can do, see [schemas.Operation.RiskFor]. When it is nil, the worst that any arguments can do: a
	// caller that forgets the arguments is asked too often, not too seldom.
	Risk            []schemas.Risk
	Account         string
	Principal       string // who is calling
	Transport       string // stdio, http, sse or cli
	ReadOnly        bool   // the server was started with --read-only
	Reveal          bool   // the caller asks for secrets in plain text
	Environment     Environment
	Source          bool   // production is only read from: something is copied out of it
	EnvironmentName string // as the arguments name it; empty when they name none
	// EnvironmentNames are the names of each environment that the call is about, as the platform tells them. Where they are not nil,
	// the caller's own spelling counts for nothing.
	EnvironmentNames []Names
	Time             time.Time // of the call; now when zero
}

// Names are what one environment is called. The zero Names are those of one that could not be looked up, which may be called anything.
type Names struct {
	Own    []string // the platform's own, which stay
	Labels []string // which people can change, so that a rule that makes calls easier does not rest on them
}

// FactsOf gives what an operation and its validated arguments say by themselves.
func FactsOf(o *schemas.Operation, args map[string]any) Facts {
	f := Facts{Operation: o, Risk: o.RiskFor(args)}
	for _, name := range environmentArguments {
		if text, ok := args[name].(string); ok {
			f.EnvironmentName = text
			break
		}
	}
	return f
}

// environmentArguments name the environment that a call is about, on all three platforms.
var environmentArguments = []string{"environment_id", "env_name"}

func (f Facts) has(r schemas.Risk) bool {
	return slices.Contains(f.Risk, r) || f.Operation.Has(r)
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

// Rules gives the rules in their order, for showing; those that stand before the table are not among them.
func (p Policy) Rules() Policy { return slices.Clone(p) }

// About reports whether a rule can match calls of a principal: whoever looks at the rules need not learn of other people.
func (r *Rule) About(principal string) bool { return fitsGlob(r.Match.Principals, principal) }

// Asks gives the first rule that can ask about a call of this principal over this transport at this level; nil when there is none.
func (p Policy) Asks(level Level, principal, transport string) *Rule {
	for i := range p {
		if r := &p[i]; r.Action == Confirm && r.Level == level && r.About(principal) && among(r.Match.Transports, transport) {
			return r
		}
	}
	return nil
}

// Rule gives a verdict to the calls that it matches.
type Rule struct {
	Name   string
	Match  Match
	Action Action
	Level  Level  // for Confirm
	Reason string // of whoever wrote the rule; shown to people beside the program's own
	Line   int    // in the policy file; 0 for the rules of this program
}

// Match names the calls that a rule is about. Each field that is set must match; a field with several values matches when
// one of them does. The zero Match matches every call. Names are globs in the syntax of [path.Match], except that * also
// stands for a slash; those of environments match however they are spelled, see [spelling.Fold].
type Match struct {
	Platforms        []schemas.Platform
	Tools            []string // of rows
	Toolsets         []string
	Risks            []schemas.Risk // the call carries at least one of them
	Accounts         []string
	Environments     []Environment
	EnvironmentNames []string // never match a call that names no environment
	Principals       []string
	Transports       []string
	Window           *Window // when the call is made
	// Reveal matches only calls that ask for secrets in plain text. A rule that allows matches such calls only with it: allowing
	// reads must not show passwords by accident.
	Reveal bool
}

// Decide applies the default policy. See [Policy.Decide].
func Decide(f Facts) Verdict { return defaultRules.Decide(f) }

// Decide gives the verdict for one call. It never fails: what it cannot judge, it refuses.
func (p Policy) Decide(f Facts) Verdict {
	f, v, decided := beforeRules(f)
	if decided {
		return v
	}
	return p.walk(f, nil)
}

// walk finds the rule that decides, and shows each rule that is looked at to seen. Of a call about several environments, or one that
// could not be looked up, a rule for some names may or may not be meant: then the gravest verdict counts of this rule and those behind
// it, so that no spelling makes a call easier.
func (p Policy) walk(f Facts, seen func(rule *Rule, misfit string)) Verdict {
	var gravest Verdict
	for i := range p {
		rule := &p[i]
		misfit := rule.misfit(&f)
		if seen != nil {
			seen(rule, misfit)
		}
		if misfit != "" {
			continue
		}
		if v := rule.verdict(f); v.graver(gravest) {
			gravest = v
		}
		if f.environmentIs(rule.Match.EnvironmentNames) != maybe {
			return gravest
		}
	}
	return noRule
}

// graver reports whether the verdict asks for more than another one.
func (v Verdict) graver(than Verdict) bool {
	weight := func(v Verdict) int {
		switch v.Action {
		case Allow:
			return 1
		case Confirm:
			return 2 + slices.Index(levels(), v.Level)
		case Deny:
			return 2 + len(levels())
		}
		return 0
	}
	return weight(v) > weight(than)
}

// DependsOnEnvironment reports whether the verdict can be another one once the environments of the call are looked up.
func (p Policy) DependsOnEnvironment(f Facts) bool {
	f, _, decided := beforeRules(f)
	if decided {
		return false
	}
	for i := range p {
		rule := p[i]
		about := len(rule.Match.Environments)+len(rule.Match.EnvironmentNames) > 0
		rule.Match.Environments, rule.Match.EnvironmentNames = nil, nil
		if rule.misfit(&f) == "" {
			return about
		}
	}
	return false
}

var noRule = Verdict{Action: Deny, Rule: "no rule", Reason: "Refused, because no rule of the policy allows it."}

// beforeRules completes the facts and decides what no rule can lift.
func beforeRules(f Facts) (Facts, Verdict, bool) {
	if f.Operation != nil && f.Risk == nil {
		f.Risk = f.Operation.WorstRisk()
	}
	switch {
	case !classified(f):
		return f, Verdict{Action: Deny, Rule: "unclassified",
			Reason: "Refused, because the catalogue does not say clearly what this operation can do."}, true
	case f.ReadOnly && !f.Operation.IsRead():
		return f, Verdict{Action: Deny, Rule: "read-only",
			Reason: "Refused, because the server runs read-only and this operation is not a read."}, true
	}
	return f, Verdict{}, false
}

// verdict fails closed: a rule with an action or level that does not exist refuses.
func (r *Rule) verdict(f Facts) Verdict {
	v := Verdict{Action: r.Action, Rule: r.Name}
	switch r.Action {
	case Allow:
	case Confirm:
		v.Level = r.Level
		if !slices.Contains(levels(), r.Level) {
			v.Action, v.Level = Deny, ""
		}
	default:
		v.Action = Deny
	}
	v.Reason = reason(v.Action, f)
	if r.Reason != "" {
		v.Reason += " " + r.Reason
	}
	return v
}

// classified reports whether the row says what it can do: exactly one of read and write, and no class that this program
// does not know. A new class in the catalogue must not slip through rules that were written before it.
func classified(f Facts) bool {
	if f.Operation == nil || f.has(schemas.Read) == f.has(schemas.Write) {
		return false
	}
	known := func(r schemas.Risk) bool { return slices.Contains(schemas.Risks(), r) }
	for _, risk := range [][]schemas.Risk{f.Operation.Risk, f.Risk} {
		for _, r := range risk {
			if !known(r) {
				return false
			}
		}
	}
	return true
}

// The fields of a match, as a policy file spells them.
const (
	keyPlatform        = "platform"
	keyTool            = "tool"
	keyToolset         = "toolset"
	keyRisk            = "risk"
	keyAccount         = "account"
	keyEnvironmentKind = "environment_kind"
	keyEnvironmentName = "environment_name"
	keyPrincipal       = "principal"
	keyTransport       = "transport"
	keyTime            = "time"
	keyReveal          = "reveal"
)

// misfit names the first field that does not match, and nothing when all do.
func (r *Rule) misfit(f *Facts) string {
	if r.Action == Allow && f.Reveal && !r.Match.Reveal {
		return keyReveal
	}
	return r.Match.misfit(f)
}

func (m *Match) misfit(f *Facts) string {
	o := f.Operation
	switch {
	case !among(m.Platforms, o.Platform):
		return keyPlatform
	case !fitsGlob(m.Tools, o.Name):
		return keyTool
	case !fitsGlob(m.Toolsets, o.Toolset):
		return keyToolset
	case len(m.Risks) > 0 && !slices.ContainsFunc(m.Risks, f.has):
		return keyRisk
	case m.Reveal && !f.Reveal:
		return keyReveal
	case !fitsGlob(m.Accounts, f.Account):
		return keyAccount
	case !among(m.Environments, f.Environment):
		return keyEnvironmentKind
	case f.environmentIs(m.EnvironmentNames) == no:
		return keyEnvironmentName
	case !fitsGlob(m.Principals, f.Principal):
		return keyPrincipal
	case !among(m.Transports, f.Transport):
		return keyTransport
	case m.Window != nil && !m.Window.Contains(f.time()):
		return keyTime
	}
	return ""
}

// answer is whether a rule for some names is meant.
type answer int

const (
	no answer = iota
	maybe
	yes
)

// environmentIs says whether the globs stand for all environments of the call. No globs stand for every call.
func (f *Facts) environmentIs(globs []string) answer {
	if len(globs) == 0 {
		return yes
	}
	all := f.EnvironmentNames
	if all == nil && f.EnvironmentName != "" {
		all = []Names{{Own: []string{f.EnvironmentName}}}
	}
	fits := func(name string) bool { return MatchesName(globs, name) }
	sure, possible := 0, 0
	for _, names := range all {
		switch {
		case slices.ContainsFunc(names.Own, fits):
			sure++
			possible++
		case len(names.Own) == 0, slices.ContainsFunc(names.Labels, fits):
			possible++
		}
	}
	switch {
	case possible == 0:
		return no
	case sure < len(all):
		return maybe
	}
	return yes
}

// MatchesName reports whether one of the globs stands for the name of an environment, however either is spelled.
func MatchesName(globs []string, name string) bool {
	name = spelling.Fold(name)
	return name != "" && slices.ContainsFunc(globs, func(glob string) bool {
		glob = spelling.Fold(glob)
		return glob == name || matchGlob(glob, name)
	})
}

func (f *Facts) time() time.Time {
	if f.Time.IsZero() {
		return time.Now()
	}
	return f.Time
}

// among reports whether have is one of want; an empty want admits everything.
func among[T comparable](want []T, have T) bool {
	return len(want) == 0 || slices.Contains(want, have)
}

// fitsGlob reports whether one of the globs stands for the name; no globs at all admit everything. A broken glob, which a file
// cannot have, stands for nothing.
func fitsGlob(globs []string, name string) bool {
	return len(globs) == 0 || slices.ContainsFunc(globs, func(glob string) bool { return glob == name || matchGlob(glob, name) })
}

// matchGlob keeps path.Match from stopping at a slash: feature/login is one name, not two.
func matchGlob(glob, name string) bool {
	hide := func(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
	ok, err := path.Match(hide(glob), hide(name))
	return ok && err == nil
}
