package preview_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/policy"
	"paasmcp/internal/preview"
	"paasmcp/internal/simulator/acquia"
	"paasmcp/schemas"
)

// acquiaSeed are the demo's own ids for arguments that name something.
var acquiaSeed = map[string]any{
	"application_uuid": acquia.AppPortal, "environment_id": acquia.EnvProd, "organization_uuid": acquia.Organization,
	"subscription_uuid": acquia.Subscription,
	"team_uuid":         acquia.TeamDevelopers, "user_uuid": acquia.UserBen, "user_id": acquia.UserCleo, "role_uuid": acquia.RoleDeveloper,
	"roles":         []any{acquia.RoleLead},
	"database_name": acquia.DatabasePortal, "domain": acquia.PortalDomain, "domains": []any{acquia.PortalDomain}, "cron_id": acquia.SeedCron,
	"ide_uuid":     acquia.SeedIDE,
	"ssh_key_uuid": acquia.SeedSSHKey, "token_uuid": acquia.SeedToken, "agreement_uuid": acquia.SeedAgreement,
	"destination_uuid": acquia.SeedDestination,
	"shield_acl_uuid":  acquia.SeedShieldRule, "domain_registration_uuid": acquia.SeedEmailDomain, "identity_provider_uuid": acquia.SeedIdentityProvider,
	"config_set_id": acquia.SeedConfigSet, "codebase_id": acquia.Codebase, "site_id": acquia.Site, "private_network_id": acquia.PrivateNetwork,
	"vpn_id": 1, "vpc_peer_id": 1, "variable_name": "PAYMENT_API_KEY", "apm_type": "newrelic", "source_environment_id": acquia.MEOStage,
	"source": acquia.EnvStage, "branch": "tags/2026-11-01",
	"targets": []any{map[string]any{"environment_id": acquia.MEOProd}}, "reference": "v1.0.0", "message_uuid": acquia.SeedMessage,
	"deploy_environment": "test", "tag_name": "Customer facing",
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
		args["name"], args["environment_id"] = acquia.DatabasePortal, acquia.EnvDev
	case op.Name == "acquia_environment_files_copy": // production takes no copies
		args["environment_id"] = acquia.EnvDev
	case op.Name == "acquia_search_index_create":
		args["database_role"] = acquia.DatabasePortal
	case op.Name == "acquia_environment_create":
		args["databases"] = []any{acquia.DatabasePortal}
	case op.Name == "acquia_codebase_create":
		args["codebase_id"] = "0f8c1d5e-3f42-4d7b-9a53-6d0a7f1b2c3d"
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

// namesSomething reports whether a card says more than the call does: a value that is not one of its arguments.
func namesSomething(op *schemas.Operation, args map[string]any, target preview.Target) bool {
	given, err := json.Marshal(args)
	if err != nil {
		return false
	}
	for _, d := range append(target.Details, target.Along...) {
		name, _, _ := strings.Cut(d.Value, " (")
		if name != "" && !strings.Contains(string(given), name) {
			return true
		}
	}
	return false
}

// TestAcquiaEveryCard looks at every change with arguments that the demo knows. Each card must be complete, the same twice, and
// cheap; and whoever is asked must see more than ids.
func TestAcquiaEveryCard(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		gated, named := 0, 0
		for _, op := range r.writes(schemas.Acquia) {
			time.Sleep(time.Minute) // the platform admits 100 calls a minute
			args := r.acquiaArgs(op)
			target, _ := r.lookTwice(op, args)
			for _, doubt := range target.Doubts {
				t.Errorf("%s: %s", op.Name, doubt)
			}
			for _, step := range target.First {
				if _, err := apiclient.Build(r.operation(step.Tool), step.Args); err != nil || !strings.Contains(step.Tool, "_backup_create") {
					t.Errorf("%s: %s cannot be taken first: %v", op.Name, step.Tool, err)
				}
			}
			facts := policy.Facts{Operation: op, Risk: op.RiskFor(args), Environment: target.Kind.Environment}
			if policy.Decide(facts).Action != policy.Confirm {
				continue
			}
			gated++
			if namesSomething(op, args, target) {
				named++
			} else {
				t.Errorf("%s: the card shows nothing that was looked up: %v", op.Name, lines(target))
			}
		}
		t.Logf("%d of %d cards name what they are about", named, gated)
	})
}

// hostile are answers that no sane platform gives.
func hostile() map[string]any {
	long := strings.Repeat("x", 10_000)
	object := map[string]any{}
	for _, name := range []string{"id", "uuid", "name", "label", "flags", "domains", "owner", "organization", "permissions", "roles", "teams",
		"properties",
		"configuration", "vcs", "completed_at", "ssh_url", "environment", "application", "_links", "_embedded", "mail", "hostname", "status"} {
		object[name] = []any{map[string]any{"name": []any{1, nil}}, nil, 7, "x"}
	}
	texts := map[string]any{"flags": "production", "configuration": long, "domains": long, "permissions": long, "teams": map[string]any{}, "owner": long}
	many := make([]any, 300)
	for i := range many {
		many[i] = map[string]any{"id": fmt.Sprint(i), "name": long[:200], "uuid": "\n\u202e\x00", "domains": []any{long}, "type": "drupal",
			"completed_at": "9999-99-99", "flags": map[string]any{"production": true, "enabled": nil}}
	}
	return map[string]any{"nothing": nil, "text": "text", "number": 42, "empty list": []any{}, "empty object": map[string]any{},
		"mixed list":  []any{nil, 1, "x", object},
		"wrong types": object, "long texts": texts, "many": many}
}

// TestAcquiaNoSense: arguments and answers that make no sense must neither stop the program nor make a call easier.
func TestAcquiaNoSense(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		answers := hostile()
		for _, op := range r.writes(schemas.Acquia) {
			good := r.acquiaArgs(op)
			if op.Example.Args != nil {
				time.Sleep(time.Minute)
			}
			for what, answer := range answers {
				r.answer = func(string, map[string]any) (any, error, bool) { return answer, nil, true }
				for _, args := range []map[string]any{good, {}, nulls(op), wrongArgs(op)} {
					target, reader := r.look(op.Name, args)
					if len(reader.made) > maxReads {
						t.Errorf("%s, %s: %d reads", op.Name, what, len(reader.made))
					}
					if ids := preview.NamesEnvironment(r.call(op.Name, args)); ids && target.Kind.Environment != policy.Production &&
						what != "empty list" {
						t.Errorf("%s, %s: counts as %q", op.Name, what, target.Kind.Environment)
					}
				}
			}
			r.answer = nil
		}
	})
}
