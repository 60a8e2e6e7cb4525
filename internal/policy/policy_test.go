package policy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

func op(risk ...schemas.Risk) *schemas.Operation {
	return &schemas.Operation{Name: "platformsh_environment_delete", Platform: schemas.Platformsh,
		Toolset: "platformsh_environments", Risk: risk}
}

// subsets gives all 256 combinations of the risk classes.
func subsets() [][]schemas.Risk {
	all := schemas.Risks()
	out := make([][]schemas.Risk, 0, 1<<len(all))
	for bits := range 1 << len(all) {
		var set []schemas.Risk
		for i, r := range all {
			if bits&(1<<i) != 0 {
				set = append(set, r)
			}
		}
		out = append(out, set)
	}
	return out
}

// TestDefaultOverEveryCombination restates the default policy as plain conditions, independent of the rule table, and
// compares the two for every set of risk classes in every situation.
func TestDefaultOverEveryCombination(t *testing.T) {
	t.Parallel()
	for _, set := range subsets() {
		o := op(set...)
		has := o.Has
		for _, env := range []policy.Environment{policy.Unknown, policy.Production, policy.Other} {
			for _, readOnly := range []bool{false, true} {
				for _, reveal := range []bool{false, true} {
					prod := env == policy.Production
					wantAction, wantLevel := policy.Allow, policy.Level("")
					switch {
					case has(schemas.Read) == has(schemas.Write), readOnly && has(schemas.Write):
						wantAction = policy.Deny
					case has(schemas.Irreversible), has(schemas.Destructive) && prod:
						wantAction, wantLevel = policy.Confirm, policy.Typed
					case has(schemas.Destructive), has(schemas.GrantsAccess), has(schemas.CostsMoney),
						has(schemas.Write) && prod, reveal:
						wantAction, wantLevel = policy.Confirm, policy.Form
					}
					v := policy.Decide(policy.Facts{Operation: o, Environment: env, ReadOnly: readOnly, Reveal: reveal})
					if v.Action != wantAction || v.Level != wantLevel {
						t.Errorf("risk %v, environment %q, read-only %v, reveal %v: got %s %s by rule %q, want %s %s",
							set, env, readOnly, reveal, v.Action, v.Level, v.Rule, wantAction, wantLevel)
					}
					if v.Rule == "" || !strings.HasSuffix(v.Reason, ".") || strings.Contains(v.Reason, "_") ||
						strings.Count(v.Reason, ".") != 1 {
						t.Errorf("risk %v: rule %q, reason %q: want a rule and one plain sentence", set, v.Rule, v.Reason)
					}
				}
			}
		}
	}
}

// Dangerous classes are never allowed without a person, however they combine. Stated on its own, so that a mistake in
// the table test above cannot hide it.
func TestDangerIsNeverAllowed(t *testing.T) {
	t.Parallel()
	for _, set := range subsets() {
		for _, bad := range []schemas.Risk{schemas.Destructive, schemas.Irreversible, schemas.CostsMoney, schemas.GrantsAccess} {
			o := op(set...)
			if v := policy.Decide(policy.Facts{Operation: o}); o.Has(bad) && v.Action == policy.Allow {
				t.Errorf("risk %v: allowed by rule %q", set, v.Rule)
			}
		}
	}
}

// More risk, a known production target or a wish to see secrets never makes a verdict milder.
func TestMoreRiskIsNeverMilder(t *testing.T) {
	t.Parallel()
	strictness := func(v policy.Verdict) int {
		switch {
		case v.Action == policy.Deny:
			return 3
		case v.Level == policy.Typed:
			return 2
		case v.Level == policy.Form:
			return 1
		}
		return 0
	}
	for _, set := range subsets() {
		base := policy.Facts{Operation: op(set...)}
		before := strictness(policy.Decide(base))
		harder := map[string]policy.Facts{
			"production": {Operation: base.Operation, Environment: policy.Production},
			"reveal":     {Operation: base.Operation, Reveal: true},
			"read-only":  {Operation: base.Operation, ReadOnly: true},
		}
		for _, r := range schemas.Risks() {
			if r != schemas.Read && r != schemas.Write {
				harder[string(r)] = policy.Facts{Operation: op(append(set[:len(set):len(set)], r)...)}
			}
		}
		for name, f := range harder {
			if after := strictness(policy.Decide(f)); after < before {
				t.Errorf("risk %v: adding %s lowers the verdict from %d to %d", set, name, before, after)
			}
		}
	}
}

func TestUnclassifiedIsRefused(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]*schemas.Operation{
		"no operation":      nil,
		"no class":          op(),
		"unknown class":     op(schemas.Read, "harmless"),
		"empty class":       op(schemas.Read, ""),
		"upper case":        op("READ"),
		"both":              op(schemas.Read, schemas.Write),
		"only qualifier":    op(schemas.RevealsSecrets),
		"unknown and write": op(schemas.Write, "explodes"),
	} {
		// Not even a policy that allows everything lets an unclassified operation through.
		for _, p := range []policy.Policy{policy.Default(), {{Name: "all", Action: policy.Allow}}} {
			if v := p.Decide(policy.Facts{Operation: o}); v.Action != policy.Deny || v.Rule != "unclassified" {
				t.Errorf("%s: got %+v, want a refusal as unclassified", name, v)
			}
		}
	}
}

func TestReadOnlyStandsAboveEveryRule(t *testing.T) {
	t.Parallel()
	all := policy.Policy{{Name: "all", Action: policy.Allow}}
	v := all.Decide(policy.Facts{Operation: op(schemas.Write), ReadOnly: true})
	if v.Action != policy.Deny || v.Rule != "read-only" || !strings.Contains(v.Reason, "read-only") {
		t.Errorf("write on a read-only server: %+v", v)
	}
	if v := all.Decide(policy.Facts{Operation: op(schemas.Read), ReadOnly: true}); v.Action != policy.Allow {
		t.Errorf("read on a read-only server: %+v", v)
	}
}

func TestBrokenRulesRefuse(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]policy.Policy{
		"no rules":        nil,
		"no action":       {{Name: "r"}},
		"unknown action":  {{Name: "r", Action: "permit"}},
		"no level":        {{Name: "r", Action: policy.Confirm}},
		"unknown level":   {{Name: "r", Action: policy.Confirm, Level: "wink"}},
		"broken glob":     {{Name: "r", Match: policy.Match{Tools: []string{"["}}, Action: policy.Allow}},
		"nothing matches": {{Name: "r", Match: policy.Match{Accounts: []string{"x"}}, Action: policy.Allow}},
	} {
		if v := p.Decide(policy.Facts{Operation: op(schemas.Read)}); v.Action != policy.Deny || v.Level != "" || v.Reason == "" {
			t.Errorf("%s: got %+v, want a refusal", name, v)
		}
	}
	if (policy.Verdict{}).Action == policy.Allow {
		t.Error("the zero verdict allows")
	}
}

func TestMatchOnEveryField(t *testing.T) {
	t.Parallel()
	f := policy.Facts{Operation: op(schemas.Write), Risk: []schemas.Risk{schemas.Write, schemas.CostsMoney}, Account: "shop", Principal: "ana",
		Transport: "http", Environment: policy.Production, EnvironmentName: "feature/login/new", Reveal: true,
		Time: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		name string
		m    policy.Match
		want bool
	}{
		{"platform", policy.Match{Platforms: []schemas.Platform{schemas.Acquia, schemas.Platformsh}}, true},
		{"other platform", policy.Match{Platforms: []schemas.Platform{schemas.Acquia}}, false},
		{"tool glob", policy.Match{Tools: []string{"acquia_*", "platformsh_*_delete"}}, true},
		{"other tool", policy.Match{Tools: []string{"platformsh_project_*"}}, false},
		{"toolset", policy.Match{Toolsets: []string{"platformsh_environments"}}, true},
		{"other toolset", policy.Match{Toolsets: []string{"platformsh"}}, false},
		{"risk", policy.Match{Risks: []schemas.Risk{schemas.Read, schemas.Write}}, true},
		{"other risk", policy.Match{Risks: []schemas.Risk{schemas.Destructive}}, false},
		{"account", policy.Match{Accounts: []string{"shop"}}, true},
		{"other account", policy.Match{Accounts: []string{"sho"}}, false},
		{"environment kind", policy.Match{Environments: []policy.Environment{policy.Production}}, true},
		{"other environment kind", policy.Match{Environments: []policy.Environment{policy.Other, policy.Unknown}}, false},
		{"principal", policy.Match{Principals: []string{"ana"}}, true},
		{"other principal", policy.Match{Principals: []string{"Ana"}}, false},
		{"environment name", policy.Match{EnvironmentNames: []string{"feature/*"}}, true},
		{"other environment name", policy.Match{EnvironmentNames: []string{"main", "feature"}}, false},
		{"account glob", policy.Match{Accounts: []string{"sh*"}}, true},
		{"transport", policy.Match{Transports: []string{"cli", "http"}}, true},
		{"other transport", policy.Match{Transports: []string{"stdio"}}, false},
		{"time", policy.Match{Window: &policy.Window{To: 24 * 60, Zone: time.UTC, Days: []time.Weekday{time.Friday}}}, true},
		{"other time", policy.Match{Window: &policy.Window{To: 24 * 60, Zone: time.UTC, Days: []time.Weekday{time.Monday}}}, false},
		{"risk of the arguments", policy.Match{Risks: []schemas.Risk{schemas.CostsMoney}}, true},
		{"reveal", policy.Match{Reveal: true}, true},
		{"all fields must match", policy.Match{Accounts: []string{"shop"}, Principals: []string{"bob"}}, false},
	} {
		p := policy.Policy{{Name: "first", Match: c.m, Action: policy.Confirm, Level: policy.Form}, {Name: "rest", Action: policy.Confirm, Level: policy.Console}}
		want := "rest"
		if c.want {
			want = "first"
		}
		if v := p.Decide(f); v.Rule != want {
			t.Errorf("%s: rule %q decided, want %q", c.name, v.Rule, want)
		}
	}
}

// TestEnvironmentNames: rules go by the platform's names in any spelling; of what is not sure the gravest verdict counts.
func TestEnvironmentNames(t *testing.T) {
	t.Parallel()
	shop := policy.Names{Own: []string{"shop", "aa11"}, Labels: []string{"dev-box"}}
	dev := policy.Names{Own: []string{"dev-1"}}
	const asks = policy.Confirm
	for _, c := range []struct {
		about string
		named []policy.Names
		rules policy.Policy
		want  policy.Action
		level policy.Level
	}{
		{"its name", []policy.Names{shop}, byName(policy.Deny, "shop"), policy.Deny, ""},
		{"another spelling in the rule", []policy.Names{shop}, byName(policy.Deny, " SH\u200bOP"), policy.Deny, ""},
		{"its id", []policy.Names{shop}, byName(policy.Deny, "AA*"), policy.Deny, ""},
		{"a label, to refuse", []policy.Names{shop}, byName(policy.Deny, "dev-*"), policy.Deny, ""},
		{"a label, to allow", []policy.Names{shop}, byName(policy.Allow, "dev-*"), asks, policy.Console},
		{"another one", []policy.Names{dev}, byName(policy.Deny, "shop"), asks, policy.Console},
		{"one of two, to refuse", []policy.Names{dev, shop}, byName(policy.Deny, "shop"), policy.Deny, ""},
		{"one of two, to allow", []policy.Names{dev, shop}, byName(policy.Allow, "dev-*"), asks, policy.Console},
		{"both, to allow", []policy.Names{dev, dev}, byName(policy.Allow, "dev-*"), policy.Allow, ""},
		{"not looked up, to refuse", []policy.Names{{}}, byName(policy.Deny, "shop"), policy.Deny, ""},
		{"not looked up, to allow", []policy.Names{{}}, byName(policy.Allow, "dev-*"), asks, policy.Console},
		{"not looked up, to ask for less", []policy.Names{{}}, policy.Policy{{Match: policy.Match{EnvironmentNames: []string{"dev-*"}}, Action: asks, Level: policy.Form}},
			asks, policy.Console},
		{"none named", nil, byName(policy.Deny, "shop"), asks, policy.Console},
	} {
		p := append(slices.Clone(c.rules), policy.Rule{Name: "rest", Action: asks, Level: policy.Console})
		f := policy.Facts{Operation: op(schemas.Write), EnvironmentNames: c.named}
		if v := p.Decide(f); v.Action != c.want || v.Level != c.level {
			t.Errorf("%s: %s %s", c.about, v.Action, v.Level)
		}
		if v, _ := p.Explain(f); v.Action != c.want {
			t.Errorf("%s, explained: %s", c.about, v.Action)
		}
		if !p.DependsOnEnvironment(f) {
			t.Errorf("%s: nothing would be looked up", c.about)
		}
	}
	if policy.Default().DependsOnEnvironment(policy.Facts{Operation: op(schemas.Read)}) {
		t.Error("by the built-in rules a read would look up its environment")
	}
}

func byName(action policy.Action, glob string) policy.Policy {
	return policy.Policy{{Name: "by name", Match: policy.Match{EnvironmentNames: []string{glob}}, Action: action}}
}

func TestReasonsReadWell(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f    policy.Facts
		want string
	}{
		{policy.Facts{Operation: op(schemas.Read)}, "Allowed, because it only reads."},
		{policy.Facts{Operation: op(schemas.Write, schemas.AcceptsSecrets)}, "Allowed; it makes a change."},
		{policy.Facts{Operation: op(schemas.Read, schemas.RevealsSecrets), Reveal: true},
			"A person has to confirm this, because it shows secrets in plain text."},
		{policy.Facts{Operation: op(schemas.Write), Environment: policy.Production},
			"A person has to confirm this, because it changes production."},
		{policy.Facts{Operation: op(schemas.Write, schemas.CostsMoney), Environment: policy.Production, Source: true},
			"A person has to confirm this, because it can raise the bill and copies from production."},
		{policy.Facts{Operation: op(schemas.Write, schemas.Destructive, schemas.Irreversible, schemas.CostsMoney)},
			"A person has to confirm this, because it cannot be undone, can destroy data or interrupt service, and can raise the bill."},
	} {
		if got := policy.Decide(c.f).Reason; got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

func TestDefaultCannotBeChanged(t *testing.T) {
	t.Parallel()
	p := policy.Default()
	for i := range p {
		p[i] = policy.Rule{Name: "open", Action: policy.Allow}
	}
	if v := policy.Decide(policy.Facts{Operation: op(schemas.Write, schemas.Irreversible)}); v.Action != policy.Confirm {
		t.Errorf("a caller changed the default policy: %+v", v)
	}
}

func BenchmarkDecide(b *testing.B) {
	f := policy.Facts{Operation: op(schemas.Read, schemas.RevealsSecrets)}
	b.ReportAllocs()
	for b.Loop() {
		policy.Decide(f)
	}
}
