package acquia

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// style is the way in which a list is paged.
type style int

const (
	whole    style = iota // everything in one answer
	indexed               // limit and offset, which counts items
	numbered              // limit and offset, which is the number of a page, from 1
)

// The default of numbered lists is documented. That of the others is not; it is chosen so that a client that does not page
// loses something on a busy account only.
const (
	indexedLimit  = 100
	numberedLimit = 25
)

// list is the operation that lists what the last segment of its path names: the nodes below the one before it, or else
// those that belong to it.
func list(path string, st style) Route {
	name := path[strings.LastIndexByte(path, '/')+1:]
	return listOf(path, st, func(c *call) []*node {
		if own := c.last.kids[name]; own != nil {
			return own.nodes
		}
		if c.last == c.s.root || c.last == c.me {
			return c.s.root.in(name).nodes
		}
		return c.s.root.in(name).of(c.last)
	})
}

// listOf is a list of some nodes.
func listOf(path string, st style, nodes func(*call) []*node) Route {
	return listDocs(path, st, func(c *call) []Doc {
		var out []Doc
		for _, n := range nodes(c) {
			if c.sees(n) {
				out = append(out, c.view(n, false))
			}
		}
		return out
	})
}

// listDocs is a list of documents that are made for the answer.
func listDocs(path string, st style, docs func(*call) []Doc) Route {
	return Route{Call: "GET " + path, Handle: func(c *call) (Response, error) { return c.page(docs(c), st) }}
}

// page answers with the part of a list that the query asks for.
func (c *call) page(docs []Doc, st style) (Response, error) {
	docs, err := c.between(docs)
	if err != nil {
		return Response{}, err
	}
	if docs, err = filter(docs, c.query.Get("filter")); err != nil {
		return Response{}, err
	}
	if docs, err = sorted(docs, c.query.Get("sort")); err != nil {
		return Response{}, err
	}
	total, limit, offset, start := len(docs), 0, 0, 0
	switch st {
	case whole:
		limit = total
	case indexed:
		if limit, err = c.number("limit", indexedLimit, 1); err == nil {
			offset, err = c.number("offset", 0, 0)
		}
		start = offset
	case numbered:
		if limit, err = c.number("limit", numberedLimit, 1); err == nil {
			offset, err = c.number("offset", 1, 1)
		}
		start = (offset - 1) * limit
	}
	if err != nil {
		return Response{}, err
	}
	start = min(start, total)
	items := docs[start:min(start+limit, total)]
	if items == nil {
		items = []Doc{} // JSON null is no list
	}
	self := c.href(c.path)
	links := Doc{"self": link(self + c.rawQuery(nil)), "parent": link(parentOf(self))}
	out := Doc{"total": total, "_links": links, "_embedded": Doc{"items": items}}
	if c.newer() {
		out["count"] = len(items)
	} else if st == whole {
		return ok(out)
	}
	for _, name := range []string{"sort", "filter", "limit", "offset"} {
		links[name] = Doc{"href": self + "{?" + name + "}", "templated": true}
	}
	step := limit
	if st == numbered {
		step = 1
	}
	if start+limit < total {
		links["next"] = link(self + c.rawQuery(url.Values{"offset": {itoa(offset + step)}}))
	}
	if start > 0 {
		links["prev"] = link(self + c.rawQuery(url.Values{"offset": {itoa(max(offset-step, 0))}}))
	}
	out["pagination"] = Doc{"total": total, "limit": limit, "offset": offset}
	return ok(out)
}

// newer says whether the list is of multi-experience subscriptions: those lists always have a count and a pagination.
func (c *call) newer() bool {
	for _, part := range []string{"/codebases", "/sites", "/site-instances/", "/private-networks"} {
		if strings.Contains(c.path, part) {
			return true
		}
	}
	return false
}

// rawQuery is the query of this request with some values replaced.
func (c *call) rawQuery(set url.Values) string {
	q := url.Values{}
	for k, v := range c.query {
		q[k] = v
	}
	for k, v := range set {
		q[k] = v
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func parentOf(href string) string { return href[:strings.LastIndexByte(href, '/')] }

func (c *call) number(name string, missing, least int) (int, error) {
	s := c.query.Get(name)
	if s == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least {
		return 0, invalid(name, "The value of %s must be a whole number from %d.", name, least)
	}
	return n, nil
}

// between keeps the documents of the time from "from" to "to", which some lists have.
func (c *call) between(docs []Doc) ([]Doc, error) {
	for _, name := range []string{"from", "to"} {
		s := c.query.Get(name)
		if s == "" {
			continue
		}
		edge, isTime := parseTime(s)
		if !isTime {
			return nil, invalid(name, "The value of %s is not a date.", name)
		}
		docs = slices.DeleteFunc(slices.Clone(docs), func(d Doc) bool {
			t, dated := when(d)
			return dated && (name == "from" && t.Before(edge) || name == "to" && t.After(edge))
		})
	}
	return docs, nil
}

// when is the time that from and to look at.
func when(d Doc) (time.Time, bool) {
	for _, field := range []string{"created_at", "started_at", "start_at"} {
		if s, is := d[field].(string); is {
			return parseTime(s)
		}
	}
	return time.Time{}, false
}

// parseTime takes the forms of ISO 8601 that the document and the clients use; without a zone it is UTC.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
