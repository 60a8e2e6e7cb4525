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
	Fields []string // dotted field paths to keep; empty keeps the row's usual ones, "*" keeps all
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

// shape masks, trims and cleans a value from a platform. It also tells how many texts were cut.
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

// trim keeps the fields that the caller asks for, or else those that are usually shown.
func (v View) trim(shows []string, value any) (any, int) {
	fields := v.Fields
	if len(fields) == 0 {
		fields = shows
	}
	if len(fields) > 0 && !slices.Contains(fields, "*") {
		value = pick(value, fields)
	}
	// HAL's own members are noise unless somebody names them.
	var keep []string
	for _, f := range fields {
		if head, _, _ := strings.Cut(f, "."); strings.HasPrefix(head, "_") {
			keep = append(keep, head)
		}
	}
	t := tidier{keep: keep, limit: maxText}
	if v.uncut {
		t.limit = math.MaxInt
	}
	value = t.tidy(value)
	return value, t.cut
}

// pick keeps the named fields. A path goes through lists by itself: items.name is the name of every item.
func pick(value any, fields []string) any {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = pick(v[i], fields)
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
			child, ok := v[head]
			if !ok {
				continue
			}
			if nested {
				deeper[head] = append(deeper[head], rest)
			} else {
				out[head] = child
			}
		}
		for name, rest := range deeper {
			if _, whole := out[name]; !whole {
				out[name] = pick(v[name], rest)
			}
		}
		return out
	default:
		return value
	}
}

// step takes the first name off a field path. The ways of jq to write one are understood: .name, .[].name, name[].name.
func step(path string) (head, rest string, more bool) {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "."), "[].")
	head, rest, more = strings.Cut(path, ".")
	return strings.TrimSuffix(head, "[]"), rest, more
}

// unknownFields are those that nothing in a value has, not even as null. Of an empty list nobody knows, and platforms leave out some
// of the fields that usually are shown.
func unknownFields(fields, usual []string, value any) []string {
	if list, isList := value.([]any); isList && len(list) == 0 {
		return nil
	}
	var unknown []string
	for _, f := range fields {
		if !slices.Contains(usual, f) && !hasField(value, f) {
			unknown = append(unknown, shorten(legible.Line(f), maxWord))
		}
	}
	return unknown
}

func hasField(value any, path string) bool {
	switch v := value.(type) {
	case []any:
		return slices.ContainsFunc(v, func(child any) bool { return hasField(child, path) })
	case map[string]any:
		head, rest, more := step(path)
		for name, child := range v {
			if (name == head || head == "*") && (!more || rest == "" || child == nil || hasField(child, rest)) {
				return true
			}
		}
	}
	return false
}

// fieldsNote tells of fields that do not exist which there are.
func fieldsNote(fields, usual []string, value any) string {
	unknown := unknownFields(fields, usual, value)
	if len(unknown) == 0 {
		return ""
	}
	return "there is no field " + strings.Join(unknown, ", ") + "; the answer is " + shorten(shapeOf(value), maxErrorText)
}

// tidier makes values fit to show.
type tidier struct {
	keep  []string // HAL members that were asked for
	limit int      // characters of a text
	cut   int      // texts that were longer
}

// tidy drops what no reader needs (HAL members but those to keep, nulls, empty lists and objects) and makes texts safe and
// short.
func (t *tidier) tidy(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, child := range v {
			if (name == "_links" || name == "_embedded") && !slices.Contains(t.keep, name) {
				continue
			}
			child = t.tidy(child)
			if !empty(child) {
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
