package preview

import "cmp"

// acquiaSite shows the site and the environment of a site instance. Of its parts a person types the site's name: an environment
// holds many sites.
func acquiaSite(l *look) {
	id, environment := l.argument("site_id"), l.argument("environment_id")
	site, err := l.object("acquia_site_get", l.these("site_id"))
	if err != nil {
		l.doubt("site "+id, err)
	} else {
		r, _ := acquia{}.resource("acquia_site_get", site)
		l.detail("site", describe(r, id))
		if name := first(site, "name"); l.last() != "domain" && opaque(id) && name != "" {
			l.target.Name = name
		}
	}
	if l.Op.Name == "acquia_site_instance_create" { // whose path names the environment already
		return
	}
	if answer, err := l.acquiaEnvironment(environment); err == nil {
		r, _ := acquia{}.resource(acquiaEnvironmentGet(environment), answer)
		l.detail("environment", describe(r, environment))
		l.states("environment", r)
	}
}

func (l *look) acquiaInstance() map[string]any {
	return l.these("site_id", "environment_id")
}

func (l *look) acquiaInstanceBackups() ([]acquiaBackup, error) {
	list, err := l.list("acquia_site_instance_backup_list", l.acquiaInstance())
	if err != nil {
		return nil, err
	}
	return acquiaFinished(list, "created_at"), nil
}

// acquiaInstanceData is about everything that overwrites the database of a site instance. It offers no backup first: that of an instance
// is only accepted, and nothing tells when it is done.
func acquiaInstanceData(l *look) {
	l.along("all data of the site in this environment", "replaced")
	l.inOrder(acquiaSite, func(l *look) { l.acquiaSource("source_environment_id", "data comes from") }, func(l *look) {
		backups, err := l.acquiaInstanceBackups()
		l.lastBackup("last backup", backups, err)
	})
}

func acquiaInstanceFiles(l *look) {
	acquiaSite(l)
	l.acquiaSource("source_environment_id", "files come from")
	l.along("files of the site instance", "replaced; no call brings them back")
}

// acquiaInstanceDelete offers no backup: backups are reached through the instance only.
func acquiaInstanceDelete(l *look) {
	acquiaSite(l)
	instance, err := l.object("acquia_site_instance_get", l.acquiaInstance())
	if err == nil {
		l.along("domains", some(texts(instance["domains"]), 5))
	}
	backups, err := l.acquiaInstanceBackups()
	if err != nil {
		l.doubt("backups", err)
		return
	}
	l.along("database and files", acquiaWithBackups(backups))
}

func acquiaInstanceBackupDelete(l *look) {
	acquiaSite(l)
	backups, err := l.acquiaInstanceBackups()
	if err != nil {
		l.doubt("other backups", err)
		return
	}
	l.otherBackups("other backups", l.argument("backup_id"), backups)
}

// acquiaEnvironmentV3 names the codebase of an environment.
func acquiaEnvironmentV3(l *look) {
	environment, err := l.acquiaEnvironment(l.argument("environment_id"))
	if err != nil {
		return // said already
	}
	if id := first(environment, "_embedded.codebase.id"); id != "" {
		l.acquiaCodebase(id)
	}
}

func (l *look) acquiaCodebase(id string) {
	codebase, err := l.object("acquia_codebase_get", map[string]any{"codebase_id": id})
	if err != nil {
		l.doubt("codebase "+id, err)
		return
	}
	r, _ := acquia{}.resource("acquia_codebase_get", codebase)
	l.detail("codebase", describe(r, id))
}

func acquiaSiteCreate(l *look) { l.acquiaCodebase(l.argument("codebase_id")) }

// acquiaCodebaseDelete shows the sites and environments that go.
func acquiaCodebaseDelete(l *look) {
	list, err := l.acquiaWhole(hit{of: ofCodebase, id: l.argument("codebase_id")})
	if err == nil { // kind says otherwise
		l.along("environments", counted(acquiaNamesOf(list), 5))
	}
	sites, err := l.list("acquia_codebase_site_list", l.these("codebase_id"))
	if err != nil {
		l.doubt("sites of the codebase", err)
		return
	}
	l.along("sites", cmp.Or(counted(acquiaNamesOf(sites), 5), "none"))
	if force, _ := l.Args["force"].(bool); force {
		l.detail("checks", "skipped: sites do not stop the deletion")
	}
}

// acquiaBulkSwitch shows what each of the environments runs now.
func acquiaBulkSwitch(l *look) {
	list, err := l.acquiaWhole(hit{of: ofTargets, id: l.argument("codebase_id")})
	if err != nil {
		return // kind says so already
	}
	for _, environment := range list {
		l.change("code of "+first(environment, "label", "name", "id"), first(environment, "reference"), l.argument("reference"))
	}
}

func acquiaSiteDelete(l *look) {
	list, err := l.acquiaWhole(hit{of: ofSite, id: l.argument("site_id")})
	if err == nil { // kind says otherwise
		l.along("in environments", cmp.Or(counted(acquiaNamesOf(list), 5), "none"))
	}
}
