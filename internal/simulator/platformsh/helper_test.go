package platformsh_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/platformsh"
	"paasmcp/internal/simulator/simtest"
)

type doc = simtest.Doc

const api = "http://sim/platformsh"

// site is a simulator with a clock of its own and a user who is signed in.
type site struct {
	*simtest.Client
	sim   *simulator.Simulator
	clock *simulator.FakeClock
}

// newSite signs in for good, so that a test may let hours pass.
func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteWith(t, simulator.Options{TokenLifetime: 10000 * time.Hour})
}

func newSiteWith(t *testing.T, o simulator.Options) *site {
	t.Helper()
	s := &site{clock: simulator.NewFakeClock(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))}
	o.Clock = s.clock
	s.sim = simulator.New(o)
	s.Client = &simtest.Client{T: t, Base: api, HTTP: &http.Client{Transport: s.sim.Transport()}}
	s.login(platformsh.APIToken)
	return s
}

func (s *site) login(apiToken string) {
	s.T.Helper()
	s.SignIn(api+"/oauth2/token", "grant_type=api_token&api_token="+apiToken, "platform-api-user")
}

func (s *site) exchange(form, client string) (int, doc) {
	s.T.Helper()
	return s.Exchange(api+"/oauth2/token", form, client)
}

func (s *site) list(path string) []doc {
	s.T.Helper()
	status, v, _ := s.Do("GET "+path, "")
	if status != http.StatusOK {
		s.T.Fatalf("GET %s: %d %v", path, status, v)
	}
	return simtest.Docs(s.T, v)
}

// accept sends a change that must be accepted and returns its first activity and the entity.
func (s *site) accept(call, body string) (activity, entity doc) {
	s.T.Helper()
	d := s.Want(http.StatusAccepted, call, body)
	if d["code"] != 202.0 {
		s.T.Fatalf("%s: code %v", call, d["code"])
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
	s.T.Helper()
	a, _ := s.accept(call, body)
	s.clock.Advance(time.Hour)
	a = s.Get("/projects/" + a["project"].(string) + "/activities/" + a["id"].(string))
	if a["result"] != result || a["completion_percent"] != 100.0 {
		s.T.Fatalf("%s: ended as %v %v, want %s; log:\n%v", call, a["state"], a["result"], result, a["log"])
	}
	return a
}

// refuse sends a request that must be refused in the platform's error form, and returns the error.
func (s *site) refuse(status int, call, body string) doc {
	s.T.Helper()
	d := s.Want(status, call, body)
	for _, k := range []string{"status", "code", "title", "message", "detail"} {
		if _, ok := d[k]; !ok {
			s.T.Errorf("%s: the error has no %s: %v", call, k, d)
		}
	}
	if d["code"] != float64(status) {
		s.T.Errorf("%s: code %v in a %d", call, d["code"], status)
	}
	return d
}

var find = simtest.Find

func toJSON(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
