package platformsh

import (
	"encoding/json"
	"slices"
	"strconv"
)

// encode writes the same JSON as encoding/json with a third of its work: answers are trees of maps, for which
// reflection costs more than making them. Keys are sorted, so equal answers are equal bytes.
func encode(v any) ([]byte, error) {
	e := encoder{out: make([]byte, 0, 4<<10)}
	e.value(v)
	return e.out, e.err
}

type encoder struct {
	out  []byte
	keys []string // a stack: the sorted keys of the objects around the current one
	err  error
}

func (e *encoder) value(v any) {
	switch v := v.(type) {
	case nil:
		e.out = append(e.out, "null"...)
	case string:
		e.text(v)
	case bool:
		e.out = strconv.AppendBool(e.out, v)
	case int:
		e.out = strconv.AppendInt(e.out, int64(v), 10)
	case int64:
		e.out = strconv.AppendInt(e.out, v, 10)
	case link:
		e.out = append(e.out, `{"href":`...)
		e.text(string(v))
		e.out = append(e.out, '}')
	case Doc:
		e.object(v)
	case []Doc:
		array(e, v == nil, v, e.object)
	case []any:
		array(e, v == nil, v, e.value)
	case []string:
		array(e, v == nil, v, e.text)
	default:
		e.other(v)
	}
}

func array[T any](e *encoder, null bool, list []T, write func(T)) {
	if null {
		e.out = append(e.out, "null"...)
		return
	}
	e.out = append(e.out, '[')
	for i, v := range list {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		write(v)
	}
	e.out = append(e.out, ']')
}

func (e *encoder) object(d Doc) {
	if d == nil {
		e.out = append(e.out, "null"...)
		return
	}
	base := len(e.keys)
	for k := range d {
		e.keys = append(e.keys, k)
	}
	end := len(e.keys)
	slices.Sort(e.keys[base:end])
	e.out = append(e.out, '{')
	for i := base; i < end; i++ {
		if i > base {
			e.out = append(e.out, ',')
		}
		k := e.keys[i]
		e.text(k)
		e.out = append(e.out, ':')
		e.value(d[k])
	}
	e.out = append(e.out, '}')
	e.keys = e.keys[:base]
}

// text writes plain strings itself and leaves everything that needs escaping to encoding/json.
func (e *encoder) text(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			e.other(s)
			return
		}
	}
	e.out = append(e.out, '"')
	e.out = append(e.out, s...)
	e.out = append(e.out, '"')
}

func (e *encoder) other(v any) {
	data, err := json.Marshal(v)
	if err != nil {
		e.err = err
	}
	e.out = append(e.out, data...)
}
