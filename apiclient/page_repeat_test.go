package apiclient_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// stubborn is a server that gives out pages in its own way, whatever it is asked for: the last one again and again.
type stubborn struct {
	pages [][]any
	reply func(items []any, call int) any
}

func (s stubborn) answer(n int, w http.ResponseWriter, _ *http.Request) {
	text, _ := json.Marshal(s.reply(s.pages[min(n, len(s.pages))-1], n))
	giveJSON(w, 200, string(text))
}

type answering func(n int, w http.ResponseWriter, r *http.Request)

// pagingStyle is one way of paging, with an answer in which more items are always promised.
type pagingStyle struct {
	op    *schemas.Operation
	args  map[string]any
	on    func(*testing.T, answering) *apiclient.Client
	reply func(items []any, call int) any
}

func pagingStyles() map[string]pagingStyle {
	onPlatformsh := func(t *testing.T, a answering) *apiclient.Client {
		return onLoopback(t, &fake{answer: a}, apiclient.Options{})
	}
	onAcquia := func(t *testing.T, a answering) *apiclient.Client { return onAcquia(t, &fake{answer: a}) }
	onVirtuozzo := func(t *testing.T, a answering) *apiclient.Client { return (&provider{answer: a}).direct(t, withToken) }
	acquiaList := func(style string) *schemas.Operation {
		o := acquiaRow("GET /orgs/{id}/things", schemas.Read, "id:path")
		o.List, o.Paging = "items", &schemas.Paging{Style: style, Size: "limit"}
		return o
	}
	rows := vzRow("/environment/trigger/rest/gettriggerlogs", schemas.Read, "envName")
	rows.List, rows.Paging = "items", &schemas.Paging{Style: "rows", Size: "resultCount"}
	counted := func(items []any, _ int) any { return map[string]any{"items": items, "total": 5000} }
	linked := func(items []any, call int) any {
		return map[string]any{"items": items, "count": 5000,
			"_links": map[string]any{"next": map[string]any{"href": fmt.Sprintf("/orgs/o/things?page%%5Bafter%%5D=%d", call)}}}
	}
	bare := func(items []any, _ int) any { return items }
	id := map[string]any{"id": "o"}
	return map[string]pagingStyle{
		"cursor":           {listRow("cursor", "page[size]", 100, "items"), id, onPlatformsh, linked},
		"link":             {listRow("link", "", 0, "items"), id, onPlatformsh, linked},
		"page":             {listRow("page", "", 0, "items"), id, onPlatformsh, counted},
		"page with links":  {listRow("page", "", 0, "items"), id, onPlatformsh, linked},
		"timestamp":        {listRow("timestamp", "count", 0, "$"), id, onPlatformsh, bare},
		"offset":           {acquiaList("offset"), id, onAcquia, counted},
		"offset of a page": {acquiaList("page"), id, onAcquia, counted},
		"rows": {rows, map[string]any{"envName": "shop"}, onVirtuozzo,
			func(items []any, _ int) any { return map[string]any{"result": 0, "items": items, "totalCount": 5000} }},
	}
}

// TestRepeatedPages: whatever the style, a server that sends a page again doubles no item, is not asked for ever, and nothing says that
// more remains. Equal items of one page are all there.
func TestRepeatedPages(t *testing.T) {
	t.Parallel()
	item := func(id string, minute int) any {
		return map[string]any{"uuid": id, "created_at": fmt.Sprintf("2026-05-01T12:%02d:00.000000+00:00", minute)}
	}
	nameless := func(minute int) any {
		return map[string]any{"created_at": fmt.Sprintf("2026-05-01T12:%02d:00.000000+00:00", minute)}
	}
	shared := func(minute int) any { // the id of a rule that several events name
		return map[string]any{"id": 7, "created_at": fmt.Sprintf("2026-05-01T12:%02d:00.000000+00:00", minute)}
	}
	for name, tc := range map[string]struct {
		pages [][]any
		want  []any
	}{
		"ids":                      {[][]any{{item("a", 9), item("b", 8)}}, []any{item("a", 9), item("b", 8)}},
		"changed since":            {[][]any{{item("a", 9), item("b", 8)}, {item("a", 9), item("b", 7)}}, []any{item("a", 9), item("b", 8)}},
		"no ids":                   {[][]any{{nameless(9), nameless(8)}}, []any{nameless(9), nameless(8)}},
		"equal items of one page":  {[][]any{{nameless(9), nameless(9), nameless(8)}}, []any{nameless(9), nameless(9), nameless(8)}},
		"one id for several items": {[][]any{{shared(9), shared(8)}, {shared(7), shared(6)}}, []any{shared(9), shared(8), shared(7), shared(6)}},
		"the last page again":      {[][]any{{item("a", 9), item("b", 8)}, {item("c", 7), item("d", 6)}}, []any{item("a", 9), item("b", 8), item("c", 7), item("d", 6)}},
		"pages that overlap":       {[][]any{{item("a", 9), item("b", 8)}, {item("b", 8), item("c", 7)}}, []any{item("a", 9), item("b", 8), item("c", 7)}},
		"in circles": {[][]any{{item("a", 9), item("b", 8)}, {item("c", 7), item("d", 6)}, {item("a", 9), item("b", 8)}},
			[]any{item("a", 9), item("b", 8), item("c", 7), item("d", 6)}},
	} {
		for style, s := range pagingStyles() {
			for _, limit := range []int{0, len(tc.pages[0])} { // all in one call, and a call for each page
				if limit > 0 && name == "in circles" {
					continue // a cursor knows the page before only
				}
				t.Run(fmt.Sprintf("%s/%s/%d", name, style, limit), func(t *testing.T) {
					c := s.on(t, stubborn{tc.pages, s.reply}.answer)
					r := build(t, s.op, s.args)
					var got []any
					page := apiclient.Page{Limit: limit}
					for n := 0; ; n++ {
						result, err := c.Send(t.Context(), r, page)
						if err != nil {
							t.Fatal(err)
						}
						got = append(got, result.Items...)
						if page.Cursor = result.Next; page.Cursor == "" {
							break
						}
						if n > 10 {
							t.Fatal("no end")
						}
					}
					if text(got) != text(tc.want) {
						t.Errorf("got  %s\nwant %s", text(got), text(tc.want))
					}
				})
			}
		}
	}
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// TestRepetitionIsSaid: who reads a total of 5,000 beside two items must learn why.
func TestRepetitionIsSaid(t *testing.T) {
	t.Parallel()
	page := [][]any{{map[string]any{"id": "a", "created_at": "2026-05-01T12:00:00Z"}, map[string]any{"id": "b", "created_at": "2026-05-01T11:00:00Z"}}}
	for style, s := range pagingStyles() {
		result, err := s.on(t, stubborn{page, s.reply}.answer).Send(t.Context(), build(t, s.op, s.args), apiclient.Page{})
		if err != nil || len(result.Items) != 2 || !result.Repeated && style != "timestamp" { // where the last item always comes again
			t.Errorf("%s: %+v, %v", style, result, err)
		}
	}
}

// TestLongCursors: a cursor stays short however many items a page has.
func TestLongCursors(t *testing.T) {
	t.Parallel()
	for style, s := range pagingStyles() {
		var items []any
		for i := range 500 {
			items = append(items, map[string]any{"id": fmt.Sprintf("a47ac10b-58cc-4372-a567-%012d", i), "created_at": fmt.Sprintf("2026-05-01T12:00:00.%06d+00:00", 999-i)})
		}
		pages := slices.Collect(slices.Chunk(items, 250))
		result, err := s.on(t, stubborn{pages, s.reply}.answer).Send(t.Context(), build(t, s.op, s.args), apiclient.Page{Limit: 250})
		if err != nil || len(result.Items) != 250 || result.Next == "" || len(result.Next) > 500 {
			t.Errorf("%s: %d items, cursor of %d bytes, %v", style, len(result.Items), len(result.Next), err)
		}
	}
}
