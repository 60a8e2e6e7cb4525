package platformsh_test

import (
	"net/http"
	"slices"
	"testing"

	"paasmcp/internal/simulator/platformsh"
)

func TestTeamLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	team := s.Want(http.StatusCreated, "POST /teams", `{"organization_id":"`+platformsh.OrgAcme+`","label":"Designers","project_permissions":["viewer"]}`)
	id := team["id"].(string)
	path := "/teams/" + id
	s.Want(http.StatusOK, "PATCH "+path, `{"label":"Design","project_permissions":["viewer","staging:admin"]}`)
	s.Want(http.StatusCreated, "POST "+path+"/members", `{"user_id":"`+platformsh.UserCleo+`"}`)
	s.Want(http.StatusNoContent, "POST "+path+"/project-access", `[{"project_id":"abc123shop"},{"project_id":"def456blog"}]`)
	team = s.Get(path)
	if team["label"] != "Design" || team["counts"].(doc)["member_count"] != 1.0 || team["counts"].(doc)["project_count"] != 2.0 {
		t.Errorf("team: %v", team)
	}
	if d := s.Get(shopPath + "/team-access/" + id); d["project_title"] != "Acme Shop" {
		t.Errorf("grant from the project's side: %v", d)
	}
	if d := s.Get(path + "/members/" + platformsh.UserCleo); d["team_id"] != id {
		t.Errorf("member: %v", d)
	}
	// What the team may, its member may.
	for _, i := range s.Get("/users/" + platformsh.UserCleo + "/extended-access?filter%5Bresource_type%5D=project")["items"].([]any) {
		if perms := i.(doc)["permissions"].([]any); !slices.Contains(perms, any("staging:admin")) {
			t.Errorf("extended access: %v", i)
		}
	}
	s.Want(http.StatusNoContent, "DELETE "+path+"/project-access/def456blog", "")
	s.refuse(http.StatusNotFound, "GET "+blogPath+"/team-access/"+id, "")
	s.Want(http.StatusNoContent, "DELETE "+path+"/members/"+platformsh.UserCleo, "")
	s.refuse(http.StatusNotFound, "GET "+path+"/members/"+platformsh.UserCleo, "")
	s.Want(http.StatusNoContent, "DELETE "+path, "")
	s.refuse(http.StatusNotFound, "GET "+path, "")
	s.refuse(http.StatusNotFound, "GET "+shopPath+"/team-access/"+id, "")
}
