package apiclient_test

import (
	"net/http"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// failures are bodies of errors in all forms that the platforms, their identity services, gateways and proxies use, with every
// text that a person must be shown. The first word is the platform.
var failures = []struct {
	platform string
	status   int
	kind     apiclient.Kind
	body     string
	says     []string
}{
	// One text beside another.
	{"platformsh", 409, apiclient.KindConflict, `{"status":409,"message":"Conflict","code":409,"detail":"A route of that host is there","title":"Conflict"}`, []string{"A route of that host is there"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"message":"The size is wrong","detail":"Sizes are S, M and L","title":"Bad size"}`, []string{"The size is wrong", "Sizes are S, M and L", "Bad size"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"message":"Bad Request","detail":"Bad Request: the branch has no parent"}`, []string{"the branch has no parent"}},
	{"platformsh", 500, apiclient.KindServer, `{"title":"Internal Server Error","detail":"The region is on fire","instance":"/x/1"}`, []string{"The region is on fire"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"error":"invalid_request","error_description":"The token has no scope"}`, []string{"The token has no scope", "invalid_request"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"error":"The word is wrong","message":"Another sentence"}`, []string{"The word is wrong", "Another sentence"}},
	{"acquia", 400, apiclient.KindInvalid, `{"error":"bad_request","message":"First sentence.","description":"Second sentence."}`, []string{"First sentence", "Second sentence", "bad_request"}},
	{"acquia", 403, apiclient.KindForbidden, `{"errorCode":"E0000006","errorSummary":"The app is not assigned","errorCauses":[{"errorSummary":"Group is missing"}]}`, []string{"The app is not assigned", "Group is missing", "E0000006"}},
	// Lists.
	{"acquia", 400, apiclient.KindInvalid, `{"error":"multiple_errors","message":["The site is hidden","The right is missing"]}`, []string{"The site is hidden", "The right is missing", "multiple_errors"}},
	{"acquia", 422, apiclient.KindInvalid, `{"message":"Two things","errors":["One is red","Two is blue"]}`, []string{"Two things", "One is red", "Two is blue"}},
	{"acquia", 400, apiclient.KindInvalid, `{"error":"validation_failed","message":{"general":["Pick a stack","Pick a region"]}}`, []string{"Pick a stack", "Pick a region"}},
	{"acquia", 400, apiclient.KindInvalid, `[{"message":"One is red"},{"message":"Two is blue"}]`, []string{"One is red", "Two is blue"}},
	{"acquia", 400, apiclient.KindInvalid, `["One is red","Two is blue"]`, []string{"One is red", "Two is blue"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"message":"M","detail":["One is red",{"message":"Two is blue"}]}`, []string{"One is red", "Two is blue"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"message":"M","details":[{"detail":"Two is blue"}]}`, []string{"Two is blue"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"errors":[{"code":"a","title":"Taken","detail":"The name is in use","source":{"pointer":"/data/attributes/name"}}]}`, []string{"The name is in use", "name", "Taken"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"errors":[{"field":"region","message":"No such region"},{"field":"plan","message":"No such plan"}]}`, []string{"region: No such region", "plan: No such plan"}},
	{"platformsh", 422, apiclient.KindInvalid, `{"detail":[{"loc":["body","name"],"msg":"field required","type":"value_error"}]}`, []string{"body.name: field required"}},
	{"platformsh", 422, apiclient.KindInvalid, `{"title":"An Error Occurred","detail":"name: blank","violations":[{"propertyPath":"name","message":"Must not be blank"}]}`, []string{"name: Must not be blank", "An Error Occurred"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"title":"Wrong","invalid-params":[{"name":"age","reason":"must be positive"}]}`, []string{"age: must be positive"}},
	{"acquia", 400, apiclient.KindInvalid, `{"_embedded":{"errors":[{"message":"Two is blue"}]},"message":"M"}`, []string{"Two is blue"}},
	// Fields.
	{"platformsh", 400, apiclient.KindInvalid, `{"message":"Invalid","detail":{"name":["too long","in use"],"env":{"a":"odd"}}}`, []string{"name: too long, in use", "env.a: odd"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"detail":{"error":"Not while it deploys"}}`, []string{"Not while it deploys"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"detail":{"error":"Not while it deploys","name":"in use"}}`, []string{"Not while it deploys", "name: in use"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"detail":{"title":["Too long"],"description":["Required"]}}`, []string{"title: Too long", "description: Required"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"detail":{"routes":[{"message":"Bad upstream"},{"message":"No host"}]}}`, []string{"Bad upstream", "No host"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"detail":{"resources":{"services":{"db":{"size":["unknown size"]}}}}}`, []string{"resources.services.db.size: unknown size"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"errors":{"email":["is not an address"]},"message":"Invalid"}`, []string{"email: is not an address"}},
	{"acquia", 400, apiclient.KindInvalid, `{"error":"validation_failed","message":{"hostname":"The host is odd","general":"Try later"}}`, []string{"hostname: The host is odd", "Try later"}},
	{"acquia", 409, apiclient.KindInvalid, `{"error":"validation_failed","message":{"label":"In use"}}`, []string{"label: In use"}},
	{"acquia", 400, apiclient.KindInvalid, `{"error":"validation_error","message":{"servers":{"0":{"id":"No such server"}}}}`, []string{"servers.0.id: No such server"}},
	{"acquia", 400, apiclient.KindInvalid, `{"error":"x_y","message":{"message":"Inner sentence"}}`, []string{"Inner sentence"}},
	{"acquia", 400, apiclient.KindInvalid, `{"message":{"limit":5}}`, []string{"limit: 5"}},
	// Nested.
	{"platformsh", 400, apiclient.KindInvalid, `{"error":{"message":"Inner sentence","code":"E7"}}`, []string{"Inner sentence", "E7"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"error":{"code":400,"errors":[{"reason":"Inner reason"}]}}`, []string{"Inner reason"}},
	{"platformsh", 401, apiclient.KindAuth, `{"fault":{"faultstring":"Key has run out","detail":{"errorcode":"oauth.v2"}}}`, []string{"Key has run out"}},
	{"platformsh", 500, apiclient.KindServer, `{"exception":{"message":"Division by nought"}}`, []string{"Division by nought"}},
	// Little.
	{"platformsh", 422, apiclient.KindInvalid, `{"type":"about:blank","title":"Not processable at all","status":422}`, []string{"Not processable at all"}},
	{"platformsh", 403, apiclient.KindForbidden, `{"type":"https://errors.example/out-of-credit","status":403}`, []string{"out-of-credit"}},
	{"platformsh", 403, apiclient.KindForbidden, `{"title":"Forbidden"}`, []string{"Forbidden"}},
	{"acquia", 404, apiclient.KindNotFound, `{"error":"not_found"}`, []string{"not_found"}},
	{"acquia", 400, apiclient.KindInvalid, `{"message":"","detail":null,"error":"bad_request"}`, []string{"bad_request"}},
	{"platformsh", 404, apiclient.KindNotFound, ``, []string{"Not Found"}},
	{"platformsh", 404, apiclient.KindNotFound, `{}`, []string{"Not Found"}},
	{"platformsh", 404, apiclient.KindNotFound, `null`, []string{"Not Found"}},
	{"platformsh", 400, apiclient.KindInvalid, `"Only a sentence"`, []string{"Only a sentence"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"message":"M","tip":"Set the region first"}`, []string{"tip: Set the region first"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"message":"M","hint":"Set the region first"}`, []string{"Set the region first"}},
	// Not JSON.
	{"platformsh", 500, apiclient.KindServer, `upstream said no`, []string{"upstream said no"}},
	{"acquia", 500, apiclient.KindServer, `<!doctype html><html><head><title>Oh dear</title><style>p{}</style></head><body><h1>Broken &amp; sorry</h1><p>Ref 7731</p><script>x()</script></body></html>`, []string{"Oh dear", "Broken & sorry", "Ref 7731"}},
	{"acquia", 403, apiclient.KindForbidden, `<html><body><h1>Request blocked</h1>Your address is on a list</body></html>`, []string{"Request blocked", "Your address is on a list"}},
	{"platformsh", 400, apiclient.KindInvalid, "\ufeff" + `{"message":"With a mark"}`, []string{"With a mark"}},
	{"platformsh", 400, apiclient.KindInvalid, `{"message":"cut o`, []string{"cut o"}},
	{"acquia", 400, apiclient.KindInvalid, `{"error":"multiple_errors","message":[{"general":"Red"},{"general":"Blue"},{"label":"Short"}]}`, []string{"Red", "Blue", "label: Short"}},
	// What is no role.
	{"platformsh", 403, apiclient.KindPayment, `{"status":403,"message":"Forbidden","code":403,"detail":"Your plan does not include autoscaling."}`, []string{"does not include autoscaling", "not a question of roles"}},
	{"platformsh", 403, apiclient.KindPayment, `{"message":"This feature is not enabled"}`, []string{"This feature is not enabled", "not a question of roles"}},
	{"platformsh", 403, apiclient.KindPayment, `{"message":"Upgrade to add more domains"}`, []string{"Upgrade to add more domains"}},
	{"platformsh", 403, apiclient.KindForbidden, `{"message":"You need the role admin to change the plan"}`, []string{"the role admin"}},
	{"platformsh", 402, apiclient.KindPayment, `{"detail":{"amount":"The card was refused"}}`, []string{"The card was refused"}},
	{"acquia", 403, apiclient.KindPayment, `{"error":"forbidden","message":"Your subscription does not include Node."}`, []string{"does not include Node", "not a question of roles"}},
	{"acquia", 403, apiclient.KindPayment, `{"error":"forbidden","message":"CDN is not part of your subscription."}`, []string{"not part of", "not a question of roles"}},
	{"acquia", 403, apiclient.KindPayment, `{"error":"forbidden","message":"Your contract covers no second region"}`, []string{"no second region", "not a question of roles"}},
	{"acquia", 403, apiclient.KindForbidden, `{"error":"forbidden","message":"You cannot see this subscription"}`, []string{"cannot see", "role"}},
	{"acquia", 403, apiclient.KindForbidden, `{"error":"forbidden","message":"You do not have the 'deploy to prod' permission."}`, []string{"deploy to prod", "role"}},
	// Results of Virtuozzo.
	{"virtuozzo", 200, apiclient.KindConflict, `{"result":2212,"error":"env is stopped"}`, []string{"env is stopped", "start it first"}},
	{"virtuozzo", 200, apiclient.KindConflict, `{"result":4109,"error":"is not running"}`, []string{"is not running", "start the environment"}},
	{"virtuozzo", 200, apiclient.KindServer, `{"result":99,"error":"One is red","message":"Two is blue","response":"Three is green"}`, []string{"One is red", "Two is blue", "Three is green"}},
	{"virtuozzo", 200, apiclient.KindServer, `{"result":13001,"errOut":"wp: no such file"}`, []string{"wp: no such file", "13001"}},
	{"virtuozzo", 200, apiclient.KindServer, `{"result":13001,"out":"wp: no such file"}`, []string{"wp: no such file"}},
	{"virtuozzo", 200, apiclient.KindServer, `{"result":99,"error":"One is red","reason":"Two is blue"}`, []string{"One is red", "Two is blue"}},
	{"virtuozzo", 200, apiclient.KindServer, `{"result":1,"error":"Outer","response":{"result":99,"error":"Inner"}}`, []string{"Outer", "Inner"}},
	{"virtuozzo", 200, apiclient.KindConflict, `{"result":4109,"error":"Some","responses":[{"nodeid":7,"result":0},{"nodeid":8,"result":4109,"error":"exit","errOut":"disk is full"}]}`, []string{"Some", "node 8", "disk is full", "done on node 7"}},
	{"virtuozzo", 404, apiclient.KindNotFound, `<html><title>404</title></html>`, []string{"404", "no environment.control.stopenv"}},
}

func TestEveryReasonIsShown(t *testing.T) {
	t.Parallel()
	if len(failures) < 60 {
		t.Errorf("%d bodies", len(failures))
	}
	stop := vzRow("/environment/control/rest/stopenv", schemas.Write, "envName")
	for _, tc := range failures {
		client, op, args := onLoopback(t, fixed(tc.status, tc.body), apiclient.Options{}), changeRow, project
		switch tc.platform {
		case "acquia":
			client, op = onAcquia(t, fixed(tc.status, tc.body)), acquiaChange
		case "virtuozzo":
			client, op, args = gives(tc.status, tc.body).direct(t, withToken), stop, shop
		}
		_, err := send(t, client, op, args)
		e := asError(t, err)
		if e.Kind != tc.kind || e.Hint == "" {
			t.Errorf("%s %d %s: kind %s and hint %q, want kind %s", tc.platform, tc.status, tc.body, e.Kind, e.Hint, tc.kind)
		}
		for _, text := range tc.says {
			if strings.Count(e.Error(), text) == 0 {
				t.Errorf("%s %d %s\n\tgives %s\n\twhich lacks %q", tc.platform, tc.status, tc.body, e, text)
			}
		}
	}
}

// A text that comes again, or within a longer one, is shown once; very many are cut short.
func TestReasonsAreShownOnce(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"message":"It broke.","detail":"it broke","title":"IT BROKE!"}`:                  "It broke.",
		`{"message":"broke","detail":"It broke on main","title":"Bad Request"}`:            "It broke on main",
		`{"message":"Over","detail":"Overdue"}`:                                            "Over; Overdue",
		`{"errors":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q"]}`: "a; b; c; d; e; f; g; h; i; j; k; l; …",
	} {
		_, err := send(t, onLoopback(t, fixed(400, body), apiclient.Options{}), changeRow, project)
		if e := asError(t, err); e.Message != want {
			t.Errorf("%s gives %q, want %q", body, e.Message, want)
		}
	}
	long := `{"detail":{` + strings.TrimSuffix(strings.Repeat(`"f":["x"],`, 1), ",")
	for i := range 100 {
		long += `,"field` + strings.Repeat("i", i) + `":["` + strings.Repeat("y ", 300) + `"]`
	}
	_, err := send(t, onLoopback(t, fixed(400, long+"}}"), apiclient.Options{}), changeRow, project)
	if e := asError(t, err); len(e.Fields) > 20 || len(e.Error()) > 20_000 {
		t.Errorf("%d fields, %d bytes", len(e.Fields), len(e.Error()))
	}
}

// An id in a spelling that the API does not know gets an error that says what to write.
func TestErrorsSayHowIDsAreWritten(t *testing.T) {
	t.Parallel()
	environment := row("GET /projects/{projectId}/environments/{environmentId}", schemas.Read, "p:path:projectId", "e:path:environmentId")
	organization := row("GET /organizations/{organization_id}", schemas.Read, "o:path:organization_id")
	user := row("GET /users/{user_id}", schemas.Read, "u:path:user_id")
	application := acquiaRow("GET /applications/{applicationUuid}", schemas.Read, "a:path:applicationUuid")
	invitation := row("POST /projects/{projectId}/invitations", schemas.Write, "p:path:projectId", "force:body")
	fine := map[string]any{"p": "abc123", "e": "main"}
	for name, tc := range map[string]struct {
		op     *schemas.Operation
		args   map[string]any
		status int
		want   string
	}{
		"escaped":                {environment, map[string]any{"p": "abc123", "e": "feature%2Fx"}, 404, `write "feature/x" in place of "feature%2Fx"`},
		"escaped with 400":       {environment, map[string]any{"p": "abc123", "e": "feature%2Fx"}, 400, `write "feature/x"`},
		"reference":              {environment, map[string]any{"p": "abc123", "e": "refs/heads/main"}, 404, `write "main"`},
		"alias":                  {environment, map[string]any{"p": "abc123", "e": "@shop.main"}, 404, "is an alias"},
		"title":                  {environment, map[string]any{"p": "My Shop", "e": "main"}, 404, "not a title"},
		"name of a project":      {environment, map[string]any{"p": "my-shop", "e": "main"}, 403, "not a title"},
		"organization":           {organization, map[string]any{"o": "acme"}, 404, "write name=acme"},
		"address":                {user, map[string]any{"u": "ann@example.com"}, 404, "GET /users/email=ann%40example.com"},
		"alias of Acquia":        {acquiaRow("GET /environments/{environmentId}", schemas.Read, "e:path:environmentId"), map[string]any{"e": "myapp.dev"}, 404, "NUMBER-APPLICATION_UUID"},
		"name of an application": {application, map[string]any{"a": "My app"}, 404, "it takes a UUID"},
		"name with 403":          {application, map[string]any{"a": "myapp"}, 403, "it takes a UUID"},
		"pending invitation":     {invitation, map[string]any{"p": "abc123"}, 409, "set force to true"},
		"nothing wrong":          {environment, fine, 404, ""},
		"another failure":        {environment, map[string]any{"p": "My Shop", "e": "main"}, 409, ""},
	} {
		f := &fake{answer: always(tc.status, `{"message":"No."}`)}
		client := onLoopback(t, f, apiclient.Options{})
		if tc.op.Platform == schemas.Acquia {
			client = onAcquia(t, f)
		}
		_, err := send(t, client, tc.op, tc.args)
		hint := asError(t, err).Hint
		if tc.want == "" && (strings.Contains(hint, "write ") || strings.Contains(hint, "title")) || !strings.Contains(hint, tc.want) {
			t.Errorf("%s: the next step is %q, want %q in it", name, hint, tc.want)
		}
	}
	for name, want := range map[string]string{"shop.paas.example": `write "shop" in place of`, "My Shop": "may be a title", "shop": "list the environments"} {
		p := &provider{answer: func(_ int, w http.ResponseWriter, _ *http.Request) {
			giveJSON(w, 200, `{"result":11,"error":"no such environment"}`)
		}}
		_, err := send(t, p.direct(t, withToken), vzRead, map[string]any{"envName": name})
		if hint := asError(t, err).Hint; !strings.Contains(hint, want) {
			t.Errorf("%s: the next step is %q, want %q in it", name, hint, want)
		}
	}
}
