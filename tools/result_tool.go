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
	"paasmcp/internal/memory"
)

type resultInput struct {
	Result string   `json:"result" jsonschema_description:"id from the answer"`
	Page   int      `json:"page,omitempty"`
	Grep   string   `json:"grep,omitempty" jsonschema_description:"regular expression"`
	JQ     string   `json:"jq,omitempty" jsonschema_description:"over the value or the list of items"`
	Fields []string `json:"fields,omitempty"`
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
	if err := hold(ctx, memory.Weigh(k.JSON)); err != nil {
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
		if k.Next != "" {
			a.Next, a.Note = k.Next, joinNotes(partial(body, -1)+": "+goesOn(k), a.Note)
		}
		return s.fitting(ctx, a, keptAnswer{Tool: k.Tool, Next: k.Next}, a.body)
	}
	shows, note := k.Shows, ""
	if len(in.Fields) > 0 {
		note = fieldsNote(in.Fields, k.Shows, body)
		if v := (View{Fields: in.Fields}).known(body); v.Fields != nil {
			shows = v.Fields
			if c, isObject := body.(map[string]any); isObject && !v.all() {
				body = pick(c, shows, exactly)
			}
		}
	}
	c := contentOf(body)
	var out Part
	if in.Grep != "" {
		out, err = s.grep(c, shows, in)
	} else {
		out, err = s.page(c.rows(shows), k, in.Page)
	}
	if err != nil {
		return nil, err
	}
	out.Note = joinNotes(note, out.Note)
	return result(out)
}

// goesOn says how to get what follows a kept answer at the platform.
func goesOn(k keptAnswer) string { return "repeat the call of " + k.Tool + " with cursor set to next" }

// page gives one page. The last one says how the list goes on at the platform.
func (s *Service) page(rows part, k keptAnswer, number int) (Part, error) {
	shown, out, err := s.pick(rows, number)
	if err != nil {
		return Part{}, err
	}
	out.First = shown.first + 1
	if out.Page == out.Pages && k.Next != "" {
		out.Next, out.Note = k.Next, "the platform has more: "+goesOn(k)
	}
	return out, nil
}

// pick is the page of that number; the first one without.
func (s *Service) pick(rows part, number int) (part, Part, error) {
	pages := s.pages(rows)
	number = max(number, 1)
	if number > len(pages) {
		return part{}, Part{}, fmt.Errorf("page %d does not exist; the last is %d", number, len(pages))
	}
	shown := pages[number-1]
	return shown, Part{Items: shown.items, Lines: shown.lines, Page: number, Pages: len(pages)}, nil
}

// grep gives what matches, page by page as well.
func (s *Service) grep(c content, shows []string, in resultInput) (Part, error) {
	expression, err := searchFor(in.Grep)
	if err != nil {
		return Part{}, err
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
	shown, out, err := s.pick(rows, in.Page)
	if err != nil {
		return Part{}, err
	}
	out.Matches = &matches
	if at != nil {
		out.At = slices.Clone(at[shown.first : shown.first+len(shown.items)])
	}
	if matches == 0 {
		out.Note = "nothing matches; the expression is searched in both cases of letters"
	}
	return out, nil
}

// decodeExact decodes JSON and keeps numbers as they are.
func decodeExact(raw []byte, into *any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(into)
}
