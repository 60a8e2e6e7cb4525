package virtuozzo

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// project is something deployed into a context of a layer.
type project struct {
	context, layer string
	kind           string // GIT, SVN or ARCHIVE
	url, branch    string
	login          string
	archive        string
	hash           string
	settings       Doc // autoUpdate, autoUpdateInterval, autoResolveConflict, workDir, zdt
	hooks          Doc
	log            string
}

func (p *project) contextView() Doc {
	return Doc{"context": p.context, "type": p.kind, "archiveName": p.archive}
}

func (p *project) view() Doc {
	d := Doc{
		"context": p.context, "type": p.kind, "url": p.url, "branch": p.branch, "login": p.login, "hash": p.hash, "repoHash": p.hash, "log": p.log,
		"nodeGroup": p.layer, "autoUpdate": false, "autoResolveConflict": false, "zdt": false,
	}
	maps.Copy(d, p.settings)
	return d
}

// project finds what is deployed in a context, in any layer when none is named.
func (e *environment) project(context, layer string) (*project, error) {
	for _, p := range e.projects {
		if p.context == context && (layer == "" || p.layer == layer) {
			return p, nil
		}
	}
	return nil, fail(2313, "no application is deployed in context [%s]", context)
}

// deploy puts a project into its context, in place of what is there.
func (e *environment) deploy(p *project, hash string, now time.Time) {
	e.undeploy(p.context, p.layer)
	p.hash = hash
	p.log = stamp(now) + " checked out " + hash[:7] + " of " + p.branch + "\n" + stamp(now) + " deployed\n"
	e.projects = append(e.projects, p)
	for _, n := range e.layerNodes(p.layer) {
		if n.template.webroot != "" {
			n.files.write(n.contextDir(p.context)+"/VERSION", hash+"\n", now)
		}
	}
}

func (n *node) contextDir(context string) string {
	return strings.TrimSuffix(n.template.webroot, "/ROOT") + "/" + context
}

func (e *environment) undeploy(context, layer string) {
	e.projects = slices.DeleteFunc(e.projects, func(p *project) bool { return p.context == context && p.layer == layer })
	for _, n := range e.layerNodes(layer) {
		if n.template.webroot != "" {
			n.files.remove(n.contextDir(context) + "/VERSION")
		}
	}
}

func (e *environment) rename(p *project, context string, now time.Time) {
	hash := p.hash
	e.undeploy(p.context, p.layer)
	p.context = context
	e.deploy(p, hash, now)
}

// canDeploy is nil, or says why a layer takes no deployment.
func (e *environment) canDeploy(layer string) error {
	nodes := e.layerNodes(layer)
	switch {
	case len(nodes) == 0:
		return notFound("node group", layer)
	case nodes[0].template.webroot == "":
		return fail(CodeNode, "node group [%s] runs no applications", layer)
	}
	if err := e.running(); err != nil {
		return err
	}
	return nodes[0].sound()
}

// knownBranches are the branches that every simulated repository has.
var knownBranches = []string{"", "main", "master", "develop", "release"}

func branchExists(branch string) error {
	if !slices.Contains(knownBranches, branch) {
		return fail(CodeGeneral, "git: Remote branch %s not found in upstream origin", branch)
	}
	return nil
}
