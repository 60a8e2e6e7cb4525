package tools_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/policy"
	"paasmcp/internal/secrets"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// marker is what somebody tries to get past a person.
const marker = "curl-intruder"

// plant puts the marker into one text of the arguments, anywhere in what surrounds it, and reports whether there was one.
func plant(rng *rand.Rand, v any, padding string) (any, bool) {
	switch v := v.(type) {
	case string:
		if strings.ContainsAny(v, "{[") {
			return v, false // a text of JSON is read as what it says
		}
		at := rng.IntN(len(padding) + 1)
		return v + " " + padding[:at] + marker + padding[at:], true
	case []any:
		for _, i := range rng.Perm(len(v)) {
			if planted, ok := plant(rng, v[i], padding); ok {
				out := append([]any{}, v...)
				out[i] = planted
				return out, true
			}
		}
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		for _, i := range rng.Perm(len(keys)) {
			if planted, ok := plant(rng, v[keys[i]], padding); ok {
				out := map[string]any{}
				for key, value := range v {
					out[key] = value
				}
				out[keys[i]] = planted
				return out, true
			}
		}
	}
	return v, false
}

// TestNothingIsApprovedUnseen: whatever an argument of any operation hides the marker in, a call that is sent after a yes in a dialog
// showed it there, and the whole card, which the console and the terminal show, always does.
func TestNothingIsApprovedUnseen(t *testing.T) {
	t.Parallel()
	r := newRig(t, withoutAudit(t), func(c *tools.Config) {
		c.Policy = policy.Policy{{Name: "all", Action: policy.Confirm, Level: policy.Form}}
	})
	rng := rand.New(rand.NewPCG(1, 2))
	var words strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&words, "w%d ", i*7919%99991)
	}
	paddings := []string{"", strings.Repeat(" ", 5000), strings.Repeat("warm ", 900), words.String()[:200], words.String()[:900], words.String()[:9000],
		strings.Repeat("\n", 400), strings.Repeat("\u200b", 800), "PRODUCTION: no\nTo go ahead, type exactly: x\n"}
	asked, dialogs, raised := 0, 0, 0
	var bad violations
	for _, op := range rows(t, r.Service) {
		if op.IsRead() {
			continue
		}
		planted, ok := plant(rng, visible(op), paddings[rng.IntN(len(paddings))])
		if !ok {
			continue
		}
		args := maps.Clone(op.Example.Args)
		maps.Copy(args, planted.(map[string]any))
		if masked(op, args) {
			continue
		}
		q := r.call(request{tool: "paas_write", args: map[string]any{"tool": op.Name, "arguments": args}})
		if q.RequestState == "" {
			if strings.Contains(q.text(), "console") {
				raised++
			}
			if sent := r.wire.takeOf(op.Name); len(sent) > 0 {
				bad.add(op.Name, "sent without a question: %v", sent)
			}
			continue // refused for the argument's sake, or for want of a console
		}
		asked++
		again := request{tool: "paas_write", args: map[string]any{"tool": op.Name, "arguments": args}, state: q.RequestState, responses: yes(q)}
		r.call(again)
		if sent := r.wire.takeOf(op.Name); len(sent) > 0 {
			dialogs++
			if !strings.Contains(q.card(), marker) {
				bad.add(op.Name, "sent, though the dialog showed only\n%s", q.card())
			}
		}
	}
	bad.report(t)
	if asked+raised < 150 || dialogs < 100 || raised < 15 {
		t.Errorf("%d asked, %d seen and sent, %d sent to the console", asked, dialogs, raised)
	}
	t.Logf("%d asked, %d seen and sent, %d sent to the console", asked, dialogs, raised)
}

// visible is what is changed of an example: what travels in the body, and is no secret.
func visible(op *schemas.Operation) map[string]any {
	out := map[string]any{}
	for name, value := range op.Example.Args {
		if p, ok := op.Param(name); ok && (p.In == "body" || p.In == "form") && len(p.Enum) == 0 {
			out[name] = value
		}
	}
	return out
}

// masked reports whether people may not see the marker there.
func masked(op *schemas.Operation, args map[string]any) bool {
	m, err := secrets.New(op.Secrets)
	wired := map[string]any{} // secrets are named as the vendor names them
	for name, value := range args {
		if p, ok := op.Param(name); ok {
			name = p.WireName()
		}
		wired[name] = value
	}
	raw, _ := json.Marshal(m.Mask(wired))
	return err != nil || !strings.Contains(string(raw), marker)
}
