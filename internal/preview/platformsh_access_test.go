package preview_test

import (
	"testing"

	"paasmcp/internal/policy"
)

const (
	acme     = "organization: Acme Ltd (01HXACMEORG0000000000000000; name acme)"
	ben      = "22222222-2222-4222-8222-222222222222"
	benLine  = "user: Ben Rossi (" + ben + "; ben@acme.example)"
	devs     = "01HXTEAMDEVE0000000000000A"
	devsLine = "team: Developers (" + devs + "; 20 members; 1 project; viewer, development:admin, staging:contributor)"
	everyone = "everything, also people and production"
)

// inAcme are arguments of a call about the demo's organization.
func inAcme(pairs ...any) map[string]any {
	args := shop(pairs...)
	delete(args, "project_id")
	args["organization_id"] = "01HXACMEORG0000000000000000"
	for i := 0; i < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return args
}

func TestPlatformshAccessCards(t *testing.T) {
	t.Parallel()
	grant := func(user string, rights ...any) map[string]any {
		return map[string]any{"user_id": user, "permissions": rights}
	}
	cards(t, []card{
		{"project_user_access_create", shop("entries", []any{grant(ben, "admin"), grant("33333333-3333-4333-8333-333333333333", "viewer")}),
			policy.Unknown, "", []string{
				shopLine, benLine, "user may then: admin = " + everyone,
				"user: Cleo Haas (33333333-3333-4333-8333-333333333333; cleo@acme.example)", "user may then: viewer = see the project",
				"change rights of " + ben + ": viewer, development:admin, staging:contributor → admin",
			}},
		{"project_user_access_create", shop("entries", []any{grant(ben), grant("a"), grant(ben), grant(ben), grant("b"), grant("c")}), policy.Unknown, "",
			[]string{
				shopLine, benLine, benLine, benLine,
				"change rights of " + ben + ": viewer, development:admin, staging:contributor → ",
				"change rights of " + ben + ": viewer, development:admin, staging:contributor → ",
				"change rights of " + ben + ": viewer, development:admin, staging:contributor → ",
				"doubt the entries after the first 4: too many to look up", "doubt user a: the platform answered 404 (not_found)",
			}},
		{"project_user_access_delete", shop("user_id", ben), policy.Unknown, "Ben Rossi", []string{
			shopLine, "access now: " + ben + " (viewer, development:admin, staging:contributor; since 13 months ago)", benLine,
		}},
		{"project_invitation_create", shop("email", "Milo@partner.example", "role", "viewer", "permissions", []any{map[string]any{"type": "production",
			"role": "admin"}}),
			policy.Unknown, "", []string{
				shopLine, "an invitation waits already: milo@partner.example (pending; role viewer; sent 7 days ago; by Ada Stone)",
				"may then: viewer = see the project; production:admin = change everything on production",
			}},
		{"org_invitation_delete", inAcme("invitation_id", "44444444-0001-4000-8000-000000000001"), policy.Unknown, "noor@partner.example", []string{
			acme, "invitation for: noor@partner.example (pending; projects:list; sent 7 days ago; by Ada Stone)",
		}},
		{"org_invitation_delete", inAcme("invitation_id", "44444444-0001-4000-8000-00000000ffff"), policy.Unknown, "", []string{
			`impossible there is no invitation "44444444-0001-4000-8000-00000000ffff"; platformsh_org_invitation_list shows 44444444-0001-4000-8000-000000000001`}},
		{"org_member_update", inAcme("user_id", ben, "permissions", []any{"members"}), policy.Unknown, "Ben Rossi", []string{
			acme, "membership now: " + ben + " (plans, projects:create, projects:list; since 2 years ago)", benLine,
			"may then: members = invite and remove people, change their rights", "change permissions: plans, projects:create, projects:list → members",
		}},
		{"org_member_delete", inAcme("user_id", ben), policy.Unknown, "Ben Rossi", []string{
			acme, "membership now: " + ben + " (plans, projects:create, projects:list; since 2 years ago)", benLine,
			"along projects they lose: 1: abc123shop (development:admin, staging:contributor, viewer)",
		}},
		{"org_delete", inAcme(), policy.Unknown, "Acme Ltd", []string{
			acme, "along projects: 3: Acme Blog, Acme Intranet, Acme Shop", "along teams: 3: Content editors, Developers, Operations", "along members: 25",
		}},
		{"org_mfa_enforcement_enable", inAcme(), policy.Unknown, "Acme Ltd", []string{acme, "change second factor is enforced: false → true"}},
		{"org_mfa_enforcement_disable", inAcme(), policy.Unknown, "Acme Ltd", []string{acme, "nothing changes: a second factor is not enforced"}},
		{"team_update", map[string]any{"team_id": devs, "project_permissions": []any{"admin"}}, policy.Unknown, "Developers", []string{
			devsLine, "may then: admin = " + everyone, "along projects of the team: 1: Acme Shop",
			"change project_permissions: viewer, development:admin, staging:contributor → admin",
		}},
		{"team_member_create", map[string]any{"team_id": devs, "user_id": ben}, policy.Unknown, "Developers", []string{
			devsLine, benLine, "along projects of the team: 1: Acme Shop",
		}},
		{"team_project_access_delete", map[string]any{"team_id": devs, "project_id": "abc123shop"}, policy.Unknown, "", []string{
			devsLine, "project: Acme Shop (abc123shop; since 12 months ago)",
		}},
		{"user_email_change", map[string]any{"user_id": ben, "email_address": "ben@elsewhere.example"}, policy.Unknown, "Ben Rossi", []string{
			benLine, "change email: ben@acme.example → ben@elsewhere.example",
		}},
		{"ssh_key_create", map[string]any{"value": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada"},
			policy.Unknown, "", []string{
				"fingerprint: SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA", "key of: Ada Stone (11111111-1111-4111-8111-111111111111; ada@acme.example)",
				"may then: log in and push code wherever this person may",
			}},
		{"user_api_token_create", map[string]any{"user_id": ben, "name": "nightly"}, policy.Unknown, "Ben Rossi", []string{
			benLine, "may then: everything that this person may, until it is deleted",
		}},
	})
}

func TestPlatformshContractCards(t *testing.T) {
	t.Parallel()
	contract := "subscription: Acme Shop (1000001; project abc123shop; plan medium; active; eu-5.platform.sh)"
	all := []string{
		"along environments with their data: 5: main (production; active), staging (staging; active), feature/search (development; active), " +
			"feature/checkout (development; active), feature/old-theme (development; inactive)",
		"along backups, the last one: 19 hours ago (1999-12-31 05:00 UTC)", "along domains: 1: shop.example.com", "along people who lose access: 2",
	}
	cards(t, []card{
		{"subscription_update", inAcme("subscription_id", "1000001", "plan", "2xlarge"), policy.Production, "Acme Shop", []string{
			acme, contract, reachesMain, "change plan: medium → 2xlarge", "cost €1032.50 a month, now €451.50",
		}},
		{"subscription_update", inAcme("subscription_id", "1000001", "storage", 10240), policy.Production, "", []string{
			"impossible the platform does not allow it: Storage cannot be reduced.",
		}},
		{"subscription_update", inAcme("subscription_id", "1000001", "backups", "big"), policy.Production, "Acme Shop", []string{
			acme, contract, reachesMain, "change backups: (not shown by the platform) → big", "cost the platform gives no estimate for this option",
		}},
		{"subscription_update", inAcme("subscription_id", "1000001", "project_title", "Shop 2"), policy.Unknown, "Acme Shop", []string{
			acme, contract, "change project_title: Acme Shop → Shop 2",
		}},
		{"org_project_update", inAcme("project_id", "abc123shop", "plan", "xlarge"), policy.Production, "", []string{
			acme, "project: Acme Shop (abc123shop; plan medium; active; eu-5.platform.sh)", reachesMain, "change plan: medium → xlarge",
			"cost €701.50 a month, now €451.50",
		}},
		{"subscription_create", inAcme("project_region", "eu-5.platform.sh", "plan", "large"), policy.Unknown, "", []string{
			acme, "cost €188.00 a month (plan large, 3 environments, 5120 MiB of storage, 1 user)",
		}},
		{"project_delete", shop(), policy.Production, "Acme Shop", append(append([]string{shopLine, reachesMain, acme}, all...),
			"along integrations: 1: github acme/shop")},
		{"subscription_delete", inAcme("subscription_id", "1000001"), policy.Production, "Acme Shop", append([]string{acme, contract, reachesMain,
			shopLine}, all...)},
		{"project_update", shop("default_branch", "staging"), policy.Production, "", []string{
			shopLine, reachesMain, "becomes production: " + stagingIs, "is production now: " + mainIs, "along domains that move: 1: shop.example.com",
			"change default_branch: main → staging",
		}},
		{"project_settings_update", shop("build_resources", map[string]any{"cpu": 2}), policy.Unknown, "", []string{shopLine,
			"change build_resources.cpu: 1 → 2"}},
	})
}
