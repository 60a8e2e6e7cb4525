package preview_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/policy"
	"paasmcp/internal/simulator/acquia"
	"paasmcp/schemas"
)

// acquiaSeed are the demo's own ids for arguments that name something.
var acquiaSeed = map[string]any{
	"application_uuid": acquia.AppPortal, "environment_id": acquia.EnvProd, "organization_uuid": acquia.Organization, "subscription_uuid": acquia.Subscription,
	"team_uuid": acquia.TeamDevelopers, "user_uuid": acquia.UserBen, "user_id": acquia.UserCleo, "role_uuid": acquia.RoleDeveloper, "roles": []any{acquia.RoleLead},
	"database_name": acquia.DatabasePortal, "domain": acquia.PortalDomain, "domains": []any{acquia.PortalDomain}, "cron_id": acquia.SeedCron, "ide_uuid": acquia.SeedIDE,
	"ssh_key_uuid": acquia.SeedSSHKey, "token_uuid": acquia.SeedToken, "agreement_uuid": acquia.SeedAgreement, "destination_uuid": acquia.SeedDestination,
	"shield_acl_uuid": acquia.SeedShieldRule, "domain_registration_uuid": acquia.SeedEmailDomain, "identity_provider_uuid": acquia.SeedIdentityProvider,
	"config_set_id": acquia.SeedConfigSet, "codebase_id": acquia.Codebase, "site_id": acquia.Site, "private_network_id": acquia.PrivateNetwork,
	"vpn_id": 1, "vpc_peer_id": 1, "variable_name": "PAYMENT_API_KEY", "apm_type": "newrelic", "source_environment_id": acquia.MEOStage, "source": acquia.EnvStage, "branch": "tags/2026-11-01",
	"targets": []any{map[string]any{"environment_id": acquia.MEOProd}}, "reference": "v1.0.0", "message_uuid": acquia.SeedMessage, "deploy_environment": "test",
}

// acquiaArgs are the arguments of a row's example, pointed at the demo.
func (r *rig) acquiaArgs(op *schemas.Operation) map[string]any {
	args := maps.Clone(op.Example.Args)
	if args == nil {
		args = map[string]any{}
	}
	for name := range args {
		if id, ok := acquiaSeed[name]; ok {
			args[name] = id
		}
	}
	if env := op.Params; len(env) > 0 {
		if p, ok := op.Param("environment_id"); ok && p.Format == "uuid" {
			args["environment_id"] = acquia.MEOProd
		}
	}
	listed := func(list string, with map[string]any, id string) any { return r.acquiaFirst(list, with)[id] }
	switch {
	case op.Name == "acquia_artifact_switch":
		args["environment_id"], args["artifact_id"] = acquia.EnvDocs, acquia.SeedArtifact
	case op.Name == "acquia_environment_database_copy":
		args["name"] = acquia.DatabasePortal
	case op.Name == "acquia_site_delete":
		args["site_id"] = acquia.SpareSite
	case strings.HasPrefix(op.Name, "acquia_application_database_"):
		args["database_name"] = acquia.DatabaseAnalytics
	case strings.HasPrefix(op.Name, "acquia_site_instance_backup_") && args["backup_id"] != nil:
		args["backup_id"] = listed("acquia_site_instance_backup_list", args, "id")
	case strings.HasPrefix(op.Name, "acquia_site_instance_domain_delete"):
		args["domain"] = "campaign.prod.acquia-sites.com"
	case args["backup_id"] != nil:
		args["backup_id"] = listed("acquia_database_backup_list", args, "id")
	case args["certificate_id"] != nil:
		args["certificate_id"] = listed("acquia_certificate_list", args, "id")
	case args["csr_id"] != nil:
		args["csr_id"] = listed("acquia_csr_list", args, "id")
	case args["server_id"] != nil:
		args["server_id"] = listed("acquia_server_list", args, "id")
	case args["index_id"] != nil:
		args["index_id"] = listed("acquia_search_index_list", args, "id")
	case args["token"] != nil:
		args["token"] = r.acquiaToken()
	}
	return args
}

// acquiaFirst reads the first item of a list.
func (r *rig) acquiaFirst(list string, args map[string]any) map[string]any {
	r.t.Helper()
	needs := map[string]any{}
	for _, name := range r.operation(list).RequiredArguments() {
		needs[name] = args[name]
	}
	answer, err := r.read(r.t.Context(), list, needs)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.([]any)[0].(map[string]any)
}

// acquiaToken is the token of an invitation of Ada. Reads show it masked.
func (r *rig) acquiaToken() string {
	r.t.Helper()
	request, err := apiclient.Build(r.operation("acquia_account_invite_list"), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	result, err := r.clients[schemas.Acquia].Send(r.t.Context(), request, apiclient.Page{})
	if err != nil {
		r.t.Fatal(err)
	}
	return result.Items[0].(map[string]any)["token"].(string)
}

// acquiaGated are the operations about which a person is asked, at the latest when production is hit.
func (r *rig) acquiaGated() []*schemas.Operation {
	var list []*schemas.Operation
	for _, row := range r.catalog.Rows() {
		if row.Platform != schemas.Acquia {
			continue
		}
		op := r.operation(row.Name)
		if policy.Decide(policy.Facts{Operation: op, Environment: policy.Production}).Action == policy.Confirm {
			list = append(list, op)
		}
	}
	return list
}

func TestAcquiaDump(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		for _, op := range r.acquiaGated() {
			time.Sleep(time.Minute) // the platform admits 100 calls a minute
			target, reader := r.look(op.Name, r.acquiaArgs(op))
			state, _ := json.Marshal(target.State)
			t.Logf("%s %s\n\t%s\n\tNAME %q KIND %+v READS %d %v\n\tSTATE %s", op.Name, op.Call, strings.Join(lines(target), "\n\t"), target.Name, target.Kind, len(reader.made), reader.reads(), state)
		}
	})
}
