package preview

import (
	"cmp"
	"fmt"

	"paasmcp/internal/legible"
)

// changePlan shows old and new price. Only the platform knows prices, so without its estimate none is shown.
func (p platformsh) changePlan(l *look) {
	now, err := p.contract(l)
	if err != nil {
		l.doubt("what it costs", err)
		return
	}
	plan := cmp.Or(l.argument("plan"), first(now, "plan"))
	_, storage := l.Args["storage"]
	_, environments := l.Args["environments"]
	if l.argument("plan") == "" && !storage && !environments {
		for _, option := range []string{"big_dev", "big_dev_service", "backups", "observability_suite", "blackfire", "continuous_profiling",
			"project_support_level"} {
			if _, given := l.Args[option]; given {
				l.target.Cost = "the platform gives no estimate for this option"
			}
		}
		return
	}
	at := map[string]any{"organization_id": l.Args["organization_id"], "subscription_id": cmp.Or(first(now, "subscription_id"), first(now, "id")),
		"format": "formatted"}
	size := func(plan any, args map[string]any) map[string]any {
		ask := map[string]any{"plan": plan}
		for k, v := range at {
			ask[k] = v
		}
		for _, name := range []string{"environments", "storage"} {
			if v, given := args[name]; given {
				ask[name] = v
			}
		}
		return ask
	}
	var before, after string
	l.inOrder(
		func(l *look) {
			estimate, err := l.object("platformsh_subscription_change_estimate", size(plan, l.Args))
			if after = price(estimate); err != nil {
				l.doubt("what it costs", err)
			}
		},
		func(l *look) {
			estimate, err := l.object("platformsh_subscription_change_estimate", size(first(now, "plan"), nil))
			if before = price(estimate); err != nil {
				l.doubt("what it costs now", err)
			}
		},
		func(l *look) {
			ask := size(plan, l.Args)
			delete(ask, "organization_id")
			delete(ask, "format")
			if l.argument("plan") == "" {
				delete(ask, "plan") // it stays as it is
			}
			answer, err := l.object("platformsh_subscription_can_update", ask)
			if err != nil {
				l.doubt("whether the platform allows it", err)
			} else if can, known := answer["can_update"].(bool); known && !can {
				l.impossible("the platform does not allow it: %s", cmp.Or(legible.Spelled(first(answer, "message"), 200), "it gives no reason"))
			}
		},
	)
	if after != "" {
		l.target.Cost = after + " a month"
		if before != "" {
			l.target.Cost += ", now " + before
		}
	}
}

// contract is the subscription or organization project of the path.
func (platformsh) contract(l *look) (map[string]any, error) {
	if l.Op.Name == "platformsh_org_project_update" {
		return l.object("platformsh_org_project_get", l.these("organization_id", "project_id"))
	}
	return l.object("platformsh_subscription_get", l.these("organization_id", "subscription_id"))
}

// Sizes of the smallest project, which the platform takes where the call names none.
const (
	leastEnvironments = 3
	leastStorage      = 5120 // MiB
)

// buy shows the price of a new project.
func (p platformsh) buy(l *look) {
	plan := cmp.Or(l.argument("plan"), "development")
	environments, storage := l.Args["environments"], l.Args["storage"]
	if environments == nil {
		environments = leastEnvironments
	}
	if storage == nil {
		storage = leastStorage
	}
	l.inOrder(
		func(l *look) {
			estimate, err := l.object("platformsh_subscription_estimate", map[string]any{"organization_id": l.Args["organization_id"],
				"plan": plan, "environments": environments, "storage": storage, "user_licenses": 1, "format": "formatted"})
			if err != nil {
				l.doubt("what it costs", err)
				return
			}
			if total := price(estimate); total != "" {
				l.target.Cost = fmt.Sprintf("%s a month (plan %s, %v environments, %v MiB of storage, 1 user)", total, plan, environments, storage)
			}
		},
		func(l *look) {
			answer, err := l.object("platformsh_subscription_can_create", l.these("organization_id"))
			if err != nil {
				l.doubt("whether the platform allows it", err)
			} else if can, known := answer["can_create"].(bool); known && !can {
				l.impossible("the platform does not allow it: %s", cmp.Or(legible.Spelled(first(answer, "message"), 200), "it gives no reason"))
			}
		},
	)
}

// price is the total of an estimate, which comes as text or, from some installations, as an object.
func price(estimate map[string]any) string { return first(estimate, "total", "total.formatted") }
