package platformsh_test

import (
	"net/http"
	"strconv"
	"testing"

	"paasmcp/internal/simulator/platformsh"
)

func TestTicketLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ticket := s.Want(http.StatusOK, "POST /tickets", `{"subject":"Help","description":"It does not build.","priority":"high","subscription_id":"1000001",
		"category":"bug_report","attachments":[{"filename":"log.txt","data":"bG9n"}]}`)
	id := strconv.Itoa(int(ticket["ticket_id"].(float64)))
	if ticket["status"] != "new" || ticket["organization_id"] != platformsh.OrgAcme || ticket["attachments"] != nil {
		t.Errorf("ticket: %v", ticket)
	}
	found := s.Get("/tickets?filter%5Bticket_id%5D=" + id)["tickets"].([]any)
	if len(found) != 1 || found[0].(doc)["subject"] != "Help" {
		t.Errorf("listed: %v", found)
	}
	d := s.Want(http.StatusOK, "PATCH /tickets/"+id, `{"status":"solved","collaborator_ids":["`+platformsh.UserBen+`"]}`)
	if d["status"] != "solved" || len(d["collaborator_ids"].([]any)) != 1 {
		t.Errorf("changed: %v", d)
	}
	s.Want(http.StatusNoContent, "PATCH /tickets/"+id, `{"status":"solved"}`)
	d = s.Want(http.StatusOK, "PATCH /tickets/"+id, `{"collaborator_ids":[],"collaborators_replace":true}`)
	if len(d["collaborator_ids"].([]any)) != 0 {
		t.Errorf("collaborators: %v", d)
	}
	closed := s.Get("/tickets?filter%5Bstatus%5D=closed")["tickets"].([]any)[0].(doc)
	s.refuse(http.StatusConflict, "PATCH /tickets/"+strconv.Itoa(int(closed["ticket_id"].(float64))), `{"status":"open"}`)

	if n := len(s.list("/tickets/category?subscription_id=1000001")); n != 11 {
		t.Errorf("%d categories", n)
	}
	if all, some := len(s.list("/tickets/priority?category=incident_outage")), len(s.list("/tickets/priority?category=access")); all != 4 || some != 3 {
		t.Errorf("%d and %d priorities", all, some)
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.Get("/regions/eu-5.platform.sh")
	if r["zone"] != "Europe" || r["environmental_impact"].(doc)["green"] != true || r["available"] != true {
		t.Errorf("region: %v", r)
	}
}
