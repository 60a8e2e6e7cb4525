package apiclient_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// shelf is a server with a list of numbered items, in one of the paging styles.
type shelf struct {
	total, pageSize int
	style           string
	links           bool // whether numbered pages come with links
}

func (s shelf) answer(_ int, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	from, size := 0, s.pageSize
	reply := map[string]any{}
	switch s.style {
	case "cursor", "link":
		if n, err := strconv.Atoi(q.Get("page[size]")); err == nil {
			size = min(n, 100)
		}
		from, _ = strconv.Atoi(strings.TrimPrefix(q.Get("page[after]"), "item-"))
		links := map[string]any{"self": map[string]any{"href": r.URL.String()}}
		if from+size < s.total {
			// The platform's links name its regional host, repeat the filters and are not to be followed as they are.
			q.Set("page[after]", "item-"+strconv.Itoa(from+size))
			links["next"] = map[string]any{"href": "https://region.evil.example/api" + r.URL.Path + "?" + q.Encode()}
		}
		reply["_links"], reply["count"] = links, s.total
	case "page":
		if page, _ := strconv.Atoi(q.Get("page")); page > 1 {
			from = (page - 1) * size
		}
		if s.links {
			links := map[string]any{}
			if from+size < s.total {
				links["next"] = map[string]any{"href": "?page=9"}
			}
			reply["_links"] = links
		}
	case "timestamp":
		size = min(mustAtoi(q.Get("count"), 10), s.pageSize)
		if at, err := time.Parse(time.RFC3339Nano, q.Get("starts_at")); err == nil {
			for from < s.total && stamp(from).After(at) {
				from++
			}
		}
	}
	items := []any{}
	for i := from; i < min(from+size, s.total); i++ {
		items = append(items, map[string]any{"id": "i" + strconv.Itoa(i), "created_at": stamp(i).Format("2006-01-02T15:04:05.000000-07:00")})
	}
	var out any = items
	if s.style == "cursor" || s.style == "link" || s.style == "page" {
		reply["items"] = items
		reply["note"] = "kept"
		out = reply
	}
	text, _ := json.Marshal(out)
	giveJSON(w, 200, string(text))
}

// stamp is the creation of item i, newest first. Three items share each moment, so that a boundary repeats several.
func stamp(i int) time.Time {
	return time.Date(2026, 5, 1, 12, 0, 0, 0, time.FixedZone("", 0)).Add(-time.Duration(i/3) * time.Minute)
}

func mustAtoi(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return otherwise
}

func listRow(style, size string, most int, list string) *schemas.Operation {
	o := row("GET /orgs/{id}/things", schemas.Read, "id:path", "state:query:filter[state]")
	o.List = list
	if style != "" {
		o.Paging = &schemas.Paging{Style: style, Size: size, Max: most}
	}
	return o
}

func TestPaging(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		row   *schemas.Operation
		shelf shelf
		limit int
		calls int // for the first result; 0 is not checked
		first int // items of the first result
	}{
		{"cursor, several pages", listRow("cursor", "page[size]", 100, "items"), shelf{total: 230, style: "cursor", pageSize: 20}, 150, 2, 150},
		{"cursor, default limit", listRow("cursor", "page[size]", 100, "items"), shelf{total: 230, style: "cursor", pageSize: 20}, 0, 1, 50},
		{"cursor without size", listRow("cursor", "", 0, "items"), shelf{total: 95, style: "cursor", pageSize: 20}, 50, 3, 50},
		{"cursor, five pages at most", listRow("cursor", "", 0, "items"), shelf{total: 230, style: "cursor", pageSize: 20}, 500, 5, 100},
		{"cursor, exact end", listRow("cursor", "page[size]", 100, "items"), shelf{total: 40, style: "cursor", pageSize: 20}, 40, 1, 40},
		{"link", listRow("link", "", 0, "items"), shelf{total: 45, style: "link", pageSize: 20}, 30, 2, 30},
		{"numbers with links", listRow("page", "", 0, "items"), shelf{total: 45, style: "page", pageSize: 20, links: true}, 30, 2, 30},
		{"numbers without links", listRow("page", "", 0, "items"), shelf{total: 40, style: "page", pageSize: 20}, 30, 2, 30},
		{"time", listRow("timestamp", "count", 0, "$"), shelf{total: 77, style: "timestamp", pageSize: 100}, 20, 1, 20},
		{"time, small pages", listRow("timestamp", "count", 0, "$"), shelf{total: 77, style: "timestamp", pageSize: 10}, 25, 0, 25},
		{"time, a short page is the last", listRow("timestamp", "count", 100, "$"), shelf{total: 7, style: "timestamp", pageSize: 100}, 20, 1, 7},
		{"whole", listRow("", "", 0, "$"), shelf{total: 120, style: "", pageSize: 1000}, 50, 1, 50},
		{"whole, limit beyond the cap", listRow("", "", 0, "$"), shelf{total: 620, style: "", pageSize: 1000}, 100000, 1, 500},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := &fake{answer: tc.shelf.answer}
			c := onLoopback(t, f, apiclient.Options{})
			r := build(t, tc.row, map[string]any{"id": "o/1", "state": "a&b"})
			var got []string
			page := apiclient.Page{Limit: tc.limit}
			for n := 1; ; n++ {
				result, err := c.Send(t.Context(), r, page)
				if err != nil {
					t.Fatal(err)
				}
				if n == 1 && len(result.Items) != tc.first {
					t.Errorf("the first result has %d items, want %d", len(result.Items), tc.first)
				}
				if calls := len(f.seen()); n == 1 && tc.calls > 0 && calls != tc.calls {
					t.Errorf("the first result took %d calls, want %d: %v", calls, tc.calls, f.seen())
				}
				if !result.IsList || result.Items == nil {
					t.Error("a list that does not say so")
				}
				for _, item := range result.Items {
					got = append(got, item.(map[string]any)["id"].(string))
				}
				if tc.row.Paging == nil && result.Total != tc.shelf.total {
					t.Errorf("total %d, want %d", result.Total, tc.shelf.total)
				}
				if object, ok := result.Value.(map[string]any); ok && fmt.Sprint(object) != "map[note:kept]" {
					t.Errorf("beside the list stands %v", object)
				}
				if result.Next == "" {
					break
				}
				page.Cursor, page.Limit = result.Next, tc.limit+n // another limit must neither lose nor repeat items
				if n > 100 {
					t.Fatal("no end")
				}
			}
			var want []string
			for i := range tc.shelf.total {
				want = append(want, "i"+strconv.Itoa(i))
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %d items %v,\nwant %d in order", len(got), got, len(want))
			}
			for _, call := range f.seen() {
				u, err := url.Parse(strings.TrimPrefix(call, "GET "))
				if err != nil || u.EscapedPath() != "/orgs/o%2F1/things" || u.Query().Get("filter[state]") != "a&b" || len(u.Query()["filter[state]"]) != 1 {
					t.Errorf("a page was asked for at %s", call)
				}
			}
		})
	}
}

func TestBareCursorListTakesTheLargestPage(t *testing.T) {
	t.Parallel()
	f := &fake{answer: shelf{total: 30, pageSize: 1000}.answer}
	c := onLoopback(t, f, apiclient.Options{})
	r := build(t, listRow("cursor", "page[size]", 100, "$"), map[string]any{"id": "o"})
	first, err := c.Send(t.Context(), r, apiclient.Page{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Send(t.Context(), r, apiclient.Page{Limit: 20, Cursor: first.Next})
	if err != nil || len(first.Items) != 20 || len(second.Items) != 10 || second.Next != "" {
		t.Errorf("%d and %d items, next %q, %v", len(first.Items), len(second.Items), second.Next, err)
	}
	for _, call := range f.seen() {
		if !strings.HasSuffix(call, "page%5Bsize%5D=100") {
			t.Errorf("asked with %s", call)
		}
	}
}

// What comes of an answer to a list that has no list where the row says.
const (
	noListAtAll = -1 - iota
	shownAsItIs
)

func TestListShapes(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{
		`{"items":[1,2]}`: 2, `{"items":[]}`: 0, `{"items":null}`: 0, `[]`: 0, `[1]`: 1, `{"count":0}`: 0, `{"total":0,"_links":{"self":"x"}}`: 0,
		`{}`: noListAtAll, ``: noListAtAll, `null`: noListAtAll, `"x"`: noListAtAll, `true`: noListAtAll,
		`{"items":"x"}`: shownAsItIs, `{"items":{"a":1}}`: shownAsItIs, `{"rows":[1]}`: shownAsItIs, `{"count":3}`: shownAsItIs,
	} {
		c := onLoopback(t, &fake{answer: always(200, body)}, apiclient.Options{})
		result, err := send(t, c, listRow("", "", 0, "items"), map[string]any{"id": "o"})
		switch {
		case want == noListAtAll:
			if err == nil || asError(t, err).Kind != apiclient.KindServer {
				t.Errorf("%s: %+v %v, want an error: nobody knows that there is nothing", body, result, err)
			}
		case want == shownAsItIs:
			if got, _ := json.Marshal(result.Value); err != nil || result.IsList || string(got) != body {
				t.Errorf("%s: %+v %v, want the answer as it is", body, result, err)
			}
		case want >= 0 && (err != nil || len(result.Items) != want):
			t.Errorf("%s: %v %v, want %d items", body, result, err, want)
		}
	}
}

func TestCursorsAreChecked(t *testing.T) {
	t.Parallel()
	f := &fake{answer: shelf{total: 230, style: "cursor", pageSize: 20}.answer}
	c := onLoopback(t, f, apiclient.Options{})
	o := listRow("cursor", "page[size]", 100, "items")
	r := build(t, o, map[string]any{"id": "o1"})
	first, err := c.Send(t.Context(), r, apiclient.Page{Limit: 10})
	if err != nil || first.Next == "" {
		t.Fatal(err)
	}
	before := len(f.seen())
	other := *o
	other.Name = "platformsh_other_call"
	for name, tc := range map[string]struct {
		request *apiclient.Request
		cursor  string
	}{
		"other operation": {build(t, &other, map[string]any{"id": "o1"}), first.Next},
		"other object":    {build(t, o, map[string]any{"id": "o2"}), first.Next},
		"other filter":    {build(t, o, map[string]any{"id": "o1", "state": "x"}), first.Next},
		"noise":           {r, "%%%"},
		"no cursor":       {r, "bm90IGpzb24"},
		"cut":             {r, first.Next[:len(first.Next)-4]},
		"huge":            {r, strings.Repeat("A", 1<<20)},
		"a line break":    {r, first.Next[:8] + "\n" + first.Next[8:]},
		"one in the open": {r, base64.RawURLEncoding.EncodeToString([]byte(`{"e":9999999999,"k":2}`))},
		"doubled":         {r, first.Next + first.Next},
	} {
		_, err := c.Send(t.Context(), tc.request, apiclient.Page{Cursor: tc.cursor})
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if e := asError(t, err); e.Kind != apiclient.KindInvalid || !strings.Contains(e.Error(), "cursor") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range first.Next { // no single character can be another one
		changed := []byte(first.Next)
		if changed[i] = 'A'; first.Next[i] == 'A' {
			changed[i] = 'B'
		}
		if _, err := c.Send(t.Context(), r, apiclient.Page{Cursor: string(changed)}); err == nil {
			t.Fatalf("accepted with another character %d", i)
		}
	}
	for who, client := range map[string]*apiclient.Client{"bob": c, "": onLoopback(t, f, apiclient.Options{})} {
		if _, err := client.Send(t.Context(), r, apiclient.Page{Cursor: first.Next, For: who}); err == nil {
			t.Errorf("accepted from %q by another caller or another process", who)
		}
	}
	if n := len(f.seen()); n != before {
		t.Errorf("%d calls were made with bad cursors", n-before)
	}
	if strings.Contains(first.Next, "eyJ") {
		t.Error("the cursor can be read")
	}
}

// TestCursorsOfOneKey: processes that share a key follow each other's cursors, for a day.
func TestCursorsOfOneKey(t *testing.T) {
	t.Parallel()
	key := func() []byte { return bytes.Repeat([]byte("k"), apiclient.CursorKeySize) }
	synctest.Test(t, func(t *testing.T) {
		o := listRow("cursor", "page[size]", 100, "items")
		r := build(t, o, map[string]any{"id": "o1"})
		f := &fake{answer: shelf{total: 230, style: "cursor", pageSize: 20}.answer}
		shared := func(options *apiclient.Options, _ *http.Transport) { options.CursorKey = key }
		one, stop := inMemory(t, f, shared)
		defer stop()
		two, stop := inMemory(t, f, shared)
		defer stop()
		first, err := one.Send(t.Context(), r, apiclient.Page{Limit: 10, For: "ana"})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(24*time.Hour - time.Second)
		if second, err := two.Send(t.Context(), r, apiclient.Page{Limit: 10, Cursor: first.Next, For: "ana"}); err != nil || len(second.Items) != 10 {
			t.Errorf("followed by another process: %v", err)
		}
		if _, err := two.Send(t.Context(), r, apiclient.Page{Limit: 10, Cursor: first.Next, For: "bob"}); err == nil {
			t.Error("followed by another caller")
		}
		time.Sleep(time.Second)
		if _, err := two.Send(t.Context(), r, apiclient.Page{Limit: 10, Cursor: first.Next, For: "ana"}); err == nil || !strings.Contains(err.Error(), "expired") {
			t.Errorf("after a day: %v", err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	var asked []string
	answer := shelf{total: 60, style: "cursor", pageSize: 20}.answer
	server := &fake{answer: func(n int, w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.RequestURI)
		answer(n, w, r)
	}}
	client := fuzzClient(f, server)
	o := listRow("cursor", "page[size]", 100, "items")
	r, err := apiclient.Build(o, map[string]any{"id": "o1", "state": "s"})
	if err != nil {
		f.Fatal(err)
	}
	first, err := client.Send(f.Context(), r, apiclient.Page{Limit: 20})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(first.Next)
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"e":9999999999,"q":"filter%5Bstate%5D=y"}`)))
	f.Fuzz(func(t *testing.T, cursor string) {
		asked = nil
		_, err := client.Send(t.Context(), r, apiclient.Page{Limit: 1, Cursor: cursor})
		if err != nil && asError(t, err).Kind != apiclient.KindInvalid || err == nil && cursor != "" && cursor != first.Next {
			t.Fatalf("%q: %v", cursor, err)
		}
		for _, uri := range asked {
			u, err := url.ParseRequestURI(uri)
			if err != nil || u.Path != "/orgs/o1/things" || len(u.Query()["filter[state]"]) != 1 || u.Query().Get("filter[state]") != "s" {
				t.Fatalf("%q led to %s", cursor, uri)
			}
		}
	})
}
