package acquia

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The filter language: field, operator, value; a comma is OR, a semicolon is AND, * in a value stands for anything. The
// private network lists also take a colon for equality.
var operators = []string{"!=", ">=", "<=", "=@", "!@", "=", ">", "<", ":"}

type condition struct{ field, op, value string }

// filter keeps the documents that satisfy an expression; all when it is empty.
func filter(docs []Doc, expression string) ([]Doc, error) {
	if expression == "" {
		return docs, nil
	}
	var all [][]condition
	for _, part := range strings.Split(expression, ";") {
		var any []condition
		for _, text := range strings.Split(part, ",") {
			cond, found := parseCondition(text)
			if !found {
				return nil, invalid("filter", "%q is not a filter; write field, operator and value, such as name=dev.", text)
			}
			if err := known(docs, "filter", cond.field); err != nil {
				return nil, err
			}
			any = append(any, cond)
		}
		all = append(all, any)
	}
	var out []Doc
	for _, d := range docs {
		holds := func(c condition) bool { return c.holds(d) }
		if !slices.ContainsFunc(all, func(any []condition) bool { return !slices.ContainsFunc(any, holds) }) {
			out = append(out, d)
		}
	}
	return out, nil
}

func parseCondition(text string) (condition, bool) {
	i := strings.IndexAny(text, "=!<>")
	if i < 0 {
		i = strings.IndexByte(text, ':')
	}
	if i <= 0 {
		return condition{}, false
	}
	for _, op := range operators { // the long ones come first
		if value, is := strings.CutPrefix(text[i:], op); is {
			return condition{text[:i], op, value}, true
		}
	}
	return condition{}, false
}

// known refuses a field that no document has: a misspelled one would look like an empty list.
func known(docs []Doc, parameter, field string) error {
	if len(docs) == 0 || slices.ContainsFunc(docs, func(d Doc) bool { _, there := at(d, field); return there }) {
		return nil
	}
	return invalid(parameter, "The list cannot be ordered or filtered by %s.", field)
}

func (c condition) holds(d Doc) bool {
	v, _ := at(d, c.field)
	have := plain(v)
	switch c.op {
	case "=", ":":
		return matches(have, c.value)
	case "!=":
		return !matches(have, c.value)
	case "=@":
		return strings.Contains(have, c.value)
	case "!@":
		return !strings.Contains(have, c.value)
	}
	order := compare(have, c.value)
	switch c.op {
	case ">":
		return order > 0
	case "<":
		return order < 0
	case ">=":
		return order >= 0
	}
	return order <= 0
}

// matches compares with a pattern in which * stands for anything.
func matches(s, pattern string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return s == pattern
	}
	rest, found := strings.CutPrefix(s, parts[0])
	if !found {
		return false
	}
	for _, p := range parts[1 : len(parts)-1] {
		_, rest, found = strings.Cut(rest, p)
		if !found {
			return false
		}
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// plain is a value as a filter would write it.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// compare orders numbers as numbers, times as times and everything else as text.
func compare(a, b string) int {
	if x, err := strconv.ParseFloat(a, 64); err == nil {
		if y, err := strconv.ParseFloat(b, 64); err == nil {
			return cmp.Compare(x, y)
		}
	}
	if x, is := parseTime(a); is {
		if y, is := parseTime(b); is {
			return x.Compare(y)
		}
	}
	return cmp.Compare(a, b)
}

// sorted orders by fields, separated by commas; a - before one turns its order around.
func sorted(docs []Doc, fields string) ([]Doc, error) {
	if fields == "" {
		return docs, nil
	}
	keys := strings.Split(fields, ",")
	for _, k := range keys {
		if err := known(docs, "sort", strings.TrimPrefix(k, "-")); err != nil {
			return nil, err
		}
	}
	docs = slices.Clone(docs)
	slices.SortStableFunc(docs, func(a, b Doc) int {
		for _, k := range keys {
			field, down := strings.CutPrefix(k, "-")
			x, _ := at(a, field)
			y, _ := at(b, field)
			order := compare(plain(x), plain(y))
			if down {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
	return docs, nil
}
