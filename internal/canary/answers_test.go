package canary_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"paasmcp/schemas"
)

// The answers of platforms that exist only here.

// seasoned hides canaries in an answer of the simulator: in place of every text under a secret name or on a secret path, and
// in the texts that people read.
func (f *flock) seasoned(op *schemas.Operation, at string, v any) any {
	var answered []string
	if op != nil {
		answered = oracle[op.Name].answered
	}
	var walk func(v any, place []string) any
	walk = func(v any, place []string) any {
		switch v := v.(type) {
		case map[string]any:
			for key, child := range v {
				v[key] = walk(child, append(slices.Clone(place), key))
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i], place)
			}
		case string:
			if len(place) == 0 || v == "" {
				return v
			}
			home := "field " + strings.Join(place, ".") + " of " + at
			switch key := place[len(place)-1]; {
			case len(songs(v)) > 0: // it was sent here before
				return v
			case secretName(key), op != nil && fits(answered, place):
				return f.at("%s", home)
			case slices.Contains([]string{"description", "text", "message", "label", "title", "data"}, key):
				return v + loose(f, home)
			}
		}
		return v
	}
	return walk(v, nil)
}

// loose is a text with secrets of known shapes in it, as they stand in logs.
func loose(f *flock, home string) string {
	return " DB_PASSWORD=" + f.at("%s, assigned", home) + " connecting to mysql://app:" + f.at("%s, in a URL", home) +
		"@db.internal/app with Authorization: Bearer " + f.at("%s, as a bearer token", home) + "\n"
}

// complete is an answer with every secret that the platform's documents name for the operation. With extras it also has
// secrets that no document names.
func (f *flock) complete(op *schemas.Operation, base string, extras bool) any {
	root := &tree{}
	if op.List != "" && op.List != "$" {
		root.put(strings.Split(op.List+"[]", "."), "id", "1")
	}
	if op.List == "$" {
		root.put([]string{"[]"}, "id", "1")
	}
	answered := oracle[op.Name].answered
	if extras {
		answered = append(slices.Clone(answered), kin(op)...)
	}
	for _, p := range answered {
		p = strings.ReplaceAll(strings.ReplaceAll(p, "**", "deep.deeper"), "*", "any")
		keys := strings.Split(p, ".")
		last := strings.TrimSuffix(keys[len(keys)-1], "[]")
		root.put(keys[:len(keys)-1], last, f.at("answer %s of %s", p, op.Name))
	}
	if extras {
		root.each(func(n int, object map[string]any) {
			home := fmt.Sprintf("object %d of the answer of %s", n, op.Name)
			object["description"] = "Seen:" + loose(f, home)
			for _, name := range readable { // cards show these
				if _, taken := object[name]; !taken {
					object[name] = "The " + name + loose(f, home+", "+name)
				}
			}
			if n == 1 && op.Platform == schemas.Virtuozzo {
				object["env"] = map[string]any{"displayName": "Shop" + loose(f, home+", env.displayName"), "envName": "shop", "status": 1}
			}
			object["upstreamApiKey"] = f.at("%s, upstreamApiKey", home)
			object["x-auth-token"] = f.at("%s, x-auth-token", home)
			object["settings_passwords"] = []any{f.at("%s, list of passwords", home), map[string]any{"note": f.at("%s, below passwords", home)}}
			object["extra_variables"] = []any{map[string]any{"name": "MAIL_PASSWORD", "value": f.at("%s, variable MAIL_PASSWORD", home)}}
			object["key_file"] = "-----BEGIN PRIVATE KEY-----\n" + f.at("%s, PEM", home) + "\n-----END PRIVATE KEY-----"
			object["dsn"] = "pgsql://app:" + f.at("%s, dsn", home) + "@db.internal/app?sslmode=require"
			object["download"] = "https://files.example.com/a.gz?expires=1&signature=" + f.at("%s, signed link", home)
		})
	}
	value := root.value()
	object, _ := value.(map[string]any)
	if object == nil {
		return value
	}
	if op.List != "" && op.List != "$" {
		object["total"] = 99 // the one thing that is shown proves nothing of the others, which calls name
	}
	switch op.Async {
	case schemas.Activity:
		return map[string]any{"status": "Accepted", "code": 202, "_embedded": map[string]any{"entity": object, "activities": []any{f.activity(op)}}}
	case schemas.Notification:
		object["message"] = "Started." + loose(f, "message of "+op.Name)
		object["_links"] = map[string]any{"notification": map[string]any{"href": base + "/acquia/api/notifications/66666666-aaaa-4aaa-8aaa-000000000001"}}
	}
	if op.Platform == schemas.Virtuozzo {
		object["result"] = 0
	}
	return object
}

// readable are fields in which people write what they like, and which others read when they decide about a call.
var readable = []string{"title", "label", "display_name", "displayName", "hostname", "subject", "plan", "domain", "command"}

// kin are the secrets of the object that a change answers with: those that the read of the same object has. Only
// Platform.sh answers changes with the object.
func kin(op *schemas.Operation) (answered []string) {
	if op.Platform != schemas.Platformsh || op.IsRead() {
		return nil
	}
	for name, f := range oracle {
		read := reads[name]
		if read == op.Path() || op.Method() == http.MethodPost && path.Dir(read) == op.Path() {
			for _, p := range f.answered {
				if !strings.HasPrefix(p, "[]") {
					answered = append(answered, p)
				}
			}
		}
	}
	slices.Sort(answered) // the same answer every time
	return slices.Compact(answered)
}

// reads are the paths of the reads of Platform.sh by name.
var reads = func() map[string]string {
	catalog, err := schemas.Open(nil, schemas.Platformsh)
	if err != nil {
		panic(err)
	}
	paths := map[string]string{}
	for _, row := range catalog.Rows() {
		if row.IsRead() {
			_, paths[row.Name], _ = strings.Cut(row.Call, " ")
		}
	}
	return paths
}()

// activity is a job of Platform.sh that is done.
func (f *flock) activity(op *schemas.Operation) map[string]any {
	return map[string]any{
		"id": "activity1", "type": "environment.push", "state": "complete", "result": "success", "completion_percent": 100,
		"description": "Ada pushed:" + loose(f, "job of "+op.Name), "created_at": "2026-11-20T12:00:00Z", "log": loose(f, "log of the job of "+op.Name),
		"payload": map[string]any{"variable": map[string]any{"name": "X", "value": f.at("payload of %s", op.Name)}},
	}
}

// answering is a platform that says yes to everything, and repeats what it got when echo is set.
func (up *upstream) answering(echo bool) func(*schemas.Operation, http.ResponseWriter, *http.Request, []byte) {
	return func(op *schemas.Operation, w http.ResponseWriter, r *http.Request, body []byte) {
		value := up.birds.complete(op, up.url, echo)
		switch {
		case op.Name == "acquia_notification_get":
			value = map[string]any{
				"status": "completed", "progress": 100, "event": "Test", "label": "Label" + loose(up.birds, "label of a notification"),
				"description": "Done:" + loose(up.birds, "a notification"), "created_at": "2026-11-20T12:00:00+00:00",
			}
		case strings.HasSuffix(op.Path(), "/activities/{activityId}") && op.IsRead():
			if object, ok := value.(map[string]any); ok {
				maps.Copy(object, up.birds.activity(op))
			}
		}
		if object, ok := value.(map[string]any); ok && echo {
			got := songs(received(r, body))
			object["received"] = received(r, body)
			object["echo"] = map[string]any{"first": got, "summary": "changed from nothing to " + strings.Join(got, " and ")}
		}
		if op.ReturnsFile() {
			w.Header().Set("Content-Type", op.Returns)
			_, _ = fmt.Fprint(w, up.birds.at("file of %s", op.Name))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(encode(value))
	}
}

// refusing is a platform that says no to everything and repeats why, in one of the forms in which platforms do.
func (up *upstream) refusing() func(*schemas.Operation, http.ResponseWriter, *http.Request, []byte) {
	var count atomic.Int64 // a call can be followed while it is answered
	return func(op *schemas.Operation, w http.ResponseWriter, r *http.Request, body []byte) {
		n := count.Add(1)
		got := songs(received(r, body))
		text := "these are not valid: " + strings.Join(got, ", ") + "; request: " + received(r, body)
		if op.Platform == schemas.Virtuozzo {
			answer := map[string]any{"result": 3, "error": text, "response": map[string]any{"result": 3, "error": text}}
			if n%2 == 0 {
				answer = map[string]any{"result": 4109, "responses": []any{map[string]any{"result": 4109, "nodeid": 101, "errOut": text, "out": text}}}
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(encode(answer))
			return
		}
		switch n % 4 {
		case 0:
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprintf(w, "<html><title>%s</title></html>", text)
		case 1:
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(http.StatusConflict)
			_, _ = fmt.Fprint(w, text)
		case 2:
			problem(w, http.StatusUnprocessableEntity, map[string]any{"error": "validation_failed", "message": map[string]any{"value": text, "general": text}})
		default:
			problem(w, http.StatusBadRequest, map[string]any{
				"title": "Bad Request", "message": text, "code": strings.Join(got, ""),
				"detail": map[string]any{"value": []any{text}, strings.Join(append(got, "x"), ""): "unknown"},
			})
		}
	}
}

// jobLog answers like the log of an activity of Platform.sh, which is no operation: one record per line.
func (up *upstream) jobLog(w http.ResponseWriter) {
	for i := range 3 {
		message := loose(up.birds, fmt.Sprintf("line %d of the log of a job", i))
		_, _ = w.Write(encode(map[string]any{"_id": fmt.Sprint(i), "data": map[string]any{"message": message}}))
	}
	_, _ = w.Write(encode(map[string]any{"seal": true}))
}

func problem(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// tree builds a value from paths.
type tree struct {
	object map[string]any
	list   bool // the value is a list with one object
}

// put sets a key of the object at the path; a path goes through lists with [].
func (t *tree) put(path []string, key string, value any) {
	if t.object == nil {
		t.object = map[string]any{}
	}
	at := t.object
	for i, name := range path {
		name, isList := strings.CutSuffix(name, "[]")
		if name == "" && i == 0 {
			t.list = true
			continue
		}
		next, _ := at[name].(map[string]any)
		if list, ok := at[name].([]any); ok {
			next, _ = list[0].(map[string]any)
		}
		if next == nil {
			next = map[string]any{}
			if at[name] = any(next); isList {
				at[name] = []any{next}
			}
		}
		at = next
	}
	if _, taken := at[key]; !taken {
		at[key] = value
	}
}

func (t *tree) value() any {
	if t.object == nil {
		t.object = map[string]any{}
	}
	if t.list {
		return []any{t.object}
	}
	return t.object
}

// each visits the outer objects: the answer itself and the items of its lists.
func (t *tree) each(visit func(n int, object map[string]any)) {
	t.value()
	n := 0
	var items []map[string]any
	var look func(object map[string]any, depth int)
	look = func(object map[string]any, depth int) {
		items = append(items, object)
		for _, key := range slices.Sorted(maps.Keys(object)) { // in the same order every time
			v := object[key]
			if list, ok := v.([]any); ok && len(list) > 0 {
				if item, ok := list[0].(map[string]any); ok && depth < 2 {
					look(item, depth+1)
				}
			}
			if inner, ok := v.(map[string]any); ok && depth < 1 {
				look(inner, depth+1)
			}
		}
	}
	look(t.object, 0)
	for _, object := range items {
		n++
		visit(n, object)
	}
}
