package apiclient_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

const (
	appUUID = "a47ac10b-58cc-4372-a567-0e02b2c3d470"
	envID   = "12-" + appUUID
)

func onAcquia(t *testing.T, f http.Handler) *apiclient.Client {
	return onLoopbackFor(t, acquiaAccount, f, apiclient.Options{})
}

func TestAcquiaOnTheWire(t *testing.T) {
	t.Parallel()
	typed := func(call string, risk schemas.Risk, params ...string) *schemas.Operation {
		o := acquiaRow(call, risk, params...)
		if !o.IsRead() {
			return o
		}
		o.Returns = "application/gzip"
		return o
	}
	for name, tc := range map[string]struct {
		op   *schemas.Operation
		args map[string]any
		want string // request line, Accept, Content-Type, body
	}{
		"read":                   {acquiaRead, project, "GET /api/applications/p1 | application/hal+json, version=2 |  | "},
		"change":                 {acquiaChange, map[string]any{"project_id": "p1", "title": "a<b"}, `POST /api/applications/p1/environments | application/hal+json, version=2 | application/json | {"title":"a<b"}`},
		"change without body":    {acquiaChange, project, "POST /api/applications/p1/environments | application/hal+json, version=2 | application/json | {}"},
		"put without body":       {acquiaRow("PUT /site-instances/{s}.{e}/domains/{d}", schemas.Write, "s:path", "e:path", "d:path"), map[string]any{"s": "s1", "e": "e1", "d": "www.example.com"}, "PUT /api/site-instances/s1.e1/domains/www.example.com | application/hal+json, version=2 |  | "},
		"delete":                 {acquiaDelete, project, "DELETE /api/applications/p1 | application/hal+json, version=2 |  | "},
		"delete with body":       {acquiaRow("DELETE /organizations/{o}/available-tags", schemas.Write, "o:path", "name:body"), map[string]any{"o": "o1", "name": "x"}, `DELETE /api/organizations/o1/available-tags | application/hal+json, version=2 | application/json | {"name":"x"}`},
		"download":               {typed("GET /account/drush-aliases/download", schemas.Read, "version:query"), map[string]any{"version": 9}, "GET /api/account/drush-aliases/download?version=9 | application/gzip |  | "},
		"branch name":            {acquiaRow("GET /codebases/{c}/references/{r}", schemas.Read, "c:path", "r:path"), map[string]any{"c": "c", "r": "feature/x"}, "GET /api/codebases/c/references/feature%2Fx | application/hal+json, version=2 |  | "},
		"filter":                 {acquiaRow("GET /applications", schemas.Read, "filter:query", "sort:query"), map[string]any{"filter": "name=@*a b,hosting!=x", "sort": "-name"}, "GET /api/applications?filter=name%3D%40%2Aa%20b%2Chosting%21%3Dx&sort=-name | application/hal+json, version=2 |  | "},
		"download that is a row": {typed("POST /x", schemas.Write), nil, "POST /api/x | application/hal+json, version=2 | application/json | {}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = strings.Join([]string{r.Method + " " + r.RequestURI, strings.Join(r.Header.Values("Accept"), "+"), r.Header.Get("Content-Type"), string(body)}, " | ")
				if r.Header.Get("Authorization") != "Bearer token-1" {
					t.Errorf("headers %v", r.Header)
				}
				if len(body) == 0 && (r.ContentLength != 0 || len(r.TransferEncoding) > 0) {
					t.Errorf("a body is announced: %d %v", r.ContentLength, r.TransferEncoding)
				}
			}}
			if _, err := send(t, onAcquia(t, f), tc.op, tc.args); err != nil {
				t.Fatal(err)
			}
			if got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestAcquiaToken(t *testing.T) {
	t.Parallel()
	const scope = "organization:11111111-2222-4333-8444-555555555555"
	for name, tc := range map[string]struct {
		scope, form string
	}{
		"plain":     {"", "client_id=key-of-the-test&client_secret=s%2Fe%2Bc%3Dret&grant_type=client_credentials"},
		"federated": {scope, "client_id=key-of-the-test&client_secret=s%2Fe%2Bc%3Dret&grant_type=client_credentials&scope=organization%3A11111111-2222-4333-8444-555555555555"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fake{answer: fineAnswer}
			f.token = func(n int, w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if string(body) != tc.form || r.Header.Get("Authorization") != "" || r.URL.RawQuery != "" || r.Method != "POST" ||
					r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Header.Get("User-Agent") != "paas-mcp" {
					t.Errorf("%s %s %q %v", r.Method, r.URL, body, r.Header)
				}
				giveToken(w, n, 300)
			}
			c := onLoopbackFor(t, func(base string) apiclient.Account {
				a := acquiaAccount(base)
				a.Secret, a.Scope = "s/e+c=ret", tc.scope
				return a
			}, f, apiclient.Options{})
			if _, err := send(t, c, acquiaRead, project); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestAcquiaTokenErrors(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"error":"invalid_client","error_description":"Client authentication failed"}`:                 "create a new API token",
		`{"errorCode":"invalid_client","errorSummary":"No such client ` + apiToken + `"}`:               "create a new API token",
		`{"error":"additional_authentication_required","message":"requires additional thing"}`:          "set the account's scope to organization:UUID",
		`{"error":"invalid_scope","error_description":"The client requires additional authentication"}`: "set the account's scope",
	} {
		f := &fake{answer: fineAnswer, token: always(401, body)}
		_, err := send(t, onAcquia(t, f), acquiaRead, project)
		if e := asError(t, err); e.Kind != apiclient.KindAuth || !strings.Contains(e.Hint, want) || strings.Contains(e.Error(), apiToken) {
			t.Errorf("%s: %v", body, e)
		}
		if f.exchanges() != 1 || len(f.seen()) != 0 {
			t.Errorf("%d exchanges, %d calls", f.exchanges(), len(f.seen()))
		}
	}
}

func TestAcquiaErrors(t *testing.T) {
	t.Parallel()
	environment := acquiaRow("POST /environments/{environmentId}/domains", schemas.Write, "id:path:environmentId", "hostname:body")
	server := acquiaRow("POST /environments/{environmentId}/servers/{serverId}/actions/reboot", schemas.Write, "id:path:environmentId", "server_id:path:serverId")
	log := acquiaRow("GET /environments/{environmentId}/logs/{logType}", schemas.Read, "id:path:environmentId", "log_type:path:logType")
	log.Returns = "application/octet-stream"
	ide := acquiaRow("POST /applications/{applicationUuid}/ides", schemas.Write, "id:path:applicationUuid", "label:body")
	for name, tc := range map[string]struct {
		op     *schemas.Operation
		id     string
		status int
		body   string
		want   string // kind; message; fields; code
		hint   string
	}{
		"text":                 {environment, envID, 404, `{"error":"not_found","message":"It does not exist."}`, "not_found; It does not exist.; map[]; not_found", "look it up with the list call"},
		"fields":               {environment, envID, 400, `{"error":"validation_failed","message":{"hostname":"The domain is invalid."}}`, "invalid; ; map[hostname:[The domain is invalid.]]; validation_failed", "correct the arguments"},
		"general":              {environment, envID, 400, `{"error":"validation_error","message":{"general":"No property given."}}`, "invalid; No property given.; map[]; validation_error", "correct the arguments"},
		"fields with 409":      {environment, envID, 409, `{"error":"validation_failed","message":{"label":"A label is taken."}}`, "invalid; ; map[label:[A label is taken.]]; validation_failed", "correct the arguments"},
		"state with 409":       {environment, envID, 409, `{"error":"validation_failed","message":"LiveDev is on already."}`, "conflict; LiveDev is on already.; map[]; validation_failed", "in that state already"},
		"conflict":             {environment, envID, 409, `{"error":"conflict","message":"Busy."}`, "conflict; Busy.; map[]; conflict", "when the running task is done"},
		"forbidden":            {environment, envID, 403, `{"error":"forbidden","message":"No."}`, "forbidden; No.; map[]; forbidden", "GET /applications/" + appUUID + "/permissions"},
		"not available":        {server, envID, 403, `{"error":"not_available","message":"Not on Node.js."}`, "forbidden; Not on Node.js.; map[]; not_available", "not available for this kind of application"},
		"not here":             {server, envID, 404, `{"error":"not_available","message":"Not for CD."}`, "not_found; Not for CD.; map[]; not_available", "not available for this kind of application"},
		"not found as 403":     {server, envID, 403, `{"error":"not_found","message":"Non-hosted."}`, "forbidden; Non-hosted.; map[]; not_found", "not available for this kind of application"},
		"alias":                {environment, "myapp.dev", 404, `{"error":"not_found","message":"No."}`, "not_found; No.; map[]; not_found", "NUMBER-APPLICATION_UUID"},
		"alias as 400":         {environment, "12-xyz", 400, `{"error":"bad_request","message":"No."}`, "invalid; No.; map[]; bad_request", "NUMBER-APPLICATION_UUID"},
		"codebase environment": {environment, appUUID, 404, `{"error":"not_found","message":"No."}`, "not_found; No.; map[]; not_found", "look it up with the list call"},
		"no snapshot":          {log, envID, 404, `{"error":"not_found","message":"No file."}`, "not_found; No file.; map[]; not_found", "no snapshot of this log"},
		"no slot":              {ide, appUUID, 400, `{"error":"bad_request","message":"No."}`, "invalid; No.; map[]; bad_request", "no IDE may be left"},
		"unauthorized":         {environment, envID, 401, `{"error":"unauthorized","message":"No."}`, "auth; No.; map[]; unauthorized", "create a new API token"},
		"scope":                {environment, envID, 403, `{"error":"additional_authentication_required","message":"Requires additional authentication."}`, "auth; Requires additional authentication.; map[]; additional_authentication_required", "organization:UUID"},
		"slug alone":           {environment, envID, 403, `{"error":"forbidden"}`, "forbidden; forbidden; map[]; ", "permissions"},
		"html":                 {environment, envID, 500, "<html><title>Error</title></html>", "server; an HTML page: Error; map[]; ", "request id"},
		"own status":           {environment, envID, 500, `{"error":"system","message":"Unknown.","code":500}`, "server; Unknown.; map[]; system", "request id"},
		"down":                 {environment, envID, 503, `{"error":"system","message":"Later."}`, "unknown_outcome; Later.; map[]; system", "GET /applications/" + appUUID + "/notifications"},
		"refused with 200":     {environment, envID, 200, `{"error":"not_found","message":"Gone."}`, "not_found; Gone.; map[]; not_found", "look it up"},
		"broken with 200":      {environment, envID, 202, `{"error":"strange","message":"Hm."}`, "server; Hm.; map[]; strange", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fake{answer: func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", "v-5f2a")
				giveJSON(w, tc.status, tc.body)
			}}
			args := map[string]any{}
			for _, p := range tc.op.Params {
				if p.In == "path" {
					args[p.Name] = "x"
				}
			}
			args["id"] = tc.id
			c := onAcquia(t, f)
			_, err := send(t, c, tc.op, args)
			e := asError(t, err)
			if got := fmt.Sprintf("%s; %s; %v; %s", e.Kind, e.Message, e.Fields, e.Code); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if !strings.Contains(e.Hint, tc.hint) || e.RequestID != "v-5f2a" || e.Status != tc.status {
				t.Errorf("%+v, want a hint with %q", e, tc.hint)
			}
		})
	}
}

// An object may have a member called error without being one.
func TestAcquiaAnswersThatAreNoErrors(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"error":"none","status":"ok"}`:   "map[error:none status:ok]",
		`{"error":null,"message":"Done."}`: "map[error:<nil> message:Done.]",
		`{"error":{"a":1}}`:                "map[error:map[a:1]]",
		`{"message":"Done."}`:              "map[message:Done.]",
		`[{"error":"x","message":"y"}]`:    "[map[error:x message:y]]",
		``:                                 "<nil>",
		`{"id":1,"_embedded":{"user":{}},"_links":{}}`: "map[_embedded:map[user:map[]] _links:map[] id:1]",
	} {
		result, err := send(t, onAcquia(t, fixed(200, body)), acquiaRead, project)
		if err != nil || fmt.Sprint(result.Value) != want {
			t.Errorf("%s gave %v (%v)", body, result, err)
		}
	}
}

func TestAcquiaQueryIsChecked(t *testing.T) {
	t.Parallel()
	list := acquiaRow("GET /applications", schemas.Read, "filter:query", "order:query:sort", "name:query")
	network := acquiaRow("GET /private-networks/{id}/connections/vpns", schemas.Read, "id:path", "filter:query")
	for _, filter := range []string{
		"name=x", "name!=x", "a>1", "a<1", "a>=1", "a<=1", "name=@x", "name!@x", "name=@*x", "a=x,b=y;c<5", "label=My site",
		"created_at>2026-01-01T00:00:00.000Z", "from=2026-01-01,to=2026-01-31", "metric=web-cpu,metric=db-cpu", "url=a:b", "a.b=x", "x=a-b_c=d",
	} {
		if _, err := apiclient.Build(list, map[string]any{"filter": filter}); err != nil {
			t.Errorf("%s: %v", filter, err)
		}
	}
	for filter, want := range map[string]string{
		"": "no operator", "name": "no operator", "name:x": "no operator", "name = x": "not a field name", "name= x": "a space", "name==x": "unknown operator",
		"name=>x": "unknown operator", "name~x": "no operator", "=x": "not a field name", "name=": "no value", "a=x,": "no operator", "a=x, b=y": "not a field name",
		"a=Hello, World": "no operator", "a=x and b=y;!": "no operator", `{"name":"x"}`: "no operator", "na me=x": "not a field name", "name!x": "no operator", "a=x;;b=y": "no operator",
	} {
		_, err := apiclient.Build(list, map[string]any{"filter": filter})
		if err == nil {
			t.Errorf("%q is accepted", filter)
		} else if e := asError(t, err); e.Kind != apiclient.KindInvalid || !strings.Contains(e.Message, want) || !strings.Contains(e.Hint, "=@ (contains)") || !strings.Contains(e.Message, "argument filter") {
			t.Errorf("%q: %v, want %q", filter, err, want)
		}
	}
	for filter, ok := range map[string]bool{
		"status:active": true, "status:active;type:standard": true, "name=@prod": true, "a:x,b=y": true, "a:x,b:y;c:z": false, ":x": false, "a:": false,
	} {
		_, err := apiclient.Build(network, map[string]any{"id": "n", "filter": filter})
		if (err == nil) != ok {
			t.Errorf("networks, %q: %v", filter, err)
		}
	}
	for text, ok := range map[string]bool{
		"name": true, "-name": true, "a,-b,c_d": true, "": false, "name desc": false, "+name": false, "name:asc": false, "--name": false, "a,": false, "a, b": false,
	} {
		_, err := apiclient.Build(list, map[string]any{"order": text})
		if (err == nil) != ok {
			t.Errorf("sort %q: %v", text, err)
		} else if err != nil && !strings.Contains(asError(t, err).Hint, "-created_at,label") {
			t.Errorf("sort %q: %v", text, err)
		}
	}
	if _, err := apiclient.Build(list, map[string]any{"name": "a b"}); err != nil {
		t.Errorf("other arguments are checked too: %v", err)
	}
	other := row("GET /x", schemas.Read, "filter:query")
	if _, err := apiclient.Build(other, map[string]any{"filter": "anything"}); err != nil {
		t.Errorf("other platforms are checked too: %v", err)
	}
}
