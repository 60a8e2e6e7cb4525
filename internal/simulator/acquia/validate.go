package acquia

import (
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
)

// Kind is the JSON type of a body field.
type Kind string

// The kinds. Any accepts every value, also null.
const (
	String  Kind = "string"
	Integer Kind = "integer"
	Boolean Kind = "boolean"
	Object  Kind = "object"
	Array   Kind = "array"
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
	Enum     []string
}

// need is a required field, opt an optional one.
func need(name string, kind Kind, enum ...string) Field {
	return Field{Name: name, Kind: kind, Required: true, Enum: enum}
}

func opt(name string, kind Kind, enum ...string) Field {
	return Field{Name: name, Kind: kind, Enum: enum}
}

// optional drops the required marks, for the bodies of updates.
func optional(fields []Field) []Field {
	out := slices.Clone(fields)
	for i := range out {
		out[i].Required = false
	}
	return out
}

func checkFields(body Doc, fields []Field) error {
	wrong := map[string]string{}
	for _, f := range fields {
		v, there := body[f.Name]
		switch {
		case !there && f.Required:
			wrong[f.Name] = "Missing required parameter: " + f.Name
		case there:
			if text := f.wrong(v); text != "" {
				wrong[f.Name] = text
			}
		}
	}
	for name := range body {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }) {
			wrong[name] = "Unknown parameter: " + name
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return &Problem{Status: http.StatusBadRequest, Slug: "validation_failed", Fields: wrong}
}

// wrong says what is wrong with a value; empty when nothing is.
func (f Field) wrong(v any) string {
	if f.Kind == Any || v == nil && !f.Required {
		return ""
	}
	if !isKind(v, f.Kind) {
		return fmt.Sprintf("The value of %s is not a valid %s.", f.Name, f.Kind)
	}
	if s, is := v.(string); is {
		if f.Required && strings.TrimSpace(s) == "" {
			return fmt.Sprintf("The value of %s is empty.", f.Name)
		}
		if len(f.Enum) > 0 && !slices.Contains(f.Enum, s) {
			return fmt.Sprintf("The value of %s must be one of %s.", f.Name, strings.Join(f.Enum, ", "))
		}
	}
	if list, is := v.([]any); is && f.Required && len(list) == 0 {
		return fmt.Sprintf("The list of %s is empty.", f.Name)
	}
	return ""
}

func isKind(v any, k Kind) bool {
	switch v := v.(type) {
	case string:
		return isStringKind(v, k)
	case float64:
		return k == Integer && v == float64(int64(v))
	case bool:
		return k == Boolean
	case Doc:
		return k == Object
	case []any:
		return k == Array || k == Strings && !slices.ContainsFunc(v, func(x any) bool { _, is := x.(string); return !is })
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
		_, is := parseTime(s)
		return is
	}
	return false
}
