package platformsh

import (
	"path"
	"strings"
	"time"
)

func operationRoutes() []Route {
	const env = " /projects/{projectId}/environments/{environmentId}"
	return []Route{
		{"POST" + env + "/initialize", (*Server).initializeEnvironment},
		{"GET" + env + "/source-operations", (*Server).listSourceOperations},
		{"POST" + env + "/source-operation", (*Server).runSourceOperation},
		{"POST" + env + "/deployments/{deploymentId}/operations", (*Server).runOperation},
	}
}

// sourceOperations and runtimeOperations are those of the demo application.
func sourceOperations() map[string]string {
	return map[string]string{"update-dependencies": "composer update --no-interaction"}
}

func runtimeOperations() map[string]string {
	return map[string]string{"clear-cache": "php bin/console cache:clear", "reindex": "php bin/console search:reindex"}
}

// initializeEnvironment makes the first commit of an environment without code and deploys it.
func (s *Server) initializeEnvironment(r *Request) (Response, error) {
	p, e, body, err := s.begin(r, Need("profile", String), Need("repository", String), Null("config", String), resources("default", "minimum"),
		Opt("files", Array).With(Need("path", String), Need("mode", Integer), Need("contents", String)))
	if err != nil {
		return Response{}, err
	}
	if p.repo.head(e.name) != "" {
		return Response{}, Conflict("The environment has code already and cannot be initialized.")
	}
	files := templateFiles(body["profile"].(string), body["repository"].(string))
	if list, ok := body["files"].([]any); ok {
		for i, f := range list {
			f := f.(Doc)
			name := f["path"].(string)
			if path.Clean("/"+name) != "/"+name {
				return Response{}, InvalidField("files", "The path of file %d is not a clean relative path.", i)
			}
			files[name] = f["contents"].(string)
		}
	}
	if config, ok := body["config"].(string); ok && config != "" {
		files[appConfig] = config
	}
	sha := p.repo.commitFiles(files, "Initialize from "+body["profile"].(string), s.signature(r))
	return s.act(r, p, e, work{
		kind: "environment.initialize", text: "initialized the environment " + e.title(), params: Doc{"profile": body["profile"], "repository": body["repository"]},
		log: deployLog("Initializing "+e.name+" from "+body["repository"].(string), p, sha), failLog: p.deployFailure(sha),
		apply: func(at time.Time) {
			p.repo.setHead(e.name, sha)
			e.state, e.data = stateActive, emptyData
			p.markDeployed(e, at)
		},
		abort: p.markFailed(e),
	})
}

func (s *Server) listSourceOperations(r *Request) (Response, error) {
	_, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	if e.deployed != "" {
		for name, command := range sourceOperations() { // one; sort the names when there are more
			out = append(out, Doc{"id": "app:" + name, "app": "app", "operation": name, "command": command})
		}
	}
	return OK(out)
}

func (s *Server) runSourceOperation(r *Request) (Response, error) {
	p, e, body, err := s.begin(r, Need("operation", String), Opt("variables", Object))
	if err != nil {
		return Response{}, err
	}
	if err := mustBe(e, stateActive, "worked on"); err != nil {
		return Response{}, err
	}
	name := body["operation"].(string)
	command, ok := sourceOperations()[name]
	if !ok {
		return Response{}, InvalidField("operation", "There is no source operation %q.", name)
	}
	by := s.signature(r)
	return s.act(r, p, e, work{
		kind: "environment.source-operation", text: "ran the source operation " + name + " on " + e.title(), params: Doc{"operation": name},
		log: []string{"Running " + command, "1 package updated", "Committing the result", "Deploying applications"},
		apply: func(at time.Time) {
			head := p.repo.head(e.name)
			files := p.repo.files(head)
			files["composer.lock"] += "\n" // the update changes the lock file
			by.at = at
			p.repo.setHead(e.name, p.repo.commitFiles(files, "Source operation: "+name, by, head))
			p.markDeployed(e, at)
		},
	})
}

// runOperation runs a runtime operation in a container of the current deployment.
func (s *Server) runOperation(r *Request) (Response, error) {
	p, e, body, err := s.begin(r, Need("service", String), Need("operation", String), Opt("parameters", Strings))
	if err != nil {
		return Response{}, err
	}
	if err := e.hasDeployment(r.Param("deploymentId")); err != nil {
		return Response{}, err
	}
	if err := mustBe(e, stateActive, "worked on"); err != nil {
		return Response{}, err
	}
	if body["service"] != "app" {
		return Response{}, InvalidField("service", "There is no application %q; use app.", body["service"])
	}
	name := body["operation"].(string)
	command, ok := runtimeOperations()[name]
	if !ok {
		return Response{}, InvalidField("operation", "There is no operation %q.", name)
	}
	var args []string
	if list, ok := body["parameters"].([]any); ok {
		for _, v := range list {
			args = append(args, v.(string))
		}
	}
	return s.act(r, p, e, work{
		kind: "environment.operation", text: "ran the operation " + name + " on " + e.title(), params: Doc{"service": "app", "operation": name, "parameters": args},
		log: []string{"Running " + strings.Join(append([]string{command}, args...), " "), "Done"},
	})
}
