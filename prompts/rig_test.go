package prompts_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/prompts"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// wire stands where the network would be. It answers by method and path, and remembers what reached it.
type wire struct {
	answers map[string]string // body by path
	hang    bool              // until the request is given up

	mu   sync.Mutex
	sent []string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	if strings.HasSuffix(r.URL.Path, "/token") {
		return respond(r, http.StatusOK, `{"access_token":"t","token_type":"bearer","expires_in":900}`), nil
	}
	w.mu.Lock()
	w.sent = append(w.sent, r.URL.Host+r.URL.Path)
	w.mu.Unlock()
	if w.hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	body, ok := w.answers[r.URL.Host+r.URL.Path]
	if !ok {
		return respond(r, http.StatusForbidden, `{"message":"s3cr3t detail of the platform","error":"forbidden"}`), nil
	}
	return respond(r, http.StatusOK, body), nil
}

func respond(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// take returns what reached the wire since the last time.
func (w *wire) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	sent := w.sent
	w.sent = nil
	return sent
}

// One account of each platform.
var accounts = []apiclient.Account{
	{Name: "work", Platform: schemas.Platformsh, Token: "t", APIURL: "https://psh.example.com", TokenURL: "https://psh.example.com/oauth2/token"},
	{
		Name: "cloud", Platform: schemas.Acquia, Key: "k", Secret: "s",
		APIURL: "https://acquia.example.com/api", TokenURL: "https://acquia.example.com/api/auth/oauth/token",
	},
	{Name: "vap", Platform: schemas.Virtuozzo, Token: "t", APIURL: "https://vap.example.com/1.0"},
}

func on(platforms ...schemas.Platform) []apiclient.Account {
	return slices.DeleteFunc(slices.Clone(accounts), func(a apiclient.Account) bool { return !slices.Contains(platforms, a.Platform) })
}

// rig is a server with prompts, without a transport.
type rig struct {
	t       *testing.T
	wire    *wire
	service *tools.Service
	mcp     *server.MCPServer
	audit   string
}

func newRig(t *testing.T, list []apiclient.Account, change ...func(*tools.Config)) *rig {
	t.Helper()
	r := &rig{t: t, wire: &wire{answers: map[string]string{}}, audit: filepath.Join(t.TempDir(), "audit.jsonl")}
	set, err := tools.NewAccounts(list, apiclient.Options{Transport: r.wire})
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := schemas.Open(nil, set.Platforms()...)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := approval.NewRandomSealer()
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(r.audit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	cfg := tools.Config{Catalog: catalog, Accounts: set, Policy: policy.Default(), Audit: log, Gate: approval.NewGate(sealer, new(approval.Once))}
	for _, c := range change {
		c(&cfg)
	}
	r.service = tools.NewService(cfg)
	if r.mcp, err = tools.NewServer(r.service, tools.Selection{Toolsets: []string{"none"}}, "test"); err != nil {
		t.Fatal(err)
	}
	prompts.Register(r.mcp, r.service)
	return r
}

// era is how a client of a protocol revision writes its requests.
type era struct {
	name string
	meta map[string]any
}

var eras = []era{
	{name: "2025-06-18"},
	{name: "2026-07-28", meta: map[string]any{
		"io.modelcontextprotocol/protocolVersion":    "2026-07-28",
		"io.modelcontextprotocol/clientInfo":         map[string]any{"name": "test", "version": "1"},
		"io.modelcontextprotocol/clientCapabilities": map[string]any{},
	}},
}

// send makes one request and decodes its result; the message of a protocol error comes back as text.
func (r *rig) send(e era, principal, method string, params map[string]any, into any) string {
	r.t.Helper()
	if params == nil {
		params = map[string]any{}
	}
	if e.meta != nil {
		params["_meta"] = e.meta
	}
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		r.t.Fatal(err)
	}
	ctx := caller.With(context.Background(), caller.Caller{Principal: principal, Transport: "stdio", ClientName: "test"})
	out, err := json.Marshal(r.mcp.HandleMessage(ctx, raw))
	if err != nil {
		r.t.Fatal(err)
	}
	var answer struct {
		Result json.RawMessage
		Error  *struct{ Message string }
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		r.t.Fatalf("%s: %v", out, err)
	}
	if answer.Error != nil {
		return answer.Error.Message
	}
	if err := json.Unmarshal(answer.Result, into); err != nil {
		r.t.Fatalf("%s: %v", answer.Result, err)
	}
	return ""
}

type listed struct {
	Prompts []struct {
		Name, Title, Description string
		Arguments                []struct {
			Name, Description string
			Required          bool
		}
	}
}

func (r *rig) list(e era) listed {
	r.t.Helper()
	var l listed
	if err := r.send(e, "local", "prompts/list", nil, &l); err != "" {
		r.t.Fatal(err)
	}
	return l
}

func (l listed) names() []string {
	var names []string
	for _, p := range l.Prompts {
		names = append(names, p.Name)
	}
	return names
}

// get returns the text of a prompt, or the message of the error.
func (r *rig) get(name string, args map[string]string) (text, failure string) {
	r.t.Helper()
	var got struct {
		Messages []struct {
			Role    string
			Content struct{ Type, Text string }
		}
	}
	if err := r.send(eras[1], "local", "prompts/get", map[string]any{"name": name, "arguments": args}, &got); err != "" {
		return "", err
	}
	if len(got.Messages) != 1 || got.Messages[0].Role != "user" || got.Messages[0].Content.Type != "text" {
		r.t.Fatalf("%s: %+v, want one text of the user", name, got)
	}
	return got.Messages[0].Content.Text, ""
}

type completion struct {
	Values  []string
	Total   int
	HasMore bool
}

func (r *rig) complete(principal, prompt, argument, typed string, given map[string]string) completion {
	r.t.Helper()
	var got struct{ Completion completion }
	params := map[string]any{
		"ref":      map[string]any{"type": "ref/prompt", "name": prompt},
		"argument": map[string]any{"name": argument, "value": typed},
		"context":  map[string]any{"arguments": given},
	}
	if err := r.send(eras[1], principal, "completion/complete", params, &got); err != "" {
		r.t.Fatalf("completion of %s: %s", argument, err)
	}
	if got.Completion.Values == nil {
		r.t.Fatalf("completion of %s: values is null, which clients do not load", argument)
	}
	return got.Completion
}
