package virtuozzo_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/virtuozzo"
)

const signIn = "users/authentication.signin"

// signedIn gives the site a session instead of its token.
func signedIn(s *site) {
	s.t.Helper()
	s.token = s.ok(signIn, form{"login": simulator.VirtuozzoLogin, "password": simulator.VirtuozzoPassword})["session"].(string)
}

func TestWhoCalls(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.token = ""
	if text := s.refused(3, "environment/control.getenvs", nil); !strings.Contains(text, "[session]") {
		t.Error(text)
	}
	s.token = "nobody"
	s.refused(701, "environment/control.getenvs", nil)
	s.refused(701, "environment/control.startenv", form{"misspelled": "1"})
	s.ok("environment/tracking.getserverutctime", nil)

	signedIn(s)
	if d := s.ok("users/account.getuserinfo", nil); d["uid"] != float64(virtuozzo.UserDev) || d["session"] != s.token {
		t.Errorf("user %v", d)
	}
	s.ok("users/authentication.signout", nil)
	s.refused(701, "users/account.getuserinfo", nil)
}

func TestIdleSessionsExpireOnTheClock(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	signedIn(s)
	for range 4 { // in use it lives on
		s.clock.Advance(20 * time.Minute)
		s.ok("environment/control.getenvs", nil)
	}
	s.clock.Advance(31 * time.Minute)
	s.refused(701, "environment/control.getenvs", nil)
	if n := s.sim.Virtuozzo().Sessions(); n != 0 {
		t.Errorf("%d sessions", n)
	}
	s.token = virtuozzo.APIToken
	s.ok("environment/control.getenvs", nil)
}

func TestWrongPasswordsLock(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for left := 4.0; left >= 0; left-- {
		d := s.call(signIn, form{"login": virtuozzo.Login, "password": "wrong"})
		if d["result"] != 701.0 || d["attemptsLeft"] != left {
			t.Errorf("%v, want %v attempts left", d, left)
		}
	}
	s.refused(701, signIn, form{"login": virtuozzo.Login, "password": virtuozzo.Password})
	s.refused(701, signIn, form{"login": "stranger@example.com", "password": "x"})
	s.clock.Advance(16 * time.Minute)
	signedIn(s)
}

func TestTransport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if status, _ := s.send("environment/control.nosuchmethod", nil); status != http.StatusNotFound {
		t.Errorf("unknown method: %d", status)
	}
	for _, c := range []struct {
		method, url string
		status      int
		body        string
	}{
		{"GET", path("environment/control.getenvs") + "?lazy=true&session=" + s.token, 200, `"infos"`},
		{"GET", path(signIn) + "?login=a&password=b", 405, ""},
		{"GET", path("environment/control.deleteenv") + "?envName=shop&password=shop&session=" + s.token, 405, ""},
		{"PUT", path("environment/control.getenvs"), 405, ""},
		{"POST", path("environment/control.getenvs") + "?session=" + s.token, 200, `"infos"`},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, c.url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if status, body := s.receive(req); status != c.status || !strings.Contains(body, c.body) {
			t.Errorf("%s %s: %d %.100s", c.method, c.url, status, body)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, path("environment/control.getenvs"), strings.NewReader(`{"session":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if status, body := s.receive(req); status != 200 || !strings.Contains(body, "invalid parameter [body]") {
		t.Errorf("JSON body: %d %s", status, body)
	}
	s.env(virtuozzo.EnvShop) // it was not deleted by GET
}

func TestTokensHaveRights(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.token = virtuozzo.ReadOnlyToken
	s.ok("environment/control.getenvs", nil)
	if text := s.refused(8202, "environment/control.stopenv", form{"envName": "shop"}); !strings.Contains(text, "environment.control.stopenv") {
		t.Error(text)
	}
	s.token = virtuozzo.APIToken
	s.refused(3, "users/authentication.createtoken", form{"description": "x", "apiList": "environment.control.nosuch"})
	s.refused(701, "users/authentication.createtoken", form{"description": "x", "password": "wrong"})
	made := s.ok("users/authentication.createtoken", form{"description": "x", "apiList": "environment.control.GetEnvs", "expiresAt": "2026-11-20 13:00:00"})["token"].(doc)
	for _, listed := range s.list("apiTokens", "users/authentication.gettokens", nil) {
		if _, shown := listed["key"]; shown {
			t.Errorf("token %v is listed with its value", listed["id"])
		}
	}
	s.token = made["key"].(string)
	s.ok("environment/control.getenvs", nil)
	s.refused(8202, "environment/control.getenvinfo", form{"envName": "shop"})
	s.clock.Advance(2 * time.Hour)
	s.refused(701, "environment/control.getenvs", nil)

	s.token = virtuozzo.APIToken
	fresh := s.ok("users/authentication.regeneratetoken", form{"id": "10"})["token"].(doc)["key"].(string)
	s.refused(701, "environment/control.getenvs", nil)
	s.token = fresh
	s.ok("users/authentication.deletetokens", form{"ids": "*"})
	s.refused(701, "environment/control.getenvs", nil)
}

func TestCollaboratorsSeeWhatIsShared(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.token = virtuozzo.MemberToken
	list := s.list("infos", "environment/control.getenvs", nil)
	if len(list) != 1 || list[0]["right"] != "COLLABORATOR" {
		t.Fatalf("a member sees %v", list)
	}
	s.ok("environment/control.restartnodes", form{"envName": "shop", "nodeGroup": "cp"})
	s.refused(8, "environment/control.stopenv", form{"envName": "shop"})
	s.refused(8, "environment/control.getenvinfo", form{"envName": "analytics"})
	s.refused(11, "environment/control.getenvinfo", form{"envName": "nowhere"})

	owner := siteOf(t, s.sim, s.clock)
	owner.ok("users/collaboration.suspendmember", form{"id": "55"})
	s.refused(8, "environment/control.getenvinfo", form{"envName": "shop"})
	owner.ok("users/collaboration.activatemember", form{"id": "55"})
	owner.ok("users/collaboration.setresources", form{"collaborationId": "55", "resources": `[{"resourceId":"Staging","type":"ENV_GROUP","roleIds":[2]}]`})
	s.refused(8, "environment/control.getenvinfo", form{"envName": "shop"})
	s.ok("environment/control.startenv", form{"envName": "shop-staging"})
	s.refused(8, "environment/control.deleteenv", form{"envName": "shop-staging", "password": "shop-staging"})
}

func TestRecorderKeepsNoCredentials(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	signedIn(s)
	s.ok("environment/control.getenvinfo", form{"envName": "shop"})
	for _, r := range s.sim.Requests() {
		all := r.Body + r.Query.Encode()
		for _, secret := range []string{s.token, virtuozzo.Password, "dev%40example"} {
			if strings.Contains(all, secret) {
				t.Errorf("%s keeps %s", r.Path, secret)
			}
		}
	}
	if last := s.sim.Requests()[1]; !strings.Contains(last.Body, "envName=shop") {
		t.Errorf("body %q", last.Body)
	}
}
