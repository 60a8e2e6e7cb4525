package preview_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/policy"
	"paasmcp/internal/simulator/acquia"
	"paasmcp/schemas"
)

// acquiaIDs makes cards readable: ids of the demo become words.
var acquiaIDs = strings.NewReplacer(
	acquia.EnvProd, "PROD", acquia.EnvStage, "STAGE", acquia.EnvDev, "DEV", acquia.EnvDocs, "DOCS-PROD", acquia.AppPortal, "PORTAL",
	acquia.AppDocs, "DOCS",
	acquia.Organization, "ORG", acquia.Subscription, "SUB", acquia.UserBen, "BEN", acquia.UserAda, "ADA", acquia.UserCleo, "CLEO",
	acquia.TeamDevelopers, "DEVELOPERS",
	acquia.RoleDeveloper, "DEVELOPER", acquia.RoleLead, "LEAD", acquia.Codebase, "CODEBASE", acquia.MEOProd, "MEO-PROD", acquia.MEOStage,
	"MEO-STAGE", acquia.Site, "SITE",
	acquia.SpareSite, "SPARE", acquia.SeedCron, "CRON", acquia.SeedIDE, "IDE", acquia.SeedIdentityProvider, "IDP", acquia.SeedDestination, "DESTINATION",
	acquia.PrivateNetwork, "NETWORK", acquia.SeedToken, "TOKEN", acquia.SeedShieldRule, "RULE", acquia.SeedEmailDomain, "EMAIL",
	acquia.SeedSSHKey, "KEY",
	acquia.SeedAgreement, "AGREEMENT",
)

// TestAcquiaCards compares the card of every call about which a person is asked with testdata/acquia.txt, line by line. UPDATE=1
// writes the file anew; read the difference as somebody who has five seconds to decide.
func TestAcquiaCards(t *testing.T) {
	t.Parallel()
	const file = "testdata/acquia.txt"
	var cards strings.Builder
	inBubble(t, func(t *testing.T, r *rig) {
		time.Sleep(10 * time.Minute) // so that no age is just short of a full day
		for i, op := range r.writes(schemas.Acquia) {
			if i%10 == 9 {
				time.Sleep(time.Minute) // the platform admits 100 calls a minute
			}
			args := r.acquiaArgs(op)
			target, reader := r.look(op.Name, args)
			verdict := policy.Decide(policy.Facts{Operation: op, Risk: op.RiskFor(args), Environment: target.Kind.Environment})
			if verdict.Action != policy.Confirm {
				continue
			}
			kind := strings.TrimSpace(string(target.Kind.Environment) + " " + target.Kind.Name)
			fmt.Fprintf(&cards, "== %s: %d reads; %s; type %q\n", op.Name, len(reader.made), kind, target.Name)
			for _, l := range lines(target) {
				fmt.Fprintf(&cards, "%s\n", acquiaIDs.Replace(strings.ReplaceAll(l, "\n", "⏎")))
			}
		}
	})
	golden(t, file, cards.String())
}
