package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/invopop/jsonschema"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/schemas"
)

// ownTools are the hand-written tools, in the order of a task: find, describe, call, wait, read on.
func (s *Service) ownTools() []server.ServerTool {
	list := []server.ServerTool{
		s.findTool(),
		s.describeTool(),
		s.readTool(),
	}
	if !s.ReadOnly {
		list = append(list, s.writeTool())
	}
	return append(list, s.waitTool(), s.resultTool(), s.logsTool(), s.locateTool(), s.accountsTool())
}

// own makes a hand-written tool whose arguments are the fields of In. The schema is reflected from the struct, so what is
// documented, what is checked and what is decoded are one thing. The output schema is one of [outputOf].
func own[In any](s *Service, name, title, description string, hints mcp.ToolAnnotation, output json.RawMessage,
	handle func(context.Context, In, mcp.CallToolParams) (*mcp.CallToolResult, error),
) server.ServerTool {
	shown := reflectInput(new(In))
	checked := sync.OnceValue(func() *schemas.Schema { return checkedInput(reflect.TypeFor[In](), reflectInput(new(In))) })
	if !s.Accounts.Choice("") { // the argument is only offered when there is more than one to choose from
		shown.Properties.Delete("account")
	}
	raw, err := json.Marshal(shown)
	if err != nil { // the structs are ours and a test lists all tools
		panic(fmt.Sprintf("schema of %s: %v", name, err))
	}
	tool := mcp.NewToolWithRawSchema(name, description, raw)
	hints.Title = title
	tool.Annotations, tool.RawOutputSchema = hints, output
	return server.ServerTool{Tool: tool, Handler: func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		var in In
		if err := decodeInput(checked(), r.Params, reflect.ValueOf(&in).Elem()); err != nil {
			err = fmt.Errorf("%s: %w", name, err)
			if name == readName || name == writeName { // the others call no operation
				given, _ := argumentsOf(r.Params)
				call := Call{Tool: name, Args: given}
				if tool, ok := given["tool"].(string); ok {
					call.Tool = tool
					call.Args, _ = given["arguments"].(map[string]any)
				}
				s.turnedAway(ctx, call, err)
			}
			return failed(err), nil
		}
		return handle(ctx, in, r.Params)
	}}
}

// reflectInput renders a struct as the inline schema that every client loads.
func reflectInput(in any) *jsonschema.Schema {
	reflector := jsonschema.Reflector{DoNotReference: true, ExpandedStruct: true, Anonymous: true}
	schema := reflector.Reflect(in)
	schema.Version = ""
	return schema
}

// checkedInput is the schema that arguments are checked against, in the form that rows have, with a property for each field. It also
// admits the members that are not shown. No number of ours means anything below 1.
func checkedInput(t reflect.Type, shown *jsonschema.Schema) *schemas.Schema {
	checked := &schemas.Schema{Type: "object", Properties: schemas.Properties{}, Required: shown.Required}
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		p := schemas.Property{Name: name, Schema: schemas.Schema{Type: jsonType(field.Type)}}
		switch p.Type {
		case "array":
			p.Items = &schemas.Schema{Type: jsonType(field.Type.Elem())}
		case "integer":
			p.Minimum = &one
		}
		if seen, ok := shown.Properties.Get(name); ok {
			p.Enum, p.Description = seen.Enum, seen.Description
		}
		checked.Properties = append(checked.Properties, p)
	}
	return checked
}

// decodeInput coerces and checks the arguments of a hand-written tool, and sets the fields of its struct.
func decodeInput(checked *schemas.Schema, params mcp.CallToolParams, into reflect.Value) error {
	args, err := argumentsOf(params)
	if err != nil {
		return err
	}
	for name, value := range args {
		i := property(checked, name)
		if i < 0 {
			continue
		}
		args[name] = coerceOwn(&checked.Properties[i].Schema, value)
		if args[name] == nil { // models write null for what they leave out
			delete(args, name)
		}
	}
	if wrong := checked.Validate(args); len(wrong) > 0 {
		return errors.New(explainInput(checked, wrong))
	}
	for i := range checked.Properties {
		field := into.Field(i)
		switch value := args[checked.Properties[i].Name].(type) {
		case string:
			field.SetString(value)
		case bool:
			field.SetBool(value)
		case json.Number:
			field.SetInt(int64(wholeNumber(value)))
		case []any:
			field.Set(reflect.ValueOf(texts(value)))
		case map[string]any: // the arguments of an operation, which keep their exact numbers
			field.Set(reflect.ValueOf(value))
		}
	}
	return nil
}

// explainInput says what is wrong with the arguments of a hand-written tool.
func explainInput(checked *schemas.Schema, wrong []schemas.Violation) string {
	var names []string
	about := map[string]string{}
	for _, p := range checked.Properties {
		names = append(names, p.Name)
		if p.Description != "" {
			about[p.Name] = "is " + p.Description
		}
	}
	text := explain(wrong, names, func(name string) string { return about[name] })
	stray := slices.ContainsFunc(wrong, func(w schemas.Violation) bool { return w.Keyword == "additionalProperties" })
	if stray && slices.Contains(names, "arguments") {
		text += "; what the operation takes goes into arguments"
	}
	return text
}

// coerceOwn does what [coerce] does for the arguments of rows. It also takes a text with commas for a list (the lists of this server are
// of names), and an empty text for an object without members.
func coerceOwn(s *schemas.Schema, v any) any {
	text, isText := v.(string)
	text = strings.TrimSpace(text)
	switch {
	case isText && text == "" && s.Type == "object":
		return map[string]any{}
	case s.Type != "array" || !isText || strings.HasPrefix(text, "["):
		return coerce(s, v)
	}
	list := []any{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
