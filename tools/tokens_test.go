package tools_test

import (
	"testing"

	"github.com/tiktoken-go/tokenizer"

	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/platformsh"
	"paasmcp/internal/tokens"
	"paasmcp/schemas"
)

// TestEstimateOnAnswers holds the estimate that decides what is too long against the tokenizer, on the answers of the simulated
// platforms: with the usual fields and with all. The budget of calls of Acquia leaves room for a part of its reads.
func TestEstimateOnAnswers(t *testing.T) {
	t.Parallel()
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	seeds := map[schemas.Platform]map[string]any{
		schemas.Platformsh: {"project_id": platformsh.ProjectShop, "environment_id": "main", "organization_id": platformsh.OrgAcme,
			"user_id": platformsh.UserAda, "subscription_id": platformsh.SubscriptionShop},
		schemas.Acquia: {"application_uuid": acquia.AppPortal, "environment_id": acquia.EnvProd, "organization_uuid": acquia.Organization,
			"subscription_uuid": acquia.Subscription},
		schemas.Virtuozzo: {"env_name": "shop", "node_id": 101, "path": "/var/log/nginx/error_log", "node_group": "cp"},
	}
	left := map[schemas.Platform]int{schemas.Platformsh: 200, schemas.Acquia: 60, schemas.Virtuozzo: 300}
	r, _ := locateRig(t, threePlatforms())
	answers, exactly, estimated := 0, 0, 0
	for _, op := range rows(t, r.Service) {
		args := map[string]any{}
		for _, name := range op.RequiredArguments() {
			if value, ok := seeds[op.Platform][name]; ok {
				args[name] = value
			}
		}
		if !op.IsRead() || op.ReturnsFile() || len(args) < len(op.RequiredArguments()) {
			continue
		}
		for _, fields := range []string{"", "*"} {
			if left[op.Platform]--; left[op.Platform] < 0 {
				continue
			}
			got := r.call(request{tool: "paas_read", args: map[string]any{"tool": op.Name, "arguments": args, "fields": fields}})
			text := got.text()
			if got.IsError || len(text) < 500 {
				continue
			}
			exact, err := codec.Count(text)
			if err != nil {
				t.Fatal(err)
			}
			estimate := tokens.Estimate(text)
			if ratio := float64(estimate) / float64(exact); ratio < 0.8 || ratio > 1.35 { // an answer can be a certificate, which is base64
				t.Errorf("%s, fields %q: estimated %d, exactly %d: %.2f", op.Name, fields, estimate, exact, ratio)
			}
			answers, exactly, estimated = answers+1, exactly+exact, estimated+estimate
		}
	}
	if ratio := float64(estimated) / float64(exactly); answers < 100 || ratio < 1 || ratio > 1.2 {
		t.Errorf("%d answers, estimated %d, exactly %d: %.2f", answers, estimated, exactly, ratio)
	}
	t.Logf("%d answers: estimated %d tokens, exactly %d", answers, estimated, exactly)
}
