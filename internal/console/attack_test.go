package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/console"
	"paasmcp/internal/policy"
)

// attacker is a page of somebody else on the same machine: to a browser it is the same site as the console, and another origin.
func attacker(t testing.TB, target, id string) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /drive", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<form method="post" action="%s/requests/%s"><input name="decision" value="approve"></form>
			<script>document.forms[0].submit()</script>`, target, id)
	})
	mux.HandleFunc("GET /frame", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<iframe src="%s/requests/%s" onload="document.body.dataset.loaded = 1"></iframe>`, target, id)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// The address of a request stands in tool results, where models and whoever reads along find it.
func TestAddressOpensNothingWithoutLogin(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*console.Config){"local": nil, "operators": withOperators(t)} {
		f := newFixture(t, change)
		ticket := f.put(policy.Console, deletion)
		b := f.browser()
		_, unknown := b.get("/requests/AAAAAAAAAAAAAAAAAAAAAAAAAA")
		for _, path := range []string{"/", "/requests/" + ticket.ID, "/audit", "/catalogue?q=backup", "/accounts", "/events", "/api/requests"} {
			status, body := b.get(path)
			if status != http.StatusUnauthorized {
				t.Errorf("%s: GET %s without login answers %d", name, path, status)
			}
			for _, secret := range []string{deletion.Summary, ticket.Card.Tool, "shop", "csrf"} {
				if strings.Contains(body, secret) {
					t.Errorf("%s: GET %s without login tells %q", name, path, secret)
				}
			}
			if path == "/requests/"+ticket.ID && body != strings.ReplaceAll(unknown, "AAAAAAAAAAAAAAAAAAAAAAAAAA", ticket.ID) {
				t.Errorf("%s: the page tells whether a request exists", name)
			}
		}
		for _, path := range []string{"/requests/" + ticket.ID, "/api/requests/" + ticket.ID, "/api/link", "/logout"} {
			if status, _, _ := b.post(path, url.Values{"decision": {"approve"}}, nil); status != http.StatusUnauthorized {
				t.Errorf("%s: POST %s without login answers %d", name, path, status)
			}
		}
		if s := f.state(ticket.ID); s != approval.Waiting {
			t.Errorf("%s: the request is %s", name, s)
		}
	}
}

func TestCSRF(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	ticket := f.put(policy.Console, deletion)
	b, other := f.signedIn(), f.signedIn()
	form := func(csrf string) url.Values { return url.Values{"decision": {"approve"}, "csrf": {csrf}} }
	for name, c := range map[string]struct {
		form   url.Values
		header map[string]string
	}{
		"no token":                 {form(""), nil},
		"invented token":           {form("x"), nil},
		"token of another session": {form(other.csrf()), nil},
		"other origin":             {form(b.csrf()), map[string]string{"Origin": "https://evil.example"}},
		"other port of this host":  {form(b.csrf()), map[string]string{"Origin": "http://127.0.0.1:1"}},
		"opaque origin":            {form(b.csrf()), map[string]string{"Origin": "null"}},
		"cross-site":               {form(b.csrf()), map[string]string{"Sec-Fetch-Site": "cross-site"}},
		"same site, other origin":  {form(b.csrf()), map[string]string{"Sec-Fetch-Site": "same-site"}},
	} {
		if status, _, _ := b.post("/requests/"+ticket.ID, c.form, c.header); status != http.StatusForbidden {
			t.Errorf("%s: %d", name, status)
		}
		if s := f.state(ticket.ID); s != approval.Waiting {
			t.Fatalf("%s: the request is %s", name, s)
		}
	}
	status, _ := b.get("/requests/" + ticket.ID + "?" + form(b.csrf()).Encode())
	if status != http.StatusOK || f.state(ticket.ID) != approval.Waiting {
		t.Error("a mere look settled the request")
	}
	own := map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": f.base}
	if status, _, _ := b.post("/requests/"+ticket.ID, form(b.csrf()), own); status != http.StatusSeeOther {
		t.Errorf("the page itself: %d", status)
	}
	if s := f.state(ticket.ID); s != approval.Approved {
		t.Errorf("the request is %s", s)
	}
}

func TestClickjackingAndOtherHeaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	ticket := f.put(policy.Console, deletion)
	b := f.signedIn()
	for _, path := range []string{
		"/", "/requests/" + ticket.ID, "/audit", "/catalogue", "/accounts", "/login", "/static/console.css", "/nowhere", "/api/requests",
	} {
		_, header, _ := b.do(http.MethodGet, path, "", nil)
		csp := header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{
			"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if cache := header.Get("Cache-Control"); cache != "no-store" && !strings.HasPrefix(path, "/static/") {
			t.Errorf("%s: Cache-Control is %q", path, cache)
		}
	}
}

func TestSessionFixation(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	// Somebody planted a session of their own into the browser; signing in must not make it the victim's.
	attacker := f.signedIn()
	cookie := func(b *browser) *http.Cookie {
		u, _ := url.Parse(f.base)
		for _, c := range b.client.Jar.Cookies(u) {
			return c
		}
		return nil
	}
	planted := cookie(attacker)
	victim := f.browser()
	u, _ := url.Parse(f.base)
	victim.client.Jar.SetCookies(u, []*http.Cookie{planted})
	if status, _ := victim.login(url.Values{"link": {tokenOf(t, f.link())}}); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	if got := cookie(victim); got.Value == planted.Value {
		t.Error("the session kept the name that was there before")
	}
	if status, _ := attacker.get("/"); status != http.StatusUnauthorized {
		t.Error("the planted session lives on")
	}
	invented := f.browser()
	invented.client.Jar.SetCookies(u, []*http.Cookie{{Name: planted.Name, Value: "chosen-by-somebody"}})
	status, _ := invented.login(url.Values{"link": {tokenOf(t, f.link())}})
	if status != http.StatusSeeOther || cookie(invented).Value == "chosen-by-somebody" {
		t.Error("the browser chose the name of its session")
	}

	// And a cookie is as shut as cookies can be.
	_, header, _ := f.browser().post("/login", url.Values{"link": {tokenOf(t, f.link())}}, nil)
	set := header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(set, want) {
			t.Errorf("the cookie is not %s: %s", want, set)
		}
	}
	if _, value, _ := strings.Cut(strings.Split(set, ";")[0], "="); len(value) < 43 {
		t.Errorf("the name of the session has only %d characters", len(value))
	}
}

func TestLogoutEndsTheSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	b := f.signedIn()
	csrf := b.csrf()
	u, _ := url.Parse(f.base)
	kept := b.client.Jar.Cookies(u)
	if status, _, _ := b.post("/logout", url.Values{"csrf": {csrf}}, nil); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	b.client.Jar.SetCookies(u, kept)
	if status, _ := b.get("/"); status != http.StatusUnauthorized {
		t.Error("the session can be used after signing out")
	}
}

func TestReplayedLoginLink(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	token := tokenOf(t, f.link())
	b := f.browser()
	for range 3 { // looking uses nothing up: chat programs look at links
		if status, body := b.get("/login?link=" + token); status != http.StatusOK || !strings.Contains(body, "Open the console") {
			t.Fatal(status)
		}
	}
	if status, _ := b.get("/"); status != http.StatusUnauthorized {
		t.Fatal("looking at the link signed in")
	}
	if status, _ := b.login(url.Values{"link": {token}}); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	again := f.browser()
	if status, _ := again.login(url.Values{"link": {token}}); status != http.StatusUnauthorized {
		t.Errorf("the link worked twice: %d", status)
	}
	if status, _ := again.get("/"); status != http.StatusUnauthorized {
		t.Error("the second browser is in")
	}
	for _, token := range []string{"", "x", token + "x", strings.ToUpper(token)} {
		if status, _ := again.login(url.Values{"link": {token}}); status != http.StatusUnauthorized {
			t.Errorf("link %q: %d", token, status)
		}
	}
	if log := f.log.String(); strings.Contains(log, token) {
		t.Errorf("the link's token is in the log:\n%s", log)
	}
}

func TestReplayedApprove(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	ticket := f.put(policy.Console, deletion)
	b := f.signedIn()
	if status, _ := b.decide(ticket.ID, "approve", ""); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	for _, decision := range []string{"approve", "decline"} {
		if status, body := b.decide(ticket.ID, decision, ""); status != http.StatusConflict || !strings.Contains(body, "settled already") {
			t.Errorf("%s once more: %d", decision, status)
		}
	}
	if _, _, err := f.desk.Wait(t.Context(), ticket.ID); err != nil {
		t.Fatal(err)
	}
	if status, _ := b.decide(ticket.ID, "approve", ""); status != http.StatusConflict {
		t.Errorf("after it was used: %d", status)
	}
	// The same call is asked about anew; the old approval is none for it.
	if next := f.put(policy.Console, deletion); next.ID == ticket.ID || f.state(next.ID) != approval.Waiting {
		t.Error("the old approval serves the next call")
	}
}

// Of two people the second is not the first under another name.
func TestCrossPrincipalApproval(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	ticket := f.putFor("carol", policy.TwoPerson, deletion)
	b := f.signedIn()
	status, body := b.get("/requests/" + ticket.ID)
	if status != http.StatusOK || !strings.Contains(body, "--operators FILE") || strings.Contains(body, `value="approve"`) {
		t.Errorf("the page offers an approval that cannot be given, or does not say what to configure: %d", status)
	}
	if status, _ := b.decide(ticket.ID, "approve", ""); status != http.StatusForbidden || f.state(ticket.ID) != approval.Waiting {
		t.Errorf("the user of the machine was the second person: %d", status)
	}

	f = newFixture(t, withOperators(t))
	ticket = f.putFor("ana", policy.TwoPerson, deletion)
	status, _ = f.operator("ana", tokenOfAna).decide(ticket.ID, "approve", "")
	if status != http.StatusForbidden || f.state(ticket.ID) != approval.Waiting {
		t.Errorf("ana approved her own call: %d", status)
	}
	bob := f.operator("bob", tokenOfBob)
	if status, _ := bob.decide(ticket.ID, "approve", ""); status != http.StatusSeeOther {
		t.Errorf("bob: %d", status)
	}
	if now, _ := f.desk.Ticket(ticket.ID); now.State != approval.Approved || now.By.Name != "bob" || now.By.Via != "console" {
		t.Errorf("the request is %s, by %+v", now.State, now.By)
	}
}

// A page on the web can make its own name resolve to this machine.
func TestRebindingHost(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	b := f.browser()
	_, port, _ := strings.Cut(strings.TrimPrefix(f.base, "http://"), ":")
	for host, want := range map[string]int{
		"evil.example":              http.StatusMisdirectedRequest,
		"evil.example:" + port:      http.StatusMisdirectedRequest,
		"127.0.0.1":                 http.StatusMisdirectedRequest,
		"127.0.0.1:1":               http.StatusMisdirectedRequest,
		"localhost.evil.example":    http.StatusMisdirectedRequest,
		"127.0.0.1.nip.io:" + port:  http.StatusMisdirectedRequest,
		"localhost:" + port:         http.StatusOK,
		"LOCALHOST:" + port:         http.StatusOK,
		"127.0.0.1:" + port:         http.StatusOK,
		"169.254.169.254:" + port:   http.StatusMisdirectedRequest,
		"metadata.internal:" + port: http.StatusMisdirectedRequest,
	} {
		if status, _, _ := b.do(http.MethodGet, "/login", "", map[string]string{"Host": host}); status != want {
			t.Errorf("Host %s: %d, want %d", host, status, want)
		}
	}
}

func TestOversizedForms(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	ticket := f.put(policy.Typed, deletion)
	b := f.signedIn()
	long := strings.Repeat("x", 1<<20)
	form := url.Values{"csrf": {b.csrf()}, "decision": {"approve"}, "confirm_name": {long}}
	if status, _, _ := b.post("/requests/"+ticket.ID, form, nil); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a long form: %d", status)
	}
	if status, _ := f.browser().login(url.Values{"link": {long}}); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a long login: %d", status)
	}
	for _, decision := range []string{"", "yes", "APPROVE"} {
		if status, _ := b.decide(ticket.ID, decision, "main"); status != http.StatusBadRequest {
			t.Errorf("decision %q: %d", decision, status)
		}
	}
	if status, _ := b.decide(ticket.ID, "approve", "Main"); status != http.StatusUnprocessableEntity {
		t.Errorf("wrong name: %d", status)
	}
	if s := f.state(ticket.ID); s != approval.Waiting {
		t.Errorf("the request is %s", s)
	}
	if status, _ := b.decide("NOSUCH", "approve", ""); status != http.StatusNotFound {
		t.Errorf("no such request: %d", status)
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withOperators(t))
	b := f.browser()
	guesses, status := 0, 0
	for ; status != http.StatusTooManyRequests && guesses < 50; guesses++ {
		status, _ = b.login(url.Values{"name": {"ana"}, "token": {fmt.Sprint("guess ", guesses)}})
	}
	if guesses < 11 || guesses == 50 { // on a slow day some more than ten
		t.Errorf("%d guesses, then %d", guesses, status)
	}
	if status, _ := b.login(url.Values{"name": {"ana"}, "token": {tokenOfAna}}); status != http.StatusTooManyRequests {
		t.Errorf("after too many guesses even the right token has to wait, or guessing would tell: %d", status)
	}
	if _, err := console.NewClient(f.base, "ana", tokenOfAna).List(t.Context()); err == nil || !strings.Contains(err.Error(), "too many attempts") {
		t.Errorf("the way of programs was left open to guess on: %v", err)
	}
}

func TestOperatorsAreTheOnlyOnes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withOperators(t))
	ticket := f.put(policy.Console, deletion)
	for _, form := range []url.Values{
		{}, {"link": {"x"}}, {"name": {"ana"}}, {"token": {tokenOfAna}}, {"name": {"ana"}, "token": {tokenOfBob}},
		{"name": {"local"}, "token": {""}}, {"name": {"ANA"}, "token": {tokenOfAna}},
	} {
		if status, _ := f.browser().login(form); status != http.StatusUnauthorized {
			t.Errorf("%v: %d", form, status)
		}
	}
	servers, err := console.Servers(t.Context(), f.dir)
	if err != nil || len(servers) != 1 || !servers[0].NeedsOperator {
		t.Fatalf("servers: %v, %v", servers, err)
	}
	if _, err := servers[0].Link(t.Context()); err == nil {
		t.Error("a link can be had without an operator's token")
	}
	bob := servers[0].As("bob", tokenOfBob)
	if _, err := bob.Link(t.Context()); err == nil || !strings.Contains(err.Error(), "sign in with name and token") {
		t.Errorf("a link for an operator: %v", err)
	}
	list, err := bob.List(t.Context())
	if err != nil || len(list) != 1 || list[0].ID != ticket.ID {
		t.Fatalf("%+v, %v", list, err)
	}
	if r, err := bob.Decide(t.Context(), ticket.ID, console.Verdict{Approve: true}); err != nil || r.DecidedBy != "bob" || r.State != "approved" {
		t.Errorf("%+v, %v", r, err)
	}
	log := f.log.String()
	for _, secret := range []string{tokenOfAna, tokenOfBob} {
		if strings.Contains(log, secret) {
			t.Error("a token is in the log")
		}
	}
}

// Signing in leads to a page of the console and nowhere else.
func TestNoOpenRedirect(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withOperators(t))
	for next, want := range map[string]string{
		"/requests/ABC234": "/requests/ABC234", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/",
		"/requests/../logout": "/", "/requests/A?x=1": "/", "": "/",
	} {
		_, header, _ := f.browser().post("/login", url.Values{"name": {"bob"}, "token": {tokenOfBob}, "next": {next}}, nil)
		if got := header.Get("Location"); got != want {
			t.Errorf("next %q leads to %q", next, got)
		}
	}
}

// Texts of platforms and models stay texts.
func TestInjectedText(t *testing.T) {
	t.Parallel()
	const evil = "</p><script>alert(1)</script>\u202e<img src=x onerror=alert(1)>\" autofocus onfocus=\"alert(1)"
	f := newFixture(t, func(c *console.Config) { c.AuditFile = someCalls(t) })
	card := deletion
	card.Summary, card.About, card.Request, card.Cost, card.Doubts = evil, evil, evil, evil, []string{evil}
	card.Target, card.Along = []approval.Detail{{Name: evil, Value: evil}}, []approval.Detail{{Name: evil, Value: evil}}
	card.Changes = []approval.Change{{Field: evil, Old: evil, New: evil}}
	b := approval.Binding{Principal: evil, Tool: evil, Account: evil, Digest: "d"}
	ticket, err := f.desk.Put(b, policy.Verdict{Action: policy.Confirm, Level: policy.Console, Reason: evil}, card, caller.Caller{Principal: "local", ClientName: evil})
	if err != nil {
		t.Fatal(err)
	}
	who := f.signedIn()
	text := url.QueryEscape(evil)
	for _, path := range []string{"/", "/requests/" + ticket.ID, "/audit?tool=" + text + "&account=" + text, "/audit", "/catalogue?q=" + text} {
		status, body := who.get(path)
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		for _, bad := range []string{"<script>alert", "<img src=x", `" autofocus onfocus`} {
			if strings.Contains(body, bad) {
				t.Errorf("%s: the page contains %s", path, bad)
			}
		}
		if strings.HasPrefix(path, "/requests") && strings.Contains(body, "\u202e") {
			t.Errorf("%s: the page contains a character that reorders text", path)
		}
	}
}
