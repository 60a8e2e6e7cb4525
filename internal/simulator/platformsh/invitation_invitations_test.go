package platformsh_test

import (
	"net/http"
	"testing"

	"paasmcp/internal/simulator/platformsh"
)

func TestInvitationLifecycle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, body, demo string }{
		{orgPath + "/invitations", `"permissions":["projects:list"]`, platformsh.OrgInvitationDemo},
		{shopPath + "/invitations", `"role":"viewer","permissions":[{"type":"production","role":"viewer"}]`, platformsh.ProjectInvitationDemo},
	} {
		s := newSite(t)
		create := func(force string) string { return `{"email":"new@partner.example",` + c.body + force + `}` }
		first := s.Want(http.StatusCreated, "POST "+c.path, create(""))
		if first["state"] != "pending" || first["owner"].(doc)["id"] != platformsh.UserAda {
			t.Errorf("%s: %v", c.path, first)
		}
		s.refuse(http.StatusConflict, "POST "+c.path, create(""))
		second := s.Want(http.StatusCreated, "POST "+c.path, create(`,"force":true`))
		list := s.list(c.path) // the pending ones, unless a filter asks for others
		gone := s.list(c.path + "?filter%5Bstate%5D%5Beq%5D=cancelled")
		if find(list, "id", first["id"]) != nil || find(gone, "id", first["id"]) == nil || find(list, "id", second["id"])["state"] != "pending" {
			t.Errorf("%s: after force: %v, cancelled: %v", c.path, list, gone)
		}
		s.Want(http.StatusNoContent, "DELETE "+c.path+"/"+second["id"].(string), "")
		s.refuse(http.StatusNotFound, "DELETE "+c.path+"/"+second["id"].(string), "")
		pending := s.list(c.path + "?filter%5Bstate%5D%5Beq%5D=pending&sort=-updated_at&page%5Bsize%5D=100")
		if len(pending) != 1 || pending[0]["id"] != c.demo {
			t.Errorf("%s: pending: %v", c.path, pending)
		}
		if len(s.list(c.path+"?page%5Bsize%5D=1")) != 1 {
			t.Errorf("%s: page[size] is ignored", c.path)
		}
	}
}
