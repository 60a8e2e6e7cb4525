package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"paasmcp/internal/caller"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// An answer without content proves what its status and its marks say, and a list is empty only where nothing narrows it.
func TestSilenceClaimsNothing(t *testing.T) {
	t.Parallel()
	w := &scripted{}
	r := scriptedRig(t, w, withoutAudit(t))
	ctx := caller.With(t.Context(), caller.Caller{Principal: "anybody"})
	project := map[string]any{"project_id": "abc123"}
	tags := map[string]any{"application_uuid": appUUID}
	filtered := map[string]any{"application_uuid": appUUID, "filter": "name=x"}
	shop := map[string]any{"env_name": "shop"}
	for _, tc := range []struct {
		tool   string
		args   map[string]any
		status int
		body   string
		want   string
	}{
		{"platformsh_project_build_cache_clear", project, 204, ``, "confirmed"},
		{"platformsh_project_build_cache_clear", project, 201, ``, "confirmed"},
		{"platformsh_project_build_cache_clear", project, 200, ``, "nothing shows yet that it was done"},
		{"platformsh_project_build_cache_clear", project, 200, `{}`, "with an empty object: nothing shows yet"},
		{"platformsh_project_build_cache_clear", project, 200, `[]`, "with an empty list: nothing shows yet"},
		{"platformsh_project_build_cache_clear", project, 202, ``, "accepted"},
		{"platformsh_project_get", project, 200, ``, "answered without content (HTTP 200)"},
		{"platformsh_project_get", project, 200, `{}`, "with an empty object"},
		{"platformsh_project_get", project, 204, ``, "answered without content (HTTP 204)"},
		{"virtuozzo_environment_stop", shop, 200, `{"result":0}`, "confirmed"},
		{"acquia_application_tag_list", tags, 200, `{"total":0,"_embedded":{"items":[]}}`, "the list is empty"},
		{"acquia_application_notification_list", filtered, 200, `{"total":0,"_embedded":{"items":[]}}`, "empty with filter"},
		{"acquia_application_notification_list", filtered, 200, `{"total":7,"_embedded":{"items":[]}}`, "counts 7"},
		{"virtuozzo_environment_list", nil, 200, `{"result":0}`, "the list is empty"},
		{"virtuozzo_environment_list", nil, 200, `{"result":0,"environments":[{"a":1}]}`, "no list where there should be one"},
	} {
		w.status, w.body = tc.status, tc.body
		o, err := r.Service.Call(ctx, tools.Call{Tool: tc.tool, Args: tc.args}, nil)
		if err != nil {
			t.Errorf("%s %s: %v", tc.tool, tc.body, err)
			continue
		}
		if note := r.Service.Present(o, tools.View{}).Note; !strings.Contains(note, tc.want) {
			t.Errorf("%s %d %s: %q, want %q in it", tc.tool, tc.status, tc.body, note, tc.want)
		}
	}
}

// Names are found in the spelling of the platform, whichever the row or the caller uses, and the node of an outcome is never dropped.
func TestFieldsInEverySpelling(t *testing.T) {
	t.Parallel()
	w := &scripted{body: `{"result":0,"responses":[{"nodeid":101,"result":0,"out":"x","exitStatus":0},{"nodeid":102,"result":0,"weird":"y"}]}`}
	r := scriptedRig(t, w, withoutAudit(t))
	row, _ := r.Service.Catalog.Operation("virtuozzo_file_delete")
	ctx := caller.With(t.Context(), caller.Caller{Principal: "anybody"})
	for _, fields := range [][]string{nil, {"*"}, {"responses.node_id"}, {"responses.nodeId"}, {"responses.nodeid"}, {"responses[].NodeID"}, {"nope"}} {
		o, err := r.Service.Call(ctx, tools.Call{Tool: row.Name, Args: row.Example.Args}, nil)
		if err != nil {
			t.Fatal(err)
		}
		value, _ := r.Service.Present(o, tools.View{Fields: fields}).Value.(map[string]any)
		list, _ := value["responses"].([]any)
		if len(list) != 2 || list[0].(map[string]any)["nodeid"] == nil || list[1].(map[string]any)["nodeid"] == nil {
			t.Errorf("fields %q: %v", fields, value)
		}
	}
}

// What has none of the usual fields is shown with all it has; a null is shown where it is asked for.
func TestUsualFieldsHideNothing(t *testing.T) {
	t.Parallel()
	w := &scripted{}
	r := scriptedRig(t, w, withoutAudit(t))
	ctx := caller.With(t.Context(), caller.Caller{Principal: "anybody"})
	row, _ := r.Service.Catalog.Operation("platformsh_project_get")
	for _, tc := range []struct {
		body   string
		fields []string
		want   string
	}{
		{`{"surprise":1,"id":null}`, nil, `"surprise":1`},
		{`{"_embedded":{"owner":{"mail":"ann@example.com"}}}`, nil, "ann@example.com"},
		{`{"_links":{"self":{"href":"https://x.example/"}},"id":null}`, nil, "https://x.example/"},
		{`{"id":"abc123","_links":{"a":{"href":"h"}},"parent":null,"list":[]}`, []string{"*"}, `"list":[],"parent":null`},
		{`{"id":"abc123","parent":null}`, []string{"parent"}, `{"parent":null}`},
		{`{"id":"abc123","_links":{"a":{"href":"h"}}}`, []string{"_links.a"}, `{"_links":{"a":{"href":"h"}}}`},
	} {
		w.body = tc.body
		o, err := r.Service.Call(ctx, tools.Call{Tool: row.Name, Args: row.Example.Args}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := json.Marshal(r.Service.Present(o, tools.View{Fields: tc.fields})); !strings.Contains(string(text), tc.want) {
			t.Errorf("%s with fields %q: %s", tc.body, tc.fields, text)
		}
	}
}

// The example of every row is answered in a way that proves nothing: no change may be told to be done.
func TestNoChangeIsDoneWithoutEvidence(t *testing.T) {
	t.Parallel()
	w := &scripted{}
	r := scriptedRig(t, w, withoutAudit(t))
	ctx := caller.With(t.Context(), caller.Caller{Principal: "anybody"})
	changes := 0
	for _, row := range r.Service.Catalog.Rows() {
		op, _ := r.Service.Catalog.Operation(row.Name)
		if op.IsRead() || op.ReturnsFile() || op.Only != "" {
			continue
		}
		changes++
		for _, body := range []string{``, `{}`, `[]`} {
			w.body = body
			o, err := r.Service.Call(ctx, tools.Call{Tool: op.Name, Args: op.Example.Args}, nil)
			if err != nil {
				continue // an unknown outcome, or refused before it was sent
			}
			if note := r.Service.Present(o, tools.View{}).Note; op.Platform == schemas.Virtuozzo || strings.Contains(note, "confirmed") || strings.Contains(note, "went well") {
				t.Errorf("%s answered with %q: %q", op.Name, body, note)
			}
		}
	}
	if changes < 400 {
		t.Errorf("%d changes", changes)
	}
}

// A job that is over already is not waited for, and how it ended is said as far as it is known.
func TestJobsThatAreOver(t *testing.T) {
	t.Parallel()
	w := &scripted{}
	r := scriptedRig(t, w, withoutAudit(t))
	ctx := caller.With(t.Context(), caller.Caller{Principal: "anybody"})
	for _, tc := range []struct{ activity, answered, waited string }{
		{`"state":"pending"`, "call paas_wait", "still running"},
		{`"state":"cancelled"`, "is over: cancelled", "it was cancelled"},
		{`"state":"complete","result":"failure"`, "is over: complete, failure", "it failed"},
		{`"state":"complete"`, "is over: complete", "does not say whether it succeeded"},
		{`"state":"complete","result":"success"`, "is over: complete, success", ""},
	} {
		activity := `"id":"a1","type":"environment.backup",` + tc.activity
		w.body = `{"status":"Accepted","code":202,"_embedded":{"activities":[{` + activity + `}]}}`
		o, err := r.Service.Call(ctx, tools.Call{Tool: "platformsh_project_build_cache_clear", Args: map[string]any{"project_id": "abc123"}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if note := r.Service.Present(o, tools.View{}).Note; !strings.Contains(note, tc.answered) || strings.Contains(note, "works on it") != (tc.waited == "still running") {
			t.Errorf("%s: %q, want %q in it", tc.activity, note, tc.answered)
		}
		if tc.waited == "still running" {
			continue // it would be waited for
		}
		w.body = `{` + activity + `}`
		reply := r.ask(t, "paas_wait", map[string]any{"job": "psh/activity:abc123:a1"})
		if !strings.Contains(reply.Note, tc.waited) || tc.waited == "" && reply.Note != "" {
			t.Errorf("%s: paas_wait notes %q, want %q in it", tc.activity, reply.Note, tc.waited)
		}
	}
}
