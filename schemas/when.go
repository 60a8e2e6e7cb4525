package schemas

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// When adds classes to the risk of a row for the calls whose arguments meet every one of its conditions.
//
// The conditions look at arguments as they are sent: after coercion and validation, under the names of the row. An argument
// that hides behind another spelling of its name is an unknown one and refused, so it cannot dodge its condition.
type When struct {
	// Args is the condition of each argument, or of what is inside one: data.isEnabled, alerts[].active (any of them). It is a
	// boolean or a string (the argument has this value), present, absent (it is given, or not, whatever its value),
	// {not: value} (it has another value or none, for a harmless value that must be asked for), {contains: text} (it, or an
	// item of it, contains the text), {outside: folder} (it is not plainly the path of something in the folder) or
	// {beyond: names} (the object has other members than these; the loader writes this one, see [Operation.guardOpen]).
	Args map[string]any `json:"args" yaml:"args"`
	Adds []Risk         `json:"adds" yaml:"adds"`
	// UnlessListed names a read of the platform that lists what is exempt: the condition does not hold for a call with an
	// argument that the answer contains. The read gets those arguments of the call that it requires, and no others.
	UnlessListed string `json:"unless_listed,omitempty" yaml:"unless_listed"`
	// Secrets are the fields of the answer that are secret when the condition holds, beside those of the row.
	Secrets []string `json:"secrets,omitempty" yaml:"secrets"`
}

// Words and operators of a condition.
const (
	isPresent  = "present"
	isAbsent   = "absent"
	opNot      = "not"
	opContains = "contains"
	opOutside  = "outside"
	opBeyond   = "beyond"
)

// addable are the classes that arguments may decide for a change, and revealing is the one that they may decide for a read.
// Whether a call is a read, and whether it carries secrets, is never a matter of one argument: tools that only read depend on it.
var (
	addable   = []Risk{CostsMoney, GrantsAccess, Destructive, Irreversible}
	revealing = []Risk{RevealsSecrets}
)

// RiskFor is what a call with these validated arguments can do: the row's risk and what the arguments add.
func (o *Operation) RiskFor(args map[string]any) []Risk {
	risk := o.Risk
	for _, w := range o.When {
		if w.Holds(args) {
			risk = union(risk, w.Adds)
		}
	}
	return risk
}

// WorstRisk is what a call can do with the worst of arguments. Clients and lists that know no arguments show it.
func (o *Operation) WorstRisk() []Risk {
	risk := o.Risk
	for _, w := range o.When {
		risk = union(risk, w.Adds)
	}
	return risk
}

// SecretsFor are the secret fields of a call with these validated arguments.
func (o *Operation) SecretsFor(args map[string]any) []string {
	fields := o.Secrets
	for _, w := range o.When {
		if len(w.Secrets) > 0 && w.Holds(args) {
			fields = slices.Concat(fields, w.Secrets)
		}
	}
	return fields
}

// union leaves its arguments alone: rows are shared.
func union(a, b []Risk) []Risk {
	out := slices.Clone(a)
	for _, r := range b {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// Holds reports whether the arguments meet every condition.
func (w When) Holds(args map[string]any) bool {
	for name, condition := range w.Args {
		if !anyMeets(condition, args, name) {
			return false
		}
	}
	return true
}

// anyMeets follows the path of a condition, through every item of a list.
func anyMeets(condition any, in map[string]any, at string) bool {
	name, rest, deeper := strings.Cut(at, ".")
	name, each := strings.CutSuffix(name, "[]")
	value, given := in[name]
	items := []any{value}
	if each {
		items, _ = value.([]any)
	}
	if !deeper {
		return slices.ContainsFunc(items, func(item any) bool { return meets(condition, item, given) })
	}
	return slices.ContainsFunc(items, func(item any) bool {
		inner, _ := item.(map[string]any) // what is not there meets the conditions that absence meets
		return anyMeets(condition, inner, rest)
	})
}

// meets holds for a condition of a form that it does not know: the row's check refuses those, and a risk too many asks
// a person once more, where a risk too few would ask nobody.
func meets(condition, value any, given bool) bool {
	switch c := condition.(type) {
	case bool:
		return value == c
	case string:
		switch c {
		case isPresent:
			return given
		case isAbsent:
			return !given
		}
		return value == c
	case map[string]any:
		if not, ok := c[opNot]; ok {
			return value != not
		}
		if part, ok := c[opContains].(string); ok {
			return contains(value, part)
		}
		if folder, ok := c[opOutside].(string); ok {
			return !inside(value, folder)
		}
		if names, ok := c[opBeyond].([]any); ok {
			object, isObject := value.(map[string]any)
			for name := range object {
				if !slices.Contains(names, any(name)) {
					return true
				}
			}
			return given && value != nil && !isObject
		}
	}
	return true
}

// inside reports whether the value is plainly the path of something in the folder. A path that a shell, a decoder or a second
// look could read in another way is not.
func inside(value any, folder string) bool {
	text, ok := value.(string)
	plain := !strings.ContainsFunc(text, func(r rune) bool {
		return !(r == '/' || r == '.' || r == '_' || r == '-' || r == '+' || r == '@' || r == ':' || r == ',' || r == '=' ||
			'0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	})
	return ok && plain && strings.HasPrefix(path.Clean(text), folder+"/")
}

func contains(value any, part string) bool {
	switch v := value.(type) {
	case string:
		return strings.Contains(v, part)
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return contains(item, part) })
	}
	return false
}

// String words the conditions for people, for example "append is not true and path is given".
func (w When) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(w.Args)) {
		parts = append(parts, name+" "+wording(w.Args[name]))
	}
	if w.UnlessListed != "" {
		parts = append(parts, w.UnlessListed+" does not list it")
	}
	return strings.Join(parts, " and ")
}

func wording(condition any) string {
	switch c := condition.(type) {
	case string:
		switch c {
		case isPresent:
			return "is given"
		case isAbsent:
			return "is left out"
		}
	case map[string]any:
		if not, ok := c[opNot]; ok {
			return fmt.Sprint("is not ", not)
		}
		if folder, ok := c[opOutside]; ok {
			return fmt.Sprint("is outside ", folder)
		}
		if _, ok := c[opBeyond]; ok {
			return "has members that its schema does not name"
		}
		return fmt.Sprint("contains ", c[opContains])
	}
	return fmt.Sprint("is ", condition)
}

// guardOpen adds a condition for every open object of a change that is not asked about anyway: what a member does that the row does
// not name, only the person who gives it can know. The platform may well switch a site off by it.
func (o *Operation) guardOpen() {
	if !o.Has(Write) || slices.ContainsFunc(addable, o.Has) {
		return
	}
	var guard func(at string, s *Schema)
	guard = func(at string, s *Schema) {
		if s.Items != nil {
			guard(at+"[]", s.Items)
		}
		names := []any{}
		for i := range s.Properties {
			p := &s.Properties[i]
			names = append(names, p.Name)
			guard(at+"."+p.Name, &p.Schema)
		}
		if s.Open {
			o.When = append(o.When, When{Args: map[string]any{at: map[string]any{opBeyond: names}}, Adds: []Risk{Destructive}})
		}
	}
	for i := range o.Params {
		guard(o.Params[i].Name, &o.Params[i].Schema)
	}
}

// checkWhen lists what is wrong with the conditions of a row. A condition that can never hold would silently leave a
// dangerous call without its class, so each must fit its parameter.
func (o *Operation) checkWhen() []string {
	var bad []string
	add := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, "when: "+fmt.Sprintf(format, args...))
		}
	}
	may := addable
	if !o.Has(Write) {
		may = revealing
	}
	for _, w := range o.When {
		add(len(w.Args) > 0, "args are missing: without a condition the class belongs into risk")
		add(len(w.Adds) > 0, "adds is missing")
		for _, r := range w.Adds {
			add(slices.Contains(may, r), "adds: %q is not one of %v", r, may)
			add(!o.Has(r), "adds: %s is in risk already", r)
		}
		for _, field := range w.Secrets {
			add(fieldPattern.MatchString(field), "secrets: %q is not a field path such as a.b, [].a, items[].b, env.* or **.token", field)
		}
		add(slices.Contains(w.Adds, RevealsSecrets) == (len(w.Secrets) > 0), "secrets and the class %s go together", RevealsSecrets)
		for name, condition := range w.Args {
			s, ok := o.schemaAt(name)
			add(ok, "args: %s is not a parameter", name)
			if ok {
				add(fits(condition, s), "args: %s: %v is not a condition for its type %s", name, condition, s.Type)
			}
		}
	}
	return bad
}

// schemaAt finds the schema that the path of a condition leads to.
func (o *Operation) schemaAt(at string) (*Schema, bool) {
	name, rest, _ := strings.Cut(at, ".")
	p, ok := o.Param(strings.TrimSuffix(name, "[]"))
	if !ok {
		return nil, false
	}
	return p.Schema.at(strings.HasSuffix(name, "[]"), rest)
}

func (s *Schema) at(each bool, rest string) (*Schema, bool) {
	if each {
		if s = s.Items; s == nil {
			return nil, false
		}
	}
	if rest == "" {
		return s, !each || s.Type == "object" // of an item that is a text, contains speaks
	}
	name, rest, _ := strings.Cut(rest, ".")
	for i := range s.Properties {
		if p := &s.Properties[i]; p.Name == strings.TrimSuffix(name, "[]") {
			return p.Schema.at(strings.HasSuffix(name, "[]"), rest)
		}
	}
	return nil, false
}

func fits(condition any, s *Schema) bool {
	switch c := condition.(type) {
	case bool:
		return s.Type == "boolean"
	case string:
		return c == isPresent || c == isAbsent || isValue(c, s)
	case map[string]any:
		if len(c) != 1 {
			return false
		}
		if part, ok := c[opContains].(string); ok {
			return part != "" && (s.Type == "string" || s.Type == "array" && s.Items != nil && s.Items.Type == "string")
		}
		if folder, ok := c[opOutside].(string); ok {
			return s.Type == "string" && strings.HasPrefix(folder, "/") && path.Clean(folder) == folder && folder != "/"
		}
		if names, ok := c[opBeyond].([]any); ok {
			return s.Open && !slices.ContainsFunc(names, func(name any) bool { _, ok := name.(string); return !ok })
		}
		switch not := c[opNot].(type) {
		case bool:
			return s.Type == "boolean"
		case string:
			return isValue(not, s)
		}
	}
	return false
}

// isValue reports whether the parameter can have this text as its value.
func isValue(text string, s *Schema) bool {
	return s.Type == "string" && (len(s.Enum) == 0 || slices.Contains(s.Enum, any(text)))
}
