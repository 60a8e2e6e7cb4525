package tools

import (
	"context"
	"strings"

	"paasmcp/apiclient"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
)

// watching are the operations that read what a look at a job reads, by the beginning of the job's handle.
var watching = map[string]string{
	"activity":     "platformsh_project_activity_get",
	"subscription": "platformsh_subscription_get",
	"notification": "acquia_notification_get",
	"action":       "virtuozzo_action_get",
	"env":          "virtuozzo_environment_get",
}

// mayWatch asks the policy about the read that a look at a job is: who may not read the record of a change must not get at it by
// its job. A rule that wants reads confirmed does not stop a wait, which belongs to a change that was let through.
func (s *Service) mayWatch(ctx context.Context, client *apiclient.Client, handle string) error {
	kind, rest, _ := strings.Cut(handle, ":")
	op, ok := s.Catalog.Operation(watching[kind])
	if !ok || op.Platform != client.Account().Platform {
		return nil // no handle of this platform, which the platform's own error explains
	}
	args := map[string]any{}
	if kind == "env" {
		args["env_name"] = rest
	}
	from := caller.From(ctx)
	f := policy.FactsOf(op, args)
	f.Account, f.Principal, f.Transport, f.ReadOnly = client.Account().Name, from.Principal, from.Transport, s.ReadOnly
	if v := s.Policy.Decide(f); v.Action != policy.Allow && v.Action != policy.Confirm {
		return &RefusedError{Tool: op.Name, Reason: v.Reason + " So its jobs cannot be looked at either." + allowedBy(v, op.Name)}
	}
	return nil
}
