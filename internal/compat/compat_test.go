package compat_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/compat"
)

// tool makes a tool of a name, a description and the properties of its schema, as JSON.
func tool(t *testing.T, name, description, schema string) *compat.Tool {
	t.Helper()
	tool, err := compat.NewTool(fmt.Appendf(nil, `{"name":%q,"description":%q,"inputSchema":%s}`, name, description, schema))
	if err != nil {
		t.Fatal(err)
	}
	return tool
}

const fine = `{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}`

// with puts a property beside the one of a fine schema.
func with(property string) string {
	return `{"type":"object","properties":{"a":{"type":"string"},"b":` + property + `},"required":["a","b"],"additionalProperties":false}`
}

// TestMeasures: each measure sees what it is about, and nothing in a tool that is fine.
func TestMeasures(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 70)
	for measure, bad := range map[compat.Measure]struct {
		schema string
		name   string
		limit  int
	}{
		compat.NameLength:           {fine, long, 64},
		compat.NameCharacters:       {fine, "files/read", 0},
		compat.RootObject:           {`{"type":"object"}`, "", 0},
		compat.RefusedKeywords:      {with(`{"oneOf":[{"type":"string"}],"type":"string"}`), "", 0},
		compat.ArrayItems:           {with(`{"type":"array"}`), "", 0},
		compat.EmptyObjects:         {with(`{"type":"array","items":{"type":"object","additionalProperties":{"type":"string"}}}`), "", 0},
		compat.AdditionalProperties: {fine, "", 0},
		compat.StrictMode:           {strings.Replace(fine, `"required":["a"],`, "", 1), "", 0},
		compat.ArgumentNames:        {strings.ReplaceAll(fine, `"a"`, `"page[size]"`), "", 0},
		compat.ArgumentNameLength:   {strings.ReplaceAll(fine, `"a"`, `"`+long+`"`), "", 64},
		compat.Depth:                {with(`{"type":"object","properties":{"c":{"type":"array","items":{"type":"object","properties":{}}}}}`), "", 2},
		compat.Properties:           {with(`{"type":"object","properties":{"c":{"type":"string"}}}`), "", 2},
		compat.EnumValues:           {with(`{"type":"string","enum":["x","y"]}`), "", 1},
	} {
		name := bad.name
		if name == "" {
			name = "bad"
		}
		client, limit := compat.Client{}, compat.Limit{Measure: measure, Most: bad.limit}
		tools := []*compat.Tool{tool(t, "good", "Fine.", strings.Replace(fine, `,"additionalProperties":false`, "", 1)), tool(t, name, "Bad.", bad.schema)}
		if measure == compat.StrictMode { // the one that demands the keyword
			tools[0] = tool(t, "good", "Fine.", fine)
		}
		f := client.Check(limit, &compat.Server{Tools: tools})
		if f.OK() || !f.Breaks() || f.Tool != name {
			t.Errorf("%s: %d, at most %d, in %q", measure, f.Value, bad.limit, f.Tool)
		}
		if f := client.Check(limit, &compat.Server{Tools: tools[:1]}); !f.OK() {
			t.Errorf("%s: %d in a tool that is fine", measure, f.Value)
		}
	}
}

func TestRefusedForms(t *testing.T) {
	t.Parallel()
	for _, property := range []string{
		`{"type":["string","null"]}`, `{}`, `{"$ref":"#/x","type":"string"}`, `{"const":"x","type":"string"}`, `{"type":"integer","enum":[1,2]}`,
		`{"type":"object","additionalProperties":{"type":["string","null"]}}`, `{"type":"array","items":{"anyOf":[],"type":"string"}}`,
	} {
		server := &compat.Server{Tools: []*compat.Tool{tool(t, "x", "X.", with(property))}}
		if f := (compat.Client{}).Check(compat.Limit{Measure: compat.RefusedKeywords}, server); f.OK() {
			t.Errorf("%s passes", property)
		}
	}
	if _, err := compat.NewTool([]byte(`{"inputSchema":[]}`)); err == nil {
		t.Error("a schema that is a list is read")
	}
}

func TestMeasuresOfTheServer(t *testing.T) {
	t.Parallel()
	server := &compat.Server{
		Tools:        []*compat.Tool{tool(t, "one", "Über", fine), tool(t, "two", "Two.", fine)},
		Instructions: "Größe", AnswerTokens: 1000,
	}
	for measure, want := range map[compat.Measure]int{
		compat.ToolCount: 2, compat.Instructions: 5, compat.Descriptions: 4, compat.AnswerBytes: 4000, compat.AnswerTokens: 1000, compat.NameLength: 8,
	} {
		limit := compat.Limit{Measure: measure, Most: want - 1, Soft: true}
		f := compat.Client{Prefix: "mcp__"}.Check(limit, server)
		if f.Value != want || f.OK() || f.Breaks() {
			t.Errorf("%s: %d, not %d; ok %v, breaks %v", measure, f.Value, want, f.OK(), f.Breaks())
		}
	}
}

// TestTable: every line can be looked up, and every measure is explained.
func TestTable(t *testing.T) {
	t.Parallel()
	for _, c := range compat.Clients() {
		if len(c.Limits) == 0 || len(c.Unknown) == 0 {
			t.Errorf("%s: nothing is known, or everything", c.Name)
		}
		for _, limit := range c.Limits {
			if u, err := url.Parse(limit.Source); err != nil || u.Host == "" {
				t.Errorf("%s: %s: source %q", c.Name, limit.Measure, limit.Source)
			}
			if _, err := time.Parse(time.DateOnly, limit.Checked); err != nil {
				t.Errorf("%s: %s: %v", c.Name, limit.Measure, err)
			}
			if limit.Measure.String() == "" || limit.Measure.Remedy() == "" {
				t.Errorf("%s: measure %d has no name or no remedy", c.Name, int(limit.Measure))
			}
			if limit.Soft && limit.Note == "" {
				t.Errorf("%s: %s: why does it break nothing?", c.Name, limit.Measure)
			}
		}
	}
}

func TestRoomForServerName(t *testing.T) {
	t.Parallel()
	room := compat.RoomForServerName(40)
	if !slices.ContainsFunc(compat.Clients(), func(c compat.Client) bool {
		return slices.ContainsFunc(c.Limits, func(l compat.Limit) bool {
			return l.Measure == compat.NameLength && l.Most == len(c.Prefix)-len(compat.ServerName)+room+40
		})
	}) {
		t.Errorf("no client has room for exactly %d characters", room)
	}
	if room < len(compat.ServerName) {
		t.Errorf("%d characters are too few for %s", room, compat.ServerName)
	}
}
