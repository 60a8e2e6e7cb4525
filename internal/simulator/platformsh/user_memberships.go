package platformsh

import "slices"

func userMembershipRoutes() []Route {
	return []Route{{"GET /users/{user_id}/extended-access", (*Server).listExtendedAccess}}
}

// listExtendedAccess shows what a user can reach, alone or through teams. The items differ by resource and are built on
// each call, so the list is continued by link only.
func (s *Server) listExtendedAccess(r *Request) (Response, error) {
	user, err := s.visibleUser(r, "user_id")
	if err != nil {
		return Response{}, err
	}
	docs := []Doc{}
	for org := range s.accounts.organizations.All() {
		m, ok := s.member(org, user)
		if !ok || !s.isMember(org, r.UserID) {
			continue
		}
		perms := texts(m["permissions"])
		if m["owner"] == true {
			perms = []string{"admin"}
		}
		docs = append(docs, Doc{"user_id": user, "resource_id": org, "resource_type": "organization", "organization_id": org,
			"permissions": perms, "granted_at": m["created_at"], "updated_at": m["updated_at"]})
		for _, sub := range s.liveSubscriptions(org) {
			if item, ok := s.extendedItem(user, sub); ok {
				docs = append(docs, item)
			}
		}
	}
	if docs, err = filterDocs(r, docs, "resource_type", "organization_id", "permissions"); err != nil {
		return Response{}, err
	}
	page, err := linkPage(r, docs, accountPage)
	if err != nil {
		return Response{}, err
	}
	s.addRefs(r, page, "organizations", "organization_id")
	shown, _ := page["items"].([]Doc)
	projects := slices.DeleteFunc(slices.Clone(shown), func(d Doc) bool { return d["resource_type"] != "project" })
	s.linkRefs(r, page, projects, "projects", "resource_id")
	return OK(page)
}

func (s *Server) extendedItem(user string, sub Doc) (Doc, bool) {
	id := text(sub, "project_id")
	perms := s.projectPermissions(id, user)
	if _, there := s.projectInfo(id); !there || len(perms) == 0 {
		return nil, false
	}
	granted, updated := sub["created_at"], sub["updated_at"]
	if g, ok := s.accounts.userAccess.Get(grantKey(id, user)); ok {
		granted, updated = g["granted_at"], g["updated_at"]
	}
	return Doc{"user_id": user, "resource_id": id, "resource_type": "project", "organization_id": sub["organization_id"],
		"permissions": perms, "granted_at": granted, "updated_at": updated}, true
}
