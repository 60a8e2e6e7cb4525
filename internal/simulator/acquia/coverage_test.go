package acquia_test

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/simulator/acquia"
	"paasmcp/internal/simulator/simtest"
)

type values = map[string]string

// seeded are the values of path parameters that exist in the demo data.
var seeded = values{
	"applicationUuid": acquia.AppPortal, "applicationId": acquia.AppPortal, "organizationUuid": acquia.Organization, "subscriptionUuid": acquia.Subscription,
	"subscriptionId": acquia.Subscription, "teamUuid": acquia.TeamDevelopers, "roleUuid": acquia.RoleDeveloper, "userUuid": acquia.UserCleo,
	"environmentId": acquia.EnvProd, "databaseName": acquia.DatabasePortal, "domain": acquia.PortalDomain, "cronId": acquia.SeedCron,
	"environmentVariableName": "APP_ENV", "logType": "apache-access", "logForwardingDestinationUuid": acquia.SeedDestination, "ideUuid": acquia.SeedIDE,
	"sshKeyUuid": acquia.SeedSSHKey, "tokenUuid": acquia.SeedToken, "agreementUuid": acquia.SeedAgreement, "messageUuid": acquia.SeedMessage,
	"notificationUuid": acquia.SeedFailedNotification, "shieldAclUuid": acquia.SeedShieldRule, "domainRegistrationUuid": acquia.SeedEmailDomain,
	"identityProviderUuid": acquia.SeedIdentityProvider, "configurationSetId": "custom-acme", "indexId": "ACME-24042.prod.portal", "apmType": "newrelic",
	"usageMetric": "views", "tagName": "Customer facing", "codebaseId": acquia.Codebase, "siteId": acquia.Site, "referenceName": "main",
	"bulkCodeSwitchId": "88888888-aaaa-4aaa-8aaa-000000000007", "privateNetworkId": acquia.PrivateNetwork, "vpnId": "1", "vpcPeerId": "1",
	"domainName": "campaign.prod.acquia-sites.com",
}

// sample is the sane input of one operation where the seeded parameters and an empty body are not enough.
type sample struct {
	params values
	query  string
	body   string
	before func(s *site) values // earlier calls; returns more parameters, also for {name} in query and body
}

// operation is a line of testdata/operations.txt: the call, its documented statuses, and what its answer is.
type operation struct {
	call, kind string
	statuses   []string
}

func operations(t *testing.T) []operation {
	t.Helper()
	data, err := os.ReadFile("testdata/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []operation
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		f := strings.Fields(line)
		out = append(out, operation{call: f[0] + " " + f[1], statuses: strings.Split(f[2], "|"), kind: f[3]})
	}
	return out
}

func TestEveryOperationAnswers(t *testing.T) {
	t.Parallel()
	all := operations(t)
	if len(all) != 350 {
		t.Fatalf("testdata/operations.txt has %d operations, want 350", len(all))
	}
	for _, op := range all {
		t.Run(op.call, func(t *testing.T) {
			t.Parallel()
			checkOperation(t, op)
		})
	}
	for call := range samples {
		if !slices.ContainsFunc(all, func(op operation) bool { return op.call == call }) {
			t.Errorf("there is a sample for %q, which is no operation", call)
		}
	}
}

func checkOperation(t *testing.T, op operation) {
	s := newSite(t)
	in := samples[op.call]
	with := maps.Clone(seeded)
	method, template, _ := strings.Cut(op.call, " ")
	if strings.Contains(template, "/site-instances/") || strings.HasPrefix(template, "/v3/") || strings.HasPrefix(template, "/codebases/") ||
		strings.HasSuffix(template, "/sites") || strings.HasSuffix(template, "/site-instances") {
		with["environmentId"] = acquia.MEOProd
	}
	maps.Copy(with, in.params)
	if in.before != nil {
		maps.Copy(with, in.before(s))
	}
	path := simtest.Fill(template, with, url.PathEscape)
	if strings.Contains(path, "{") {
		t.Fatalf("no value for a parameter of %s", path)
	}
	if in.query != "" {
		path += "?" + simtest.Fill(in.query, with, url.QueryEscape)
	}
	body := simtest.Fill(in.body, with, simtest.Plain)
	if method == "POST" && body == "" {
		body = "{}"
	}
	status, answer, header := s.Do(method+" "+path, body)
	if !slices.Contains(op.statuses, fmt.Sprint(status)) {
		t.Fatalf("%s %s: %d, want %v: %v", method, path, status, op.statuses, answer)
	}
	if header.Get("X-Request-Id") == "" {
		t.Errorf("%s: no X-Request-Id", path)
	}
	if op.kind == "redirect" {
		if header.Get("Location") == "" {
			t.Errorf("%s: no Location", path)
		}
		return
	}
	if op.kind == "file" {
		if unzip(t, answer) == "" {
			t.Errorf("%s: empty file", path)
		}
		return
	}
	d, ok := answer.(doc)
	if !ok || d["error"] != nil {
		t.Fatalf("%s: not an object, or an error: %v", path, answer)
	}
	checkAnswer(t, op, path, d)
}

func checkAnswer(t *testing.T, op operation, at string, d doc) {
	t.Helper()
	self, _ := path(d, "_links.self.href").(string)
	switch op.kind {
	case "list", "indexed", "numbered":
		list := items(t, d)
		if len(list) == 0 {
			t.Errorf("%s: no seeded items", at)
		}
		if d["total"] != float64(len(list)) {
			t.Errorf("%s: total %v of %d items", at, d["total"], len(list))
		}
		if !strings.HasPrefix(self, api+"/") {
			t.Errorf("%s: self is %q", at, self)
		}
		if p, paged := d["pagination"].(doc); op.kind != "list" && (!paged || p["limit"] == nil || p["total"] != d["total"]) {
			t.Errorf("%s: pagination is %v", at, d["pagination"])
		}
		if op.kind == "numbered" && path(d, "pagination.offset") != 1.0 {
			t.Errorf("%s: the first page is %v, want 1", at, path(d, "pagination.offset"))
		}
	case "object":
		if !strings.HasPrefix(self, api+"/") {
			t.Errorf("%s: self is %q", at, self)
		}
	case "notification":
		if href, _ := path(d, "_links.notification.href").(string); !strings.HasPrefix(href, api+"/notifications/") {
			t.Errorf("%s: no notification in %v", at, d)
		}
	case "message":
		if s, _ := d["message"].(string); s == "" {
			t.Errorf("%s: no message in %v", at, d)
		}
		if path(d, "_links.notification") != nil {
			t.Errorf("%s: a notification that the vendor does not have", at)
		}
	}
}
