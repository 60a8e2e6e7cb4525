package e2e_test

import (
	"strings"
	"testing"

	"paasmcp/internal/simulator"
	demo "paasmcp/internal/simulator/acquia"
)

func acquiaSettings() []workflow {
	certificate, key := selfSigned("www.portal.example.com")
	return []workflow{
		{
			name: "rotate a variable",
			steps: []step{
				{
					do: "acquia_variable_list", with: on(demo.EnvProd), fields: "name", sends: []string{"GET " + prod + "/variables?limit=50"},
					want: want{"items[name=PAYMENT_API_KEY]": anything{}},
				},
				{
					do: "acquia_variable_update", gate: form, declined: true,
					with:  on(demo.EnvProd, "variable_name", "PAYMENT_API_KEY", "name", "PAYMENT_API_KEY", "value", canary+"-payment"),
					card:  []string{"variable: PAYMENT_API_KEY", "•"},
					sends: []string{"PUT " + prod + `/variables/PAYMENT_API_KEY {"name":"PAYMENT_API_KEY","value":"` + canary + `-payment"}`}, wait: "success",
				},
				{
					do: "acquia_variable_get", with: on(demo.EnvProd, "variable_name", "PAYMENT_API_KEY"), sends: []string{"GET " + prod + "/variables/PAYMENT_API_KEY"},
					want: want{"value.name": "PAYMENT_API_KEY", "value.value": contains("•")},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := acquiaEnvironment(t, sim, demo.EnvProd); e.Variables["PAYMENT_API_KEY"] != canary+"-payment" {
					t.Errorf("variables: %v", e.Variables)
				}
			},
		},
		{
			name:    "domain with certificate",
			known:   map[string]string{"certificate": certificate, "key": key},
			secrets: strings.Split(strings.TrimSpace(key), "\n")[1:3],
			steps: []step{
				{
					do: "acquia_domain_create", with: on(demo.EnvProd, "hostname", "www.portal.example.com"),
					sends: []string{"POST " + prod + `/domains {"hostname":"www.portal.example.com"}`}, wait: "success",
				},
				{do: "acquia_environment_dns_get", with: on(demo.EnvProd), sends: []string{"GET " + prod + "/dns"}, want: want{"value.subdomains": anything{}}},
				{
					do: "acquia_domain_status_get", with: on(demo.EnvProd, "domain", "www.portal.example.com"),
					sends: []string{"GET " + prod + "/domains/www.portal.example.com/status"}, want: want{"value.flags.dns_resolves": false},
				},
				{
					do:    "acquia_certificate_create",
					with:  on(demo.EnvProd, "certificate", "{certificate}", "private_key", "{key}", "label", "Portal 2027"),
					sends: []string{"POST " + prod + `/ssl/certificates {"certificate":` + quoted(certificate) + `,"private_key":` + quoted(key) + `,"label":"Portal 2027"}`},
					wait:  "success",
				},
				{
					do: "acquia_certificate_list", with: on(demo.EnvProd), sends: []string{"GET " + prod + "/ssl/certificates"},
					want: want{"items[label=Portal 2027].flags.active": false, "items[label=Portal 2027].private_key": missing{}},
					keep: keep{"id": "items[label=Portal 2027].id"},
				},
				{
					do: "acquia_certificate_activate", with: on(demo.EnvProd, "certificate_id", "{id}"), gate: typed("Portal 2027"), declined: true,
					sends: []string{"POST " + prod + "/ssl/certificates/{id}/actions/activate {}"}, wait: "success",
				},
				{
					do: "acquia_certificate_list", with: on(demo.EnvProd), sends: []string{"GET " + prod + "/ssl/certificates"},
					want: want{"items[id={id}].flags.active": true},
				},
			},
		},
		{
			name: "cron",
			steps: []step{
				{do: "acquia_cron_list", with: on(demo.EnvProd), sends: []string{"GET " + prod + "/crons"}, want: want{"items.#": 1}},
				{
					do: "acquia_cron_create", with: on(demo.EnvProd, "command", "drush cr", "frequency", "0 3 * * 1-5", "label", "Nightly"), gate: typed("acme-portal.prod"), declined: true,
					card:  []string{`"command":"drush cr"`},
					sends: []string{"POST " + prod + `/crons {"command":"drush cr","frequency":"0 3 * * 1-5","label":"Nightly"}`}, wait: "success",
				},
				{
					do: "acquia_cron_list", with: on(demo.EnvProd), sends: []string{"GET " + prod + "/crons"},
					want: want{"items[label=Nightly].hour": "3", "items[label=Nightly].flags.enabled": true}, keep: keep{"cron": "items[label=Nightly].id"},
				},
				{
					do: "acquia_cron_disable", with: on(demo.EnvProd, "cron_id", "{cron}"),
					sends: []string{"POST " + prod + "/crons/{cron}/actions/disable {}"}, wait: "success",
				},
				{
					do: "acquia_cron_get", with: on(demo.EnvProd, "cron_id", "{cron}"), sends: []string{"GET " + prod + "/crons/{cron}"},
					want: want{"value.flags.enabled": false},
				},
			},
		},
	}
}

func acquiaPeople() []workflow {
	const acme = "/organizations/" + demo.Organization
	return []workflow{
		{
			name: "invite a team member",
			steps: []step{
				{do: "acquia_organization_list", sends: []string{"GET /organizations"}, keep: keep{"org": "items[name=Acme].uuid"}},
				{
					do: "acquia_organization_team_list", with: args{"organization_uuid": "{org}"}, sends: []string{"GET " + acme + "/teams?limit=50"},
					keep: keep{"team": "items[name=Developers].uuid"},
				},
				{
					do: "acquia_role_list", with: args{"organization_uuid": "{org}"}, sends: []string{"GET " + acme + "/roles?limit=50"},
					keep: keep{"role": "items[name=Developer].uuid"},
				},
				{
					do: "acquia_team_invite_create", gate: form, declined: true,
					with:  args{"team_uuid": "{team}", "email": "fay@acme.example", "roles": []any{"{role}"}},
					card:  []string{"gets new rights", "fay@acme.example"},
					sends: []string{`POST /teams/{team}/invites {"email":"fay@acme.example","roles":["{role}"]}`},
				},
				{
					do: "acquia_team_invite_list", with: args{"team_uuid": "{team}"}, sends: []string{"GET /teams/{team}/invites?limit=50"},
					want: want{"items[email=fay@acme.example]": anything{}, "items[email=fay@acme.example].token": contains("•")},
				},
			},
		},
		{
			name: "inspect a failed task",
			steps: []step{
				{
					do:    "acquia_application_notification_list",
					with:  args{"application_uuid": demo.AppPortal, "filter": "status=failed", "sort": "-created_at", "limit": 1},
					sends: []string{"GET " + portal + "/notifications?filter=status=failed&limit=1&sort=-created_at"},
					want:  want{"items.0.event": "CodeSwitched"}, keep: keep{"failed": "items.0.uuid"},
				},
				{
					do: "acquia_notification_get", with: args{"notification_uuid": "{failed}"}, sends: []string{"GET /notifications/{failed}"},
					want: want{"value.context.environment.ids.0": demo.EnvStage, "value.description": contains("PHP 8.4")},
				},
				{
					do: "acquia_log_create", with: on(demo.EnvStage, "log_type", "drupal-watchdog"),
					sends: []string{"POST " + stage + "/logs/drupal-watchdog {}"}, wait: "success",
				},
				{
					do: "acquia_log_download", with: on(demo.EnvStage, "log_type", "drupal-watchdog"), save: "watchdog.log.gz",
					sends: []string{"GET " + stage + "/logs/drupal-watchdog"},
				},
			},
		},
	}
}
