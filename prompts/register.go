package prompts

import (
	"context"
	"slices"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/schemas"
	"paasmcp/tools"
)

// Register adds the workflows of the platforms that have an account to an MCP server, and completions of their arguments.
//
// A server starts for every conversation and most never ask for a prompt, so only the names are registered; the files are
// read when somebody lists, gets or completes. The filter is where mcp-go lets the rest be filled in.
func Register(s *server.MCPServer, service *tools.Service) {
	offers := sync.OnceValue(func() []*offer {
		workflows, err := Embedded()
		if err == nil {
			var list []*offer
			if list, err = offersOf(workflows, service); err == nil {
				return list
			}
		}
		service.Logger.Error("no prompts are offered", "error", err) // a test loads them, so this is a broken build
		return nil
	})
	server.WithPromptCapabilities(false)(s) // the list never changes during a session
	server.WithCompletions()(s)
	server.WithPromptCompletionProvider(&completer{service: service, offers: offers})(s)
	server.WithPromptFilter(func(_ context.Context, named []mcp.Prompt) []mcp.Prompt {
		var full []mcp.Prompt
		for _, p := range named {
			if o := find(offers(), p.Name); o != nil {
				full = append(full, o.prompt())
			}
		}
		return full
	})(s)
	for _, name := range embeddedNames() {
		s.AddPrompt(mcp.Prompt{Name: name}, func(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return find(offers(), name).get(ctx, r) // the filter lets only offered ones through
		})
	}
}

func find(offers []*offer, name string) *offer {
	if i := slices.IndexFunc(offers, func(o *offer) bool { return o.Name == name }); i >= 0 {
		return offers[i]
	}
	return nil
}

func offersOf(workflows []*Workflow, service *tools.Service) ([]*offer, error) {
	all := service.Catalog.Rows()
	rows := make(map[string]*schemas.Row, len(all))
	for i := range all {
		rows[all[i].Name] = &all[i]
	}
	present := service.Accounts.Platforms()
	var offers []*offer
	for _, w := range workflows {
		if w.Changes && service.ReadOnly {
			continue
		}
		o := &offer{Workflow: w, service: service}
		for _, p := range present {
			if !slices.Contains(w.Platforms, p) {
				continue
			}
			if err := w.check(rows, p); err != nil {
				return nil, err
			}
			o.platforms = append(o.platforms, p)
		}
		if len(o.platforms) > 0 {
			offers = append(offers, o)
		}
	}
	return offers, nil
}

func (o *offer) prompt() mcp.Prompt {
	p := mcp.Prompt{Name: o.Name, Title: o.Title, Description: o.Description}
	for _, a := range o.arguments() {
		p.Arguments = append(p.Arguments, mcp.PromptArgument{Name: a.Name, Description: a.Description, Required: a.Required})
	}
	return p
}

// get answers prompts/get. A missing argument is no error, not even a required one: people start prompts from menus that ask
// for nothing, and a model can ask for what is missing.
func (o *offer) get(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	text, err := o.render(ctx, r.Params.Arguments)
	if err != nil {
		return nil, err
	}
	return &mcp.GetPromptResult{
		Description: o.Description,
		Messages:    []mcp.PromptMessage{{Role: mcp.RoleUser, Content: mcp.NewTextContent(text)}},
	}, nil
}
