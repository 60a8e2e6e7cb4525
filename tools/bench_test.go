package tools_test

import (
	"testing"

	mcpgo "github.com/mark3labs/mcp-go/mcp"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// BenchmarkStart is what a start costs beyond the process itself: open the catalogue and register the tools.
func BenchmarkStart(b *testing.B) {
	for _, toolsets := range []string{"default", "all"} {
		b.Run(toolsets, func(b *testing.B) {
			for b.Loop() {
				catalog, err := schemas.Open(nil, schemas.Platformsh)
				if err != nil {
					b.Fatal(err)
				}
				accounts, err := tools.NewAccounts([]apiclient.Account{{Name: "a", Platform: schemas.Platformsh, Token: "t"}}, apiclient.Options{})
				if err != nil {
					b.Fatal(err)
				}
				s := tools.NewService(tools.Config{Catalog: catalog, Accounts: accounts, Policy: policy.Default()})
				if _, err := tools.NewServer(s, tools.Selection{Toolsets: []string{toolsets}}, "bench"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCall is one read call, from the message to the answer, against a wire that answers at once.
func BenchmarkCall(b *testing.B) {
	accounts, err := tools.NewAccounts([]apiclient.Account{{
		Name: "a", Platform: schemas.Platformsh, Token: "t", APIURL: "https://api.example.com", TokenURL: "https://api.example.com/oauth2/token",
	}}, apiclient.Options{Transport: &wire{}})
	if err != nil {
		b.Fatal(err)
	}
	s, err := service(accounts)
	if err != nil {
		b.Fatal(err)
	}
	mcp, err := tools.NewServer(s, tools.Selection{}, "bench")
	if err != nil {
		b.Fatal(err)
	}
	ctx := caller.With(b.Context(), caller.Caller{Principal: "local", Transport: "stdio"})
	message := []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"paas_read","arguments":{"tool":"platformsh_project_get","arguments":{"project_id":"abc123"}}}}`)
	for b.Loop() {
		if _, bad := mcp.HandleMessage(ctx, message).(mcpgo.JSONRPCError); bad {
			b.Fatal("the call failed")
		}
	}
}

func service(accounts *tools.Accounts) (*tools.Service, error) {
	catalog, err := schemas.Open(nil, schemas.Platformsh)
	if err != nil {
		return nil, err
	}
	sealer, err := approval.NewRandomSealer()
	if err != nil {
		return nil, err
	}
	log, err := audit.Open("")
	if err != nil {
		return nil, err
	}
	return tools.NewService(tools.Config{
		Catalog: catalog, Accounts: accounts, Policy: policy.Default(), Audit: log,
		Gate: approval.NewGate(sealer, new(approval.Once)),
	}), nil
}
