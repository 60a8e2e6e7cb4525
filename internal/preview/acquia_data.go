package preview

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"paasmcp/internal/lazy"
	"paasmcp/internal/policy"
)

// acquiaBackup is a finished backup of one database in one environment.
type acquiaBackup struct{ id, kind, done string }

// age writes "2 days ago (2026-11-20 12:03 UTC; daily)".
func (b acquiaBackup) age(where ...string) string {
	return with(ago(b.done), append([]string{exactly(b.done), b.kind}, where...)...)
}

// acquiaBackups reads the backups of a database, newest first. Those that are still being made, or were deleted, help nobody.
func (l *look) acquiaBackups(environment, database string) ([]acquiaBackup, error) {
	list, err := l.list("acquia_database_backup_list", map[string]any{"environment_id": environment, "database_name": database, "sort": "-created"})
	if err != nil {
		return nil, err
	}
	return acquiaFinished(list, "completed_at"), nil
}

func acquiaFinished(list []map[string]any, done string) []acquiaBackup {
	var backups []acquiaBackup
	for _, backup := range list {
		b := acquiaBackup{id: first(backup, "id"), kind: first(backup, "type"), done: first(backup, done)}
		if deleted, _ := field(backup, "flags.deleted").(bool); b.done != "" && !deleted {
			backups = append(backups, b)
		}
	}
	slices.SortStableFunc(backups, func(a, b acquiaBackup) int {
		at, _ := moment(a.done)
		bt, _ := moment(b.done)
		return bt.Compare(at)
	})
	return backups
}

// lastBackup shows the newest backup. That there is none is said as well: it is what a person most needs to know.
func (l *look) lastBackup(what string, backups []acquiaBackup, err error, where ...string) {
	switch {
	case err != nil:
		l.doubt(strings.Join(append([]string{what}, where...), " "), err)
	case len(backups) == 0:
		l.detail(what, with("none", where...))
	default:
		l.detail(what, backups[0].age(where...))
	}
}

// acquiaOffer offers a backup of a database before the call. backups are those there are, newest first.
func (l *look) acquiaOffer(environment, database string, backups []acquiaBackup) {
	step := Step{Tool: "acquia_database_backup_create", Args: map[string]any{"environment_id": environment, "database_name": database}}
	if len(backups) > 0 {
		step.Last = backups[0].done
	}
	l.target.First = append(l.target.First, step)
}

// acquiaAlias is a site and an environment as in acme.prod.
var acquiaAlias = lazy.MustCompile(`^[a-z0-9][a-z0-9_-]*\.[a-z0-9][a-z0-9_-]*$`)

// acquiaPlace shows what an environment belongs to and where it is seen, and lets a person type the name by which drush and SSH know
// it: its label, such as Production, is that of many others.
func acquiaPlace(l *look) {
	id := l.argument("environment_id")
	if id == "" {
		return
	}
	environment, err := l.acquiaEnvironment(id)
	if err != nil {
		return // kind says so already
	}
	l.detail("application", first(environment, "application.name"))
	addresses := texts(environment["domains"])
	active := first(environment, "active_domain")
	addresses = slices.DeleteFunc(addresses, func(a string) bool { return a == active })
	l.detail("addresses", some(present(append([]string{active}, addresses...)...), 5))
	if acquiaClassic.MatchString(id) && l.last() == "environment_id" && l.target.Name != "" {
		if alias := acquiaKnownAs(environment); alias != "" {
			l.target.Name = alias
			l.detail("known as", alias)
		}
	}
}

// acquiaKnownAs is the name by which drush and SSH know an environment, where it has one.
func acquiaKnownAs(environment map[string]any) string {
	if alias, _, _ := strings.Cut(first(environment, "ssh_url"), "@"); acquiaAlias.MatchString(alias) {
		return alias
	}
	return ""
}

// maxAcquiaBackups is of how many databases the last backup is looked up, and a backup offered: each is a read now and a wait later.
const maxAcquiaBackups = 3

// acquiaDatabases shows the databases of an environment with their last backups, and offers to back them up.
func acquiaDatabases(l *look) {
	id := l.argument("environment_id")
	environment, err := l.acquiaEnvironment(id)
	if err != nil || first(environment, "type") != "drupal" { // others have no databases
		return
	}
	application := acquiaApplication(id)
	list, err := l.list("acquia_application_database_list", map[string]any{"application_uuid": application})
	if err != nil {
		l.doubt("databases", err)
		return
	}
	var names []string
	for _, database := range list {
		names = append(names, first(database, "name"))
	}
	l.detail("databases", counted(names, 5))
	if len(names) > maxAcquiaBackups {
		l.detail("backups", "not looked up for so many databases, and no backup is offered")
		return
	}
	l.acquiaBackUp(id, names...)
}

// acquiaBackUp shows the last backups of databases in one environment and offers new ones.
func (l *look) acquiaBackUp(environment string, databases ...string) {
	var steps []func(*look)
	for _, name := range databases {
		steps = append(steps, func(l *look) {
			backups, err := l.acquiaBackups(environment, name)
			l.lastBackup("last backup of "+name, backups, err)
			l.acquiaOffer(environment, name, backups)
		})
	}
	l.inOrder(steps...)
}

// acquiaSource shows the environment that a copy comes from: it stays as it is.
func (l *look) acquiaSource(argument, what string) map[string]any {
	id := l.argument(argument)
	if id == "" {
		return nil
	}
	source, err := l.acquiaEnvironment(id)
	if err != nil {
		l.doubt(what+" "+id, err)
		return nil
	}
	r, _ := acquia{}.resource(acquiaEnvironmentGet(id), source)
	l.detail(what, describe(r, id))
	return source
}

func acquiaDatabaseCopy(l *look) {
	name := l.argument("name")
	l.detail("database", name)
	l.along("all data of "+name+" in this environment", "replaced")
	l.inOrder(
		func(l *look) { l.acquiaSource("source", "data comes from") },
		(*look).acquiaGuard,
		func(l *look) { l.acquiaBackUp(l.argument("environment_id"), name) },
	)
}

func acquiaFilesCopy(l *look) {
	l.acquiaSource("source", "files come from")
	l.acquiaGuard()
	l.along("files of the environment", "replaced; no call brings them back")
}

// acquiaGuard says whether the platform itself refuses copies onto the environment.
func (l *look) acquiaGuard() {
	environment, err := l.acquiaEnvironment(l.argument("environment_id"))
	if on, _ := field(environment, "flags.production_mode").(bool); err == nil && on {
		l.impossible("the environment is in production mode, in which it takes no copies; acquia_production_mode_disable ends that")
	}
}

func acquiaBackupRestore(l *look) {
	name := l.argument("database_name")
	l.detail("database", name)
	l.along("everything written to "+name+" since the backup", "lost")
	l.acquiaBackUp(l.argument("environment_id"), name)
}

func acquiaBackupDelete(l *look) {
	name := l.argument("database_name")
	l.detail("database", name)
	backups, err := l.acquiaBackups(l.argument("environment_id"), name)
	if err != nil {
		l.doubt("other backups", err)
		return
	}
	l.otherBackups("other backups of "+name, l.argument("backup_id"), backups)
}

func acquiaBackupCreate(l *look) {
	name := l.argument("database_name")
	l.detail("database", name)
	backups, err := l.acquiaBackups(l.argument("environment_id"), name)
	l.lastBackup("last backup of "+name, backups, err)
}

// acquiaDatabaseEverywhere is about a database that is deleted or emptied in all environments of its application at once. A
// backup is offered only before it is emptied: backups of a database that is gone cannot be reached by any call.
func acquiaDatabaseEverywhere(l *look) {
	const most = 3 // reads that are left
	name, gone := l.argument("database_name"), l.Op.Method() == "DELETE"
	l.detail("database", name)
	environments := acquiaEnvironmentsOf(l)
	shown := environments[:min(most, len(environments))]
	var steps []func(*look)
	for _, environment := range shown {
		steps = append(steps, func(l *look) {
			where := first(environment, "label", "name")
			backups, err := l.acquiaBackups(first(environment, "id"), name)
			switch {
			case !gone:
				l.along("all of its data in", with(where, first(environment, "active_domain")))
				l.lastBackup("last backup", backups, err, "in "+where)
				if err == nil {
					l.acquiaOffer(first(environment, "id"), name, backups)
				}
			case err != nil:
				l.along("data and backups in", with(where, first(environment, "active_domain")))
				l.doubt("backups in "+where, err)
			default:
				l.along("data and backups in", with(where, first(environment, "active_domain"), acquiaWithBackups(backups)))
			}
		})
	}
	l.inOrder(steps...)
	if more := len(environments) - len(shown); more > 0 {
		l.along("and in other environments", strconv.Itoa(more))
		l.doubt("backups in "+count(more, "other environment"), errors.New("too many to look up"))
	}
}

// acquiaWithBackups says of something that is deleted which backups go with it.
func acquiaWithBackups(backups []acquiaBackup) string {
	if len(backups) == 0 {
		return "there is no backup"
	}
	return count(len(backups), "backup") + ", the newest " + backups[0].age()
}

// otherBackups says what is left when one backup is deleted.
func (l *look) otherBackups(what, id string, backups []acquiaBackup) {
	backups = slices.DeleteFunc(backups, func(b acquiaBackup) bool { return b.id == id })
	if len(backups) == 0 {
		l.detail(what, "none: this is the only one")
		return
	}
	l.detail(what, count(len(backups), "backup")+", the newest "+backups[0].age())
}

func acquiaDatabaseCreate(l *look) {
	l.detail("database", l.argument("name"))
	for _, environment := range acquiaEnvironmentsOf(l) {
		l.along("made in", with(first(environment, "label", "name"), first(environment, "active_domain")))
	}
}

// acquiaEnvironmentsOf are the environments of the application in the path, production first.
func acquiaEnvironmentsOf(l *look) []map[string]any {
	list, err := l.acquiaWhole(hit{of: ofApplication, id: l.argument("application_uuid")})
	if err != nil {
		return nil // kind says so already
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b map[string]any) int {
		production := func(environment map[string]any) int {
			return btoi(acquia{}.kindIn(environment, first(environment, "id")).Environment == policy.Production)
		}
		return production(b) - production(a)
	})
	return list
}
