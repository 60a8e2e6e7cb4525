package platformsh

import (
	"encoding/json"
	"net/url"
	"time"

	"paasmcp/internal/lazy"
)

func variableRoutes() []Route {
	const (
		prj = " /projects/{projectId}/variables"
		env = " /projects/{projectId}/environments/{environmentId}/variables"
	)
	return []Route{
		{"GET" + prj, (*Server).listProjectVariables},
		{"POST" + prj, (*Server).createVariable},
		{"GET" + prj + "/{projectVariableId}", (*Server).getProjectVariable},
		{"PATCH" + prj + "/{projectVariableId}", (*Server).patchVariable},
		{"DELETE" + prj + "/{projectVariableId}", (*Server).deleteVariable},
		{"GET" + env, (*Server).listEnvironmentVariables},
		{"POST" + env, (*Server).createVariable},
		{"GET" + env + "/{variableId}", (*Server).getEnvironmentVariable},
		{"PATCH" + env + "/{variableId}", (*Server).patchVariable},
		{"DELETE" + env + "/{variableId}", (*Server).deleteVariable},
	}
}

func variableFields(onEnvironment bool) []Field {
	f := []Field{
		Need("name", String), Need("value", String), Opt("attributes", Object), Opt("is_json", Boolean), Opt("is_sensitive", Boolean),
		Opt("visible_build", Boolean), Opt("visible_runtime", Boolean), Opt("application_scope", Strings),
	}
	if onEnvironment {
		f = append(f, Opt("is_enabled", Boolean), Opt("is_inheritable", Boolean))
	}
	return f
}

func newVariable(name, value string, now time.Time, onEnvironment bool) Doc {
	d := Doc{
		"id": name, "name": name, "value": value, "attributes": Doc{}, "is_json": false, "is_sensitive": false,
		"visible_build": !onEnvironment, "visible_runtime": true, "application_scope": []any{}, "created_at": stamp(now), "updated_at": stamp(now),
	}
	if onEnvironment {
		d["is_enabled"], d["is_inheritable"] = true, true
	}
	return d
}

// variableScope is where the variables of a request live; env is nil for those of the project.
type variableScope struct {
	project *project
	env     *environment
	list    *Collection
	id      string
}

func (s *Server) variables(r *Request) (variableScope, error) {
	p, e, err := s.scope(r)
	if err != nil {
		return variableScope{}, err
	}
	if e != nil {
		return variableScope{p, e, &e.variables, r.Param("variableId")}, nil
	}
	return variableScope{p, nil, &p.variables, r.Param("projectVariableId")}, nil
}

// view leaves out the value of a sensitive variable: it can be written and never read.
func (v variableScope) view(d Doc, inherited bool) Doc {
	out := clone(d)
	id := url.PathEscape(d["id"].(string))
	href := "/api/projects/" + v.project.id + "/variables/" + id
	if v.env != nil {
		href = environmentHref(v.project, v.env) + "/variables/" + id
		out["project"], out["environment"], out["inherited"] = v.project.id, v.env.name, inherited
	}
	if d["is_sensitive"] == true {
		delete(out, "value")
	}
	l := links("self", href)
	if !inherited {
		l["#edit"], l["#delete"] = link(href), link(href)
	}
	out["_links"] = l
	return out
}

func (s *Server) listProjectVariables(r *Request) (Response, error) {
	v, err := s.variables(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	for _, d := range v.list.All() {
		out = append(out, v.view(d, false))
	}
	return OK(out)
}

func (s *Server) getProjectVariable(r *Request) (Response, error) {
	v, err := s.variables(r)
	if err != nil {
		return Response{}, err
	}
	d, ok := v.list.Get(v.id)
	if !ok {
		return Response{}, NotFound("Variable", v.id)
	}
	return OK(v.view(d, false))
}

// effective returns an environment's own variables and what it inherits; its own win.
func (v variableScope) effective() []Doc {
	out := []Doc{}
	seen := map[string]bool{}
	for e := v.env; e != nil; e = v.project.parentOf(e) {
		for id, d := range e.variables.All() {
			if seen[id] || e != v.env && d["is_inheritable"] != true {
				continue
			}
			seen[id] = true
			out = append(out, v.view(d, e != v.env))
		}
	}
	return out
}

func (s *Server) listEnvironmentVariables(r *Request) (Response, error) {
	v, err := s.variables(r)
	if err != nil {
		return Response{}, err
	}
	return OK(v.effective())
}

func (s *Server) getEnvironmentVariable(r *Request) (Response, error) {
	v, err := s.variables(r)
	if err != nil {
		return Response{}, err
	}
	for _, d := range v.effective() {
		if d["id"] == v.id {
			return OK(d)
		}
	}
	return Response{}, NotFound("Variable", v.id)
}

var variableName = lazy.MustCompile(`^[A-Za-z_][A-Za-z0-9_.:\-]*$`)

func checkVariable(d Doc) error {
	name := d["name"].(string)
	if !variableName.MatchString(name) || len(name) > 256 {
		return InvalidField("name", "%q is not a valid variable name.", name)
	}
	if value, ok := d["value"].(string); ok && d["is_json"] == true && !json.Valid([]byte(value)) {
		return InvalidField("value", "The value is not valid JSON.")
	}
	if d["visible_build"] == false && d["visible_runtime"] == false {
		return InvalidField("visible_runtime", "A variable must be visible at build time or at run time.")
	}
	return nil
}

// variableChanged starts the activity: an environment redeploys, a project waits for the next deployments.
func (s *Server) variableChanged(r *Request, v variableScope, verb, past string, d Doc) []*activity {
	w := work{kind: "project.variable." + verb, text: past + " the variable " + d["name"].(string), params: Doc{"name": d["name"]},
		log: []string{"The variable takes effect with the next deployment of each environment"}}
	if v.env == nil {
		return s.start(r, v.project, w)
	}
	w.kind = "environment.variable." + verb
	w.text += " on " + v.env.title()
	w.envs = []*environment{v.env}
	w.log = []string{"The environment is inactive; nothing to deploy"}
	if v.env.state == stateActive {
		p, e := v.project, v.env
		w.log = deployLog("Redeploying "+e.name, p, p.repo.head(e.name))
		w.failLog = p.deployFailure(p.repo.head(e.name))
		w.apply = func(at time.Time) { p.markDeployed(e, at) }
		w.abort = p.markFailed(e)
	}
	return s.start(r, v.project, w)
}

func (s *Server) createVariable(r *Request) (Response, error) {
	v, err := s.variables(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(variableFields(v.env != nil)...)
	if err != nil {
		return Response{}, err
	}
	d := newVariable(body["name"].(string), "", r.Now, v.env != nil)
	merge(d, body)
	if err := checkVariable(d); err != nil {
		return Response{}, err
	}
	id := d["id"].(string)
	if _, there := v.list.Get(id); there {
		return Response{}, Conflict("A variable named %q exists already.", id)
	}
	v.list.Put(id, d)
	return s.accepted(r, v.view(d, false), s.variableChanged(r, v, "create", "created", d))
}

func (v variableScope) own() (Doc, error) {
	d, ok := v.list.Get(v.id)
	if ok {
		return d, nil
	}
	if v.env != nil {
		for _, d := range v.effective() {
			if d["id"] == v.id {
				return nil, Conflict("The variable is inherited. Change it on the parent or create one of the same name here.")
			}
		}
	}
	return nil, NotFound("Variable", v.id)
}

func (s *Server) patchVariable(r *Request) (Response, error) {
	v, err := s.variables(r)
	if err != nil {
		return Response{}, err
	}
	old, err := v.own()
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(optional(variableFields(v.env != nil))...)
	if err != nil {
		return Response{}, err
	}
	if old["is_sensitive"] == true && body["is_sensitive"] == false {
		return Response{}, InvalidField("is_sensitive", "A sensitive variable cannot be made readable again.")
	}
	d := clone(old)
	merge(d, body)
	if err := checkVariable(d); err != nil {
		return Response{}, err
	}
	if name := d["name"].(string); name != v.id {
		if _, taken := v.list.Get(name); taken {
			return Response{}, Conflict("A variable named %q exists already.", name)
		}
		v.list.Delete(v.id)
		d["id"] = name
	}
	d["updated_at"] = stamp(r.Now)
	v.list.Put(d["id"].(string), d)
	return s.accepted(r, v.view(d, false), s.variableChanged(r, v, "update", "updated", d))
}

func (s *Server) deleteVariable(r *Request) (Response, error) {
	v, err := s.variables(r)
	if err != nil {
		return Response{}, err
	}
	d, err := v.own()
	if err != nil {
		return Response{}, err
	}
	v.list.Delete(v.id)
	return s.accepted(r, v.view(d, false), s.variableChanged(r, v, "delete", "deleted", d))
}

// variablesOf lists the variables a deployment sees, environment over project, without sensitive values.
func (p *project) variablesOf(e *environment) []Doc {
	out := []Doc{}
	seen := map[string]bool{}
	add := func(list []Doc) {
		for _, d := range list {
			name := d["name"].(string)
			if seen[name] || d["is_enabled"] == false {
				continue
			}
			seen[name] = true
			v := Doc{"name": name, "is_sensitive": d["is_sensitive"], "is_json": d["is_json"], "visible_build": d["visible_build"], "visible_runtime": d["visible_runtime"]}
			if value, ok := d["value"]; ok && d["is_sensitive"] != true {
				v["value"] = value
			}
			out = append(out, v)
		}
	}
	add(variableScope{project: p, env: e}.effective())
	add(p.variables.Docs())
	return out
}
