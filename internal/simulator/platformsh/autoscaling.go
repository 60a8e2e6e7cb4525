package platformsh

import "net/http"

func autoscalingRoutes() []Route {
	const base = " /projects/{projectId}/environments/{environmentId}/autoscaling"
	return []Route{
		{"GET" + base + "/settings", (*Server).getAutoscaling},
		{"POST" + base + "/settings", (*Server).setAutoscaling},
		{"PATCH" + base + "/settings", (*Server).setAutoscaling},
		{"POST" + base + "/alerts", (*Server).autoscalingAlert},
	}
}

func (s *Server) getAutoscaling(r *Request) (Response, error) {
	_, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	return OK(e.autoscalingView())
}

func (e *environment) autoscalingView() Doc {
	if e.autoscaling == nil {
		return Doc{"services": Doc{}}
	}
	return e.autoscaling
}

// setAutoscaling replaces the settings with POST and changes single services with PATCH, where null removes one.
func (s *Server) setAutoscaling(r *Request) (Response, error) {
	_, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Null("services", Object))
	if err != nil {
		return Response{}, err
	}
	given, _ := body["services"].(Doc)
	next := Doc{}
	if r.HTTP.Method == http.MethodPatch {
		merge(next, e.autoscalingView()["services"].(Doc))
	}
	for name, v := range given {
		if name != "app" {
			return Response{}, InvalidField("services."+name, "There is no application of this name; use app.")
		}
		if v == nil {
			delete(next, name)
			continue
		}
		config, ok := v.(Doc)
		if !ok {
			return Response{}, InvalidField("services."+name, "Not a valid object.")
		}
		p := checkFields(config, []Field{
			Opt("triggers", Object).With(Null("cpu", Object), Null("memory", Object), Null("cpu_pressure", Object), Null("memory_pressure", Object)),
			Opt("instances", Object).With(Opt("min", Integer), Opt("max", Integer)), Opt("resources", Object).With(Null("cpu", Object), Null("memory", Object)),
			Opt("scale_factor", Object).With(Opt("up", Integer), Opt("down", Integer)), Opt("scale_cooldown", Object).With(Opt("up", Integer), Opt("down", Integer)),
		})
		if p != nil {
			return Response{}, p
		}
		next[name] = config
	}
	e.autoscaling = Doc{"services": next}
	return OK(e.autoscaling)
}

// autoscalingAlert is what the vendor's own metrics send; it scales nothing here.
func (s *Server) autoscalingAlert(r *Request) (Response, error) {
	if _, _, err := s.environment(r); err != nil {
		return Response{}, err
	}
	_, err := r.Object(Need("name", String), Null("environment", String), Need("service", String), Null("resource", String), Need("condition", String),
		Need("threshold", Number), Null("duration", Any), Need("value", Number))
	if err != nil {
		return Response{}, err
	}
	return Response{Status: http.StatusAccepted, Body: Doc{}}, nil
}
