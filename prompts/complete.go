package prompts

import (
	"context"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/schemas"
	"paasmcp/tools"
)

// completer suggests values of arguments.
type completer struct {
	service *tools.Service
	offers  func() []*offer
}

// CompletePromptArgument implements the completion provider of mcp-go.
func (c *completer) CompletePromptArgument(
	ctx context.Context, prompt string, arg mcp.CompleteArgument, given mcp.CompleteContext,
) (*mcp.Completion, error) {
	none := &mcp.Completion{Values: []string{}}
	o := find(c.offers(), prompt)
	if o == nil {
		return none, nil
	}
	values := map[string]string{}
	for name, value := range given.Arguments {
		if value = tools.OneLine(value); utf8.RuneCountInString(value) <= tools.MaxValue {
			values[name] = value
		}
	}
	delete(values, arg.Name)
	platforms, err := o.narrow(values)
	if err != nil {
		return none, nil
	}
	choices, more := c.choices(ctx, o, arg.Name, values, platforms)
	return tools.Complete(choices, tools.OneLine(arg.Value), more), nil
}

// choices lists every value of an argument. Where the platform is still open, each is asked, side by side.
func (c *completer) choices(
	ctx context.Context, o *offer, argument string, values map[string]string, platforms []schemas.Platform,
) (all []tools.Choice, more bool) {
	switch argument {
	case argPlatform:
		for _, p := range platforms {
			all = append(all, tools.Choice{ID: string(p), Labels: []string{headings[p]}})
		}
		return all, false
	case argAccount:
		for _, p := range platforms {
			for _, name := range c.service.Accounts.Names(p) {
				all = append(all, tools.Choice{ID: name})
			}
		}
		return all, false
	}
	a, ok := o.argument(argument)
	if !ok {
		return nil, false
	}
	type answer struct {
		choices []tools.Choice
		more    bool
	}
	given := o.given(values)
	lists := make([]answer, len(platforms))
	var asked sync.WaitGroup
	for i, p := range platforms {
		if slices.Contains(a.Platforms, p) {
			asked.Go(func() {
				lists[i].choices, lists[i].more = c.service.Suggest(ctx, p, a.Complete, values[argAccount], given)
			})
		}
	}
	asked.Wait()
	for _, list := range lists {
		all, more = append(all, list.choices...), more || list.more
	}
	return all, more
}

// given are the ids among the values of arguments, by the kind of thing. Of two environments it is the first.
func (o *offer) given(values map[string]string) map[string]string {
	ids := map[string]string{}
	for _, a := range o.Arguments {
		if value := values[a.Name]; value != "" && a.Complete != "" && ids[a.Complete] == "" {
			ids[a.Complete] = value
		}
	}
	return ids
}
