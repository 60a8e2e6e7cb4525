package tools

import (
	"context"
	"strings"

	"paasmcp/apiclient"
	"paasmcp/internal/caller"
	"paasmcp/internal/legible"
	"paasmcp/internal/policy"
	"paasmcp/internal/secrets"
	"paasmcp/schemas"
)

// watching are the operations that read what a look at a job reads, by the beginning of the job's handle.
var watching = map[string]string{
	"activity":     "platformsh_project_activity_get",
	"subscription": "platformsh_subscription_get",
	"notification": "acquia_notification_get",
	"action":       "virtuozzo_action_get",
	"env":          "virtuozzo_environment_get",
}

// watched is the operation that reads what a look at a job reads, with its arguments as far as the handle tells; nil for a handle that
// is none of this platform's, which the platform's own error explains.
func (s *Service) watched(client *apiclient.Client, handle string) (*schemas.Operation, map[string]any) {
	kind, rest, _ := strings.Cut(handle, ":")
	op, ok := s.Catalog.Operation(watching[kind])
	if !ok || op.Platform != client.Account().Platform {
		return nil, nil
	}
	if kind == "env" {
		return op, map[string]any{"env_name": rest}
	}
	return op, map[string]any{}
}

// watch asks the policy about the read that a look at a job is, and writes the audit: who may not read the record of a change must
// not get at it by its job. A rule that wants reads confirmed does not stop a wait, which belongs to a change that was let through.
func (s *Service) watch(ctx context.Context, client *apiclient.Client, handle string, op *schemas.Operation, args map[string]any) (look, error) {
	verdict := policy.Verdict{Action: policy.Allow}
	if op != nil {
		from := caller.From(ctx)
		f := policy.FactsOf(op, args)
		f.Account, f.Principal, f.Transport, f.ReadOnly = client.Account().Name, from.Principal, from.Transport, s.ReadOnly
		verdict = s.Policy.Decide(f)
	}
	job := map[string]any{"job": shorten(legible.Line(secrets.MaskText(client.Account().Name+"/"+handle)), maxLogLine)}
	l, err := s.begin(ctx, client, waitName, job, verdict)
	if err != nil {
		return look{}, &RefusedError{Tool: waitName, Reason: "the audit could not be written, so nothing was asked: " + err.Error(), cause: err}
	}
	if verdict.Action != policy.Allow && verdict.Action != policy.Confirm {
		l.refuse(verdict.Reason)
		return look{}, &RefusedError{Tool: op.Name, Reason: verdict.Reason + " So its jobs cannot be looked at either." + allowedBy(verdict, op.Name)}
	}
	return l, nil
}
