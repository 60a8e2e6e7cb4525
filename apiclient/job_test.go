package apiclient_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

func fixed(status int, body string) *fake {
	return &fake{answer: always(status, body)}
}

func TestJobsOfAnAnswer(t *testing.T) {
	t.Parallel()
	c := onLoopback(t, fixed(202, `{"status":"Accepted","code":202,"_embedded":{
		"entity":{"id":"main","title":"Main"},
		"activities":[
			{"id":"act0","type":"integration.github.fetch","state":"pending"},
			{"id":"act/1","type":"environment.merge","state":"in_progress","completion_percent":40,"created_at":"2026-05-01T00:00:00Z","text":"Ann\u202e merged"}]}}`), apiclient.Options{})
	result, err := send(t, c, changeRow, map[string]any{"project_id": "p:1"})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(result.Value); got != "map[id:main title:Main]" || result.Status != 202 {
		t.Errorf("status %d, value %s", result.Status, got)
	}
	if len(result.Jobs) != 2 {
		t.Fatalf("jobs %+v", result.Jobs)
	}
	main, side := result.Jobs[0], result.Jobs[1]
	if main.Handle != "activity:p%3A1:act%2F1" || main.Kind != "environment.merge" || main.Percent != 40 || main.Done || main.Text != "Ann merged" || main.Created == "" {
		t.Errorf("main job %+v", main)
	}
	if side.Handle != "activity:p%3A1:act0" || side.Percent != -1 {
		t.Errorf("side job %+v", side)
	}
}

func TestAnswersWithoutEnvelope(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"id":"x","status":"ok"}`:                                        "map[id:x status:ok]",
		`{"status":"Accepted","code":202,"_embedded":{"activities":[]}}`:  "map[code:202 status:Accepted]",
		`{"_embedded":{"entity":null,"activities":null},"status":"done"}`: "map[status:done]",
		`{"_embedded":{"users":[1]}}`:                                     "map[_embedded:map[users:[1]]]",
		`[1,2]`:                                                           "[1 2]",
		`{"_embedded":"odd"}`:                                             "map[_embedded:odd]",
		`{"_embedded":{"activities":"odd"},"a":1}`:                        "map[_embedded:map[activities:odd] a:1]",
		`12345678901234567890`:                                            "12345678901234567890",
		``:                                                                "<nil>",
	} {
		c := onLoopback(t, fixed(200, body), apiclient.Options{})
		result, err := send(t, c, changeRow, project)
		if err != nil || fmt.Sprint(result.Value) != want || len(result.Jobs) != 0 {
			t.Errorf("%s gave %v %v (%v), want %s", body, result.Value, result.Jobs, err, want)
		}
	}
}

func TestJobStates(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"type":"environment.push","state":"pending","completion_percent":0}`:           "running",
		`{"state":"in_progress","completion_percent":99.9}`:                              "running",
		`{"state":"scheduled","result":null,"completion_percent":null}`:                  "running",
		`{"state":"in_progress","result":"success","completion_percent":100}`:            "done",
		`{"state":"complete","result":"success","completion_percent":100}`:               "done",
		`{"state":"complete","result":"failure","completion_percent":100}`:               "failed",
		`{"state":"cancelled","result":null,"completion_percent":30}`:                    "failed",
		`{"state":"staged","result":null,"completion_percent":50,"text":"Variable set"}`: "done Variable set (staged: it takes effect when the environment is deployed)",
	} {
		f := fixed(200, body)
		job, err := onLoopback(t, f, apiclient.Options{}).Job(t.Context(), "activity:p1:a%2F1")
		if err != nil {
			t.Fatal(err)
		}
		got := "running"
		if job.Done {
			got = "done"
		}
		if job.Failed {
			got = "failed"
		}
		if got = strings.TrimSpace(got + " " + job.Text); got != want || job.Handle != "activity:p1:a%2F1" {
			t.Errorf("%s is %q, want %q", body, got, want)
		}
		if calls := f.seen(); len(calls) != 1 || calls[0] != "GET /projects/p1/activities/a%2F1" {
			t.Errorf("asked %v", calls)
		}
	}
}

func TestBuyingAProject(t *testing.T) {
	t.Parallel()
	buy := row("POST /organizations/{organization_id}/subscriptions", schemas.Write, "organization_id:path", "project_region:body")
	buy.Async = schemas.Accepted
	c := onLoopback(t, fixed(201, `{"id":1000001,"status":"requested","project_title":"Shop"}`), apiclient.Options{})
	result, err := send(t, c, buy, map[string]any{"organization_id": "o1"})
	if err != nil || len(result.Jobs) != 1 || result.Jobs[0].Handle != "subscription:o1:1000001" || result.Jobs[0].Done {
		t.Fatalf("%+v %v", result, err)
	}
	buy.Call = "POST /organizations/{organization_id}/projects"
	c = onLoopback(t, fixed(201, `{"id":"p9","subscription_id":"1000002","status":"requested","title":"Shop"}`), apiclient.Options{})
	if asProject, err := send(t, c, buy, map[string]any{"organization_id": "o1"}); err != nil || len(asProject.Jobs) != 1 || asProject.Jobs[0].Handle != "subscription:o1:1000002" {
		t.Errorf("%+v %v", asProject, err)
	}
	for status, want := range map[string][2]bool{
		"requested": {false, false}, "provisioning": {false, false}, "active": {true, false},
		"provisioning failure": {true, true}, "suspended": {true, true}, "deleted": {true, true},
	} {
		f := fixed(200, `{"id":"1000001","status":"`+status+`"}`)
		job, err := onLoopback(t, f, apiclient.Options{}).Job(t.Context(), result.Jobs[0].Handle)
		if err != nil || job.Done != want[0] || job.Failed != want[1] || job.State != status {
			t.Errorf("%s: %+v %v", status, job, err)
		}
		if calls := f.seen(); calls[0] != "GET /organizations/o1/subscriptions/1000001" {
			t.Errorf("asked %v", calls)
		}
	}
}

func TestForgedHandles(t *testing.T) {
	t.Parallel()
	f := fixed(200, "{}")
	c := onLoopback(t, f, apiclient.Options{})
	for _, handle := range []string{"", "activity", "activity:p1", "activity:p1:", "activity::a", "activity:p1:a:b", "task:p1:a", "activity:p1:a/b",
		"activity:..:a", "activity:%2e%2e:a", "activity:p1:..%2F..%2Fusers", "activity:p1:%zz", "activity:p1:%61", "activity:p1:a?x=1", "activity:p1:a%0A", " activity:p1:a"} {
		for _, look := range []func() error{
			func() error { _, err := c.Job(t.Context(), handle); return err },
			func() error { _, err := c.JobLog(t.Context(), handle, 10); return err },
		} {
			if err := look(); err == nil || asError(t, err).Kind != apiclient.KindInvalid {
				t.Errorf("%q: %v", handle, err)
			}
		}
	}
	if calls := f.seen(); len(calls) != 0 {
		t.Errorf("forged handles led to %v", calls)
	}
}

func TestJobLog(t *testing.T) {
	t.Parallel()
	line := func(id, message string) string {
		return fmt.Sprintf(`{"_id":"%s","data":{"timestamp":"2026-05-01T00:00:00Z","message":"%s"},"seal":false}`+"\n", id, message)
	}
	var long strings.Builder
	for i := range 5000 {
		long.WriteString(line(fmt.Sprint(i), fmt.Sprintf("line %d\\n", i)))
	}
	const seal = `{"_id":"s","data":{"timestamp":"","message":""},"seal":true}` + "\n"
	for name, tc := range map[string]struct {
		body string
		max  int
		want []string
	}{
		"tail":             {long.String() + seal, 3, []string{"line 4997", "line 4998", "line 4999"}},
		"short":            {line("1", "a") + line("2", "b"), 10, []string{"a", "b"}},
		"repeated ids":     {line("1", "a") + line("1", "a") + line("2", "a"), 10, []string{"a", "a"}},
		"after the seal":   {line("1", "a") + seal + line("2", "b"), 10, []string{"a"}},
		"several lines":    {line("1", `a\nb\r\n\nc\n`), 10, []string{"a", "b", "c"}},
		"colors, controls": {line("1", `\u001b[31mred\u001b[0m\u0007 \u202eafter`), 10, []string{"red after"}},
		"secrets":          {line("1", "token "+apiToken+" and Authorization: Bearer abcdefghijkl"), 10, []string{"token " + mask(apiToken) + " and Authorization: Bearer " + mask("abcdefghijkl")}},
		"not JSON":         {"plain text\n" + line("1", "a"), 10, []string{"plain text", "a"}},
		"no line break":    {strings.TrimSuffix(line("1", "a"), "\n"), 10, []string{"a"}},
		"empty":            {"", 10, nil},
		"long line":        {line("1", strings.Repeat("x", 5000)), 10, []string{strings.Repeat("x", 1999) + "…"}},
		"no max":           {line("1", "a") + line("2", "b"), 0, []string{"b"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{answer: func(_ int, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, tc.body) }}
			got, err := onLoopback(t, f, apiclient.Options{}).JobLog(t.Context(), "activity:p1:a1", tc.max)
			if err != nil || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", tc.want) {
				t.Errorf("got %q %v, want %q", got, err, tc.want)
			}
			if calls := f.seen(); calls[0] != "GET /projects/p1/activities/a1/log?max_delay=0&max_items=0" {
				t.Errorf("asked %v", calls)
			}
		})
	}
	t.Run("larger than the cap", func(t *testing.T) {
		f := &fake{answer: func(_ int, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, long.String()) }}
		got, err := onLoopback(t, f, apiclient.Options{MaxResponse: 10_000}).JobLog(t.Context(), "activity:p1:a1", 2)
		if err != nil || len(got) != 2 || !strings.Contains(got[1], "too large") {
			t.Errorf("got %q %v", got, err)
		}
	})
	t.Run("a project being bought has none", func(t *testing.T) {
		if got, err := onLoopback(t, fixed(200, "{}"), apiclient.Options{}).JobLog(t.Context(), "subscription:o1:1", 5); err != nil || got != nil {
			t.Errorf("got %q %v", got, err)
		}
	})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	o := row("GET /orders/download", schemas.Read)
	o.Returns = "application/pdf"
	f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept") != "application/pdf" {
			t.Errorf("Accept is %s", r.Header.Get("Accept"))
		}
		w.Header().Set("Content-Type", "application/pdf")
		w.Header().Set("Content-Disposition", `attachment; filename="../../etc/order 1.pdf"`)
		io.WriteString(w, "%PDF-1.7 \x00\xff")
	}}
	result, err := send(t, onLoopback(t, f, apiclient.Options{}), o, nil)
	if err != nil || result.File == nil || result.Value != nil {
		t.Fatal(result, err)
	}
	if file := result.File; file.ContentType != "application/pdf" || file.Name != "order 1.pdf" || string(file.Bytes) != "%PDF-1.7 \x00\xff" {
		t.Errorf("%+v", file)
	}
	if _, err := send(t, onLoopback(t, f, apiclient.Options{MaxResponse: 5}), o, nil); err == nil {
		t.Error("a file larger than the cap was accepted")
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	o := row("POST /profile/{id}/picture", schemas.Write, "id:path", "file:body", "filename:none")
	o.Media, o.Params[1].Schema.Format = "multipart/form-data", "byte"
	f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		content, _ := io.ReadAll(file)
		if string(content) != "hello" || header.Filename != "me.png" {
			t.Errorf("got %q as %q", content, header.Filename)
		}
		giveJSON(w, 200, "{}")
	}}
	if _, err := send(t, onLoopback(t, f, apiclient.Options{}), o, map[string]any{"id": "u", "file": "aGVsbG8=", "filename": "me.png"}); err != nil {
		t.Fatal(err)
	}
}
