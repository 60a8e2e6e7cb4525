package platformsh

import (
	"iter"
	"slices"
)

// Collection is a list of documents with ids, in order of creation.
type Collection struct {
	ids  []string
	docs map[string]Doc
}

// Get returns a live document.
func (c *Collection) Get(id string) (Doc, bool) {
	d, ok := c.docs[id]
	return d, ok
}

// Put adds a document or replaces the one with this id, keeping its place.
func (c *Collection) Put(id string, d Doc) {
	if c.docs == nil {
		c.docs = map[string]Doc{}
	}
	if _, there := c.docs[id]; !there {
		c.ids = append(c.ids, id)
	}
	c.docs[id] = d
}

// Delete removes a document and says whether it was there.
func (c *Collection) Delete(id string) bool {
	if _, there := c.docs[id]; !there {
		return false
	}
	delete(c.docs, id)
	c.ids = slices.DeleteFunc(c.ids, func(x string) bool { return x == id })
	return true
}

// Len counts the documents.
func (c *Collection) Len() int { return len(c.ids) }

// All walks the documents in order of creation. The collection must not change meanwhile.
func (c *Collection) All() iter.Seq2[string, Doc] {
	return func(yield func(string, Doc) bool) {
		for _, id := range c.ids {
			if !yield(id, c.docs[id]) {
				return
			}
		}
	}
}

// Docs returns the documents in order of creation.
func (c *Collection) Docs() []Doc {
	out := make([]Doc, 0, len(c.ids))
	for _, id := range c.ids {
		out = append(out, c.docs[id])
	}
	return out
}
