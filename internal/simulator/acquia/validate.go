package acquia

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"paasmcp/internal/simulator/fields"
)

// What a body may hold; see package fields.
type (
	Field = fields.Field
	Kind  = fields.Kind
)

// The kinds of fields.
const (
	String  = fields.String
	Integer = fields.Integer
	Boolean = fields.Boolean
	Object  = fields.Object
	Array   = fields.Array
	Strings = fields.Strings
	Email   = fields.Email
	URL     = fields.URL
	Time    = fields.Time
	Any     = fields.Any
)

// need is a required field, opt an optional one; optional drops the required marks, for the bodies of updates.
var need, opt, optional = fields.Need, fields.Opt, fields.Optional

func checkFields(body Doc, list []Field) error {
	wrong := map[string]string{}
	for _, f := range list {
		v, there := body[f.Name]
		switch {
		case !there && f.Required:
			wrong[f.Name] = "Missing required parameter: " + f.Name
		case there:
			if text := wrongWith(f, v); text != "" {
				wrong[f.Name] = text
			}
		}
	}
	for name := range body {
		if !fields.Named(list, name) {
			wrong[name] = "Unknown parameter: " + name
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return &Problem{Status: http.StatusBadRequest, Slug: "validation_failed", Fields: wrong}
}

// wrongWith says what is wrong with a value; empty when nothing is.
func wrongWith(f Field, v any) string {
	if f.Kind == Any || v == nil && !f.Required {
		return ""
	}
	if !f.Kind.Fits(v, isTime) {
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

func isTime(s string) bool {
	_, is := parseTime(s)
	return is
}
