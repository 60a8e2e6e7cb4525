package acquia_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"paasmcp/internal/simulator/acquia"
)

const (
	anyEnv  = " /environments/{environmentId}"
	anyApp  = " /applications/{applicationUuid}"
	anyOrg  = " /organizations/{organizationUuid}"
	anySub  = " /subscriptions/{subscriptionUuid}"
	anySite = " /site-instances/{siteId}.{environmentId}"
	anyNet  = " /private-networks/{privateNetworkId}"
	tagBody = `{"tags":[{"name":"Dev","color":"orange"}],"context":{"application":{"uuids":["{applicationUuid}"]}}}`
	vpnBody = `{"name":"branch","gateway_ip":"192.0.2.9","routes":["192.0.3.0/24"]}`
)

func on(env string) values { return values{"environmentId": env} }

// samples is the sane input of the operations that need some.
var samples = map[string]sample{
	"GET /account/applications/{applicationUuid}/has-permission":          {query: "permission=deploy%20to%20prod"},
	"GET /account/teams/{teamUuid}/has-permission":                        {query: "permission=administer%20team"},
	"GET /account/drush-aliases/download":                                 {query: "version=9"},
	"POST /account/applications/{applicationUuid}/actions/unstar":         {params: values{"applicationUuid": acquia.AppDocs}},
	"POST /account/password":                                              {body: `{"password":"x"}`},
	"POST /account/ssh-keys":                                              {body: `{"label":"Desk","public_key":"ssh-rsa AAAAB3NzaNew ada@acme.example"}`},
	"POST /account/tokens":                                                {body: `{"label":"CI"}`},
	"POST /subscriptions/{subscriptionUuid}/apm/{apmType}/actions/opt-in": {},

	"PUT" + anyApp:                                      {body: `{"name":"Acme Portal 2"}`},
	"GET" + anyApp + "/artifacts":                       {params: values{"applicationUuid": acquia.AppDocs}},
	"GET" + anyApp + "/artifacts/{artifactId}":          {params: values{"applicationUuid": acquia.AppDocs, "artifactId": acquia.SeedArtifact}},
	"POST" + anyApp + "/code-studio":                    {params: values{"applicationUuid": acquia.AppDocs}},
	"POST" + anyApp + "/databases":                      {body: `{"name":"search"}`},
	"DELETE" + anyApp + "/databases/{name}":             {params: values{"name": acquia.DatabaseAnalytics}},
	"POST" + anyApp + "/databases/{name}/actions/erase": {params: values{"name": acquia.DatabaseAnalytics}},
	"POST" + anyApp + "/environments":                   {body: `{"label":"Search","branch":"feature/search","databases":["portal"]}`},
	"POST" + anyApp + "/ides":                           {body: `{"label":"Mine"}`},
	"POST" + anyApp + "/search/config-sets":             {body: `{"archive":"UEsDBA=="}`},
	"PUT" + anyApp + "/settings/ra":                     {body: `{"update_mode":"inform","copy_files":false}`},
	"PUT" + anyApp + "/settings/security":               {body: `{"allowed_ips":["192.0.2.1"],"tfa_required":true}`},
	"POST" + anyApp + "/tags":                           {body: `{"name":"Dev","color":"orange"}`},
	"POST" + anyApp + "/email/domains/{domainRegistrationUuid}/actions/disassociate": {before: associatedDomain},
	"GET /applications/{applicationId}/codebase":                                     {},

	"DELETE" + anyEnv: {before: onDemand},
	"PUT" + anyEnv:    {body: `{"version":"8.4","memory_limit":256}`},
	"POST" + anyEnv + "/actions/change-label":                                        {body: `{"label":"Live"}`},
	"POST" + anyEnv + "/actions/clear-caches":                                        {body: `{"domains":["portal.example.com"]}`},
	"POST" + anyEnv + "/artifacts/actions/switch":                                    {params: on(acquia.EnvDocs), body: `{"artifact_id":"1"}`},
	"DELETE" + anyEnv + "/cdn":                                                       {before: withCDN},
	"PUT" + anyEnv + "/cloud-actions":                                                {body: `{"cloud-actions":{"f668295f-cbba-472d-8b75-c76ab89e5001":false}}`},
	"POST" + anyEnv + "/code":                                                        {body: `{"source":"` + acquia.EnvStage + `","message":"Release"}`},
	"POST" + anyEnv + "/code/actions/import":                                         {params: on(acquia.EnvDev), body: `{"url":"https://example.com/site.tar.gz"}`},
	"POST" + anyEnv + "/code/actions/switch":                                         {body: `{"branch":"tags/2026-11-01"}`},
	"POST" + anyEnv + "/crons":                                                       {body: `{"command":"drush cr","frequency":"0 3 * * *","label":"Nightly"}`},
	"PUT" + anyEnv + "/crons/{cronId}":                                               {body: `{"frequency":"0 4 * * *"}`},
	"POST" + anyEnv + "/crons/{cronId}/actions/enable":                               {before: disabledCron},
	"POST" + anyEnv + "/databases":                                                   {params: on(acquia.EnvStage), body: `{"name":"portal","source":"` + acquia.EnvProd + `"}`},
	"GET" + anyEnv + "/databases/{databaseName}/backups/{backupId}":                  {before: firstBackup},
	"DELETE" + anyEnv + "/databases/{databaseName}/backups/{backupId}":               {before: firstBackup},
	"POST" + anyEnv + "/databases/{databaseName}/backups/{backupId}/actions/restore": {before: firstBackup},
	"POST" + anyEnv + "/domains":                                                     {body: `{"hostname":"www.portal.example.com"}`},
	"POST" + anyEnv + "/domains/actions/clear-varnish":                               {body: `{"domains":["portal.example.com"]}`},
	"POST" + anyEnv + "/files":                                                       {params: on(acquia.EnvStage), body: `{"source":"` + acquia.EnvProd + `"}`},
	"POST" + anyEnv + "/livedev/actions/disable":                                     {params: on(acquia.EnvDev), before: withLiveDev},
	"POST" + anyEnv + "/log-forwarding-destinations": {
		body: `{"label":"Splunk","sources":["php-error"],"consumer":"splunk","credentials":{"token":"x"},"address":"x.example:1"}`},
	"PUT" + anyEnv + "/log-forwarding-destinations/{logForwardingDestinationUuid}":                 {body: `{"label":"Renamed","consumer":"syslog"}`},
	"POST" + anyEnv + "/log-forwarding-destinations/{logForwardingDestinationUuid}/actions/enable": {before: disabledForwarding},
	"GET" + anyEnv + "/logs/{logType}":                                       {before: snapshot},
	"POST" + anyEnv + "/logs/{logType}":                                      {body: `{"from":"2026-11-20T10:00:00Z","to":"2026-11-20T11:00:00Z"}`},
	"GET" + anyEnv + "/metrics/stackmetrics/data":                            {query: "filter=metric:web-cpu&from=2026-11-01T00:00:00Z"},
	"POST" + anyEnv + "/mod-proxy/actions/disable":                           {before: withModProxy},
	"POST" + anyEnv + "/production-mode/actions/enable":                      {before: outOfProductionMode},
	"POST" + anyEnv + "/search/indexes":                                      {body: `{"database_role":"analytics"}`},
	"PUT" + anyEnv + "/search/indexes/{indexId}":                             {body: `{"config_set_id":"custom-acme"}`},
	"GET" + anyEnv + "/servers/{serverId}":                                   {before: firstServer},
	"PUT" + anyEnv + "/servers/{serverId}":                                   {before: firstServer, body: `{"memcache":128}`},
	"POST" + anyEnv + "/servers/{serverId}/actions/reboot":                   {before: firstServer},
	"POST" + anyEnv + "/servers/{serverId}/actions/relaunch":                 {before: firstServer},
	"POST" + anyEnv + "/servers/{serverId}/actions/suspend":                  {before: firstServer},
	"POST" + anyEnv + "/servers/{serverId}/actions/upgrade":                  {before: firstServer},
	"PUT" + anyEnv + "/settings/apm":                                         {body: `{"status":true,"type":"newrelic","key":"abc"}`},
	"POST" + anyEnv + "/ssl/certificates":                                    {body: `{"certificate":{certificate},"private_key":{key},"label":"New"}`, before: certificate},
	"GET" + anyEnv + "/ssl/certificates/{certificateId}":                     {before: certificateWith("active", true)},
	"DELETE" + anyEnv + "/ssl/certificates/{certificateId}":                  {before: certificateWith("active", false)},
	"POST" + anyEnv + "/ssl/certificates/{certificateId}/actions/activate":   {before: certificateWith("active", false)},
	"POST" + anyEnv + "/ssl/certificates/{certificateId}/actions/deactivate": {before: certificateWith("active", true)},
	"POST" + anyEnv + "/ssl/csrs":                                            {body: `{"country":"DE","state":"Berlin","locality":"Berlin","organization":"Acme","organizational_unit":"IT","common_name":"x.example.com"}`},
	"GET" + anyEnv + "/ssl/csrs/{certificateId}":                             {before: csrWith(true)},
	"DELETE" + anyEnv + "/ssl/csrs/{certificateId}":                          {before: csrWith(false)},
	"POST" + anyEnv + "/variables":                                           {body: `{"name":"NEW","value":"1"}`},
	"PUT" + anyEnv + "/variables/{environmentVariableName}":                  {body: `{"name":"APP_ENV","value":"live"}`},

	"PUT /identity-providers/{identityProviderUuid}":                  {body: `{"label":"Renamed"}`},
	"POST /identity-providers/{identityProviderUuid}/actions/disable": {before: enabledProvider},
	"GET /invites/{token}":                  {before: invite},
	"DELETE /invites/{token}":               {before: invite},
	"POST /invites/{token}/actions/accept":  {before: invite},
	"POST /invites/{token}/actions/decline": {before: invite},
	"POST /invites/{token}/actions/resend":  {before: invite},
	"GET /distributions/{name}":             {params: values{"name": "drupal11"}},

	"PUT" + anyOrg:    {body: `{"name":"Acme Corp"}`},
	"DELETE" + anyOrg: {params: values{"organizationUuid": acquia.EmptyOrganization}},
	"POST" + anyOrg + "/actions/change-owner":  {body: `{"user_uuid":"` + acquia.UserBen + `"}`},
	"POST" + anyOrg + "/actions/leave":         {params: values{"organizationUuid": acquia.EmptyOrganization}},
	"POST" + anyOrg + "/admin-invites":         {body: `{"email":"new@acme.example"}`},
	"GET" + anyOrg + "/admins/{userUuid}":      {params: values{"userUuid": acquia.UserBen}},
	"DELETE" + anyOrg + "/admins/{userUuid}":   {params: values{"userUuid": acquia.UserBen}},
	"POST" + anyOrg + "/available-tags":        {body: tagBody},
	"DELETE" + anyOrg + "/available-tags":      {body: tagBody},
	"POST" + anyOrg + "/roles":                 {body: `{"name":"Auditor","permissions":["download logs prod"]}`},
	"POST" + anyOrg + "/teams":                 {body: `{"name":"Design"}`},
	"PUT /roles/{roleUuid}":                    {body: `{"permissions":["download logs prod"]}`},
	"PUT /teams/{teamUuid}":                    {body: `{"name":"Builders"}`},
	"POST /teams/{teamUuid}/actions/leave":     {params: values{"teamUuid": acquia.TeamLeads}},
	"POST /teams/{teamUuid}/applications":      {body: `{"uuid":"` + acquia.AppDocs + `"}`},
	"POST /teams/{teamUuid}/invites":           {body: `{"email":"new@acme.example","roles":["` + acquia.RoleDeveloper + `"]}`},
	"PUT /teams/{teamUuid}/members/{userUuid}": {body: `{"roles":["` + acquia.RoleLead + `"]}`},

	"PUT" + anySub:                                      {body: `{"name":"Acme Big"}`},
	"POST" + anySub + "/code-studio/users":              {body: `{"user_id":"` + acquia.UserCleo + `"}`},
	"GET" + anySub + "/code-studio/users/{userUuid}":    {params: values{"userUuid": acquia.UserBen}},
	"DELETE" + anySub + "/code-studio/users/{userUuid}": {params: values{"userUuid": acquia.UserBen}},
	"POST" + anySub + "/domains":                        {body: `{"domain":"mail.example.com"}`},
	"POST" + anySub + "/shield-acl":                     {body: `{"description":"Home","addresses":["198.51.100.7/32"]}`},
	"PUT" + anySub + "/shield-acl/{shieldAclUuid}":      {body: `{"addresses":["198.51.100.7/32"]}`},

	"POST /subscriptions/{subscriptionId}/codebases":             {body: `{"codebase_id":"88888888-aaaa-4aaa-8aaa-0000000000aa","label":"New","region":"us-east-1"}`},
	"PUT /codebases/{codebaseId}":                                {body: `{"label":"Renamed"}`},
	"DELETE /codebases/{codebaseId}":                             {query: "force=true"},
	"POST /codebases/{codebaseId}/bulk-code-switch":              {body: `{"reference":"v1.0.0","targets":[{"site_id":"x"}]}`},
	"PUT /v3/environments/{environmentId}":                       {body: `{"label":"Live"}`},
	"POST /v3/environments/{environmentId}/actions/clear-caches": {body: `{"domains":["campaign.example.com"]}`},
	"POST /sites":                                               {body: `{"name":"blog","label":"Blog","codebase_id":"` + acquia.Codebase + `"}`},
	"PUT /sites/{siteId}":                                       {body: `{"label":"Renamed"}`},
	"DELETE /sites/{siteId}":                                    {params: values{"siteId": acquia.SpareSite}},
	"POST" + anyEnv + "/site-instances":                         {body: `{"site_id":"` + acquia.SpareSite + `"}`},
	"POST" + anySite + "/database":                              {body: `{"source_environment_id":"` + acquia.MEOStage + `"}`},
	"POST" + anySite + "/files":                                 {body: `{"source":"` + acquia.MEOStage + `"}`},
	"GET" + anySite + "/database/backups/{id}":                  {before: siteBackup},
	"DELETE" + anySite + "/database/backups/{id}":               {before: siteBackup},
	"GET" + anySite + "/database/backups/{id}/actions/download": {before: siteBackup},
	"POST" + anySite + "/database/backups/{id}/actions/restore": {before: siteBackup},
	"PUT" + anySite + "/domains/{domainName}":                   {params: values{"domainName": "www.example.com"}},

	"POST /private-networks":                     {body: `{"subscription_id":"{subscriptionId}","region":"us-east-1","name":"second","connections":{"cidr":"10.9.0.0/16"}}`},
	"PUT" + anyNet:                               {body: `{"label":"Renamed"}`},
	"PUT" + anyNet + "/connections":              {body: `{"private_egress_access":{"drupal":true}}`},
	"POST" + anyNet + "/connections/vpc-peers":   {body: `{"name":"p","aws_account":"123456789012","vpc_id":"vpc-1","vpc_cidr":"10.3.0.0/16","region":"us-east-1"}`},
	"POST" + anyNet + "/connections/vpns":        {body: vpnBody},
	"PUT" + anyNet + "/connections/vpns/{vpnId}": {body: vpnBody},
	"PUT" + anyNet + "/ingress":                  {body: `{"drupal_ssh":{"ingress_acls":["192.0.2.0/24"],"private":true}}`},
	"PUT" + anyNet + "/isolation":                {body: `{"dedicated_compute":true}`},
}

func after(call string) func(*site) values {
	return func(s *site) values {
		s.T.Helper()
		s.finish("completed", call, "{}")
		return nil
	}
}

// What some operations need to have happened.
var (
	associatedDomain   = after("POST /applications/" + acquia.AppPortal + "/email/domains/" + acquia.SeedEmailDomain + "/actions/associate")
	withCDN            = after("POST /environments/" + acquia.EnvProd + "/cdn")
	withLiveDev        = after("POST /environments/" + acquia.EnvDev + "/livedev/actions/enable")
	disabledCron       = after("POST /environments/" + acquia.EnvProd + "/crons/" + acquia.SeedCron + "/actions/disable")
	disabledForwarding = after("POST /environments/" + acquia.EnvProd + "/log-forwarding-destinations/" + acquia.SeedDestination + "/actions/disable")
	enabledProvider    = after("POST /identity-providers/" + acquia.SeedIdentityProvider + "/actions/enable")
	snapshot           = after("POST /environments/" + acquia.EnvProd + "/logs/apache-access")
)

func withModProxy(s *site) values {
	s.T.Helper()
	s.settle(202, "POST /environments/"+acquia.EnvProd+"/mod-proxy/actions/enable", "{}")
	return nil
}

func outOfProductionMode(s *site) values {
	s.T.Helper()
	s.settle(202, "POST /environments/"+acquia.EnvProd+"/production-mode/actions/disable", "{}")
	return nil
}

func onDemand(s *site) values {
	s.T.Helper()
	s.finish("completed", "POST /applications/"+acquia.AppPortal+"/environments", `{"label":"Search","branch":"feature/search","databases":["portal"]}`)
	e := find(s.list("/applications/"+acquia.AppPortal+"/environments"), "label", "Search")
	return values{"environmentId": e["id"].(string)}
}

func firstBackup(s *site) values {
	s.T.Helper()
	list := s.list("/environments/" + acquia.EnvProd + "/databases/portal/backups")
	return values{"backupId": plain(list[0]["id"])}
}

func siteBackup(s *site) values {
	s.T.Helper()
	return values{"id": plain(s.list("/site-instances/" + acquia.SiteInstance + "/database/backups")[0]["id"])}
}

func firstServer(s *site) values {
	s.T.Helper()
	return values{"serverId": plain(s.list("/environments/" + acquia.EnvProd + "/servers")[0]["id"])}
}

func certificateWith(flag string, on bool) func(*site) values {
	return func(s *site) values {
		s.T.Helper()
		d := find(s.list("/environments/"+acquia.EnvProd+"/ssl/certificates"), "flags."+flag, on)
		return values{"certificateId": plain(d["id"])}
	}
}

func csrWith(used bool) func(*site) values {
	return func(s *site) values {
		s.T.Helper()
		d := find(s.list("/environments/"+acquia.EnvProd+"/ssl/csrs"), "flags.used", used)
		return values{"certificateId": plain(d["id"])}
	}
}

func invite(s *site) values {
	s.T.Helper()
	return values{"token": s.list("/account/invites")[0]["token"].(string)}
}

// plain is an id as it goes into a path; JSON numbers arrive as floats.
func plain(v any) string {
	if f, is := v.(float64); is {
		return big.NewFloat(f).Text('f', 0)
	}
	return v.(string)
}

// certificate makes a certificate with its key, as JSON strings.
func certificate(s *site) values {
	s.T.Helper()
	return certificateUntil(s.T, s.clock.Now().AddDate(1, 0, 0))
}

func certificateUntil(t *testing.T, expires time.Time) values {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "portal.example.com"}, DNSNames: []string{"portal.example.com"},
		NotBefore: expires.AddDate(-1, 0, 0), NotAfter: expires}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := func(kind string, der []byte) string {
		data, err := json.Marshal(string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(data))
	}
	return values{"certificate": text("CERTIFICATE", der), "key": text("PRIVATE KEY", keyDER)}
}
