package apiclient

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
)

// rows pages with startRow, counted from 0, and resultCount in the form. A size key such as search.resultCount means
// that both stand inside the JSON of the form field search.
type rows struct{}

func (rows) ask(r *Request, at position, want int) *Request {
	paging := r.Op.Paging
	if paging.Max > 0 {
		want = min(want, paging.Max)
	}
	out := *r
	field, size, nested := strings.Cut(paging.Size, ".")
	if !nested {
		out.Body = appendForm(r.Body, pairs{{"startRow", strconv.Itoa(at.Page)}, {paging.Size, strconv.Itoa(want)}})
		return &out
	}
	form := formOf(r)
	object := formObject(form, field)
	object["startRow"], object[size] = at.Page, want
	text, err := compact(object)
	if err != nil {
		return r // not reachable: the object was decoded from JSON
	}
	form.Set(field, string(text))
	var all pairs
	for key, values := range form {
		for _, value := range values {
			all = append(all, pair{key, value})
		}
	}
	out.Body = []byte(all.encode())
	return &out
}

func (rows) after(_ *Request, at position, p listing) (position, bool) {
	next := position{Page: at.Page + len(p.items)}
	if total, ok := dig(p.envelope, "totalCount").(json.Number); ok {
		if n, err := strconv.Atoi(total.String()); err == nil {
			return next, len(p.items) > 0 && next.Page < n
		}
	}
	return next, len(p.items) > 0 && len(p.items) >= p.asked
}

// formOf reads the form that Build made.
func formOf(r *Request) url.Values {
	form, _ := url.ParseQuery(string(r.Body))
	return form
}

// formObject reads a form field that holds a JSON object; empty when it is missing or holds something else.
func formObject(form url.Values, field string) map[string]any {
	object := map[string]any{}
	dec := json.NewDecoder(strings.NewReader(form.Get(field)))
	dec.UseNumber()
	if dec.Decode(&object) != nil || object == nil {
		return map[string]any{}
	}
	return object
}
