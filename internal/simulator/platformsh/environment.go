package platformsh

import (
	"hash/crc32"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"paasmcp/internal/lazy"
)

// Stored states of an environment. dirty and deleting are not stored: they follow from running activities.
const (
	stateActive   = "active"
	stateInactive = "inactive"
	statePaused   = "paused"
)

// environment is one branch with its services and data.
type environment struct {
	name    string // id and Git branch
	state   string
	doc     Doc    // title, attributes, type, parent, http_access and switches: what PATCH changes
	data    string // what the services hold; copied by branch, synchronize and restore, empty without services
	manual  bool   // deploys wait for POST …/deploy
	size    int64  // bytes of data
	created time.Time
	updated time.Time
	freeAt  time.Time // end of the last work

	deployed     string // commit
	deployedAt   time.Time
	deployFailed bool
	lastBackup   time.Time

	variables   Collection
	domains     Collection
	backups     Collection
	backupData  map[string]string // data by backup id
	routes      Collection        // by original URL
	versions    Collection
	autoscaling Doc
}

func (p *project) env(name string) *environment {
	i := slices.IndexFunc(p.envs, func(e *environment) bool { return e.name == name })
	if i < 0 {
		return nil
	}
	return p.envs[i]
}

func (p *project) isMain(e *environment) bool { return p.doc["default_branch"] == e.name }

// parentOf returns nil for a root.
func (p *project) parentOf(e *environment) *environment {
	name, _ := e.doc["parent"].(string)
	return p.env(name)
}

// environment returns project and environment of the path.
func (s *Server) environment(r *Request) (*project, *environment, error) {
	p, err := s.project(r)
	if err != nil {
		return nil, nil, err
	}
	e := p.env(r.Param("environmentId"))
	if e == nil {
		return nil, nil, NotFound("Environment", r.Param("environmentId"))
	}
	return p, e, nil
}

// newEnvironment returns an inactive environment with the switches at their defaults.
func newEnvironment(name, title, kind string, parent *environment, now time.Time) *environment {
	e := &environment{
		name: name, state: stateInactive, created: now, updated: now, backupData: map[string]string{},
		doc: Doc{
			"title": title, "attributes": Doc{}, "type": kind, "parent": nil,
			"clone_parent_on_create": true, "enable_smtp": kind == "production", "restrict_robots": true,
			"http_access": Doc{"is_enabled": true, "addresses": []any{}, "basic_auth": Doc{}},
		},
	}
	if parent != nil {
		e.doc["parent"] = parent.name
	}
	return e
}

var notSlug = lazy.MustCompile(`[^a-z0-9]+`)

// machineName is a host-name-safe form of the branch name with a hash that keeps similar names apart.
func machineName(name string) string {
	slug := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if len(slug) > 24 {
		slug = slug[:24]
	}
	return slug + "-" + strings.ToLower(strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(name))), 36))
}

func (s *Server) pendingOn(e *environment) []*activity {
	var out []*activity
	for _, a := range s.activity.pending {
		if a.touches(e) {
			out = append(out, a)
		}
	}
	return out
}

// status is the state as the API tells it.
func (s *Server) status(e *environment) string {
	status := e.state
	for _, a := range s.activity.pending {
		// The first environment is the one that changes; the others are read from.
		if len(a.envs) == 0 || a.envs[0] != e {
			continue
		}
		if a.kind == "environment.delete" {
			return "deleting"
		}
		if a.kind != "environment.backup" {
			status = "dirty"
		}
	}
	return status
}

// snapshot is the short form inside payloads.
func (e *environment) snapshot(p *project) Doc {
	return Doc{
		"id": e.name, "name": e.name, "title": e.doc["title"], "machine_name": machineName(e.name), "type": e.doc["type"],
		"parent": e.doc["parent"], "status": e.state, "is_main": p.isMain(e), "head_commit": p.repo.head(e.name),
	}
}

// hostname is the host under which the platform itself serves an environment.
func (p *project) hostname(e *environment) string {
	region, _ := p.doc["region"].(string)
	region, _, _ = strings.Cut(region, ".")
	return machineName(e.name) + "-" + p.id + "." + region + ".platformsh.site"
}

func (p *project) defaultDomain(e *environment) any {
	if p.isMain(e) {
		return p.doc["default_domain"]
	}
	return nil
}

func environmentHref(p *project, e *environment) string {
	return "/api/projects/" + p.id + "/environments/" + url.PathEscape(e.name)
}

// environmentView is the environment as GET shows it.
func (s *Server) environmentView(p *project, e *environment) Doc {
	head := p.repo.head(e.name)
	status := s.status(e)
	mergeInfo := Doc{"commits_ahead": nil, "commits_behind": nil, "parent_ref": nil}
	if parent := p.parentOf(e); parent != nil && head != "" {
		ahead, behind := p.repo.divergence(head, p.repo.head(parent.name))
		mergeInfo = Doc{"commits_ahead": ahead, "commits_behind": behind, "parent_ref": "refs/heads/" + parent.name}
	}
	staged := slices.ContainsFunc(p.activities, func(a *activity) bool { return a.state == "staged" && a.touches(e) })
	d := Doc{
		"id": e.name, "name": e.name, "machine_name": machineName(e.name), "project": p.id,
		"created_at": stamp(e.created), "updated_at": stamp(e.updated), "last_active_at": stampOrNil(e.deployedAt),
		"last_backup_at": stampOrNil(e.lastBackup),
		"status":         status, "is_main": p.isMain(e), "is_dirty": status == "dirty", "is_pr": false,
		"has_code": head != "", "has_remote": p.integrations.Len() > 0, "has_deployment": e.deployed != "", "has_domains": e.domains.Len() > 0,
		"has_staged_activities": staged, "can_rolling_deploy": e.doc["type"] == "production",
		"head_commit": nil, "merge_info": mergeInfo, "default_domain": p.defaultDomain(e), "deployment_target": "local",
		"edge_hostname": p.hostname(e), "supports_restrict_robots": true, "max_instance_count": nil,
		"deployment_state":    nil,
		"sizing":              Doc{"services": Doc{}, "webapps": Doc{}, "workers": Doc{}},
		"resources_overrides": Doc{},
		"_links":              s.environmentLinks(p, e, status, staged),
	}
	if head != "" {
		d["head_commit"] = head
	}
	if !e.deployedAt.IsZero() {
		d["deployment_state"] = Doc{
			"last_deployment_successful": !e.deployFailed, "last_deployment_at": stamp(e.deployedAt),
			"last_autoscale_up_at": nil, "last_autoscale_down_at": nil,
			"crons": Doc{"enabled": e.state == stateActive, "status": map[bool]string{true: "running", false: "paused"}[e.state == stateActive]},
		}
	}
	merge(d, e.doc)
	return d
}

// environmentLinks names the actions that are possible in this state: a missing link is the service's way to say no.
func (s *Server) environmentLinks(p *project, e *environment, status string, staged bool) Doc {
	href := environmentHref(p, e)
	l := links("self", href, "#edit", href, "#manage-variables", href+"/variables", "#versions", href+"/versions",
		"backups", href+"/backups", "activities", href+"/activities")
	action := func(when bool, names ...string) {
		for _, n := range names {
			if when {
				l["#"+n] = link(href + "/" + n)
			}
		}
	}
	main, parent := p.isMain(e), p.parentOf(e)
	settled := status == e.state
	head := p.repo.head(e.name)
	action(head != "", "branch")
	action(e.state == stateActive, "backup", "redeploy", "source-operation", "domains", "routes")
	action(settled && e.state == stateInactive && head != "", "activate")
	action(head == "", "initialize")
	action(settled && e.state != stateInactive && !main, "deactivate")
	action(settled && e.state == stateActive && !main, "pause")
	action(settled && e.state == statePaused, "resume")
	action(settled && e.state == stateActive && parent != nil, "merge", "synchronize")
	action(staged, "deploy")
	if settled && e.state == stateInactive && !main {
		l["#delete"] = link(href)
	}
	if e.state == stateActive {
		app := "app"
		l["ssh"] = link("ssh://" + p.id + "-" + machineName(e.name) + "--" + app + "@ssh." + p.hostname(e))
		for i, route := range s.publicURLs(p, e) {
			l["pf:routes:"+strconv.Itoa(i)] = link(route)
		}
	}
	return l
}

// publicURLs are the addresses under which an active environment answers.
func (s *Server) publicURLs(p *project, e *environment) []string {
	var out []string
	for name := range e.domains.All() {
		out = append(out, "https://"+name+"/")
	}
	if len(out) == 0 {
		out = append(out, "https://"+p.hostname(e)+"/")
	}
	return out
}

// drop removes an environment and its branch; its children move up to its parent, as on the platform.
func (p *project) drop(e *environment) {
	p.envs = slices.DeleteFunc(p.envs, func(x *environment) bool { return x == e })
	delete(p.repo.refs, "heads/"+e.name)
	for _, child := range p.envs {
		if child.doc["parent"] == e.name {
			child.doc["parent"] = e.doc["parent"]
		}
	}
}

// activeCount counts the environments that use up a slot of the plan: active ones besides production.
func (p *project) activeCount() int {
	n := 0
	for _, e := range p.envs {
		if e.state != stateInactive && !p.isMain(e) {
			n++
		}
	}
	return n
}
