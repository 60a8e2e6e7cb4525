package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paasmcp/schemas"
)

const fromHere = "../../" + queriesFile

// The floors stand a little below what was measured, by about two queries of each group. Raise them with the ranking.
func TestFinderDoesNotGetWorse(t *testing.T) {
	t.Parallel()
	m, err := measure(fromHere)
	if err != nil {
		t.Fatal(err)
	}
	all := func(Result) bool { return true }
	split := func(name string) func(Result) bool { return func(r Result) bool { return r.Split == name } }
	platform := func(name schemas.Platform) func(Result) bool {
		return func(r Result) bool { return r.Platform == name }
	}
	kind := func(name string) func(Result) bool { return func(r Result) bool { return r.Kind == name } }
	for _, floor := range []struct {
		name  string
		group func(Result) bool
		Score
	}{
		{"all", all, Score{0, 0.81, 0.95, 0.87}},
		{tuned, split(tuned), Score{0, 0.86, 0.98, 0.91}},
		{reported, split(reported), Score{0, 0.75, 0.91, 0.82}},
		{"platformsh", platform(schemas.Platformsh), Score{0, 0.82, 0.93, 0.87}},
		{"acquia", platform(schemas.Acquia), Score{0, 0.82, 0.97, 0.89}},
		{"virtuozzo", platform(schemas.Virtuozzo), Score{0, 0.77, 0.92, 0.84}},
		{"direct", kind("direct"), Score{0, 0.92, 0.98, 0.95}},
		{"paraphrase", kind("paraphrase"), Score{0, 0.74, 0.93, 0.82}},
		{"jargon", kind("jargon"), Score{0, 0.78, 0.93, 0.85}},
		{"symptom", kind("symptom"), Score{0, 0.70, 0.85, 0.77}},
		{"language", kind("language"), Score{0, 0.86, 0.96, 0.92}},
	} {
		got := score(only(m.finder, floor.group))
		if got.Recall1 < floor.Recall1 || got.Recall5 < floor.Recall5 || got.MRR < floor.MRR {
			t.Errorf("%s: recall@1 %.3f, recall@5 %.3f, MRR %.3f; the floors are %.2f, %.2f, %.2f",
				floor.name, got.Recall1, got.Recall5, got.MRR, floor.Recall1, floor.Recall5, floor.MRR)
		}
		base := score(only(m.baseline, floor.group))
		if got.MRR <= base.MRR {
			t.Errorf("%s: MRR %.3f is no better than plain BM25, %.3f", floor.name, got.MRR, base.MRR)
		}
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	m, err := measure(fromHere)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	report(&out, m)
	reportFailures(&out, m.finder)
	for _, want := range []string{"tune half", "test half", "platformsh", "symptom", "platform inferred", "ja"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not mention %s", want)
		}
	}
	for _, r := range m.finder {
		if r.Split == reported && strings.Contains(out.String(), `"`+r.Text+`"`) {
			t.Error("the report shows a query of the half that nobody tunes on")
			break
		}
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	queries := []Query{{Text: "first", Expect: []string{"b", "a"}}, {Text: "third", Expect: []string{"c"}}, {Text: "sixth", Expect: []string{"f"}}, {Text: "none", Expect: []string{"z"}}}
	got := score(rank(queries, func(*Query, int) []string { return []string{"a", "b", "c", "d", "e", "f"} }))
	if want := (Score{4, 0.25, 0.5, (1 + 1.0/3 + 1.0/6) / 4}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := score(nil); got != (Score{}) {
		t.Errorf("no queries: %+v", got)
	}
}

func TestReadQueriesMistakes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "queries.yaml")
	for text, want := range map[string]string{
		"- {query: q, split: tune, expect: [other]}":                       "other, which is no tool",
		"- {query: q, split: tune}":                                        "expects no tool",
		"- {query: q, split: train, expect: [tool]}":                       `split is "train"`,
		"- {query: q, split: tune, expect: [tool], expects: [other_tool]}": "expects",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readQueries(file, func(tool string) bool { return tool == "tool" }); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %s", text, err, want)
		}
	}
	if _, err := readQueries(file+".none", nil); err == nil {
		t.Error("a file that is not there was read")
	}
}
