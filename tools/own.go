package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/invopop/jsonschema"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
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
// documented and what is decoded are one thing. The output schema is one of [outputOf].
func own[In any](s *Service, name, title, description string, hints mcp.ToolAnnotation, output json.RawMessage,
	handle func(context.Context, In, mcp.CallToolParams) (*mcp.CallToolResult, error),
) server.ServerTool {
	tool := mcp.NewToolWithRawSchema(name, description, reflectInput(new(In), s.Accounts.Choice("")))
	hints.Title = title
	tool.Annotations, tool.RawOutputSchema = hints, output
	return server.ServerTool{Tool: tool, Handler: func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		var in In
		if err := decodeStrict(r.Params.RawArguments, &in); err != nil {
			return failed(fmt.Errorf("%s: %w", name, err)), nil
		}
		return handle(ctx, in, r.Params)
	}}
}

// reflectInput renders a struct as the inline schema that every client loads. The account argument is only offered when
// there is more than one to choose from.
func reflectInput(in any, accounts bool) json.RawMessage {
	reflector := jsonschema.Reflector{DoNotReference: true, ExpandedStruct: true, Anonymous: true}
	schema := reflector.Reflect(in)
	schema.Version = ""
	if !accounts {
		schema.Properties.Delete("account")
	}
	raw, err := json.Marshal(schema)
	if err != nil { // the structs are ours and a test lists all tools
		panic(fmt.Sprintf("schema of %T: %v", in, err))
	}
	return raw
}

func decodeStrict(raw []byte, into any) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = []byte("{}")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return errors.New("arguments: " + strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// The types below accept what models commonly write in place of the right JSON type.

// count is a whole number, also when written as text.
type count int

// UnmarshalJSON accepts 5 and "5".
func (c *count) UnmarshalJSON(raw []byte) error {
	var n int
	if err := json.Unmarshal(bytes.Trim(raw, `"`), &n); err != nil {
		return fmt.Errorf("%s is not a whole number", raw)
	}
	*c = count(n)
	return nil
}

// object is a JSON object with exact numbers, also when written as JSON text.
type object map[string]any

// UnmarshalJSON accepts {…} and "{…}".
func (o *object) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		raw = []byte(text)
	}
	args, err := decodeArguments(raw)
	*o = args
	return err
}

// words is a list of texts, also when written as one text with commas.
type words []string

// UnmarshalJSON accepts ["a","b"] and "a,b".
func (w *words) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				*w = append(*w, part)
			}
		}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(w))
}
