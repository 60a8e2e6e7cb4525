package tools

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/schemas"
)

type findInput struct {
	Query    string `json:"query" jsonschema_description:"what you need, in plain words"`
	Platform string `json:"platform,omitempty" jsonschema:"enum=platformsh,enum=acquia,enum=virtuozzo"`
	Limit    int    `json:"limit,omitempty" jsonschema_description:"default 8, most 50"`
}

// Found is one operation of a search.
type Found struct {
	Tool     string           `json:"tool"`
	Platform schemas.Platform `json:"platform"`
	Method   string           `json:"method"`
	Path     string           `json:"path"`
	Summary  string           `json:"summary"`
	Risk     []schemas.Risk   `json:"risk"`
	Required []string         `json:"required"`
}

// foundAnswer is the answer of paas_find.
type foundAnswer struct {
	Operations []Found `json:"operations"`
	Note       string  `json:"note,omitempty"`
}

const defaultFound = 8

const howToCall = "risk read: call with paas_read; any other: paas_write"

func (s *Service) findTool() server.ServerTool {
	return own(s, "paas_find", "Find an operation",
		"Find operations of "+called(s.Accounts.Platforms())+" hosting by need, best first. paas_describe shows how to call them.",
		hints(true, false, true), outputOf[foundAnswer]("operations"),
		func(_ context.Context, in findInput, _ mcp.CallToolParams) (*mcp.CallToolResult, error) {
			found, err := s.Find(in.Query, schemas.Platform(in.Platform), in.Limit)
			if err != nil {
				return failed(err), nil
			}
			answer := foundAnswer{Operations: found, Note: howToCall}
			switch present := s.Accounts.Platforms(); {
			case len(found) > 0:
			case len(present) == 0:
				answer.Note = NoAccounts
			case in.Platform != "" && !slices.Contains(present, schemas.Platform(in.Platform)):
				answer.Note = "no account for " + in.Platform + " is configured; there are accounts for " + joined(present)
			default:
				answer.Note = "nothing fits these words; name the resource (environment, backup, domain, variable, team …) and what to do with it"
			}
			return result(answer)
		})
}

// Find ranks the operations for a need in plain words.
func (s *Service) Find(query string, platform schemas.Platform, limit int) ([]Found, error) {
	if strings.TrimSpace(query) == "" {
		return nil, errors.New("paas_find: query is empty; say what you need, for example \"restore last night's backup\"")
	}
	if limit <= 0 {
		limit = defaultFound
	}
	limit = min(limit, 50)
	found := []Found{}
	// All matches are taken and cut here, so that the changes that a read-only server leaves out do not cost it answers.
	for _, m := range s.finder().Find(query, platform, len(s.Catalog.Rows())) {
		if len(found) == limit {
			break
		}
		if s.ReadOnly && !m.Row.IsRead() {
			continue
		}
		method, path, _ := strings.Cut(m.Row.Call, " ")
		f := Found{
			Tool: m.Row.Name, Platform: m.Row.Platform, Method: method, Path: path,
			Summary: m.Row.Summary, Risk: m.Row.Risk, Required: m.Row.Required,
		}
		if f.Required == nil {
			f.Required = []string{}
		}
		found = append(found, f)
	}
	return found, nil
}
