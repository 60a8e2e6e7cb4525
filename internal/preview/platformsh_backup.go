package preview

import "cmp"

// backups shows the last backup of an environment that can be restored, and how many there are.
func (p platformsh) backups(l *look, id string) {
	last, good, err := p.restorable(l, id)
	if err != nil {
		l.doubt("last backup of "+id, err)
		return
	}
	label := "last backup"
	if l.Op.Name == "platformsh_environment_backup_delete" {
		label = "last backup that stays"
	}
	if last == nil {
		l.detail(label, "none")
		return
	}
	made := first(last, "created_at")
	l.detail(label, with(ago(made), append([]string{exactly(made)}, backupFacts(last)...)...))
	if l.Op.Name == "platformsh_environment_backup_create" {
		l.detail("backups now", text(good)+"; at the limit of the plan the oldest goes")
	}
}

// restorable is the last backup of an environment that can be restored, nil when there is none, and how many there are.
func (platformsh) restorable(l *look, id string) (last map[string]any, good int, err error) {
	list, err := l.list("platformsh_environment_backup_list", map[string]any{"project_id": l.Args["project_id"], "environment_id": id})
	for _, b := range list {
		restorable, known := b["restorable"].(bool)
		if status := first(b, "status"); status != "" && status != "CREATED" || known && !restorable {
			continue
		}
		if first(b, "id") == l.argument("backup_id") && l.Op.Name == "platformsh_environment_backup_delete" {
			continue
		}
		good++
		if last == nil || first(b, "created_at") > first(last, "created_at") {
			last = b
		}
	}
	return last, good, err
}

// backupFirst offers a backup of an environment that runs; the platform makes none of one that does not.
func (p platformsh) backupFirst(l *look, id string) {
	if environment, err := p.environment(l, id); err == nil {
		p.offer(l, id, environment)
	}
}

func (p platformsh) offer(l *look, id string, environment map[string]any) {
	if status := first(environment, "status"); status != "active" && status != "dirty" {
		return
	}
	last, _, _ := p.restorable(l, id) // that backups cannot be read is said where they are shown
	l.mu.Lock()
	defer l.mu.Unlock()
	l.target.First = []Step{{Tool: "platformsh_environment_backup_create", Args: map[string]any{"project_id": l.Args["project_id"],
		"environment_id": id}, Last: first(last, "created_at")}}
}

// restore shows what is overwritten: the environment that the call names for it, or the one that the backup comes from.
func (p platformsh) restore(l *look) {
	target := cmp.Or(l.argument("environment_name"), l.argument("environment_id"))
	kind := l.target.Kind
	if kind.Note != "" || kind.Doubt != "" { // it is made by the restore, or nobody knows
		if from := l.argument("branch_from"); from != "" {
			l.detail("new environment branches from", from)
		}
		return
	}
	var environment map[string]any
	if target == l.argument("environment_id") {
		environment, _ = p.environment(l, target) // that it cannot be read is said already
		l.detail("overwritten", "the same environment")
	} else if list, err := p.environmentList(l); err == nil {
		environment = byID(list, target)
		r := p.environmentResource(environment)
		l.detail("overwritten", describe(r, target))
		l.states("overwritten", r)
	}
	if environment == nil {
		return
	}
	l.inOrder(func(l *look) { p.backups(l, target) }, func(l *look) { p.addressesOf(l, environment) })
	p.offer(l, target, environment)
}
