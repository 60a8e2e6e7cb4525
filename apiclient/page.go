package apiclient

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"paasmcp/schemas"
)

// How much one call brings.
const (
	defaultLimit = 50
	maxLimit     = 500
	maxPages     = 5
)

// Page says how much of a list to bring and where to go on.
type Page struct {
	Limit  int    // items; 50 when 0, at most 500
	Cursor string // Result.Next of the call before; empty for the beginning
	For    string // who calls: a cursor that was made for one caller is refused from another
}

// pager is one way of paging.
type pager interface {
	// ask is the request for the page at a position. want is how many items the caller still takes.
	ask(r *Request, at position, want int) *Request
	// after is the position behind a page, and whether there is more.
	after(r *Request, at position, p listing) (position, bool)
}

// listing is one page as it came.
type listing struct {
	envelope any // the whole answer
	items    []any
	marks    func() []string // of the items, see mark; made when somebody asks, since most lists have one page
	fresh    int             // items that were not on the pages before
	asked    int             // want of the request
}

// list follows pages until the caller has enough, the list ends, the platform repeats itself, or maxPages are read.
func (c *Client) list(ctx context.Context, r *Request, page Page, how reading) (*Result, error) {
	pages, err := c.pagerOf(r)
	if err != nil {
		return nil, c.complete(r, err)
	}
	at, err := c.cursors.open(page.Cursor, page.For, r)
	if err != nil {
		return nil, c.complete(r, err)
	}
	limit := min(cmp.Or(max(page.Limit, 0), defaultLimit), maxLimit)
	result := &Result{IsList: true, Items: []any{}, Total: -1}
	way := walk{r: r, pages: pages}
	for n := 1; ; n++ {
		room := limit - len(result.Items)
		a, err := c.do(ctx, pages.ask(r, at, room+at.Skip), how)
		if err != nil {
			return nil, err
		}
		if n == 1 {
			result.Status, result.RequestID, result.Note = a.Status, c.requestID(a.Header), a.Note
		}
		items, found := listAt(a.Value, r.Op.List)
		switch {
		case found:
		case n > 1: // the end was not shown
			result.Next = c.cursors.seal(at, page.For, r)
			return result, nil
		case a.Value == nil && !a.Confirmed, a.Value != nil && !isFilled(a.Value):
			e := noList(a.Value)
			e.Status, e.RequestID = a.Status, result.RequestID
			return nil, c.complete(r, e)
		case a.Value != nil && totalOf(a.Value) != 0:
			// What is there instead of the list is shown as it is: it may be the rows under another name.
			result.Value, result.IsList, result.Items = a.Value, false, nil
			result.Note = joined("the answer has no list where there should be one, so it is shown as it is", result.Note)
			return result, nil
		}
		if n == 1 {
			if result.Total = totalOf(a.Value); r.Op.Paging == nil {
				result.Total = len(items)
			}
		}
		fresh, next, more := way.take(at, a.Value, items, room+at.Skip)
		if more && len(items) > 0 && len(fresh) == 0 {
			more, result.Repeated = false, true
		}
		if n == 1 {
			result.Value = beside(a.Value, r.Op.List)
		}
		fresh = fresh[min(at.Skip, len(fresh)):]
		if len(fresh) > room {
			result.Items = append(result.Items, fresh[:room]...)
			at.Skip += room
			result.Next = c.cursors.seal(at, page.For, r)
			return result, nil
		}
		result.Items = append(result.Items, fresh...)
		if !more {
			result.Partial = result.Repeated || page.Cursor == "" && unended(a.Value, len(result.Items))
			return result, nil
		}
		if at = next; len(result.Items) == limit || n == maxPages {
			result.Next = c.cursors.seal(at, page.For, r)
			return result, nil
		}
	}
}

// walk goes through the pages of a list and knows the items that it has met, so that a platform that repeats itself doubles none.
type walk struct {
	r     *Request
	pages pager
	met   map[string]bool // marks, see mark
}

// take gives the items of the page at a position that are new, the position behind the page, and whether there should be more.
func (w *walk) take(at position, envelope any, items []any, asked int) ([]any, position, bool) {
	marks := sync.OnceValue(func() []string { return marksOf(items) })
	fresh := items
	if at.First != "" || len(at.Seen) > 0 || len(w.met) > 0 {
		fresh = w.unseen(at, items, marks())
	}
	next, more := w.pages.after(w.r, at, listing{envelope, items, marks, len(fresh), asked})
	if !more || len(items) == 0 {
		return fresh, next, more
	}
	if w.met == nil {
		w.met = map[string]bool{}
	}
	for _, mark := range marks() {
		w.met[mark] = true
	}
	if next.Seen == nil {
		next.First, next.Seen = opening(marks()), marks()[max(0, len(items)-keptMarks):]
	}
	return fresh, next, more
}

// unseen leaves out what was on the pages before. That is all of a page that begins as the one before it: so does a platform that does
// not heed where to begin. Equal items of one page stay.
func (w *walk) unseen(at position, items []any, marks []string) []any {
	if len(marks) > 0 && opening(marks) == at.First {
		return nil
	}
	var fresh []any
	for i, item := range items {
		if !w.met[marks[i]] && !slices.Contains(at.Seen, marks[i]) {
			fresh = append(fresh, item)
		}
	}
	return fresh
}

// keptMarks is how many items of a page the cursor remembers, from its end: enough for a list that grows at its top while somebody
// reads it, and few enough for a short cursor.
const keptMarks = 12

// marksOf marks the items of a page, to know them again: by their id, or by all they hold where ids are missing or shared.
func marksOf(items []any) []string {
	ids, uses := make([]string, len(items)), map[string]int{}
	for i, item := range items {
		ids[i] = cmp.Or(textOf(dig(item, "id")), textOf(dig(item, "uuid")))
		uses[ids[i]]++
	}
	for i, item := range items {
		if ids[i] == "" || uses[ids[i]] > 1 {
			whole, _ := compact(item) // decoded JSON always encodes
			ids[i] = string(whole)
		}
		ids[i] = mark(ids[i])
	}
	return ids
}

// mark shortens an id to 48 bits.
func mark(id string) string {
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// opening marks how a page begins. One item would not do: lists without ids can have equal ones.
func opening(marks []string) string { return mark(strings.Join(marks[:min(3, len(marks))], " ")) }

func (c *Client) pagerOf(r *Request) (pager, error) {
	if r.Op.Paging == nil {
		return whole{}, nil
	}
	if p := c.dialect.pager(r.Op.Paging.Style); p != nil {
		return p, nil
	}
	return nil, invalid(r.Op, fmt.Sprintf("paging style %q does not exist on %s", r.Op.Paging.Style, r.Op.Platform), "")
}

// whole is for lists that come in one piece; limit and cursor cut them here.
type whole struct{}

func (whole) ask(r *Request, _ position, _ int) *Request         { return r }
func (whole) after(*Request, position, listing) (position, bool) { return position{}, false }

// linked follows the platform's own next link, that is, the page keys in its query.
type linked struct{}

func (linked) ask(r *Request, at position, want int) *Request {
	if at.Query != "" {
		return r.withQuery(at.Query)
	}
	if r.Op.List == "$" && r.Op.Paging.Max > 0 {
		want = r.Op.Paging.Max // a bare list shows no next link: the first page is all there will be
	}
	return r.withQuery(sizeKey(r, want))
}

func (linked) after(r *Request, at position, p listing) (position, bool) {
	href := nextLink(p.envelope)
	link, err := url.Parse(href)
	if href == "" || err != nil {
		return position{}, false
	}
	next := position{Query: pageKeys(r, link.RawQuery)}
	return next, next.Query != "" && next.Query != at.Query
}

// numbered counts pages from 1.
type numbered struct{}

func (numbered) ask(r *Request, at position, _ int) *Request {
	if at.Page <= 1 {
		return r
	}
	return r.withQuery("page=" + strconv.Itoa(at.Page))
}

func (numbered) after(_ *Request, at position, p listing) (position, bool) {
	next := position{Page: max(at.Page, 1) + 1}
	if dig(p.envelope, "_links") != nil {
		return next, len(p.items) > 0 && nextLink(p.envelope) != ""
	}
	return next, len(p.items) > 0 // without links only an empty page shows the end
}

// nextLink is the HAL link to the following page; empty at the end.
func nextLink(envelope any) string {
	if href := digText(envelope, "_links", "next", "href"); href != "" {
		return href
	}
	return digText(envelope, "_links", "next")
}

// sizeKey is the query for the page size, where the row knows one.
func sizeKey(r *Request, want int) string {
	paging := r.Op.Paging
	if paging.Size == "" {
		return ""
	}
	if paging.Max > 0 {
		want = min(want, paging.Max)
	}
	return escape(paging.Size) + "=" + strconv.Itoa(want)
}

// withQuery is the same request with more query keys.
func (r *Request) withQuery(more string) *Request {
	if more == "" {
		return r
	}
	out := *r
	if out.Query != "" {
		more = out.Query + "&" + more
	}
	out.Query = more
	return &out
}

// pageKeys keeps of a next link's query what only paging can have put there: not what the request says already, and
// nothing that the row offers as an argument.
func pageKeys(r *Request, query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	own, _ := url.ParseQuery(r.Query)
	var keep pairs
	for key, list := range values {
		if own.Has(key) || slices.ContainsFunc(r.Op.Params, func(p schemas.Param) bool {
			return p.In == "query" && (key == p.WireName() || strings.HasPrefix(key, p.WireName()+"["))
		}) {
			continue
		}
		for _, value := range list {
			keep = append(keep, pair{key, value})
		}
	}
	return keep.encode()
}

// listAt finds the list in the answer: "$" is the answer itself, anything else a path of members, and an answer that is a
// list is it in any case. A member that is null is an empty list. One that is missing, or anything else than a list, is not
// found: "nothing there" would be more than is known.
func listAt(value any, at string) (list []any, found bool) {
	if object, ok := value.(map[string]any); ok && at != "$" {
		steps := strings.Split(at, ".")
		last := len(steps) - 1
		parent, _ := dig(object, steps[:last]...).(map[string]any)
		value, found = parent[steps[last]]
		if value == nil {
			return nil, found
		}
	}
	list, found = value.([]any)
	return list, found
}

// noList is the error of an answer that should hold a list, if only an empty one.
func noList(value any) *Error {
	return &Error{Kind: KindServer, Message: "the platform gave no list, not even an empty one: it answered " + glimpse(value), Hint: proxyHint}
}

// isFilled reports whether a value is an object with something in it.
func isFilled(value any) bool {
	object, _ := value.(map[string]any)
	return len(object) > 0
}

// beside is the answer without its list and without what the result says in other words: page numbers and total; nil when
// nothing is left.
func beside(value any, at string) any {
	object, ok := value.(map[string]any)
	if !ok || at == "$" {
		return nil
	}
	rest := lacking(object, strings.Split(at, "."))
	for _, link := range pageLinks {
		if _, has := rest["_links"]; has {
			rest = lacking(rest, []string{"_links", link})
		}
	}
	delete(rest, "pagination")
	for _, key := range totalKeys {
		delete(rest, key)
	}
	if len(rest) == 0 {
		return nil
	}
	return rest
}

// pageLinks are the links of a list that only lead through its pages.
var pageLinks = []string{"self", "next", "prev", "previous", "first", "last"}

// lacking is an object without one member, given by its path. What the path leads through goes as well when nothing is left in it.
func lacking(object map[string]any, path []string) map[string]any {
	rest := maps.Clone(object)
	inner, deeper := object[path[0]].(map[string]any)
	if deeper && len(path) > 1 {
		inner = lacking(inner, path[1:])
	}
	if rest[path[0]] = inner; len(inner) == 0 || len(path) == 1 {
		delete(rest, path[0])
	}
	return rest
}

// unended reports whether an answer says itself that there is more than the items that came, also where no paging is known of the
// operation.
func unended(envelope any, came int) bool {
	return totalOf(envelope) > came || dig(envelope, "_links", "next") != nil
}

// totalKeys are the platforms' words for the number of items over all pages.
var totalKeys = []string{"total", "count", "totalCount"}

// totalOf is the number of items over all pages, where the answer says; -1 otherwise.
func totalOf(value any) int {
	for _, key := range totalKeys {
		if number, ok := dig(value, key).(json.Number); ok {
			if n, err := strconv.Atoi(number.String()); err == nil && n >= 0 {
				return n
			}
		}
	}
	return -1
}
