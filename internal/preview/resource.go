package preview

import (
	"cmp"
	"errors"
	"slices"
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

// reads are the operations that read what paths name, by the path with its holes made equal.
type reads struct {
	gets  map[string]string // one resource
	lists map[string]string // all of a kind
}

func readsOf(catalog *schemas.Catalog) reads {
	r := reads{map[string]string{}, map[string]string{}}
	for _, row := range catalog.Rows() {
		method, template, _ := strings.Cut(row.Call, " ")
		switch at := string(row.Platform) + " " + blank(template); {
		case method != "GET" || !row.IsRead() || row.IsFile:
		case row.IsList:
			r.lists[at] = row.Name
		default:
			r.gets[at] = row.Name
		}
	}
	return r
}

var hole = lazy.MustCompile(`\{[^}]*\}`)

func blank(template string) string { return hole.ReplaceAllString(template, "{}") }

// named is a resource that the path of a call names.
type named struct {
	param string // argument that names it
	get   string // operation that reads it; empty where there is none
	args  map[string]any
	list  string // operation that lists all of its kind; empty where there is none
	among map[string]any
}

// path lists the resources that the path of the call names and that can be read, outermost first.
func (l *look) path() []named {
	var list []named
	template := l.Op.Path()
	var values []any
	for _, at := range hole.FindAllStringIndex(template, -1) {
		param := l.param(strings.Trim(template[at[0]:at[1]], "{}"))
		before := values
		values = append(values, l.Args[param])
		if at[1] < len(template) && template[at[1]] != '/' { // a part of a segment names nothing
			continue
		}
		n := named{param: param}
		var readable, listed bool
		_, has := l.previewer.reads().gets[string(l.Op.Platform)+" "+blank(template[:at[1]])]
		if n.get, n.args, readable = l.reading(l.previewer.reads().gets, template[:at[1]], values); has && !readable {
			continue // the dialect says that there is nothing to be read, perhaps because it is only being made
		}
		if template[at[0]-1] == '/' {
			n.list, n.among, listed = l.reading(l.previewer.reads().lists, template[:at[0]-1], before)
		}
		if readable || listed {
			list = append(list, n)
		}
	}
	return list
}

// reading finds the operation that reads a path and fills in its arguments by position.
func (l *look) reading(by map[string]string, template string, values []any) (tool string, args map[string]any, ok bool) {
	if tool, ok = by[string(l.Op.Platform)+" "+blank(template)]; !ok {
		return "", nil, false
	}
	if c, ok := l.dialect.(chooser); ok {
		tool = c.getter(l.Op, tool, values)
	}
	get, ok := l.previewer.catalog.Operation(tool)
	if !ok || len(get.Required) > 0 {
		return "", nil, false
	}
	args = map[string]any{}
	for i, name := range get.RequiredArguments() {
		if i >= len(values) {
			return "", nil, false
		}
		args[name] = values[i]
	}
	return tool, args, true
}

// unlisted looks for what the platform did not find, or what cannot be read alone, in the list of all of its kind.
func (l *look) unlisted(n named) {
	id := l.argument(n.param)
	if n.list == "" || id == "" || text(l.Masked[n.param]) != id {
		return
	}
	list, whole, err := l.listed(n.list, "", n.among)
	if err != nil {
		if n.get == "" {
			l.doubt(label(n.param)+" "+id, err)
		}
		return
	}
	var there []string
	for _, item := range list {
		if mentions(item, id) { // by whatever field: a call that may work is not refused
			return
		}
		known, called := first(item, "id", "uuid", "name", "hostname", "domain", "email"), first(item, "label", "title", "name", "hostname")
		if called == known {
			called = ""
		}
		there = append(there, cmp.Or(with(known, called), "one without a name"))
	}
	l.absent(label(n.param), id, there, whole, n.list)
}

// mentions reports whether a value of an answer, or one inside of it, is the name.
func mentions(v any, name string) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			if mentions(inner, name) {
				return true
			}
		}
		return false
	case []any:
		return slices.ContainsFunc(v, func(inner any) bool { return mentions(inner, name) })
	default:
		return same(name, text(v))
	}
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
		if n.get == "" && i < len(list)-1 { // what the call is about counts most, where there is not time for all
			continue
		}
		steps = append(steps, func() {
			if n.get == "" {
				l.unlisted(n)
				return
			}
			answer, err := l.object(n.get, n.args)
			if err != nil {
				l.doubt(label(n.param)+" "+text(l.Masked[n.param]), err)
				if errors.Is(err, ErrNotFound) {
					l.unlisted(n)
				}
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
