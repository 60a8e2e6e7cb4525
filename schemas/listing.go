package schemas

import (
	"bytes"
	"slices"
)

// roomForProperties is how many bytes the arguments of a row may take in tools/list, which every model reads at every
// start. It keeps a tool with all that belongs to it at 600 tokens or less.
const roomForProperties = 2300

// listed renders the arguments for tools/list and reports whether details were left out of it. [Operation.InputSchema], which
// paas_describe shows, has them all; arguments are checked against that one. So what is listed may be wider than it and never
// narrower, and names every argument:
//
//   - an object with the keys of one before it names that one in place of repeating them
//   - additionalProperties: false stands at the root only
//   - patterns, bounds and lengths stand at the top only, not on what is inside a list or an object
//   - in a row that still takes more than roomForProperties, an argument that is not required shows its type alone
func (o *Operation) listed() (properties string, short bool) {
	text := o.list(false)
	if len(text) <= roomForProperties {
		return text, false
	}
	return o.list(true), true
}

func (o *Operation) list(short bool) string {
	var b bytes.Buffer
	seen := shapes{}
	required := o.RequiredArguments()
	for i, p := range o.shown() {
		if short && !slices.Contains(required, p.Name) {
			p.Schema = *bare(p.Schema)
		}
		writeProperty(&b, p.Name, seen.fold(p.Name, p.Schema), Listed, i > 0)
	}
	return b.String()
}

// bare leaves a schema its type and that of its items.
func bare(s Schema) *Schema {
	short := &Schema{Type: s.Type}
	if s.Items != nil {
		short.Items = bare(*s.Items)
	}
	return short
}

// shapes are the objects of one tool: the name of the first with these properties, by the properties as JSON.
type shapes map[string]string

// fold returns the schema with every object whose shape stood before cut to its first property: an object without any is
// refused by some versions of the Gemini API.
func (seen shapes) fold(name string, s Schema) *Schema {
	if s.Items != nil {
		s.Items = seen.fold(name, unbounded(*s.Items))
	}
	if s.Values != nil {
		s.Values = seen.fold(name, unbounded(*s.Values))
	}
	if len(s.Properties) < 2 {
		return &s
	}
	keys := Schema{Type: s.Type, Properties: s.Properties, Required: s.Required}
	shape := string(keys.Render(Listed))
	if first, known := seen[shape]; known {
		return &Schema{Type: s.Type, Description: spaced(s.Description, "Keys: see "+first+"."), Properties: s.Properties[:1]}
	}
	seen[shape] = name
	s.Properties = slices.Clone(s.Properties)
	for i := range s.Properties {
		p := &s.Properties[i]
		p.Schema = *seen.fold(p.Name, unbounded(p.Schema))
	}
	return &s
}

func unbounded(s Schema) Schema {
	s.Pattern, s.Minimum, s.Maximum, s.MinLength, s.MaxLength = "", nil, nil, nil, nil
	return s
}
