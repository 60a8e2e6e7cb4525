package policy_test

import (
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// rows are the whole catalogue, as the program gives it to the loader.
var rows = sync.OnceValue(func() []schemas.Row {
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Platforms()...)
	if err != nil {
		panic(err)
	}
	return catalog.Rows()
})

func load(t *testing.T, text string) policy.Policy {
	t.Helper()
	p, err := policy.Load("p.yaml", []byte(text), rows())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const everyKey = `
default: deny
rules:
  - name: every key
    platform: [platformsh, acquia]
    tool: "platformsh_environment_*"
    toolset: [platformsh_environments]
    risk: [write, destructive]
    account: "shop*"
    environment_kind: [other, unknown]
    environment_name: ["feature/*", staging]
    principal: ["bearer:*", local]
    transport: [stdio, http]
    time: {days: [mon, fri], hours: 08:00-18:00, zone: Europe/Prague}
    verdict: confirm
    level: two_person
    reason: Because.
`

func TestLoadEveryKey(t *testing.T) {
	t.Parallel()
	p := load(t, everyKey)
	fits := policy.Facts{
		Operation: op(schemas.Write), Account: "shop-1", Environment: policy.Other, EnvironmentName: "feature/a/b",
		Principal: "bearer:1", Transport: "http", Time: time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC), // 08:00 in Prague
	}
	v := p.Decide(fits)
	if v.Action != policy.Confirm || v.Level != policy.TwoPerson || v.Rule != "every key" ||
		v.Reason != "A person has to confirm this, because it makes a change. Because." {
		t.Fatalf("%+v", v)
	}
	for name, change := range map[string]func(*policy.Facts){
		"platform":         func(f *policy.Facts) { o := *f.Operation; o.Platform = schemas.Virtuozzo; f.Operation = &o },
		"tool":             func(f *policy.Facts) { o := *f.Operation; o.Name = "platformsh_project_delete"; f.Operation = &o },
		"toolset":          func(f *policy.Facts) { o := *f.Operation; o.Toolset = "platformsh_other"; f.Operation = &o },
		"risk":             func(f *policy.Facts) { f.Operation = op(schemas.Read) },
		"account":          func(f *policy.Facts) { f.Account = "blog" },
		"environment_kind": func(f *policy.Facts) { f.Environment = policy.Production },
		"environment_name": func(f *policy.Facts) { f.EnvironmentName = "" },
		"principal":        func(f *policy.Facts) { f.Principal = "ana" },
		"transport":        func(f *policy.Facts) { f.Transport = "cli" },
		"time":             func(f *policy.Facts) { f.Time = f.Time.Add(-time.Minute) },
	} {
		f := fits
		change(&f)
		v, steps := p.Explain(f)
		if v.Action != policy.Deny || v.Rule != "no rule" || len(steps) != 1 || steps[0].Misfit != name {
			t.Errorf("another %s: %+v by %q, steps %+v", name, v.Action, v.Rule, steps)
		}
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	const rules = "rules: [{name: mine, tool: platformsh_environment_delete, account: mine, verdict: allow}]\n"
	for text, want := range map[string][3]policy.Action{ // read, reveal, write
		rules:                            {policy.Allow, policy.Confirm, policy.Allow},
		"default: builtin\n" + rules:     {policy.Allow, policy.Confirm, policy.Allow},
		"default: allow-reads\n" + rules: {policy.Allow, policy.Confirm, policy.Deny},
		"default: deny\n" + rules:        {policy.Deny, policy.Deny, policy.Deny},
		"default: deny\nrules: []\n":     {policy.Deny, policy.Deny, policy.Deny},
	} {
		p := load(t, text)
		got := [3]policy.Action{
			p.Decide(policy.Facts{Operation: op(schemas.Read)}).Action,
			p.Decide(policy.Facts{Operation: op(schemas.Read, schemas.RevealsSecrets), Reveal: true}).Action,
			p.Decide(policy.Facts{Operation: op(schemas.Write)}).Action,
		}
		if got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
		if strings.Contains(text, "mine") {
			if v := p.Decide(policy.Facts{Operation: op(schemas.Write, schemas.Irreversible), Account: "mine"}); v.Action != policy.Allow || v.Rule != "mine" {
				t.Errorf("%q: the file's own rule does not come first: %+v", text, v)
			}
		}
	}
}

// What no rule lifts, with rules that try.
func TestLoadedRulesLiftNothing(t *testing.T) {
	t.Parallel()
	p := load(t, "rules: [{risk: [read, write, irreversible], verdict: allow}]")
	if v := p.Decide(policy.Facts{Operation: op(schemas.Write, "explodes")}); v.Rule != "unclassified" {
		t.Errorf("unclassified: %+v", v)
	}
	if v := p.Decide(policy.Facts{Operation: op(schemas.Write), Risk: []schemas.Risk{schemas.Write, "explodes"}}); v.Rule != "unclassified" {
		t.Errorf("unclassified by its arguments: %+v", v)
	}
	if v := p.Decide(policy.Facts{Operation: op(schemas.Write), ReadOnly: true}); v.Rule != "read-only" {
		t.Errorf("read-only: %+v", v)
	}
	if v := p.Decide(policy.Facts{Operation: op(schemas.Read, schemas.RevealsSecrets), Reveal: true}); v.Action != policy.Confirm {
		t.Errorf("reads were allowed, not secrets: %+v", v)
	}
	open := load(t, "rules: [{risk: read, reveal: true, verdict: allow}]")
	if v := open.Decide(policy.Facts{Operation: op(schemas.Read, schemas.RevealsSecrets), Reveal: true}); v.Action != policy.Allow {
		t.Errorf("secrets were allowed by name: %+v", v)
	}
}

// An environment of unknown kind counts as production where that is the careful reading.
func TestUnknownKind(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		rule  string
		match map[policy.Environment]bool
	}{
		{"environment_kind: production, verdict: deny", map[policy.Environment]bool{policy.Production: true, policy.Unknown: true}},
		{"environment_kind: production, verdict: confirm, level: typed", map[policy.Environment]bool{policy.Production: true, policy.Unknown: true}},
		{"environment_kind: other, verdict: deny", map[policy.Environment]bool{policy.Other: true}},
		{"environment_kind: unknown, verdict: deny", map[policy.Environment]bool{policy.Unknown: true}},
		{"environment_kind: production, risk: [write, irreversible], verdict: allow", map[policy.Environment]bool{policy.Production: true}},
		{"environment_kind: other, risk: [write, irreversible], verdict: allow", map[policy.Environment]bool{policy.Other: true}},
	} {
		p := load(t, "default: deny\nrules: [{name: it, "+tc.rule+"}]")
		for _, kind := range []policy.Environment{policy.Unknown, policy.Production, policy.Other} {
			if v := p.Decide(policy.Facts{Operation: op(schemas.Write), Environment: kind}); (v.Rule == "it") != tc.match[kind] {
				t.Errorf("%s: on %q decided %q", tc.rule, kind, v.Rule)
			}
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	rule := func(text string) string { return "rules:\n  - name: r\n    verdict: deny\n    " + text + "\n" }
	for text, want := range map[string]string{
		"":                             "p.yaml:1: ",
		"# nothing":                    "p.yaml:1: ",
		"[]":                           "p.yaml:1: a policy file is a mapping",
		"text":                         "p.yaml:1: a policy file is a mapping",
		"default: deny":                "p.yaml:1: rules are missing",
		"rules:":                       "p.yaml:1: rules: a list",
		"rules: {}":                    "p.yaml:1: rules: a list",
		"rules: [\n":                   "p.yaml:2: ",
		"rules: []\n---\nrules: []":    "p.yaml:1: ",
		"rules: []\nrules: []":         "p.yaml:2: rules appears twice",
		"rule: []":                     `p.yaml:1: "rule" is not a key of a policy file`,
		"Rules: []":                    `p.yaml:1: "Rules" is not a key`,
		"rules: []\ndefault: allow":    `p.yaml:2: default: "allow" is not one of`,
		"rules: []\ndefault:":          "p.yaml:2: default: the value is empty",
		"rules: [deny]":                "p.yaml:1: a rule is a mapping",
		"rules:\n  - {}":               "p.yaml:2: rule 1: verdict is missing",
		"rules:\n  - verdict: confirm": "p.yaml:2: rule 1: level is missing",
		"rules:\n  - {verdict: allow, level: form}":                          "p.yaml:2: rule 1: level belongs to",
		"rules:\n  - verdict: maybe":                                         `p.yaml:2: verdict: "maybe" is not one of allow, confirm, deny`,
		"rules:\n  - {verdict: confirm, level: wink}":                        `level: "wink" is not one of form, typed, console, two_person`,
		"rules:\n  - {name: a, verdict: deny}\n  - {name: a, verdict: deny}": `p.yaml:3: the name "a" appears twice`,
		rule("verdict: allow"):                                               "p.yaml:4: verdict appears twice",
		rule("tools: x"):                                                     `p.yaml:4: "tools" is not a key of a rule`,
		rule("tool:"):                                                        "p.yaml:4: tool: the value is empty",
		rule("tool: ''"):                                                     "p.yaml:4: tool: the value is empty",
		rule("tool: []"):                                                     "p.yaml:4: tool: the list is empty",
		rule("tool: [a, null]"):                                              "p.yaml:4: tool: the value is empty",
		rule("tool: [[a]]"):                                                  "p.yaml:4: tool: one value",
		rule("tool: {a: b}"):                                                 "p.yaml:4: tool: one value",
		rule("tool: '['"):                                                    "p.yaml:4: tool: \"[\" is not a name or a pattern",
		rule("risk: dangerous"):                                              `p.yaml:4: risk: "dangerous" is not one of read, write`,
		rule("risk: READ"):                                                   `p.yaml:4: risk: "READ"`,
		rule("platform: upsun"):                                              `p.yaml:4: platform: "upsun" is not one of platformsh`,
		rule("transport: https"):                                             `p.yaml:4: transport: "https" is not one of`,
		rule("environment_kind: staging"):                                    `p.yaml:4: environment_kind: "staging" is not one of production, other, unknown`,
		rule("reveal: false"):                                                "p.yaml:4: reveal: only true",
		rule("reason: ''"):                                                   "p.yaml:4: reason: the value is empty",
		rule("reason: \"a\\nb\""):                                            "p.yaml:4: reason: one line",
		rule("reason: \"a\u202eb\""):                                         "p.yaml:4: reason: one line",
		rule("reason: " + strings.Repeat("x", 201)):                          "p.yaml:4: reason: one line of at most 200",
		rule("time: 08:00-18:00"):                                            "p.yaml:4: time is a mapping",
		rule("time: {hours: 08:00-18:00}"):                                   "p.yaml:4: time: zone is missing",
		rule("time: {zone: Prague}"):                                         `p.yaml:4: time: zone: "Prague" is not a time zone`,
		rule("time: {zone: Local}"):                                          "p.yaml:4: time: zone:",
		rule("time: {zone: UTC, days: [Monday]}"):                            `p.yaml:4: days: "Monday" is not one of sun, mon`,
		rule("time: {zone: UTC, days: []}"):                                  "p.yaml:4: days: the list is empty",
		rule("time: {zone: UTC, hours: 8-18}"):                               `p.yaml:4: time: hours: "8-18" is not like`,
		rule("time: {zone: UTC, hours: 8:00-18:00}"):                         "is not like",
		rule("time: {zone: UTC, hours: 08:00-25:00}"):                        "is not like",
		rule("time: {zone: UTC, hours: 24:00-08:00}"):                        "is not like",
		rule("time: {zone: UTC, hours: 08:00-08:00}"):                        "starts and ends at the same time",
		rule("time: {zone: UTC, from: 08:00}"):                               `p.yaml:4: "from" is not a key of time`,
		rule("<<: {platform: acquia}"):                                       `p.yaml:4: "<<" is not a key`,
		rule("account: &a x\n    principal: *a"):                             "p.yaml:5: principal: one value",
		"rules:\n  - &r {name: r, verdict: deny}\n  - *r":                    "p.yaml:3: a rule is a mapping",
	} {
		p, err := policy.Load("p.yaml", []byte(text), rows())
		if err == nil || !strings.Contains(err.Error(), want) || p != nil {
			t.Errorf("%q: error %v, policy %v; want %q", text, err, p, want)
		}
	}
	// Every problem comes back at once, each with its line.
	_, err := policy.Load("p.yaml", []byte("default: x\nrules:\n  - risk: x\n    verdict: y\n  - platform: z\n    verdict: deny\n"), nil)
	for _, line := range []string{"p.yaml:1:", "p.yaml:3:", "p.yaml:4:", "p.yaml:5:"} {
		if err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%s is not in %v", line, err)
		}
	}
}

// A broad rule does not switch the gate off by accident.
func TestBroadAllowsAreRefused(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"[{verdict: allow}]":                                                    false,
		"[{tool: '*', verdict: allow}]":                                         false,
		"[{risk: write, verdict: allow}]":                                       false,
		"[{risk: destructive, verdict: allow}]":                                 false,
		"[{account: dev, verdict: allow}]":                                      false,
		"[{tool: 'platformsh_environment_delet?', verdict: allow}]":             false,
		"[{tool: [platformsh_environment_delete, '*_delete'], verdict: allow}]": false,
		"[{tool: 'platformsh_environment_sync*', verdict: allow}]":              false, // its arguments decide

		"[{risk: read, verdict: allow}]":                              true,
		"[{tool: platformsh_environment_delete, verdict: allow}]":     true,
		"[{risk: [write, irreversible], verdict: allow}]":             true,
		"[{risk: irreversible, account: dev, verdict: allow}]":        true,
		"[{tool: 'platformsh_environment_activat*', verdict: allow}]": true, // nothing irreversible there
		"[{tool: '*', verdict: deny}]":                                true,
		"[{verdict: confirm, level: form}]":                           true,

		// An earlier rule that asks or refuses takes the irreversible ones away, if it surely does.
		"[{risk: irreversible, verdict: deny}, {verdict: allow}]":                                                 true,
		"[{risk: irreversible, verdict: confirm, level: typed}, {account: dev, verdict: allow}]":                  true,
		"[{risk: write, verdict: deny}, {verdict: allow}]":                                                        true,
		"[{risk: irreversible, account: d*, verdict: deny}, {account: [dev, demo], verdict: allow}]":              true,
		"[{risk: irreversible, environment_name: main, verdict: deny}, {environment_name: main, verdict: allow}]": true,
		"[{risk: destructive, verdict: deny}, {verdict: allow}]":                                                  false,
		"[{risk: irreversible, verdict: allow}, {verdict: allow}]":                                                false,
		"[{risk: irreversible, platform: acquia, verdict: deny}, {verdict: allow}]":                               false,
		"[{risk: irreversible, account: shop, verdict: deny}, {verdict: allow}]":                                  false,
		"[{risk: irreversible, account: shop, verdict: deny}, {account: [shop, dev], verdict: allow}]":            false,
		"[{risk: irreversible, account: shop*, verdict: deny}, {account: s*, verdict: allow}]":                    false,
		"[{risk: irreversible, time: {days: [mon], zone: UTC}, verdict: deny}, {verdict: allow}]":                 false,
		"[{risk: irreversible, reveal: true, verdict: deny}, {verdict: allow}]":                                   false,
		"[{risk: irreversible, transport: stdio, verdict: deny}, {verdict: allow}]":                               false,
		"[{risk: irreversible, environment_kind: production, verdict: deny}, {verdict: allow}]":                   false,
		"[{verdict: allow}, {risk: irreversible, verdict: deny}]":                                                 false,
	} {
		_, err := policy.Load("p.yaml", []byte("rules: "+text), rows())
		if (err == nil) != ok {
			t.Errorf("%s: error %v, want one: %v", text, err, !ok)
		}
		if err != nil && !regexp.MustCompile(`^p\.yaml:1: rule \d: it would allow \d+ irreversible operations`).MatchString(err.Error()) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestDocumentedExamples keeps the guide honest: each of its policies loads without a warning.
func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(guide, -1)
	if len(blocks) == 0 {
		t.Fatal("the guide has no example")
	}
	for _, b := range blocks {
		p := load(t, string(b[1]))
		if warnings := policy.Lint(p, rows(), nil); len(warnings) > 0 {
			t.Errorf("%s\nwarnings: %v", b[1], warnings)
		}
	}
}

// FuzzLoad: whatever a file holds, loading it does not crash, and what it accepts decides the dangerous calls it did not name
// with a person or not at all.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{everyKey, "rules: []", "rules: [{verdict: allow, risk: read}]", "default: deny\nrules: [{tool: '*', verdict: deny}]",
		"rules: [{<<: *a}]", "rules:\n- &a [*a]", "rules: [{time: {hours: 22:00-06:00, zone: UTC}, verdict: deny}]"} {
		f.Add(seed)
	}
	irreversible := &schemas.Operation{Name: "platformsh_environment_delete", Platform: schemas.Platformsh, Toolset: "platformsh_environments",
		Risk: []schemas.Risk{schemas.Write, schemas.Destructive, schemas.Irreversible}}
	named := regexp.MustCompile(`irreversible|platformsh_environment_delete`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := policy.Load("p.yaml", []byte(text), rows())
		if err != nil {
			if p != nil || !strings.HasPrefix(err.Error(), "p.yaml:") {
				t.Errorf("policy %v with error %v", p, err)
			}
			return
		}
		policy.Lint(p, rows(), []string{"shop"})
		v := p.Decide(policy.Facts{Operation: irreversible, Account: "shop", Principal: "local", Transport: "stdio", EnvironmentName: "main"})
		if v.Action == policy.Allow && !named.MatchString(text) {
			t.Errorf("%q allows a deletion that it does not name", text)
		}
	})
}
