package virtuozzo

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Rules are documents of environments: {id, name, direction, action, protocol, ports, src, dst, priority, isEnabled,
// softNodeGroup}. Rules of the platform have isInfra and cannot be removed.

func firewallHandlers() handlers {
	return handlers{
		"environment/security.getrules":           (*Server).getRules,
		"environment/security.addrule":            (*Server).addRule,
		"environment/security.addrules":           (*Server).addRules,
		"environment/security.setrules":           (*Server).setRules,
		"environment/security.editrule":           (*Server).editRule,
		"environment/security.removerule":         (*Server).removeRule,
		"environment/security.removerules":        (*Server).removeRules,
		"environment/security.setruleenabled":     (*Server).setRuleEnabled,
		"environment/security.setfirewallenabled": (*Server).setFirewall,
	}
}

// seedRules gives a new environment the rules that every environment has.
func (e *environment) seedRules() {
	for _, d := range []Doc{
		{"name": "HTTP", "ports": "80", "priority": 1000}, {"name": "HTTPS", "ports": "443", "priority": 1010}, {"name": "SSH", "ports": "22", "priority": 1020},
	} {
		maps.Copy(d, Doc{"direction": "INPUT", "action": "ALLOW", "protocol": "TCP", "src": "ALL", "isEnabled": true, "isInfra": true, "softNodeGroup": "cp"})
		e.rules.add(d)
	}
}

func (s *Server) getRules(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	return array(e.rules.where(func(d Doc) bool {
		return (!r.has("nodeGroup") || d["softNodeGroup"] == r.text("nodeGroup")) && (!r.has("direction") || d["direction"] == r.text("direction"))
	}))
}

var ruleEnums = map[string][]string{"direction": {"INPUT", "OUTPUT", "BIDIRECTIONAL"}, "action": {"ALLOW", "DENY"}}

var ruleFields = []string{"id", "name", "direction", "action", "protocol", "ports", "src", "dst", "priority", "isEnabled", "isInfra", "relatedEnvName", "relatedSoftNodeGroup", "softNodeGroup"}

// checkRule says what is wrong with a rule as it will be after the call.
func checkRule(d Doc) error {
	for k := range d {
		if !slices.Contains(ruleFields, k) {
			return invalid("rule", "has the unknown field "+k)
		}
	}
	for k, allowed := range ruleEnums {
		if v := fmt.Sprint(d[k]); !slices.Contains(allowed, v) {
			return invalid(k, fmt.Sprintf("is none of %v", allowed))
		}
	}
	if name, _ := d["name"].(string); name == "" {
		return invalid("name", "is required")
	}
	return nil
}

// newRule completes a rule of the caller.
func newRule(r *Request, given Doc) (Doc, error) {
	d := Doc{"direction": "INPUT", "action": "ALLOW", "protocol": "ALL", "ports": "ALL", "src": "ALL", "priority": 1100.0, "isEnabled": true}
	maps.Copy(d, given)
	d["isInfra"] = false
	if r.has("nodeGroup") {
		d["softNodeGroup"] = r.text("nodeGroup")
	}
	return d, checkRule(d)
}

func (s *Server) addRule(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	given, err := r.object("rule")
	if err != nil {
		return nil, err
	}
	d, err := newRule(r, given)
	if err != nil {
		return nil, err
	}
	return Doc{"object": e.rules.add(d)}, nil
}

// newRules checks all rules before one is kept.
func (s *Server) newRules(r *Request) (*environment, []Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, nil, err
	}
	list, err := r.objects("rules")
	if err != nil {
		return nil, nil, err
	}
	for i, given := range list {
		if list[i], err = newRule(r, given); err != nil {
			return nil, nil, err
		}
	}
	return e, list, nil
}

func (s *Server) addRules(r *Request) (Doc, error) {
	e, list, err := s.newRules(r)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		e.rules.add(d)
	}
	return array(list)
}

// setRules replaces the caller's rules; those of the platform stay.
func (s *Server) setRules(r *Request) (Doc, error) {
	e, list, err := s.newRules(r)
	if err != nil {
		return nil, err
	}
	e.rules.removeWhere(func(d Doc) bool {
		return d["isInfra"] != true && (!r.has("nodeGroup") || d["softNodeGroup"] == r.text("nodeGroup"))
	})
	for _, d := range list {
		e.rules.add(d)
	}
	return nil, nil
}

func (s *Server) rule(r *Request, id int) (*environment, Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, nil, err
	}
	d, ok := e.rules.get(id)
	if !ok {
		return nil, nil, notFound("rule", id)
	}
	return e, d, nil
}

func (s *Server) editRule(r *Request) (Doc, error) {
	given, err := r.object("rule")
	if err != nil {
		return nil, err
	}
	id, ok := given["id"].(float64)
	if !ok {
		return nil, invalid("rule", "has no id")
	}
	_, old, err := s.rule(r, int(id))
	if err != nil {
		return nil, err
	}
	d := maps.Clone(old)
	maps.Copy(d, given)
	d["id"], d["isInfra"] = int(id), old["isInfra"]
	if err := checkRule(d); err != nil {
		return nil, err
	}
	maps.Copy(old, d)
	return nil, nil
}

func (s *Server) removeRule(r *Request) (Doc, error) { return s.dropRules(r, []int{r.number("id")}) }

func (s *Server) removeRules(r *Request) (Doc, error) {
	ids, err := r.ids("ids")
	if err != nil {
		return nil, err
	}
	return s.dropRules(r, ids)
}

func (s *Server) dropRules(r *Request, ids []int) (Doc, error) {
	for _, id := range ids {
		_, d, err := s.rule(r, id)
		if err != nil {
			return nil, err
		}
		if d["isInfra"] == true {
			return nil, fail(CodeForbidden, "rule [%d] belongs to the platform and cannot be removed", id)
		}
	}
	for _, id := range ids {
		e, _, _ := s.rule(r, id)
		e.rules.remove(id)
	}
	return nil, nil
}

func (s *Server) setRuleEnabled(r *Request) (Doc, error) {
	_, d, err := s.rule(r, r.number("id"))
	if err != nil {
		return nil, err
	}
	d["isEnabled"] = r.flag("enabled")
	return nil, nil
}

func (s *Server) setFirewall(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 5 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		e.firewall = r.flag("enabled")
		return nil, nil
	}})
}
