package canary_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"paasmcp/internal/simulator"
	"paasmcp/schemas"
)

// upstream is the three platforms as a server process meets them: simulators behind a hand that can change every answer.
type upstream struct {
	url   string
	birds *flock
	sim   *simulator.Simulator

	// answer is asked for every request but those for tokens, with the operation that the request belongs to. The simulator
	// answers when it is nil.
	answer func(op *schemas.Operation, w http.ResponseWriter, r *http.Request, body []byte)
	// change is given every JSON answer of the simulator.
	change func(op *schemas.Operation, place string, v any) any

	mu     sync.Mutex
	stray  []string        // requests that belong to no operation
	tokens map[string]bool // what was handed over as authorization
	open   map[string]bool // homes of canaries that were in an answer of the simulator
}

func newUpstream(t *testing.T) *upstream {
	t.Helper()
	up := &upstream{
		birds: &flock{}, tokens: map[string]bool{}, open: map[string]bool{},
		sim: simulator.New(simulator.Options{Speed: simulator.Instant, KeepRequests: -1, AcquiaRate: -1}),
	}
	listener := httptest.NewServer(up)
	t.Cleanup(listener.Close)
	up.url = listener.URL
	return up
}

func (up *upstream) credentials() []string {
	return []string{
		"TOKEN=" + simulator.PlatformshToken, "KEY=" + simulator.AcquiaKey, "SECRET=" + simulator.AcquiaSecret, "VZ=" + simulator.VirtuozzoToken,
	}
}

// publicUser is what every client of Platform.sh calls itself at the token address, without a password.
var publicUser = base64.StdEncoding.EncodeToString([]byte("platform-api-user:"))

// secrets are the credentials of the server itself: what it was given and what it got for that.
func (up *upstream) secrets() []string {
	up.mu.Lock()
	defer up.mu.Unlock()
	return append(slices.Collect(maps.Keys(up.tokens)), simulator.PlatformshToken, simulator.AcquiaKey, simulator.AcquiaSecret, simulator.VirtuozzoToken)
}

func (up *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	up.mu.Lock()
	if _, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); token != "" && token != publicUser {
		up.tokens[token] = true
	}
	op, signIn, jobLog := operationOf(r), strings.Contains(r.URL.Path, "/oauth"), strings.HasSuffix(r.URL.Path, "/log")
	if op == nil && !signIn && !jobLog {
		up.stray = append(up.stray, r.Method+" "+r.URL.Path)
	}
	up.mu.Unlock()
	if up.answer != nil && op == nil && jobLog {
		up.jobLog(w)
		return
	}
	if up.answer != nil && op != nil {
		up.answer(op, w, r, body)
		return
	}
	recorded := httptest.NewRecorder()
	up.sim.Handler().ServeHTTP(recorded, r)
	out := recorded.Body.Bytes()
	if up.change != nil && !signIn && recorded.Code < 300 {
		out = up.changed(op, r.URL.Path, out)
	}
	maps.Copy(w.Header(), recorded.Header())
	w.Header().Del("Content-Length")
	w.WriteHeader(recorded.Code)
	_, _ = w.Write(out)
}

func (up *upstream) changed(op *schemas.Operation, place string, body []byte) []byte {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return body
	}
	out := encode(up.change(op, place, v))
	homes, _ := up.birds.heard(string(out))
	up.mu.Lock()
	defer up.mu.Unlock()
	for _, home := range homes {
		up.open[home] = true
	}
	return out
}

func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // everything here was decoded from JSON or is made of maps, lists and texts
	}
	return b.Bytes()
}

// received is a request as a platform may repeat it: address and body, readable.
func received(r *http.Request, body []byte) string {
	text := r.Method + " " + r.URL.RequestURI() + " " + string(body)
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// songs are the canaries in a text, with what was put behind them to make them too long.
func songs(text string) []string { return whole.FindAllString(text, -1) }

var whole = regexp.MustCompile(song.String() + "x*")
