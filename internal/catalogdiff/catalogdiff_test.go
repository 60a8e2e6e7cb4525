package catalogdiff_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"paasmcp/internal/catalogdiff"
	"paasmcp/schemas"
)

// TestDiff runs the comparisons of testdata: rows.yaml, a document in YAML or JSON, optionally excluded.yaml, and the
// lines of the report, which come last and are rewritten by `make update`. The file name's start is the platform.
func TestDiff(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no comparisons: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string][]byte{}
			for _, f := range archive.Files {
				parts[strings.TrimSuffix(f.Name, filepath.Ext(f.Name))] = f.Data
			}
			platform, _, _ := strings.Cut(filepath.Base(file), "-")
			got := report(t, schemas.Platform(platform), parts)
			if os.Getenv("UPDATE") != "" {
				archive.Files[len(archive.Files)-1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := string(parts["report"]); got != want {
				t.Errorf("the report reads:\n%s\ninstead of:\n%s", got, want)
			}
		})
	}
}

func report(t *testing.T, platform schemas.Platform, parts map[string][]byte) string {
	t.Helper()
	ops, err := schemas.Load(fstest.MapFS{string(platform) + "/things.yaml": {Data: parts["rows"]}})
	if err != nil {
		t.Fatal(err)
	}
	excluded, err := catalogdiff.ParseExclusions("excluded.yaml", cmpOr(parts["excluded"], []byte("[]")))
	if err != nil {
		t.Fatal(err)
	}
	r, err := catalogdiff.Diff(platform, ops, parts["document"], excluded)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, d := range r.Differences {
		if d.Reason != "" {
			fmt.Fprintf(&b, "(%s) ", d.Reason)
		}
		fmt.Fprintf(&b, "%s: %s\n", d.What, d)
	}
	for _, line := range r.Stale {
		fmt.Fprintln(&b, line)
	}
	fmt.Fprintln(&b, r.Summary())
	return b.String()
}

func cmpOr(a, b []byte) []byte {
	if a == nil {
		return b
	}
	return a
}

// TestVendorDocument holds the rows against the platforms' own documents, which lie beside a checkout and not in it.
func TestVendorDocument(t *testing.T) {
	t.Parallel()
	ops, err := schemas.Load(os.DirFS("../../schemas"))
	if err != nil {
		t.Fatalf("the rows have errors:\n%v", err)
	}
	excluded, err := catalogdiff.ParseExclusions("schemas/excluded.yaml", schemas.Excluded())
	if err != nil {
		t.Fatal(err)
	}
	for _, platform := range schemas.Platforms() {
		if !slices.ContainsFunc(ops, func(o schemas.Operation) bool { return o.Platform == platform }) {
			continue
		}
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("../../../shared/apis", string(platform)+".openapi.json")
			document, err := os.ReadFile(file)
			if err != nil && os.Getenv("CI") == "true" {
				t.Fatalf("the vendor document is not here, and this is a CI run, which must compare with it: %v", err)
			}
			if err != nil {
				t.Skipf("NOT COMPARED: the vendor document is not here: %v", err)
			}
			r, err := catalogdiff.Diff(platform, ops, document, excluded)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range r.Unexplained() {
				t.Errorf("%s | %s", d.What, d)
			}
			for _, line := range r.Stale {
				t.Error(line)
			}
			if r.Operations == 0 || r.Matched != r.Operations {
				t.Errorf("%d of %d operations have a row or an exclusion", r.Matched, r.Operations)
			}
			t.Log(r.Summary())
		})
	}
}

// TestBadDocuments: what cannot be read is an error that says why, never a crash and never an empty report.
func TestBadDocuments(t *testing.T) {
	t.Parallel()
	const head = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n"
	get := func(schema string) string {
		return head + "paths: {/a: {get: {responses: {}, parameters: [{name: q, in: query, schema: " + schema + "}]}}}\n"
	}
	for name, c := range map[string]struct{ document, says string }{
		"nothing":                     {"", "not an OpenAPI 3 document"},
		"a web page":                  {"<!DOCTYPE html><html><body>Sign in</body></html>", "read the document"},
		"a list":                      {"[1, 2]", "read the document"},
		"broken JSON":                 {`{"openapi": "3.0.3", "paths": {`, "read the document"},
		"Swagger 2":                   {"swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {}\n", "Swagger 2.0; convert it"},
		"a later major version":       {"openapi: 4.0.0\ninfo: {title: t, version: '1'}\npaths: {}\n", `openapi is "4.0.0"`},
		"no operations":               {head + "paths: {}\n", "no operations"},
		"no paths":                    {head, "no operations"},
		"paths that are null":         {head + "paths: {/a: null}\n", "no operations"},
		"a reference to nothing":      {get(`{$ref: "#/components/schemas/Nothing"}`), "Nothing"},
		"a reference to another file": {get(`{$ref: "/etc/passwd"}`), "external reference"},
		"a reference to another host": {get(`{$ref: "http://127.0.0.1:1/x.yaml"}`), "external reference"},
		"a reference to itself": {get(`{$ref: "#/components/schemas/A"}`) +
			`components: {schemas: {A: {$ref: "#/components/schemas/B"}, B: {$ref: "#/components/schemas/A"}}}`, ""},
		"the same call twice":           {head + "paths: {'/a/{x}': {get: {responses: {}}}, '/a/{y}': {get: {responses: {}}}}\n", "same call twice: GET /a/{x} and GET /a/{y}"},
		"aliases that grow without end": {head + "x-a: &a [*a, *a]\npaths: {}\n", "read the document"},
	} {
		_, err := catalogdiff.Diff(schemas.Platformsh, nil, []byte(c.document), catalogdiff.Exclusions{})
		if c.says == "" {
			continue // either answer will do, as long as there is one
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, which does not say %q in one line", name, err, c.says)
		}
	}
}

// TestSchemasThatMultiply: each schema uses the next one twice, so looking at every path through them would never end.
func TestSchemasThatMultiply(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {/things: {get: {responses: {}, parameters: [{name: q, in: query, schema: {$ref: '#/components/schemas/S0'}}]}}}\n")
	b.WriteString("components: {schemas: {\n")
	const depth = 64
	for i := range depth {
		next := fmt.Sprintf("{$ref: '#/components/schemas/S%d'}", i+1)
		fmt.Fprintf(&b, "S%d: {oneOf: [%s, {allOf: [%s]}], properties: {x: %s}},\n", i, next, next, next)
	}
	fmt.Fprintf(&b, "S%d: {type: integer}}}\n", depth)
	rows := row("params: {q: {type: object, style: deep, properties: {x: {type: object, properties: {x: {type: string}}}}}}")
	started := time.Now()
	got := report(t, schemas.Platformsh, map[string][]byte{"rows": rows, "document": []byte(b.String())})
	if spent := time.Since(started); spent > 5*time.Second {
		t.Errorf("it took %s", spent)
	}
	if !strings.HasSuffix(got, "explained\n") {
		t.Errorf("the report reads:\n%s", got)
	}
}

// row is a catalogue file with one row, GET /things.
func row(more string) []byte {
	return []byte("- name: platformsh_thing_list\n  call: GET /things\n  risk: [read]\n  summary: List things.\n  example: {sends: GET /things}\n  " + more + "\n")
}

// TestHostileNames: what a document calls things must not steer the terminal that shows the report.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	document := `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/things":{"get":{"responses":{},"parameters":[
		{"name":"\u001b[2Jx\r\n\u202e","in":"query","schema":{"type":"string"}},
		{"name":"` + strings.Repeat("long", 1000) + `","in":"query","schema":{"type":"string"}}]}}}}`
	got := report(t, schemas.Platformsh, map[string][]byte{"rows": row("about: x"), "document": []byte(document)})
	if strings.ContainsAny(got, "\x1b\r\u202e") {
		t.Errorf("control characters reach the report: %q", got)
	}
	if !strings.Contains(got, `\x1b[2Jx\r\n\u202e`) || len(got) > 1000 || strings.Count(got, "\n") != 3 {
		t.Errorf("the report reads:\n%s", got)
	}
}

func TestParseExclusionsRefuses(t *testing.T) {
	t.Parallel()
	const good = "- platform: platformsh\n  calls: [GET /a]\n  differs: [extra x]\n  reason: Because.\n"
	if _, err := catalogdiff.ParseExclusions("f.yaml", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, says string }{
		"not a list":           {"- platform", "platform", "f.yaml: "},
		"an unknown key":       {"reason", "because", "f.yaml:1: "},
		"an unknown platform":  {"platformsh", "heroku", `f.yaml:1: platform: "heroku"`},
		"no calls":             {"[GET /a]", "[]", "f.yaml:1: calls is missing"},
		"a path only":          {"[GET /a]", "[/a]", `f.yaml:2: calls: "/a" is not METHOD /path`},
		"no differs":           {"[extra x]", "[]", "f.yaml:1: differs is missing"},
		"an unknown kind":      {"[extra x]", "[wrong x]", `f.yaml:3: differs: "wrong"`},
		"a parameter unnamed":  {"[extra x]", "[extra]", "f.yaml:3: differs: extra concerns"},
		"an operation named":   {"[extra x]", "[operation-extra x]", "f.yaml:3: differs: operation-extra x"},
		"no reason":            {"  reason: Because.\n", "", "f.yaml:1: reason"},
		"a reason in one word": {"Because.", "because", "f.yaml:1: reason"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		_, err := catalogdiff.ParseExclusions("f.yaml", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, which does not start with %q", name, err, c.says)
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "api.yaml")
	document := "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {/nowhere: {get: {responses: {}}}}\n"
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code, err := catalogdiff.Run(&out, "platformsh", file)
	if code != 1 || err != nil {
		t.Errorf("code %d, error %v", code, err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if !slices.Contains(lines, "GET /nowhere: in the document, not in the rows") || !strings.HasPrefix(lines[len(lines)-1], "0 of 1 operations, ") {
		t.Errorf("it wrote:\n%s", out.String())
	}
	for _, c := range []struct{ platform, file, says string }{
		{"heroku", file, `platform "heroku" is not one of`},
		{"platformsh", filepath.Join(dir, "none.json"), "none.json"},
		{"platformsh", dir, dir},
	} {
		out.Reset()
		if code, err := catalogdiff.Run(&out, c.platform, c.file); err == nil || code == 0 || !strings.Contains(err.Error(), c.says) || out.Len() > 0 {
			t.Errorf("%v: code %d, error %v, output %q", c, code, err, out.String())
		}
	}
}

// FuzzDiff: no document may crash the comparison or break the report into more lines than it has differences.
func FuzzDiff(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatalf("no comparisons: %v", err)
	}
	var rows []schemas.Operation
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			switch {
			case strings.HasPrefix(part.Name, "document"):
				f.Add(part.Data)
			case part.Name == "rows.yaml" && strings.HasPrefix(filepath.Base(file), "platformsh"):
				ops, err := schemas.Load(fstest.MapFS{"platformsh/things.yaml": {Data: part.Data}})
				if err != nil {
					f.Fatal(err)
				}
				rows = append(rows, ops...)
			}
		}
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		r, err := catalogdiff.Diff(schemas.Platformsh, rows, document, catalogdiff.Exclusions{})
		if err != nil {
			return
		}
		for _, d := range r.Differences {
			if line := d.String(); strings.ContainsAny(line, "\n\r\x1b") {
				t.Errorf("%q is not one printable line", line)
			}
		}
	})
}
