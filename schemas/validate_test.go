package schemas_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"paasmcp/schemas"
)

// general is a validator for all of JSON Schema, which has to agree with ours about every row.
var general = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Platforms()...)
	if err != nil {
		return nil, err
	}
	all := map[string]*jsonschema.Schema{}
	for _, row := range catalog.Rows() {
		op, _ := catalog.Operation(row.Name)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(op.Object().Render(schemas.Checking)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.Name, err)
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource("row:///"+op.Name, doc); err != nil {
			return nil, fmt.Errorf("%s: %w", op.Name, err)
		}
		if all[op.Name], err = c.Compile("row:///" + op.Name); err != nil {
			return nil, fmt.Errorf("%s: %w", op.Name, err)
		}
	}
	return all, nil
})

func everyOperation(t testing.TB) []*schemas.Operation {
	t.Helper()
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Platforms()...)
	if err != nil {
		t.Fatal(err)
	}
	var list []*schemas.Operation
	for _, row := range catalog.Rows() {
		op, _ := catalog.Operation(row.Name)
		list = append(list, op)
	}
	return list
}

// agree compares the two verdicts about arguments.
func agree(t *testing.T, op *schemas.Operation, args map[string]any) {
	t.Helper()
	all, err := general()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := all[op.Name].Validate(value)
	got := op.Object().Validate(value)
	if (want == nil) != (len(got) == 0) {
		t.Errorf("%s %s: we say %v, the general validator %v", op.Name, text, got, want)
	}
}

// strange are values that arguments can be replaced by.
var strange = []any{nil, true, false, "", "x", "1", "a b", "https://example.com/x", "ada@example.com", "2026-11-22T03:00:00Z",
	"0f0e0d0c-1111-4222-8333-444455556666", "203.0.113.7", json.Number("0"), json.Number("-1"), json.Number("1.0"), json.Number("1.5"), json.Number("1e2"),
	json.Number("123456789012345678901234567890"), []any{}, []any{"x"}, []any{nil}, []any{map[string]any{}}, map[string]any{},
	map[string]any{"x": "y"}, map[string]any{"eq": "x"}, strings.Repeat("é", 300)}

// TestValidateAgreesWithAGeneralValidator: for every row, its example, the example with each argument left out, replaced by all kinds of
// values or given twice over, and with one too many; also below objects and lists.
func TestValidateAgreesWithAGeneralValidator(t *testing.T) {
	t.Parallel()
	for _, op := range everyOperation(t) {
		example, _ := exact(t, op.Example.Args).(map[string]any)
		if example == nil {
			example = map[string]any{}
		}
		agree(t, op, example)
		agree(t, op, map[string]any{})
		more := maps.Clone(example)
		more["no_such_argument"] = "x"
		agree(t, op, more)
		for i := range op.Params {
			name := op.Params[i].Name
			less := maps.Clone(example)
			delete(less, name)
			agree(t, op, less)
			for _, value := range variants(&op.Params[i].Schema, 2) {
				other := maps.Clone(example)
				other[name] = value
				agree(t, op, other)
			}
		}
	}
}

// variants are strange values for a schema and for what is inside of it.
func variants(s *schemas.Schema, depth int) []any {
	list := append(slices.Clone(strange), s.Enum...)
	if depth == 0 {
		return list
	}
	if s.Items != nil {
		for _, item := range variants(s.Items, depth-1) {
			list = append(list, []any{item})
		}
	}
	if s.Values != nil {
		for _, value := range variants(s.Values, depth-1) {
			list = append(list, map[string]any{"key": value})
		}
	}
	for i := range s.Properties {
		for _, value := range variants(&s.Properties[i].Schema, depth-1) {
			list = append(list, map[string]any{s.Properties[i].Name: value})
		}
	}
	return list
}

// FuzzValidate mixes strange values into the arguments of a row.
func FuzzValidate(f *testing.F) {
	ops := everyOperation(f)
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		r := rand.New(rand.NewPCG(a, b))
		op := ops[r.IntN(len(ops))]
		args, _ := exact(t, op.Example.Args).(map[string]any)
		args = maps.Clone(args)
		if args == nil {
			args = map[string]any{}
		}
		for i := range op.Params {
			if r.IntN(3) == 0 {
				all := variants(&op.Params[i].Schema, 3)
				args[op.Params[i].Name] = all[r.IntN(len(all))]
			}
		}
		agree(t, op, args)
	})
}

// exact decodes a value again with exact numbers, as arguments of a call are.
func exact(t testing.TB, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var out any
	if err := dec.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestValidateSays: what is wrong, in words, and where.
func TestValidateSays(t *testing.T) {
	t.Parallel()
	one, two := 1.0, 2
	schema := &schemas.Schema{Type: "object", Required: []string{"name", "kind"}, Properties: schemas.Properties{
		{Name: "name", Schema: schemas.Schema{Type: "string", MinLength: &two, Pattern: "^[a-z]+$"}},
		{Name: "kind", Schema: schemas.Schema{Type: "string", Enum: []any{"a", "b"}}},
		{Name: "size", Schema: schemas.Schema{Type: "integer", Minimum: &one}},
		{Name: "mail", Schema: schemas.Schema{Type: "string", Format: "email"}},
		{Name: "list", Schema: schemas.Schema{Type: "array", Items: &schemas.Schema{Type: "boolean"}}},
		{Name: "none", Schema: schemas.Schema{Type: "string", Nullable: true}},
	}}
	for args, want := range map[string]string{
		`{}`:                                            "missing properties 'name', 'kind'",
		`{"name":"ab"}`:                                 "missing property 'kind'",
		`{"name":"x","kind":"a"}`:                       "minLength: got 1, want 2",
		`{"name":"AB","kind":"a"}`:                      "'AB' does not match pattern '^[a-z]+$'",
		`{"name":"ab","kind":"c"}`:                      "value must be one of 'a', 'b'",
		`{"name":3,"kind":"a"}`:                         "got number, want string",
		`{"name":null,"kind":"a"}`:                      "got null, want string",
		`{"name":"ab","kind":"a","size":0}`:             "minimum: got 0, want 1",
		`{"name":"ab","kind":"a","size":1.5}`:           "got number, want integer",
		`{"name":"ab","kind":"a","size":1e999999}`:      "got json.Number, want integer",
		`{"name":"ab","kind":"a","mail":"Ada <a@b.c>"}`: "'Ada <a@b.c>' is not a valid email",
		`{"name":"ab","kind":"a","list":[true,"x"]}`:    "list.1: got string, want boolean",
		`{"name":"ab","kind":"a","none":1}`:             "got number, want string or null",
		`{"name":"ab","kind":"a","x'y":1,"b":1}`:        `additional properties 'b', 'x\'y' not allowed`,
		`{"name":"ab","kind":"a","size":2.0,"none":null,"mail":"a@b.c","list":[]}`: "",
	} {
		dec := json.NewDecoder(strings.NewReader(args))
		dec.UseNumber()
		var value any
		if err := dec.Decode(&value); err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, v := range schema.Validate(value) {
			text := v.Message
			if len(v.At) > 1 {
				text = strings.Join(v.At, ".") + ": " + text
			}
			said = append(said, text)
		}
		if got := strings.Join(said, "; "); got != want {
			t.Errorf("%s: %q, want %q", args, got, want)
		}
	}
}

// BenchmarkValidate compares a row's own check with the general validator, and with making that one.
func BenchmarkValidate(b *testing.B) {
	all, err := general()
	if err != nil {
		b.Fatal(err)
	}
	const name = "platformsh_environment_branch"
	ops := everyOperation(b)
	op := ops[slices.IndexFunc(ops, func(o *schemas.Operation) bool { return o.Name == name })]
	args, object := exact(b, op.Example.Args), op.Object()
	b.Run("own", func(b *testing.B) {
		for b.Loop() {
			object.Validate(args)
		}
	})
	b.Run("general", func(b *testing.B) {
		for b.Loop() {
			_ = all[name].Validate(args)
		}
	})
	b.Run("general, made first", func(b *testing.B) {
		for b.Loop() {
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(object.Render(schemas.Checking)))
			if err != nil {
				b.Fatal(err)
			}
			c := jsonschema.NewCompiler()
			if err := c.AddResource("row:///x", doc); err != nil {
				b.Fatal(err)
			}
			if _, err := c.Compile("row:///x"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
