package acquia

import (
	"strings"
	"time"
)

func searchRoutes() []Route {
	const sets = "/applications/{applicationUuid}/search/config-sets"
	const indexes = "/environments/{environmentId}/search/indexes"
	return []Route{
		index("/applications/{applicationUuid}/search", "config-sets"),
		list(sets, indexed),
		get(sets + "/{configurationSetId}"),
		do("POST "+sets, change{Event: "SearchConfigurationSetCreated", Say: "The search configuration set is being created.", Fields: []Field{need("archive", String)},
			Check: func(c *call) error {
				if !strings.HasPrefix(c.text("archive"), "PK") && c.http.Header.Get("Content-Type") != "application/json" {
					return invalid("general", "The uploaded file is not a zip file.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.s.newConfigSet(c.app(), "custom-"+itoa(c.s.newSerial()), true) }}),
		remove("DELETE "+sets+"/{configurationSetId}", 200, "SearchConfigurationSetDeleted", "The search configuration set has been deleted.", func(c *call) error {
			if !c.last.flag("custom") {
				return conflict("Only your own configuration sets can be deleted.")
			}
			return nil
		}),
		index("/environments/{environmentId}/search", "indexes"),
		list(indexes, indexed),
		get(indexes + "/{indexId}"),
		do("POST "+indexes, change{Event: "SearchIndexCreated", Say: "The search index for {database_role} is being created.",
			Fields: []Field{need("database_role", String), opt("config_set_id", String)}, New: "database_role",
			Check: func(c *call) error {
				if c.env().in("databases").get(c.text("database_role")) == nil {
					return invalid("database_role", "The database %q does not exist in this environment.", c.text("database_role"))
				}
				if c.env().in("search/indexes").having("database_role", c.text("database_role")) != nil {
					return conflict("The database %q has a search index already.", c.text("database_role"))
				}
				return c.ownConfigSet()
			},
			Do: func(c *call, _ time.Time) { c.s.newIndex(c.env(), c.text("database_role"), c.text("config_set_id")) }}),
		do("PUT "+indexes+"/{indexId}", change{Event: "SearchIndexUpdated", Say: "The search index {indexId} is being updated.",
			Fields: []Field{opt("config_set_id", String)}, Check: all((*call).something, (*call).ownConfigSet),
			Do: func(c *call, _ time.Time) { c.last.doc["config_set_id"] = c.text("config_set_id") }}),
		remove("DELETE "+indexes+"/{indexId}", 200, "SearchIndexDeleted", "The search index has been removed from the environment.", nil),
	}
}

func (c *call) ownConfigSet() error {
	if id := c.text("config_set_id"); id != "" && c.env().owner.in("search/config-sets").get(id) == nil {
		return invalid("config_set_id", "The configuration set %q does not belong to this application.", id)
	}
	return nil
}

func (s *Server) newConfigSet(app *node, id string, custom bool) {
	app.in("search/config-sets").add(id, Doc{"id": id, "application_uuid": app.id, "label": id, "flags": Doc{"custom": custom}, "status": "active",
		"health": Doc{"code": "OK", "summary": "Configuration set active", "details": "No issues."}})
}

func (s *Server) newIndex(env *node, database, set string) *node {
	if set == "" {
		set = SeedConfigSet
	}
	id := "ACME-24042." + env.text("name") + "." + database
	return env.in("search/indexes").add(id, Doc{"id": id, "environment_id": env.id, "config_set_id": set, "database_role": database, "status": "active",
		"solr_version": "9", "url": "https://search.example.com/solr/" + id + "/", "health": Doc{"code": "OK", "summary": "Search index active", "details": "No issues."}})
}
