package catalogdiff

import (
	"cmp"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"paasmcp/schemas"
)

// comparison compares one operation of the document with its row.
type comparison struct {
	call  documented
	row   *schemas.Operation
	views views
	place string // of the argument that is looked at
	found []Difference
}

// argument is a parameter as the document has it. JSON and form bodies count as one place: which of them is meant is
// the content type's business.
type argument struct {
	place    string // path, query, header, cookie, body
	name     string
	schemas  []*openapi3.Schema
	required bool
	style    string // as rows write it; empty for scalars
}

// wholeBody is the name of a body that has no named members, such as a list.
const wholeBody = "(body)"

func (c *comparison) run() []Difference {
	c.deprecated()
	c.media()
	c.path()
	documented := c.arguments()
	taken := map[string]bool{} // arguments of the row that the document has
	for _, arg := range documented {
		row := c.counterpart(arg, documented)
		if row == nil {
			if !slices.Contains(pagingKeys(c.row), arg.name) {
				c.add(Missing, arg.name, "in the document (%s), not in the row", arg.place)
			}
			continue
		}
		taken[row.Name], c.place = true, arg.place
		if place := placeOf(row); place != arg.place {
			c.add(Place, arg.name, "in the %s in the document, in the %s in the row", arg.place, place)
		} else if arg.style != "" && row.Style != "" && arg.style != row.Style {
			c.add(Style, arg.name, "style %s in the document, %s in the row", arg.style, row.Style)
		}
		if c.row.Variants == nil || arg.place != "body" { // else the kinds say what is required
			c.required(arg.name, arg.required, slices.Contains(c.row.Required, row.Name))
		}
		if !writtenAsText(row) || !slices.Equal(c.views.of(arg.schemas...).types, []string{"string"}) {
			c.schema(arg.name, &row.Schema, arg.schemas)
		} // else the document knows only that it is a text, and the row what the text is made of
	}
	free := c.freeBody()
	for i := range c.row.Params {
		p := &c.row.Params[i]
		if taken[p.Name] || p.In == "path" || p.In == "none" || (free && placeOf(p) == "body") {
			continue
		}
		c.add(Extra, wireName(p), "in the row (%s), not in the document", placeOf(p))
	}
	c.kinds()
	return c.found
}

func (c *comparison) add(what What, name, format string, args ...any) {
	c.found = append(c.found, Difference{Call: c.call.call, What: what, Name: name, Text: fmt.Sprintf(format, args...)})
}

// writtenAsText reports lists and objects that travel as one text.
func writtenAsText(p *schemas.Param) bool { return p.Style == "json" || p.Style == "comma" }

// placeOf is the place of a row's parameter in the document's words.
func placeOf(p *schemas.Param) string {
	if p.In == "form" || p.In == "root" {
		return "body"
	}
	return p.In
}

// wireName is how the document would call a parameter of the row.
func wireName(p *schemas.Param) string {
	if p.In == "root" {
		return wholeBody
	}
	return p.WireName()
}

func (c *comparison) deprecated() {
	switch row := slices.Contains(c.row.Flags, schemas.Deprecated); {
	case c.call.deprecated && !row:
		c.add(Deprecated, "", "deprecated in the document, not in the row")
	case row && !c.call.deprecated:
		c.add(Deprecated, "", "deprecated in the row, not in the document")
	}
}

// media compares the content type of the request. A row without one sends JSON, or a form where its parameters say so.
func (c *comparison) media() {
	if c.call.body == nil || !slices.ContainsFunc(c.row.Params, func(p schemas.Param) bool { return placeOf(&p) == "body" }) {
		return
	}
	sends := c.row.Media
	if sends == "" {
		sends = "application/json"
		if slices.ContainsFunc(c.row.Params, func(p schemas.Param) bool { return p.In == "form" }) {
			sends = "application/x-www-form-urlencoded"
		}
	}
	accepted := slices.ContainsFunc(c.call.body.media, func(m string) bool {
		kind, _, _ := mime.ParseMediaType(m) // without its character set
		return kind == sends || kind == "*/*"
	})
	if !accepted {
		c.add(Media, "", "content type %s in the document, %s in the row", strings.Join(c.call.body.media, " or "), sends)
	}
}

// path compares path parameters by their position in the template.
func (c *comparison) path() {
	_, path, _ := strings.Cut(c.call.call, " ")
	names := hole.FindAllString(path, -1)
	for i, wire := range c.row.Holes() {
		at := slices.IndexFunc(c.row.Params, func(p schemas.Param) bool { return p.In == "path" && p.WireName() == wire })
		if at < 0 || i >= len(names) {
			continue // the loader refuses such rows
		}
		name := strings.Trim(names[i], "{}")
		for _, p := range c.call.params {
			if p.In == openapi3.ParameterInPath && p.Name == name {
				c.schema(name, &c.row.Params[at].Schema, schemaOf(p))
			}
		}
	}
}

// arguments lists what the document has besides the path, sorted by place and name.
func (c *comparison) arguments() []argument {
	var list []argument
	for _, p := range c.call.params {
		if p.In != openapi3.ParameterInPath {
			arg := argument{place: p.In, name: p.Name, schemas: schemaOf(p), required: p.Required}
			arg.style = c.style(p, arg.schemas)
			list = append(list, arg)
		}
	}
	list = append(list, c.bodyArguments()...)
	slices.SortStableFunc(list, func(a, b argument) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.name, b.name))
	})
	return list
}

// schemaOf finds the schema of a parameter, which stands under a content type where the value is itself JSON.
func schemaOf(p *openapi3.Parameter) []*openapi3.Schema {
	if p.Schema != nil && p.Schema.Value != nil {
		return []*openapi3.Schema{p.Schema.Value}
	}
	for _, media := range slices.Sorted(maps.Keys(p.Content)) {
		if m := p.Content[media]; m != nil && m.Schema != nil && m.Schema.Value != nil {
			return []*openapi3.Schema{m.Schema.Value}
		}
	}
	return nil
}

// style translates the document's serialization of query lists and objects into the row's words.
func (c *comparison) style(p *openapi3.Parameter, s []*openapi3.Schema) string {
	if p.In != openapi3.ParameterInQuery {
		return ""
	}
	if len(p.Content) > 0 {
		return "json"
	}
	types := c.views.of(s...).types
	exploded := p.Explode == nil || *p.Explode // the default of style form
	switch {
	case slices.Equal(types, []string{"object"}) && p.Style == openapi3.SerializationDeepObject:
		return "deep"
	case slices.Equal(types, []string{"array"}) && exploded:
		return "repeat"
	case slices.Equal(types, []string{"array"}):
		return "comma"
	}
	return ""
}

// bodyArguments lists the members of the body, or the body itself when the row sends it as one value or it has no
// members.
func (c *comparison) bodyArguments() []argument {
	b := c.call.body
	if b == nil || b.schema == nil {
		return nil
	}
	v := c.views.of(b.schema)
	whole := slices.ContainsFunc(c.row.Params, func(p schemas.Param) bool { return p.In == "root" })
	if whole || (len(v.types) > 0 && !slices.Contains(v.types, "object")) {
		// A body that is sent at all is sent whole, so requiredness of the body is that of the value.
		return []argument{{place: "body", name: wholeBody, schemas: []*openapi3.Schema{b.schema}, required: true}}
	}
	var list []argument
	for name, m := range v.props {
		list = append(list, argument{place: "body", name: name, schemas: m.schemas, required: m.required})
	}
	return list
}

// freeBody reports a body whose members the document leaves open.
func (c *comparison) freeBody() bool {
	if c.call.body == nil {
		return false
	}
	if c.call.body.schema == nil {
		return true
	}
	v := c.views.of(c.call.body.schema)
	return len(v.props) == 0 && (len(v.types) == 0 || slices.Contains(v.types, "object"))
}

// counterpart finds the row's parameter for one of the document: of the same place, else one of that name whose own
// place the document does not know.
func (c *comparison) counterpart(arg argument, documented []argument) *schemas.Param {
	var elsewhere *schemas.Param
	for i := range c.row.Params {
		p := &c.row.Params[i]
		if p.In == "path" || p.In == "none" || wireName(p) != arg.name {
			continue
		}
		if placeOf(p) == arg.place {
			return p
		}
		own := slices.ContainsFunc(documented, func(a argument) bool { return a.name == arg.name && a.place == placeOf(p) })
		if !own {
			elsewhere = p
		}
	}
	return elsewhere
}

// pagingKeys are the keys that the client sets while it follows a list; rows never have them.
func pagingKeys(row *schemas.Operation) []string {
	if row.Paging == nil {
		return nil
	}
	keys := []string{row.Paging.Size}
	switch row.Paging.Style {
	case "cursor":
		keys = append(keys, "page[size]", "page[before]", "page[after]")
	case "page":
		keys = append(keys, "page")
		if row.Platform == schemas.Acquia {
			keys = append(keys, "offset") // its newer lists count pages under the old name
		}
	case "offset":
		keys = append(keys, "offset", "limit")
	case "rows":
		keys = append(keys, "startRow", "resultCount")
	}
	return keys
}

func (c *comparison) required(name string, document, row bool) {
	switch {
	case document && !row:
		c.add(Required, name, "required in the document, optional in the row")
	case row && !document:
		c.add(Optional, name, "optional in the document, required in the row")
	}
}
