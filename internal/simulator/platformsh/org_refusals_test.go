package platformsh_test

import (
	"net/http"
	"testing"

	"paasmcp/internal/simulator/platformsh"
)

const (
	nobody    = "99999999-9999-4999-8999-999999999999"
	soloPath  = "/organizations/" + platformsh.OrgSolo
	adaPath   = "/users/" + platformsh.UserAda
	teamPath  = "/teams/" + platformsh.TeamDevelopers
	shopPath  = "/projects/" + platformsh.ProjectShop
	blogPath  = "/projects/" + platformsh.ProjectBlog
	nobodyOrg = "01HXNOBODY0000000000000000"
)

func TestAccountUnknownIDs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct{ call, body string }{
		{"GET /organizations/" + nobodyOrg, ""}, {"PATCH /organizations/" + nobodyOrg, "{}"}, {"DELETE /organizations/" + nobodyOrg, ""},
		{"GET /organizations/name=nobody", ""}, {"GET /organizations/" + nobodyOrg + "/members", ""},
		{"GET " + orgPath + "/members/" + nobody, ""}, {"PATCH " + orgPath + "/members/" + nobody, "{}"}, {"DELETE " + orgPath + "/members/" + nobody, ""},
		{"DELETE " + orgPath + "/invitations/" + nobody, ""}, {"DELETE " + shopPath + "/invitations/" + nobody, ""},
		{"GET " + orgPath + "/projects/nope", ""}, {"PATCH " + orgPath + "/projects/nope", "{}"}, {"DELETE " + orgPath + "/projects/nope", ""},
		{"GET " + orgPath + "/projects/" + platformsh.ProjectSolo, ""}, {"GET " + orgPath + "/projects/nope/metrics/carbon", ""},
		{"GET " + orgPath + "/subscriptions/1", ""}, {"PATCH " + orgPath + "/subscriptions/1", "{}"}, {"DELETE " + orgPath + "/subscriptions/1", ""},
		{"GET " + orgPath + "/subscriptions/1000003", ""}, {"GET " + orgPath + "/subscriptions/1/estimate?plan=large", ""},
		{"GET " + orgPath + "/subscriptions/1/addons", ""}, {"GET " + orgPath + "/subscriptions/1/current_usage", ""},
		{"GET " + orgPath + "/alerts/subscriptions/1/usage", ""}, {"PATCH /alerts/subscriptions/1/usage", "{}"}, {"GET /subscriptions/1/can-update", ""},
		{"GET " + orgPath + "/orders/1", ""}, {"POST " + orgPath + "/orders/1/authorize", ""}, {"GET " + orgPath + "/invoices/1", ""},
		{"GET " + soloPath + "/prepayment", ""}, {"GET " + soloPath + "/prepayment/transactions", ""}, {"GET /discounts/1", ""},
		{"GET /users/" + nobody, ""}, {"PATCH /users/" + nobody, "{}"}, {"GET /users/email=nobody@acme.example", ""}, {"GET /users/username=nobody", ""},
		{"GET " + adaPath + "/api-tokens/" + nobody, ""}, {"DELETE " + adaPath + "/api-tokens/" + nobody, ""},
		{"GET " + adaPath + "/connections/gitlab", ""}, {"DELETE " + adaPath + "/connections/gitlab", ""},
		{"DELETE " + adaPath + "/totp", ""}, {"POST " + adaPath + "/codes", ""}, {"POST " + adaPath + "/phonenumber/VEnone", `{"code":"1"}`},
		{"GET " + adaPath + "/project-access/nope", ""}, {"GET " + adaPath + "/project-access/" + platformsh.ProjectSolo, ""},
		{"GET /profiles/" + nobody, ""}, {"DELETE /profile/" + nobody + "/picture", ""}, {"GET /ssh_keys/1", ""}, {"DELETE /ssh_keys/1", ""},
		{"GET /teams/" + nobodyOrg, ""}, {"PATCH /teams/" + nobodyOrg, "{}"}, {"DELETE /teams/" + nobodyOrg, ""},
		{"GET " + teamPath + "/members/" + nobody, ""}, {"DELETE " + teamPath + "/members/" + nobody, ""},
		{"GET " + teamPath + "/project-access/" + platformsh.ProjectBlog, ""}, {"DELETE " + teamPath + "/project-access/" + platformsh.ProjectBlog, ""},
		{"GET /projects/nope/user-access", ""}, {"GET " + shopPath + "/user-access/" + nobody, ""}, {"DELETE " + shopPath + "/user-access/" + nobody, ""},
		{"GET " + shopPath + "/team-access/" + nobodyOrg, ""}, {"DELETE " + shopPath + "/team-access/" + nobodyOrg, ""},
		{"GET /regions/mars-1.platform.sh", ""}, {"PATCH /tickets/1", "{}"},
	} {
		s.refuse(http.StatusNotFound, c.call, c.body)
	}
}

func TestAccountInvalidBodies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct{ call, body, field string }{
		{"POST /organizations", `{}`, "label"},
		{"POST /organizations", `{"label":"X","country":"Germany"}`, "country"},
		{"POST /organizations", `{"label":"X","name":"acme"}`, "name"},
		{"POST /organizations", `{"label":"X","type":"free"}`, "type"},
		{"PATCH " + orgPath, `{"label":" "}`, "label"},
		{"PATCH " + orgPath, `{"status":"deleted"}`, "status"},
		{"POST " + orgPath + "/members", `{"user_id":"` + nobody + `"}`, "user_id"},
		{"POST " + orgPath + "/members", `{"user_id":"x","permissions":["root"]}`, "permissions"},
		{"PATCH " + orgPath + "/members/" + platformsh.UserBen, `{"permissions":"admin"}`, "permissions"},
		{"POST " + orgPath + "/mfa/remind", `{"user_ids":[1]}`, "user_ids"},
		{"POST " + orgPath + "/invitations", `{"email":"no","permissions":[]}`, "email"},
		{"POST " + orgPath + "/invitations", `{"email":"a@b.example","permissions":["projects:create"]}`, "permissions"},
		{"POST " + shopPath + "/invitations", `{"email":"a@b.example","permissions":[{"type":"production","role":"boss"}]}`, "permissions.0.role"},
		{"POST " + orgPath + "/subscriptions", `{"project_region":"eu-2.platform.sh"}`, "project_region"},
		{"POST " + orgPath + "/subscriptions", `{"project_region":"eu-5.platform.sh","storage":1000}`, "storage"},
		{"PATCH " + orgPath + "/subscriptions/1000001", `{"storage":1024}`, "subscription"},
		{"PATCH " + orgPath + "/subscriptions/1000001", `{"plan":"development"}`, "subscription"},
		{"POST " + orgPath + "/projects", `{"region":"mars"}`, "region"},
		{"PATCH " + orgPath + "/projects/abc123shop", `{"plan":"huge"}`, "plan"},
		{"PATCH " + orgPath + "/address", `{"country":"germany"}`, "country"},
		{"PATCH " + orgPath + "/profile", `{"vat_number":"?"}`, "vat_number"},
		{"PATCH " + orgPath + "/alerts/billing", `{"config":{"threshold":"much"}}`, "config.threshold"},
		{"PATCH " + orgPath + "/alerts/subscriptions/1000001/usage", `{"alerts":[{"id":"mood"}]}`, "alerts.0.id"},
		{"POST " + orgPath + "/vouchers/apply", `{"code":"FREE"}`, "code"},
		{"PATCH " + adaPath, `{"website":"acme"}`, "website"},
		{"PATCH " + adaPath, `{"username":"ben"}`, "username"},
		{"POST " + adaPath + "/emailaddress", `{"email_address":"x"}`, "email_address"},
		{"POST " + adaPath + "/phonenumber", `{"channel":"fax","phone_number":"+4912345678"}`, "channel"},
		{"POST " + adaPath + "/totp", `{"secret":"A","passcode":"1"}`, "secret"},
		{"POST " + adaPath + "/api-tokens", `{"name":" "}`, "name"},
		{"POST /ssh_keys", `{"value":"ssh-rsa nonsense"}`, "value"},
		{"PATCH /profiles/" + platformsh.UserAda, `{"password":"a new long password"}`, "current_password"},
		{"POST /profile/" + platformsh.UserAda + "/picture", `{}`, "file"},
		{"POST /teams", `{"organization_id":"` + platformsh.OrgAcme + `","label":"Developers"}`, "label"},
		{"POST /teams", `{"organization_id":"` + nobodyOrg + `","label":"X"}`, "organization_id"},
		{"PATCH " + teamPath, `{"project_permissions":["owner"]}`, "project_permissions"},
		{"POST " + teamPath + "/members", `{"user_id":"` + nobody + `"}`, "user_id"},
		{"POST " + shopPath + "/user-access", `[{"user_id":"` + platformsh.UserCleo + `"}]`, "0.permissions"},
		{"POST " + shopPath + "/user-access", `[{"user_id":"` + platformsh.UserCleo + `","permissions":["admin","viewer"]}]`, "permissions"},
		{"POST " + shopPath + "/team-access", `[{"team_id":"` + nobodyOrg + `"}]`, "team_id"},
		{"POST " + teamPath + "/project-access", `[{"project_id":"` + platformsh.ProjectSolo + `"}]`, "project_id"},
		{"POST /tickets", `{"subject":"X"}`, "description"},
		{"POST /tickets", `{"subject":"X","description":"Y","subscription_id":"1"}`, "subscription_id"},
	} {
		d := s.refuse(http.StatusBadRequest, c.call, c.body)
		if _, ok := d["detail"].(doc)[c.field]; !ok {
			t.Errorf("%s %s: no word about %s: %v", c.call, c.body, c.field, d["detail"])
		}
	}
	s.refuse(http.StatusBadRequest, "POST "+shopPath+"/user-access", `[]`)
	s.refuse(http.StatusBadRequest, "POST "+orgPath+"/members", `[]`)
}

func TestAccountConflicts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct{ call, body string }{
		{"POST " + orgPath + "/members", `{"user_id":"` + platformsh.UserBen + `"}`},
		{"POST " + orgPath + "/invitations", `{"email":"noor@partner.example","permissions":[]}`},
		{"POST " + orgPath + "/invitations", `{"email":"ben@acme.example","permissions":[]}`},
		{"POST " + shopPath + "/invitations", `{"email":"milo@partner.example"}`},
		{"POST " + shopPath + "/user-access", `[{"user_id":"` + platformsh.UserBen + `","permissions":["viewer"]}]`},
		{"POST " + shopPath + "/team-access", `[{"team_id":"` + platformsh.TeamDevelopers + `"}]`},
		{"POST " + teamPath + "/members", `{"user_id":"` + platformsh.UserBen + `"}`},
		{"POST " + adaPath + "/api-tokens", `{"name":"laptop"}`},
		{"POST " + adaPath + "/emailaddress", `{"email_address":"ben@acme.example"}`},
		{"PATCH " + orgPath + "/subscriptions/1000004", `{"plan":"large"}`},
	} {
		s.refuse(http.StatusConflict, c.call, c.body)
	}
	s.refuse(http.StatusPaymentRequired, "POST /projects/"+platformsh.ProjectSolo+"/invitations", `{"email":"third@home.example"}`)
}

// Ben develops and Cleo pays; what one may, the other may not.
func TestAccountPermissions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.refuse(http.StatusForbidden, "DELETE "+soloPath, "") // Ada is an administrator there, not the owner
	s.refuse(http.StatusForbidden, "PATCH /users/"+platformsh.UserBen, `{}`)
	s.refuse(http.StatusForbidden, "GET /users/"+platformsh.UserBen+"/api-tokens", "")
	s.refuse(http.StatusForbidden, "DELETE "+orgPath+"/members/"+platformsh.UserAda, "")
	s.refuse(http.StatusForbidden, "GET /orders/download?token=700.x", "")

	s.login(platformsh.BenAPIToken)
	s.refuse(http.StatusForbidden, "GET "+orgPath+"/invoices", "")
	s.refuse(http.StatusForbidden, "GET "+orgPath+"/members", "")
	s.refuse(http.StatusForbidden, "POST "+orgPath+"/mfa-enforcement/enable", "")
	s.refuse(http.StatusForbidden, "POST "+shopPath+"/invitations", `{"email":"a@b.example"}`)
	s.refuse(http.StatusForbidden, "POST "+orgPath+"/subscriptions", `{"project_region":"eu-5.platform.sh"}`) // no verified phone
	if d := s.Get(orgPath + "/subscriptions/can-create"); d["can_create"] != false || d["required_action"].(doc)["type"] != "phone" {
		t.Errorf("can-create without phone: %v", d)
	}
	if d := s.Get(orgPath); d["_links"].(doc)["update"] != nil || d["_links"].(doc)["create-subscription"] == nil {
		t.Errorf("links for a developer: %v", d["_links"])
	}

	s.login(platformsh.CleoAPIToken)
	s.Get(orgPath + "/invoices")
	s.refuse(http.StatusForbidden, "PATCH "+orgPath+"/subscriptions/1000001", `{"plan":"xlarge"}`)
	s.refuse(http.StatusNotFound, "GET "+soloPath, "")
	s.refuse(http.StatusNotFound, "GET /projects/"+platformsh.ProjectSolo+"/user-access", "")
	s.Want(http.StatusNoContent, "DELETE "+orgPath+"/members/"+platformsh.UserCleo, "") // leaves
	s.refuse(http.StatusNotFound, "GET "+orgPath, "")
}
