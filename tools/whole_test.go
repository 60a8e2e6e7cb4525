package tools_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"paasmcp/internal/caller"
	"paasmcp/internal/jq"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// The tests of this file answer every operation as the vendors' documents say: with their examples, and with answers made from
// their schemas. Whatever is in such an answer must reach a caller who asks for all of it, and none may be called empty.

// documented is an answer to one operation.
type documented struct {
	op     *schemas.Operation
	status int
	body   any
}

// documentedAnswers reads the document of a platform, which lies beside a checkout and not in it.
func documentedAnswers(t *testing.T, platform schemas.Platform, ops []schemas.Operation) []documented {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../shared/apis", string(platform)+".openapi.json"))
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("the vendor document is not here, and this is a CI run: %v", err)
	}
	if err != nil {
		t.Skipf("NOT CHECKED: the vendor document is not here: %v", err)
	}
	var doc map[string]any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	d := document{root: doc}
	rows := map[string]*schemas.Operation{}
	for i := range ops {
		if ops[i].Platform == platform && !ops[i].ReturnsFile() {
			rows[plainCall(ops[i].Call)] = &ops[i]
		}
	}
	var all []documented
	for path, methods := range doc["paths"].(map[string]any) {
		for method, operation := range methods.(map[string]any) {
			op := rows[plainCall(strings.ToUpper(method)+" "+path)]
			if op == nil {
				continue
			}
			for _, a := range d.answers(operation.(map[string]any)) {
				all = append(all, documented{op, a.status, a.body})
			}
		}
	}
	slices.SortFunc(all, func(a, b documented) int { return strings.Compare(a.op.Name, b.op.Name) })
	return all
}

var hole = regexp.MustCompile(`\{[^}]*\}`)

func plainCall(call string) string { return strings.ToLower(hole.ReplaceAllString(call, "{}")) }

type document struct {
	root  map[string]any
	count int
}

func (d *document) resolve(v any) map[string]any {
	object, _ := v.(map[string]any)
	for {
		ref, ok := object["$ref"].(string)
		if !ok {
			return object
		}
		var at any = d.root
		for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			at = at.(map[string]any)[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
		}
		object, _ = at.(map[string]any)
	}
}

type statusAndBody struct {
	status int
	body   any
}

// answers are the examples of an operation's successes and one made from each schema.
func (d *document) answers(operation map[string]any) []statusAndBody {
	var all []statusAndBody
	responses, _ := operation["responses"].(map[string]any)
	for code, response := range responses {
		status, err := strconv.Atoi(code)
		if code == "default" {
			status, err = 200, nil
		}
		if err != nil || status < 200 || status > 299 {
			continue
		}
		content, _ := d.resolve(response)["content"].(map[string]any)
		for media, c := range content {
			if !strings.Contains(media, "json") {
				continue
			}
			c, _ := c.(map[string]any)
			if example := c["example"]; example != nil {
				all = append(all, statusAndBody{status, example})
			}
			examples, _ := c["examples"].(map[string]any)
			for _, example := range examples {
				if value := d.resolve(example)["value"]; value != nil {
					all = append(all, statusAndBody{status, value})
				}
			}
			if made := d.make(c["schema"], 0); made != nil {
				all = append(all, statusAndBody{status, made})
			}
		}
	}
	return all
}

// make builds a value with every member that a schema has.
func (d *document) make(v any, depth int) any {
	schema := d.resolve(v)
	if schema == nil || depth > 6 {
		return nil
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		if list, ok := schema[key].([]any); ok && len(list) > 0 {
			return d.make(list[0], depth+1)
		}
	}
	if list, ok := schema["allOf"].([]any); ok {
		all := map[string]any{}
		for _, part := range list {
			if object, ok := d.make(part, depth+1).(map[string]any); ok {
				maps.Copy(all, object)
			}
		}
		return all
	}
	d.count++
	switch schema["type"] {
	case "array":
		if item := d.make(schema["items"], depth+1); item != nil {
			return []any{item}
		}
		return []any{}
	case "boolean":
		return d.count%2 == 0
	case "integer", "number":
		return json.Number(strconv.Itoa(1000 + d.count))
	case "string":
		return fmt.Sprintf("value %d", d.count)
	}
	properties, _ := schema["properties"].(map[string]any)
	if len(properties) == 0 {
		return nil
	}
	object := map[string]any{}
	for name, property := range properties {
		if made := d.make(property, depth+1); made != nil {
			object[name] = made
		}
	}
	return object
}

// virtuozzoForms are the ways in which a provider gives the same answer: alone, and as what a script returned.
func virtuozzoForms(body any) []any {
	object, ok := body.(map[string]any)
	if !ok {
		return nil
	}
	object = maps.Clone(object)
	maps.DeleteFunc(object, func(key string, value any) bool { return value == nil })
	for _, key := range []string{"error", "reason", "source", "response", "type", "out", "errOut", "exitStatus"} {
		delete(object, key)
	}
	succeed(object)
	debug := map[string]any{"cpu": map[string]any{"usage": "0", "time": 33}, "time": 3051}
	forms := []any{object, map[string]any{"result": 0, "debug": debug, "response": object}}
	inner := maps.Clone(object)
	delete(inner, "result")
	forms = append(forms, map[string]any{"result": 0, "debug": debug, "response": inner})
	if len(inner) > 0 {
		forms = append(forms, map[string]any{"result": 0, "response": map[string]any{"result": 0, "out": inner}})
	}
	return forms
}

// succeed makes an answer one that went well, on every node.
func succeed(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			succeed(item)
		}
	case map[string]any:
		for _, item := range v {
			succeed(item)
		}
		v["result"] = 0
		for _, key := range []string{"error", "exitStatus"} {
			delete(v, key)
		}
		if v["type"] == "error" {
			delete(v, "type")
		}
	}
}

// leaves are the scalars of a value as PATH=VALUE, the path without places in lists.
func leaves(into map[string]bool, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, child := range v {
			leaves(into, path+"."+name, child)
		}
	case []any:
		for _, child := range v {
			leaves(into, path, child)
		}
	default:
		into[path+"="+fmt.Sprint(v)] = true
	}
}

// envelope are leaves that are no content: how it went, which page it is, and what the answer says in other words.
var envelope = map[schemas.Platform]*regexp.Regexp{
	schemas.Virtuozzo:  regexp.MustCompile(`^(\.response)*\.(result|reason|source|className|genericClass|time|debug\..*|totalCount|total|count)=`),
	schemas.Acquia:     regexp.MustCompile(`^\.(pagination\..*|total|count|_links\.(self|next|prev|previous|first|last)\..*)=`), // of lists
	schemas.Platformsh: regexp.MustCompile(`^\.(status|code|count|total|_embedded\.activities\..*|_links\.(self|next|prev|previous|first|last)\..*)=`),
}

// missing are the leaves of an answer that are nowhere in what is shown. A leaf may have moved up, and may be masked.
func missing(op *schemas.Operation, body, shown any) (lost []string, of int) {
	given, got := map[string]bool{}, map[string]bool{}
	leaves(given, "", body)
	leaves(got, "", shown)
	ends := map[string]bool{}
	for leaf := range got {
		name, value, _ := strings.Cut(leaf[strings.LastIndex(leaf[:strings.Index(leaf, "=")], ".")+1:], "=")
		ends[name+"="+value] = true
		if strings.Contains(value, "••••") {
			ends[name+"="] = true
		}
	}
	isChange := !op.IsRead()
	for leaf := range given {
		if envelope[op.Platform].MatchString(leaf) && (op.List != "" || op.Platform == schemas.Virtuozzo || op.Platform == schemas.Platformsh && isChange) {
			continue
		}
		of++
		path, value, _ := strings.Cut(leaf, "=")
		name := path[strings.LastIndex(path, ".")+1:]
		if strings.HasSuffix(path, "."+op.List) && !strings.HasSuffix(path, ".out."+op.List) {
			name = "items" // the list itself
		}
		if !ends[name+"="+strings.TrimSpace(strings.Join(strings.Fields(value), " "))] && !ends[name+"="+value] && !ends[name+"="] {
			lost = append(lost, leaf)
		}
	}
	slices.Sort(lost)
	return lost, of
}

func TestWhatIsThereIsShown(t *testing.T) {
	t.Parallel()
	ops, err := schemas.Load(os.DirFS("../schemas"))
	if err != nil {
		t.Fatal(err)
	}
	for _, platform := range schemas.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			w, ctx := &scripted{}, caller.With(t.Context(), caller.Caller{Principal: "anybody"})
			r := scriptedRig(t, w, withoutAudit(t), func(c *tools.Config) { c.JQ = jq.NewRunner("") })
			answers, leafCount, lostCount, lossy, denied := 0, 0, 0, map[string]bool{}, 0
			for _, d := range documentedAnswers(t, platform, ops) {
				if d.op.Only != "" || d.op.Name == "virtuozzo_session_sign_out" { // refused here: another account, and our own token
					continue
				}
				forms := []any{d.body}
				if platform == schemas.Virtuozzo {
					forms = virtuozzoForms(d.body)
				}
				for _, body := range forms {
					answers++
					text, _ := json.Marshal(body)
					w.status, w.body = d.status, string(text)
					at := fmt.Sprintf("%s answered with %.300s", d.op.Name, text)
					o, err := r.Service.Call(ctx, tools.Call{Tool: d.op.Name, Args: d.op.Example.Args}, nil)
					if err != nil {
						t.Errorf("%s: %v", at, err)
						continue
					}
					lost, of := missing(d.op, body, present(r, o, tools.View{Fields: []string{"*"}}))
					leafCount, lostCount = leafCount+of, lostCount+len(lost)
					if len(lost) > 0 {
						lossy[d.op.Name] = true
						t.Errorf("%s: fields * loses %.300q", at, lost)
					}
					usual := r.Service.Present(o, tools.View{})
					if of > 0 && usual.Value == nil && len(usual.Items) == 0 && len(usual.Jobs) == 0 {
						denied++
						t.Errorf("%s: the usual answer is empty: %s", at, usual.Note)
					}
					if named := r.Service.Present(o, tools.View{Fields: []string{"no_such_field"}}); of > 0 && len(usual.Jobs) == 0 &&
						(named.Value == nil && len(named.Items) == 0 || !strings.Contains(named.Note, "there is no field no_such_field")) {
						t.Errorf("%s: fields that do not exist give %+v", at, named)
					}
					if d.op.IsRead() && answers%40 == 0 {
						whole := r.Service.Present(o, tools.View{Fields: []string{"*"}})
						reply := r.ask(t, "paas_read", map[string]any{"tool": d.op.Name, "arguments": d.op.Example.Args, "jq": "[paths(scalars)] | length"})
						content := whole.Value
						if o.Result.IsList {
							content = whole.Items
						}
						if n := countScalars(content); reply.Value != float64(n) {
							t.Errorf("%s: jq sees %v scalars of %d: %s", at, reply.Value, n, reply.Error)
						}
					}
				}
			}
			t.Logf("%d answers with %d leaves: %d lost, in %d operations; %d called empty", answers, leafCount, lostCount, len(lossy), denied)
			if answers < 100 {
				t.Errorf("only %d answers", answers)
			}
		})
	}
}

// present is an answer as decoded JSON.
func present(r *rig, o *tools.Outcome, v tools.View) any {
	text, err := json.Marshal(r.Service.Present(o, v))
	if err != nil {
		return nil
	}
	var value any
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	_ = dec.Decode(&value)
	return value
}

// countScalars counts what jq calls scalars: null and false make no path there.
func countScalars(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		for _, child := range v {
			n += countScalars(child)
		}
	case []any:
		for _, child := range v {
			n += countScalars(child)
		}
	case nil:
	case bool:
		if v {
			n++
		}
	default:
		n++
	}
	return n
}
