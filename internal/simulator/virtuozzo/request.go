package virtuozzo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"paasmcp/internal/simulator/wire"
)

// maxBody is far above what any call of this project sends; file writes are the largest.
const maxBody = 8 << 20

// Request is one call with its parameters.
type Request struct {
	Now   time.Time
	ctx   context.Context //nolint:containedctx // the request's own, as in http.Request
	call  *call
	form  url.Values
	json  map[string]any // decoded JSON parameters
	agent string
	user  *identity
	began *action // the work that the answer has to wait for
}

// readForm takes parameters from the body and, as the service does, from the query.
func readForm(hr *http.Request) (url.Values, error) {
	form := hr.URL.Query()
	if hr.Method != http.MethodPost {
		return form, nil
	}
	data, err := wire.Body(hr, maxBody)
	if err != nil || len(data) == 0 {
		return form, err
	}
	ct, _, _ := strings.Cut(hr.Header.Get("Content-Type"), ";")
	if ct != "application/x-www-form-urlencoded" {
		return nil, fmt.Errorf("content type %q is not application/x-www-form-urlencoded", ct)
	}
	body, err := url.ParseQuery(string(data))
	if err != nil {
		return nil, err
	}
	for k, v := range body {
		form[k] = v
	}
	return form, nil
}

// common are the parameters that every call takes. ruk is a random id that one of the vendor's clients adds to each call.
var common = []string{"session", "appid", "ruk"}

// check refuses what is missing, malformed or misspelled. The real service ignores unknown names; here they are refused so
// that a misspelled argument of a tool is noticed before a live platform ignores it.
func (r *Request) check() error {
	r.json = map[string]any{}
	for _, p := range r.call.params {
		v := r.form.Get(p.name)
		if v == "" {
			if p.required {
				return invalid(p.name, "is required")
			}
			continue
		}
		if err := r.checkKind(p, v); err != nil {
			return err
		}
	}
	for name, values := range r.form {
		known := slices.Contains(common, name) || name == "checksum" ||
			slices.ContainsFunc(r.call.params, func(p param) bool { return p.name == name })
		if !known {
			return invalid(name, "is unknown")
		}
		if len(values) > 1 {
			return invalid(name, "is given twice")
		}
	}
	return nil
}

func (r *Request) checkKind(p param, v string) error {
	var err error
	switch p.kind {
	case "int":
		_, err = strconv.Atoi(v)
	case "num":
		_, err = strconv.ParseFloat(v, 64)
	case "bool":
		if v != "true" && v != "false" {
			err = fmt.Errorf("%q is neither true nor false", v)
		}
	case "json":
		var x any
		err = json.Unmarshal([]byte(v), &x)
		r.json[p.name] = x
	}
	if err != nil {
		return invalid(p.name, err.Error())
	}
	return nil
}

// has tells whether a parameter was given.
func (r *Request) has(name string) bool { return r.form.Get(name) != "" }

// text returns the first given parameter: some calls spell the same thing differently.
func (r *Request) text(names ...string) string {
	for _, n := range names {
		if v := r.form.Get(n); v != "" {
			return v
		}
	}
	return ""
}

func (r *Request) number(names ...string) int {
	n, err := strconv.Atoi(r.text(names...))
	if err != nil {
		return 0 // absent: check has refused anything else
	}
	return n
}

// numberOr is number with a default.
func (r *Request) numberOr(name string, otherwise int) int {
	if !r.has(name) {
		return otherwise
	}
	return r.number(name)
}

func (r *Request) flag(name string) bool { return r.form.Get(name) == "true" }

// flagOr is flag with a default.
func (r *Request) flagOr(name string, otherwise bool) bool {
	if !r.has(name) {
		return otherwise
	}
	return r.flag(name)
}

// object returns a JSON parameter that must be an object; empty when absent.
func (r *Request) object(name string) (Doc, error) {
	v, ok := r.json[name]
	if !ok {
		return Doc{}, nil
	}
	d, ok := v.(Doc)
	if !ok {
		return nil, invalid(name, "is no JSON object")
	}
	return d, nil
}

// objectOf is object for one that may have these fields and no others.
func (r *Request) objectOf(name string, fields ...string) (Doc, error) {
	d, err := r.object(name)
	for k := range d {
		if !slices.Contains(fields, k) {
			return nil, invalid(name, "has the unknown field "+k)
		}
	}
	return d, err
}

// objects returns a JSON parameter that must be an array of objects.
func (r *Request) objects(name string) ([]Doc, error) {
	items, ok := r.json[name].([]any)
	if !ok {
		return nil, invalid(name, "is no JSON array")
	}
	out := make([]Doc, 0, len(items))
	for _, i := range items {
		d, ok := i.(Doc)
		if !ok {
			return nil, invalid(name, "has an item that is no JSON object")
		}
		out = append(out, d)
	}
	return out, nil
}

// list splits a list given as a JSON array or with commas or semicolons between the items; clients use all three.
func (r *Request) list(name string) []string { return splitList(r.form.Get(name)) }

func splitList(v string) []string {
	var items []any
	if err := json.Unmarshal([]byte(v), &items); err != nil {
		for _, p := range strings.FieldsFunc(v, func(c rune) bool { return c == ',' || c == ';' }) {
			items = append(items, strings.TrimSpace(p))
		}
	}
	out := []string{}
	for _, i := range items {
		if s := fmt.Sprint(i); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// ids is list for numbers.
func (r *Request) ids(name string) ([]int, error) {
	var out []int
	for _, v := range r.list(name) {
		n, err := strconv.Atoi(v)
		if err != nil {
			return nil, invalid(name, fmt.Sprintf("has %q, which is no id", v))
		}
		out = append(out, n)
	}
	return out, nil
}

// owned is ids for the parameter ids, where own must find each.
func (r *Request) owned(own func(*Request, int) (Doc, error)) ([]int, error) {
	ids, err := r.ids("ids")
	for _, id := range ids {
		if _, err := own(r, id); err != nil {
			return nil, err
		}
	}
	return ids, err
}

const dateLayout = "2006-01-02 15:04:05"

func stamp(t time.Time) string { return t.UTC().Format(dateLayout) }

// when returns a date parameter, or otherwise when it is absent.
func (r *Request) when(name string, otherwise time.Time) (time.Time, error) {
	if !r.has(name) {
		return otherwise, nil
	}
	t, err := time.Parse(dateLayout, r.text(name))
	if err != nil {
		return t, invalid(name, "is not in the form yyyy-MM-dd hh:mm:ss")
	}
	return t, nil
}
