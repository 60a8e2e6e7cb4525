package preview

import (
	"cmp"
	"slices"
	"strings"
)

// acquiaPerson writes "ben@acme.example (Ben Okafor)": people share names, not addresses.
func acquiaPerson(person map[string]any) string {
	name := acquiaFullName(person)
	address := first(person, "mail", "email", "username")
	return with(cmp.Or(address, name), map[bool]string{true: name}[address != ""])
}

func acquiaFullName(person map[string]any) string {
	return strings.TrimSpace(first(person, "first_name") + " " + first(person, "last_name"))
}

func acquiaPeople(list []map[string]any) []string {
	var names []string
	for _, person := range list {
		names = append(names, first(person, "mail", "email", "username"))
	}
	return names
}

func acquiaNamesOf(list []map[string]any) []string {
	var names []string
	for _, item := range list {
		names = append(names, first(item, "name", "label", "uuid"))
	}
	return names
}

// acquiaTeam is what a team holds.
type acquiaTeam struct{ members, applications []map[string]any }

// acquiaTeamParts reads members and applications of the team in the call, side by side.
func (l *look) acquiaTeamParts() acquiaTeam {
	var team acquiaTeam
	args := l.these("team_uuid")
	read := func(tool, what string, into *[]map[string]any) func() {
		return func() {
			list, err := l.list(tool, args)
			if err != nil {
				l.doubt(what, err)
			}
			*into = list
		}
	}
	l.together(
		read("acquia_team_member_list", "members of the team", &team.members),
		read("acquia_team_application_list", "applications of the team", &team.applications),
	)
	return team
}

func (t acquiaTeam) access() string { return counted(acquiaNamesOf(t.applications), 5) }

func acquiaTeamDelete(l *look) {
	team := l.acquiaTeamParts()
	l.along("access of members", counted(acquiaPeople(team.members), 5))
	l.along("to applications", team.access())
}

func acquiaTeamLeave(l *look) {
	l.inOrder((*look).acquiaMyself, func(l *look) { l.along("access to applications", l.acquiaTeamParts().access()) })
}

// acquiaMyself names the person whose credentials these are: "you" is nobody on a card.
func (l *look) acquiaMyself() {
	account, err := l.object("acquia_account_get", map[string]any{})
	if err != nil {
		l.doubt("whose account this is", err)
		return
	}
	l.detail("user", acquiaPerson(account))
}

// acquiaOwnAccess warns when somebody takes access away from the very user whose credentials these are.
func (l *look) acquiaOwnAccess() {
	account, err := l.object("acquia_account_get", map[string]any{})
	if err != nil {
		l.doubt("whose credentials these are", err)
		return
	}
	if first(account, "uuid") == l.argument("user_uuid") {
		l.along("your own access", "these credentials are of this very user")
	}
}

func acquiaTeamMemberUpdate(l *look) {
	var team acquiaTeam
	var roles []acquiaGrant
	l.inOrder(func(l *look) { team = l.acquiaTeamParts() }, func(l *look) { roles = l.acquiaRoles() })
	if member := l.acquiaTeamMember(team); member != nil {
		l.change("roles", strings.Join(acquiaNames(member["roles"]), ", "), acquiaGrants(roles))
	} else {
		l.detail("new roles", acquiaGrants(roles))
	}
	l.acquiaMay(roles)
	l.along("in applications", team.access())
}

// acquiaTeamMember shows the member that the call names.
func (l *look) acquiaTeamMember(team acquiaTeam) map[string]any {
	id := l.argument("user_uuid")
	i := slices.IndexFunc(team.members, func(member map[string]any) bool { return first(member, "uuid") == id })
	if i < 0 {
		return nil // said where it is looked for in the list of members
	}
	member := team.members[i]
	l.acquiaNamed("member", first(member, "mail", "username"), acquiaFullName(member))
	return member
}

// acquiaNamed shows what the last id in the path stands for, and lets a person type its name.
func (l *look) acquiaNamed(what, name string, facts ...string) {
	id := l.argument(l.last())
	l.detail(what, describe(resource{name: name, facts: present(facts...)}, id))
	if opaque(id) && len(l.Op.Target) == 0 && name != "" {
		l.target.Name = name
	}
}

func acquiaTeamMemberRemove(l *look) {
	l.inOrder(func(l *look) {
		team := l.acquiaTeamParts()
		l.along("roles", strings.Join(acquiaNames(l.acquiaTeamMember(team)["roles"]), ", "))
		l.along("access to applications", team.access())
	}, (*look).acquiaOwnAccess)
}

func acquiaTeamInvite(l *look) {
	l.detail("invited", l.argument("email"))
	l.inOrder(func(l *look) {
		roles := l.acquiaRoles()
		l.detail("roles", acquiaGrants(roles))
		l.acquiaMay(roles)
	}, func(l *look) {
		list, err := l.list("acquia_team_application_list", l.these("team_uuid"))
		if err != nil {
			l.doubt("applications of the team", err)
			return
		}
		l.along("access to applications", counted(acquiaNamesOf(list), 5))
	})
}

// acquiaGrant is a role that a call gives. Its name is its id where it could not be looked up.
type acquiaGrant struct {
	name   string
	rights string
}

func acquiaGrants(roles []acquiaGrant) string {
	var names []string
	for _, role := range roles {
		names = append(names, role.name)
	}
	return some(names, 5)
}

// acquiaRoles are the roles that the call names, with what they allow. Those of the whole organization are one read.
func (l *look) acquiaRoles() []acquiaGrant {
	var all []map[string]any
	team, err := l.object("acquia_team_get", l.these("team_uuid"))
	if err == nil { // otherwise it is said already
		all, err = l.list("acquia_role_list", map[string]any{"organization_uuid": first(team, "organization.uuid")})
		if err != nil {
			l.doubt("what the roles may do", err)
		}
	}
	var roles []acquiaGrant
	for _, id := range texts(l.Args["roles"]) {
		role := acquiaGrant{name: id}
		if i := slices.IndexFunc(all, func(role map[string]any) bool { return first(role, "uuid") == id }); i >= 0 {
			role = acquiaGrant{cmp.Or(first(all[i], "name"), id), cmp.Or(acquiaRights(acquiaNames(all[i]["permissions"])), "nothing")}
		}
		roles = append(roles, role)
	}
	return roles
}

// acquiaMay says what roles allow. The name comes last, for people choose it freely.
func (l *look) acquiaMay(roles []acquiaGrant) {
	for _, role := range roles {
		if role.rights != "" {
			l.detail("new rights", with(role.rights, role.name))
		}
	}
}

// acquiaRights lists permissions, those on production first.
func acquiaRights(permissions []string) string {
	permissions = slices.Clone(permissions)
	slices.SortStableFunc(permissions, func(a, b string) int { return acquiaWeight(b) - acquiaWeight(a) })
	return some(permissions, 6)
}

// acquiaWeight puts rights on production before those that say nothing of environments, and these before the rest.
func acquiaWeight(permission string) int {
	switch {
	case strings.Contains(permission, "non-prod"):
		return 0
	case strings.Contains(permission, "prod"):
		return 2
	default:
		return 1
	}
}

// acquiaTeamApplication shows the application that a team gets or loses, and who is in the team.
func acquiaTeamApplication(l *look) {
	id := l.argument("application_uuid")
	application, err := l.object("acquia_application_get", l.these("application_uuid"))
	if err != nil {
		l.doubt("application "+id, err)
	} else {
		r, _ := acquia{}.resource("acquia_application_get", application)
		if l.last() == "application_uuid" {
			l.acquiaNamed("application", r.name, r.facts...)
		} else {
			l.detail("application", describe(r, id))
		}
	}
	list, err := l.list("acquia_team_member_list", l.these("team_uuid"))
	if err != nil {
		l.doubt("members of the team", err)
		return
	}
	what := "access for members"
	if l.Op.Method() == "DELETE" {
		what = "access of members"
	}
	l.along(what, counted(acquiaPeople(list), 5))
}
