package related

import (
	"net/url"
	"strings"

	"paasmcp/schemas"
)

// Resolve finds the operation of a call on the wire, such as "GET /projects/abc/environments/main", and the arguments that
// stand in its path. Where two paths fit, the one with more words of its own counts.
func (m *Map) Resolve(platform schemas.Platform, call string) (name string, args map[string]string) {
	m.read()
	method, path, _ := strings.Cut(strings.TrimSpace(call), " ")
	path, _, _ = strings.Cut(path, "?")
	given := strings.Split(strings.Trim(path, "/"), "/")
	fewest := len(given) + 1
	for i := range m.rows {
		r := &m.rows[i]
		if r.Platform != platform || !strings.EqualFold(r.method, method) || len(r.holes) >= fewest {
			continue
		}
		if found, ok := r.matches(given); ok {
			name, args, fewest = r.Name, found, len(r.holes)
		}
	}
	return name, args
}

func (r *row) matches(given []string) (map[string]string, bool) {
	own := strings.Split(strings.Trim(r.path, "/"), "/")
	if len(own) != len(given) {
		return nil, false
	}
	args := map[string]string{}
	n := 0
	for i, word := range own {
		switch {
		case word == "{}":
			value, err := url.PathUnescape(given[i])
			if err != nil || value == "" {
				return nil, false
			}
			args[r.holes[n]] = value
			n++
		case !strings.EqualFold(word, given[i]):
			return nil, false
		}
	}
	return args, true
}
