package schemas

import (
	"slices"

	"github.com/invopop/jsonschema"
)

// The methods in this file complete the schema of a row that invopop/jsonschema reflects from the Go types, so that an
// editor offers the words the loader accepts and marks the rows it would refuse. They use the same lists, limits and
// patterns as check.go: an editor and the loader cannot disagree.

// Places and styles of a parameter, as check.go accepts them.
var (
	paramPlaces = []string{"path", "query", "body", "form", "root", "none"}
	paramStyles = []string{"deep", "repeat", "comma", "json"}
)

// rowKeys says what each key of a row means, for editors. The package comment explains the same at length.
var rowKeys = map[string]string{
	"name":     "Tool name: <platform>_<resource>_<verb>.",
	"call":     "METHOD /path, with the vendor's {holes}.",
	"risk":     "Exactly one of read and write, plus every class that applies.",
	"when":     "Classes that only some arguments bring, on top of risk.",
	"flags":    "deprecated and privileged rows are hidden unless they are included; prerelease rows carry a warning.",
	"only":     "upsun: the operation is for Upsun organizations alone.",
	"async":    "How the platform continues working after it has answered.",
	"list":     "Where the list sits in the answer; $ means that the answer is the list.",
	"paging":   "How the list continues.",
	"media":    "Content type of the request where that is neither application/json nor a form.",
	"returns":  "Content type of the answer when it is not JSON.",
	"summary":  "One sentence with a period: what the operation does.",
	"about":    "When to use it, what it changes, what it does not.",
	"aliases":  "Words people use for it; they feed the finder.",
	"target":   "Arguments that name what is hit, best first, where that is not the last thing in the path. A person types it.",
	"required": "Arguments a call cannot do without. Path parameters always are; leave them out.",
	"params":   "The arguments of the tool, by name.",
	"variants": "Which arguments go with which value of a deciding argument.",
	"shows":    "Fields kept in results by default.",
	"secrets":  "Fields masked in requests, results, logs and audit.",
	"example":  "Arguments and the request they produce; documentation and test in one.",
}

// JSONSchemaExtend adds what the loader demands of a row.
func (Operation) JSONSchemaExtend(s *jsonschema.Schema) {
	s.Required = []string{"name", "call", "risk", "summary", "example"}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		p.Value.Description = rowKeys[p.Key]
	}
	property(s, "name").Pattern = namePattern.String()
	property(s, "name").MaxLength = length(maxName)
	property(s, "call").Pattern = callPattern.String()
	property(s, "risk").MinItems = length(1)
	property(s, "risk").UniqueItems = true
	property(s, "only").Enum = []any{"upsun"}
	property(s, "summary").MaxLength = length(maxSummary)
	property(s, "summary").Pattern = `\.$`
	property(s, "about").MaxLength = length(maxDescription)
	property(s, "params").PropertyNames = &jsonschema.Schema{Pattern: argPattern.String()}
	property(s, "shows").Items.Pattern = fieldPattern.String()
	property(s, "secrets").Items.Pattern = fieldPattern.String()
	s.DependentRequired = map[string][]string{"paging": {"list"}}
}

// JSONSchemaExtend lists the classes.
func (Risk) JSONSchemaExtend(s *jsonschema.Schema) { s.Enum = words(Risks()) }

// JSONSchemaExtend adds the forms of a condition and the classes that one may add.
func (When) JSONSchemaExtend(s *jsonschema.Schema) {
	s.Required = []string{"args", "adds"}
	value := []*jsonschema.Schema{{Type: "boolean"}, {Type: "string"}}
	operator := func(name string, operand *jsonschema.Schema) *jsonschema.Schema {
		o := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), Required: []string{name},
			AdditionalProperties: jsonschema.FalseSchema}
		o.Properties.Set(name, operand)
		return o
	}
	args := property(s, "args")
	args.MinProperties = length(1)
	args.AdditionalProperties = &jsonschema.Schema{OneOf: append(slices.Clone(value),
		operator(opNot, &jsonschema.Schema{OneOf: value}), operator(opContains, &jsonschema.Schema{Type: "string"}),
		operator(opOutside, &jsonschema.Schema{Type: "string", Pattern: "^/."}),
		operator(opBeyond, &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string"}}))}
	adds := property(s, "adds")
	property(s, "secrets").Items.Pattern = fieldPattern.String()
	adds.MinItems, adds.UniqueItems = length(1), true
	adds.Items = &jsonschema.Schema{Type: "string", Enum: words(slices.Concat(addable, revealing))}
}

// JSONSchemaExtend lists the flags.
func (Flag) JSONSchemaExtend(s *jsonschema.Schema) {
	s.Enum = words([]Flag{Deprecated, Privileged, Prerelease})
}

// JSONSchemaExtend lists the kinds of asynchronous work of all platforms.
func (Async) JSONSchemaExtend(s *jsonschema.Schema) {
	var all []Async
	for _, platform := range Platforms() {
		for _, kind := range asyncKinds[platform] {
			if kind != "" && !slices.Contains(all, kind) {
				all = append(all, kind)
			}
		}
	}
	s.Enum = words(all)
}

// JSONSchemaExtend adds the known styles.
func (Paging) JSONSchemaExtend(s *jsonschema.Schema) {
	s.Required = []string{"style"}
	property(s, "style").Enum = words(pagingStyles)
}

// JSONSchemaAlias shows the list as the mapping it is in YAML.
func (Params) JSONSchemaAlias() any { return map[string]Param{} }

// JSONSchemaAlias shows the list as the mapping it is in YAML.
func (Properties) JSONSchemaAlias() any { return map[string]Property{} }

// JSONSchemaAlias shows the list as the mapping it is in YAML.
func (Kinds) JSONSchemaAlias() any { return map[string]Variant{} }

// JSONSchemaExtend adds the accepted types and formats. Property has the same through embedding.
func (Schema) JSONSchemaExtend(s *jsonschema.Schema) {
	s.Required = []string{"type"}
	property(s, "type").Enum = words(schemaTypes)
	property(s, "format").Enum = words(schemaFormats[1:]) // the first is the empty one
	property(s, "enum").Items = &jsonschema.Schema{Type: "string"}
	property(s, "description").MaxLength = length(maxDescription)
	for _, name := range []string{"minLength", "maxLength", "minItems"} {
		property(s, name).Minimum = "0"
	}
}

// JSONSchemaExtend adds the places and styles. A parameter that starts from a shared one has its type from there.
func (p Param) JSONSchemaExtend(s *jsonschema.Schema) {
	p.Schema.JSONSchemaExtend(s)
	s.Required = nil
	s.AnyOf = []*jsonschema.Schema{{Required: []string{"type"}}, {Required: []string{"use"}}}
	property(s, "in").Enum = words(paramPlaces)
	property(s, "style").Enum = words(paramStyles)
}

// JSONSchemaExtend adds the mandatory keys.
func (Variants) JSONSchemaExtend(s *jsonschema.Schema) { s.Required = []string{"by", "kinds"} }

// JSONSchemaExtend adds the mandatory keys.
func (Example) JSONSchemaExtend(s *jsonschema.Schema) { s.Required = []string{"sends"} }

// property finds a reflected property. One that does not exist is a mistake in this file, which the first run of the
// generator shows by panicking.
func property(s *jsonschema.Schema, name string) *jsonschema.Schema {
	p, ok := s.Properties.Get(name)
	if !ok {
		panic("row schema: no property " + name)
	}
	return p
}

func words[S ~string](list []S) []any {
	all := make([]any, len(list))
	for i, s := range list {
		all[i] = string(s)
	}
	return all
}

func length(n uint64) *uint64 { return &n }
