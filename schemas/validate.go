package schemas

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/mail"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Violation is one thing that is wrong with a value.
type Violation struct {
	At      []string // members and positions that lead to it
	Keyword string   // of JSON Schema: type, enum, required, additionalProperties, pattern, format …
	Names   []string // of the properties that are missing or too many
	Got     any      // of an enum: the value, and those that are right
	Want    []any
	Message string // in words that continue "where: …"
}

// Validate lists everything that is wrong with decoded JSON (numbers as json.Number or of Go's types). It checks what a row can
// say, which is what [Schema.Render] writes for [Checking]; a test holds it against a general validator.
func (s *Schema) Validate(v any) []Violation {
	c := checker{}
	c.value(s, v, nil)
	return c.found
}

// Object is the schema of the row's arguments taken together.
func (o *Operation) Object() *Schema {
	props := make(Properties, len(o.Params))
	for i := range o.Params {
		props[i] = Property{Name: o.Params[i].Name, Schema: o.Params[i].Schema}
	}
	return &Schema{Type: "object", Properties: props, Required: o.RequiredArguments()}
}

type checker struct{ found []Violation }

func (c *checker) add(at []string, keyword string, names []string, format string, args ...any) {
	c.found = append(c.found, Violation{At: slices.Clone(at), Keyword: keyword, Names: names, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) value(s *Schema, v any, at []string) {
	if v == nil && s.Nullable {
		return
	}
	if got := typeOf(v); got != s.Type && !(s.Type == "number" && got == "integer") {
		want := s.Type
		if s.Nullable {
			want += " or null"
		}
		c.add(at, "type", nil, "got %s, want %s", shownType(got), want)
		return
	}
	if len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(one any) bool { return same(one, v) }) {
		c.add(at, "enum", nil, "value must be one of %s", quoted(s.Enum))
		last := &c.found[len(c.found)-1]
		last.Got, last.Want = v, s.Enum
	}
	switch v := v.(type) {
	case string:
		c.text(s, v, at)
	case []any:
		if s.MinItems != nil && len(v) < *s.MinItems {
			c.add(at, "minItems", nil, "minItems: got %d, want %d", len(v), *s.MinItems)
		}
		if s.Items != nil {
			for i, item := range v {
				c.value(s.Items, item, append(at, strconv.Itoa(i)))
			}
		}
	case map[string]any:
		c.object(s, v, at)
	default:
		c.number(s, v, at)
	}
}

func (c *checker) object(s *Schema, v map[string]any, at []string) {
	var missing, unknown []string
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			missing = append(missing, name)
		}
	}
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	sort.Strings(names)
	closed := s.Values == nil && s.Properties != nil && !s.Open // an operation without arguments has an empty list of them
	for _, name := range names {
		i := slices.IndexFunc(s.Properties, func(p Property) bool { return p.Name == name })
		switch {
		case i >= 0:
			c.value(&s.Properties[i].Schema, v[name], append(at, name))
		case s.Values != nil:
			c.value(s.Values, v[name], append(at, name))
		case closed:
			unknown = append(unknown, name)
		}
	}
	if len(missing) > 0 {
		word := "property"
		if len(missing) > 1 {
			word = "properties"
		}
		c.add(at, "required", missing, "missing %s %s", word, quotedNames(missing))
	}
	if len(unknown) > 0 {
		c.add(at, "additionalProperties", unknown, "additional properties %s not allowed", quotedNames(unknown))
	}
}

func (c *checker) text(s *Schema, v string, at []string) {
	length := utf8.RuneCountInString(v)
	if s.MinLength != nil && length < *s.MinLength {
		c.add(at, "minLength", nil, "minLength: got %d, want %d", length, *s.MinLength)
	}
	if s.MaxLength != nil && length > *s.MaxLength {
		c.add(at, "maxLength", nil, "maxLength: got %d, want %d", length, *s.MaxLength)
	}
	if s.Pattern != "" && !pattern(s.Pattern).MatchString(v) {
		c.add(at, "pattern", nil, "%s does not match pattern %s", quote(v), quote(s.Pattern))
	}
	if check := formats[s.Format]; check != nil && !check(v) {
		c.add(at, "format", nil, "%s is not a valid %s", quote(v), s.Format)
	}
}

func (c *checker) number(s *Schema, v any, at []string) {
	if s.Minimum == nil && s.Maximum == nil {
		return
	}
	n := rational(v)
	if n == nil {
		return
	}
	if s.Minimum != nil && n.Cmp(new(big.Rat).SetFloat64(*s.Minimum)) < 0 {
		c.add(at, "minimum", nil, "minimum: got %v, want %v", v, *s.Minimum)
	}
	if s.Maximum != nil && n.Cmp(new(big.Rat).SetFloat64(*s.Maximum)) > 0 {
		c.add(at, "maximum", nil, "maximum: got %v, want %v", v, *s.Maximum)
	}
}

// typeOf is the type of a decoded value as JSON Schema names it; a number without a fraction is an integer, however it is
// written.
func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	default:
		n := rational(v)
		switch {
		case n == nil:
			return reflect.TypeOf(v).String() // nothing that JSON decodes to
		case n.IsInt():
			return "integer"
		}
		return "number"
	}
}

// shownType calls every number a number: whoever sent 3 for a text thinks of it so.
func shownType(t string) string {
	if t == "integer" {
		return "number"
	}
	return t
}

// maxDigits bounds the exponent of a number, which would else be written out in full.
const maxDigits = 1000

func rational(v any) *big.Rat {
	switch v := v.(type) {
	case json.Number:
		if _, exponent, ok := strings.Cut(strings.ToLower(v.String()), "e"); ok {
			if e, err := strconv.Atoi(exponent); err != nil || e > maxDigits || e < -maxDigits {
				return nil
			}
		}
		n, ok := new(big.Rat).SetString(v.String())
		if !ok {
			return nil
		}
		return n
	case float64:
		return new(big.Rat).SetFloat64(v)
	case int:
		return new(big.Rat).SetInt64(int64(v))
	case int64:
		return new(big.Rat).SetInt64(v)
	}
	return nil
}

// same compares a value with one of an enum. Numbers are equal by value.
func same(one, v any) bool {
	if a, b := rational(one), rational(v); a != nil && b != nil {
		return a.Cmp(b) == 0
	}
	return reflect.DeepEqual(one, v)
}

// The formats that are checked, see section 7.3 of JSON Schema Validation 2020-12. Others only tell a reader what is meant.
var formats = map[string]func(string) bool{
	"date-time": func(v string) bool { _, err := time.Parse(time.RFC3339, strings.ToUpper(v)); return err == nil },
	"email":     func(v string) bool { a, err := mail.ParseAddress(v); return err == nil && a.Address == v },
	"ipv4":      func(v string) bool { a, err := netip.ParseAddr(v); return err == nil && a.Is4() },
	"uri":       func(v string) bool { u, err := url.Parse(v); return err == nil && u.IsAbs() },
	"uuid":      func(v string) bool { return pattern(uuid).MatchString(v) },
}

const uuid = `^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`

// patterns keeps the expressions of rows, each made on first use.
var patterns sync.Map

func pattern(text string) *regexp.Regexp {
	if made, ok := patterns.Load(text); ok {
		return made.(*regexp.Regexp)
	}
	made := regexp.MustCompile(text) // the loader has compiled those of rows
	patterns.Store(text, made)
	return made
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }

func quotedNames(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = quote(name)
	}
	return strings.Join(list, ", ")
}

func quoted(values []any) string {
	list := make([]string, len(values))
	for i, v := range values {
		if text, ok := v.(string); ok {
			list[i] = quote(text)
		} else {
			list[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(list, ", ")
}
