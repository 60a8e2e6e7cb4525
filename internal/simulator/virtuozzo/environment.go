package virtuozzo

import (
	"slices"
	"strings"
	"time"
)

// The numbers of env.status.
const (
	statusRunning   = 1
	statusStopped   = 2
	statusLaunching = 3
	statusAsleep    = 4
	statusCreating  = 6
	statusCloning   = 7
	statusExporting = 9
	statusMigrating = 10
	statusBroken    = 11
	statusUpdating  = 12
	statusStopping  = 13
	statusToSleep   = 14
	statusRestoring = 15
)

// hosterDomain is the domain below which environments get their own names.
const hosterDomain = "jelastic.example"

// environment is one environment of an account.
type environment struct {
	name, appid, displayName string
	uid                      int
	region                   string // uniqueName of a hardware node group
	engine                   string
	status                   int     // at rest; statusNow tells what shows
	busy                     *action // work that has the environment to itself
	created                  time.Time
	groups                   []string
	layers                   []*layer
	nodes                    []*node
	properties               Doc
	builtinSSL               bool
	ha                       bool
	firewall                 bool
	extDomains               []*extDomain
	added                    []addedDomain
	custom                   *customSSL // certificate installed on the environment itself
	rules                    store
	endpoints                store
	redirects                store
	projects                 []*project // what is deployed
	maven                    store      // projects of build nodes
}

func environmentHandlers() handlers {
	return handlers{
		"environment/control.getenvs":           (*Server).getEnvs,
		"environment/control.getbasicenvsinfo":  (*Server).getBasicEnvs,
		"environment/control.getenvinfo":        (*Server).getEnvInfo,
		"environment/control.setenvdisplayname": (*Server).setEnvDisplayName,
	}
}

func (e *environment) statusNow() int {
	if e.busy != nil {
		return e.busy.work.status
	}
	return e.status
}

func (e *environment) domain() string { return e.name + "." + hosterDomain }

// running is nil, or says why nothing can be done on the nodes.
func (e *environment) running() error {
	if e.status == statusStopped || e.status == statusAsleep {
		return fail(CodeNode, "environment [%s] is not running, start it first", e.name)
	}
	if e.busy != nil && (e.busy.work.status == statusCreating || e.busy.work.status == statusCloning) {
		return fail(CodeNode, "environment [%s] is not ready: action [%d] is running", e.name, e.busy.id)
	}
	return nil
}

// find looks an environment up by name, appid or domain.
func (s *Server) find(key string) *environment {
	for _, e := range s.envs {
		if key == e.name || key == e.appid || key == e.domain() {
			return e
		}
	}
	return nil
}

// environment is what a request is about, or nil.
func (r *Request) environment(s *Server) *environment {
	if key := r.text("envName", "srcEnvName", "targetAppid", "appid"); key != "" {
		return s.find(key)
	}
	return nil
}

// env is the environment a request is about; the caller must have a right to it.
func (s *Server) env(r *Request) (*environment, error) {
	key := r.text("envName", "srcEnvName", "targetAppid", "appid")
	if key == "" {
		return nil, invalid("envName", "is required")
	}
	return s.envNamed(r, key)
}

func (s *Server) envNamed(r *Request, key string) (*environment, error) {
	e := s.find(key)
	if e == nil {
		return nil, fail(CodeNoEnvironment, "environment [%s] does not exist", key)
	}
	if e.uid != r.user.uid && !s.collab.allows(e, r.user.uid, r.call.method()) {
		return nil, fail(CodeForbidden, "access to environment [%s] is not permitted", e.name)
	}
	return e, nil
}

// owned are the environments of a user.
func (s *Server) owned(uid int) []*environment {
	var out []*environment
	for _, e := range s.envs {
		if e.uid == uid {
			out = append(out, e)
		}
	}
	return out
}

// visible are the environments that a user owns or was given a right to look at.
func (s *Server) visible(r *Request) []*environment {
	var out []*environment
	for _, e := range s.envs {
		if r.has("ownerUid") && e.uid != r.number("ownerUid") {
			continue
		}
		if e.uid == r.user.uid || s.collab.allows(e, r.user.uid, r.call.method()) {
			out = append(out, e)
		}
	}
	return out
}

type detail int

const (
	bare  detail = iota // no nodes
	basic               // the main fields of nodes
	full
)

func (s *Server) info(r *Request, e *environment, d detail) Doc {
	right := "OWNER"
	if e.uid != r.user.uid {
		right = "COLLABORATOR"
	}
	out := Doc{"result": 0, "env": e.view(s), "envGroups": anySlice(e.groups), "ownerUid": e.uid, "uid": e.uid, "right": right, "isExport": e.statusNow() == statusExporting}
	if d == bare {
		return out
	}
	nodes := []any{}
	for _, n := range e.nodes {
		nodes = append(nodes, n.view(d))
	}
	out["nodes"] = nodes
	if d == full {
		out["softNodeGroups"] = e.layerViews()
		out["mountpoints"] = e.mountViews(nil)
	}
	return out
}

func (e *environment) view(s *Server) Doc {
	domains := []any{}
	for _, x := range e.extDomains {
		domains = append(domains, x.view(s))
	}
	aliases := []any{}
	for i, a := range e.added {
		aliases = append(aliases, Doc{"id": i + 1, "domain": a.domain})
	}
	contexts := []any{}
	for _, p := range e.projects {
		contexts = append(contexts, p.contextView())
	}
	return Doc{
		"appid": e.appid, "envName": e.name, "shortdomain": e.name, "domain": e.domain(), "displayName": e.title(), "uid": e.uid, "creatorUid": e.uid,
		"status": e.statusNow(), "isBroken": e.status == statusBroken, "createdOn": stamp(e.created), "engine": Doc{"keyword": e.engine},
		"hardwareNodeGroup": Doc{"uniqueName": e.region}, "sslState": e.builtinSSL, "isHAEnabled": e.ha, "isFirewallEnabled": e.firewall,
		"isTransferring": false, "extDomains": domains, "aliases": aliases, "contexts": contexts,
	}
}

func (e *environment) title() string {
	if e.displayName == "" {
		return e.name
	}
	return e.displayName
}

func (s *Server) infos(r *Request, d detail) (Doc, error) {
	list := []any{}
	for _, e := range s.visible(r) {
		list = append(list, s.info(r, e, d))
	}
	return Doc{"infos": list}, nil
}

func (s *Server) getEnvs(r *Request) (Doc, error) {
	if r.flag("lazy") {
		return s.infos(r, bare)
	}
	return s.infos(r, full)
}

func (s *Server) getBasicEnvs(r *Request) (Doc, error) { return s.infos(r, basic) }

func (s *Server) getEnvInfo(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	if r.flag("lazy") {
		return s.info(r, e, bare), nil
	}
	return s.info(r, e, full), nil
}

func (s *Server) setEnvDisplayName(r *Request) (Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, err
	}
	e.displayName = r.text("displayName")
	return nil, nil
}

// removeEnv forgets an environment and what hangs on it.
func (s *Server) removeEnv(e *environment) {
	s.envs = slices.DeleteFunc(s.envs, func(x *environment) bool { return x == e })
	ofEnv := func(d Doc) bool { return d["envName"] == e.name }
	s.triggers.removeWhere(ofEnv)
	s.tasks.removeWhere(ofEnv)
	s.market.installed = slices.DeleteFunc(s.market.installed, ofEnv)
	s.collab.resources.removeWhere(func(d Doc) bool { return d["type"] == "ENV" && covers(d, e) })
}

// addEnv makes an environment without nodes.
func (s *Server) addEnv(name string, uid int, now time.Time) *environment {
	e := &environment{
		name: name, appid: s.hex(32), uid: uid, region: DefaultRegion, status: statusRunning, created: now,
		properties: Doc{}, firewall: true, builtinSSL: true,
	}
	e.seedRules()
	s.envs = append(s.envs, e)
	return e
}

// validName tells why a name cannot be that of a new environment.
func (s *Server) validName(name string) error {
	ok := len(name) >= 2 && len(name) <= 33 && name[0] >= 'a' && name[0] <= 'z' && !strings.HasSuffix(name, "-")
	for _, c := range name {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	if !ok {
		return invalid("shortdomain", "has to be 2 to 33 characters a-z, 0-9 and -, beginning with a letter")
	}
	if s.find(name) != nil {
		return fail(CodeGeneral, "environment name [%s] is already in use", name)
	}
	return nil
}
