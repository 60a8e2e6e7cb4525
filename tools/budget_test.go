package tools_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/mark3labs/mcp-go/server"
	"github.com/tiktoken-go/tokenizer"

	"paasmcp/apiclient"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// What the list of tools may cost a model, in o200k tokens of all that tools/list says about them, hints and output schemas
// included. It is sent with every request.
const (
	maxDefaultTokens = 4_000
	maxFinderTokens  = 1_500
	maxInstructions  = 1_500 // characters
)

// TestListTokens: whatever the accounts, the default list and the list without operations stay within their budgets.
func TestListTokens(t *testing.T) {
	t.Parallel()
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	for bits := range 8 {
		for _, each := range []int{1, 2} {
			for _, readOnly := range []bool{false, true} {
				s := serviceOf(t, bits, each, readOnly)
				name := fmt.Sprintf("%v, %d each, read-only %v", s.Accounts.Platforms(), each, readOnly)
				for toolset, most := range map[string]int{"default": maxDefaultTokens, "none": maxFinderTokens} {
					list, err := tools.List(s, tools.Selection{Toolsets: []string{toolset}})
					if err != nil {
						t.Fatal(err)
					}
					raw, err := json.Marshal(map[string]any{"tools": list})
					if err != nil {
						t.Fatal(err)
					}
					n, err := codec.Count(string(raw))
					if err != nil {
						t.Fatal(err)
					}
					t.Logf("%s: --toolsets %s: %d tools, %d tokens", name, toolset, len(list), n)
					if n > most {
						t.Errorf("%s: --toolsets %s: %d tokens, %d are allowed", name, toolset, n, most)
					}
				}
				srv, err := tools.NewServer(s, tools.Selection{}, "test")
				if err != nil {
					t.Fatal(err)
				}
				if text := instructionsOf(t, srv); len([]rune(text)) > maxInstructions || text == "" {
					t.Errorf("%s: the instructions have %d characters, %d are allowed", name, len([]rune(text)), maxInstructions)
				}
			}
		}
	}
}

// serviceOf is a service with so many accounts on each of the platforms that the bits name.
func serviceOf(t testing.TB, bits, each int, readOnly bool) *tools.Service {
	t.Helper()
	var list []apiclient.Account
	var platforms []schemas.Platform
	for i, p := range schemas.Platforms() {
		if bits&(1<<i) == 0 {
			continue
		}
		platforms = append(platforms, p)
		for n := range each {
			a := apiclient.Account{Name: fmt.Sprint(p, n), Platform: p}
			switch p {
			case schemas.Acquia:
				a.Key, a.Secret = "k", "s"
			case schemas.Virtuozzo:
				a.Token, a.APIURL = "t", "https://app.example.com/1.0"
			default:
				a.Token = "t"
			}
			list = append(list, a)
		}
	}
	catalog, err := schemas.Open(nil, platforms...)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := tools.NewAccounts(list, apiclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tools.NewService(tools.Config{Catalog: catalog, Accounts: accounts, Policy: policy.Default(), ReadOnly: readOnly})
}

// instructionsOf are what a server tells a model when a session starts.
func instructionsOf(t testing.TB, s *server.MCPServer) string {
	t.Helper()
	raw := json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`)
	out, err := json.Marshal(s.HandleMessage(t.Context(), raw))
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Result struct{ Instructions string } }
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return got.Result.Instructions
}
