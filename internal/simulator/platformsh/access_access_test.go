package platformsh_test

import (
	"net/http"
	"testing"
	"time"

	"paasmcp/internal/simulator/platformsh"
)

// A grant is one thing seen from two sides.
func TestUserAccessLifecycle(t *testing.T) {
	t.Parallel()
	cleo := platformsh.UserCleo
	for name, side := range map[string]struct{ list, one, other, body string }{
		"project": {shopPath + "/user-access", shopPath + "/user-access/" + cleo, "/users/" + cleo + "/project-access/abc123shop",
			`[{"user_id":"` + cleo + `","permissions":["viewer","staging:viewer"]}]`},
		"user": {"/users/" + cleo + "/project-access", "/users/" + cleo + "/project-access/abc123shop", shopPath + "/user-access/" + cleo,
			`[{"project_id":"abc123shop","permissions":["viewer","staging:viewer"]}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.Want(http.StatusNoContent, "POST "+side.list, side.body)
			d := s.Get(side.other)
			if len(d["permissions"].([]any)) != 2 || d["organization_id"] != platformsh.OrgAcme || d["project_title"] != "Acme Shop" {
				t.Errorf("grant: %v", d)
			}
			s.Want(http.StatusNoContent, "PATCH "+side.one, `{"permissions":["admin"]}`)
			if got := s.Get(side.other)["permissions"].([]any); len(got) != 1 || got[0] != "admin" {
				t.Errorf("changed: %v", got)
			}
			s.Want(http.StatusNoContent, "DELETE "+side.one, "")
			s.refuse(http.StatusNotFound, "GET "+side.other, "")
		})
	}
}

func TestUserAccessAddsMembersOnRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	solo, cleo := "/projects/"+platformsh.ProjectSolo, platformsh.UserCleo
	s.refuse(http.StatusBadRequest, "POST "+solo+"/user-access", `[{"user_id":"`+cleo+`","permissions":["viewer"]}]`)
	s.refuse(http.StatusNotFound, "GET "+soloPath+"/members/"+cleo, "")
	s.Want(http.StatusNoContent, "POST "+solo+"/user-access", `[{"user_id":"`+cleo+`","permissions":["viewer"],"auto_add_member":true}]`)
	s.Get(soloPath + "/members/" + cleo)
}

func TestDeletedProjectTakesItsGrantsAlong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Want(http.StatusNoContent, "DELETE "+orgPath+"/subscriptions/"+platformsh.SubscriptionShop, "")
	s.refuse(http.StatusNotFound, "GET "+shopPath, "")
	s.refuse(http.StatusNotFound, "GET "+shopPath+"/invitations", "")
	for _, i := range s.Get(adaPath + "/project-access")["items"].([]any) {
		if i.(doc)["project_id"] == platformsh.ProjectShop {
			t.Errorf("still listed: %v", i)
		}
	}
	if n := s.Get(teamPath)["counts"].(doc)["project_count"]; n != 0.0 {
		t.Errorf("the team still has %v projects", n)
	}
}

// A project deleted on its own side ends its subscription too.
func TestDeletedProjectEndsItsSubscription(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if status, v, _ := s.Do("DELETE "+blogPath, ""); status >= 300 {
		t.Fatalf("delete: %d %v", status, v)
	}
	s.clock.Advance(time.Hour)
	if sub := s.Get(orgPath + "/subscriptions/" + platformsh.SubscriptionBlog); sub["status"] != "deleted" {
		t.Errorf("subscription: %v", sub["status"])
	}
	s.refuse(http.StatusNotFound, "GET "+orgPath+"/projects/"+platformsh.ProjectBlog, "")
}
