package platformsh

import "net/url"

func billingEstimateRoutes() []Route {
	return []Route{
		{"GET /plans", (*Server).listPlans},
		{"GET /organizations/{organization_id}/estimate", (*Server).estimateOrganization},
		{"GET /organizations/{organization_id}/subscriptions/estimate", (*Server).estimateNew},
		{"GET /organizations/{organization_id}/subscriptions/{subscription_id}/estimate", (*Server).estimateSubscription},
		{"GET /organizations/{organization_id}/addons", (*Server).listAddons},
		{"GET /organizations/{organization_id}/subscriptions/{subscription_id}/addons", (*Server).listSubscriptionAddons},
	}
}

func (s *Server) listPlans(r *Request) (Response, error) {
	docs := []Doc{}
	for _, p := range plans {
		docs = append(docs, Doc{"name": p.name, "label": p.label})
	}
	return OK(Doc{"count": len(docs), "plans": docs, "_links": Doc{"self": Doc{"title": "Self", "href": r.href(nil)}}})
}

// estimateNew prices a project that does not exist. All four figures are required.
func (s *Server) estimateNew(r *Request) (Response, error) {
	if _, err := s.organization(r); err != nil {
		return Response{}, err
	}
	return estimate(r, Doc{}, 0)
}

// estimateSubscription prices a change; what is left out stays as it is.
func (s *Server) estimateSubscription(r *Request) (Response, error) {
	sub, err := s.subscription(r)
	if err != nil {
		return Response{}, err
	}
	return estimate(r, sub, len(s.projectUsers(text(sub, "project_id"))))
}

func estimate(r *Request, now Doc, users int) (Response, error) {
	q := r.Query
	if q.Get("plan") == "" {
		return Response{}, InvalidField("plan", "This query parameter is required.")
	}
	format := q.Get("format")
	if format != "" && format != "formatted" && format != "complex" {
		return Response{}, InvalidField("format", "Use formatted or complex.")
	}
	figures := Doc{"environments": now["environments"], "storage": now["storage"]}
	if len(now) > 0 {
		figures["user_licenses"] = users
	}
	for _, k := range []string{"environments", "storage", "user_licenses"} {
		if err := figure(q, k, figures); err != nil {
			return Response{}, err
		}
	}
	size := Doc{"plan": q.Get("plan"), "environments": figures["environments"], "storage": figures["storage"]}
	if detail := checkSize(size); detail != nil {
		return Response{}, Invalid(detail)
	}
	p := priceOf(q.Get("plan"), whole(figures["environments"]), whole(figures["storage"]), whole(figures["user_licenses"]))
	show := func(cents int) any { return euro(cents) }
	if format == "complex" {
		show = func(cents int) any { return money(cents) }
	}
	return OK(Doc{
		"plan": show(p.plan), "user_licenses": show(p.users), "environments": show(p.environments), "storage": show(p.storage),
		"total": show(p.total()), "options": Doc{"environment": show(environmentCents), "storage_gib": show(storageCents), "user": show(userCents)},
	})
}

func figure(q url.Values, name string, into Doc) error {
	if q.Get(name) == "" {
		if into[name] == nil {
			return InvalidField(name, "This query parameter is required.")
		}
		return nil
	}
	n, err := intQuery(q, name, 0, 0, 1<<30)
	into[name] = n
	return err
}

func (s *Server) estimateOrganization(r *Request) (Response, error) {
	org, err := s.organization(r, "billing", "plans")
	if err != nil {
		return Response{}, err
	}
	id := text(org, "id")
	subtotal, users := 0, 0
	lines := []Doc{}
	for _, sub := range s.liveSubscriptions(id) {
		if sub["status"] != "active" {
			continue
		}
		p := s.priceOfSubscription(sub)
		subtotal += p.plan + p.environments + p.storage
		users += p.users
		plan, _ := findPlan(text(sub, "plan"))
		lines = append(lines, Doc{
			"license_id": sub["id"], "project_title": s.subscriptionView(r, sub)["project_title"], "total": euro(p.total() - p.users),
			"usage": Doc{"cpu": amount(plan.cents / 50), "memory": plan.cents / 20, "storage": whole(sub["storage"]), "environments": whole(sub["environments"])},
		})
	}
	credit := min(s.accounts.ledgers[id].voucherBalance(), subtotal+users)
	members := s.accounts.members[id].Len()
	return OK(Doc{
		"total": euro(subtotal + users - credit), "sub_total": euro(subtotal + users), "vouchers": euro(credit),
		"user_licenses": Doc{
			"base": Doc{"count": members, "total": euro(users), "list": Doc{
				"admin_user": Doc{"count": users / userCents, "total": euro(users)}, "viewer_user": Doc{"count": max0(members - users/userCents), "total": euro(0)}}},
			"user_management": Doc{"count": members, "total": euro(0), "list": Doc{
				"standard_management_user": Doc{"count": members, "total": euro(0)}, "advanced_management_user": Doc{"count": 0, "total": euro(0)}}},
		},
		"user_management": euro(0), "support_level": euro(0), "subscriptions": Doc{"total": euro(subtotal), "list": lines},
	})
}

// listAddons: numbers are days of commitment. No call of this API changes them for an organization.
func (s *Server) listAddons(r *Request) (Response, error) {
	if _, err := s.ledger(r); err != nil {
		return Response{}, err
	}
	return OK(Doc{
		"available":          Doc{"user_management": Doc{"standard": 0, "advanced": 30}, "support_level": Doc{"basic": 0, "premium": 30}},
		"current":            Doc{"user_management": Doc{"standard": 0}, "support_level": Doc{"basic": 0}},
		"upgrades_available": Doc{"user_management": []string{"advanced"}, "support_level": []string{"premium"}},
	})
}

var subscriptionAddons = map[string][]string{ // mildest first
	"continuous_profiling":  {"basic", "advanced"},
	"project_support_level": {"standard", "extended", "enhanced"},
}

func (s *Server) listSubscriptionAddons(r *Request) (Response, error) {
	sub, err := s.subscription(r)
	if err != nil {
		return Response{}, err
	}
	available, current, upgrades := Doc{}, Doc{}, Doc{}
	for addon, levels := range subscriptionAddons {
		now, days := text(sub, addon), Doc{}
		if now == "" {
			now = levels[0]
		}
		above := []string{}
		for i, level := range levels {
			days[level] = 30 * i
			if level == now {
				above = levels[i+1:]
			}
		}
		available[addon], current[addon], upgrades[addon] = days, Doc{now: days[now]}, above
	}
	return OK(Doc{"available": available, "current": current, "upgrades_available": upgrades})
}
