package platformsh

import "fmt"

// plan is what the simulation charges a month, in euro cents. The figures are its own.
type plan struct {
	name, label string
	cents       int
	users       int // how many may have access to a project; 0 means any number
}

var plans = []plan{
	{"development", "Development", 1000, 2},
	{"standard", "Standard", 5000, 0},
	{"medium", "Medium", 8700, 0},
	{"large", "Large", 17800, 0},
	{"xlarge", "X-Large", 33700, 0},
	{"2xlarge", "2X-Large", 66800, 0},
}

// What a plan includes, and the price of one more.
const (
	freeEnvironments = 3
	freeStorageMiB   = 5120
	environmentCents = 700
	storageCents     = 250 // one GiB
	userCents        = 1000
	vatPercent       = 19
)

func findPlan(name string) (plan, bool) {
	for _, p := range plans {
		if p.name == name {
			return p, true
		}
	}
	return plan{}, false
}

func planNames() []string {
	names := make([]string, 0, len(plans))
	for _, p := range plans {
		names = append(names, p.name)
	}
	return names
}

// price is the monthly cost of a project in cents, by what it is made of.
type price struct{ plan, environments, storage, users int }

func (p price) total() int { return p.plan + p.environments + p.storage + p.users }

func priceOf(planName string, environments, storageMiB, users int) price {
	p, _ := findPlan(planName)
	return price{
		plan:         p.cents,
		environments: max0(environments-freeEnvironments) * environmentCents,
		storage:      max0(storageMiB-freeStorageMiB) / 1024 * storageCents,
		users:        users * userCents,
	}
}

func (s *Server) priceOfSubscription(sub Doc) price {
	return priceOf(text(sub, "plan"), whole(sub["environments"]), whole(sub["storage"]), len(s.projectUsers(text(sub, "project_id"))))
}

func euro(cents int) string { return fmt.Sprintf("€%d.%02d", cents/100, cents%100) }

func amount(cents int) float64 { return float64(cents) / 100 }

// money is an amount as most billing answers write it.
func money(cents int) Doc {
	return Doc{"formatted": euro(cents), "amount": amount(cents), "currency_code": "EUR", "currency_symbol": "€"}
}
