package e2e_test

import (
	"slices"
	"testing"

	"paasmcp/internal/simulator"
	demo "paasmcp/internal/simulator/virtuozzo"
)

// of names an environment, together with further arguments.
func of(environment string, more ...any) args {
	return and(args{"env_name": environment}, more)
}

// virtuozzoEnvironment returns the state of an environment, which must exist.
func virtuozzoEnvironment(t *testing.T, sim *simulator.Simulator, name string) demo.EnvironmentState {
	t.Helper()
	e, ok := sim.Virtuozzo().Environment(name)
	if !ok {
		t.Fatalf("there is no environment %s", name)
	}
	return e
}

func TestVirtuozzoWorkflows(t *testing.T) {
	t.Parallel()
	playAll(t, virtuozzo, slices.Concat(virtuozzoEnvironments(), virtuozzoNodes(), virtuozzoNetwork(), virtuozzoPeople()))
}

const (
	control = "POST /environment/control/rest/"
	binder  = "POST /environment/binder/rest/"
	collab  = "POST /users/collaboration/rest/"
)

func virtuozzoEnvironments() []workflow {
	return []workflow{
		{
			name: "overview",
			steps: []step{
				{
					do: "virtuozzo_user_get", sends: []string{"POST /users/account/rest/getuserinfo {}"},
					want: want{"value.email": demo.Login, "value.session": missing{}},
				},
				{
					do: "virtuozzo_environment_list", sends: []string{control + "getbasicenvsinfo {}"},
					want: want{"items.#": 3, "items[env.envName=shop].env.status": 1, "items[env.envName=analytics].env.status": 11},
				},
				{
					do: "virtuozzo_environment_get", with: of("shop"), sends: []string{control + `getenvinfo {"envName":"shop"}`},
					want: want{"value.env.displayName": "Shop", "value.nodes[nodeGroup=sqldb].id": demo.NodeShopDB, "value.envGroups.0": demo.GroupProduction},
				},
			},
		},
		{
			name: "create an environment",
			steps: []step{
				{
					do: "virtuozzo_region_list", sends: []string{control + "getregions {}"},
					keep: keep{"region": "items.0.hardNodeGroups.0.uniqueName"},
				},
				{
					do: "virtuozzo_template_list", with: args{"type": "ALL"}, sends: []string{control + `gettemplates {"type":"ALL"}`},
					want: want{"items[nodeType=nginxphp]": anything{}},
				},
				{
					do: "virtuozzo_account_quota_list", with: args{"quota_names": "environment.maxcount"},
					sends: []string{`POST /billing/account/rest/getquotas {"quotasnames":"environment.maxcount"}`},
					want:  want{"items.#": 1, "items.0.value": anything{}},
				},
				{do: "virtuozzo_domain_check", with: args{"domain": "gifts"}, sends: []string{binder + `checkdomain {"domain":"gifts"}`}},
				{
					do: "virtuozzo_environment_create", gate: form, declined: true,
					with: args{
						"env":        args{"shortdomain": "gifts", "displayName": "Gift cards", "engine": "php8.2", "region": "{region}"},
						"nodes":      []any{args{"nodeType": "nginxphp", "nodeGroup": "cp", "count": 1, "fixedCloudlets": 1, "flexibleCloudlets": 8}},
						"env_groups": []any{demo.GroupStaging}, "action_key": "create-gifts-1",
					},
					card: []string{"The bill can rise", "gifts"},
					sends: []string{control + `createenvironment {"actionkey":"create-gifts-1","envGroups":["Staging"],
						"env":{"shortdomain":"gifts","displayName":"Gift cards","engine":"php8.2","region":"{region}"},
						"nodes":[{"nodeType":"nginxphp","nodeGroup":"cp","count":1,"fixedCloudlets":1,"flexibleCloudlets":8}]}`},
				},
				{
					do: "virtuozzo_action_search", with: args{"search": args{"value": "create-gifts-1", "startRow": 0, "resultCount": 5}},
					sends: []string{`POST /environment/tracking/rest/searchactions {"search":{"value":"create-gifts-1","startRow":0,"resultCount":5}}`},
					want:  want{"items.#": 1},
				},
				{
					do: "virtuozzo_environment_get", with: of("gifts"), sends: []string{control + `getenvinfo {"envName":"gifts"}`},
					want: want{"value.env.status": 1, "value.nodes.0.flexibleCloudlets": 8},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := virtuozzoEnvironment(t, sim, "gifts"); e.Status != 1 || !slices.Equal(e.Groups, []string{demo.GroupStaging}) {
					t.Errorf("the environment is %+v", e)
				}
			},
		},
		{
			name: "clone for staging",
			steps: []step{
				{do: "virtuozzo_domain_check", with: args{"domain": "shop-copy"}, sends: []string{binder + `checkdomain {"domain":"shop-copy"}`}},
				{
					do: "virtuozzo_environment_clone", with: of("shop", "new_env_name", "shop-copy"), gate: form, declined: true,
					card:  []string{"shop-copy", "The bill can rise"},
					sends: []string{control + `cloneenv {"srcEnvName":"shop","dstEnvName":"shop-copy"}`},
				},
				{
					do: "virtuozzo_environment_get", with: of("shop-copy", "lazy", true), sends: []string{control + `getenvinfo {"envName":"shop-copy","lazy":"true"}`},
					want: want{"value.env.status": 1},
				},
				{
					do: "virtuozzo_env_group_attach_env", with: of("shop-copy", "groups", []any{demo.GroupStaging}), gate: form,
					sends: []string{`POST /environment/group/rest/attachenv {"envName":"shop-copy","envGroup":"Staging"}`},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := virtuozzoEnvironment(t, sim, "shop-copy"); len(e.Nodes) != 3 || !slices.Contains(e.Groups, demo.GroupStaging) {
					t.Errorf("the copy is %+v", e)
				}
			},
		},
		{
			name: "save money at night",
			steps: []step{
				{
					do: "virtuozzo_environment_stop", with: of("shop"), gate: form, declined: true, card: []string{"service can be interrupted"},
					sends: []string{control + `stopenv {"envName":"shop"}`},
				},
				{
					do: "virtuozzo_environment_get", with: of("shop", "lazy", true), sends: []string{control + `getenvinfo {"envName":"shop","lazy":"true"}`},
					want: want{"value.env.status": 2},
				},
				{do: "virtuozzo_environment_stop", with: of("shop"), fails: "is stopped already", want: want{"kind": "refused"}},
				{
					do: "virtuozzo_scheduled_task_create_env", gate: form,
					with: of("shop", "script", "sleep-environment", "trigger", "cron:0 0 22 * * ? *", "description", "at night"),
					sends: []string{`POST /utils/scheduler/rest/createenvtask
						{"envName":"shop","script":"sleep-environment","trigger":"cron:0 0 22 * * ? *","description":"at night"}`},
				},
				{do: "virtuozzo_environment_start", with: of("shop"), gate: form, card: []string{"The bill can rise"}, sends: []string{control + `startenv {"envName":"shop"}`}},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if e := virtuozzoEnvironment(t, sim, "shop"); e.Status != 1 {
					t.Errorf("the shop is %+v", e)
				}
			},
		},
		{
			name: "remove",
			steps: []step{
				{
					do: "virtuozzo_environment_get", with: of("shop-staging"), sends: []string{control + `getenvinfo {"envName":"shop-staging"}`},
					want: want{"value.env.status": 2},
				},
				{
					do: "virtuozzo_environment_delete", with: of("shop-staging", "confirmation", "shop-staging"), gate: typed("shop-staging"), declined: true,
					card:  []string{"It cannot be undone"},
					sends: []string{control + `deleteenv {"envName":"shop-staging","password":""}`}, // the recorder keeps no passwords
				},
				{
					do: "virtuozzo_environment_get", with: of("shop-staging"), sends: []string{control + `getenvinfo {"envName":"shop-staging"}`},
					fails: "shop-staging", want: want{"kind": "not_found"},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if list := sim.Virtuozzo().Environments(); !slices.Equal(list, []string{"shop", "analytics"}) {
					t.Errorf("left are %v", list)
				}
			},
		},
	}
}

func virtuozzoNodes() []workflow {
	const deployment = "POST /environment/deployment/rest/"
	return []workflow{
		{
			name: "deploy from Git",
			steps: []step{
				{
					do:    "virtuozzo_repo_create",
					with:  args{"name": "blog", "url": "https://git.example.com/acme/blog.git", "type": "GIT", "branch": "main", "login": "ci", "password": canary + "-repo"},
					sends: []string{deployment + `addrepo {"name":"blog","url":"https://git.example.com/acme/blog.git","type":"GIT","branch":"main","login":"","password":""}`}, // the recorder keeps no credentials
					keep:  keep{"repo": "value.id"},
				},
				{
					do: "virtuozzo_repo_deploy", with: of("shop", "repo", args{"id": "{repo}"}, "context", "blog", "node_group", "cp"), gate: form, declined: true,
					card:  []string{"blog"},
					sends: []string{deployment + `deploy {"envName":"shop","repo":{"id":{repo}},"context":"blog","nodeGroup":"cp"}`},
				},
				{
					do: "virtuozzo_deployment_list", with: of("shop", "node_group", "cp"), sends: []string{deployment + `getdeployments {"envName":"shop","nodeGroup":"cp"}`},
					want: want{"items.#": 2, "items[context=blog].branch": "main"}, keep: keep{"commit": "items[context=blog].hash"},
				},
				{
					do: "virtuozzo_deployment_pull", with: of("shop", "context", "blog", "node_group", "cp"), gate: form,
					sends: []string{deployment + `update {"envName":"shop","context":"blog","nodeGroup":"cp"}`},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, kept map[string]string) {
				if now := virtuozzoEnvironment(t, sim, "shop").Deployed["blog"]; now == "" || now == kept["commit"] {
					t.Errorf("the blog runs %q, before %q", now, kept["commit"])
				}
			},
		},
		{
			name: "new image tag",
			steps: []step{
				{
					do: "virtuozzo_node_tag_list", with: of("shop", "node_id", demo.NodeShopWeb), sends: []string{control + `getnodetags {"envName":"shop","nodeId":"101"}`},
					keep: keep{"tag": "items.-1.name"},
				},
				{
					do: "virtuozzo_container_redeploy_by_group", gate: form, declined: true,
					with:  of("shop", "node_group", "cp", "tag", "{tag}", "use_existing_volumes", true, "is_sequential", true, "delay", 30),
					card:  []string{"service can be interrupted", "{tag}"},
					sends: []string{control + `redeploycontainersbygroup {"envName":"shop","nodeGroup":"cp","tag":"{tag}","useExistingVolumes":"true","isSequential":"true","delay":"30"}`},
				},
				{
					do: "virtuozzo_log_read", with: of("shop", "node_id", demo.NodeShopWeb, "path", demo.SeedErrorLog, "from", 0, "count", 200),
					sends: []string{control + `readlog {"envName":"shop","nodeId":"101","path":"/var/log/nginx/error_log","from":"0","count":"200"}`},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, kept map[string]string) {
				if web := virtuozzoEnvironment(t, sim, "shop").Nodes[0]; web.Tag != kept["tag"] {
					t.Errorf("the web node runs %s", web.Tag)
				}
			},
		},
		{
			name: "scale",
			steps: []step{
				{
					do: "virtuozzo_node_stats_get", with: of("shop", "node_id", demo.NodeShopWeb, "duration", 3600, "interval", 300),
					sends: []string{control + `getstats {"envName":"shop","nodeid":"101","duration":"3600","interval":"300"}`}, want: want{"value.stats": anything{}},
				},
				{
					do: "virtuozzo_node_cloudlets_set", gate: form, declined: true,
					with:  of("shop", "node_id", demo.NodeShopWeb, "fixed_cloudlets", 4, "flexible_cloudlets", 24, "count", 24),
					card:  []string{"The bill can rise", "101"},
					sends: []string{control + `setcloudletscountbyid {"envName":"shop","nodeid":"101","fixedCloudlets":"4","flexibleCloudlets":"24","count":"24"}`},
				},
				{do: "virtuozzo_billing_account_get", sends: []string{"POST /billing/account/rest/getaccount {}"}, want: want{"value.balance": anything{}}},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if web := virtuozzoEnvironment(t, sim, "shop").Nodes[0]; web.Fixed != 4 || web.Flexible != 24 {
					t.Errorf("the web node has %+v", web)
				}
			},
		},
		{
			name: "rotate a variable",
			steps: []step{
				{
					do: "virtuozzo_env_vars_get_by_group", with: of("shop", "node_group", "cp"), sends: []string{control + `getcontainerenvvarsbygroup {"envName":"shop","nodeGroup":"cp"}`},
					want: want{"value.object": contains("•")},
				},
				{
					do: "virtuozzo_env_vars_add", with: of("shop", "node_group", "cp", "vars", args{"API_KEY": canary + "-key"}), gate: form, declined: true,
					card:  []string{"•"},
					sends: []string{control + `addcontainerenvvars {"envName":"shop","nodeGroup":"cp","vars":{"API_KEY":"` + canary + `-key"}}`},
				},
				{
					do: "virtuozzo_node_restart", with: of("shop", "node_group", "cp", "is_sequential", true, "delay", 30), gate: form,
					sends: []string{control + `restartnodes {"envName":"shop","nodeGroup":"cp","isSequential":"true","delay":"30"}`},
				},
			},
			after: func(t *testing.T, sim *simulator.Simulator, _ map[string]string) {
				if web := virtuozzoEnvironment(t, sim, "shop").Nodes[0]; web.Vars["API_KEY"] != canary+"-key" || web.Vars["APP_ENV"] != "prod" || web.Restarts != 1 {
					t.Errorf("the web node is %+v", web)
				}
			},
		},
		{
			name: "find out why it fails",
			steps: []step{
				{
					do: "virtuozzo_environment_get", with: of("analytics"), sends: []string{control + `getenvinfo {"envName":"analytics"}`},
					want: want{"value.env.status": 11}, keep: keep{"node": "value.nodes.0.id", "appid": "value.env.appid"},
				},
				{
					do: "virtuozzo_log_list", with: of("analytics", "node_id", "{node}"), sends: []string{control + `getlogs {"envName":"analytics","nodeId":"{node}"}`},
				},
				{
					do: "virtuozzo_log_read", with: of("analytics", "node_id", "{node}", "path", "/var/log/nodejs/app.log", "from", 0, "count", 4000),
					sends: []string{control + `readlog {"envName":"analytics","nodeId":"{node}","path":"/var/log/nodejs/app.log","from":"0","count":"4000"}`},
					want:  want{"value.body": contains("no space left on device")},
				},
				{
					do:    "virtuozzo_action_search",
					with:  args{"search": args{"appids": []any{"{appid}"}, "onlyErrors": true, "startRow": 0, "resultCount": 5}},
					sends: []string{`POST /environment/tracking/rest/searchactions {"search":{"appids":["{appid}"],"onlyErrors":true,"startRow":0,"resultCount":5}}`},
					want:  want{"items.#": 1},
				},
				{
					do: "virtuozzo_environment_usage_get", with: of("analytics", "duration", 3600), sends: []string{control + `getsumstat {"envName":"analytics","duration":"3600"}`},
				},
				{
					do: "virtuozzo_node_restart", with: of("analytics", "node_group", "cp"), gate: form, declined: true,
					sends: []string{control + `restartnodes {"envName":"analytics","nodeGroup":"cp"}`}, fails: "No space left on device",
				},
			},
		},
		{
			name: "restore a database dump",
			steps: []step{
				{
					do: "virtuozzo_environment_get", with: of("shop"), sends: []string{control + `getenvinfo {"envName":"shop"}`},
					keep: keep{"type": "value.nodes[nodeGroup=sqldb].nodeType"},
				},
				{
					do: "virtuozzo_database_dump_restore", gate: typed("shop"), declined: true,
					with: of("shop", "node_type", "{type}", "database", "shop", "user", "shop", "password", canary+"-db", "dump_url", "https://backup.example.com/shop.sql.gz"),
					card: []string{"It cannot be undone", "https://backup.example.com/shop.sql.gz"},
					sends: []string{control + `restoredump {"envName":"shop","nodeType":"{type}","dbName":"shop","user":"shop","password":"",
						"dumpUrl":"https://backup.example.com/shop.sql.gz"}`},
				},
			},
		},
	}
}
