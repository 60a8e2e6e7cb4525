package platformsh_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"time"

	"paasmcp/internal/simulator/platformsh"
)

const (
	anyEnv = " /projects/{projectId}/environments/{environmentId}"
	anyOrg = " /organizations/{organization_id}"
)

type values = map[string]string

func on(env string) values { return values{"environmentId": env} }

// samples is the sane input of the operations that need some.
var samples = map[string]sample{
	// Projects and what belongs to them.
	"PATCH /projects/{projectId}":                                                {body: `{"title":"New title"}`},
	"POST /projects/{projectId}/activities/{activityId}/cancel":                  {before: runningActivity},
	"POST /projects/{projectId}/certificates":                                    {body: `{"certificate":{certificate},"key":{key}}`, before: certificate},
	"POST /projects/{projectId}/deployments":                                     {body: `{"type":"dedicated","name":"own"}`},
	"PATCH /projects/{projectId}/deployments/{deploymentTargetConfigurationId}":  {body: `{"type":"local","name":"local","use_dedicated_grid":true}`},
	"DELETE /projects/{projectId}/deployments/{deploymentTargetConfigurationId}": {params: values{"deploymentTargetConfigurationId": "own"}, before: dedicatedTarget},
	"POST /projects/{projectId}/domains":                                         {body: `{"name":"www.example.com"}`},
	"GET /projects/{projectId}/git/commits/{repositoryCommitId}":                 {before: gitObjects},
	"GET /projects/{projectId}/git/trees/{repositoryTreeId}":                     {before: gitObjects},
	"GET /projects/{projectId}/git/blobs/{repositoryBlobId}":                     {before: gitObjects},
	"POST /projects/{projectId}/integrations":                                    {body: `{"type":"health.email","recipients":["ops@example.com"]}`},
	"POST /projects/{projectId}/variables":                                       {body: `{"name":"env:X","value":"1"}`},
	"POST /projects/{projectId}/access":                                          {body: `{"role":"viewer","user":"` + platformsh.UserCleo + `"}`},
	"DELETE /projects/{projectId}/access/{projectAccessId}":                      {params: values{"projectAccessId": platformsh.UserCleo}, before: legacyAccess},
	"POST /projects/{projectId}/environment-types/{environmentTypeId}/access":    {body: `{"role":"viewer","email":"cleo@acme.example"}`},

	// Environments.
	"DELETE" + anyEnv:                                          {params: on(platformsh.InactiveEnvironment)},
	"POST" + anyEnv + "/activate":                              {params: on(platformsh.InactiveEnvironment)},
	"GET" + anyEnv + "/activities/{activityId}":                {params: on(platformsh.BrokenEnvironment)},
	"POST" + anyEnv + "/activities/{activityId}/cancel":        {before: runningActivity},
	"POST" + anyEnv + "/branch":                                {body: `{"name":"feature/x","title":"X","resources":{"init":"parent"}}`},
	"POST" + anyEnv + "/deactivate":                            {params: on("staging")},
	"POST" + anyEnv + "/deploy":                                {params: values{"projectId": platformsh.ProjectBlog, "environmentId": "staging"}, before: stagedChange, body: `{"strategy":"rolling"}`},
	"POST" + anyEnv + "/deployments/{deploymentId}/operations": {body: `{"service":"app","operation":"clear-cache"}`},
	"POST" + anyEnv + "/domains":                               {params: on("staging"), body: `{"name":"stage.example.com","replacement_for":"shop.example.com"}`},
	"POST" + anyEnv + "/initialize":                            {before: emptyProject, body: `{"profile":"PHP","repository":"https://git.example.com/t"}`},
	"POST" + anyEnv + "/merge":                                 {params: on("staging")},
	"POST" + anyEnv + "/pause":                                 {params: on("staging")},
	"POST" + anyEnv + "/resume":                                {params: on("staging"), before: pausedEnvironment},
	"POST" + anyEnv + "/routes":                                {params: blogStaging, body: `{"type":"redirect","to":"https://example.com/","id":"https://old.{default}/"}`},
	"PATCH" + anyEnv + "/routes/{routeId}":                     {params: blogStaging, body: `{"type":"upstream","upstream":"app:http"}`},
	"DELETE" + anyEnv + "/routes/{routeId}":                    {params: blogStaging},
	"POST" + anyEnv + "/source-operation":                      {body: `{"operation":"update-dependencies"}`},
	"POST" + anyEnv + "/synchronize":                           {params: on("staging"), body: `{"synchronize_data":true}`},
	"POST" + anyEnv + "/variables":                             {body: `{"name":"env:X","value":"1"}`},
	"PATCH" + anyEnv + "/versions/{versionId}":                 {before: newVersion, body: `{"routing":{"percentage":5}}`},
	"DELETE" + anyEnv + "/versions/{versionId}":                {before: newVersion},
	"POST" + anyEnv + "/autoscaling/alerts":                    {body: `{"name":"cpu","service":"app","condition":"cpu","threshold":80,"value":91.5}`},

	// Access and invitations.
	"POST /projects/{project_id}/user-access":                   {body: `[{"user_id":"` + platformsh.UserCleo + `","permissions":["viewer"]}]`},
	"PATCH /projects/{project_id}/user-access/{user_id}":        {params: values{"user_id": platformsh.UserBen}, body: `{"permissions":["viewer"]}`},
	"POST /users/{user_id}/project-access":                      {params: values{"user_id": platformsh.UserCleo}, body: `[{"project_id":"{projectId}","permissions":["viewer"]}]`},
	"PATCH /users/{user_id}/project-access/{project_id}":        {params: values{"user_id": platformsh.UserBen}, body: `{"permissions":["viewer"]}`},
	"POST /projects/{project_id}/team-access":                   {params: values{"project_id": platformsh.ProjectBlog}, body: `[{"team_id":"{team_id}"}]`},
	"POST /teams/{team_id}/project-access":                      {body: `[{"project_id":"` + platformsh.ProjectBlog + `"}]`},
	"POST /projects/{project_id}/invitations":                   {body: `{"email":"new@partner.example","role":"viewer"}`},
	"DELETE /projects/{project_id}/invitations/{invitation_id}": {params: values{"invitation_id": platformsh.ProjectInvitationDemo}},
	"POST" + anyOrg + "/invitations":                            {body: `{"email":"new@partner.example","permissions":["projects:list"]}`},
	"DELETE" + anyOrg + "/invitations/{invitation_id}":          {params: values{"invitation_id": platformsh.OrgInvitationDemo}},

	// Teams.
	"POST /teams":                               {body: `{"organization_id":"{organization_id}","label":"Testers"}`},
	"POST /teams/{team_id}/members":             {body: `{"user_id":"` + platformsh.UserCleo + `"}`},
	"GET /teams/{team_id}/members/{user_id}":    {params: values{"user_id": platformsh.UserBen}},
	"DELETE /teams/{team_id}/members/{user_id}": {params: values{"user_id": platformsh.UserBen}},
	"GET /users/{user_id}/teams":                {params: values{"user_id": platformsh.UserBen}, before: asBen},

	// Users.
	"POST /ssh_keys":                          {body: `{"title":"new","value":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada"}`},
	"GET /ssh_keys/{key_id}":                  {before: sshKeyID},
	"DELETE /ssh_keys/{key_id}":               {before: sshKeyID},
	"POST /profile/{uuid}/picture":            {body: "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n0000\r\n--b--\r\n", media: "multipart/form-data; boundary=b"},
	"POST /users/{user_id}/api-tokens":        {body: `{"name":"new"}`},
	"POST /users/{user_id}/emailaddress":      {body: `{"email_address":"ada@new.example"}`},
	"POST /users/{user_id}/phonenumber":       {body: `{"channel":"sms","phone_number":"+491701234567"}`},
	"POST /users/{user_id}/phonenumber/{sid}": {before: phoneCheck, body: `{"code":"` + platformsh.PhoneCode + `"}`},
	"POST /users/{user_id}/totp":              {before: passcode, body: `{"secret":"{secret}","passcode":"{passcode}"}`},
	"DELETE /users/{user_id}/totp":            {params: values{"user_id": platformsh.UserBen}, before: asBen},
	"POST /users/{user_id}/codes":             {params: values{"user_id": platformsh.UserBen}, before: asBen},

	// Organizations and billing.
	"POST /organizations":                                        {body: `{"label":"New"}`},
	"DELETE" + anyOrg:                                            {before: newOrganization},
	"POST" + anyOrg + "/members":                                 {body: `{"user_id":"{user_id}"}`, params: values{"organization_id": platformsh.OrgSolo, "user_id": platformsh.UserCleo}},
	"PATCH" + anyOrg + "/members/{user_id}":                      {params: values{"user_id": platformsh.UserBen}, body: `{"permissions":["billing"]}`},
	"DELETE" + anyOrg + "/members/{user_id}":                     {params: values{"user_id": platformsh.UserBen}},
	"POST" + anyOrg + "/projects":                                {body: `{"region":"eu-5.platform.sh"}`},
	"POST" + anyOrg + "/subscriptions":                           {body: `{"project_region":"eu-5.platform.sh"}`},
	"GET" + anyOrg + "/subscriptions/estimate":                   {query: "plan=standard&environments=3&storage=5120&user_licenses=2"},
	"GET" + anyOrg + "/subscriptions/{subscription_id}/estimate": {query: "plan=large"},
	"POST" + anyOrg + "/vouchers/apply":                          {body: `{"code":"` + platformsh.VoucherCode + `"}`},
	"GET" + anyOrg + "/orders/{order_id}":                        {before: firstOf("/organizations/"+platformsh.OrgAcme+"/orders", "items", "id", "order_id")},
	"POST" + anyOrg + "/orders/{order_id}/authorize":             {before: unpaidOrder},
	"GET" + anyOrg + "/invoices/{invoice_id}":                    {before: firstOf("/organizations/"+platformsh.OrgAcme+"/invoices", "items", "id", "invoice_id")},
	"GET /orders/download":                                       {before: invoiceLink, query: "token={token}"},
	"GET /discounts/{id}":                                        {before: firstOf("/organizations/"+platformsh.OrgAcme+"/discounts", "items", "id", "id")},
	"POST /tickets":                                              {body: `{"subject":"Help","description":"Please."}`},
	"PATCH /tickets/{ticket_id}":                                 {before: firstOf("/tickets?filter%5Bstatus%5D=open", "tickets", "ticket_id", "ticket_id")},
	"GET /ref/users":                                             {before: refLink("/organizations", "users"), query: "in={in}&sig={sig}"},
	"GET /ref/organizations":                                     {before: refLink("/teams", "organizations"), query: "in={in}&sig={sig}"},
	"GET /ref/projects":                                          {before: refLink("/users/"+platformsh.UserAda+"/project-access", "projects"), query: "in={in}&sig={sig}"},
	"GET /ref/teams":                                             {before: refLink("/projects/"+platformsh.ProjectShop+"/team-access", "teams"), query: "in={in}&sig={sig}"},
	"GET /ref/regions":                                           {before: refLink("/organizations/"+platformsh.OrgAcme+"/projects", "regions"), query: "in={in}&sig={sig}"},
}

var blogStaging = values{"projectId": platformsh.ProjectBlog, "environmentId": "staging"}

func runningActivity(s *site) values {
	s.T.Helper()
	a, _ := s.accept("POST "+shop+"/environments/main/redeploy", "")
	return values{"activityId": a["id"].(string)}
}

func legacyAccess(s *site) values {
	s.T.Helper()
	s.accept("POST "+shop+"/access", `{"role":"viewer","user":"`+platformsh.UserCleo+`"}`)
	return nil
}

func dedicatedTarget(s *site) values {
	s.T.Helper()
	s.accept("POST "+shop+"/deployments", `{"type":"dedicated","name":"own"}`)
	return nil
}

func gitObjects(s *site) values {
	s.T.Helper()
	head := s.Get(shop + "/git/refs/heads%2Fmain")["sha"].(string)
	tree := s.Get(shop + "/git/commits/" + head)["tree"].(string)
	blob := s.Get(shop + "/git/trees/" + tree)["tree"].([]any)[0].(doc)["sha"].(string)
	return values{"repositoryCommitId": head, "repositoryTreeId": tree, "repositoryBlobId": blob}
}

func stagedChange(s *site) values {
	s.T.Helper()
	s.accept("POST /projects/"+platformsh.ProjectBlog+"/environments/staging/variables", `{"name":"env:X","value":"1"}`)
	s.clock.Advance(time.Minute)
	return nil
}

func emptyProject(s *site) values {
	return values{"projectId": s.sim.Platformsh().AddProject(platformsh.NewProject{
		Title: "Empty", Region: "eu-5.platform.sh", Organization: platformsh.OrgAcme, Owner: platformsh.UserAda, Subscription: platformsh.SubscriptionShop,
	})}
}

func pausedEnvironment(s *site) values {
	s.T.Helper()
	s.finish("success", "POST "+shop+"/environments/staging/pause", "")
	return nil
}

func newVersion(s *site) values {
	s.T.Helper()
	_, v := s.accept("POST "+shop+"/environments/main/versions", `{"routing":{"percentage":10}}`)
	return values{"versionId": v["id"].(string)}
}

func asBen(s *site) values {
	s.T.Helper()
	s.login(platformsh.BenAPIToken)
	return nil
}

func sshKeyID(s *site) values {
	s.T.Helper()
	key := s.Get("/me")["ssh_keys"].([]any)[0].(doc)
	return values{"key_id": fmt.Sprintf("%.0f", key["key_id"])}
}

func phoneCheck(s *site) values {
	s.T.Helper()
	d := s.Want(200, "POST /users/"+platformsh.UserAda+"/phonenumber", `{"channel":"sms","phone_number":"+491701234567"}`)
	return values{"sid": d["sid"].(string)}
}

func passcode(s *site) values {
	s.T.Helper()
	secret := s.Get("/users/" + platformsh.UserAda + "/totp")["secret"].(string)
	return values{"secret": secret, "passcode": totpNow(s.T, secret, s.clock.Now())}
}

func newOrganization(s *site) values {
	s.T.Helper()
	return values{"organization_id": s.Want(201, "POST /organizations", `{"label":"Short lived"}`)["id"].(string)}
}

func unpaidOrder(s *site) values {
	s.T.Helper()
	for _, o := range s.Get("/organizations/" + platformsh.OrgAcme + "/orders?filter%5Bstatus%5D=pending")["items"].([]any) {
		id := o.(doc)["id"].(string)
		if status, _, _ := s.Do("POST /organizations/"+platformsh.OrgAcme+"/orders/"+id+"/authorize", "{}"); status == 200 {
			return values{"order_id": id}
		}
	}
	s.T.Fatal("no order waits for a payment")
	return nil
}

func invoiceLink(s *site) values {
	s.T.Helper()
	invoice := s.Get("/organizations/" + platformsh.OrgAcme + "/invoices")["items"].([]any)[0].(doc)
	u, err := url.Parse(invoice["invoice_pdf"].(doc)["url"].(string))
	if err != nil {
		s.T.Fatal(err)
	}
	return values{"token": url.QueryEscape(u.Query().Get("token"))}
}

// refLink takes the signed query of a reference link from a list.
func refLink(path, kind string) func(*site) values {
	return func(s *site) values {
		s.T.Helper()
		link, ok := s.Get(path)["_links"].(doc)["ref:"+kind+":0"].(doc)
		if !ok {
			s.T.Fatalf("%s has no link ref:%s:0", path, kind)
		}
		u, err := url.Parse(link["href"].(string))
		if err != nil {
			s.T.Fatal(err)
		}
		return values{"in": url.QueryEscape(u.Query().Get("in")), "sig": url.QueryEscape(u.Query().Get("sig"))}
	}
}

// certificate makes a certificate with its key, as JSON strings.
func certificate(s *site) values {
	s.T.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.T.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "www.example.com"}, DNSNames: []string{"www.example.com"},
		NotBefore: s.clock.Now(), NotAfter: s.clock.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		s.T.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.T.Fatal(err)
	}
	text := func(kind string, der []byte) string {
		return strings.TrimSpace(toJSON(s.T, string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))))
	}
	return values{"certificate": text("CERTIFICATE", der), "key": text("PRIVATE KEY", keyDER)}
}
