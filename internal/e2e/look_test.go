package e2e_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// look finds a part of an answer. A path is names separated by dots; [key=value] picks the first element of a list with
// that member, a number an element by position (negative: from the end), # is the length.
//
//	items[id=main].status    jobs.0.job    items.-1.id    items.#
func look(v any, path string) (any, bool) {
	for path != "" {
		var name string
		if strings.HasPrefix(path, "[") {
			end := strings.Index(path, "]")
			if end < 0 {
				return nil, false
			}
			name, path = path[:end+1], strings.TrimPrefix(path[end+1:], ".")
		} else if end := strings.IndexAny(path, ".["); end < 0 {
			name, path = path, ""
		} else {
			name, path = path[:end], strings.TrimPrefix(path[end:], ".")
		}
		var ok bool
		if v, ok = member(v, name); !ok {
			return nil, false
		}
	}
	return v, true
}

func member(v any, name string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		child, ok := v[name]
		return child, ok
	case []any:
		if name == "#" {
			return len(v), true
		}
		if key, want, ok := strings.Cut(strings.Trim(name, "[]"), "="); ok {
			for _, child := range v {
				if have, ok := look(child, key); ok && fmt.Sprint(have) == want {
					return child, true
				}
			}
			return nil, false
		}
		i, err := strconv.Atoi(name)
		if i < 0 {
			i += len(v)
		}
		if err != nil || i < 0 || i >= len(v) {
			return nil, false
		}
		return v[i], true
	}
	return nil, false
}

// Expectations about a part of an answer, besides a plain value, which it must equal.
type (
	contains string   // a text with this in it
	anything struct{} // whatever, but there
	missing  struct{} // not there
)

// differs says how the part of an answer at a path is not what was expected, and nothing when it is.
func differs(v any, path string, want any) string {
	have, there := look(v, path)
	switch want := want.(type) {
	case missing:
		if there {
			return fmt.Sprintf("%s is %v, want it left out", path, have)
		}
	case anything:
		if !there {
			return path + " is missing"
		}
	case contains:
		if text := fmt.Sprint(have); !there || !strings.Contains(text, string(want)) {
			return fmt.Sprintf("%s is %q, want %q in it", path, text, string(want))
		}
	default:
		if !there || plainText(have) != plainText(want) {
			return fmt.Sprintf("%s is %s, want %s", path, plainText(have), plainText(want))
		}
	}
	return ""
}

// plainText makes 5, 5.0 and "5" equal: what a model reads has no types.
func plainText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}
