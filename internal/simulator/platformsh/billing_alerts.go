package platformsh

import (
	"fmt"
	"slices"
)

func billingAlertRoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/alerts/billing", (*Server).getBillingAlert},
		{"PATCH /organizations/{organization_id}/alerts/billing", (*Server).patchBillingAlert},
		{"GET /organizations/{organization_id}/alerts/subscriptions/{subscription_id}/usage", (*Server).getUsageAlerts},
		{"PATCH /organizations/{organization_id}/alerts/subscriptions/{subscription_id}/usage", (*Server).patchUsageAlerts},
		{"GET /alerts/subscriptions/{subscriptionId}/usage", (*Server).getUsageAlerts},
		{"PATCH /alerts/subscriptions/{subscriptionId}/usage", (*Server).patchUsageAlerts},
	}
}

func (s *Server) getBillingAlert(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	return OK(l.alert)
}

func (s *Server) patchBillingAlert(r *Request) (Response, error) {
	l, err := s.ledger(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("active", Boolean), Opt("config", Object).With(Opt("threshold", Integer), Opt("mode", String)))
	if err != nil {
		return Response{}, err
	}
	change, _ := body["config"].(Doc)
	config, _ := l.alert["config"].(Doc)
	if v, given := change["threshold"]; given {
		if whole(v) < 0 {
			return Response{}, InvalidField("config.threshold", "May not be negative.")
		}
		config["threshold"] = money(whole(v) * 100)
	}
	if v, given := change["mode"]; given {
		config["mode"] = v
	}
	if v, given := body["active"]; given {
		l.alert["active"] = v
	}
	l.alert["updated_at"] = stamp(r.Now)
	return OK(l.alert)
}

// alertKind is a usage alert that can be switched on, with its unit and the threshold it starts with.
type alertKind struct {
	id, unit  string
	threshold int
}

var alertKinds = []alertKind{{"cpu", "%", 80}, {"memory", "%", 80}, {"storage", "%", 90}, {"bandwidth", "GB", 500}}

// alertsOf returns the active alerts of the path's subscription.
func (s *Server) alertsOf(r *Request, need ...string) (*Collection, error) {
	sub, err := s.subscription(r, need...)
	if err != nil {
		return nil, err
	}
	id := text(sub, "id")
	if s.accounts.usageAlerts[id] == nil {
		s.accounts.usageAlerts[id] = &Collection{}
	}
	return s.accounts.usageAlerts[id], nil
}

func newAlert(k alertKind) Doc {
	return Doc{"id": k.id, "active": false, "alerts_sent": 0, "last_alert_at": nil, "updated_at": nil, "config": Doc{"threshold": alertThreshold(k.threshold, k.unit)}}
}

func alertThreshold(n int, unit string) Doc {
	return Doc{"formatted": fmt.Sprintf("%d %s", n, unit), "amount": n, "unit": unit}
}

func (s *Server) getUsageAlerts(r *Request) (Response, error) {
	active, err := s.alertsOf(r)
	if err != nil {
		return Response{}, err
	}
	return OK(usageAlertView(active))
}

// usageAlertView lists what is switched on and what could be.
func usageAlertView(active *Collection) Doc {
	available := []Doc{}
	for _, k := range alertKinds {
		if _, on := active.Get(k.id); !on {
			available = append(available, newAlert(k))
		}
	}
	return Doc{"current": active.Docs(), "available": available}
}

func (s *Server) patchUsageAlerts(r *Request) (Response, error) {
	active, err := s.alertsOf(r, "plans", "billing")
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("alerts", Array).With(Need("id", String), Opt("active", Boolean), Opt("config", Object), Opt("alerts_sent", Integer),
		Null("last_alert_at", Time), Null("updated_at", Time)))
	if err != nil {
		return Response{}, err
	}
	entries, _ := body["alerts"].([]any)
	for i, e := range entries {
		change, _ := e.(Doc)
		if !slices.ContainsFunc(alertKinds, func(k alertKind) bool { return k.id == change["id"] }) {
			return Response{}, InvalidField(fmt.Sprintf("alerts.%d.id", i), "No such alert: %v.", change["id"])
		}
	}
	for _, e := range entries {
		change, _ := e.(Doc)
		setUsageAlert(active, change, stamp(r.Now))
	}
	return OK(usageAlertView(active))
}

// setUsageAlert switches one alert on, off or to another threshold. A threshold comes as a number.
func setUsageAlert(active *Collection, change Doc, now string) {
	for _, k := range alertKinds {
		if k.id != change["id"] {
			continue
		}
		alert, on := active.Get(k.id)
		if !on {
			alert = newAlert(k)
		}
		if config, _ := change["config"].(Doc); config["threshold"] != nil {
			alert["config"] = Doc{"threshold": alertThreshold(whole(config["threshold"]), k.unit)}
		}
		if change["active"] == false {
			active.Delete(k.id)
			return
		}
		alert["active"], alert["updated_at"] = true, now
		active.Put(k.id, alert)
	}
}
