package catalogdiff

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"paasmcp/schemas"
)

// schema compares a value of the row with what the document says about it, down to the last member of the row.
func (c *comparison) schema(name string, row *schemas.Schema, document []*openapi3.Schema) {
	v := c.views.of(document...)
	if len(v.types) > 0 && !slices.Contains(v.types, row.Type) {
		c.add(Type, name, "type %s in the document, %s in the row", strings.Join(slices.Sorted(slices.Values(v.types)), " or "), row.Type)
		return
	}
	if len(v.types) > 0 && v.nullable != row.Nullable {
		if v.nullable {
			c.add(Nullable, name, "null is accepted in the document, not in the row")
		} else {
			c.add(Nullable, name, "null is accepted in the row, not in the document")
		}
	}
	c.enum(name, row, v)
	switch {
	case row.Type == "array" && row.Items != nil && len(v.items) > 0:
		c.schema(name+"[]", row.Items, v.items)
	case row.Type == "object":
		c.object(name, row, v)
	}
}

// enum compares accepted values. Rows have lists of strings only; a list of numbers is covered by a minimum and a
// maximum around it.
func (c *comparison) enum(name string, row *schemas.Schema, v *view) {
	if len(v.numbers) > 0 && len(v.numbers) == len(v.enum) && row.Minimum != nil && row.Maximum != nil {
		if *row.Minimum != slices.Min(v.numbers) || *row.Maximum != slices.Max(v.numbers) {
			c.add(Enum, name, "only %s in the document, %v to %v in the row", listed(v.enum), *row.Minimum, *row.Maximum)
		}
		return
	}
	var own []string
	for _, value := range row.Enum {
		if text, ok := value.(string); ok {
			own = append(own, text)
		}
	}
	switch {
	case len(v.enum) == 0 && len(own) == 0:
	case len(v.enum) == 0:
		c.add(Enum, name, "any value in the document, only %s in the row", listed(own))
	case len(own) == 0:
		c.add(Enum, name, "only %s in the document, any value in the row", listed(v.enum))
	default:
		var parts []string
		if more := without(v.enum, own); len(more) > 0 {
			parts = append(parts, listed(more)+" only in the document")
		}
		if more := without(own, v.enum); len(more) > 0 {
			parts = append(parts, listed(more)+" only in the row")
		}
		if len(parts) > 0 {
			c.add(Enum, name, "values %s", strings.Join(parts, ", "))
		}
	}
}

func (c *comparison) object(name string, row *schemas.Schema, v *view) {
	switch {
	case len(v.props) > 0 && row.Values != nil:
		c.add(Type, name, "named members in the document, free keys in the row")
	case len(v.props) > 0:
		switch {
		case v.closed && row.Open:
			c.add(Open, name, "other members are refused in the document, passed on in the row")
		case !v.closed && !row.Open && c.place == "body": // the operators of a filter are all there are
			c.add(Open, name, "other members are accepted in the document, refused in the row")
		}
		for _, key := range slices.Sorted(maps.Keys(v.props)) {
			at := slices.IndexFunc(row.Properties, func(p schemas.Property) bool { return p.Name == key })
			if at < 0 {
				c.add(Missing, name+"."+key, "in the document, not in the row")
				continue
			}
			c.required(name+"."+key, v.props[key].required, slices.Contains(row.Required, key))
			c.schema(name+"."+key, &row.Properties[at].Schema, v.props[key].schemas)
		}
		for i := range row.Properties {
			if _, ok := v.props[row.Properties[i].Name]; !ok {
				c.add(Extra, name+"."+row.Properties[i].Name, "in the row, not in the document")
			}
		}
	case len(v.values) > 0 && row.Values != nil:
		c.schema(name+".*", row.Values, v.values)
	case len(v.values) > 0 && len(row.Properties) > 0:
		c.add(Type, name, "free keys in the document, named members in the row")
	case len(v.values) > 0 && len(c.views.of(v.values...).types) > 0:
		c.add(Missing, name+".*", "the values of free keys are described in the document, not in the row")
	}
}

// listed writes values for a reader, sorted, and cut where a line would end up longer than anybody reads.
func listed(values []string) string {
	const most = 12
	values = slices.Sorted(slices.Values(values))
	if len(values) > most {
		values = append(values[:most:most], "…")
	}
	return strings.Join(values, ", ")
}

func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}

// jsonText writes a value of an enum that is not a string.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // YAML knows values that JSON does not, such as .nan
		return "?"
	}
	return string(text)
}
