package preview_test

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/policy"
	"paasmcp/internal/preview"
	"paasmcp/schemas"
)

// virtuozzoSeed are the demo's own ids for arguments that name something.
var virtuozzoSeed = map[string]any{
	"env_name": "shop", "node_id": 101, "source_node_id": 101, "target_node_id": 120, "node_group": "cp", "node_type": "nginxphp", "groups": []any{"Production"},
	"member_id": 55, "collaboration_id": 21, "role_id": 3, "policy_id": 1, "token_id": 9, "cert_id": 31, "cert_ids": []any{31, 32}, "repo_id": 5, "task_id": 3,
	"trigger_id": 7, "endpoint_id": 8, "rule_id": 1, "rule_ids": []any{1, 2}, "app_unique_name": "a1b2c3", "target_appid": "4866cb239db14b6f63079e758408eb65",
	"names": []any{"API_KEY"}, "vars": map[string]any{"API_KEY": "new", "NEW": "1"}, "domain": "www.example.com", "group": "Production",
}

func (r *rig) virtuozzoArgs(op *schemas.Operation) map[string]any {
	args := maps.Clone(op.Example.Args)
	if args == nil {
		args = map[string]any{}
	}
	for name := range args {
		if id, ok := virtuozzoSeed[name]; ok && reflect.TypeOf(id).Kind() == kindOf(args[name]) {
			args[name] = id
		}
	}
	if strings.HasPrefix(op.Name, "virtuozzo_shared_resource_") {
		args["collaboration_id"] = 55 // of a member, not of an invitation
	}
	switch op.Name {
	case "virtuozzo_app_delete", "virtuozzo_deployment_delete", "virtuozzo_deployment_update":
		args["context"] = "ROOT"
	case "virtuozzo_app_rename", "virtuozzo_deployment_rename":
		args["old_context"] = "ROOT"
	case "virtuozzo_external_domain_bind":
		args["domain"] = "new.example.com"
	case "virtuozzo_external_domain_bind_many":
		args["domains"] = []any{"new.example.com"}
	case "virtuozzo_mount_delete", "virtuozzo_mount_delete_by_group":
		args["path"] = "/data/shared"
	case "virtuozzo_role_create", "virtuozzo_role_update":
		args["policies"] = []any{1, 2}
	case "virtuozzo_shared_resource_set":
		args["role_ids"] = []any{3}
	case "virtuozzo_token_delete":
		args["ids"] = []any{9, 10}
	case "virtuozzo_scheduled_task_delete":
		args["ids"] = []any{3}
	case "virtuozzo_shared_resource_remove":
		args["ids"] = []any{61}
	}
	return args
}

// kindOf is the kind of a decoded value; whole numbers of an example count as int.
func kindOf(v any) reflect.Kind {
	if _, ok := v.(float64); ok {
		return reflect.Int
	}
	if v == nil {
		return reflect.Invalid
	}
	return reflect.TypeOf(v).Kind()
}

// TestVirtuozzoCards compares the card of every call about which a person is asked with testdata/virtuozzo.txt, line by line, and
// holds all cards to what is true of any. UPDATE=1 writes the file anew; read the difference as somebody who has five seconds.
func TestVirtuozzoCards(t *testing.T) {
	t.Parallel()
	const file = "testdata/virtuozzo.txt"
	var cards strings.Builder
	inBubble(t, func(t *testing.T, r *rig) {
		r.production = []string{"shop"}
		time.Sleep(10 * time.Minute)
		gated, named := 0, 0
		for _, op := range r.writes(schemas.Virtuozzo) {
			args := r.virtuozzoArgs(op)
			target, reader := r.lookTwice(op, args)
			verdict := policy.Decide(policy.Facts{Operation: op, Risk: op.RiskFor(args), Environment: target.Kind.Environment})
			if verdict.Action != policy.Confirm {
				continue
			}
			if gated++; namesSomething(op, args, target) {
				named++
			}
			kind := strings.TrimSpace(string(target.Kind.Environment) + " " + target.Kind.Name)
			fmt.Fprintf(&cards, "== %s: %d reads; %s\n", op.Name, len(reader.made), kind)
			for _, l := range lines(target) {
				fmt.Fprintf(&cards, "%s\n", strings.ReplaceAll(l, "\n", "⏎"))
			}
		}
		t.Logf("%d of %d cards name what they are about", named, gated)
		if named*10 < gated*8 {
			t.Errorf("only %d of %d cards name what they are about", named, gated)
		}
	})
	golden(t, file, cards.String())
}

// TestVirtuozzoProduction: names that the configuration declares, of whatever the call names; without any, everything counts.
func TestVirtuozzoProduction(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		for _, tc := range []struct {
			patterns []string
			tool     string
			args     map[string]any
			want     policy.Environment
			note     bool
		}{
			{nil, "virtuozzo_environment_stop", map[string]any{"env_name": "shop-staging"}, policy.Production, true},
			{[]string{"shop"}, "virtuozzo_environment_stop", map[string]any{"env_name": "shop"}, policy.Production, false},
			{[]string{"shop"}, "virtuozzo_environment_stop", map[string]any{"env_name": "shop-staging"}, policy.Other, false},
			{[]string{"SH\u200bOP "}, "virtuozzo_environment_stop", map[string]any{"env_name": "shop"}, policy.Production, false},
			{[]string{"shop.jelastic.example"}, "virtuozzo_environment_stop", map[string]any{"env_name": "shop"}, policy.Production, false},
			{[]string{"www.example.com"}, "virtuozzo_environment_stop", map[string]any{"env_name": "shop"}, policy.Production, false},
			{[]string{"E1AD106FEA1A0A45771F8B5E9C742A93"}, "virtuozzo_environment_stop", map[string]any{"env_name": "shop"}, policy.Production, false},
			{[]string{"ｓhop"}, "virtuozzo_environment_stop", map[string]any{"env_name": "shop-staging"}, policy.Other, false},
			{[]string{"shop"}, "virtuozzo_external_ip_move", map[string]any{"env_name": "shop-staging", "source_node_id": 120}, policy.Production, false},
			{[]string{"shop*"}, "virtuozzo_environment_stop", map[string]any{"env_name": "shop-staging"}, policy.Production, false},
			{[]string{"shop"}, "virtuozzo_installation_uninstall", map[string]any{"app_unique_name": "a1b2c3"}, policy.Production, false},
			{[]string{"shop"}, "virtuozzo_installation_uninstall", map[string]any{"app_unique_name": "d4e5f6"}, policy.Other, false},
			{[]string{"shop"}, "virtuozzo_env_group_delete", map[string]any{"groups": []any{"Production"}}, policy.Production, false},
			{[]string{"shop"}, "virtuozzo_env_group_delete", map[string]any{"groups": []any{"Staging"}}, policy.Other, false},
			{[]string{"shop"}, "virtuozzo_external_domain_swap", map[string]any{"env_name": "shop-staging", "target_appid": "e1ad106fea1a0a45771f8b5e9c742a93"},
				policy.Production, false},
			{[]string{"shop"}, "virtuozzo_environment_clone", map[string]any{"env_name": "shop", "new_env_name": "copy"}, policy.Production, true},
			{[]string{"shop"}, "virtuozzo_environment_clone", map[string]any{"env_name": "shop-staging", "new_env_name": "copy"}, policy.Other, false},
			{[]string{"shop"}, "virtuozzo_member_delete", map[string]any{"member_id": 55}, policy.Unknown, false},
		} {
			r.production = tc.patterns
			target, _ := r.look(tc.tool, tc.args)
			if target.Kind.Environment != tc.want || (target.Kind.Note != "") != tc.note || target.Kind.Doubt != "" {
				t.Errorf("%s %v with %v: %+v, want %q", tc.tool, tc.args, tc.patterns, target.Kind, tc.want)
			}
		}
		// What cannot be found counts as production, and says so.
		r.production = []string{"shop"}
		target, _ := r.look("virtuozzo_installation_uninstall", map[string]any{"app_unique_name": "nothing"})
		if target.Kind.Environment != policy.Production || target.Kind.Doubt == "" {
			t.Errorf("an unknown installation: %+v", target.Kind)
		}
	})
}

// TestVirtuozzoUpdatesTellWhatTheyReplace also when nobody is asked about them.
func TestVirtuozzoUpdatesTellWhatTheyReplace(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		for tool, tc := range map[string]struct {
			args map[string]any
			want string
		}{
			"virtuozzo_environment_rename": {map[string]any{"env_name": "shop", "display_name": "Web shop"}, "[{display_name Shop Web shop}]"},
			"virtuozzo_node_rename":        {map[string]any{"env_name": "shop", "node_id": 102, "display_name": "DB"}, "[{display_name MySQL CE DB}]"},
			"virtuozzo_environment_stop":   {map[string]any{"env_name": "shop"}, "[]"},
		} {
			reader := r.reader()
			changes, err := r.previewer.Changes(t.Context(), r.call(tool, tc.args), reader)
			if got := fmt.Sprint(changes); err != nil || got != tc.want || (tc.want == "[]") != (len(reader.made) == 0) {
				t.Errorf("%s: %s (%v) after %v, want %s", tool, got, err, reader.made, tc.want)
			}
		}
	})
}

// TestVirtuozzoUpdatesOfListedThings: what they replace is known from the list that has them; secrets stay hidden.
func TestVirtuozzoUpdatesOfListedThings(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		for tool, tc := range map[string]struct {
			args map[string]any
			want string
		}{
			"virtuozzo_firewall_rule_update": {
				map[string]any{"env_name": "shop", "rule": map[string]any{"id": 1, "name": "HTTP", "src": "10.0.0.0/8"}}, "[{rule.src ALL 10.0.0.0/8}]"},
			"virtuozzo_repo_update": {map[string]any{"repo_id": 5, "branch": "next", "password": "s3cr3t"},
				"[{branch main next} {password  •••• (a new value, hidden)}]"},
			"virtuozzo_endpoint_update": {
				map[string]any{"env_name": "shop", "endpoint_id": 8, "name": "MySQL", "private_port": 3307, "protocol": "TCP"}, "[{private_port 3306 3307}]"},
		} {
			target, _ := r.look(tool, tc.args)
			if got := fmt.Sprint(target.Changes); got != tc.want || len(target.Doubts) > 0 {
				t.Errorf("%s: %s (%v), want %s", tool, got, target.Doubts, tc.want)
			}
		}
	})
}

// TestVirtuozzoNoSense: arguments and answers that make no sense must neither stop the program nor make a call easier.
func TestVirtuozzoNoSense(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		r.production = []string{"prod-*"}
		for _, op := range r.writes(schemas.Virtuozzo) {
			for what, answer := range hostile() {
				r.answer = func(string, map[string]any) (any, error, bool) { return answer, nil, true }
				for _, args := range []map[string]any{r.virtuozzoArgs(op), {}, nulls(op), wrongArgs(op)} {
					if target, reader := r.look(op.Name, args); len(reader.made) > maxReads {
						t.Errorf("%s, %s: %d reads", op.Name, what, len(reader.made))
					} else if preview.NamesEnvironment(r.call(op.Name, args)) && reflect.DeepEqual(target.Kind, preview.Kind{}) {
						t.Errorf("%s, %s: nothing is known of its environment, and nothing says so", op.Name, what)
					}
				}
			}
		}
	})
}
