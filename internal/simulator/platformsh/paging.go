package platformsh

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cursor settings of the HAL lists. The default size is small, so that demo data already fills more than one page.
const (
	defaultPage   = 20
	maxPage       = 100
	maxAccessPage = 200 // the four project access lists
)

// cursorPage answers one page of a list with _links.next.href. The sequence must have a stable order and ids under key.
// With withCount the answer carries the total over all pages.
func cursorPage(r *Request, docs []Doc, key string, most int, withCount bool) (Doc, error) {
	size, err := intQuery(r.Query, "page[size]", defaultPage, 1, most)
	if err != nil {
		return nil, err
	}
	start := 0
	end := 0
	switch after, before := r.Query.Get("page[after]"), r.Query.Get("page[before]"); {
	case after != "" && before != "":
		return nil, InvalidField("page[after]", "Use either page[after] or page[before].")
	case before != "":
		i, err := decodeCursor("page[before]", before, docs, key)
		if err != nil {
			return nil, err
		}
		end = i
		start = max0(end - size)
	case after != "":
		i, err := decodeCursor("page[after]", after, docs, key)
		if err != nil {
			return nil, err
		}
		start = min(i+1, len(docs))
		end = min(start+size, len(docs))
	default:
		end = min(size, len(docs))
	}
	page := docs[start:end]
	l := Doc{"self": link(r.href(nil))}
	if end < len(docs) && end > start {
		l["next"] = link(r.href(url.Values{"page[after]": {encodeCursor(end-1, page[len(page)-1], key)}}))
	}
	if start > 0 && start < len(docs) {
		l["previous"] = link(r.href(url.Values{"page[before]": {encodeCursor(start, docs[start], key)}}))
	}
	out := Doc{"items": page, "_links": l}
	if withCount {
		out["count"] = len(docs)
	}
	return out, nil
}

// A cursor holds the place and the id of an item: the id finds it when the list has changed, the place is the answer when
// the item itself is gone.
func encodeCursor(i int, d Doc, key string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %v", i, d[key]))
}

func decodeCursor(param, cursor string, docs []Doc, key string) (int, error) {
	bad := InvalidField(param, "Not a valid cursor.")
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, bad
	}
	place, id, ok := strings.Cut(string(raw), " ")
	i, err := strconv.Atoi(place)
	if !ok || err != nil || i < 0 {
		return 0, bad
	}
	if j := slices.IndexFunc(docs, func(d Doc) bool { return fmt.Sprint(d[key]) == id }); j >= 0 {
		return j, nil
	}
	return min(max0(i-1), len(docs)), nil
}

func max0(i int) int { return max(i, 0) }

// numberedPage answers one page of a list with ?page=N (the first is 1) of a size fixed by the server. The list stands
// under listKey; _links.next is missing on the last page.
func numberedPage(r *Request, docs []Doc, listKey string, size int) (Doc, error) {
	page, err := intQuery(r.Query, "page", 1, 1, 1<<20)
	if err != nil {
		return nil, err
	}
	start := min((page-1)*size, len(docs))
	end := min(start+size, len(docs))
	l := Doc{"self": link(r.href(nil))}
	if end < len(docs) {
		l["next"] = link(r.href(url.Values{"page": {strconv.Itoa(page + 1)}}))
	}
	if page > 1 {
		l["previous"] = link(r.href(url.Values{"page": {strconv.Itoa(page - 1)}}))
	}
	return Doc{listKey: docs[start:end], "count": len(docs), "_links": l}, nil
}

// linkPage answers one page of a list that is continued through _links.next alone: its page key is private to the link.
func linkPage(r *Request, docs []Doc, size int) (Doc, error) {
	start, err := intQuery(r.Query, "_offset", 0, 0, 1<<20)
	if err != nil {
		return nil, err
	}
	start = min(start, len(docs))
	end := min(start+size, len(docs))
	l := Doc{"self": link(r.href(nil))}
	if end < len(docs) {
		l["next"] = link(r.href(url.Values{"_offset": {strconv.Itoa(end)}}))
	}
	return Doc{"items": docs[start:end], "_links": l}, nil
}

// href is the absolute address of this request with the given query keys changed. Cursor keys of the request itself are
// dropped when a new one is set.
func (r *Request) href(change url.Values) string {
	q := url.Values{}
	for k, v := range r.Query {
		q[k] = v
	}
	if change != nil {
		q.Del("page[after]")
		q.Del("page[before]")
	}
	for k, v := range change {
		q[k] = v
	}
	u := r.base() + r.HTTP.URL.EscapedPath()
	if len(q) > 0 {
		u += "?" + q.Encode()
	}
	return u
}

// base is the address of the API as the client wrote it.
func (r *Request) base() string {
	return "http://" + r.HTTP.Host + r.HTTP.Header.Get("X-Forwarded-Prefix")
}

func intQuery(q url.Values, name string, def, low, high int) (int, error) {
	s := q.Get(name)
	if s == "" {
		return def, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, InvalidField(name, "Not an integer from %d to %d.", low, high)
	}
	return n, nil
}

// sortDocs orders documents by ?sort=field or ?sort=-field. Only the allowed fields may be used; equal ones keep their
// order.
func sortDocs(r *Request, docs []Doc, allowed ...string) ([]Doc, error) {
	key := r.Query.Get("sort")
	if key == "" {
		return docs, nil
	}
	field, desc := strings.CutPrefix(key, "-")
	if !slices.Contains(allowed, field) {
		return nil, InvalidField("sort", "%q is not one of %s.", field, strings.Join(allowed, ", "))
	}
	out := slices.Clone(docs)
	slices.SortStableFunc(out, func(a, b Doc) int {
		c := compare(a[field], fmt.Sprint(b[field]))
		if desc {
			return -c
		}
		return c
	})
	return out, nil
}

// filterDocs applies filter[field][op]=value and filter[field]=value. The operators are eq, ne, in, nin, between,
// contains, starts, ends, gt, gte, lt, lte; in, nin and between take comma lists. A field that is not allowed is refused: the
// real services ignore some, which hides mistakes.
func filterDocs(r *Request, docs []Doc, allowed ...string) ([]Doc, error) {
	out := docs
	for key, values := range r.Query {
		field, op, ok := filterKey(key)
		if !ok {
			continue
		}
		if !slices.Contains(allowed, field) {
			return nil, InvalidField(key, "%q is not a filter; use one of %s.", field, strings.Join(allowed, ", "))
		}
		for _, v := range values {
			match, err := matcher(key, op, v)
			if err != nil {
				return nil, err
			}
			out = slices.DeleteFunc(slices.Clone(out), func(d Doc) bool { return !match(d[field]) })
		}
	}
	return out, nil
}

func filterKey(key string) (field, op string, ok bool) {
	rest, ok := strings.CutPrefix(key, "filter[")
	if !ok {
		return "", "", false
	}
	rest, ok = strings.CutSuffix(rest, "]")
	field, op, two := strings.Cut(rest, "][")
	if !two {
		op = "eq"
	}
	return field, op, ok
}

func matcher(key, op, want string) (func(any) bool, error) {
	list := strings.Split(want, ",")
	text := func(f func(s, sub string) bool) func(any) bool {
		return func(v any) bool { return f(strings.ToLower(fmt.Sprint(v)), strings.ToLower(want)) }
	}
	switch op {
	case "eq":
		return func(v any) bool { return equal(v, want) }, nil
	case "ne":
		return func(v any) bool { return !equal(v, want) }, nil
	case "in":
		return func(v any) bool { return slices.ContainsFunc(list, func(w string) bool { return equal(v, w) }) }, nil
	case "nin":
		return func(v any) bool { return !slices.ContainsFunc(list, func(w string) bool { return equal(v, w) }) }, nil
	case "between":
		if len(list) != 2 {
			return nil, InvalidField(key, "between takes two values with a comma.")
		}
		return func(v any) bool { return compare(v, list[0]) >= 0 && compare(v, list[1]) <= 0 }, nil
	case "contains":
		return text(strings.Contains), nil
	case "starts":
		return text(strings.HasPrefix), nil
	case "ends":
		return text(strings.HasSuffix), nil
	case "gt":
		return func(v any) bool { return compare(v, want) > 0 }, nil
	case "gte":
		return func(v any) bool { return compare(v, want) >= 0 }, nil
	case "lt":
		return func(v any) bool { return compare(v, want) < 0 }, nil
	case "lte":
		return func(v any) bool { return compare(v, want) <= 0 }, nil
	}
	return nil, InvalidField(key, "%q is not an operator.", op)
}

// equal compares a field with a filter value; a field that is a list matches when one element does.
func equal(v any, want string) bool {
	switch v := v.(type) {
	case []string:
		return slices.Contains(v, want)
	case []any:
		return slices.ContainsFunc(v, func(x any) bool { return fmt.Sprint(x) == want })
	}
	return compare(v, want) == 0
}

// compare orders a field against a filter value: as times, as numbers, else as text.
func compare(v any, want string) int {
	have := fmt.Sprint(v)
	if a, err := parseTime(have); err == nil {
		if b, err := parseTime(want); err == nil {
			return a.Compare(b)
		}
	}
	if a, err := strconv.ParseFloat(have, 64); err == nil {
		if b, err := strconv.ParseFloat(want, 64); err == nil {
			return cmp.Compare(a, b)
		}
	}
	return strings.Compare(have, want)
}

func parseTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, s)
}
