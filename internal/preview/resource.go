package preview

import (
	"cmp"
	"strings"

	"paasmcp/internal/approval"
	"paasmcp/internal/lazy"
	"paasmcp/schemas"
)

// resource is one thing that a call names, as people know it.
type resource struct {
	what  string            // what it is, where the argument that names it does not say so
	name  string            // what people call it
	facts []string          // what stands behind the name: region, status, address
	state []approval.Detail // what a decision rests on
}

// keep adds to what a decision rests on. What is empty is not told.
func (r *resource) keep(name, value string) {
	r.state = append(r.state, approval.Detail{Name: name, Value: value})
}

// getters finds, for every path that names a resource, the operation that reads it: by the path with its holes made equal.
func getters(catalog *schemas.Catalog) map[string]string {
	gets := map[string]string{}
	for _, row := range catalog.Rows() {
		method, template, _ := strings.Cut(row.Call, " ")
		if method == "GET" && row.IsRead() && !row.IsFile && !row.IsList {
			gets[string(row.Platform)+" "+blank(template)] = row.Name
		}
	}
	return gets
}

var hole = lazy.MustCompile(`\{[^}]*\}`)

func blank(template string) string { return hole.ReplaceAllString(template, "{}") }

// named is a resource that the path of a call names.
type named struct {
	param string // argument that names it
	get   string // operation that reads it
	args  map[string]any
}

// path lists the resources that the path of the call names and that can be read, outermost first.
func (l *look) path() []named {
	var list []named
	template := l.Op.Path()
	var values []any
	for _, at := range hole.FindAllStringIndex(template, -1) {
		param := l.param(strings.Trim(template[at[0]:at[1]], "{}"))
		values = append(values, l.Args[param])
		if at[1] < len(template) && template[at[1]] != '/' { // a part of a segment names nothing
			continue
		}
		if n, ok := l.reading(template[:at[1]], param, values); ok {
			list = append(list, n)
		}
	}
	return list
}

// reading finds the operation that reads a path and fills in its arguments by position.
func (l *look) reading(template, param string, values []any) (named, bool) {
	tool, ok := l.previewer.gets()[string(l.Op.Platform)+" "+blank(template)]
	if !ok {
		return named{}, false
	}
	if c, ok := l.dialect.(chooser); ok {
		tool = c.getter(l.Op, tool, values)
	}
	get, ok := l.previewer.catalog.Operation(tool)
	if !ok || len(get.Required) > 0 {
		return named{}, false
	}
	args := map[string]any{}
	for i, name := range get.RequiredArguments() {
		if i >= len(values) {
			return named{}, false
		}
		args[name] = values[i]
	}
	return named{param: param, get: tool, args: args}, true
}

// chooser is a dialect that reads some resources in another way than their path says.
type chooser interface {
	// getter is the operation that reads what a path names by these values. It is empty where nothing is to be read: the resource
	// is only being made, or its answer would say no more than the call does.
	getter(op *schemas.Operation, tool string, values []any) string
}

// param is the argument that fills a hole of the path.
func (l *look) param(hole string) string {
	for i := range l.Op.Params {
		if p := &l.Op.Params[i]; p.In == "path" && p.WireName() == hole {
			return p.Name
		}
	}
	return hole
}

// resources reads what the path names, the innermost first where there is not time for all.
func (l *look) resources() {
	list := l.path()
	found := make([]*resource, len(list))
	var steps []func()
	for i, n := range list {
		steps = append(steps, func() {
			answer, err := l.object(n.get, n.args)
			if err != nil {
				l.doubt(label(n.param)+" "+text(l.Masked[n.param]), err)
				return
			}
			r, ok := l.dialect.resource(n.get, answer)
			if !ok {
				r = plainResource(answer)
			}
			found[i] = &r
		})
	}
	l.together(steps...)
	for i, r := range found {
		if r == nil {
			continue
		}
		id, what := l.argument(list[i].param), cmp.Or(r.what, label(list[i].param))
		shown := id
		if text(l.Masked[list[i].param]) != id { // the token of an invitation is an id and a secret
			shown = r.name
		}
		l.detail(what, describe(*r, shown))
		l.states(what, *r)
		if i == len(list)-1 && list[i].param == l.last() && opaque(id) && len(l.Op.Target) == 0 {
			l.target.Name = r.name
		}
	}
}

// last is the argument of the last hole: what the call is about.
func (l *look) last() string {
	holes := l.Op.Holes()
	if len(holes) == 0 {
		return ""
	}
	return l.param(holes[len(holes)-1])
}

// describe writes "Shop (abc123; eu-5; active)".
func describe(r resource, id string) string {
	var about []string
	if r.name != "" && r.name != id {
		about = append(about, id)
	}
	about = append(about, r.facts...)
	name := cmp.Or(r.name, id)
	if len(about) == 0 {
		return name
	}
	return name + " (" + strings.Join(about, "; ") + ")"
}

// label turns an argument's name into words.
func label(param string) string {
	param = strings.TrimSuffix(strings.TrimSuffix(param, "_id"), "_uuid")
	return strings.ReplaceAll(param, "_", " ")
}

// plainResource reads what most resources of the platforms have in common.
func plainResource(answer map[string]any) resource {
	r := resource{name: first(answer, "title", "label", "name", "display_name", "hostname", "domain", "email", "mail", "username", "displayName")}
	for _, name := range []string{"type", "status", "state"} {
		if value := first(answer, name); value != "" {
			r.facts = append(r.facts, name+" "+value)
			r.keep(name, value)
		}
	}
	r.keep("name", r.name)
	return r
}

// opaqueID is an id that means nothing to a reader: a UUID, also with a number before it, a ULID, a long number, or a long run of
// hexadecimal digits.
var opaqueID = lazy.MustCompile(`^((\d+-)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\d{4,}|[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{16,})$`)

func opaque(id string) bool { return opaqueID.MatchString(id) }
