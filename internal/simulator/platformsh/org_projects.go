package platformsh

func orgProjectRoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/projects", (*Server).listOrgProjects},
		{"POST /organizations/{organization_id}/projects", (*Server).postOrgProject},
		{"GET /organizations/{organization_id}/projects/{project_id}", (*Server).getOrgProject},
		{"PATCH /organizations/{organization_id}/projects/{project_id}", (*Server).patchOrgProject},
		{"DELETE /organizations/{organization_id}/projects/{project_id}", (*Server).removeOrgProject},
	}
}

// An organization project is another view of a subscription and its project.
func (s *Server) orgProjectView(r *Request, sub Doc) Doc {
	v := s.subscriptionView(r, sub)
	org, id := text(sub, "organization_id"), text(sub, "project_id")
	base := r.base() + "/organizations/" + org + "/projects/" + id
	l := links("self", base, "activities", r.base()+"/projects/"+id+"/activities", "addons",
		r.base()+"/organizations/"+org+"/subscriptions/"+text(sub, "id")+"/addons")
	if s.may(org, r.UserID, "plans") {
		l["update"], l["delete"] = action(base, "PATCH"), action(base, "DELETE")
	}
	out := Doc{
		"id": id, "organization_id": org, "subscription_id": sub["id"], "vendor": sub["vendor"], "region": v["project_region"],
		"title": v["project_title"], "type": sub["project_type"], "plan": v["plan"], "timezone": v["timezone"],
		"default_branch": sub["project_branch"], "status": orgProjectStatus(text(sub, "status")), "trial_plan": sub["is_trial_plan"],
		"project_ui": "https://console.platform.sh/" + s.organizationName(org) + "/" + id, "locked": false, "cse_notes": sub["project_notes"],
		"dedicated_tag": sub["project_tag"], "created_at": sub["created_at"], "updated_at": sub["updated_at"], "_links": l,
	}
	if p, ok := s.projectInfo(id); ok {
		out["default_branch"] = p["default_branch"]
	}
	return out
}

func orgProjectStatus(subscription string) string {
	switch subscription {
	case "provisioning":
		return "requested"
	case "provisioning failure":
		return "failed"
	}
	return subscription
}

func (s *Server) listOrgProjects(r *Request) (Response, error) {
	org, err := s.organization(r)
	if err != nil {
		return Response{}, err
	}
	docs := each(s.liveSubscriptions(text(org, "id")), func(sub Doc) Doc { return s.orgProjectView(r, sub) })
	page, err := listPage(r, docs, list{key: "id", max: maxPage, count: true,
		filters: []string{"id", "title", "status", "updated_at", "created_at"}, sorts: []string{"id", "created_at", "updated_at"}})
	if err != nil {
		return Response{}, err
	}
	s.addRefs(r, page, "regions", "region")
	return OK(page)
}

func (s *Server) postOrgProject(r *Request) (Response, error) {
	org, err := s.purchaser(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("region", String), Opt("organization_id", String), Opt("title", String),
		Opt("type", String, "grid", "dedicated"), Opt("plan", String), Opt("default_branch", String), Opt("cse_notes", String),
		Opt("dedicated_tag", String))
	if err != nil {
		return Response{}, err
	}
	if o := text(body, "organization_id"); o != "" && o != org["id"] {
		return Response{}, InvalidField("organization_id", "Not the organization of the path.")
	}
	want := Doc{"project_region": body["region"], "project_title": body["title"], "default_branch": body["default_branch"]}
	if plan, given := body["plan"]; given {
		want["plan"] = plan
	}
	sub, err := s.provision(r, org, want)
	if err != nil {
		if p, ok := err.(*Problem); ok && p.Detail["project_region"] != nil { // the field has another name here
			return Response{}, Invalid(map[string][]string{"region": p.Detail["project_region"]})
		}
		return Response{}, err
	}
	if kind := text(body, "type"); kind != "" {
		sub["project_type"] = kind
	}
	sub["project_notes"], sub["project_tag"] = text(body, "cse_notes"), text(body, "dedicated_tag")
	return Created(s.orgProjectView(r, sub))
}

// orgProject returns the live subscription behind the project of the path.
func (s *Server) orgProject(r *Request, need ...string) (Doc, error) {
	org, err := s.organization(r, need...)
	if err != nil {
		return nil, err
	}
	id := r.Param("project_id")
	for _, sub := range s.liveSubscriptions(text(org, "id")) {
		if sub["project_id"] == id {
			return sub, nil
		}
	}
	return nil, NotFound("Project", id)
}

func (s *Server) getOrgProject(r *Request) (Response, error) {
	sub, err := s.orgProject(r)
	if err != nil {
		return Response{}, err
	}
	return OK(s.orgProjectView(r, sub))
}

func (s *Server) patchOrgProject(r *Request) (Response, error) {
	sub, err := s.orgProject(r, "plans")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("title", String), Opt("plan", String), Opt("timezone", String), Opt("cse_notes", String),
		Opt("dedicated_tag", String))
	if err != nil {
		return Response{}, err
	}
	change := Doc{}
	for field, of := range map[string]string{"title": "project_title", "plan": "plan", "timezone": "timezone",
		"cse_notes": "project_notes", "dedicated_tag": "project_tag"} {
		if v, given := body[field]; given {
			change[of] = v
		}
	}
	if detail := checkSize(change); detail != nil {
		return Response{}, Invalid(detail)
	}
	if message := s.updateObstacle(sub, change); message != "" {
		return Response{}, InvalidField("plan", "%s", message)
	}
	s.changeSubscription(sub, change, r.Now)
	return OK(s.orgProjectView(r, sub))
}

func (s *Server) removeOrgProject(r *Request) (Response, error) {
	sub, err := s.orgProject(r, "plans")
	if err != nil {
		return Response{}, err
	}
	s.endSubscription(sub, r.Now)
	return NoContent()
}
