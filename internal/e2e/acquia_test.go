package e2e_test

import (
	"slices"
	"testing"

	"paasmcp/internal/simulator"
	demo "paasmcp/internal/simulator/acquia"
)

// Paths of the demo data.
const (
	portal = "/applications/" + demo.AppPortal
	dev    = "/environments/" + demo.EnvDev
	stage  = "/environments/" + demo.EnvStage
	prod   = "/environments/" + demo.EnvProd
)

// on names an environment, together with further arguments.
func on(environment string, more ...any) args {
	return and(args{"environment_id": environment}, more)
}

// acquiaEnvironment returns the state of an environment, which must exist.
func acquiaEnvironment(t *testing.T, sim *simulator.Simulator, id string) demo.EnvironmentState {
	t.Helper()
	e, ok := sim.Acquia().Environment(id)
	if !ok {
		t.Fatalf("there is no environment %s", id)
	}
	return e
}

func TestAcquiaWorkflows(t *testing.T) {
	t.Parallel()
	playAll(t, acquia, slices.Concat(acquiaDeployments(), acquiaData(), acquiaSettings(), acquiaPeople()))
}

func acquiaDeployments() []workflow {
	return []workflow{
		{
			name: "orient",
			steps: []step{
				{
					do: "acquia_application_list", with: args{"filter": "name=@Portal"},
					sends: []string{"GET /applications?filter=name=@Portal&limit=50"},
					want:  want{"items.#": 1, "items.0.name": "Acme Portal"}, keep: keep{"app": "items.0.uuid"},
				},
				{
					do: "acquia_environment_list", with: args{"application_uuid": "{app}"},
					sends: []string{"GET " + portal + "/environments?limit=50"},
					want: want{
						"items.#": 3, "items[name=prod].id": demo.EnvProd, "items[name=prod].flags.production_mode": true,
						"items[name=prod].vcs.path": demo.ProdTag, "items[name=prod]._links": missing{},
					},
				},
			},
		},
		{
			name: "deploy a tag to production",
			steps: []step{
				{
					do: "acquia_branch_list", with: args{"application_uuid": demo.AppPortal, "filter": "name=@tags/"},
					sends: []string{"GET " + portal + "/code?filter=name=@tags/"},
					want:  want{"items.#": 3}, keep: keep{"tag": "items[name=tags/2026-11-01].name"},
				},
				{
					do: "acquia_database_backup_create", with: on(demo.EnvProd, "database_name", demo.DatabasePortal),
					sends: []string{"POST " + prod + "/databases/portal/backups {}"}, wait: "success",
				},
				{
					do: "acquia_code_switch", with: on(demo.EnvProd, "branch", "{tag}"), gate: typed("acme-portal.prod"), declined: true,
					card:  []string{"environment: Production (" + demo.EnvProd, `"branch":"tags/2026-11-01"`, "service can be interrupted"},
					sends: []string{"POST " + prod + `/code/actions/switch {"branch":"{tag}"}`}, wait: "success",
				},
				{
					do: "acquia_environment_caches_clear", with: on(demo.EnvProd, "domains", []any{demo.PortalDomain}),
					sends: []string{"POST " + prod + `/actions/clear-caches {"domains":["portal.example.com"]}`}, wait: "success",
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, kept map[string]string) {
				if e := acquiaEnvironment(t, sim, demo.EnvProd); e.Code != kept["tag"] || e.Backups["portal"] != 5 {
					t.Errorf("production is %+v", e)
				}
			},
		},
		{
			name: "a deployment that fails is backed out",
			steps: []step{
				{do: "acquia_environment_get", with: on(demo.EnvStage), sends: []string{"GET " + stage}, keep: keep{"old": "value.vcs.path"}},
				{
					do: "acquia_code_switch", with: on(demo.EnvStage, "branch", demo.BrokenBranch), gate: form,
					sends: []string{"POST " + stage + `/code/actions/switch {"branch":"feature/broken-hook"}`},
					wait:  "failure", tells: "PHP 8.4",
				},
				{
					do:    "acquia_application_notification_list",
					with:  args{"application_uuid": demo.AppPortal, "filter": "status=failed", "sort": "-created_at"},
					sends: []string{"GET " + portal + "/notifications?filter=status=failed&limit=50&sort=-created_at"},
					want:  want{"items.#": 2, "items.0.status": "failed"}, keep: keep{"failed": "items.0.uuid"},
				},
				{
					do: "acquia_notification_get", with: args{"notification_uuid": "{failed}"}, sends: []string{"GET /notifications/{failed}"},
					want: want{"value.description": contains("PHP 8.4")},
				},
				{
					do: "acquia_code_switch", with: on(demo.EnvStage, "branch", "{old}"), gate: form, declined: true,
					sends: []string{"POST " + stage + `/code/actions/switch {"branch":"{old}"}`}, wait: "success",
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, kept map[string]string) {
				if e := acquiaEnvironment(t, sim, demo.EnvStage); e.Code != kept["old"] {
					t.Errorf("stage runs %s", e.Code)
				}
			},
		},
		{
			name: "promote code",
			steps: []step{
				{
					do: "acquia_code_deploy", with: on(demo.EnvProd, "source", demo.EnvStage), gate: typed("acme-portal.prod"), declined: true,
					card:  []string{"environment: Production (" + demo.EnvProd, `"source":"` + demo.EnvStage + `"`},
					sends: []string{"POST " + prod + `/code {"source":"` + demo.EnvStage + `"}`}, wait: "success",
				},
				{do: "acquia_environment_get", with: on(demo.EnvProd), sends: []string{"GET " + prod}, want: want{"value.vcs.path": "tags/2026-11-01"}},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := acquiaEnvironment(t, sim, demo.EnvProd); e.Code != "tags/2026-11-01" || e.Databases["portal"] != "portal of prod" {
					t.Errorf("production is %+v", e)
				}
			},
		},
		{
			name: "on-demand environment",
			steps: []step{
				{
					do: "acquia_application_feature_list", with: args{"application_uuid": demo.AppPortal},
					sends: []string{"GET " + portal + "/features"}, want: want{"items[name=on-demand-environments]": anything{}},
				},
				{
					do: "acquia_environment_create", gate: form, declined: true,
					with:  args{"application_uuid": demo.AppPortal, "label": "Search", "branch": "feature/search", "databases": []any{"portal"}},
					card:  []string{"The bill can rise", `"label":"Search"`},
					sends: []string{"POST " + portal + `/environments {"label":"Search","branch":"feature/search","databases":["portal"]}`},
					wait:  "success",
				},
				{
					do: "acquia_environment_list", with: args{"application_uuid": demo.AppPortal}, sends: []string{"GET " + portal + "/environments?limit=50"},
					want: want{"items[label=Search].flags.cde": true}, keep: keep{"new": "items[label=Search].id"},
				},
				{
					do: "acquia_environment_delete", with: on("{new}"), gate: typed("acme-portal.ode1"), declined: true,
					sends: []string{"DELETE /environments/{new}"}, wait: "success",
				},
				{
					do: "acquia_environment_get", with: on("{new}"), sends: []string{"GET /environments/{new}"},
					fails: "not found", want: want{"kind": "not_found"},
				},
			},
		},
		{
			name: "PHP upgrade",
			steps: []step{
				{
					do: "acquia_environment_runtime_list", with: on(demo.EnvDev), sends: []string{"GET " + dev + "/available-runtimes"},
				},
				{
					do: "acquia_environment_update", with: on(demo.EnvDev, "version", "8.4"), gate: form, declined: true,
					sends: []string{"PUT " + dev + ` {"version":"8.4"}`}, wait: "success",
				},
				{
					do: "acquia_environment_get", with: on(demo.EnvDev), sends: []string{"GET " + dev},
					want: want{"value.configuration.php.version": "8.4"},
				},
				{
					do: "acquia_environment_update", with: on(demo.EnvDev, "version", "8.3"), gate: form,
					sends: []string{"PUT " + dev + ` {"version":"8.3"}`}, wait: "success",
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := acquiaEnvironment(t, sim, demo.EnvDev); e.Version != "8.3" {
					t.Errorf("dev runs %s", e.Version)
				}
			},
		},
	}
}

func acquiaData() []workflow {
	return []workflow{
		{
			name: "copy a database from production to stage",
			steps: []step{
				{
					do: "acquia_environment_database_list", with: on(demo.EnvStage), sends: []string{"GET " + stage + "/databases?limit=50"},
					want: want{"items.#": 2, "items[name=portal].password": missing{}},
				},
				{
					do: "acquia_database_backup_create", with: on(demo.EnvStage, "database_name", "portal"),
					sends: []string{"POST " + stage + "/databases/portal/backups {}"}, wait: "success",
				},
				{
					do: "acquia_environment_database_copy", with: on(demo.EnvStage, "name", "portal", "source", demo.EnvProd),
					gate: typed("portal"), declined: true,
					card:  []string{"It cannot be undone", `"source":"` + demo.EnvProd + `"`},
					sends: []string{"POST " + stage + `/databases {"name":"portal","source":"` + demo.EnvProd + `"}`}, wait: "success",
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				e := acquiaEnvironment(t, sim, demo.EnvStage)
				if e.Databases["portal"] != "portal of prod" || e.Databases["analytics"] != "analytics of test" || e.Backups["portal"] != 5 {
					t.Errorf("stage is %+v", e)
				}
			},
		},
		{
			name: "production is guarded against copies",
			steps: []step{
				{
					do: "acquia_environment_database_copy", with: on(demo.EnvProd, "name", "portal", "source", demo.EnvDev),
					fails: "production mode", want: want{"kind": "refused"},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := acquiaEnvironment(t, sim, demo.EnvProd); e.Databases["portal"] != "portal of prod" {
					t.Errorf("production is %+v", e)
				}
			},
		},
		{
			name: "copy files",
			steps: []step{{
				do: "acquia_environment_files_copy", with: on(demo.EnvStage, "source", demo.EnvProd), gate: typed("acme-portal.test"), declined: true,
				sends: []string{"POST " + stage + `/files {"source":"` + demo.EnvProd + `"}`}, wait: "success",
			}},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := acquiaEnvironment(t, sim, demo.EnvStage); e.Files != "files of prod" || e.Databases["portal"] != "portal of test" {
					t.Errorf("stage is %+v", e)
				}
			},
		},
		{
			name: "backup and restore",
			steps: []step{
				{
					do: "acquia_database_backup_create", with: on(demo.EnvStage, "database_name", "portal"),
					sends: []string{"POST " + stage + "/databases/portal/backups {}"}, wait: "success",
				},
				{
					do: "acquia_database_backup_list", with: on(demo.EnvStage, "database_name", "portal", "filter", "type=daily", "sort", "started_at"),
					sends: []string{"GET " + stage + "/databases/portal/backups?filter=type=daily&limit=50&sort=started_at"},
					want:  want{"items.#": 4, "total": 4}, keep: keep{"oldest": "items.0.id"},
				},
				{
					do: "acquia_database_backup_restore", with: on(demo.EnvStage, "database_name", "portal", "backup_id", "{oldest}"),
					gate: typed("portal"), declined: true,
					card:  []string{"environment: Stage (" + demo.EnvStage, "It cannot be undone"},
					sends: []string{"POST " + stage + "/databases/portal/backups/{oldest}/actions/restore {}"}, wait: "success",
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := acquiaEnvironment(t, sim, demo.EnvStage); e.Databases["portal"] != "portal of test 30 days ago" {
					t.Errorf("stage is %+v", e)
				}
			},
		},
	}
}
