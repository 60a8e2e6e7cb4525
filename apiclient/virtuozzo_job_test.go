package apiclient_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

func TestVirtuozzoHandles(t *testing.T) {
	t.Parallel()
	c := (&provider{}).direct(t, withToken)
	create := blockingRow("/environment/control/rest/createenvironment", "env:object", "nodes:array", "actionkey")
	uninstall := blockingRow("/marketplace/installation/rest/uninstall", "appUniqueName")
	for _, tc := range []struct {
		op   *schemas.Operation
		args map[string]any
		want string // without the time
	}{
		{vzBlock, shop, "env:shop:"},
		{vzBlock, map[string]any{"envName": "a b:c/d"}, "env:a%20b%3Ac%2Fd:"},
		{blockingRow("/environment/control/rest/deleteenv", "envName"), shop, "gone:shop:"},
		{blockingRow("/environment/control/rest/cloneenv", "srcEnvName", "dstEnvName"), map[string]any{"srcEnvName": "shop", "dstEnvName": "shop-2"}, "env:shop-2:"},
		{create, map[string]any{"env": map[string]any{"shortdomain": "shop"}}, "env:shop:"},
		{create, map[string]any{"actionkey": "mine"}, "action:mine:"},
		{uninstall, map[string]any{"appUniqueName": "a1b2"}, "action:a1b2:"},
		{uninstall, nil, ""},
		{vzBlock, map[string]any{"envName": "../x"}, ""},
		{vzWrite, shop, ""},
		{vzRead, shop, ""},
	} {
		handle := c.Handle(build(t, tc.op, tc.args))
		if strings.TrimRight(handle, "0123456789") != tc.want {
			t.Errorf("%s %v: handle %q, want %q", tc.op.Path(), tc.args, handle, tc.want)
		}
		if handle != "" {
			if _, err := c.Job(t.Context(), handle); err != nil {
				t.Errorf("%s is not accepted back: %v", handle, err)
			}
		}
	}
	// Platforms that hand out jobs have no use for it.
	if handle := onLoopback(t, fixed(200, "{}"), apiclient.Options{}).Handle(build(t, changeRow, project)); handle != "" {
		t.Errorf("handle %q", handle)
	}
}

func TestActionKey(t *testing.T) {
	t.Parallel()
	o := blockingRow("/environment/control/rest/createenvironment", "env:object", "actionkey")
	p := &provider{answer: func(n int, w http.ResponseWriter, _ *http.Request) {
		giveJSON(w, 200, fmt.Sprintf(`{"result":%d}`, map[int]int{1: 701}[n]))
	}}
	c := p.direct(t, withLogin)
	r := build(t, o, nil)
	shown, digest := r.String(), r.Digest()
	for range 2 {
		if _, err := c.Send(t.Context(), r, apiclient.Page{}); err != nil {
			t.Fatal(err)
		}
	}
	if r.String() != shown || r.Digest() != digest {
		t.Errorf("the request that was approved has changed: %s", r)
	}
	if _, err := send(t, c, o, map[string]any{"actionkey": "mine"}); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, call := range p.seen() {
		keys = append(keys, strings.Join(call.form["actionkey"], "+"))
	}
	if len(keys) != 4 || len(keys[0]) < 20 || keys[0] != keys[1] || keys[1] == keys[2] || keys[3] != "mine" {
		t.Errorf("keys %v: want one for a call and its repetition, another for the next, and the caller's own", keys)
	}
	if _, err := send(t, c, vzWrite, shop); err != nil || p.seen()[4].form.Has("actionkey") {
		t.Errorf("a call without room for a label got one: %v %v", p.seen()[4], err)
	}
}

// tracking is a platform with a past and a present.
type tracking struct {
	current, past, env, action string // bodies; empty is {"result":0}
	status                     int    // of tracking calls when not 200
}

func (f tracking) provider() *provider {
	return &provider{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
		_, method, _ := strings.Cut(r.URL.Path, "/rest/")
		body := map[string]string{"getcurrentactions": f.current, "getuidactions": f.past, "getenvinfo": f.env, "getaction": f.action}[method]
		if body == "" {
			body = `{"result":0}`
		}
		status := 200
		if f.status != 0 && method != "getenvinfo" {
			status = f.status
		}
		giveJSON(w, status, body)
	}}
}

func TestVirtuozzoJobs(t *testing.T) {
	t.Parallel()
	actions := func(list ...string) string { return `{"result":0,"array":[` + strings.Join(list, ",") + `]}` }
	env := func(status int) string {
		return fmt.Sprintf(`{"result":0,"env":{"status":%d,"envName":"shop"}}`, status)
	}
	const (
		running  = `{"id":41,"actionType":"stopenv","startDate":"2026-05-01 10:00:00","text":{"env":"shop"}}`
		other    = `{"id":42,"actionType":"stopenv","text":{"env":"shopping"}}`
		inParams = `{"id":43,"action":"install","parameters":{"appUniqueName":"a1b2","domain":"shop.host.example","nodeId":"shop"}}`
		inText   = `{"id":44,"type":"create","text":"{\"shortdomain\":\"shop\",\"key\":\"paas-mcp-k\"}"}`
		decoy    = `{"id":45,"actionType":"shop","user":"shop","nodeId":41}`
		good     = `{"id":46,"actionType":"stopenv","startDate":"2026-05-01 10:00:00","endDate":"2026-05-01 10:02:00","resultCode":0,"text":{"env":"shop"}}`
		bad      = `{"id":47,"actionType":"deploy","startDate":1777629900000,"result":4109,"envName":"shop"}`
	)
	for name, tc := range map[string]struct {
		handle string
		state  tracking
		want   string // state; result; running, done or failed; text
	}{
		"at work":                  {"env:shop", tracking{current: actions(other, running), env: env(1)}, "running; ; running; stopenv on shop"},
		"named in parameters":      {"env:shop", tracking{current: actions(inParams), env: env(1)}, "running; ; running; install"},
		"named in a text":          {"env:shop", tracking{current: actions(inText), env: env(1)}, "running; ; running; create"},
		"others at work":           {"env:shop", tracking{current: actions(other, decoy), env: env(1)}, "running; ; done; environment shop is running; what was done to it last is not known"},
		"stopping":                 {"env:shop", tracking{env: env(13)}, "stopping; ; running; environment shop is stopping"},
		"creating":                 {"env:shop", tracking{env: env(6)}, "creating; ; running; environment shop is creating"},
		"stopped":                  {"env:shop", tracking{env: env(2), past: actions(good, other)}, "down; success; done; environment shop is down; last action: stopenv on shop success"},
		"went wrong":               {"env:shop", tracking{env: env(1), past: actions(good, bad)}, "running; failure; failed; environment shop is running; last action: deploy on shop (code 4109) failure"},
		"of interest only":         {"env:shop:1777640000", tracking{env: env(2), past: actions(good, bad)}, "down; ; done; environment shop is down; what was done to it last is not known"},
		"just begun":               {"env:shop:1777629900", tracking{env: env(1), past: actions(good, bad)}, "running; failure; failed; environment shop is running; last action: deploy on shop (code 4109) failure"},
		"broken":                   {"env:shop", tracking{env: env(11), past: actions(good)}, "broken; failure; failed; environment shop is broken; last action: stopenv on shop success"},
		"new status":               {"env:shop", tracking{env: env(77)}, "77; ; running; environment shop is 77"},
		"no status":                {"env:shop", tracking{}, "unknown; ; done; environment shop is unknown; what was done to it last is not known"},
		"is gone":                  {"env:shop", tracking{env: `{"result":11}`}, "not existing; ; done; environment shop is not existing; what was done to it last is not known"},
		"should be gone, is":       {"gone:shop", tracking{env: `{"result":11}`}, "not existing; success; done; environment shop is not existing; what was done to it last is not known"},
		"should be gone, status 8": {"gone:shop", tracking{env: env(8)}, "not existing; success; done; environment shop is not existing; what was done to it last is not known"},
		"should be gone, is not":   {"gone:shop", tracking{env: env(1)}, "running; failure; failed; environment shop is running; what was done to it last is not known"},
		"going":                    {"gone:shop", tracking{env: env(1), current: actions(running)}, "running; ; running; stopenv on shop"},
		"no right for tracking":    {"env:shop", tracking{env: env(2), current: `{"result":8202}`, past: `{"result":8202}`}, "down; ; done; environment shop is down; what was done to it last is not known"},
		"no tracking":              {"env:shop", tracking{env: env(2), status: 404}, "down; ; done; environment shop is down; what was done to it last is not known"},
		"action at work":           {"action:41", tracking{current: actions(decoy, running)}, "running; ; running; stopenv on shop"},
		"action over":              {"action:46", tracking{action: `{"result":0,"object":` + good + `}`, current: actions(decoy)}, "finished; success; done; stopenv on shop"},
		"action that failed":       {"action:47", tracking{action: `{"result":0,"object":` + bad + `}`}, "finished; failure; failed; deploy on shop (code 4109)"},
		"action with a reason":     {"action:47", tracking{action: `{"result":0,"object":{"id":47,"action":"deploy","resultCode":99,"error":"no space, token=` + vzToken + `"}}`}, "finished; failure; failed; deploy (code 99): no space, token=" + mask(vzToken)},
		"action not over":          {"action:41", tracking{action: `{"result":0,"object":` + running + `}`}, "running; ; running; stopenv on shop"},
		"action in the past":       {"action:46", tracking{past: actions(bad, good)}, "finished; success; done; stopenv on shop"},
		"by label":                 {"action:paas-mcp-k", tracking{current: actions(running, inText)}, "running; ; running; create"},
		"by application":           {"action:a1b2", tracking{current: actions(inParams)}, "running; ; running; install"},
		"forgotten":                {"action:a1b2", tracking{current: actions(running), past: actions(good)}, "unknown; ; done; tracking does not know the action, or no longer: read what it was about to see whether it was done"},
	} {
		t.Run(name, func(t *testing.T) {
			p := tc.state.provider()
			c := p.direct(t, withToken)
			job, err := c.Job(t.Context(), tc.handle)
			if err != nil {
				t.Fatal(err)
			}
			word := "running"
			if job.Done {
				word = "done"
			}
			if job.Failed {
				word = "failed"
			}
			if got := fmt.Sprintf("%s; %s; %s; %s", job.State, job.Result, word, job.Text); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if job.Handle != tc.handle || job.Percent != -1 || job.Failed && !job.Done || job.Again == 0 {
				t.Errorf("%+v", job)
			}
			if lines, err := c.JobLog(t.Context(), tc.handle, 10); err != nil || lines != nil {
				t.Errorf("a log: %v %v", lines, err)
			}
			for _, call := range p.seen() {
				if strings.HasSuffix(call.path, "getenvinfo") && (call.form.Get("envName") != "shop" || call.form.Get("lazy") != "true") {
					t.Errorf("asked with %v", call.form)
				}
			}
		})
	}
	job, err := tracking{action: `{"result":0,"object":` + good + `}`}.provider().direct(t, withToken).Job(t.Context(), "action:46")
	if err != nil || job.Started != "2026-05-01T10:00:00Z" || job.Created != job.Started || job.Completed != "2026-05-01T10:02:00Z" || job.Kind != "stopenv" {
		t.Errorf("%+v %v", job, err)
	}
}

func TestVirtuozzoJobFailures(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		handle string
		state  tracking
		kind   apiclient.Kind
	}{
		"tracking breaks":       {"env:shop", tracking{current: `{"result":99,"error":"x"}`}, apiclient.KindServer},
		"the past breaks":       {"action:a", tracking{past: `{"result":99,"error":"x"}`}, apiclient.KindServer},
		"the environment hides": {"env:shop", tracking{env: `{"result":8,"error":"x"}`}, apiclient.KindForbidden},
		"no such action":        {"action:41", tracking{action: `{"result":5,"error":"x"}`}, apiclient.KindNotFound},
		"bad token":             {"env:shop", tracking{current: `{"result":701}`}, apiclient.KindAuth},
	} {
		_, err := tc.state.provider().direct(t, withToken).Job(t.Context(), tc.handle)
		if e := asError(t, err); e.Kind != tc.kind || e.Hint == "" || e.Operation != "virtuozzo_job" {
			t.Errorf("%s: %v, want %s", name, e, tc.kind)
		}
	}
	p := &provider{}
	c := p.direct(t, withToken)
	for _, handle := range []string{"", "env", "env:", "env:a:", "env:a:b", "env:a:1:2", "env:a:-1", "env:a:01", "env:a:+1", "env:a b", "env:%61", "env:%zz", "env:..", "env:a/b",
		"env:%0A", "task:a", "activity:p:a", "ENV:a", " env:a", "action:", "gone:"} {
		_, err := c.Job(t.Context(), handle)
		if e := asError(t, err); e.Kind != apiclient.KindInvalid {
			t.Errorf("%q: %v", handle, e)
		}
		if _, err := c.JobLog(t.Context(), handle, 1); asError(t, err).Kind != apiclient.KindInvalid {
			t.Errorf("log of %q: %v", handle, err)
		}
	}
	if len(p.seen()) != 0 {
		t.Errorf("forged handles led to %v", p.seen())
	}
}

// The whole story: a gateway gives up on a deletion that goes on; the error says how to follow it, and following it
// finds the end without ever sending the deletion again.
func TestFollowingALostCall(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(cancel context.CancelFunc, w http.ResponseWriter, r *http.Request){
		"gateway time-out": func(_ context.CancelFunc, w http.ResponseWriter, _ *http.Request) { giveJSON(w, 504, `{}`) },
		"caller leaves": func(cancel context.CancelFunc, _ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var begun time.Time
				p := &provider{}
				p.answer = func(_ int, w http.ResponseWriter, r *http.Request) {
					gone := !begun.IsZero() && time.Since(begun) > 5*time.Minute
					switch _, method, _ := strings.Cut(r.URL.Path, "/rest/"); {
					case method == "deleteenv":
						begun = time.Now()
						time.Sleep(time.Minute)
						lose(cancel, w, r)
					case method == "getcurrentactions" && !gone:
						giveJSON(w, 200, `{"result":0,"array":[{"id":7,"actionType":"deleteenv","text":{"env":"shop"},"startDate":"`+begun.UTC().Format(time.DateTime)+`"}]}`)
					case method == "getenvinfo" && gone:
						giveJSON(w, 200, `{"result":11,"error":"no such environment"}`)
					default:
						giveJSON(w, 200, `{"result":0}`)
					}
				}
				c, stop := p.inMemory(t, withToken, nil)
				defer stop()
				_, err := c.Send(ctx, build(t, blockingRow("/environment/control/rest/deleteenv", "envName"), shop), apiclient.Page{})
				e := asError(t, err)
				if e.Kind != apiclient.KindUnknownOutcome || !strings.Contains(e.Hint, "job vz/"+e.Job) || !strings.HasPrefix(e.Job, "gone:shop:") || e.Retryable {
					t.Fatalf("got %+v", e)
				}
				looks := 0
				for ; ; looks++ {
					job, err := c.Job(t.Context(), e.Job)
					if err != nil {
						t.Fatal(err)
					}
					if job.Done {
						if job.Failed || job.Result != "success" {
							t.Errorf("%+v", job)
						}
						break
					}
					time.Sleep(job.Again)
				}
				if looks < 60 {
					t.Errorf("done after %d looks", looks)
				}
				sent := 0
				for _, call := range p.seen() {
					if strings.HasSuffix(call.path, "deleteenv") {
						sent++
					}
				}
				if sent != 1 {
					t.Errorf("the deletion was sent %d times", sent)
				}
			})
		})
	}
}

func FuzzVirtuozzoHandle(f *testing.F) {
	p := &provider{}
	c := p.direct(f, withToken)
	for _, seed := range []string{"env:shop", "gone:a%2Fb:1777629900", "action:41", "env:%", "env::1", "action:a:9223372036854775808"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, handle string) {
		before := len(p.seen())
		job, err := c.Job(t.Context(), handle)
		if err != nil && asError(t, err).Kind != apiclient.KindInvalid {
			t.Fatalf("%q: %v", handle, err)
		}
		if err == nil && job.Handle != handle {
			t.Errorf("%q came back as %q", handle, job.Handle)
		}
		for _, call := range p.seen()[before:] {
			if u, err := url.Parse(call.path); err != nil || !strings.HasPrefix(u.Path, "/environment/") {
				t.Errorf("%q led to %s", handle, call.path)
			}
		}
	})
}
