package preview

import (
	"cmp"
	"errors"
	"slices"
)

// deactivate shows what is erased: databases, files, and the addresses that stop answering.
func (p platformsh) deactivate(l *look) {
	id := l.argument("environment_id")
	l.inOrder(
		func(l *look) { p.backups(l, id) },
		func(l *look) { p.services(l, id) },
		func(l *look) { p.addresses(l, id) },
		func(l *look) { p.children(l, "children, which stay") },
	)
	p.backupFirst(l, id)
}

// deleteEnvironment shows the commits that are lost with the branch: the data is gone already, because only an inactive
// environment can be deleted.
func (p platformsh) deleteEnvironment(l *look) {
	id := l.argument("environment_id")
	l.inOrder(
		func(l *look) {
			if environment, err := p.environment(l, id); err == nil {
				l.along("Git branch", with(first(environment, "name", "id"), prefixed("commit ", short(first(environment, "head_commit"))), lead(environment)))
				if status := first(environment, "status"); status != "" && status != "inactive" {
					l.impossible("the environment is %s; platformsh_environment_deactivate comes first", status)
				}
			}
		},
		func(l *look) { p.children(l, "children") },
		func(l *look) { p.backups(l, id) },
	)
}

// lead says what a branch has that its parent lacks.
func lead(environment map[string]any) string {
	ahead := countOf(environment, "merge_info.commits_ahead", "commit")
	switch ahead {
	case "":
		return ""
	case "0 commits":
		ahead = "nothing"
	}
	return ahead + " that its parent lacks"
}

// activate shows where the data comes from and how many of the plan's environments are in use.
func (p platformsh) activate(l *look) {
	l.inOrder(
		func(l *look) {
			environment, err := p.environment(l, l.argument("environment_id"))
			if err != nil {
				return // said already where it was read as a part of the target
			}
			if clone, known := environment["clone_parent_on_create"].(bool); known && !clone {
				l.detail("data", "none: it starts empty")
			} else if parent := first(environment, "parent"); parent != "" {
				p.source(l, "data copied from", parent)
			}
		},
		func(l *look) { p.slots(l) },
	)
}

// branch shows what is copied, and whether the name is taken.
func (p platformsh) branch(l *look) {
	l.detail("new environment", with(l.argument("title"), l.argument("name"), "type "+cmp.Or(l.argument("type"), "development")))
	if clone, given := l.Args["clone_parent"].(bool); given && !clone {
		l.detail("data", "none: it starts empty")
	} else if parent, err := p.environment(l, l.argument("environment_id")); err == nil {
		l.detail("data", with("copied from the environment above", prefixed("type ", first(parent, "type"))))
	}
	p.slots(l)
}

// updateEnvironment shows who is let in and whose data flows where. A new title needs no more than the change itself.
func (p platformsh) updateEnvironment(l *look) {
	if parent := l.argument("parent"); parent != "" {
		p.source(l, "new parent", parent)
	}
	if access, given := l.Masked["http_access"].(map[string]any); given {
		names, _ := access["basic_auth"].(map[string]any)
		rules, _ := access["addresses"].([]any)
		l.detail("password and address rules", with(switched(access["is_enabled"]), count(len(names), "user name"), count(len(rules), "address rule")))
		p.addresses(l, l.argument("environment_id"))
	}
}

// switched is empty where the call leaves the switch as it is.
func switched(v any) string {
	switch on, known := v.(bool); {
	case !known:
		return "as before"
	case on:
		return "on"
	default:
		return "off"
	}
}

// parentOf is the parent of an environment, without which it can be neither merged nor synchronized.
func (l *look) parentOf(environment map[string]any) string {
	parent, said := environment["parent"]
	switch name := text(parent); {
	case name != "":
		return name
	case said:
		l.impossible("the environment has no parent; platformsh_environment_update can give it one")
	default:
		l.doubt("the parent", errors.New("the platform does not say which it is"))
	}
	return ""
}

// platformshStates are the operations that do not work on an environment in some states.
var platformshStates = map[string][]string{
	"platformsh_environment_activate":      {"active"},
	"platformsh_environment_resume":        {"active", "inactive"},
	"platformsh_environment_pause":         {"paused", "inactive"},
	"platformsh_environment_redeploy":      {"inactive", "paused"},
	"platformsh_environment_backup_create": {"inactive", "paused"},
	"platformsh_runtime_operation_run":     {"inactive", "paused"},
}

// state refuses what the state of the environment does not allow.
func (p platformsh) state(l *look) {
	states, ok := platformshStates[l.Op.Name]
	if !ok {
		return
	}
	environment, err := p.environment(l, l.argument("environment_id"))
	if status := first(environment, "status"); err == nil && slices.Contains(states, status) {
		l.impossible("the environment is %s", status)
	}
}

// merge shows the environment that changes, which the call does not name: the parent.
func (p platformsh) merge(l *look) {
	child, err := p.environment(l, l.argument("environment_id"))
	if err != nil {
		return
	}
	parent := l.parentOf(child)
	if parent == "" {
		return
	}
	l.inOrder(
		func(l *look) {
			into, err := p.environment(l, parent)
			if err != nil {
				l.doubt("the parent "+parent, err)
				return
			}
			r := p.environmentResource(into)
			l.detail("merged into", describe(r, parent))
			l.states("parent", r)
			l.change("code of the parent", short(first(into, "head_commit")), prefixed("merged with ", short(first(child, "head_commit"))))
			l.target.Name = parent // it is what changes, though the call names the child
		},
		func(l *look) { p.addresses(l, parent) },
		func(l *look) { p.backups(l, parent) },
	)
	if ahead := first(child, "merge_info.commits_ahead"); ahead != "" {
		l.detail("new commits", ahead)
	}
	p.backupFirst(l, parent)
}

// synchronize shows where code and data come from, and what is overwritten.
func (p platformsh) synchronize(l *look) {
	id := l.argument("environment_id")
	environment, err := p.environment(l, id)
	if err != nil {
		return
	}
	parent := l.parentOf(environment)
	given := func(name string) bool { on, _ := l.Args[name].(bool); return on }
	if parent == "" {
		return
	}
	p.source(l, "overwritten from", parent)
	if given("synchronize_data") {
		l.inOrder(func(l *look) { p.services(l, id) }, func(l *look) { p.backups(l, id) })
	}
	if given("rebase") {
		l.along("branch", with("its commits are rewritten", lead(environment)))
	}
	if given("synchronize_data") || given("rebase") {
		p.backupFirst(l, id)
	}
}

// deploy shows what goes live.
func (p platformsh) deploy(l *look) {
	id := l.argument("environment_id")
	l.inOrder(
		func(l *look) { p.addresses(l, id) },
		func(l *look) { p.backups(l, id) },
		func(l *look) {
			if l.Op.Name != "platformsh_environment_deploy" {
				return
			}
			staged, err := l.list("platformsh_environment_activity_list", map[string]any{"project_id": l.Args["project_id"], "environment_id": id,
				"state": []any{"staged"}})
			if err != nil {
				l.doubt("what is staged", err)
				return
			}
			var what []string
			for _, activity := range staged {
				what = append(what, first(activity, "text", "type"))
			}
			l.detail("staged changes", cmp.Or(counted(what, 3), "none: there is nothing to deploy"))
		},
	)
	if l.Op.Name == "platformsh_environment_initialize" {
		l.detail("code from", l.argument("repository"))
		return // only an empty project can be initialized: there is nothing to back up
	}
	p.backupFirst(l, id)
}

// source describes an environment that is only read from.
func (p platformsh) source(l *look, label, id string) {
	environment, err := p.environment(l, id)
	if err != nil {
		l.doubt(label+" "+id, err)
		return
	}
	l.detail(label, describe(p.environmentResource(environment), id))
}

// environmentName is an environment in a list: its name, type and status.
func environmentName(environment map[string]any) string {
	return with(first(environment, "id", "name"), first(environment, "type"), first(environment, "status"))
}

// children lists the environments below the one of the call.
func (p platformsh) children(l *look, label string) {
	list, err := p.environmentList(l)
	if err != nil {
		l.doubt("children", err)
		return
	}
	var names []string
	for _, environment := range list {
		if first(environment, "parent") == l.argument("environment_id") {
			names = append(names, environmentName(environment))
		}
	}
	l.along(label, counted(names, 5))
}

// slots says how many active environments there are and how many the plan has room for.
func (p platformsh) slots(l *look) {
	list, err := p.environmentList(l)
	if err != nil {
		l.doubt("active environments", err)
		return
	}
	active := 0
	for _, environment := range list {
		if status := first(environment, "status"); status != "inactive" && status != "deleting" {
			active++
		}
	}
	limit := ""
	if project, err := p.project(l); err == nil { // otherwise it is said already that it cannot be read
		limit = prefixed("the plan allows ", first(project, "subscription.environments"))
	}
	l.detail("active environments now", with(text(active), limit))
}
