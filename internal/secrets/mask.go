// Package secrets hides credentials in everything that leaves the program: results, cards, audit lines, logs and errors.
//
// Three rules say what a secret is, and any one of them is enough:
//
//   - by path: the row's `secrets`, for example http_access.basic_auth. See [New].
//   - by name: a key that reads like password, token, session, private_key … See [IsSecretName].
//   - by shape: PEM blocks, JSON Web Tokens, passwords in URLs, bearer tokens, the tokens of well-known vendors, and
//     values assigned to a secret name inside a text. See [MaskText].
//
// A secret becomes "••••", with its length from 8 characters on: "•••• (24 characters)". No character of it is ever
// kept: a last-four hint helps whoever guesses more than whoever reads. Empty stays empty, so that a reader sees whether a
// value is set. Booleans and null stay what they are: they say that a secret exists, not which. Numbers become text.
package secrets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	dots      = "••••"
	hintFrom  = 8 // the length of a shorter value says too much about it
	hintOpen  = dots + " ("
	hintClose = " characters)"
)

// mask hides one value. What is a mask already stays, so that masking twice changes nothing.
func mask(s string) string {
	if s == "" || isMask(s) {
		return s
	}
	n := utf8.RuneCountInString(s)
	if n < hintFrom {
		return dots
	}
	return hintOpen + strconv.Itoa(n) + hintClose
}

// isMask accepts exactly what mask produces; a secret that merely begins with dots is none.
func isMask(s string) bool {
	if s == dots {
		return true
	}
	digits, ok := strings.CutPrefix(s, hintOpen)
	if !ok {
		return false
	}
	digits, ok = strings.CutSuffix(digits, hintClose)
	return ok && len(digits) < 10 && strings.Trim(digits, "0123456789") == ""
}

// Masker hides the secrets of one operation. The zero Masker knows no paths and works by name and shape. It is safe for
// concurrent use.
type Masker struct {
	paths paths
	known []*Known // single values that are hidden wherever they stand
}

// New makes a Masker from the `secrets` of a row. A path names fields of the request or the answer from their root:
// a.b, items[].value, env.* (any key), **.token (any depth). A path also reaches through lists that it does not spell out,
// because a list of secrets must not be shown for want of two brackets. Everything below a named field is secret.
func New(secretPaths []string) (*Masker, error) {
	p, err := parsePaths(secretPaths)
	if err != nil {
		return nil, err
	}
	return &Masker{paths: p}, nil
}

// Mask gives v with every secret hidden. The input is never changed; parts without secrets are shared with it, so that a
// result without secrets costs no memory, and neither may be changed afterwards. Values other than those of decoded
// JSON (structs, typed maps and slices) are converted to decoded JSON first; what cannot be converted is hidden
// altogether.
func (m *Masker) Mask(v any) any {
	out, _ := m.walk(v, m.paths.start())
	return out
}

// walk also reports whether the value changed, which spares comparing values that Go cannot compare.
func (m *Masker) walk(v any, at set) (any, bool) {
	switch x := v.(type) {
	case nil, bool, json.Number, float64, float32, int, int64, int32, uint, uint64, uint32:
		return v, false
	case string:
		if s := m.MaskText(x); s != x {
			return s, true
		}
		return v, false // and not x: a new any around a string costs memory
	case map[string]any:
		return m.object(x, at)
	case []any:
		if out := edit(x, func(item any) (any, bool) { return m.walk(item, at) }); out != nil {
			return out, true
		}
		return v, false
	}
	plain, err := generic(v)
	if err != nil {
		return dots, true
	}
	out, _ := m.walk(plain, at)
	return out, true
}

func (m *Masker) object(obj map[string]any, at set) (any, bool) {
	// {"name": "DB_PASSWORD", "value": "…"}: the way all three platforms write variables.
	name, _ := obj["name"].(string)
	named := name != "" && IsSecretName(name)
	var out map[string]any
	for key, value := range obj {
		var (
			masked  any
			changed bool
		)
		next, hit := m.paths.step(at, key)
		switch {
		case hit, named && key == "value":
			masked, changed = hideAll(value)
		case IsSecretName(key) && !isCount(key, value) && !isRecords(value):
			masked, changed = hideAll(value)
		default:
			masked, changed = m.walk(value, next)
		}
		if changed {
			if out == nil {
				out = maps.Clone(obj)
			}
			out[key] = masked
		}
	}
	if out == nil {
		return obj, false
	}
	return out, true
}

// Hide masks every text and number in v, for values of which nobody says which are secrets.
func Hide(v any) any {
	hidden, _ := hideAll(v)
	return hidden
}

// hideAll masks every text and number below v. Keys stay: they are names, such as the user of basic_auth.
func hideAll(v any) (any, bool) {
	switch x := v.(type) {
	case nil, bool:
		return v, false
	case string:
		s := mask(x)
		return s, s != x
	case json.Number, float64, float32, int, int64, int32, uint, uint64, uint32:
		return dots, true
	case []any:
		if out := edit(x, hideAll); out != nil {
			return out, true
		}
		return v, false
	case map[string]any:
		var out map[string]any
		for key, value := range x {
			if masked, changed := hideAll(value); changed {
				if out == nil {
					out = maps.Clone(x)
				}
				out[key] = masked
			}
		}
		if out == nil {
			return v, false
		}
		return out, true
	}
	plain, err := generic(v)
	if err != nil {
		return dots, true
	}
	out, _ := hideAll(plain)
	return out, true
}

// edit applies f to every item. It gives a copy of the list, or nil when no item changes.
func edit(list []any, f func(any) (any, bool)) []any {
	var out []any
	for i, item := range list {
		if masked, changed := f(item); changed {
			if out == nil {
				out = slices.Clone(list)
			}
			out[i] = masked
		}
	}
	return out
}

// isCount reports whether a number merely counts the things that its key names, as in tokens: 5.
func isCount(key string, v any) bool {
	switch v.(type) {
	case json.Number, float64, int, int64, uint64:
		return strings.HasSuffix(key, "s")
	}
	return false
}

// isRecords reports whether v is a list of objects, as in tokens: [{id, name, …}]. Such a list is about secrets; each
// field in it is judged by its own name and path.
func isRecords(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) > 0 && !slices.ContainsFunc(list, func(item any) bool {
		_, object := item.(map[string]any)
		return !object
	})
}

// generic turns any value into decoded JSON. Bytes are taken as text: as base64 they would hide from every pattern.
func generic(v any) (plain any, err error) {
	defer func() {
		// A nil pointer behind an error or a marshaler must not end the program for the sake of a log line.
		if p := recover(); p != nil {
			err = fmt.Errorf("mask %T: %v", v, p)
		}
	}()
	switch v := v.(type) {
	case json.RawMessage:
		return decode(v)
	case []byte:
		return string(v), nil
	case error:
		return v.Error(), nil
	case *url.URL: // as JSON it loses its form
		return v.String(), nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("mask %T: %w", v, err)
	}
	return decode(data)
}

func decode(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber() // ids above 2^53 must survive
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("mask JSON: %w", err)
	}
	return v, nil
}
