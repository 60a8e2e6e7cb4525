package virtuozzo

import (
	"math"
	"slices"
	"time"
)

// account is the billing account of the demo user. Amounts are in the hoster's currency.
type account struct {
	balance float64
	opened  time.Time
}

func accountHandlers() handlers {
	return handlers{
		"billing/account.getaccount":                               (*Server).getAccount,
		"billing/account.getquotas":                                (*Server).getQuotas,
		"billing/account.getextendedaccountbillinghistorybyperiod": (*Server).getBillingHistory,
	}
}

// cloudletHour is the price of one cloudlet for one hour.
const cloudletHour = 0.005

func (s *Server) getAccount(r *Request) (Doc, error) {
	spent := 0.0
	for _, e := range s.owned(r.user.uid) {
		spent += e.cost(s.billing.opened, r.Now)
	}
	u := s.auth.user(r.user.uid)
	return Doc{
		"uid": u.uid, "email": u.email, "status": "ACTIVE", "group": "billing", "groupType": "billing", "isCommerial": true, "isEnabled": true,
		"isRegistered": true, "language": "en", "createdOn": stamp(s.billing.opened), "balance": cents(s.billing.balance - spent), "bonus": 0.0,
		"credit": 0.0, "debit": cents(spent), "defaultHardNodeGroup": DefaultRegion,
	}, nil
}

func cents(x float64) float64 { return math.Round(x*100) / 100 }

// quotas are name, value and description of the limits.
var quotas = []struct {
	name  string
	value int
	about string
}{
	{"environment.maxcount", maxEnvironments, "Environments"},
	{"environment.maxcloudletsperrec", maxCloudlets, "Cloudlets per node"},
	{"environment.maxnodescount", maxNodes, "Nodes per environment"},
	{"environment.externalip.enabled", 1, "Public IP addresses"},
	{"disk.limitation", 100 << 10, "Disk per node in MB"},
	{"environment.deletewithoutpassword.enabled", 1, "Deleting with the environment name instead of the password"},
}

const (
	maxEnvironments = 20
	maxCloudlets    = 64
	maxNodes        = 16
)

func (s *Server) getQuotas(r *Request) (Doc, error) {
	want := r.list("quotasnames")
	list := []Doc{}
	for i, q := range quotas {
		if len(want) == 0 || slices.Contains(want, q.name) {
			list = append(list, Doc{
				"id": i + 1, "value": q.value, "quota": Doc{"name": q.name, "description": q.about},
				"name": q.name, "description": q.about, "isHidden": false,
			})
		}
	}
	return array(list)
}

// cost is what an environment was charged for a period: its reserved cloudlets while it ran.
func (e *environment) cost(from, to time.Time) float64 {
	if e.created.After(from) {
		from = e.created
	}
	if !to.After(from) || e.status == statusStopped {
		return 0
	}
	cloudlets := 0
	for _, n := range e.nodes {
		cloudlets += n.fixed
	}
	return float64(cloudlets) * cloudletHour * to.Sub(from).Hours()
}

func (s *Server) getBillingHistory(r *Request) (Doc, error) {
	from, err := r.when("starttime", r.Now)
	if err != nil {
		return nil, err
	}
	to, err := r.when("endtime", r.Now)
	if err != nil {
		return nil, err
	}
	if to.Before(from) {
		return nil, invalid("endtime", "is before starttime")
	}
	if to.Sub(from) > 366*24*time.Hour {
		return nil, invalid("starttime", "is more than a year before endtime")
	}
	rows := []any{}
	for _, e := range s.owned(r.user.uid) {
		if r.has("targetAppid") && r.text("targetAppid") != e.appid {
			continue
		}
		for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
			end := day.AddDate(0, 0, 1)
			if end.After(to) {
				end = to
			}
			if end.After(r.Now) {
				break // what has not happened is not charged
			}
			if sum := e.cost(day, end); sum > 0 {
				rows = append(rows, Doc{"appid": e.appid, "envName": e.name, "resourceName": "FIXED_CLOUDLETS", "dateTime": stamp(day), "endDateTime": stamp(end), "cost": cents(sum)})
			}
		}
	}
	return Doc{"object": rows}, nil
}
