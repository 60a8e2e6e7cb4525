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

func Example() {
	err := &apiclient.Error{
		Operation: "platformsh_environment_merge", Kind: apiclient.KindConflict, Status: 409, RequestID: "r-1",
		Message: "another activity runs", Fields: map[string][]string{"parent": {"is busy"}}, Hint: "wait for it, then try again",
	}
	fmt.Println(err)
	// Output: platformsh_environment_merge: conflict: another activity runs; parent: is busy (HTTP 409, request id r-1). Next: wait for it, then try again
}

func TestErrorBodies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		want   string // message; fields; code
	}{
		"message":         {400, `{"status":"error","message":"Bad thing","code":400}`, "Bad thing; map[]; "},
		"message first":   {400, `{"title":"T","detail":"D","message":"M"}`, "M; D; T; map[]; "},
		"detail text":     {400, `{"title":"Bad Request","detail":"D"}`, "D; map[]; "},
		"problem":         {422, `{"type":"about:blank","title":"T","status":422}`, "T; map[]; "},
		"fields":          {400, `{"message":"Invalid","detail":{"name":["too long","taken"],"env":{"a":"x"},"n":"one"}}`, "Invalid; map[env.a:[x] n:[one] name:[too long taken]]; "},
		"fields only":     {400, `{"detail":{"name":["taken"]}}`, "; map[name:[taken]]; "},
		"detail error":    {400, `{"detail":{"error":"nope"}}`, "nope; map[]; "},
		"detail list":     {400, `{"message":"M","detail":["a"]}`, "M; a; map[]; "},
		"oauth":           {400, `{"error":"invalid_request","error_description":"no such thing"}`, "no such thing; map[]; invalid_request"},
		"oauth bare":      {400, `{"error":"invalid_request"}`, "invalid_request; map[]; "},
		"vendor code":     {409, `{"message":"M","code":"already_exists"}`, "M; map[]; already_exists"},
		"numeric code":    {409, `{"message":"M","code":1234}`, "M; map[]; 1234"},
		"text":            {500, "it  broke\n\there", "it broke here; map[]; "},
		"string":          {400, `"just text"`, "just text; map[]; "},
		"html title":      {500, "<html><head><TITLE>\nOops\n</TITLE></head><body>x</body>", "an HTML page: Oops; x; map[]; "},
		"html":            {500, "<p>Some <b>text</b></p>", "an HTML page: Some text; map[]; "},
		"empty":           {404, "", "Not Found; map[]; "},
		"null":            {404, "null", "Not Found; map[]; "},
		"odd types":       {400, `{"message":["a"],"detail":5,"title":[],"code":{}}`, "a; 5; map[]; "},
		"slug and text":   {400, `{"error":"not_available","message":"Not here"}`, "Not here; map[]; not_available"},
		"slug and fields": {400, `{"error":"validation_failed","message":{"name":"taken","general":"Two things"}}`, "Two things; map[name:[taken]]; validation_failed"},
		"identity":        {400, `{"errorCode":"invalid_client","errorSummary":"No such client"}`, "No such client; map[]; invalid_client"},
		"controls":        {400, `{"message":"a\u001b[31mb\u202ec\u200bd\u0000e\r\nf"}`, "abcde f; map[]; "},
		"long":            {400, `{"message":"` + strings.Repeat("é", 1100) + `"}`, strings.Repeat("é", 999) + "…; map[]; "},
		"own token":       {400, `{"message":"got ` + apiToken + ` here","code":"` + apiToken + `","detail":{"x":["` + apiToken + `"]}}`, "got " + mask(apiToken) + " here; map[x:[" + mask(apiToken) + "]]; " + mask(apiToken)},
		"access token":    {400, `{"message":"got token-1"}`, "got ••••; map[]; "},
		"bearer":          {400, `{"message":"Authorization: Bearer abc.def-ghi_jkl"}`, "Authorization: Bearer " + mask("abc.def-ghi_jkl") + "; map[]; "},
		"jwt":             {400, `{"message":"x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln y"}`, "x " + mask("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln") + " y; map[]; "},
		"query":           {400, `{"message":"url /x?access_token=abc&a=b"}`, "url /x?access_token=••••&a=b; map[]; "},
		"user in url":     {400, `{"message":"cannot clone https://me:pw@git.example/x"}`, "cannot clone https://me:••••@git.example/x; map[]; "},
		"key":             {400, `{"message":"bad -----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY----- key"}`, "bad " + mask("-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY-----") + " key; map[]; "},
		"prose is kept":   {400, `{"message":"password: must be longer"}`, "password: must be longer; map[]; "},
		"byte order mark": {400, "\ufeff" + `{"message":"M"}`, "M; map[]; "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := send(t, onLoopback(t, fixed(tc.status, tc.body), apiclient.Options{}), changeRow, project)
			e := asError(t, err)
			if got := fmt.Sprintf("%s; %v; %s", e.Message, e.Fields, e.Code); got != tc.want {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestHintsNameTheNextStep(t *testing.T) {
	t.Parallel()
	environment := row("POST /projects/{p}/environments/{e}/merge", schemas.Write, "p:path", "e:path")
	user := row("POST /users/{u}/addresses", schemas.Write, "u:path")
	access := row("DELETE /projects/{p}/user-access/{u}", schemas.Write, "p:path", "u:path")
	for _, tc := range []struct {
		op     *schemas.Operation
		status int
		want   string
	}{
		{environment, 403, "with the environment"},
		{environment, 404, "the environment does not exist or this account cannot see it"},
		{environment, 409, "the environment and its activities"},
		{environment, 402, "billing"},
		{environment, 502, "newest activities of the project"},
		{environment, 500, "POST /projects/1/environments/1/merge"},
		{user, 504, "read the user again"},
		{user, 401, "API token"},
		{access, 404, "the user access does not exist"},
	} {
		args := map[string]any{}
		for _, p := range tc.op.Params {
			args[p.Name] = "1"
		}
		f := &fake{answer: func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Request-Id", "req-42")
			w.WriteHeader(tc.status)
			io.WriteString(w, "{}")
		}}
		_, err := send(t, onLoopback(t, f, apiclient.Options{}), tc.op, args)
		if e := asError(t, err); !strings.Contains(e.Hint, tc.want) || e.RequestID != "req-42" || e.Status != tc.status {
			t.Errorf("%s %d: %v, want a hint with %q", tc.op.Call, tc.status, e, tc.want)
		}
	}
}

func TestWrongPlatform(t *testing.T) {
	t.Parallel()
	f := fixed(200, "{}")
	acquia := op(schemas.Acquia, "GET /applications")
	_, err := send(t, onLoopback(t, f, apiclient.Options{}), acquia, nil)
	if e := asError(t, err); e.Kind != apiclient.KindInvalid || len(f.seen()) != 0 {
		t.Errorf("%v after %v", e, f.seen())
	}
}

// TestOnlyForSomeOrganizations: a call that the vendor has for some organizations alone is the platform's to refuse, and the error says so.
func TestOnlyForSomeOrganizations(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{403: true, 404: true, 400: false} {
		f := &fake{answer: always(status, `{"message":"No."}`)}
		op := row("GET /organizations/{id}/addons", schemas.Read, "id:path")
		op.Only = "upsun"
		_, err := send(t, onLoopback(t, f, apiclient.Options{}), op, map[string]any{"id": "o"})
		if e := asError(t, err); strings.Contains(e.Hint, "upsun organizations") != want || len(f.seen()) != 1 {
			t.Errorf("status %d: %v", status, e)
		}
	}
}
