package tools_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/policy"
	"paasmcp/internal/spelling"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// place is an environment of a platform that knows just two: one is production, the other is not.
type place struct {
	names []string // all that the platform knows it by; the first is the usual one
	read  string   // answer of a read of it
}

var acquiaOther = "16-a47ac10b-58cc-4372-a567-0e02b2c3d470"

// shops are the production environment of each platform, and others the one beside it.
var (
	shops = map[schemas.Platform]place{
		schemas.Platformsh: {[]string{"main", "main-bvxea6i"},
			`{"id":"main","name":"main","machine_name":"main-bvxea6i","title":"Live","type":"production","status":"active","parent":null}`},
		schemas.Acquia: {[]string{"15-a47ac10b-58cc-4372-a567-0e02b2c3d470", "a47ac10b-58cc-4372-a567-0e02b2c3d471", "prod", "Production"},
			`{"id":"15-a47ac10b-58cc-4372-a567-0e02b2c3d470","uuid":"a47ac10b-58cc-4372-a567-0e02b2c3d471","name":"prod","label":"Production","flags":{"production":true}}`},
		schemas.Virtuozzo: {[]string{"prod-shop", "prod-shop.paas.example", "aa11bb22", "Shop"},
			`{"result":0,"env":{"envName":"prod-shop","shortdomain":"prod-shop","domain":"prod-shop.paas.example","appid":"aa11bb22","displayName":"Shop"},` +
				`"envGroups":["Live"],"nodes":[{"id":101}]}`},
	}
	others = map[schemas.Platform]place{
		schemas.Platformsh: {[]string{"dev"}, `{"id":"dev","name":"dev","title":"Dev","type":"development","status":"active","parent":"stage"}`},
		schemas.Acquia:     {[]string{acquiaOther}, `{"id":"` + acquiaOther + `","name":"dev","label":"Dev","flags":{"production":false}}`},
		schemas.Virtuozzo: {[]string{"dev"}, `{"result":0,"env":{"envName":"dev","shortdomain":"dev","domain":"dev.paas.example","appid":"cc33","displayName":"Dev"},` +
			`"envGroups":["Tests"],"nodes":[{"id":7}]}`},
	}
)

// respelled are ways to write a name that a reader, a proxy or a platform may take for the name itself, and some that name more than
// it, or nothing.
var respelled = []func(string) string{
	func(s string) string { return s },
	strings.ToUpper,
	func(s string) string { return s + " " },
	func(s string) string { return "\t" + s },
	func(s string) string { return s[:1] + "\u200b" + s[1:] },
	func(s string) string { return "\ufeff" + s },
	func(s string) string { return s[:1] + "\u00ad" + s[1:] },
	func(s string) string {
		return strings.Map(func(r rune) rune {
			if r > ' ' && r < 0x7f {
				return r + 0xfee0 // full width
			}
			return r
		}, s)
	},
	func(s string) string { return fmt.Sprintf("%%%02x", s[0]) + s[1:] },
	func(s string) string { return strings.NewReplacer("o", "\u043e", "a", "\u0430").Replace(s) },
	func(s string) string { return s + ",dev" },
	func(s string) string { return "dev;" + s },
	func(s string) string { return s + "\n" },
	func(s string) string { return s + "/" },
	func(string) string { return "*" },
}

// naming finds the arguments that name environments, apart from the program: by what the vendors call them and how they are described.
var naming = regexp.MustCompile(`(?i)^(envName|environmentId|environment_id|environment_name|source_environment_id|targetEnv|target_?appid|appid|shortdomain|` +
	`relatedEnvName|resourceId|parent|source|environment|environments|env|deploy_environment|source_environment|dstEnvName|branch_from)$`)

var namingText = regexp.MustCompile(`(?i)\b(env_name|appid|environment ids?|environment the (data|code|files) comes?)\b`)

// notNaming are those that do not, or that name an environment of which nothing is told or changed.
var notNaming = map[string]string{
	"acquia_log_create environment_id":                         "a file for a download; the environment stays as it is",
	"platformsh_environment_backup_restore branch_from":        "where the branch of an environment begins that the restore makes",
	"platformsh_environment_backup_restore environment_id":     "with another target, the backup's own environment stays as it is",
	"platformsh_integration_create environments":               "which events are told to a service",
	"platformsh_integration_update environments":               "which events are told to a service",
	"platformsh_integration_create excluded_environments":      "which events are told to a service",
	"platformsh_integration_update excluded_environments":      "which events are told to a service",
	"platformsh_subscription_create environments":              "a number",
	"platformsh_subscription_update environments":              "a number",
	"platformsh_project_invitation_create environments":        "a list of objects, whose ids are looked at",
	"platformsh_org_project_create default_branch":             "of a project that is being made",
	"acquia_remote_admin_update deploy_environment":            "the whole application counts anyway",
	"acquia_remote_admin_update source_environment":            "the whole application counts anyway",
	"virtuozzo_environment_create env.shortdomain":             "an environment that is being made",
	"virtuozzo_environment_clone new_env_name":                 "an environment that is being made",
	"virtuozzo_environment_delete confirmation":                "a repetition",
	"virtuozzo_environment_create env":                         "an object, whose members are looked at",
	"virtuozzo_topology_update env":                            "an object, whose members are looked at",
	"virtuozzo_environment_create nodes[].docker.env":          "variables",
	"virtuozzo_topology_update nodes[].docker.env":             "variables",
	"virtuozzo_file_copy source":                               "a path",
	"acquia_site_instance_database_copy source_environment_id": "only copied from: what changes is the target",
	"acquia_site_instance_files_copy source_environment_id":    "only copied from: what changes is the target",
	"acquia_environment_files_copy source":                     "only copied from: what changes is the target",
	"acquia_environment_database_copy source":                  "only copied from: what changes is the target",
	"acquia_code_deploy source":                                "only copied from: what changes is the target",
	"platformsh_environment_update parent":                     "it gets a child, and stays as it is",
}

// targetArgument is one argument of an operation that names an environment, or something of an environment, by its path.
type targetArgument struct {
	op   *schemas.Operation
	path string
	is   []any // values that stand for production; spellings of its names where there are none
}

// ofEnvironments are arguments that name something of an environment. The second node is one that no environment has.
var ofEnvironments = map[string][]any{"node_id": {101, 999}, "source_node_id": {101, 999}, "target_node_id": {101, 999}, "client_node_id": {101, 999},
	"build_node_id": {101, 999}, "app_unique_name": {"a1b2c3", "A1B2C3 ", "*"}}

// wholeGroups change what holds for all environments of a group.
var wholeGroups = []string{"virtuozzo_env_group_delete", "virtuozzo_env_group_isolation_toggle", "virtuozzo_env_group_update"}

func walkSchema(at string, s *schemas.Schema, visit func(path string, s *schemas.Schema)) {
	visit(at, s)
	if s.Items != nil {
		walkSchema(at+"[]", s.Items, visit)
	}
	for _, p := range s.Properties {
		walkSchema(at+"."+p.Name, &p.Schema, visit)
	}
}

func targetArguments(list []*schemas.Operation) []targetArgument {
	var found []targetArgument
	for _, op := range list {
		if op.IsRead() {
			continue
		}
		for i := range op.Params {
			p := &op.Params[i]
			walkSchema(p.Name, &p.Schema, func(at string, s *schemas.Schema) {
				if values, ok := ofEnvironments[at]; ok {
					found = append(found, targetArgument{op, at, values})
					return
				}
				if slices.Contains(wholeGroups, op.Name) && (at == "group" || at == "groups[]") {
					found = append(found, targetArgument{op, at, []any{"Live", "LIVE", " Live", "L\u200bive"}})
					return
				}
				name := strings.TrimSuffix(at[strings.LastIndexByte(at, '.')+1:], "[]")
				if at == p.Name {
					name = p.WireName()
				}
				if !naming.MatchString(name) && !naming.MatchString(p.Name) && !namingText.MatchString(s.Description) {
					return
				}
				if s.Type == "object" || s.Type == "array" || notNaming[op.Name+" "+strings.TrimSuffix(at, "[]")] != "" {
					return
				}
				found = append(found, targetArgument{op, at, nil})
			})
		}
	}
	return found
}

// put sets the value at a path of the arguments, and makes what is missing on the way.
func put(v any, at string, value any) any {
	if at == "" {
		return value
	}
	if rest, ok := strings.CutPrefix(at, "[]"); ok {
		list, _ := v.([]any)
		var first any
		if len(list) > 0 {
			first = list[0]
		}
		return []any{put(first, strings.TrimPrefix(rest, "."), value)}
	}
	end := strings.IndexAny(at, ".[")
	if end < 0 {
		end = len(at)
	}
	object, _ := v.(map[string]any)
	object = maps.Clone(object)
	if object == nil {
		object = map[string]any{}
	}
	object[at[:end]] = put(object[at[:end]], strings.TrimPrefix(at[end:], "."), value)
	return object
}

// resolvers are the ways of a platform with spellings.
var resolvers = []struct {
	name string
	// finds the environment that a name stands for.
	finds func(asked string, shop, other place) (place, bool)
}{
	{"takes every spelling", func(asked string, shop, other place) (place, bool) {
		if slices.ContainsFunc(other.names, func(name string) bool { return name == asked }) {
			return other, true
		}
		return shop, true
	}},
	{"takes exact names only", func(asked string, shop, other place) (place, bool) {
		if slices.Contains(other.names, asked) {
			return other, true
		}
		return shop, slices.Contains(shop.names, asked)
	}},
	{"answers about another one", func(_ string, shop, other place) (place, bool) { return other, true }},
}

// TestProductionByAnySpelling: no operation on any platform is sent unasked, or past a policy that refuses production, because
// somebody spelled the name of a production environment in another way. It walks every argument that names an environment.
func TestProductionByAnySpelling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, productionByAnySpelling)
}

func productionByAnySpelling(t *testing.T) {
	refuses := append(policy.Policy{{Name: "production", Match: policy.Match{Environments: []policy.Environment{policy.Production}, Risks: []schemas.Risk{schemas.Write}},
		Action: policy.Deny}}, policy.Default()...)
	allNames := []string{"main", "15-*", "prod", "prod-shop"}
	byName := append(policy.Policy{{Name: "by name", Match: policy.Match{EnvironmentNames: allNames, Risks: []schemas.Risk{schemas.Write}},
		Action: policy.Deny}}, policy.Default()...)
	rigs := map[string]*rig{}
	for name, p := range map[string]policy.Policy{"default": policy.Default(), "refuses production": refuses, "refuses its name": byName} {
		rigs[name] = newRig(t, withoutAudit(t), func(c *tools.Config) { c.Policy = p })
	}
	var bad violations
	n, calls := 0, 0
	for _, target := range targetArguments(rows(t, rigs["default"].Service)) {
		op := target.op
		shop, other := shops[op.Platform], others[op.Platform]
		for _, platform := range resolvers {
			for name, r := range rigs {
				r.wire.special = func(op *schemas.Operation, req *http.Request) (int, string) {
					return knows(op, req, func(asked string) (place, bool) { return platform.finds(asked, shop, other) }, shop, other)
				}
				n++
				var spelled any = respelled[n%len(respelled)](shop.names[n%len(shop.names)])
				if target.is != nil {
					spelled = target.is[n%len(target.is)]
				}
				if platform.name == "answers about another one" && slices.Contains(other.names, spelling.Fold(fmt.Sprint(spelled))) {
					continue
				}
				args := maps.Clone(op.Example.Args)
				for _, beside := range targetArguments([]*schemas.Operation{op}) { // whatever else it names is not production
					if _, given := args[strings.SplitN(beside.path, ".", 2)[0]]; given && beside.is == nil {
						args = put(args, beside.path, other.names[0]).(map[string]any)
					}
				}
				for node := range ofEnvironments {
					if _, given := args[node]; given && node != "app_unique_name" {
						args[node] = 7
					}
				}
				args = put(args, target.path, spelled).(map[string]any)
				req := request{tool: "paas_write", args: map[string]any{"tool": op.Name, "arguments": args}, mute: name == "default"}
				q := r.call(req)
				if q.RequestState != "" && name != "default" {
					req.state, req.responses = q.RequestState, yes(q)
					q = r.call(req)
				}
				calls++
				if sent := r.wire.takeOf(op.Name); len(sent) > 0 {
					bad.add(op.Name, "%s = %#v, platform %s, policy %s: sent %v", target.path, spelled, platform.name, name, sent)
				}
				time.Sleep(time.Minute)
			}
		}
	}
	bad.report(t)
	t.Logf("%d calls", calls)
}

// knows answers the reads of a platform with two environments; everything else is answered as usual.
func knows(op *schemas.Operation, r *http.Request, finds func(string) (place, bool), shop, other place) (int, string) {
	if op == nil || !op.IsRead() {
		return 0, ""
	}
	one := func(asked string) (int, string) {
		if found, ok := finds(asked); ok {
			return http.StatusOK, found.read
		}
		return http.StatusNotFound, `{"result":11,"error":"not found","message":"not found"}`
	}
	switch op.Name {
	case "platformsh_environment_get", "acquia_environment_get", "acquia_v3_environment_get":
		return one(path.Base(r.URL.Path))
	case "virtuozzo_environment_get":
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		return one(form.Get("envName"))
	case "platformsh_environment_list":
		return http.StatusOK, "[" + shop.read + "," + other.read + "]"
	case "acquia_environment_list", "acquia_codebase_environment_list", "acquia_site_environment_list":
		return http.StatusOK, `{"total":2,"_embedded":{"items":[` + shop.read + "," + other.read + `]}}`
	case "virtuozzo_installation_env_get":
		return http.StatusOK, `{"result":0,"appid":"aa11bb22"}`
	case "virtuozzo_environment_list":
		return http.StatusOK, `{"result":0,"infos":[` + shop.read + "," + other.read + `]}`
	}
	return 0, ""
}

// TestNotNamingStaysTrue: an exception that no argument needs any more hides the next mistake.
func TestNotNamingStaysTrue(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, op := range rows(t, offline(t)) {
		for i := range op.Params {
			walkSchema(op.Params[i].Name, &op.Params[i].Schema, func(at string, _ *schemas.Schema) { known[op.Name+" "+strings.TrimSuffix(at, "[]")] = true })
		}
	}
	for exception := range notNaming {
		if !known[exception] {
			t.Errorf("there is no %s", exception)
		}
	}
}
