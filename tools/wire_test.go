package tools_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"paasmcp/internal/testrig"
	"paasmcp/schemas"
)

// wire stands where the network would be: it hands out tokens, answers everything else as if there were one of each thing and
// no lists, and remembers what reached it.
type wire struct {
	mu     sync.Mutex
	routes []route
	sent   []sent
	body   string // of the last request that changed something
	things map[string]any
	nodes  []any                         // of every environment: those of the examples, with all addresses of the examples
	tags   string                        // of every node: those of the examples
	known  map[string]*schemas.Operation // by host, method and path
	// special answers in place of the usual answer when it returns a body. It may block, or set a status.
	special func(op *schemas.Operation, r *http.Request) (status int, body string)
	header  http.Header // of the next special answers
}

// route is an operation as a server sees it.
type route struct {
	host   string
	method string
	path   *regexp.Regexp
	op     *schemas.Operation
}

// platformHosts are the platforms' addresses in the rig.
var platformHosts = map[schemas.Platform]string{
	schemas.Platformsh: "api.example.com", schemas.Acquia: "cloud.example.com", schemas.Virtuozzo: "app.example.com",
}

// sent is a request of an operation. Looks are the reads that the gate makes for its cards: no test wants them among the calls.
type sent struct {
	op, line string
	read     bool
}

func newWire(t testing.TB) *wire {
	catalog, err := schemas.Open([]schemas.Flag{schemas.Deprecated, schemas.Privileged}, schemas.Platforms()...)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{known: map[string]*schemas.Operation{}, things: map[string]any{
		"result": 0, "id": "x", "uuid": "x", "name": "thing", "title": "Thing", "type": "development", "status": "active",
		"flags": map[string]any{"production": false},
	}}
	for _, row := range catalog.Rows() {
		op, _ := catalog.Operation(row.Name)
		for name, id := range op.Example.Args {
			switch {
			case name == "node_group":
				w.nodes = append(w.nodes, map[string]any{"id": 1, "nodeGroup": id})
			case name == "node_type":
				w.nodes = append(w.nodes, map[string]any{"id": 1, "nodeType": id})
			case strings.HasSuffix(name, "node_id"):
				w.nodes = append(w.nodes, map[string]any{"id": id, "extIPs": []any{"203.0.113.10"}})
			}
		}
		if tag := op.Example.Args["tag"]; tag != nil && !strings.Contains(w.tags, tag.(string)) {
			w.tags = strings.TrimPrefix(w.tags+`,{"name":"`+tag.(string)+`"}`, ",")
		}
		template := regexp.MustCompile(`\\\{[^}]*\\\}`).ReplaceAllString(regexp.QuoteMeta(op.Path()), `[^/]*`)
		w.routes = append(w.routes, route{platformHosts[op.Platform], op.Method(), regexp.MustCompile(`^(/api|/1\.0)?` + template + `$`), op})
	}
	// The most literal first: /actions/x is not the thing called x.
	slices.SortStableFunc(w.routes, func(a, b route) int { return cmp.Compare(len(a.op.Holes()), len(b.op.Holes())) })
	return w
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var data []byte
	if r.Body != nil {
		data, _ = io.ReadAll(r.Body)
		_ = r.Body.Close()
		r.Body = io.NopCloser(bytes.NewReader(data)) // for special
	}
	status, body := http.StatusOK, testrig.Token
	if !strings.HasSuffix(r.URL.Path, "/token") {
		body = w.answer(r, string(data))
		if special := w.special; special != nil {
			if code, text := special(w.asks(r), r); text != "" {
				status, body = code, text
			}
		}
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	response := testrig.Respond(r, status, body)
	maps.Copy(response.Header, w.header)
	return response, nil
}

func (w *wire) answer(r *http.Request, body string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := sent{line: r.Method + " " + r.URL.EscapedPath()}
	answer := `{}`
	if op := w.operation(r); op != nil {
		if s.op, s.read = op.Name, op.IsRead(); s.read {
			answer = w.of(op, r, body)
		}
	}
	if !s.read {
		w.body = body
	}
	w.sent = append(w.sent, s)
	return answer
}

// asks is the operation that a request is of.
func (w *wire) asks(r *http.Request) *schemas.Operation {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.operation(r)
}

// operation finds whose request it is. Paths come again and again, and a thousand patterns are slow.
func (w *wire) operation(r *http.Request) *schemas.Operation {
	key := r.URL.Host + r.Method + r.URL.EscapedPath()
	op, known := w.known[key]
	if known {
		return op
	}
	for _, route := range w.routes {
		if route.host == r.URL.Host && route.method == r.Method && route.path.MatchString(r.URL.EscapedPath()) {
			op = route.op
			break
		}
	}
	if w.known == nil { // a wire that other transports are made of
		w.known = map[string]*schemas.Operation{}
	}
	w.known[key] = op
	return op
}

// of is the answer of a read. There is every environment that is asked for, and it is the one that was asked for.
func (w *wire) of(op *schemas.Operation, r *http.Request, body string) string {
	var answer any = w.things
	switch op.Name {
	case "platformsh_environment_get", "acquia_environment_get", "acquia_v3_environment_get":
		id := path.Base(r.URL.Path)
		one := maps.Clone(w.things)
		one["id"], one["name"], one["parent"] = id, id, "x"+id
		delete(one, "status") // in which nothing would be possible for some calls
		answer = one
	case "virtuozzo_environment_get":
		form, _ := url.ParseQuery(body)
		one := maps.Clone(w.things)
		one["env"], one["nodes"] = map[string]any{"envName": form.Get("envName"), "status": 1}, w.nodes
		answer = one
	}
	if op.Name == "virtuozzo_node_tag_list" {
		return `{"result":0,"array":[` + w.tags + `]}`
	}
	if op.List == "$" {
		answer = []any{}
	} else if op.List != "" {
		answer = []any{}
		keys := strings.Split(op.List, ".")
		for i := len(keys) - 1; i >= 0; i-- {
			answer = map[string]any{keys[i]: answer, "result": 0}
		}
	}
	data, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func (w *wire) lastBody() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.body
}

// take returns which changes reached the wire since the last time.
func (w *wire) take() []string { return w.taken(func(s sent) bool { return !s.read }) }

// takeOf returns the requests of one operation.
func (w *wire) takeOf(op string) []string { return w.taken(func(s sent) bool { return s.op == op }) }

func (w *wire) taken(which func(sent) bool) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var lines []string
	for _, s := range w.sent {
		if which(s) {
			lines = append(lines, s.line)
		}
	}
	w.sent = nil
	return lines
}
