package virtuozzo

import (
	"cmp"
	"maps"
	"time"
)

func deploymentHandlers() handlers {
	return handlers{
		"environment/deployment.getdeployments": (*Server).getDeployments,
		"environment/deployment.getprojectinfo": (*Server).getProject,
		"environment/deployment.gethooks":       (*Server).getHooks,
		"environment/deployment.deploy":         (*Server).deploy,
		"environment/deployment.update":         (*Server).updateDeployment,
		"environment/deployment.editproject":    (*Server).editDeployment,
		"environment/deployment.renamecontext":  (*Server).renameContext,
		"environment/deployment.undeploy":       (*Server).undeploy,
	}
}

func settings(r *Request) (Doc, error) {
	return r.objectOf("settings", "autoUpdate", "autoUpdateInterval", "autoResolveConflict", "workDir", "zdt")
}

func hooks(r *Request) (Doc, error) {
	return r.objectOf("hooks", "preBuild", "postBuild", "preDeploy", "postDeploy")
}

// edits is what the calls that edit a project may change of it. The repository is nil when it stays.
func (s *Server) edits(r *Request) (change, scripts, repo Doc, err error) {
	if change, err = settings(r); err == nil {
		scripts, err = hooks(r)
	}
	if err == nil && r.has("repo") {
		repo, err = s.repoOf(r)
	}
	return change, scripts, repo, err
}

func (s *Server) getDeployments(r *Request) (Doc, error) {
	e, l, err := s.theLayer(r, r.text("nodeGroup"))
	if err != nil {
		return nil, err
	}
	list := []Doc{}
	for _, p := range e.projects {
		if p.layer == l.name {
			list = append(list, p.view())
		}
	}
	return array(list)
}

// theProject is what a call means with context and nodeGroup.
func (s *Server) theProject(r *Request, context string) (*environment, *project, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, nil, err
	}
	p, err := e.project(context, r.text("nodeGroup"))
	return e, p, err
}

func (s *Server) getProject(r *Request) (Doc, error) {
	_, p, err := s.theProject(r, r.text("context"))
	if err != nil {
		return nil, err
	}
	return p.view(), nil
}

func (s *Server) getHooks(r *Request) (Doc, error) {
	if r.has("project") {
		m, err := s.mavenProject(r)
		if err != nil {
			return nil, err
		}
		return Doc{"hooks": m["hooks"]}, nil
	}
	_, p, err := s.theProject(r, cmp.Or(r.text("context"), "ROOT"))
	if err != nil {
		return nil, err
	}
	return Doc{"hooks": p.hooks}, nil
}

// deploy runs through the scripting engine. What is wrong with the repository turns out only when it is fetched.
func (s *Server) deploy(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	repo, err := s.repoOf(r)
	if err != nil {
		return scripted(nil, err)
	}
	p := &project{context: r.text("context"), layer: cmp.Or(r.text("nodeGroup"), "cp")}
	p.kind, _ = repo["type"].(string)
	p.url, _ = repo["url"].(string)
	p.branch, _ = repo["branch"].(string)
	p.login, _ = repo["login"].(string)
	if p.settings, err = settings(r); err == nil {
		p.hooks, err = hooks(r)
	}
	if err != nil {
		return nil, err
	}
	if err := e.canDeploy(p.layer); err != nil {
		return scripted(nil, err)
	}
	return s.begin(r, work{takes: 45 * time.Second, env: e, status: statusUpdating, nested: true, finish: s.fetch(e, p, p.view)})
}

// fetch is work that deploys the newest commit of a project's branch, and tells of it.
func (s *Server) fetch(e *environment, p *project, tell func() Doc) func(now time.Time) (Doc, error) {
	return func(now time.Time) (Doc, error) {
		if err := branchExists(p.branch); err != nil {
			return nil, err
		}
		e.deploy(p, s.hex(40), now)
		return tell(), nil
	}
}

func (s *Server) updateDeployment(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	if r.has("project") {
		return s.buildMaven(r, false)
	}
	p, err := e.project(cmp.Or(r.text("context"), "ROOT"), r.text("nodeGroup"))
	if err != nil {
		return nil, err
	}
	return s.update(r, e, p)
}

// update fetches and deploys the newest commit of a project.
func (s *Server) update(r *Request, e *environment, p *project) (Doc, error) {
	if p.kind == "ARCHIVE" {
		return nil, fail(2500, "no repository belongs to context [%s]", p.context)
	}
	if err := e.canDeploy(p.layer); err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 30 * time.Second, env: e, status: statusUpdating, finish: s.fetch(e, p, func() Doc {
		return Doc{"log": p.log, "message": "updated to " + p.hash[:7]}
	})})
}

func (s *Server) editDeployment(r *Request) (Doc, error) {
	e, p, err := s.theProject(r, r.text("context"))
	if err != nil {
		return nil, err
	}
	change, scripts, repo, err := s.edits(r)
	if err != nil {
		return nil, err
	}
	if repo != nil {
		p.url, _ = repo["url"].(string)
		p.branch, _ = repo["branch"].(string)
	}
	maps.Copy(p.settings, change)
	maps.Copy(p.hooks, scripts)
	if to := r.text("newContext"); to != "" && to != p.context {
		if _, err := e.project(to, p.layer); err == nil {
			return nil, fail(CodeGeneral, "context [%s] is in use", to)
		}
		e.rename(p, to, r.Now)
	}
	return p.view(), nil
}

func (s *Server) renameContext(r *Request) (Doc, error) {
	return s.moveContext(r, r.text("oldContext"), r.text("newContext"))
}

// moveContext gives a deployment another context.
func (s *Server) moveContext(r *Request, from, to string) (Doc, error) {
	e, p, err := s.theProject(r, from)
	if err != nil {
		return nil, err
	}
	if _, err := e.project(to, p.layer); err == nil {
		return nil, fail(CodeGeneral, "context [%s] is in use", to)
	}
	return s.begin(r, work{takes: 10 * time.Second, env: e, finish: func(now time.Time) (Doc, error) {
		e.rename(p, to, now)
		return nil, nil
	}})
}

func (s *Server) undeploy(r *Request) (Doc, error) {
	e, p, err := s.theProject(r, r.text("context"))
	if err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 10 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		e.undeploy(p.context, p.layer)
		return nil, nil
	}})
}
