package virtuozzo

import (
	"fmt"
	"maps"
)

func containerHandlers() handlers {
	return handlers{
		"environment/control.getcontainerenvvars":        (*Server).getVars,
		"environment/control.getcontainerenvvarsbygroup": (*Server).getVars,
		"environment/control.addcontainerenvvars":        (*Server).addVars,
		"environment/control.setcontainerenvvars":        (*Server).setVars,
		"environment/control.setcontainerenvvarsbygroup": (*Server).setVars,
		"environment/control.removecontainerenvvars":     (*Server).removeVars,
		"environment/control.getcontainerruncmd":         (*Server).getRunCmd,
		"environment/control.setcontainerruncmd":         (*Server).setRunCmd,
		"environment/control.getcontainerentrypoint":     (*Server).getEntrypoint,
		"environment/control.setcontainerentrypoint":     (*Server).setEntrypoint,
		"environment/control.getcontainerrunconfig":      (*Server).getRunConfig,
	}
}

// getVars shows the variables of a node, or of a layer: its first node has them for all.
func (s *Server) getVars(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	return Doc{"object": nodes[0].varView()}, nil
}

func (n *node) varView() Doc {
	d := Doc{}
	for k, v := range n.vars {
		d[k] = v
	}
	return d
}

// variables are the vars or, in one call, data parameter: an object of texts.
func variables(r *Request) (map[string]string, error) {
	name := "vars"
	if r.has("data") {
		name = "data"
	}
	d, err := r.object(name)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for k, v := range d {
		if k == "" {
			return nil, invalid(name, "has a variable without a name")
		}
		out[k] = fmt.Sprint(v)
	}
	return out, nil
}

func (s *Server) addVars(r *Request) (Doc, error) {
	return s.eachVars(r, func(n *node, v map[string]string) { maps.Copy(n.vars, v) })
}

func (s *Server) setVars(r *Request) (Doc, error) {
	return s.eachVars(r, func(n *node, v map[string]string) { n.vars = maps.Clone(v) })
}

func (s *Server) eachVars(r *Request, do func(*node, map[string]string)) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	vars, err := variables(r)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		do(n, vars)
	}
	return nil, nil
}

func (s *Server) removeVars(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		for _, k := range r.list("vars") {
			delete(n.vars, k)
		}
	}
	return nil, nil
}

func (s *Server) getRunCmd(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	return Doc{"object": nodes[0].cmd}, nil
}

func (s *Server) setRunCmd(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	nodes[0].cmd = r.text("data")
	return nil, nil
}

func (s *Server) getEntrypoint(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	return Doc{"object": nodes[0].entrypoint}, nil
}

func (s *Server) setEntrypoint(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	nodes[0].entrypoint = r.text("data")
	return nil, nil
}

func (s *Server) getRunConfig(r *Request) (Doc, error) {
	_, nodes, err := s.targets(r)
	if err != nil {
		return nil, err
	}
	n := nodes[0]
	return Doc{"object": Doc{
		"image": n.template.image, "tag": n.tag, "cmd": n.cmd, "entrypoint": n.entrypoint, "env": n.varView(), "volumes": anySlice(n.volumes),
	}}, nil
}
