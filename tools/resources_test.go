package tools_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/internal/testrig"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// answers is a network that answers by path; what it does not know it forbids, with a text that is not for lists of values.
type answers struct {
	network
	by    map[string]string
	panic bool
}

func (w *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	body, ok := w.by[r.URL.EscapedPath()]
	if !ok {
		return w.respond(r, http.StatusForbidden, `{"message":"not for you","error":"forbidden"}`), nil
	}
	response := w.respond(r, http.StatusOK, body)
	if w.panic {
		panic("the network broke")
	}
	return response, nil
}

const activities = "/projects/abc123/activities/act1"

var holdings = map[string]string{
	"/users/me": `{"id":"u1"}`,
	"/users/u1/project-access": `{"items":[{"project_id":"abc123","project_title":"Shop"},
		{"project_id":"shop9","project_title":"Blog"}]}`,
	"/projects/abc123/environments": `[{"id":"main","title":"Production"},
		{"id":"feature/x","http_access":{"basic_auth":{"joe":"s3cr3t"}}}]`,
	"/projects/a%2Fb/environments":                   `[{"id":"odd"}]`,
	"/api/applications":                              `{"_embedded":{"items":[{"uuid":"` + appUUID + `","name":"Shop front"}]}}`,
	"/api/applications/" + appUUID + "/environments": `{"_embedded":{"items":[{"id":"` + envID + `","name":"prod"}]}}`,
	"/1.0/environment/control/rest/getbasicenvsinfo": `{"result":0,"infos":[{"env":{"envName":"shop-live"}}]}`,
	"/1.0/environment/control/rest/getenvinfo":       `{"result":0,"env":{"envName":"shop-live"},"nodes":[{"id":7,"adminUrl":"x"}]}`,
	activities: `{"id":"act1","type":"environment.backup","state":"complete","result":"success","completion_percent":100}`,
}

// withAnswers is a rig with one account per platform: psh, cloud and vap.
func withAnswers(t *testing.T, w *answers, change ...func(*tools.Config)) *rig {
	t.Helper()
	if w.by == nil {
		w.by = holdings
	}
	return newRig(t, append([]func(*tools.Config){func(c *tools.Config) { c.Accounts = oneOfEach(t, w) }}, change...)...)
}

// eras are how clients of the protocol's revisions write their requests.
var eras = map[string]map[string]any{
	"2024-11-05": nil, // the same for all that begin with initialize
	"2026-07-28": testrig.Meta(map[string]any{}),
}

// rpc makes any request and returns its result, or the message of the error.
func (r *rig) rpc(era, principal, method string, params map[string]any) (json.RawMessage, string) {
	r.t.Helper()
	if params == nil {
		params = map[string]any{}
	}
	if meta := eras[era]; meta != nil {
		params["_meta"] = meta
	}
	return r.Send(r.t, caller.Caller{Principal: principal, Transport: "http"}, method, params)
}

// read returns the text of a resource, or the message of the error.
func (r *rig) read(era, principal, uri string) (text, failure string) {
	r.t.Helper()
	result, failure := r.rpc(era, principal, "resources/read", map[string]any{"uri": uri})
	if failure != "" {
		return "", failure
	}
	var got struct {
		Contents []struct{ URI, MIMEType, Text string }
	}
	if err := json.Unmarshal(result, &got); err != nil || len(got.Contents) != 1 {
		r.t.Fatalf("%s: %s", uri, result)
	}
	c := got.Contents[0]
	if c.URI != uri || c.MIMEType != "application/json" || !json.Valid([]byte(c.Text)) {
		r.t.Errorf("%s: uri %q, type %q, text %.200q", uri, c.URI, c.MIMEType, c.Text)
	}
	return c.Text, ""
}

// TestResources: every resource and template that is listed can be read, in every revision, and says what it should.
func TestResources(t *testing.T) {
	t.Parallel()
	r := withAnswers(t, &answers{})
	wants := map[string]string{
		"paas://accounts":                                                 `"account":"psh"`,
		"paas://accounts/psh/projects":                                    `"project_title":"Shop"`,
		"paas://accounts/psh/projects/abc123/environments":                `"id":"feature/x"`,
		"paas://accounts/psh/projects/a%2Fb/environments":                 `"id":"odd"`,
		"paas://accounts/cloud/applications":                              `"name":"Shop front"`,
		"paas://accounts/cloud/applications/" + appUUID + "/environments": `"name":"prod"`,
		"paas://accounts/vap/environments":                                `"envName":"shop-live"`,
		"paas://accounts/vap/environments/shop-live":                      `"nodes":`,
		"paas://jobs/psh/activity:abc123:act1":                            `"done":true`,
		"paas://jobs/psh%2Factivity%3Aabc123%3Aact1":                      `"done":true`,
		"paas://operations":                                               `"platformsh_environment_list"`,
		"paas://operations/platformsh_environment_list":                   `"related":[`,
		"paas://policy":                                                   `"irreversible"`,
		"paas://audit":                                                    `"recorded":false`,
	}
	for era := range eras {
		for uri, want := range wants {
			text, failure := r.read(era, "local", uri)
			if !strings.Contains(text, want) || strings.Contains(text, "s3cr3t") {
				t.Errorf("%s: %s: %.300s%s, want %s and no secret", era, uri, text, failure, want)
			}
		}
		var list struct {
			Resources         []struct{ URI, Name, Description, MIMEType string }
			ResourceTemplates []struct{ URITemplate, Name, Description, MIMEType string }
		}
		for _, method := range []string{"resources/list", "resources/templates/list"} {
			result, failure := r.rpc(era, "local", method, nil)
			if err := json.Unmarshal(result, &list); failure != "" || err != nil {
				t.Fatalf("%s: %s %v", method, failure, err)
			}
			if len(result) > 4000 {
				t.Errorf("%s costs every client %d bytes", method, len(result))
			}
		}
		names := map[string]bool{}
		for _, one := range list.Resources {
			if wants[one.URI] == "" || one.Description == "" || one.MIMEType != "application/json" || names[one.Name] {
				t.Errorf("%s: listed %+v", era, one)
			}
			names[one.Name] = true
		}
		if len(list.Resources) != 7 || len(list.ResourceTemplates) < 8 {
			t.Errorf("%s: %d resources, %d templates: %+v", era, len(list.Resources), len(list.ResourceTemplates), list)
		}
	}
}

// TestResourceTrouble: what cannot be read says why in one line, and what a read may not show it does not show.
func TestResourceTrouble(t *testing.T) {
	t.Parallel()
	deny := func(c *tools.Config) {
		c.Policy = policy.Policy{
			{
				Name: "not these", Match: policy.Match{Tools: []string{"platformsh_user_*", "platformsh_project_activity_get"}}, Action: policy.Deny,
				Reason: "Not for machines.",
			},
			{Name: "asks", Match: policy.Match{Tools: []string{"acquia_application_list"}}, Action: policy.Confirm, Level: policy.Form},
			{Name: "read", Match: policy.Match{Risks: []schemas.Risk{schemas.Read}}, Action: policy.Allow},
		}
	}
	for _, tc := range []struct {
		name, uri string
		change    func(*tools.Config)
		wire      *answers
		want      string
		sent      int
	}{
		{name: "denied", uri: "paas://accounts/psh/projects", change: deny, want: "Not for machines."},
		{name: "denied job", uri: "paas://jobs/psh/activity:abc123:act1", change: deny, want: "Not for machines."},
		{name: "would ask", uri: "paas://accounts/cloud/applications", change: deny, want: "cannot ask a person"},
		{name: "no such account", uri: "paas://accounts/nobody/projects", want: `account "nobody" does not exist on platformsh: use one of psh`},
		{name: "another platform's account", uri: "paas://accounts/cloud/projects", want: "does not exist on platformsh"},
		{name: "empty variable", uri: "paas://accounts/psh/projects//environments", want: "project is empty"},
		{name: "dots", uri: "paas://accounts/psh/projects/%2e%2e/environments", want: "project_id"},
		{name: "control characters", uri: "paas://accounts/psh/projects/a%0Ab/environments", want: "project is empty or malformed"},
		{name: "too long", uri: "paas://accounts/psh/projects/" + strings.Repeat("a", 3000) + "/environments", want: "malformed"},
		{name: "forbidden by the platform", uri: "paas://accounts/psh/projects/zzz/environments", want: "forbidden", sent: 1},
		{name: "no such job", uri: "paas://jobs/psh", want: "ACCOUNT/HANDLE"},
		{name: "no such operation", uri: "paas://operations/acquia_environment_branch", want: "acquia_environment_create"},
		{name: "no such resource", uri: "paas://secrets", want: "not found"},
		{name: "panic", uri: "paas://accounts/vap/environments", wire: &answers{panic: true}, want: "log says more", sent: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := tc.wire
			if w == nil {
				w = &answers{}
			}
			change := tc.change
			if change == nil {
				change = func(*tools.Config) {}
			}
			r := withAnswers(t, w, change)
			for era := range eras {
				text, failure := r.read(era, "local", tc.uri)
				if sent := w.take(); len(sent) != tc.sent || text != "" || !strings.Contains(failure, tc.want) || len(failure) > 2500 {
					t.Errorf("%s: sent %v, text %.100q, error %.300q, want %q", era, sent, text, failure, tc.want)
				}
			}
		})
	}
}

// TestAuditResource: the caller's own calls, the latest first, and never another's.
func TestAuditResource(t *testing.T) {
	t.Parallel()
	r := withAnswers(t, &answers{}, func(c *tools.Config) { c.Policy = open })
	r.Service.AuditFile = r.Audit
	for range 3 {
		r.read("2026-07-28", "ada", "paas://accounts/psh/projects/abc123/environments")
	}
	r.read("2026-07-28", "bob", "paas://accounts/vap/environments")
	type answer struct {
		Recorded bool
		Calls    []tools.Recorded
	}
	for principal, want := range map[string]string{"ada": "platformsh_environment_list", "bob": "virtuozzo_environment_list", "eve": ""} {
		text, failure := r.read("2024-11-05", principal, "paas://audit")
		var a answer
		if err := json.Unmarshal([]byte(text), &a); err != nil || failure != "" || !a.Recorded {
			t.Fatalf("%s: %s %s %v", principal, text, failure, err)
		}
		for _, c := range a.Calls {
			if c.Tool != want || c.Outcome == nil || c.Outcome.Status != audit.OK || c.Verdict != "allow" {
				t.Errorf("%s sees %+v", principal, c)
			}
		}
		if n := map[string]int{"ada": 3, "bob": 1}[principal]; len(a.Calls) != n {
			t.Errorf("%s sees %d calls, made %d", principal, len(a.Calls), n)
		}
	}
	if text, failure := r.read("2026-07-28", "", "paas://audit"); text != "" || !strings.Contains(failure, "not known") {
		t.Errorf("a caller without a name sees %s%s", text, failure)
	}
}

// TestPolicyResource: every condition of a rule is shown, and rules about other people are not.
func TestPolicyResource(t *testing.T) {
	t.Parallel()
	full := policy.Match{
		Platforms: []schemas.Platform{"p1"}, Tools: []string{"t1"}, Toolsets: []string{"s1"}, Risks: []schemas.Risk{"r1"}, Accounts: []string{"a1"},
		Environments: []policy.Environment{"e1"}, EnvironmentNames: []string{"n1"}, Principals: []string{"ada"}, Transports: []string{"x1"},
		Window: &policy.Window{From: 60, To: 120}, Reveal: true,
	}
	if v := reflect.ValueOf(full); slices.ContainsFunc(reflect.VisibleFields(v.Type()),
		func(f reflect.StructField) bool { return v.FieldByIndex(f.Index).IsZero() }) {
		t.Fatal("a field of policy.Match is new: show it in paas://policy and set it here")
	}
	live := policy.NewLive(policy.Policy{
		{Name: "everything", Match: full, Action: policy.Confirm, Level: policy.Typed, Reason: "Because.", Line: 7},
		{Name: "about bob", Match: policy.Match{Principals: []string{"bob*"}}, Action: policy.Deny},
	})
	r := withAnswers(t, &answers{}, func(c *tools.Config) { c.Policy, c.ReadOnly = live, true })
	text, failure := r.read("2026-07-28", "ada", "paas://policy")
	var a struct {
		First []string `json:"before_all_rules"`
		Rules []tools.RuleView
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil || failure != "" {
		t.Fatalf("%s %s %v", text, failure, err)
	}
	if len(a.Rules) != 1 || len(a.Rules[0].Match) != reflect.TypeFor[policy.Match]().NumField() || a.Rules[0].Level != policy.Typed ||
		a.Rules[0].Reason != "Because." {
		t.Errorf("ada sees %s", text)
	}
	if len(a.First) != 2 || strings.Contains(text, "bob") {
		t.Errorf("ada sees %s", text)
	}
	live.Set(nil)
	if text, _ := r.read("2026-07-28", "ada", "paas://policy"); !strings.Contains(text, `"rules":[]`) {
		t.Errorf("after an exchange: %s", text)
	}
	r = withAnswers(t, &answers{}, func(c *tools.Config) { c.Policy = judge{} })
	if text, failure := r.read("2026-07-28", "ada", "paas://policy"); text != "" || !strings.Contains(failure, "cannot be listed") {
		t.Errorf("a judge without rules: %s%s", text, failure)
	}
}

type judge struct{}

func (judge) Decide(policy.Facts) policy.Verdict     { return policy.Verdict{} }
func (judge) DependsOnEnvironment(policy.Facts) bool { return false }

// TestResourceCompletions: variables are completed from the account, for the caller, without asking anybody.
func TestResourceCompletions(t *testing.T) {
	t.Parallel()
	w := &answers{}
	r := withAnswers(t, w)
	who := "local"
	complete := func(era, uri, variable, typed string, given map[string]string) []string {
		t.Helper()
		result, failure := r.rpc(era, who, "completion/complete", map[string]any{
			"ref": map[string]any{"type": "ref/resource", "uri": uri}, "argument": map[string]any{"name": variable, "value": typed},
			"context": map[string]any{"arguments": given},
		})
		var got struct{ Completion struct{ Values []string } }
		if err := json.Unmarshal(result, &got); failure != "" || err != nil || got.Completion.Values == nil {
			t.Fatalf("%s of %s: %s %s", variable, uri, result, failure)
		}
		return got.Completion.Values
	}
	const environments = "paas://accounts/{account}/projects/{project}/environments"
	for _, tc := range []struct {
		uri, variable, typed string
		given                map[string]string
		want                 string
	}{
		{environments, "account", "", nil, "psh"},
		{environments, "project", "", map[string]string{"account": "psh"}, "abc123 shop9"},
		{environments, "project", "blo", nil, "shop9"}, // the only account of the platform
		{environments, "project", "", map[string]string{"account": "cloud"}, ""},
		{environments, "environment", "", nil, ""},
		{"paas://accounts/{account}/projects", "project", "", nil, ""},
		{"paas://accounts/{account}/applications/{application}/environments", "application", "shop", nil, appUUID},
		{"paas://accounts/{account}/environments/{envName}", "envName", "", nil, "shop-live"},
		{"paas://operations/{tool}", "tool", "environment_backup_cr", nil, "platformsh_environment_backup_create"},
		{"paas://jobs/{+job}", "job", "", nil, ""},
		{"paas://nothing", "x", "", nil, ""},
	} {
		for era := range eras {
			if got := strings.Join(complete(era, tc.uri, tc.variable, tc.typed, tc.given), " "); got != tc.want {
				t.Errorf("%s: %s of %s: %q, want %q", era, tc.variable, tc.uri, got, tc.want)
			}
		}
	}
	w.take()
	complete("2026-07-28", environments, "project", "a", nil)
	if sent := w.take(); len(sent) > 0 {
		t.Errorf("a keystroke sent %v", sent)
	}
	if got := complete("2026-07-28", "paas://operations/{tool}", "tool", "", nil); len(got) != 100 {
		t.Errorf("%d values, the protocol allows 100", len(got))
	}
	const jobs = "paas://jobs/{+job}"
	for range 2 {
		r.read("2026-07-28", "local", "paas://jobs/psh/activity:abc123:act1")
	}
	if got := complete("2026-07-28", jobs, "job", "backup", nil); strings.Join(got, " ") != "psh/activity:abc123:act1" {
		t.Errorf("the jobs that were looked at: %q", got)
	}
	if who = "ben"; len(complete("2026-07-28", jobs, "job", "", nil)) > 0 {
		t.Error("the jobs of another are suggested")
	}
	silent := withAnswers(t, &answers{by: map[string]string{"/none": ""}})
	if result, failure := silent.rpc("2026-07-28", "local", "completion/complete", map[string]any{
		"ref": map[string]any{"type": "ref/resource", "uri": environments}, "argument": map[string]any{"name": "project", "value": ""},
	}); failure != "" || strings.Contains(string(result), "not for you") || !strings.Contains(string(result), `"values":[]`) {
		t.Errorf("a platform that refuses: %s %s", result, failure)
	}
}
