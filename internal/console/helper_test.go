package console_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/console"
	"paasmcp/internal/policy"
	"paasmcp/internal/testrig"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// fixture is an open console with everything behind it.
type fixture struct {
	*console.Console
	t     testing.TB
	desk  *approval.Desk
	base  string
	dir   string // with the note for the terminal
	log   *testrig.Transcript
	audit string
}

var accounts = []apiclient.Account{
	{Name: "shop", Platform: schemas.Platformsh, Token: "token-of-the-shop-account"},
	{Name: "museum", Platform: schemas.Acquia, Key: "key-of-the-museum", Secret: "secret-of-the-museum"},
}

func newFixture(t testing.TB, change func(*console.Config)) *fixture {
	t.Helper()
	var gate *approval.Gate
	server := testrig.New(t, testrig.Options{Accounts: accounts, Toolsets: "none", Change: []func(*tools.Config){func(c *tools.Config) { gate = c.Gate }}})
	f := &fixture{t: t, desk: approval.NewDesk(gate), dir: filepath.Join(t.TempDir(), "run"), log: &testrig.Transcript{}}
	cfg := console.Config{
		Desk: f.desk, Service: func() *tools.Service { return server.Service }, Dir: f.dir, Addr: "127.0.0.1:0",
		Logger: slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&cfg)
	}
	f.audit = cfg.AuditFile
	var err error
	if f.Console, err = console.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	if err := f.Start(); err != nil {
		t.Fatal(err)
	}
	page, ok := f.URL("X")
	if !ok {
		t.Fatal("the console did not open")
	}
	f.base = strings.TrimSuffix(page, "/requests/X")
	return f
}

// withOperators lets ana, who is the caller "local", and bob in.
func withOperators(t testing.TB) func(*console.Config) {
	return func(c *console.Config) {
		var err error
		if c.Operators, err = console.ReadOperators(operatorsFile(t)); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	tokenOfAna = "token-of-ana-0123456789"
	tokenOfBob = "token-of-bob-0123456789"
)

func operatorsFile(t testing.TB) string {
	dir := t.TempDir()
	file := filepath.Join(dir, "operators.yaml")
	write(t, filepath.Join(dir, "ana"), tokenOfAna+"\n", 0o600)
	write(t, filepath.Join(dir, "bob"), tokenOfBob+"\n", 0o600)
	write(t, file, "operators:\n- {name: ana, token_file: "+filepath.Join(dir, "ana")+", principals: [local]}\n"+
		"- {name: bob, token_file: "+filepath.Join(dir, "bob")+"}\n", 0o600)
	return file
}

func write(t testing.TB, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil { // the umask takes some away
		t.Fatal(err)
	}
}

var deletion = approval.Card{
	Account:  "shop",
	Platform: schemas.Platformsh,
	Tool:     "platformsh_environment_delete",
	Summary:  "Delete an environment with its data.",
	About:    "Branch and code stay in the repository. Services, files and databases of the environment go.",
	Request:  "DELETE /projects/abc123shop/environments/main",
	Target: []approval.Detail{
		{Name: "project", Value: "Shop (abc123shop)"}, {Name: "environment", Value: "main"}, {Name: "last backup", Value: "3 hours ago"},
	},
	Risk:   []schemas.Risk{schemas.Write, schemas.Destructive, schemas.Irreversible},
	Expect: "main",
}

// put lays a call on the desk.
func (f *fixture) put(level policy.Level, card approval.Card) approval.Ticket {
	f.t.Helper()
	return f.putFor("local", level, card)
}

// putFor lays a question of a caller on the desk.
func (f *fixture) putFor(principal string, level policy.Level, card approval.Card) approval.Ticket {
	f.t.Helper()
	b := approval.Binding{Principal: principal, Tool: card.Tool, Account: card.Account, Digest: card.Request}
	v := policy.Verdict{Action: policy.Confirm, Level: level, Reason: "A person has to confirm this, because it destroys data."}
	t, err := f.desk.Put(b, v, card, caller.Caller{Principal: principal, ClientName: "test-client 1.0"})
	if err != nil {
		f.t.Fatal(err)
	}
	return t
}

func (f *fixture) state(id string) approval.TicketState {
	f.t.Helper()
	t, ok := f.desk.Ticket(id)
	if !ok {
		f.t.Fatal("the ticket is gone")
	}
	return t.State
}

// link is a fresh login link.
func (f *fixture) link() string {
	f.t.Helper()
	servers, err := console.Servers(f.t.Context(), f.dir)
	if err != nil || len(servers) != 1 {
		f.t.Fatalf("%d servers, %v", len(servers), err)
	}
	link, err := servers[0].Link(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return link
}

// browser is somebody's browser, without scripts.
type browser struct {
	f      *fixture
	client *http.Client
}

func (f *fixture) browser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{f: f, client: &http.Client{
		Jar: jar, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signedIn is a browser that followed a login link.
func (f *fixture) signedIn() *browser {
	f.t.Helper()
	b := f.browser()
	if status, _ := b.login(url.Values{"link": {tokenOf(f.t, f.link())}}); status != http.StatusSeeOther {
		f.t.Fatalf("login: %d", status)
	}
	return b
}

func (f *fixture) operator(name, token string) *browser {
	f.t.Helper()
	b := f.browser()
	if status, _ := b.login(url.Values{"name": {name}, "token": {token}}); status != http.StatusSeeOther {
		f.t.Fatalf("login of %s: %d", name, status)
	}
	return b
}

func tokenOf(t testing.TB, link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Query().Get("link") == "" {
		t.Fatalf("no login link: %q", link)
	}
	return u.Query().Get("link")
}

func (b *browser) login(form url.Values) (int, string) {
	status, _, body := b.post("/login", form, nil)
	return status, body
}

func (b *browser) get(path string) (int, string) {
	status, _, body := b.do(http.MethodGet, path, "", nil)
	return status, body
}

func (b *browser) post(path string, form url.Values, header map[string]string) (int, http.Header, string) {
	return b.do(http.MethodPost, path, form.Encode(), header)
}

func (b *browser) do(method, path, body string, header map[string]string) (int, http.Header, string) {
	b.f.t.Helper()
	ctx, cancel := context.WithTimeout(b.f.t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, b.f.base+path, strings.NewReader(body))
	if err != nil {
		b.f.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range header {
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.f.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		b.f.t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(data)
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// csrf is the token in the forms of the browser's pages.
func (b *browser) csrf() string {
	b.f.t.Helper()
	_, body := b.get("/")
	m := csrfField.FindStringSubmatch(body)
	if m == nil {
		b.f.t.Fatal("the page has no token")
	}
	return m[1]
}

// decide sends the form of a request's page.
func (b *browser) decide(id, decision, name string) (int, string) {
	b.f.t.Helper()
	status, _, body := b.post("/requests/"+id, url.Values{"csrf": {b.csrf()}, "decision": {decision}, "confirm_name": {name}}, nil)
	return status, body
}
