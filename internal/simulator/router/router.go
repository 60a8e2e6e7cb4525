// Package router matches requests to the path templates of a vendor's API.
//
// It works on the escaped path. http.ServeMux and path.Clean work on the decoded one, where heads%2Fmain has become two
// segments and the simulator would accept a client that forgot to escape.
package router

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Router maps "METHOD /path/{param}" templates to handlers. A segment is a literal, a {param}, or a literal prefix before a
// param as in email={email}. Build it first; matching is then safe for concurrent use.
type Router[H any] struct{ root node[H] }

type node[H any] struct {
	literals map[string]*node[H]
	prefixed []prefixed[H]
	param    *node[H]
	routes   map[string]route[H] // by method
}

type prefixed[H any] struct {
	prefix string
	next   *node[H]
}

type route[H any] struct {
	template string
	names    []string
	handler  H
}

// Match is the result of a lookup. Found is false for an unknown path (Allow empty) and for a known path without that
// method (Allow lists the methods it has).
type Match[H any] struct {
	Handler  H
	Template string
	Params   map[string]string // decoded
	Found    bool
	Allow    []string
}

// Add registers a call such as "GET /users/email={email}". It panics on a duplicate or a malformed call, because both are
// mistakes in a table of this program.
func (r *Router[H]) Add(call string, h H) {
	method, template, ok := strings.Cut(call, " ")
	if !ok || !strings.HasPrefix(template, "/") {
		panic(fmt.Sprintf("router: %q is not METHOD /path", call))
	}
	n := &r.root
	var names []string
	for _, seg := range strings.Split(template[1:], "/") {
		open := strings.IndexByte(seg, '{')
		switch {
		case open < 0:
			if n.literals == nil {
				n.literals = map[string]*node[H]{}
			}
			if n.literals[seg] == nil {
				n.literals[seg] = &node[H]{}
			}
			n = n.literals[seg]
		case open == 0:
			names = append(names, strings.Trim(seg, "{}"))
			if n.param == nil {
				n.param = &node[H]{}
			}
			n = n.param
		default:
			names = append(names, strings.Trim(seg[open:], "{}"))
			n = n.prefix(seg[:open])
		}
	}
	if n.routes == nil {
		n.routes = map[string]route[H]{}
	}
	if _, dup := n.routes[method]; dup {
		panic(fmt.Sprintf("router: %s is registered twice", call))
	}
	n.routes[method] = route[H]{template: template, names: names, handler: h}
}

func (n *node[H]) prefix(p string) *node[H] {
	for _, c := range n.prefixed {
		if c.prefix == p {
			return c.next
		}
	}
	next := &node[H]{}
	n.prefixed = append(n.prefixed, prefixed[H]{p, next})
	return next
}

// Match finds the handler for a method and an escaped path. Literals win over prefixes, prefixes over parameters.
func (r *Router[H]) Match(method, escapedPath string) Match[H] {
	var m Match[H]
	rest, ok := strings.CutPrefix(escapedPath, "/")
	if !ok {
		return m
	}
	s := search[H]{method: method}
	found, ok := s.walk(&r.root, rest)
	if !ok {
		slices.Sort(s.allow)
		m.Allow = slices.Compact(s.allow)
		return m
	}
	m.Handler, m.Template, m.Found = found.handler, found.template, true
	m.Params = make(map[string]string, len(found.names))
	for i, name := range found.names {
		v, err := url.PathUnescape(s.values[i])
		if err != nil { // net/http has already rejected such a request line
			v = s.values[i]
		}
		m.Params[name] = v
	}
	return m
}

type search[H any] struct {
	method string
	values []string
	allow  []string
}

func (s *search[H]) walk(n *node[H], rest string) (route[H], bool) {
	seg, tail, more := strings.Cut(rest, "/")
	if seg == "" {
		return route[H]{}, false
	}
	if next := n.literals[seg]; next != nil {
		if r, ok := s.step(next, tail, more); ok {
			return r, true
		}
	}
	for _, p := range n.prefixed {
		if v, ok := strings.CutPrefix(seg, p.prefix); ok && v != "" {
			if r, ok := s.capture(p.next, v, tail, more); ok {
				return r, true
			}
		}
	}
	if n.param != nil {
		return s.capture(n.param, seg, tail, more)
	}
	return route[H]{}, false
}

func (s *search[H]) capture(n *node[H], value, tail string, more bool) (route[H], bool) {
	s.values = append(s.values, value)
	r, ok := s.step(n, tail, more)
	if !ok {
		s.values = s.values[:len(s.values)-1]
	}
	return r, ok
}

func (s *search[H]) step(n *node[H], tail string, more bool) (route[H], bool) {
	if more {
		return s.walk(n, tail)
	}
	r, ok := n.routes[s.method]
	if !ok {
		for method := range n.routes {
			s.allow = append(s.allow, method)
		}
	}
	return r, ok
}
