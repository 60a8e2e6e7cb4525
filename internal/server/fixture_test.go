package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/caller"
	"paasmcp/internal/server"
	"paasmcp/internal/testrig"
)

// fixture is an MCP server whose tools misbehave on demand.
type fixture struct {
	mcp     *mcpserver.MCPServer
	started chan string   // names of waiting tools, as they begin
	stopped chan string   // the same, when their context ended
	release chan struct{} // lets held tools go on
	log     *testrig.Transcript
}

const secret = "hunter2-in-a-panic"

func newFixture() *fixture {
	f := &fixture{
		mcp: mcpserver.NewMCPServer("fixture", "1.0.0",
			mcpserver.WithToolCapabilities(false), mcpserver.WithResourceCapabilities(false, false), mcpserver.WithPromptCapabilities(false)),
		started: make(chan string, 100), stopped: make(chan string, 100), release: make(chan struct{}),
		log: &testrig.Transcript{},
	}
	f.tool("echo", "Returns its arguments.", f.echo)
	f.tool("count", "Reports progress three times.", f.count)
	f.tool("confirm", "Asks before it acts.", f.confirm)
	f.tool("wait", "Waits until it is cancelled.", f.wait)
	f.tool("hold", "Waits until it is released.", f.hold)
	f.tool("panic", "Breaks.", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) { panic(secret) })
	f.tool("unencodable", "Returns what JSON cannot say.", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultStructured(map[string]any{"c": make(chan int)}, "x"), nil
	})
	f.tool("ask", "Asks without looking whether the client can.", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		a, err := f.mcp.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{
			Message: "Really?", RequestedSchema: json.RawMessage(`{"type":"object"}`),
		}})
		if err != nil {
			return nil, err
		}
		return mcp.NewToolResultText(string(a.Action)), nil
	})
	f.tool("linger", "Leaves a goroutine behind that still has something to say.", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		go func() {
			<-f.release
			if err := f.mcp.SendNotificationToClient(ctx, "notifications/late", nil); err != nil {
				f.stopped <- "linger"
			}
		}()
		return mcp.NewToolResultText("gone"), nil
	})
	f.tool("whoami", "Tells who calls.", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		b, err := json.Marshal(struct {
			caller.Caller
			caller.Asking
		}{caller.From(ctx), caller.Capabilities(ctx)})
		return mcp.NewToolResultText(string(b)), err
	})
	f.mcp.AddPrompt(mcp.NewPrompt("panic"), func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) { panic(secret) })
	f.mcp.AddResource(mcp.NewResource("test://panic", "panic"), func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) { panic(secret) })
	return f
}

func (f *fixture) tool(name, description string, h mcpserver.ToolHandlerFunc) {
	f.mcp.AddTool(mcp.NewToolWithRawSchema(name, description, json.RawMessage(`{"type":"object"}`)), h)
}

func (f *fixture) config() server.Config {
	return server.Config{MCP: f.mcp, Logger: slog.New(slog.NewTextHandler(f.log, nil)), Name: "fixture", Version: "1.0.0"}
}

func (f *fixture) echo(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	return mcp.NewToolResultText(string(r.Params.RawArguments)), nil
}

func (f *fixture) count(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	for i := 1; i <= 3; i++ {
		if r.Params.Meta == nil || r.Params.Meta.ProgressToken == nil {
			break
		}
		err := f.mcp.SendNotificationToClient(ctx, "notifications/progress", map[string]any{
			"progressToken": r.Params.Meta.ProgressToken, "progress": i, "total": 3,
		})
		if err != nil {
			return nil, err
		}
	}
	return mcp.NewToolResultText("counted"), nil
}

func (f *fixture) confirm(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	if a := mcpserver.ElicitationResponse(r.Params.InputResponses, "confirm"); a != nil {
		if r.Params.RequestState != "sealed" {
			return mcp.NewToolResultError("forged state"), nil
		}
		return mcp.NewToolResultText("the user said " + string(a.Action)), nil
	}
	if !caller.Capabilities(ctx).Form {
		return mcp.NewToolResultError("this client cannot ask its user"), nil
	}
	f.started <- "confirm"
	return mcpserver.NewInputRequestBuilder("sealed").Elicit("confirm", mcp.ElicitationParams{
		Message:         "Really?",
		RequestedSchema: json.RawMessage(`{"type":"object","properties":{"ok":{"type":"boolean"}}}`),
	}).ToolResult(), nil
}

func (f *fixture) wait(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	f.started <- "wait"
	<-ctx.Done()
	f.stopped <- "wait"
	return nil, errors.New("ended")
}

func (f *fixture) hold(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	f.started <- "hold"
	select {
	case <-f.release:
		return mcp.NewToolResultText("held " + string(r.Params.RawArguments)), nil
	case <-ctx.Done():
		f.stopped <- "hold"
		return nil, ctx.Err()
	}
}

// get is a message as the tests look at it.
type got struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result *struct {
		ResultType string `json:"resultType"`
		IsError    bool   `json:"isError"`
		Content    []struct {
			Text string `json:"text"`
		} `json:"content"`
	} `json:"result"`
	Error *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	raw string
}

func decode(t testing.TB, raw string) got {
	t.Helper()
	g := got{raw: raw}
	if err := json.Unmarshal([]byte(raw), &g); err != nil {
		t.Fatalf("server sent %q: %v", raw, err)
	}
	return g
}

func (g got) text() string {
	if g.Result == nil || len(g.Result.Content) == 0 {
		return ""
	}
	return g.Result.Content[0].Text
}

func (g got) code() int {
	if g.Error == nil {
		return 0
	}
	return g.Error.Code
}

// helloParams are the params of initialize.
func helloParams(revision, capabilities string) string {
	return `{"protocolVersion":"` + revision + `","capabilities":` + capabilities + `,"clientInfo":{"name":"test","version":"0.1"}}`
}

func rpc(id, method, params string) string {
	if params == "" {
		return `{"jsonrpc":"2.0","id":` + id + `,"method":"` + method + `"}`
	}
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"` + method + `","params":` + params + `}`
}

func toolCall(id, tool, arguments string) string {
	return rpc(id, "tools/call", `{"name":"`+tool+`","arguments":`+arguments+`}`)
}

const (
	formCaps = `{"elicitation":{}}`
	meta2026 = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"test","version":"0.1"},"io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}}}}`
)

func modernCall(id, tool, arguments string) string {
	return rpc(id, "tools/call", `{"name":"`+tool+`","arguments":`+arguments+`,`+meta2026+`}`)
}
