package tools_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/tiktoken-go/tokenizer"

	"paasmcp/schemas"
	"paasmcp/tools"
)

// maxToolTokens is what one tool may cost as it stands in tools/list. A client that lists it sends it with every request.
const maxToolTokens = 600

// TestToolTokens: the names, descriptions, hints and schemas of all tools, with every flag and the account argument.
func TestToolTokens(t *testing.T) {
	t.Parallel()
	list, err := tools.List(offline(t), tools.Selection{Toolsets: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]int{}
	for _, tool := range list {
		raw, err := json.Marshal(tool)
		if err != nil {
			t.Fatal(err)
		}
		if tokens[tool.Name], err = codec.Count(string(raw)); err != nil {
			t.Fatal(err)
		}
	}
	largest := slices.SortedFunc(maps.Keys(tokens), func(a, b string) int {
		if tokens[a] != tokens[b] {
			return tokens[b] - tokens[a]
		}
		return strings.Compare(a, b)
	})
	var bad violations
	for i, name := range largest {
		if i < 10 {
			t.Logf("%4d %s", tokens[name], name)
		}
		if tokens[name] > maxToolTokens {
			bad.add(name, "%d tokens in tools/list, %d are allowed", tokens[name], maxToolTokens)
		}
	}
	bad.report(t)
}

// TestListedSchemas: what tools/list shows of an operation may be shorter than its schema in paas_describe, but it names
// every argument and refuses nothing that the operation takes, so a client that checks arguments by itself stops no call.
func TestListedSchemas(t *testing.T) {
	t.Parallel()
	s := offline(t)
	list, err := tools.List(s, tools.Selection{Toolsets: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	var bad violations
	for _, tool := range list {
		op, ok := s.Catalog.Operation(tool.Name)
		if !ok {
			continue // hand-written
		}
		listed := inputSchema(t, tool)
		var full map[string]any
		if err := json.Unmarshal(op.InputSchema(), &full); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(listed["required"]) != fmt.Sprint(full["required"]) {
			bad.add(op.Name, "listed as requiring %v, not %v", listed["required"], full["required"])
		}
		shown, _ := listed["properties"].(map[string]any)
		arguments, _ := full["properties"].(map[string]any)
		for name := range arguments {
			if shown[name] == nil {
				bad.add(op.Name, "%s is not listed", name)
			}
		}
		for name := range shown {
			if arguments[name] == nil && !slices.Contains(schemas.OwnArguments(), name) {
				bad.add(op.Name, "%s is listed and does not exist", name)
			}
		}
		wider(&bad, op.Name, "", listed, full)
		if err := compiled(t, listed).Validate(exact(t, op.Example.Args)); err != nil {
			bad.add(op.Name, "the listed schema refuses the example: %v", err)
		}
	}
	bad.report(t)
}

// wider checks that a listed schema has no condition that the whole one does not have.
func wider(bad *violations, tool, at string, listed, full map[string]any) {
	for key, value := range listed {
		switch key {
		case "properties":
			inner, _ := full[key].(map[string]any)
			for name, p := range value.(map[string]any) {
				if child, ok := inner[name].(map[string]any); ok {
					wider(bad, tool, at+"."+name, p.(map[string]any), child)
				} else if at != "" {
					bad.add(tool, "%s.%s is listed and does not exist", at, name)
				}
			}
		case "items":
			if child, ok := full[key].(map[string]any); ok {
				wider(bad, tool, at+"[]", value.(map[string]any), child)
			}
		case "description":
		case "additionalProperties":
			if listed, ok := value.(map[string]any); ok {
				whole, _ := full[key].(map[string]any)
				wider(bad, tool, at+".*", listed, whole)
			} else if fmt.Sprint(value) != fmt.Sprint(full[key]) {
				bad.add(tool, "%s: additionalProperties is %v, not %v", at, value, full[key])
			}
		default:
			if fmt.Sprint(value) != fmt.Sprint(full[key]) {
				bad.add(tool, "%s: %s is listed as %v, not %v", at, key, value, full[key])
			}
		}
	}
}

func compiled(t *testing.T, schema map[string]any) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	if err := c.AddResource("paas:///x", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("paas:///x")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// exact turns arguments into the types that the validator wants.
func exact(t *testing.T, args map[string]any) any {
	t.Helper()
	if args == nil {
		return map[string]any{}
	}
	raw, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, string(raw))
}

// parsed is JSON with exact numbers.
func parsed(t *testing.T, text string) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}
