package tools_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"paasmcp/schemas"
)

// TestAcceptedIsNotChanged: what an update replaces is told as changed once its job has ended well, not when it was accepted.
func TestAcceptedIsNotChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, acceptedIsNotChanged)
}

func acceptedIsNotChanged(t *testing.T) {
	for state, want := range map[string]bool{
		`"state":"complete","result":"success"`: true, `"state":"complete","result":"failure"`: false, `"state":"in_progress"`: false,
		`"state":"staged"`: false,
	} {
		r := newRig(t)
		r.wire.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
			if op == nil { // the log of the job
				return 0, ""
			}
			switch op.Name {
			case "platformsh_environment_get":
				return http.StatusOK, `{"id":"staging","name":"staging","title":"Staging","type":"development"}`
			case "platformsh_environment_update":
				return http.StatusOK, `{"_embedded":{"activities":[{"id":"act1","type":"environment.update","state":"pending","project":"abc123"}]}}`
			case "platformsh_project_activity_get":
				return http.StatusOK, `{"id":"act1","type":"environment.update","project":"abc123",` + state + `}`
			}
			return 0, ""
		}
		args := environmentArgs()
		args["title"] = "Stage two"
		accepted := r.call(request{tool: "platformsh_environment_update", args: args})
		const change = `[{"field":"title","old":"Staging","new":"Stage two"}]`
		if text := string(accepted.StructuredContent); !strings.Contains(text, `"will_change":`+change) || strings.Contains(text, `"changed"`) {
			t.Errorf("accepted: %s", accepted.text())
		}
		var answer struct{ Jobs []struct{ Job string } }
		if err := json.Unmarshal(accepted.StructuredContent, &answer); err != nil || len(answer.Jobs) != 1 {
			t.Fatalf("%v: %s", err, accepted.text())
		}
		ended := r.call(request{tool: "paas_wait", args: map[string]any{"job": answer.Jobs[0].Job, "timeout_seconds": 1}})
		if told := strings.Contains(string(ended.StructuredContent), `"changed":`+change); told != want {
			t.Errorf("%s: told as changed: %v: %s", state, told, ended.text())
		}
	}
}

// TestOnlyEvidenceIsChanged: an answer that shows nothing does not make an update one that was done.
func TestOnlyEvidenceIsChanged(t *testing.T) {
	t.Parallel()
	for answer, changed := range map[string]bool{
		``: false, `{}`: false, `[]`: false, `null`: false, `0`: false, `true`: false, `{"message":"The team was renamed."}`: true,
	} {
		r := newRig(t)
		r.wire.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
			switch op.Name {
			case "acquia_team_get":
				return http.StatusOK, `{"uuid":"f4b37e3c-1a96-4ed4-ad20-3081fe0f9545","name":"Old"}`
			case "acquia_team_rename":
				return http.StatusOK, answer
			}
			return 0, ""
		}
		got := r.call(request{tool: "paas_write", args: map[string]any{"tool": "acquia_team_rename",
			"arguments": map[string]any{"team_uuid": "f4b37e3c-1a96-4ed4-ad20-3081fe0f9545", "name": "New"}}})
		text := string(got.StructuredContent)
		if got.IsError || strings.Contains(text, `"changed"`) != changed || strings.Contains(text, `"will_change"`) == changed || strings.Contains(text, "nothing shows yet") == changed {
			t.Errorf("answered with %q: %s", answer, got.text())
		}
	}
}

// TestRefusedBeforeAsked: through the whole pipeline, what surely cannot work is refused before a person is asked, and whatever is not
// sure is asked.
func TestRefusedBeforeAsked(t *testing.T) {
	t.Parallel()
	const environment = "15-a47ac10b-58cc-4372-a567-0e02b2c3d470"
	codeSwitch := func(branch string) request {
		return request{tool: "paas_write", args: map[string]any{"tool": "acquia_code_switch", "arguments": map[string]any{"environment_id": environment, "branch": branch}}}
	}
	remove := request{tool: "acquia_cron_delete", args: map[string]any{"environment_id": environment, "cron_id": "77"}}
	for _, c := range []struct {
		about  string
		req    request
		read   string // the look-up
		status int
		answer string
		asked  bool
		says   string // of the refusal, or of the card
	}{
		{"there", codeSwitch("tags/2026-1"), "acquia_branch_list", 200, `{"total":2,"_embedded":{"items":[{"name":"master"},{"name":"tags/2026-1"}]}}`, true, ""},
		{"not there", codeSwitch("2026-1"), "acquia_branch_list", 200, `{"total":2,"_embedded":{"items":[{"name":"master"},{"name":"tags/2026-1"}]}}`, false,
			"acquia_branch_list shows tags/2026-1, master"},
		{"more than came", codeSwitch("2026-1"), "acquia_branch_list", 200, `{"total":3,"_embedded":{"items":[{"name":"master"},{"name":"tags/2026-1"}]}}`, true,
			"not among the first 2"},
		{"a next page", codeSwitch("2026-1"), "acquia_branch_list", 200, `{"_links":{"next":{"href":"x"}},"_embedded":{"items":[{"name":"master"}]}}`, true,
			"not among the first 1"},
		{"nothing that is shown", codeSwitch("2026-1"), "acquia_branch_list", 200, `{"total":0,"_embedded":{"items":[]}}`, true, "shows none"},
		{"not allowed", codeSwitch("2026-1"), "acquia_branch_list", 403, `{"error":"forbidden","message":"no"}`, true, "403"},
		{"not found", codeSwitch("2026-1"), "acquia_branch_list", 404, `{"error":"not_found","message":"no"}`, true, "404"},
		{"broken", codeSwitch("2026-1"), "acquia_branch_list", 500, `{"message":"no"}`, true, "500"},
		{"no list", codeSwitch("2026-1"), "acquia_branch_list", 200, `{"message":"well"}`, true, "branch or tag"},

		{"an id that is not found and not listed", remove, "acquia_cron_list", 200, `{"total":1,"_embedded":{"items":[{"id":"12","label":"Nightly"}]}}`, false,
			"acquia_cron_list shows 12 (Nightly)"},
		{"not found, but listed", remove, "acquia_cron_list", 200, `{"total":1,"_embedded":{"items":[{"id":"77","label":"Nightly"}]}}`, true, "404"},
		{"not found, the list neither", remove, "acquia_cron_list", 403, `{"message":"no"}`, true, "404"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.wire.special = func(op *schemas.Operation, _ *http.Request) (int, string) {
				switch op.Name {
				case c.read:
					return c.status, c.answer
				case "acquia_cron_get":
					return http.StatusNotFound, `{"error":"not_found","message":"no"}`
				}
				return 0, ""
			}
			q := r.call(c.req)
			if asked := q.RequestState != ""; asked != c.asked || asked == q.IsError {
				t.Errorf("asked: %v, want %v: %s", asked, c.asked, q.text())
			}
			if text := q.card() + q.text(); !strings.Contains(text, c.says) {
				t.Errorf("%q is missing in %s", c.says, text)
			}
			if sent := r.wire.take(); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
		})
	}
}
