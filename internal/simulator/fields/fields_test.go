package fields_test

import (
	"encoding/json"
	"testing"

	"paasmcp/internal/simulator/fields"
)

func TestFits(t *testing.T) {
	t.Parallel()
	isTime := func(s string) bool { return s == "now" }
	for kind, values := range map[fields.Kind]struct{ fits, not []string }{
		fields.String:  {fits: []string{`""`, `"x"`}, not: []string{`1`, `null`, `["x"]`}},
		fields.Integer: {fits: []string{`1`, `-2`, `1e3`}, not: []string{`1.5`, `"1"`, `true`}},
		fields.Number:  {fits: []string{`1`, `1.5`}, not: []string{`"1.5"`, `null`}},
		fields.Boolean: {fits: []string{`true`}, not: []string{`"true"`, `1`}},
		fields.Object:  {fits: []string{`{}`}, not: []string{`[]`, `"{}"`}},
		fields.Array:   {fits: []string{`[]`, `[1,"x"]`}, not: []string{`{}`, `"x"`}},
		fields.Strings: {fits: []string{`[]`, `["x"]`}, not: []string{`["x",1]`, `"x"`}},
		fields.Email:   {fits: []string{`"a@example.com"`}, not: []string{`"A <a@example.com>"`, `"a"`}},
		fields.URL:     {fits: []string{`"https://example.com"`}, not: []string{`"example.com"`, `"/x"`}},
		fields.Time:    {fits: []string{`"now"`}, not: []string{`"then"`, `1`}},
	} {
		for _, text := range values.fits {
			if !kind.Fits(decode(t, text), isTime) {
				t.Errorf("%s is no %s", text, kind)
			}
		}
		for _, text := range values.not {
			if kind.Fits(decode(t, text), isTime) {
				t.Errorf("%s passes for a %s", text, kind)
			}
		}
	}
}

func TestOptionalLeavesTheOriginal(t *testing.T) {
	t.Parallel()
	list := []fields.Field{fields.Need("a", fields.String), fields.Null("b", fields.Object).With(fields.Need("c", fields.String))}
	update := fields.Optional(list)
	if update[0].Required || !list[0].Required {
		t.Errorf("the update requires %v, the creation %v", update[0].Required, list[0].Required)
	}
	if !update[1].Inside[0].Required || !update[1].Nullable {
		t.Errorf("what is inside an object changed: %+v", update[1])
	}
	if !fields.Named(list, "b") || fields.Named(list, "c") {
		t.Error("a field inside another counts as a field of the body")
	}
}

func decode(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
