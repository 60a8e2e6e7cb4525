package schemas

import (
	"bytes"
	"encoding/json"
	"slices"
)

// InputSchema renders the arguments of the operation as the JSON Schema a client sees. It keeps to what every client and model loads: an inline object with
// additionalProperties false, no $ref, no combinators, no type lists.
func (o *Operation) InputSchema() json.RawMessage {
	var own bytes.Buffer // the row's arguments, without the braces around them
	for i, p := range o.shown() {
		writeProperty(&own, p.Name, &p.Schema, Visible, i > 0)
	}
	return inputSchema(own.String(), nil, o.RequiredArguments())
}

// shown are the row's own arguments with what a reader is told beyond their type.
func (o *Operation) shown() Properties {
	list := make(Properties, len(o.Params))
	for i := range o.Params {
		schema := o.Params[i].Schema
		if schema.Nullable && (o.Method() == "PATCH" || o.Method() == "PUT") {
			schema.Description = spaced(schema.Description, "null clears it.")
		}
		list[i] = Property{Name: o.Params[i].Name, Schema: schema}
	}
	return list
}

func inputSchema(properties string, extra []*Property, required []string) json.RawMessage {
	var b bytes.Buffer
	b.Grow(len(properties) + 256)
	b.WriteString(`{"type":"object","properties":{`)
	b.WriteString(properties)
	for i, p := range extra {
		writeProperty(&b, p.Name, &p.Schema, Visible, properties != "" || i > 0)
	}
	b.WriteByte('}')
	key(&b, "required", required, len(required) > 0)
	b.WriteString(`,"additionalProperties":false}`)
	return b.Bytes()
}

func writeProperty(b *bytes.Buffer, name string, s *Schema, form Rendering, comma bool) {
	if comma {
		b.WriteByte(',')
	}
	value(b, name)
	b.WriteByte(':')
	s.render(b, form, false)
}

// Rendering selects one of the forms of a schema.
type Rendering int

const (
	// Visible is what clients see: nothing that any of them fails to load.
	Visible Rendering = iota
	// Listed is Visible without additionalProperties: false on its objects, which costs tokens and tells a model nothing.
	Listed
	// Checking is what arguments are validated against: explicit nulls are admitted where the row says so.
	Checking
)

// localFormats exist only here; clients that refuse unknown formats must not see them.
var localFormats = []string{"git-ref", "byte", "hostname"}

// Render writes the schema as JSON in the order of the row.
func (s *Schema) Render(form Rendering) json.RawMessage {
	var b bytes.Buffer
	s.render(&b, form, true)
	return b.Bytes()
}

func (s *Schema) render(b *bytes.Buffer, form Rendering, root bool) {
	b.WriteString(`{"type":`)
	if form == Checking && s.Nullable {
		b.WriteString(`["` + s.Type + `","null"]`)
	} else {
		value(b, s.Type)
	}
	if form != Checking {
		key(b, "description", s.Description, s.Description != "")
	}
	key(b, "format", s.Format, s.Format != "" && !slices.Contains(localFormats, s.Format))
	key(b, "pattern", s.Pattern, s.Pattern != "")
	if enum := s.Enum; len(enum) > 0 {
		if form == Checking && s.Nullable {
			enum = append(slices.Clone(enum), nil)
		}
		key(b, "enum", enum, true)
	}
	key(b, "default", s.Default, s.Default != nil)
	key(b, "minimum", s.Minimum, s.Minimum != nil)
	key(b, "maximum", s.Maximum, s.Maximum != nil)
	key(b, "minLength", s.MinLength, s.MinLength != nil)
	key(b, "maxLength", s.MaxLength, s.MaxLength != nil)
	key(b, "minItems", s.MinItems, s.MinItems != nil)
	if s.Items != nil {
		b.WriteString(`,"items":`)
		s.Items.render(b, form, false)
	}
	if len(s.Properties) > 0 || root {
		b.WriteString(`,"properties":{`)
		for i := range s.Properties {
			writeProperty(b, s.Properties[i].Name, &s.Properties[i].Schema, form, i > 0)
		}
		b.WriteByte('}')
		key(b, "required", s.Required, len(s.Required) > 0)
		if form != Listed && !s.Open {
			b.WriteString(`,"additionalProperties":false`)
		}
	}
	if s.Values != nil {
		b.WriteString(`,"additionalProperties":`)
		s.Values.render(b, form, false)
	}
	b.WriteByte('}')
}

func key(b *bytes.Buffer, name string, v any, present bool) {
	if !present {
		return
	}
	b.WriteByte(',')
	value(b, name)
	b.WriteByte(':')
	value(b, v)
}

// value writes JSON without HTML escaping: "<" as \u003c costs a model tokens and a reader patience.
func value(b *bytes.Buffer, v any) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	// Rows hold only strings, numbers, booleans and lists of them, which always encode.
	_ = enc.Encode(v)
	b.Truncate(b.Len() - 1) // the encoder's newline
}

func spaced(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}
