package tools_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"paasmcp/apiclient"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// offline is a service over every row, with two accounts per callable platform so that every tool shows its account
// argument. It is only listed, never called.
func offline(t testing.TB) *tools.Service {
	t.Helper()
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Catalogued()...)
	if err != nil {
		t.Fatal(err)
	}
	var list []apiclient.Account
	for _, name := range []string{"one", "two"} {
		list = append(list,
			apiclient.Account{Name: name, Platform: schemas.Platformsh, Token: "t"},
			apiclient.Account{Name: "cloud" + name, Platform: schemas.Acquia, Key: "k", Secret: "s"},
			apiclient.Account{Name: "vap" + name, Platform: schemas.Virtuozzo, Token: "t", APIURL: "https://app.example.com/1.0"},
		)
	}
	accounts, err := tools.NewAccounts(list, apiclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tools.NewService(tools.Config{Catalog: catalog, Accounts: accounts, Policy: policy.Default()})
}

// rows decodes every row of the catalogue.
func rows(t testing.TB, s *tools.Service) []*schemas.Operation {
	t.Helper()
	var ops []*schemas.Operation
	for _, row := range s.Catalog.Rows() {
		op, _ := s.Catalog.Operation(row.Name)
		ops = append(ops, op)
	}
	return ops
}

// violations collects everything that is wrong, so that one run shows it all.
type violations []string

func (v *violations) add(tool, format string, args ...any) {
	*v = append(*v, tool+": "+fmt.Sprintf(format, args...))
}

func (v violations) report(t *testing.T) {
	t.Helper()
	if len(v) > 0 {
		t.Errorf("%d violations:\n%s", len(v), strings.Join(v, "\n"))
	}
}

// TestExamples: every row's example passes the row's own validation and produces exactly the request it claims. This is the
// test of the rows' parameters, and of the request builder on every shape of request there is.
func TestExamples(t *testing.T) {
	t.Parallel()
	s := offline(t)
	var bad violations
	for _, op := range rows(t, s) {
		args, err := s.Validate(op, op.Example.Args)
		if err != nil {
			bad.add(op.Name, "example: %v", err)
			continue
		}
		request, err := apiclient.Build(op, args)
		if err != nil {
			bad.add(op.Name, "example: %v", err)
		} else if got := request.String(); got != op.Example.Sends {
			bad.add(op.Name, "example\nsends   %s\nwritten %s", got, op.Example.Sends)
		}
	}
	bad.report(t)
}

// TestRequired: leaving out any required argument of an example is an error before anything is sent.
func TestRequired(t *testing.T) {
	t.Parallel()
	s := offline(t)
	var bad violations
	for _, op := range rows(t, s) {
		for _, name := range op.RequiredArguments() {
			args := map[string]any{}
			for k, v := range op.Example.Args {
				if k != name {
					args[k] = v
				}
			}
			if _, err := s.Validate(op, args); err == nil || !strings.Contains(err.Error(), name) {
				bad.add(op.Name, "without %s: error %v does not name it", name, err)
			}
		}
		if _, err := s.Validate(op, map[string]any{"no_such_argument": 1}); err == nil {
			bad.add(op.Name, "an unknown argument is accepted")
		}
	}
	bad.report(t)
}

// TestNullIsLeftOut: a null for anything that a call can do without changes nothing about the request, at the top and in every object
// below it. Where null means something, it is sent.
func TestNullIsLeftOut(t *testing.T) {
	t.Parallel()
	s := offline(t)
	var bad violations
	send := func(op *schemas.Operation, args map[string]any) string {
		args, err := s.Validate(op, args)
		if err != nil {
			return err.Error()
		}
		request, err := apiclient.Build(op, args)
		if err != nil {
			return err.Error()
		}
		return request.String()
	}
	nulls, nested := 0, 0
	for _, op := range rows(t, s) {
		want := send(op, op.Example.Args)
		object := op.Object()
		args := withNulls(object, op.Example.Args, func(depth int) {
			if nulls++; depth > 0 {
				nested++
			}
		})
		if got := send(op, args.(map[string]any)); got != want {
			bad.add(op.Name, "with nulls\n%s\nwithout\n%s", got, want)
		}
		for i := range op.Params {
			p := &op.Params[i]
			if _, given := op.Example.Args[p.Name]; given || !p.Nullable || p.In != "body" || !op.Takes(op.Example.Args, p.Name) {
				continue
			}
			args := map[string]any{p.Name: nil}
			maps.Copy(args, op.Example.Args)
			if got := send(op, args); !strings.Contains(got, `"`+p.WireName()+`":null`) {
				bad.add(op.Name, "%s is nullable, but null is not sent: %s", p.Name, got)
			}
		}
	}
	if nulls < 900 || nested < 200 {
		t.Errorf("only %d nulls, %d of them below the top", nulls, nested)
	}
	bad.report(t)
}

// withNulls is the value with a null for each member that its schema knows, that is not there and that null does not set, and one in
// each list.
func withNulls(s *schemas.Schema, v any, count func(depth int)) any {
	var walk func(s *schemas.Schema, v any, depth int) any
	walk = func(s *schemas.Schema, v any, depth int) any {
		switch v := v.(type) {
		case []any:
			out := make([]any, len(v))
			for i := range v {
				out[i] = walk(s.Items, v[i], depth+1)
			}
			count(depth + 1)
			return append(out, nil)
		case map[string]any: // of arguments, nil where the example has none
			out := make(map[string]any, len(v)+len(s.Properties))
			maps.Copy(out, v)
			for i := range s.Properties {
				p := &s.Properties[i]
				if value, given := v[p.Name]; given {
					out[p.Name] = walk(&p.Schema, value, depth+1)
				} else if !p.Nullable {
					count(depth)
					out[p.Name] = nil
				}
			}
			return out
		}
		return v
	}
	return walk(s, v, 0)
}

var toolName = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)

// TestClientCompatibility: every tool, as a client sees it, keeps to what all clients and models load.
func TestClientCompatibility(t *testing.T) {
	t.Parallel()
	list, err := tools.List(offline(t), tools.Selection{Toolsets: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 912 {
		t.Fatalf("only %d tools are listed", len(list))
	}
	var bad violations
	seen := map[string]bool{}
	for _, tool := range list {
		if !toolName.MatchString(tool.Name) || seen[tool.Name] {
			bad.add(tool.Name, "the name is not [a-z0-9_]{1,40}, or appears twice")
		}
		seen[tool.Name] = true
		if tool.Description == "" || len(tool.Description) > 1000 {
			bad.add(tool.Name, "the description has %d characters", len(tool.Description))
		}
		a := tool.Annotations
		if a.ReadOnlyHint == nil || a.DestructiveHint == nil || a.IdempotentHint == nil || a.OpenWorldHint == nil {
			bad.add(tool.Name, "a hint is missing; clients assume the worst or the best")
		} else if *a.ReadOnlyHint && *a.DestructiveHint {
			bad.add(tool.Name, "read-only and destructive at once")
		}
		schema := inputSchema(t, tool)
		if schema["type"] != "object" || schema["properties"] == nil || schema["additionalProperties"] != false {
			bad.add(tool.Name, "the root must be an object with properties and additionalProperties false")
		}
		checkSchema(&bad, tool.Name, "", schema)
	}
	bad.report(t)
}

func inputSchema(t *testing.T, tool mcp.Tool) map[string]any {
	t.Helper()
	raw, err := json.Marshal(tool)
	if err != nil {
		t.Fatalf("%s: %v", tool.Name, err)
	}
	var out struct {
		InputSchema map[string]any `json:"inputSchema"`
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out.InputSchema
}

// checkSchema walks one schema as JSON.
func checkSchema(bad *violations, tool, at string, schema map[string]any) {
	for _, key := range []string{"oneOf", "anyOf", "allOf", "not", "$ref", "const", "$schema", "$defs"} {
		if _, ok := schema[key]; ok {
			bad.add(tool, "%s: %s breaks some clients", at, key)
		}
	}
	if _, ok := schema["type"].(string); !ok {
		bad.add(tool, "%s: type %v is not one name", at, schema["type"])
	}
	if text, ok := schema["description"].(string); ok && len(text) >= 1000 {
		bad.add(tool, "%s: the description has %d characters", at, len(text))
	}
	if enum, ok := schema["enum"].([]any); ok {
		for _, v := range enum {
			if _, ok := v.(string); !ok || schema["type"] != "string" {
				bad.add(tool, "%s: enum value %v", at, v)
			}
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := properties[fmt.Sprint(name)]; !ok {
			bad.add(tool, "%s: required %v is not a property", at, name)
		}
	}
	for name, p := range properties {
		if child, ok := p.(map[string]any); ok {
			checkSchema(bad, tool, at+"."+name, child)
		}
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if child, ok := schema[key].(map[string]any); ok {
			checkSchema(bad, tool, at+"."+key, child)
		}
	}
	if schema["type"] == "array" && schema["items"] == nil {
		bad.add(tool, "%s: an array without items", at)
	}
}

// TestSchemasCompile: a schema that does not compile would silently validate nothing in many clients.
func TestSchemasCompile(t *testing.T) {
	t.Parallel()
	list, err := tools.List(offline(t), tools.Selection{Toolsets: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	var bad violations
	for _, tool := range list {
		c := jsonschema.NewCompiler()
		c.DefaultDraft(jsonschema.Draft7)
		var doc any = inputSchema(t, tool)
		if err := c.AddResource("paas:///x", doc); err != nil {
			bad.add(tool.Name, "%v", err)
		} else if _, err := c.Compile("paas:///x"); err != nil {
			bad.add(tool.Name, "%v", err)
		}
	}
	bad.report(t)
}

// TestSnapshots: the tools as clients see them, one file per toolset. A change of what models read is a change to review.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	s := offline(t)
	list, err := tools.List(s, tools.Selection{Toolsets: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	toolsets := map[string]string{}
	for _, row := range s.Catalog.Rows() {
		toolsets[row.Name] = row.Toolset
	}
	files := map[string][]mcp.Tool{}
	for _, tool := range list {
		toolset := toolsets[tool.Name]
		if toolset == "" {
			toolset = "paas"
		}
		files[toolset] = append(files[toolset], tool)
	}
	dir := filepath.Join("..", "testdata", "tools")
	update := os.Getenv("UPDATE") != ""
	for toolset, group := range files {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		if err := enc.Encode(group); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, toolset+".json")
		if update {
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(want, b.Bytes()) {
			t.Errorf("%s is out of date (%v): run `make update` and review the difference", file, err)
		}
	}
	there, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	for _, file := range there {
		toolset := strings.TrimSuffix(filepath.Base(file), ".json")
		if _, ok := files[toolset]; ok {
			continue
		}
		if update {
			_ = os.Remove(file)
		} else {
			t.Errorf("%s belongs to no toolset: delete it", file)
		}
	}
}

// TestEverydayExist: the everyday list names rows, each of which is offered without a flag.
func TestEverydayExist(t *testing.T) {
	t.Parallel()
	catalog, err := schemas.Open(nil, schemas.Catalogued()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tools.Everyday() {
		op, ok := catalog.Operation(name)
		if !ok {
			t.Errorf("everyday operation %s does not exist, or only behind a flag", name)
		} else if strings.HasSuffix(op.Name, "_delete") {
			t.Errorf("%s: deleting is no everyday operation", name)
		}
	}
}
