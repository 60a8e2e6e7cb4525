package tools

import (
	"context"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/schemas"
)

type accountsInput struct{}

// accountsAnswer is the answer of paas_accounts.
type accountsAnswer struct {
	Accounts []AccountState `json:"accounts"`
	Note     string         `json:"note,omitempty"`
}

// AccountState is an account and whether it works, without anything secret.
type AccountState struct {
	Account    string           `json:"account"`
	Platform   schemas.Platform `json:"platform"`
	API        string           `json:"api"`
	OK         bool             `json:"ok"`
	Error      string           `json:"error,omitempty"`
	Expires    string           `json:"token_expires,omitempty"`
	CallsLeft  *int             `json:"calls_left,omitempty"` // this minute, where the platform counts
	Operations int              `json:"operations"`
}

// healthTimeout bounds the look at all accounts together: one platform that does not answer must not hide the others.
const healthTimeout = 10 * time.Second

func (s *Service) accountsTool() server.ServerTool {
	return own(s, "paas_accounts", "List accounts",
		"List the hosting accounts and whether their credentials work.",
		hints(true, false, true), outputOf[accountsAnswer]("accounts"),
		func(ctx context.Context, _ accountsInput, _ mcp.CallToolParams) (*mcp.CallToolResult, error) {
			return result(s.accountsAnswer(ctx))
		})
}

func (s *Service) accountsAnswer(ctx context.Context) accountsAnswer {
	answer := accountsAnswer{Accounts: s.AccountStates(ctx)}
	if len(answer.Accounts) == 0 {
		answer.Note = NoAccounts
	}
	return answer
}

// NoAccounts is what a server without accounts tells its users.
const NoAccounts = "no account is configured: set PLATFORMSH_CLI_TOKEN (or UPSUN_CLI_TOKEN), ACLI_KEY and ACLI_SECRET, or VIRTUOZZO_TOKEN and VIRTUOZZO_API_URL; " +
	"or start the server with --accounts FILE, or with --demo to try it without any"

// AccountStates asks all accounts at once for a token.
func (s *Service) AccountStates(ctx context.Context) []AccountState {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	counts := map[schemas.Platform]int{}
	for _, row := range s.Catalog.Rows() {
		counts[row.Platform]++
	}
	states := make([]AccountState, len(s.Accounts.clients))
	var all sync.WaitGroup
	for i, c := range s.Accounts.clients {
		all.Go(func() {
			a := c.Account()
			state := AccountState{Account: a.Name, Platform: a.Platform, API: a.APIURL, Operations: counts[a.Platform]}
			health, err := c.Health(ctx)
			if health.CallsLeft >= 0 {
				state.CallsLeft = &health.CallsLeft
			}
			if state.OK = err == nil; err != nil {
				state.Error = err.Error()
			} else if !health.Expires.IsZero() {
				state.Expires = health.Expires.UTC().Format(time.RFC3339)
			}
			states[i] = state
		})
	}
	all.Wait()
	return states
}
