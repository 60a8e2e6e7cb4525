package platformsh_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/platformsh"
)

type doc = map[string]any

// site is a simulator with a clock of its own and a user who is signed in.
type site struct {
	t      *testing.T
	sim    *simulator.Simulator
	clock  *simulator.FakeClock
	client *http.Client
	token  string
	media  string // content type of bodies; JSON when empty
}

// newSite signs in for good, so that a test may let hours pass.
func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteWith(t, simulator.Options{TokenLifetime: 10000 * time.Hour})
}

func newSiteWith(t *testing.T, o simulator.Options) *site {
	t.Helper()
	s := &site{t: t, clock: simulator.NewFakeClock(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))}
	o.Clock = s.clock
	s.sim = simulator.New(o)
	s.client = &http.Client{Transport: s.sim.Transport()}
	s.login(platformsh.APIToken)
	return s
}

func (s *site) login(apiToken string) {
	s.t.Helper()
	status, answer := s.exchange("grant_type=api_token&api_token="+apiToken, "platform-api-user")
	if status != http.StatusOK {
		s.t.Fatalf("token: %d %v", status, answer)
	}
	s.token = answer["access_token"].(string)
}

func (s *site) exchange(form, client string) (int, doc) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://sim/platformsh/oauth2/token", strings.NewReader(form))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(client, "")
	resp, err := s.client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer doc
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, answer
}

// do sends one request and returns status, decoded answer and header. The body is JSON text; call is "METHOD /path".
func (s *site) do(call, body string) (int, any, http.Header) {
	s.t.Helper()
	method, path, _ := strings.Cut(call, " ")
	if !strings.HasPrefix(path, "http") {
		path = "http://sim/platformsh" + path
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, path, strings.NewReader(body))
	if err != nil {
		s.t.Fatalf("%s: %v", call, err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	if body != "" {
		req.Header.Set("Content-Type", cmp.Or(s.media, "application/json"))
	}
	resp, err := s.client.Do(req)
	if err != nil {
		s.t.Fatalf("%s: %v", call, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatalf("%s: %v", call, err)
	}
	var v any
	if ct := resp.Header.Get("Content-Type"); strings.HasSuffix(ct, "json") && !strings.Contains(ct, "ndjson") {
		if err := json.Unmarshal(data, &v); err != nil {
			s.t.Fatalf("%s: %v in %s", call, err, data)
		}
	} else {
		v = string(data)
	}
	return resp.StatusCode, v, resp.Header
}

// want sends a request that must succeed with a status and returns the object.
func (s *site) want(status int, call, body string) doc {
	s.t.Helper()
	got, v, _ := s.do(call, body)
	if got != status {
		s.t.Fatalf("%s %s: status %d, want %d: %v", call, body, got, status, v)
	}
	d, _ := v.(doc)
	return d
}

func (s *site) get(path string) doc { s.t.Helper(); return s.want(http.StatusOK, "GET "+path, "") }

func (s *site) list(path string) []doc {
	s.t.Helper()
	status, v, _ := s.do("GET "+path, "")
	items, ok := v.([]any)
	if status != http.StatusOK || !ok {
		s.t.Fatalf("GET %s: %d %v", path, status, v)
	}
	out := make([]doc, 0, len(items))
	for _, i := range items {
		out = append(out, i.(doc))
	}
	return out
}

// accept sends a change that must be accepted and returns its first activity and the entity.
func (s *site) accept(call, body string) (activity, entity doc) {
	s.t.Helper()
	d := s.want(http.StatusAccepted, call, body)
	if d["code"] != 202.0 {
		s.t.Fatalf("%s: code %v", call, d["code"])
	}
	embedded := d["_embedded"].(doc)
	if list := embedded["activities"].([]any); len(list) > 0 {
		activity = list[0].(doc)
	}
	entity, _ = embedded["entity"].(doc)
	return activity, entity
}

// finish accepts a change and lets its activity end, which must be with the result.
func (s *site) finish(result, call, body string) doc {
	s.t.Helper()
	a, _ := s.accept(call, body)
	s.clock.Advance(time.Hour)
	a = s.get("/projects/" + a["project"].(string) + "/activities/" + a["id"].(string))
	if a["result"] != result || a["completion_percent"] != 100.0 {
		s.t.Fatalf("%s: ended as %v %v, want %s; log:\n%v", call, a["state"], a["result"], result, a["log"])
	}
	return a
}

// refuse sends a request that must be refused in the platform's error form, and returns the error.
func (s *site) refuse(status int, call, body string) doc {
	s.t.Helper()
	d := s.want(status, call, body)
	for _, k := range []string{"status", "code", "title", "message", "detail"} {
		if _, ok := d[k]; !ok {
			s.t.Errorf("%s: the error has no %s: %v", call, k, d)
		}
	}
	if d["code"] != float64(status) {
		s.t.Errorf("%s: code %v in a %d", call, d["code"], status)
	}
	return d
}

func find(list []doc, key string, value any) doc {
	for _, d := range list {
		if d[key] == value {
			return d
		}
	}
	return nil
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
