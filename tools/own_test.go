package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"paasmcp/apiclient"
)

// TestOwnArguments: wrong arguments of the hand-written tools are answered with what would be right, in words that no
// programming language has; what is clear in spite of its form is taken.
func TestOwnArguments(t *testing.T) {
	t.Parallel()
	r, _ := bulkRig(t)
	list := map[string]any{"project_id": "p"}
	with := func(more ...any) map[string]any {
		args := map[string]any{"tool": "platformsh_environment_list", "arguments": list}
		for i := 0; i+1 < len(more); i += 2 {
			args[more[i].(string)] = more[i+1]
		}
		return args
	}
	for _, tc := range []struct {
		tool string
		args any
		want []string // in the error; none where it is taken
	}{
		{"paas_read", map[string]any{}, []string{"missing property 'tool'", "from paas_find"}},
		{"paas_read", map[string]any{"tool": nil}, []string{"missing property 'tool'"}},
		{"paas_read", with("project_id", "p"), []string{"'project_id' not allowed", "it takes tool, arguments,", "goes into arguments"}},
		{"paas_read", with("args", list), []string{"'args' not allowed", "goes into arguments"}},
		{"paas_read", with("tool", 5), []string{`operation "5" does not exist`}},
		{"paas_read", with("tool", []any{"x"}), []string{"tool: got array, want string"}},
		{"paas_read", with("arguments", []any{1}), []string{"arguments: got array, want object"}},
		{"paas_read", with("arguments", "project_id=p"), []string{"arguments: got string, want object"}},
		{"paas_read", with("limit", 0), []string{"limit: minimum: got 0, want 1"}},
		{"paas_read", with("limit", -1), []string{"limit: minimum"}},
		{"paas_read", with("limit", "many"), []string{"limit: got string, want integer"}},
		{"paas_read", with("limit", 1.5), []string{"limit: got number, want integer"}},
		{"paas_read", with("reveal", "perhaps"), []string{"reveal: got string, want boolean"}},
		{"paas_read", with("arguments", map[string]any{"project_id": "p", "limit": 0}), []string{"limit: minimum"}},
		{"paas_read", with("arguments", map[string]any{"project_id": "p", "jq": 5}), nil}, // 5 is a program
		{"paas_read", []any{1}, []string{"not a JSON object but a JSON array"}},
		{"platformsh_environment_list", map[string]any{"project_id": "p", "limit": 0}, []string{"limit: minimum: got 0, want 1"}},
		{
			"paas_find", map[string]any{"query": "backup", "platform": "Platform.sh"},
			[]string{"'platformsh', 'acquia', 'virtuozzo'", "did you mean platformsh?"},
		},
		{"paas_find", map[string]any{"q": "backup"}, []string{"missing property 'query'", "it takes query, platform, limit"}},
		{"paas_find", map[string]any{"query": "backup", "limit": -5}, []string{"limit: minimum"}},
		{"paas_wait", map[string]any{"job": "work/activity:p:a", "timeout_seconds": -5}, []string{"timeout_seconds: minimum"}},
		{"paas_wait", map[string]any{"job": "work/activity:p:a", "timeout": 5}, []string{"did you mean timeout_seconds?"}},
		{"paas_result", map[string]any{"result": "x", "page": 0}, []string{"page: minimum"}},
		{"paas_logs", map[string]any{"env_name": "shop", "node_id": "first"}, []string{"node_id: got string, want integer"}},
		{"paas_logs", map[string]any{"env_name": "shop", "path": "/var/log/x"}, []string{"give node_id too"}},
		{"paas_accounts", map[string]any{"account": "work"}, []string{"'account' not allowed", "it takes no arguments"}},
		{"paas_describe", map[string]any{"name": "platformsh_environment_list"}, []string{"missing property 'tool'"}},

		{"paas_read", with("limit", "3"), nil},
		{"paas_read", with("limit", 3.0), nil},
		{"paas_read", with("limit", 1e12), nil},
		{"paas_read", with("limit", nil, "fields", nil, "jq", nil), nil},
		{"paas_read", with("arguments", `{"project_id":"p"}`), nil},
		{"paas_read", with("fields", "id, title"), nil},
		{"paas_read", with("fields", `["id"]`), nil},
		{"paas_read", with("reveal", "false"), nil},
		{"platformsh_environment_list", map[string]any{"project_id": "p", "limit": 2.0, "fields": "id,title"}, nil},
	} {
		got := r.call(request{tool: tc.tool, args: tc.args})
		if got.IsError != (tc.want != nil) {
			t.Errorf("%s %v: %.300s", tc.tool, tc.args, got.text())
		}
		for _, want := range tc.want {
			if !strings.Contains(got.text(), want) {
				t.Errorf("%s %v: %s\nhas no %q", tc.tool, tc.args, got.text(), want)
			}
		}
		for _, never := range []string{"unmarshal", "Go ", "tools.", "map["} {
			if got.IsError && strings.Contains(got.text(), never) {
				t.Errorf("%s %v: %s\nspeaks of %q", tc.tool, tc.args, got.text(), never)
			}
		}
	}
}

// TestFieldsOfText: a list that is written as one text is that list, in hand-written and in direct tools.
func TestFieldsOfText(t *testing.T) {
	t.Parallel()
	r, _ := bulkRig(t)
	for tool, args := range map[string]map[string]any{
		"paas_read":                   {"tool": "platformsh_environment_list", "arguments": map[string]any{"project_id": "p"}, "fields": "id, size"},
		"platformsh_environment_list": {"project_id": "p", "fields": "id,size"},
	} {
		if a := r.ask(t, tool, args); len(a.Items) == 0 || len(a.Items[0]) != 2 {
			t.Errorf("%s: %v", tool, a.Items[0])
		}
	}
}

// TestUnknownFields: who asks for a field that does not exist hears which there are, and never takes silence for an answer.
func TestUnknownFields(t *testing.T) {
	t.Parallel()
	r, _ := bulkRig(t)
	const there = "the answer is a list of 400 objects with the keys _links, http_access, id"
	for _, tc := range []struct{ fields, want string }{
		{"nope", "there is no field nope; " + there},
		{"id,nope,http_access.nope", "there is no field nope, http_access.nope; " + there},
		{"id,nothing,http_access,http_access.basic_auth.ada,_links", ""}, // nothing is there, as null
		{".id,[].title,.[].name", ""},
		{"*", ""}, {"parent,is_pr", ""}, {"http_access.*", ""}, {"nothing.deeper", ""},
	} {
		note := r.ask(t, "paas_read", allEnvironments("fields", tc.fields)).Note
		if !strings.Contains(note, tc.want) || tc.want == "" && strings.Contains(note, "no field") {
			t.Errorf("%s: %q", tc.fields, note)
		}
	}
	if a := r.ask(t, "paas_read", allEnvironments("fields", ".id")); a.Items[0]["id"] != "feature-000" {
		t.Errorf("a path as jq writes it: %v", a.Items[0])
	}
	kept := r.ask(t, "paas_read", allEnvironments()).Kept.Result
	for _, args := range []map[string]any{
		{"result": kept, "fields": "nope"}, {"result": kept, "fields": "nope", "grep": "feature-00"},
	} {
		note := r.ask(t, "paas_result", args).Note
		if !strings.Contains(note, "there is no field nope; the answer is a list of 400 objects with the keys _links, http_access, id") {
			t.Errorf("%v: %q", args, note)
		}
	}
	empty := &answering{answer: bulk}
	none := newRig(t, replying(t, empty, `[]`))
	if a := none.ask(t, "paas_read", allEnvironments("fields", "nope")); a.Note != "the list is empty" {
		t.Errorf("an empty list: %q", a.Note)
	}
}

// TestPartialJQ: a program that saw the first items only must not be taken for one that saw all.
func TestPartialJQ(t *testing.T) {
	t.Parallel()
	r, _ := bulkRig(t)
	first := allEnvironments("jq", "length", "limit", 20)
	if a := r.ask(t, "paas_read", first); a.Value != 20.0 || a.Next == "" || !strings.Contains(a.Note, "jq saw 20 items of the list; there are 400") {
		t.Errorf("%v, next %q, note %q", a.Value, a.Next, a.Note)
	}
	if a := r.ask(t, "paas_read", allEnvironments("jq", "length")); a.Value != 400.0 || a.Note != "" {
		t.Errorf("of all: %v, note %q", a.Value, a.Note)
	}
	kept := r.ask(t, "paas_read", allEnvironments("fields", "*", "limit", 300)).Kept.Result
	if a := r.ask(t, "paas_result", map[string]any{"result": kept, "jq": "length"}); a.Value != 300.0 || a.Next == "" ||
		!strings.Contains(a.Note, "repeat the call of platformsh_environment_list with cursor set to next") {
		t.Errorf("of a kept answer: %v, next %q, note %q", a.Value, a.Next, a.Note)
	}
}

// TestNullsOfOwnArguments: a null is what is left out, for the server's own arguments as for those of operations, in lists too; a list of
// nothing but nulls is not the empty list, which can mean to remove all there is.
func TestNullsOfOwnArguments(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const tool = `"tool":"platformsh_environment_get"`
	for name, args := range map[string]string{
		"paas_read":                  `{` + tool + `,"arguments":{"project_id":"abc123","environment_id":"main","limit":null},"fields":null,"limit":null,"cursor":null,"jq":null,"reveal":null,"save_to":null,"account":null}`,
		"paas_read ":                 `{` + tool + `,"arguments":"{\"project_id\":\"abc123\",\"environment_id\":\"main\"}","fields":["id",null]}`,
		"paas_read  ":                `"{\"tool\":\"platformsh_environment_get\",\"arguments\":\" {\\\"project_id\\\":\\\"abc123\\\",\\\"environment_id\\\":\\\"main\\\"}\"}"`,
		"platformsh_environment_get": `{"project_id":"abc123","environment_id":"main","fields":[null],"jq":null,"account":null}`,
		"paas_describe":              `{` + tool + `,"arguments":null,"account":null}`,
		"paas_describe ":             `{` + tool + `,"arguments":""}`,
		"paas_find":                  `{"query":"environment","platform":null,"limit":null}`,
	} {
		if got := r.call(request{tool: strings.TrimSpace(name), args: json.RawMessage(args)}); got.IsError {
			t.Errorf("%s: %+v", args, got.Content)
		}
	}
	s := offline(t)
	op, _ := s.Catalog.Operation("platformsh_ticket_update")
	for args, want := range map[string]string{
		`{"ticket_id":"1","collaborator_ids":["a",null]}`: `{"collaborator_ids":["a"]}`,
		`{"ticket_id":"1","collaborator_ids":[null]}`:     `{}`,
		`{"ticket_id":"1","collaborator_ids":[]}`:         `{"collaborator_ids":[]}`,
	} {
		checked, err := s.Validate(op, parsed(t, args).(map[string]any))
		if err != nil {
			t.Fatal(err)
		}
		request, err := apiclient.Build(op, checked)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(request.Body); got != want {
			t.Errorf("%s sends %s, want %s", args, got, want)
		}
	}
	op, _ = s.Catalog.Operation("virtuozzo_env_vars_add")
	if _, err := s.Validate(op, parsed(t, `{"env_name":"shop","node_id":1,"env_vars":{"A":null}}`).(map[string]any)); err == nil {
		t.Error("a key that the caller chose may be null")
	}
}
