package platformsh_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/platformsh"
)

const shop = "/projects/" + platformsh.ProjectShop

func TestTokens(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, simulator.Options{})
	for _, c := range []struct {
		form, client string
		status       int
		code         string
	}{
		{"grant_type=api_token&api_token=wrong", "platform-api-user", 400, "invalid_grant"},
		{"grant_type=password", "platform-api-user", 400, "unsupported_grant_type"},
		{"grant_type=api_token&api_token=" + platformsh.APIToken, "somebody", 401, "invalid_client"},
		{"grant_type=refresh_token&refresh_token=x", "platform-api-user", 400, "invalid_grant"},
	} {
		if status, answer := s.exchange(c.form, c.client); status != c.status || answer["error"] != c.code {
			t.Errorf("%s as %s: %d %v", c.form, c.client, status, answer)
		}
	}
	s.Get(shop)
	s.clock.Advance(899 * time.Second)
	s.Get(shop)
	s.clock.Advance(time.Second)
	s.refuse(401, "GET "+shop, "")
	s.login(platformsh.APIToken)
	s.Get(shop)
	s.sim.Platformsh().RevokeTokens()
	_, _, header := s.Do("GET "+shop, "")
	if got := header.Get("WWW-Authenticate"); !strings.Contains(got, "invalid_token") {
		t.Errorf("WWW-Authenticate %q", got)
	}
	s.Token = ""
	s.refuse(401, "GET "+shop, "")
}

func TestRefreshTokensWorkOnce(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, simulator.Options{RefreshTokens: true, TokenLifetime: time.Minute})
	_, answer := s.exchange("grant_type=api_token&api_token="+platformsh.APIToken, "platform-api-user")
	if answer["expires_in"] != 60.0 {
		t.Fatalf("answer %v", answer)
	}
	form := "grant_type=refresh_token&refresh_token=" + answer["refresh_token"].(string)
	if status, _ := s.exchange(form, "platform-api-user"); status != 200 {
		t.Fatalf("first refresh: %d", status)
	}
	if status, _ := s.exchange(form, "platform-api-user"); status != 400 {
		t.Fatalf("second refresh: %d", status)
	}
}

func TestUnknownThings(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.refuse(404, "GET /projects/nope", "")
	s.refuse(404, "GET "+shop+"/environments/nope", "")
	s.refuse(404, "GET /no/such/path", "")
	s.refuse(405, "PUT "+shop, "{}")
	for _, p := range []string{"activities", "certificates", "domains", "deployments", "integrations", "provisioners", "variables", "access", "environment-types", "git/refs", "git/commits", "git/trees", "git/blobs"} {
		s.refuse(404, "GET "+shop+"/"+p+"/nope", "")
	}
	for _, p := range []string{"activities", "backups", "deployments", "domains", "routes", "variables", "versions"} {
		s.refuse(404, "GET "+shop+"/environments/main/"+p+"/nope", "")
	}
	if _, _, header := s.Do("PUT "+shop, "{}"); header.Get("Allow") != "DELETE, GET, PATCH" {
		t.Errorf("Allow %q", header.Get("Allow"))
	}
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	main := shop + "/environments/main"
	for _, c := range []struct{ call, body, field string }{
		{"PATCH " + shop, `{"titel":"x"}`, "titel"},
		{"PATCH " + shop, `{"title":5}`, "title"},
		{"PATCH " + shop, `{"timezone":"Moon"}`, "timezone"},
		{"PATCH " + shop, `{"default_branch":"nope"}`, "default_branch"},
		{"PATCH " + shop + "/environments/staging", `{"parent":"feature/search"}`, "parent"},
		{"PATCH " + shop + "/environments/staging", `{"type":"production"}`, "type"},
		{"PATCH " + main, `{"http_access":{"addresses":[{"permission":"maybe","address":"any"}]}}`, "http_access.addresses.0.permission"},
		{"POST " + main + "/branch", `{}`, "name"},
		{"POST " + main + "/branch", `{"name":"a b","title":"x"}`, "name"},
		{"POST " + main + "/branch", `{"name":"x","title":"x","type":"production"}`, "type"},
		{"POST " + main + "/branch", `{"name":"x","title":"x","resources":{"init":"huge"}}`, "resources.init"},
		{"POST " + main + "/backup", `{"safe":"yes"}`, "safe"},
		{"POST " + main + "/deploy", `{}`, "strategy"},
		{"POST " + main + "/source-operation", `{"operation":"nope"}`, "operation"},
		{"POST " + main + "/deployments/current/operations", `{"service":"app","operation":"nope"}`, "operation"},
		{"POST " + shop + "/environments/staging/synchronize", `{}`, "synchronize_code"},
		{"POST " + shop + "/environments/staging/synchronize", `{"synchronize_data":true,"rebase":true}`, "rebase"},
		{"POST " + main + "/variables", `{"name":"x"}`, "value"},
		{"POST " + main + "/variables", `{"name":"1 2","value":"x"}`, "name"},
		{"POST " + main + "/variables", `{"name":"x","value":"{","is_json":true}`, "value"},
		{"POST " + shop + "/variables", `{"name":"x","value":"y","is_inheritable":true}`, "is_inheritable"},
		{"PATCH " + shop + "/variables/env:PAYMENT_API_KEY", `{"is_sensitive":false}`, "is_sensitive"},
		{"POST " + shop + "/domains", `{"name":"not a domain"}`, "name"},
		{"POST " + shop + "/environments/staging/domains", `{"name":"new.example.com","replacement_for":"nope.example.com"}`, "replacement_for"},
		{"POST " + shop + "/certificates", `{"certificate":"x","key":"y"}`, "key"},
		{"POST " + shop + "/integrations", `{"type":"nope"}`, "type"},
		{"POST " + shop + "/integrations", `{"type":"webhook"}`, "url"},
		{"POST " + shop + "/integrations", `{"type":"webhook","url":"https://x.example","token":"y"}`, "token"},
		{"PATCH " + shop + "/integrations/" + platformsh.SeedIntegration, `{"type":"gitlab"}`, "type"},
		{"POST " + shop + "/deployments", `{"type":"local"}`, "name"},
		{"POST " + main + "/versions", `{"routing":{"percentage":101}}`, "routing.percentage"},
		{"PATCH " + shop + "/settings", `{"product_name":"x"}`, "product_name"},
		{"POST " + shop + "/access", `{"role":"contributor","user":"x"}`, "role"},
		{"POST " + shop + "/access", `{"role":"admin"}`, "user"},
		{"GET " + shop + "/activities?count=0", "", "count"},
		{"GET " + shop + "/activities?state=done", "", "state"},
		{"GET " + shop + "/activities?starts_at=yesterday", "", "starts_at"},
	} {
		d := s.refuse(400, c.call, c.body)
		detail, _ := d["detail"].(doc)
		if msgs, ok := detail[c.field].([]any); !ok || len(msgs) == 0 {
			t.Errorf("%s %s: detail %v does not name %s", c.call, c.body, detail, c.field)
		}
	}
	for _, body := range []string{"{", "[]", "null", `"x"`} {
		s.refuse(400, "PATCH "+shop, body)
	}
	s.refuse(409, "PATCH "+shop, `{"default_branch":"`+platformsh.InactiveEnvironment+`"}`)
	s.Media = "application/x-www-form-urlencoded"
	s.refuse(415, "PATCH "+shop, "title=x")
}

func TestProjectAnswersLikeTheRealOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.Get(shop)
	if p["title"] != "Acme Shop" || p["default_domain"] != "shop.example.com" || p["organization"] != platformsh.OrgAcme {
		t.Errorf("project %v", p)
	}
	self := p["_links"].(doc)["self"].(doc)["href"]
	if self != "/api/projects/"+platformsh.ProjectShop {
		t.Errorf("self %v", self)
	}
	s.finish("success", "PATCH "+shop, `{"title":"Better Shop"}`)
	if s.Get(shop)["title"] != "Better Shop" {
		t.Error("the new title was not kept")
	}
	settings := s.Get(shop + "/settings")
	if settings["data_retention"] == nil {
		t.Errorf("settings %v", settings)
	}
	before := s.Get(shop + "/system")["started_at"]
	s.finish("success", "POST "+shop+"/system/restart", "")
	if s.Get(shop + "/system")["started_at"] == before {
		t.Error("the restart left no trace")
	}
	s.accept("DELETE "+shop, "")
	s.refuse(404, "GET "+shop, "")
}

func TestChangingTheDefaultBranchMovesProduction(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.finish("success", "PATCH "+shop, `{"default_branch":"staging"}`)
	next, old := s.Get(shop+"/environments/staging"), s.Get(shop+"/environments/main")
	if next["is_main"] != true || next["type"] != "production" || next["parent"] != nil || next["has_domains"] != true {
		t.Errorf("staging %v", next)
	}
	if old["is_main"] != false || old["parent"] != "staging" || old["has_domains"] != false {
		t.Errorf("main %v", old)
	}
	s.refuse(409, "POST "+shop+"/environments/staging/deactivate", "")
}

func TestGitObjectsHangTogether(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	head := s.Get(shop + "/environments/" + url.PathEscape(platformsh.BrokenEnvironment))["head_commit"].(string)
	ref := s.Get(shop + "/git/refs/" + url.PathEscape("heads/"+platformsh.BrokenEnvironment))
	if ref["sha"] != head || ref["ref"] != "refs/heads/"+platformsh.BrokenEnvironment {
		t.Fatalf("ref %v, head %s", ref, head)
	}
	s.refuse(404, "GET "+shop+"/git/refs/heads/main", "") // an unescaped slash is another path
	commit := s.Get(shop + "/git/commits/" + head)
	tree := s.Get(shop + "/git/trees/" + commit["tree"].(string))
	var entries []doc
	for _, e := range tree["tree"].([]any) {
		entries = append(entries, e.(doc))
	}
	app := find(entries, "path", ".platform.app.yaml")
	blob := s.Get(shop + "/git/blobs/" + app["sha"].(string))
	if !strings.Contains(blob["content"].(string), "elastic") || blob["size"] != float64(len(blob["content"].(string))) {
		t.Errorf("blob %v", blob)
	}
	folder := find(entries, "path", "public")
	if sub := s.Get(shop + "/git/trees/" + folder["sha"].(string)); len(sub["tree"].([]any)) == 0 {
		t.Errorf("tree of public %v", sub)
	}
	parent := commit["parents"].([]any)[0].(string)
	s.Get(shop + "/git/commits/" + parent)
}

func TestTheFailedDeploymentExplainsItself(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	env := shop + "/environments/" + url.PathEscape(platformsh.BrokenEnvironment)
	failed := s.list(env + "/activities?result=failure&count=5")
	if len(failed) != 1 || failed[0]["id"] != platformsh.SeedFailedActivity || failed[0]["type"] != "environment.push" {
		t.Fatalf("failed activities %v", failed)
	}
	status, body, header := s.Do("GET "+env+"/activities/"+platformsh.SeedFailedActivity+"/log", "")
	if status != 200 || header.Get("Content-Type") != "application/x-ndjson" {
		t.Fatalf("log: %d %v", status, header)
	}
	text, seals := "", 0
	for lines := bufio.NewScanner(strings.NewReader(body.(string))); lines.Scan(); {
		var line struct {
			ID   string `json:"_id"`
			Data struct{ Timestamp, Message string }
			Seal bool
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.ID == "" {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		text += line.Data.Message
		if line.Seal {
			seals++
		}
	}
	if seals != 1 || !strings.Contains(text, "'elastic'") || !strings.Contains(text, "services.yaml") {
		t.Errorf("%d seals in\n%s", seals, text)
	}
	// The cause is in the code, so another try fails as well, and a merge would break the parent.
	s.finish("failure", "POST "+env+"/redeploy", "")
	s.finish("failure", "POST "+env+"/merge", "")
	if state := s.Get(env)["deployment_state"].(doc); state["last_deployment_successful"] != false {
		t.Errorf("state %v", state)
	}
	// The data service name is fixed by taking the parent's code.
	s.refuse(409, "POST "+env+"/synchronize", `{"synchronize_code":true}`)
}

func TestVariables(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	main := shop + "/environments/main/variables"
	if v := s.Get(shop + "/variables/env:PAYMENT_API_KEY"); v["is_sensitive"] != true || v["value"] != nil {
		t.Errorf("sensitive variable %v", v)
	}
	if v := s.Get(shop + "/variables/env%3AAPP_ENV"); v["value"] != "prod" {
		t.Errorf("plain variable %v", v)
	}
	if strings.Contains(toJSON(t, s.Get(shop+"/environments/main/deployments/current")), "sk_live") {
		t.Error("the deployment shows a sensitive value")
	}
	s.refuse(409, "POST "+main, `{"name":"env:MAILER_DSN","value":"x"}`)
	before := s.Get(shop + "/environments/main")["deployment_state"].(doc)["last_deployment_at"]
	s.finish("success", "POST "+main, `{"name":"env:NEW","value":"1"}`)
	if s.Get(shop + "/environments/main")["deployment_state"].(doc)["last_deployment_at"] == before {
		t.Error("an environment variable did not redeploy")
	}
	inherited := s.Get(shop + "/environments/staging/variables/env:NEW")
	if inherited["inherited"] != true || inherited["value"] != "1" {
		t.Errorf("inherited %v", inherited)
	}
	s.refuse(409, "PATCH "+shop+"/environments/staging/variables/env:NEW", `{"value":"2"}`)
	s.finish("success", "POST "+shop+"/environments/staging/variables", `{"name":"env:NEW","value":"2"}`)
	if v := s.Get(shop + "/environments/staging/variables/env:NEW"); v["inherited"] != false || v["value"] != "2" {
		t.Errorf("own %v", v)
	}
	s.finish("success", "PATCH "+main+"/env:NEW", `{"value":"3","is_sensitive":true}`)
	if v := s.Get(main + "/env:NEW"); v["value"] != nil {
		t.Errorf("value still readable: %v", v)
	}
	s.finish("success", "PATCH "+main+"/env:NEW", `{"name":"env:RENAMED"}`)
	s.refuse(404, "GET "+main+"/env:NEW", "")
	s.finish("success", "DELETE "+main+"/env:RENAMED", "")
	s.refuse(404, "DELETE "+main+"/env:RENAMED", "")
	a, _ := s.accept("POST "+shop+"/variables", `{"name":"a","value":"b"}`)
	if a["type"] != "project.variable.create" || len(a["environments"].([]any)) != 0 {
		t.Errorf("activity of a project variable %v", a)
	}
}

func TestDomainsBringCertificates(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.refuse(409, "POST /projects/"+platformsh.ProjectBlog+"/domains", `{"name":"shop.example.com"}`)
	s.finish("success", "POST "+shop+"/domains", `{"name":"www.example.com","is_default":true}`)
	if d := s.Get(shop)["default_domain"]; d != "www.example.com" {
		t.Errorf("default domain %v", d)
	}
	covered := func() bool {
		for _, c := range s.list(shop + "/certificates") {
			if strings.Contains(toJSON(t, c["domains"]), "www.example.com") {
				return c["is_provisioned"] == true
			}
		}
		return false
	}
	if !covered() {
		t.Error("no certificate was provisioned")
	}
	s.finish("success", "POST "+shop+"/environments/staging/domains", `{"name":"stage.example.com","replacement_for":"shop.example.com"}`)
	s.refuse(404, "GET "+shop+"/domains/stage.example.com", "")
	s.finish("success", "DELETE "+shop+"/domains/www.example.com", "")
	if covered() || s.Get(shop)["default_domain"] != nil {
		t.Error("the certificate or the default domain outlived the domain")
	}
	if c := s.Get(shop + "/certificates/" + platformsh.SeedCertificate); c["is_provisioned"] != false {
		t.Errorf("seeded certificate %v", c)
	}
	if resp, _, _ := s.Do("POST "+shop+"/certificates", `{"certificate":"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n","key":"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"}`); resp != http.StatusBadRequest {
		t.Errorf("a certificate of nonsense: %d", resp)
	}
}

func TestIntegrationsHideTheirTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if in := s.Get(shop + "/integrations/" + platformsh.SeedIntegration); in["token"] != nil || in["repository"] != "acme/shop" {
		t.Errorf("github %v", in)
	}
	s.refuse(409, "POST "+shop+"/integrations", `{"type":"gitlab","token":"x","project":"y"}`)
	s.refuse(409, "POST "+shop+"/environments/main/routes", `{"type":"upstream","upstream":"app:http"}`)
	_, hook := s.accept("POST "+shop+"/integrations", `{"type":"webhook","url":"https://hook.example.com/x","shared_key":"k","events":["environment.backup"]}`)
	// From now on a backup brings a second activity, and only a backup.
	answer := s.Want(202, "POST "+shop+"/environments/main/backup", "")
	acts := answer["_embedded"].(doc)["activities"].([]any)
	if len(acts) != 2 || acts[1].(doc)["type"] != "integration.webhook" || acts[1].(doc)["integration"] != hook["id"] {
		t.Errorf("activities %v", acts)
	}
	answer = s.Want(202, "POST "+shop+"/environments/main/redeploy", "")
	if acts := answer["_embedded"].(doc)["activities"].([]any); len(acts) != 1 {
		t.Errorf("activities %v", acts)
	}
	s.accept("DELETE "+shop+"/integrations/"+hook["id"].(string), "")
	s.accept("DELETE "+shop+"/integrations/"+platformsh.SeedIntegration, "")
	id := url.PathEscape("https://docs.{default}/")
	s.finish("success", "POST "+shop+"/environments/staging/routes", `{"type":"upstream","upstream":"app:http","id":"https://docs.{default}/"}`)
	if r := s.Get(shop + "/environments/staging/routes/" + id); !strings.HasPrefix(r["url"].(string), "https://docs.staging-") {
		t.Errorf("route %v", r)
	}
	s.finish("success", "DELETE "+shop+"/environments/staging/routes/"+id, "")
	s.refuse(404, "GET "+shop+"/environments/staging/routes/"+id, "")
}
