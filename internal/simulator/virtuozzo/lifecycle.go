package virtuozzo

import (
	"maps"
	"slices"
	"time"
)

func lifecycleHandlers() handlers {
	return handlers{
		"environment/control.startenv":                  (*Server).startEnv,
		"environment/control.stopenv":                   (*Server).stopEnv,
		"environment/control.sleepenv":                  (*Server).sleepEnv,
		"environment/control.deleteenv":                 (*Server).deleteEnv,
		"environment/control.cloneenv":                  (*Server).cloneEnv,
		"environment/control.migrate":                   (*Server).migrateEnv,
		"environment/control.checkmigrationpossibility": (*Server).checkMigration,
	}
}

// change is work that turns the status of an environment into another one.
func (s *Server) change(r *Request, e *environment, takes time.Duration, during, after int) (Doc, error) {
	return s.begin(r, work{takes: takes, env: e, status: during, finish: func(time.Time) (Doc, error) {
		e.status = after
		return nil, nil
	}})
}

func (s *Server) startEnv(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	switch e.status {
	case statusRunning:
		return nil, fail(CodeGeneral, "environment [%s] is running already", e.name)
	case statusBroken:
		return nil, fail(CodeNode, "environment [%s] is broken and cannot be started; look at the logs of its nodes", e.name)
	}
	return s.change(r, e, 20*time.Second, statusLaunching, statusRunning)
}

func (s *Server) stopEnv(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	if e.status == statusStopped {
		return nil, fail(CodeGeneral, "environment [%s] is stopped already", e.name)
	}
	return s.change(r, e, 15*time.Second, statusStopping, statusStopped)
}

func (s *Server) sleepEnv(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	if err := e.running(); err != nil {
		return nil, err
	}
	return s.change(r, e, 10*time.Second, statusToSleep, statusAsleep)
}

// deleteEnv wants the account password or the name of the environment in password, as hosters do whose quota allows it.
func (s *Server) deleteEnv(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	if e.uid != r.user.uid {
		return nil, fail(CodeForbidden, "only the owner may delete environment [%s]", e.name)
	}
	if p := r.text("password"); p != e.name && p != s.auth.user(r.user.uid).password {
		return nil, invalid("password", "has to be the name of the environment or the account password")
	}
	return s.begin(r, work{takes: 30 * time.Second, env: e, status: statusStopping, finish: func(time.Time) (Doc, error) {
		s.removeEnv(e)
		return nil, nil
	}})
}

func (s *Server) cloneEnv(r *Request) (Doc, error) {
	src, err := s.env(r)
	if err != nil {
		return nil, err
	}
	name := r.text("dstEnvName")
	if err := s.validName(name); err != nil {
		return nil, err
	}
	if err := s.roomForEnv(r.user.uid); err != nil {
		return nil, err
	}
	if src.busy != nil {
		return nil, fail(CodeGeneral, "environment [%s] is busy: action [%d] is running", src.name, src.busy.id)
	}
	if src.status == statusBroken {
		return nil, fail(CodeNode, "environment [%s] is broken and cannot be cloned", src.name)
	}
	dst := s.addEnv(name, r.user.uid, r.Now)
	return s.begin(r, work{takes: 2 * time.Minute, env: dst, status: statusCloning, finish: func(time.Time) (Doc, error) {
		s.copyEnv(src, dst)
		return s.info(r, dst, full), nil
	}})
}

// copyEnv gives dst what a clone has: layers, nodes with their files and settings, deployments, but no domains, addresses or groups.
func (s *Server) copyEnv(src, dst *environment) {
	dst.status, dst.region, dst.engine, dst.ha = statusRunning, src.region, src.engine, src.ha
	dst.builtinSSL, dst.firewall = src.builtinSSL, src.firewall
	dst.properties = maps.Clone(src.properties)
	dst.rules = store{last: src.rules.last}
	for _, d := range src.rules.items {
		dst.rules.items = append(dst.rules.items, maps.Clone(d))
	}
	for _, l := range src.layers {
		c := *l
		c.data, c.favorites = maps.Clone(l.data), slices.Clone(l.favorites)
		dst.layers = append(dst.layers, &c)
	}
	for _, n := range src.nodes {
		c := s.addNode(dst, n.layer, n.template)
		c.copyFrom(n)
	}
	for _, p := range src.projects {
		c := *p
		dst.projects = append(dst.projects, &c)
	}
}

func (s *Server) roomForEnv(uid int) error {
	if n := len(s.owned(uid)); n >= maxEnvironments {
		return fail(CodeBilling, "the account has %d environments, as many as it may have", n)
	}
	return nil
}

func (s *Server) migrateEnv(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	target := r.text("hardwareNodeGroup")
	if err := canMigrate(e, target); err != nil {
		return nil, err
	}
	online := r.flag("isOnline")
	during := statusMigrating
	return s.begin(r, work{takes: 3 * time.Minute, env: e, status: during, finish: func(time.Time) (Doc, error) {
		e.region = target
		for _, n := range e.nodes {
			n.intIP = s.privateIP()
			n.restarts += boolInt(!online)
		}
		return nil, nil
	}})
}

func canMigrate(e *environment, target string) error {
	switch {
	case !isRegion(target):
		return invalid("hardwareNodeGroup", "is none of those that getregions lists")
	case target == e.region:
		return fail(CodeGeneral, "environment [%s] is in [%s] already", e.name, target)
	}
	return nil
}

func (s *Server) checkMigration(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	if !r.has("hardwareNodeGroup") {
		return nil, nil
	}
	return nil, canMigrate(e, r.text("hardwareNodeGroup"))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
