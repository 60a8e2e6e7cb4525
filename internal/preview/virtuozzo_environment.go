package preview

import (
	"slices"
	"strconv"
	"strings"
)

// environment shows the environment that the call names, and which of its nodes and domains the call reaches.
func (v virtuozzo) environment(l *look) {
	name := l.argument("env_name")
	if name == "" {
		return
	}
	info, err := v.get(l, name)
	if err != nil {
		l.doubt("environment "+name, err)
		return
	}
	status := virtuozzoStatus(first(info, "env.status"))
	groups := texts(info["envGroups"])
	l.detail("environment", describe(resource{name: first(info, "env.displayName"), facts: present(status, inGroups(groups))}, name))
	l.state("environment "+name+" status", status)
	v.running(l, name, status)
	l.detail("addresses", some(v.domains(info), 6))
	nodes := objects(info["nodes"])
	reached := v.reached(l, nodes)
	var shown []string
	for _, node := range reached {
		shown = append(shown, nodeText(node))
	}
	switch {
	case len(nodes) == len(reached) && v.wholeEnvironment(l):
		l.along("nodes", counted(shown, 6))
		l.along("domains of its own", counted(v.own(info), 6))
	case len(reached) > 0:
		l.detail("nodes that it reaches", counted(shown, 6))
	}
	v.compare(l, info, reached, groups)
}

// replaces implements replacer: all calls of this platform are POST requests.
func (v virtuozzo) replaces(l *look) error {
	if !v.updates(l) {
		return nil
	}
	info, err := v.get(l, l.argument("env_name"))
	if err == nil {
		v.compare(l, info, v.reached(l, objects(info["nodes"])), texts(info["envGroups"]))
	}
	return err
}

// updates tells the operations that compare knows.
func (virtuozzo) updates(l *look) bool {
	switch l.Op.Name {
	case "virtuozzo_topology_update", "virtuozzo_environment_rename", "virtuozzo_node_rename", "virtuozzo_node_cloudlets_set", "virtuozzo_env_group_set_env",
		"virtuozzo_environment_set_group", "virtuozzo_env_group_attach_env", "virtuozzo_environment_attach_group",
		"virtuozzo_env_group_detach_env", "virtuozzo_environment_detach_group":
		return true
	}
	return false
}

// wholeEnvironment tells operations that hit all that an environment is.
func (virtuozzo) wholeEnvironment(l *look) bool {
	switch l.Op.Name {
	case "virtuozzo_environment_delete", "virtuozzo_environment_stop", "virtuozzo_environment_sleep", "virtuozzo_environment_start",
		"virtuozzo_environment_migrate", "virtuozzo_topology_update", "virtuozzo_environment_clone":
		return true
	}
	return false
}

// reached are the nodes that the arguments pick: by number, by group (layer) or by type. None when they pick no nodes at all.
func (v virtuozzo) reached(l *look, nodes []map[string]any) []map[string]any {
	ids := append(texts(l.Args["node_id"]), texts(l.Args["node_ids"])...)
	for _, name := range []string{"node_id", "source_node_id", "target_node_id"} {
		if id := l.argument(name); id != "" {
			ids = append(ids, id)
		}
	}
	group, kind := l.argument("node_group"), l.argument("node_type")
	if v.wholeEnvironment(l) {
		return nodes
	}
	var list []map[string]any
	for _, node := range nodes {
		switch {
		case len(ids) > 0 && slices.Contains(ids, first(node, "id")),
			len(ids) == 0 && group != "" && first(node, "nodeGroup") == group,
			len(ids) == 0 && group == "" && kind != "" && first(node, "nodeType") == kind:
			list = append(list, node)
		}
	}
	return list
}

func nodeText(node map[string]any) string {
	addresses := some(texts(node["extIPs"]), 2)
	return describe(resource{name: first(node, "displayName", "nodeType"), facts: present(first(node, "nodeGroup"), first(node, "nodeType"), addresses)}, first(node, "id"))
}

// domains are the addresses at which visitors find the environment.
func (v virtuozzo) domains(info map[string]any) []string {
	return present(append([]string{first(info, "env.domain")}, v.own(info)...)...)
}

// own are the domains that people bound to the environment.
func (virtuozzo) own(info map[string]any) []string {
	var list []string
	for _, domain := range objects(field(info, "env.extDomains")) {
		list = append(list, first(domain, "domain"))
	}
	return append(list, texts(field(info, "env.extDomains"))...)
}

// compare tells old from new where the environment itself shows the old.
func (v virtuozzo) compare(l *look, info map[string]any, reached []map[string]any, groups []string) {
	now := strings.Join(groups, ", ")
	asked := texts(l.Args["groups"])
	switch l.Op.Name {
	case "virtuozzo_environment_rename":
		l.differs("display_name", first(info, "env.displayName"), l.argument("display_name"))
	case "virtuozzo_node_rename":
		if len(reached) == 1 {
			l.differs("display_name", first(reached[0], "displayName"), l.argument("display_name"))
		}
	case "virtuozzo_topology_update":
		v.topology(l, reached)
	case "virtuozzo_node_cloudlets_set":
		if len(reached) == 1 {
			l.differs("fixed_cloudlets", first(reached[0], "fixedCloudlets"), l.argument("fixed_cloudlets"))
			l.differs("flexible_cloudlets", first(reached[0], "flexibleCloudlets"), l.argument("flexible_cloudlets"))
		}
	case "virtuozzo_env_group_set_env", "virtuozzo_environment_set_group":
		l.differs("groups", now, strings.Join(asked, ", "))
	case "virtuozzo_env_group_attach_env", "virtuozzo_environment_attach_group":
		l.differs("groups", now, strings.Join(append(slices.Clone(groups), asked...), ", "))
	case "virtuozzo_env_group_detach_env", "virtuozzo_environment_detach_group":
		left := slices.DeleteFunc(slices.Clone(groups), func(g string) bool { return slices.Contains(asked, g) })
		l.differs("groups", now, strings.Join(left, ", "))
	}
}

// differs adds a change when there is one.
func (l *look) differs(field, before, after string) {
	if before != after {
		l.change(field, before, after)
	}
}

func inGroups(groups []string) string {
	if len(groups) == 0 {
		return ""
	}
	return "groups " + strings.Join(groups, ", ")
}

// virtuozzoStatus is an environment's status in words; the numbers are those of the vendor's client.
func virtuozzoStatus(number string) string {
	words := []string{"", "running", "stopped", "launching", "sleeping", "unknown", "being created", "being cloned", "not existing", "being exported",
		"migrating", "broken", "updating", "stopping", "going to sleep", "being restored"}
	for i, w := range words {
		if number == strconv.Itoa(i) {
			return w
		}
	}
	return number
}

// objects are the objects of a list.
func objects(v any) []map[string]any {
	items, _ := v.([]any)
	var list []map[string]any
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			list = append(list, object)
		}
	}
	return list
}
