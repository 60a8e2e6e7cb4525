package virtuozzo

import (
	"maps"
	"slices"
)

// Triggers are documents {id, uid, envName, kind, name, isEnabled, nodeGroup, period, condition, actions}; kind tells the
// three families of calls apart and stays inside.

const (
	anyTrigger  = ""
	autoscaling = "autoscaling"
	loadAlert   = "loadalert"
)

func triggerHandlers() handlers {
	h := handlers{
		"environment/trigger.gettriggerlogs":     triggerHistory(anyTrigger),
		"environment/trigger.autoscalinghistory": triggerHistory(autoscaling),
		"environment/trigger.loadalerthistory":   triggerHistory(loadAlert),
	}
	for name, kind := range map[string]string{"trigger": anyTrigger, "autoscalingtrigger": autoscaling, "loadalerttrigger": loadAlert} {
		const p = "environment/trigger."
		h[p+"get"+name+"s"] = getTriggers(kind)
		h[p+"add"+name] = addTrigger(kind)
		h[p+"edit"+name] = editTrigger(kind)
		h[p+"delete"+name] = deleteTrigger(kind)
		h[p+"set"+name+"enabled"] = enableTrigger(kind)
	}
	return h
}

func triggerView(t Doc) Doc {
	d := maps.Clone(t)
	delete(d, "kind")
	delete(d, "uid")
	return d
}

// ofKind tells whether a trigger belongs to a family and to the caller, and to the environment if one is named.
func (s *Server) ofKind(r *Request, t Doc, kind string) bool {
	e := r.environment(s)
	return t["uid"] == r.user.uid && (kind == anyTrigger || t["kind"] == kind) && (e == nil || t["envName"] == e.name)
}

// actionTypes are the types of a trigger's actions.
func actionTypes(t Doc) []string {
	var out []string
	list, _ := t["actions"].([]any)
	for _, a := range list {
		d, _ := a.(Doc)
		name, _ := d["type"].(string)
		out = append(out, name)
	}
	return out
}

func getTriggers(kind string) Handler {
	return func(s *Server, r *Request) (Doc, error) {
		if r.has("envName") {
			if _, err := s.env(r); err != nil {
				return nil, err
			}
		}
		types := r.list("actionTypes")
		list := []Doc{}
		for _, t := range s.triggers.items {
			has := len(types) == 0 || slices.ContainsFunc(actionTypes(t), func(x string) bool { return slices.Contains(types, x) })
			if s.ofKind(r, t, kind) && has {
				list = append(list, triggerView(t))
			}
		}
		return array(list)
	}
}

var triggerActions = []string{"NOTIFY", "REMOVE_NODE", "ADD_NODE", "NOTIFY_OOM"}

// checkTrigger says what is wrong with a trigger as it will be after the call.
func checkTrigger(e *environment, t Doc) error {
	if name, _ := t["name"].(string); name == "" {
		return invalid("data", "has no name")
	}
	group, _ := t["nodeGroup"].(string)
	if _, err := e.hasLayer(group); err != nil {
		return invalid("data", "has a nodeGroup that the environment does not have")
	}
	types := actionTypes(t)
	if len(types) == 0 {
		return invalid("data", "has no actions")
	}
	for _, a := range types {
		if !slices.Contains(triggerActions, a) {
			return invalid("data", "has an action with the unknown type "+a)
		}
	}
	return nil
}

// kindOf sorts a trigger into a family by what it does.
func kindOf(t Doc) string {
	if slices.ContainsFunc(actionTypes(t), func(a string) bool { return a == "ADD_NODE" || a == "REMOVE_NODE" }) {
		return autoscaling
	}
	return loadAlert
}

func addTrigger(kind string) Handler {
	return func(s *Server, r *Request) (Doc, error) {
		e, err := s.env(r)
		if err != nil {
			return nil, err
		}
		given, err := r.object("data")
		if err != nil {
			return nil, err
		}
		t := Doc{"isEnabled": true, "period": 5.0, "state": "IDLE"}
		maps.Copy(t, given)
		t["uid"], t["envName"] = r.user.uid, e.name
		if err := checkTrigger(e, t); err != nil {
			return nil, err
		}
		t["kind"] = kindOf(t)
		if kind != anyTrigger && t["kind"] != kind {
			return nil, invalid("data", "has actions of another kind of trigger")
		}
		return Doc{"object": triggerView(s.triggers.add(t))}, nil
	}
}

func (s *Server) trigger(r *Request, kind string) (Doc, error) {
	t, ok := s.triggers.get(r.number("id"))
	if !ok || !s.ofKind(r, t, kind) {
		return nil, notFound("trigger", r.number("id"))
	}
	return t, nil
}

func editTrigger(kind string) Handler {
	return func(s *Server, r *Request) (Doc, error) {
		old, err := s.trigger(r, kind)
		if err != nil {
			return nil, err
		}
		given, err := r.object("data")
		if err != nil {
			return nil, err
		}
		t := maps.Clone(old)
		maps.Copy(t, given)
		t["id"], t["uid"], t["envName"] = old["id"], old["uid"], old["envName"]
		if err := checkTrigger(s.find(old["envName"].(string)), t); err != nil {
			return nil, err
		}
		t["kind"] = kindOf(t)
		maps.Copy(old, t)
		return Doc{"object": triggerView(old)}, nil
	}
}

func deleteTrigger(kind string) Handler {
	return func(s *Server, r *Request) (Doc, error) {
		t, err := s.trigger(r, kind)
		if err != nil {
			return nil, err
		}
		s.triggers.remove(t["id"].(int))
		return nil, nil
	}
}

func enableTrigger(kind string) Handler {
	return func(s *Server, r *Request) (Doc, error) {
		t, err := s.trigger(r, kind)
		if err != nil {
			return nil, err
		}
		t["isEnabled"] = r.flag("enabled")
		return nil, nil
	}
}

// triggerHistory lists what triggers did, newest first, by rows.
func triggerHistory(kind string) Handler {
	return func(s *Server, r *Request) (Doc, error) {
		types, resources := r.list("actionTypes"), r.list("resourceTypes")
		list := []Doc{}
		for _, l := range s.triggerLog {
			started := l["startDate"].(string)
			switch {
			case !s.ofKind(r, l, kind):
			case r.has("triggerId") && l["triggerId"] != r.number("triggerId"), r.has("triggerLogId") && l["id"] != r.number("triggerLogId"):
			case r.has("nodeGroup") && l["nodeGroup"] != r.text("nodeGroup"):
			case len(types) > 0 && !slices.Contains(types, l["actionType"].(string)):
			case len(resources) > 0 && !slices.Contains(resources, l["resourceType"].(string)):
			case r.has("startTime") && started < r.text("startTime"), r.has("endTime") && started > r.text("endTime"):
			default:
				list = append(list, triggerView(l))
			}
		}
		if r.text("orderDirection") != "asc" && r.text("orderDirection") != "ASC" {
			slices.Reverse(list)
		}
		page, err := rows(list, r.number("startRow"), r.number("resultCount"))
		if err != nil {
			return nil, err
		}
		return Doc{"array": page, "totalCount": len(list)}, nil
	}
}
