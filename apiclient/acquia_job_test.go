package apiclient_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

const noteUUID = "42b56cff-0b55-4bdf-a949-1fd0fca61c6c"

func TestNotificationOfAnAnswer(t *testing.T) {
	t.Parallel()
	backup := acquiaRow("POST /environments/{environmentId}/databases/{name}/backups", schemas.Write, "id:path:environmentId", "name:path")
	backup.Async = schemas.Notification
	for href, want := range map[string]string{
		"https://cloud.acquia.com/api/notifications/" + noteUUID:                    noteUUID,
		"https://cloud.acquia.com/api/notifications/" + noteUUID + "/":              noteUUID,
		"https://elsewhere.example/x/" + strings.ToUpper(noteUUID) + "?a=b#c":       strings.ToUpper(noteUUID),
		"https://cloud.acquia.com/api/notifications":                                "",
		"https://cloud.acquia.com/api/notifications/..":                             "",
		"https://cloud.acquia.com/api/notifications/" + noteUUID + "/../../account": "",
		"https://cloud.acquia.com/api/x?id=" + noteUUID:                             "",
		"%zz": "",
		"":    "",
	} {
		for _, status := range []int{200, 201, 202} {
			f := fixed(status, `{"message":"Creating the backup.","_links":{"self":{"href":"x"},"notification":{"href":"`+href+`"}}}`)
			result, err := send(t, onAcquia(t, f), backup, map[string]any{"id": envID, "name": "my_db"})
			if err != nil {
				t.Fatal(err)
			}
			if want == "" {
				if len(result.Jobs) != 0 || result.Look == "" {
					t.Errorf("%s: %+v, look %q", href, result.Jobs, result.Look)
				}
				continue
			}
			if len(result.Jobs) != 1 || result.Jobs[0].Handle != "notification:"+want || result.Jobs[0].Done || result.Jobs[0].State != "in-progress" ||
				result.Jobs[0].Text != "Creating the backup." || result.Jobs[0].Percent != -1 || result.Look != "" {
				t.Errorf("%s: %+v, look %q", href, result.Jobs, result.Look)
			}
			if len(f.seen()) != 1 {
				t.Errorf("the link was followed: %v", f.seen())
			}
		}
	}
}

func TestWhereToLook(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ call, answer, want string }{
		{"POST /environments/{e}/production-mode/actions/enable", `{"message":"On."}`, "GET /environments/1"},
		{"POST /environments/{e}/actions/change-label", `{"message":"Done."}`, "GET /environments/1"},
		{"POST /environments/{e}/servers/{s}/actions/reboot", ``, "GET /environments/1/servers/1"},
		{"POST /environments/{e}/servers/{s}/actions/reboot", `{"_links":{"self":{"href":"BASE/environments/12-a/servers/5/actions/reboot"}}}`, "GET /environments/12-a/servers/5"},
		{"POST /v3/environments/{e}/actions/clear-caches", `{}`, "GET /v3/environments/1"},
		{"PUT /private-networks/{p}", `{"message":"Accepted."}`, "GET /private-networks/1"},
		{"POST /private-networks", `{"_links":{"self":{"href":"BASE/private-networks/abc/"}}}`, "GET /private-networks/abc"},
		{"POST /private-networks", `{"_links":{"self":{"href":"https://elsewhere.example/api/private-networks/abc"}}}`, "GET /private-networks"},
		{"POST /private-networks", `{"_links":{"self":{"href":"BASE-other/private-networks/abc"}}}`, "GET /private-networks"},
		{"POST /codebases/{c}/bulk-code-switch", `{"_links":{"get":{"href":"BASE/codebases/1/bulk-code-switch/7"},"self":{"href":"BASE/codebases/1/bulk-code-switch"}}}`, "GET /codebases/1/bulk-code-switch/7"},
		{"DELETE /sites/{s}", `{"message":"Deleting."}`, "GET /sites/1"},
	} {
		op := acquiaRow(tc.call, schemas.Write)
		op.Async = schemas.Accepted
		args := map[string]any{}
		for _, hole := range op.Holes() {
			op.Params = append(op.Params, schemas.Param{Name: hole, In: "path"})
			args[hole] = "1"
		}
		f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			giveJSON(w, 202, strings.ReplaceAll(tc.answer, "BASE", "http://"+r.Host+"/api"))
		}}
		result, err := send(t, onAcquia(t, f), op, args)
		if err != nil || result.Look != tc.want || len(result.Jobs) != 0 {
			t.Errorf("%s with %s: look %q (%v), want %q", tc.call, tc.answer, result.Look, err, tc.want)
		}
	}
	result, err := send(t, onAcquia(t, fixed(200, `{"message":"Done."}`)), acquiaChange, project)
	if err != nil || result.Look != "" {
		t.Errorf("a change that is over says look at %q (%v)", result.Look, err)
	}
}

func TestAcquiaJobStates(t *testing.T) {
	t.Parallel()
	const when = `"created_at":"2026-05-01T10:00:00+00:00","completed_at":"2026-05-01T10:02:05+0000",`
	for body, want := range map[string]string{
		`{"status":"in-progress","progress":40,"label":"Database backup","description":"Backing up my_db.","completed_at":"x"}`: "running | 40 | | Database backup: Backing up my_db.",
		`{"status":"in-progress","progress":null,"label":"Same","description":"Same"}`:                                          "running | -1 | | Same",
		`{}`: "running | -1 | | ",
		`{` + when + `"status":"completed","progress":100,"label":"Backup","description":"Done\u202e.","context":{"author":{"uuid":"u-1","name":"Ann"}}}`: "done | 100 | success | Backup: Done. (by Ann, took 2m5s)",
		`{` + when + `"status":"completed","description":"Done.","context":{"author":{"uuid":"u-1"}}}`:                                                    "done | 100 | success | Done. (by u-1, took 2m5s)",
		`{"status":"completed","label":"Backup"}`: "done | 100 | success | Backup",
		`{` + when + `"status":"failed","progress":70,"label":"Backup","description":"Could not.","context":[]}`: "failed | 70 | failure | Backup: Could not. (took 2m5s); the platform names no further reason: look at the logs of the environment and at the newest notifications of the application",
		`{` + when + `"status":"aborted","label":"Backup"}`:                                                      "failed | -1 | failure | Backup (took 2m5s); the platform names no further reason: look at the logs of the environment and at the newest notifications of the application",
		`{"status":"queued","label":"Backup","completed_at":null}`:                                               "running | -1 | | Backup",
	} {
		f := fixed(200, body)
		job, err := onAcquia(t, f).Job(t.Context(), "notification:"+noteUUID)
		if err != nil {
			t.Fatal(err)
		}
		state := "running"
		if job.Done {
			state = "done"
		}
		if job.Failed {
			state = "failed"
		}
		if got := strings.Join([]string{state, itoa(job.Percent), job.Result, job.Text}, " | "); strings.ReplaceAll(got, "|  |", "| |") != want {
			t.Errorf("%s\nis   %s\nwant %s", body, got, want)
		}
		if job.Done && job.Completed != "" && job.Completed != "2026-05-01T10:02:05Z" || !job.Done && job.Completed != "" {
			t.Errorf("%s: completed at %q", body, job.Completed)
		}
		if calls := f.seen(); len(calls) != 1 || calls[0] != "GET /api/notifications/"+noteUUID || job.Handle != "notification:"+noteUUID || job.Again != 5*time.Second {
			t.Errorf("asked %v, %+v", calls, job)
		}
	}
}

func TestAcquiaJobHandlesAreChecked(t *testing.T) {
	t.Parallel()
	f := fixed(200, "{}")
	c := onAcquia(t, f)
	for _, handle := range []string{"", "x", noteUUID, "notification:", "notification:..", "notification:" + noteUUID[1:], "notification:" + noteUUID + "/x",
		"notification:" + noteUUID + "?", "activity:p:" + noteUUID, "notification:" + strings.Repeat("-", 36)} {
		_, err := c.Job(t.Context(), handle)
		if e := asError(t, err); e.Kind != apiclient.KindInvalid || !strings.Contains(e.Hint, "notification:UUID") {
			t.Errorf("%q: %v", handle, err)
		}
	}
	if len(f.seen()) != 0 {
		t.Errorf("calls were made: %v", f.seen())
	}
	if lines, err := c.JobLog(t.Context(), "notification:"+noteUUID, 10); err != nil || len(lines) != 0 {
		t.Errorf("%v %v", lines, err)
	}
}

// Looking at jobs must not take the calls from everybody else.
func TestScarceCallsSlowThePolling(t *testing.T) {
	t.Parallel()
	c := onAcquia(t, fixed(200, `{"status":"in-progress"}`))
	for n := range 80 {
		job, err := c.Job(t.Context(), "notification:"+noteUUID)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]time.Duration{true: 5 * time.Second, false: 20 * time.Second}[n < 75]; job.Again != want {
			t.Fatalf("look %d: again in %v, want %v", n, job.Again, want)
		}
	}
}
