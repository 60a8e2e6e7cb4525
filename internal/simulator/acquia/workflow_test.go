package acquia_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/acquia"
)

const (
	portal = "/applications/" + acquia.AppPortal
	dev    = "/environments/" + acquia.EnvDev
	stage  = "/environments/" + acquia.EnvStage
	prod   = "/environments/" + acquia.EnvProd
)

func (s *site) env(id string) acquia.EnvironmentState {
	s.T.Helper()
	e, ok := s.server.Environment(id)
	if !ok {
		s.T.Fatalf("no environment %s", id)
	}
	return e
}

func TestNotificationProgress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.accept("POST "+stage+"/databases/portal/backups", "{}")
	second := s.accept("POST "+stage+"/databases", `{"name":"portal","source":"`+acquia.EnvProd+`"}`)
	look := func(id, status string, progress float64) doc {
		t.Helper()
		n := s.Get("/notifications/" + id)
		if n["status"] != status || n["progress"] != progress || (n["completed_at"] == nil) != (status == "in-progress") {
			t.Errorf("%v: %v at %v, completed %v; want %s at %v", n["event"], n["status"], n["progress"], n["completed_at"], status, progress)
		}
		return n
	}
	look(first, "in-progress", 0)
	s.clock.Advance(4 * time.Second)
	look(first, "in-progress", 50)
	look(second, "in-progress", 0) // work on one environment runs one after the other
	if got := s.env(acquia.EnvStage); got.Backups["portal"] != 4 {
		t.Errorf("the backup is there before it is complete: %v", got.Backups)
	}
	s.clock.Advance(4 * time.Second)
	look(first, "completed", 100)
	s.clock.Advance(7500 * time.Millisecond)
	look(second, "in-progress", 50)
	if got := s.env(acquia.EnvStage); got.Backups["portal"] != 5 || got.Databases["portal"] != "portal of test" {
		t.Errorf("%v", got)
	}
	s.clock.Advance(time.Minute)
	n := look(second, "completed", 100)
	if path(n, "context.environment.ids").([]any)[0] != acquia.EnvStage || path(n, "context.application.uuids").([]any)[0] != acquia.AppPortal {
		t.Errorf("context %v", n["context"])
	}
	if s.list(portal + "/notifications")[0]["uuid"] != second || s.list(portal + "/tasks")[0]["status"] != "completed" {
		t.Error("the newest notification is not the first")
	}
	if s.list("/organizations/" + acquia.Organization + "/notifications")[0]["uuid"] != second {
		t.Error("the organization does not see it")
	}
}

func TestFailedWorkChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.server.FailNext("DatabaseCopied")
	n := s.finish("failed", "POST "+stage+"/databases", `{"name":"portal","source":"`+acquia.EnvProd+`"}`)
	if n["description"] == "" || s.env(acquia.EnvStage).Databases["portal"] != "portal of test" {
		t.Errorf("%v", n)
	}
	s.finish("completed", "POST "+stage+"/databases", `{"name":"portal","source":"`+acquia.EnvProd+`"}`)
	n = s.finish("failed", "POST "+stage+"/code/actions/switch", `{"branch":"`+acquia.BrokenBranch+`"}`)
	if !strings.Contains(n["description"].(string), "PHP 8.4") || s.env(acquia.EnvStage).Code != "tags/2026-11-01" {
		t.Errorf("%v", n)
	}
}

func TestInstantSpeed(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, acquia.Options{Speed: simulator.Instant})
	id := s.accept("POST "+dev+"/code/actions/switch", `{"branch":"main"}`)
	if n := s.Get("/notifications/" + id); n["status"] != "completed" {
		t.Errorf("%v", n)
	}
}

func TestDeployATag(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if find(s.list(portal+"/code"), "name", "tags/2026-11-01") == nil {
		t.Fatal("no tag to deploy")
	}
	s.finish("completed", "POST "+prod+"/databases/portal/backups", "{}")
	s.finish("completed", "POST "+prod+"/code/actions/switch", `{"branch":"tags/2026-11-01"}`)
	s.finish("completed", "POST "+prod+"/actions/clear-caches", `{"domains":["`+acquia.PortalDomain+`"]}`)
	if got := path(s.Get(prod), "vcs.path"); got != "tags/2026-11-01" {
		t.Errorf("prod runs %v", got)
	}
	s.refuse(400, "validation_failed", "POST "+prod+"/code/actions/switch", `{"branch":"nothing"}`)
	s.refuse(400, "validation_failed", "POST "+prod+"/actions/clear-caches", `{"domains":["other.example.com"]}`)
}

func TestPromoteCode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.finish("completed", "POST "+prod+"/code", `{"source":"`+acquia.EnvStage+`"}`)
	if got := s.env(acquia.EnvProd).Code; got != "tags/2026-11-01" {
		t.Errorf("prod runs %s", got)
	}
	// A branch becomes a tag on the way.
	s.finish("completed", "POST "+stage+"/code", `{"source":"`+acquia.EnvDev+`","message":"Release"}`)
	tag := s.env(acquia.EnvStage).Code
	if tag != "tags/2026-11-20" || find(s.list(portal+"/code"), "name", tag) == nil {
		t.Errorf("stage runs %s", tag)
	}
	s.refuse(409, "conflict", "POST "+stage+"/code", `{"source":"`+acquia.EnvStage+`"}`)
	s.refuse(400, "validation_failed", "POST "+stage+"/code", `{"source":"`+acquia.EnvDocs+`"}`)
}

// The environment in the path is the one that is overwritten.
func TestCopyDatabaseAndFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.finish("completed", "POST "+stage+"/databases", `{"name":"portal","source":"`+acquia.EnvProd+`"}`)
	s.finish("completed", "POST "+stage+"/files", `{"source":"`+acquia.EnvProd+`"}`)
	if got := s.env(acquia.EnvStage); got.Databases["portal"] != "portal of prod" || got.Databases["analytics"] != "analytics of test" || got.Files != "files of prod" {
		t.Errorf("stage %+v", got)
	}
	if got := s.env(acquia.EnvProd); got.Databases["portal"] != "portal of prod" || got.Files != "files of prod" {
		t.Errorf("prod %+v", got)
	}
	copyToProd := `{"name":"portal","source":"` + acquia.EnvDev + `"}`
	s.refuse(409, "conflict", "POST "+prod+"/databases", copyToProd)
	s.refuse(409, "conflict", "POST "+prod+"/files", `{"source":"`+acquia.EnvDev+`"}`)
	s.refuse(400, "validation_failed", "POST "+stage+"/databases", `{"name":"nothing","source":"`+acquia.EnvProd+`"}`)
	s.refuse(400, "validation_failed", "POST "+stage+"/databases", `{"source":"`+acquia.EnvProd+`"}`)

	s.settle(202, "POST "+prod+"/production-mode/actions/disable", "{}")
	s.refuse(409, "conflict", "POST "+prod+"/production-mode/actions/disable", "{}")
	s.refuse(409, "conflict", "POST "+stage+"/production-mode/actions/enable", "{}")
	s.finish("completed", "POST "+prod+"/databases", copyToProd)
	if got := s.env(acquia.EnvProd).Databases["portal"]; got != "portal of dev" {
		t.Errorf("prod holds %s", got)
	}
}

func TestBackups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	backups := stage + "/databases/portal/backups"
	s.finish("completed", "POST "+backups, "{}")
	mine := find(s.list(backups), "type", "ondemand")
	if mine == nil {
		t.Fatal("no backup")
	}
	this := backups + "/" + plain(mine["id"])
	_, data, header := s.Do("GET "+this+"/actions/download", "")
	if header.Get("Content-Type") != "application/gzip" || !strings.Contains(unzip(t, data), "portal of test") {
		t.Errorf("download %v", header)
	}
	old := s.list(backups + "?filter=type=daily&sort=started_at")[0]
	s.finish("completed", "POST "+backups+"/"+plain(old["id"])+"/actions/restore", "{}")
	if got := s.env(acquia.EnvStage).Databases["portal"]; got != "portal of test 30 days ago" {
		t.Errorf("after the restore of the oldest: %s", got)
	}
	s.finish("completed", "POST "+this+"/actions/restore", "{}")
	if got := s.env(acquia.EnvStage).Databases["portal"]; got != "portal of test" {
		t.Errorf("after the restore of mine: %s", got)
	}
	s.accept("DELETE "+this, "")
	s.refuse(409, "conflict", "DELETE "+this, "")
	s.clock.Advance(time.Minute)
	s.refuse(404, "not_found", "GET "+this, "")
	s.refuse(404, "not_found", "POST "+this+"/actions/restore", "{}")
}

// Creating, deleting and erasing a database acts on every environment, production included.
func TestDatabasesOfAllEnvironments(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	every := func(want string, name string) {
		t.Helper()
		for _, id := range []string{acquia.EnvDev, acquia.EnvStage, acquia.EnvProd} {
			if got := s.env(id).Databases[name]; got != want {
				t.Errorf("%s of %s holds %q, want %q", name, id, got, want)
			}
		}
	}
	s.accept("POST "+portal+"/databases", `{"name":"search"}`)
	s.refuse(409, "conflict", "POST "+portal+"/databases", `{"name":"search"}`)
	every("", "search")
	s.clock.Advance(time.Minute)
	every("empty", "search")
	s.finish("completed", "POST "+portal+"/databases/analytics/actions/erase", "{}")
	every("empty", "analytics")
	s.finish("completed", "DELETE "+portal+"/databases/analytics", "")
	every("", "analytics")
	s.refuse(404, "not_found", "GET "+prod+"/databases/analytics", "")
	if got := names(s.list(portal+"/databases"), "name"); fmt.Sprint(got) != "[portal search]" {
		t.Errorf("databases %q", got)
	}
	for _, name := range []string{"default", "with space", "portal", strings.Repeat("x", 64)} {
		s.refuse(400, "validation_failed", "POST "+portal+"/databases", `{"name":"`+name+`"}`)
	}
	s.refuse(400, "validation_failed", "DELETE "+portal+"/databases/portal", "")
	s.refuse(403, "forbidden", "POST /applications/"+acquia.AppDocs+"/databases", `{"name":"x"}`)
}

func TestRotateAVariable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	variable := prod + "/variables/PAYMENT_API_KEY"
	s.finish("completed", "PUT "+variable, `{"name":"PAYMENT_API_KEY","value":"new"}`)
	if got := s.Get(variable)["value"]; got != "new" {
		t.Errorf("value %v", got)
	}
	s.finish("completed", "PUT "+variable, `{"name":"PAYMENT_KEY","value":"newer"}`)
	s.refuse(404, "not_found", "GET "+variable, "")
	s.refuse(400, "validation_failed", "PUT "+prod+"/variables/PAYMENT_KEY", `{"name":"APP_ENV","value":"x"}`)
	s.refuse(400, "validation_failed", "POST "+prod+"/variables", `{"name":"APP_ENV","value":"x"}`)
	s.refuse(400, "validation_failed", "POST "+prod+"/variables", `{"name":"1X","value":"x"}`)
	s.refuse(400, "validation_failed", "POST "+prod+"/variables", `{"name":"X","value":"`+strings.Repeat("x", 5000)+`"}`)
	s.finish("completed", "DELETE "+prod+"/variables/PAYMENT_KEY", "")
	if got := s.env(acquia.EnvProd).Variables; got["PAYMENT_KEY"] != "" || s.env(acquia.EnvDev).Variables["PAYMENT_API_KEY"] == "" {
		t.Errorf("variables %v", got)
	}
}

func TestDomainWithCertificate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.finish("completed", "POST "+prod+"/domains", `{"hostname":"www.portal.example.com"}`)
	if s.Get(prod + "/dns")["subdomains"] == nil {
		t.Error("no records to set")
	}
	if st := s.Get(prod + "/domains/www.portal.example.com/status"); path(st, "flags.dns_resolves") != false {
		t.Errorf("status %v", st)
	}
	if st := s.Get(prod + "/domains/" + acquia.PortalDomain + "/status"); path(st, "flags.acquia_hosted") != true {
		t.Errorf("status %v", st)
	}
	s.refuse(409, "conflict", "POST "+dev+"/domains", `{"hostname":"www.portal.example.com"}`)
	s.refuse(400, "validation_failed", "POST "+dev+"/domains", `{"hostname":"Not A Host"}`)

	install := func(c values) string {
		return `{"certificate":` + c["certificate"] + `,"private_key":` + c["key"] + `,"label":"Portal 2027"}`
	}
	s.finish("completed", "POST "+prod+"/ssl/certificates", install(certificate(s)))
	s.refuse(400, "validation_failed", "POST "+prod+"/ssl/certificates", install(certificate(s))) // the label is taken
	s.refuse(400, "validation_failed", "POST "+prod+"/ssl/certificates", install(certificateUntil(t, s.clock.Now().Add(-time.Hour))))
	s.refuse(400, "validation_failed", "POST "+prod+"/ssl/certificates", `{"certificate":"x","private_key":"y"}`)
	list := s.list(prod + "/ssl/certificates")
	mine, old := find(list, "label", "Portal 2027"), find(list, "flags.active", true)
	if mine == nil || path(mine, "flags.active") != false || mine["domains"].([]any)[0] != acquia.PortalDomain {
		t.Fatalf("certificate %v", mine)
	}
	this := prod + "/ssl/certificates/" + plain(mine["id"])
	s.finish("completed", "POST "+this+"/actions/activate", "{}")
	s.refuse(409, "validation_failed", "POST "+this+"/actions/activate", "{}")
	s.refuse(409, "conflict", "DELETE "+this, "")
	if got := s.Get(prod + "/ssl/certificates/" + plain(old["id"])); path(got, "flags.active") != false {
		t.Error("two certificates are active")
	}
	s.finish("completed", "POST "+this+"/actions/deactivate", "{}")
	s.finish("completed", "DELETE "+this, "")

	s.finish("completed", "DELETE "+prod+"/domains/www.portal.example.com", "")
	s.refuse(409, "conflict", "DELETE "+prod+"/domains/"+s.Get(prod)["default_domain"].(string), "")
}

func TestInviteATeamMember(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := "/organizations/" + acquia.Organization
	team := find(s.list(org+"/teams"), "name", "Developers")["uuid"].(string)
	role := find(s.list(org+"/roles"), "name", "Developer")["uuid"].(string)
	body := `{"email":"fay@acme.example","roles":["` + role + `"]}`
	s.Want(201, "POST /teams/"+team+"/invites", body)
	s.refuse(409, "conflict", "POST /teams/"+team+"/invites", body)
	s.refuse(409, "conflict", "POST /teams/"+team+"/invites", `{"email":"cleo@acme.example","roles":["`+role+`"]}`)
	s.refuse(400, "validation_failed", "POST /teams/"+team+"/invites", `{"email":"gil@acme.example","roles":["x"]}`)
	s.refuse(400, "validation_failed", "POST /teams/"+team+"/invites", `{"email":"gil@acme.example","roles":[]}`)
	s.refuse(400, "validation_failed", "POST /teams/"+team+"/invites", `{"email":"gil","roles":["`+role+`"]}`)
	invite := find(s.list("/teams/"+team+"/invites"), "email", "fay@acme.example")
	if path(invite, "team.name") != "Developers" || find(s.list(org+"/team-invites"), "email", "fay@acme.example") == nil {
		t.Fatalf("invite %v", invite)
	}
	token := invite["token"].(string)
	s.Want(200, "POST /invites/"+token+"/actions/resend", "{}")
	s.Want(200, "DELETE /invites/"+token, "")
	s.refuse(404, "not_found", "GET /invites/"+token, "")

	mine := s.list("/account/invites")[0]
	s.Want(200, "POST /invites/"+mine["token"].(string)+"/actions/accept", "{}")
	if find(s.list("/teams/"+team+"/members"), "uuid", acquia.UserAda) == nil {
		t.Error("accepting did not make a member")
	}
	s.Want(200, "PUT /teams/"+team+"/members/"+acquia.UserAda, `{"roles":["`+acquia.RoleLead+`"]}`)
	me := s.Get(org + "/members/" + acquia.UserAda)
	if got := fmt.Sprint(me["teams"]); !strings.Contains(got, "Developers") || !strings.Contains(got, "Team Lead") {
		t.Errorf("teams %s", got)
	}
	s.Want(200, "DELETE "+org+"/members/"+acquia.UserCleo, "")
	if find(s.list("/teams/"+team+"/members"), "uuid", acquia.UserCleo) != nil {
		t.Error("who left the organization is still in a team")
	}
	s.refuse(409, "conflict", "DELETE "+org+"/members/"+acquia.UserAda, "")
	s.refuse(400, "validation_error", "DELETE "+org, "")
	s.refuse(409, "conflict", "POST "+org+"/actions/change-owner", `{"user_uuid":"`+acquia.UserCleo+`"}`)
	s.Want(200, "POST "+org+"/actions/change-owner", `{"user_uuid":"`+acquia.UserBen+`"}`)
	if got := path(s.Get(org), "owner.uuid"); got != acquia.UserBen {
		t.Errorf("owner %v", got)
	}
}

func TestInspectAFailedTask(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	failed := s.list(portal + "/notifications?filter=status%3Dfailed&sort=-created_at")
	if len(failed) != 1 {
		t.Fatalf("%d failed tasks", len(failed))
	}
	id := path(failed[0], "context.environment.ids").([]any)[0].(string)
	log := "/environments/" + id + "/logs/drupal-watchdog"
	if m := s.refuse(404, "not_found", "GET "+log, ""); !strings.Contains(m.(string), "snapshot") {
		t.Errorf("message %v", m)
	}
	s.finish("completed", "POST "+log, `{"from":"2026-11-20T06:00:00Z","to":"2026-11-20T08:00:00Z"}`)
	status, data, header := s.Do("GET "+log, "")
	text := unzip(t, data)
	if status != 200 || header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(text, "acme_checkout requires PHP 8.4") || !strings.Contains(text, "Nov 20 06:00:00") {
		t.Errorf("%d %v\n%s", status, header, text)
	}
	if got := find(s.list("/environments/"+id+"/logs"), "name", "drupal-watchdog"); path(got, "flags.available") != true {
		t.Errorf("log %v", got)
	}
	s.refuse(400, "validation_failed", "POST "+log, `{"from":"2026-11-20T08:00:00Z","to":"2026-11-20T06:00:00Z"}`)
	s.refuse(400, "validation_failed", "POST "+log, `{"from":"2026-01-01T00:00:00Z","to":"2026-11-20T06:00:00Z"}`)
	s.refuse(404, "not_found", "POST "+stage+"/logs/nothing", "{}")
}

func TestOnDemandEnvironment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if find(s.list(portal+"/features"), "name", "on-demand-environments") == nil {
		t.Fatal("no feature")
	}
	body := `{"label":"Search","branch":"feature/search","databases":["portal"]}`
	s.accept("POST "+portal+"/environments", body)
	s.refuse(409, "conflict", "POST "+portal+"/environments", body)
	if find(s.list(portal+"/environments"), "label", "Search") != nil {
		t.Error("it is there before it is complete")
	}
	s.clock.Advance(30 * time.Second)
	e := find(s.list(portal+"/environments"), "label", "Search")
	if path(e, "flags.cde") != true || path(e, "vcs.path") != "feature/search" {
		t.Fatalf("environment %v", e)
	}
	s.refuse(400, "validation_failed", "POST "+portal+"/environments", body)
	s.refuse(400, "validation_failed", "POST "+portal+"/environments", `{"label":"X","branch":"nothing","databases":["portal"]}`)
	s.refuse(400, "validation_failed", "POST "+portal+"/environments", `{"label":"X","branch":"main","databases":["nothing"]}`)
	s.refuse(400, "validation_failed", "POST "+portal+"/environments", `{"label":"X","branch":"main"}`)
	s.refuse(400, "validation_failed", "POST /applications/"+acquia.AppDocs+"/environments", `{"label":"X","branch":"main","databases":["portal"]}`)

	id := e["id"].(string)
	if got := s.env(id).Databases; len(got) != 1 || got["portal"] != "empty" {
		t.Errorf("databases %v", got)
	}
	s.refuse(403, "forbidden", "DELETE "+stage, "")
	s.accept("DELETE /environments/"+id, "")
	s.refuse(409, "conflict", "DELETE /environments/"+id, "")
	s.clock.Advance(time.Minute)
	s.refuse(404, "not_found", "GET /environments/"+id, "")
}

func TestPHPUpgrade(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if got := fmt.Sprint(s.Get(dev + "/available-runtimes")["versions"]); got != "[8.2 8.3 8.4]" {
		t.Fatalf("versions %s", got)
	}
	s.finish("completed", "PUT "+dev, `{"version":"8.4"}`)
	if got := s.env(acquia.EnvDev).Version; got != "8.4" || s.env(acquia.EnvProd).Version != "8.3" {
		t.Errorf("dev runs %s", got)
	}
	s.refuse(400, "validation_failed", "PUT "+dev, `{"version":"5.6"}`)
	s.refuse(400, "validation_failed", "PUT "+dev, `{}`)
	s.refuse(400, "validation_failed", "PUT "+dev, `{"memory_limit":"much"}`)
	s.refuse(400, "validation_failed", "PUT "+dev, `{"memory":128}`)
	s.finish("completed", "PUT /environments/"+acquia.EnvDocsDev, `{"version":"22"}`)
	s.refuse(409, "conflict", "PUT /environments/"+acquia.EnvDocsDev, `{"memory_limit":128}`)
	s.finish("completed", "PUT "+dev, `{"version":"8.3"}`)
}

func TestCron(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.finish("completed", "POST "+prod+"/crons", `{"command":"drush cr","frequency":"0 3 * * 1-5","label":"Nightly"}`)
	cron := find(s.list(prod+"/crons"), "label", "Nightly")
	if cron["hour"] != "3" || cron["day_week"] != "1-5" {
		t.Fatalf("cron %v", cron)
	}
	this := prod + "/crons/" + cron["id"].(string)
	s.finish("completed", "POST "+this+"/actions/disable", "{}")
	if path(s.Get(this), "flags.enabled") != false {
		t.Error("it is still enabled")
	}
	s.refuse(409, "conflict", "POST "+this+"/actions/disable", "{}")
	s.finish("completed", "PUT "+this, `{"frequency":"30 3 * * *"}`)
	if got := s.Get(this); got["minute"] != "30" || got["command"] != "drush cr" {
		t.Errorf("cron %v", got)
	}
	s.refuse(400, "validation_failed", "PUT "+this, `{"label":"Drupal cron"}`)
	for _, frequency := range []string{"hourly", "0 3 * *", "x 3 * * *"} {
		s.refuse(400, "validation_failed", "POST "+prod+"/crons", `{"command":"c","frequency":"`+frequency+`","label":"L"}`)
	}
	s.finish("completed", "DELETE "+this, "")
	s.refuse(404, "not_found", "GET "+this, "")
	s.refuse(403, "forbidden", "POST /environments/"+acquia.EnvDocs+"/crons", `{"command":"c","frequency":"* * * * *","label":"L"}`)
}
