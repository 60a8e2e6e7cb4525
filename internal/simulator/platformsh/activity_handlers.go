package platformsh

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func activityRoutes() []Route {
	return []Route{
		{"GET /projects/{projectId}/activities", (*Server).listActivities},
		{"GET /projects/{projectId}/activities/{activityId}", (*Server).getActivity},
		{"GET /projects/{projectId}/activities/{activityId}/log", (*Server).getActivityLog},
		{"POST /projects/{projectId}/activities/{activityId}/cancel", (*Server).cancelActivity},
		{"GET /projects/{projectId}/environments/{environmentId}/activities", (*Server).listActivities},
		{"GET /projects/{projectId}/environments/{environmentId}/activities/{activityId}", (*Server).getActivity},
		{"GET /projects/{projectId}/environments/{environmentId}/activities/{activityId}/log", (*Server).getActivityLog},
		{"POST /projects/{projectId}/environments/{environmentId}/activities/{activityId}/cancel", (*Server).cancelActivity},
	}
}

// accepted is the answer to a change: 202, the object as a GET would show it now, and the activities.
func (s *Server) accepted(r *Request, entity any, acts []*activity) (Response, error) {
	list := make([]Doc, 0, len(acts))
	for _, a := range acts {
		list = append(list, a.view(r.Now))
	}
	embedded := Doc{"activities": list}
	if entity != nil {
		embedded["entity"] = entity
	}
	return Response{Status: http.StatusAccepted, Body: Doc{"status": "Accepted", "code": http.StatusAccepted, "_embedded": embedded}}, nil
}

const (
	defaultActivities = 10
	maxActivities     = 100
)

var (
	activityStates  = []string{"scheduled", "pending", "in_progress", "staged", "complete", "cancelled"}
	activityResults = []string{"success", "failure"}
)

// listActivities answers newest first. starts_at is an upper bound that includes its own instant, which is why clients
// must drop what they have seen already.
func (s *Server) listActivities(r *Request) (Response, error) {
	p, env, err := s.scope(r)
	if err != nil {
		return Response{}, err
	}
	count, err := intQuery(r.Query, "count", defaultActivities, 1, maxActivities)
	if err != nil {
		return Response{}, err
	}
	var until time.Time
	if v := r.Query.Get("starts_at"); v != "" {
		// Clients that forget to escape the + of a zone send a space.
		if until, err = time.Parse(time.RFC3339, strings.Replace(v, " ", "+", 1)); err != nil {
			return Response{}, InvalidField("starts_at", "Not a valid date-time.")
		}
	}
	for _, v := range r.Query["state"] {
		if !slices.Contains(activityStates, v) {
			return Response{}, InvalidField("state", "%q is not one of %s.", v, strings.Join(activityStates, ", "))
		}
	}
	for _, v := range r.Query["result"] {
		if !slices.Contains(activityResults, v) {
			return Response{}, InvalidField("result", "%q is not one of %s.", v, strings.Join(activityResults, ", "))
		}
	}
	wanted := func(name, value string) bool {
		list := r.Query[name]
		return len(list) == 0 || slices.Contains(list, value)
	}
	out := []Doc{}
	for _, a := range slices.Backward(p.activities) {
		if len(out) == count {
			break
		}
		if env != nil && !a.touches(env) || !until.IsZero() && a.created.After(until) || !wanted("type", a.kind) || !wanted("result", a.result) {
			continue
		}
		if v := a.view(r.Now); wanted("state", v["state"].(string)) {
			out = append(out, v)
		}
	}
	return OK(out)
}

// scope returns the project and, where the path names one, the environment.
func (s *Server) scope(r *Request) (*project, *environment, error) {
	if r.Param("environmentId") == "" {
		p, err := s.project(r)
		return p, nil, err
	}
	return s.environment(r)
}

func (s *Server) oneActivity(r *Request) (*activity, error) {
	p, env, err := s.scope(r)
	if err != nil {
		return nil, err
	}
	id := r.Param("activityId")
	for _, a := range p.activities {
		if a.id == id && (env == nil || a.touches(env)) {
			return a, nil
		}
	}
	return nil, NotFound("Activity", id)
}

func (s *Server) getActivity(r *Request) (Response, error) {
	a, err := s.oneActivity(r)
	if err != nil {
		return Response{}, err
	}
	return OK(a.view(r.Now))
}

func (s *Server) cancelActivity(r *Request) (Response, error) {
	a, err := s.oneActivity(r)
	if err != nil {
		return Response{}, err
	}
	if _, err := r.Object(); err != nil {
		return Response{}, err
	}
	if a.over() {
		return Response{}, Conflict("The activity is finished and cannot be cancelled.")
	}
	if !a.cancellable() {
		return Response{}, Conflict("An activity of type %s cannot be cancelled once it runs.", a.kind)
	}
	a.cancel(r.Now)
	s.settle(r.Now) // what waited behind it may begin
	return s.accepted(r, a.view(r.Now), []*activity{a})
}
