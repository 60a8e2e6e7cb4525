package acquia_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/simtest"
)

func TestBelowTheSimulator(t *testing.T) {
	t.Parallel()
	clock := simulator.NewFakeClock(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	sim := simulator.New(simulator.Options{Clock: clock, Speed: simulator.Instant, TokenLifetime: 2 * time.Hour, AcquiaRate: 6})
	client := &simtest.Client{T: t, Base: api, HTTP: &http.Client{Transport: sim.Transport()}}
	s := &site{Client: client, server: sim.Acquia(), clock: clock}
	s.login(simulator.AcquiaKey, simulator.AcquiaSecret)
	if self := path(s.Get("/account"), "_links.self.href"); self != "http://sim"+simulator.AcquiaPath+"/api/account" {
		t.Errorf("self is %v", self)
	}
	s.finish("completed", "POST "+dev+"/code/actions/switch", `{"branch":"main"}`)
	if got := s.env(acquia.EnvDev).Code; got != "main" {
		t.Errorf("dev runs %s", got)
	}

	if all := fmt.Sprint(sim.Requests()); strings.Contains(all, simulator.AcquiaSecret) || strings.Contains(all, url.QueryEscape(simulator.AcquiaSecret)) {
		t.Error("the secret was recorded")
	}
	sim.Inject(simulator.Fault{Kind: simulator.ErrorStatus, Status: 503, Path: simulator.AcquiaPath + "/api/account"})
	if status, _, _ := s.Do("GET /account", ""); status != 503 {
		t.Errorf("status %d, want the injected 503", status)
	}
	for range 5 { // the sixth of the last minute was the look at the notification
		s.Get("/account")
	}
	s.Want(429, "GET /account", "")
}
