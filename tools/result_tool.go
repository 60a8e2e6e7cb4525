package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/caller"
)

type resultInput struct {
	Result string `json:"result" jsonschema_description:"id from the answer"`
	Page   count  `json:"page,omitempty" jsonschema:"type=integer"`
	Grep   string `json:"grep,omitempty" jsonschema_description:"regular expression"`
	JQ     string `json:"jq,omitempty" jsonschema_description:"over the value or the list of items"`
	Fields words  `json:"fields,omitempty"`
}

// Part is a part of a kept answer.
type Part struct {
	Items   []any    `json:"items,omitzero"`
	Lines   []string `json:"lines,omitzero"`   // of a text; of an object as PATH: VALUE
	At      []int    `json:"at,omitempty"`     // places of the items in the list, from 0, for jq
	First   int      `json:"first,omitempty"`  // number of the first item or line, from 1
	Page    int      `json:"page,omitempty"`   // from 1
	Pages   int      `json:"pages,omitempty"`  // there are
	Matches *int     `json:"matches,omitzero"` // items or lines
	Next    string   `json:"next,omitempty"`   // cursor of what follows at the platform
	Note    string   `json:"note,omitempty"`
}

func (s *Service) resultTool() server.ServerTool {
	return own(s, "paas_result", "Read a long answer",
		"Read more of an answer that was too long: a page, or what grep or jq finds.",
		hints(true, false, true), outputOf[Part]("items", "lines", "pages"),
		func(ctx context.Context, in resultInput, _ mcp.CallToolParams) (*mcp.CallToolResult, error) {
			r, err := s.readResult(ctx, in)
			if err != nil {
				return failed(fmt.Errorf("paas_result: %w", err)), nil
			}
			return r, nil
		})
}

func (s *Service) readResult(ctx context.Context, in resultInput) (*mcp.CallToolResult, error) {
	k, err := s.kept.get(caller.From(ctx).Principal, in.Result)
	if err != nil {
		return nil, err
	}
	var body any
	if err := decodeExact(k.JSON, &body); err != nil {
		return nil, err
	}
	if in.JQ != "" {
		if in.Grep != "" || len(in.Fields) > 0 {
			return nil, fmt.Errorf("jq cannot be combined with grep or fields; do it in jq")
		}
		var a Answer
		if err := s.filter(ctx, &a, in.JQ, k.JSON, body); err != nil {
			return nil, err
		}
		return s.fitting(ctx, a, keptAnswer{Tool: k.Tool}, a.body)
	}
	shows := k.Shows
	if len(in.Fields) > 0 {
		shows = in.Fields
		if c, isObject := body.(map[string]any); isObject {
			body = pick(c, shows)
		}
	}
	c := contentOf(body)
	if in.Grep != "" {
		return s.grep(c, shows, in)
	}
	return s.page(c.rows(shows), k, int(in.Page))
}

// page gives one page. The last one says how the list goes on at the platform.
func (s *Service) page(rows part, k keptAnswer, number int) (*mcp.CallToolResult, error) {
	pages := s.pages(rows)
	number = max(number, 1)
	if number > len(pages) {
		return nil, fmt.Errorf("page %d: there are %d pages", number, len(pages))
	}
	shown := pages[number-1]
	out := Part{Items: shown.items, Lines: shown.lines, First: shown.first + 1, Page: number, Pages: len(pages)}
	if number == len(pages) && k.Next != "" {
		out.Next, out.Note = k.Next, "the platform has more: repeat the call of "+k.Tool+" with cursor set to next"
	}
	return result(out)
}

// grep gives what matches, page by page as well.
func (s *Service) grep(c content, shows []string, in resultInput) (*mcp.CallToolResult, error) {
	expression, err := searchFor(in.Grep)
	if err != nil {
		return nil, err
	}
	var rows part
	var at []int
	matches := 0
	if c.kind == "list" {
		var found []any
		found, at = matchingItems(c.items, expression)
		rows, matches = content{kind: "list", items: found}.rows(shows), len(found)
	} else {
		rows.lines, matches = matchingLines(c.lines, expression)
	}
	pages := s.pages(rows)
	number := max(int(in.Page), 1)
	if number > len(pages) {
		return nil, fmt.Errorf("page %d: there are %d pages of matches", number, len(pages))
	}
	shown := pages[number-1]
	out := Part{Items: shown.items, Lines: shown.lines, Page: number, Pages: len(pages), Matches: &matches}
	if at != nil {
		out.At = slices.Clone(at[shown.first : shown.first+len(shown.items)])
	}
	if matches == 0 {
		out.Note = "nothing matches; the expression is searched in both cases of letters"
	}
	return result(out)
}

// decodeExact decodes JSON and keeps numbers as they are.
func decodeExact(raw []byte, into *any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(into)
}
