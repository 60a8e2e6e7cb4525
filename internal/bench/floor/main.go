// Command floor is the least an MCP server can be on this library: a list of tools whose handler makes one HTTP GET. The
// benchmark measures paas-mcp against it, because a ratio within one run holds where a time on one machine does not.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func main() {
	count := flag.Int("tools", 26, "how many tools")
	size := flag.Int("size", 600, "bytes of one tool in the list")
	upstream := flag.String("upstream", "", "what a call gets")
	listen := flag.String("http", "", "serve Streamable HTTP here in place of stdio")
	flag.Parse()

	s := server.NewMCPServer("floor", "1", server.WithToolCapabilities(false))
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	client := &http.Client{Transport: transport}
	handler := func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, *upstream, http.NoBody)
		if err != nil {
			return nil, err
		}
		response, err := client.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return nil, err
		}
		return mcp.NewToolResultText(string(body)), nil
	}
	for i := range *count {
		name := fmt.Sprintf("tool_%03d", i)
		s.AddTool(mcp.NewToolWithRawSchema(name, "Gets one thing.", schema(*size)), handler)
	}
	if *listen == "" {
		if err := server.ServeStdio(s); err != nil {
			log.Fatal(err)
		}
		return
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("http://" + listener.Addr().String() + "/mcp")
	mux := http.NewServeMux()
	mux.Handle("/mcp", server.NewStreamableHTTPServer(s))
	log.Fatal((&http.Server{Handler: mux}).Serve(listener))
}

// schema is an input schema that makes its tool about size bytes long.
func schema(size int) json.RawMessage {
	const frame = 260 // the tool around it
	properties := map[string]any{"id": map[string]any{"type": "string"}}
	for n := 0; n*70 < size-frame; n++ {
		properties[fmt.Sprintf("property_%02d", n)] = map[string]any{"type": "string", "description": strings.Repeat("d", 20)}
	}
	raw, err := json.Marshal(map[string]any{"type": "object", "properties": properties, "required": []string{"id"}, "additionalProperties": false})
	if err != nil {
		log.Fatal(err)
	}
	return raw
}
