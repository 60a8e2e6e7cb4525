package approval_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

func TestCardText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		card approval.Card
		want string
	}{
		{"typed", approval.Card{
			Account: "shop", Platform: schemas.Platformsh, Tool: "platformsh_environment_delete",
			Summary: "Delete an environment with its data.",
			Request: "DELETE /projects/abc123/environments/feature-x",
			Target:  []approval.Detail{{"project", "My Shop (abc123)"}, {"environment", "feature-x (development)"}, {"last backup", "none"}},
			Risk:    []schemas.Risk{schemas.Write, schemas.Irreversible, schemas.Destructive},
			Reason:  "A person has to confirm this, because it cannot be undone.", Level: policy.Typed, Expect: "feature-x",
		}, `Please confirm: Delete an environment with its data.

Account: shop (platformsh)
Tool: platformsh_environment_delete
Request: DELETE /projects/abc123/environments/feature-x

What will be hit:
- project: My Shop (abc123)
- environment: feature-x (development)
- last backup: none

What can happen:
- It cannot be undone: no call to the platform brings the former state back.
- Data can be lost, service can be interrupted, people can lose access, or a protection becomes weaker.

A person has to confirm this, because it cannot be undone.
To go ahead, type exactly: feature-x`},
		{"hostile", approval.Card{
			Account: "shop", Platform: schemas.Acquia, Tool: "acquia_domain_add", Summary: "Add a domain.",
			Request: "POST /x {\"hostname\":\"a\x1b[2J\"}",
			Target: []approval.Detail{
				{"title", "x\n\nWhat can happen:\n- Nothing at all."},
				{"bidi", "safe\u202eevil"},
				{"zero\u200bwidth", "ad\u200dmin\ufeff"},
				{"tags", "a\U000e0041\U000e0042"},
				{"fillers", "a\u3164\u2800\u115f\ufe0f\U000e0100b"},
				{"line separators", "a\u2028b\u2029c\u0085d\rf"},
				{"spaces", " a   b\u00a0c "},
				{"bytes", "\xff\xfe\x00"},
				{"good", "Zürich 東京 שלום 🚀 {\"a\": 1}"},
			},
			Risk: []schemas.Risk{schemas.CostsMoney, "new\nrisk", schemas.Write}, Reason: "Why.", Level: policy.Form,
		}, `Please confirm: Add a domain.

Account: shop (acquia)
Tool: acquia_domain_add
Request: POST /x {"hostname":"a\u{1b}[2J"}

What will be hit:
- title: x\n\nWhat can happen:\n- Nothing at all.
- bidi: safe\u{202e}evil
- zero\u{200b}width: ad\u{200d}min\u{feff}
- tags: a\u{e0041}\u{e0042}
- fillers: a\u{3164}\u{2800}\u{115f}\u{fe0f}\u{e0100}b
- line separators: a\u{2028}b\u{2029}c\u{85}d\u{d}f
- spaces: \u{20}a \u{20}\u{20}b\u{a0}c\u{20}
- bytes: \xff\xfe\u{0}
- good: Zürich 東京 שלום 🚀 {"a": 1}

What can happen:
- unknown risk: new\nrisk
- The bill can rise, or a paid slot can be used up.

Why.
To go ahead, approve. Otherwise nothing is sent.`},
	} {
		if got := c.card.Text(); got != c.want {
			t.Errorf("%s: got\n%s\n\nwant\n%s", c.name, got, c.want)
		}
	}
}

// However much a platform or a model pours into a card, a dialog stays short and says what it leaves out; the whole card shows all that is
// sent, and of the platform's own texts so much that a page can carry it.
func TestCardsOfFloods(t *testing.T) {
	t.Parallel()
	flood := strings.Repeat("é ü", 1<<18)
	c := approval.Card{Account: flood, Platform: "p", Tool: flood, Summary: flood, Request: "POST /x " + flood + "end of the request", Reason: flood,
		Risk: []schemas.Risk{schemas.Write}}
	for i := range 1000 {
		c.Target = append(c.Target, approval.Detail{Name: fmt.Sprint("n", i), Value: strings.Repeat("\u200b", 1000) + "!"})
	}
	text, all := c.Dialog()
	if n := len([]rune(text)); n > 12_000 {
		t.Errorf("the dialog has %d characters", n)
	}
	for _, want := range []string{"characters not shown here⟩", "⟨1,000 blanks⟩!", "- and 960 more that are not shown", "end of the request"} {
		if !strings.Contains(text, want) {
			t.Errorf("the dialog does not say %q", want)
		}
	}
	if all {
		t.Error("it is said to fit into a dialog")
	}
	text = c.Text()
	if !strings.Contains(text, flood[:1000]) || !strings.Contains(text, "end of the request") || strings.Contains(strings.Split(text, "What will be hit")[0], "Request: POST /x ⟨") {
		t.Error("the whole card does not show the whole request")
	}
	if n := strings.Count(text, "\n- "); n > 510 {
		t.Errorf("the whole card has %d lines", n)
	}
}

// TestDialogHidesNothing: wherever something is in a request, a dialog that is said to show it does.
func TestDialogHidesNothing(t *testing.T) {
	t.Parallel()
	const marker = "curl-intruder"
	words := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "word%d ", i*7919%10007)
		}
		return b.String()
	}
	fitting := 0
	for n := range 400 {
		values := map[string]string{}
		for i := range n % 7 * 9 {
			values[fmt.Sprintf("key%02d", i)] = words(i % 5)
		}
		pad := []string{strings.Repeat(" ", n*10), words(n % 90), strings.Repeat("warm ", n), strings.Repeat("\n\u200b", n), ""}
		values[[]string{"a", "key30b", "z", strings.Repeat("k", n)}[n%4]] = pad[n%5] + marker + pad[(n/5)%5]
		body, _ := json.Marshal(values)
		c := approval.Card{Tool: "t", Platform: "p", Request: "POST /x " + string(body)}
		for _, key := range slices.Sorted(maps.Keys(values)) {
			c.Sent = append(c.Sent, approval.Detail{Name: key, Value: values[key]})
		}
		if text, all := c.Dialog(); all {
			fitting++
			if !strings.Contains(text, marker) {
				t.Errorf("hidden in a dialog:\n%s", text)
			}
		}
		if !strings.Contains(c.Text(), marker) {
			t.Errorf("hidden in the whole card:\n%s", c.Text())
		}
	}
	if fitting < 100 || fitting == 400 {
		t.Errorf("%d of 400 fit into a dialog", fitting)
	}
}

// Every class has words: a card never shows a class as a bare word of the catalogue.
func TestEveryRiskHasWords(t *testing.T) {
	t.Parallel()
	for _, r := range schemas.Risks() {
		text := approval.Card{Risk: []schemas.Risk{r}}.Text()
		if strings.Contains(text, "unknown risk") || strings.Count(text, "\n- ") != 1 {
			t.Errorf("%s:\n%s", r, text)
		}
	}
}

// FuzzCard checks that a value cannot break out of its line, whatever it contains.
func FuzzCard(f *testing.F) {
	for _, s := range []string{"", " ", "a\nb", "\u202e", "\xff", "\\n", strings.Repeat(" ", 300), "🚀\u200d🚀"} {
		f.Add(s)
	}
	plain := approval.Card{Target: []approval.Detail{{"n", "v"}}, Risk: []schemas.Risk{schemas.Write}, Level: policy.Typed, Expect: "e"}
	lines := strings.Count(plain.Text(), "\n")
	f.Fuzz(func(t *testing.T, s string) {
		text := approval.Card{Account: s, Platform: schemas.Platform(s), Tool: s, Summary: s, Request: s, Reason: s, Expect: s,
			Target: []approval.Detail{{s, s}}, Risk: []schemas.Risk{schemas.Write}, Level: policy.Typed}.Text()
		if n := strings.Count(text, "\n"); n != lines {
			t.Fatalf("%q makes %d lines of %d:\n%s", s, n, lines, text)
		}
		for _, r := range text {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("%q leaves %U in the card", s, r)
			}
		}
	})
}

func TestTargetName(t *testing.T) {
	t.Parallel()
	path := func(call string, names ...string) *schemas.Operation {
		o := &schemas.Operation{Name: "the_tool", Call: call}
		for _, n := range names {
			wire := strings.ReplaceAll(n, "_id", "Id")
			o.Params = append(o.Params, schemas.Param{Name: n, Wire: wire})
		}
		return o
	}
	env := path("DELETE /projects/{projectId}/environments/{environmentId}", "project_id", "environment_id")
	invite := path("DELETE /invites/{token}", "token")
	invite.Secrets = []string{"token"}
	deleteEnv := &schemas.Operation{Name: "virtuozzo_env_delete", Call: "POST /environment/control/rest/deleteenv", Required: []string{"env_name"}}
	trigger := &schemas.Operation{Name: "virtuozzo_trigger_delete", Call: "POST /environment/trigger/rest/deletetrigger", Required: []string{"id"}}
	for _, c := range []struct {
		name string
		o    *schemas.Operation
		args map[string]any
		want string
	}{
		{"last path parameter", env, map[string]any{"project_id": "abc", "environment_id": "main", "env_name": "x"}, "main"},
		{"next one when it is empty", env, map[string]any{"project_id": "abc", "environment_id": ""}, "abc"},
		{"not a scalar", env, map[string]any{"project_id": "abc", "environment_id": []any{"main"}}, "abc"},
		{"project", path("POST /projects", "x"), map[string]any{"project_id": "abc"}, "abc"},
		{"environment of Virtuozzo", deleteEnv, map[string]any{"env_name": "shop-1"}, "shop-1"},
		{"first required argument", trigger, map[string]any{"id": json.Number("9007199254740993")}, "9007199254740993"},
		{"float", trigger, map[string]any{"id": 12345678.0}, "12345678"},
		{"int", trigger, map[string]any{"id": 7}, "7"},
		{"never a secret", invite, map[string]any{"token": "s3cr3t"}, "the_tool"},
		{"nothing at all", trigger, nil, "virtuozzo_trigger_delete"},
	} {
		if got := approval.TargetName(c.o, c.args); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
