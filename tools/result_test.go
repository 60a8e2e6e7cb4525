package tools_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tiktoken-go/tokenizer"

	"paasmcp/apiclient"
	"paasmcp/internal/caller"
	"paasmcp/internal/jq"
	"paasmcp/internal/testrig"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// TestMain lets the filters start this test binary as their worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == jq.WorkerArgument {
		os.Exit(jq.Work(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// answering is a network on which one function answers everything but tokens. It counts the requests.
type answering struct {
	answer func(r *http.Request) (contentType, body string)
	sent   atomic.Int64
}

func (n *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	contentType, body := "application/json", `{"access_token":"t","token_type":"bearer","expires_in":900}`
	if !strings.HasSuffix(r.URL.Path, "/token") {
		n.sent.Add(1)
		contentType, body = n.answer(r)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

// take returns how many requests there were since the last time.
func (n *answering) take() int { return int(n.sent.Swap(0)) }

const (
	bulkItems  = 400
	bulkSecret = "bulk-s3cr3t-value-4711"
)

// bulk is a Platform.sh whose project has many environments, each with a secret, and an activity with a long log.
func bulk(r *http.Request) (contentType, body string) {
	var answer any
	switch {
	case strings.HasSuffix(r.URL.Path, "/environments"):
		list := make([]any, bulkItems)
		for i := range list {
			list[i] = map[string]any{
				"id": fmt.Sprintf("feature-%03d", i), "name": fmt.Sprintf("feature-%03d", i), "title": "A feature that hides \u202e" + strings.Repeat("word ", 20),
				"status": map[bool]string{true: "active", false: "inactive"}[i%3 == 0], "type": "development", "parent": "main", "nothing": nil,
				"http_access": map[string]any{"basic_auth": map[string]any{"ada": bulkSecret}}, "_links": map[string]any{"self": "x"}, "size": 9007199254740993,
			}
		}
		answer = list
	case strings.HasSuffix(r.URL.Path, "/activities/long"):
		var log strings.Builder
		for i := range 3000 {
			fmt.Fprintf(&log, "line %d of the log\n", i+1)
		}
		answer = map[string]any{"id": "long", "state": "complete", "log": log.String(), "payload": map[string]any{"environment": map[string]any{"name": "main"}}}
	default:
		answer = map[string]any{"id": "p", "title": "Shop", "settings": map[string]any{"token": bulkSecret}}
	}
	raw, _ := json.Marshal(answer)
	return "application/json", string(raw)
}

func bulkRig(t *testing.T, change ...func(*tools.Config)) (*rig, *answering) {
	t.Helper()
	w := &answering{answer: bulk}
	return newRig(t, append([]func(*tools.Config){func(c *tools.Config) {
		c.Accounts, c.JQ = accountsOver(t, w), jq.NewRunner("")
	}}, change...)...), w
}

// accountsOver is one account of Platform.sh over a transport.
func accountsOver(t *testing.T, transport http.RoundTripper) *tools.Accounts {
	t.Helper()
	accounts, err := tools.NewAccounts([]apiclient.Account{{
		Name: "work", Platform: schemas.Platformsh, Token: "t",
		APIURL: "https://api.example.com", TokenURL: "https://api.example.com/oauth2/token",
	}}, apiclient.Options{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return accounts
}

// answer is an answer as a program reads it.
type answer struct {
	Items   []map[string]any
	Lines   []string
	Value   any
	Kept    *tools.Kept
	Note    string
	Next    string
	Page    int
	Pages   int
	Matches *int
	At      []int
	Error   string
}

func (r *rig) ask(t *testing.T, tool string, args map[string]any, principal ...string) answer {
	t.Helper()
	req := request{tool: tool, args: args}
	if len(principal) > 0 {
		req.principal = principal[0]
	}
	got := r.call(req)
	var a answer
	if err := json.Unmarshal(got.StructuredContent, &a); err != nil {
		t.Fatalf("%s: %v: %s", tool, err, got.StructuredContent)
	}
	if !got.IsError && got.text() != string(got.StructuredContent) {
		t.Errorf("%s: the text is %.300s, the structure %.300s", tool, got.text(), got.StructuredContent)
	}
	if got.IsError != (a.Error != "") {
		t.Errorf("%s: an error without words: %s", tool, got.StructuredContent)
	}
	if strings.Contains(string(got.StructuredContent), bulkSecret) || strings.ContainsRune(string(got.StructuredContent), '\u202e') {
		t.Errorf("%s %v shows what it must not: %.300s", tool, args, got.StructuredContent)
	}
	return a
}

// allEnvironments is a call whose answer is far too long.
func allEnvironments(more ...any) map[string]any {
	args := map[string]any{"tool": "platformsh_environment_list", "arguments": map[string]any{"project_id": "p"}, "limit": 500}
	for i := 0; i+1 < len(more); i += 2 {
		args[more[i].(string)] = more[i+1]
	}
	return args
}

// TestSummary: an answer over the cap becomes a summary with its first items, and pages bring every other item once.
func TestSummary(t *testing.T) {
	t.Parallel()
	r, w := bulkRig(t)
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	got := r.call(request{tool: "paas_read", args: allEnvironments()})
	if n, _ := codec.Count(string(got.StructuredContent)); n > tools.DefaultResultTokens {
		t.Errorf("the summary has %d tokens", n)
	}
	var link struct{ Type, URI string }
	if len(got.Content) != 2 {
		t.Fatalf("content: %+v", got.Content)
	}
	raw, _ := json.Marshal(got.Content[1])
	_ = json.Unmarshal(raw, &link)
	a := r.ask(t, "paas_read", allEnvironments())
	if a.Kept == nil || a.Kept.Kind != "list" || a.Kept.Items != bulkItems || a.Kept.Pages < 3 || len(a.Items) == 0 || !strings.Contains(a.Note, a.Kept.Result) {
		t.Fatalf("summary: %+v", a)
	}
	if a.Kept.Fields["http_access"] != "object" || a.Kept.Fields["_links"] != "object" || a.Kept.Fields["nothing"] != "null" || a.Kept.Fields["size"] != "number" {
		t.Errorf("fields: %v", a.Kept.Fields)
	}
	sent := w.take()
	seen := a.Items
	for page := 2; page <= a.Kept.Pages; page++ {
		p := r.ask(t, "paas_result", map[string]any{"result": a.Kept.Result, "page": page})
		if p.Page != page || p.Pages != a.Kept.Pages || len(p.Items) == 0 {
			t.Errorf("page %d: %d of %d, %d items", page, p.Page, p.Pages, len(p.Items))
		}
		text, _ := json.Marshal(p.Items)
		if n, _ := codec.Count(string(text)); n > tools.DefaultResultTokens {
			t.Errorf("page %d has %d tokens", page, n)
		}
		seen = append(seen, p.Items...)
	}
	if len(seen) != bulkItems {
		t.Fatalf("%d items on all pages", len(seen))
	}
	for i, item := range seen {
		if item["id"] != fmt.Sprintf("feature-%03d", i) {
			t.Fatalf("item %d is %v", i, item["id"])
		}
	}
	if sent == 0 || w.take() != 0 {
		t.Error("reading a kept answer asked the platform again")
	}
}

// TestResultParts: what can be asked of a kept answer.
func TestResultParts(t *testing.T) {
	t.Parallel()
	r, _ := bulkRig(t)
	list := r.ask(t, "paas_read", allEnvironments()).Kept.Result
	object := r.ask(t, "paas_read", map[string]any{"tool": "platformsh_project_activity_get", "fields": "*",
		"arguments": map[string]any{"project_id": "p", "activity_id": "long"}})
	if !strings.Contains(object.Note, "1 text was cut in the middle") {
		t.Fatalf("the log was not cut: %s", object.Note)
	}
	_, log, _ := strings.Cut(object.Note, "with result ")
	log, _, _ = strings.Cut(log, " ")
	for _, tc := range []struct {
		name string
		args map[string]any
		want func(a answer) bool
	}{
		{"grep in items", map[string]any{"result": list, "grep": `FEATURE-0[01]7`}, func(a answer) bool {
			return *a.Matches == 2 && fmt.Sprint(a.At) == "[7 17]" && a.Items[1]["id"] == "feature-017"
		}},
		{"grep in what is not shown", map[string]any{"result": list, "grep": `"size":9007199254740993`, "fields": []string{"id"}, "page": 1}, func(a answer) bool {
			return *a.Matches == bulkItems && len(a.Items[0]) == 1
		}},
		{"grep finds nothing", map[string]any{"result": list, "grep": "nowhere"}, func(a answer) bool {
			return *a.Matches == 0 && strings.Contains(a.Note, "nothing matches")
		}},
		{"grep in lines", map[string]any{"result": log, "grep": `^\s*line 1500 `}, func(a answer) bool {
			return *a.Matches == 1 && len(a.Lines) == 5 && strings.Contains(a.Lines[2], ": ") && strings.HasSuffix(a.Lines[2], "line 1500 of the log")
		}},
		{"path of a value", map[string]any{"result": log, "grep": `payload`}, func(a answer) bool {
			return strings.Contains(strings.Join(a.Lines, "\n"), ".payload.environment.name: main")
		}},
		{"jq", map[string]any{"result": list, "jq": `map(select(.status == "active")) | length`}, func(a answer) bool { return a.Value == 134.0 }},
		{"jq on an object", map[string]any{"result": log, "jq": `.log | split("\n")[1499]`}, func(a answer) bool { return a.Value == "line 1500 of the log" }},
		{"jq gives much", map[string]any{"result": list, "jq": `.`}, func(a answer) bool { return a.Kept != nil && a.Kept.Result != list && a.Kept.Items == bulkItems }},
		{"jq sees masks", map[string]any{"result": list, "jq": `.[0].http_access.basic_auth.ada`}, func(a answer) bool { return strings.HasPrefix(a.Value.(string), "••••") }},
		{"fields", map[string]any{"result": list, "fields": "id,size"}, func(a answer) bool { return len(a.Items[0]) == 2 && a.Items[0]["size"] != nil }},
		{"as an address", map[string]any{"result": "paas://results/" + list}, func(a answer) bool { return a.Page == 1 }},

		{"no such page", map[string]any{"result": list, "page": 1000}, func(a answer) bool { return strings.Contains(a.Error, "the last is") }},
		{"wrong expression", map[string]any{"result": list, "grep": "("}, func(a answer) bool { return strings.Contains(a.Error, "missing closing") }},
		{"wrong program", map[string]any{"result": list, "jq": ".id"}, func(a answer) bool {
			return strings.Contains(a.Error, "a list of 400 objects with the keys _links, http_access, id, name")
		}},
		{"hostile program", map[string]any{"result": list, "jq": `"x" * 1e10`}, func(a answer) bool {
			return strings.Contains(a.Error, "stopped") || strings.Contains(a.Error, "too large")
		}},
		{"jq and grep", map[string]any{"result": list, "jq": ".", "grep": "x"}, func(a answer) bool { return strings.Contains(a.Error, "cannot be combined") }},
		{"no such answer", map[string]any{"result": "AAAAAAAAAAAAAAAA"}, func(a answer) bool { return strings.Contains(a.Error, "make the call again") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if a := r.ask(t, "paas_result", tc.args); !tc.want(a) {
				text, _ := json.Marshal(a)
				t.Errorf("%.1500s", text)
			}
		})
	}
	if a := r.ask(t, "paas_result", map[string]any{"result": list}, "somebody else"); !strings.Contains(a.Error, "no answer is kept") {
		t.Errorf("another principal got %+v", a)
	}
}

// TestJQ: a filter runs over the whole masked answer, is refused before anything is sent when it cannot work, and never
// follows a change.
func TestJQ(t *testing.T) {
	t.Parallel()
	r, w := bulkRig(t)
	if a := r.ask(t, "paas_read", allEnvironments("jq", `[.[] | select(.size > 1) | {id}] | .[0:2]`)); len(a.Items) != 2 || a.Items[0]["id"] != "feature-000" || a.Kept != nil {
		t.Errorf("a short list: %+v", a)
	}
	if a := r.ask(t, "paas_read", allEnvironments("jq", `.[0:2][] | {id}`)); len(a.Items) != 2 || a.Items[1]["id"] != "feature-001" {
		t.Errorf("two values: %+v", a)
	}
	if a := r.ask(t, "paas_read", allEnvironments("jq", `.[0].http_access`)); !strings.Contains(fmt.Sprint(a.Value), "••••") {
		t.Errorf("a secret: %+v", a)
	}
	if a := r.ask(t, "paas_read", allEnvironments("jq", `.[0].nothing`)); !strings.Contains(a.Note, "jq gave null; its input was a list of 400 objects") {
		t.Errorf("null: %+v", a)
	}
	if a := r.ask(t, "platformsh_environment_list", map[string]any{"project_id": "p", "limit": 500, "jq": "length"}); a.Value != 400.0 {
		t.Errorf("a direct tool: %+v", a)
	}
	w.take()
	a := r.ask(t, "paas_read", allEnvironments("jq", `.items | length`))
	if w.take() != 1 || !strings.Contains(a.Error, "the input is a list of 400 objects with the keys") || !strings.Contains(a.Error, "try again with paas_result, result ") {
		t.Errorf("an error: %s", a.Error)
	}
	_, id, _ := strings.Cut(a.Error, "paas_result, result ")
	if b := r.ask(t, "paas_result", map[string]any{"result": id, "jq": "length"}); b.Value != 400.0 || w.take() != 0 {
		t.Errorf("the next try: %+v", b)
	}
	for _, args := range []map[string]any{
		allEnvironments("jq", `.[`),
		{"tool": "platformsh_environment_redeploy", "arguments": map[string]any{"project_id": "p", "environment_id": "main", "jq": "."}},
	} {
		tool := "paas_read"
		if args["tool"] == "platformsh_environment_redeploy" {
			tool = "paas_write"
		}
		if a := r.ask(t, tool, args); !strings.Contains(a.Error, "nothing was sent") || w.take() != 0 {
			t.Errorf("%v: %+v", args, a)
		}
	}
	off, _ := bulkRig(t, func(c *tools.Config) { c.JQ = nil })
	if a := off.ask(t, "paas_read", allEnvironments("jq", `.`)); !strings.Contains(a.Error, "use fields") {
		t.Errorf("without jq: %+v", a)
	}
}

// TestKeptAnswers: they can be read for 15 minutes, also as resources, and newer ones push out the oldest of the same
// principal first.
func TestKeptAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := bulkRig(t)
		other := r.ask(t, "paas_read", allEnvironments(), "ben").Kept.Result
		first := r.ask(t, "paas_read", allEnvironments()).Kept.Result
		for range 16 {
			time.Sleep(time.Second)
			r.ask(t, "paas_read", allEnvironments())
		}
		if a := r.ask(t, "paas_result", map[string]any{"result": first}); a.Error == "" {
			t.Error("the seventeenth answer pushed out nothing")
		}
		if a := r.ask(t, "paas_result", map[string]any{"result": other}, "ben"); a.Error != "" {
			t.Error("one principal pushed out the answer of another")
		}
		last := r.ask(t, "paas_read", allEnvironments()).Kept
		for principal, want := range map[string]string{"local": `"id":"feature-399"`, "ben": "no answer is kept"} {
			if got := r.resource(last.URI, principal); !strings.Contains(got, want) || strings.Contains(got, bulkSecret) {
				t.Errorf("%s reads %.300s", principal, got)
			}
		}
		time.Sleep(15*time.Minute + time.Second)
		if a := r.ask(t, "paas_result", map[string]any{"result": last.Result}); !strings.Contains(a.Error, "expired") {
			t.Errorf("after 15 minutes: %+v", a)
		}
	})
}

// resource reads a resource and gives its text, or the error's.
func (r *rig) resource(uri, principal string) string {
	r.t.Helper()
	params := map[string]any{"uri": uri, "_meta": testrig.Meta(map[string]any{})}
	result, failure := r.Send(r.t, caller.Caller{Principal: principal, Transport: "stdio"}, "resources/read", params)
	if failure != "" {
		return failure
	}
	var got struct{ Contents []struct{ Text string } }
	if err := json.Unmarshal(result, &got); err != nil {
		r.t.Fatal(err)
	}
	return got.Contents[0].Text
}

// replying is the change that lets the platform answer everything with one body.
func replying(t *testing.T, w *answering, body string) func(*tools.Config) {
	t.Helper()
	w.answer = func(*http.Request) (string, string) { return "application/json", body }
	return func(c *tools.Config) { c.Accounts, c.JQ = accountsOver(t, w), jq.NewRunner("") }
}
