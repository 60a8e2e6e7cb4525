package acquia_test

import (
	"fmt"
	"strings"
	"testing"

	"paasmcp/internal/simulator/acquia"
)

// Cleo is a developer of one application: she may deploy to and configure what is not production.
func TestWhatADeveloperMayDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.login(acquia.CleoKey, acquia.CleoSecret)
	if got := s.Get("/account")["uuid"]; got != acquia.UserCleo {
		t.Fatalf("account %v", got)
	}
	s.finish("completed", "POST "+dev+"/code/actions/switch", `{"branch":"main"}`)
	s.finish("completed", "PUT "+stage+"/variables/APP_ENV", `{"name":"APP_ENV","value":"x"}`)
	s.finish("completed", "POST "+portal+"/ides", `{"label":"Cleo"}`)
	for call, body := range map[string]string{
		"POST " + prod + "/code/actions/switch":       `{"branch":"main"}`,
		"POST " + prod + "/databases/portal/backups":  `{}`,
		"POST " + stage + "/databases/portal/backups": `{}`,
		"PUT " + prod:                                           `{"version":"8.4"}`,
		"POST " + prod + "/logs/php-error":                      `{}`,
		"POST " + portal + "/databases":                         `{"name":"x"}`,
		"DELETE " + portal + "/databases/analytics":             "",
		"POST /teams/" + acquia.TeamDevelopers + "/invites":     `{"email":"x@acme.example","roles":["` + acquia.RoleLead + `"]}`,
		"DELETE /organizations/" + acquia.Organization:          "",
		"POST /organizations/" + acquia.Organization + "/roles": `{"name":"X","permissions":["deploy to prod"]}`,
		"POST /sites":                    `{"name":"x","codebase_id":"` + acquia.Codebase + `"}`,
		"GET " + portal + "/settings/ra": "",
		"GET /account/applications/" + acquia.AppPortal + "/is-admin":             "",
		"GET /account/organizations/" + acquia.Organization + "/is-owner":         "",
		"GET /account" + portal + "/has-permission?permission=deploy%20to%20prod": "",
	} {
		s.refuse(403, "forbidden", call, body)
	}
	if m := s.refuse(403, "forbidden", "POST "+prod+"/code/actions/switch", `{"branch":"main"}`).(string); !strings.Contains(m, "'deploy to prod'") {
		t.Errorf("message %s", m)
	}
	s.Want(200, "GET /account"+portal+"/has-permission?permission=deploy%20to%20non-prod", "")
	if got := len(s.list(portal + "/permissions")); got != 3 {
		t.Errorf("%d permissions", got)
	}
	if got := s.env(acquia.EnvProd); got.Code != acquia.ProdTag {
		t.Errorf("prod %+v", got)
	}
}

func TestOthersApplicationsAreNotFound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.login(acquia.CleoKey, acquia.CleoSecret)
	if got := names(s.list("/applications"), "name"); fmt.Sprint(got) != "[Acme Portal]" {
		t.Errorf("applications %q", got)
	}
	s.refuse(404, "not_found", "GET /applications/"+acquia.AppDocs, "")
	s.refuse(404, "not_found", "GET /environments/"+acquia.EnvDocs, "")
	if got := s.list("/account/ssh-keys"); len(got) != 0 {
		t.Errorf("the keys of somebody else: %v", got)
	}
	s.refuse(404, "not_found", "GET /account/tokens/"+acquia.SeedToken, "")
	s.login(acquia.APIKey, acquia.APISecret)
	s.Want(200, "POST /teams/"+acquia.TeamDevelopers+"/applications", `{"uuid":"`+acquia.AppDocs+`"}`)
	s.Want(200, "PUT /teams/"+acquia.TeamDevelopers+"/members/"+acquia.UserCleo, `{"roles":["`+acquia.RoleLead+`"]}`)
	s.login(acquia.CleoKey, acquia.CleoSecret)
	s.Get("/applications/" + acquia.AppDocs)
	s.finish("completed", "POST "+prod+"/code/actions/switch", `{"branch":"main"}`)
	s.Want(201, "POST /teams/"+acquia.TeamDevelopers+"/invites", `{"email":"x@acme.example","roles":["`+acquia.RoleDeveloper+`"]}`)
}
