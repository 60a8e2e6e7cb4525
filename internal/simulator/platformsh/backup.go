package platformsh

import (
	"time"
)

func backupRoutes() []Route {
	const env = " /projects/{projectId}/environments/{environmentId}"
	return []Route{
		{"POST" + env + "/backup", (*Server).createBackup},
		{"GET" + env + "/backups", (*Server).listBackups},
		{"GET" + env + "/backups/{backupId}", (*Server).getBackup},
		{"DELETE" + env + "/backups/{backupId}", (*Server).deleteBackup},
		{"POST" + env + "/backups/{backupId}/restore", (*Server).restoreBackup},
	}
}

// addBackup stores a finished backup of what the environment holds now.
func (p *project) addBackup(e *environment, id string, safe, automated bool, at time.Time) {
	expires := at.AddDate(0, 1, 0)
	if automated {
		expires = at.AddDate(0, 0, 7)
	}
	e.backups.Put(id, Doc{
		"id": id, "created_at": stamp(at), "updated_at": stamp(at), "attributes": Doc{}, "status": "CREATED", "expires_at": stamp(expires),
		"index": e.backups.Len() + 1, "commit_id": p.repo.head(e.name), "environment": e.name, "safe": safe,
		"size_of_volumes": e.size / (1 << 20), "size_used": e.size, "deployment": "current", "restorable": true, "automated": automated,
	})
	e.backupData[id] = e.data
	e.lastBackup = at
}

func backupView(p *project, e *environment, d Doc) Doc {
	out := clone(d)
	href := environmentHref(p, e) + "/backups/" + d["id"].(string)
	l := links("self", href)
	if d["status"] == "CREATED" {
		l["#delete"] = link(href)
		if d["restorable"] == true {
			l["#restore"] = link(href + "/restore")
		}
	}
	out["_links"] = l
	return out
}

func (s *Server) createBackup(r *Request) (Response, error) {
	p, e, body, err := s.begin(r, Opt("safe", Boolean))
	if err != nil {
		return Response{}, err
	}
	if err := mustBe(e, stateActive, "backed up"); err != nil {
		return Response{}, err
	}
	safe := body["safe"] != false
	id := s.newID()
	mode := "Pausing the environment for a consistent copy"
	if !safe {
		mode = "Copying while the environment runs"
	}
	return s.act(r, p, e, work{
		kind: "environment.backup", text: "created a backup of " + e.title(), params: Doc{"safe": safe}, payload: Doc{"backup_name": id},
		log: []string{mode, "Creating snapshot " + id, "Storing snapshot", "Backup " + id + " is complete"},
		apply: func(at time.Time) {
			p.addBackup(e, id, safe, false, at)
			p.dropOldBackups(e)
		},
	})
}

// dropOldBackups keeps as many manual backups as the retention settings allow; the oldest goes first.
func (p *project) dropOldBackups(e *environment) {
	kind, _ := e.doc["type"].(string)
	limit := p.manualBackups(kind)
	var manual []string
	for id, b := range e.backups.All() {
		if b["automated"] == false {
			manual = append(manual, id)
		}
	}
	for _, id := range manual[:max0(len(manual)-limit)] {
		e.backups.Delete(id)
		delete(e.backupData, id)
	}
}

func (s *Server) listBackups(r *Request) (Response, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for _, b := range e.backups.All() {
		out = append(out, backupView(p, e, b))
	}
	return OK(out)
}

func (s *Server) backup(r *Request) (*project, *environment, Doc, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return nil, nil, nil, err
	}
	b, ok := e.backups.Get(r.Param("backupId"))
	if !ok {
		return nil, nil, nil, NotFound("Backup", r.Param("backupId"))
	}
	return p, e, b, nil
}

func (s *Server) getBackup(r *Request) (Response, error) {
	p, e, b, err := s.backup(r)
	if err != nil {
		return Response{}, err
	}
	return OK(backupView(p, e, b))
}

func (s *Server) deleteBackup(r *Request) (Response, error) {
	p, e, b, err := s.backup(r)
	if err != nil {
		return Response{}, err
	}
	if b["status"] != "CREATED" {
		return Response{}, Conflict("The backup is being deleted already.")
	}
	id := b["id"].(string)
	b["status"] = "DELETING"
	acts := s.start(r, p, work{
		kind: "environment.backup.delete", envs: []*environment{e}, text: "deleted a backup of " + e.title(), payload: Doc{"backup_name": id},
		log:   []string{"Deleting snapshot " + id},
		apply: func(time.Time) { e.backups.Delete(id); delete(e.backupData, id) },
		abort: func(time.Time) { b["status"] = "CREATED" },
	})
	return s.accepted(r, backupView(p, e, b), acts)
}

// restoreBackup overwrites the data of an environment, or creates a new one when environment_name is unknown and
// branch_from says from what. Git does not change: restored code lives in the deployment only.
func (s *Server) restoreBackup(r *Request) (Response, error) {
	p, source, b, err := s.backup(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Null("environment_name", String), Null("branch_from", String), Opt("restore_code", Boolean), Opt("restore_resources", Boolean),
		resources("backup", "default", "minimum", "parent"))
	if err != nil {
		return Response{}, err
	}
	if b["status"] != "CREATED" || b["restorable"] != true {
		return Response{}, Conflict("The backup cannot be restored.")
	}
	target, err := s.restoreTarget(r, p, source, body)
	if err != nil {
		return Response{}, err
	}
	id := b["id"].(string)
	data, size := source.backupData[id], b["size_used"].(int64)
	envs := []*environment{target}
	if target != source {
		envs = append(envs, source)
	}
	acts := s.start(r, p, work{
		kind: "environment.restore", envs: envs, text: "restored a backup of " + source.title() + " into " + target.title(),
		params: Doc{"backup": id, "environment": target.name}, payload: Doc{"backup_name": id},
		log: []string{"Restoring snapshot " + id, "Replacing the data of " + target.name, "Deploying applications", "Restore is complete"},
		apply: func(at time.Time) {
			target.state, target.data, target.size = stateActive, data, size
			p.markDeployed(target, at)
			if commit, _ := b["commit_id"].(string); body["restore_code"] != false && commit != "" {
				target.deployed = commit
			}
		},
	})
	return s.accepted(r, s.environmentView(p, target), acts)
}

func (s *Server) restoreTarget(r *Request, p *project, source *environment, body Doc) (*environment, error) {
	name, _ := body["environment_name"].(string)
	from, _ := body["branch_from"].(string)
	if name == "" {
		return source, nil
	}
	if target := p.env(name); target != nil {
		if from != "" {
			return nil, InvalidField("branch_from", "The environment %q exists, so nothing can be branched.", name)
		}
		return target, nil
	}
	if from == "" {
		return nil, InvalidField("environment_name", "There is no environment %q; give branch_from to create it.", name)
	}
	parent := p.env(from)
	if parent == nil {
		return nil, InvalidField("branch_from", "There is no environment %q.", from)
	}
	if !validBranch(name) {
		return nil, InvalidField("environment_name", "%q is not a valid Git branch name.", name)
	}
	if err := p.checkLimit(); err != nil {
		return nil, err
	}
	target := newEnvironment(name, name, "development", parent, r.Now)
	p.inheritRoutes(target, parent)
	p.envs = append(p.envs, target)
	p.repo.setHead(name, p.repo.head(parent.name))
	return target, nil
}
