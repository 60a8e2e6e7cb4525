package acquia_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/acquia"
)

type doc = map[string]any

const api = "http://sim/acquia/api"

// site is a server with a clock of its own and a user who is signed in. Only mount_test.go goes through the whole simulator.
type site struct {
	t      *testing.T
	server *acquia.Server
	clock  *simulator.FakeClock
	client *http.Client
	token  string
	media  string // content type of bodies; JSON when empty
}

// newSite signs in for good and without a limit, so that a test may let hours pass and call often.
func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteWith(t, acquia.Options{TokenLifetime: 10000 * time.Hour, CallsPerMinute: -1})
}

func newSiteWith(t *testing.T, o acquia.Options) *site {
	t.Helper()
	s := &site{t: t, clock: simulator.NewFakeClock(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))}
	o.Now = s.clock.Now
	s.server = acquia.New(o)
	s.client = &http.Client{Transport: inProcess{s.server}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s.login(acquia.APIKey, acquia.APISecret)
	return s
}

// inProcess hands requests to a server as the simulator does: below a mount point.
type inProcess struct{ server *acquia.Server }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.Host = r.URL.Host
	in.URL.Path = strings.TrimPrefix(r.URL.Path, "/acquia")
	in.URL.RawPath = strings.TrimPrefix(r.URL.EscapedPath(), "/acquia")
	in.Header.Set("X-Forwarded-Prefix", "/acquia")
	w := httptest.NewRecorder()
	p.server.ServeHTTP(w, in)
	return w.Result(), nil
}

func (s *site) login(key, secret string) {
	s.t.Helper()
	status, answer := s.exchange(url.Values{"grant_type": {"client_credentials"}, "client_id": {key}, "client_secret": {secret}})
	if status != http.StatusOK {
		s.t.Fatalf("token: %d %v", status, answer)
	}
	s.token = answer["access_token"].(string)
}

func (s *site) exchange(form url.Values) (int, doc) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, api+"/auth/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
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

// do sends one request and returns status, decoded answer and header. The body is text; call is "METHOD /path".
func (s *site) do(call, body string) (int, any, http.Header) {
	s.t.Helper()
	method, path, _ := strings.Cut(call, " ")
	if !strings.HasPrefix(path, "http") {
		path = api + path
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, path, strings.NewReader(body))
	if err != nil {
		s.t.Fatalf("%s: %v", call, err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Accept", "application/hal+json, version=2")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
		if s.media != "" {
			req.Header.Set("Content-Type", s.media)
		}
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
	if strings.HasSuffix(resp.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(data, &v); err != nil {
			s.t.Fatalf("%s: %v in %s", call, err, data)
		}
		return resp.StatusCode, v, resp.Header
	}
	return resp.StatusCode, data, resp.Header
}

// want sends a request that must be answered with a status, and returns the object.
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
	var out []doc
	for _, v := range items(s.t, s.get(path)) {
		out = append(out, v.(doc))
	}
	return out
}

func items(t *testing.T, d doc) []any {
	t.Helper()
	embedded, _ := d["_embedded"].(doc)
	list, ok := embedded["items"].([]any)
	if !ok {
		t.Fatalf("no _embedded.items in %v", d)
	}
	return list
}

// accept sends a change that must be accepted and returns the id of its notification.
func (s *site) accept(call, body string) string {
	s.t.Helper()
	status, v, _ := s.do(call, body)
	d, _ := v.(doc)
	if status < 200 || status > 202 {
		s.t.Fatalf("%s %s: status %d: %v", call, body, status, v)
	}
	href, _ := path(d, "_links.notification.href").(string)
	id, ok := strings.CutPrefix(href, api+"/notifications/")
	if !ok {
		s.t.Fatalf("%s: no link to a notification in %v", call, d)
	}
	return id
}

// finish accepts a change and lets its work end, which must be with the status.
func (s *site) finish(status, call, body string) doc {
	s.t.Helper()
	id := s.accept(call, body)
	s.clock.Advance(time.Hour)
	n := s.get("/notifications/" + id)
	if n["status"] != status || n["progress"] != 100.0 {
		s.t.Fatalf("%s: ended as %v at %v, want %s: %v", call, n["status"], n["progress"], status, n["description"])
	}
	return n
}

// settle sends a change without notification and lets it happen.
func (s *site) settle(status int, call, body string) doc {
	s.t.Helper()
	d := s.want(status, call, body)
	s.clock.Advance(time.Hour)
	return d
}

// refuse sends a request that must be refused with a status and slug, and returns the message.
func (s *site) refuse(status int, slug, call, body string) any {
	s.t.Helper()
	d := s.want(status, call, body)
	if d["error"] != slug {
		s.t.Errorf("%s %s: error %v, want %s: %v", call, body, d["error"], slug, d["message"])
	}
	switch d["message"].(type) {
	case string, doc:
	default:
		s.t.Errorf("%s: the message is neither text nor object: %v", call, d)
	}
	return d["message"]
}

func path(d doc, p string) any {
	var v any = d
	for _, field := range strings.Split(p, ".") {
		inner, _ := v.(doc)
		v = inner[field]
	}
	return v
}

func find(list []doc, key string, value any) doc {
	for _, d := range list {
		if path(d, key) == value {
			return d
		}
	}
	return nil
}

func unzip(t *testing.T, data any) string {
	t.Helper()
	raw, _ := data.([]byte)
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("not gzip: %v", err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
