package platformsh_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 uses SHA-1
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"maps"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator/platformsh"
	"paasmcp/internal/simulator/simtest"
)

// listKeys says where the documented lists sit in the answer; $ is an answer that is the list. Other answers are
// objects.
var listKeys = map[string]string{
	"GET /plans": "plans", "GET /profiles": "profiles", "GET /tickets": "tickets", "GET /regions": "regions", "GET /locate": "projects",
	"GET /organizations/{organization_id}/vouchers":                "vouchers",
	"GET /organizations/{organization_id}/prepayment/transactions": "transactions",
}

// itemLists answer {"items": […]}, plainLists are arrays.
const itemLists = `/teams /teams/{team_id}/members /users/{user_id}/extended-access /users/{user_id}/teams /users/{user_id}/organizations
	/organizations /organizations/{organization_id}/members /organizations/{organization_id}/invoices /organizations/{organization_id}/orders
	/organizations/{organization_id}/records/plan /organizations/{organization_id}/records/usage /organizations/{organization_id}/discounts
	/organizations/{organization_id}/projects /organizations/{organization_id}/subscriptions /organizations/{organization_id}/regions
	/projects/{project_id}/team-access /projects/{project_id}/user-access /users/{user_id}/project-access /teams/{team_id}/project-access`

const plainLists = `/tickets/priority /tickets/category /organizations/{organization_id}/invitations /projects/{project_id}/invitations
	/users/{user_id}/api-tokens /users/{user_id}/connections /projects/{projectId}/activities /projects/{projectId}/certificates
	/projects/{projectId}/deployments /projects/{projectId}/domains /projects/{projectId}/environment-types /projects/{projectId}/environments
	/projects/{projectId}/environments/{environmentId}/activities /projects/{projectId}/environments/{environmentId}/backups
	/projects/{projectId}/environments/{environmentId}/deployments /projects/{projectId}/environments/{environmentId}/domains
	/projects/{projectId}/environments/{environmentId}/routes /projects/{projectId}/environments/{environmentId}/source-operations
	/projects/{projectId}/environments/{environmentId}/variables /projects/{projectId}/environments/{environmentId}/versions
	/projects/{projectId}/git/refs /projects/{projectId}/integrations /projects/{projectId}/provisioners /projects/{projectId}/variables
	/projects/{projectId}/access /projects/{projectId}/environment-types/{environmentTypeId}/access`

func listKey(call string) string {
	method, path, _ := strings.Cut(call, " ")
	for _, p := range strings.Fields(itemLists) {
		if method == "GET" && p == path {
			return "items"
		}
	}
	for _, p := range strings.Fields(plainLists) {
		if method == "GET" && p == path {
			return "$"
		}
	}
	return listKeys[call]
}

// seeded are the values of path parameters that exist in the demo data.
var seeded = map[string]string{
	"projectId": platformsh.ProjectShop, "project_id": platformsh.ProjectShop, "environmentId": "main", "environmentTypeId": "development",
	"organization_id": platformsh.OrgAcme, "subscriptionId": platformsh.SubscriptionShop, "subscription_id": platformsh.SubscriptionShop,
	"user_id": platformsh.UserAda, "userId": platformsh.UserAda, "uuid": platformsh.UserAda, "team_id": platformsh.TeamDevelopers,
	"email": "ben@acme.example", "username": "ben", "provider": "github", "token_id": "aaaaaaaa-0002-4000-8000-000000000002",
	"activityId": platformsh.SeedFailedActivity, "certificateId": platformsh.SeedCertificate, "backupId": platformsh.SeedBackup,
	"domainId": "shop.example.com", "deploymentId": "current", "deploymentTargetConfigurationId": "local", "routeId": "https://{default}/",
	"integrationId": platformsh.SeedIntegration, "certificateProvisionerDocumentId": "letsencrypt", "versionId": "current",
	"variableId": "env:MAILER_DSN", "projectVariableId": "env:APP_ENV", "repositoryRefId": "heads/main", "region_id": "eu-5.platform.sh",
	"projectAccessId": platformsh.UserAda, "environmentTypeAccessId": platformsh.UserBen,
}

// sample is the sane input of one operation where the seeded parameters and an empty body are not enough.
type sample struct {
	params map[string]string
	query  string
	body   string
	media  string                          // content type of the body; JSON when empty
	before func(s *site) map[string]string // earlier calls; returns more parameters, also for {name} in query and body
}

func TestEveryOperationAnswers(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	calls := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(calls) != 252 {
		t.Fatalf("testdata/operations.txt has %d operations, want 252", len(calls))
	}
	known := map[string]bool{}
	for _, call := range calls {
		known[call] = true
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			checkOperation(t, call)
		})
	}
	for call := range samples {
		if !known[call] {
			t.Errorf("there is a sample for %q, which is no operation", call)
		}
	}
}

func checkOperation(t *testing.T, call string) {
	s := newSite(t)
	in := samples[call]
	values := maps.Clone(seeded)
	maps.Copy(values, in.params)
	if in.before != nil {
		maps.Copy(values, in.before(s))
	}
	method, path, _ := strings.Cut(call, " ")
	path = simtest.Fill(path, values, url.PathEscape)
	if strings.Contains(path, "{") {
		t.Fatalf("no value for a parameter of %s", path)
	}
	if in.query != "" {
		path += "?" + simtest.Fill(in.query, values, simtest.Plain)
	}
	s.Media = in.media
	status, answer, header := s.Do(method+" "+path, simtest.Fill(in.body, values, simtest.Plain))
	if status < 200 || status > 299 {
		t.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	if status == 204 {
		return
	}
	if ct := header.Get("Content-Type"); ct == "application/pdf" {
		return
	}
	list := answer
	key := listKey(call)
	if key != "" && key != "$" {
		list = answer.(doc)[key]
	}
	if items, ok := list.([]any); key != "" && (!ok || len(items) == 0) {
		t.Fatalf("%s: no list with seeded items under %s in %v", path, key, answer)
	}
	if _, ok := answer.(doc); key == "" && !ok {
		t.Fatalf("%s: not an object: %v", path, answer)
	}
}

// totpNow is the passcode of RFC 6238 for a secret.
func totpNow(t *testing.T, secret string, now time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(now.Unix()/30)))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1000000)
}

// firstOf takes an id from a list: the field of its first item, as the parameter.
func firstOf(path, list, field, param string) func(*site) map[string]string {
	return func(s *site) map[string]string {
		s.T.Helper()
		items := s.Get(path)[list].([]any)
		return map[string]string{param: fmt.Sprint(items[0].(doc)[field])}
	}
}
