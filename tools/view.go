package tools

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"paasmcp/internal/secrets"
	"paasmcp/schemas"
)

// View is how much of an answer the caller wants to see.
type View struct {
	Fields []string // dotted field paths to keep; empty keeps the row's usual ones, "*" keeps all
	Limit  int      // items of a list; 0 is the client's default
	Cursor string   // where a list goes on, from the answer before
	Reveal bool     // secrets in plain text; a person is asked
}

// Bounds of one result. A model pays for every character and reads long ones badly.
const (
	maxResult = 25_000 // bytes of JSON
	maxText   = 2_000  // characters of one string
)

// shape masks, trims and cleans a value from a platform.
func (v View) shape(op *schemas.Operation, masker *secrets.Masker, value any) any {
	if !v.Reveal {
		value = masker.Mask(value)
	}
	return v.trim(op, value)
}

// shapeItems does the same for the items of a list. Secrets are named from the top of the answer, so the items are put
// back to where they were found while they are masked.
func (v View) shapeItems(op *schemas.Operation, masker *secrets.Masker, items []any) []any {
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
	items, _ = v.trim(op, items).([]any)
	return items
}

// trim keeps the fields that the caller, or else the row, asks for.
func (v View) trim(op *schemas.Operation, value any) any {
	fields := v.Fields
	if len(fields) == 0 {
		fields = op.Shows
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
	return tidy(value, keep)
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
			head, rest, nested := strings.Cut(strings.TrimPrefix(f, "[]."), ".")
			head = strings.TrimSuffix(head, "[]")
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

// tidy drops what no reader needs (HAL members but those to keep, nulls, empty lists and objects) and makes texts safe and
// short.
func tidy(value any, keep []string) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, child := range v {
			if (name == "_links" || name == "_embedded") && !slices.Contains(keep, name) {
				continue
			}
			child = tidy(child, keep)
			if !empty(child) {
				out[plain(name)] = child
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, child := range v {
			out = append(out, tidy(child, keep))
		}
		return out
	case string:
		return shorten(plain(v), maxText)
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

// plain removes what a text can hide from its reader: control characters, bidirectional overrides and zero-width
// characters. Text that comes from a platform is data, and data that cannot be seen is not data.
func plain(s string) string {
	if strings.IndexFunc(s, hiddenRune) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if hiddenRune(r) {
			return -1
		}
		return r
	}, s)
}

func hiddenRune(r rune) bool {
	if r < unicode.MaxASCII {
		return r < ' ' && r != '\n' && r != '\t' || r == 0x7f
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
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

// fit drops items from the end of a list until the whole fits, and says so. The caller can ask again with a smaller
// limit, which gives a cursor for the rest.
func fit(items []any) (kept []any, note string) {
	size := 0
	for i, item := range items {
		b, err := json.Marshal(item)
		if err != nil {
			return items[:i], fmt.Sprintf("item %d cannot be shown: %v", i+1, err)
		}
		if size += len(b) + 1; size > maxResult && i > 0 {
			return items[:i], fmt.Sprintf("only %d of %d items fit; ask again with limit %d, or with fields to see less of each", i, len(items), i)
		}
	}
	return items, ""
}
