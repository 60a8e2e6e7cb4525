package virtuozzo

import (
	"cmp"
	"maps"
	"strconv"
	"time"
)

// Projects of build nodes are documents of their environment: {id, nodeId, name, url, branch, settings, hooks, target,
// hash, built}. Two families of calls work on the same projects: deployment.*buildproject, and the older build.*.

func mavenHandlers() handlers {
	return handlers{
		"environment/deployment.getbuildprojects":    (*Server).getMavenProjects,
		"environment/deployment.getbuildprojectinfo": (*Server).getMavenProject,
		"environment/deployment.addbuildproject":     (*Server).addMavenProject,
		"environment/deployment.editbuildproject":    (*Server).editMavenProject,
		"environment/deployment.removebuildproject":  (*Server).removeMavenProject,
		"environment/deployment.buildproject":        func(s *Server, r *Request) (Doc, error) { return s.buildMaven(r, false) },
		"environment/deployment.builddeployproject":  func(s *Server, r *Request) (Doc, error) { return s.buildMaven(r, true) },
		"environment/deployment.deployproject":       (*Server).deployMaven,
	}
}

// target is the environment, context and layer a build is deployed to.
type target struct{ env, context, layer string }

func mavenView(d Doc) Doc {
	t := d["target"].(target)
	out := Doc{"id": d["id"], "name": d["name"], "url": d["url"], "branch": d["branch"], "type": "GIT", "hooks": d["hooks"], "nodeId": d["nodeId"], "context": t.context, "envName": t.env, "nodeGroup": t.layer}
	if hash, ok := d["hash"]; ok {
		out["hash"] = hash
	}
	maps.Copy(out, d["settings"].(Doc))
	return out
}

// buildNode is the node that a call about build projects names; others cannot build.
func (s *Server) buildNode(r *Request) (*environment, *node, error) {
	e, nodes, err := s.targets(r)
	if err != nil {
		return nil, nil, err
	}
	if nodes[0].template.mission != "build" {
		return nil, nil, fail(CodeNode, "node [%d] is no build node", nodes[0].id)
	}
	return e, nodes[0], nil
}

// mavenProject finds a project by id or name.
func (s *Server) mavenProject(r *Request) (Doc, error) {
	e, n, err := s.buildNode(r)
	if err != nil {
		return nil, err
	}
	key := r.text("project", "projectid", "projectId", "projectName")
	for _, d := range e.maven.items {
		if d["nodeId"] == n.id && (d["name"] == key || strconv.Itoa(d["id"].(int)) == key || key == "") {
			return d, nil
		}
	}
	return nil, notFound("project", key)
}

func (s *Server) mavenProjects(r *Request) (*environment, []Doc, error) {
	e, err := s.env(r)
	if err != nil {
		return nil, nil, err
	}
	ids := map[any]bool{}
	if r.text("nodeId", "nodeGroup") != "" {
		_, nodes, err := s.targets(r)
		if err != nil {
			return nil, nil, err
		}
		for _, n := range nodes {
			ids[n.id] = true
		}
	}
	return e, e.maven.where(func(d Doc) bool { return len(ids) == 0 || ids[d["nodeId"]] }), nil
}

func (s *Server) getMavenProjects(r *Request) (Doc, error) {
	_, list, err := s.mavenProjects(r)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, d := range list {
		v := mavenView(d)
		v["result"] = 0
		out = append(out, v)
	}
	return Doc{"responses": out}, nil
}

func (s *Server) getMavenProject(r *Request) (Doc, error) {
	d, err := s.mavenProject(r)
	if err != nil {
		return nil, err
	}
	return mavenView(d), nil
}

// mavenTarget reads the deployment parameter.
func (s *Server) mavenTarget(r *Request) (target, error) {
	d, err := r.object("deployment")
	if err != nil {
		return target{}, err
	}
	t := target{context: "ROOT", layer: "cp"}
	for k, v := range d {
		text, _ := v.(string)
		switch k {
		case "envName":
			if _, err := s.envNamed(r, text); err != nil {
				return t, err
			}
			t.env = text
		case "context":
			t.context = text
		case "nodeGroup":
			t.layer = text
		default:
			return t, invalid("deployment", "has the unknown field "+k)
		}
	}
	return t, nil
}

func (s *Server) addMavenProject(r *Request) (Doc, error) {
	e, n, err := s.buildNode(r)
	if err != nil {
		return nil, err
	}
	repo, err := s.repoOf(r)
	if err != nil {
		return nil, err
	}
	d := Doc{"nodeId": n.id, "name": r.text("name"), "url": repo["url"], "branch": repo["branch"]}
	if d["settings"], err = settings(r); err != nil {
		return nil, err
	}
	if d["hooks"], err = hooks(r); err != nil {
		return nil, err
	}
	if d["target"], err = s.mavenTarget(r); err != nil {
		return nil, err
	}
	return mavenView(e.maven.add(d)), nil
}

func (s *Server) editMavenProject(r *Request) (Doc, error) {
	d, err := s.mavenProject(r)
	if err != nil {
		return nil, err
	}
	change, scripts, repo, err := s.edits(r)
	if err != nil {
		return nil, err
	}
	if r.has("deployment") {
		t, err := s.mavenTarget(r)
		if err != nil {
			return nil, err
		}
		d["target"] = t
	}
	if repo != nil {
		d["url"], d["branch"] = repo["url"], repo["branch"]
	}
	if r.has("name") {
		d["name"] = r.text("name")
	}
	maps.Copy(d["settings"].(Doc), change)
	maps.Copy(d["hooks"].(Doc), scripts)
	return mavenView(d), nil
}

func (s *Server) removeMavenProject(r *Request) (Doc, error) {
	d, err := s.mavenProject(r)
	if err != nil {
		return nil, err
	}
	e, _ := s.env(r)
	e.maven.remove(d["id"].(int))
	return nil, nil
}

// buildMaven builds a project and deploys it where it belongs when deploy is set.
func (s *Server) buildMaven(r *Request, deploy bool) (Doc, error) {
	d, err := s.mavenProject(r)
	if err != nil {
		return nil, err
	}
	e, n, err := s.buildNode(r)
	if err != nil {
		return nil, err
	}
	if err := e.running(); err != nil {
		return nil, err
	}
	return s.begin(r, work{takes: time.Minute, env: e, finish: func(now time.Time) (Doc, error) {
		branch, _ := d["branch"].(string)
		if err := branchExists(branch); err != nil {
			return nil, err
		}
		d["hash"], d["built"] = s.hex(40), true
		n.files.append(n.template.logs[0], stamp(now)+" [INFO] BUILD SUCCESS "+d["name"].(string)+"\n", now)
		if deploy {
			return nil, s.deployBuild(e, d, now)
		}
		return nil, nil
	}})
}

func (s *Server) deployMaven(r *Request) (Doc, error) {
	d, err := s.mavenProject(r)
	if err != nil {
		return nil, err
	}
	if d["built"] != true {
		return nil, fail(CodeGeneral, "project [%v] has not been built", d["name"])
	}
	e, _ := s.env(r)
	return s.begin(r, work{takes: 30 * time.Second, env: e, finish: func(now time.Time) (Doc, error) { return nil, s.deployBuild(e, d, now) }})
}

func (s *Server) deployBuild(from *environment, d Doc, now time.Time) error {
	t := d["target"].(target)
	e := s.find(cmp.Or(t.env, from.name))
	if e == nil {
		return fail(CodeNoEnvironment, "environment [%s] does not exist", t.env)
	}
	if err := e.canDeploy(t.layer); err != nil {
		return err
	}
	branch, _ := d["branch"].(string)
	e.deploy(&project{context: t.context, layer: t.layer, kind: "ARCHIVE", archive: d["name"].(string) + ".war", branch: branch, settings: Doc{}, hooks: Doc{}}, d["hash"].(string), now)
	return nil
}
