package catalogdiff

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"paasmcp/schemas"
)

// alternative is one of the shapes that a body can have in the document.
type alternative struct {
	name string // of its schema, for the reader
	kind string // value of the row's deciding argument, where the document says it
	view *view
}

// kinds compares what each kind of a row with variants needs and takes with the alternatives of the document's body.
// Types and values need no second look: the members of all alternatives have been compared as one.
func (c *comparison) kinds() {
	v := c.row.Variants
	if v == nil || c.call.body == nil || c.call.body.schema == nil {
		return
	}
	alternatives := c.alternatives(c.call.body.schema)
	if len(alternatives) == 0 {
		return
	}
	pairs := c.assign(alternatives)
	for i, alt := range alternatives {
		if at := pairs[i]; at >= 0 {
			c.found = append(c.found, c.kind(v.Kinds[at], alt)...)
		} else {
			c.add(Kind, cmp.Or(alt.kind, alt.name), "in the document, not in the row")
		}
	}
	for at, k := range v.Kinds {
		if !slices.Contains(pairs, at) {
			c.add(Kind, k.Kind, "in the row, not in the document")
		}
	}
}

// alternatives lists the shapes of a body; none when there is only one.
func (c *comparison) alternatives(s *openapi3.Schema) []alternative {
	refs := slices.Concat(s.OneOf, s.AnyOf)
	if len(values(refs)) < 2 {
		return nil
	}
	base := own(s)
	for _, part := range values(s.AllOf) {
		base = both(base, c.views.one(part))
	}
	var list []alternative
	for _, ref := range refs {
		if ref == nil || ref.Value == nil {
			continue
		}
		alt := alternative{name: cmp.Or(strings.TrimPrefix(ref.Ref, "#/components/schemas/"), ref.Value.Title, "no name"), view: both(base, c.views.one(ref.Value))}
		alt.kind = c.kindOf(s.Discriminator, ref, alt.view)
		list = append(list, alt)
	}
	return list
}

// kindOf finds the value of the deciding argument: mapped by the document's discriminator, or the only value that the
// alternative's member of that name can have.
func (c *comparison) kindOf(d *openapi3.Discriminator, ref *openapi3.SchemaRef, v *view) string {
	by, ok := c.row.Param(c.row.Variants.By)
	if !ok || by.In == "none" {
		return ""
	}
	if d != nil && d.PropertyName == by.WireName() && ref.Ref != "" {
		for _, kind := range slices.Sorted(maps.Keys(d.Mapping)) {
			if path.Base(d.Mapping[kind].Ref) == path.Base(ref.Ref) {
				return kind
			}
		}
	}
	if m := c.views.of(v.props[by.WireName()].schemas...); len(m.enum) == 1 {
		return m.enum[0]
	}
	return ""
}

// assign finds the kind of the row that each alternative stands for, -1 where there is none. Documents that do not say
// it (Platform.sh gives every kind the same list of types) leave only the members to go by: the pairs with the fewest
// differences belong together, so that a mistake in one kind is reported there.
func (c *comparison) assign(alternatives []alternative) []int {
	kinds := c.row.Variants.Kinds
	pairs := make([]int, len(alternatives))
	var openAlternatives, openKinds []int
	for i, alt := range alternatives {
		pairs[i] = slices.IndexFunc(kinds, func(k schemas.Variant) bool { return k.Kind == alt.kind })
		if alt.kind == "" {
			openAlternatives = append(openAlternatives, i)
		}
	}
	for at := range kinds {
		if !slices.Contains(pairs, at) {
			openKinds = append(openKinds, at)
		}
	}
	for len(openAlternatives) > 0 && len(openKinds) > 0 {
		bestI, bestK, least := 0, 0, -1
		for i, alt := range openAlternatives {
			for k, at := range openKinds {
				if n := len(c.kind(kinds[at], alternatives[alt])); least < 0 || n < least {
					bestI, bestK, least = i, k, n
				}
			}
		}
		pairs[openAlternatives[bestI]] = openKinds[bestK]
		openAlternatives = slices.Delete(openAlternatives, bestI, bestI+1)
		openKinds = slices.Delete(openKinds, bestK, bestK+1)
	}
	return pairs
}

// kind compares one kind with one alternative: which members there are, and which are required.
func (c *comparison) kind(k schemas.Variant, alt alternative) []Difference {
	one := comparison{call: c.call, row: c.row, views: c.views}
	union := c.views.of(c.call.body.schema).props
	for i := range c.row.Params {
		p := &c.row.Params[i]
		if _, known := union[p.WireName()]; placeOf(p) != "body" || !known {
			continue // the comparison of all members has reported it
		}
		name := p.WireName() + " (" + k.Kind + ")"
		m, documented := alt.view.props[p.WireName()]
		switch takes := c.takes(k, p.Name); {
		case documented && !takes:
			one.add(Missing, name, "in the document for this kind (%s), not in the row", cmp.Or(alt.kind, alt.name))
		case takes && !documented:
			one.add(Extra, name, "in the row for this kind, not in the document (%s)", cmp.Or(alt.kind, alt.name))
		case !documented && slices.Contains(c.row.Required, p.Name):
			one.add(Optional, name, "no part of this kind in the document (%s), required in the row", cmp.Or(alt.kind, alt.name))
		case takes:
			one.required(name, m.required, slices.Contains(c.row.Required, p.Name) || slices.Contains(k.Required, p.Name))
		}
	}
	return one.found
}

// takes reports whether an argument goes with a kind: named by it, or by no kind at all.
func (c *comparison) takes(k schemas.Variant, arg string) bool {
	names := func(k schemas.Variant) bool {
		return slices.Contains(k.Required, arg) || slices.Contains(k.Optional, arg)
	}
	return names(k) || !slices.ContainsFunc(c.row.Variants.Kinds, names)
}
