package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paasmcp/schemas"
)

const up = "../../"

// TestTasks is the gate: no task may get lost, and all together must not become dearer.
func TestTasks(t *testing.T) {
	t.Parallel()
	tasks, err := readTasks(up + tasksDir)
	if err != nil {
		t.Fatal(err)
	}
	results, err := runTasks(context.Background(), tasks)
	if err != nil {
		t.Fatal(err)
	}
	before, err := readBaseline(up + baselineFile)
	if os.Getenv("UPDATE") != "" {
		if err := writeBaseline(up+baselineFile, results, before); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if worse := regressions(results, before); len(worse) > 0 {
		var transcripts bytes.Buffer
		for _, r := range failed(results, before) {
			printTranscript(&transcripts, r)
		}
		t.Errorf("%s\n%s", hint(worse), transcripts.String())
	}
	for _, platform := range schemas.Platforms() {
		if n := sum(results, platform).Tasks; n < 15 {
			t.Errorf("%s has %d tasks; 15 are the least that say something", platform, n)
		}
	}
}

// TestPersonReadsTheCard: the person of the tasks is no rubber stamp, or the tasks would prove nothing about the cards.
func TestPersonReadsTheCard(t *testing.T) {
	t.Parallel()
	read := func(text string) (f form) {
		if err := decode([]byte(text), &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	approve := read(`{"properties": {"approve": {"type": "boolean"}}, "required": ["approve"]}`)
	typed := read(`{"properties": {"confirm_name": {"type": "string", "description": "Type shop to go ahead."},
		"backup_first": {"type": "boolean", "default": true}}, "required": ["confirm_name"]}`)
	for _, tc := range []struct {
		name, card string
		asked      form
		final      bool
		declines   bool
		action     string
		content    string
	}{
		{"names the target", "environment: Staging", approve, false, false, "accept", `{"approve":true}`},
		{"names another", "environment: main", approve, false, false, "decline", "null"},
		{"no way back, not meant", "staging. It cannot be undone", approve, false, false, "decline", "null"},
		{"no way back, meant", "staging. It cannot be undone", typed, true, false, "accept", `{"backup_first":true,"confirm_name":"shop"}`},
		{"does not want it", "environment: staging", approve, true, true, "decline", "null"},
		{"nothing to fill in", "environment: staging", form{}, false, false, "decline", "null"},
	} {
		p := &Person{Declines: tc.declines}
		p.Says(Step{Given: map[string]any{"environment": "staging"}, Final: tc.final})
		got := p.Answer(tc.card, tc.asked).Response
		if content := compact(got["content"]); got["action"] != tc.action || content != tc.content {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
}

func TestRegressions(t *testing.T) {
	t.Parallel()
	before := map[string]TaskResult{
		"a": {Task: "a", Success: true, Calls: 10, In: 1000, Out: 100},
		"b": {Task: "b", Calls: 10, In: 1000, Out: 100, Why: "known"},
	}
	same := []TaskResult{before["a"], before["b"]}
	change := func(f func(r []TaskResult)) []TaskResult {
		changed := append([]TaskResult{}, same...)
		f(changed)
		return changed
	}
	for name, tc := range map[string]struct {
		results []TaskResult
		want    string
	}{
		"the same":         {same, ""},
		"better":           {change(func(r []TaskResult) { r[1].Success, r[0].Calls = true, 5 }), ""},
		"a little dearer":  {change(func(r []TaskResult) { r[0].In = 1100 }), ""},
		"fails now":        {change(func(r []TaskResult) { r[0].Success, r[0].Why = false, "domain is left" }), "a: it fails now: domain is left"},
		"more calls":       {change(func(r []TaskResult) { r[0].Calls = 12 }), "calls: 22, which is 10 % more"},
		"more to read":     {change(func(r []TaskResult) { r[0].In = 1200 }), "reads: 2200"},
		"more to write":    {change(func(r []TaskResult) { r[0].Out = 120 }), "writes: 220"},
		"new":              {append(change(func([]TaskResult) {}), TaskResult{Task: "c"}), "c: not in the baseline"},
		"fewer than there": {same[:1], "2 tasks, and 1 were run"},
	} {
		got := strings.Join(regressions(tc.results, before), "\n")
		if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func TestBaselineKeepsReasons(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "baseline.yaml")
	old := map[string]TaskResult{"a": {Task: "a", Why: "the card names no \"task\""}}
	results := []TaskResult{{Task: "a", On: schemas.Acquia, Why: "unmet"}, {Task: "b", On: schemas.Acquia, Success: true, Calls: 3}}
	if err := writeBaseline(file, results, old); err != nil {
		t.Fatal(err)
	}
	got, err := readBaseline(file)
	if err != nil || got["a"].Why != old["a"].Why || !got["b"].Success || got["b"].Calls != 3 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestReadTasksMistakes: above all, a task cannot hand the assistant something that its user did not say.
func TestReadTasksMistakes(t *testing.T) {
	t.Parallel()
	const check = "  check: [{get: /x, is: .status == 200}]\n"
	for text, want := range map[string]string{
		"- name: a\n  platform: heroku\n" + check:                                                                    "platform",
		"- name: a\n  platform: acquia\n  steps: [{say: x}]\n" + check:                                               "1 steps",
		"- name: a\n  platform: acquia\n  steps: [{say: x}, {say: y}]\n":                                             "0 checks",
		"- name: a\n  platform: acquia\n  steps: [{say: Stop it}, {say: y, given: {name: stage}}]\n" + check:         `nobody said "stage"`,
		"- name: a\n  platform: acquia\n  steps: [{say: x}, {say: y}]\n  check: [{get: /x}]\n":                       "either",
		"- name: a\n  platform: acquia\n  steps: [{say: x}, {say: y}]\n  check: [{answer: x, card: y}]\n":            "either",
		"- name: a\n  platform: acquia\n  tool: acquia_code_switch\n  steps: [{say: x}, {say: y}]\n" + check:         "tool",
		strings.Repeat("- name: a\n  platform: acquia\n  steps: [{say: x}, {say: y}]\n"+check, 2):                    "two of this name",
		"- name: a\n  platform: acquia\n  steps: [{say: x}, {say: y, given: {list: [x, {deep: secret}]}}]\n" + check: `nobody said "secret"`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "tasks.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readTasks(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %s", text, err, want)
		}
	}
	if _, err := readTasks(t.TempDir()); err == nil {
		t.Error("an empty folder is no mistake")
	}
}
