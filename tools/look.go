package tools

import (
	"context"
	"errors"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// look is something that a hand-written tool reads by requests that are no row's: where a host name is served, how a job is. It
// stands in the audit as one call of the tool, however many requests it takes.
type look struct {
	s       *Service
	tool    string
	id      audit.ID
	started time.Time
}

// begin writes the intent. Without it nothing may be asked.
func (s *Service) begin(ctx context.Context, client *apiclient.Client, tool string, args map[string]any, verdict policy.Verdict) (look, error) {
	from := caller.From(ctx)
	id, err := s.Audit.Intent(audit.Entry{
		Principal: from.Principal, Client: from.ClientName, ClientVersion: from.ClientVersion, Transport: from.Transport,
		Account: client.Account().Name, Platform: client.Account().Platform,
		Tool: tool, Args: args, Risk: []schemas.Risk{schemas.Read},
		Rule: verdict.Rule, Verdict: string(verdict.Action), Level: string(verdict.Level),
	})
	return look{s, tool, id, time.Now()}, err
}

// refuse writes that the policy did not let it through.
func (l look) refuse(reason string) { l.write(audit.Outcome{Status: audit.Refused, Kind: reason}) }

// end writes how it went.
func (l look) end(err error) {
	o := audit.Outcome{Status: audit.OK, DurationMS: time.Since(l.started).Milliseconds()}
	if err != nil {
		o.Status, o.Kind = audit.Failed, "error"
		if e := (*apiclient.Error)(nil); errors.As(err, &e) {
			o.Kind, o.RequestID = string(e.Kind), e.RequestID
		} else if errors.Is(err, context.Canceled) {
			o.Kind = string(apiclient.KindCanceled)
		}
	}
	l.write(o)
}

func (l look) write(o audit.Outcome) {
	if err := l.s.Audit.Outcome(l.id, o); err != nil {
		l.s.Logger.Error("audit: outcome not written", "tool", l.tool, "error", err)
	}
}
