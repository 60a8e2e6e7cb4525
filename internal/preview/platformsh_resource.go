package preview

import "strings"

// resource describes what the path of a call names. The state leaves out what moves by itself: percentages, ages, and that some
// work is under way (dirty), which a backup taken first brings about too.
func (p platformsh) resource(tool string, a map[string]any) (resource, bool) {
	r := resource{}
	switch strings.TrimPrefix(tool, "platformsh_") {
	case "project_get":
		r.name = first(a, "title", "id")
		r.facts = present(first(a, "region"), prefixed("plan ", first(a, "subscription.plan")), unless("provisioned", first(a, "status.code")),
			flagged(field(a, "subscription.suspended"), "suspended"))
		r.keep("status", first(a, "status.code"))
		r.keep("plan", first(a, "subscription.plan"))
		r.keep("default branch", first(a, "default_branch"))
	case "environment_get":
		return p.environmentResource(a), true
	case "environment_backup_get":
		r.facts = append(present(ago(first(a, "created_at")), exactly(first(a, "created_at"))), backupFacts(a)...)
		r.keep("created", first(a, "created_at"))
		r.keep("status", first(a, "status"))
	case "environment_variable_get", "project_variable_get":
		r.name = first(a, "name", "id")
		r.facts = variableFacts(a)
		r.keep("changed", first(a, "updated_at"))
	case "project_domain_get", "environment_domain_get":
		r.name = first(a, "name", "id")
		r.facts = present(flagged(a["is_default"], "the default domain"), prefixed("stands in for ", first(a, "replacement_for")))
		r.keep("default", first(a, "is_default"))
	case "certificate_get":
		return certificateResource(a), true
	case "integration_get":
		r = integrationResource(a)
	case "environment_route_get":
		r.name = first(a, "url", "original_url", "id")
		r.facts = present(first(a, "type"), prefixed("to ", first(a, "to", "upstream")), flagged(a["primary"], "primary"))
		r.keep("to", first(a, "to", "upstream"))
	case "environment_version_get":
		r.facts = present(prefixed("commit ", short(first(a, "commit"))), percent(first(a, "routing.percentage")))
		r.keep("commit", first(a, "commit"))
		r.keep("traffic", first(a, "routing.percentage"))
	case "environment_deployment_get":
		r.facts = present(prefixed("deployed ", ago(first(a, "created_at"))))
		r.keep("deployed", first(a, "created_at"))
	case "project_activity_get", "environment_activity_get":
		r.name = first(a, "text", "type")
		r.facts = present(first(a, "type"), first(a, "state"))
		r.keep("result", first(a, "result"))
	default:
		return p.accountResource(tool, a)
	}
	return r, true
}

func (platformsh) environmentResource(a map[string]any) resource {
	status := first(a, "status")
	shown, kept := status, status
	if status == "dirty" {
		shown, kept = "some work is under way", "active"
	}
	r := resource{name: first(a, "title", "name", "id")}
	deployed := first(a, "deployment_state.last_deployment_at")
	r.facts = present(prefixed("type ", first(a, "type")), shown, prefixed("commit ", short(first(a, "head_commit"))), prefixed("deployed ",
		ago(deployed)))
	if ok, known := field(a, "deployment_state.last_deployment_successful").(bool); known && !ok {
		r.facts = append(r.facts, "the last deployment failed")
	}
	r.keep("name", r.name)
	r.keep("type", first(a, "type"))
	r.keep("status", kept)
	r.keep("parent", first(a, "parent"))
	r.keep("commit", first(a, "head_commit"))
	r.keep("deployed", deployed)
	return r
}

// accountResource describes organizations, people and contracts.
func (platformsh) accountResource(tool string, a map[string]any) (resource, bool) {
	r := resource{}
	switch strings.TrimPrefix(tool, "platformsh_") {
	case "org_get":
		r.name = first(a, "label", "name")
		r.facts = present(prefixed("name ", first(a, "name")), unless("active", first(a, "status")))
		r.keep("status", first(a, "status"))
	case "user_get", "profile_get":
		r.name = person(a)
		r.facts = present(first(a, "email"), flagged(a["deactivated"], "deactivated"))
		r.keep("email", first(a, "email"))
	case "team_get":
		r.name = first(a, "label", "id")
		r.facts = present(countOf(a, "counts.member_count", "member"), countOf(a, "counts.project_count", "project"), may(a["project_permissions"]))
		r.keep("rights", may(a["project_permissions"]))
		r.keep("members", first(a, "counts.member_count"))
	case "subscription_get":
		r.name = first(a, "project_title")
		r.facts = present(prefixed("project ", first(a, "project_id")), prefixed("plan ", first(a, "plan")), first(a, "status"), first(a, "project_region"))
		r.keep("plan", first(a, "plan"))
		r.keep("status", first(a, "status"))
		r.keep("storage", first(a, "storage"))
		r.keep("environments", first(a, "environments"))
	case "org_project_get":
		r.name = first(a, "title")
		r.facts = present(prefixed("plan ", first(a, "plan")), first(a, "status"), first(a, "region"))
		r.keep("plan", first(a, "plan"))
		r.keep("status", first(a, "status"))
	case "org_member_get", "project_user_access_get", "user_project_access_get", "team_project_access_get", "project_team_access_get",
		"team_member_get", "project_access_get", "env_type_access_get":
		r.what = accessWords(tool)
		r.name = first(a, "project_title")
		if tool == "platformsh_project_user_access_get" || tool == "platformsh_project_team_access_get" {
			r.name = "" // it is that of the project, and the path ends with somebody
		}
		r.facts = present(flagged(a["owner"], "the owner"), may(a["permissions"]), prefixed("role ", first(a, "role")), prefixed("since ", ago(first(a,
			"granted_at", "created_at"))))
		r.keep("rights", may(a["permissions"]))
		r.keep("role", first(a, "role"))
		r.keep("since", first(a, "granted_at", "created_at"))
	case "ssh_key_get":
		r.name = first(a, "title")
		r.facts = present(prefixed("fingerprint ", first(a, "fingerprint")))
		r.keep("fingerprint", first(a, "fingerprint"))
	case "user_api_token_get":
		r.name = first(a, "name")
		r.facts = present(prefixed("last used ", ago(first(a, "last_used_at"))))
	case "user_connection_get":
		r.facts = present(first(a, "email_address", "subject"))
	case "org_order_get":
		r.name = first(a, "total_formatted")
		r.facts = present(first(a, "status"), first(a, "billing_period_label.formatted"))
		r.keep("total", first(a, "total_formatted"))
		r.keep("status", first(a, "status"))
	default:
		return r, false
	}
	if r.name != "" {
		r.keep("name", r.name)
	}
	return r, true
}

// accessWords says what an entry about somebody's rights is: the argument that names it means the person.
func accessWords(tool string) string {
	switch tool {
	case "platformsh_user_project_access_get", "platformsh_team_project_access_get":
		return "project"
	case "platformsh_team_member_get", "platformsh_org_member_get":
		return "membership now"
	}
	return "access now"
}

func integrationResource(a map[string]any) resource {
	about := first(a, "repository", "url", "project", "service_id", "category", "host", "channel")
	r := resource{name: strings.TrimSpace(first(a, "type") + " " + about)}
	r.facts = present(flagged(a["prune_branches"], "deletes environments whose branch is gone"), flagged(a["fetch_branches"], "fetches branches"))
	r.keep("name", r.name)
	return r
}

// certificateResource names a certificate by its first domain: its id is a hash.
func certificateResource(a map[string]any) resource {
	domains := texts(a["domains"])
	r := resource{}
	if len(domains) > 0 {
		r.name = domains[0]
	}
	how := "uploaded"
	if provisioned, _ := a["is_provisioned"].(bool); provisioned {
		how = "issued by the platform"
	}
	r.facts = present(how, prefixed("expires ", ago(first(a, "expires_at"))), exactly(first(a, "expires_at")), flagged(a["is_invalid"],
		"marked invalid"))
	if len(domains) > 1 {
		r.facts = append(r.facts, "also for "+some(domains[1:], 4))
	}
	r.keep("domains", strings.Join(domains, ", "))
	r.keep("expires", first(a, "expires_at"))
	return r
}

// backupFacts tell where a backup comes from and whether it can be trusted.
func backupFacts(a map[string]any) []string {
	how := ""
	switch automated, known := a["automated"].(bool); {
	case known && automated:
		how = "automatic"
	case known:
		how = "by hand"
	}
	consistent := ""
	if safe, known := a["safe"].(bool); known && !safe {
		consistent = "taken while the site ran"
	}
	broken := ""
	if restorable, known := a["restorable"].(bool); known && !restorable {
		broken = "cannot be restored"
	}
	return present(how, consistent, unless("CREATED", first(a, "status")), broken, prefixed("commit ", short(first(a, "commit_id"))))
}

func variableFacts(a map[string]any) []string {
	return present(flagged(a["is_sensitive"], "sensitive: its value cannot be read back"), flagged(a["is_inheritable"], "children inherit it"),
		flagged(a["inherited"], "inherited from the parent"), disabled(a["is_enabled"]), prefixed("only for ", some(texts(a["application_scope"]), 3)),
		prefixed("changed ", ago(first(a, "updated_at"))))
}

func disabled(enabled any) string {
	if on, known := enabled.(bool); known && !on {
		return "switched off"
	}
	return ""
}

// person is how people call a user: by name, else by what they sign in with.
func person(a map[string]any) string {
	if name := strings.TrimSpace(first(a, "first_name") + " " + first(a, "last_name")); name != "" {
		return name
	}
	return first(a, "display_name", "username", "email")
}

func countOf(a map[string]any, dotted, noun string) string {
	switch n := first(a, dotted); n {
	case "":
		return ""
	case "1":
		return "1 " + noun
	default:
		return n + " " + noun + "s"
	}
}

// may lists rights as one text.
func may(permissions any) string { return strings.Join(texts(permissions), ", ") }
func percent(value string) string {
	if value == "" {
		return ""
	}
	return value + " % of the traffic"
}
