package schemas

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// When adds classes to the risk of a row for the calls whose arguments meet every one of its conditions.
//
// The conditions look at arguments as they are sent: after coercion and validation, under the names of the row. An argument
// that hides behind another spelling of its name is an unknown one and refused, so it cannot dodge its condition.
type When struct {
	// Args is the condition of each argument: a boolean or a string (the argument has this value), present, absent (it is
	// given, or not, whatever its value), {not: value} (it has another value or none, for a harmless value that must be
	// asked for) or {contains: text} (it, or an item of it, contains the text).
	Args map[string]any `json:"args" yaml:"args"`
	Adds []Risk         `json:"adds" yaml:"adds"`
}

// Words and operators of a condition.
const (
	isPresent  = "present"
	isAbsent   = "absent"
	opNot      = "not"
	opContains = "contains"
)

// addable are the classes that arguments may decide. Whether a call is a read, and which secrets it carries, is never
// a matter of one argument: tools that only read, and masks, depend on them.
var addable = []Risk{CostsMoney, GrantsAccess, Destructive, Irreversible}

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
		value, given := args[name]
		if !meets(condition, value, given) {
			return false
		}
	}
	return true
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
	}
	return true
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
		return fmt.Sprint("contains ", c[opContains])
	}
	return fmt.Sprint("is ", condition)
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
	add(len(o.When) == 0 || o.Has(Write), "what a read can do does not depend on its arguments")
	for _, w := range o.When {
		add(len(w.Args) > 0, "args are missing: without a condition the class belongs into risk")
		add(len(w.Adds) > 0, "adds is missing")
		for _, r := range w.Adds {
			add(slices.Contains(addable, r), "adds: %q is not one of %v", r, addable)
			add(!o.Has(r), "adds: %s stands in risk already", r)
		}
		for name, condition := range w.Args {
			p, ok := o.Param(name)
			add(ok, "args: %s is not a parameter", name)
			if ok {
				add(fits(condition, &p.Schema), "args: %s: %v is no condition for its type %s", name, condition, p.Type)
			}
		}
	}
	return bad
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
