package secrets

import (
	"fmt"
	"math/bits"
	"strings"
)

// maxSteps bounds the segments of all paths of one row, see set.
const maxSteps = 256

// set is a set of positions in paths, one bit each. Bits instead of a tree of maps keep a walk free of allocations.
type set [maxSteps / 64]uint64

func (s *set) add(i int) { s[i/64] |= 1 << (i % 64) }

// step is one segment of a path. Reaching past a step that is last means that the field is secret.
type step struct {
	kind byte // 'n' a name, '*' any key, 'd' any depth
	name string
	last bool
}

// paths holds the segments of all paths one after the other. A path is matched as a small automaton: position i is
// waiting for a key that fits step i, and moves on to i+1.
type paths struct {
	steps []step
	heads set // the first step of each path
}

func parsePaths(list []string) (paths, error) {
	var p paths
	for _, text := range list {
		begin := len(p.steps)
		for part := range strings.SplitSeq(text, ".") {
			// Lists need no step of their own: the walk reaches through every list.
			name := strings.TrimSuffix(part, "[]")
			switch {
			case name == "" && part == "[]" && len(p.steps) == begin:
				continue // [].value: the answer itself is the list
			case name == "", strings.ContainsAny(name, "[]"), strings.Contains(name, "*") && name != "*" && name != "**":
				return paths{}, fmt.Errorf("secret path %q: %q is not a segment; write a.b, items[].value, env.* or **.token", text, part)
			case name == "**":
				p.steps = append(p.steps, step{kind: 'd'})
			case name == "*":
				p.steps = append(p.steps, step{kind: '*'})
			default:
				p.steps = append(p.steps, step{kind: 'n', name: name})
			}
		}
		if len(p.steps) == begin || p.steps[len(p.steps)-1].kind == 'd' {
			return paths{}, fmt.Errorf("secret path %q: it must end with a key or *", text)
		}
		if len(p.steps) > maxSteps {
			return paths{}, fmt.Errorf("secret path %q: the paths of one row have more than %d segments", text, maxSteps)
		}
		p.steps[len(p.steps)-1].last = true
		p.enter(&p.heads, begin)
	}
	return p, nil
}

func (p *paths) start() set { return p.heads }

// enter puts position i into s. "Any depth" may also be no depth at all, so the position after it is entered too.
func (p *paths) enter(s *set, i int) {
	s.add(i)
	if p.steps[i].kind == 'd' {
		p.enter(s, i+1)
	}
}

// step moves every position that fits the key one on, and reports whether a path ends at this key. Names match without
// regard to case: showing a secret because a row spells its key differently is the worse mistake.
func (p *paths) step(at set, key string) (next set, hit bool) {
	for w, word := range at {
		for ; word != 0; word &= word - 1 {
			i := w*64 + bits.TrailingZeros64(word)
			s := p.steps[i]
			switch {
			case s.kind == 'd':
				p.enter(&next, i)
			case s.kind == '*', strings.EqualFold(s.name, key):
				if s.last {
					return set{}, true
				}
				p.enter(&next, i+1)
			}
		}
	}
	return next, false
}
