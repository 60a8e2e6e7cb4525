package preview

import (
	"cmp"
	"slices"
	"strings"
)

// acquiaRole shows who has a role that changes or goes.
func acquiaRole(l *look) {
	id := l.argument("role_uuid")
	role, err := l.object("acquia_role_get", l.these("role_uuid"))
	if err != nil {
		return // said already
	}
	before := acquiaNames(role["permissions"])
	if wanted, given := l.Args["permissions"]; given {
		after := texts(wanted)
		without := func(list, other []string) []string {
			return slices.DeleteFunc(slices.Clone(list), func(name string) bool { return slices.Contains(other, name) })
		}
		l.detail("rights added", acquiaRights(without(after, before)))
		l.detail("rights taken away", acquiaRights(without(before, after)))
	} else {
		l.detail("it may", acquiaRights(before))
	}
	members, err := l.list("acquia_organization_member_list", map[string]any{"organization_uuid": first(role, "organization.uuid")})
	if err != nil {
		l.doubt("who has the role", err)
		return
	}
	among := len(members)
	members = slices.DeleteFunc(slices.Clone(members), func(member map[string]any) bool {
		teams, _ := member["teams"].([]any)
		return !slices.ContainsFunc(teams, func(team any) bool {
			object, _ := team.(map[string]any)
			roles, _ := object["roles"].([]any)
			return slices.ContainsFunc(roles, func(r any) bool { role, _ := r.(map[string]any); return first(role, "uuid") == id })
		})
	})
	l.along("members who have it", cmp.Or(counted(acquiaPeople(members), 5), "none"))
	if among >= fullList {
		l.along("only looked at", "the first "+count(among, "member")+" of the organization")
	}
}

func acquiaRoleCreate(l *look) {
	l.detail("it may", acquiaRights(texts(l.Args["permissions"])))
}

const acquiaAdmin = "manage people, teams, roles and every application of the organization"

func acquiaAdminInvite(l *look) {
	l.detail("invited", l.argument("email"))
	l.detail("an administrator may", acquiaAdmin)
}

func acquiaAdminDelete(l *look) {
	l.along("the right to", acquiaAdmin)
	l.acquiaOwnAccess()
}

// acquiaMemberDelete shows what somebody loses.
func acquiaMemberDelete(l *look) {
	args := l.these("organization_uuid", "user_uuid")
	l.inOrder(func(l *look) {
		if member, err := l.object("acquia_organization_member_get", args); err == nil { // said already otherwise
			l.along("membership of teams", strings.Join(acquiaNames(member["teams"]), ", "))
		}
	}, func(l *look) {
		list, err := l.list("acquia_member_application_list", args)
		if err != nil {
			l.doubt("what the member works on", err)
			return
		}
		l.along("access to applications", counted(acquiaNamesOf(list), 5))
	}, (*look).acquiaOwnAccess)
}

func acquiaOwnerChange(l *look) {
	id := l.argument("user_uuid")
	organization, err := l.object("acquia_organization_get", l.these("organization_uuid"))
	if err != nil {
		return // said already
	}
	owner, _ := organization["owner"].(map[string]any)
	person, err := l.acquiaMember(l.argument("organization_uuid"), id)
	if err != nil {
		l.doubt("new owner "+id, err)
	}
	l.change("owner", acquiaPerson(owner), cmp.Or(acquiaPerson(person), id))
	l.detail("the owner may", "control everything of the organization, and alone pass it on")
}

func (l *look) acquiaMember(organization, user string) (map[string]any, error) {
	return l.object("acquia_organization_member_get", map[string]any{"organization_uuid": organization, "user_uuid": user})
}

func acquiaOrganizationDelete(l *look) {
	organization, err := l.object("acquia_organization_get", l.these("organization_uuid"))
	if err != nil {
		return // said already
	}
	for _, part := range []string{"subscriptions", "users", "teams", "roles"} {
		l.along(part, first(organization, part+"_total"))
	}
}
