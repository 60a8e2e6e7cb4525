package platformsh

import (
	"net/url"
	"strings"
)

func deploymentRoutes() []Route {
	const base = "GET /projects/{projectId}/environments/{environmentId}/deployments"
	return []Route{
		{base, (*Server).listDeployments},
		{base + "/{deploymentId}", (*Server).getDeployment},
	}
}

// hasDeployment accepts the ids of the one deployment an environment can have.
func (e *environment) hasDeployment(id string) error {
	if e.deployed == "" || id != "current" && id != e.deployed {
		return NotFound("Deployment", id)
	}
	return nil
}

func (s *Server) listDeployments(r *Request) (Response, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	out := []Doc{}
	if e.deployed != "" {
		out = append(out, s.deploymentView(p, e))
	}
	return OK(out)
}

func (s *Server) getDeployment(r *Request) (Response, error) {
	p, e, err := s.environment(r)
	if err != nil {
		return Response{}, err
	}
	if err := e.hasDeployment(r.Param("deploymentId")); err != nil {
		return Response{}, err
	}
	return OK(s.deploymentView(p, e))
}

// deploymentView is the complete configuration that runs: by far the largest answer of the API.
func (s *Server) deploymentView(p *project, e *environment) Doc {
	href := environmentHref(p, e) + "/deployments/current"
	tree := ""
	if c, ok := p.repo.commits[e.deployed]; ok {
		tree = c.tree
	}
	routes := Doc{}
	for id, d := range e.routes.All() {
		u := p.expand(e, id)
		v := clone(d)
		v["original_url"] = id
		routes[u] = v
		for name := range e.domains.All() {
			if extra := strings.ReplaceAll(id, "{default}", name); extra != u {
				routes[extra] = v
			}
		}
	}
	machine := machineName(e.name)
	return Doc{
		"id": "current", "created_at": stamp(e.deployedAt), "updated_at": stamp(e.deployedAt), "fingerprint": e.deployed,
		"cluster_name":      p.id + "-" + machine,
		"project_info":      Doc{"title": p.doc["title"], "name": p.id, "namespace": p.doc["namespace"], "organization": p.organization, "capabilities": p.capabilities(), "settings": p.settings},
		"environment_info":  Doc{"name": e.name, "status": s.status(e), "is_main": p.isMain(e), "is_production": e.doc["type"] == "production", "constraints": Doc{}, "reference": "refs/heads/" + e.name, "machine_name": machine, "environment_type": e.doc["type"], "links": Doc{"environment": environmentHref(p, e)}},
		"deployment_target": "local", "vpn": nil,
		"http_access": e.doc["http_access"], "enable_smtp": e.doc["enable_smtp"], "restrict_robots": e.doc["restrict_robots"],
		"variables":          p.variablesOf(e),
		"access":             []Doc{{"entity_id": p.doc["owner"], "role": "admin"}},
		"subscription":       p.doc["subscription"],
		"services":           services(),
		"routes":             routes,
		"webapps":            Doc{"app": webapp("app", tree)},
		"workers":            Doc{"app--queue": worker(tree)},
		"container_profiles": containerProfiles(),
		"_links": links("self", href, "#operations", href+"/operations", "environment", environmentHref(p, e),
			"project", "/api/projects/"+url.PathEscape(p.id)),
	}
}

func containerResources(memory, disk int) Doc {
	size := Doc{"cpu": 0.5, "memory": memory, "cpu_type": "shared", "disk": disk, "profile_size": "0.5"}
	return Doc{"base_memory": 64, "memory_ratio": 128, "profile_size": "0.5", "minimum": size, "default": size, "disk": Doc{"temporary": 512, "instance": nil, "storage": disk}}
}

func containerProfiles() Doc {
	sizes := Doc{
		"0.1": Doc{"cpu": 0.1, "memory": 64, "cpu_type": "shared"}, "0.25": Doc{"cpu": 0.25, "memory": 128, "cpu_type": "shared"},
		"0.5": Doc{"cpu": 0.5, "memory": 224, "cpu_type": "shared"}, "1": Doc{"cpu": 1.0, "memory": 384, "cpu_type": "guaranteed"},
		"2": Doc{"cpu": 2.0, "memory": 704, "cpu_type": "guaranteed"}, "4": Doc{"cpu": 4.0, "memory": 1280, "cpu_type": "guaranteed"},
	}
	return Doc{"BALANCED": sizes, "HIGH_CPU": sizes, "HIGH_MEMORY": sizes, "HIGHER_MEMORY": sizes}
}

func services() Doc {
	service := func(kind, size string, disk any, memory int) Doc {
		return Doc{
			"type": kind, "size": size, "disk": disk, "access": Doc{}, "configuration": Doc{}, "relationships": Doc{}, "firewall": nil,
			"resources": containerResources(memory, 2048), "container_profile": "HIGH_MEMORY", "endpoints": Doc{}, "instance_count": nil,
		}
	}
	db := service("mariadb:11.4", "M", 2048, 1408)
	db["configuration"] = Doc{"schemas": []string{"main"}, "endpoints": Doc{"mysql": Doc{"default_schema": "main", "privileges": Doc{"main": "admin"}}}}
	return Doc{"db": db, "cache": service("redis:7.2", "S", nil, 352)}
}

// container is what web applications and workers share.
func container(name, tree string) Doc {
	return Doc{
		"name": name, "type": "php:8.3", "size": "M", "disk": 1024, "tree_id": tree, "slug_id": name + "-" + tree, "app_dir": "/app",
		"resources": containerResources(384, 1024), "container_profile": "HIGH_CPU", "instance_count": 1,
		"access": Doc{"ssh": "contributor"}, "additional_hosts": Doc{}, "timezone": nil, "firewall": nil, "endpoints": Doc{}, "stack": []Doc{},
		"relationships": Doc{"database": Doc{"service": "db", "endpoint": "mysql"}, "redis": Doc{"service": "cache", "endpoint": "redis"}},
		"mounts":        Doc{"/var/uploads": Doc{"source": "local", "source_path": "uploads", "service": nil}, "/var/cache": Doc{"source": "tmp", "source_path": "cache", "service": nil}},
		"variables":     Doc{"env": Doc{"APP_ENV": "prod"}, "php": Doc{"memory_limit": "256M"}},
		"preflight":     Doc{"enabled": true, "ignored_rules": []string{}},
		"runtime":       Doc{"extensions": []string{"redis", "pdo_mysql"}},
		"operations":    operationDocs(),
	}
}

func operationDocs() Doc {
	out := Doc{}
	for name, command := range runtimeOperations() {
		out[name] = Doc{"commands": Doc{"start": command, "stop": nil}, "timeout": nil, "role": "contributor"}
	}
	return out
}

func webapp(name, tree string) Doc {
	d := container(name, tree)
	sources := Doc{}
	for op, command := range sourceOperations() {
		sources[op] = Doc{"command": command}
	}
	merge(d, Doc{
		"config_id": name + "-config", "is_across_submodule": false,
		"web": Doc{"move_to_root": false, "locations": Doc{"/": Doc{"root": "public", "expires": "5m", "passthru": "/index.php", "scripts": true, "allow": true, "headers": Doc{}, "rules": Doc{}}}},
		"hooks": Doc{
			"build": "set -e\ncomposer install --no-dev --no-interaction\n", "deploy": "set -e\nphp bin/console doctrine:migrations:migrate --no-interaction\n",
			"post_deploy": "php bin/console cache:warmup\n",
		},
		"crons": Doc{
			"backup":  Doc{"spec": "0 3 * * *", "commands": Doc{"start": "php bin/console backup:mark", "stop": nil}, "shutdown_timeout": nil, "timeout": 600, "cmd": ""},
			"reindex": Doc{"spec": "*/30 * * * *", "commands": Doc{"start": "php bin/console search:reindex", "stop": nil}, "shutdown_timeout": nil, "timeout": 600, "cmd": ""},
		},
		"source": Doc{"root": nil, "operations": sources},
		"build":  Doc{"flavor": "none", "caches": Doc{}}, "dependencies": Doc{"nodejs": Doc{"yarn": "*"}},
	})
	return d
}

func worker(tree string) Doc {
	d := container("app--queue", tree)
	merge(d, Doc{"app": "app", "worker": Doc{"commands": Doc{"pre_start": nil, "start": "php bin/console messenger:consume async", "post_start": nil}, "disk": 512}})
	return d
}
