package acquia

import "time"

// Ids of the demo data. Tests and demos may rely on them.
const (
	Organization = "11111111-aaaa-4aaa-8aaa-000000000001" // Acme
	// EmptyOrganization is one without subscriptions, owned by Ben.
	EmptyOrganization = "11111111-aaaa-4aaa-8aaa-000000000002"
	Subscription      = "22222222-aaaa-4aaa-8aaa-000000000001" // Acme Enterprise

	AppPortal = "d314739e-296f-11e9-b210-d663bd873d93" // Acme Portal, Drupal, hosting acme-portal
	AppDocs   = "e425840f-3a70-22fa-a321-e774ce984ea4" // Acme Docs, Node.js

	EnvDev     = "12-" + AppPortal
	EnvStage   = "13-" + AppPortal // its name is test
	EnvProd    = "14-" + AppPortal // in production mode
	EnvDocsDev = "22-" + AppDocs
	EnvDocs    = "24-" + AppDocs // production

	DatabasePortal    = "portal" // the default database; in all environments of AppPortal
	DatabaseAnalytics = "analytics"
	PortalDomain      = "portal.example.com" // of EnvProd
	StageDomain       = "stage.portal.example.com"
	ProdTag           = "tags/2026-10-01" // what EnvProd runs

	UserAda  = "33333333-aaaa-4aaa-8aaa-000000000001" // owner of APIKey and of the organization
	UserBen  = "33333333-aaaa-4aaa-8aaa-000000000002" // administrator
	UserCleo = "33333333-aaaa-4aaa-8aaa-000000000003" // member, neither owner nor administrator

	TeamDevelopers = "44444444-aaaa-4aaa-8aaa-000000000001"
	TeamLeads      = "44444444-aaaa-4aaa-8aaa-000000000002"
	RoleDeveloper  = "55555555-aaaa-4aaa-8aaa-000000000001"
	RoleLead       = "55555555-aaaa-4aaa-8aaa-000000000002"

	SeedFailedNotification = "66666666-aaaa-4aaa-8aaa-000000000001" // a CodeSwitched of EnvStage
	SeedCron               = "77777777-aaaa-4aaa-8aaa-000000000001" // of EnvProd, enabled
	SeedIDE                = "77777777-aaaa-4aaa-8aaa-000000000002"
	SeedSSHKey             = "77777777-aaaa-4aaa-8aaa-000000000003"
	SeedToken              = "77777777-aaaa-4aaa-8aaa-000000000004" // another token of Ada
	SeedAgreement          = "77777777-aaaa-4aaa-8aaa-000000000005" // pending
	SeedMessage            = "77777777-aaaa-4aaa-8aaa-000000000006"
	SeedDestination        = "77777777-aaaa-4aaa-8aaa-000000000007" // log forwarding of EnvProd
	SeedShieldRule         = "77777777-aaaa-4aaa-8aaa-000000000008"
	SeedEmailDomain        = "77777777-aaaa-4aaa-8aaa-000000000009" // example.com
	SeedIdentityProvider   = "77777777-aaaa-4aaa-8aaa-000000000010" // disabled
	SeedConfigSet          = "shared-drupal-9"
	SeedArtifact           = "1" // of AppDocs

	Codebase       = "88888888-aaaa-4aaa-8aaa-000000000001"
	MEOProd        = "88888888-aaaa-4aaa-8aaa-000000000002" // environments of Codebase
	MEOStage       = "88888888-aaaa-4aaa-8aaa-000000000003"
	Site           = "88888888-aaaa-4aaa-8aaa-000000000004"
	SpareSite      = "88888888-aaaa-4aaa-8aaa-000000000006" // in no environment
	SiteInstance   = Site + "." + MEOProd
	PrivateNetwork = "88888888-aaaa-4aaa-8aaa-000000000005"
)

// seed fills the store. Times are relative to now, so that "the backup of last night" stays true.
func (s *Server) seed(now time.Time) {
	s.seedPeople(now)
	org := s.seedOrganization(now)
	sub := s.seedSubscription(org, now)
	portal, docs := s.seedPortal(sub, now), s.seedDocs(sub, now)
	s.seedTeams(org, portal, docs, now)
	s.seedAccount(now)
	s.seedCodebase(sub, portal, now)
	s.seedHistory(now)
}

func ago(now time.Time, d time.Duration) time.Time { return now.Add(-d).Truncate(time.Second) }

const day = 24 * time.Hour

func (s *Server) seedPeople(now time.Time) {
	for _, p := range [][4]string{{UserAda, "Ada", "Lovelace", "ada"}, {UserBen, "Ben", "Okafor", "ben"}, {UserCleo, "Cleo", "Marin", "cleo"}} {
		s.root.in("people").add(p[0], Doc{"uuid": p[0], "first_name": p[1], "last_name": p[2], "username": p[3], "mail": p[3] + "@acme.example",
			"last_login_at": stamp(ago(now, 20*time.Hour)), "picture_url": "https://accounts.acquia.com/images/users/" + p[0] + "/avatar"})
		account := person(s.root.in("people").get(p[0]))
		for k, v := range (Doc{"id": 1234567, "name": p[3], "created_at": stamp(ago(now, 900*day)), "phone": Doc{"office": nil, "mobile": nil, "tfa": nil},
			"job_title": "", "job_function": "IT Executive", "company": "Acme", "country": "Germany", "state": "", "timezone": "Europe/Berlin",
			"features": []string{"on-demand-environments"}, "flags": Doc{"active": true, "tfa": true, "support": false},
			"metadata": Doc{"applications": Doc{"recent": []Doc{}, "starred": []string{AppDocs}}}}) {
			account[k] = v
		}
		n := &node{kind: "account", id: p[0], path: "/account", doc: account}
		for _, rel := range []string{"ssh-keys", "tokens"} {
			n.in(rel)
		}
		s.accounts[p[0]] = n
	}
}

func (s *Server) seedOrganization(now time.Time) *node {
	ada := s.accounts[UserAda]
	org := s.root.in("organizations").add(Organization, Doc{"id": "6", "uuid": Organization, "name": "Acme", "owner": person(ada), "flags": Doc{"federated_authentication": false}})
	for _, user := range s.root.in("people").nodes {
		org.in("members").add(user.id, person(user))
	}
	s.makeAdmin(org, s.root.in("people").get(UserAda), true)
	s.makeAdmin(org, s.root.in("people").get(UserBen), false)
	ben := s.root.in("people").get(UserBen)
	empty := s.root.in("organizations").add(EmptyOrganization, Doc{"id": "7", "uuid": EmptyOrganization, "name": "Acme Labs", "owner": person(ben), "flags": Doc{"federated_authentication": false}})
	s.makeAdmin(empty, ben, true)
	s.makeAdmin(empty, s.root.in("people").get(UserAda), false)
	s.root.in("identity-providers").add(SeedIdentityProvider, Doc{"uuid": SeedIdentityProvider, "label": "Acme sign-on", "idp_entity_id": "https://idp.acme.example/saml",
		"sp_entity_id": "https://accounts.acquia.com/saml", "sso_url": "https://idp.acme.example/sso", "certificate": "-----BEGIN CERTIFICATE-----\nZGVtbw==\n-----END CERTIFICATE-----\n",
		"status": "disabled"}).owner = org
	s.newRole(ada, org, RoleDeveloper, "Developer", "Works on code.", []string{"deploy to non-prod", "configure non-prod env", "download logs non-prod"}, true, ago(now, 700*day))
	s.newRole(ada, org, RoleLead, "Team Lead", "Runs production.", []string{"deploy to non-prod", "deploy to prod", "administer team", "configure prod env"}, true, ago(now, 700*day))
	return org
}

func (s *Server) seedSubscription(org *node, now time.Time) *node {
	sub := s.root.in("subscriptions").add(Subscription, Doc{"id": 329876, "uuid": Subscription, "name": "Acme Enterprise", "start_at": stamp(ago(now, 600*day)),
		"expire_at": stamp(now.AddDate(1, 0, 0)), "product": Doc{"id": 8999, "name": "Enterprise", "type": "enterprise"}, "applications_total": 10,
		"flags": Doc{"active": true, "expired": false, "zuora": false, "code_studio": true}})
	sub.owner = org
	sub.in("apm").add("newrelic", Doc{"type": "newrelic", "key": "demo-newrelic-license", "flags": Doc{"opted-in": false}})
	s.newShieldRule(sub, SeedShieldRule, "Office", []string{"192.0.2.0/24"})
	s.newEmailDomain(sub, SeedEmailDomain, "example.com", "404", "Missing DNS record")
	s.newStudioUser(sub, s.root.in("people").get(UserBen), "")
	s.newNetwork(sub, PrivateNetwork, Doc{"region": "us-east-1", "name": "acme-network", "label": "Acme", "description": "Office link"}, ago(now, 90*day))
	network := s.root.in("private-networks").get(PrivateNetwork)
	network.in("connections/vpns").add("1", Doc{"id": 1, "name": "office", "gateway_ip": "192.0.2.1", "routes": []any{"192.0.2.0/24"},
		"tunnel1": Doc{"shared_key": "demo-shared-key-1", "internal_cidr": "169.254.10.0/30", "ike_versions": "2", "startup_action": "start", "dpd_timeout_action": "restart", "address": "203.0.113.21"},
		"tunnel2": Doc{"shared_key": "demo-shared-key-2", "internal_cidr": "169.254.11.0/30", "ike_versions": "2", "startup_action": "start", "dpd_timeout_action": "restart", "address": "203.0.113.22"}})
	network.in("connections/vpc-peers").add("1", Doc{"id": 1, "name": "warehouse", "aws_account": "123456789012", "vpc_id": "vpc-1234567890abcdef0", "vpc_cidr": "10.2.0.0/16", "region": "us-east-1", "peering_connection_id": "pcx-1234567890abcdef0"})
	return sub
}

func (s *Server) newApplication(sub *node, id, name, kind, site string, number int) *node {
	app := s.root.in("applications").add(id, Doc{"id": number, "uuid": id, "name": name, "hosting": Doc{"type": "acp", "id": "prod:" + site}, "status": "normal", "type": kind,
		"flags": Doc{"remote_admin": kind == "drupal"}})
	app.owner = sub
	return app
}

func (s *Server) seedPortal(sub *node, now time.Time) *node {
	app := s.newApplication(sub, AppPortal, "Acme Portal", "drupal", "acme-portal", 241643)
	for _, branch := range []string{"main", "develop", "feature/search", BrokenBranch} {
		app.in("code").add(branch, Doc{"name": branch, "flags": Doc{"tag": false}})
	}
	for _, tag := range []string{"tags/2026-09-01", ProdTag, "tags/2026-11-01"} {
		app.in("code").add(tag, Doc{"name": tag, "flags": Doc{"tag": true}})
	}
	app.in("features").add("on-demand-environments", Doc{"name": "on-demand-environments", "label": "On-demand environments", "description": "Environments that live as long as a branch."})
	app.in("features").add("ide", Doc{"name": "ide", "label": "Cloud IDE", "description": "An editor in the browser."})
	app.tag("Customer facing", "green")
	s.newConfigSet(app, SeedConfigSet, false)
	s.newConfigSet(app, "custom-acme", true)
	app.in("code-studio").add("project", Doc{})
	app.in("email-domains")
	s.newIDE(app, s.accounts[UserAda], SeedIDE, "Ada's IDE")

	dev := s.newEnvironment(app, 12, "dev", "Dev", "develop")
	stage := s.newEnvironment(app, 13, "test", "Stage", "tags/2026-11-01")
	prod := s.newEnvironment(app, 14, "prod", "Production", ProdTag)
	for _, name := range []string{DatabasePortal, DatabaseAnalytics} {
		app.in("databases").add(name, Doc{"name": name})
		for _, e := range []*node{dev, stage, prod} {
			db := s.newDatabase(e, name, name+" of "+e.text("name"), name == DatabasePortal)
			for _, days := range []int{1, 2, 7, 30} {
				at := ago(now, time.Duration(days)*day)
				s.newBackup(e, db, "daily", at, at.Add(3*time.Minute)).data = name + " of " + e.text("name") + " " + itoa(days) + " days ago"
			}
		}
	}
	s.newDomain(prod, PortalDomain, false)
	prod.doc["active_domain"] = PortalDomain
	s.newDomain(stage, StageDomain, false)
	for _, e := range []*node{dev, stage, prod} {
		e.setVariable("APP_ENV", e.text("name"))
		e.setVariable("PAYMENT_API_KEY", "demo-payment-key-"+e.text("name"))
		s.newIndex(e, DatabasePortal, SeedConfigSet)
	}
	s.newCron(prod, SeedCron, "Drupal cron", "/usr/local/bin/drush cron", "*/15 * * * *")
	s.newForwarding(prod, SeedDestination, Doc{"label": "Central syslog", "sources": []any{"apache-access", "drupal-watchdog"}, "consumer": "syslog", "address": "logs.acme.example:6514",
		"credentials": Doc{"certificate": Doc{"certificate": "-----BEGIN CERTIFICATE-----\nZGVtbw==\n-----END CERTIFICATE-----\n", "expires_at": stamp(now.AddDate(1, 0, 0))}, "key": nil, "token": "demo-forwarding-token"}})
	csr := s.newCSR(prod, Doc{"country": "DE", "state": "Berlin", "locality": "Berlin", "organization": "Acme", "organizational_unit": "IT", "common_name": PortalDomain})
	csr.setFlag("used", true)
	s.newCSR(prod, Doc{"country": "DE", "state": "Berlin", "locality": "Berlin", "organization": "Acme", "organizational_unit": "IT", "common_name": "new." + PortalDomain})
	for i, active := range []bool{true, false} {
		n := s.newSerial()
		prod.in("ssl/certificates").add(itoa(n), Doc{"id": n, "label": []string{"Portal 2026", "Portal 2025"}[i], "certificate": "-----BEGIN CERTIFICATE-----\nZGVtbw==\n-----END CERTIFICATE-----\n",
			"private_key": "-----BEGIN RSA PRIVATE KEY-----\nZGVtbw==\n-----END RSA PRIVATE KEY-----\n", "ca": nil, "flags": Doc{"active": active, "csr": active, "legacy": false},
			"expires_at": stamp(now.AddDate(0, 0, 20)), "domains": []string{PortalDomain}, "environment": Doc{"id": prod.id, "name": "prod"}})
	}
	return app
}

func (s *Server) seedDocs(sub *node, now time.Time) *node {
	app := s.newApplication(sub, AppDocs, "Acme Docs", "node", "acme-docs", 241644)
	app.in("code").add("main", Doc{"name": "main", "flags": Doc{"tag": false}})
	for i, state := range []string{"ready", "ready", "building"} {
		app.in("artifacts").add(itoa(i+1), Doc{"id": i + 1, "name": "main@e5a80b9e0a2bdb1df32c6cdfce54deb70cc20ad" + itoa(i), "state": state, "created_at": stamp(ago(now, time.Duration(9-i)*day))})
	}
	s.newEnvironment(app, 22, "dev", "Dev", "main")
	s.newEnvironment(app, 24, "prod", "Production", "main")
	return app
}

func (s *Server) seedTeams(org, portal, docs *node, now time.Time) {
	developers := s.newTeam(org, TeamDevelopers, "Developers", ago(now, 500*day))
	leads := s.newTeam(org, TeamLeads, "Leads", ago(now, 500*day))
	role := func(id string) []Doc { return []Doc{named(s.root.in("roles").get(id))} }
	people, ada := s.root.in("people"), s.accounts[UserAda]
	developers.join(people.get(UserBen), role(RoleDeveloper))
	developers.join(people.get(UserCleo), role(RoleDeveloper))
	leads.join(people.get(UserAda), role(RoleLead))
	developers.in("applications").add(portal.id, Doc{"uuid": portal.id})
	leads.in("applications").add(portal.id, Doc{"uuid": portal.id})
	leads.in("applications").add(docs.id, Doc{"uuid": docs.id})
	s.newInvite(ada, developers, "dora@acme.example", role(RoleDeveloper), ago(now, 3*day))
	s.newInvite(ada, developers, "ada@acme.example", role(RoleDeveloper), ago(now, 2*day))
	s.newInvite(ada, org, "erik@acme.example", nil, ago(now, 3*day))
}

func (s *Server) seedAccount(now time.Time) {
	ada := s.accounts[UserAda]
	ada.newToken(APIKey, "Demo", ago(now, 100*day))
	s.accounts[UserCleo].newToken(CleoKey, "Demo", ago(now, 100*day))
	ada.newToken(SeedToken, "Old laptop", ago(now, 800*day))
	ada.newSSHKey(SeedSSHKey, "Laptop", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQDemo ada@acme.example", ago(now, 400*day))
	s.root.in("agreements").add(SeedAgreement, Doc{"uuid": SeedAgreement, "document_uuid": s.newUUID(), "title": "Terms of Use", "body": "<p>Be excellent to each other.</p>",
		"status": "pending", "created_at": stamp(ago(now, 10*day)), "updated_at": stamp(ago(now, 10*day)), "actioned_by": nil,
		"reference": Doc{"uuid": Subscription, "name": "Acme Enterprise", "type": "subscription"}})
	s.root.in("messages").add(SeedMessage, Doc{"id": 883581, "uuid": SeedMessage, "title": "PHP 8.2 reaches its end of life", "body": "Plan the upgrade of your environments.",
		"url": "https://docs.example.com/php", "filters": Doc{"type": "alert", "display_mode": "bar", "paths": []string{}},
		"flags": Doc{"dismissed": false, "dismissible": true, "active": true}, "weight": -1, "start_at": stamp(ago(now, 5*day)), "expire_at": stamp(now.Add(30 * day))})
	for _, name := range []string{"drupal10", "drupal11"} {
		base := "https://dist.example.com/" + name
		s.root.in("distributions").add(name, Doc{"name": name, "title": "Drupal " + name[6:], "version": name[6:] + ".3.0", "drupal_version": "Drupal " + name[6:], "description": "A distribution.",
			"image_url": base + ".png", "urls": Doc{"gz": base + ".tar.gz", "zip": base + ".zip"}, "update_urls": Doc{"gz": base + "-update.tar.gz", "zip": base + "-update.zip"},
			"flags": Doc{"default": name == "drupal11"}})
	}
}

func (s *Server) seedCodebase(sub, portal *node, now time.Time) {
	codebase := s.newCodebase(sub, Codebase, "Acme Platform", "us-east-1", ago(now, 60*day))
	codebase.in("applications").add(portal.id, Doc{"id": portal.id, "machine_name": "acme-portal"})
	prod := s.newMEOEnvironment(codebase, MEOProd, "prod", true)
	stage := s.newMEOEnvironment(codebase, MEOStage, "stage", false)
	site := s.newSite(codebase, Site, "campaign", "Campaign", "The campaign site.")
	s.newSite(codebase, SpareSite, "microsite", "Microsite", "Not in any environment yet.")
	for _, e := range []*node{prod, stage} {
		s.newInstanceBackup(s.newSiteInstance(site, e), "DAILY", ago(now, day))
	}
	id := "88888888-aaaa-4aaa-8aaa-000000000007"
	codebase.in("bulk-code-switch").add(id, Doc{"id": id, "codebase_id": Codebase, "reference": "main", "status": "COMPLETED", "targets": []any{}, "created_at": stamp(ago(now, 9*day))})
}

// seedHistory is what the notifications tell of the last days.
func (s *Server) seedHistory(now time.Time) {
	envs := s.root.in("environments")
	past := func(id, event, label string, e *node, before time.Duration, failure string) {
		at := ago(now, before)
		s.work.all = append(s.work.all, &work{id: id, event: event, label: label, description: label + " Environment: " + e.label() + ".", failure: failure,
			user: s.accounts[UserAda], nodes: []*node{e}, created: at, started: at, finished: at.Add(2 * time.Minute)})
	}
	for days := 12; days > 3; days-- {
		past(s.newUUID(), "DatabaseBackupCreated", "Creating the backup.", envs.get(EnvProd), time.Duration(days)*day, "")
	}
	past(s.newUUID(), "CodeSwitched", "Switching code.", envs.get(EnvProd), 3*day, "")
	past(SeedFailedNotification, "CodeSwitched", "Switching code.", envs.get(EnvStage), 5*time.Hour, brokenHook)
	past(s.newUUID(), "CodeSwitched", "Switching code.", envs.get(EnvStage), 4*time.Hour, "")
}
