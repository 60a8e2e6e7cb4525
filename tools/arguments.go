package tools

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/memory"
	"paasmcp/internal/related"
	"paasmcp/internal/spelling"
	"paasmcp/schemas"
)

// argumentsOf are the arguments of a call. The MCP library has decoded them, but numbers as float64: then an id above 2^53 would be
// another one. The map is the caller's own, to take arguments out of, because the library runs a handler again with the same request
// when a client of an older revision has answered a question. What stands below it is shared and must not be changed.
func argumentsOf(params mcp.CallToolParams) (map[string]any, error) {
	if args, ok := params.Arguments.(map[string]any); ok && !hasNumber(args) {
		return maps.Clone(args), nil
	}
	return decodeArguments(params.RawArguments)
}

func hasNumber(v any) bool {
	switch v := v.(type) {
	case float64:
		return true
	case []any:
		return slices.ContainsFunc(v, hasNumber)
	case map[string]any:
		for _, member := range v {
			if hasNumber(member) {
				return true
			}
		}
	}
	return false
}

// maxArgumentText is what arguments that come as a text may take decoded, as package memory weighs them: the message was weighed with the
// text as one value.
const maxArgumentText = 2 << 20

// decodeArguments reads a JSON object, keeping numbers exact: an id above 2^53 must not be rounded on its way. Some models write the
// object as a text, which is read as well.
func decodeArguments(raw []byte) (map[string]any, error) {
	var text string
	if raw = bytes.TrimSpace(raw); bytes.HasPrefix(raw, []byte{'"'}) && json.Unmarshal(raw, &text) == nil {
		if raw = bytes.TrimSpace([]byte(text)); memory.Weigh(raw) > maxArgumentText {
			return nil, errors.New("arguments: the text holds too many values; give the arguments as a JSON object")
		}
	}
	if len(raw) == 0 {
		return map[string]any{}, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var args map[string]any
	if err := dec.Decode(&args); err != nil {
		if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) { // its text is about Go
			return nil, fmt.Errorf("arguments: not a JSON object but a JSON %s", wrong.Value)
		}
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
// 123 and 123 for "123", "true" for true and true for "true", JSON text for an object or a list, one value for a list of one, a plain
// value for a filter that asks for {eq: value}, a date for the moment at which it begins, and null for what is left out.
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
		switch v := v.(type) {
		case json.Number:
			return v.String()
		case bool:
			return strconv.FormatBool(v)
		case string:
			if _, err := time.Parse(time.DateOnly, v); err == nil && s.Format == "date-time" {
				return v + "T00:00:00Z"
			}
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
		out := make([]any, 0, len(list))
		for _, item := range list {
			if item = coerce(s.Items, item); !leftOut(s.Items, item) {
				out = append(out, item)
			}
		}
		if len(out) == 0 && len(list) > 0 {
			return nil // a list of nothing is not the empty list, which can mean to remove all there is
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
				if value = coerce(&s.Properties[i].Schema, value); leftOut(&s.Properties[i].Schema, value) {
					continue
				}
			} else if s.Values != nil {
				value = coerce(s.Values, value)
			}
			out[name] = value
		}
		return out
	}
	return v
}

// leftOut reports a null that is not a value: models write it for what they do not give. A null under a key that the caller chose is
// kept and refused: it was meant to do something to that key.
func leftOut(s *schemas.Schema, v any) bool { return v == nil && !s.Nullable }

func property(s *schemas.Schema, name string) int {
	return slices.IndexFunc(s.Properties, func(p schemas.Property) bool { return p.Name == name })
}

func isNumber(n json.Number) bool {
	_, err := n.Float64()
	return err == nil && json.Valid([]byte(n))
}

// jsonIn is the JSON that a text seems to hold; empty for other values.
func jsonIn(v any) string {
	text, _ := v.(string)
	if text = strings.TrimSpace(text); len(text) < 2 || text[0] != '{' && text[0] != '[' {
		return ""
	}
	return text
}

// maxInnerText is what the JSON in the texts of one call may take decoded.
const maxInnerText = 16 << 20

// innerWeight is what the JSON in texts takes if it is decoded, wherever it is. The message was weighed with each text as one value.
func innerWeight(v any) int64 {
	weight := int64(0)
	switch v := v.(type) {
	case string:
		if text := jsonIn(v); text != "" {
			weight = memory.Weigh([]byte(text))
		}
	case []any:
		for _, item := range v {
			weight += innerWeight(item)
		}
	case map[string]any:
		for _, member := range v {
			weight += innerWeight(member)
		}
	}
	return weight
}

// holdInner asks for what the JSON in the texts of a call takes; release it at the end of the call.
func holdInner(ctx context.Context, args map[string]any) (*memory.Part, error) {
	weight := innerWeight(args)
	if weight > maxInnerText {
		return nil, fmt.Errorf("arguments: the JSON in their texts holds too many values: decoded it would take %d MiB, at most %d MiB are accepted", weight>>20, maxInnerText>>20)
	}
	held := memory.From(ctx).Beside(smallInner)
	return held, held.Grow(weight)
}

const smallInner = 64 << 10 // bytes that are not counted

func fromText[T any](v any) (parsed T, ok bool) {
	text := jsonIn(v)
	if text == "" {
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

// validator checks arguments against the rows' schemas.
type validator struct {
	schemas sync.Map     // row name → *schemas.Schema of its arguments
	related *related.Map // where missing values come from
}

// check coerces the arguments and lists everything that is wrong with them in one error.
func (v *validator) check(op *schemas.Operation, args map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(args))
	for name, value := range args {
		if p, ok := op.Param(name); ok {
			value = coerce(&p.Schema, value)
			if leftOut(&p.Schema, value) || value == nil && !op.Takes(args, name) {
				continue
			}
		}
		out[name] = value
	}
	if wrong := v.schema(op).Validate(out); len(wrong) > 0 {
		return nil, fmt.Errorf("%s: %s. See paas_describe for its schema", op.Name, v.describe(op, wrong))
	}
	if err := op.CheckVariant(out); err != nil {
		return nil, fmt.Errorf("%s: %w", op.Name, err)
	}
	return out, nil
}

func (v *validator) schema(op *schemas.Operation) *schemas.Schema {
	if s, ok := v.schemas.Load(op.Name); ok {
		return s.(*schemas.Schema)
	}
	s := op.Object()
	v.schemas.Store(op.Name, s)
	return s
}

// describe makes one line of what is wrong, in "where: what" parts, each with what would be right.
func (v *validator) describe(op *schemas.Operation, wrong []schemas.Violation) string {
	return explain(wrong, argumentNames(op), func(name string) string {
		var about []string
		if v.related != nil {
			if source := v.related.Source(op.Name, name); source != "" {
				about = append(about, "comes from "+source)
			}
		}
		// A regular expression is no help to a caller who wrote an alias.
		if p, ok := op.Param(name); ok && (p.Pattern != "" || p.Format != "") {
			if example, ok := op.Example.Args[name].(string); ok {
				about = append(about, fmt.Sprintf("reads like %q", example))
			}
		}
		return strings.Join(about, " and ")
	})
}

// explain makes one line of what is wrong with arguments of these names. about says of an argument where its value comes from, or
// nothing.
func explain(wrong []schemas.Violation, names []string, about func(name string) string) string {
	var parts []string
	unknown := false
	for _, w := range wrong {
		where := "arguments"
		if len(w.At) > 0 {
			where = strings.Join(w.At, ".")
		}
		parts = append(parts, where+": "+w.Message+help(w, names, about))
		unknown = unknown || w.Keyword == "additionalProperties"
	}
	slices.Sort(parts) // the same mistake should read the same every time
	if unknown {
		parts = append(parts, "it takes "+cmp.Or(strings.Join(names, ", "), "no arguments"))
	}
	return strings.Join(parts, "; ")
}

// help adds to what is wrong what was probably meant, or where the missing value comes from.
func help(w schemas.Violation, names []string, about func(name string) string) string {
	var hints []string
	add := func(format, value string) {
		if value != "" {
			hints = append(hints, fmt.Sprintf(format, value))
		}
	}
	top := len(w.At) == 0
	switch w.Keyword {
	case "enum":
		if got, ok := w.Got.(string); ok {
			var values []string
			for _, want := range w.Want {
				values = append(values, fmt.Sprint(want))
			}
			add("did you mean %s?", spelling.Closest(got, values))
		}
	case "additionalProperties":
		for _, name := range w.Names {
			if top {
				add("did you mean %s?", spelling.Closest(name, names))
			}
		}
	case "pattern", "format":
		if len(w.At) == 1 {
			add("it %s", about(w.At[0]))
		}
	case "required":
		for _, name := range w.Names {
			if top {
				add(name+" %s", about(name))
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
