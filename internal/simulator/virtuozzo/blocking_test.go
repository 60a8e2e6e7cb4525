package virtuozzo_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/virtuozzo"
)

const (
	newEnv   = `{"shortdomain":"shop-green","engine":"php8.2","region":"default_hn_group"}`
	newNodes = `[{"nodeType":"nginxphp","count":2,"flexibleCloudlets":8},{"nodeType":"mysql5","nodeGroup":"sqldb"}]`
)

// inBubble runs a test on the clock of a bubble, where waits cost nothing.
func inBubble(t *testing.T, speed float64, test func(*testing.T, *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(t, siteOf(t, simulator.New(simulator.Options{Speed: speed}), nil))
	})
}

// inBackground starts a call and returns a channel with its answer.
func inBackground(s *site, name string, in form) chan doc {
	done := make(chan doc, 1)
	go func() { done <- s.call(name, in) }()
	synctest.Wait()
	return done
}

func TestCreationBlocksAndIsVisible(t *testing.T) {
	t.Parallel()
	inBubble(t, 1, func(t *testing.T, s *site) {
		start := time.Now()
		done := inBackground(s, "environment/control.createenvironment", form{"env": newEnv, "nodes": newNodes, "actionkey": "green-1"})
		time.Sleep(80 * time.Second)
		if e := s.env("shop-green"); e.Status != 6 || len(e.Nodes) != 0 {
			t.Errorf("while it is created: %+v", e)
		}
		running := s.list("array", "environment/tracking.getcurrentactions", nil)
		if len(running) != 1 || running[0]["actionkey"] != "green-1" || running[0]["state"] != "RUNNING" || running[0]["envName"] != "shop-green" {
			t.Fatalf("running: %v", running)
		}
		if text := s.refused(99, "environment/control.stopenv", form{"envName": "shop-green"}); !strings.Contains(text, "busy") {
			t.Error(text)
		}
		answer := <-done
		if took := time.Since(start); took != 90*time.Second {
			t.Errorf("it took %v", took)
		}
		inner := answer["response"].(doc)
		if answer["result"] != 0.0 || inner["result"] != 0.0 || inner["env"].(doc)["status"] != 1.0 || len(inner["nodes"].([]any)) != 3 {
			t.Errorf("answer %v", answer)
		}
		if left := s.ok("environment/tracking.getcurrentactions", nil)["array"].([]any); len(left) != 0 {
			t.Errorf("still running: %v", left)
		}
		row := s.ok("environment/tracking.getaction", form{"id": itoa(running[0]["id"])})["object"].(doc)
		if row["state"] != "COMPLETED" || row["resultCode"] != 0.0 || row["endDate"] == nil {
			t.Errorf("row %v", row)
		}
	})
}

func TestSpeed(t *testing.T) {
	t.Parallel()
	for speed, want := range map[float64]time.Duration{1: 20 * time.Second, 10: 2 * time.Second, simulator.Instant: 0} {
		inBubble(t, speed, func(t *testing.T, s *site) {
			start := time.Now()
			s.ok("environment/control.startenv", form{"envName": virtuozzo.EnvStaging})
			if got := time.Since(start); got != want {
				t.Errorf("speed %v: %v, want %v", speed, got, want)
			}
		})
	}
}

// The case of the gateway time-out and of the impatient client: the work goes on.
func TestWorkOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	inBubble(t, 1, func(t *testing.T, s *site) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		body := url.Values{"session": {s.token}, "srcEnvName": {"shop"}, "dstEnvName": {"shop-copy"}}.Encode()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, path("environment/control.cloneenv"), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if _, err := s.client.Do(req); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("impatient client: %v", err)
		}
		if got := s.env("shop-copy").Status; got != 7 {
			t.Errorf("status %d, want 7 cloning", got)
		}
		time.Sleep(2 * time.Minute)
		if got := s.env("shop-copy"); got.Status != 1 || len(got.Nodes) != 3 || got.Nodes[0].Vars["APP_ENV"] != "prod" {
			t.Errorf("after the time of a clone: %+v", got)
		}

		s.sim.Virtuozzo().SetGatewayTimeout(10 * time.Second)
		start := time.Now()
		status, page := s.send("environment/control.startenv", form{"envName": virtuozzo.EnvStaging})
		if status != http.StatusGatewayTimeout || !strings.Contains(page, "<html>") || time.Since(start) != 10*time.Second {
			t.Errorf("%d after %v: %s", status, time.Since(start), page)
		}
		if got := s.sim.Virtuozzo().Running(); len(got) != 1 || got[0] != "environment.control.startenv" {
			t.Errorf("running %v", got)
		}
		time.Sleep(10 * time.Second)
		if got := s.env(virtuozzo.EnvStaging).Status; got != 1 {
			t.Errorf("status %d, want 1", got)
		}
	})
}

func TestFakeClockWakesBlockedCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSiteWith(t, 1)
		done := inBackground(s, "environment/control.stopenv", form{"envName": "shop"})
		for range 2 {
			s.clock.Advance(7 * time.Second)
			synctest.Wait()
			if len(done) != 0 || s.env("shop").Status != 13 {
				t.Fatalf("it ended early, or status %d", s.env("shop").Status)
			}
		}
		s.clock.Advance(time.Second)
		<-done
		if got := s.env("shop").Status; got != 2 {
			t.Errorf("status %d, want 2", got)
		}
	})
}

// A session must not die of idleness in the middle of its own long call.
func TestBlockingKeepsTheSession(t *testing.T) {
	t.Parallel()
	inBubble(t, 0.05, func(t *testing.T, s *site) { // a clone of 40 minutes
		signedIn(s)
		s.ok("environment/control.cloneenv", form{"srcEnvName": "shop", "dstEnvName": "shop-copy"})
		s.ok("environment/control.getenvs", nil)
	})
}

func TestSequentialRestartsTakeLonger(t *testing.T) {
	t.Parallel()
	inBubble(t, 1, func(t *testing.T, s *site) {
		for in, want := range map[string]time.Duration{"false": 10 * time.Second, "true": 50 * time.Second} {
			start := time.Now()
			s.call("environment/control.restartnodes", form{"envName": "analytics", "nodeGroup": "cp", "isSequential": in, "delay": "30"})
			if got := time.Since(start); got != want {
				t.Errorf("isSequential %s: %v, want %v", in, got, want)
			}
		}
	})
}
