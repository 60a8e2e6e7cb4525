package preview

import "paasmcp/schemas"

// NeedOf is one need of the tables, for tests.
type NeedOf struct {
	At, Read, In string
	Key          string
	Taken        bool
	About        func(operation string) bool // without the platform's name
	Skips        func(value string) bool
	Flag         string
}

// NeedsOf are all needs of a platform.
func NeedsOf(platform schemas.Platform) []NeedOf {
	var list []NeedOf
	for _, n := range dialectOf(platform).needs() {
		skip := n.skip
		if skip == nil {
			skip = func(string) bool { return false }
		}
		list = append(list, NeedOf{n.at, n.read, n.in, n.keys[0], n.taken, n.about, skip, n.flag})
	}
	return list
}
