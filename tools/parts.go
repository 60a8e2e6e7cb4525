package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"paasmcp/internal/lazy"
	"paasmcp/internal/tokens"
)

// content is a kept answer: the items of a list, or the lines that an object or a text is read as.
type content struct {
	kind  string // list, object or text
	items []any
	lines []string
}

func contentOf(body any) content {
	switch body := body.(type) {
	case []any:
		return content{kind: "list", items: body}
	case string:
		return content{kind: "text", lines: strings.Split(strings.TrimSuffix(body, "\n"), "\n")}
	default:
		return content{kind: "object", lines: paths(nil, "", body)}
	}
}

// rows are what pages are made of: the items with the fields that are shown, or the lines.
func (c content) rows(shows []string) part {
	if c.kind != "list" {
		return part{lines: c.lines}
	}
	v := View{}
	if slices.Contains(shows, "*") {
		v.Fields = shows
	}
	items, _ := v.trim(shows, c.items)
	list, _ := items.([]any)
	return part{items: list}
}

// part is a run of items or lines.
type part struct {
	first int // index of the first
	items []any
	lines []string
}

// pages cuts rows into parts that fit into an answer, together with what is said about them.
func (s *Service) pages(rows part) []part {
	room := s.MaxResultTokens * 3 / 4
	var pages []part
	size, from := 0, 0
	flush := func(to int) {
		p := part{first: from}
		if rows.items != nil {
			p.items = rows.items[from:to]
		} else {
			p.lines = rows.lines[from:to]
		}
		pages, size, from = append(pages, p), 0, to
	}
	n := max(len(rows.items), len(rows.lines))
	for i := range n {
		cost := s.bound(rows, i, room)
		if size+cost > room && i > from {
			flush(i)
		}
		size += cost
	}
	flush(n)
	return pages
}

// bound is what a row costs. One that does not fit on a page of its own is replaced by its text with the middle cut.
func (s *Service) bound(rows part, i, room int) int {
	var text string
	if rows.items != nil {
		text, _ = compact(rows.items[i])
	} else {
		text, _ = compact(rows.lines[i])
	}
	cost := tokens.Estimate(text) + 1
	for limit := room * 2; cost > room; limit /= 2 {
		if rows.items != nil {
			rows.items[i] = shorten(text, limit)
			short, _ := compact(rows.items[i])
			cost = tokens.Estimate(short) + 1
		} else {
			rows.lines[i] = shorten(rows.lines[i], limit)
			cost = tokens.Estimate(rows.lines[i]) + 1
		}
	}
	return cost
}

// paths writes a value as lines of PATH: VALUE, each of which makes sense by itself and whose path jq takes.
func paths(lines []string, path string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			lines = paths(lines, path+pathStep(name), v[name])
		}
		return lines
	case []any:
		for i, child := range v {
			lines = paths(lines, fmt.Sprintf("%s[%d]", path, i), child)
		}
		return lines
	case string:
		for i, line := range strings.Split(strings.TrimSuffix(v, "\n"), "\n") {
			if i > 0 {
				lines = append(lines, "  "+line)
				continue
			}
			lines = append(lines, path+": "+line)
		}
		return lines
	default:
		return append(lines, fmt.Sprintf("%s: %v", path, v))
	}
}

var plainName = lazy.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func pathStep(name string) string {
	if plainName.MatchString(name) {
		return "." + name
	}
	quoted, _ := json.Marshal(name)
	return "[" + string(quoted) + "]"
}

// around is how many lines before and after a match are given.
const around = 2

// matchingItems are the items whose JSON the expression matches, with their places in the list.
func matchingItems(items []any, expression *regexp.Regexp) (found []any, at []int) {
	for i, item := range items {
		if text, err := compact(item); err == nil && expression.MatchString(text) {
			found, at = append(found, item), append(at, i)
		}
	}
	return found, at
}

// matchingLines are the lines that match, numbered, with some around them: "12: a match", "13- the line after it", and "--" between runs.
func matchingLines(lines []string, expression *regexp.Regexp) (found []string, matches int) {
	last := -1 // the last line given
	for i, line := range lines {
		if !expression.MatchString(line) {
			continue
		}
		matches++
		from := max(last+1, i-around)
		if from > last+1 && last >= 0 {
			found = append(found, "--")
		}
		for j := from; j <= min(i+around, len(lines)-1); j++ {
			sign := "-"
			if expression.MatchString(lines[j]) {
				sign = ":"
			}
			found = append(found, fmt.Sprintf("%d%s %s", j+1, sign, lines[j]))
			last = j
		}
	}
	return found, matches
}

// maxExpression is how long a search expression may be, in bytes. They take linear time, but a long one takes much of it.
const maxExpression = 500

// searchFor reads a search expression of RE2, which has no slow cases; letters match in both cases.
func searchFor(text string) (*regexp.Regexp, error) {
	if len(text) > maxExpression {
		return nil, fmt.Errorf("grep: the expression is %d bytes long; the limit is %d", len(text), maxExpression)
	}
	expression, err := regexp.Compile("(?i)" + text)
	if err != nil {
		return nil, fmt.Errorf("grep: %w; it is a regular expression, so put \\ before signs that mean themselves", err)
	}
	return expression, nil
}
