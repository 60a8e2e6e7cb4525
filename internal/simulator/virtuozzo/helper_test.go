package virtuozzo_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/simtest"
	"paasmcp/internal/simulator/virtuozzo"
)

type (
	doc  = map[string]any
	form = map[string]string
)

// site is a simulator with a clock of its own and a caller with a token.
type site struct {
	t      *testing.T
	sim    *simulator.Simulator
	clock  *simulator.FakeClock
	client *http.Client
	token  string
}

// newSite has a clock that stands, and work that is done when the call is.
func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteWith(t, simulator.Instant)
}

func newSiteWith(t *testing.T, speed float64) *site {
	t.Helper()
	clock := simulator.NewFakeClock(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	return siteOf(t, simulator.New(simulator.Options{Clock: clock, Speed: speed}), clock)
}

func siteOf(t *testing.T, sim *simulator.Simulator, clock *simulator.FakeClock) *site {
	return &site{t: t, sim: sim, clock: clock, client: &http.Client{Transport: sim.Transport()}, token: virtuozzo.APIToken}
}

// path is the URL of a call such as environment/control.startenv.
func path(call string) string {
	return "http://sim" + simulator.VirtuozzoPath + "/1.0/" + strings.Replace(call, ".", "/rest/", 1)
}

// send posts a call with the session in the body and returns status and body.
func (s *site) send(call string, fields form) (int, string) {
	s.t.Helper()
	values := url.Values{"session": {s.token}}
	for k, v := range fields {
		values.Set(k, v)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, path(call), strings.NewReader(values.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.receive(req)
}

func (s *site) receive(req *http.Request) (int, string) {
	s.t.Helper()
	resp, err := s.client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// call posts a call and returns the answer, whatever its result.
func (s *site) call(name string, fields form) doc {
	s.t.Helper()
	status, body := s.send(name, fields)
	var d doc
	if err := json.Unmarshal([]byte(body), &d); err != nil || status != http.StatusOK {
		s.t.Fatalf("%s: %d %v in %.300s", name, status, err, body)
	}
	if _, ok := d["result"].(float64); !ok {
		s.t.Fatalf("%s: no result in %.300s", name, body)
	}
	return d
}

// ok posts a call that must succeed outside and inside.
func (s *site) ok(name string, fields form) doc {
	s.t.Helper()
	d := s.call(name, fields)
	if code, text := failure(d); code != 0 {
		s.t.Fatalf("%s %v: result %d: %s", name, fields, code, text)
	}
	return d
}

// refused posts a call that must fail with a result, outside or inside, and returns the text.
func (s *site) refused(code int, name string, fields form) string {
	s.t.Helper()
	got, text := failure(s.call(name, fields))
	if got != code || text == "" {
		s.t.Errorf("%s %v: result %d %q, want %d with a text", name, fields, got, text, code)
	}
	return text
}

// failure looks at the outer result, the inner one and those of nodes.
func failure(d doc) (int, string) {
	parts := []any{d, d["response"]}
	list, _ := d["responses"].([]any)
	for _, p := range append(parts, list...) {
		one, _ := p.(doc)
		if code, _ := one["result"].(float64); code != 0 {
			text, _ := one["error"].(string)
			return int(code), text
		}
	}
	return 0, ""
}

// list posts a call and returns the list under key.
func (s *site) list(key, name string, fields form) []doc {
	s.t.Helper()
	return simtest.Docs(s.t, s.ok(name, fields)[key])
}

func (s *site) env(name string) virtuozzo.EnvironmentState {
	s.t.Helper()
	e, ok := s.sim.Virtuozzo().Environment(name)
	if !ok {
		s.t.Fatalf("there is no environment %s", name)
	}
	return e
}

var find = simtest.Find

// itoa writes an id of an answer the way a form wants it.
func itoa(id any) string { return strconv.Itoa(int(id.(float64))) }
