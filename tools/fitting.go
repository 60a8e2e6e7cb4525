package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/caller"
	"paasmcp/internal/legible"
	"paasmcp/internal/tokens"
)

// An answer is shown whole when it costs a model no more than Config.MaxResultTokens. Otherwise the model gets a summary:
// what the answer is, its first part, the fields there are; and an id under which paas_result gives the rest.

// DefaultResultTokens is the cap on an answer unless Config says otherwise; MinResultTokens is the least that leaves
// room for a summary.
const (
	DefaultResultTokens = 5_000
	MinResultTokens     = 500
)

// Kept says where the whole of an answer is, of which a summary is shown.
type Kept struct {
	Result string            `json:"result"` // what paas_result takes
	URI    string            `json:"uri"`    // the same as a resource
	Kind   string            `json:"kind"`   // list, object or text
	Tokens int               `json:"tokens"` // of the whole, about
	Items  int               `json:"items,omitempty"`
	Pages  int               `json:"pages,omitempty"`
	Fields map[string]string `json:"fields,omitempty"` // that there are, with their types
}

// answer renders what came of a call: filtered where the caller asks for it, and a summary where it is too long.
func (s *Service) answer(ctx context.Context, call Call, o *Outcome) (*mcp.CallToolResult, error) {
	a := s.Present(o, call.View)
	k := keptAnswer{Tool: o.Operation.Name, Shows: o.Operation.Shows, Next: a.Next}
	if len(call.View.Fields) > 0 {
		k.Shows = call.View.Fields
	}
	if call.View.JQ != "" {
		filtered, err := s.filtered(ctx, call, o, a)
		if err != nil {
			return failed(fmt.Errorf("%s: %w", o.Operation.Name, err)), nil
		}
		a, k.Shows = filtered, nil
		return s.fitting(ctx, a, k, a.body)
	}
	return s.fitting(ctx, a, k, func() any { return wholeOf(o, call.View) })
}

// body is the part of an answer that the platform gave.
func (a *Answer) body() any {
	if a.Items != nil {
		return a.Items
	}
	return a.Value
}

// wholeOf is everything of an answer that the caller may see: masked and cleaned, but with all fields and whole texts.
func wholeOf(o *Outcome, v View) any {
	v = v.whole()
	if o.Result.IsList {
		items, _ := v.shapeItems(o.Operation, o.masker, o.Result.Items)
		return items
	}
	value, _ := v.shape(o.Operation, o.masker, o.Result.Value)
	return value
}

// fitting renders an answer within the cap. whole is what is kept when the answer is too long, or when texts of it were cut.
func (s *Service) fitting(ctx context.Context, a Answer, k keptAnswer, whole func() any) (*mcp.CallToolResult, error) {
	text, err := compact(a)
	if err != nil {
		return nil, err
	}
	fits := tokens.Fits(text, s.MaxResultTokens)
	if fits && a.cut == 0 {
		return textResult(text), nil
	}
	body := whole()
	if k.JSON, err = json.Marshal(body); err != nil {
		return nil, err
	}
	kept, ok := s.kept.put(caller.From(ctx), k)
	if fits {
		if ok {
			were := plural(a.cut, "text was cut in the middle", "texts were cut in the middle")
			a.Note = joinNotes(fmt.Sprintf("%s; call paas_result with result %s for the whole, or use jq", were, kept.ID), a.Note)
		}
		return result(a)
	}
	return s.summary(ctx, a, kept, ok, body)
}

// summary renders the beginning of an answer that is too long. The first page of paas_result is what is shown here.
func (s *Service) summary(ctx context.Context, a Answer, k keptAnswer, ok bool, body any) (*mcp.CallToolResult, error) {
	c := contentOf(body)
	kept := Kept{Kind: c.kind, Tokens: tokens.Estimate(string(k.JSON)), Items: len(c.items), Fields: fieldsOf(body)}
	pages := s.pages(c.rows(k.Shows))
	kept.Pages = len(pages)
	shown := ""
	switch {
	case len(c.items) > 0:
		a.Items, a.Value = pages[0].items, nil
		shown = fmt.Sprintf("items 1 to %d of %d are shown", len(a.Items), len(c.items))
	default:
		a.Items, a.Value = nil, outline(body, s.MaxResultTokens/4)
		shown = "only an outline is shown"
	}
	if !ok {
		a.Note = joinNotes("the answer is too long: "+shown+", and it is too large to be kept; ask for less, with limit, fields or jq", a.Note)
		kept.Pages = 0
		a.Kept = &kept
		return result(a)
	}
	a.Next = "" // it leads behind the items that are not shown; the last page has it
	kept.Result, kept.URI = k.ID, resultURI+k.ID
	a.Kept = &kept
	page := "page"
	if kept.Pages > 1 && len(c.items) > 0 {
		page = "page 2"
	}
	a.Note = joinNotes(fmt.Sprintf("the answer is too long: %s. For more call paas_result with result %s and %s, jq, grep or fields, within 15 minutes",
		shown, k.ID, page), a.Note)
	r, err := result(a)
	if err == nil && takesLinks(ctx) {
		link := mcp.NewResourceLink(kept.URI, "answer of "+k.Tool, "The whole answer, masked; readable for 15 minutes.", "application/json")
		r.Content = append(r.Content, link)
	}
	return r, err
}

// takesLinks reports whether the revision of the client knows links to resources in results: older clients would refuse the
// whole result.
func takesLinks(ctx context.Context) bool {
	if server.IsModernRequest(ctx) {
		return true
	}
	session, ok := server.ClientSessionFromContext(ctx).(server.SessionWithProtocolVersion)
	return ok && session.ProtocolVersion() >= mcp.ProtocolVersion20250618
}

// fieldsOf names the fields of an object, or of the items of a list, with their types.
func fieldsOf(body any) map[string]string {
	const most = 40
	types := map[string]string{}
	add := func(object map[string]any) {
		for name, value := range object {
			if _, known := types[name]; known || len(types) < most {
				types[name] = cmp.Or(types[name], describeValue(value))
			}
		}
	}
	switch body := body.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(body))[:min(len(body), most)] {
			types[name] = describeValue(body[name])
		}
	case []any:
		for _, item := range body[:min(len(body), 50)] {
			if object, ok := item.(map[string]any); ok {
				add(object)
			}
		}
	}
	return types
}

// describeValue is the type of a value, with its size where that matters.
func describeValue(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		if n := len(v); n > maxText {
			return fmt.Sprintf("text of %d bytes", n)
		}
		return "text"
	case []any:
		return "list of " + fmt.Sprint(len(v))
	case map[string]any:
		return "object"
	default:
		return "number"
	}
}

// shapeOf says in a few words what a value is: what a caller who wrote a wrong filter needs to write a right one.
func shapeOf(v any) string {
	const most = 25
	names := func(objects ...any) string {
		all := map[string]bool{}
		for _, v := range objects {
			object, _ := v.(map[string]any)
			for name := range object {
				all[name] = true
			}
		}
		list := slices.Sorted(maps.Keys(all))
		more := ""
		if len(list) > most {
			list, more = list[:most], " …"
		}
		return legible.Line(strings.Join(list, ", ")) + more // keys are text of platforms too
	}
	switch v := v.(type) {
	case []any:
		if len(v) == 0 {
			return "an empty list"
		}
		if _, ok := v[0].(map[string]any); ok {
			return fmt.Sprintf("a list of %s with the keys %s", plural(len(v), "object", "objects"), names(v[:min(len(v), 50)]...))
		}
		return fmt.Sprintf("a list of %s, the first is %s", plural(len(v), "value", "values"), shapeOf(v[0]))
	case map[string]any:
		if len(v) == 0 {
			return "an empty object"
		}
		return "an object with the keys " + names(v)
	case nil:
		return "null"
	default:
		return "a " + describeValue(v)
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// outline keeps the small members of an object within a number of tokens and says what the others are. A text is cut.
func outline(body any, most int) any {
	object, ok := body.(map[string]any)
	if !ok {
		text, _ := compact(body)
		if s, isText := body.(string); isText {
			text = s
		}
		return shorten(text, most*2)
	}
	out := make(map[string]any, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		text, err := compact(object[name])
		cost := tokens.Estimate(text) + 4
		if err == nil && cost <= most/4 && cost <= most {
			out[name] = object[name]
			most -= cost
		}
	}
	return out
}
