package platformsh

import (
	"net/url"
	"strings"
	"time"
)

func orgCarbonRoutes() []Route {
	return []Route{
		{"GET /organizations/{organization_id}/metrics/carbon", (*Server).getOrgCarbon},
		{"GET /organizations/{organization_id}/projects/{project_id}/metrics/carbon", (*Server).getProjectCarbon},
	}
}

// span is the time a metric is asked for: from (inclusive) and to (exclusive), cut to whole intervals.
type span struct {
	from, to time.Time
	interval string
}

const maxIntervals = 1000

// carbonSpan reads from[OP]=TIME, to[OP]=TIME and interval; the default is the last 30 days by day.
func carbonSpan(r *Request) (span, error) {
	sp := span{interval: r.Query.Get("interval")}
	if sp.interval == "" {
		sp.interval = "day"
	}
	if sp.interval != "day" && sp.interval != "month" && sp.interval != "year" {
		return sp, InvalidField("interval", "Use day, month or year.")
	}
	var err error
	if sp.from, err = bound(r.Query, "from", r.Now.AddDate(0, 0, -30)); err != nil {
		return sp, err
	}
	if sp.to, err = bound(r.Query, "to", r.Now); err != nil {
		return sp, err
	}
	sp.from, sp.to = sp.cut(sp.from), sp.cut(sp.to)
	if sp.to.Before(sp.from) {
		return sp, InvalidField("to", "Lies before from.")
	}
	if sp.to.Sub(sp.from) > maxIntervals*24*time.Hour && sp.interval == "day" {
		return sp, InvalidField("interval", "Too many days; use month or year.")
	}
	return sp, nil
}

func bound(q url.Values, name string, def time.Time) (time.Time, error) {
	for key, values := range q {
		if key != name && !strings.HasPrefix(key, name+"[") {
			continue
		}
		t, err := parseTime(values[0])
		if err != nil {
			return def, InvalidField(name, "Not a date or a time.")
		}
		return t.UTC(), nil
	}
	return def, nil
}

func (sp span) cut(t time.Time) time.Time {
	switch sp.interval {
	case "year":
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	case "month":
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func (sp span) next(t time.Time) time.Time {
	switch sp.interval {
	case "year":
		return t.AddDate(1, 0, 0)
	case "month":
		return t.AddDate(0, 1, 0)
	}
	return t.AddDate(0, 0, 1)
}

func (sp span) meta() Doc {
	return Doc{"from": stamp(sp.from), "to": stamp(sp.to), "interval": sp.interval, "units": "kgCO2e"}
}

// carbon is the series of one project. It grows with the length of the interval.
func (sp span) carbon(project string) ([]Doc, float64) {
	values := []Doc{}
	total := 0.0
	for t := sp.from; t.Before(sp.to); t = sp.next(t) {
		v := figureOf(project, t.Format(time.DateOnly)) * sp.next(t).Sub(t).Hours() / 240
		total += v
		values = append(values, Doc{"value": v, "start_time": stamp(t)})
	}
	return values, total
}

func (s *Server) getOrgCarbon(r *Request) (Response, error) {
	org, err := s.organization(r)
	if err != nil {
		return Response{}, err
	}
	sp, err := carbonSpan(r)
	if err != nil {
		return Response{}, err
	}
	total := 0.0
	projects := []Doc{}
	for _, sub := range s.liveSubscriptions(text(org, "id")) {
		p, ok := s.projectInfo(text(sub, "project_id"))
		if !ok {
			continue
		}
		values, sum := sp.carbon(text(p, "id"))
		total += sum
		projects = append(projects, Doc{"project_id": p["id"], "project_title": p["title"], "values": values, "total": sum})
	}
	return OK(Doc{"organization_id": org["id"], "meta": sp.meta(), "projects": projects, "total": total})
}

func (s *Server) getProjectCarbon(r *Request) (Response, error) {
	sub, err := s.orgProject(r)
	if err != nil {
		return Response{}, err
	}
	sp, err := carbonSpan(r)
	if err != nil {
		return Response{}, err
	}
	values, total := sp.carbon(text(sub, "project_id"))
	title := s.orgProjectView(r, sub)["title"]
	return OK(Doc{"project_id": sub["project_id"], "project_title": title, "meta": sp.meta(), "values": values, "total": total})
}
