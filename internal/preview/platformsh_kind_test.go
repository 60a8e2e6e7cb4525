package preview_test

import (
	"context"
	"strings"
	"testing"

	"paasmcp/internal/policy"
	"paasmcp/internal/preview"
	"paasmcp/internal/simulator"
)

// TestPlatformshKind: which environment a call changes, and that what cannot be known counts as production.
func TestPlatformshKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about  string
		tool   string
		args   map[string]any
		change map[string]any // of the environment that is read
		want   policy.Environment
		name   string
		doubt  string
		most   int // reads
	}{
		{"its own", "environment_redeploy", shop("environment_id", "staging"), nil, policy.Other, "staging", "", 1},
		{"production", "environment_redeploy", shop("environment_id", "main"), nil, policy.Production, "main", "", 1},
		{"the default branch, whatever its type", "environment_redeploy", shop("environment_id", "main"), map[string]any{"type": "development",
			"is_main": true},
			policy.Production, "main", "", 1},
		{"no type", "environment_redeploy", shop("environment_id", "staging"), map[string]any{"type": nil}, policy.Production, "staging",
			"does not say its type", 1},
		{"a type nobody knows", "environment_redeploy", shop("environment_id", "staging"), map[string]any{"type": "canary"}, policy.Production, "staging",
			"its type", 1},
		{"not there", "environment_redeploy", shop("environment_id", "gone"), nil, policy.Production, "gone", "404", 1},
		{"merged into staging", "environment_merge", shop("environment_id", "feature/search"), nil, policy.Other, "staging", "", 2},
		{"merged into production", "environment_merge", shop("environment_id", "staging"), nil, policy.Production, "main", "", 2},
		{"copied from production", "environment_branch", shop("environment_id", "main", "name", "x", "title", "X"), nil, policy.Production, "main", "", 1},
		{"copied from another", "environment_branch", shop("environment_id", "staging", "name", "x", "title", "X"), nil, policy.Other, "staging", "", 1},
		{"pulled from production only", "environment_synchronize", shop("environment_id", "staging", "synchronize_data", true), nil, policy.Other,
			"staging", "", 1},
		{"restored elsewhere", "environment_backup_restore", shop("environment_id", "main", "backup_id", "b", "environment_name", "staging"), nil,
			policy.Other, "staging", "", 1},
		{"restored onto production", "environment_backup_restore", shop("environment_id", "staging", "backup_id", "b", "environment_name", "main"), nil,
			policy.Production, "main", "", 1},
		{"made by the restore", "environment_backup_restore", shop("environment_id", "main", "backup_id", "b", "environment_name", "drill"), nil,
			policy.Other, "drill", "", 1},
		{"becomes production", "environment_update", shop("environment_id", "staging", "type", "production"), nil, policy.Production, "staging", "", 1},
		{"of the project", "project_variable_delete", shop("variable_id", "env:APP_ENV"), nil, policy.Production, "main", "", 1},
		{"of the contract", "subscription_delete", inAcme("subscription_id", "1000001"), nil, policy.Production, "main", "", 2},
		{"a contract that is not there", "subscription_delete", inAcme("subscription_id", "9"), nil, policy.Production, "production", "404", 2},
		{"a title", "project_update", shop("title", "New"), nil, policy.Unknown, "", "", 0},
		{"the default domain", "project_update", shop("default_domain", "shop.example.com"), nil, policy.Production, "main", "", 1},
		{"of an activity", "project_activity_cancel", shop("activity_id", "activityfailed"), nil, policy.Other, "feature/checkout", "", 2},
		{"no activity", "project_activity_cancel", shop("activity_id", "gone"), nil, policy.Production, "of the activity gone", "404", 1},
		{"a source of code", "integration_create", shop("type", "github"), nil, policy.Production, "main", "", 1},
		{"a listener", "integration_create", shop("type", "webhook"), nil, policy.Unknown, "", "", 0},
		{"people", "project_user_access_delete", shop("user_id", ben), nil, policy.Unknown, "", "", 0},
		{"builds", "project_settings_update", shop("build_resources", map[string]any{"cpu": 2}), nil, policy.Unknown, "", "", 0},
		{"retention", "project_settings_update", shop("data_retention", map[string]any{}), nil, policy.Production, "main", "", 1},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, r *rig) {
				if c.change != nil {
					r.answer = func(tool string, args map[string]any) (any, error, bool) {
						if tool != "platformsh_environment_get" {
							return nil, nil, false
						}
						environment := map[string]any{"id": args["environment_id"], "name": args["environment_id"]}
						for k, v := range c.change {
							environment[k] = v
						}
						return environment, nil, true
					}
				}
				reader, call := r.reader(), r.call("platformsh_"+c.tool, c.args)
				kind := r.previewer.Kind(t.Context(), call, reader)
				if kind.Environment != c.want || kind.Name != c.name || !strings.Contains(kind.Doubt, c.doubt) || c.doubt == "" && kind.Doubt != "" {
					t.Errorf("got %+v", kind)
				}
				if len(reader.made) > c.most {
					t.Errorf("%d reads, want at most %d: %v", len(reader.made), c.most, reader.reads())
				}
				if preview.NamesEnvironment(call) != (c.want != policy.Unknown) {
					t.Errorf("names an environment: %v", preview.NamesEnvironment(call))
				}
			})
		})
	}
}

// TestPlatformshDeclared: an environment that the configuration calls production is, whatever the platform says.
func TestPlatformshDeclared(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		r.production = []string{"feature/*", "stag*"}
		for tool, args := range map[string]map[string]any{
			"environment_redeploy": shop("environment_id", "feature/search"), "environment_merge": shop("environment_id", "feature/checkout"),
		} {
			if kind := r.previewer.Kind(t.Context(), r.call("platformsh_"+tool, args), r.reader()); kind.Environment != policy.Production {
				t.Errorf("%s counts as %+v", tool, kind)
			}
		}
	})
}

// TestPlatformshManyEnvironments: a list that was cut proves nothing about what is not in it.
func TestPlatformshManyEnvironments(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		r.answer = func(tool string, _ map[string]any) (any, error, bool) {
			var list []any
			for range 500 {
				list = append(list, map[string]any{"id": "other", "type": "development"})
			}
			return list, nil, tool == "platformsh_environment_list"
		}
		args := shop("environment_id", "main", "backup_id", "backupnight", "environment_name", "hidden")
		kind := r.previewer.Kind(t.Context(), r.call("platformsh_environment_backup_restore", args), r.reader())
		if kind.Environment != policy.Production || !strings.Contains(kind.Doubt, "more than 500") {
			t.Errorf("got %+v", kind)
		}
	})
}

// TestPlatformshNoAnswer: a caller who gives up and a platform that is silent are not mistaken for a harmless environment.
func TestPlatformshNoAnswer(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, r *rig) {
		r.sim.Inject(simulator.Fault{Kind: simulator.Reset, Path: "/platformsh/projects/**", Times: 99})
		ctx, cancel := context.WithTimeout(t.Context(), maxTime)
		defer cancel()
		kind := r.previewer.Kind(ctx, r.call("platformsh_environment_redeploy", shop("environment_id", "staging")), r.reader())
		if kind.Environment != policy.Production || kind.Doubt == "" {
			t.Errorf("got %+v", kind)
		}
	})
}
