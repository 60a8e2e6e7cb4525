package platformsh

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"paasmcp/internal/simulator/fields"
)

// Field is one accepted body field; see package fields.
type Field = fields.Field

// The kinds of fields.
const (
	String  = fields.String
	Integer = fields.Integer
	Number  = fields.Number
	Boolean = fields.Boolean
	Object  = fields.Object
	Array   = fields.Array
	Strings = fields.Strings
	Email   = fields.Email
	URL     = fields.URL
	Time    = fields.Time
	Any     = fields.Any
)

// Need is a required field, Opt an optional one, Null an optional one that may be null; optional drops the required marks, for
// the bodies of updates.
var Need, Opt, Null, optional = fields.Need, fields.Opt, fields.Null, fields.Optional

func checkFields(body Doc, list []Field) *Problem {
	c := checker{}
	c.object("", body, list)
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

func (c *checker) object(prefix string, body Doc, list []Field) {
	for _, f := range list {
		v, there := body[f.Name]
		switch {
		case !there && f.Required:
			c.add(prefix+f.Name, "This field is required.")
		case there:
			c.value(prefix+f.Name, v, f)
		}
	}
	for name := range body {
		if !fields.Named(list, name) {
			c.add(prefix+name, "Unknown field.")
		}
	}
}

func (c *checker) value(name string, v any, f Field) {
	if f.Kind == Any || v == nil && f.Nullable {
		return
	}
	if !f.Kind.Fits(v, isTime) {
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

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}
