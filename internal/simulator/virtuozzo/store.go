package virtuozzo

import "slices"

// store is a list of documents with numeric ids, in order of creation.
type store struct {
	last  int
	items []Doc
}

// add gives the document an id and keeps it.
func (s *store) add(d Doc) Doc {
	s.last++
	d["id"] = s.last
	s.items = append(s.items, d)
	return d
}

// put keeps a document of the demo data under its id.
func (s *store) put(id int, d Doc) Doc {
	s.last = max(s.last, id)
	d["id"] = id
	s.items = append(s.items, d)
	return d
}

// get returns a live document.
func (s *store) get(id int) (Doc, bool) {
	i := s.index(id)
	if i < 0 {
		return nil, false
	}
	return s.items[i], true
}

func (s *store) remove(id int) bool {
	i := s.index(id)
	if i < 0 {
		return false
	}
	s.items = slices.Delete(s.items, i, i+1)
	return true
}

func (s *store) index(id int) int {
	return slices.IndexFunc(s.items, func(d Doc) bool { return d["id"] == id })
}

// where returns the documents that keep says yes to.
func (s *store) where(keep func(Doc) bool) []Doc {
	var out []Doc
	for _, d := range s.items {
		if keep(d) {
			out = append(out, d)
		}
	}
	return out
}

// removeWhere deletes the documents that drop says yes to.
func (s *store) removeWhere(drop func(Doc) bool) { s.items = slices.DeleteFunc(s.items, drop) }
