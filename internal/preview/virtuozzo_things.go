package preview

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// listed says where the name behind a number can be looked up: the list that has it, and which of its fields people know it by.
type listed struct {
	list   string
	inside bool // the list is one environment's
	name   []string
	facts  []string
}

// virtuozzoThings are the arguments that name something by a number only.
var virtuozzoThings = sync.OnceValue(func() map[string]listed {
	return map[string]listed{
		"member_id":        {list: "virtuozzo_member_list", name: []string{"email", "memberDisplayName"}, facts: []string{"memberDisplayName", "status"}},
		"collaboration_id": {list: "virtuozzo_collaboration_list", name: []string{"displayName", "ownerDisplayName"}, facts: []string{"email", "status"}},
		"role_id":          {list: "virtuozzo_role_list", name: []string{"name"}, facts: []string{"description"}},
		"policy_id":        {list: "virtuozzo_policy_list", name: []string{"name"}, facts: []string{"description", "behavior"}},
		"token_id":         {list: "virtuozzo_token_list", name: []string{"description"}, facts: []string{"lastUsed"}},
		"cert_id":          {list: "virtuozzo_ssl_cert_list", name: []string{"domains"}, facts: []string{"issuedBy", "sslType"}},
		"cert_ids":         {list: "virtuozzo_ssl_cert_list", name: []string{"domains"}, facts: []string{"issuedBy", "sslType"}},
		"repo_id":          {list: "virtuozzo_repo_list", name: []string{"name"}, facts: []string{"url", "branch"}},
		"task_id":          {list: "virtuozzo_scheduled_task_list", name: []string{"description", "script"}, facts: []string{"script", "trigger"}},
		"trigger_id":       {list: "virtuozzo_trigger_list", inside: true, name: []string{"name"}, facts: []string{"nodeGroup"}},
		"endpoint_id":      {list: "virtuozzo_endpoint_list", inside: true, name: []string{"name"}, facts: []string{"domain", "privatePort", "publicPort"}},
		"rule_id":          {list: "virtuozzo_firewall_rule_list", inside: true, name: []string{"name"}, facts: []string{"action", "direction", "protocol", "ports", "src"}},
		"rule_ids":         {list: "virtuozzo_firewall_rule_list", inside: true, name: []string{"name"}, facts: []string{"action", "direction", "protocol", "ports", "src"}},
	}
})

// virtuozzoNumbers is what the argument ids means, which many operations have.
var virtuozzoNumbers = sync.OnceValue(func() map[string]listed {
	return map[string]listed{
		"virtuozzo_token_delete":           virtuozzoThings()["token_id"],
		"virtuozzo_scheduled_task_delete":  virtuozzoThings()["task_id"],
		"virtuozzo_shared_resource_remove": {list: "virtuozzo_shared_resource_list", name: []string{"resourceId"}, facts: []string{"type", "memberId"}},
	}
})

// things names what the call names by number.
func (v virtuozzo) things(l *look) {
	for i := range l.Op.Params {
		argument := l.Op.Params[i].Name
		where, ok := virtuozzoThings()[argument]
		switch {
		case argument == "ids":
			where, ok = virtuozzoNumbers()[l.Op.Name]
		case argument == "rule" && l.Op.Name == "virtuozzo_firewall_rule_update": // the one id inside of what is sent
			where, ok = virtuozzoThings()["rule_id"], true
		case argument == "collaboration_id" && strings.HasPrefix(l.Op.Name, "virtuozzo_shared_resource_"):
			where = virtuozzoThings()["member_id"] // whoever shares sees the collaboration as a member
		}
		if _, given := l.Args[argument]; ok && given {
			v.thing(l, argument, where)
		}
	}
}

func (virtuozzo) thing(l *look, argument string, where listed) {
	args := map[string]any{}
	if where.inside {
		args["env_name"] = l.Args["env_name"]
	}
	what := strings.TrimSuffix(label(argument), "s")
	list, whole, err := l.listed(where.list, "", args)
	if err != nil {
		l.doubt(what, err)
		return
	}
	for _, id := range l.numbers(argument) {
		i := slices.IndexFunc(list, func(thing map[string]any) bool { return first(thing, "id") == id })
		if i < 0 {
			var there []string
			for _, thing := range list {
				there = append(there, with(first(thing, "id"), first(thing, where.name...)))
			}
			l.absent(what, id, there, whole, where.list)
			continue
		}
		r := resource{name: first(list[i], where.name...)}
		for _, name := range where.facts {
			if fact := first(list[i], name); fact != "" && fact != r.name {
				r.facts = append(r.facts, fact)
			}
		}
		l.detail(what, describe(r, id))
		l.state(what+" "+id, describe(r, id))
		replaced(l, argument, list[i])
	}
}

// replaced tells what an update of a listed thing replaces: its arguments, or the members of the one object that it takes, have the
// names of what the list shows.
func replaced(l *look, id string, now map[string]any) {
	if !strings.HasSuffix(l.Op.Name, "_update") && !strings.HasSuffix(l.Op.Name, "_rename") && !strings.HasSuffix(l.Op.Name, "_toggle") {
		return
	}
	for i := range l.Op.Params {
		p := &l.Op.Params[i]
		value, given := l.Args[p.Name]
		old, has := now[p.WireName()]
		switch members, object := value.(map[string]any); {
		case !given || p.Name == id && !object || p.Name == "env_name":
		case !reflect.DeepEqual(l.Masked[p.Name], value):
			l.change(p.Name, show(old), hiddenNew)
		case has && !equal(old, value):
			l.differ(p.Name, old, value)
		case !has && object:
			for _, name := range slices.Sorted(maps.Keys(members)) {
				if old, has := now[name]; has && !equal(old, members[name]) {
					l.differ(p.Name+"."+name, old, members[name])
				}
			}
		}
	}
}

// numbers are the ids of an argument: one, a list, or several with commas between.
func (l *look) numbers(argument string) []string {
	ids := texts(l.Args[argument])
	if object, ok := l.Args[argument].(map[string]any); ok {
		ids = append(ids, first(object, "id"))
	}
	for id := range strings.SplitSeq(l.argument(argument), ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// variables tells which of the variables that a call sets or removes exist already. Values are never shown.
func (virtuozzo) variables(l *look) {
	var given []string
	switch l.Op.Name {
	case "virtuozzo_env_vars_add", "virtuozzo_env_vars_replace", "virtuozzo_env_vars_replace_by_group":
		vars, _ := l.Args["vars"].(map[string]any)
		for name := range vars {
			given = append(given, name)
		}
	case "virtuozzo_env_vars_remove":
		given = l.numbers("names")
	default:
		return
	}
	slices.Sort(given)
	read, args := "virtuozzo_env_vars_get_by_group", map[string]any{"env_name": l.Args["env_name"], "node_group": l.Args["node_group"]}
	switch {
	case l.argument("node_id") != "":
		read, args = "virtuozzo_env_vars_get", map[string]any{"env_name": l.Args["env_name"], "node_id": l.Args["node_id"]}
	case l.argument("node_group") == "":
		return // all nodes: each may have its own
	}
	answer, err := l.object(read, args)
	if err != nil {
		l.doubt("variables", err)
		return
	}
	now, _ := answer["object"].(map[string]any)
	replaces := strings.HasPrefix(l.Op.Name, "virtuozzo_env_vars_replace")
	for _, name := range given {
		_, has := now[name]
		switch {
		case l.Op.Name == "virtuozzo_env_vars_remove" && has:
			l.change(name, hiddenOld, "")
		case l.Op.Name == "virtuozzo_env_vars_remove":
		case has:
			l.change(name, hiddenOld, hiddenNew)
		default:
			l.change(name, "", hiddenNew)
		}
	}
	var lost []string
	for name := range now {
		if replaces && !slices.Contains(given, name) {
			lost = append(lost, name)
		}
	}
	slices.Sort(lost)
	l.along("variables that are removed", counted(lost, 10))
}
