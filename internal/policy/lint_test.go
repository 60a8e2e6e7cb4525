package policy_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

func TestLint(t *testing.T) {
	t.Parallel()
	const guard = "  - {name: guard, risk: irreversible, verdict: deny}\n"
	for text, want := range map[string][]string{
		"  - {name: a, risk: write, verdict: deny}\n  - {name: b, risk: read, verdict: allow}\n": nil,
		"  - {name: a, tool: nothing_*, verdict: deny}\n":                                        {"2: a: tool: no operation is called nothing_*"},
		"  - {name: a, tool: [platformsh_project_get, platformsh_project_got], verdict: deny}\n": {"2: a: tool: no operation is called platformsh_project_got"},
		"  - {name: a, toolset: backups, verdict: deny}\n":                                       {"2: a: toolset: no toolset is called backups"},
		"  - {name: a, account: [shop, blog], verdict: deny}\n":                                  {"2: a: account: no account is called blog"},
		"  - {name: a, account: 's*', verdict: deny}\n":                                          nil,
		"  - {name: a, platform: acquia, tool: platformsh_project_get, verdict: deny}\n":         {"2: a: it never matches"},
		"  - {name: a, tool: platformsh_project_get, risk: write, verdict: deny}\n":              {"2: a: it never matches"},
		"  - {name: a, tool: platformsh_project_get, reveal: true, verdict: deny}\n":             {"2: a: it never matches"},

		// Shadows.
		"  - {name: a, verdict: deny}\n  - {name: b, risk: read, verdict: allow}\n":                                                                                                             {"3: b: it never decides, because everything it matches is decided before by a (line 2)"},
		"  - {name: a, tool: 'acquia_*', verdict: deny}\n  - {name: b, tool: acquia_account_get, verdict: deny}\n":                                                                              {"3: b: it never decides"},
		"  - {name: a, tool: acquia_account_get, verdict: deny}\n  - {name: b, tool: 'acquia_*', verdict: deny}\n":                                                                              nil,
		"  - {name: a, platform: acquia, verdict: deny}\n  - {name: b, platform: virtuozzo, verdict: deny}\n  - {name: c, platform: platformsh, verdict: deny}\n  - {name: d, verdict: deny}\n": {"5: d: it never decides, because everything it matches is decided before by c (line 4), a (line 2), b (line 3)"},
		"  - {name: a, risk: write, verdict: deny}\n  - {name: b, risk: destructive, verdict: deny}\n":                                                                                          {"3: b: it never decides"},
		"  - {name: a, risk: destructive, verdict: deny}\n  - {name: b, risk: write, verdict: deny}\n":                                                                                          nil,
		"  - {name: a, risk: [destructive, costs_money], verdict: deny}\n  - {name: b, risk: costs_money, verdict: deny}\n":                                                                     {"3: b: it never decides"},
		"  - {name: a, account: 's*', verdict: deny}\n  - {name: b, account: shop, verdict: deny}\n":                                                                                            {"3: b: it never decides"},
		"  - {name: a, account: shop, verdict: deny}\n  - {name: b, verdict: deny}\n":                                                                                                           nil,
		"  - {name: a, principal: local, verdict: deny}\n  - {name: b, principal: [local, 'bearer:*'], verdict: deny}\n":                                                                        nil,
		"  - {name: a, environment_kind: production, verdict: deny}\n  - {name: b, environment_kind: unknown, verdict: deny}\n":                                                                 {"3: b: it never decides"},
		"  - {name: a, transport: [stdio, cli], verdict: deny}\n  - {name: b, transport: cli, verdict: deny}\n":                                                                                 {"3: b: it never decides"},
		"  - {name: a, time: {days: [mon], zone: UTC}, verdict: deny}\n  - {name: b, verdict: deny}\n":                                                                                          nil,
		"  - {name: a, time: {days: [mon], zone: UTC}, verdict: deny}\n  - {name: b, time: {days: [mon], zone: UTC}, risk: write, verdict: deny}\n":                                             {"3: b: it never decides"},
		"  - {name: a, time: {days: [mon], zone: UTC}, verdict: deny}\n  - {name: b, time: {days: [mon], zone: Asia/Tokyo}, verdict: deny}\n":                                                   nil,

		// A rule that allows lets calls for secrets pass by, unless it names them.
		"  - {name: a, risk: read, verdict: allow}\n  - {name: b, risk: read, reveal: true, verdict: deny}\n":     nil,
		"  - {name: a, risk: read, verdict: allow}\n  - {name: b, tool: platformsh_project_get, verdict: deny}\n": {"3: b: it never decides"},
		"  - {name: a, risk: read, verdict: deny}\n  - {name: b, risk: read, reveal: true, verdict: allow}\n":     {"3: b: it never decides"},
		guard + "  - {name: a, verdict: allow}\n  - {name: b, risk: reveals_secrets, verdict: deny}\n":            nil,
	} {
		var got []string
		for _, w := range policy.Lint(load(t, "rules:\n"+text), rows(), []string{"shop", "store"}) {
			got = append(got, strings.Join([]string{itoa(w.Line), w.Text}, ": "))
		}
		if len(got) != len(want) || !slices.EqualFunc(got, want, strings.HasPrefix) {
			t.Errorf("%s\ngot  %q\nwant %q", text, got, want)
		}
	}
}

func itoa(n int) string { return string(rune('0' + n)) }

func TestExplain(t *testing.T) {
	t.Parallel()
	p := load(t, "rules: [{name: a, account: shop, verdict: deny}, {name: b, risk: write, verdict: confirm, level: console}]")
	for _, f := range []policy.Facts{
		{Operation: op(schemas.Write)}, {Operation: op(schemas.Write), Account: "shop"}, {Operation: op(schemas.Read)},
		{Operation: op(schemas.Read, schemas.RevealsSecrets), Reveal: true}, {Operation: op()}, {Operation: op(schemas.Write), ReadOnly: true},
	} {
		v, steps := p.Explain(f)
		if want := p.Decide(f); v != want {
			t.Errorf("%+v: explained %+v, decided %+v", f, v, want)
		}
		for i, step := range steps {
			if (step.Misfit == "") != (i == len(steps)-1) || step.Misfit == "" && step.Rule.Name != v.Rule {
				t.Errorf("%+v: step %d is %+v", f, i, step)
			}
		}
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	prague, err := time.LoadLocation("Europe/Prague")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		parsed, err := time.ParseInLocation("2006-01-02 15:04:05", text, prague)
		if err != nil {
			t.Fatal(err)
		}
		return parsed.UTC()
	}
	for _, tc := range []struct {
		window  string
		in, out []string
	}{
		{"days: [sat, sun]", []string{"2026-11-21 00:00:00", "2026-11-22 23:59:59"}, []string{"2026-11-20 23:59:59", "2026-11-23 00:00:00"}},
		{"hours: 08:00-18:00", []string{"2026-11-21 08:00:00", "2026-11-21 17:59:59"}, []string{"2026-11-21 07:59:59", "2026-11-21 18:00:00"}},
		{"hours: 14:00-24:00, days: fri", []string{"2026-11-20 14:00:00", "2026-11-20 23:59:59"}, []string{"2026-11-20 13:59:00", "2026-11-21 00:00:00", "2026-11-19 15:00:00"}},
		// Over midnight: the night belongs to the day it began on.
		{"hours: 22:00-06:00, days: [fri]", []string{"2026-11-20 22:00:00", "2026-11-21 05:59:59"}, []string{"2026-11-20 05:00:00", "2026-11-21 06:00:00", "2026-11-21 22:00:00"}},
		{"hours: 22:00-06:00, days: [sun]", []string{"2026-11-23 01:00:00"}, []string{"2026-11-22 01:00:00"}},
		{"hours: 22:00-00:00", []string{"2026-11-20 23:00:00"}, []string{"2026-11-21 00:00:00"}},
		// By the clock on the wall, in summer as in winter.
		{"hours: 08:00-09:00", []string{"2026-07-01 08:30:00", "2026-12-01 08:30:00"}, []string{"2026-07-01 09:30:00", "2026-12-01 07:30:00"}},
	} {
		p := load(t, "default: deny\nrules: [{name: in, verdict: confirm, level: form, time: {zone: Europe/Prague, "+tc.window+"}}]")
		for want, list := range map[string][]string{"in": tc.in, "no rule": tc.out} {
			for _, text := range list {
				if v := p.Decide(policy.Facts{Operation: op(schemas.Write), Time: at(text)}); v.Rule != want {
					t.Errorf("%s at %s: %q", tc.window, text, v.Rule)
				}
			}
		}
	}
}

// A call is judged by one whole policy while policies are exchanged.
func TestLive(t *testing.T) {
	t.Parallel()
	one := load(t, "default: deny\nrules: [{name: one, risk: read, verdict: deny}, {name: one write, risk: write, verdict: deny}]")
	two := load(t, "default: deny\nrules: [{name: two, risk: read, verdict: allow}]")
	live := policy.NewLive(one)
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		for ctx.Err() == nil {
			live.Set(two)
			live.Set(one)
		}
	})
	for range 2000 {
		v := live.Decide(policy.Facts{Operation: op(schemas.Read)})
		if v.Rule != "one" && v.Rule != "two" || (v.Rule == "two") != (v.Action == policy.Allow) {
			t.Fatalf("%+v", v)
		}
	}
	stop()
	all.Wait()
}
