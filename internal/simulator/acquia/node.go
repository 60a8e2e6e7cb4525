package acquia

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// node is one resource. The store is a tree of them that follows the paths of the API: a node holds the resources whose
// paths begin with its own. Most of the API then needs no code of its own: the node of a path, its document, a list of
// documents.
type node struct {
	kind string // the collection it is in: environments, crons
	id   string
	path string // /environments/12-…/crons/…, escaped, below the API base
	doc  Doc    // as GET shows it, without _links
	kids map[string]*collection
	home *collection // the collection it is in

	// owner is what it belongs to where the path does not tell: the application of an environment, the subscription of an
	// application.
	owner *node
	data  string    // content that the API moves around but does not show: of databases, backups, files
	busy  time.Time // environments: until when earlier work runs
}

// collection is a list of nodes in order of creation.
type collection struct {
	up    *node
	rel   string // its path below up: ssl/certificates
	nodes []*node
}

// in returns a collection below a node by its path, for example ssl/certificates; it begins empty.
func (n *node) in(rel string) *collection {
	name := rel[strings.LastIndexByte(rel, '/')+1:]
	if n.kids == nil {
		n.kids = map[string]*collection{}
	}
	c := n.kids[name]
	if c == nil {
		c = &collection{up: n, rel: rel}
		n.kids[name] = c
	}
	return c
}

func (c *collection) get(id string) *node {
	if c == nil {
		return nil
	}
	i := slices.IndexFunc(c.nodes, func(n *node) bool { return n.id == id })
	if i < 0 {
		return nil
	}
	return c.nodes[i]
}

// add stores a document under an id, in place of the one that has it.
func (c *collection) add(id string, d Doc) *node {
	n := &node{kind: c.rel[strings.LastIndexByte(c.rel, '/')+1:], id: id, path: c.up.path + "/" + c.rel + "/" + url.PathEscape(id), doc: d, home: c}
	if i := slices.IndexFunc(c.nodes, func(n *node) bool { return n.id == id }); i >= 0 {
		c.nodes[i] = n
		return n
	}
	c.nodes = append(c.nodes, n)
	return n
}

// drop removes a node; it does not mind when the node has gone.
func (c *collection) drop(id string) {
	c.nodes = slices.DeleteFunc(c.nodes, func(n *node) bool { return n.id == id })
}

// remove takes a node out of the store; work that still points to it then changes nothing that anybody sees.
func (n *node) remove() { n.home.drop(n.id) }

// having returns the node whose field has a value. The field may be a path: flags.default.
func (c *collection) having(field string, value any) *node {
	for _, n := range c.nodes {
		if v, there := at(n.doc, field); there && v == value {
			return n
		}
	}
	return nil
}

// of returns the nodes that belong to an owner, over any number of steps.
func (c *collection) of(owner *node) []*node {
	var out []*node
	for _, n := range c.nodes {
		if n.belongsTo(owner) {
			out = append(out, n)
		}
	}
	return out
}

func (n *node) belongsTo(owner *node) bool {
	for n = n.owner; n != nil; n = n.owner {
		if n == owner {
			return true
		}
	}
	return false
}

// owned returns the nearest owner of a kind, the node itself included: the organization of an environment.
func (n *node) owned(kind string) *node {
	for ; n != nil; n = n.owner {
		if n.kind == kind {
			return n
		}
	}
	return nil
}

// text returns a string field of the document, empty when there is none.
func (n *node) text(field string) string {
	v, _ := at(n.doc, field)
	s, _ := v.(string)
	return s
}

// flag says whether flags.name is true.
func (n *node) flag(name string) bool {
	v, _ := at(n.doc, "flags."+name)
	return v == true
}

func (n *node) setFlag(name string, on bool) {
	flags, _ := n.doc["flags"].(Doc)
	if flags == nil {
		flags = Doc{}
		n.doc["flags"] = flags
	}
	flags[name] = on
}

// label is the name for people, in messages and notifications.
func (n *node) label() string {
	for _, field := range []string{"label", "name", "hostname", "domain_name", "title"} {
		if s := n.text(field); s != "" {
			return s
		}
	}
	return n.id
}

// at follows a dotted path through nested documents.
func at(d Doc, path string) (any, bool) {
	for {
		field, rest, more := strings.Cut(path, ".")
		v, there := d[field]
		if !there && field == "created" { // backups are ordered and filtered by a name that their documents do not have
			v, there = d["started_at"]
		}
		if !there || !more {
			return v, there
		}
		if d, there = v.(Doc); !there {
			return nil, false
		}
		path = rest
	}
}

// copyDoc copies nested objects too, so that two documents do not share them.
func copyDoc(d Doc) Doc {
	out := make(Doc, len(d)+1)
	for k, v := range d {
		if inner, is := v.(Doc); is {
			v = copyDoc(inner)
		}
		out[k] = v
	}
	return out
}

func itoa(n int) string { return strconv.Itoa(n) }
