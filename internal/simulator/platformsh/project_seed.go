package platformsh

import (
	"maps"
	"time"
)

// Ids of demo data below the projects.
const (
	SeedIntegration     = "githubacmeshop"   // on the shop
	SeedCertificate     = "certexpiring"     // on the shop, uploaded, expires in 9 days
	SeedBackup          = "backupnight"      // of the shop's main, automated, last night
	SeedOldBackup       = "backuprelease"    // of the shop's main, manual, two weeks old
	SeedFailedActivity  = "activityfailed"   // of the branch BrokenEnvironment
	BrokenEnvironment   = "feature/checkout" // cannot be deployed: its code names a service that does not exist
	InactiveEnvironment = "feature/old-theme"
)

func templateFiles(profile, repository string) map[string]string {
	return map[string]string{
		"README.md":               "# " + profile + "\n\nStarted from " + repository + "\n",
		"composer.json":           "{\n  \"require\": {\"php\": \">=8.3\"}\n}\n",
		"public/index.php":        "<?php\n\necho 'Hello';\n",
		appConfig:                 "name: app\ntype: php:8.3\nrelationships:\n  database: \"db:mysql\"\nweb:\n  locations:\n    \"/\":\n      root: public\n      passthru: \"/index.php\"\n",
		".platform/services.yaml": "db:\n  type: mariadb:11.4\n  disk: 2048\ncache:\n  type: redis:7.2\n",
		".platform/routes.yaml":   "\"https://{default}/\":\n  type: upstream\n  upstream: \"app:http\"\n\"http://{default}/\":\n  type: redirect\n  to: \"https://{default}/\"\n",
	}
}

// seeder writes the history of the demo projects: everything it adds happened before now.
type seeder struct {
	s   *Server
	now time.Time
}

func (d seeder) ago(t time.Duration) time.Time { return d.now.Add(-t) }

const day = 24 * time.Hour

func (s *Server) seedProjects(now time.Time) {
	d := seeder{s, now}
	d.shop()
	d.blog()
	d.solo()
}

func (d seeder) add(n NewProject, age time.Duration) *project {
	d.s.createProject(n)
	p := d.s.projects[n.ID]
	p.doc["created_at"], p.doc["updated_at"] = stamp(d.ago(age)), stamp(d.ago(age/2))
	p.targets.Put("local", newTarget("local", "local"))
	p.access.Put(n.Owner, newLegacyAccess(p, n.Owner, "admin", d.ago(age)))
	for _, kind := range environmentKinds() {
		p.typeAccess[kind].Put(UserBen, newLegacyAccess(p, UserBen, "contributor", d.ago(age)))
	}
	p.envs[0].created = d.ago(age)
	return p
}

func (d seeder) commit(p *project, branch, message string, change map[string]string, age time.Duration) {
	head := p.repo.head(branch)
	files := map[string]string{}
	var parents []string
	if head != "" {
		files, parents = p.repo.files(head), []string{head}
	}
	maps.Copy(files, change)
	by := d.s.signatureOf(UserAda, d.ago(age))
	p.repo.setHead(branch, p.repo.commitFiles(files, message, by, parents...))
}

// live makes an environment active with data, as after a deployment.
func (d seeder) live(p *project, e *environment, data string, gigabytes int64, age time.Duration) {
	e.state, e.data, e.size = stateActive, data, gigabytes<<30
	e.updated = d.ago(age)
	p.markDeployed(e, d.ago(age))
}

func (d seeder) branch(p *project, name, title, kind string, parent *environment, age time.Duration) *environment {
	e := newEnvironment(name, title, kind, parent, d.ago(age))
	p.inheritRoutes(e, parent)
	p.envs = append(p.envs, e)
	p.repo.setHead(name, p.repo.head(parent.name))
	return e
}

// done records finished work.
func (d seeder) done(p *project, e *environment, kind, text string, age time.Duration, log []string) *activity {
	start, name := d.ago(age), d.s.userName(UserAda)
	a := &activity{
		id: d.s.newID(), kind: kind, project: p, text: name + " " + text, html: `<user data-id="` + UserAda + `">` + name + "</user> " + text,
		params: Doc{}, payload: Doc{"user": Doc{"id": UserAda, "display_name": name}, "project": Doc{"id": p.id, "title": p.doc["title"]}},
		created: start, started: start.Add(2 * time.Second), finished: start.Add(92 * time.Second), lag: 2 * time.Second, dur: 90 * time.Second,
		state: "complete", result: "success", log: log,
	}
	if e != nil {
		a.envs = []*environment{e}
		a.payload["environment"] = e.snapshot(p)
	}
	p.activities = append(p.activities, a)
	return a
}

func (d seeder) variable(list *Collection, onEnvironment bool, name, value string, sensitive bool) {
	v := newVariable(name, value, d.ago(60*day), onEnvironment)
	v["is_sensitive"] = sensitive
	list.Put(name, v)
}

func (d seeder) shop() {
	p := d.add(NewProject{ID: ProjectShop, Title: "Acme Shop", Region: "eu-5.platform.sh", Organization: OrgAcme, Subscription: SubscriptionShop, Owner: UserAda,
		Plan: "medium", StorageMB: 25600, Environments: 9}, 400*day)
	main := p.envs[0]
	d.commit(p, "main", "Start the shop", templateFiles("shop", "https://github.com/acme/shop"), 390*day)
	d.commit(p, "main", "Show delivery times", map[string]string{"public/delivery.php": "<?php\n\necho '2 days';\n"}, 20*day)
	d.live(p, main, "orders of the shop", 12, 2*day)

	staging := d.branch(p, "staging", "Staging", "staging", main, 300*day)
	d.commit(p, "staging", "Try a new price filter", map[string]string{"public/filter.php": "<?php\n\n// filter\n"}, 3*day)
	d.live(p, staging, "orders of last month", 11, 3*day)

	search := d.branch(p, "feature/search", "Better search", "development", staging, 12*day)
	d.commit(p, "feature/search", "Search by color", map[string]string{"public/search.php": "<?php\n\n// color\n"}, 5*day)
	d.live(p, search, "sample orders", 2, 5*day)

	checkout := d.branch(p, BrokenEnvironment, "New checkout", "development", staging, 6*day)
	d.live(p, checkout, "sample orders", 2, 6*day)
	d.commit(p, BrokenEnvironment, "Use a search index in the checkout", map[string]string{
		appConfig: "name: app\ntype: php:8.3\nrelationships:\n  database: \"db:mysql\"\n  index: \"elastic:opensearch\"\nweb:\n  locations:\n    \"/\":\n      root: public\n      passthru: \"/index.php\"\n",
	}, 5*time.Hour)
	checkout.deployFailed = true

	theme := d.branch(p, InactiveEnvironment, "Old theme", "development", main, 200*day)
	theme.updated = d.ago(90 * day)

	d.shopHistory(p, main, staging, search, checkout)
	d.shopSettings(p, main, staging)
}

func (d seeder) shopHistory(p *project, main, staging, search, checkout *environment) {
	head := func(e *environment) string { return p.repo.head(e.name) }
	d.done(p, staging, "environment.synchronize", "synchronized Staging from Main", 30*day, []string{"Synchronizing data"})
	d.done(p, main, "environment.backup", "created a backup of Main", 14*day, []string{"Creating snapshot " + SeedOldBackup, "Backup " + SeedOldBackup + " is complete"})
	d.done(p, search, "environment.branch", "created the environment Better search as a branch of Staging", 12*day, deployLog("Creating branch feature/search from staging", p, head(staging)))
	d.done(p, checkout, "environment.branch", "created the environment New checkout as a branch of Staging", 6*day, deployLog("Creating branch "+BrokenEnvironment+" from staging", p, head(staging)))
	d.done(p, search, "environment.push", "pushed to Better search", 5*day, deployLog("Deploying feature/search", p, head(search)))
	d.done(p, staging, "environment.push", "pushed to Staging", 3*day, deployLog("Deploying staging", p, head(staging)))
	d.done(p, main, "environment.redeploy", "redeployed the environment Main", 2*day, deployLog("Redeploying main", p, head(main)))
	d.done(p, main, "environment.backup", "created a backup of Main", 19*time.Hour, []string{"Creating snapshot " + SeedBackup, "Backup " + SeedBackup + " is complete"})
	failed := d.done(p, checkout, "environment.push", "pushed to New checkout", 5*time.Hour, append(deployLog("Deploying "+BrokenEnvironment, p, head(checkout)), p.deployFailure(head(checkout))...))
	failed.id, failed.fails, failed.result = SeedFailedActivity, true, "failure"
	checkout.deployedAt = failed.finished

	for _, b := range []struct {
		id        string
		automated bool
		age       time.Duration
	}{{SeedOldBackup, false, 14 * day}, {"backuptwodays", true, 43 * time.Hour}, {SeedBackup, true, 19 * time.Hour}} {
		p.addBackup(main, b.id, true, b.automated, d.ago(b.age))
	}
	main.backupData[SeedOldBackup] = "orders of two weeks ago"
	p.addBackup(staging, "backupstaging", false, false, d.ago(4*day))
}

func (d seeder) shopSettings(p *project, main, staging *environment) {
	d.variable(&p.variables, false, "env:APP_ENV", "prod", false)
	d.variable(&p.variables, false, "env:PAYMENT_API_KEY", "sk_live_simulated_4242", true)
	d.variable(&p.variables, false, "php:memory_limit", "256M", false)
	d.variable(&main.variables, true, "env:MAILER_DSN", "smtp://mail.example.com:25", false)
	d.variable(&main.variables, true, "env:SESSION_SECRET", "simulated-session-secret", true)
	d.variable(&staging.variables, true, "env:FEATURE_FILTER", "on", false)

	domain := newDomain(p, "shop.example.com", true, d.ago(380*day))
	domain["is_default"] = true
	main.domains.Put("shop.example.com", domain)
	p.doc["default_domain"] = "shop.example.com"
	cert := selfSigned("shop.example.com", "Example Trust CA", d.ago(356*day), d.now.Add(9*day))
	id, err := d.s.addCertificate(p, cert, nil, false, d.ago(356*day))
	if err != nil {
		panic(err) // selfSigned makes a parsable one
	}
	c, _ := p.certificates.Get(id)
	p.certificates.Delete(id)
	c["id"] = SeedCertificate
	p.certificates.Put(SeedCertificate, c)

	p.integrations.Put(SeedIntegration, newIntegration(SeedIntegration, Doc{
		"type": "github", "repository": "acme/shop", "token": "ghp_simulated", "base_url": nil, "build_pull_requests": true, "build_draft_pull_requests": true,
		"build_pull_requests_post_merge": false, "pull_requests_clone_parent_data": true, "token_type": "classic_personal_token",
	}, d.ago(350*day)))
}

// blog has a staging environment with manual deployment: changes there are staged until somebody deploys.
func (d seeder) blog() {
	p := d.add(NewProject{ID: ProjectBlog, Title: "Acme Blog", Region: "eu-5.platform.sh", Organization: OrgAcme, Subscription: SubscriptionBlog, Owner: UserAda,
		Plan: "standard", StorageMB: 10240, Environments: 6}, 250*day)
	main := p.envs[0]
	d.commit(p, "main", "Start the blog", templateFiles("blog", "https://github.com/acme/blog"), 250*day)
	d.live(p, main, "articles", 3, 9*day)
	staging := d.branch(p, "staging", "Staging", "staging", main, 200*day)
	d.commit(p, "staging", "Larger headlines", map[string]string{"public/style.css": "h1 { font-size: 3rem }\n"}, 8*day)
	d.live(p, staging, "articles of last week", 3, 8*day)
	staging.manual = true
	d.done(p, main, "environment.redeploy", "redeployed the environment Main", 9*day, deployLog("Redeploying main", p, p.repo.head("main")))
	p.addBackup(main, "backupblog", true, true, d.ago(20*time.Hour))
	d.variable(&p.variables, false, "env:APP_ENV", "prod", false)
}

func (d seeder) solo() {
	p := d.add(NewProject{ID: ProjectSolo, Title: "Solo", Region: "us-4.platform.sh", Organization: OrgSolo, Subscription: SubscriptionSolo, Owner: UserAda,
		Plan: "development", StorageMB: 5120, Environments: 3}, 100*day)
	main := p.envs[0]
	d.commit(p, "main", "Start the portfolio", templateFiles("portfolio", "https://github.com/solo/portfolio"), 100*day)
	d.live(p, main, "pictures", 1, 50*day)
	next := d.branch(p, "next", "Next", "development", main, 30*day)
	d.commit(p, "next", "Dark mode", map[string]string{"public/dark.css": "body { background: #000 }\n"}, 29*day)
	d.live(p, next, "pictures", 1, 29*day)
	d.done(p, main, "environment.redeploy", "redeployed the environment Main", 50*day, deployLog("Redeploying main", p, p.repo.head("main")))
}
