package finder_test

import (
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/finder"
	"paasmcp/schemas"
)

func names(matches []finder.Match) []string {
	var list []string
	for _, m := range matches {
		list = append(list, m.Row.Name)
	}
	return list
}

// The sentences are this test's own: the evaluation measures how many needs are understood, this one that each of the
// means of understanding works at all.
func TestFind(t *testing.T) {
	t.Parallel()
	f := finder.New(everything(t))
	tests := []struct {
		why, query string
		platform   schemas.Platform
		want       string
		within     int
	}{
		{"a name", "environment backup restore", schemas.Platformsh, "platformsh_environment_backup_restore", 1},
		{"a name as code", "platformsh_team_member_create", "", "platformsh_team_member_create", 1},
		{"the vendor's run-together name", "addsslcert", schemas.Virtuozzo, "virtuozzo_ssl_cert_create", 3},
		{"words nobody separated", "listsshkeys", schemas.Acquia, "acquia_ssh_key_list", 3},
		{"two slips of the keyboard", "crate enviroment varable", schemas.Acquia, "acquia_variable_create", 3},
		{"letters exchanged, also in the verb", "restrat the node", schemas.Virtuozzo, "virtuozzo_node_restart", 2},
		{"an idiom with an article left out", "add node to the environment", schemas.Virtuozzo, "virtuozzo_topology_update", 3},
		{"a short word with letters exchanged", "stpo the environment", schemas.Virtuozzo, "virtuozzo_environment_stop", 1},
		{"a slip is no German compound", "rstart node", schemas.Virtuozzo, "virtuozzo_node_restart", 1},
		{"what only tells is no order", "a merge removed our fix from production", schemas.Platformsh, "platformsh_environment_activity_list", 3},
		{"what is refused is no order", "it doesn't create environments for pull requests", schemas.Platformsh, "platformsh_integration_list", 3},
		{"a noun that looks like a verb", "do a restart of the node", schemas.Virtuozzo, "virtuozzo_node_restart", 2},
		{"a pasted name means nothing", "set MAIL_HOST for the whole project", schemas.Platformsh, "platformsh_project_variable_create", 2},
		{
			"the end of a long text", strings.Repeat("this is what the log says: nothing of use here. ", 200) + "please clear the cache of the site", schemas.Acquia,
			"acquia_environment_caches_clear", 3,
		},
		{"an order after a complaint", "the build hangs since noon, can you please cancel it", schemas.Platformsh, "platformsh_environment_activity_cancel", 2},
		{
			"an order at the end of a story", "hello, we talked about the portal on monday and about the certificate of the shop, which is fine again, " +
				"and about the new logs; the invoice was paid as well, so please restore the database backup of tuesday", schemas.Acquia,
			"acquia_database_backup_restore", 1,
		},
		{"an idiom", "spin up a copy of my environment", schemas.Virtuozzo, "virtuozzo_environment_clone", 3},
		{"an idiom with words between", "roll the production database back", schemas.Acquia, "acquia_database_backup_restore", 3},
		{"a synonym", "which config vars are set on this environment", schemas.Platformsh, "platformsh_environment_variable_list", 3},
		{"something pasted", "change SMTP_PASSWORD on staging", schemas.Acquia, "acquia_variable_update", 3},
		{"a problem, not an order", "the deployment of last night failed", schemas.Platformsh, "platformsh_environment_activity_list", 3},
		{"a plural asks for the list", "show the teams", schemas.Acquia, "acquia_team_list", 1},
		{"remove is the opposite of add", "take the domain off the environment, remove it", schemas.Acquia, "acquia_domain_delete", 1},
		{"on and off", "cdn off", schemas.Acquia, "acquia_environment_cdn_disable", 2},
		{"a compound word of German", "Produktivumgebung löschen", schemas.Virtuozzo, "virtuozzo_environment_delete", 3},
		{"German typed without umlauts", "Backup loeschen", schemas.Platformsh, "platformsh_environment_backup_delete", 3},
		{"an apostrophe of French", "supprimer l'environnement", schemas.Acquia, "acquia_environment_delete", 3},
		{"a verb of German in two parts", "Fahre die Testumgebung herunter", schemas.Virtuozzo, "virtuozzo_environment_stop", 2},
		{"a phrase of French", "mettre en veille l'environnement", schemas.Platformsh, "platformsh_environment_pause", 1},
		{"a preposition of Spanish that looks like a verb", "crear una variable para el entorno", schemas.Acquia, "acquia_variable_create", 1},
		{"a complaint in Polish", "strona nie działa po wdrożeniu", schemas.Platformsh, "platformsh_environment_activity_list", 3},
		{"Spanish", "crear una base de datos", schemas.Acquia, "acquia_application_database_create", 3},
		{"cases of Polish", "usuń zmienną środowiskową", schemas.Acquia, "acquia_variable_delete", 3},
		{"Japanese without spaces", "バックアップを復元したい", schemas.Platformsh, "platformsh_environment_backup_restore", 1},
		{"the platform by its name", "Platform.sh: list my ssh keys or add one", "", "platformsh_ssh_key_create", 3},
		{"the platform by its product", "jelastic firewall rules", "", "virtuozzo_firewall_rule_list", 3},
		{"the platform by a thing only it has", "how many cloudlets may a node have", "", "virtuozzo_node_cloudlets_set", 3},
		{"the current one before the deprecated", "who has access to the project", schemas.Platformsh, "platformsh_project_user_access_list", 1},
	}
	for _, test := range tests {
		found := names(f.Find(test.query, test.platform, test.within))
		if !slices.Contains(found, test.want) {
			t.Errorf("%s: %q: %s is not among the first %d: %v", test.why, test.query, test.want, test.within, found)
		}
	}
}

func TestFindKeepsToThePlatform(t *testing.T) {
	t.Parallel()
	f := finder.New(everything(t))
	for _, test := range []struct {
		query    string
		platform schemas.Platform
		want     schemas.Platform
	}{
		{"list environments", schemas.Acquia, schemas.Acquia},
		{"upsun list environments", "", schemas.Platformsh},
		{"virtuozzo environments", schemas.Acquia, schemas.Acquia}, // what was passed beats what was said
	} {
		for _, m := range f.Find(test.query, test.platform, 50) {
			if m.Row.Platform != test.want {
				t.Errorf("%q on %q found %s", test.query, test.platform, m.Row.Name)
			}
		}
	}
	got := names(f.Find("list the environments of upsun and of acquia", "", 2))
	if want := []string{"platformsh_environment_list", "acquia_environment_list"}; !slices.Equal(got, want) {
		t.Errorf("two platforms were named: %v, want %v", got, want)
	}
	for _, m := range f.Find("list the environments of upsun and of acquia", "", 50) {
		if m.Row.Platform == schemas.Virtuozzo {
			t.Errorf("two platforms were named and a third one answers: %s", m.Row.Name)
		}
	}
}

// Only platforms with an account are loaded; naming another must not leave the caller with nothing.
func TestFindWithoutTheNamedPlatform(t *testing.T) {
	t.Parallel()
	catalog, err := schemas.Open(nil, schemas.Acquia)
	if err != nil {
		t.Fatal(err)
	}
	if found := finder.New(catalog.Rows()).Find("upsun list environments", "", 5); len(found) == 0 {
		t.Error("nothing found")
	}
}

func TestFindNothing(t *testing.T) {
	t.Parallel()
	f := finder.New(everything(t))
	for _, query := range []string{"", " ", "?!", "the of and", "xqzzy", "ソ", "\xff\xfe"} {
		if found := f.Find(query, "", 8); len(found) > 0 {
			t.Errorf("%q found %v", query, names(found))
		}
	}
	if found := finder.New(nil).Find("list environments", "", 8); len(found) > 0 {
		t.Errorf("no rows, and found %v", names(found))
	}
}

func TestFindIsDeterministic(t *testing.T) {
	t.Parallel()
	rows := everything(t)
	f := finder.New(rows)
	reversed := slices.Clone(rows)
	slices.Reverse(reversed)
	g := finder.New(reversed)
	for _, query := range []string{"environment", "delete it", "backups of the production database"} {
		want := names(f.Find(query, "", 50))
		for range 5 {
			if got := names(f.Find(query, "", 50)); !slices.Equal(got, want) {
				t.Fatalf("%q: %v, then %v", query, want, got)
			}
		}
		if got := names(g.Find(query, "", 50)); !slices.Equal(got, want) {
			t.Errorf("%q: the order of the rows changes the answer: %v, then %v", query, want, got)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	f := finder.New(everything(t))
	for wrong, want := range map[string]string{
		"platformsh_environment_list_":          "platformsh_environment_list",
		"platformsh_enviroment_list":            "platformsh_environment_list",
		"platformsh_environment_backups_list":   "platformsh_environment_backup_list",
		"acquia_environments_list":              "acquia_environment_list",
		"acquia_database_backup_restor":         "acquia_database_backup_restore",
		"virtuozzo_env_vars_list":               "virtuozzo_env_vars_get",
		"virtuozzo_ssl_certificate_list":        "virtuozzo_ssl_cert_list",
		"acquia_purge_the_cache_of_all_domains": "acquia_environment_caches_clear",
		"restore_backup":                        "platformsh_environment_backup_restore",
		"upsun_create_a_new_team":               "platformsh_team_create",
		"jelastic_get_environment_variables":    "virtuozzo_env_vars_get",
		"platformsh_create_environment_backup":  "platformsh_environment_backup_create",
		"platformshenvironmentbackupcreate":     "platformsh_environment_backup_create",
		"Platformsh-Environment-Backup-Create":  "platformsh_environment_backup_create",
		"environment_backup_create":             "platformsh_environment_backup_create",
		"createEnvironmentBackup":               "platformsh_environment_backup_create",
		"get-projects-environments":             "platformsh_environment_get",
		"postEnvironmentsDomains":               "acquia_domain_create",
		"environments:database-backup-create":   "acquia_database_backup_create",
		"environment.control.GetEnvInfo":        "virtuozzo_environment_get",
		"getenvinfo":                            "virtuozzo_environment_get",
	} {
		if got := f.Nearest(wrong, "", 5); !slices.Contains(got, want) {
			t.Errorf("%s: %s is not among %v", wrong, want, got)
		}
	}
	for wrong, want := range map[string]string{
		"platformsh_environment_branch": "acquia_environment_create", // on a platform that has no such thing, what comes closest
		"environment_list":              "acquia_environment_list",
	} {
		got := f.Nearest(wrong, schemas.Acquia, 3)
		if !slices.Contains(got, want) || slices.ContainsFunc(got, func(n string) bool { return !strings.HasPrefix(n, "acquia_") }) {
			t.Errorf("%s on acquia: %v, want %s and nothing of another platform", wrong, got, want)
		}
	}
	long := strings.Repeat("environment_", 10_000)
	if got := f.Nearest(long, "", 3); len(got) > 3 {
		t.Errorf("a long name: %v", got)
	}
	if got := f.Nearest("", "", 3); len(got) > 0 {
		t.Errorf("no name, and nearest are %v", got)
	}
}

func FuzzFind(f *testing.F) {
	index := finder.New(everything(f))
	for _, seed := range []string{"list environments", "環境変数", "l'", "a\u0301b", "rollback..", "APP_KEY=1", strings.Repeat("restore ", 90), strings.Repeat("env", 400)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		found := index.Find(query, "", 5)
		if len(found) > 5 {
			t.Errorf("%d results", len(found))
		}
		for i, m := range found {
			if i > 0 && m.Score > found[i-1].Score || m.Score <= 0 || m.Score != m.Score {
				t.Errorf("%q: score %d is %v", query, i, m.Score)
			}
		}
	})
}
