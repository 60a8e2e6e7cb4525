package schemas_test

import (
	"regexp"
	"slices"
	"testing"

	"paasmcp/schemas"
)

// alike are the conventions of docs/risk.md that names can tell: what the operations of one kind carry on every platform,
// and what they never carry.
var alike = []struct {
	names       string
	rows        int // how many there are; a pattern that matches nothing tests nothing
	has, hasNot []schemas.Risk
}{
	{`_(build_cache|caches|varnish)_clear$`, 6, nil, []schemas.Risk{schemas.Destructive}},
	{`_project_variable_create$|^acquia_variable_create$`, 2, []schemas.Risk{schemas.AcceptsSecrets}, []schemas.Risk{schemas.Destructive}},
	{`_(variable_update|env_vars_add)$`, 4, []schemas.Risk{schemas.AcceptsSecrets, schemas.Destructive}, []schemas.Risk{schemas.Irreversible}},
	{`_(variable_delete|env_vars_remove)$`, 4, []schemas.Risk{schemas.Irreversible}, nil},
	{`^acquia_certificate_create$|_ssl_cert_create$`, 2, []schemas.Risk{schemas.AcceptsSecrets}, []schemas.Risk{schemas.Destructive}},
	{`_(certificate|ssl_cert)_delete$`, 3, []schemas.Risk{schemas.Irreversible}, nil},
	{`^acquia.*_backup_create$|_export_create$`, 3, nil, []schemas.Risk{schemas.Destructive}},
	{`_backup_(delete|restore)$|_dump_restore$`, 7, []schemas.Risk{schemas.Irreversible}, nil},
	{`_domain_(delete|unbind|disassociate)$`, 7, []schemas.Risk{schemas.Destructive}, nil},
	{`^(acquia|virtuozzo)_(site_instance_|external_)?domain_(create|add|bind)$`, 4, nil, []schemas.Risk{schemas.Destructive}},
	{`_(cron|scheduled_task)_(create|update)`, 5, []schemas.Risk{schemas.Destructive}, []schemas.Risk{schemas.Irreversible}},
	{`_(cron|cloud_actions|mod_proxy|livedev)_enable$`, 4, []schemas.Risk{schemas.Destructive}, nil},
	{`_(cron|cloud_actions)_disable$`, 2, nil, []schemas.Risk{schemas.Destructive}},
	{`_(cron|scheduled_task|trigger|alert)_delete$`, 5, []schemas.Risk{schemas.Irreversible}, nil},
	{`_(deploy|redeploy|restart|reboot|pull|switch)$`, 21, []schemas.Risk{schemas.Destructive}, nil},
	{`_project_build$`, 2, []schemas.Risk{schemas.Destructive}, []schemas.Risk{schemas.Irreversible}},
	{`_environment_(activate|branch|clone|resume|start)$`, 5, []schemas.Risk{schemas.CostsMoney}, []schemas.Risk{schemas.Destructive}},
	{`_(invite|invitation|access)_create$|_member_(create|invite|activate)$|_(invite|collaboration)_accept$`, 16, []schemas.Risk{schemas.GrantsAccess}, nil},
	{`_(invite_cancel|invitation_delete)$`, 3, []schemas.Risk{schemas.Destructive}, []schemas.Risk{schemas.Irreversible}},
	{`_(invite_resend|invitation_resend)$`, 2, []schemas.Risk{schemas.GrantsAccess}, []schemas.Risk{schemas.Destructive}},
	{`_(team|role|policy)_create$`, 5, nil, []schemas.Risk{schemas.GrantsAccess, schemas.Destructive}},
	{`_(team|role|policy)_delete$`, 5, []schemas.Risk{schemas.Irreversible}, nil},
	{`_(member|access)_(delete|remove|suspend)$`, 12, []schemas.Risk{schemas.Destructive}, []schemas.Risk{schemas.Irreversible}},
	{`_token_create$`, 3, []schemas.Risk{schemas.GrantsAccess, schemas.RevealsSecrets}, nil},
	{`_token_delete$`, 3, []schemas.Risk{schemas.Irreversible}, nil},
	{`_ssh_key_create$`, 2, []schemas.Risk{schemas.GrantsAccess}, nil},
	{`_ssh_key_delete$`, 2, []schemas.Risk{schemas.Destructive}, []schemas.Risk{schemas.Irreversible}},
	{`_log_forwarding_(create|update)$`, 2, []schemas.Risk{schemas.GrantsAccess, schemas.AcceptsSecrets}, nil},
	{`_log_forwarding_enable$|_export_create$`, 2, []schemas.Risk{schemas.GrantsAccess}, []schemas.Risk{schemas.Destructive}},
	{`_tags?_delete$`, 2, []schemas.Risk{schemas.Destructive}, []schemas.Risk{schemas.Irreversible}},
	{`_tags?_create$`, 2, nil, []schemas.Risk{schemas.Destructive, schemas.GrantsAccess}},
	{`_(firewall_rule|endpoint|shield_acl)_(create|update|create_many)$|_ingress_update$|_slb_toggle(_old)?$|_firewall(_rule)?_toggle$`, 12,
		[]schemas.Risk{schemas.GrantsAccess, schemas.Destructive}, nil},
	{`_password_reset(_by_(id|type|group))?$`, 7, []schemas.Risk{schemas.Destructive}, []schemas.Risk{schemas.Irreversible}},
	{`_(totp_create|phone_verify|phone_confirm|session_sign_in|recovery_codes_replace)$`, 5, []schemas.Risk{schemas.GrantsAccess}, nil},
	{`_log_forwarding_(disable|delete)$`, 2, []schemas.Risk{schemas.Destructive}, nil},
	{`_variable_(list|get)$|_env_vars_get`, 8, []schemas.Risk{schemas.RevealsSecrets}, nil},
}

// TestLikeRisks makes operations of one kind ask for the same confirmation on every platform.
func TestLikeRisks(t *testing.T) {
	t.Parallel()
	ops := load(t)
	for _, rule := range alike {
		names := regexp.MustCompile(rule.names)
		matched := 0
		for i := range ops {
			o := &ops[i]
			if !names.MatchString(o.Name) {
				continue
			}
			matched++
			for _, r := range rule.has {
				if !slices.Contains(o.Risk, r) {
					t.Errorf("%s:%d: %s: operations like it are %s", o.File, o.Line, o.Name, r)
				}
			}
			for _, r := range rule.hasNot {
				if slices.Contains(o.Risk, r) {
					t.Errorf("%s:%d: %s: operations like it are not %s", o.File, o.Line, o.Name, r)
				}
			}
		}
		if matched != rule.rows {
			t.Errorf("%s matches %d rows, not %d", rule.names, matched, rule.rows)
		}
	}
}
