package platformsh_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/platformsh"
)

func TestActivityProgress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a, _ := s.accept("POST "+shop+"/environments/main/backup", `{"safe":false}`)
	path := shop + "/activities/" + a["id"].(string)
	last := -1.0
	states := ""
	for range 100 {
		a = s.Get(path)
		if percent := a["completion_percent"].(float64); percent < last {
			t.Fatalf("percent fell from %v to %v", last, percent)
		} else {
			last = percent
		}
		if state := a["state"].(string); !strings.HasSuffix(states, state) {
			states += " " + state
		}
		s.clock.Advance(100 * time.Millisecond)
	}
	if states != " scheduled pending in_progress complete" || a["result"] != "success" || last != 100 {
		t.Errorf("states%s, result %v, percent %v", states, a["result"], last)
	}
	id := a["payload"].(doc)["backup_name"].(string)
	b := s.Get(shop + "/environments/main/backups/" + id)
	if b["status"] != "CREATED" || b["restorable"] != true || b["safe"] != false || b["automated"] != false {
		t.Errorf("backup %v", b)
	}
}

func TestEffectsWaitForTheEndOfTheActivity(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a, e := s.accept("POST "+shop+"/environments/main/branch", `{"name":"feature/x","title":"X"}`)
	env := shop + "/environments/feature%2Fx"
	if e["id"] != "feature/x" || e["status"] != "dirty" || s.Get(env)["status"] != "dirty" {
		t.Errorf("entity %v", e)
	}
	if self := e["_links"].(doc)["self"].(doc)["href"]; self != "/api"+env {
		t.Errorf("self %v", self)
	}
	s.refuse(409, "POST "+shop+"/environments/main/branch", `{"name":"feature/x","title":"X"}`)
	s.refuse(409, "POST "+env+"/backup", "")
	s.clock.Advance(30 * time.Second)
	if got := s.Get(shop + "/activities/" + a["id"].(string)); got["result"] != "success" {
		t.Fatalf("activity %v", got)
	}
	e = s.Get(env)
	if e["status"] != "active" || e["parent"] != "main" || e["has_deployment"] != true {
		t.Errorf("environment %v", e)
	}
	if state, _ := s.sim.Platformsh().Environment(platformsh.ProjectShop, "feature/x"); state.Data != "orders of the shop" {
		t.Errorf("data %q", state.Data)
	}
}

func TestWorkOnOneEnvironmentQueues(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first, _ := s.accept("POST "+shop+"/environments/main/redeploy", "")
	second, _ := s.accept("POST "+shop+"/environments/main/backup", "")
	elsewhere, _ := s.accept("POST "+shop+"/environments/staging/backup", "")
	s.clock.Advance(6 * time.Second)
	state := func(a doc) any { return s.Get(shop + "/activities/" + a["id"].(string))["state"] }
	if state(first) != "in_progress" || state(second) != "pending" || state(elsewhere) != "in_progress" {
		t.Errorf("states %v %v %v", state(first), state(second), state(elsewhere))
	}
	s.accept("POST "+shop+"/activities/"+first["id"].(string)+"/cancel", "")
	if state(first) != "cancelled" || state(second) != "in_progress" {
		t.Errorf("after cancelling: %v %v", state(first), state(second))
	}
	s.refuse(409, "POST "+shop+"/activities/"+first["id"].(string)+"/cancel", "")
	s.refuse(409, "POST "+shop+"/activities/"+second["id"].(string)+"/cancel", "") // running backups go on
}

func TestCancelledAndFailedWorkChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	theme := shop + "/environments/" + url.PathEscape(platformsh.InactiveEnvironment)
	a, _ := s.accept("POST "+theme+"/activate", "")
	s.accept("POST "+theme+"/activities/"+a["id"].(string)+"/cancel", "{}")
	s.clock.Advance(time.Hour)
	if e := s.Get(theme); e["status"] != "inactive" {
		t.Errorf("cancelled activation left %v", e["status"])
	}
	s.sim.Platformsh().FailNextActivity("environment.merge")
	before := s.Get(shop + "/environments/main")["head_commit"]
	s.finish("failure", "POST "+shop+"/environments/staging/merge", "")
	if s.Get(shop + "/environments/main")["head_commit"] != before {
		t.Error("a failed merge moved the parent")
	}
	s.finish("success", "POST "+shop+"/environments/staging/merge", "")
	if s.Get(shop + "/environments/main")["head_commit"] == before {
		t.Error("a merge did not move the parent")
	}
}

func TestStateConflicts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	main, staging := shop+"/environments/main", shop+"/environments/staging"
	theme := shop + "/environments/" + url.PathEscape(platformsh.InactiveEnvironment)
	for _, call := range []string{
		"DELETE " + main, "DELETE " + staging, "POST " + staging + "/activate", "POST " + main + "/deactivate", "POST " + main + "/pause", "POST " + main + "/merge",
		"POST " + theme + "/deactivate", "POST " + theme + "/backup", "POST " + theme + "/redeploy", "POST " + theme + "/pause", "POST " + staging + "/resume",
	} {
		s.refuse(409, call, "")
	}
	s.refuse(409, "POST "+main+"/synchronize", `{"synchronize_data":true}`)
	s.refuse(409, "POST "+main+"/deploy", `{"strategy":"rolling"}`)
	s.refuse(409, "POST "+main+"/initialize", `{"profile":"p","repository":"r"}`)
	for name, want := range map[string]bool{"#delete": true, "#activate": true, "#deactivate": false, "#backup": false, "#merge": false} {
		if _, ok := s.Get(theme)["_links"].(doc)[name]; ok != want {
			t.Errorf("link %s on an inactive environment: %v", name, ok)
		}
	}
}

func TestRetireAnEnvironment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staging := shop + "/environments/staging"
	s.finish("success", "POST "+staging+"/deactivate", "")
	if state, _ := s.sim.Platformsh().Environment(platformsh.ProjectShop, "staging"); state.Data != "" || state.Status != "inactive" {
		t.Errorf("deactivated: %+v", state)
	}
	s.refuse(404, "GET "+staging+"/deployments/current", "")
	_, e := s.accept("DELETE "+staging, "")
	if e["status"] != "deleting" {
		t.Errorf("status while deleting: %v", e["status"])
	}
	s.refuse(409, "DELETE "+staging, "")
	s.clock.Advance(time.Minute)
	s.refuse(404, "GET "+staging, "")
	s.refuse(404, "GET "+shop+"/git/refs/heads%2Fstaging", "")
	if parent := s.Get(shop + "/environments/feature%2Fsearch")["parent"]; parent != "main" {
		t.Errorf("the child hangs on %v", parent)
	}
}

func TestBackupsRestore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	backups := shop + "/environments/main/backups"
	restore := "POST " + backups + "/" + platformsh.SeedOldBackup + "/restore"
	data := func(env string) string {
		e, _ := s.sim.Platformsh().Environment(platformsh.ProjectShop, env)
		return e.Data
	}
	s.refuse(400, restore, `{"environment_name":"drill"}`)
	s.finish("success", restore, `{"environment_name":"drill","branch_from":"main"}`)
	if data("drill") != "orders of two weeks ago" || data("main") != "orders of the shop" {
		t.Errorf("drill %q, main %q", data("drill"), data("main"))
	}
	s.finish("success", "POST "+shop+"/environments/staging/synchronize", `{"synchronize_data":true}`)
	if data("staging") != "orders of the shop" {
		t.Errorf("staging %q", data("staging"))
	}
	s.finish("success", restore, "")
	if data("main") != "orders of two weeks ago" {
		t.Errorf("main %q", data("main"))
	}
	if _, b := s.accept("DELETE "+backups+"/"+platformsh.SeedBackup, ""); b["status"] != "DELETING" {
		t.Errorf("while deleting: %v", b)
	}
	s.refuse(409, "POST "+backups+"/"+platformsh.SeedBackup+"/restore", "")
	s.clock.Advance(time.Minute)
	s.refuse(404, "GET "+backups+"/"+platformsh.SeedBackup, "")
}

func TestTheOldestManualBackupGoesAtTheLimit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 6 {
		s.finish("success", "POST "+shop+"/environments/main/backup", "")
	}
	s.refuse(404, "GET "+shop+"/environments/main/backups/"+platformsh.SeedOldBackup, "")
	s.Get(shop + "/environments/main/backups/" + platformsh.SeedBackup) // automated ones do not count
}

func TestStagedChangesWaitForADeploy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staging := "/projects/" + platformsh.ProjectBlog + "/environments/staging"
	a, _ := s.accept("POST "+staging+"/variables", `{"name":"env:X","value":"1"}`)
	s.clock.Advance(time.Hour)
	got := s.Get(staging + "/activities/" + a["id"].(string))
	if got["state"] != "staged" || got["result"] != nil || got["completion_percent"] != 100.0 {
		t.Errorf("activity %v %v", got["state"], got["result"])
	}
	if e := s.Get(staging); e["has_staged_activities"] != true {
		t.Error("the environment does not know of its staged change")
	}
	s.finish("success", "POST "+staging+"/deploy", `{"strategy":"stopstart"}`)
	if got := s.Get(staging + "/activities/" + a["id"].(string)); got["state"] != "complete" || got["result"] != "success" {
		t.Errorf("after the deploy: %v %v", got["state"], got["result"])
	}
	s.refuse(409, "POST "+staging+"/deploy", `{"strategy":"stopstart"}`)
}

func TestInitializeMakesANewProjectWork(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.sim.Platformsh().AddProject(platformsh.NewProject{Title: "New", Region: "eu-5.platform.sh", Organization: platformsh.OrgAcme, Owner: platformsh.UserAda, Subscription: platformsh.SubscriptionShop})
	main := "/projects/" + id + "/environments/main"
	s.refuse(409, "POST "+main+"/activate", "")
	s.refuse(409, "POST "+main+"/branch", `{"name":"x","title":"X"}`)
	s.refuse(400, "POST "+main+"/initialize", `{"profile":"p","repository":"r","files":[{"path":"../x","mode":420,"contents":""}]}`)
	s.finish("success", "POST "+main+"/initialize", `{"profile":"p","repository":"r","files":[{"path":"a/b.txt","mode":420,"contents":"hi"}]}`)
	if e := s.Get(main); e["status"] != "active" || e["has_code"] != true {
		t.Errorf("environment %v", e)
	}
	s.Get(main + "/deployments/current")
}

func TestActivityLogGrowsAndSeals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a, _ := s.accept("POST "+shop+"/environments/main/redeploy", "")
	log := func(query string) []string {
		_, body, _ := s.Do("GET "+shop+"/activities/"+a["id"].(string)+"/log"+query, "")
		return strings.Split(strings.TrimSuffix(body.(string), "\n"), "\n")
	}
	if lines := log(""); lines[0] != "" {
		t.Errorf("log before the start: %v", lines)
	}
	s.clock.Advance(6 * time.Second)
	half := log("?max_delay=-1")
	if len(half) < 2 || strings.Contains(half[len(half)-1], `"seal":true`) {
		t.Errorf("log in the middle: %v", half)
	}
	s.clock.Advance(time.Minute)
	whole := log("")
	if len(whole) <= len(half) || !strings.Contains(whole[len(whole)-1], `"seal":true`) || whole[0] != half[0] {
		t.Errorf("log at the end: %v", whole)
	}
	if rest := log(fmt.Sprintf("?start_at=%d", len(half))); rest[0] != whole[len(half)] {
		t.Errorf("start_at: %v", rest[0])
	}
	if some := log("?max_items=2"); len(some) != 2 || strings.Contains(some[1], `"seal":true`) {
		t.Errorf("max_items: %v", some)
	}
}

func TestActivityListPagesByTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seen := map[string]bool{}
	query := "?count=3"
	for range 20 {
		list := s.list(shop + "/activities" + query)
		fresh := 0
		for _, a := range list {
			if !seen[a["id"].(string)] {
				fresh++
			}
			seen[a["id"].(string)] = true
		}
		if fresh == 0 {
			break
		}
		query = "?count=3&starts_at=" + url.QueryEscape(list[len(list)-1]["created_at"].(string))
	}
	if len(seen) != 9 {
		t.Errorf("found %d activities, want 9", len(seen))
	}
	for _, a := range s.list(shop + "/activities?count=100&type=environment.backup&type=environment.redeploy&state=complete") {
		if a["type"] != "environment.backup" && a["type"] != "environment.redeploy" {
			t.Errorf("type %v", a["type"])
		}
	}
	if got := s.list(shop + "/environments/staging/activities?count=100"); len(got) != 2 {
		t.Errorf("%d activities of staging", len(got))
	}
}

func TestSpeed(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, simulator.Options{Speed: simulator.Instant})
	a, e := s.accept("POST "+shop+"/environments/main/branch", `{"name":"fast","title":"Fast"}`)
	if a["state"] != "complete" || a["result"] != "success" || e["status"] != "active" {
		t.Errorf("activity %v, environment %v", a["state"], e["status"])
	}
	slow := newSiteWith(t, simulator.Options{Speed: 0.5})
	a, _ = slow.accept("POST "+shop+"/environments/main/backup", "")
	slow.clock.Advance(17 * time.Second)
	if got := slow.Get(shop + "/activities/" + a["id"].(string)); got["state"] != "in_progress" {
		t.Errorf("at half speed: %v", got["state"])
	}
}
