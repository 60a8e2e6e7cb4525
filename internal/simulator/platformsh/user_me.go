package platformsh

import "strconv"

func userMeRoutes() []Route {
	return []Route{
		{"GET /me", (*Server).getMe},
		{"POST /me/phone", (*Server).postMePhone},
		{"POST /me/verification", (*Server).postMeVerification},
	}
}

// getMe is the legacy aggregate: the user with keys, projects and tickets in one answer.
func (s *Server) getMe(r *Request) (Response, error) {
	u, _ := s.accounts.users.Get(r.UserID)
	ident := s.accounts.identities[r.UserID]
	projects := []Doc{}
	for _, sub := range s.accounts.subscriptions.All() {
		id := text(sub, "project_id")
		if _, there := s.projectInfo(id); there && len(s.projectPermissions(id, r.UserID)) > 0 {
			projects = append(projects, s.legacyProject(r, sub))
		}
	}
	tickets := map[string]int{}
	for _, t := range s.accounts.tickets.All() {
		if t["requester_id"] == r.UserID {
			tickets[text(t, "status")]++
		}
	}
	return OK(Doc{
		"id": u["id"], "uuid": u["id"], "username": u["username"], "display_name": displayName(u), "status": 1, "mail": u["email"],
		"ssh_keys": ident.keys.Docs(), "has_key": ident.keys.Len() > 0, "projects": projects, "sequence": ident.uid,
		"roles": []string{"authenticated user"}, "picture": u["picture"], "tickets": tickets, "trial": false, "current_trial": []Doc{},
	})
}

func (s *Server) legacyProject(r *Request, sub Doc) Doc {
	v := s.subscriptionView(r, sub)
	number, _ := strconv.Atoi(text(sub, "id")) // this service shows subscription ids as numbers
	return Doc{
		"id": v["project_id"], "name": v["project_title"], "title": v["project_title"], "cluster": v["project_region"],
		"cluster_label": v["project_region_label"], "region": v["project_region"], "region_label": v["project_region_label"],
		"uri": v["project_ui"], "endpoint": v["project_endpoint"], "license_id": number, "owner": v["owner"], "owner_info": v["owner_info"],
		"plan": v["plan"], "subscription_id": number, "status": v["status"], "vendor": v["vendor"], "vendor_label": "Platform.sh",
		"vendor_website": "https://platform.sh", "vendor_resources": "", "created_at": v["created_at"],
	}
}

func (s *Server) postMePhone(r *Request) (Response, error) {
	if _, err := r.Object(); err != nil {
		return Response{}, err
	}
	return OK(Doc{"verify_phone": s.accounts.identities[r.UserID].phone == ""})
}

func (s *Server) postMeVerification(r *Request) (Response, error) {
	if _, err := r.Object(); err != nil {
		return Response{}, err
	}
	needed := s.accounts.identities[r.UserID].phone == ""
	kind := ""
	if needed {
		kind = "phone"
	}
	return OK(Doc{"state": needed, "type": kind})
}
