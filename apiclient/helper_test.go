package apiclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

const apiToken = "api-token-of-the-test"

// fake is a platform: it hands out access tokens and answers everything else with a script. It counts what arrives.
type fake struct {
	answer func(n int, w http.ResponseWriter, r *http.Request) // n counts the calls from 1
	token  func(n int, w http.ResponseWriter, r *http.Request) // nil hands out token-1, token-2 … for 900 s

	mu     sync.Mutex
	calls  []string // "METHOD request-uri", as they stood on the wire
	tokens int
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	isToken := r.URL.Path == "/oauth2/token"
	if isToken {
		f.tokens++
	} else {
		f.calls = append(f.calls, r.Method+" "+r.RequestURI)
	}
	tokens, calls := f.tokens, len(f.calls)
	f.mu.Unlock()
	switch {
	case isToken && f.token != nil:
		f.token(tokens, w, r)
	case isToken:
		giveToken(w, tokens, 900)
	default:
		f.answer(calls, w, r)
	}
}

func (f *fake) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.calls...)
}

func (f *fake) exchanges() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tokens
}

func giveToken(w http.ResponseWriter, n, seconds int) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":%d,"token_type":"bearer"}`, n, seconds)
}

func giveJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, body)
}

// always answers every call with the same JSON.
func always(status int, body string) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, _ *http.Request) { giveJSON(w, status, body) }
}

// pipes is a network in memory. Unlike sockets it lets the clock of testing/synctest move on while both ends wait.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.done); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inMemory starts the fake inside a synctest bubble. stop must run before the bubble ends.
func inMemory(t *testing.T, f http.Handler, change func(*apiclient.Options, *http.Transport)) (*apiclient.Client, func()) {
	t.Helper()
	return inMemoryFor(t, platformshAccount, f, change)
}

// accountFor makes an account for the fake at an address.
type accountFor func(base string) apiclient.Account

func platformshAccount(base string) apiclient.Account {
	return apiclient.Account{Name: "test", Platform: schemas.Platformsh, Token: apiToken, APIURL: base, TokenURL: base + "/oauth2/token"}
}

func acquiaAccount(base string) apiclient.Account {
	return apiclient.Account{Name: "test", Platform: schemas.Acquia, Key: "key-of-the-test", Secret: apiToken, APIURL: base + "/api", TokenURL: base + "/oauth2/token"}
}

func inMemoryFor(t *testing.T, account accountFor, f http.Handler, change func(*apiclient.Options, *http.Transport)) (*apiclient.Client, func()) {
	t.Helper()
	network := newPipes()
	server := &http.Server{Handler: f}
	go server.Serve(network)
	transport := apiclient.NewTransport()
	transport.DialContext = network.dial
	options := apiclient.Options{Transport: transport}
	if change != nil {
		change(&options, transport)
	}
	return newClientFor(t, account("http://127.0.0.1"), options), func() {
		time.Sleep(time.Minute) // an exchange under way outlives its callers; it ends by its own timeout
		transport.CloseIdleConnections()
		server.Close()
	}
}

// onLoopback starts the fake as a real server.
func onLoopback(t *testing.T, f http.Handler, options apiclient.Options) *apiclient.Client {
	t.Helper()
	return onLoopbackFor(t, platformshAccount, f, options)
}

func onLoopbackFor(t *testing.T, account accountFor, f http.Handler, options apiclient.Options) *apiclient.Client {
	t.Helper()
	server := httptest.NewServer(f)
	transport := apiclient.NewTransport()
	options.Transport = transport
	t.Cleanup(func() { transport.CloseIdleConnections(); server.Close() })
	return newClientFor(t, account(server.URL), options)
}

func newTLSServer(t *testing.T, h http.Handler) string {
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func plainServer(t *testing.T) string {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func newClient(t testing.TB, base string, options apiclient.Options) *apiclient.Client {
	t.Helper()
	return newClientFor(t, platformshAccount(base), options)
}

func newClientFor(t testing.TB, account apiclient.Account, options apiclient.Options) *apiclient.Client {
	t.Helper()
	client, err := apiclient.New(account, options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// inProcess answers without a network, fast enough for fuzzing.
type inProcess struct{ http.Handler }

func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	r.RequestURI = r.URL.RequestURI()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

func fuzzClient(f *testing.F, h http.Handler) *apiclient.Client {
	return newClient(f, "http://127.0.0.1", apiclient.Options{Transport: inProcess{h}})
}

// row is a row of the catalogue with string parameters; "name:in" or "name:in:wire".
func row(call string, risk schemas.Risk, params ...string) *schemas.Operation {
	op := &schemas.Operation{Name: "platformsh_test_call", Platform: schemas.Platformsh, Call: call, Risk: []schemas.Risk{risk}}
	for _, p := range params {
		parts := strings.SplitN(p, ":", 3)
		param := schemas.Param{Name: parts[0], In: parts[1], Schema: schemas.Schema{Type: "string"}}
		if len(parts) == 3 {
			param.Wire = parts[2]
		}
		op.Params = append(op.Params, param)
	}
	return op
}

var (
	readRow   = row("GET /projects/{projectId}", schemas.Read, "project_id:path:projectId")
	changeRow = row("POST /projects/{projectId}/environments", schemas.Write, "project_id:path:projectId", "title:body")
	deleteRow = row("DELETE /projects/{projectId}", schemas.Write, "project_id:path:projectId")
)

// The same three calls of Acquia.
var (
	acquiaRead   = acquiaRow("GET /applications/{applicationUuid}", schemas.Read, "project_id:path:applicationUuid")
	acquiaChange = acquiaRow("POST /applications/{applicationUuid}/environments", schemas.Write, "project_id:path:applicationUuid", "title:body")
	acquiaDelete = acquiaRow("DELETE /applications/{applicationUuid}", schemas.Write, "project_id:path:applicationUuid")
)

func acquiaRow(call string, risk schemas.Risk, params ...string) *schemas.Operation {
	op := row(call, risk, params...)
	op.Name, op.Platform = "acquia_test_call", schemas.Acquia
	return op
}

func build(t testing.TB, op *schemas.Operation, args map[string]any) *apiclient.Request {
	t.Helper()
	r, err := apiclient.Build(op, args)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func send(t testing.TB, c *apiclient.Client, op *schemas.Operation, args map[string]any) (*apiclient.Result, error) {
	t.Helper()
	return c.Send(t.Context(), build(t, op, args), apiclient.Page{})
}

var project = map[string]any{"project_id": "p1"}

func asError(t testing.TB, err error) *apiclient.Error {
	t.Helper()
	var e *apiclient.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %T (%v), want *apiclient.Error", err, err)
	}
	return e
}

// mask is what stands in the place of a secret.
func mask(secret string) string {
	return fmt.Sprintf("•••• (%d characters)", utf8.RuneCountInString(secret))
}
