package virtuozzo

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

func trackingHandlers() handlers {
	return handlers{
		"environment/tracking.getcurrentactions": (*Server).getCurrentActions,
		"environment/tracking.getuidactions":     (*Server).getUserActions,
		"environment/tracking.getaction":         (*Server).getAction,
		"environment/tracking.searchactions":     (*Server).searchActions,
		"environment/tracking.getserverutctime":  (*Server).getServerTime,
	}
}

// view shows an action. There is no percentage: the platform does not know one.
func (s *Server) actionView(a *action) Doc {
	d := Doc{
		"id": a.id, "uid": a.uid, "login": s.auth.user(a.uid).email, "type": "PUBLIC", "action": a.method, "serviceName": service(a.method),
		"startDate": stamp(a.started), "parameters": a.params, "state": "RUNNING",
	}
	if a.envName != "" {
		d["envName"], d["appid"] = a.envName, a.appid
	}
	if a.key != "" {
		d["actionkey"] = a.key
	}
	if !a.running() {
		d["state"], d["endDate"], d["resultCode"] = "COMPLETED", stamp(a.ends), a.code
		if a.code != 0 {
			d["error"] = a.errText
		}
	}
	return d
}

func service(method string) string { return method[:strings.LastIndexByte(method, '.')] }

// actions returns the caller's actions that keep says yes to, newest first.
func (s *Server) actions(r *Request, keep func(*action) bool) []*action {
	var out []*action
	for _, a := range slices.Backward(s.work.all) {
		if a.uid == r.user.uid && keep(a) {
			out = append(out, a)
		}
	}
	return out
}

func (s *Server) actionViews(list []*action) []Doc {
	out := make([]Doc, 0, len(list))
	for _, a := range list {
		out = append(out, s.actionView(a))
	}
	return out
}

func (s *Server) getCurrentActions(r *Request) (Doc, error) {
	return array(s.actionViews(s.actions(r, (*action).running)))
}

func (s *Server) getUserActions(r *Request) (Doc, error) {
	from, err := r.when("starttime", time.Time{})
	if err != nil {
		return nil, err
	}
	to, err := r.when("endtime", r.Now)
	if err != nil {
		return nil, err
	}
	types := r.list("actionTypes")
	if len(types) > 0 && !slices.Contains(types, "PUBLIC") {
		return array(nil)
	}
	list := s.actions(r, func(a *action) bool { return !a.started.Before(from) && !a.started.After(to) })
	return array(s.actionViews(list[:min(len(list), max(0, r.numberOr("count", 10)))]))
}

func (s *Server) getAction(r *Request) (Doc, error) {
	list := s.actions(r, func(a *action) bool { return a.id == r.number("id") })
	if len(list) == 0 {
		return nil, notFound("action", r.number("id"))
	}
	return Doc{"object": s.actionView(list[0])}, nil
}

// actionSearch is the JSON of searchactions.
type actionSearch struct {
	StartRow        int      `json:"startRow"`
	ResultCount     *int     `json:"resultCount"`
	StartDate       string   `json:"startDate"`
	EndDate         string   `json:"endDate"`
	Appids          []string `json:"appids"`
	Types           []string `json:"types"`
	ServiceName     string   `json:"serviceName"`
	Value           string   `json:"value"`
	ResultCode      *int     `json:"resultCode"`
	OnlyErrors      bool     `json:"onlyErrors"`
	OnlyCompleted   bool     `json:"onlyCompleted"`
	UID             int      `json:"uid"`
	CollaboratorUID int      `json:"collaboratorUid"`
	Login           string   `json:"login"`
	ID              int      `json:"id"`
	OrderField      string   `json:"orderField"`
	OrderDirection  string   `json:"orderDirection"`
}

func (s *Server) searchActions(r *Request) (Doc, error) {
	var q actionSearch
	d := json.NewDecoder(strings.NewReader(r.text("search")))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return nil, invalid("search", err.Error())
	}
	for _, date := range []string{q.StartDate, q.EndDate} {
		if _, err := time.Parse(dateLayout, date); date != "" && err != nil {
			return nil, invalid("search", "has a date that is not in the form yyyy-MM-dd hh:mm:ss")
		}
	}
	list := s.actions(r, func(a *action) bool { return q.matches(s, a) })
	if strings.EqualFold(q.OrderDirection, "asc") {
		slices.Reverse(list)
	}
	count := len(list)
	if q.ResultCount != nil {
		count = *q.ResultCount
	}
	page, err := rows(s.actionViews(list), q.StartRow, count)
	if err != nil {
		return nil, err
	}
	return Doc{"array": page, "totalCount": len(list)}, nil
}

func (q *actionSearch) matches(s *Server, a *action) bool {
	started := stamp(a.started)
	switch {
	case q.StartDate != "" && started < q.StartDate, q.EndDate != "" && started > q.EndDate:
	case len(q.Appids) > 0 && !slices.Contains(q.Appids, a.appid):
	case len(q.Types) > 0 && !slices.Contains(q.Types, "PUBLIC"):
	case !strings.Contains(a.method, strings.ToLower(q.ServiceName)):
	case q.ResultCode != nil && (a.running() || a.code != *q.ResultCode):
	case q.OnlyErrors && a.code == 0, q.OnlyCompleted && a.running():
	case q.UID != 0 && a.uid != q.UID, q.CollaboratorUID != 0 && a.uid != q.CollaboratorUID, q.ID != 0 && a.id != q.ID:
	case q.Login != "" && s.auth.user(a.uid).email != q.Login:
	case q.Value != "" && !a.mentions(q.Value):
	default:
		return true
	}
	return false
}

func (a *action) mentions(value string) bool {
	for _, v := range a.params {
		if text, ok := v.(string); ok && strings.Contains(text, value) {
			return true
		}
	}
	return false
}

// rows cuts a window out of a list.
func rows(list []Doc, start, count int) ([]any, error) {
	if start < 0 {
		return nil, invalid("startRow", "is negative")
	}
	if count < 0 {
		return nil, invalid("resultCount", "is negative")
	}
	start = min(start, len(list))
	return anySlice(list[start:min(len(list), start+count)]), nil
}

func (s *Server) getServerTime(r *Request) (Doc, error) {
	return Doc{"object": stamp(r.Now)}, nil
}
