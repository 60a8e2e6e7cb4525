package preview

import "strings"

// reach shows how far a change of people and teams goes.
func (p platformsh) reach(l *look) {
	switch strings.TrimPrefix(l.Op.Name, "platformsh_") {
	case "team_update", "team_delete", "team_member_create", "team_member_delete":
		p.teamProjects(l)
	case "org_member_delete":
		list, err := l.list("platformsh_user_extended_access_list", l.these("user_id"))
		if err != nil {
			l.doubt("what they lose", err)
			return
		}
		var projects []string
		for _, grant := range list {
			if first(grant, "resource_type") == "project" && first(grant, "organization_id") == l.argument("organization_id") {
				projects = append(projects, with(first(grant, "resource_id"), may(grant["permissions"])))
			}
		}
		l.along("projects they lose", counted(projects, 4))
	case "org_delete":
		l.inOrder(
			func(l *look) {
				p.belongings(l, "projects", "platformsh_org_project_list", l.these("organization_id"), "title", "id")
			},
			func(l *look) {
				p.belongings(l, "teams", "platformsh_team_list",
					map[string]any{"filter_organization_id": map[string]any{"eq": l.Args["organization_id"]}}, "label", "id")
			},
			func(l *look) {
				if list, err := l.list("platformsh_org_member_list", l.these("organization_id")); err != nil {
					l.doubt("members", err)
				} else {
					l.along("members", atLeast(len(list)))
				}
			},
		)
	case "org_mfa_enforcement_enable", "org_mfa_enforcement_disable":
		p.secondFactor(l)
	case "org_voucher_apply":
		l.detail("voucher", text(l.Masked["code"]))
	case "ssh_key_create":
		l.detail("fingerprint", fingerprint(l.argument("value")))
		if l.argument("user_id") == "" {
			p.me(l, "key of")
		}
		l.detail("may then", "log in and push code wherever this person may")
	case "user_api_token_create":
		l.detail("may then", "everything that this person may, until it is deleted")
	case "user_email_change":
		if user, err := l.object("platformsh_user_get", l.these("user_id")); err == nil {
			l.change("email", first(user, "email"), l.argument("email_address"))
		}
	case "project_activity_cancel", "environment_activity_cancel":
		activity, err := l.object(strings.TrimSuffix(l.Op.Name, "cancel")+"get", l.Args)
		if state := first(activity, "state"); err == nil && (state == "complete" || state == "cancelled") {
			l.impossible("the activity is over: it is %s", state)
		}
	case "ticket_update":
		p.ticket(l)
	}
}

// teamProjects lists the projects in which the rights of a team count.
func (p platformsh) teamProjects(l *look) {
	p.belongings(l, "projects of the team", "platformsh_team_project_access_list", l.these("team_id"), "project_title", "project_id")
}

func (platformsh) belongings(l *look, what, tool string, args map[string]any, fields ...string) {
	list, err := l.list(tool, args)
	if err != nil {
		l.doubt(what, err)
		return
	}
	l.along(what, counted(names(list, fields...), 5))
}

// secondFactor tells whether the members need one now.
func (platformsh) secondFactor(l *look) {
	now, err := l.object("platformsh_org_mfa_enforcement_get", l.these("organization_id"))
	if err != nil {
		l.doubt("whether it is enforced now", err)
		return
	}
	after := "true"
	if strings.HasSuffix(l.Op.Name, "_disable") {
		after = "false"
	}
	if before := first(now, "enforce_mfa"); before != after {
		l.change("second factor is enforced", before, after)
	} else {
		l.detail("nothing changes", "a second factor is "+map[string]string{"true": "enforced already", "false": "not enforced"}[after])
	}
}

// me names the person whose credentials this program uses.
func (p platformsh) me(l *look, what string) {
	me, err := l.object("platformsh_user_me_get", map[string]any{})
	if err != nil {
		l.doubt(what, err)
		return
	}
	r, _ := p.resource("platformsh_user_get", me)
	l.detail(what, describe(r, first(me, "id")))
}

// ticket finds a ticket by its number, which only the list tells.
func (platformsh) ticket(l *look) {
	list, err := l.list("platformsh_ticket_list", map[string]any{"filter_ticket_id": l.Args["ticket_id"]})
	if err != nil {
		l.doubt("the ticket", err)
		return
	}
	for _, t := range list {
		if first(t, "ticket_id") != l.argument("ticket_id") {
			continue
		}
		l.detail("ticket", with(first(t, "subject"), first(t, "status"), first(t, "priority")))
		if status := l.argument("status"); status != "" {
			l.change("status", first(t, "status"), status)
		}
	}
}
