// Package fields says what the bodies of simulated requests may hold. How a mistake is worded, and what a null means, is each
// platform's own.
package fields

import (
	"net/mail"
	"net/url"
	"slices"
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
	Email   Kind = "email address"
	URL     Kind = "URL"
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

// Need is a required field.
func Need(name string, kind Kind, enum ...string) Field {
	return Field{Name: name, Kind: kind, Required: true, Enum: enum}
}

// Opt is an optional field.
func Opt(name string, kind Kind, enum ...string) Field {
	return Field{Name: name, Kind: kind, Enum: enum}
}

// Null is an optional field that may be null.
func Null(name string, kind Kind, enum ...string) Field {
	return Field{Name: name, Kind: kind, Nullable: true, Enum: enum}
}

// With adds the fields of an object.
func (f Field) With(inside ...Field) Field {
	f.Inside = inside
	return f
}

// Optional drops the required marks, for the bodies of updates.
func Optional(fields []Field) []Field {
	out := slices.Clone(fields)
	for i := range out {
		out[i].Required = false
	}
	return out
}

// Named reports whether one of the fields has the name.
func Named(fields []Field, name string) bool {
	return slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name })
}

// Fits reports whether a decoded JSON value is of the kind. What a date-time looks like is the platform's own.
func (k Kind) Fits(v any, isTime func(string) bool) bool {
	switch v := v.(type) {
	case string:
		return k.fitsText(v, isTime)
	case float64:
		return k == Number || k == Integer && v == float64(int64(v))
	case bool:
		return k == Boolean
	case map[string]any:
		return k == Object
	case []any:
		return k == Array || k == Strings && !slices.ContainsFunc(v, func(x any) bool { _, ok := x.(string); return !ok })
	}
	return false
}

func (k Kind) fitsText(s string, isTime func(string) bool) bool {
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
		return isTime(s)
	}
	return false
}
