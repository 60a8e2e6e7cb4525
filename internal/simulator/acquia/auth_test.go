package acquia_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator/acquia"
)

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, c := range map[string]struct {
		form url.Values
		want string
	}{
		"unknown key":  {url.Values{"grant_type": {"client_credentials"}, "client_id": {"nobody"}, "client_secret": {acquia.APISecret}}, "invalid_client"},
		"wrong secret": {url.Values{"grant_type": {"client_credentials"}, "client_id": {acquia.APIKey}, "client_secret": {"x"}}, "invalid_client"},
		"other grant":  {url.Values{"grant_type": {"password"}, "client_id": {acquia.APIKey}, "client_secret": {acquia.APISecret}}, "unsupported_grant_type"},
		"no grant":     {url.Values{}, "unsupported_grant_type"},
	} {
		status, answer := s.exchange(c.form)
		if status != http.StatusBadRequest || answer["error"] != c.want {
			t.Errorf("%s: %d %v, want %s", name, status, answer, c.want)
		}
	}
	if n := s.server.TokensIssued(); n != 1 {
		t.Errorf("%d tokens issued, want the one of the sign-in", n)
	}
}

func TestTokensLiveFiveMinutes(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, acquia.Options{})
	status, answer := s.exchange(url.Values{"grant_type": {"client_credentials"}, "client_id": {acquia.APIKey}, "client_secret": {acquia.APISecret},
		"scope": {"organization:" + acquia.Organization}})
	if status != 200 || answer["expires_in"] != 300.0 || answer["refresh_token"] != nil || answer["token_type"] != "Bearer" {
		t.Fatalf("%d %v", status, answer)
	}
	if got := s.server.Scopes(); len(got) != 2 || got[0] != "" || got[1] != "organization:"+acquia.Organization {
		t.Errorf("scopes %q", got)
	}
	s.clock.Advance(299 * time.Second)
	s.Get("/account")
	s.clock.Advance(time.Second)
	s.refuse(401, "unauthorized", "GET /account", "")
	s.login(acquia.APIKey, acquia.APISecret)
	s.Get("/account")
	s.server.RevokeTokens()
	s.refuse(401, "unauthorized", "GET /account", "")
	s.Token = ""
	s.refuse(401, "unauthorized", "GET /account", "")
}

func TestNewTokenWorksUntilItIsRevoked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.Want(201, "POST /account/tokens", `{"label":"CI"}`)
	key, secret := d["api_key"].(string), d["api_secret"].(string)
	if n := s.Get("/notifications/" + strings.TrimPrefix(path(d, "_links.notification.href").(string), api+"/notifications/")); n["status"] != "completed" {
		t.Errorf("notification %v", n)
	}
	if strings.Contains(fmt.Sprint(s.Get("/account/tokens/"+key)), secret) {
		t.Error("the secret can be read again")
	}
	ada := s.Token
	s.login(key, secret)
	s.Get("/account")
	old := s.Token
	s.Token = ada
	s.accept("DELETE /account/tokens/"+key, "")
	s.refuse(409, "conflict", "DELETE /account/tokens/"+key, "")
	s.Token = old
	s.refuse(401, "unauthorized", "GET /account", "")
	if status, answer := s.exchange(url.Values{"grant_type": {"client_credentials"}, "client_id": {key}, "client_secret": {secret}}); status != 400 {
		t.Errorf("a revoked key still works: %v", answer)
	}
}

// Any window of 60 seconds holds so many calls at most, and Retry-After says exactly when the next one fits.
func TestRateLimitSlides(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, acquia.Options{TokenLifetime: time.Hour})
	for range 60 {
		s.Get("/account")
	}
	s.clock.Advance(30 * time.Second)
	for range 40 {
		s.Get("/account")
	}
	status, v, header := s.Do("GET /account", "")
	if status != 429 || header.Get("Retry-After") != "30" || v.(doc)["error"] == nil || header.Get("X-Request-Id") == "" {
		t.Fatalf("%d %v Retry-After %q", status, v, header.Get("Retry-After"))
	}
	s.clock.Advance(29 * time.Second)
	if status, _, header := s.Do("GET /account", ""); status != 429 || header.Get("Retry-After") != "1" {
		t.Errorf("one second early: %d %s", status, header.Get("Retry-After"))
	}
	s.clock.Advance(time.Second)
	for range 60 { // the first 60 have left the window, the 40 have not
		s.Get("/account")
	}
	s.Want(429, "GET /account", "")

	// The limit is of the key, so a new token does not help, and another key has its own.
	s.login(acquia.APIKey, acquia.APISecret)
	s.Want(429, "GET /account", "")
}

func TestRateLimitOfOtherKeysAndOptions(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, acquia.Options{TokenLifetime: time.Hour, CallsPerMinute: 3})
	d := s.Want(201, "POST /account/tokens", `{"label":"CI"}`)
	s.Get("/account")
	s.Get("/account")
	s.Want(429, "GET /account", "")
	s.login(d["api_key"].(string), d["api_secret"].(string))
	s.Get("/account")
	free := newSite(t)
	for range 150 {
		free.Get("/account")
	}
}

func TestRequestsTheFrontRefuses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	clear := "POST /environments/" + acquia.EnvProd + "/domains/" + acquia.PortalDomain + "/actions/clear-caches"
	s.refuse(400, "bad_request", clear, "")
	s.refuse(400, "bad_request", clear, "[]")
	s.refuse(400, "bad_request", clear, "{")
	s.Media = "text/plain"
	s.refuse(400, "bad_request", clear, "{}")
	s.Media = ""
	s.refuse(404, "not_found", "GET /nowhere", "")
	s.refuse(404, "not_found", "GET /applications/", "")
	s.refuse(404, "not_found", "GET /applications/"+acquia.Organization, "")
	s.refuse(404, "not_found", "GET /environments/99-"+acquia.AppPortal, "")
	s.refuse(404, "not_found", "GET /environments/"+acquia.MEOProd, "")
	s.refuse(404, "not_found", "GET /v3/environments/"+acquia.EnvProd, "")
	if m := s.refuse(404, "not_found", "GET http://sim/acquia/applications", ""); !strings.Contains(m.(string), "/api") {
		t.Errorf("message %v", m)
	}
	status, _, header := s.Do("PUT /applications", "{}")
	if status != 405 || header.Get("Allow") != "GET" {
		t.Errorf("%d, Allow %q", status, header.Get("Allow"))
	}
	for _, media := range []string{"application/hal+json", "application/json; charset=utf-8"} {
		s.Media = media
		s.accept(clear, "{}")
	}
}

// The vendor's document has forms for most calls.
func TestFormBodies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Media = "application/x-www-form-urlencoded"
	s.finish("completed", "POST /applications/"+acquia.AppPortal+"/environments", "label=Form&branch=develop&databases[]=portal&databases[]=analytics")
	s.finish("completed", "PUT /environments/"+acquia.EnvDev, "memory_limit=512&version=8.4")
	e := find(s.list("/applications/"+acquia.AppPortal+"/environments"), "label", "Form")
	if got := len(s.list("/environments/" + e["id"].(string) + "/databases")); got != 2 {
		t.Errorf("%d databases", got)
	}
	if got := path(s.Get("/environments/"+acquia.EnvDev), "configuration.php.memory_limit"); got != 512.0 {
		t.Errorf("memory limit %v", got)
	}
}
