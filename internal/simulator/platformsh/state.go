package platformsh

import "slices"

// EnvironmentState is what tests look at without going through the API.
type EnvironmentState struct {
	Status   string // as the API tells it
	Data     string // what the services hold: follows branch, synchronize, restore and deactivate
	Head     string // commit of the branch
	Deployed string // commit that runs
	Backups  []string
	Domains  []string
}

// Environment returns the state of an environment as of now.
func (s *Server) Environment(projectID, environmentID string) (EnvironmentState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.now())
	p, ok := s.projects[projectID]
	if !ok {
		return EnvironmentState{}, false
	}
	e := p.env(environmentID)
	if e == nil {
		return EnvironmentState{}, false
	}
	return EnvironmentState{
		Status: s.status(e), Data: e.data, Head: p.repo.head(e.name), Deployed: e.deployed,
		Backups: slices.Clone(e.backups.ids), Domains: slices.Clone(e.domains.ids),
	}, true
}

// Environments returns the ids of a project's environments in order of creation, or nil for an unknown project.
func (s *Server) Environments(projectID string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.now())
	p, ok := s.projects[projectID]
	if !ok {
		return nil
	}
	var names []string
	for _, e := range p.envs {
		names = append(names, e.name)
	}
	return names
}

// Projects returns the ids of all projects in order of creation.
func (s *Server) Projects() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.order)
}

// Domains returns the domains of a project's production environment.
func (s *Server) Domains(projectID string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.projects[projectID]
	if !ok {
		return nil
	}
	return slices.Clone(p.env(p.doc["default_branch"].(string)).domains.ids)
}

// ProjectVariable returns the stored value of a variable, also of a sensitive one, which no answer shows.
func (s *Server) ProjectVariable(projectID, name string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.projects[projectID]
	if !ok {
		return "", false
	}
	d, ok := p.variables.Get(name)
	if !ok {
		return "", false
	}
	return d["value"].(string), true
}

// AddProject adds an empty project, as a subscription does when it has been provisioned, gives its owner access and
// returns its id.
func (s *Server) AddProject(n NewProject) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.createProject(n)
	s.grantUser(id, n.Owner, []string{"admin"}, s.now())
	return id
}
