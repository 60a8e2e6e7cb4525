package preview

import (
	"sync"

	"paasmcp/schemas"
)

// acquiaFamilies are the operations about which a card says more than the names of what they hit.
var acquiaFamilies = sync.OnceValue(func() map[string]func(*look) {
	return map[string]func(*look){
		"acquia_environment_delete":               acquiaEnvironmentDelete,
		"acquia_environment_create":               acquiaEnvironmentCreate,
		"acquia_environment_files_copy":           acquiaFilesCopy,
		"acquia_environment_cdn_enable":           acquiaFlip("CDN", "flags.cdn", true),
		"acquia_environment_cdn_disable":          acquiaFlip("CDN", "flags.cdn", false),
		"acquia_production_mode_enable":           acquiaFlip("production mode", "flags.production_mode", true),
		"acquia_production_mode_disable":          acquiaProductionModeOff,
		"acquia_mod_proxy_enable":                 acquiaModProxy("active"),
		"acquia_mod_proxy_disable":                acquiaModProxy("inactive"),
		"acquia_livedev_enable":                   acquiaFlip("live development", "flags.livedev", true),
		"acquia_livedev_disable":                  acquiaLiveDevOff,
		"acquia_environment_label_change":         acquiaLabelChange,
		"acquia_environment_caches_clear":         acquiaCaches,
		"acquia_domain_caches_clear":              acquiaCaches,
		"acquia_domain_varnish_clear":             acquiaCaches,
		"acquia_domains_varnish_clear":            acquiaCaches,
		"acquia_v3_environment_caches_clear":      acquiaCaches,
		"acquia_code_switch":                      acquiaCodeSwitch,
		"acquia_code_deploy":                      acquiaCodeDeploy,
		"acquia_code_import":                      acquiaCodeImport,
		"acquia_artifact_switch":                  acquiaArtifactSwitch,
		"acquia_cloud_actions_update":             acquiaCloudActions,
		"acquia_cloud_actions_enable":             acquiaCloudActions,
		"acquia_cloud_actions_disable":            acquiaCloudActions,
		"acquia_cloud_actions_reset":              acquiaCloudActions,
		"acquia_application_database_create":      acquiaDatabaseCreate,
		"acquia_application_database_delete":      acquiaDatabaseEverywhere,
		"acquia_application_database_erase":       acquiaDatabaseEverywhere,
		"acquia_environment_database_copy":        acquiaDatabaseCopy,
		"acquia_database_backup_create":           acquiaBackupCreate,
		"acquia_database_backup_restore":          acquiaBackupRestore,
		"acquia_database_backup_delete":           acquiaBackupDelete,
		"acquia_domain_create":                    acquiaDomainCreate,
		"acquia_domain_delete":                    acquiaDomainDelete,
		"acquia_certificate_create":               acquiaCertificateCreate,
		"acquia_certificate_activate":             acquiaCertificateActivate,
		"acquia_certificate_deactivate":           acquiaCertificateDeactivate,
		"acquia_certificate_delete":               acquiaCertificateDelete,
		"acquia_variable_create":                  acquiaVariableCreate,
		"acquia_log_forwarding_create":            acquiaLogForwarding,
		"acquia_team_delete":                      acquiaTeamDelete,
		"acquia_team_leave":                       acquiaTeamLeave,
		"acquia_team_member_update":               acquiaTeamMemberUpdate,
		"acquia_team_member_remove":               acquiaTeamMemberRemove,
		"acquia_team_application_add":             acquiaTeamApplication,
		"acquia_team_application_remove":          acquiaTeamApplication,
		"acquia_team_invite_create":               acquiaTeamInvite,
		"acquia_role_create":                      acquiaRoleCreate,
		"acquia_role_update":                      acquiaRole,
		"acquia_role_delete":                      acquiaRole,
		"acquia_organization_delete":              acquiaOrganizationDelete,
		"acquia_organization_leave":               (*look).acquiaMyself,
		"acquia_organization_owner_change":        acquiaOwnerChange,
		"acquia_organization_admin_delete":        acquiaAdminDelete,
		"acquia_organization_member_delete":       acquiaMemberDelete,
		"acquia_organization_admin_invite_create": acquiaAdminInvite,
		"acquia_ssh_key_create":                   (*look).acquiaMyself,
		"acquia_token_create":                     (*look).acquiaMyself,
		"acquia_invite_accept":                    (*look).acquiaMyself,
		"acquia_email_domain_delete":              acquiaSubscriptionReach,
		"acquia_email_domain_associate":           acquiaEmailDomain,
		"acquia_email_domain_disassociate":        acquiaEmailDomain,
		"acquia_shield_acl_create":                acquiaSubscriptionReach,
		"acquia_shield_acl_update":                acquiaSubscriptionReach,
		"acquia_shield_acl_delete":                acquiaSubscriptionReach,
		"acquia_shield_acl_reset":                 acquiaShieldReset,
		"acquia_apm_opt_in":                       acquiaSubscriptionReach,
		"acquia_code_studio_user_create":          acquiaCodeStudioUser,
		"acquia_application_code_studio_delete":   acquiaCodeStudio,
		"acquia_ide_create":                       acquiaIDECreate,
		"acquia_ide_delete":                       acquiaIDEDelete,
		"acquia_identity_provider_update":         acquiaIdentityProvider,
		"acquia_identity_provider_delete":         acquiaIdentityProvider,
		"acquia_identity_provider_enable":         acquiaIdentityProvider,
		"acquia_identity_provider_disable":        acquiaIdentityProvider,
		"acquia_private_network_create":           acquiaSubscriptionNamed,
		"acquia_private_network_delete":           acquiaNetworkDelete,
		"acquia_codebase_delete":                  acquiaCodebaseDelete,
		"acquia_bulk_code_switch_create":          acquiaBulkSwitch,
		"acquia_v3_environment_update":            acquiaEnvironmentV3,
		"acquia_site_create":                      acquiaSiteCreate,
		"acquia_site_delete":                      acquiaSiteDelete,
		"acquia_site_instance_create":             acquiaSite,
		"acquia_site_instance_delete":             acquiaInstanceDelete,
		"acquia_site_instance_cancel":             acquiaInstanceDelete,
		"acquia_site_instance_database_copy":      acquiaInstanceData,
		"acquia_site_instance_files_copy":         acquiaInstanceFiles,
		"acquia_site_instance_backup_create":      acquiaSite,
		"acquia_site_instance_backup_delete":      acquiaInstanceBackupDelete,
		"acquia_site_instance_backup_restore":     acquiaInstanceData,
		"acquia_site_instance_domain_create":      acquiaSite,
		"acquia_site_instance_domain_delete":      acquiaSite,
	}
})

func (acquia) family(l *look) {
	acquiaPlace(l)
	if more, ok := acquiaFamilies()[l.Op.Name]; ok {
		more(l)
	}
	if l.target.Cost == "" && l.Op.Has(schemas.CostsMoney) {
		l.target.Cost = "not known; " + acquiaNoPrices
	}
}
