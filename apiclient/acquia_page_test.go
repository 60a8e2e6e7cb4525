package apiclient_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

func itoa(n int) string { return strconv.Itoa(n) }

// halList is a server with a list of numbered items. offset is an index, or the number of a page from 1.
type halList struct {
	items    int
	numbered bool
	size     int // page size when the request names none
	most     int // largest page size
	whole    bool
	noTotal  bool
}

func (l halList) answer(_ int, w http.ResponseWriter, r *http.Request) {
	size := min(mustAtoi(r.URL.Query().Get("limit"), l.size), l.most)
	offset := mustAtoi(r.URL.Query().Get("offset"), 0)
	if l.numbered {
		offset = (max(offset, 1) - 1) * size
	}
	if l.whole {
		offset, size = 0, l.items
	}
	items := []any{}
	for i := offset; i < min(offset+size, l.items); i++ {
		items = append(items, map[string]any{"uuid": "i" + itoa(i)})
	}
	reply := map[string]any{
		"count": len(items), "pagination": map[string]any{"limit": size, "offset": offset},
		"_links": map[string]any{"self": map[string]any{"href": "x"}}, "_embedded": map[string]any{"items": items},
	}
	if !l.noTotal {
		reply["total"] = l.items
	} else {
		delete(reply, "count")
	}
	text, _ := json.Marshal(reply)
	giveJSON(w, 200, string(text))
}

func TestAcquiaPaging(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		style string
		list  halList
		limit int
		calls []string // queries of the first result
	}{
		{"index", "offset", halList{items: 45, size: 10, most: 100}, 20, []string{"limit=20"}},
		{"index, default", "offset", halList{items: 145, size: 10, most: 1000}, 0, []string{"limit=50"}},
		{"index, capped pages", "offset", halList{items: 45, size: 10, most: 10}, 25, []string{"limit=25", "limit=15&offset=10", "limit=5&offset=20"}},
		{"index, whole list at once", "offset", halList{items: 45, whole: true}, 20, []string{"limit=20"}},
		{"index, no total", "offset", halList{items: 45, size: 10, most: 100, noTotal: true}, 20, []string{"limit=20"}},
		{"index, exact end", "offset", halList{items: 40, size: 10, most: 100}, 20, []string{"limit=20"}},
		{"index, empty", "offset", halList{items: 0, size: 10, most: 100}, 20, []string{"limit=20"}},
		{"pages", "page", halList{items: 45, numbered: true, size: 25, most: 100}, 20, []string{"limit=20"}},
		{"pages, capped", "page", halList{items: 95, numbered: true, size: 25, most: 25}, 60, []string{"limit=60", "limit=60&offset=2", "limit=60&offset=3"}},
		{"pages, whole list at once", "page", halList{items: 45, numbered: true, whole: true}, 20, []string{"limit=20"}},
		{"pages, no total", "page", halList{items: 45, numbered: true, size: 25, most: 100, noTotal: true}, 20, []string{"limit=20"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := &fake{answer: tc.list.answer}
			c := onAcquia(t, f)
			op := acquiaRow("GET /subscriptions/{id}/sites", schemas.Read, "id:path", "sort:query")
			op.List, op.Paging = "_embedded.items", &schemas.Paging{Style: tc.style, Size: "limit"}
			r := build(t, op, map[string]any{"id": "s1", "sort": "-name"})
			var got, want []string
			page := apiclient.Page{Limit: tc.limit}
			for n := 1; ; n++ {
				result, err := c.Send(t.Context(), r, page)
				if err != nil {
					t.Fatal(err)
				}
				if n == 1 {
					var queries []string
					for _, call := range f.seen() {
						_, query, _ := strings.Cut(call, "?")
						queries = append(queries, strings.TrimPrefix(query, "sort=-name&"))
					}
					if !slices.Equal(queries, tc.calls) {
						t.Errorf("asked %q, want %q", queries, tc.calls)
					}
				}
				wantTotal := tc.list.items
				if tc.list.noTotal {
					wantTotal = -1
				}
				if !result.IsList || result.Value != nil || result.Total != wantTotal {
					t.Errorf("value %v, total %d", result.Value, result.Total)
				}
				for _, item := range result.Items {
					got = append(got, item.(map[string]any)["uuid"].(string))
				}
				if result.Next == "" {
					break
				}
				page.Cursor, page.Limit = result.Next, tc.limit+n // another limit must neither lose nor repeat items
				if n > 100 {
					t.Fatal("no end")
				}
			}
			for i := range tc.list.items {
				want = append(want, "i"+itoa(i))
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %d items %v,\nwant %d in order", len(got), got, len(want))
			}
		})
	}
}

func TestAcquiaHasItsOwnPagingStyles(t *testing.T) {
	t.Parallel()
	op := acquiaRow("GET /sites", schemas.Read)
	op.List, op.Paging = "_embedded.items", &schemas.Paging{Style: "cursor"}
	_, err := send(t, onAcquia(t, fixed(200, "{}")), op, nil)
	if e := asError(t, err); e.Kind != apiclient.KindInvalid || !strings.Contains(e.Message, `"cursor" does not exist on acquia`) {
		t.Error(err)
	}
}
