package e2e_test

import (
	"slices"
	"testing"

	"paasmcp/internal/simulator"
	demo "paasmcp/internal/simulator/platformsh"
)

// in names an environment of the shop, together with further arguments.
func in(environment string, more ...any) args {
	return and(args{"project_id": demo.ProjectShop, "environment_id": environment}, more)
}

// shop is the path of an environment of the shop.
func shop(environment string) string {
	return "/projects/" + demo.ProjectShop + "/environments/" + environment
}

// environmentOf returns the state of an environment of the shop, which must exist.
func environmentOf(t *testing.T, sim *simulator.Simulator, name string) demo.EnvironmentState {
	t.Helper()
	e, ok := sim.Platformsh().Environment(demo.ProjectShop, name)
	if !ok {
		t.Fatalf("there is no environment %s", name)
	}
	return e
}

func TestPlatformshWorkflows(t *testing.T) {
	t.Parallel()
	playAll(t, platformsh, slices.Concat(platformshDeployments(), platformshData(), platformshSettings(), platformshPlans()))
}

func platformshDeployments() []workflow {
	return []workflow{
		{
			name: "find my project",
			steps: []step{
				{
					do: "platformsh_user_me_get", sends: []string{"GET /users/me"},
					want: want{"value.username": "ada"}, keep: keep{"me": "value.id"},
				},
				{
					do:    "platformsh_user_extended_access_list",
					with:  args{"user_id": "{me}", "filter_resource_type": "project"},
					sends: []string{"GET /users/{me}/extended-access?filter[resource_type][eq]=project"},
					want:  want{"items.#": 3, "items.0.resource_type": "project"},
					keep:  keep{"project": "items[resource_id=" + demo.ProjectShop + "].resource_id"},
				},
				{
					do: "platformsh_project_get", with: args{"project_id": "{project}"},
					sends: []string{"GET /projects/{project}"},
					want:  want{"value.default_branch": "main", "value.default_domain": "shop.example.com", "value._links": missing{}},
				},
				{
					do: "platformsh_environment_list", with: args{"project_id": "{project}"},
					sends: []string{"GET /projects/{project}/environments"},
					want: want{
						"items.#": 5, "items[is_main=true].id": "main", "items[id=main].type": "production",
						"items[id=staging].parent": "main", "items[id=" + demo.InactiveEnvironment + "].status": "inactive",
					},
				},
			},
		},
		{
			name: "redeploy",
			steps: []step{
				{do: "platformsh_environment_get", with: in("main"), sends: []string{"GET " + shop("main")}, want: want{"value.status": "active"}},
				{
					do: "platformsh_environment_redeploy", with: in("main"), gate: form, declined: true,
					card:  []string{"Redeploy an environment", "service can be interrupted", "environment: Main (main"},
					sends: []string{"POST " + shop("main") + "/redeploy"},
					want:  want{"note": contains("is over: complete, success")},
					wait:  "success", tells: "Deploying applications",
				},
				{
					do: "platformsh_environment_get", with: in("main"), fields: "id,status,_links.pf:routes:0.href",
					sends: []string{"GET " + shop("main")},
					want:  want{"value.status": "active", "value._links.pf:routes:0.href": "https://shop.example.com/"},
				},
			},
		},
		{
			name: "feature branch",
			steps: []step{
				{do: "platformsh_environment_list", with: args{"project_id": demo.ProjectShop}, sends: []string{"GET /projects/abc123shop/environments"}},
				{
					do: "platformsh_environment_branch", gate: form, declined: true,
					with:  in("staging", "name", "feature/gift-cards", "title", "Gift cards", "type", "development", "clone_parent", true),
					card:  []string{"The bill can rise", `"name":"feature/gift-cards"`},
					sends: []string{"POST " + shop("staging") + `/branch {"name":"feature/gift-cards","title":"Gift cards","type":"development","clone_parent":true}`},
					wait:  "success", tells: "Creating branch feature/gift-cards from staging",
				},
				{
					do: "platformsh_environment_get", with: in("feature/gift-cards"), sends: []string{"GET " + shop("feature%2Fgift-cards")},
					want: want{"value.status": "active", "value.parent": "staging", "value.type": "development", "value.merge_info.commits_ahead": 0},
				},
				{
					do: "platformsh_environment_route_list", with: in("feature/gift-cards"),
					sends: []string{"GET " + shop("feature%2Fgift-cards") + "/routes"},
					want:  want{"items.#": 2, "items[type=upstream].id": "https://{default}/"},
				},
				{ // the address behind {default}
					do: "platformsh_environment_deployment_get", with: in("feature/gift-cards", "deployment_id", "current"), fields: "routes",
					sends: []string{"GET " + shop("feature%2Fgift-cards") + "/deployments/current"},
					want:  want{"value.routes": contains("https://feature-gift-cards-")},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				e := environmentOf(t, sim, "feature/gift-cards")
				if parent := environmentOf(t, sim, "staging"); e.Data != "orders of last month" || e.Head != parent.Head || e.Deployed != e.Head {
					t.Errorf("the branch is %+v of %+v", e, parent)
				}
			},
		},
		{
			name: "merge to production safely",
			steps: []step{
				{
					do: "platformsh_environment_get", with: in("staging"), sends: []string{"GET " + shop("staging")},
					want: want{"value.parent": "main", "value.merge_info.commits_ahead": 1}, keep: keep{"head": "value.head_commit"},
				},
				{
					do: "platformsh_environment_backup_create", with: in("main"), gate: form,
					sends: []string{"POST " + shop("main") + "/backup {}"}, wait: "success", tells: "is complete",
				},
				{
					do: "platformsh_environment_merge", with: in("staging"), gate: typed("main"), declined: true,
					card:  []string{"When the parent is production this changes the live site", "environment: Staging (staging"},
					sends: []string{"POST " + shop("staging") + "/merge {}"},
					wait:  "success", tells: "Merging staging into main",
				},
				{
					do: "platformsh_environment_get", with: in("staging"), sends: []string{"GET " + shop("staging")},
					want: want{"value.merge_info.commits_ahead": 0},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, kept map[string]string) {
				e := environmentOf(t, sim, "main")
				if e.Head != e.Deployed || len(e.Backups) != 4 || e.Data != "orders of the shop" {
					t.Errorf("production is %+v", e)
				}
				if kept["head"] != environmentOf(t, sim, "staging").Head {
					t.Errorf("merging changed the child")
				}
			},
		},
		{
			name: "a merge that fails is rolled back",
			steps: []step{
				{
					do: "platformsh_environment_backup_create", with: in("staging", "safe", false), gate: form,
					sends: []string{"POST " + shop("staging") + `/backup {"safe":false}`}, wait: "success",
				},
				{
					do: "platformsh_environment_merge", with: in(demo.BrokenEnvironment), gate: form,
					sends: []string{"POST " + shop("feature%2Fcheckout") + "/merge {}"},
					wait:  "failure", tells: "points to the service 'elastic'",
				},
				{
					do: "platformsh_environment_backup_list", with: in("staging"), sends: []string{"GET " + shop("staging") + "/backups"},
					want: want{"items.-1.restorable": true, "items.-1.safe": false}, keep: keep{"backup": "items.-1.id"},
				},
				{
					do: "platformsh_environment_backup_restore", with: in("staging", "backup_id", "{backup}"), gate: typed("staging"), declined: true,
					card:  []string{"It cannot be undone", "every change since is lost"},
					sends: []string{"POST " + shop("staging") + "/backups/{backup}/restore {}"},
					wait:  "success", tells: "Replacing the data of staging",
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := environmentOf(t, sim, "staging"); e.Data != "orders of last month" || e.Status != "active" {
					t.Errorf("staging is %+v", e)
				}
			},
		},
		{
			name: "why did the deployment fail",
			steps: []step{
				{
					do: "platformsh_environment_activity_list", with: in(demo.BrokenEnvironment, "result", []any{"failure"}, "limit", 5),
					// One look for five, and one more because fewer came: the vendor does not promise full pages.
					sends: []string{
						"GET " + shop("feature%2Fcheckout") + "/activities?count=5&result=failure",
						"GET " + shop("feature%2Fcheckout") + "/activities?count=5&result=failure&starts_at=…",
					},
					want: want{"items.#": 1, "items.0.result": "failure", "items.0.type": "environment.push"},
					keep: keep{"activity": "items.0.id"},
				},
				{
					do: "platformsh_environment_activity_get", with: in(demo.BrokenEnvironment, "activity_id", "{activity}"),
					sends: []string{"GET " + shop("feature%2Fcheckout") + "/activities/{activity}"},
					want: want{
						"value.result": "failure", "value.commands.0.exit_code": 1,
						"value.log": contains("which is not defined in .platform/services.yaml"),
					},
				},
				{
					do: "platformsh_environment_get", with: in(demo.BrokenEnvironment), sends: []string{"GET " + shop("feature%2Fcheckout")},
					keep: keep{"sha": "value.head_commit"},
				},
				{
					do: "platformsh_git_commit_get", with: args{"project_id": demo.ProjectShop, "commit_id": "{sha}"},
					sends: []string{"GET /projects/abc123shop/git/commits/{sha}"},
					want:  want{"value.message": contains("search index in the checkout"), "value.author.name": "Ada Stone"},
				},
				{
					do: "platformsh_environment_deployment_get", with: in(demo.BrokenEnvironment, "deployment_id", "current"),
					sends: []string{"GET " + shop("feature%2Fcheckout") + "/deployments/current"},
					want:  want{"value.services.db.type": contains("mariadb"), "value.services.elastic": missing{}, "value.variables": missing{}},
				},
			},
		},
	}
}

func platformshData() []workflow {
	return []workflow{
		{
			name: "backup and restore drill",
			steps: []step{
				{
					do: "platformsh_environment_backup_create", with: in("main"), gate: form, declined: true,
					sends: []string{"POST " + shop("main") + "/backup {}"}, wait: "success",
				},
				{
					do: "platformsh_environment_backup_list", with: in("main"), sends: []string{"GET " + shop("main") + "/backups"},
					want: want{"items.#": 4, "items.-1.restorable": true, "items.-1.automated": false}, keep: keep{"backup": "items.-1.id"},
				},
				{
					do: "platformsh_environment_backup_restore", gate: typed("restore-drill"),
					with:  in("main", "backup_id", "{backup}", "environment_name", "restore-drill", "branch_from", "staging"),
					card:  []string{`"environment_name":"restore-drill"`, "The bill can rise"},
					sends: []string{"POST " + shop("main") + `/backups/{backup}/restore {"environment_name":"restore-drill","branch_from":"staging"}`},
					wait:  "success", tells: "Replacing the data of restore-drill",
				},
				{
					do: "platformsh_environment_get", with: in("restore-drill"), sends: []string{"GET " + shop("restore-drill")},
					want: want{"value.status": "active", "value.parent": "staging"},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if drill := environmentOf(t, sim, "restore-drill"); drill.Data != "orders of the shop" {
					t.Errorf("the drill holds %q", drill.Data)
				}
			},
		},
		{
			name: "refresh staging data",
			steps: []step{
				{do: "platformsh_environment_get", with: in("staging"), sends: []string{"GET " + shop("staging")}, want: want{"value.status": "active", "value.parent": "main"}},
				{
					do: "platformsh_environment_backup_create", with: in("staging"), gate: form,
					sends: []string{"POST " + shop("staging") + "/backup {}"}, wait: "success",
				},
				{
					do: "platformsh_environment_synchronize", with: in("staging", "synchronize_data", true), gate: typed("staging"), declined: true,
					card:  []string{"replaces all databases and files", "Data can be lost"},
					sends: []string{"POST " + shop("staging") + `/synchronize {"synchronize_data":true}`},
					wait:  "success",
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				e := environmentOf(t, sim, "staging")
				if e.Data != "orders of the shop" || len(e.Backups) != 2 || e.Head == environmentOf(t, sim, "main").Head {
					t.Errorf("staging is %+v: its data is to be that of production, its code its own", e)
				}
			},
		},
		{
			name: "retire an environment",
			steps: []step{
				{do: "platformsh_environment_get", with: in("feature/search"), sends: []string{"GET " + shop("feature%2Fsearch")}, want: want{"value.status": "active"}},
				{
					do: "platformsh_environment_delete", with: in("feature/search"),
					fails: "platformsh_environment_deactivate comes first", want: want{"kind": "refused"},
				},
				{
					do: "platformsh_environment_backup_create", with: in("feature/search"), gate: form,
					sends: []string{"POST " + shop("feature%2Fsearch") + "/backup {}"}, wait: "success",
				},
				{
					do: "platformsh_environment_deactivate", with: in("feature/search"), gate: typed("feature/search"), declined: true,
					card:  []string{"Only the Git branch survives"},
					sends: []string{"POST " + shop("feature%2Fsearch") + "/deactivate"},
					wait:  "success", tells: "Erasing data of feature/search",
				},
				{
					do: "platformsh_environment_delete", with: in("feature/search"), gate: typed("feature/search"),
					sends: []string{"DELETE " + shop("feature%2Fsearch")}, wait: "success",
				},
				{
					do: "platformsh_environment_get", with: in("feature/search"), sends: []string{"GET " + shop("feature%2Fsearch")},
					fails: "feature/search", want: want{"kind": "not_found"},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if list := sim.Platformsh().Environments(demo.ProjectShop); slices.Contains(list, "feature/search") || len(list) != 4 {
					t.Errorf("left are %v", list)
				}
			},
		},
	}
}
