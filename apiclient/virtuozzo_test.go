package apiclient_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

func TestVirtuozzoOnTheWire(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://127.0.0.1":           "/1.0",
		"http://127.0.0.1/":          "/1.0",
		"http://127.0.0.1/1.0":       "/1.0",
		"http://127.0.0.1/1.0/":      "/1.0",
		"http://127.0.0.1/paas/1.0/": "/paas/1.0",
	} {
		p := &provider{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			if r.Method != "POST" || r.URL.Path != want+"/environment/control/rest/setcontainerenvvars" || r.URL.RawQuery != "" ||
				r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Header.Get("Authorization") != "" || r.Header.Get("Accept") != "application/json" {
				t.Errorf("%s: %s %s %v", address, r.Method, r.URL, r.Header)
			}
			if got := r.PostForm.Encode(); got != "envName=shop&ids=1%2C2&lazy=true&nodeId=17&session="+vzToken+"&vars=%7B%22A%22%3A%22%3Cb%3E+%26%22%7D" {
				t.Errorf("form %s", got)
			}
			giveJSON(w, 200, `{"result":0}`)
		}}
		c := p.direct(t, func(a *apiclient.Account) { withToken(a); a.APIURL = address })
		o := vzRow("/environment/control/rest/setcontainerenvvars", schemas.Write, "envName", "nodeId:integer", "vars:object", "lazy:boolean", "ids:array")
		o.Params[4].Style = "comma"
		result, err := send(t, c, o, map[string]any{"envName": "shop", "nodeId": float64(17), "vars": map[string]any{"A": "<b> &"}, "lazy": true, "ids": []any{"1", "2"}})
		if err != nil || result.Value != nil || result.Jobs != nil {
			t.Errorf("%s: %+v %v", address, result, err)
		}
	}
}

// The values are those of the vendor's document: which calls carry an application id, and which no session.
func TestVirtuozzoSessionAndAppID(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/environment/control/rest/getenvinfo":            "session",
		"/environment/control/rest/cloneenv":              "session",
		"/environment/control/rest/createenvironment":     "appid session",
		"/environment/control/rest/getenvs":               "appid session",
		"/environment/binder/rest/bindextdomain":          "session",
		"/environment/binder/rest/checkdomain":            "appid session",
		"/environment/tracking/rest/getcurrentactions":    "appid session",
		"/environment/tracking/rest/getserverutctime":     "appid",
		"/environment/export/rest/create":                 "appid session",
		"/environment/export/rest/getlist":                "session",
		"/environment/file/rest/read":                     "session",
		"/marketplace/app/rest/install":                   "appid session",
		"/marketplace/app/rest/installaddon":              "session",
		"/marketplace/jps/rest/install":                   "appid session",
		"/users/account/rest/recoverpassword":             "appid",
		"/users/account/rest/getuserinfo":                 "appid session",
		"/users/authentication/rest/gettokens":            "session",
		"/users/authentication/rest/getsessions":          "appid session",
		"/users/collaboration/rest/invitemember":          "appid session",
		"/utils/scheduler/rest/createaccounttask":         "session",
		"/billing/account/rest/getquotas":                 "appid session",
		"/environment/deployment/rest/addrepo":            "appid session",
		"/environment/deployment/rest/deploy":             "session",
		"/environment/trigger/rest/autoscalinghistory":    "session",
		"/marketplace/installation/rest/getinfo":          "appid session",
		"/marketplace/favorite/rest/getlist":              "appid session",
		"/marketplace/console/rest/readlog":               "appid session",
		"/environment/nodegroup/rest/get":                 "session",
		"/environment/security/rest/getrules":             "session",
		"/environment/control/rest/getregions":            "appid session",
		"/environment/binder/rest/getextdomains":          "appid session",
		"/environment/control/rest/gettemplatemanifest":   "appid session",
		"/users/authentication/rest/createtoken":          "session",
		"/environment/deployment/rest/getrepos":           "appid session",
		"/environment/group/rest/getgroups":               "session",
		"/environment/build/rest/addproject":              "session",
		"/environment/vcs/rest/createproject":             "session",
		"/marketplace/app/rest/getaddonlist":              "session",
		"/users/authentication/rest/getpolicymethods":     "appid session",
		"/environment/control/rest/getbasicenvsinfo":      "appid session",
		"/environment/control/rest/redeploycontainerbyid": "session",
	} {
		for _, id := range []string{"", "my-app"} {
			p := &provider{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
				var got []string
				for key := range r.PostForm {
					got = append(got, key)
				}
				slices.Sort(got)
				if strings.Join(got, " ") != want {
					t.Errorf("%s: the form has %v, want %s", path, got, want)
				}
				wantID := id
				if id == "" {
					wantID = "1dd8d191d38fff45e62564fcf67fdcd6"
				}
				if have := r.PostForm.Get("appid"); have != "" && have != wantID {
					t.Errorf("%s: appid %s, want %s", path, have, wantID)
				}
				giveJSON(w, 200, `{"result":0}`)
			}}
			if _, err := send(t, p.direct(t, func(a *apiclient.Account) { withToken(a); a.AppID = id }), vzRow(path, schemas.Read), nil); err != nil {
				t.Error(err)
			}
		}
	}
	// A row that offers the id itself keeps its value.
	p := &provider{}
	o := vzRow("/users/account/rest/getuserinfo", schemas.Read, "appid")
	if _, err := send(t, p.direct(t, withToken), o, map[string]any{"appid": "mine"}); err != nil || fmt.Sprint(p.seen()[0].form["appid"]) != "[mine]" {
		t.Errorf("%v %v", p.seen(), err)
	}
}

func TestVirtuozzoResults(t *testing.T) {
	t.Parallel()
	nodes := `"responses":[{"nodeid":11,"result":0},{"nodeid":12,"result":4109,"error":"exit","errOut":"no space left","exitStatus":1},{"nodeid":13,"result":0}]`
	for name, tc := range map[string]struct {
		body string
		want string // kind; code; message; fields
		hint string
	}{
		"parameter":        {`{"result":3,"error":"invalid parameter [nodeId]","source":"JEL"}`, "invalid; 3; invalid parameter [nodeId]; map[]", "in brackets"},
		"object":           {`{"result":5,"error":"not found"}`, "not_found; 5; not found; map[]", "look it up"},
		"right":            {`{"result":8,"error":"no"}`, "forbidden; 8; no; map[]", "roles"},
		"environment":      {`{"result":11,"error":"no app"}`, "not_found; 11; no app; map[]", "list the environments"},
		"general":          {`{"result":99,"error":"text of a script"}`, "server; 99; text of a script; map[]", "platform's own code"},
		"script":           {`{"result":1702}`, "not_found; 1702; ; map[]", "script"},
		"mount":            {`{"result":2031}`, "conflict; 2031; ; map[]", "mount"},
		"billing":          {`{"result":2223,"error":"refused"}`, "payment; 2223; refused; map[]", "owner"},
		"no application":   {`{"result":2313}`, "not_found; 2313; ; map[]", "deployments"},
		"domain":           {`{"result":2330}`, "conflict; 2330; ; map[]", "unbind"},
		"no project":       {`{"result":2500}`, "not_found; 2500; ; map[]", "projects"},
		"token right":      {`{"result":8202,"error":"permission denied"}`, "forbidden; 8202; permission denied; map[]", "environment.control.setenvdisplayname"},
		"certificate":      {`{"result":12002,"error":"rate limit"}`, "conflict; 12002; rate limit; map[]", "DNS"},
		"unknown":          {`{"result":31337,"error":"Ungewöhnlich"}`, "server; 31337; Ungewöhnlich; map[]", "platform's own code"},
		"code as text":     {`{"result":"11","error":"no app"}`, "not_found; 11; no app; map[]", ""},
		"script says so":   {`{"result":0,"response":{"result":"error","message":"it went wrong"}}`, "server; error; it went wrong; map[]", ""},
		"inside":           {`{"result":0,"response":{"result":2223,"error":"refused"}}`, "payment; 2223; refused; map[]", "owner"},
		"inside, no outer": {`{"response":{"result":11,"error":"no app"}}`, "not_found; 11; no app; map[]", ""},
		"inside wins":      {`{"result":99,"error":"script failed","response":{"result":2330,"error":"domain taken"}}`, "conflict; 2330; domain taken; script failed; map[]", ""},
		"outside counts":   {`{"result":1702,"error":"script failed","response":{"result":0}}`, "not_found; 1702; script failed; map[]", ""},
		"deep inside":      {`{"result":0,"response":{"result":0,"response":{"result":5,"error":"gone"}}}`, "not_found; 5; gone; map[]", ""},
		"one node":         {`{"result":0,` + nodes + `}`, "conflict; 4109; exit; no space left; failed on 1 of 3 (node 12), done on node 11, node 13; map[node 12:[exit; no space left (code 4109)]]", "part of it was done"},
		"one node, said":   {`{"result":4109,"error":"some failed",` + nodes + `}`, "conflict; 4109; some failed; failed on 1 of 3 (node 12), done on node 11, node 13; map[node 12:[exit; no space left (code 4109)]]", "part of it was done"},
		"node in a script": {`{"result":0,"response":{` + nodes + `}}`, "conflict; 4109; exit; no space left; failed on 1 of 3 (node 12), done on node 11, node 13; map[node 12:[exit; no space left (code 4109)]]", ""},
		"every node":       {`{"result":0,"responses":[{"nodeId":"7","result":4109,"out":"oops"},{"name":"cp","result":8,"error":"no"},{"resourceId":"env-1","result":8},{"result":8}]}`, "conflict; 4109; oops; failed on 4 of 4; map[cp:[no (code 8)] item 4:[(code 8)] node 7:[oops (code 4109)] resourceId env-1:[(code 8)]]", "output"},
		"node below":       {`{"result":0,"responses":[{"nodeid":1,"responses":[{"nodeid":2,"result":5,"error":"gone"}]}]}`, "not_found; 5; gone; failed on 1 of 1; map[node 1:[gone (code 5)]]", ""},
		"secrets":          {`{"result":99,"error":"failed: curl 'https://me:hunter2@x/' session=` + vzToken + `","responses":[{"nodeid":1,"result":99,"out":"token=` + vzToken + `"}]}`, "server; 99; failed: curl 'https://me:••••@x/' session=" + mask(vzToken) + "; failed on 1 of 1; map[node 1:[token=" + mask(vzToken) + " (code 99)]]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := send(t, gives(200, tc.body).direct(t, withToken), vzWrite, shop)
			e := asError(t, err)
			if got := fmt.Sprintf("%s; %s; %s; %v", e.Kind, e.Code, e.Message, e.Fields); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if !strings.Contains(e.Hint, tc.hint) || e.Hint == "" || e.Status != 200 || e.Retryable {
				t.Errorf("%+v, want a hint with %q", e, tc.hint)
			}
		})
	}
}

func TestVirtuozzoAnswers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"result":0,"source":"JEL","reason":0}`:                                         `null`,
		`{"result":0,"env":{"status":1,"result":0}}`:                                     `{"env":{"result":0,"status":1}}`,
		`{"result":0,"response":{"result":0,"env":{"a":1}}}`:                             `{"env":{"a":1}}`,
		`{"result":0,"response":{"result":0}}`:                                           `null`,
		`{"result":0,"response":"text"}`:                                                 `{"response":"text"}`,
		`{"result":0,"response":{"a":1},"debug":[]}`:                                     `{"a":1}`,
		`{"result":0,"session":"` + vzToken + `","uid":1}`:                               `{"session":"` + mask(vzToken) + `","uid":1}`,
		`{"result":0,"a":[{"b":"x` + vzToken + `y","c":["` + vzToken + `"]}]}`:           `{"a":[{"b":"x` + mask(vzToken) + `y","c":["` + mask(vzToken) + `"]}]}`,
		`{"result":0,"session":"of somebody else"}`:                                      `{"session":"of somebody else"}`,
		`{"result":0,"responses":[{"nodeid":1,"result":0,"out":"x"}]}`:                   `{"responses":[{"nodeid":1,"out":"x","result":0}]}`,
		`{"result":"success","message":"done"}`:                                          `{"message":"done","result":"success"}`,
		`{"result":0,"responses":[{"nodeid":1,"result":0,"out":"x"},{"result":8}]}`:      `{"responses":[{"nodeid":1,"out":"x","result":0},{"result":8}]}`, // a read
		`{"result":null,"a":1}`:                                                          `{"a":1}`,
		`{"a":1}`:                                                                        `{"a":1}`,
		`{"result":"0","a":1}`:                                                           `{"a":1}`,
		`{"result":0,"debug":{"time":3},"time":9,"response":{"result":0,"env":{"a":1}}}`: `{"env":{"a":1}}`,
		`{"result":0,"time":9}`:                                                          `{"time":9}`,
		`{"result":0,"response":{"out":"x"}}`:                                            `{"out":"x"}`,
		`{"result":0,"response":{"out":{"result":0,"a":1}}}`:                             `{"out":{"a":1,"result":0}}`,
		`{"result":0,"response":{"a":1},"uniqueName":"u"}`:                               `{"a":1,"uniqueName":"u"}`,
		`{"result":0,"response":{"appid":1},"appid":2}`:                                  `{"appid":2,"response":{"appid":1}}`,
		`{"result":0,"response":[{"id":1},{"id":2,"result":8}]}`:                         `[{"id":1},{"id":2,"result":8}]`,
		`{"result":0,"response":[1],"appid":2}`:                                          `{"appid":2,"response":[1]}`,
		`{"result":0,"response":{"result":0,"response":{"result":0,"b":false}}}`:         `{"b":false}`,
	} {
		result, err := send(t, gives(200, body).direct(t, withToken), vzRead, shop)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if got, _ := json.Marshal(result.Value); string(got) != want {
			t.Errorf("%s gave %s, want %s", body, got, want)
		}
	}
}

// shelf of rows: 23 of them, whatever is asked for.
func rowServer(t *testing.T, params func(r *http.Request) (start, count string), total bool) *provider {
	return &provider{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
		start, count := params(r)
		from, err1 := strconv.Atoi(start)
		size, err2 := strconv.Atoi(count)
		if err1 != nil || err2 != nil || r.PostForm.Get("session") != vzToken || r.PostForm.Get("envName") != "shop" {
			t.Errorf("asked with %v", r.PostForm)
		}
		items := []any{}
		for i := from; i < min(from+size, 23); i++ {
			items = append(items, map[string]any{"id": i, "key": vzToken})
		}
		answer := map[string]any{"result": 0, "array": items}
		if total {
			answer["totalCount"] = 23
		}
		text, _ := json.Marshal(answer)
		giveJSON(w, 200, string(text))
	}}
}

func TestVirtuozzoRows(t *testing.T) {
	t.Parallel()
	flat := func(r *http.Request) (string, string) {
		return r.PostForm.Get("startRow"), r.PostForm.Get("resultCount")
	}
	nested := func(r *http.Request) (string, string) {
		var search map[string]json.Number
		if err := json.Unmarshal([]byte(r.PostForm.Get("search")), &search); err != nil {
			t.Errorf("search is %s", r.PostForm.Get("search"))
		}
		if r.PostForm.Get("other") == "1" && search["id"] != "12345678901234567890" {
			t.Errorf("the caller's search is lost: %v", search)
		}
		return search["startRow"].String(), search["resultCount"].String()
	}
	for _, tc := range []struct {
		name         string
		size         string
		most, limit  int
		total        bool
		params       func(*http.Request) (string, string)
		args         map[string]any
		calls, first int
	}{
		{"one page", "resultCount", 0, 50, true, flat, shop, 1, 23},
		{"pages", "resultCount", 0, 10, true, flat, shop, 3, 10},
		{"pages without a total", "resultCount", 0, 10, false, flat, shop, 3, 10},
		{"small pages", "resultCount", 7, 20, true, flat, shop, 4, 20},
		{"exact end", "resultCount", 0, 23, true, flat, shop, 1, 23},
		{"in a search", "search.resultCount", 0, 10, true, nested, map[string]any{"envName": "shop", "other": "1", "search": map[string]any{"id": json.Number("12345678901234567890")}}, 3, 10},
		{"in no search", "search.resultCount", 0, 10, false, nested, shop, 3, 10},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := rowServer(t, tc.params, tc.total)
			o := vzRow("/environment/trigger/rest/loadalerthistory", schemas.Read, "envName", "other", "search:object")
			o.List, o.Paging = "array", &schemas.Paging{Style: "rows", Size: tc.size, Max: tc.most}
			c, r := p.direct(t, withToken), build(t, o, tc.args)
			var got []string
			page := apiclient.Page{Limit: tc.limit}
			for {
				result, err := c.Send(t.Context(), r, page)
				if err != nil {
					t.Fatal(err)
				}
				if len(got) == 0 && (len(result.Items) != tc.first || tc.total && result.Total != 23) || result.Value != nil {
					t.Errorf("first %d of %d items, beside them %v", len(result.Items), result.Total, result.Value)
				}
				for _, item := range result.Items {
					object := item.(map[string]any)
					got = append(got, object["id"].(json.Number).String())
					if object["key"] != mask(vzToken) {
						t.Errorf("our own credential in %v", object)
					}
				}
				if page.Cursor = result.Next; page.Cursor == "" {
					break
				}
			}
			var want []string
			for i := range 23 {
				want = append(want, strconv.Itoa(i))
			}
			if !slices.Equal(got, want) || len(p.seen()) != tc.calls {
				t.Errorf("got %v with %d calls, want 23 in order with %d", got, len(p.seen()), tc.calls)
			}
		})
	}
	o := vzRow("/x/y/rest/z", schemas.Read)
	o.List, o.Paging = "array", &schemas.Paging{Style: "cursor"}
	if _, err := send(t, gives(200, `{}`).direct(t, withToken), o, nil); asError(t, err).Kind != apiclient.KindInvalid {
		t.Errorf("a style of another platform: %v", err)
	}
}

// Whatever an answer holds, it is read without a panic, without our credential, and as either a result or an error.
func FuzzVirtuozzoAnswer(f *testing.F) {
	p := &provider{}
	body := ""
	p.answer = always(200, body)
	c := p.direct(f, withToken)
	for _, seed := range []string{`{"result":0}`, `{"result":"x","response":{"result":7,"responses":[{"result":1,"nodeid":2},3,null]}}`, `{"response":[],"responses":{}}`,
		`{"result":701,"responses":[{"response":{"responses":[{"result":"error"}]}}]}`, `{"session":"` + vzToken + `"}`, `{"result":-1e9}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		body = text
		for _, o := range []*schemas.Operation{vzRead, vzBlock} {
			result, err := send(t, c, o, shop)
			var shown string
			if err != nil {
				shown = fmt.Sprintf("%+v", *asError(t, err))
			} else {
				shown = fmt.Sprint(result.Value)
			}
			if strings.Contains(shown, vzToken) && !strings.Contains(shown, "map["+vzToken) {
				t.Errorf("%q shows the token: %s", text, shown)
			}
		}
	})
}
