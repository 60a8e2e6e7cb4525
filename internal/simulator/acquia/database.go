package acquia

import (
	"time"

	"paasmcp/internal/lazy"
)

var databaseName = lazy.MustCompile(`^\w{1,63}$`)

// databaseRoutes: a database is created, deleted and erased in all environments of its application at once, production
// included; only copies and backups concern one.
func databaseRoutes() []Route {
	const env = "/environments/{environmentId}/databases"
	const app = "/applications/{applicationUuid}/databases"
	return []Route{
		list(app, indexed),
		do("POST "+app, change{Event: "DatabaseAdded", Say: "The database is being created.", Fields: []Field{need("name", String)}, New: "name",
			Check: all(drupal("Databases are"), func(c *call) error {
				name := c.text("name")
				switch {
				case name == "default":
					return invalid("name", "The database name cannot be \"default\".")
				case !databaseName.MatchString(name):
					return invalid("name", "The database name can only have letters, digits and underscores, 63 at most.")
				case c.app().in("databases").get(name) != nil:
					return invalid("name", "A database with that name already exists. Please choose another name.")
				}
				return nil
			}),
			On: wholeApplication,
			Do: func(c *call, _ time.Time) {
				c.app().in("databases").add(c.text("name"), Doc{"name": c.text("name")})
				for _, e := range wholeApplication(c) {
					c.s.newDatabase(e, c.text("name"), "empty", false)
				}
			}}),
		do("DELETE "+app+"/{name}", change{Event: "DatabaseDeleted", Say: "The database is being deleted.",
			Check: all(drupal("Databases are"), func(c *call) error {
				for _, e := range wholeApplication(c) {
					if db := e.in("databases").get(c.last.id); db != nil && db.flag("default") {
						return invalid("name", "The database is a default database, and cannot be removed.")
					}
				}
				return nil
			}),
			On: wholeApplication,
			Do: func(c *call, _ time.Time) {
				c.app().in("databases").drop(c.last.id)
				for _, e := range wholeApplication(c) {
					e.in("databases").drop(c.last.id)
				}
			}}),
		do("POST "+app+"/{name}/actions/erase", change{Event: "DatabaseErased", Say: "The database is being erased.", Check: drupal("Databases are"),
			On: wholeApplication,
			Do: func(c *call, _ time.Time) {
				for _, e := range wholeApplication(c) {
					if db := e.in("databases").get(c.last.id); db != nil {
						db.data = "empty"
					}
				}
			}}),
		list(env, indexed),
		get(env + "/{databaseName}"),
		getDoc(env+"/{databaseName}/php-config", func(c *call) (Doc, error) {
			return Doc{"drupal": "if (file_exists('/var/www/site-php')) {\n\trequire '/var/www/site-php/" + c.env().text("name") + "/" + c.last.id + "-settings.inc';\n}"}, nil
		}),
		do("POST "+env, change{Event: "DatabaseCopied", Say: "The database is being copied.", Fields: []Field{need("name", String), need("source", String)},
			Check: all(drupal("Databases are"), (*call).otherEnvironment, (*call).unguarded, func(c *call) error {
				for _, e := range []*node{c.env(), c.source()} {
					if e.in("databases").get(c.text("name")) == nil {
						return invalid("database", "The database %q does not exist in %s.", c.text("name"), e.label())
					}
				}
				return nil
			}),
			On: sourceEnvironment,
			Do: func(c *call, _ time.Time) {
				from, to := c.source().in("databases").get(c.text("name")), c.env().in("databases").get(c.text("name"))
				if from != nil && to != nil { // either may have been deleted by work before this
					to.data = from.data
				}
			}}),
	}
}

// wholeApplication are the environments of the application in the path.
func wholeApplication(c *call) []*node { return c.s.root.in("environments").of(c.app()) }

// newDatabase stores a database of one environment.
func (s *Server) newDatabase(env *node, name, data string, isDefault bool) *node {
	n := s.newSerial()
	user, host := "s"+itoa(n), "db-"+itoa(n)+".prod.hosting.acquia.com"
	password := "demo-password-" + itoa(n)
	db := env.in("databases").add(name, Doc{
		"id": n, "name": name, "user_name": user, "password": password, "url": "mysql://" + user + ":" + password + "@" + host + "/" + name,
		"db_host": host, "ssh_host": host, "flags": Doc{"default": isDefault},
		"environment": Doc{"id": env.id, "name": env.doc["name"]},
	})
	db.data = data
	return db
}
