package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestAssistantKnowsNothing: a stand-in that knew operations, the catalogue or the simulator would measure itself. All it
// may know are the hand-written tools.
func TestAssistantKnowsNothing(t *testing.T) {
	t.Parallel()
	forbidden := regexp.MustCompile(`(platformsh|acquia|virtuozzo)_|"paasmcp/|\.sim\b|\.shop\b`)
	tools := regexp.MustCompile(`"paas_\w+"`)
	for _, file := range []string{"assistant.go", "sentence.go", "plan.go", "lookup.go", "memory.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := forbidden.FindAllString(string(source), -1); found != nil {
			t.Errorf("%s knows %q", file, found)
		}
		for _, tool := range tools.FindAllString(string(source), -1) {
			if !slices.Contains([]string{`"paas_find"`, `"paas_describe"`, `"paas_read"`, `"paas_wait"`, `"paas_locate"`, `"paas_logs"`}, tool) {
				t.Errorf("%s calls %s by name", file, tool)
			}
		}
	}
}

func TestNeedOf(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		say   string
		given map[string]any
		want  string
	}{
		{"Stop shop.", map[string]any{"environment": "shop"}, "Stop environment."},
		{"Stop environment shop.", map[string]any{"environment": "shop"}, "Stop environment ."},
		{"Clone shop as shop-2.", map[string]any{"environment": "shop", "new name": "shop-2"}, "Clone environment as new name."},
		{"It failed. Go back to the last backup.", nil, "Go back to the last backup."},
		{"Is Platform.sh up?", nil, "Is Platform.sh up?"},
		{"Give a and b to x.", map[string]any{"team": []any{"a", "b"}}, "Give team and to x."},
	} {
		if got := needOf(Step{Say: tc.say, Given: tc.given}); strings.Join(strings.Fields(got), " ") != tc.want {
			t.Errorf("%s: %q, want %q", tc.say, got, tc.want)
		}
	}
}

func TestAsks(t *testing.T) {
	t.Parallel()
	for sentence, want := range map[string]bool{
		"Which teams are there?": true, "Show its nodes.": true, "Tell me who may deploy.": true, "On Upsun, list the domains.": true,
		"Delete the domain.": false, "On Upsun, delete the domain.": false, "Listen to the port.": false, "Give Ben access.": false,
	} {
		if asks(sentence) != want {
			t.Errorf("%s: %v", sentence, !want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"envName": "environment name", "target_app_uuid": "target application uuid", "Acme's IDE": "acme s ide", "nodeGroup": "node group", "": "",
	} {
		if got := strings.Join(words(name), " "); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for tool, want := range map[string]string{
		"x_environment_backup_list": "environment backup", "x_user_by_email_get": "user", "x_policies_get": "policy",
		"x_addresses_list": "address", "x_y": "x y",
	} {
		if got := strings.Join(resource(tool), " "); got != want {
			t.Errorf("%s: %q, want %q", tool, got, want)
		}
	}
	for argument, want := range map[string][2]string{
		"project_id": {"project", "id"}, "env_name": {"environment", "name"}, "id": {"", "id"}, "branch": {"branch", ""}, "role_ids": {"role", "id"},
	} {
		noun, suffix := nounOf(argument)
		if got := [2]string{strings.Join(noun, " "), suffix}; got != want {
			t.Errorf("%s: %q, want %q", argument, got, want)
		}
	}
}

func TestLikeness(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		argument, description, label, tool string
		want                               int
	}{
		{"project_id", "", "project", "x_project_get", same},
		{"env_name", "", "environment", "x_environment_stop", same},
		{"variable_id", "", "variable name", "x_variable_update", same},
		{"source", "", "source environment", "x_files_copy", close},
		{"source_environment_id", "", "environment", "x_files_copy", close},
		{"name", "", "variable name", "x_variable_create", close},
		{"title", "", "team", "x_team_create", alike},
		{"owner", "Email of the new owner.", "email", "x_team_create", faint},
		{"branch", "", "environment", "x_code_switch", 0},
		{"name", "", "environment", "x_variable_create", 0},
	} {
		if got := likeness(tc.argument, schema{Description: tc.description}, words(tc.label), tc.tool); got != tc.want {
			t.Errorf("%s for %s: %d, want %d", tc.argument, tc.label, got, tc.want)
		}
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	var m memory
	read := func(text string) (v map[string]any) {
		if err := decode([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	m.learn([]string{"environment"}, map[string]any{"project_id": "p1"}, read(`{"items": [
		{"env": {"envName": "shop", "displayName": "Shop"}, "nodes": [{"id": 101, "nodeGroup": "cp"}]},
		{"env": {"envName": "blog", "displayName": "Blog"}, "nodes": [{"id": 201, "nodeGroup": "cp"}]}]}`), false)
	m.learn([]string{"backup"}, map[string]any{"project_id": "p1", "environment_id": "main"}, read(`{"value": {"id": "main", "title": "Main"}}`), true)
	a := &Assistant{memory: m}
	node := wanted{argument: "node_id", noun: []string{"node"}}
	if id, ok := a.remembered(node, "101", map[string]any{"env_name": "shop"}); !ok || id != "101" {
		t.Errorf("node of its environment: %q", id)
	}
	if id, ok := a.remembered(node, "101", map[string]any{"env_name": "blog"}); ok {
		t.Errorf("node of another environment: %q", id)
	}
	if id, ok := a.remembered(wanted{argument: "env_name", noun: []string{"environment"}}, "Blog", nil); !ok || id != "blog" {
		t.Errorf("name for a display name: %q", id)
	}
	if id, ok := a.remembered(wanted{argument: "backup_id", noun: []string{"backup"}}, "Main", nil); ok {
		t.Errorf("a change answered with what it was called on, which was taken for what it made: %q", id)
	}
	if id, ok := a.remembered(wanted{argument: "environment_id", noun: []string{"environment"}}, "Main", map[string]any{"project_id": "p2"}); ok {
		t.Errorf("environment of another project: %q", id)
	}
}

// TestChoose: what the person did not name is taken only when it is clear which one they mean.
func TestChoose(t *testing.T) {
	t.Parallel()
	thing := func(key, created, result string) candidate {
		return candidate{key, &record{fields: map[string]string{"created_at": created, "result": result}}}
	}
	old, recent := thing("old", "2026-01-01T00:00:00Z", "failure"), thing("recent", "2026-02-01T00:00:00Z", "success")
	made := candidate{"made", &record{made: true}}
	for _, tc := range []struct {
		said  string
		among []candidate
		want  string
	}{
		{"restore a backup", nil, ""},
		{"restore a backup", []candidate{old}, "old"},
		{"restore a backup", []candidate{old, recent}, ""},
		{"restore the latest backup", []candidate{old, recent}, "recent"},
		{"restore the oldest backup", []candidate{recent, old}, "old"},
		{"show the one that failed", []candidate{recent, old}, "old"},
		{"delete it", []candidate{old, recent, made}, "made"},
	} {
		a := &Assistant{said: words(tc.said)}
		if got, ok := a.choose(tc.among); got != tc.want || ok != (tc.want != "") {
			t.Errorf("%s: %q, want %q", tc.said, got, tc.want)
		}
	}
}

func TestReportTasks(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	results := []TaskResult{{Task: "a", On: "acquia", Success: true, Calls: 3}, {Task: "b", On: "acquia", Why: "unmet", Calls: 4}}
	reportTasks(&out, results, map[string]TaskResult{"b": {Task: "b", On: "acquia", Why: "the card names nothing", Calls: 2}})
	for _, want := range []string{"FAILED: the card names nothing", "1 of 2 tasks", "0 of 1 tasks"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
