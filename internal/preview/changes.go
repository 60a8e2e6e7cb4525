package preview

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"paasmcp/internal/approval"
	"paasmcp/schemas"
)

// What stands for values that nobody may see. They are masks like others, so that none of them is taken for a value and sent.
const (
	hiddenOld = "•••• (a value, hidden)"
	hiddenNew = "•••• (a new value, hidden)"
)

// changes reads what an update replaces: the same path can be read, and the arguments have the names of the fields.
func (l *look) changes() error {
	if l.Op.Method() != "PATCH" && l.Op.Method() != "PUT" {
		return nil
	}
	var values []any
	for _, hole := range l.Op.Holes() {
		values = append(values, l.Args[l.param(hole)])
	}
	tool, args, ok := l.reading(l.previewer.reads().gets, l.Op.Path(), values)
	if !ok {
		return nil
	}
	answer, err := l.reader.Read(l.ctx, tool, args)
	if err != nil {
		return err
	}
	before, ok := answer.(map[string]any) // which may be empty: nothing is set so far
	if !ok && answer != nil {
		return errNothingToShow
	}
	if r, ok := l.dialect.(reshaper); ok {
		before = r.before(l.Op, before)
	}
	for i := range l.Op.Params {
		p := &l.Op.Params[i]
		value, given := l.Args[p.Name]
		if !given || p.In == "path" || p.In == "query" {
			continue
		}
		old, has := before[p.WireName()]
		masked := l.Masked[p.Name]
		switch {
		case !reflect.DeepEqual(masked, value):
			// The value is a secret. Whether it differs from the old one, which is masked too, nobody can see.
			l.change(p.Name, show(old), hiddenNew)
		case !has && l.writeOnly(before, p.WireName()):
			l.change(p.Name, "(not shown by the platform)", show(value))
		case !equal(old, value):
			l.differ(p.Name, old, value)
		}
	}
	return nil
}

// reshaper is a dialect whose platform shows some fields elsewhere than its updates send them.
type reshaper interface {
	// before gives an answer the shape of the arguments of the update. It must not change the answer, which others read too.
	before(op *schemas.Operation, answer map[string]any) map[string]any
}

func (l *look) change(field, before, after string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.target.Changes = append(l.target.Changes, approval.Change{Field: field, Old: before, New: after})
}

// differ notes a difference; of an object, that of each member that is sent.
func (l *look) differ(name string, old, value any) {
	was, isObject := old.(map[string]any)
	sends, both := value.(map[string]any)
	if !isObject || !both {
		l.change(name, show(old), show(value))
		return
	}
	for _, member := range slices.Sorted(maps.Keys(sends)) {
		if !equal(was[member], sends[member]) {
			l.differ(name+"."+member, was[member], sends[member])
		}
	}
}

// writeOnly reports whether the platform leaves a field out although it has others of the same resource: it is then unknown
// rather than empty.
func (l *look) writeOnly(before map[string]any, name string) bool {
	_, has := before[name]
	return !has && !slices.Contains(l.Op.Shows, name)
}

// equal compares what was read with what is sent. Numbers differ in their types, and objects say only what they change.
func equal(old, value any) bool {
	was, sends := plain(old), plain(value)
	if object, ok := sends.(map[string]any); ok {
		before, _ := was.(map[string]any)
		for name, v := range object {
			if !equal(before[name], v) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(was, sends)
}

// plain brings a value to the types of encoding/json.
func plain(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	var out any
	if json.Unmarshal(data, &out) != nil {
		return fmt.Sprint(v)
	}
	return out
}

// show writes a value on one line: scalars as they are, everything else as JSON.
func show(v any) string {
	if v == nil {
		return ""
	}
	if t := text(v); t != "" {
		return t
	}
	if list, ok := v.([]any); ok && !slices.ContainsFunc(list, func(item any) bool { return text(item) == "" }) {
		return strings.Join(texts(list), ", ")
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return strings.Trim(string(data), `"`)
}
