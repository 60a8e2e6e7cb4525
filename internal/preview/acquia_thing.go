package preview

import (
	"cmp"
	"strings"
	"sync"
)

// acquiaThing says how one kind of resource is shown. Fields are dotted paths; the first that has a text is the name. A fact is
// "words: path", or only a path where the value speaks for itself. Of a flag the words are shown, with "not" where it is off; a flag
// "words?: path" is worth showing only where it is on. State is written likewise.
type acquiaThing struct {
	what  string
	name  []string
	facts []string
	state []string // besides the name
}

// acquiaThings are the answers of the reads, by operation. What is missing here is shown by [plainResource].
var acquiaThings = sync.OnceValue(func() map[string]acquiaThing {
	return map[string]acquiaThing{
		"acquia_application_get": {name: []string{"name"},
			facts: []string{"type", "site: hosting.id", "subscription: subscription.name", "organization: organization.name"},
			state: []string{"status"}},
		"acquia_environment_get": {name: []string{"label", "name"},
			facts: []string{"name", "status", "on demand?: flags.cde", "runs: vcs.path", "artifact: artifact.name"},
			state: []string{"status", "code: vcs.path", "artifact: artifact.id", "production mode: flags.production_mode"}},
		"acquia_v3_environment_get": {name: []string{"label", "name"},
			facts: []string{"name", "status", "runs: reference", "code switch: code_switch_status"},
			state: []string{"status", "code: reference"}},
		"acquia_database_backup_get": {facts: []string{"type", "taken: completed_at", "deleted?: flags.deleted"},
			state: []string{"type", "time: completed_at", "deleted: flags.deleted"}},
		"acquia_certificate_get": {name: []string{"label"}, facts: []string{"for: domains", "active: flags.active", "expires: expires_at"},
			state: []string{"in use: flags.active", "end: expires_at"}},
		"acquia_csr_get": {what: "certificate request", name: []string{"common_name"},
			facts: []string{"organization", "used for a certificate: flags.used"},
			state: []string{"used: flags.used"}},
		"acquia_cron_get": {name: []string{"label"}, facts: []string{"command", "enabled: flags.enabled", "of the platform?: flags.system"},
			state: []string{"command", "enabled: flags.enabled"}},
		"acquia_domain_get": {name: []string{"hostname"},
			facts: []string{"active: flags.active", "default name?: flags.default", "CDN: cdn.status"},
			state: []string{"active: flags.active"}},
		"acquia_server_get": {name: []string{"name"},
			facts: []string{"roles", "status", "hostname", "memcache MB: configuration.memcache"},
			state: []string{"status", "roles"}},
		"acquia_search_index_get": {name: []string{"id"}, facts: []string{"database: database_role", "configuration: config_set_id", "status"},
			state: []string{"status", "configuration: config_set_id"}},
		"acquia_search_config_set_get": {name: []string{"label", "id"},
			facts: []string{"status", "made by the customer?: flags.custom"},
			state: []string{"status"}},
		"acquia_log_forwarding_get": {name: []string{"label"}, facts: []string{"consumer", "address", "enabled: flags.enabled", "sources"},
			state: []string{"consumer", "address", "enabled: flags.enabled"}},

		"acquia_variable_get": {what: "variable", name: []string{"name"}},

		"acquia_organization_get": {name: []string{"name"}, facts: []string{"owner: owner.mail"}, state: []string{"owner: owner.mail"}},
		"acquia_organization_admin_get": {what: "administrator", name: []string{"mail", "username"},
			facts: []string{"@person", "owner?: flags.owner"},
			state: []string{"owner: flags.owner"}},
		"acquia_organization_member_get": {what: "member", name: []string{"mail", "username"},
			facts: []string{"@person", "last login: last_login_at"}},
		"acquia_code_studio_user_get": {what: "Code Studio user", name: []string{"mail", "username"},
			facts: []string{"@person", "role"},
			state: []string{"role"}},
		"acquia_team_get": {name: []string{"name"}, facts: []string{"organization: organization.name"}},
		"acquia_role_get": {name: []string{"name"}, facts: []string{"organization: organization.name", "default role?: flags.default"},
			state: []string{"rights: permissions[].name"}},
		"acquia_invite_get": {what: "invitation", name: []string{"email"},
			facts: []string{"team: team.name", "organization: organization.name", "roles: roles[].name", "applications: applications[].name",
				"invited by: author.mail", "declined?: flags.declined"},
			state: []string{"declined: flags.declined", "roles: roles[].name"}},
		"acquia_identity_provider_get": {name: []string{"label"},
			facts: []string{"status", "sign-on: sso_url"},
			state: []string{"status", "sign-on: sso_url"}},
		"acquia_agreement_get": {name: []string{"title"}, facts: []string{"status", "for: reference.name"}, state: []string{"status"}},
		"acquia_ssh_key_get":   {name: []string{"label"}, facts: []string{"fingerprint", "made: created_at"}},
		"acquia_token_get":     {name: []string{"label"}, facts: []string{"active", "made: created_at"}, state: []string{"active"}},

		"acquia_subscription_get": {name: []string{"name"},
			facts: []string{"product: product.name", "organization: organization.name", "ends: expire_at"},
			state: []string{"product: product.name"}},
		"acquia_shield_acl_get": {what: "shield rule", name: []string{"description"},
			facts: []string{"addresses", "action", "status"},
			state: []string{"addresses", "status"}},
		"acquia_apm_get": {what: "APM", name: []string{"type"},
			facts: []string{"switched on: flags.opted-in"},
			state: []string{"switched on: flags.opted-in"}},
		"acquia_email_domain_get": {what: "email domain", name: []string{"domain_name"}, facts: []string{"health: health.summary"}},
		"acquia_ide_get": {what: "Cloud IDE", name: []string{"label"},
			facts: []string{"of: _embedded.owner.mail", "of: _embedded.owner.email", "status"},
			state: []string{"status"}},
		"acquia_private_network_get": {name: []string{"label", "name"},
			facts: []string{"name", "region", "status"},
			state: []string{"status"}},
		"acquia_private_network_vpn_get": {what: "VPN", name: []string{"name"},
			facts: []string{"gateway: gateway_ip", "routes"},
			state: []string{"gateway: gateway_ip", "routes"}},
		"acquia_private_network_peer_get": {what: "VPC peer", name: []string{"name"},
			facts: []string{"AWS account: aws_account", "vpc_id", "vpc_cidr"},
			state: []string{"AWS account: aws_account", "VPC: vpc_id"}},

		"acquia_codebase_get": {name: []string{"label"},
			facts: []string{"region", "active: flags.active", "applications: applications_total"},
			state: []string{"active: flags.active"}},
		"acquia_site_get": {name: []string{"label", "name"},
			facts: []string{"name", "status", "to be deleted: delete_at"},
			state: []string{"status", "deletion: delete_at"}},
		"acquia_site_instance_get": {what: "site instance", facts: []string{"status", "health: health_status.code"},
			state: []string{"status"}},
		"acquia_site_instance_backup_get": {facts: []string{"type", "taken: created_at"}, state: []string{"type", "time: created_at"}},
		"acquia_site_instance_domain_get": {name: []string{"name"}, facts: []string{"managed: is_managed"}},
	}
})

func (acquia) resource(tool string, answer map[string]any) (resource, bool) {
	thing, ok := acquiaThings()[tool]
	if !ok {
		return resource{}, false
	}
	r := resource{what: thing.what, name: first(answer, thing.name...)}
	for _, fact := range thing.facts {
		if says := acquiaFact(answer, fact); says != "" && says != r.name {
			r.facts = append(r.facts, says)
		}
	}
	switch tool {
	case "acquia_cron_get":
		r.facts = append(r.facts, "at "+acquiaFrequency(answer))
	case "acquia_site_instance_get":
		r.name = some(texts(answer["domains"]), 1)
	}
	r.keep("name", r.name)
	for _, entry := range thing.state {
		name, path, named := strings.Cut(entry, ": ")
		if !named {
			path = name
		}
		r.keep(name, acquiaValue(answer, path))
	}
	return r, true
}

// acquiaFact is one fact in words.
func acquiaFact(answer map[string]any, fact string) string {
	words, path, named := strings.Cut(fact, ": ")
	if !named {
		words, path = "", fact
	}
	words, onlyOn := strings.CutSuffix(words, "?")
	if flag, ok := field(answer, path).(bool); ok {
		words = cmp.Or(words, strings.ReplaceAll(path, "_", " "))
		switch {
		case flag:
			return words
		case onlyOn:
			return ""
		}
		return "not " + words
	}
	value := ago(acquiaValue(answer, path))
	if value == "" || words == "" {
		return value
	}
	return words + " " + value
}

// acquiaValue is what stands at a path as text, also of a list and of the names in a list of objects.
func acquiaValue(answer map[string]any, path string) string {
	if path == "@person" {
		return acquiaFullName(answer)
	}
	if list, ok := strings.CutSuffix(path, "[].name"); ok {
		return strings.Join(acquiaNames(field(answer, list)), ", ")
	}
	value := field(answer, path)
	if list, ok := value.([]any); ok {
		return strings.Join(texts(list), ", ")
	}
	return text(value)
}
