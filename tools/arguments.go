package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"paasmcp/internal/related"
	"paasmcp/internal/spelling"
	"paasmcp/schemas"
)

// decodeArguments reads a JSON object, keeping numbers exact: an id above 2^53 must not be rounded on its way.
func decodeArguments(raw []byte) (map[string]any, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return map[string]any{}, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var args map[string]any
	if err := dec.Decode(&args); err != nil {
		return nil, fmt.Errorf("arguments: not a JSON object: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("arguments: something follows the JSON object")
	}
	if args == nil {
		args = map[string]any{}
	}
	return args, nil
}

// coerce accepts what models and shells commonly write where the schema leaves no doubt about what is meant: "123" for
// 123 and 123 for "123", "true" for true, JSON text for an object or a list, one value for a list of one, and a plain
// value for a filter that asks for {eq: value}.
func coerce(s *schemas.Schema, v any) any {
	switch s.Type {
	case "integer", "number":
		if text, ok := v.(string); ok {
			if n := json.Number(strings.TrimSpace(text)); isNumber(n) {
				return n
			}
		}
	case "boolean":
		if text, ok := v.(string); ok {
			if b, err := strconv.ParseBool(strings.ToLower(strings.TrimSpace(text))); err == nil {
				return b
			}
		}
	case "string":
		if n, ok := v.(json.Number); ok {
			return n.String()
		}
	case "array":
		if parsed, ok := fromText[[]any](v); ok {
			v = parsed
		}
		list, ok := v.([]any)
		if !ok && v != nil {
			list = []any{v}
		} else if !ok {
			return v
		}
		out := make([]any, len(list))
		for i := range list {
			out[i] = coerce(s.Items, list[i])
		}
		return out
	case "object":
		if parsed, ok := fromText[map[string]any](v); ok {
			v = parsed
		}
		object, ok := v.(map[string]any)
		if !ok {
			if i := property(s, "eq"); i >= 0 && v != nil {
				return map[string]any{"eq": coerce(&s.Properties[i].Schema, v)}
			}
			return v
		}
		out := make(map[string]any, len(object))
		for name, value := range object {
			if i := property(s, name); i >= 0 {
				value = coerce(&s.Properties[i].Schema, value)
			} else if s.Values != nil {
				value = coerce(s.Values, value)
			}
			out[name] = value
		}
		return out
	}
	return v
}

func property(s *schemas.Schema, name string) int {
	return slices.IndexFunc(s.Properties, func(p schemas.Property) bool { return p.Name == name })
}

func isNumber(n json.Number) bool {
	_, err := n.Float64()
	return err == nil && json.Valid([]byte(n))
}

func fromText[T any](v any) (parsed T, ok bool) {
	text, isText := v.(string)
	if !isText || len(text) < 2 || text[0] != '{' && text[0] != '[' {
		return parsed, false
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&parsed) != nil {
		return parsed, false
	}
	_, err := dec.Token()
	return parsed, errors.Is(err, io.EOF)
}

// Validate coerces and checks arguments as a call would, without calling anything.
func (s *Service) Validate(op *schemas.Operation, args map[string]any) (map[string]any, error) {
	return s.validator.check(op, args)
}

// validator checks arguments against the rows' schemas, each compiled on first use: compiling all of them at the start
// would take longer than the rest of it.
type validator struct {
	compiled sync.Map     // row name → *jsonschema.Schema
	related  *related.Map // where missing values come from
}

// check coerces the arguments and lists everything that is wrong with them in one error.
func (v *validator) check(op *schemas.Operation, args map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(args))
	for name, value := range args {
		if p, ok := op.Param(name); ok {
			value = coerce(&p.Schema, value)
		}
		out[name] = value
	}
	schema, err := v.schema(op)
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(out); err != nil {
		return nil, fmt.Errorf("%s: %s. See paas_describe for its schema", op.Name, v.describeInvalid(op, err))
	}
	if err := op.CheckVariant(out); err != nil {
		return nil, fmt.Errorf("%s: %w", op.Name, err)
	}
	return out, nil
}

func (v *validator) schema(op *schemas.Operation) (*jsonschema.Schema, error) {
	if s, ok := v.compiled.Load(op.Name); ok {
		return s.(*jsonschema.Schema), nil
	}
	props := make(schemas.Properties, len(op.Params))
	for i := range op.Params {
		props[i] = schemas.Property{Name: op.Params[i].Name, Schema: op.Params[i].Schema}
	}
	root := schemas.Schema{Type: "object", Properties: props, Required: op.RequiredArguments()}
	s, err := compile(op.Name, root.Render(schemas.Checking))
	if err != nil {
		return nil, err
	}
	v.compiled.Store(op.Name, s)
	return s, nil
}

func compile(name string, schema []byte) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, fmt.Errorf("%s: schema: %w", name, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	url := "paas:///" + name
	if err := c.AddResource(url, doc); err != nil {
		return nil, fmt.Errorf("%s: schema: %w", name, err)
	}
	return c.Compile(url)
}

// describeInvalid turns the library's tree of causes into one line of "where: what" parts, each with what would be right.
func (v *validator) describeInvalid(op *schemas.Operation, err error) string {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return err.Error()
	}
	printer := message.NewPrinter(language.English)
	var parts []string
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			where := "arguments"
			if len(e.InstanceLocation) > 0 {
				where = strings.Join(e.InstanceLocation, ".")
			}
			parts = append(parts, where+": "+e.ErrorKind.LocalizedString(printer)+v.help(op, e))
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	walk(invalid)
	slices.Sort(parts) // they come in the order of a map, and the same mistake should read the same every time
	if strings.Contains(strings.Join(parts, " "), "additional propert") {
		parts = append(parts, "it takes "+strings.Join(argumentNames(op), ", "))
	}
	return strings.Join(parts, "; ")
}

// help adds to what is wrong what was probably meant, or where the missing value comes from.
func (v *validator) help(op *schemas.Operation, e *jsonschema.ValidationError) string {
	var hints []string
	add := func(format, value string) {
		if value != "" {
			hints = append(hints, fmt.Sprintf(format, value))
		}
	}
	top := len(e.InstanceLocation) == 0
	switch k := e.ErrorKind.(type) {
	case *kind.Enum:
		if got, ok := k.Got.(string); ok {
			var values []string
			for _, want := range k.Want {
				values = append(values, fmt.Sprint(want))
			}
			add("did you mean %s?", spelling.Closest(got, values))
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			if top {
				add("did you mean %s?", spelling.Closest(name, argumentNames(op)))
			}
		}
	case *kind.Pattern, *kind.Format:
		if len(e.InstanceLocation) == 1 && v.related != nil {
			if source := v.related.Source(op.Name, e.InstanceLocation[0]); source != "" {
				add("%s", "it comes from "+source)
			}
		}
	case *kind.Required:
		for _, name := range k.Missing {
			if top && v.related != nil {
				if source := v.related.Source(op.Name, name); source != "" {
					add("%s", name+" comes from "+source)
				}
			}
		}
	}
	if len(hints) == 0 {
		return ""
	}
	return " (" + strings.Join(hints, "; ") + ")"
}

func argumentNames(op *schemas.Operation) []string {
	list := make([]string, len(op.Params))
	for i := range op.Params {
		list[i] = op.Params[i].Name
	}
	return list
}
