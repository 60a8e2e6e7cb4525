package virtuozzo_test

import (
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/simulator/virtuozzo"
)

func TestLifecycle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const control = "environment/control."
	for _, step := range []struct {
		call   string
		in     form
		status int
	}{
		{"startenv", form{"envName": "shop-staging"}, 1},
		{"sleepenv", form{"envName": "shop-staging"}, 4},
		{"startenv", form{"envName": "shop-staging"}, 1},
		{"stopenv", form{"envName": "shop-staging"}, 2},
	} {
		s.ok(control+step.call, step.in)
		if got := s.env("shop-staging").Status; got != step.status {
			t.Errorf("after %s: status %d, want %d", step.call, got, step.status)
		}
	}
	s.refused(99, control+"stopenv", form{"envName": "shop-staging"})
	s.refused(99, control+"startenv", form{"envName": "shop"})
	s.refused(4109, control+"startenv", form{"envName": "analytics"})
	s.refused(4109, control+"restartnodes", form{"envName": "shop-staging", "nodeGroup": "cp"})

	appid := s.ok(control+"getenvinfo", form{"envName": "shop-staging"})["env"].(doc)["appid"].(string)
	s.refused(3, control+"deleteenv", form{"envName": "shop-staging"})
	s.refused(3, control+"deleteenv", form{"envName": "shop-staging", "password": "wrong"})
	s.ok(control+"deleteenv", form{"envName": appid, "password": virtuozzo.Password})
	s.refused(11, control+"getenvinfo", form{"envName": "shop-staging"})
	if got := s.sim.Virtuozzo().Environments(); !slices.Equal(got, []string{"shop", "analytics"}) {
		t.Errorf("environments %v", got)
	}
	if left := s.ok("utils/scheduler.gettasks", nil)["objects"].([]any); len(left) != 0 {
		t.Errorf("tasks of a deleted environment: %v", left)
	}
}

// What is wrong with a topology shows only inside response, under an outer 0.
func TestCreationFailsInside(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, c := range map[string]struct {
		env, nodes, groups string
		code               float64
	}{
		"taken name":    {`{"shortdomain":"shop"}`, newNodes, "", 99},
		"bad name":      {`{"shortdomain":"Not A Name"}`, newNodes, "", 3},
		"region":        {`{"shortdomain":"x1","region":"moon"}`, newNodes, "", 3},
		"stack":         {`{"shortdomain":"x1"}`, `[{"nodeType":"cobol"}]`, "", 3},
		"tag":           {`{"shortdomain":"x1"}`, `[{"nodeType":"nginxphp","tag":"0.1"}]`, "", 3},
		"no node":       {`{"shortdomain":"x1"}`, `[{"nodeType":"nginxphp","count":0}]`, "", 3},
		"too many":      {`{"shortdomain":"x1"}`, `[{"nodeType":"nginxphp","count":17}]`, "", 2223},
		"too large":     {`{"shortdomain":"x1"}`, `[{"nodeType":"nginxphp","flexibleCloudlets":65}]`, "", 3},
		"layer twice":   {`{"shortdomain":"x1"}`, `[{"nodeType":"nginxphp"},{"nodeType":"nodejs"}]`, "", 3},
		"unknown image": {`{"shortdomain":"x1"}`, `[{"docker":{"image":"library/nosuch"}}]`, "", 99},
		"unknown group": {`{"shortdomain":"x1"}`, newNodes, "Nowhere", 5},
	} {
		d := s.call("environment/control.createenvironment", form{"env": c.env, "nodes": c.nodes, "envGroups": c.groups})
		inner, _ := d["response"].(doc)
		if d["result"] != 0.0 || inner["result"] != c.code || inner["error"] == nil {
			t.Errorf("%s: %v", name, d)
		}
	}
	s.refused(3, "environment/control.createenvironment", form{"env": "{", "nodes": newNodes})
	s.refused(3, "environment/control.createenvironment", form{"env": "{}", "nodes": `"x"`})
	if got := s.sim.Virtuozzo().Environments(); len(got) != 3 {
		t.Errorf("environments %v", got)
	}
}

func TestTopologyIsComplete(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ok("environment/control.changetopology", form{
		"envName": "shop", "env": `{"engine":"php8.3"}`,
		"nodes": `[{"nodeType":"nginxphp","nodeGroup":"cp","count":3,"fixedCloudlets":2,"flexibleCloudlets":24,"extip":true},
			{"docker":{"image":"library/redis:7.2","nodeGroup":"cache","env":{"X":"1"},"registry":{"user":"ci","password":"p"}}}]`,
	})
	layers := map[string]int{}
	for _, n := range s.env("shop").Nodes {
		layers[n.Layer]++
		switch n.Layer {
		case "cp":
			if n.Flexible != 24 || len(n.PublicIPs) != 1 {
				t.Errorf("web node %+v", n)
			}
		case "cache":
			if n.Tag != "7.2" || n.Vars["X"] != "1" {
				t.Errorf("cache node %+v", n)
			}
		}
	}
	if len(layers) != 2 || layers["cp"] != 3 || layers["cache"] != 1 {
		t.Errorf("what is left out must be gone: %v", layers)
	}
	if s.env("shop").Nodes[0].ID != virtuozzo.NodeShopWeb {
		t.Error("the oldest node of a layer must stay")
	}
	if d := s.ok("environment/control.getregistryinfo", form{"envName": "shop", "nodeGroup": "cache"}); d["user"] != "ci" || d["password"] != nil {
		t.Errorf("registry %v", d)
	}
	d := s.ok("environment/control.getcontainernodetags", form{"envName": "shop", "nodeId": nodeOf(s, "shop", "cache")})
	if len(d["object"].([]any)) != 3 {
		t.Errorf("tags %v", d)
	}
}

// nodeOf is the id of the first node of a layer.
func nodeOf(s *site, env, layer string) string {
	s.t.Helper()
	for _, n := range s.env(env).Nodes {
		if n.Layer == layer {
			return itoa(float64(n.ID))
		}
	}
	s.t.Fatalf("%s has no node in %s", env, layer)
	return ""
}

func TestGroups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ok("environment/group.creategroup", form{"envGroup": "Preview", "data": `{"color":"#fff"}`})
	s.refused(99, "environment/group.creategroup", form{"envGroup": "Preview"})
	s.refused(5, "environment/group.attachenv", form{"envName": "shop", "envGroup": "Nowhere"})
	s.ok("environment/control.attachenvgroup", form{"envName": "shop", "envGroup": `["Preview","Web"]`})
	s.ok("environment/group.editgroup", form{"srcGroupName": "Preview", "dstGroupName": "Review"})
	if got := s.env("shop").Groups; !slices.Equal(got, []string{"Production", "Review", "Web"}) {
		t.Errorf("groups %v", got)
	}
	s.ok("environment/group.removegroup", form{"envGroup": "Review"})
	s.ok("environment/group.detachenv", form{"envName": "shop", "envGroup": "Production;Web"})
	if got := s.env("shop").Groups; len(got) != 0 {
		t.Errorf("groups %v", got)
	}
	s.ok("environment/group.setisolationenabled", form{"groupName": "Web", "enabled": "true"})
	if g := find(s.list("array", "environment/group.getgroups", nil), "name", "Web"); g["isIsolated"] != true {
		t.Errorf("group %v", g)
	}
}

func TestListsCarryWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for call, want := range map[string]bool{"getenvs?lazy": false, "getenvs": true, "getbasicenvsinfo": true} {
		name, lazy, _ := strings.Cut(call, "?")
		in := form{}
		if lazy != "" {
			in["lazy"] = "true"
		}
		list := s.list("infos", "environment/control."+name, in)
		if len(list) != 3 {
			t.Errorf("%s: %d environments", call, len(list))
		}
		if _, has := list[0]["nodes"]; has != want {
			t.Errorf("%s: nodes %v, want %v", call, has, want)
		}
	}
	info := s.ok("environment/control.getenvinfo", form{"envName": "shop"})
	if n := info["nodes"].([]any)[0].(doc); n["credential"] == nil || n["id"] != 101.0 {
		t.Errorf("node %v", n)
	}
}

func TestMigration(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.refused(3, "environment/control.migrate", form{"envName": "shop", "hardwareNodeGroup": "moon"})
	s.refused(99, "environment/control.checkmigrationpossibility", form{"envName": "shop", "hardwareNodeGroup": virtuozzo.DefaultRegion})
	s.ok("environment/control.migrate", form{"envName": "shop", "hardwareNodeGroup": virtuozzo.OtherRegion, "isOnline": "false"})
	if e := s.env("shop"); e.Region != virtuozzo.OtherRegion || e.Nodes[0].Restarts != 1 {
		t.Errorf("after the move: %+v", e)
	}
}
