package virtuozzo_test

import (
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/simulator/virtuozzo"
)

func TestDeployments(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const d = "environment/deployment."
	s.refused(3, d+"addrepo", form{"name": "x", "url": "not an address"})
	made := s.ok(d+"addrepo", form{"name": "blog", "url": "https://git.example.com/acme/blog.git", "branch": "nosuch", "login": "ci", "password": "p"})
	id := itoa(made["id"])
	if shown := find(s.list("array", d+"getrepos", nil), "name", "blog"); shown["password"] != nil || shown["login"] != "ci" {
		t.Errorf("repository %v", shown)
	}
	in := form{"envName": "shop", "repo": id, "context": "blog", "nodeGroup": "cp"}
	if answer := s.call(d+"deploy", in); answer["result"] != 0.0 || answer["response"].(doc)["result"] != 99.0 {
		t.Errorf("a branch that is not there must fail inside: %v", answer)
	}
	if failed := s.list("array", "environment/tracking.searchactions", form{"search": `{"onlyErrors":true,"serviceName":"environment.deployment","resultCount":1}`}); len(failed) != 1 || !strings.Contains(failed[0]["error"].(string), "nosuch") {
		t.Errorf("history %v", failed)
	}
	s.ok(d+"editrepo", form{"id": id, "branch": "develop"})
	s.ok(d+"deploy", in)
	first := s.env("shop").Deployed["blog"]
	s.ok(d+"update", form{"envName": "shop", "context": "blog"})
	if second := s.env("shop").Deployed["blog"]; first == "" || second == first {
		t.Errorf("commits %q and %q", first, second)
	}
	s.ok(d+"renamecontext", form{"envName": "shop", "nodeGroup": "cp", "oldContext": "blog", "newContext": "news"})
	s.refused(99, d+"renamecontext", form{"envName": "shop", "nodeGroup": "cp", "oldContext": "news", "newContext": "ROOT"})
	s.refused(2313, d+"undeploy", form{"envName": "shop", "nodeGroup": "cp", "context": "blog"})
	s.ok(d+"undeploy", form{"envName": "shop", "nodeGroup": "cp", "context": "news"})
	s.ok(d+"deployarchive", form{"envName": "shop", "fileName": "a.zip", "fileUrl": "https://files.example.com/a.zip", "context": "zip"})
	s.refused(2500, d+"update", form{"envName": "shop", "context": "zip"})
	s.refused(4109, d+"deploy", form{"envName": "shop", "repo": id, "context": "x", "nodeGroup": "sqldb"})
	s.refused(4109, d+"deploy", form{"envName": "shop-staging", "repo": id, "context": "x"})
	s.refused(3, d+"deploy", form{"envName": "shop", "repo": id, "context": "x", "settings": `{"nosuch":1}`})
	if got := s.env("shop").Deployed; len(got) != 2 || got["ROOT"] == "" || got["zip"] == "" {
		t.Errorf("deployed %v", got)
	}
}

func TestBuildProjects(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const d = "environment/deployment."
	s.refused(4109, d+"addbuildproject", form{"envName": "shop", "nodeId": "101", "name": "x", "repo": "5"}) // no build node
	s.ok(d+"addbuildproject", form{"envName": "shop", "nodeId": "120", "name": "x", "repo": "5", "deployment": `{"context":"x","nodeGroup":"cp"}`})
	s.refused(99, d+"deployproject", form{"envName": "shop", "nodeId": "120", "project": "x"}) // not built
	s.ok(d+"builddeployproject", form{"envName": "shop", "nodeId": "120", "project": "x"})
	if s.env("shop").Deployed["x"] == "" {
		t.Error("it was not deployed")
	}
	old := find(s.list("responses", "environment/build.getprojects", form{"envName": "shop"}), "name", "x")
	if old == nil || old["hash"] != s.env("shop").Deployed["x"] {
		t.Errorf("the older calls see %v", old)
	}
	s.ok("environment/build.removeproject", form{"envName": "shop", "nodeid": "120", "projectid": itoa(old["id"])})
	s.refused(5, d+"getbuildprojectinfo", form{"envName": "shop", "nodeId": "120", "project": "x"})
}

func TestMarketplace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const m = "marketplace/"
	sum := func() any { return s.ok(m+"app.getchecksum", nil)["checksum"] }
	before := sum()
	s.refused(3, m+"app.addapp", form{"manifest": "type: nonsense\nname: x"})
	id := s.ok(m+"app.addapp", form{"manifest": "type: update\nname: My Add-on\n"})["app_id"].(string)
	if id != "my-add-on" || sum() == before {
		t.Errorf("id %q, checksum %v", id, sum())
	}
	s.refused(8, m+"app.deleteapp", form{"id": virtuozzo.SeedApp})
	if found := s.list("apps", m+"app.getlist", form{"search": "add-on"}); len(found) != 2 {
		t.Errorf("found %v", found)
	}

	answer := s.ok(m+"app.install", form{"id": "wordpress", "envName": "blog", "envGroups": "Web", "displayName": "Blog"})
	name, _ := answer["uniqueName"].(string)
	if name == "" || answer["response"].(doc)["uniqueName"] != name || s.env("blog").Status != 1 || !slices.Equal(s.env("blog").Groups, []string{"Web"}) {
		t.Errorf("installed %v as %+v", answer, s.env("blog"))
	}
	s.refused(99, m+"app.installaddon", form{"id": "wordpress", "envName": "blog"})
	addon := s.ok(m+"app.installaddon", form{"id": id, "envName": "blog", "settings": `{"a":1}`})["uniqueName"].(string)
	if d := s.ok(m+"installation.getsettings", form{"appUniqueName": addon}); d["settings"].(doc)["a"] != 1.0 {
		t.Errorf("settings %v", d)
	}
	s.refused(1702, m+"installation.executeaction", form{"appUniqueName": addon, "action": "explode"})
	s.ok(m+"installation.uninstall", form{"appUniqueName": addon})
	s.env("blog") // an add-on goes alone
	s.ok(m+"installation.uninstall", form{"appUniqueName": name})
	if _, there := s.sim.Virtuozzo().Environment("blog"); there {
		t.Error("the environment of an uninstalled application is still there")
	}
	s.refused(5, m+"installation.getinfo", form{"appUniqueName": name})
	s.refused(3, m+"jps.install", form{"jps": "- a\n- b", "envName": "x1"})
	if log := s.ok(m+"console.readlog", nil)["body"].(string); !strings.Contains(log, "uninstalled WordPress") {
		t.Errorf("console %q", log)
	}
}

func TestExports(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const x = "environment/export."
	s.refused(3, x+"create", form{"settings": "{}"})
	s.refused(11, x+"create", form{"settings": `{"envName":"nowhere"}`})
	made := s.ok(x+"create", form{"settings": `{"envName":"shop"}`})["response"].(doc)
	id := made["id"].(string)
	if d := s.ok(x+"getmanifest", form{"envName": "shop", "id": id})["response"].(doc); !strings.Contains(d["manifest"].(string), "type: install") {
		t.Errorf("manifest %v", d)
	}
	s.ok(x+"delete", form{"envName": "shop", "id": id})
	s.refused(5, x+"getmanifest", form{"envName": "shop", "id": id})
}

func TestFailuresOnOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.sim.Virtuozzo()
	v.FailNext("environment/control.stopenv", 2207, "external billing failed")
	v.FailNextInside("environment/control.createenvironment", 4109, "node could not be created")
	s.refused(2207, "environment/control.stopenv", form{"envName": "shop"})
	s.ok("environment/control.stopenv", form{"envName": "shop"})
	d := s.call("environment/control.createenvironment", form{"env": newEnv, "nodes": newNodes})
	if d["result"] != 0.0 || d["response"].(doc)["result"] != 4109.0 {
		t.Errorf("%v", d)
	}
	s.ok("environment/control.createenvironment", form{"env": newEnv, "nodes": newNodes})
}
