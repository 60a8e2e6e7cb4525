package tools_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"paasmcp/schemas"
	"paasmcp/tools"
)

// outputSchemas are what the hand-written tools promise of their results.
var outputSchemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	catalog, err := schemas.Open(nil)
	if err != nil {
		return nil, err
	}
	list, err := tools.List(tools.NewService(tools.Config{Catalog: catalog, Accounts: new(tools.Accounts)}), tools.Selection{})
	if err != nil {
		return nil, err
	}
	compiled := map[string]*jsonschema.Schema{}
	for _, tool := range list {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(tool.RawOutputSchema))
		if err != nil {
			return nil, err
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(tool.Name, doc); err != nil {
			return nil, err
		}
		if compiled[tool.Name], err = c.Compile(tool.Name); err != nil {
			return nil, err
		}
	}
	return compiled, nil
})

// keepsPromise checks a result against the output schema of its tool. Clients check the structure of errors too when there is one,
// and demand one of every success.
func keepsPromise(t testing.TB, tool string, got reply) {
	t.Helper()
	if !strings.HasPrefix(tool, "paas_") || len(got.InputRequests) > 0 {
		return
	}
	all, err := outputSchemas()
	if err != nil {
		t.Fatal(err)
	}
	schema, ok := all[tool]
	if !ok {
		return // not a tool
	}
	if len(got.StructuredContent) == 0 {
		if !got.IsError {
			t.Errorf("%s: it has an output schema and answers without structure: %s", tool, got.text())
		}
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(got.StructuredContent))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s: %v: %.500s", tool, err, got.StructuredContent)
	}
}

// TestOutputSchemas: every hand-written tool has one that all clients load, and that is small.
func TestOutputSchemas(t *testing.T) {
	t.Parallel()
	all, err := outputSchemas()
	if err != nil || len(all) != 9 {
		t.Fatalf("%d schemas: %v", len(all), err)
	}
	list, err := tools.List(offline(t), tools.Selection{Toolsets: []string{"none"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range list {
		var root map[string]any
		if err := json.Unmarshal(tool.RawOutputSchema, &root); err != nil || root["type"] != "object" || len(tool.RawOutputSchema) > 300 {
			t.Errorf("%s: %v: %s", tool.Name, err, tool.RawOutputSchema)
		}
		for _, key := range []string{"oneOf", "anyOf", "allOf", "$ref", "$schema", "required", "additionalProperties"} {
			if _, has := root[key]; has {
				t.Errorf("%s: the output schema has %s", tool.Name, key)
			}
		}
	}
}
