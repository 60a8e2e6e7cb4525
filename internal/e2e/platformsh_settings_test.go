package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	demo "paasmcp/internal/simulator/platformsh"
)

func platformshSettings() []workflow {
	certificate, key := selfSigned("gifts.example.com")
	return []workflow{
		{
			name: "rotate a variable of an environment",
			steps: []step{
				{
					do: "platformsh_environment_variable_list", with: in("main"), sends: []string{"GET " + shop("main") + "/variables"},
					want: want{"items[id=env:SESSION_SECRET].is_sensitive": true, "items[id=env:SESSION_SECRET].value": missing{}, "items[id=env:MAILER_DSN].value": contains("•")},
				},
				{
					do: "platformsh_environment_variable_update", gate: form, declined: true,
					with:  in("main", "variable_id", "env:SESSION_SECRET", "value", canary+"-rotated", "is_sensitive", true),
					card:  []string{"variable: env:SESSION_SECRET", "•"},
					sends: []string{"PATCH " + shop("main") + `/variables/env%3ASESSION_SECRET {"value":"` + canary + `-rotated","is_sensitive":true}`},
					want:  want{"value.value": missing{}},
					wait:  "success",
				},
				{
					do: "platformsh_environment_variable_get", with: in("main", "variable_id", "env:SESSION_SECRET"),
					sends: []string{"GET " + shop("main") + "/variables/env%3ASESSION_SECRET"},
					want:  want{"value.is_sensitive": true, "value.value": missing{}},
				},
			},
		},
		{
			name: "rotate a variable of a project",
			steps: []step{
				{
					do: "platformsh_project_variable_update", gate: typed("env:PAYMENT_API_KEY"), declined: true,
					with:  args{"project_id": demo.ProjectShop, "variable_id": "env:PAYMENT_API_KEY", "value": canary + "-payment"},
					sends: []string{`PATCH /projects/abc123shop/variables/env%3APAYMENT_API_KEY {"value":"` + canary + `-payment"}`},
				},
				{
					do: "platformsh_environment_redeploy", with: in("main"), gate: form,
					card:  []string{"Puts new project variables"},
					sends: []string{"POST " + shop("main") + "/redeploy"}, wait: "success",
				},
				{
					do: "platformsh_environment_redeploy", with: in("staging"), gate: form,
					sends: []string{"POST " + shop("staging") + "/redeploy"}, wait: "success",
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if value, _ := sim.Platformsh().ProjectVariable(demo.ProjectShop, "env:PAYMENT_API_KEY"); value != canary+"-payment" {
					t.Errorf("the variable is %q", value)
				}
			},
		},
		{
			name:  "domain with certificate",
			known: map[string]string{"certificate": certificate, "key": key},
			// A key is recognized by any of its lines.
			secrets: strings.Split(strings.TrimSpace(key), "\n")[1:3],
			steps: []step{
				{
					do: "platformsh_project_capabilities_get", with: args{"project_id": demo.ProjectShop},
					sends: []string{"GET /projects/abc123shop/capabilities"}, want: want{"value.custom_domains.enabled": true},
				},
				{
					do: "platformsh_certificate_create", gate: typed("abc123shop"), declined: true,
					with:  args{"project_id": demo.ProjectShop, "certificate": "{certificate}", "key": "{key}"},
					sends: []string{`POST /projects/abc123shop/certificates {"certificate":` + quoted(certificate) + `,"key":` + quoted(key) + `}`},
					want:  want{"value.key": missing{}},
					wait:  "success",
				},
				{
					do: "platformsh_project_domain_create", gate: typed("abc123shop"),
					with:  args{"project_id": demo.ProjectShop, "name": "gifts.example.com"},
					sends: []string{`POST /projects/abc123shop/domains {"name":"gifts.example.com"}`},
					wait:  "success",
				},
				{
					do: "platformsh_environment_redeploy", with: in("main"), gate: form,
					sends: []string{"POST " + shop("main") + "/redeploy"}, wait: "success",
				},
				{
					do: "platformsh_project_domain_get", with: args{"project_id": demo.ProjectShop, "domain_id": "gifts.example.com"},
					sends: []string{"GET /projects/abc123shop/domains/gifts.example.com"},
					want:  want{"value.name": "gifts.example.com", "value.is_default": false},
				},
				{
					do: "platformsh_certificate_list", with: args{"project_id": demo.ProjectShop},
					sends: []string{"GET /projects/abc123shop/certificates"},
					want:  want{"items[domains.0=gifts.example.com].is_provisioned": false, "items[domains.0=shop.example.com].id": demo.SeedCertificate},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if list := sim.Platformsh().Domains(demo.ProjectShop); !slices.Equal(list, []string{"shop.example.com", "gifts.example.com"}) {
					t.Errorf("domains: %v", list)
				}
			},
		},
		{
			name: "invite a developer",
			steps: []step{
				{
					do: "platformsh_org_member_list", with: args{"organization_id": demo.OrgAcme, "limit": 3},
					sends: []string{"GET /organizations/" + demo.OrgAcme + "/members?page[size]=3"},
					want:  want{"items.#": 3, "next": anything{}},
				},
				{
					do: "platformsh_project_invitation_list", with: args{"project_id": demo.ProjectShop, "filter_state": "pending"},
					sends: []string{"GET /projects/abc123shop/invitations?filter[state][eq]=pending&page[size]=100"},
				},
				{
					do: "platformsh_project_invitation_create", gate: form, declined: true,
					with: args{
						"project_id": demo.ProjectShop, "email": "dev@example.com", "role": "viewer",
						"permissions": []any{args{"type": "staging", "role": "contributor"}, args{"type": "development", "role": "contributor"}},
					},
					card: []string{"gets new rights", "dev@example.com"},
					sends: []string{`POST /projects/abc123shop/invitations {"email":"dev@example.com","role":"viewer",
						"permissions":[{"type":"staging","role":"contributor"},{"type":"development","role":"contributor"}]}`},
					want: want{"value.state": "pending"}, keep: keep{"invitation": "value.id"},
				},
				{
					do: "platformsh_project_invitation_list", with: args{"project_id": demo.ProjectShop},
					sends: []string{"GET /projects/abc123shop/invitations?page[size]=100"},
					want:  want{"items[id={invitation}].email": "dev@example.com"},
				},
				{
					do: "platformsh_project_user_access_list", with: args{"project_id": demo.ProjectShop},
					sends: []string{"GET /projects/abc123shop/user-access?page[size]=50"},
					want:  want{"items[user_id=" + demo.UserAda + "].permissions": contains("admin")},
				},
				{
					do: "platformsh_project_invitation_delete", gate: form, with: args{"project_id": demo.ProjectShop, "invitation_id": "{invitation}"},
					card:  []string{"dev@example.com"},
					sends: []string{"DELETE /projects/abc123shop/invitations/{invitation}"},
				},
				{
					do: "platformsh_project_invitation_list", with: args{"project_id": demo.ProjectShop},
					sends: []string{"GET /projects/abc123shop/invitations?page[size]=100"},
					want:  want{"items[id={invitation}]": missing{}},
				},
			},
		},
	}
}

func platformshPlans() []workflow {
	const acme = "/organizations/" + demo.OrgAcme
	return []workflow{
		{
			name: "change the plan",
			steps: []step{
				{
					do: "platformsh_subscription_get", with: args{"organization_id": demo.OrgAcme, "subscription_id": demo.SubscriptionShop},
					sends: []string{"GET " + acme + "/subscriptions/1000001"}, want: want{"value.plan": "medium", "value.status": "active"},
				},
				{
					do:    "platformsh_subscription_change_estimate",
					with:  args{"organization_id": demo.OrgAcme, "subscription_id": demo.SubscriptionShop, "plan": "large"},
					sends: []string{"GET " + acme + "/subscriptions/1000001/estimate?plan=large"}, want: want{"value.total": anything{}},
				},
				{
					do: "platformsh_subscription_update", gate: typed("Acme Shop"), declined: true,
					with:  args{"organization_id": demo.OrgAcme, "subscription_id": demo.SubscriptionShop, "plan": "large"},
					card:  []string{"The bill can rise", `"plan":"large"`},
					sends: []string{"PATCH " + acme + `/subscriptions/1000001 {"plan":"large"}`}, want: want{"value.plan": "large"},
				},
				{
					do: "platformsh_subscription_get", with: args{"organization_id": demo.OrgAcme, "subscription_id": demo.SubscriptionShop},
					sends: []string{"GET " + acme + "/subscriptions/1000001"}, want: want{"value.plan": "large"},
				},
			},
		},
		{
			name: "scale an application",
			steps: []step{
				{do: "platformsh_autoscaling_settings_get", with: in("main"), sends: []string{"GET " + shop("main") + "/autoscaling/settings"}},
				{
					do: "platformsh_autoscaling_settings_update", gate: form, declined: true,
					with:  in("main", "services", args{"app": args{"instances": args{"min": 2, "max": 6}}}),
					card:  []string{"The bill can rise"},
					sends: []string{"PATCH " + shop("main") + `/autoscaling/settings {"services":{"app":{"instances":{"min":2,"max":6}}}}`},
				},
				{
					do: "platformsh_autoscaling_settings_get", with: in("main"), sends: []string{"GET " + shop("main") + "/autoscaling/settings"},
					want: want{"value.services.app.instances.max": 6},
				},
			},
		},
		{
			name: "new project",
			steps: []step{
				{
					do: "platformsh_subscription_can_create", with: args{"organization_id": demo.OrgAcme},
					sends: []string{"GET " + acme + "/subscriptions/can-create"}, want: want{"value.can_create": true},
				},
				{
					do: "platformsh_region_list", with: args{"filter_available": "true", "filter_zone": "Europe"},
					sends: []string{"GET /regions?filter[available][eq]=true&filter[zone][eq]=Europe&page[size]=50"},
					keep:  keep{"region": "items[id=eu-5.platform.sh].id"},
				},
				{
					do:    "platformsh_subscription_estimate",
					with:  args{"organization_id": demo.OrgAcme, "plan": "development", "environments": 3, "storage": 5120, "user_licenses": 1},
					sends: []string{"GET " + acme + "/subscriptions/estimate?environments=3&plan=development&storage=5120&user_licenses=1"},
					want:  want{"value.total": anything{}},
				},
				{
					do: "platformsh_subscription_create", gate: form, declined: true,
					with: args{
						"organization_id": demo.OrgAcme, "project_region": "{region}", "plan": "development", "project_title": "Gift cards",
						"default_branch": "main",
					},
					card:  []string{"The bill can rise", "Gift cards", demo.OrgAcme},
					sends: []string{"POST " + acme + `/subscriptions {"project_region":"{region}","plan":"development","project_title":"Gift cards","default_branch":"main"}`},
					keep:  keep{"subscription": "value.id", "project": "value.project_id"},
					wait:  "success",
				},
				{
					do: "platformsh_project_get", with: args{"project_id": "{project}"}, sends: []string{"GET /projects/{project}"},
					want: want{"value.title": "Gift cards", "value.default_branch": "main"},
				},
				{
					do: "platformsh_environment_initialize", gate: form,
					with: args{
						"project_id": "{project}", "environment_id": "main", "profile": "Drupal 11",
						"repository": "https://github.com/acme/drupal-template.git@main",
					},
					sends: []string{`POST /projects/{project}/environments/main/initialize
						{"profile":"Drupal 11","repository":"https://github.com/acme/drupal-template.git@main"}`},
					wait: "success",
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, kept map[string]string) {
				if e, ok := sim.Platformsh().Environment(kept["project"], "main"); !ok || e.Status != "active" || e.Deployed == "" {
					t.Errorf("the new project's main is %+v", e)
				}
			},
		},
	}
}

// quoted is a text as JSON.
func quoted(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		panic(err) // a text always encodes
	}
	return string(raw)
}

// selfSigned makes a certificate and its key, in PEM.
func selfSigned(domain string) (certificate, key string) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the system has no randomness
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: domain}, DNSNames: []string{domain},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	if err != nil {
		panic(err) // the template above is complete
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		panic(err) // a key of this type always encodes
	}
	encode := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", keyDER)
}
