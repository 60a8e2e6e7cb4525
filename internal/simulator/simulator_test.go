package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/platformsh"
)

const shop = "/platformsh/projects/" + platformsh.ProjectShop

type client struct {
	t     *testing.T
	http  *http.Client
	base  string
	token string
}

func (c *client) send(method, path, body string) (*http.Response, error) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	return c.http.Do(req)
}

// status sends a request, reads the whole answer and returns the status.
func (c *client) status(method, path string) int {
	c.t.Helper()
	resp, err := c.send(method, path, "")
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode
}

// exchange gets an access token and returns the status.
func (c *client) exchange() int {
	c.t.Helper()
	form := url.Values{"grant_type": {"api_token"}, "api_token": {simulator.PlatformshToken}}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.base+"/platformsh/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("platform-api-user", "")
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		c.t.Fatal(err)
	}
	c.token = answer.Token
	return resp.StatusCode
}

// started is a simulator behind a real socket.
func started(t *testing.T, o simulator.Options) (*simulator.Simulator, *client) {
	t.Helper()
	sim := simulator.New(o)
	base, err := sim.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c := &client{t: t, http: &http.Client{Transport: transport}, base: base}
	c.exchange()
	return sim, c
}

// inProcess is a simulator without a socket.
func inProcess(t *testing.T, o simulator.Options) (*simulator.Simulator, *client) {
	t.Helper()
	sim := simulator.New(o)
	c := &client{t: t, http: &http.Client{Transport: sim.Transport()}, base: "http://sim"}
	c.exchange()
	return sim, c
}

func TestStartListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sim := simulator.New(simulator.Options{})
	base, err := sim.Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(base, "http://127.0.0.1:") {
		t.Errorf("base %s", base)
	}
	if _, err := sim.Start(ctx); err == nil {
		t.Error("a second start worked")
	}
	if err := sim.Close(); err != nil {
		t.Error(err)
	}
	if err := sim.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	c := &client{t: t, http: &http.Client{}, base: base}
	if _, err := c.send("GET", "/", ""); err == nil {
		t.Error("it still listens after Close")
	}
	if _, err := sim.Start(ctx); err != nil {
		t.Errorf("start after close: %v", err)
	}
	if err := sim.Close(); err != nil {
		t.Error(err)
	}
}

func TestUnknownPlatform(t *testing.T) {
	t.Parallel()
	_, c := inProcess(t, simulator.Options{})
	for _, path := range []string{"/", "/nowhere/projects", "/platformshx"} {
		if got := c.status("GET", path); got != 404 {
			t.Errorf("%s: %d", path, got)
		}
	}
}

// Both ways to the simulator must misbehave alike.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T, simulator.Options) (*simulator.Simulator, *client){"socket": started, "in process": inProcess} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, c := start(t, simulator.Options{})
			sim.Inject(simulator.Fault{Kind: simulator.ErrorStatus, Status: 429, RetryAfter: 1500 * time.Millisecond, Method: "GET", Path: "/platformsh/projects/*", Skip: 1, Times: 2})
			var got []int
			for range 4 {
				got = append(got, c.status("GET", shop))
			}
			if got[0] != 200 || got[1] != 429 || got[2] != 429 || got[3] != 200 {
				t.Errorf("429 on the second and third of four: %v", got)
			}
			if c.status("GET", shop+"/environments") != 200 {
				t.Error("a fault hit another path")
			}

			sim.Inject(simulator.Fault{Kind: simulator.ErrorStatus, Status: 429, RetryAfter: 1500 * time.Millisecond})
			resp, err := c.send("GET", shop, "")
			if err != nil || resp.Header.Get("Retry-After") != "2" {
				t.Fatalf("%v %v", resp, err)
			}
			_ = resp.Body.Close()

			sim.Inject(simulator.Fault{Kind: simulator.ErrorStatus, Status: 401, Header: map[string]string{"WWW-Authenticate": `Bearer error="insufficient_user_authentication"`}})
			resp, err = c.send("GET", shop, "")
			if err != nil || resp.StatusCode != 401 || !strings.Contains(resp.Header.Get("WWW-Authenticate"), "insufficient") {
				t.Fatalf("%v %v", resp, err)
			}
			_ = resp.Body.Close()

			sim.Inject(simulator.Fault{Kind: simulator.Reset, Method: "GET", Times: 5})
			if _, err := c.send("GET", shop, ""); !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("reset: %v", err)
			}
			sim.ClearFaults()

			sim.Inject(simulator.Fault{Kind: simulator.Truncated})
			resp, err = c.send("GET", shop, "")
			if err != nil {
				t.Fatal(err)
			}
			if data, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) || len(data) == 0 {
				t.Errorf("truncated: %d bytes, %v", len(data), err)
			}
			_ = resp.Body.Close()

			for _, f := range []struct {
				fault     simulator.Fault
				status    int
				mediaType string
			}{
				{simulator.Fault{Kind: simulator.HTMLPage}, 502, "text/html; charset=utf-8"},
				{simulator.Fault{Kind: simulator.HTMLPage, Status: 200}, 200, "text/html; charset=utf-8"},
				{simulator.Fault{Kind: simulator.MalformedJSON}, 200, "application/json"},
				{simulator.Fault{Kind: simulator.ErrorStatus}, 500, "application/json"}, // of /projects; see TestErrorStatusHasTheFormOfThePlatform
			} {
				sim.Inject(f.fault)
				resp, err := c.send("GET", shop, "")
				if err != nil {
					t.Fatal(err)
				}
				data, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil || resp.StatusCode != f.status || resp.Header.Get("Content-Type") != f.mediaType {
					t.Errorf("%+v: %d %s %v", f.fault, resp.StatusCode, resp.Header.Get("Content-Type"), err)
				}
				if json.Valid(data) != (f.fault.Kind == simulator.ErrorStatus) {
					t.Errorf("%+v: body %q", f.fault, data)
				}
			}

			sim.Inject(simulator.Fault{Kind: simulator.HugeBody, Size: 1 << 20})
			resp, err = c.send("GET", shop, "")
			if err != nil {
				t.Fatal(err)
			}
			if data, err := io.ReadAll(resp.Body); err != nil || len(data) < 1<<20 || !json.Valid(data) {
				t.Errorf("huge: %d bytes, %v", len(data), err)
			}
			_ = resp.Body.Close()
		})
	}
}

func TestAfterWorkDoesTheWork(t *testing.T) {
	t.Parallel()
	sim, c := inProcess(t, simulator.Options{Speed: simulator.Instant})
	count := func() int {
		e, _ := sim.Platformsh().Environment(platformsh.ProjectShop, "staging")
		return len(e.Backups)
	}
	before := count()
	sim.Inject(simulator.Fault{Kind: simulator.Reset, Method: "POST"}, simulator.Fault{Kind: simulator.Reset, Method: "POST", AfterWork: true})
	for i, want := range []int{before, before + 1} {
		if _, err := c.send("POST", shop+"/environments/staging/backup", ""); err == nil {
			t.Fatal("the connection was not cut")
		}
		if got := count(); got != want {
			t.Errorf("after reset %d: %d backups, want %d", i, got, want)
		}
	}
}

func TestFaultsOfOptionsHitTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	sim := simulator.New(simulator.Options{Faults: []simulator.Fault{{Kind: simulator.ErrorStatus, Status: 503, Path: "/platformsh/oauth2/**", Times: 2}}})
	c := &client{t: t, http: &http.Client{Transport: sim.Transport()}, base: "http://sim"}
	for _, want := range []int{503, 503, 200} {
		if got := c.exchange(); got != want {
			t.Errorf("token: %d, want %d", got, want)
		}
	}
}

func TestRecorderKeepsNoCredentials(t *testing.T) {
	t.Parallel()
	sim, c := inProcess(t, simulator.Options{KeepRequests: 3})
	if _, err := c.send("PATCH", shop+"/environments/feature%2Fsearch?x=1&x=2", `{"title":"T"}`); err != nil {
		t.Fatal(err)
	}
	list := sim.Requests()
	if len(list) != 2 {
		t.Fatalf("%d requests", len(list))
	}
	if token := list[0]; token.Body != "" || token.Auth != "Basic" || token.Path != "/platformsh/oauth2/token" {
		t.Errorf("token request %+v", token)
	}
	got := list[1]
	if got.Method != "PATCH" || got.Path != shop+"/environments/feature%2Fsearch" || len(got.Query["x"]) != 2 || got.Body != `{"title":"T"}` || got.Auth != "Bearer" {
		t.Errorf("request %+v", got)
	}
	all, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(all); strings.Contains(s, c.token) || strings.Contains(s, simulator.PlatformshToken) {
		t.Error("a credential was recorded")
	}
	for range 20 {
		c.status("GET", shop)
	}
	if n := len(sim.Requests()); n != 3 {
		t.Errorf("%d requests kept, want 3", n)
	}
	sim.ForgetRequests()
	if n := len(sim.Requests()); n != 0 {
		t.Errorf("%d requests after forgetting", n)
	}
}

// In a bubble the real clock is the bubble's: waits cost nothing and activities, tokens and slow answers follow it.
func TestInsideABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim, c := inProcess(t, simulator.Options{})
		if _, err := c.send("POST", shop+"/environments/staging/backup", ""); err != nil {
			t.Fatal(err)
		}
		state := func() int {
			e, _ := sim.Platformsh().Environment(platformsh.ProjectShop, "staging")
			return len(e.Backups)
		}
		before := state()
		time.Sleep(10 * time.Second)
		if state() != before+1 {
			t.Error("the backup did not follow the clock of the bubble")
		}
		sim.Inject(simulator.Fault{Kind: simulator.Slow, Delay: time.Minute, Times: 2})
		start := time.Now()
		if got := c.status("GET", shop); got != 200 || time.Since(start) != time.Minute {
			t.Errorf("slow answer: %d after %v", got, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+shop, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.http.Do(req); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("impatient client: %v", err)
		}
		time.Sleep(900 * time.Second)
		if got := c.status("GET", shop); got != 401 {
			t.Errorf("after 15 minutes: %d, want 401", got)
		}
	})
}

// TestErrorStatusHasTheFormOfThePlatform: a client that only understands the errors of one platform must be found out.
func TestErrorStatusHasTheFormOfThePlatform(t *testing.T) {
	t.Parallel()
	sim := simulator.New(simulator.Options{})
	client := &http.Client{Transport: sim.Transport()}
	for _, c := range []struct {
		path        string
		status      int
		contentType string
		has         []string
	}{
		{simulator.PlatformshPath + "/projects/p", 503, "application/json", []string{`"code":503`, `"title":"Service Unavailable"`, `"detail":{}`}},
		{simulator.PlatformshPath + "/organizations", 503, "application/problem+json", []string{`"code":503`}},
		{simulator.PlatformshPath + "/oauth2/token", 503, "application/json", []string{`"error":"temporarily_unavailable"`}},
		{simulator.AcquiaPath + "/api/account", 500, "application/hal+json", []string{`"error":"system"`, `"message":"Injected fault`}},
		{simulator.AcquiaPath + "/api/account", 429, "application/hal+json", []string{`"error":"too_many_requests"`}},
		{simulator.AcquiaPath + "/api/auth/oauth/token", 401, "application/json", []string{`"error":"invalid_client"`}},
		{simulator.VirtuozzoPath + "/1.0/environment/control/rest/getenvs", 502, "text/html", []string{"<h1>502 Bad Gateway</h1>"}},
	} {
		sim.Inject(simulator.Fault{Kind: simulator.ErrorStatus, Status: c.status, Header: map[string]string{"X-Test": "yes", "WWW-Authenticate": "ours"}})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sim"+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != c.status || !strings.HasPrefix(resp.Header.Get("Content-Type"), c.contentType) {
			t.Errorf("%s: %d %s (%v)", c.path, resp.StatusCode, resp.Header.Get("Content-Type"), err)
		}
		for _, part := range c.has {
			if !strings.Contains(string(body), part) {
				t.Errorf("%s: no %s in %s", c.path, part, body)
			}
		}
		if resp.Header.Get("X-Test") != "yes" || resp.Header.Get("WWW-Authenticate") != "ours" {
			t.Errorf("%s: the fault's own headers are not sent: %v", c.path, resp.Header)
		}
	}
}
