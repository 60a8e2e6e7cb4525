package tools_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/audit"
	"paasmcp/internal/policy"
	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/platformsh"
	"paasmcp/tools"
)

// audited reads what stands in the audit.
func (r *rig) audited(t *testing.T) []audit.Call {
	t.Helper()
	file, err := os.Open(r.Audit)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	calls, _, err := audit.Read(file, audit.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return calls
}

// TestWaits: a wait tells how the job is on every platform, and stands in the audit like any other call.
func TestWaits(t *testing.T) {
	t.Parallel()
	r, _ := locateRig(t, threePlatforms())
	for i, tc := range []struct {
		job          string
		done, failed bool
	}{
		{"work/activity:" + platformsh.ProjectShop + ":" + platformsh.SeedFailedActivity, true, true},
		{"cloud/notification:" + acquia.SeedFailedNotification, true, true},
		{"vap/env:shop", true, false},
	} {
		got := r.call(request{tool: "paas_wait", args: map[string]any{"job": tc.job}})
		var a struct {
			Job, State, Note string
			Done, Failed     bool
		}
		if err := json.Unmarshal(got.StructuredContent, &a); err != nil {
			t.Fatal(err)
		}
		if got.IsError || a.Job != tc.job || a.Done != tc.done || a.Failed != tc.failed || a.Failed != strings.Contains(a.Note, "paas_logs") {
			t.Errorf("%s: %s", tc.job, got.text())
		}
		calls := r.audited(t)
		if len(calls) != i+1 || calls[i].Tool != "paas_wait" || calls[i].Args["job"] != tc.job || calls[i].Verdict != "allow" ||
			calls[i].Outcome == nil || calls[i].Outcome.Status != audit.OK {
			t.Errorf("%s: the audit has %+v", tc.job, calls)
		}
	}
	r.resource("paas://jobs/vap/env:shop", "local")
	if calls := r.audited(t); len(calls) != 4 || calls[3].Args["job"] != "vap/env:shop" {
		t.Errorf("the resource: %+v", calls)
	}
}

// TestWaitsThatFail: what cannot be waited for says what to do, in operations that a caller has.
func TestWaitsThatFail(t *testing.T) {
	t.Parallel()
	r, _ := locateRig(t, threePlatforms())
	for _, tc := range []struct {
		job    string
		want   []string
		status audit.Status
	}{
		{"nonsense", []string{"ACCOUNT/HANDLE"}, audit.Refused},
		{"nobody/activity:p:a", []string{"use one of work, cloud, vap"}, audit.Refused},
		{"work/nonsense", []string{"activity:PROJECT:ID"}, audit.Failed},
		{"work/notification:x", []string{"activity:PROJECT:ID"}, audit.Failed},
		{
			"work/activity:" + platformsh.ProjectShop + ":nope",
			[]string{"platformsh_project_activity_get: not found", "look up activity_id with platformsh_project_activity_list"}, audit.Failed,
		},
		{
			"cloud/notification:11111111-1111-4111-8111-111111111111",
			[]string{"acquia_notification_get: not found", "look up notification_uuid with acquia_application_notification_list"}, audit.Failed,
		},
		{"work/" + strings.Repeat("x", 5000), []string{"no job"}, audit.Failed},
	} {
		before := len(r.audited(t))
		got := r.call(request{tool: "paas_wait", args: map[string]any{"job": tc.job}})
		for _, want := range tc.want {
			if !got.IsError || !strings.Contains(got.text(), want) {
				t.Errorf("%.80s: %.500s\nhas no %q", tc.job, got.text(), want)
			}
		}
		calls := r.audited(t)[before:]
		if len(calls) != 1 || calls[0].Outcome.Status != tc.status || len(calls[0].Args["job"].(string)) > 400 {
			t.Errorf("%.80s: the audit has %+v", tc.job, calls)
		}
	}
}

// TestWaitsThroughTheGate: who may not read the record of a change does not get at it by its job, and the attempt is written down; without
// an audit nobody is asked.
func TestWaitsThroughTheGate(t *testing.T) {
	t.Parallel()
	private := policy.Match{Tools: []string{"*_activity_*"}}
	rules := policy.Policy{{Name: "no activities", Match: private, Action: policy.Deny, Reason: "Activities are private."}}
	r, sim := locateRig(t, threePlatforms(), func(c *tools.Config) { c.Policy = slices.Concat(rules, policy.Default()) })
	job := "work/activity:" + platformsh.ProjectShop + ":" + platformsh.SeedFailedActivity
	args := map[string]any{"job": job}
	if got := r.call(request{tool: "paas_wait", args: args}); !got.IsError || !strings.Contains(got.text(), "Activities are private. So its jobs") ||
		!strings.Contains(got.text(), "policy explain platformsh_project_activity_get") {
		t.Errorf("refused: %s", got.text())
	}
	if got := r.resource("paas://jobs/"+job, "local"); !strings.Contains(got, "Activities are private") {
		t.Errorf("the resource: %s", got)
	}
	if n := len(sim.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
	if calls := r.audited(t); len(calls) != 2 || calls[0].Tool != "paas_wait" || calls[0].Rule != "no activities" ||
		calls[0].Outcome.Status != audit.Refused {
		t.Errorf("the audit has %+v", calls)
	}
	var log *audit.Log
	r, sim = locateRig(t, threePlatforms(), func(c *tools.Config) { log = c.Audit })
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	got := r.call(request{tool: "paas_wait", args: args})
	if !got.IsError || !strings.Contains(got.text(), "audit could not be written") || len(sim.Requests()) != 0 {
		t.Errorf("without an audit: %s", got.text())
	}
}
