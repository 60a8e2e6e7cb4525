package acquia_test

import (
	"fmt"
	"strings"
	"testing"

	"paasmcp/internal/simulator/acquia"
)

func TestAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if me := s.Get("/account"); me["uuid"] != acquia.UserAda || me["mail"] != "ada@acme.example" {
		t.Errorf("account %v", me)
	}
	const key = `{"label":"Desk","public_key":"ssh-rsa AAAAB3NzaDesk ada@acme.example"}`
	s.finish("completed", "POST /account/ssh-keys", key)
	s.refuse(409, "conflict", "POST /account/ssh-keys", key)
	s.refuse(400, "validation_failed", "POST /account/ssh-keys", `{"label":"X","public_key":"ssh-ed25519 AAAA x"}`)
	s.finish("completed", "DELETE /account/ssh-keys/"+acquia.SeedSSHKey, "")
	if got := names(s.list("/account/ssh-keys"), "label"); fmt.Sprint(got) != "[Desk]" {
		t.Errorf("keys %q", got)
	}
	star := "POST /account/applications/" + acquia.AppPortal + "/actions/"
	s.refuse(409, "conflict", star+"unstar", "{}")
	s.Want(200, star+"star", "{}")
	s.refuse(409, "conflict", star+"star", "{}")
	s.Want(200, star+"mark-recent", "{}")
	if got := fmt.Sprint(path(s.Get("/account"), "metadata.applications")); strings.Count(got, acquia.AppPortal) != 2 {
		t.Errorf("metadata %s", got)
	}
	s.refuse(404, "not_found", "GET /account/applications/"+acquia.AppPortal+"/has-permission?permission=fly", "")
	s.refuse(400, "validation_failed", "GET /account/applications/"+acquia.AppPortal+"/has-permission", "")
	s.refuse(403, "forbidden", "GET /account/drush-aliases/download?version=7", "")
}

func TestAgreementsAndMessages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	agreement := "/agreements/" + acquia.SeedAgreement
	s.Want(200, "POST "+agreement+"/actions/decline", "{}")
	s.refuse(409, "conflict", "POST "+agreement+"/actions/accept", "{}")
	if got := s.Get(agreement); got["status"] != "declined" || path(got, "actioned_by.uuid") != acquia.UserAda {
		t.Errorf("agreement %v", got)
	}
	message := "/messages/" + acquia.SeedMessage
	s.settle(202, "POST "+message+"/actions/dismiss", "{}")
	s.refuse(409, "conflict", "POST "+message+"/actions/dismiss", "{}")
	if status, _, header := s.Do("GET "+message+"/actions/follow", ""); status != 301 || !strings.HasPrefix(header.Get("Location"), "https://docs.example.com") {
		t.Errorf("%d %v", status, header)
	}
}

func TestTeamsAndRoles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := "/organizations/" + acquia.Organization
	s.Want(201, "POST "+org+"/teams", `{"name":"Design"}`)
	s.refuse(409, "conflict", "POST "+org+"/teams", `{"name":"Design"}`)
	team := "/teams/" + find(s.list("/teams"), "name", "Design")["uuid"].(string)
	s.Want(200, "POST "+team+"/applications", `{"uuid":"`+acquia.AppDocs+`"}`)
	s.refuse(409, "conflict", "POST "+team+"/applications", `{"uuid":"`+acquia.AppDocs+`"}`)
	s.refuse(404, "not_found", "POST "+team+"/applications", `{"uuid":"nothing"}`)
	s.refuse(404, "not_found", "DELETE "+team+"/applications/"+acquia.AppPortal, "")
	if got := names(s.list("/applications/"+acquia.AppDocs+"/teams"), "name"); fmt.Sprint(got) != "[Leads Design]" {
		t.Errorf("teams %q", got)
	}
	s.Want(200, "DELETE "+team+"/applications/"+acquia.AppDocs, "")
	s.Want(200, "PUT "+team, `{"name":"Designers"}`)
	s.Want(200, "DELETE "+team, "")
	s.refuse(404, "not_found", "GET "+team, "")

	s.Want(200, "POST "+org+"/roles", `{"name":"Auditor","description":"Looks.","permissions":["download logs prod"]}`)
	s.refuse(409, "conflict", "POST "+org+"/roles", `{"name":"Auditor","permissions":["download logs prod"]}`)
	s.refuse(400, "validation_failed", "POST "+org+"/roles", `{"name":"X","permissions":["fly"]}`)
	role := "/roles/" + find(s.list(org+"/roles"), "name", "Auditor")["uuid"].(string)
	s.Want(200, "PUT "+role, `{"permissions":["download logs prod","administer team"]}`)
	if got := s.Get(role); len(got["permissions"].([]any)) != 2 || got["description"] != "Looks." {
		t.Errorf("role %v", got)
	}
	s.Want(200, "DELETE "+role, "")
}

func TestIDEs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 4 {
		s.finish("completed", "POST "+portal+"/ides", fmt.Sprintf(`{"label":"IDE %d"}`, i))
	}
	s.refuse(400, "validation_error", "POST "+portal+"/ides", `{"label":"One too many"}`)
	s.finish("completed", "DELETE /ides/"+acquia.SeedIDE, "")
	s.refuse(400, "validation_error", "POST "+portal+"/ides", `{"label":"IDE 1"}`)
	for _, list := range []string{portal + "/ides", "/account/ides", "/subscriptions/" + acquia.Subscription + "/ides"} {
		if got := len(s.list(list)); got != 4 {
			t.Errorf("%s: %d", list, got)
		}
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := "/organizations/" + acquia.Organization
	body := `{"tags":[{"name":"Dev","color":"orange"}],"context":{"application":{"uuids":["` + acquia.AppPortal + `","` + acquia.AppDocs + `"]}}}`
	s.finish("completed", "POST "+org+"/available-tags", body)
	if find(s.list("/applications/"+acquia.AppDocs+"/tags"), "name", "Dev") == nil {
		t.Error("the second application has no tag")
	}
	s.refuse(409, "conflict", "POST "+portal+"/tags", `{"name":"Dev","color":"orange"}`)
	s.refuse(400, "validation_failed", "POST "+portal+"/tags", `{"name":"X","color":"ultraviolet"}`)
	s.refuse(400, "validation_failed", "POST "+org+"/available-tags", `{"tags":[],"context":{}}`)
	s.finish("completed", "DELETE "+org+"/available-tags", body) // a DELETE with a body
	if got := s.list("/applications/" + acquia.AppDocs + "/tags"); len(got) != 0 {
		t.Errorf("tags %v", got)
	}
}

func TestShieldRulesChangeOneAtATime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	acl := "/subscriptions/" + acquia.Subscription + "/shield-acl"
	body := `{"description":"Home","addresses":["198.51.100.7/32"]}`
	s.accept("POST "+acl, body)
	for _, call := range []string{"POST " + acl, "PUT " + acl + "/" + acquia.SeedShieldRule, "POST " + acl + "/actions/reset"} {
		if call == "POST "+acl+"/actions/reset" {
			body = "{}"
		}
		if m := s.refuse(409, "conflict", call, body); path(doc{"m": m}, "m.general") == nil {
			t.Errorf("%s: message %v", call, m)
		}
	}
	s.clock.Advance(3e9)
	if got := len(s.list(acl)); got != 2 {
		t.Errorf("%d rules", got)
	}
	s.refuse(400, "validation_failed", "POST "+acl, `{"description":"X","addresses":["everywhere"]}`)
	s.finish("completed", "POST "+acl+"/actions/reset", "{}")
	if got := len(s.list(acl)); got != 0 {
		t.Errorf("%d rules after the reset", got)
	}
}

func TestIdentityProviderCannotChangeWhileEnabled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	idp := "/identity-providers/" + acquia.SeedIdentityProvider
	s.refuse(409, "conflict", "POST "+idp+"/actions/disable", "{}")
	s.finish("completed", "PUT "+idp, `{"entity_id":"https://new.example/saml"}`)
	s.finish("completed", "POST "+idp+"/actions/enable", "{}")
	s.refuse(409, "conflict", "PUT "+idp, `{"label":"X"}`)
	if got := s.Get("/organizations/" + acquia.Organization + "/identity-provider"); got["idp_entity_id"] != "https://new.example/saml" || got["status"] != "enabled" {
		t.Errorf("provider %v", got)
	}
	s.finish("completed", "DELETE "+idp, "")
	s.refuse(404, "not_found", "GET /organizations/"+acquia.Organization+"/identity-provider", "")
}

func TestEmailDomains(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sub := "/subscriptions/" + acquia.Subscription + "/domains"
	s.finish("completed", "POST "+sub, `{"domain":"mail.example.com"}`)
	s.refuse(409, "conflict", "POST "+sub, `{"domain":"mail.example.com"}`)
	id := find(s.list(sub), "domain_name", "mail.example.com")["uuid"].(string)
	mail := portal + "/email/domains/" + id + "/actions/"
	s.refuse(409, "conflict", "POST "+mail+"disassociate", "{}")
	s.finish("completed", "POST "+mail+"associate", "{}")
	s.refuse(409, "conflict", "POST "+mail+"associate", "{}")
	s.finish("completed", "POST "+sub+"/"+id+"/actions/verify", "{}")
	got := find(s.list(portal+"/email/domains"), "uuid", id)
	if path(got, "flags.associated") != true || path(got, "health.code") != "200" {
		t.Errorf("domain %v", got)
	}
}
