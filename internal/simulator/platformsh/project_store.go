package platformsh

import (
	"slices"
	"time"
)

// project is one hosting project with everything below it.
type project struct {
	id           string
	doc          Doc // title, region, owner …: the fields of GET /projects/{projectId} without _links
	organization string
	subscription string

	envs         []*environment // in order of creation; the first is production
	variables    Collection
	certificates Collection
	integrations Collection
	targets      Collection // deployment targets
	provisioners Collection
	access       Collection             // legacy project access by user id
	typeAccess   map[string]*Collection // legacy access by environment type
	settings     Doc
	repo         *repository
	activities   []*activity // oldest first
	restartedAt  time.Time
}

// NewProject is what it takes to create a project.
type NewProject struct {
	ID            string // generated when empty
	Title         string
	Region        string
	Organization  string // id
	Subscription  string // id
	Owner         string // user id
	DefaultBranch string // main when empty
	Plan          string // development when empty
	StorageMB     int    // 5120 when zero
	Environments  int    // 3 when zero
}

// createProject adds an empty project with its production environment, inactive until it is initialized, and returns the
// project id. The accounts half calls it when a subscription or an organization project has been provisioned.
func (s *Server) createProject(n NewProject) string {
	if n.ID == "" {
		n.ID = s.newID()
	}
	if n.DefaultBranch == "" {
		n.DefaultBranch = "main"
	}
	if n.Plan == "" {
		n.Plan = "development"
	}
	if n.StorageMB == 0 {
		n.StorageMB = 5120
	}
	if n.Environments == 0 {
		n.Environments = 3
	}
	p := s.newProject(n, s.now())
	s.projects[p.id] = p
	s.order = append(s.order, p.id)
	return p.id
}

// deleteProject removes a project at once and tells the accounts half. It says whether the project was there.
func (s *Server) deleteProject(id string) bool {
	if _, ok := s.projects[id]; !ok {
		return false
	}
	delete(s.projects, id)
	s.order = slices.DeleteFunc(s.order, func(x string) bool { return x == id })
	s.activity.dropProject(id)
	s.projectGone(id)
	return true
}

// projectInfo is what the accounts half shows of a project: id, title, region, organization, subscription, plan,
// default_branch, timezone, created_at, updated_at, status.
func (s *Server) projectInfo(id string) (Doc, bool) {
	p, ok := s.projects[id]
	if !ok {
		return nil, false
	}
	sub, _ := p.doc["subscription"].(Doc)
	return Doc{
		"id": p.id, "title": p.doc["title"], "region": p.doc["region"], "organization": p.organization,
		"subscription": p.subscription, "plan": sub["plan"], "default_branch": p.doc["default_branch"],
		"timezone": p.doc["timezone"], "created_at": p.doc["created_at"], "updated_at": p.doc["updated_at"],
		"status": "active",
	}, true
}

// updateProject changes title, default_branch, timezone or subscription.plan from the accounts half.
func (s *Server) updateProject(id string, change Doc) {
	p, ok := s.projects[id]
	if !ok {
		return
	}
	for k, v := range change {
		if k == "plan" {
			if sub, ok := p.doc["subscription"].(Doc); ok {
				sub["plan"] = v
			}
			continue
		}
		p.doc[k] = v
	}
	p.doc["updated_at"] = stamp(s.now())
}

// project returns the project named by a path parameter (projectId or project_id).
func (s *Server) project(r *Request) (*project, error) {
	id := r.Param("projectId")
	if id == "" {
		id = r.Param("project_id")
	}
	p, ok := s.projects[id]
	if !ok {
		return nil, NotFound("Project", id)
	}
	return p, nil
}
