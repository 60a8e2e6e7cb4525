package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/simulator"
	demo "paasmcp/internal/simulator/virtuozzo"
)

func virtuozzoNetwork() []workflow {
	certificate, key := selfSigned("gifts.example.com")
	const security = "POST /environment/security/rest/"
	return []workflow{
		{
			name:    "domain with certificate",
			known:   map[string]string{"certificate": certificate, "key": key},
			secrets: strings.Split(strings.TrimSpace(key), "\n")[1:3],
			steps: []step{
				{do: "virtuozzo_external_domain_check", with: args{"domain": "gifts.example.com"}, sends: []string{binder + `checkextdomain {"extdomain":"gifts.example.com"}`}},
				{
					do: "virtuozzo_external_domain_bind", with: of("shop", "domain", "gifts.example.com"),
					sends: []string{binder + `bindextdomain {"envName":"shop","extdomain":"gifts.example.com"}`},
				},
				{
					do: "virtuozzo_ssl_cert_create", with: of("shop", "key", "{key}", "cert", "{certificate}"),
					sends: []string{binder + `addsslcert {"envName":"shop","key":` + quoted(key) + `,"cert":` + quoted(certificate) + `}`},
					want:  want{"value.sslCert.key": missing{}}, keep: keep{"cert": "value.sslCert.id"},
				},
				{
					do: "virtuozzo_ssl_cert_bind", gate: form, declined: true,
					with:  of("shop", "cert_id", "{cert}", "entry_point", "SLB", "domains", []any{"gifts.example.com"}),
					sends: []string{binder + `bindsslcert {"envName":"shop","certId":"{cert}","entryPoint":"SLB","extDomains":"gifts.example.com"}`},
				},
				{
					do: "virtuozzo_domain_list", with: of("shop"), sends: []string{binder + `getdomains {"envName":"shop"}`},
					want: want{"value.envDomains": contains("gifts.example.com")},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := virtuozzoEnvironment(t, sim, "shop"); !slices.Equal(e.ExtDomains, []string{demo.SeedDomain, "gifts.example.com"}) {
					t.Errorf("domains: %v", e.ExtDomains)
				}
			},
		},
		{
			name: "firewall rule",
			steps: []step{
				{
					do: "virtuozzo_firewall_rule_list", with: of("shop"), sends: []string{security + `getrules {"envName":"shop"}`},
					want: want{"items[id=12].name": "Office"},
				},
				{
					do: "virtuozzo_firewall_rule_create", gate: form, declined: true,
					with: of("shop", "node_group", "sqldb", "rule", args{
						"name": "Partner", "direction": "INPUT", "action": "ALLOW", "protocol": "TCP", "ports": "3306", "src": "203.0.113.0/24",
						"priority": 900, "isEnabled": true,
					}),
					card: []string{"203.0.113.0/24"},
					sends: []string{security + `addrule {"envName":"shop","nodeGroup":"sqldb","rule":{"name":"Partner","direction":"INPUT","action":"ALLOW","protocol":"TCP",
						"ports":"3306","src":"203.0.113.0/24","priority":900,"isEnabled":true}}`},
				},
				{
					do: "virtuozzo_firewall_rule_list", with: of("shop"), sends: []string{security + `getrules {"envName":"shop"}`},
					want: want{"items[name=Partner].src": "203.0.113.0/24"}, keep: keep{"rule": "items[name=Partner].id"},
				},
				{
					do: "virtuozzo_firewall_rule_delete", with: of("shop", "rule_id", "{rule}"), gate: form,
					sends: []string{security + `removerule {"envName":"shop","id":"{rule}"}`},
				},
				{
					do: "virtuozzo_firewall_rule_list", with: of("shop"), sends: []string{security + `getrules {"envName":"shop"}`},
					want: want{"items[name=Partner]": missing{}, "items[id=12]": anything{}},
				},
			},
		},
	}
}

func virtuozzoPeople() []workflow {
	return []workflow{
		{
			name: "share with a colleague",
			steps: []step{
				{
					do: "virtuozzo_role_list", sends: []string{collab + "getroles {}"}, keep: keep{"role": "items[name=operator].id"},
				},
				{
					do: "virtuozzo_member_invite", with: args{"email": "fay@example.com", "display_name": "Fay"}, gate: form, declined: true,
					card:  []string{"gets new rights", "fay@example.com"},
					sends: []string{collab + `invitemember {"email":"fay@example.com","displayName":"Fay"}`}, keep: keep{"member": "value.collaboration.id"},
				},
				{
					do: "virtuozzo_environment_get", with: of("shop", "lazy", true), sends: []string{control + `getenvinfo {"envName":"shop","lazy":"true"}`},
					keep: keep{"appid": "value.env.appid"},
				},
				{
					do: "virtuozzo_shared_resource_add", gate: form,
					with:  args{"collaboration_id": "{member}", "resources": []any{args{"resourceId": "{appid}", "type": "ENV", "roleIds": []any{"{role}"}}}},
					sends: []string{collab + `addresources {"collaborationId":"{member}","resources":[{"resourceId":"{appid}","type":"ENV","roleIds":[{role}]}]}`},
				},
				{
					do: "virtuozzo_member_list", sends: []string{collab + "getmembers {}"},
					want: want{"items[email=fay@example.com].status": "PENDING"},
				},
			},
		},
	}
}
