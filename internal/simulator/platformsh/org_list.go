package platformsh

// list says how one cursor list is filtered, sorted and paged.
type list struct {
	key     string // field with the id, for the cursor
	max     int    // largest page[size]
	count   bool   // the answer carries the total
	filters []string
	sorts   []string
}

// listPage filters, sorts and cuts out one page.
func listPage(r *Request, docs []Doc, l list) (Doc, error) {
	docs, err := filterDocs(r, docs, l.filters...)
	if err != nil {
		return nil, err
	}
	if docs, err = sortDocs(r, docs, l.sorts...); err != nil {
		return nil, err
	}
	return cursorPage(r, docs, l.key, l.max, l.count)
}

// items replaces the stored documents of a page by what the caller sees of them.
func items(page Doc, view func(Doc) Doc) {
	if docs, ok := page["items"].([]Doc); ok {
		page["items"] = each(docs, view)
	}
}

// rename moves the list of a page to the key that a resource uses instead of items.
func rename(page Doc, key string) Doc {
	page[key] = page["items"]
	delete(page, "items")
	return page
}
