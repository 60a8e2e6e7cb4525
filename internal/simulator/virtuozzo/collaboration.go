package virtuozzo

import "slices"

// collaboration is who shares what with whom: members with resources (environments and groups), on which they have roles,
// which hold policies, which allow methods.
//
// Members are documents {id, ownerUid, memberUid, email, displayName, memberDisplayName, status}; resources {id,
// collaborationId, ownerUid, memberId, resourceId, type, roleIds}; roles {id, ownerUid, name, description, policyIds}; policies
// {id, ownerUid, name, uniqueName, behavior, type, methods}. Owner 0 is the platform.
type collaboration struct {
	members, resources, roles, policies store
}

// allows tells whether a user was given the right to call a method on an environment.
func (c *collaboration) allows(e *environment, uid int, method string) bool {
	for _, m := range c.members.items {
		if m["ownerUid"] != e.uid || m["memberUid"] != uid || m["status"] != "ACTIVE" {
			continue
		}
		for _, x := range c.resources.items {
			if x["collaborationId"] == m["id"] && covers(x, e) && c.rolesAllow(x["roleIds"].([]int), method) {
				return true
			}
		}
	}
	return false
}

// covers tells whether a shared resource is an environment or a group that has it.
func covers(resource Doc, e *environment) bool {
	name := resource["resourceId"].(string)
	if resource["type"] == "ENV_GROUP" {
		return slices.Contains(e.groups, name)
	}
	return name == e.name || name == e.appid
}

// rights are the methods that roles allow.
func (c *collaboration) rights(roleIDs []int) []string {
	var out []string
	for _, id := range roleIDs {
		role, ok := c.roles.get(id)
		if !ok {
			continue
		}
		for _, p := range role["policyIds"].([]int) {
			if policy, ok := c.policies.get(p); ok {
				out = append(out, policy["methods"].([]string)...)
			}
		}
	}
	return out
}

func (c *collaboration) rolesAllow(roleIDs []int, method string) bool {
	return allows(c.rights(roleIDs), method)
}
