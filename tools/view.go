package tools

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"paasmcp/internal/legible"
	"paasmcp/internal/secrets"
	"paasmcp/schemas"
)

// View is how much of an answer the caller wants to see.
type View struct {
	Fields []string // dotted field paths to keep; empty keeps the row's usual ones, "*" keeps all there is
	Limit  int      // items of a list; 0 is the client's default
	Cursor string   // where a list goes on, from the answer before
	Reveal bool     // secrets in plain text; a person is asked
	JQ     string   // program that makes the answer out of the whole of it; see [Service.handle]

	uncut bool // long texts stay whole; what comes of it is no answer for a model
}

// whole is the view of everything that a caller may see.
func (v View) whole() View { return View{Fields: []string{"*"}, Reveal: v.Reveal, uncut: true} }

// maxText is how many characters of one text are shown.
const maxText = 2_000

// shape masks, trims and cleans a value from a platform. It also counts the texts that were cut.
func (v View) shape(op *schemas.Operation, masker *secrets.Masker, value any) (any, int) {
	if !v.Reveal {
		value = masker.Mask(value)
	}
	return v.trim(op.Shows, value)
}

// shapeItems does the same for the items of a list. Secrets are named from the top of the answer, so the items are put
// back to where they were found while they are masked.
func (v View) shapeItems(op *schemas.Operation, masker *secrets.Masker, items []any) ([]any, int) {
	if !v.Reveal {
		var answer any = items
		place := strings.Split(op.List, ".")
		if op.List == "$" {
			place = nil
		}
		for _, key := range slices.Backward(place) {
			answer = map[string]any{key: answer}
		}
		answer = masker.Mask(answer)
		for _, key := range place {
			answer = answer.(map[string]any)[key]
		}
		items, _ = answer.([]any)
	}
	trimmed, cut := v.trim(op.Shows, items)
	items, _ = trimmed.([]any)
	return items, cut
}

// trim keeps the fields that the caller asks for, or else those that are usually shown. What has none of the usual ones is shown
// with all it has: a filter of ours must not make an answer look empty.
func (v View) trim(shows []string, value any) (any, int) {
	list, isList := value.([]any)
	if !isList {
		return v.one(shows, value)
	}
	out, cut := make([]any, len(list)), 0
	for i, item := range list {
		trimmed, n := v.one(shows, item)
		out[i], cut = trimmed, cut+n
	}
	return out, cut
}

// one trims an object, or an item of a list.
func (v View) one(shows []string, value any) (any, int) {
	limit := maxText
	if v.uncut {
		limit = math.MaxInt
	}
	whole := tidier{whole: true, limit: limit}
	switch {
	case v.all():
		value = whole.tidy(value)
		return value, whole.cut
	case len(v.Fields) > 0:
		value = whole.tidy(pick(value, v.Fields, exactly))
		return value, whole.cut
	}
	usual := tidier{limit: limit}
	for _, f := range shows {
		if head, _, _ := strings.Cut(f, "."); strings.HasPrefix(head, "_") {
			usual.keep = append(usual.keep, head)
		}
	}
	if len(shows) > 0 {
		if picked := usual.tidy(pick(value, shows, leniently)); !empty(picked) {
			return picked, usual.cut
		}
	}
	if rest := usual.tidy(value); !empty(rest) || empty(value) {
		return rest, usual.cut
	}
	rest := whole.tidy(value)
	return rest, whole.cut
}

// all reports whether the caller asks for everything.
func (v View) all() bool { return slices.Contains(v.Fields, "*") }

// The ways to pick fields.
const (
	exactly   = false
	leniently = true // an object with none of the fields is kept whole
)

// pick keeps the named fields. A path goes through lists by itself: items.name is the name of every item.
func pick(value any, fields []string, lenient bool) any {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = pick(v[i], fields, lenient)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		deeper := map[string][]string{}
		for _, f := range fields {
			head, rest, nested := step(f)
			if head == "*" {
				for name := range v {
					deeper[name] = append(deeper[name], rest)
				}
				continue
			}
			name, child, ok := member(v, head)
			if !ok {
				continue
			}
			if nested {
				deeper[name] = append(deeper[name], rest)
			} else {
				out[name] = child
			}
		}
		for name, rest := range deeper {
			if _, whole := out[name]; !whole {
				out[name] = pick(v[name], rest, lenient)
			}
		}
		if lenient && len(out) == 0 {
			return value
		}
		return out
	default:
		return value
	}
}

// member finds a member of an object by its name. Platforms spell one name in several ways (nodeid, nodeId), and callers in more.
func member(object map[string]any, name string) (as string, value any, ok bool) {
	if value, ok = object[name]; ok {
		return name, value, true
	}
	for as, value := range object {
		if sameName(as, name) {
			return as, value, true
		}
	}
	return "", nil, false
}

// sameName compares names without regard to case, underscores and hyphens.
func sameName(a, b string) bool {
	i, j := 0, 0
	for {
		for i < len(a) && (a[i] == '_' || a[i] == '-') {
			i++
		}
		for j < len(b) && (b[j] == '_' || b[j] == '-') {
			j++
		}
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b)
		}
		if lower(a[i]) != lower(b[j]) {
			return false
		}
		i, j = i+1, j+1
	}
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// step takes the first name off a field path. The ways of jq to write one are understood: .name, .[].name, name[].name.
func step(path string) (head, rest string, more bool) {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "."), "[].")
	head, rest, more = strings.Cut(path, ".")
	return strings.TrimSuffix(head, "[]"), rest, more
}

// fieldsNote names the fields of an answer where a caller asks for others, which it does not have even as null. Of an empty list that is not known, and
// platforms leave out some of the fields that usually are shown.
func fieldsNote(fields, usual []string, value ...any) string {
	if list, isList := value[0].([]any); isList && len(list) == 0 || len(fields) == 0 || slices.Contains(fields, "*") {
		return ""
	}
	var unknown []string
	none := true
	for _, f := range fields {
		switch {
		case slices.ContainsFunc(value, func(value any) bool { return hasField(value, f) }):
			none = false
		default:
			unknown = append(unknown, f)
		}
	}
	if !none {
		unknown = slices.DeleteFunc(unknown, func(f string) bool { return slices.Contains(usual, f) })
	}
	if len(unknown) == 0 {
		return ""
	}
	for i, f := range unknown {
		unknown[i] = shorten(legible.Line(f), maxWord)
	}
	note := "there is no field " + strings.Join(unknown, ", ") + "; the answer is " + shorten(shapeOf(value[0]), maxErrorText)
	if none {
		note += ", of which the usual ones are shown"
	}
	return note
}

func hasField(value any, path string) bool {
	switch v := value.(type) {
	case []any:
		return slices.ContainsFunc(v, func(child any) bool { return hasField(child, path) })
	case map[string]any:
		head, rest, more := step(path)
		for name, child := range v {
			if (head == "*" || sameName(name, head)) && (!more || rest == "" || child == nil || hasField(child, rest)) {
				return true
			}
		}
	}
	return false
}

// known is the view without the fields where none of them is in a value: rows with nothing in them would say that there is
// nothing. What there is instead, fieldsNote says.
func (v View) known(value ...any) View {
	for _, f := range v.Fields {
		if slices.ContainsFunc(value, func(value any) bool { return hasField(value, f) }) {
			return v
		}
	}
	v.Fields = nil
	return v
}

// tidier makes values fit to show.
type tidier struct {
	whole bool     // nothing is dropped
	keep  []string // HAL members that are usually shown
	limit int      // characters of a text
	cut   int      // texts that were longer
}

// tidy drops what few readers need (HAL members but those to keep, nulls, empty lists and objects) and makes texts safe and
// short.
func (t *tidier) tidy(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, child := range v {
			if !t.whole && (name == "_links" || name == "_embedded") && !slices.Contains(t.keep, name) {
				continue
			}
			child = t.tidy(child)
			if t.whole || !empty(child) {
				out[legible.Block(name)] = child
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, child := range v {
			out = append(out, t.tidy(child))
		}
		return out
	case string:
		v = legible.Block(v)
		short := shorten(v, t.limit)
		if short != v {
			t.cut++
		}
		return short
	default:
		return value
	}
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	default:
		return false
	}
}

// shorten cuts the middle of a long text: the head says what it is, the tail how it ended.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	head, tail := limit*2/3, limit/3
	return string(runes[:head]) + fmt.Sprintf(" … (%d characters left out) … ", len(runes)-head-tail) + string(runes[len(runes)-tail:])
}
