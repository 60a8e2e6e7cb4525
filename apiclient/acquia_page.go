package apiclient

import "strconv"

// indexed pages by the index of the first item, in the key offset.
type indexed struct{}

func (indexed) ask(r *Request, at position, want int) *Request {
	return withOffset(r, at.Page, want)
}

func (indexed) after(_ *Request, at position, p listing) (position, bool) {
	next := position{Page: at.Page + len(p.items)}
	return next, goesOn(next.Page, p.asked, p)
}

// offsetPages is for the newer lists, where the key offset is the number of a page and starts at 1. All pages have the
// size of the first one, or the numbers would count something else from one call to the next.
type offsetPages struct{}

func (offsetPages) ask(r *Request, at position, want int) *Request {
	if at.Size > 0 {
		want = at.Size
	}
	return withOffset(r, at.Page, want)
}

func (offsetPages) after(_ *Request, at position, p listing) (position, bool) {
	size := at.Size
	if size == 0 {
		size = p.asked
	}
	next := position{Page: max(at.Page, 1) + 1, Size: size, Had: at.Had + len(p.items)}
	return next, goesOn(next.Had, size, p)
}

// goesOn reports whether items are left behind the first n, after a page of which so many were asked.
func goesOn(n, asked int, p listing) bool {
	if total := totalOf(p.envelope); total >= 0 {
		return len(p.items) > 0 && n < total
	}
	return len(p.items) >= asked // without a total only a short page shows the end
}

func withOffset(r *Request, offset, size int) *Request {
	r = r.withQuery(sizeKey(r, size))
	if offset > 0 {
		r = r.withQuery("offset=" + strconv.Itoa(offset))
	}
	return r
}
