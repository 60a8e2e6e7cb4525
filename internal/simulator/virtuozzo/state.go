package virtuozzo

import (
	"maps"
	"slices"
)

// EnvironmentState is what tests look at without going through the API.
type EnvironmentState struct {
	Status      int // the number that the API tells
	DisplayName string
	Groups      []string
	Region      string
	Nodes       []NodeState
	ExtDomains  []string
	Deployed    map[string]string // commit by context
	Busy        bool              // work has the environment to itself
}

// NodeState is a node of an EnvironmentState.
type NodeState struct {
	ID              int
	Layer, Tag      string
	Fixed, Flexible int
	Restarts        int
	Vars            map[string]string
	PublicIPs       []string
}

// Environment returns the state of an environment as of now.
func (s *Server) Environment(name string) (EnvironmentState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	e := s.find(name)
	if e == nil {
		return EnvironmentState{}, false
	}
	out := EnvironmentState{
		Status: e.statusNow(), DisplayName: e.displayName, Groups: slices.Clone(e.groups), Region: e.region, Busy: e.busy != nil,
		Deployed: map[string]string{},
	}
	for _, n := range e.nodes {
		out.Nodes = append(out.Nodes, NodeState{
			ID: n.id, Layer: n.layer, Tag: n.tag, Fixed: n.fixed, Flexible: n.flexible, Restarts: n.restarts,
			Vars: maps.Clone(n.vars), PublicIPs: slices.Clone(n.extIPs),
		})
	}
	for _, d := range e.extDomains {
		out.ExtDomains = append(out.ExtDomains, d.domain)
	}
	for _, p := range e.projects {
		out.Deployed[p.context] = p.hash
	}
	return out, true
}

// Environments returns the names of all environments in order of creation.
func (s *Server) Environments() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	var names []string
	for _, e := range s.envs {
		names = append(names, e.name)
	}
	return names
}

// Running returns the methods of the actions that run now, oldest first.
func (s *Server) Running() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	var out []string
	for _, a := range s.work.all {
		if a.running() {
			out = append(out, a.method)
		}
	}
	return out
}

// Sessions counts the sessions that are open and not expired.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth.expire(s.settle(), s.opts.SessionIdle)
	return len(s.auth.sessions)
}
