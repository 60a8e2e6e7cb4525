package tools

import (
	"context"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/caller"
)

// resourceCompleter suggests values of the variables of resource templates.
type resourceCompleter struct{ s *Service }

// CompleteResourceArgument implements the completion provider of mcp-go. The reference is the template as it was listed.
func (c *resourceCompleter) CompleteResourceArgument(
	ctx context.Context, uri string, arg mcp.CompleteArgument, given mcp.CompleteContext,
) (*mcp.Completion, error) {
	choices, more := c.choices(ctx, uri, arg.Name, given.Arguments)
	return Complete(choices, OneLine(arg.Value), more), nil
}

func (c *resourceCompleter) choices(ctx context.Context, uri, variable string, given map[string]string) (list []Choice, more bool) {
	if uri == operationForm && variable == "tool" {
		for _, row := range c.s.Catalog.Rows() {
			list = append(list, Choice{ID: row.Name, Labels: []string{strings.TrimPrefix(row.Name, string(row.Platform)+"_")}})
		}
		return list, false
	}
	if uri == jobForm && variable == "job" {
		return c.s.recent.of(caller.From(ctx).Principal), false
	}
	i := slices.IndexFunc(shelves, func(s shelf) bool { return accountForm+"/"+s.path == uri })
	if i < 0 {
		return nil, false
	}
	shelf := shelves[i]
	accounts := c.s.Accounts.Names(shelf.platform)
	switch {
	case variable == "account":
		for _, name := range accounts {
			list = append(list, Choice{ID: name})
		}
		return list, false
	case variable != shelf.variable || shelf.variable == "":
		return nil, false
	}
	account := given["account"]
	if account == "" && len(accounts) == 1 {
		account = accounts[0]
	}
	if !slices.Contains(accounts, account) {
		return nil, false // the id belongs to one account
	}
	return c.s.Suggest(ctx, shelf.platform, shelf.kind, account, nil)
}
