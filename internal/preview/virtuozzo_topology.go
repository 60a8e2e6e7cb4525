package preview

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// layer is all nodes of one group: how many there are, what they run, and what each of them may use.
type layer struct {
	kind            string
	count           int
	fixed, flexible string
}

func (l layer) String() string {
	if l.count == 0 {
		return ""
	}
	return with(fmt.Sprintf("%d × %s", l.count, l.kind), cloudlets(l.fixed, l.flexible))
}

func cloudlets(fixed, flexible string) string {
	if fixed == "" && flexible == "" {
		return ""
	}
	return fixed + " to " + flexible + " cloudlets"
}

// topology compares the layers that an environment has with those that it is to have. A layer that the call leaves out goes with its
// data.
func (virtuozzo) topology(l *look, nodes []map[string]any) {
	now, then := layers(nodes), layers(objects(l.Args["nodes"]))
	names := slices.Collect(maps.Keys(now))
	for name := range then {
		if _, has := now[name]; !has {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		l.differs("layer "+name, now[name].String(), then[name].String())
	}
}

// layers groups nodes as an environment lists them, one by one, or as a topology asks for them, with a count.
func layers(nodes []map[string]any) map[string]layer {
	all := map[string]layer{}
	for _, node := range nodes {
		name := first(node, "nodeGroup", "nodeType")
		one := all[name]
		many, err := strconv.Atoi(first(node, "count"))
		if err != nil {
			many = 1
		}
		one.count += many
		one.kind, one.fixed, one.flexible = first(node, "nodeType"), first(node, "fixedCloudlets"), first(node, "flexibleCloudlets")
		all[name] = one
	}
	return all
}
