package acquia_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/simtest"
)

type doc = simtest.Doc

const api = "http://sim/acquia/api"

// site is a server with a clock of its own and a user who is signed in. Only mount_test.go goes through the whole simulator.
type site struct {
	*simtest.Client
	server *acquia.Server
	clock  *simulator.FakeClock
}

// newSite signs in for good and without a limit, so that a test may let hours pass and call often.
func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteWith(t, acquia.Options{TokenLifetime: 10000 * time.Hour, CallsPerMinute: -1})
}

func newSiteWith(t *testing.T, o acquia.Options) *site {
	t.Helper()
	s := &site{clock: simulator.NewFakeClock(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))}
	o.Now = s.clock.Now
	s.server = acquia.New(o)
	s.Client = &simtest.Client{T: t, Base: api, HTTP: &http.Client{
		Transport: inProcess{s.server}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
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
	s.T.Helper()
	s.SignIn(api+"/auth/oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {key}, "client_secret": {secret}}.Encode(), "")
}

func (s *site) exchange(form url.Values) (int, doc) {
	s.T.Helper()
	return s.Exchange(api+"/auth/oauth/token", form.Encode(), "")
}

func (s *site) list(path string) []doc {
	s.T.Helper()
	return simtest.Docs(s.T, items(s.T, s.Get(path)))
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
	s.T.Helper()
	status, v, _ := s.Do(call, body)
	d, _ := v.(doc)
	if status < 200 || status > 202 {
		s.T.Fatalf("%s %s: status %d: %v", call, body, status, v)
	}
	href, _ := path(d, "_links.notification.href").(string)
	id, ok := strings.CutPrefix(href, api+"/notifications/")
	if !ok {
		s.T.Fatalf("%s: no link to a notification in %v", call, d)
	}
	return id
}

// finish accepts a change and lets its work end, which must be with the status.
func (s *site) finish(status, call, body string) doc {
	s.T.Helper()
	id := s.accept(call, body)
	s.clock.Advance(time.Hour)
	n := s.Get("/notifications/" + id)
	if n["status"] != status || n["progress"] != 100.0 {
		s.T.Fatalf("%s: ended as %v at %v, want %s: %v", call, n["status"], n["progress"], status, n["description"])
	}
	return n
}

// settle sends a change without notification and lets it happen.
func (s *site) settle(status int, call, body string) doc {
	s.T.Helper()
	d := s.Want(status, call, body)
	s.clock.Advance(time.Hour)
	return d
}

// refuse sends a request that must be refused with a status and slug, and returns the message.
func (s *site) refuse(status int, slug, call, body string) any {
	s.T.Helper()
	d := s.Want(status, call, body)
	if d["error"] != slug {
		s.T.Errorf("%s %s: error %v, want %s: %v", call, body, d["error"], slug, d["message"])
	}
	switch d["message"].(type) {
	case string, doc:
	default:
		s.T.Errorf("%s: the message is neither text nor object: %v", call, d)
	}
	return d["message"]
}

var path, find = simtest.Path, simtest.Find

func unzip(t *testing.T, data any) string {
	t.Helper()
	raw, _ := data.(string)
	r, err := gzip.NewReader(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("not gzip: %v", err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
