package e2e_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	demo "paasmcp/internal/simulator/acquia"
	"paasmcp/schemas"
)

// canary stands in every secret that a workflow hands over. No byte that a server writes may contain it.
const canary = "c4n4ry"

// platform is what a workflow has to know of the platform it runs on.
type platform struct {
	name    schemas.Platform
	mount   string                       // where the simulator serves it
	account func(base string) []string   // variables of the server's environment
	signIn  string                       // path whose requests are not part of a workflow
	secrets []string                     // credentials and secret values of the demo data
	noise   []string                     // form fields that the client fills in by itself
	looks   func(simulator.Request) bool // whether a request only looks
	// production are the environments that the demo data makes production, by the ids that calls name them by.
	production []string
}

var platformsh = platform{
	name:  schemas.Platformsh,
	mount: simulator.PlatformshPath,
	account: func(base string) []string {
		return []string{
			"PLATFORMSH_CLI_TOKEN=" + simulator.PlatformshToken,
			"PLATFORMSH_API_URL=" + base,
			"PLATFORMSH_TOKEN_URL=" + base + "/oauth2/token",
		}
	},
	signIn: "/oauth2/token",
	secrets: []string{
		simulator.PlatformshToken, "sk_live_simulated_4242", "smtp://mail.example.com:25", "simulated-session-secret", "ghp_simulated",
	},
	looks:      func(r simulator.Request) bool { return r.Method == http.MethodGet },
	production: []string{"main", "production"},
}

var acquia = platform{
	name:  schemas.Acquia,
	mount: simulator.AcquiaPath + "/api",
	account: func(base string) []string {
		return []string{
			"ACLI_KEY=" + simulator.AcquiaKey,
			"ACLI_SECRET=" + simulator.AcquiaSecret,
			"ACQUIA_API_URL=" + base,
			"ACQUIA_TOKEN_URL=" + base + "/auth/oauth/token",
		}
	},
	signIn:     "/auth/oauth/token",
	secrets:    []string{simulator.AcquiaSecret, "demo-payment-key", "demo-forwarding-token", "demo-newrelic-license"},
	looks:      func(r simulator.Request) bool { return r.Method == http.MethodGet },
	production: []string{demo.EnvProd},
}

var virtuozzo = platform{
	name:  schemas.Virtuozzo,
	mount: simulator.VirtuozzoPath + "/1.0",
	account: func(base string) []string {
		return []string{"VIRTUOZZO_TOKEN=" + simulator.VirtuozzoToken, "VIRTUOZZO_API_URL=" + base, "VIRTUOZZO_PRODUCTION=shop"}
	},
	secrets: []string{
		simulator.VirtuozzoToken, "shop-api-key", "shop-db-password", "repo-password", "seeded private key", "addon-secret", "demo-virtuozzo-readonly-token",
	},
	noise:      []string{"session", "appid"},
	production: []string{"shop"},
	looks: func(r simulator.Request) bool {
		_, method, _ := strings.Cut(r.Path, "/rest/")
		return strings.HasPrefix(method, "get") || strings.HasPrefix(method, "check") || strings.HasPrefix(method, "read") || strings.HasPrefix(method, "search")
	},
}

// upstream is a simulated platform on loopback.
type upstream struct {
	platform
	sim *simulator.Simulator
	url string // of the platform's API

	hold func(*http.Request) // called before a request is served, where a test wants to keep it waiting
	pace time.Duration       // of the server's waits; when zero so slow that only what is done at the first look is ever seen as done

	mu     sync.Mutex
	tokens map[string]bool // what was handed over as authorization
}

func newUpstream(t *testing.T, p platform, o simulator.Options) *upstream {
	t.Helper()
	o.Speed = cmp.Or(o.Speed, simulator.Instant)
	up := &upstream{platform: p, sim: simulator.New(o), tokens: map[string]bool{}}
	handler := up.sim.Handler()
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		up.overhear(r)
		if up.hold != nil {
			up.hold(r)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(listener.Close)
	up.url = listener.URL + p.mount
	return up
}

// overhear notes the credentials of a request, which the simulator's recorder does not keep.
func (up *upstream) overhear(r *http.Request) {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	up.mu.Lock()
	defer up.mu.Unlock()
	if token != "" {
		up.tokens[token] = true
	}
}

// neverShown lists what no byte of a server may contain.
func (up *upstream) neverShown() []string {
	up.mu.Lock()
	defer up.mu.Unlock()
	return append(slices.Collect(maps.Keys(up.tokens)), append(up.secrets, canary)...)
}

// requests returns what reached the platform since the mark, sign-in left out, and the next mark.
func (up *upstream) requests(mark int) ([]simulator.Request, int) {
	all := up.sim.Requests()
	var list []simulator.Request
	for _, r := range all[min(mark, len(all)):] {
		if r.Path != up.mount+up.signIn {
			list = append(list, r)
		}
	}
	return list, len(all)
}

func (up *upstream) mark() int { _, mark := up.requests(0); return mark }

// wire writes requests as workflows spell them: METHOD path?query {body}, the body with sorted keys.
func (up *upstream) wire(t *testing.T, requests []simulator.Request) []string {
	t.Helper()
	lines := []string{}
	for _, r := range requests {
		line := r.Method + " " + strings.TrimPrefix(r.Path, up.mount)
		if len(r.Query) > 0 {
			query, err := url.QueryUnescape(r.Query.Encode())
			if err != nil {
				t.Fatal(err)
			}
			line += "?" + query
		}
		if r.Body != "" {
			line += " " + up.body(t, r)
		}
		lines = append(lines, line)
	}
	return lines
}

func (up *upstream) body(t *testing.T, r simulator.Request) string {
	t.Helper()
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return canonical(t, r.Body)
	}
	form, err := url.ParseQuery(r.Body)
	if err != nil {
		t.Fatalf("%s: %v", r.Path, err)
	}
	fields := map[string]any{}
	for name, values := range form {
		if slices.Contains(up.noise, name) {
			continue
		}
		var value any
		if v := values[0]; v == "" || v[0] != '{' && v[0] != '[' || json.Unmarshal([]byte(v), &value) != nil {
			value = v
		}
		fields[name] = value
	}
	return compact(t, fields)
}

// canonical sorts the keys of a JSON text.
func canonical(t *testing.T, text string) string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("not JSON: %s", text)
	}
	return compact(t, v)
}

func compact(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// now is the time of simulators whose clock a test moves.
var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
