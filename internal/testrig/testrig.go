// Package testrig puts a whole server together in the process of a test, without a transport and without a network.
package testrig

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// Options say what the server is made of. The catalogue is that of the platforms with an account; the policy is the default.
type Options struct {
	Accounts  []apiclient.Account
	Transport http.RoundTripper // stands where the network would be
	Include   []schemas.Flag
	Toolsets  string                // of --toolsets
	Change    []func(*tools.Config) // made last
}

// Rig is a server.
type Rig struct {
	Service *tools.Service
	MCP     *server.MCPServer
	Audit   string // file of the audit trail
}

// New makes a server that ends with the test.
func New(t testing.TB, o Options) *Rig {
	t.Helper()
	r := &Rig{Audit: filepath.Join(t.TempDir(), "audit.jsonl")}
	accounts, err := tools.NewAccounts(o.Accounts, apiclient.Options{Transport: o.Transport})
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := schemas.Open(o.Include, accounts.Platforms()...)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := approval.NewRandomSealer()
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(r.Audit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	cfg := tools.Config{
		Catalog: catalog, Accounts: accounts, Policy: policy.Default(), Audit: log,
		Gate: approval.NewGate(sealer, new(approval.Once)),
	}
	for _, change := range o.Change {
		change(&cfg)
	}
	r.Service = tools.NewService(cfg)
	if r.MCP, err = tools.NewServer(r.Service, tools.Selection{Toolsets: []string{o.Toolsets}}, "test"); err != nil {
		t.Fatal(err)
	}
	return r
}

// Send makes one request of somebody and returns its result, or the message of a protocol error.
func (r *Rig) Send(t testing.TB, who caller.Caller, method string, params map[string]any) (json.RawMessage, string) {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(r.MCP.HandleMessage(caller.With(context.Background(), who), raw))
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Result json.RawMessage
		Error  *struct{ Message string }
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	if answer.Error != nil {
		return nil, answer.Error.Message
	}
	return answer.Result, ""
}

// Token is the answer of a token endpoint.
const Token = `{"access_token":"t","token_type":"bearer","expires_in":900}`

// Respond is an answer of JSON, for a transport.
func Respond(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// Meta is the _meta of a request of revision 2026-07-28, in which a client says what it can do.
func Meta(capabilities map[string]any) map[string]any {
	return map[string]any{
		"io.modelcontextprotocol/protocolVersion":    "2026-07-28",
		"io.modelcontextprotocol/clientInfo":         map[string]any{"name": "test", "version": "1"},
		"io.modelcontextprotocol/clientCapabilities": capabilities,
	}
}
