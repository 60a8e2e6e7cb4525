package tools

import (
	"context"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/legible"
	"paasmcp/internal/secrets"
)

// maxName bounds a name that a caller made up, in characters.
const maxName = 120

// reject answers a call that was refused before it came to the gate, and leaves a trace of it.
func (s *Service) reject(ctx context.Context, call Call, why error) *mcp.CallToolResult {
	err := fmt.Errorf("%s: %w", call.Tool, why)
	s.turnedAway(ctx, call, err)
	return failed(err)
}

// turnedAway records a call that was refused before the gate: who tried what is worth knowing even when it could not have worked.
// What the catalogue does not know as an argument is masked, since nobody says what is secret in it.
func (s *Service) turnedAway(ctx context.Context, call Call, why error) {
	if !s.Audit.Records() {
		return
	}
	from := caller.From(ctx)
	e := audit.Entry{
		Principal: from.Principal, Client: from.ClientName, ClientVersion: from.ClientVersion, Transport: from.Transport,
		Account: shorten(legible.Line(call.Account), maxName), Tool: shorten(legible.Line(call.Tool), maxName), Args: map[string]any{},
	}
	op, known := s.Catalog.Operation(call.Tool)
	masked := map[string]any{}
	if known {
		e.Platform, e.Operation, e.Risk = op.Platform, op.Call, op.Risk
		if client, err := s.Accounts.Pick(op.Platform, call.Account); err == nil {
			e.Account = client.Account().Name
		}
		masker := s.maskers.of(op, op.SecretsFor(call.Args))
		masked, _ = masker.Knowing(masker.Values(call.Args)).Mask(call.Args).(map[string]any)
	}
	for name, value := range call.Args {
		e.Args[name] = secrets.Hide(value)
		if known {
			if _, ok := op.Param(name); ok {
				e.Args[name] = masked[name]
			}
		}
	}
	s.recordRefusal(e, why.Error())
}

func (s *Service) recordRefusal(e audit.Entry, reason string) {
	if err := s.Audit.Refuse(e, reason); err != nil {
		s.Logger.Error("audit: refusal not written", "tool", e.Tool, "error", err)
	}
}
