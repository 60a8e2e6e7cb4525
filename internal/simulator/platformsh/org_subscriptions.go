package platformsh

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// How long a new project takes, at speed 1. The real platform needs one to three minutes.
const (
	requestedFor    = 2 * time.Second
	provisioningFor = 10 * time.Second
)

const maxSubscriptions = 25 // live ones per organization

func orgSubscriptionRoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/subscriptions", (*Server).listSubscriptions},
		{"POST /organizations/{organization_id}/subscriptions", (*Server).postSubscription},
		{"GET /organizations/{organization_id}/subscriptions/can-create", (*Server).canCreate},
		{"GET /organizations/{organization_id}/subscriptions/{subscription_id}", (*Server).getSubscription},
		{"PATCH /organizations/{organization_id}/subscriptions/{subscription_id}", (*Server).patchSubscription},
		{"DELETE /organizations/{organization_id}/subscriptions/{subscription_id}", (*Server).removeSubscription},
		{"GET /subscriptions/{subscriptionId}/can-update", (*Server).canUpdate},
	}
}

// liveSubscriptions are those of an organization that have not been deleted.
func (s *Server) liveSubscriptions(org string) []Doc {
	return pick(&s.accounts.subscriptions, func(d Doc) bool { return d["organization_id"] == org && d["status"] != "deleted" })
}

// listSubscriptions leaves deleted ones out unless the filter asks for them.
func (s *Server) listSubscriptions(r *Request) (Response, error) {
	org, err := s.organization(r)
	if err != nil {
		return Response{}, err
	}
	docs := s.liveSubscriptions(text(org, "id"))
	if r.Query.Get("filter[status]") == "deleted" {
		docs = pick(&s.accounts.subscriptions, func(d Doc) bool { return d["organization_id"] == org["id"] })
	}
	docs = aliased(each(docs, func(d Doc) Doc { return s.subscriptionView(r, d) }), map[string]string{"region": "project_region"})
	page, err := listPage(r, docs, list{key: "id", max: maxPage,
		filters: []string{"status", "id", "project_id", "project_title", "region", "updated_at"},
		sorts:   []string{"id", "created_at", "updated_at"}})
	if err != nil {
		return Response{}, err
	}
	items(page, func(d Doc) Doc { delete(d, "region"); return d })
	s.addRefs(r, page, "users", "owner")
	return OK(page)
}

func (s *Server) canCreate(r *Request) (Response, error) {
	org, err := s.organization(r)
	if err != nil {
		return Response{}, err
	}
	message, required := s.createObstacle(r, org)
	return OK(Doc{"can_create": message == "", "message": message, "required_action": required})
}

// createObstacle says why the caller cannot create a project now, and what would help.
func (s *Server) createObstacle(r *Request, org Doc) (message string, required any) {
	switch {
	case org["status"] != "active":
		return "The organization is not active.", Doc{"action": "ticket", "type": "billing_question"}
	case s.accounts.identities[r.UserID].phone == "":
		return "Please verify your phone number first.", Doc{"action": "verification", "type": "phone"}
	case len(s.liveSubscriptions(text(org, "id"))) >= maxSubscriptions:
		return "The organization has reached its number of projects.", Doc{"action": "ticket", "type": "general_question"}
	}
	return "", nil
}

// purchaser returns the organization when the caller may buy a project for it now.
func (s *Server) purchaser(r *Request) (Doc, error) {
	org, err := s.organization(r, "plans", "projects:create")
	if err != nil {
		return nil, err
	}
	if message, _ := s.createObstacle(r, org); message != "" {
		return nil, Forbidden(message)
	}
	return org, nil
}

func (s *Server) postSubscription(r *Request) (Response, error) {
	org, err := s.purchaser(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Need("project_region", String), Opt("plan", String), Opt("project_title", String),
		Opt("options_url", URL), Opt("default_branch", String), Opt("environments", Integer), Opt("storage", Integer))
	if err != nil {
		return Response{}, err
	}
	sub, err := s.provision(r, org, body)
	if err != nil {
		return Response{}, err
	}
	return Created(s.subscriptionView(r, sub))
}

// provision checks a purchase and starts it: requested, provisioning, then active with a project.
func (s *Server) provision(r *Request, org, want Doc) (Doc, error) {
	if region, ok := s.accounts.regions.Get(text(want, "project_region")); !ok || region["available"] != true {
		return nil, InvalidField("project_region", "%q is not an available region.", text(want, "project_region"))
	}
	if detail := checkSize(want); detail != nil {
		return nil, Invalid(detail)
	}
	title := text(want, "project_title")
	if title == "" {
		title = "Untitled Project"
	}
	s.accounts.lastSubscription++
	sub := s.newSubscription(strconv.Itoa(s.accounts.lastSubscription), text(org, "id"), s.newID(), r.Now)
	merge(sub, Doc{"status": "requested", "owner": r.UserID, "project_title": title, "project_region": want["project_region"]})
	for _, k := range []string{"plan", "environments", "storage"} {
		if v, given := want[k]; given {
			sub[k] = v
		}
	}
	if branch := text(want, "default_branch"); branch != "" {
		sub["project_branch"] = branch
	}
	project := text(sub, "project_id")
	s.later(r, project, requestedFor, func(at time.Time) {
		sub["status"], sub["updated_at"] = "provisioning", stamp(at)
	})
	s.later(r, project, requestedFor+provisioningFor, func(at time.Time) {
		sub["status"], sub["updated_at"] = "active", stamp(at)
		s.createProject(NewProject{
			ID: project, Title: text(sub, "project_title"), Region: text(sub, "project_region"), Organization: text(org, "id"),
			Subscription: text(sub, "id"), Owner: text(sub, "owner"), DefaultBranch: text(sub, "project_branch"),
			Plan: text(sub, "plan"), StorageMB: whole(sub["storage"]), Environments: whole(sub["environments"]),
		})
		s.grantUser(project, text(sub, "owner"), []string{"admin"}, at)
	})
	s.settle(r.Now)
	return sub, nil
}

// later lets something happen to a project after a while. It rides on the activity queue, which every request settles, and
// is dropped when the project is deleted first.
func (s *Server) later(r *Request, project string, after time.Duration, f func(at time.Time)) {
	s.activity.pending = append(s.activity.pending, &activity{
		kind: "subscription.provision", project: projectStub(project), created: r.Now, lag: s.scaled(after), state: "pending", apply: f,
	})
}

func projectStub(id string) *project { return &project{id: id} }

// whole reads an integer that was stored (int) or decoded from JSON (float64).
func whole(v any) int {
	switch v := v.(type) {
	case int:
		return v
	case float64:
		return int(v)
	}
	return 0
}

// checkSize checks plan, environments and storage where given.
func checkSize(body Doc) map[string][]string {
	detail := map[string][]string{}
	if v, ok := body["plan"].(string); ok {
		if _, known := findPlan(v); !known {
			detail["plan"] = []string{"No such plan: " + v + "."}
		}
	}
	if v, ok := body["environments"]; ok && (whole(v) < 1 || whole(v) > 100) {
		detail["environments"] = []string{"From 1 to 100."}
	}
	if v, ok := body["storage"]; ok && (whole(v) < 1024 || whole(v)%1024 != 0) {
		detail["storage"] = []string{"In MiB, a multiple of 1024."}
	}
	if len(detail) == 0 {
		return nil
	}
	return detail
}

// subscription returns the subscription of the path, in the organization of the path where there is one.
func (s *Server) subscription(r *Request, need ...string) (Doc, error) {
	id := r.Param("subscription_id")
	if id == "" {
		id = r.Param("subscriptionId")
	}
	sub, ok := s.accounts.subscriptions.Get(id)
	if r.Param("organization_id") != "" {
		org, err := s.organization(r, need...)
		if err != nil {
			return nil, err
		}
		ok = ok && sub["organization_id"] == org["id"]
	} else if ok {
		ok = s.isMember(text(sub, "organization_id"), r.UserID)
	}
	if !ok {
		return nil, NotFound("Subscription", id)
	}
	if len(need) > 0 && !s.may(text(sub, "organization_id"), r.UserID, need...) {
		return nil, Forbidden("You may not change this subscription.")
	}
	return sub, nil
}

func (s *Server) getSubscription(r *Request) (Response, error) {
	sub, err := s.subscription(r)
	if err != nil {
		return Response{}, err
	}
	return OK(s.subscriptionView(r, sub))
}

func (s *Server) patchSubscription(r *Request) (Response, error) {
	sub, err := s.subscription(r, "plans")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("project_title", String), Opt("plan", String), Opt("timezone", String), Opt("environments", Integer),
		Opt("storage", Integer), Opt("big_dev", String), Opt("big_dev_service", String), Opt("backups", String),
		Opt("observability_suite", String), Opt("blackfire", String), Opt("continuous_profiling", String),
		Opt("project_support_level", String))
	if err != nil {
		return Response{}, err
	}
	if detail := checkSize(body); detail != nil {
		return Response{}, Invalid(detail)
	}
	if sub["status"] != "active" {
		return Response{}, Conflict("The subscription is %s; wait until it is active.", sub["status"])
	}
	if message := s.updateObstacle(sub, body); message != "" {
		return Response{}, InvalidField("subscription", "%s", message)
	}
	s.changeSubscription(sub, body, r.Now)
	return OK(s.subscriptionView(r, sub))
}

// changeSubscription keeps the project in step, which has its own title, timezone and limits.
func (s *Server) changeSubscription(sub, change Doc, at time.Time) {
	merge(sub, change)
	sub["updated_at"] = stamp(at)
	id := text(sub, "project_id")
	for field, of := range map[string]string{"title": "project_title", "plan": "plan", "timezone": "timezone"} {
		if v, given := change[of]; given {
			s.updateProject(id, Doc{field: v})
		}
	}
	if p := s.projects[id]; p != nil {
		limits, _ := p.doc["subscription"].(Doc)
		limits["environments"], limits["storage"] = whole(sub["environments"]), whole(sub["storage"])
	}
}

// updateObstacle says why a subscription cannot take a new size: what is in use cannot be taken away.
func (s *Server) updateObstacle(sub, change Doc) string {
	if v, ok := change["storage"]; ok && whole(v) < whole(sub["storage"]) {
		return "Storage cannot be reduced."
	}
	if p := s.projects[text(sub, "project_id")]; p != nil {
		if v, ok := change["environments"]; ok && whole(v) < p.activeCount() {
			return "The project has " + strconv.Itoa(p.activeCount()) + " active environments; deactivate some first."
		}
	}
	if v, ok := change["plan"].(string); ok {
		plan, _ := findPlan(v)
		if n := len(s.projectUsers(text(sub, "project_id"))); plan.users > 0 && n > plan.users {
			return "The plan " + v + " allows " + strconv.Itoa(plan.users) + " users; the project has " + strconv.Itoa(n) + "."
		}
	}
	return ""
}

func (s *Server) canUpdate(r *Request) (Response, error) {
	sub, err := s.subscription(r)
	if err != nil {
		return Response{}, err
	}
	change := Doc{}
	for _, k := range []string{"environments", "storage", "user_licenses"} {
		n, err := intQuery(r.Query, k, -1, 0, 1<<30)
		if err != nil {
			return Response{}, err
		}
		if n >= 0 {
			change[k] = n
		}
	}
	if plan := r.Query.Get("plan"); plan != "" {
		change["plan"] = plan
	}
	if detail := checkSize(change); detail != nil {
		return Response{}, Invalid(detail)
	}
	message := s.updateObstacle(sub, change)
	return OK(Doc{"can_update": message == "", "message": message, "required_action": nil})
}

// removeSubscription ends a subscription together with its project. The record stays, with status deleted.
func (s *Server) removeSubscription(r *Request) (Response, error) {
	sub, err := s.subscription(r, "plans")
	if err != nil {
		return Response{}, err
	}
	if sub["status"] == "deleted" {
		return Response{}, NotFound("Subscription", text(sub, "id"))
	}
	s.endSubscription(sub, r.Now)
	return NoContent()
}

func (s *Server) endSubscription(sub Doc, at time.Time) {
	project := text(sub, "project_id")
	s.activity.dropProject(project)
	if !s.deleteProject(project) { // still being provisioned, or never was
		s.projectGone(project)
	}
	sub["status"], sub["updated_at"] = "deleted", stamp(at)
}

// newSubscription stores a subscription of the smallest plan.
func (s *Server) newSubscription(id, org, project string, at time.Time) Doc {
	sub := Doc{
		"id": id, "organization_id": org, "status": "active", "created_at": stamp(at), "updated_at": stamp(at), "vendor": "platformsh",
		"plan": "development", "environments": 3, "storage": 5120, "project_id": project, "timezone": "UTC",
		"agency_site": false, "invoiced": false, "hipaa": false, "is_trial_plan": false, "services": []Doc{},
		"project_options": Doc{
			"defaults": Doc{"settings": Doc{}, "variables": Doc{}, "access": Doc{}, "capabilities": Doc{}},
			"enforced": Doc{"settings": Doc{}, "capabilities": Doc{}}, "regions": []string{}, "plans": planNames(), "billing": Doc{},
		},
		"project_notes": "", "project_type": "grid", "project_tag": "", "project_branch": "main",
	}
	s.accounts.subscriptions.Put(id, sub)
	return sub
}

// subscriptionView fills in what belongs to the project, the owner and the region. A project being requested has no
// id to show yet.
func (s *Server) subscriptionView(r *Request, sub Doc) Doc {
	out := clone(sub)
	for _, k := range []string{"project_notes", "project_type", "project_tag", "project_branch"} {
		delete(out, k)
	}
	id := text(sub, "project_id")
	if p, ok := s.projectInfo(id); ok {
		out["project_title"], out["project_region"], out["plan"], out["timezone"] = p["title"], p["region"], p["plan"], p["timezone"]
	}
	region, _ := s.accounts.regions.Get(text(out, "project_region"))
	out["project_region_label"], out["green"] = region["label"], isGreen(region)
	out["user_licenses"] = len(s.projectUsers(id))
	out["project_ui"] = "https://console.platform.sh/" + s.organizationName(text(sub, "organization_id")) + "/" + id
	out["project_endpoint"] = "https://" + text(out, "project_region") + "/api/projects/" + id
	if slices.Contains([]string{"requested", "provisioning failure"}, text(sub, "status")) {
		out["project_id"], out["project_ui"], out["project_endpoint"] = "", "", ""
	}
	u, _ := s.accounts.users.Get(text(sub, "owner"))
	out["owner_info"] = Doc{"type": "user", "username": u["username"], "display_name": displayName(u)}
	base := r.base() + "/organizations/" + text(sub, "organization_id") + "/subscriptions/" + text(sub, "id")
	l := links("self", base)
	if s.may(text(sub, "organization_id"), r.UserID, "plans") && sub["status"] != "deleted" {
		l["update"], l["delete"] = action(base, http.MethodPatch), action(base, http.MethodDelete)
	}
	out["_links"] = l
	return out
}

func (s *Server) organizationName(id string) string {
	o, _ := s.accounts.organizations.Get(id)
	return text(o, "name")
}

func (s *Server) seedSubscriptions(now time.Time) {
	for _, d := range []struct {
		id, org, project, title, region, plan, owner string
		days, environments, storage                  int
	}{ // the same figures as the demo projects
		{SubscriptionShop, OrgAcme, ProjectShop, "Acme Shop", "eu-5.platform.sh", "large", UserAda, 400, 9, 51200},
		{SubscriptionBlog, OrgAcme, ProjectBlog, "Acme Blog", "eu-5.platform.sh", "standard", UserAda, 250, 3, 10240},
		{SubscriptionSolo, OrgSolo, ProjectSolo, "Solo Portfolio", "us-3.platform.sh", "development", UserBen, 100, 2, 5120},
	} {
		sub := s.newSubscription(d.id, d.org, d.project, now.AddDate(0, 0, -d.days))
		merge(sub, Doc{"project_title": d.title, "project_region": d.region, "plan": d.plan, "owner": d.owner,
			"environments": d.environments, "storage": d.storage, "updated_at": stamp(now.AddDate(0, 0, -d.days/2))})
	}
	failed := s.newSubscription("1000004", OrgAcme, "jkl012fail", now.AddDate(0, -6, 0))
	merge(failed, Doc{"project_title": "Acme Intranet", "project_region": "eu-2.platform.sh", "owner": UserBen, "status": "provisioning failure"})
	old := s.newSubscription("1000005", OrgAcme, "mno345gone", now.AddDate(-1, 0, 0))
	merge(old, Doc{"project_title": "Acme Campaign", "project_region": "eu-5.platform.sh", "owner": UserBen, "status": "deleted",
		"updated_at": stamp(now.AddDate(0, -8, 0))})
	s.accounts.lastSubscription = 1000005
}
