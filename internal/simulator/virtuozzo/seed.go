package virtuozzo

import (
	"fmt"
	"strings"
	"time"
)

// seed fills a new server. Everything was made before now, so that histories have something to tell.
func (s *Server) seed(now time.Time) {
	day := func(n int) time.Time { return now.AddDate(0, 0, -n) }
	s.auth.users = []*user{
		{uid: UserDev, email: Login, name: "Dev Example", password: Password},
		{uid: UserMember, email: "ben@example.com", name: "Ben Example", password: "ben-password"},
		{uid: UserAgency, email: "agency@example.com", name: "Agency", password: "agency-password"},
	}
	s.auth.tokens.put(SeedToken, Doc{"uid": UserDev, "key": ReadOnlyToken, "description": "monitoring", "apiList": []string{"environment.control.get*", "environment.control.readlog", "environment.tracking.*"}})
	s.auth.tokens.put(SeedMainToken, Doc{"uid": UserDev, "key": APIToken, "description": "automation", "apiList": []string{}})
	s.auth.tokens.put(11, Doc{"uid": UserMember, "key": MemberToken, "description": "ben", "apiList": []string{}})
	s.billing = account{balance: 250, opened: day(90)}
	for _, g := range []Doc{{"name": GroupProduction, "color": "#e74c3c"}, {"name": GroupStaging, "color": "#f39c12"}, {"name": "Web", "color": "#3498db"}} {
		g["uid"], g["visibility"], g["isIsolated"] = UserDev, "SHOW", false
		s.groups.add(g)
	}
	s.seedShop(day(60))
	s.seedStaging(day(40))
	s.seedAnalytics(day(30), now)
	s.nextNode, s.nextIP = 1000, 500
	s.seedSharing()
	s.seedMarket(now)
	s.seedTriggers(now)
	s.seedActions(now)
	s.tasks.put(SeedTask, Doc{"uid": UserDev, "envName": EnvStaging, "appid": s.find(EnvStaging).appid, "trigger": "cron:0 22 * * *", "script": "sleep-environment", "description": "stop at night", "params": Doc{}, "createdOn": stamp(day(20))})
	s.exports.put(51, Doc{"uid": UserDev, "envName": EnvShop, "exportId": SeedExport, "fileName": "shop-2026-11-01.tar.gz", "createdOn": stamp(day(19)), "manifest": "type: install\nname: shop\n"})
}

func (s *Server) seedNode(e *environment, id int, layerName, nodeType string) *node {
	s.nextNode = id - 1
	n := s.addNode(e, layerName, findTemplate(nodeType))
	n.deployed = e.created
	return n
}

func (s *Server) seedShop(created time.Time) {
	e := s.addEnv(EnvShop, UserDev, created)
	e.displayName, e.engine, e.groups = "Shop", "php8.2", []string{GroupProduction}
	e.properties["owner"], e.properties["release"] = "web-team", "2026.10"
	web := s.seedNode(e, NodeShopWeb, "cp", "nginxphp")
	web.vars = map[string]string{"APP_ENV": "prod", "API_KEY": "shop-api-key", "DB_PASSWORD": "shop-db-password"}
	web.fixed, web.flexible, web.extIPs = 2, 16, []string{SeedPublicIP}
	web.messages = []Doc{{"actionId": SeedMessage, "type": "INFO", "action": "UPDATE", "data": "A newer tag of the stack is available."}}
	web.packages = []string{"git"}
	web.files.append(SeedErrorLog, webErrors(created), created)
	web.files.write("/etc/nginx/nginx.conf", "user nginx;\nworker_processes auto;\n", created)
	web.files.write("/etc/php.ini", "memory_limit = 128M\n", created)
	web.files.write(SeedErrorLog+"-20261101.gz", "compressed", created)
	db := s.seedNode(e, NodeShopDB, "sqldb", "mysql5")
	db.fixed, db.flexible = 2, 16
	s.seedNode(e, NodeShopBuild, "build", "maven3")
	e.layer("cp").favorites = []Doc{{"id": 1, "path": "/var/www/webroot", "isDir": true, "keyword": "ROOT", "filter": ""}}
	s.certs.put(SeedCertificate, seedCert("www.example.com"))
	s.certs.put(SeedSpareCert, seedCert("shop.example.com"))
	e.extDomains = []*extDomain{{id: 1, domain: SeedDomain, certID: SeedCertificate}}
	e.added = []addedDomain{{domain: "static.example.com"}}
	e.custom = &customSSL{cert: "seeded certificate", key: "seeded private key", intermediate: "seeded chain", enabled: true}
	e.rules.put(SeedRule, Doc{"name": "Office", "direction": "INPUT", "action": "ALLOW", "protocol": "TCP", "ports": "3306", "src": "192.0.2.0/24", "priority": 1100.0, "isEnabled": true, "isInfra": false, "softNodeGroup": "sqldb"})
	e.endpoints.put(SeedEndpoint, Doc{"nodeId": NodeShopDB, "name": "MySQL", "protocol": "TCP", "privatePort": 3306, "publicPort": 11008, "domain": "node102-shop.jelastic.example"})
	s.repos.put(SeedRepo, Doc{"uid": UserDev, "name": "shop", "url": "https://git.example.com/acme/shop.git", "type": "GIT", "branch": "main", "login": "ci", "password": "repo-password", "description": "The shop"})
	e.deploy(&project{context: "ROOT", layer: "cp", kind: "GIT", url: "https://git.example.com/acme/shop.git", branch: "main", login: "ci", settings: Doc{"autoUpdate": false}, hooks: Doc{"postDeploy": "php artisan migrate --force"}}, strings.Repeat("0123abcd", 5), created)
	e.maven.put(SeedBuildProject, Doc{"nodeId": NodeShopBuild, "name": "shop-api", "url": "https://git.example.com/acme/shop-api.git", "branch": "main", "settings": Doc{}, "hooks": Doc{"preBuild": "mvn -v"}, "target": target{context: "api", layer: "cp"}, "hash": strings.Repeat("89ef", 10), "built": true})
	web.mounts = []Doc{{"nodeId": NodeShopWeb, "path": "/data/shared", "name": "shared", "protocol": "NFS4", "readOnly": false, "sourceNodeId": NodeShopDB, "sourceHost": db.intIP, "sourcePath": "/data", "creator": "USER", "type": "INTERNAL"}}
	db.exported = []Doc{{"path": "/data", "clientNodeId": NodeShopWeb, "clientPath": "/data/shared", "readOnly": false}}
}

func seedCert(domains string) Doc {
	return Doc{"uid": UserDev, "domains": domains, "cert": "seeded certificate of " + domains, "intermediate": "seeded chain", "issuedBy": "Example CA", "key": "seeded key", "sslType": "CUSTOM", "isDeleted": false}
}

func webErrors(at time.Time) string {
	var b strings.Builder
	for i := range 40 {
		t := at.Add(time.Duration(i) * time.Minute).Format("2006/01/02 15:04:05")
		fmt.Fprintf(&b, "%s [error] 812#812: *%d FastCGI sent in stderr: \"PHP message: PHP Warning: Undefined array key in cart.php on line %d\"\n", t, 1000+i, 40+i)
	}
	return b.String()
}

func (s *Server) seedStaging(created time.Time) {
	e := s.addEnv(EnvStaging, UserDev, created)
	e.displayName, e.engine, e.groups, e.status = "Shop staging", "php8.2", []string{GroupStaging}, statusStopped
	s.seedNode(e, NodeStagingWeb, "cp", "nginxphp").vars = map[string]string{"APP_ENV": "staging"}
	s.seedNode(e, NodeStagingDB, "sqldb", "mysql5")
	e.custom = &customSSL{cert: "staging certificate", key: "staging private key", enabled: true}
}

// seedAnalytics is broken in a way that its log explains: one of two nodes has no space left, so that calls to the layer fail
// in part.
func (s *Server) seedAnalytics(created, now time.Time) {
	e := s.addEnv(EnvAnalytics, UserDev, created)
	e.displayName, e.engine, e.status = "Analytics", "nodejs22", statusBroken
	full := s.seedNode(e, NodeAnalyticsFull, "cp", "nodejs")
	full.broken = "No space left on device"
	for i, line := range []string{
		"[info] collector started on :8080",
		"[warn] /var/lib/events uses 91 % of the disk",
		"[warn] /var/lib/events uses 98 % of the disk",
		"[error] write /var/lib/events/segment-0042: ENOSPC: no space left on device",
		"[fatal] cannot write pid file, exiting; raise diskLimit or delete old segments, then redeploy the node",
	} {
		at := now.Add(-2*time.Hour + time.Duration(i)*10*time.Minute)
		full.files.append("/var/log/nodejs/app.log", stamp(at)+" "+line+"\n", at)
	}
	s.seedNode(e, NodeAnalytics, "cp", "nodejs")
}

func (s *Server) seedSharing() {
	c := &s.collab
	c.policies.put(1, Doc{"ownerUid": 0, "name": "Viewer", "uniqueName": "viewer", "description": "Look at environments", "methods": builtinPolicies["viewer"]})
	c.policies.put(2, Doc{"ownerUid": 0, "name": "Admin", "uniqueName": "admin", "description": "Everything about environments", "methods": builtinPolicies["admin"]})
	c.policies.put(SeedPolicy, Doc{"ownerUid": UserDev, "name": "Restart", "uniqueName": "restart", "description": "Restart nodes", "methods": []string{"environment.control.restartnodes", "environment.control.restartnodebyid"}})
	c.roles.put(1, Doc{"ownerUid": 0, "name": "viewer", "description": "Viewer", "policyIds": []int{1}, "receiveNotification": false})
	c.roles.put(2, Doc{"ownerUid": 0, "name": "admin", "description": "Admin", "policyIds": []int{1, 2}, "receiveNotification": true})
	c.roles.put(SeedRole, Doc{"ownerUid": UserDev, "name": "operator", "description": "Look and restart", "policyIds": []int{1, SeedPolicy}, "receiveNotification": true})
	c.members.put(SeedInvitation, Doc{"ownerUid": UserAgency, "ownerDisplayName": "Agency", "memberUid": UserDev, "email": Login, "displayName": "Agency", "memberDisplayName": "Dev Example", "status": "PENDING"})
	c.members.put(SeedMember, Doc{"ownerUid": UserDev, "ownerDisplayName": "Dev Example", "memberUid": UserMember, "email": "ben@example.com", "displayName": "Ben", "memberDisplayName": "Ben", "status": "ACTIVE"})
	c.members.put(SeedPendingMember, Doc{"ownerUid": UserDev, "ownerDisplayName": "Dev Example", "memberUid": 0, "email": "new@partner.example", "displayName": "New", "memberDisplayName": "New", "status": "PENDING"})
	c.resources.put(SeedResource, Doc{"collaborationId": SeedMember, "ownerUid": UserDev, "resourceId": EnvShop, "type": "ENV", "roleIds": []int{SeedRole}})
}

func (s *Server) seedMarket(now time.Time) {
	s.market.apps = []Doc{
		{"id": SeedApp, "uid": 0, "name": "WordPress", "type": "install", "category": "apps/cms", "description": "Blog and content management"},
		{"id": "drupal", "uid": 0, "name": "Drupal", "type": "install", "category": "apps/cms", "description": "Content management"},
		{"id": "letsencrypt-ssl-addon", "uid": 0, "name": "Let's Encrypt", "type": "update", "category": "addons/security", "description": "Free certificates"},
		{"id": "backup-addon", "uid": 0, "name": "Backup", "type": "update", "category": "addons/backup", "description": "Scheduled backups to storage"},
		{"id": SeedOwnApp, "uid": UserDev, "name": "Shop tools", "type": "update", "category": "custom", "description": "Own add-on"},
	}
	s.market.favorites = []string{SeedApp}
	shop, staging := s.find(EnvShop), s.find(EnvStaging)
	s.market.installed = []Doc{
		{"uniqueName": SeedInstallation, "uid": UserDev, "id": "letsencrypt-ssl-addon", "name": "Let's Encrypt", "type": "update", "envName": shop.name, "appid": shop.appid, "nodeGroup": "cp", "settings": Doc{"customDomains": SeedDomain, "token": "addon-secret"}},
		{"uniqueName": SeedAddon, "uid": UserDev, "id": SeedApp, "name": "WordPress", "type": "install", "envName": staging.name, "appid": staging.appid, "nodeGroup": "", "settings": Doc{"adminEmail": Login}},
	}
	s.market.console = stampedLine(now.Add(-time.Hour), "certificate of "+SeedDomain+" is valid, nothing to do")
}

func (s *Server) seedTriggers(now time.Time) {
	s.triggers.put(SeedTrigger, Doc{
		"uid": UserDev, "envName": EnvShop, "kind": autoscaling, "name": "scale out", "isEnabled": true, "nodeGroup": "cp", "period": 5.0, "state": "IDLE",
		"condition": Doc{"type": "GREATER", "value": 70.0, "valueType": "PERCENTAGES", "resourceType": "CPU"},
		"actions":   []any{Doc{"type": "ADD_NODE", "customData": Doc{"limit": 4.0, "count": 1.0, "notify": true}}},
	})
	s.triggers.put(SeedAlert, Doc{
		"uid": UserDev, "envName": EnvShop, "kind": loadAlert, "name": "disk nearly full", "isEnabled": true, "nodeGroup": "sqldb", "period": 10.0, "state": "IDLE",
		"condition": Doc{"type": "GREATER", "value": 90.0, "valueType": "PERCENTAGES", "resourceType": "DISK"},
		"actions":   []any{Doc{"type": "NOTIFY", "customData": Doc{"notify": true}}},
	})
	for i := range 30 {
		row := Doc{"id": i + 1, "uid": UserDev, "envName": EnvShop, "startDate": stamp(now.Add(time.Duration(i-30) * 8 * time.Hour)), "conditionType": "GREATER", "notificationSent": true, "result": 0}
		if i%3 == 0 {
			row["kind"], row["triggerId"], row["triggerName"], row["nodeGroup"], row["resourceType"], row["actionType"], row["conditionValue"] = loadAlert, SeedAlert, "disk nearly full", "sqldb", "DISK", "NOTIFY", 90.0
		} else {
			row["kind"], row["triggerId"], row["triggerName"], row["nodeGroup"], row["resourceType"], row["actionType"], row["conditionValue"] = autoscaling, SeedTrigger, "scale out", "cp", "CPU", "ADD_NODE", 70.0
		}
		s.triggerLog = append(s.triggerLog, row)
	}
}

// seedActions is the history: a failure that tells why EnvAnalytics is broken, and ordinary work.
func (s *Server) seedActions(now time.Time) {
	s.work.last = SeedAction - 3
	for _, a := range []*action{
		{method: "environment.control.createenvironment", envName: EnvShop, started: now.AddDate(0, 0, -60), params: Doc{"actionkey": "create-shop"}, key: "create-shop"},
		{method: "environment.deployment.deploy", envName: EnvShop, started: now.AddDate(0, 0, -3), params: Doc{"envName": EnvShop, "context": "ROOT"}},
		{method: "environment.control.restartnodes", envName: EnvAnalytics, started: now.Add(-time.Hour), params: Doc{"envName": EnvAnalytics, "nodeGroup": "cp"}, code: CodeNode, errText: "node [301]: No space left on device"},
		{method: "environment.control.stopenv", envName: EnvStaging, started: now.Add(-50 * time.Minute), params: Doc{"envName": EnvStaging}},
	} {
		a.uid, a.appid, a.ends = UserDev, s.find(a.envName).appid, a.started.Add(30*time.Second)
		s.work.add(a)
	}
}
