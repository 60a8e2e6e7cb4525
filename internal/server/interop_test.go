package server_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/server"
)

// yes is a user who agrees to everything.
type yes struct{}

func (yes) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{
		Action: mcp.ElicitationResponseActionAccept, Content: map[string]any{"ok": true},
	}}, nil
}

// TestClients drives every transport and revision with a real client, which the raw tests cannot stand in for: it picks
// the revision, follows the streams and answers questions its own way.
func TestClients(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"stdio", "http", "sse"} {
		for _, revision := range []string{"", "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"} {
			t.Run(name+" "+revision, func(t *testing.T) {
				t.Parallel()
				f := newFixture()
				options := []client.ClientOption{client.WithElicitationHandler(yes{})}
				if revision != "" {
					options = append(options, client.WithProtocolVersion(revision))
				}
				c := client.NewClient(dial(t, f, name), options...)
				t.Cleanup(func() { _ = c.Close() })
				if err := c.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				hello := mcp.InitializeRequest{}
				hello.Params.ProtocolVersion = revision
				hello.Params.ClientInfo = mcp.Implementation{Name: "interop", Version: "1"}
				if _, err := c.Initialize(t.Context(), hello); err != nil {
					t.Fatal(err)
				}
				if tools, err := c.ListTools(t.Context(), mcp.ListToolsRequest{}); err != nil || len(tools.Tools) != 10 {
					t.Errorf("ListTools = %v, %v", tools, err)
				}
				calls := map[string]string{"echo": `{"a":1}`, "count": "counted", "confirm": "the user said accept"}
				if name == "sse" && revision != "" && revision != "2026-07-28" {
					delete(calls, "confirm") // this client does not read the server's requests on /sse
				}
				for tool, want := range calls {
					r := mcp.CallToolRequest{}
					r.Params.Name, r.Params.Arguments = tool, map[string]any{"a": 1}
					result, err := c.CallTool(t.Context(), r)
					if err != nil {
						t.Errorf("%s: %v", tool, err)
						continue
					}
					if text, _ := result.Content[0].(mcp.TextContent); text.Text != want {
						t.Errorf("%s: %q, want %q", tool, text.Text, want)
					}
				}
			})
		}
	}
}

func dial(t *testing.T, f *fixture, name string) transport.Interface {
	t.Helper()
	var tr transport.Interface
	var err error
	switch name {
	case "stdio":
		serverIn, in := io.Pipe()
		out, serverOut := io.Pipe()
		go func() { _ = server.ServeStdio(t.Context(), f.config(), serverIn, serverOut) }()
		return transport.NewIO(out, in, io.NopCloser(strings.NewReader("")))
	case "http":
		tr, err = transport.NewStreamableHTTP(startWeb(t, f, server.ServeHTTP, f.config()).url + "/mcp")
	case "sse":
		tr, err = transport.NewSSE(startSSE(t, f, f.config()).url + "/sse")
	}
	if err != nil {
		t.Fatal(err)
	}
	return tr
}
