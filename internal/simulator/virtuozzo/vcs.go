package virtuozzo

import (
	"cmp"
	"strings"
	"time"
)

func vcsHandlers() handlers {
	return handlers{
		"environment/vcs.getproject":    (*Server).getVCS,
		"environment/vcs.createproject": (*Server).createVCS,
		"environment/vcs.editproject":   (*Server).editVCS,
		"environment/vcs.deleteproject": (*Server).deleteVCS,
		"environment/vcs.update":        (*Server).updateVCS,
	}
}

// setVCS reads the flat parameters of the older calls.
func setVCS(r *Request, p *project) error {
	p.kind = strings.ToUpper(r.text("type"))
	if p.kind != "GIT" && p.kind != "SVN" {
		return invalid("type", "is neither GIT nor SVN")
	}
	if !isRepoURL(r.text("url")) {
		return invalid("url", "is no address of a repository")
	}
	h, err := hooks(r)
	if err != nil {
		return err
	}
	p.url, p.branch, p.login, p.hooks = r.text("url"), cmp.Or(r.text("branch"), "main"), r.text("login"), h
	p.settings = Doc{"autoUpdate": r.flag("autoupdate"), "autoResolveConflict": r.flag("autoResolveConflict"), "zdt": r.flag("zdt")}
	return nil
}

func (s *Server) getVCS(r *Request) (Doc, error) {
	_, p, err := s.theProject(r, cmp.Or(r.text("context"), "ROOT"))
	if err != nil {
		return nil, err
	}
	return p.view(), nil
}

func (s *Server) createVCS(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	p := &project{context: r.text("context"), layer: cmp.Or(r.text("nodeGroup"), "cp")}
	if err := setVCS(r, p); err != nil {
		return nil, err
	}
	if err := e.canDeploy(p.layer); err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 45 * time.Second, env: e, status: statusUpdating, finish: s.fetch(e, p, p.view)})
}

func (s *Server) editVCS(r *Request) (Doc, error) {
	e, p, err := s.theProject(r, r.text("oldcontext"))
	if err != nil {
		return nil, err
	}
	to := r.text("newcontext")
	if _, err := e.project(to, p.layer); err == nil && to != p.context {
		return nil, fail(CodeGeneral, "context [%s] is in use", to)
	}
	if err := setVCS(r, p); err != nil {
		return nil, err
	}
	if to != p.context {
		e.rename(p, to, r.Now)
	}
	return p.view(), nil
}

func (s *Server) deleteVCS(r *Request) (Doc, error) {
	e, p, err := s.theProject(r, r.text("context"))
	if err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: 10 * time.Second, env: e, finish: func(time.Time) (Doc, error) {
		e.undeploy(p.context, p.layer)
		return p.view(), nil
	}})
}

func (s *Server) updateVCS(r *Request) (Doc, error) {
	e, p, err := s.theProject(r, r.text("context"))
	if err != nil {
		return nil, err
	}
	return s.update(r, e, p)
}
