package audit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// How long a value of an argument may be, in bytes, in a line that would be too long otherwise; the next when it still is.
var cuts = []int{1024, 256, 64}

// restKey holds what is said of arguments for which there is no room, of which only a made-up call has so many.
const restKey = "…"

// maxKind bounds the words for how a call ended, in bytes.
const maxKind = 4 << 10

// cut shortens long values so that the arguments have room in as many bytes of JSON. Every argument stays: of a long one its beginning,
// its length and its digest, so that it can be compared with what it is said to have been.
func cut(args map[string]any, room int) map[string]any {
	var short map[string]any
	for _, limit := range cuts {
		short = make(map[string]any, len(args))
		for key, value := range args {
			value = cutValue(value, limit)
			if text, _ := json.Marshal(value); len(text) > 4*limit { // a long list, or an object with many members
				value = cutText(string(text), limit)
			}
			short[cutText(key, limit)] = value
		}
		if size(short) <= room {
			return short
		}
	}
	kept := map[string]any{}
	keys := slices.Sorted(maps.Keys(short))
	room -= 256 // for what is said of the rest
	for i, key := range keys {
		if room -= size(map[string]any{key: short[key]}); room < 0 {
			rest, _ := json.Marshal(args)
			kept[restKey] = fmt.Sprintf("%d more arguments (all: %d bytes, sha256 %s)", len(keys)-i, len(rest), digest(rest))
			break
		}
		kept[key] = short[key]
	}
	return kept
}

func cutValue(value any, limit int) any {
	switch value := value.(type) {
	case string:
		return cutText(value, limit)
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = cutValue(item, limit)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for key, member := range value {
			object[key] = cutValue(member, limit)
		}
		return object
	}
	return value
}

// cutText keeps the beginning of a text of more than limit bytes, and says how long it is and what its SHA-256 is.
func cutText(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + fmt.Sprintf("… (%d bytes, sha256 %s)", len(text), digest([]byte(text)))
}

func size(v any) int {
	text, err := json.Marshal(v)
	if err != nil {
		return maxLine
	}
	return len(text)
}
