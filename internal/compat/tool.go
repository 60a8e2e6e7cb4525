// Package compat knows the limits that MCP clients, and the model APIs behind them, set on tools, and holds lists of tools
// against them. What it knows stands in one table, each line with its source.
package compat

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Tool is a tool of tools/list and what was counted in its schema.
type Tool struct {
	Name        string
	Description string

	noObject     bool // the root of the input schema is no object with properties
	refused      int  // keywords and forms that some model API refuses
	untypedItems int  // arrays without items
	emptyObjects int  // objects without properties
	openObjects  int  // objects with additionalProperties, whatever it says
	optional     bool // not every argument is required, or an object is open: strict mode refuses it
	depth        int  // levels of objects
	properties   int  // of all levels
	enumValues   int
	argument     string // the longest name of an argument
	badArguments int    // names of arguments that are no identifiers
}

// NewTool reads one entry of tools/list, as JSON.
func NewTool(entry []byte) (*Tool, error) {
	var raw struct {
		Name        string         `json:"name"`
		Description string         `json:"description"`
		InputSchema map[string]any `json:"inputSchema"`
	}
	if err := json.Unmarshal(entry, &raw); err != nil {
		return nil, fmt.Errorf("an entry of tools/list: %w", err)
	}
	t := &Tool{Name: raw.Name, Description: raw.Description}
	t.noObject = raw.InputSchema["type"] != "object" || raw.InputSchema["properties"] == nil
	t.read(raw.InputSchema, 0)
	return t, nil
}

// refusedKeywords are those that at least one model API refuses, or that clients drop together with what they say.
var refusedKeywords = []string{"$ref", "$defs", "$schema", "oneOf", "anyOf", "allOf", "not", "if", "const", "patternProperties", "dependentRequired"}

func (t *Tool) read(schema map[string]any, depth int) {
	for _, keyword := range refusedKeywords {
		if _, ok := schema[keyword]; ok {
			t.refused++
		}
	}
	kind, ok := schema["type"].(string)
	if !ok {
		t.refused++ // no type, or a list of types
	}
	values, _ := schema["enum"].([]any)
	t.enumValues += len(values)
	for _, v := range values {
		if _, ok := v.(string); !ok {
			t.refused++
		}
	}
	switch kind {
	case "array":
		t.readItems(schema, depth)
	case "object":
		t.readObject(schema, depth+1)
	}
}

func (t *Tool) readItems(schema map[string]any, depth int) {
	items, ok := schema["items"].(map[string]any)
	if !ok {
		t.untypedItems++
		return
	}
	t.read(items, depth)
}

func (t *Tool) readObject(schema map[string]any, depth int) {
	t.depth = max(t.depth, depth)
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	further, open := schema["additionalProperties"]
	if open {
		t.openObjects++
	}
	if depth > 1 && len(properties) == 0 {
		t.emptyObjects++
	}
	if len(required) < len(properties) || further != false {
		t.optional = true
	}
	t.properties += len(properties)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if len(name) > len(t.argument) {
			t.argument = name
		}
		if !identifier(name) {
			t.badArguments++
		}
		if child, ok := properties[name].(map[string]any); ok {
			t.read(child, depth)
		}
	}
	if values, ok := further.(map[string]any); ok {
		t.read(values, depth)
	}
}

// identifier reports whether a name is letters, digits and underscores and does not begin with a digit.
func identifier(name string) bool {
	for i, c := range []byte(name) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
