package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"paasmcp/schemas"
)

// The package works in the project's root, as the command does.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func TestGenerated(t *testing.T) {
	t.Parallel()
	files, err := Files()
	if err != nil {
		t.Fatalf("the catalogue has errors, so nothing can be generated:\n%v", err)
	}
	stale, err := outOfDate(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range stale {
		t.Errorf("%s is out of date; run `make generate`", name)
	}
}

func TestFilesAreTheSameEveryTime(t *testing.T) {
	t.Parallel()
	ops, _ := schemas.Load(os.DirFS("schemas")) // TestGenerated reports the errors
	render := func() []byte {
		c, err := newCatalogue(ops)
		if err != nil {
			t.Fatal(err)
		}
		page := c.overview()
		for _, platform := range c.platforms {
			page = append(page, c.reference(platform)...)
		}
		return page
	}
	if first := render(); !bytes.Equal(first, render()) {
		t.Error("two runs over the same rows differ")
	}
}

// TestRowSchema holds the schema against the rows: an editor must not mark what the loader accepts, and must mark what
// it refuses.
func TestRowSchema(t *testing.T) {
	t.Parallel()
	schema := compileRowSchema(t)
	files, err := filepath.Glob("schemas/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no catalogue files: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(decodeYAML(t, data)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

const goodRow = `
- name: platformsh_thing_list
  call: GET /things
  risk: [read]
  list: $
  paging: {style: page}
  when:
    - {args: {thing_id: {contains: "*"}, filter: present}, adds: [destructive]}
    - {args: {thing_id: {not: a}}, adds: [costs_money, grants_access]}
  summary: List things.
  params:
    thing_id: {use: thing_id}
    filter: {type: object, style: deep, properties: {eq: {type: string, enum: [a, b]}}}
  variants: {by: kind, kinds: {a: {required: [thing_id]}}}
  example: {sends: GET /things}
`

func TestRowSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := compileRowSchema(t)
	if err := schema.Validate(decodeYAML(t, []byte(goodRow))); err != nil {
		t.Fatalf("the row without mistakes: %v", err)
	}
	for name, change := range map[string][2]string{
		"no name":                 {"name: platformsh_thing_list", "about: x"},
		"no call":                 {"call: GET /things", "about: x"},
		"no risk":                 {"risk: [read]", "about: x"},
		"no summary":              {"summary: List things.", "about: x"},
		"no example":              {"example: {sends: GET /things}", "about: x"},
		"an example of nothing":   {"{sends: GET /things}", "{}"},
		"an unknown key":          {"list: $", "lists: $"},
		"an unknown risk":         {"[read]", "[harmless]"},
		"a name without verb":     {"platformsh_thing_list", "platformsh_thing"},
		"a call without method":   {"GET /things\n  risk", "/things\n  risk"},
		"a summary that goes on":  {"List things.", "List things"},
		"an unknown paging style": {"style: page", "style: pages"},
		"paging without list":     {"list: $", "about: x"},
		"a parameter of no type":  {"{use: thing_id}", "{description: x}"},
		"an unknown style":        {"style: deep", "style: shallow"},
		"an unknown type":         {"type: string", "type: text"},
		"a number in an enum":     {"[a, b]", "[a, 1]"},
		"a nested typing slip":    {"enum: [a, b]", "enums: [a, b]"},
		"a parameter in capitals": {"thing_id: {use", "ThingId: {use"},
		"a condition of numbers":  {"filter: present", "filter: 1"},
		"an unknown operator":     {"{not: a}", "{never: a}"},
		"two operators":           {"{not: a}", "{not: a, contains: b}"},
		"a condition of nothing":  {"{args: {thing_id: {not: a}}, adds", "{args: {}, adds"},
		"adding a read":           {"adds: [destructive]", "adds: [read]"},
		"adding nothing":          {", adds: [destructive]", ""},
		"variants by nothing":     {"by: kind, kinds", "kinds"},
	} {
		if !strings.Contains(goodRow, change[0]) {
			t.Fatalf("%s: %q is not in the row", name, change[0])
		}
		row := strings.Replace(goodRow, change[0], change[1], 1)
		if schema.Validate(decodeYAML(t, []byte(row))) == nil {
			t.Errorf("%s: the schema accepts it", name)
		}
	}
}

func compileRowSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := rowSchema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("operation.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("operation.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func decodeYAML(t *testing.T, data []byte) any {
	t.Helper()
	var doc any
	if err := yaml.Load(data, &doc); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(doc) // the validator wants JSON's own types
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestMarkers(t *testing.T) {
	t.Parallel()
	c := &catalogue{
		platforms: []schemas.Platform{schemas.Platformsh},
		ops: map[schemas.Platform][]schemas.Operation{schemas.Platformsh: {
			{Name: "platformsh_a_b_list", Toolset: "platformsh_a", Platform: schemas.Platformsh, Risk: []schemas.Risk{schemas.Read}},
		}},
	}
	page := "# Title\n<!-- begin generated: toolsets -->\nold\n<!-- end generated -->\nrest\n"
	got, err := c.fillMarkers("README.md", []byte(page))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(got); strings.Contains(text, "old") || !strings.HasSuffix(text, "-->\nrest\n") ||
		!strings.Contains(text, "| [Platform.sh / Upsun](docs/tools/platformsh.md) | 1 | a |") {
		t.Errorf("the page reads:\n%s", text)
	}
	again, err := c.fillMarkers("README.md", got)
	if err != nil || !bytes.Equal(again, got) {
		t.Errorf("a second run changes the page (%v):\n%s", err, again)
	}
	for _, bad := range []string{
		"<!-- begin generated: toolsets -->\nno end\n",
		"<!-- end generated -->\n",
		"<!-- begin generated: weather -->\n<!-- end generated -->\n",
	} {
		if _, err := c.fillMarkers("README.md", []byte(bad)); err == nil || !strings.HasPrefix(err.Error(), "README.md: ") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

// TestToolPage pins one section: what a reader finds on a tool.
func TestToolPage(t *testing.T) {
	t.Parallel()
	least := 1.0
	var b bytes.Buffer
	tool(&b, &schemas.Operation{
		Name: "platformsh_thing_create", Call: "POST /things/{thingId}", Platform: schemas.Platformsh,
		Risk: []schemas.Risk{schemas.Write, schemas.CostsMoney}, Flags: []schemas.Flag{schemas.Deprecated}, Only: "upsun",
		When: []schemas.When{
			{Args: map[string]any{"kind": "y"}, Adds: []schemas.Risk{schemas.Destructive, schemas.Irreversible}},
			{Args: map[string]any{"thing_id": map[string]any{"contains": "*"}}, Adds: []schemas.Risk{schemas.GrantsAccess}},
		},
		Async: schemas.Activity, Summary: "Create a|b.", About: "Not <now>.", Required: []string{"kind"},
		Params: schemas.Params{
			{Name: "thing_id", Wire: "thingId", In: "path", Schema: schemas.Schema{Type: "string"}},
			{Name: "kind", In: "body", Schema: schemas.Schema{Type: "string", Enum: []any{"x", "y"}, Default: "x"}},
			{Name: "filter", In: "query", Schema: schemas.Schema{Type: "object", Properties: schemas.Properties{
				{Name: "eq", Schema: schemas.Schema{Type: "string"}}, {Name: "ne", Schema: schemas.Schema{Type: "string"}}}}},
			{Name: "sizes", In: "body", Schema: schemas.Schema{Type: "array", Items: &schemas.Schema{Type: "object", Required: []string{"n"},
				Properties: schemas.Properties{{Name: "n", Schema: schemas.Schema{Type: "integer", Minimum: &least, Nullable: true}}}}}},
		},
		Variants: &schemas.Variants{By: "kind", Default: "x", Kinds: schemas.Kinds{{Kind: "x"}, {Kind: "y", Required: []string{"sizes"}}}},
		Shows:    []string{"id"}, Secrets: []string{"env.*"},
		Example: schemas.Example{Args: map[string]any{"thing_id": "1", "kind": "x"}, Sends: `POST /things/1 {"kind":"x"}`},
	})
	const golden = "internal/generate/testdata/tool.md"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the section reads:\n%s", b.String())
	}
}
