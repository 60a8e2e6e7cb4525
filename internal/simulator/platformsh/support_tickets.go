package platformsh

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

func supportRoutes() []Route {
	return []Route{
		{"GET /tickets", (*Server).listTickets},
		{"POST /tickets", (*Server).postTicket},
		{"PATCH /tickets/{ticket_id}", (*Server).patchTicket},
		{"GET /tickets/category", (*Server).listTicketCategories},
		{"GET /tickets/priority", (*Server).listTicketPriorities},
	}
}

func ticketCategories() []Doc {
	return []Doc{
		{"id": "access", "label": "Access"}, {"id": "billing_question", "label": "Billing question"}, {"id": "complaint", "label": "Complaint"},
		{"id": "compliance_question", "label": "Compliance question"}, {"id": "configuration_change", "label": "Configuration change"},
		{"id": "general_question", "label": "General question"}, {"id": "incident_outage", "label": "Incident or outage"},
		{"id": "bug_report", "label": "Bug report"}, {"id": "onboarding", "label": "Onboarding"},
		{"id": "report_a_gui_bug", "label": "Console bug"}, {"id": "close_my_account", "label": "Close my account"},
	}
}

func ticketPriorities() []Doc {
	return []Doc{
		{"id": "low", "label": "Low", "short_description": "General guidance", "description": "A question without influence on the site."},
		{"id": "normal", "label": "Normal", "short_description": "System impaired", "description": "Something works less well than it should."},
		{"id": "high", "label": "High", "short_description": "Production impaired", "description": "The live site is slow or partly broken."},
		{"id": "urgent", "label": "Urgent", "short_description": "Production down", "description": "The live site does not answer."},
	}
}

func ids(list []Doc) []string {
	out := make([]string, 0, len(list))
	for _, d := range list {
		out = append(out, text(d, "id"))
	}
	return out
}

func (s *Server) listTicketCategories(r *Request) (Response, error) {
	if err := s.checkTicketScope(r); err != nil {
		return Response{}, err
	}
	return OK(ticketCategories())
}

// listTicketPriorities offers urgent only where something can be down.
func (s *Server) listTicketPriorities(r *Request) (Response, error) {
	if err := s.checkTicketScope(r); err != nil {
		return Response{}, err
	}
	category := r.Query.Get("category")
	if category != "" && !slices.Contains(ids(ticketCategories()), category) {
		return Response{}, InvalidField("category", "No such category.")
	}
	if category == "" || category == "incident_outage" {
		return OK(ticketPriorities())
	}
	return OK(ticketPriorities()[:3])
}

// checkTicketScope checks the ids that narrow the two lists.
func (s *Server) checkTicketScope(r *Request) error {
	return s.checkTicketOwner(r, Doc{"subscription_id": r.Query.Get("subscription_id"), "organization_id": r.Query.Get("organization_id")})
}

func (s *Server) checkTicketOwner(r *Request, d Doc) error {
	if id := text(d, "subscription_id"); id != "" {
		if sub, ok := s.accounts.subscriptions.Get(id); !ok || !s.isMember(text(sub, "organization_id"), r.UserID) {
			return InvalidField("subscription_id", "No such subscription.")
		}
	}
	if id := text(d, "organization_id"); id != "" && !s.isMember(id, r.UserID) {
		return InvalidField("organization_id", "No such organization.")
	}
	return nil
}

// seesTicket is true for the people of a ticket and the members of its organization.
func (s *Server) seesTicket(t Doc, user string) bool {
	return t["requester_id"] == user || t["submitter_id"] == user || slices.Contains(texts(t["collaborator_ids"]), user) ||
		s.isMember(text(t, "organization_id"), user)
}

func (s *Server) listTickets(r *Request) (Response, error) {
	search := strings.ToLower(r.Query.Get("search"))
	docs := pick(&s.accounts.tickets, func(t Doc) bool {
		found := strings.Contains(strings.ToLower(text(t, "subject")+" "+text(t, "description")), search)
		return found && s.seesTicket(t, r.UserID)
	})
	docs, err := filterDocs(r, docs, "ticket_id", "created", "updated", "type", "priority", "status", "requester_id", "submitter_id",
		"assignee_id", "has_incidents", "due")
	if err != nil {
		return Response{}, err
	}
	slices.Reverse(docs) // newest first
	page, err := numberedPage(r, docs, "tickets", accountPage)
	if err != nil {
		return Response{}, err
	}
	return OK(page)
}

// postTicket answers 200, not 201, as documented.
func (s *Server) postTicket(r *Request) (Response, error) {
	body, err := r.Object(Need("subject", String), Need("description", String), Opt("requester_id", String),
		Opt("priority", String, ids(ticketPriorities())...), Opt("subscription_id", String), Opt("organization_id", String),
		Opt("affected_url", URL), Opt("followup_tid", String), Opt("category", String, ids(ticketCategories())...),
		Opt("attachments", Array).With(Need("filename", String), Need("data", String)), Opt("collaborator_ids", Strings))
	if err != nil {
		return Response{}, err
	}
	if err := s.checkTicketOwner(r, body); err != nil {
		return Response{}, err
	}
	for _, field := range []string{"requester_id", "collaborator_ids"} {
		people := texts(body[field])
		if id := text(body, field); id != "" {
			people = []string{id}
		}
		for _, id := range people {
			if _, ok := s.accounts.users.Get(id); !ok {
				return Response{}, InvalidField(field, "No such user: %s.", id)
			}
		}
	}
	delete(body, "attachments") // stored by the help desk, not shown here
	return OK(s.newTicket(r.UserID, body, r.Now))
}

// newTicket stores a ticket with the given fields.
func (s *Server) newTicket(from string, fields Doc, at time.Time) Doc {
	s.accounts.lastTicket++
	id := 310000 + s.accounts.lastTicket
	t := Doc{
		"ticket_id": id, "created": stamp(at), "updated": stamp(at), "type": "question", "priority": "normal", "followup_tid": "",
		"status": "new", "recipient": "support@platform.sh", "requester_id": from, "submitter_id": from, "assignee_id": nil,
		"organization_id": "", "collaborator_ids": []string{}, "has_incidents": false, "due": nil, "tags": []string{},
		"subscription_id": "", "ticket_group": "support", "support_plan": "standard", "affected_url": "", "queue": "standard",
		"issue_type": "", "resolution_time": nil, "response_time": nil, "project_url": "", "region": "", "category": "general_question",
		"environment": "env_production", "jira": []Doc{}, "ticket_sharing_status": nil,
		"application_ticket_url": nil, "infrastructure_ticket_url": nil, "zd_ticket_url": fmt.Sprintf("https://support.example/tickets/%d", id),
	}
	merge(t, fields)
	if sub, ok := s.accounts.subscriptions.Get(text(t, "subscription_id")); ok {
		t["organization_id"], t["region"] = sub["organization_id"], sub["project_region"]
		t["project_url"] = "https://console.platform.sh/" + s.organizationName(text(sub, "organization_id")) + "/" + text(sub, "project_id")
	}
	s.accounts.tickets.Put(strconv.Itoa(id), t)
	return t
}

// patchTicket answers 204 when nothing changes. A closed ticket stays closed.
func (s *Server) patchTicket(r *Request) (Response, error) {
	t, ok := s.accounts.tickets.Get(r.Param("ticket_id"))
	if !ok || !s.seesTicket(t, r.UserID) {
		return Response{}, NotFound("Ticket", r.Param("ticket_id"))
	}
	body, err := r.Object(Opt("status", String, "open", "solved"), Opt("collaborator_ids", Strings), Opt("collaborators_replace", Boolean))
	if err != nil {
		return Response{}, err
	}
	if t["status"] == "closed" {
		return Response{}, Conflict("The ticket is closed; open a new one with followup_tid.")
	}
	status, people := t["status"], texts(t["collaborator_ids"])
	if v, given := body["status"]; given {
		status = v
	}
	if given := texts(body["collaborator_ids"]); given != nil {
		for _, id := range given {
			if _, known := s.accounts.users.Get(id); !known {
				return Response{}, InvalidField("collaborator_ids", "No such user: %s.", id)
			}
		}
		if body["collaborators_replace"] != true {
			given = slices.Concat(people, given)
		}
		people = slices.Compact(append([]string{}, slices.Sorted(slices.Values(given))...)) // not nil, which JSON shows as null
	}
	if status == t["status"] && slices.Equal(people, texts(t["collaborator_ids"])) {
		return NoContent()
	}
	t["status"], t["collaborator_ids"], t["updated"] = status, people, stamp(r.Now)
	return OK(t)
}

func (s *Server) seedTickets(now time.Time) {
	subjects := []string{"Deployment stays at 90 %", "Invoice address", "More memory for the search service", "Certificate of a second domain",
		"Slow builds since Monday", "Access for an auditor", "Backup before migration", "Cron runs twice"}
	statuses := []string{"closed", "solved", "closed", "open", "pending", "solved", "new"}
	for i := range 23 {
		t := s.newTicket([]string{UserAda, UserBen, UserCleo}[i%3], Doc{
			"subject": subjects[i%len(subjects)], "description": "Please have a look; details are in the activity log.",
			"subscription_id": []string{SubscriptionShop, SubscriptionBlog}[i%2], "status": statuses[i%len(statuses)],
			"priority": text(ticketPriorities()[i%4], "id"), "category": text(ticketCategories()[i%8], "id"),
		}, now.AddDate(0, 0, -12*(23-i)))
		t["updated"] = stamp(now.AddDate(0, 0, -12*(23-i)+2))
	}
}
