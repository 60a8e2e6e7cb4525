package platformsh_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"paasmcp/internal/simulator"
	"paasmcp/internal/simulator/platformsh"
)

func TestOrganizationLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.Want(http.StatusCreated, "POST /organizations", `{"label":"Bäcker & Söhne","country":"AT"}`)
	path := "/organizations/" + org["id"].(string)
	if org["name"] != "b-cker-s-hne" || org["owner_id"] != platformsh.UserAda || len(org["id"].(string)) != 26 {
		t.Errorf("created: %v", org)
	}
	if got := s.Get("/organizations/name=b-cker-s-hne"); got["id"] != org["id"] {
		t.Errorf("by name: %v", got)
	}
	s.Want(http.StatusOK, "PATCH "+path, `{"name":"baecker"}`)
	if s.Get(path)["name"] != "baecker" || s.Get("/organizations")["count"] != 3.0 {
		t.Error("the new name or the new organization is not listed")
	}

	for _, list := range []string{"projects", "subscriptions", "orders", "invoices", "records/plan", "records/usage", "discounts"} {
		if items, ok := s.Get(path + "/" + list)["items"].([]any); !ok || len(items) != 0 {
			t.Errorf("%s of a new organization: %v", list, items)
		}
	}
	if n := len(s.list(path + "/invitations")); n != 0 {
		t.Errorf("%d invitations to a new organization", n)
	}

	if d := s.Want(http.StatusOK, "PATCH "+path+"/address", `{"locality":"Wien","premise":null}`); d["locality"] != "Wien" || d["country"] != "AT" {
		t.Errorf("address: %v", d)
	}
	s.Want(http.StatusOK, "PATCH "+path+"/profile", `{"vat_number":"ATU12345678","billing_contact":"pay@baecker.example"}`)
	if d := s.Get(path + "/profile"); d["vat_number"] != "ATU12345678" || d["type"] != "organization" {
		t.Errorf("profile: %v", d)
	}

	s.Want(http.StatusNoContent, "POST "+path+"/mfa-enforcement/enable", "")
	if s.Get(path + "/mfa-enforcement")["enforce_mfa"] != true {
		t.Error("MFA is not enforced")
	}
	s.Want(http.StatusNoContent, "POST "+path+"/mfa-enforcement/disable", "")
	if s.Get(path + "/mfa-enforcement")["enforce_mfa"] != false {
		t.Error("MFA is still enforced")
	}

	s.Want(http.StatusCreated, "POST "+path+"/subscriptions", `{"project_region":"ch-1.platform.sh"}`)
	s.refuse(http.StatusBadRequest, "DELETE "+path, "") // it has a project
	s.Want(http.StatusNoContent, "DELETE "+path+"/subscriptions/1000006", "")
	s.Want(http.StatusNoContent, "DELETE "+path, "")
	s.refuse(http.StatusNotFound, "GET "+path, "")
}

func TestMemberLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cleo := soloPath + "/members/" + platformsh.UserCleo
	m := s.Want(http.StatusCreated, "POST "+soloPath+"/members", `{"user_id":"`+platformsh.UserCleo+`","permissions":["billing"]}`)
	if m["level"] != "viewer" || m["owner"] != false {
		t.Errorf("member: %v", m)
	}
	if d := s.Want(http.StatusOK, "PATCH "+cleo, `{"permissions":["admin"]}`); d["level"] != "admin" {
		t.Errorf("promoted: %v", d)
	}
	if s.Get(cleo)["level"] != "admin" || s.Get(soloPath + "/members")["count"] != 3.0 {
		t.Error("the change does not show")
	}
	s.refuse(http.StatusForbidden, "PATCH "+soloPath+"/members/"+platformsh.UserBen, `{"permissions":[]}`) // the owner
	s.Want(http.StatusNoContent, "DELETE "+cleo, "")
	s.refuse(http.StatusNotFound, "GET "+cleo, "")

	// Leaving an organization ends access through its teams and grants.
	s.Want(http.StatusNoContent, "DELETE "+orgPath+"/members/"+platformsh.UserBen, "")
	s.refuse(http.StatusNotFound, "GET "+teamPath+"/members/"+platformsh.UserBen, "")
	s.refuse(http.StatusNotFound, "GET "+shopPath+"/user-access/"+platformsh.UserBen, "")

	d := s.Want(http.StatusOK, "POST "+soloPath+"/mfa/remind", `{"user_ids":["`+platformsh.UserAda+`","`+platformsh.UserBen+`","`+nobody+`"]}`)
	for id, code := range map[string]float64{platformsh.UserAda: 200, platformsh.UserBen: 409, nobody: 404} {
		if d[id].(doc)["code"] != code {
			t.Errorf("reminder of %s: %v, want %v", id, d[id], code)
		}
	}
}

// Buying a project takes time: requested, provisioning, active; then the project is there.
func TestSubscriptionLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if d := s.Get(orgPath + "/subscriptions/can-create"); d["can_create"] != true {
		t.Fatalf("can-create: %v", d)
	}
	sub := s.Want(http.StatusCreated, "POST "+orgPath+"/subscriptions",
		`{"project_region":"de-2.platform.sh","project_title":"New","plan":"standard","default_branch":"trunk","environments":4,"storage":10240}`)
	path := orgPath + "/subscriptions/" + sub["id"].(string)
	if sub["status"] != "requested" || sub["project_id"] != "" {
		t.Errorf("at first: %v", sub)
	}
	s.refuse(http.StatusConflict, "PATCH "+path, `{"plan":"large"}`)
	s.clock.Advance(3 * time.Second)
	sub = s.Get(path)
	project, _ := sub["project_id"].(string)
	if sub["status"] != "provisioning" || project == "" {
		t.Fatalf("then: %v", sub)
	}
	s.refuse(http.StatusNotFound, "GET /projects/"+project, "")
	s.clock.Advance(time.Minute)
	if p := s.Get("/projects/" + project); p["title"] != "New" || p["default_branch"] != "trunk" || p["region"] != "de-2.platform.sh" {
		t.Errorf("project: %v", p)
	}
	if sub = s.Get(path); sub["status"] != "active" || sub["user_licenses"] != 1.0 {
		t.Errorf("at last: %v", sub)
	}
	if d := s.Get("/subscriptions/" + sub["id"].(string) + "/can-update?plan=large&storage=20480"); d["can_update"] != true {
		t.Errorf("can-update: %v", d)
	}
	if d := s.Get("/subscriptions/" + sub["id"].(string) + "/can-update?storage=5120"); d["can_update"] != false || d["message"] == "" {
		t.Errorf("can-update with less storage: %v", d)
	}
	s.Want(http.StatusOK, "PATCH "+path, `{"plan":"large","storage":20480,"project_title":"Newer","continuous_profiling":"advanced"}`)
	if d := s.Get("/projects/" + project); d["title"] != "Newer" || d["subscription"].(doc)["plan"] != "large" {
		t.Errorf("the project has not followed: %v", d)
	}
	if d := s.Get(path + "/addons"); d["current"].(doc)["continuous_profiling"].(doc)["advanced"] == nil {
		t.Errorf("addons: %v", d)
	}
	s.Want(http.StatusNoContent, "DELETE "+path, "")
	s.refuse(http.StatusNotFound, "GET /projects/"+project, "")
	s.refuse(http.StatusNotFound, "DELETE "+path, "")
	if s.Get(path)["status"] != "deleted" {
		t.Error("the record of the subscription is gone")
	}

	gone := s.Want(http.StatusCreated, "POST "+orgPath+"/subscriptions", `{"project_region":"de-2.platform.sh"}`)["id"].(string)
	s.Want(http.StatusNoContent, "DELETE "+orgPath+"/subscriptions/"+gone, "")
	s.clock.Advance(time.Hour)
	if s.Get(orgPath + "/subscriptions/" + gone)["status"] != "deleted" {
		t.Error("a cancelled purchase was provisioned all the same")
	}
}

// At Instant speed a purchase is over when it is answered.
func TestInstantSubscription(t *testing.T) {
	t.Parallel()
	s := newSiteWith(t, simulator.Options{Speed: simulator.Instant})
	sub := s.Want(http.StatusCreated, "POST "+orgPath+"/subscriptions", `{"project_region":"eu-5.platform.sh"}`)
	if sub["status"] != "active" {
		t.Fatalf("subscription: %v", sub)
	}
	s.Get("/projects/" + sub["project_id"].(string))
}

func TestOrganizationProjectLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.Want(http.StatusCreated, "POST "+orgPath+"/projects", `{"region":"eu-5.platform.sh","title":"Docs","cse_notes":"hello"}`)
	id := p["id"].(string)
	path := orgPath + "/projects/" + id
	if p["status"] != "requested" || p["type"] != "grid" || p["cse_notes"] != "hello" {
		t.Errorf("created: %v", p)
	}
	s.clock.Advance(time.Minute)
	s.Get("/projects/" + id)
	if p = s.Get(path); p["status"] != "active" {
		t.Errorf("after a minute: %v", p)
	}
	s.Want(http.StatusOK, "PATCH "+path, `{"title":"Documents","timezone":"Europe/Berlin","plan":"medium"}`)
	if p = s.Get("/projects/" + id); p["title"] != "Documents" || p["timezone"] != "Europe/Berlin" {
		t.Errorf("project after the change: %v", p)
	}
	s.Want(http.StatusNoContent, "DELETE "+path, "")
	s.refuse(http.StatusNotFound, "GET "+path, "")
	s.refuse(http.StatusNotFound, "GET /projects/"+id, "")
	for _, i := range s.Get(orgPath + "/projects")["items"].([]any) {
		if i.(doc)["id"] == id {
			t.Error("a deleted project is still listed")
		}
	}
}

func TestUsageMetrics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	all := s.Get(orgPath + "/subscriptions/1000001/current_usage?include_not_charged=true")
	charged := s.Get(orgPath + "/subscriptions/1000001/current_usage")
	if len(all) <= len(charged) || charged["build_cpu"] != nil || all["build_cpu"] == nil {
		t.Errorf("usage: %d groups, %d charged", len(all), len(charged))
	}
	if d := s.Get(orgPath + "/subscriptions/1000001/current_usage?usage_groups=cpu_app,memory_app"); len(d) != 2 {
		t.Errorf("usage of two groups: %v", d)
	}
	d := s.Get(orgPath + "/projects/abc123shop/metrics/carbon?from%5Bgte%5D=2026-09-10&to%5Blt%5D=2026-11-10&interval=month")
	values := d["values"].([]any)
	starts := []string{}
	for _, v := range values {
		starts = append(starts, v.(doc)["start_time"].(string)[:10])
	}
	if !slices.Equal(starts, []string{"2026-09-01", "2026-10-01"}) || d["total"].(float64) <= 0 {
		t.Errorf("carbon: %v", d)
	}
	if d := s.Get(orgPath + "/metrics/carbon"); len(d["projects"].([]any)) != 2 || d["meta"].(doc)["interval"] != "day" {
		t.Errorf("carbon of the organization: %v", d)
	}
}
