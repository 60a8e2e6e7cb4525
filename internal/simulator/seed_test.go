package simulator_test

import (
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/platformsh"
)

// TestSeed: a seed speaks as the owner of the account on every platform, what it starts is done when clients come, and what the
// platform refuses is an error that says so.
func TestSeed(t *testing.T) {
	t.Parallel()
	clock := simulator.NewSeedClock()
	s := simulator.New(simulator.Options{Clock: clock})
	began := time.Now()
	for _, seed := range []simulator.Seed{
		{Platform: "platformsh", Send: `POST /projects/` + platformsh.ProjectShop + `/environments/main/branch {"name":"seeded","title":"Seeded"}`},
		{Platform: "acquia", Send: `POST /environments/` + acquia.EnvStage + `/databases/portal/backups`},
		{Platform: "virtuozzo", Send: `POST /environment/control/rest/stopenv {"envName":"analytics"}`},
	} {
		if err := s.Seed(seed); err != nil {
			t.Errorf("%s: %v", seed.Platform, err)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("seeding took %s: it waits", took)
	}
	clock.Start()
	if late := time.Since(clock.Now()); late > time.Second {
		t.Errorf("the clock is %s late once it is started", late)
	}
	if err := s.Seed(simulator.Seed{Platform: "platformsh", Send: `PATCH /projects/` + platformsh.ProjectShop + `/environments/seeded {"title":"Later"}`}); err != nil {
		t.Errorf("the new environment: %v", err)
	}
	for want, seed := range map[string]simulator.Seed{
		"not simulated": {Platform: "heroku", Send: "GET /x"},
		"METHOD /path":  {Platform: "acquia", Send: "applications"},
		"HTTP 404":      {Platform: "acquia", Send: "GET /nothing"},
		"not a JSON":    {Platform: "virtuozzo", Send: "POST /x nonsense"},
		"HTTP 200":      {Platform: "virtuozzo", Send: `POST /environment/control/rest/stopenv {"envName":"none"}`},
		"HTTP 400":      {Platform: "platformsh", Send: `POST /projects/` + platformsh.ProjectShop + `/environments/main/branch {"nonsense":1}`},
	} {
		if err := s.Seed(seed); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; should say %q", seed, err, want)
		}
	}
}

func TestParseFault(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]simulator.Fault{
		"GET /platformsh/projects/* status=503 retry-after=30s times=2": {Kind: simulator.ErrorStatus, Method: "GET", Path: "/platformsh/projects/*", Status: 503, RetryAfter: 30 * time.Second, Times: 2},
		"/acquia/** delay=2s":          {Kind: simulator.Slow, Path: "/acquia/**", Delay: 2 * time.Second},
		"POST reset after-work skip=1": {Kind: simulator.Reset, Method: "POST", AfterWork: true, Skip: 1},
		"/x html status=502":           {Kind: simulator.HTMLPage, Path: "/x", Status: 502},
		"status=429 malformed /x":      {Kind: simulator.MalformedJSON, Path: "/x", Status: 429},
		"/x size=1000":                 {Kind: simulator.HugeBody, Path: "/x", Size: 1000},
	} {
		got, err := simulator.ParseFault(text)
		if err != nil || got.Kind != want.Kind || got.Method != want.Method || got.Path != want.Path || got.Status != want.Status || got.Delay != want.Delay ||
			got.RetryAfter != want.RetryAfter || got.Times != want.Times || got.Skip != want.Skip || got.AfterWork != want.AfterWork || got.Size != want.Size {
			t.Errorf("%q is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "/x", "/x status=200", "/x status=many", "/x explode", "/x delay=soon", "GET"} {
		if f, err := simulator.ParseFault(text); err == nil {
			t.Errorf("%q is %+v, want an error", text, f)
		}
	}
}
