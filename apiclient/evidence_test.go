package apiclient_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// What an answer proves: a change is done, or it failed, or nobody knows; a read brought something, or it failed. The kind of
// failure is not the point here, so every failure counts as one.
const (
	proven  = "proven"
	failure = "failure"
	unknown = "unknown"
)

var evidence = []struct {
	platform     string
	status       int
	body         string
	change, read string
	says         string // of the error of the change
}{
	{"virtuozzo", 200, `{"result":0}`, proven, proven, ""},
	{"virtuozzo", 200, `{"result":"0"}`, proven, proven, ""},
	{"virtuozzo", 200, `{"result":0.0}`, proven, proven, ""},
	{"virtuozzo", 200, `{"result":"success"}`, proven, proven, ""},
	{"virtuozzo", 200, `{"response":{"result":0}}`, proven, proven, ""},
	{"virtuozzo", 200, `{"responses":[{"result":0,"nodeid":1},{"result":0,"nodeid":2}]}`, proven, proven, ""},
	{"virtuozzo", 200, ``, unknown, failure, "nothing"},
	{"virtuozzo", 200, `null`, unknown, failure, "nothing"},
	{"virtuozzo", 200, `{}`, unknown, failure, "{}"},
	{"virtuozzo", 200, `[]`, unknown, failure, "[]"},
	{"virtuozzo", 200, `[{"result":0}]`, unknown, failure, ""},
	{"virtuozzo", 200, `"ok"`, unknown, failure, ""},
	{"virtuozzo", 200, `7`, unknown, failure, ""},
	{"virtuozzo", 200, `true`, unknown, failure, ""},
	{"virtuozzo", 200, `{"result":null}`, unknown, failure, ""},
	{"virtuozzo", 200, `{"result":null,"error":"Busy elsewhere"}`, unknown, failure, "Busy elsewhere"},
	{"virtuozzo", 200, `{"error":"Busy elsewhere"}`, unknown, failure, "Busy elsewhere"},
	{"virtuozzo", 200, `{"result":""}`, unknown, failure, ""},
	{"virtuozzo", 200, `{"result":{}}`, unknown, failure, ""},
	{"virtuozzo", 200, `{"message":"Maintenance"}`, unknown, failure, "Maintenance"},
	{"virtuozzo", 200, `{"env":{"envName":"shop"}}`, unknown, proven, "envName"}, // content, but of a change nobody knows
	{"virtuozzo", 200, `{"responses":[]}`, unknown, proven, ""},
	{"virtuozzo", 200, `<html><title>Sign in</title></html>`, unknown, failure, "HTML"},
	{"virtuozzo", 200, `it works`, unknown, failure, ""},
	{"virtuozzo", 200, `{"result":0`, unknown, failure, "cut off"},
	{"virtuozzo", 204, ``, unknown, failure, ""},
	{"virtuozzo", 302, ``, failure, failure, ""},
	{"virtuozzo", 200, `{"result":99,"error":"Plugin"}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":"99","error":"Plugin"}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":99.0,"error":"Plugin"}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":false,"error":"Plugin"}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":"failed","message":"Plugin"}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":{"result":99,"error":"Plugin"}}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"response":{"result":99,"error":"Plugin"}}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"response":{"out":{"result":99,"response":"Plugin"}}}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"response":{"result":0,"out":{"result":0,"response":{"result":99,"error":"Plugin"}}}}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"response":{"type":"error","message":"Plugin"}}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"response":{"type":"warning","message":"Plugin"}}`, proven, proven, ""},
	{"virtuozzo", 200, `{"result":0,"response":[{"result":99,"error":"Plugin"}]}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"response":[{"nodeid":7,"result":0},{"nodeid":8,"result":99,"errOut":"Plugin"}]}`, failure, proven, "node 8"},
	{"virtuozzo", 200, `{"result":0,"response":{"out":[{"nodeid":8,"result":99,"errOut":"Plugin"}]}}`, failure, failure, "node 8"},
	{"virtuozzo", 200, `{"result":0,"responses":{"8":{"result":99,"errOut":"Plugin"}}}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"response":"{\"result\":99,\"error\":\"Plugin\"}"}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"response":{"out":"{\"result\":99,\"response\":\"Plugin\"}"}}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"response":"{\"name\":\"x\"}"}`, proven, proven, ""},
	{"virtuozzo", 200, `{"result":0,"responses":[{"nodeid":8,"result":0,"exitStatus":0,"out":"{\"result\":5,\"error\":\"x\"}"}]}`, proven, proven, ""},
	{"virtuozzo", 200, `{"result":0,"response":"{not JSON"}`, proven, proven, ""},
	{"virtuozzo", 200, `{"result":13001,"errOut":"Plugin"}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"exitStatus":1,"errOut":"Plugin"}`, failure, failure, "Plugin"},
	{"virtuozzo", 200, `{"result":0,"responses":[{"nodeid":8,"result":0,"exitStatus":127,"errOut":"Plugin"}]}`, failure, failure, "exit status 127"},
	{"virtuozzo", 200, `{"result":0,"responses":[{"nodeid":8,"result":0,"exitStatus":0,"errOut":"a warning"}]}`, proven, proven, ""},
	{"virtuozzo", 200, `{"result":0,"array":[{"id":1,"result":2223,"error":"of a past action"}]}`, proven, proven, ""},
	{"virtuozzo", 200, `{"result":0,"object":{"id":1,"result":2223}}`, proven, proven, ""},

	{"acquia", 202, `{"message":"The task began."}`, proven, proven, ""},
	{"acquia", 200, `{"id":1}`, proven, proven, ""},
	{"acquia", 200, `{"id":1,"error":"of the last run","status":"normal"}`, proven, proven, ""},
	{"acquia", 204, ``, proven, proven, ""},
	{"acquia", 200, `<html><title>Sign in</title></html>`, unknown, failure, "HTML"},
	{"acquia", 200, `it works`, unknown, failure, ""},
	{"acquia", 200, `{"error":"conflict","message":"Plugin"}`, failure, failure, "Plugin"},
	{"acquia", 200, `{"errors":["Plugin"]}`, failure, failure, "Plugin"},
	{"acquia", 200, `{"error":{"message":"Plugin","code":7}}`, failure, failure, "Plugin"},
	{"acquia", 200, `{"success":false,"message":"Plugin"}`, failure, proven, "Plugin"},
	{"acquia", 200, `{"success":false,"reason":"Plugin","data":{"a":1}}`, failure, proven, "Plugin"},
	{"acquia", 200, `{"status":500,"message":"Plugin"}`, failure, failure, "Plugin"},
	{"acquia", 302, ``, failure, failure, ""},

	{"platformsh", 200, `{"status":"Updated","code":200,"_embedded":{"activities":[]}}`, proven, proven, ""},
	{"platformsh", 201, `{"status":"Created","code":201,"_embedded":{"entity":{"id":"x"}}}`, proven, proven, ""},
	{"platformsh", 202, `{"status":"Accepted","code":202}`, proven, proven, ""},
	{"platformsh", 204, ``, proven, proven, ""},
	{"platformsh", 200, `{"id":"x","status":"error","message":"of the last deployment"}`, proven, proven, ""},
	{"platformsh", 200, `<html><title>Sign in</title></html>`, unknown, failure, "HTML"},
	{"platformsh", 200, `{"status":403,"message":"Plugin","code":403}`, failure, failure, "Plugin"},
	{"platformsh", 200, `{"error":"Plugin is broken"}`, failure, failure, "Plugin"},
	{"platformsh", 200, `{"title":"T","detail":"Plugin","status":409}`, failure, failure, "Plugin"},
	{"platformsh", 200, `{"success":false}`, failure, proven, ""},
	{"platformsh", 307, ``, failure, failure, ""},
}

func TestOnlyEvidenceIsSuccess(t *testing.T) {
	t.Parallel()
	vzChange, vzList := vzRow("/environment/control/rest/stopenv", schemas.Write, "envName"), vzRow("/environment/control/rest/getenvinfo", schemas.Read, "envName")
	for _, tc := range evidence {
		answer := func(_ int, w http.ResponseWriter, r *http.Request) {
			if tc.status >= 300 && tc.status < 400 {
				w.Header().Set("Location", "https://login.example/")
			}
			if strings.HasPrefix(tc.body, "<") {
				w.Header().Set("Content-Type", "text/html")
			} else {
				w.Header().Set("Content-Type", "application/json")
			}
			w.WriteHeader(tc.status)
			fmt.Fprint(w, tc.body)
		}
		client, change, read, args := onLoopback(t, &fake{answer: answer}, apiclient.Options{}), changeRow, readRow, project
		switch tc.platform {
		case "acquia":
			client, change, read = onAcquia(t, &fake{answer: answer}), acquiaChange, acquiaRead
		case "virtuozzo":
			client, change, read, args = (&provider{answer: answer}).direct(t, withToken), vzChange, vzList, shop
		}
		for want, op := range map[*string]*schemas.Operation{&tc.change: change, &tc.read: read} {
			_, err := send(t, client, op, args)
			got := proven
			if err != nil {
				e := asError(t, err)
				if got = failure; e.Kind == apiclient.KindUnknownOutcome {
					got = unknown
				}
				if op == change && !strings.Contains(err.Error(), tc.says) {
					t.Errorf("%s %d %s: the error is %q, want it to say %q", tc.platform, tc.status, tc.body, err, tc.says)
				}
				if e.Hint == "" {
					t.Errorf("%s %d %s: no next step in %q", tc.platform, tc.status, tc.body, err)
				}
			}
			if got != *want {
				t.Errorf("%s: %d %s proves of a %s: %s (%v), want %s", tc.platform, tc.status, tc.body, map[bool]string{true: "read", false: "change"}[op.IsRead()], got, err, *want)
			}
		}
	}
}

// A read that failed on some nodes gives what the others told, and says which failed.
func TestPartOfAReadIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	body := `{"result":0,"responses":[{"nodeid":11,"result":0,"out":"x"},{"nodeid":12,"result":4109,"error":"down"}]}`
	list := vzRow("/environment/control/rest/getnodes", schemas.Read, "envName")
	list.List = "responses"
	for _, op := range []*schemas.Operation{vzRead, list} {
		result, err := send(t, gives(200, body).direct(t, withToken), op, shop)
		if err != nil || !strings.Contains(result.Note, "node 12") || !strings.Contains(result.Note, "done on node 11") ||
			!strings.Contains(result.Note, "down (code 4109)") {
			t.Errorf("%+v %v", result, err)
		}
	}
}

// The end of a job is no success: what says that it failed inside did, and what says nothing stays open.
func TestJobsSucceedByTheirResult(t *testing.T) {
	t.Parallel()
	const notification = "notification:" + appUUID
	for _, tc := range []struct {
		platform, handle, body string
		done, failed           bool
		result, says           string
	}{
		{"platformsh", "activity:p:a", `{"id":"a","state":"complete","completion_percent":100,"result":"success"}`, true, false, apiclient.Success, ""},
		{"platformsh", "activity:p:a", `{"id":"a","state":"complete","completion_percent":100,"result":"failure"}`, true, true, "failure", ""},
		{"platformsh", "activity:p:a", `{"id":"a","state":"complete","completion_percent":100,"result":null}`, true, false, "", ""},
		{"platformsh", "activity:p:a", `{"id":"a","state":"cancelled"}`, true, true, "", ""},
		{"platformsh", "activity:p:a", `{"id":"a","state":"in_progress","completion_percent":40}`, false, false, "", ""},
		{"platformsh", "activity:p:a", `{"id":"a","state":"complete","result":"success","commands":[{"type":"deploy hook","exit_code":2}]}`, true, false, apiclient.Success, "deploy hook ended with exit code 2"},
		{"platformsh", "activity:p:a", `{"id":"a","state":"complete","commands":[{"type":"cron","exit_code":2}]}`, true, true, "", "exit code 2"},
		{"acquia", notification, `{"status":"completed","progress":100}`, true, false, apiclient.Success, ""},
		{"acquia", notification, `{"status":"completed","context":{"errors":["The copy stopped"]}}`, true, true, "failure", "The copy stopped"},
		{"acquia", notification, `{"status":"completed","context":{"error":{"message":"The copy stopped"}}}`, true, true, "failure", "The copy stopped"},
		{"acquia", notification, `{"status":"failed","completed_at":"2026-11-30T10:00:00+00:00"}`, true, true, "failure", ""},
		{"acquia", notification, `{"status":"in-progress","progress":0}`, false, false, "", ""},
		{"virtuozzo", "action:41", `{"result":0,"array":[],"object":{"id":41,"endDate":"2026-11-30 10:00:00","resultCode":0}}`, true, false, apiclient.Success, ""},
		{"virtuozzo", "action:41", `{"result":0,"array":[],"object":{"id":41,"endDate":"2026-11-30 10:00:00","resultCode":0,"response":{"result":99,"error":"Plugin"}}}`, true, true, "failure", "Plugin"},
		{"virtuozzo", "action:41", `{"result":0,"array":[],"object":{"id":41,"endDate":"2026-11-30 10:00:00"}}`, true, false, "", ""},
		{"virtuozzo", "action:made-up", `{"result":0,"array":[]}`, true, false, "", "does not know"},
	} {
		client := onLoopback(t, fixed(200, tc.body), apiclient.Options{})
		switch tc.platform {
		case "acquia":
			client = onAcquia(t, fixed(200, tc.body))
		case "virtuozzo":
			client = gives(200, tc.body).direct(t, withToken)
		}
		job, err := client.Job(t.Context(), tc.handle)
		if err != nil || job.Done != tc.done || job.Failed != tc.failed || job.Result != tc.result || !strings.Contains(job.Text, tc.says) {
			t.Errorf("%s %s: %+v %v", tc.platform, tc.body, job, err)
		}
	}
}
