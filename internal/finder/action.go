package finder

import (
	"sync"

	"paasmcp/schemas"
)

// action is what an operation does, or what a need asks to be done, roughly. It tells list from get and add from remove
// where the words about the resource are the same.
type action int

const (
	unknown action = iota
	list
	get
	create
	remove
	update
	enable
	disable
	toggle // enables or disables
	act    // some other change
	look   // a need that is answered by reading, one thing or a list
)

var actionNamed = map[string]action{
	"list": list, "get": get, "create": create, "delete": remove, "update": update, "enable": enable, "disable": disable,
	"toggle": toggle, "act": act,
}

func (a action) reads() bool { return a == list || a == get || a == look }

// actionOf takes the last verb of the name, because names are resource first, and otherwise goes by the risk.
func (x *indexer) actionOf(r *schemas.Row, name []int32) action {
	does := unknown
	for _, id := range name {
		if a, ok := x.words.rowVerbs[x.stems[id]]; ok {
			does = a
		}
	}
	switch {
	case r.IsList && r.IsRead():
		return list
	case r.IsRead() && !does.reads():
		return get
	case !r.IsRead() && (does == unknown || does.reads()):
		return act
	}
	return does
}

// plainVerbs are the verbs that say no more than the action of a row does.
var plainVerbs = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, verb := range []string{"list", "get", "create", "delete", "update", "add", "set"} {
		set[stemOf(verb)] = true
	}
	return set
})

// agreement says how well a row's action answers the wanted one: from 1, the same, to -1, the opposite.
func agreement(want, have action) float64 {
	switch {
	case want == unknown: // a resource without a verb: looking at it is the first step
		switch have {
		case list:
			return 0.25
		case get:
			return 0.15
		}
		return 0
	case want == look && have == list:
		return 1 // nobody knows the id of what is wrong
	case want == look && have == get:
		return 0.8
	case want == have:
		return 1
	case want.reads() && have.reads():
		return 0.6
	case want.reads() != have.reads():
		return -0.7
	case want == remove && have == create, want == create && have == remove, want == enable && have == disable, want == disable && have == enable:
		return -1
	case want == toggle || have == toggle:
		if want == enable || want == disable || have == enable || have == disable {
			return 0.8
		}
		return 0
	case want == disable && have == remove, want == enable && have == create, want == update && have == create, want == create && have == update:
		return 0.3
	case want == act, have == act:
		return 0.2
	case (want == enable || want == disable) && have == update, want == update && (have == enable || have == disable):
		return 0.3
	}
	return -0.2
}
