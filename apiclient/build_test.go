package apiclient_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

func param(name, in, typ string, change ...func(*schemas.Param)) schemas.Param {
	p := schemas.Param{Name: name, In: in, Schema: schemas.Schema{Type: typ}}
	for _, f := range change {
		f(&p)
	}
	return p
}

func wire(w string) func(*schemas.Param)   { return func(p *schemas.Param) { p.Wire = w } }
func styled(s string) func(*schemas.Param) { return func(p *schemas.Param) { p.Style = s } }
func format(f string) func(*schemas.Param) { return func(p *schemas.Param) { p.Schema.Format = f } }
func nullable(p *schemas.Param)            { p.Schema.Nullable = true }

func op(platform schemas.Platform, call string, params ...schemas.Param) *schemas.Operation {
	return &schemas.Operation{Name: "x_test_call", Platform: platform, Call: call, Params: params, Risk: []schemas.Risk{schemas.Write}}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	psh, acq, vz := schemas.Platformsh, schemas.Acquia, schemas.Virtuozzo
	gitRef := op(psh, "GET /git/refs/{repositoryRefId}", param("ref", "path", "string", wire("repositoryRefId"), format("git-ref")))
	filter := op(psh, "GET /x", param("updated", "query", "object", wire("filter[updated_at]")), param("type", "query", "array"), param("sort", "query", "array", styled("comma")))
	for name, tc := range map[string]struct {
		op   *schemas.Operation
		args map[string]any
		want string
	}{
		"path and body": {
			op(psh, "POST /projects/{projectId}/environments/{environmentId}/branch", param("project_id", "path", "string", wire("projectId")),
				param("environment_id", "path", "string", wire("environmentId")), param("title", "body", "string"), param("name", "body", "string")),
			map[string]any{"project_id": "abc", "environment_id": "feature/a.b", "title": "<A & B>", "name": "x"},
			`POST /projects/abc/environments/feature%2Fa.b/branch {"name":"x","title":"<A & B>"}`,
		},
		"literals in the path": {
			op(psh, "GET /users/email={email}", param("email", "path", "string")),
			map[string]any{"email": "a+b@example.com"}, "GET /users/email=a%2Bb%40example.com",
		},
		"two holes in a segment": {
			op(acq, "GET /site-instances/{siteId}.{environmentId}", param("site_id", "path", "string", wire("siteId")), param("environment_id", "path", "string", wire("environmentId"))),
			map[string]any{"site_id": "s", "environment_id": "e"}, "GET /site-instances/s.e",
		},
		"url as id":    {op(psh, "GET /r/{id}", param("id", "path", "string")), map[string]any{"id": "https://x.example/"}, "GET /r/https%3A%2F%2Fx.example%2F"},
		"number as id": {op(psh, "GET /r/{id}", param("id", "path", "integer")), map[string]any{"id": float64(1000001)}, "GET /r/1000001"},
		"git full":     {gitRef, map[string]any{"ref": "refs/heads/main"}, "GET /git/refs/heads%2Fmain"},
		"git heads":    {gitRef, map[string]any{"ref": "heads/main"}, "GET /git/refs/heads%2Fmain"},
		"git bare":     {gitRef, map[string]any{"ref": "feature/x"}, "GET /git/refs/heads%2Ffeature%2Fx"},
		"git tag":      {gitRef, map[string]any{"ref": "refs/tags/v1"}, "GET /git/refs/tags%2Fv1"},
		"deep": {filter, map[string]any{"updated": map[string]any{"lt": "2", "in": []any{"a", "b"}, "gte": "2026-01-01T00:00:00Z"}},
			"GET /x?filter[updated_at][gte]=2026-01-01T00%3A00%3A00Z&filter[updated_at][in]=a%2Cb&filter[updated_at][lt]=2"},
		"repeat and comma":  {filter, map[string]any{"type": []any{"b", "a"}, "sort": []any{"x", "-y"}}, "GET /x?sort=x%2C-y&type=b&type=a"},
		"scalar for a list": {filter, map[string]any{"type": "environment.push"}, "GET /x?type=environment.push"},
		"space and plus":    {op(psh, "GET /x", param("q", "query", "string")), map[string]any{"q": "a b+c"}, "GET /x?q=a%20b%2Bc"},
		"no body":           {op(psh, "POST /x/pause"), nil, "POST /x/pause"},
		"empty body":        {op(psh, "POST /x/merge", param("a", "body", "string")), nil, "POST /x/merge {}"},
		"empty patch":       {op(psh, "PATCH /x", param("a", "body", "string")), map[string]any{"a": nil}, "PATCH /x {}"},
		"empty put":         {op(acq, "PUT /x", param("a", "body", "string")), nil, "PUT /x {}"},
		"null clears":       {op(psh, "PATCH /x", param("a", "body", "string", nullable), param("b", "body", "string")), map[string]any{"a": nil, "b": nil}, `PATCH /x {"a":null}`},
		"root":              {op(psh, "POST /x", param("entries", "root", "array")), map[string]any{"entries": []any{map[string]any{"z": 1, "a": 2}}}, `POST /x [{"a":2,"z":1}]`},
		"none is not sent":  {op(psh, "POST /x", param("kind", "none", "string"), param("a", "body", "integer")), map[string]any{"kind": "k", "a": json.Number("7")}, `POST /x {"a":7}`},
		"delete with body":  {op(acq, "DELETE /x", param("tags", "body", "array")), map[string]any{"tags": []any{"a"}}, `DELETE /x {"tags":["a"]}`},
		"acquia empty post": {op(acq, "POST /x"), nil, "POST /x {}"},
		"acquia empty put":  {op(acq, "PUT /x"), nil, "PUT /x"},
		"form": {
			op(vz, "POST /env/rest/create", param("env", "form", "object"), param("name", "form", "string"), param("node", "form", "integer"), param("lazy", "form", "boolean")),
			map[string]any{"env": map[string]any{"b": 1, "a": []any{"x"}}, "name": "12", "node": 5, "lazy": true},
			`POST /env/rest/create {"env":{"a":["x"],"b":1},"lazy":true,"name":"12","node":5}`,
		},
		"empty form": {op(vz, "POST /env/rest/list"), nil, "POST /env/rest/list"},
		"multipart": {
			&schemas.Operation{Platform: psh, Call: "POST /profile/{id}/picture", Media: "multipart/form-data", Params: schemas.Params{
				param("id", "path", "string"), param("file", "body", "string", format("byte")), param("filename", "none", "string")}},
			map[string]any{"id": "u1", "file": "aGVsbG8=", "filename": `C:\me\face.png`},
			`POST /profile/u1/picture {"file":"face.png (5 bytes)"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := apiclient.Build(tc.op, tc.args)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.String(); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if (r.Body == nil) != (r.ContentType == "") {
				t.Errorf("body %q with content type %q", r.Body, r.ContentType)
			}
			again, _ := apiclient.Build(tc.op, tc.args)
			if r.Digest() != again.Digest() {
				t.Error("the same arguments gave two digests")
			}
		})
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	path := op(schemas.Platformsh, "GET /p/{id}/x", param("project_id", "path", "string", wire("id")), param("environment_id", "query", "string"))
	ref := op(schemas.Platformsh, "GET /r/{id}", param("ref", "path", "string", wire("id"), format("git-ref")))
	picture := op(schemas.Platformsh, "POST /p", param("file", "body", "string", format("byte")))
	picture.Media = "multipart/form-data"
	for name, tc := range map[string]struct {
		op   *schemas.Operation
		args map[string]any
		want string
	}{
		"empty":           {path, map[string]any{"project_id": ""}, "project_id"},
		"dot":             {path, map[string]any{"project_id": "."}, "project_id"},
		"dot dot":         {path, map[string]any{"project_id": ".."}, "project_id"},
		"climbing":        {path, map[string]any{"project_id": "a/../../users/me"}, `".."`},
		"backslash":       {path, map[string]any{"project_id": `a\..\b`}, `".."`},
		"line break":      {path, map[string]any{"project_id": "a\r\nHost: x"}, "control"},
		"zero byte":       {path, map[string]any{"project_id": "a\x00"}, "control"},
		"delete":          {path, map[string]any{"project_id": "a\x7f"}, "control"},
		"utf-8":           {path, map[string]any{"project_id": "a\xff"}, "UTF-8"},
		"utf-8 in query":  {path, map[string]any{"project_id": "a", "environment_id": "\xff"}, "environment_id"},
		"object as id":    {path, map[string]any{"project_id": map[string]any{}}, "project_id"},
		"missing":         {path, nil, "project_id is missing"},
		"null":            {path, map[string]any{"project_id": nil}, "project_id is missing"},
		"typing slip":     {path, map[string]any{"project_id": "a", "enviroment_id": "x"}, "did you mean environment_id?"},
		"unknown":         {path, map[string]any{"project_id": "a", "zzzzzzzz": "x"}, "it takes project_id, environment_id"},
		"git empty":       {ref, map[string]any{"ref": "refs/heads/"}, "ref"},
		"git climbing":    {ref, map[string]any{"ref": "heads/../../x"}, "ref"},
		"object in query": {path, map[string]any{"project_id": "a", "environment_id": []any{map[string]any{}}}, "environment_id"},
		"not base64":      {picture, map[string]any{"file": "***"}, "base64"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := apiclient.Build(tc.op, tc.args)
			if err == nil {
				t.Fatalf("built %s", r)
			}
			if e := asError(t, err); e.Kind != apiclient.KindInvalid || !strings.Contains(e.Error(), tc.want) {
				t.Errorf("%q does not say %q", e, tc.want)
			}
		})
	}
}

func TestDigestCoversEverything(t *testing.T) {
	t.Parallel()
	base := apiclient.Request{Op: readRow, Method: "GET", Path: "/a", Query: "b=c", ContentType: "t", Body: []byte("d")}
	seen := map[string]int{base.Digest(): -1}
	for i, change := range []func(*apiclient.Request){
		func(r *apiclient.Request) { r.Op = op(schemas.Acquia, "GET /a") },
		func(r *apiclient.Request) { r.Method = "PUT" },
		func(r *apiclient.Request) { r.Path = "/ab"; r.Query = "=c" },
		func(r *apiclient.Request) { r.Query = "b=cd"; r.Body = nil },
		func(r *apiclient.Request) { r.Body = []byte("e") },
	} {
		r := base
		change(&r)
		if other, double := seen[r.Digest()]; double {
			t.Errorf("changes %d and %d have one digest", i, other)
		}
		seen[r.Digest()] = i
	}
}

// What Build escapes must reach the server untouched: net/url and net/http clean and re-encode paths where they can.
func TestBytesOnTheWire(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) { giveJSON(w, 200, "{}") }}
	c := onLoopback(t, f, apiclient.Options{})
	for id, want := range map[string]string{
		"heads/main":       "heads%2Fmain",
		"a b":              "a%20b",
		"env:NAME":         "env%3ANAME",
		"https://x.test/":  "https%3A%2F%2Fx.test%2F",
		"%2e%2e":           "%252e%252e",
		"ü?#&=+;":          "%C3%BC%3F%23%26%3D%2B%3B",
		"...":              "...",
		"trailing.":        "trailing.",
		"name=acme~[x](y)": "name%3Dacme~%5Bx%5D%28y%29",
	} {
		f.mu.Lock()
		f.calls = nil
		f.mu.Unlock()
		if _, err := send(t, c, readRow, map[string]any{"project_id": id}); err != nil {
			t.Fatal(err)
		}
		if got := f.seen(); len(got) != 1 || got[0] != "GET /projects/"+want {
			t.Errorf("%q went out as %q, want %q", id, got, want)
		}
	}
}

func FuzzBuild(f *testing.F) {
	o := op(schemas.Platformsh, "POST /a/{id}/b", param("id", "path", "string"), param("q", "query", "string", wire("filter[q]")),
		param("list", "query", "array"), param("body", "body", "string"))
	form := op(schemas.Virtuozzo, "POST /f", param("a", "form", "string"), param("b", "form", "object"))
	f.Add("x", "y", "z")
	f.Add("a/b", "50%&c=d", "\"<>\u2028")
	f.Add("..", "", "\x00")
	f.Add("%2e%2e", "+ ", "ü\xff")
	f.Fuzz(func(t *testing.T, id, q, text string) {
		r, err := apiclient.Build(o, map[string]any{"id": id, "q": q, "list": []any{q, text}, "body": text})
		if err != nil {
			return
		}
		u, err := url.ParseRequestURI(r.Path + "?" + r.Query)
		if err != nil {
			t.Fatalf("%q is no request URI: %v", r, err)
		}
		segments := strings.Split(r.Path, "/")
		if len(segments) != 4 {
			t.Fatalf("%q escaped its segment: %s", id, r.Path)
		}
		if got, err := url.PathUnescape(segments[2]); err != nil || got != id {
			t.Errorf("path: %q came back as %q (%v)", id, got, err)
		}
		for part := range strings.SplitSeq(u.Path, "/") {
			if part == ".." || part == "." {
				t.Errorf("a decoding gateway would climb: %q", u.Path)
			}
		}
		query, err := url.ParseQuery(r.Query)
		if err != nil || query.Get("filter[q]") != q || len(query["list"]) != 2 || query["list"][1] != text || len(query) != 2 {
			t.Errorf("query: %q, %q came back as %v (%v)", q, text, query, err)
		}
		var body map[string]string
		if err := json.Unmarshal(r.Body, &body); err != nil || len(body) != 1 || body["body"] != text {
			t.Errorf("body: %q came back as %q (%v)", text, body, err)
		}
		r, err = apiclient.Build(form, map[string]any{"a": q, "b": map[string]any{id: text}})
		if err != nil {
			t.Fatal(err)
		}
		fields, err := url.ParseQuery(string(r.Body))
		if err != nil || fields.Get("a") != q || len(fields) != 2 {
			t.Errorf("form: %q came back as %v (%v)", q, fields, err)
		}
		var object map[string]string
		if err := json.Unmarshal([]byte(fields.Get("b")), &object); err != nil || object[id] != text {
			t.Errorf("form JSON: %q came back as %v (%v)", text, object, err)
		}
	})
}
