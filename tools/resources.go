package tools

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/legible"
	"paasmcp/schemas"
)

// What a client can look at without a tool call: the accounts and what is in them, jobs, the operations, the policy in
// force and the caller's own audit trail. All of it is JSON in the shape that tools answer in. What comes from a platform is
// read by [Service.Call], with the caller's rights; a read that the policy refuses or wants confirmed is refused here.
const (
	accountsURI     = "paas://accounts"
	accountForm     = "paas://accounts/{account}"
	operationsURI   = "paas://operations"
	operationForm   = "paas://operations/{tool}"
	jobForm         = "paas://jobs/{+job}" // a job has a slash and colons, which {job} would not match
	policyURI       = "paas://policy"
	auditURI        = "paas://audit"
	mimeJSON        = "application/json"
	mostAccountURIs = 20 // accounts whose resources are listed one by one; the templates serve all
)

// shelf is a kind of things that an account holds.
type shelf struct {
	platform schemas.Platform
	path     string // below the account, with {variables}
	title    string
	from     source
	variable string // of the path …
	kind     string // … and the kind of thing that it is an id of
}

var shelves = []shelf{
	{platform: schemas.Platformsh, path: "projects", title: "Projects", from: sources[schemas.Platformsh]["project"]},
	{
		platform: schemas.Platformsh, path: "projects/{project}/environments", title: "Environments of a project",
		from: sources[schemas.Platformsh]["environment"], variable: "project", kind: "project",
	},
	{platform: schemas.Acquia, path: "applications", title: "Applications", from: sources[schemas.Acquia]["project"]},
	{
		platform: schemas.Acquia, path: "applications/{application}/environments", title: "Environments of an application",
		from: sources[schemas.Acquia]["environment"], variable: "application", kind: "project",
	},
	{platform: schemas.Virtuozzo, path: "environments", title: "Environments", from: sources[schemas.Virtuozzo]["environment"]},
	{
		platform: schemas.Virtuozzo, path: "environments/{envName}", title: "An environment with its nodes",
		from: source{tool: "virtuozzo_environment_get", of: []parent{{"environment", "env_name"}}}, variable: "envName", kind: "environment",
	},
}

// reader makes the content of a resource. The variables of a template come decoded.
type reader func(ctx context.Context, variables map[string]string) (any, error)

// addResources offers the resources of the platforms that have an account.
func (s *Service) addResources(m *server.MCPServer) {
	server.WithCompletions()(m)
	server.WithResourceCompletionProvider(&resourceCompleter{s})(m)
	add := func(uri, name, title string, read reader) {
		m.AddResource(mcp.NewResource(uri, name, mcp.WithMIMEType(mimeJSON), mcp.WithResourceDescription(title)),
			func(ctx context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
				return s.content(ctx, r, read)
			})
	}
	addForm := func(form, title string, read reader) {
		m.AddResourceTemplate(mcp.NewResourceTemplate(form, title, mcp.WithTemplateMIMEType(mimeJSON)),
			func(ctx context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
				return s.content(ctx, r, read)
			})
	}
	add(accountsURI, "accounts", "The accounts and whether they work.", s.readAccounts)
	add(operationsURI, "operations", "All operations by toolset.", s.readOperations)
	add(policyURI, "policy", "The rules in force, in their order.", s.readPolicy)
	add(auditURI, "audit", "Your own last calls.", s.readAudit)
	addForm(operationForm, "An operation: arguments, risk, gate, example", s.readOperation)
	if len(s.Accounts.clients) > 0 {
		addForm(jobForm, "A job of a platform", s.readJob)
	}
	present := s.Accounts.Platforms()
	for _, shelf := range shelves {
		if !slices.Contains(present, shelf.platform) {
			continue
		}
		addForm(accountForm+"/"+shelf.path, shelf.title, func(ctx context.Context, v map[string]string) (any, error) {
			return s.readShelf(ctx, shelf, v)
		})
		for _, account := range s.Accounts.Names(shelf.platform) {
			if shelf.variable == "" && len(s.Accounts.clients) <= mostAccountURIs {
				add(accountsURI+"/"+account+"/"+shelf.path, shelf.path+" of "+account, shelf.title+" of account "+account+".",
					func(ctx context.Context, _ map[string]string) (any, error) {
						return s.readShelf(ctx, shelf, map[string]string{"account": account})
					})
			}
		}
	}
}

// content reads a resource. A panic ends the request only: outside of tools nobody else would catch it.
func (s *Service) content(ctx context.Context, r mcp.ReadResourceRequest, read reader) (list []mcp.ResourceContents, err error) {
	uri := r.Params.URI
	defer func() {
		if p := recover(); p != nil {
			s.Logger.Error("resource: panic", "panic", p, "stack", string(debug.Stack()))
			list, err = nil, errors.New("the server broke while it read this resource; its log says more")
		}
	}()
	variables := map[string]string{}
	for name, value := range r.Params.Arguments {
		values, _ := value.([]string)
		if len(values) != 1 || values[0] == "" || values[0] != OneLine(values[0]) || len(values[0]) > MaxValue {
			return nil, fmt.Errorf("%s: %s is empty or malformed; write the id as the list gives it, with / as %%2F", shorten(legible.Line(uri), 200), name)
		}
		variables[name] = values[0]
	}
	value, err := read(ctx, variables)
	if err != nil {
		return nil, errors.New(shorten(legible.Block(err.Error()), maxText))
	}
	text, err := compact(value)
	if err != nil {
		return nil, err
	}
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: uri, MIMEType: mimeJSON, Text: text}}, nil
}

func (s *Service) readAccounts(ctx context.Context, _ map[string]string) (any, error) {
	return s.accountsAnswer(ctx), nil
}

// readShelf lists what an account holds, or shows one thing of it.
func (s *Service) readShelf(ctx context.Context, shelf shelf, variables map[string]string) (any, error) {
	if _, err := s.Accounts.Pick(shelf.platform, variables["account"]); err != nil {
		return nil, err
	}
	outcome, err := s.readSource(ctx, shelf.from, variables["account"], []string{variables[shelf.variable]}, 0)
	if err != nil {
		return nil, err
	}
	answer := s.Present(outcome, View{})
	if answer.Next != "" {
		answer.Note = joinNotes(answer.Note, "more: paas_read "+shelf.from.tool+" with cursor")
	}
	return answer, nil
}

// readOperations is the table of contents: names only, since each is described at a URI of its own.
func (s *Service) readOperations(context.Context, map[string]string) (any, error) {
	index := map[string][]string{}
	for _, row := range s.Catalog.Rows() {
		if !s.ReadOnly || row.IsRead() {
			index[row.Toolset] = append(index[row.Toolset], row.Name)
		}
	}
	return struct {
		Toolsets map[string][]string `json:"toolsets"`
		Note     string              `json:"note"`
	}{index, "one operation: " + operationForm}, nil
}

func (s *Service) readOperation(ctx context.Context, variables map[string]string) (any, error) {
	return s.Describe(ctx, variables["tool"], "")
}

// readJob looks at a job once.
func (s *Service) readJob(ctx context.Context, variables map[string]string) (any, error) {
	job, done, failed, err := s.Wait(ctx, variables["job"], 0, nil)
	if err != nil {
		return nil, err
	}
	return waitAnswer{JobRef: job, Done: done, Failed: failed}, nil
}
