package platformsh

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Kind is the JSON type of a body field.
type Kind string

// The kinds. Any accepts every value, also null.
const (
	String  Kind = "string"
	Integer Kind = "integer"
	Number  Kind = "number"
	Boolean Kind = "boolean"
	Object  Kind = "object"
	Array   Kind = "array" // of any values
	Strings Kind = "array of strings"
	Email   Kind = "email"
	URL     Kind = "url"
	Time    Kind = "date-time"
	Any     Kind = "any"
)

// Field describes one accepted body field. Fields that no Field names are refused, so that a misspelled argument of a
// tool is noticed here and not on a live platform.
type Field struct {
	Name     string
	Kind     Kind
	Required bool
	Nullable bool
	Enum     []string
	Inside   []Field // fields of an object or of the objects in an array
}

// Need is a required field, Opt an optional one, Null an optional one that may be null.
func Need(name string, kind Kind, enum ...string) Field {
	return Field{Name: name, Kind: kind, Required: true, Enum: enum}
}

// Opt is an optional field; see Need.
func Opt(name string, kind Kind, enum ...string) Field {
	return Field{Name: name, Kind: kind, Enum: enum}
}

// Null is an optional field that may be null; see Need.
func Null(name string, kind Kind, enum ...string) Field {
	return Field{Name: name, Kind: kind, Nullable: true, Enum: enum}
}

// With adds the fields of an object.
func (f Field) With(inside ...Field) Field {
	f.Inside = inside
	return f
}

// optional drops the required marks, for PATCH bodies.
func optional(fields []Field) []Field {
	out := slices.Clone(fields)
	for i := range out {
		out[i].Required = false
	}
	return out
}

func checkFields(body Doc, fields []Field) *Problem {
	c := checker{}
	c.object("", body, fields)
	if len(c.detail) == 0 {
		return nil
	}
	return Invalid(c.detail)
}

type checker struct{ detail map[string][]string }

func (c *checker) add(field, format string, args ...any) {
	if c.detail == nil {
		c.detail = map[string][]string{}
	}
	c.detail[field] = append(c.detail[field], fmt.Sprintf(format, args...))
}

func (c *checker) object(prefix string, body Doc, fields []Field) {
	for _, f := range fields {
		v, there := body[f.Name]
		switch {
		case !there && f.Required:
			c.add(prefix+f.Name, "This field is required.")
		case there:
			c.value(prefix+f.Name, v, f)
		}
	}
	for name := range body {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }) {
			c.add(prefix+name, "Unknown field.")
		}
	}
}

func (c *checker) value(name string, v any, f Field) {
	if f.Kind == Any || v == nil && f.Nullable {
		return
	}
	if !isKind(v, f.Kind) {
		c.add(name, "Not a valid %s.", f.Kind)
		return
	}
	if s, ok := v.(string); ok {
		if f.Required && strings.TrimSpace(s) == "" {
			c.add(name, "This field may not be blank.")
		}
		if len(f.Enum) > 0 && !slices.Contains(f.Enum, s) {
			c.add(name, "%q is not one of %s.", s, strings.Join(f.Enum, ", "))
		}
	}
	if f.Inside == nil {
		return
	}
	switch v := v.(type) {
	case Doc:
		c.object(name+".", v, f.Inside)
	case []any:
		for i, item := range v {
			if d, ok := item.(Doc); ok {
				c.object(fmt.Sprintf("%s.%d.", name, i), d, f.Inside)
			} else {
				c.add(fmt.Sprintf("%s.%d", name, i), "Not a valid object.")
			}
		}
	}
}

func isKind(v any, k Kind) bool {
	switch v := v.(type) {
	case string:
		return isStringKind(v, k)
	case float64:
		return k == Number || k == Integer && v == float64(int64(v))
	case bool:
		return k == Boolean
	case Doc:
		return k == Object
	case []any:
		return k == Array || k == Strings && !slices.ContainsFunc(v, func(x any) bool { _, ok := x.(string); return !ok })
	}
	return false
}

func isStringKind(s string, k Kind) bool {
	switch k {
	case String:
		return true
	case Email:
		a, err := mail.ParseAddress(s)
		return err == nil && a.Address == s
	case URL:
		u, err := url.Parse(s)
		return err == nil && u.Scheme != "" && u.Host != ""
	case Time:
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	}
	return false
}
