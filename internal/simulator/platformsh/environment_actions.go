package platformsh

import (
	"slices"
	"strings"
	"time"
)

func environmentActionRoutes() []Route {
	const env = "POST /projects/{projectId}/environments/{environmentId}"
	return []Route{
		{env + "/branch", (*Server).branchEnvironment},
		{env + "/activate", (*Server).activateEnvironment},
		{env + "/deactivate", (*Server).deactivateEnvironment},
		{env + "/pause", (*Server).pauseEnvironment},
		{env + "/resume", (*Server).resumeEnvironment},
		{env + "/redeploy", (*Server).redeployEnvironment},
		{env + "/deploy", (*Server).deployEnvironment},
		{env + "/merge", (*Server).mergeEnvironment},
		{env + "/synchronize", (*Server).synchronizeEnvironment},
	}
}

// resources is the optional sizing argument of the actions; its init values differ from action to action.
func resources(init ...string) Field {
	return Null("resources", Object).With(Null("init", String, init...))
}

// begin is what all actions share: the environment, the checked body, and no lifecycle work under way.
func (s *Server) begin(r *Request, fields ...Field) (*project, *environment, Doc, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return nil, nil, nil, err
	}
	body, err := r.Object(fields...)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, a := range s.pendingOn(e) {
		switch a.kind {
		case "environment.activate", "environment.deactivate", "environment.delete", "environment.branch", "environment.pause", "environment.resume",
			"environment.initialize":
			if a.envs[0] == e {
				return nil, nil, nil, Conflict("Another activity (%s) is running on this environment.", a.kind)
			}
		}
	}
	return p, e, body, nil
}

func mustBe(e *environment, state, action string) error {
	if e.state != state {
		return Conflict("The environment is %s; only an environment that is %s can be %s.", e.state, state, action)
	}
	return nil
}

// act starts the work of an action on one environment and answers with it.
func (s *Server) act(r *Request, p *project, e *environment, w work) (Response, error) {
	w.envs = slices.Concat([]*environment{e}, w.envs)
	acts := s.start(r, p, w)
	return s.accepted(r, s.environmentView(p, e), acts)
}

// deployed marks a finished deployment of the branch's head.
func (p *project) markDeployed(e *environment, at time.Time) {
	e.deployed, e.deployedAt, e.deployFailed = p.repo.head(e.name), at, false
}

func (p *project) markFailed(e *environment) func(time.Time) {
	return func(at time.Time) { e.deployedAt, e.deployFailed = at, true }
}

func (s *Server) branchEnvironment(r *Request) (Response, error) {
	p, parent, body, err := s.begin(r, Need("title", String), Need("name", String), Opt("clone_parent", Boolean),
		Opt("type", String, "development", "staging"), resources("default", "minimum", "parent"))
	if err != nil {
		return Response{}, err
	}
	name := body["name"].(string)
	if !validBranch(name) {
		return Response{}, InvalidField("name", "%q is not a valid Git branch name.", name)
	}
	if p.env(name) != nil {
		return Response{}, Conflict("An environment named %q exists already.", name)
	}
	head := p.repo.head(parent.name)
	if head == "" {
		return Response{}, Conflict("The environment has no code to branch from.")
	}
	if err := p.checkLimit(); err != nil {
		return Response{}, err
	}
	kind, _ := body["type"].(string)
	if kind == "" {
		kind = "development"
	}
	e := newEnvironment(name, body["title"].(string), kind, parent, r.Now)
	withData := body["clone_parent"] != false
	e.doc["clone_parent_on_create"] = withData
	p.inheritRoutes(e, parent)
	p.envs = append(p.envs, e)
	p.repo.setHead(name, head)
	return s.act(r, p, e, work{
		kind: "environment.branch", envs: []*environment{parent}, text: "created the environment " + e.title() + " as a branch of " + parent.title(),
		params: Doc{"environment": name, "parent": parent.name, "clone_parent": withData},
		log:    deployLog("Creating branch "+name+" from "+parent.name, p, head), failLog: p.deployFailure(head),
		apply: func(at time.Time) {
			e.state, e.data = stateActive, emptyData
			if withData && parent.data != "" {
				e.data, e.size = parent.data, parent.size
			}
			p.markDeployed(e, at)
		},
		abort: p.markFailed(e),
	})
}

func validBranch(name string) bool {
	return name != "" && !strings.ContainsAny(name, " ~^:?*[\\\x7f") && !strings.Contains(name, "..") && !strings.HasPrefix(name, "/") &&
		!strings.HasSuffix(name, "/") && !strings.HasSuffix(name, ".lock") && !strings.HasPrefix(name, "-") && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' })
}

// checkLimit refuses one more active environment than the plan has room for.
func (p *project) checkLimit() error {
	sub := p.doc["subscription"].(Doc)
	if limit, ok := sub["environments"].(int); ok && p.activeCount() >= limit {
		return Forbidden("The plan allows " + plural(limit, "active environment") + " besides production. Deactivate one or change the plan.")
	}
	return nil
}

func (s *Server) activateEnvironment(r *Request) (Response, error) {
	p, e, _, err := s.begin(r, resources("default", "minimum", "parent"))
	if err != nil {
		return Response{}, err
	}
	if err := mustBe(e, stateInactive, "activated"); err != nil {
		return Response{}, err
	}
	head := p.repo.head(e.name)
	if head == "" {
		return Response{}, Conflict("The environment has no code. Initialize it or push to it first.")
	}
	if !p.isMain(e) {
		if err := p.checkLimit(); err != nil {
			return Response{}, err
		}
	}
	return s.act(r, p, e, work{
		kind: "environment.activate", text: "activated the environment " + e.title(),
		log: deployLog("Activating "+e.name, p, head), failLog: p.deployFailure(head),
		apply: func(at time.Time) {
			e.state, e.data = stateActive, emptyData
			if parent := p.parentOf(e); parent != nil && parent.data != "" && e.doc["clone_parent_on_create"] == true {
				e.data, e.size = parent.data, parent.size
			}
			p.markDeployed(e, at)
		},
		abort: p.markFailed(e),
	})
}

func (s *Server) deactivateEnvironment(r *Request) (Response, error) {
	p, e, _, err := s.begin(r)
	if err != nil {
		return Response{}, err
	}
	if p.isMain(e) {
		return Response{}, Conflict("The production environment cannot be deactivated.")
	}
	if e.state == stateInactive {
		return Response{}, Conflict("The environment is inactive already.")
	}
	return s.act(r, p, e, work{
		kind: "environment.deactivate", text: "deactivated the environment " + e.title(),
		log: []string{"Closing routes", "Removing services", "Erasing data of " + e.name},
		apply: func(time.Time) {
			e.state, e.data, e.size, e.deployed = stateInactive, "", 0, ""
			e.versions = Collection{}
		},
	})
}

func (s *Server) pauseEnvironment(r *Request) (Response, error) {
	p, e, _, err := s.begin(r)
	if err != nil {
		return Response{}, err
	}
	if p.isMain(e) {
		return Response{}, Conflict("The production environment cannot be paused.")
	}
	if err := mustBe(e, stateActive, "paused"); err != nil {
		return Response{}, err
	}
	return s.act(r, p, e, work{kind: "environment.pause", text: "paused the environment " + e.title(), log: []string{"Stopping services"},
		apply: func(time.Time) { e.state = statePaused }})
}

func (s *Server) resumeEnvironment(r *Request) (Response, error) {
	p, e, _, err := s.begin(r)
	if err != nil {
		return Response{}, err
	}
	if err := mustBe(e, statePaused, "resumed"); err != nil {
		return Response{}, err
	}
	return s.act(r, p, e, work{kind: "environment.resume", text: "resumed the environment " + e.title(), log: []string{"Starting services"},
		apply: func(time.Time) { e.state = stateActive }})
}

func (s *Server) redeployEnvironment(r *Request) (Response, error) {
	p, e, _, err := s.begin(r)
	if err != nil {
		return Response{}, err
	}
	if err := mustBe(e, stateActive, "redeployed"); err != nil {
		return Response{}, err
	}
	head := p.repo.head(e.name)
	return s.act(r, p, e, work{
		kind: "environment.redeploy", text: "redeployed the environment " + e.title(),
		log: deployLog("Redeploying "+e.name, p, head), failLog: p.deployFailure(head),
		apply: func(at time.Time) { p.markDeployed(e, at) }, abort: p.markFailed(e),
	})
}

// deployEnvironment releases what waits as staged.
func (s *Server) deployEnvironment(r *Request) (Response, error) {
	p, e, body, err := s.begin(r, Need("strategy", String, "rolling", "stopstart"))
	if err != nil {
		return Response{}, err
	}
	if err := mustBe(e, stateActive, "deployed"); err != nil {
		return Response{}, err
	}
	var staged []*activity
	for _, a := range p.activities {
		if a.state == "staged" && a.touches(e) {
			staged = append(staged, a)
		}
	}
	if len(staged) == 0 {
		return Response{}, Conflict("There are no staged changes to deploy.")
	}
	return s.act(r, p, e, work{
		kind: "environment.deploy", text: "deployed the staged changes of " + e.title(), params: Doc{"strategy": body["strategy"]},
		log: deployLog("Deploying "+plural(len(staged), "staged change"), p, p.repo.head(e.name)),
		apply: func(at time.Time) {
			for _, a := range staged {
				a.state, a.result = "complete", "success"
				a.run(a.apply, at)
			}
			p.markDeployed(e, at)
		},
	})
}

// mergeEnvironment brings the code of an environment into its parent and deploys that.
func (s *Server) mergeEnvironment(r *Request) (Response, error) {
	p, e, _, err := s.begin(r, resources("child", "default", "manual", "minimum"))
	if err != nil {
		return Response{}, err
	}
	parent := p.parentOf(e)
	if parent == nil {
		return Response{}, Conflict("The environment has no parent to merge into.")
	}
	if err := mustBe(parent, stateActive, "merged into"); err != nil {
		return Response{}, err
	}
	head := p.repo.head(e.name)
	if head == "" {
		return Response{}, Conflict("The environment has no code to merge.")
	}
	by := s.signature(r)
	acts := s.start(r, p, work{
		kind: "environment.merge", envs: []*environment{parent, e}, text: "merged " + e.title() + " into " + parent.title(),
		params: Doc{"environment": e.name, "into": parent.name},
		log:    deployLog("Merging "+e.name+" into "+parent.name, p, head), failLog: p.deployFailure(head),
		apply: func(at time.Time) {
			by.at = at
			p.repo.setHead(parent.name, p.repo.mergeInto(p.repo.head(parent.name), head, by))
			p.markDeployed(parent, at)
		},
		abort: p.markFailed(parent),
	})
	return s.accepted(r, s.environmentView(p, e), acts)
}

// synchronizeEnvironment brings code or data of the parent into the environment.
func (s *Server) synchronizeEnvironment(r *Request) (Response, error) {
	p, e, body, err := s.begin(r, Opt("synchronize_code", Boolean), Opt("rebase", Boolean), Opt("synchronize_data", Boolean), Opt("synchronize_resources", Boolean))
	if err != nil {
		return Response{}, err
	}
	code, data, rebase := body["synchronize_code"] == true, body["synchronize_data"] == true, body["rebase"] == true
	parent := p.parentOf(e)
	switch {
	case parent == nil:
		return Response{}, Conflict("The environment has no parent to synchronize from.")
	case !code && !data:
		return Response{}, Invalid(map[string][]string{"synchronize_code": {"Synchronize code or data or both."}, "synchronize_data": {"Synchronize code or data or both."}})
	case rebase && !code:
		return Response{}, InvalidField("rebase", "Rebasing needs synchronize_code.")
	}
	if err := mustBe(e, stateActive, "synchronized"); err != nil {
		return Response{}, err
	}
	if data {
		if err := mustBe(parent, stateActive, "a source of data"); err != nil {
			return Response{}, err
		}
	}
	if ahead, _ := p.repo.divergence(p.repo.head(e.name), p.repo.head(parent.name)); code && ahead > 0 && !rebase {
		return Response{}, Conflict("The branch has diverged from %s and cannot be fast-forwarded. Use rebase.", parent.name)
	}
	by := s.signature(r)
	return s.act(r, p, e, work{
		kind: "environment.synchronize", envs: []*environment{parent}, text: "synchronized " + e.title() + " from " + parent.title(),
		params: Doc{"synchronize_code": code, "synchronize_data": data, "rebase": rebase},
		log:    []string{"Synchronizing " + e.name + " from " + parent.name, "Deploying"},
		apply: func(at time.Time) {
			if code {
				by.at = at
				p.repo.setHead(e.name, p.repo.rebase(p.repo.head(e.name), p.repo.head(parent.name), by))
				p.markDeployed(e, at)
			}
			if data {
				e.data, e.size = parent.data, parent.size
			}
		},
	})
}

// signature is the author of commits that an action makes.
func (s *Server) signature(r *Request) signature { return s.signatureOf(r.UserID, r.Now) }

func (s *Server) signatureOf(user string, at time.Time) signature {
	sig := signature{name: s.userName(user), email: "unknown@example.com", at: at}
	if u, ok := s.findUser(user); ok {
		if mail, ok := u["email"].(string); ok {
			sig.email = mail
		}
	}
	return sig
}
