package preview_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/simulator/acquia"
)

// has checks single lines of a card; a line with ! in front must not be there.
func has(t *testing.T, got []string, want ...string) {
	t.Helper()
	for _, w := range want {
		w, not := strings.CutPrefix(w, "!")
		if slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, w) }) == not {
			t.Errorf("%q (there must be %v) in\n\t%s", w, !not, strings.Join(got, "\n\t"))
		}
	}
}

// TestAcquiaFamilies are the cases that the demo's first environment does not show.
func TestAcquiaFamilies(t *testing.T) {
	t.Parallel()
	env := func(id string, more ...any) map[string]any {
		args := map[string]any{"environment_id": id}
		for i := 0; i < len(more); i += 2 {
			args[more[i].(string)] = more[i+1]
		}
		return args
	}
	databases := func(n int) func(*rig) {
		return func(r *rig) {
			r.answer = func(tool string, _ map[string]any) (any, error, bool) {
				var list []any
				for i := range n {
					list = append(list, map[string]any{"name": fmt.Sprintf("db%d", i)})
				}
				return list, nil, tool == "acquia_application_database_list"
			}
		}
	}
	environments := func(n int) func(*rig) {
		return func(r *rig) {
			r.answer = func(tool string, _ map[string]any) (any, error, bool) {
				var list []any
				for i := range n {
					list = append(list, map[string]any{"id": fmt.Sprintf("%d-%s", i, acquia.AppPortal), "name": fmt.Sprintf("env%d", i),
						"flags": map[string]any{"production": i == n-1}})
				}
				return list, nil, tool == "acquia_environment_list"
			}
		}
	}
	for _, c := range []struct {
		what, tool string
		args       map[string]any
		before     func(*rig)
		want       []string
	}{
		{"an environment made on demand", "acquia_environment_delete", nil, func(r *rig) {
			r.send("acquia_environment_create", map[string]any{"application_uuid": acquia.AppPortal, "label": "Search", "branch": "feature/search",
				"databases": []any{"portal"}})
		}, []string{"environment: Search (", "!made on demand", "along database portal: there is no backup", "!first"}},
		{"a domain that moves", "acquia_domain_create", env(acquia.EnvProd, "hostname", acquia.StageDomain), nil,
			[]string{"the domain is now on: Stage (" + acquia.EnvStage}},
		{"a domain that is new", "acquia_domain_create", env(acquia.EnvProd, "hostname", "new.example.com"), nil, []string{"!the domain is now on"}},
		{"a default name", "acquia_domain_delete", env(acquia.EnvStage, "domain", acquia.StageDomain), nil, []string{"DNS points here: no"}},
		{"a variable that is there", "acquia_variable_create", env(acquia.EnvProd, "name", "APP_ENV", "value", "x"), nil,
			[]string{"change APP_ENV: •••• (a value, hidden) → •••• (a new value, hidden)"}},
		{"code without databases", "acquia_code_switch", env(acquia.EnvDocs, "branch", "main"), nil, []string{"change code: main → main", "!databases", "!first"}},
		{"three databases", "acquia_code_switch", env(acquia.EnvProd, "branch", "main"), databases(3), []string{"databases: 3: db0, db1, db2", "first"}},
		{"too many databases", "acquia_code_switch", env(acquia.EnvProd, "branch", "main"), databases(4),
			[]string{"databases: 4: db0, db1, db2, db3", "backups: not looked up", "!last backup", "!first"}},
		{"production is looked at first", "acquia_application_database_erase", map[string]any{"application_uuid": acquia.AppPortal, "database_name": "portal"},
			environments(7), []string{"along all of its data in: env6", "along all of its data in: env1", "!along all of its data in: env2",
				"along and in other environments: 4", "doubt backups in 4 other environments"}},
		{"no environments", "acquia_application_database_erase", map[string]any{"application_uuid": acquia.AppPortal, "database_name": "portal"},
			environments(0), []string{"doubt the environments, all of application", "!first"}},
		{"a removal of oneself", "acquia_organization_member_delete", map[string]any{"organization_uuid": acquia.Organization, "user_uuid": acquia.UserAda}, nil,
			[]string{"along your own access:"}},
		{"a removal of another", "acquia_organization_member_delete", map[string]any{"organization_uuid": acquia.Organization, "user_uuid": acquia.UserBen}, nil,
			[]string{"!along your own access:"}},
		{"a codebase with force", "acquia_codebase_delete", map[string]any{"codebase_id": acquia.Codebase, "force": true}, nil, []string{"checks: skipped"}},
		{"cloud actions", "acquia_cloud_actions_update", env(acquia.EnvProd, "cloud_actions", map[string]any{"f668295f-cbba-472d-8b75-c76ab89e5001": false}), nil,
			[]string{"change Back up all databases: on → off", "!change Clear all caches"}},
		{"cloud actions as they were", "acquia_cloud_actions_reset", env(acquia.EnvProd), func(r *rig) {
			r.send("acquia_cloud_actions_disable", env(acquia.EnvProd))
		}, []string{"change Back up all databases: off → on", "!change Turn on maintenance mode"}},
		{"a site that is in use", "acquia_site_delete", map[string]any{"site_id": acquia.Site}, nil, []string{"along in environments: 2: prod, stage"}},
		{"a switch that is on", "acquia_production_mode_enable", env(acquia.EnvProd), nil, []string{"production mode: on already", "!change"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, r *rig) {
				if c.before != nil {
					c.before(r)
				}
				args := c.args
				if args == nil {
					args = env(r.acquiaOnDemand())
				}
				target, reader := r.look(c.tool, args)
				has(t, lines(target), c.want...)
				if len(reader.made) > maxReads {
					t.Errorf("%d reads", len(reader.made))
				}
			})
		})
	}
}

// acquiaOnDemand is the id of the environment that was made on demand.
func (r *rig) acquiaOnDemand() string {
	r.t.Helper()
	list, err := r.read(r.t.Context(), "acquia_environment_list", map[string]any{"application_uuid": acquia.AppPortal})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, item := range list.([]any) {
		if e := item.(map[string]any); e["flags"].(map[string]any)["cde"] == true {
			return e["id"].(string)
		}
	}
	r.t.Fatal("no environment was made on demand")
	return ""
}

// TestAcquiaCertificates: the domains that lose their certificate stand on the card.
func TestAcquiaCertificates(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		certificate := func(id int, label string, active bool, domains ...any) map[string]any {
			return map[string]any{"id": id, "label": label, "domains": domains, "expires_at": "2000-02-01T00:00:00+0000", "flags": map[string]any{"active": active}}
		}
		old, fresh := certificate(1, "old", true, "a.example", "b.example"), certificate(2, "new", false, "a.example")
		r.answer = func(tool string, _ map[string]any) (any, error, bool) {
			switch tool {
			case "acquia_certificate_list":
				return []any{old, fresh}, nil, true
			case "acquia_certificate_get":
				return fresh, nil, true
			}
			return nil, nil, false
		}
		target, _ := r.look("acquia_certificate_activate", map[string]any{"environment_id": acquia.EnvProd, "certificate_id": 2})
		has(t, lines(target), "change certificate in use: old (a.example, b.example; until 2000-02-01) → new (a.example; until 2000-02-01)",
			"along domains without a certificate afterwards: b.example")
	})
}
