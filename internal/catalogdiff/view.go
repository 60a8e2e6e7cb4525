package catalogdiff

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"paasmcp/internal/lazy"
)

// view is one level of a document's schema with its combinators merged; members and items are looked at when the
// comparison gets there. It goes only as deep as the row does, so that references in circles need no unrolling.
type view struct {
	types    []string // without null; empty means any
	nullable bool
	onlyNull bool     // an alternative that stands for null, as OpenAPI 3.1 writes it
	enum     []string // nil means any value; numbers and booleans as JSON writes them
	numbers  []float64
	props    map[string]member
	items    []*openapi3.Schema
	values   []*openapi3.Schema // schemas of free keys
	closed   bool               // other members than props are refused
}

// member is a property: its schema in every alternative that has it.
type member struct {
	schemas  []*openapi3.Schema
	required bool
}

// views remembers the view of every schema, so that a document in which each schema uses the next one several times
// takes linear and not exponential time.
type views map[*openapi3.Schema]*view

// of merges alternatives: what any of them accepts.
func (vs views) of(alternatives ...*openapi3.Schema) *view {
	var merged *view
	for _, s := range alternatives {
		if s == nil {
			continue
		}
		if merged == nil {
			merged = vs.one(s)
		} else {
			merged = either(merged, vs.one(s))
		}
	}
	if merged == nil {
		return &view{}
	}
	return merged
}

func (vs views) one(s *openapi3.Schema) *view {
	if v, ok := vs[s]; ok {
		return v
	}
	vs[s] = &view{} // a schema that is made of itself says nothing new
	v := own(s)
	for _, ref := range s.AllOf {
		if ref != nil && ref.Value != nil {
			v = both(v, vs.one(ref.Value))
		}
	}
	for _, list := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf} {
		if alternatives := values(list); len(alternatives) > 0 {
			v = both(v, vs.of(alternatives...))
		}
	}
	vs[s] = v
	return v
}

func values(refs openapi3.SchemaRefs) []*openapi3.Schema {
	var list []*openapi3.Schema
	for _, ref := range refs {
		if ref != nil && ref.Value != nil {
			list = append(list, ref.Value)
		}
	}
	return list
}

// own is the view of a schema without its combinators.
func own(s *openapi3.Schema) *view {
	v := &view{nullable: s.Nullable, props: map[string]member{}}
	for _, t := range s.Type.Slice() {
		switch {
		case t == openapi3.TypeNull:
			v.nullable = true
		case !slices.Contains(v.types, t):
			v.types = append(v.types, t)
		}
	}
	v.onlyNull = v.nullable && len(v.types) == 0 && s.Type != nil
	for name, ref := range s.Properties {
		// What the document calls read-only is part of answers, not of requests.
		if ref != nil && ref.Value != nil && !ref.Value.ReadOnly {
			v.props[name] = member{schemas: []*openapi3.Schema{ref.Value}, required: slices.Contains(s.Required, name)}
		}
	}
	if s.Items != nil && s.Items.Value != nil {
		v.items = append(v.items, s.Items.Value)
	}
	if free := s.AdditionalProperties.Schema; free != nil && free.Value != nil {
		v.values = append(v.values, free.Value)
	}
	v.closed = s.AdditionalProperties.Has != nil && !*s.AdditionalProperties.Has
	v.addEnum(s)
	v.guessType()
	return v
}

// ordinal matches how Virtuozzo's document writes the constants of its server: SHOW(0). The value to send is SHOW.
var ordinal = lazy.MustCompile(`^([A-Z_]+)\(\d+\)$`)

func (v *view) addEnum(s *openapi3.Schema) {
	all := s.Enum
	if s.Const != nil {
		all = []any{s.Const}
	}
	for _, value := range all {
		switch value := value.(type) {
		case nil:
			v.nullable = true
		case string:
			v.enum = append(v.enum, ordinal.ReplaceAllString(value, "$1"))
		case float64:
			v.numbers = append(v.numbers, value)
			v.enum = append(v.enum, jsonText(value))
		default:
			v.enum = append(v.enum, jsonText(value))
		}
	}
}

// guessType fills in the type that a document leaves out although everything else says it.
func (v *view) guessType() {
	switch {
	case len(v.types) > 0 || v.onlyNull:
	case len(v.props) > 0 || len(v.values) > 0:
		v.types = []string{"object"}
	case len(v.items) > 0:
		v.types = []string{"array"}
	case len(v.enum) > 0 && len(v.numbers) == 0:
		v.types = []string{"string"}
	}
}

// both merges two views that hold at once (allOf). Where they contradict each other the first one stands.
func both(a, b *view) *view {
	v := &view{
		types:    a.types,
		nullable: a.nullable || b.nullable, // next to a combinator it usually means "or null"
		enum:     a.enum,
		numbers:  a.numbers,
		props:    map[string]member{},
		items:    union(a.items, b.items),
		values:   union(a.values, b.values),
		closed:   a.closed || b.closed,
	}
	if len(a.types) == 0 {
		v.types = b.types
	} else if common := intersect(a.types, b.types); len(common) > 0 {
		v.types = common
	}
	if a.enum == nil {
		v.enum, v.numbers = b.enum, b.numbers
	} else if common := intersect(a.enum, b.enum); len(common) > 0 {
		v.enum, v.numbers = common, intersect(a.numbers, b.numbers)
	}
	for name := range keysOf(a.props, b.props) {
		x, y := a.props[name], b.props[name]
		v.props[name] = member{schemas: union(x.schemas, y.schemas), required: x.required || y.required}
	}
	return v
}

// either merges two alternatives (oneOf, anyOf): what one of them accepts.
func either(a, b *view) *view {
	if a.onlyNull || b.onlyNull {
		other := *a
		if a.onlyNull {
			other = *b
		}
		other.nullable = true
		return &other
	}
	v := &view{
		nullable: a.nullable || b.nullable,
		props:    map[string]member{},
		items:    union(a.items, b.items),
		values:   union(a.values, b.values),
		closed:   a.closed && b.closed,
	}
	if len(a.types) > 0 && len(b.types) > 0 {
		v.types = union(a.types, b.types)
	}
	if a.enum != nil && b.enum != nil {
		v.enum, v.numbers = union(a.enum, b.enum), union(a.numbers, b.numbers)
	}
	for name := range keysOf(a.props, b.props) {
		x, y := a.props[name], b.props[name]
		v.props[name] = member{schemas: union(x.schemas, y.schemas), required: x.required && y.required}
	}
	return v
}

func keysOf(a, b map[string]member) map[string]bool {
	keys := make(map[string]bool, len(a)+len(b))
	for name := range a {
		keys[name] = true
	}
	for name := range b {
		keys[name] = true
	}
	return keys
}

func union[T comparable](a, b []T) []T {
	merged := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(merged, x) {
			merged = append(merged, x)
		}
	}
	return merged
}

func intersect[T comparable](a, b []T) []T {
	var common []T
	for _, x := range a {
		if slices.Contains(b, x) {
			common = append(common, x)
		}
	}
	return common
}
