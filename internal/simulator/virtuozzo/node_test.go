package virtuozzo_test

import (
	"strings"
	"testing"
)

// One of two nodes has a full disk: the outer result is 0 and one of the inner ones is not.
func TestLayersFailInPart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for call, in := range map[string]form{
		"environment/control.restartnodes":   {"envName": "analytics", "nodeGroup": "cp"},
		"environment/control.execcmdbygroup": {"envName": "analytics", "nodeGroup": "cp", "commandList": `[{"command":"touch","params":"/tmp/x"}]`},
		"environment/file.write":             {"envName": "analytics", "nodeGroup": "cp", "path": "/tmp/x", "body": "y"},
	} {
		d := s.call(call, in)
		list := d["responses"].([]any)
		if d["result"] != 0.0 || len(list) != 2 || list[0].(doc)["result"] != 4109.0 || list[1].(doc)["result"] != 0.0 {
			t.Errorf("%s: %v", call, d)
		}
	}
	s.refused(4109, "environment/control.restartnodebyid", form{"envName": "analytics", "nodeId": "301"})
	failed := s.list("array", "environment/tracking.searchactions", form{"search": `{"onlyErrors":true,"value":"analytics","resultCount":2}`})
	if len(failed) != 2 || failed[0]["resultCode"] != 4109.0 {
		t.Errorf("history %v", failed)
	}
	s.ok("environment/control.redeploycontainers", form{"envName": "analytics", "nodeGroup": "cp", "tag": "22.11.0-pm2"})
	s.ok("environment/control.restartnodes", form{"envName": "analytics", "nodeGroup": "cp"})
}

func TestCommands(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	run := func(commands string) doc {
		t.Helper()
		d := s.call("environment/control.execcmdbyid", form{"envName": "shop", "nodeId": "101", "commandList": commands})
		return d["responses"].([]any)[0].(doc)
	}
	for commands, want := range map[string]struct {
		out, errOut string
		status      float64
	}{
		`[{"command":"echo","params":"hello"},{"command":"php -v"}]`:        {"hello\nPHP 8.2.26 (cli)", "", 0},
		`[{"command":"echo one"},{"command":"false"},{"command":"echo 2"}]`: {"one", "", 1},
		`[{"command":"nosuch"}]`:               {"", "command not found", 127},
		`[{"command":"cat","params":"/nope"}]`: {"", "No such file", 1},
		`[{"command":"env"}]`:                  {"APP_ENV=prod", "", 0},
		`[{"command":"exit 3"}]`:               {"", "", 3},
		`[{"command":"df -h"}]`:                {"18%", "", 0},
	} {
		got := run(commands)
		if !strings.Contains(got["out"].(string), want.out) || !strings.Contains(got["errOut"].(string), want.errOut) || got["exitStatus"] != want.status {
			t.Errorf("%s: %v", commands, got)
		}
		if (got["result"] == 0.0) != (want.status == 0) {
			t.Errorf("%s: result %v with status %v", commands, got["result"], want.status)
		}
	}
	for _, bad := range []string{`[]`, `{}`, `[1]`, `[{"params":"x"}]`} {
		s.refused(3, "environment/control.execcmdbyid", form{"envName": "shop", "nodeId": "101", "commandList": bad})
	}
	s.refused(5, "environment/control.execcmdbyid", form{"envName": "shop", "nodeId": "999", "commandList": `[{"command":"true"}]`})
}

func TestRedeploymentKeepsOrErasesVolumes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const tag = "1.26.2-php-8.3.14"
	inVolume, outside := "/var/www/webroot/upload.jpg", "/tmp/scratch"
	write := func() {
		for _, p := range []string{inVolume, outside} {
			s.ok("environment/file.write", form{"envName": "shop", "nodeGroup": "cp", "path": p, "body": "x"})
		}
	}
	exists := func(p string) bool {
		return s.call("environment/file.read", form{"envName": "shop", "nodeGroup": "cp", "path": p})["result"] == 0.0
	}
	for keep, want := range map[string]bool{"true": true, "false": false} {
		write()
		s.ok("environment/control.redeploycontainersbygroup", form{"envName": "shop", "nodeGroup": "cp", "tag": tag, "useExistingVolumes": keep})
		if exists(inVolume) != want || exists(outside) {
			t.Errorf("useExistingVolumes=%s: volume %v, outside %v", keep, exists(inVolume), exists(outside))
		}
	}
	if got := s.env("shop").Nodes[0]; got.Tag != tag || got.Vars["APP_ENV"] != "prod" {
		t.Errorf("node %+v", got)
	}
	s.refused(4109, "environment/control.redeploycontainersbygroup", form{"envName": "shop", "nodeGroup": "cp", "tag": "0.0"})
}

func TestVariablesMergeOrReplace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const group = "environment/control.getcontainerenvvarsbygroup"
	in := form{"envName": "shop", "nodeGroup": "cp"}
	s.ok("environment/control.addcontainerenvvars", form{"envName": "shop", "nodeGroup": "cp", "vars": `{"NEW":1}`})
	if v := s.ok(group, in)["object"].(doc); v["NEW"] != "1" || v["APP_ENV"] != "prod" || len(v) != 4 {
		t.Errorf("merged: %v", v)
	}
	s.ok("environment/control.removecontainerenvvars", form{"envName": "shop", "nodeGroup": "cp", "vars": `["NEW"]`})
	s.ok("environment/control.setcontainerenvvars", form{"envName": "shop", "nodeId": "101", "vars": `{"ONLY":"1"}`})
	if v := s.ok(group, in)["object"].(doc); len(v) != 1 || v["ONLY"] != "1" {
		t.Errorf("replaced: %v", v)
	}
	s.refused(3, "environment/control.addcontainerenvvars", form{"envName": "shop", "nodeGroup": "cp", "vars": `["A"]`})
	s.refused(3, "environment/control.addcontainerenvvars", form{"envName": "shop", "vars": `{"A":"1"}`})
	s.refused(5, "environment/control.addcontainerenvvars", form{"envName": "shop", "nodeGroup": "nope", "vars": `{"A":"1"}`})
	for _, a := range s.list("array", "environment/tracking.getuidactions", nil) {
		if p := a["parameters"].(doc); p["vars"] != nil || p["session"] != nil {
			t.Errorf("the history shows secrets: %v", p)
		}
	}
}

func TestCloudlets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	set := func(fixed, flexible string) form {
		return form{"envName": "shop", "nodeid": "102", "count": flexible, "fixedCloudlets": fixed, "flexibleCloudlets": flexible}
	}
	for _, bad := range [][2]string{{"0", "8"}, {"9", "8"}, {"1", "65"}} {
		s.refused(3, "environment/control.setcloudletscountbyid", set(bad[0], bad[1]))
	}
	s.ok("environment/control.setcloudletscountbyid", set("4", "32"))
	if n := s.env("shop").Nodes[1]; n.Fixed != 4 || n.Flexible != 32 {
		t.Errorf("node %+v", n)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	on := func(more ...string) form {
		f := form{"envName": "shop", "nodeGroup": "cp"}
		for i := 0; i < len(more); i += 2 {
			f[more[i]] = more[i+1]
		}
		return f
	}
	const file = "environment/file."
	s.ok(file+"create", on("path", "/data/notes", "isdir", "true"))
	s.refused(4109, file+"create", on("path", "/data/notes"))
	s.ok(file+"write", on("path", "/data/notes/a.txt", "body", "one one"))
	s.ok(file+"write", on("path", "/data/notes/a.txt", "body", "\ntwo", "isAppendMode", "true"))
	s.ok(file+"append", on("path", "/data/notes/a.txt", "body", "\nthree"))
	s.ok(file+"replaceinbody", on("path", "/data/notes/a.txt", "pattern", "one", "replacement", "1", "nth", "2"))
	if d := s.ok(file+"read", on("path", "/data/notes/a.txt")); d["body"] != "one 1\ntwo\nthree" {
		t.Errorf("body %q", d["body"])
	}
	s.ok(file+"copy", on("src", "/data/notes", "dest", "/data/copy"))
	s.ok(file+"rename", on("oldPath", "/data/notes/a.txt", "newPath", "/data/notes/b.txt"))
	s.ok(file+"delete", on("path", "/data/copy"))
	s.refused(5, file+"read", on("path", "/data/copy/a.txt"))
	s.refused(4109, file+"write", on("path", "/data/notes", "body", "x"))
	s.refused(3, file+"replaceinbody", on("path", "/data/notes/b.txt", "pattern", "(", "replacement", ""))
	list := s.list("directoryPathList", file+"getlist", on("path", "/data/notes"))
	if len(list) != 1 || list[0]["name"] != "b.txt" || list[0]["isDir"] != false {
		t.Errorf("list %v", list)
	}
	s.refused(4109, file+"read", form{"envName": "shop-staging", "path": "/x"})
}

func TestLogs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	log := form{"envName": "shop", "nodeId": "101", "path": "/var/log/nginx/error_log"}
	whole := s.ok("environment/control.readlog", log)
	size := int(whole["linescount"].(float64))
	if len(whole["body"].(string)) != size || size < 1000 {
		t.Fatalf("log of %d, linescount %d", len(whole["body"].(string)), size)
	}
	var parts strings.Builder
	for from := 0; from < size; from += 1000 {
		log["from"], log["count"] = itoa(float64(from)), "1000"
		parts.WriteString(s.ok("environment/control.readlog", log)["body"].(string))
	}
	if parts.String() != whole["body"] {
		t.Error("the windows do not add up to the whole")
	}
	delete(log, "from")
	delete(log, "count")
	s.ok("environment/control.clearlog", log)
	if d := s.ok("environment/control.readlog", log); d["body"] != "" || d["linescount"] != 0.0 {
		t.Errorf("cleared log %v", d)
	}
	s.ok("environment/control.removelog", log)
	s.refused(5, "environment/control.readlog", log)
	s.refused(5, "environment/control.readlog", form{"envName": "shop", "nodeId": "101", "path": "/etc/jelastic/metainf.conf"})
	d := s.ok("environment/control.readlog", form{"envName": "analytics", "nodeId": "301", "path": "/var/log/nodejs/app.log"})
	if !strings.Contains(d["body"].(string), "no space left on device") {
		t.Errorf("the log of the broken node does not tell why: %v", d["body"])
	}
}
