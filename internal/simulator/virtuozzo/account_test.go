package virtuozzo_test

import (
	"testing"
	"time"

	"paasmcp/internal/simulator/virtuozzo"
)

func TestTriggers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const tr = "environment/trigger."
	good := `{"name":"in","nodeGroup":"cp","condition":{"resourceType":"CPU","type":"LESS","value":20},"actions":[{"type":"REMOVE_NODE"}]}`
	for _, bad := range []string{`{}`, `{"name":"x","nodeGroup":"nope","actions":[{"type":"NOTIFY"}]}`, `{"name":"x","nodeGroup":"cp","actions":[{"type":"EXPLODE"}]}`, `{"name":"x","nodeGroup":"cp"}`} {
		s.refused(3, tr+"addtrigger", form{"envName": "shop", "data": bad})
	}
	s.refused(3, tr+"addloadalerttrigger", form{"envName": "shop", "data": good}) // it scales
	made := s.ok(tr+"addautoscalingtrigger", form{"envName": "shop", "data": good})["object"].(doc)
	id := itoa(made["id"])
	s.ok(tr+"setautoscalingtriggerenabled", form{"id": id, "enabled": "false"})
	s.ok(tr+"editautoscalingtrigger", form{"id": id, "data": `{"period":9}`})
	got := find(s.list("array", tr+"getautoscalingtriggers", form{"envName": "shop", "actionTypes": "REMOVE_NODE"}), "name", "in")
	if got["isEnabled"] != false || got["period"] != 9.0 || got["nodeGroup"] != "cp" {
		t.Errorf("trigger %v", got)
	}
	s.refused(5, tr+"deleteloadalerttrigger", form{"id": id})
	s.ok(tr+"deletetrigger", form{"id": id})
	s.refused(5, tr+"deletetrigger", form{"id": id})
}

func TestHistoryByRows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seen := map[any]bool{}
	total := 0.0
	for _, start := range []string{"0", "7", "14", "21"} {
		d := s.ok("environment/trigger.autoscalinghistory", form{"envName": "shop", "startRow": start, "resultCount": "7"})
		total = d["totalCount"].(float64)
		for _, row := range d["array"].([]any) {
			seen[row.(doc)["id"]] = true
		}
	}
	if float64(len(seen)) != total || total != 20 {
		t.Errorf("%d rows seen of %v", len(seen), total)
	}
	alerts := s.ok("environment/trigger.loadalerthistory", form{"startRow": "0", "resultCount": "100", "actionTypes": "NOTIFY"})
	if alerts["totalCount"] != 10.0 {
		t.Errorf("alerts %v", alerts["totalCount"])
	}
	s.refused(3, "environment/trigger.gettriggerlogs", form{"startRow": "-1", "resultCount": "1"})
}

func TestActionSearch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const search = "environment/tracking.searchactions"
	s.ok("environment/control.restartnodes", form{"envName": "shop", "nodeGroup": "cp"})
	for q, want := range map[string]int{
		`{}`: 5, `{"onlyErrors":true}`: 1, `{"resultCode":4109}`: 1, `{"id":90210}`: 1, `{"serviceName":"environment.deployment"}`: 1,
		`{"startRow":2,"resultCount":2}`: 2, `{"startRow":99}`: 0, `{"login":"ben@example.com"}`: 0, `{"startDate":"2026-11-20 11:59:00"}`: 1,
	} {
		if got := s.ok(search, form{"search": q})["array"].([]any); len(got) != want {
			t.Errorf("%s: %d rows, want %d", q, len(got), want)
		}
	}
	for _, bad := range []string{`{"colour":"red"}`, `{"startDate":"yesterday"}`, `{"startRow":-1}`, `[]`} {
		s.refused(3, search, form{"search": bad})
	}
	newest := s.list("array", "environment/tracking.getuidactions", form{"count": "1"})[0]
	if newest["action"] != "environment.control.restartnodes" || newest["endDate"] == nil {
		t.Errorf("newest %v", newest)
	}
	s.refused(5, "environment/tracking.getaction", form{"id": "1"})
}

func TestSharing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const c = "users/collaboration."
	s.refused(3, c+"invitemember", form{"email": "nobody"})
	s.refused(99, c+"invitemember", form{"email": "ben@example.com"})
	s.refused(5, c+"deletemember", form{"id": "21"}) // there the demo user is the member
	s.refused(99, c+"suspendmember", form{"id": "56"})
	s.refused(8, c+"deleterole", form{"id": "1"})
	s.refused(99, c+"deleterole", form{"id": "3"})
	s.refused(99, c+"deletepolicy", form{"id": "4"})
	s.refused(3, c+"addpolicy", form{"name": "x", "methods": "no.such.method"})
	s.refused(5, c+"addrole", form{"name": "x", "policies": "99", "receiveNotification": "false"})
	s.refused(5, c+"setresource", form{"collaborationId": "55", "resourceId": "shop", "roleIds": "99"})
	s.refused(11, c+"setresource", form{"collaborationId": "55", "resourceId": "nowhere", "roleIds": "1"})
	s.refused(3, c+"addresources", form{"collaborationId": "55", "resources": `[{"resourceId":"shop","roleIds":[]}]`})

	policy := s.ok(c+"addpolicy", form{"name": "stop", "methods": "environment.control.StopEnv"})["policy"].(doc)
	role := s.ok(c+"addrole", form{"name": "stopper", "policies": itoa(policy["id"]), "receiveNotification": "false"})["role"].(doc)
	s.ok(c+"setresource", form{"collaborationId": "55", "resourceId": "shop", "roleIds": itoa(role["id"])})
	member := siteOf(t, s.sim, s.clock)
	member.token = virtuozzo.MemberToken
	member.ok("environment/control.stopenv", form{"envName": "shop"})
	s.ok(c+"deletemember", form{"id": "55"})
	member.refused(8, "environment/control.startenv", form{"envName": "shop"})
}

func TestMoney(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	balance := func() float64 { return s.ok("billing/account.getaccount", nil)["balance"].(float64) }
	before := balance()
	s.clock.Advance(24 * time.Hour)
	if after := balance(); after >= before {
		t.Errorf("a day costs nothing: %v, then %v", before, after)
	}
	const history = "billing/account.getextendedaccountbillinghistorybyperiod"
	s.refused(3, history, form{"starttime": "2026-11-20 00:00:00", "endtime": "2026-11-10 00:00:00"})
	s.refused(3, history, form{"starttime": "20.11.2026", "endtime": "2026-11-10 00:00:00"})
	for _, row := range s.list("object", history, form{"starttime": "2026-11-10 00:00:00", "endtime": "2026-11-12 00:00:00"}) {
		if row["envName"] == virtuozzo.EnvStaging || row["cost"].(float64) <= 0 {
			t.Errorf("charged %v", row)
		}
	}
	if q := s.list("array", "billing/account.getquotas", form{"quotasnames": "environment.maxcount"}); len(q) != 1 || q[0]["value"] != 20.0 {
		t.Errorf("quota %v", q)
	}
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.refused(3, "utils/scheduler.createenvtask", form{"envName": "shop", "script": "s", "trigger": "often"})
	made := s.ok("utils/scheduler.createenvtask", form{"envName": "shop", "script": "s", "trigger": "cron:0 1 * * *", "params": `{"a":1}`})
	s.ok("utils/scheduler.edittask", form{"id": itoa(made["id"]), "script": "s2", "trigger": "rate:60"})
	if got := find(s.list("objects", "utils/scheduler.gettasks", nil), "id", made["id"]); got["script"] != "s2" || got["envName"] != "shop" {
		t.Errorf("task %v", got)
	}
	s.refused(5, "utils/scheduler.deletetasks", form{"ids": itoa(made["id"]) + ",999"})
	s.ok("utils/scheduler.deletetasks", form{"ids": itoa(made["id"])})
	s.refused(3, "utils/scheduler.deletetasks", form{"ids": "x"})
}

func TestFigures(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	in := form{"envName": "shop", "nodeGroup": "cp", "duration": "3600", "interval": "600"}
	if got := s.list("stats", "environment/control.getstats", in); len(got) != 6 {
		t.Errorf("%d values", len(got))
	}
	in["interval"] = "0"
	s.refused(3, "environment/control.getstats", in)
	in["interval"], in["duration"] = "1", "86400"
	s.refused(3, "environment/control.getstats", in)
	s.refused(3, "environment/control.getallsumstatbyuid", form{"endtime": "2026-11-20 00:00:00"})
}
