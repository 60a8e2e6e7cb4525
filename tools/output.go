package tools

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Output schemas tell programs what to expect in structuredContent. They name the members that a program would read, each with its
// type, and leave the rest open; a list with every detail would cost each model more than it is worth. Nothing is required, and
// nothing else is forbidden: results that are errors have other members, and common clients check those against the same schema.

// outputOf makes an output schema of these members of T. The names and types come from the struct that is written, so they cannot be
// wrong; a name that T does not have is a mistake of the programmer.
func outputOf[T any](members ...string) json.RawMessage {
	type schema struct {
		Type        string            `json:"type,omitempty"`
		Description string            `json:"description,omitempty"`
		Properties  map[string]schema `json:"properties,omitempty"`
	}
	types := memberTypes(reflect.TypeFor[T]())
	properties := map[string]schema{}
	for _, name := range members {
		kind, ok := types[name]
		if !ok {
			panic(fmt.Sprintf("output schema of %s: there is no member %s", reflect.TypeFor[T](), name))
		}
		if properties[name] = (schema{Type: kind}); kind == "" {
			properties[name] = schema{Description: "any JSON"} // strict readers take a schema that says nothing for a mistake
		}
	}
	raw, err := json.Marshal(schema{Type: "object", Properties: properties})
	if err != nil {
		panic(err) // of maps and strings
	}
	return raw
}

// memberTypes are the JSON types of the members that encoding/json writes; empty where it may be any.
func memberTypes(t reflect.Type) map[string]string {
	types := map[string]string{}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.IsExported() && name != "" && name != "-" {
			types[name] = jsonType(field.Type)
		}
	}
	return types
}

func jsonType(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Interface:
		return ""
	case t == reflect.TypeFor[json.RawMessage](): // a schema, in all of our answers
		return "object"
	case t.Kind() == reflect.Slice:
		return "array"
	case slices.Contains([]reflect.Kind{reflect.Struct, reflect.Map}, t.Kind()):
		return "object"
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.String:
		return "string"
	default:
		return "integer"
	}
}
