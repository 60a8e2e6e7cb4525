package acquia_test

import (
	"testing"
	"time"

	"paasmcp/internal/simulator/acquia"
)

// Changes without a notification happen later too; a client has to look at the resource.
func TestQuietChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.Want(202, "POST "+stage+"/actions/change-label", `{"label":"Acceptance"}`)
	if path(d, "_links.notification") != nil || s.Get(stage)["label"] != "Stage" {
		t.Errorf("%v", d)
	}
	s.clock.Advance(10 * time.Second)
	if got := s.Get(stage)["label"]; got != "Acceptance" {
		t.Errorf("label %v", got)
	}
	s.refuse(400, "validation_failed", "POST "+stage+"/actions/change-label", `{"label":"Dev"}`)
	if got := len(s.list(portal + "/notifications?filter=label%3D*label*")); got != 0 {
		t.Errorf("%d notifications of it", got)
	}
	server := stage + "/servers/" + plain(s.list(stage + "/servers")[0]["id"])
	s.settle(202, "PUT "+server, `{"memcache":256}`)
	s.settle(202, "POST "+server+"/actions/suspend", "{}")
	if got := s.Get(server); got["status"] != "suspended" || path(got, "configuration.memcache") != 256.0 {
		t.Errorf("server %v", got)
	}
	s.refuse(409, "conflict", "POST "+server+"/actions/reboot", "{}")
	s.settle(202, "PUT "+stage+"/settings/apm", `{"status":true,"key":"abc"}`)
	if got := s.Get(stage + "/settings/apm"); path(got, "flags.enabled") != true || got["key"] != "abc" {
		t.Errorf("apm %v", got)
	}
}

func TestSwitches(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.finish("completed", "POST "+dev+"/cdn", "{}")
	s.refuse(409, "conflict", "POST "+dev+"/cdn", "{}")
	if got := s.Get(dev + "/cdn")["status"]; got != "active" {
		t.Errorf("cdn %v", got)
	}
	s.finish("completed", "DELETE "+dev+"/cdn", "")
	s.refuse(409, "conflict", "DELETE "+dev+"/cdn", "")
	s.refuse(409, "conflict", "POST "+dev+"/livedev/actions/disable", `{"discard":1}`)
	s.finish("completed", "POST "+dev+"/livedev/actions/enable", "{}")
	if path(s.Get(dev), "flags.livedev") != true {
		t.Error("no LiveDev")
	}
	d := s.Want(200, "POST "+dev+"/cloud-actions/actions/disable", "{}")
	if d["notification"] == nil || d["notification"] == "" {
		t.Errorf("the answer does not repeat the notification: %v", d)
	}
	s.clock.Advance(time.Minute)
	if find(s.list(dev+"/cloud-actions"), "flags.enabled", true) != nil {
		t.Error("an action is still enabled")
	}
	s.finish("completed", "POST "+dev+"/cloud-actions/actions/reset", "{}")
	if find(s.list(dev+"/cloud-actions"), "flags.enabled", true) == nil {
		t.Error("none is enabled after the reset")
	}
	s.refuse(400, "validation_failed", "PUT "+dev+"/cloud-actions", `{"cloud-actions":{"nothing":true}}`)
}

func TestLogForwarding(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	list := prod + "/log-forwarding-destinations"
	this := list + "/" + acquia.SeedDestination
	s.finish("completed", "PUT "+this, `{"consumer":"syslog","sources":["php-error"]}`)
	if got := s.Get(this); got["label"] != "Central syslog" || len(got["sources"].([]any)) != 1 {
		t.Errorf("destination %v", got)
	}
	s.refuse(400, "validation_failed", "PUT "+this, `{"sources":["php-error"]}`)
	s.refuse(400, "validation_failed", "PUT "+this, `{"consumer":"syslog","sources":["nothing"]}`)
	s.refuse(400, "validation_failed", "POST "+list, `{"label":"X","sources":["php-error"],"consumer":"carrier pigeon","credentials":{}}`)
	s.refuse(409, "conflict", "POST "+this+"/actions/enable", "{}")
	s.finish("completed", "DELETE "+this, "")
}

func TestSearchAndImportAndArtifacts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.finish("completed", "POST "+dev+"/search/indexes", `{"database_role":"analytics","config_set_id":"custom-acme"}`)
	s.refuse(409, "conflict", "POST "+dev+"/search/indexes", `{"database_role":"analytics"}`)
	s.refuse(400, "validation_failed", "POST "+dev+"/search/indexes", `{"database_role":"nothing"}`)
	s.refuse(409, "conflict", "DELETE "+portal+"/search/config-sets/"+acquia.SeedConfigSet, "")
	s.Media = "multipart/form-data; boundary=b"
	s.finish("completed", "POST "+portal+"/search/config-sets", "--b\r\nContent-Disposition: form-data; name=\"archive\"; filename=\"a.zip\"\r\n\r\nPK\x03\x04\r\n--b--\r\n")
	s.refuse(400, "validation_failed", "POST "+portal+"/search/config-sets", "--b\r\nContent-Disposition: form-data; name=\"archive\"; filename=\"a.txt\"\r\n\r\nhello\r\n--b--\r\n")
	s.Media = ""
	if got := len(s.list(portal + "/search/config-sets")); got != 3 {
		t.Errorf("%d configuration sets", got)
	}
	s.finish("completed", "POST "+dev+"/code/actions/import", `{"url":"https://example.com/site.tgz"}`)
	if got := s.env(acquia.EnvDev); got.Databases["portal"] != "imported from https://example.com/site.tgz" {
		t.Errorf("dev %+v", got)
	}
	s.refuse(409, "conflict", "POST "+prod+"/code/actions/import", `{"url":"https://example.com/site.tgz"}`)
	s.refuse(400, "validation_failed", "POST "+dev+"/code/actions/import", `{"url":"https://example.com/site.exe"}`)

	docs := "/environments/" + acquia.EnvDocs
	s.finish("completed", "POST "+docs+"/artifacts/actions/switch", `{"artifact_id":"2"}`)
	if got := path(s.Get(docs), "artifact.id"); got != 2.0 {
		t.Errorf("artifact %v", got)
	}
	s.refuse(400, "validation_failed", "POST "+docs+"/artifacts/actions/switch", `{"artifact_id":"3"}`) // still building
	s.refuse(409, "conflict", "POST "+docs+"/artifacts/actions/switch", `{"artifact_id":"9"}`)
	s.refuse(403, "forbidden", "POST "+dev+"/artifacts/actions/switch", `{"artifact_id":"1"}`)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	series := s.list(portal + "/metrics/usage/views-by-environment?filter=from%3D2026-11-01%2Cto%3D2026-11-03")
	if len(series) != 3 || len(series[0]["datapoints"].([]any)) != 3 {
		t.Errorf("series %v", series)
	}
	again := s.list(portal + "/metrics/usage/views-by-environment?filter=from%3D2026-11-01%2Cto%3D2026-11-03")
	if names(series, "datapoints")[0] != names(again, "datapoints")[0] {
		t.Error("the same days have other numbers the second time")
	}
	if got := s.list(prod + "/metrics/stackmetrics/data?from=2026-11-01T00%3A00%3A00Z&filter=metric%3Aweb-cpu"); len(got) != 1 {
		t.Errorf("%d series, want web-cpu alone", len(got))
	}
	s.refuse(404, "not_found", "GET "+prod+"/metrics/usage/smiles", "")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Want(200, "PUT "+portal+"/settings/ra", `{"update_mode":"update","copy_files":false,"deploy_environment":"`+acquia.EnvStage+`"}`)
	if got := s.Get(portal + "/settings/ra"); got["update_mode"] != "update" || path(got, "flags.copy_files") != false {
		t.Errorf("ra %v", got)
	}
	s.refuse(400, "validation_failed", "PUT "+portal+"/settings/ra", `{"update_mode":"update","deploy_environment":"`+acquia.EnvDocs+`"}`)
	s.Want(200, "PUT "+portal+"/settings/ra", `{"update_mode":"update","pause_until":"2027-01-04 08:00:00"}`)
	s.refuse(400, "validation_failed", "PUT "+portal+"/settings/ra", `{"update_mode":"update","pause_until":"2026-01-04 08:00:00"}`)
	s.refuse(400, "validation_failed", "PUT "+portal+"/settings/ra", `{"update_mode":"update","pause_until":"soon"}`)
	s.refuse(403, "forbidden", "GET /applications/"+acquia.AppDocs+"/settings/ra", "")
	s.refuse(400, "validation_failed", "PUT "+portal+"/settings/security", `{"allowed_ips":["everywhere"]}`)
	s.refuse(400, "validation_failed", "PUT "+portal+"/settings/security", `{}`)
	s.finish("completed", "PUT "+portal, `{"name":"Acme Web"}`)
	s.refuse(409, "conflict", "PUT "+portal, `{"name":"Acme Web"}`)
	s.refuse(400, "validation_failed", "PUT "+portal, `{"name":"Acme Docs"}`)
	if got := path(s.Get(prod), "application.name"); got != "Acme Web" {
		t.Errorf("name %v", got)
	}
}
