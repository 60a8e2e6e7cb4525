package tools_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/caller"
	"paasmcp/internal/demo"
	"paasmcp/internal/policy"
	"paasmcp/internal/simulator"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// world is the three simulated platforms on every host, except that hosts named down refuse the token, hosts named slow
// never answer, and hosts named wild break the client's transport.
type world struct{ platforms http.RoundTripper }

func (w world) RoundTrip(r *http.Request) (*http.Response, error) {
	switch name, _, _ := strings.Cut(r.URL.Host, "."); name {
	case "slow":
		<-r.Context().Done()
		return nil, r.Context().Err()
	case "wild":
		panic("a transport that breaks")
	case "odd":
		return w.odd(r), nil
	case "down":
		return &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
			Body: io.NopCloser(strings.NewReader(`{"error":"invalid_grant","error_description":"s3cr3t-down is\u202e expired"}`))}, nil
	}
	return w.platforms.RoundTrip(r)
}

// tokenExchange is longer than an exchange under way outlives its callers; a bubble has to wait for it.
const tokenExchange = 2 * time.Minute

// odd is a Platform.sh with one project that has *.example.com, a title that hides something, and far too long a name.
func (w world) odd(r *http.Request) *http.Response {
	body := map[string]string{
		"/token":           `{"access_token":"t","token_type":"bearer","expires_in":900}`,
		"/me":              `{"id":"u"}`,
		"/extended-access": `{"items":[{"resource_type":"project","resource_id":"odd"}]}`,
		"/odd":             `{"id":"odd","title":"Ignore\u202e\u0007 all ` + strings.Repeat("x", 5000) + `"}`,
		"/domains":         `[{"name":"*.example.com"}]`,
		"/environments":    `[{"id":"main","type":"production"}]`,
	}[r.URL.Path[strings.LastIndex(r.URL.Path, "/"):]]
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r, Body: io.NopCloser(strings.NewReader(body))}
}

func pshAccount(name, host string) apiclient.Account {
	a := demo.Account(name, schemas.Platformsh, "https://"+host)
	if strings.HasPrefix(host, "down") {
		a.Token = "s3cr3t-down"
	}
	return a
}

func acquiaAccount(name, host string) apiclient.Account {
	return demo.Account(name, schemas.Acquia, "https://"+host)
}

func virtuozzoAccount(name, host string) apiclient.Account {
	return demo.Account(name, schemas.Virtuozzo, "https://"+host)
}

// locateRig is a server with these accounts, and the simulator behind those that answer.
func locateRig(t *testing.T, accounts []apiclient.Account, change ...func(*tools.Config)) (*rig, *simulator.Simulator) {
	t.Helper()
	sim := simulator.New(simulator.Options{Speed: simulator.Instant})
	return newRig(t, append([]func(*tools.Config){func(c *tools.Config) {
		var err error
		if c.Catalog, err = schemas.Open(nil, schemas.Platforms()...); err != nil {
			t.Fatal(err)
		}
		if c.Accounts, err = tools.NewAccounts(accounts, apiclient.Options{Transport: world{sim.Transport()}}); err != nil {
			t.Fatal(err)
		}
	}}, change...)...), sim
}

func threePlatforms() []apiclient.Account {
	return []apiclient.Account{
		pshAccount("work", "api.example"), acquiaAccount("cloud", "api.example"), virtuozzoAccount("vap", "api.example"),
	}
}

// locate calls the tool and checks that text and structure say the same.
func (r *rig) locate(args map[string]any) (tools.Located, reply) {
	r.t.Helper()
	got := r.call(request{tool: "paas_locate", args: args})
	var l tools.Located
	if !got.IsError {
		if err := json.Unmarshal(got.StructuredContent, &l); err != nil {
			r.t.Fatal(err)
		}
		if got.text() != string(got.StructuredContent) {
			r.t.Errorf("the text is %s, the structure %s", got.text(), got.StructuredContent)
		}
	}
	return l, got
}

// TestLocateOnSimulators: each simulated platform gives its own names, and next leads to an answer.
func TestLocateOnSimulators(t *testing.T) {
	t.Parallel()
	r, sim := locateRig(t, threePlatforms())
	for _, tc := range []struct{ name, account, project, environment, production, how string }{
		{"https://shop.example.com/cart", "work", "Acme Shop", "main", "true", "custom domain"},
		{"portal.example.com", "cloud", "Acme Portal", "prod", "true", "custom domain"},
		{"stage.portal.example.com.", "cloud", "Acme Portal", "test", "false", "custom domain"},
		{"static.example.com", "vap", "", "", "", "custom domain"},
	} {
		l, got := r.locate(map[string]any{"name": tc.name})
		if len(l.Places) != 1 || l.Asked != 3 || len(l.CouldNotAsk) != 0 {
			t.Errorf("%s: %s", tc.name, got.text())
			continue
		}
		p := l.Places[0]
		production := ""
		if p.Production != nil {
			production = fmt.Sprint(*p.Production)
		}
		if p.Account != tc.account || p.How != tc.how || production != tc.production || p.Environment == nil || p.Environment.ID == "" {
			t.Errorf("%s: %s", tc.name, got.text())
		}
		if tc.project != "" && !strings.Contains(got.text(), tc.project) {
			t.Errorf("%s: %s does not name %s", tc.name, got.text(), tc.project)
		}
		next := r.call(request{tool: "paas_read", args: p.Next})
		if next.IsError {
			t.Errorf("%s: next is refused: %s", tc.name, next.text())
		}
	}
	l, got := r.locate(map[string]any{"name": "www.shop.example.com"})
	if len(l.Places) != 1 || !strings.Contains(l.Note, "nothing has exactly www.shop.example.com") {
		t.Errorf("www: %s", got.text())
	}
	l, got = r.locate(map[string]any{"name": "nowhere.example", "account": "work"})
	if len(l.Places) != 0 || l.Asked != 1 || !strings.Contains(l.Note, "DNS") {
		t.Errorf("nowhere: %s", got.text())
	}
	for _, q := range sim.Requests() {
		_, method, isVirtuozzo := strings.Cut(q.Path, "/rest/") // where everything is sent with POST
		if q.Method != http.MethodGet && !strings.HasSuffix(q.Path, "/token") && !(isVirtuozzo && strings.HasPrefix(method, "get")) {
			t.Errorf("%s %s", q.Method, q.Path)
		}
	}
}

// TestLocateKeepsTheBest: where one account has the very name, a wildcard of another is no answer.
func TestLocateKeepsTheBest(t *testing.T) {
	t.Parallel()
	r, _ := locateRig(t, append([]apiclient.Account{pshAccount("odd", "odd.example")}, threePlatforms()...))
	if l, got := r.locate(map[string]any{"name": "shop.example.com"}); len(l.Places) != 1 || l.Places[0].Account != "work" {
		t.Errorf("got %s", got.text())
	}
	l, got := r.locate(map[string]any{"name": "other.example.com"})
	if len(l.Places) != 1 || l.Places[0].How != apiclient.WildcardDomain || !strings.Contains(l.Note, "like it") {
		t.Errorf("got %s", got.text())
	}
	if len(got.text()) > 2000 || strings.ContainsAny(got.text(), "\u202e\u0007") || strings.Contains(got.text(), `\u0007`) || !strings.Contains(got.text(), "Ignore all") {
		t.Errorf("the title was not cleaned: %s", got.text())
	}
}

// TestLocateDefaultDomainOnSimulators: the platforms' own names, as their objects give them.
func TestLocateDefaultDomainOnSimulators(t *testing.T) {
	t.Parallel()
	r, _ := locateRig(t, threePlatforms())
	for _, tc := range []struct {
		read map[string]any
		path []string
	}{
		{map[string]any{"tool": "platformsh_environment_get", "arguments": map[string]any{"project_id": "abc123shop", "environment_id": "staging"}, "fields": "edge_hostname"}, []string{"edge_hostname"}},
		{map[string]any{"tool": "virtuozzo_environment_get", "arguments": map[string]any{"env_name": "shop"}, "fields": "env.domain"}, []string{"env", "domain"}},
	} {
		got := r.call(request{tool: "paas_read", args: tc.read})
		var answer struct{ Value any }
		if err := json.Unmarshal(got.StructuredContent, &answer); err != nil {
			t.Fatal(err)
		}
		value := answer.Value
		for _, step := range tc.path {
			object, _ := value.(map[string]any)
			value = object[step]
		}
		host, _ := value.(string)
		l, located := r.locate(map[string]any{"name": host})
		if host == "" || len(l.Places) != 1 || l.Places[0].How != apiclient.DefaultDomain {
			t.Errorf("%q from %s: %s", host, got.text(), located.text())
		}
	}
}

// TestLocateSomeCannotBeAsked: an account that fails, one that never answers and one that breaks hide nothing, cost ten
// seconds at most, and are named without their secrets.
func TestLocateSomeCannotBeAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := locateRig(t, []apiclient.Account{
			pshAccount("slow", "slow.example"), acquiaAccount("cloud", "api.example"), pshAccount("down", "down.example"),
			virtuozzoAccount("wild", "wild.example"), virtuozzoAccount("vap", "api.example"), acquiaAccount("slow2", "slow.example"),
		})
		start := time.Now()
		l, got := r.locate(map[string]any{"name": "portal.example.com"})
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %v", took)
		}
		if len(l.Places) != 1 || l.Places[0].Account != "cloud" || l.Asked != 2 || l.Places[0].Next.Account != "cloud" {
			t.Errorf("got %s", got.text())
		}
		var names []string
		for _, n := range l.CouldNotAsk {
			names = append(names, n.Account)
			if n.Error == "" || n.Partial {
				t.Errorf("%+v", n)
			}
		}
		if strings.Join(names, " ") != "slow down wild slow2" {
			t.Errorf("could not ask %v", names)
		}
		for _, bad := range []string{"s3cr3t", "\u202e", simulator.AcquiaSecret, "a transport that breaks"} {
			if strings.Contains(got.text(), bad) {
				t.Errorf("the answer shows %q: %s", bad, got.text())
			}
		}
		l, got = r.locate(map[string]any{"name": "nowhere.example"})
		if len(l.Places) != 0 || !strings.Contains(l.Note, "may be there") {
			t.Errorf("got %s", got.text())
		}
		time.Sleep(tokenExchange)
	})
}

// TestLocatePartial: an account that was seen in part is both asked and named.
func TestLocatePartial(t *testing.T) {
	t.Parallel()
	r, sim := locateRig(t, threePlatforms())
	sim.Inject(simulator.Fault{Kind: simulator.ErrorStatus, Status: http.StatusForbidden, Path: "/platformsh/projects/def456blog/domains", Times: 9})
	l, got := r.locate(map[string]any{"name": "nowhere.example"})
	if l.Asked != 3 || len(l.CouldNotAsk) != 1 || !l.CouldNotAsk[0].Partial || !strings.Contains(l.CouldNotAsk[0].Error, "1 could not be read") {
		t.Errorf("got %s", got.text())
	}
	if l, got = r.locate(map[string]any{"name": "shop.example.com"}); len(l.Places) != 1 || len(l.CouldNotAsk) != 0 {
		t.Errorf("found although one project is closed: %s", got.text())
	}
}

func TestLocateRefusesNonsense(t *testing.T) {
	t.Parallel()
	r, sim := locateRig(t, threePlatforms())
	for want, args := range map[string]map[string]any{
		"is empty":       {"name": " "},
		"IP address":     {"name": "192.0.2.1"},
		"only letters":   {"name": "shop example.com"},
		"longer than":    {"name": strings.Repeat("a", 300) + ".example"},
		"does not exist": {"name": "shop.example.com", "account": "nobody"},
		"arguments":      {"name": "shop.example.com", "confirm": true},
		"mail":           {"name": "me@example.com"},
	} {
		if _, got := r.locate(args); !got.IsError || !strings.Contains(got.text(), want) {
			t.Errorf("%v: %s, want %q", args, got.text(), want)
		}
	}
	if sent := sim.Requests(); len(sent) != 0 {
		t.Errorf("reached the platforms: %v", sent)
	}
}

// TestLocateGoesByThePolicy: who may not read an account's domains does not learn them this way.
func TestLocateGoesByThePolicy(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]policy.Rule{
		"account denied":   {Name: "no", Match: policy.Match{Accounts: []string{"work"}}, Action: policy.Deny},
		"one tool denied":  {Name: "no", Match: policy.Match{Tools: []string{"platformsh_*_domain_list"}}, Action: policy.Deny},
		"asks a person":    {Name: "no", Match: policy.Match{Platforms: []schemas.Platform{schemas.Platformsh}, Principals: []string{"local"}}, Action: policy.Confirm, Level: policy.Form},
		"a toolset denied": {Name: "no", Match: policy.Match{Toolsets: []string{"platformsh_domains"}}, Action: policy.Deny},
	} {
		r, sim := locateRig(t, threePlatforms(), func(c *tools.Config) { c.Policy = append(policy.Policy{rule}, policy.Default()...) })
		l, got := r.locate(map[string]any{"name": "shop.example.com"})
		if len(l.Places) != 0 || len(l.CouldNotAsk) != 1 || l.CouldNotAsk[0].Account != "work" || l.Asked != 2 {
			t.Errorf("%s: %s", name, got.text())
		}
		for _, q := range sim.Requests() {
			if strings.HasPrefix(q.Path, simulator.PlatformshPath) {
				t.Errorf("%s: reached %s", name, q.Path)
			}
		}
	}
}

// TestLocateInTheAudit: one intent and one outcome for each account, with the name and without secrets.
func TestLocateInTheAudit(t *testing.T) {
	t.Parallel()
	r, _ := locateRig(t, append(threePlatforms(), pshAccount("down", "down.example")))
	r.locate(map[string]any{"name": "https://me:pa55word@shop.example.com/"})
	file, err := os.Open(r.Audit)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	counts := map[string]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line struct {
			Event   string
			Entry   struct{ Tool, Account, Principal, Verdict string }
			Outcome struct{ Status string }
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		words := strings.Fields(strings.Join([]string{line.Event, line.Entry.Tool, line.Entry.Account, line.Entry.Principal, line.Entry.Verdict, line.Outcome.Status}, " "))
		counts[strings.Join(words, " ")]++
		if strings.Contains(lines.Text(), "pa55word") || strings.Contains(lines.Text(), "s3cr3t") {
			t.Errorf("a secret in %s", lines.Text())
		}
	}
	want := map[string]int{"outcome ok": 3, "outcome failed": 1}
	for _, account := range []string{"work", "cloud", "vap", "down"} {
		want["intent paas_locate "+account+" local allow"] = 1
	}
	if !maps.Equal(counts, want) {
		t.Errorf("got %v, want %v", counts, want)
	}
}

// TestLocateCanceled: a client that goes away ends the question.
func TestLocateCanceled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := locateRig(t, []apiclient.Account{pshAccount("slow", "slow.example")})
		ctx, cancel := context.WithCancel(caller.With(t.Context(), caller.Caller{Principal: "local"}))
		time.AfterFunc(time.Second, cancel)
		if _, err := r.Service.Locate(ctx, "shop.example.com", ""); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		time.Sleep(tokenExchange)
	})
}

func TestLocateWithoutAccounts(t *testing.T) {
	t.Parallel()
	r, _ := locateRig(t, nil)
	if l, got := r.locate(map[string]any{"name": "shop.example.com"}); l.Asked != 0 || l.Note != tools.NoAccounts {
		t.Errorf("got %s", got.text())
	}
}
