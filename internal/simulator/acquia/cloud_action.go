package acquia

import "time"

// cloudActions are the steps that the platform can take before and after a deployment, with what is on by default.
var cloudActions = []struct {
	id, label, when string
	on              bool
}{
	{"f668295f-cbba-472d-8b75-c76ab89e5001", "Back up all databases", "pre-deployment", true},
	{"f668295f-cbba-472d-8b75-c76ab89e5002", "Turn on maintenance mode", "pre-deployment", false},
	{"f668295f-cbba-472d-8b75-c76ab89e5003", "Clear all caches", "post-deployment", true},
}

func cloudActionRoutes() []Route {
	const actions = "/environments/{environmentId}/cloud-actions"
	each := func(c *call, on func(isDefault bool) bool) {
		for _, a := range cloudActions {
			c.env().in("cloud-actions").get(a.id).setFlag("enabled", on(a.on))
		}
	}
	return []Route{
		list(actions, whole),
		do("PUT "+actions, change{Status: 200, Event: "CloudActionsUpdated", Say: "Cloud Actions have been updated.", Tag: "notification",
			Fields: []Field{need("cloud-actions", Object)},
			Check: func(c *call) error {
				for id, on := range c.body["cloud-actions"].(Doc) {
					if _, isBool := on.(bool); !isBool {
						return invalid("cloud-actions", "The value of %s is not a boolean.", id)
					}
					if c.env().in("cloud-actions").get(id) == nil {
						return invalid("cloud-actions", "There is no cloud action %s.", id)
					}
				}
				return nil
			},
			Do: func(c *call, _ time.Time) {
				for id, on := range c.body["cloud-actions"].(Doc) {
					c.env().in("cloud-actions").get(id).setFlag("enabled", on == true)
				}
			}}),
		do("POST "+actions+"/actions/enable", change{Status: 200, Event: "CloudActionsEnabled", Say: "Cloud Actions have been enabled.", Tag: "notification",
			Do: func(c *call, _ time.Time) { each(c, func(bool) bool { return true }) }}),
		do("POST "+actions+"/actions/disable", change{Status: 200, Event: "CloudActionsDisabled", Say: "Cloud Actions have been disabled.", Tag: "notification",
			Do: func(c *call, _ time.Time) { each(c, func(bool) bool { return false }) }}),
		do("POST "+actions+"/actions/reset", change{Status: 200, Event: "CloudActionsReset", Say: "Cloud Actions have been reset to the default.", Tag: "notification",
			Do: func(c *call, _ time.Time) { each(c, func(isDefault bool) bool { return isDefault }) }}),
	}
}

// furnish gives a new environment what every environment has.
func (s *Server) furnish(env *node, site string) {
	for _, a := range cloudActions {
		env.in("cloud-actions").add(a.id, Doc{"id": a.id, "label": a.label, "description": a.label + " of the environment.", "type": a.when,
			"flags": Doc{"enabled": a.on, "default": a.on}})
	}
	for _, l := range logTypes {
		env.in("logs").add(l[0], Doc{"name": l[0], "type": l[0], "label": l[1], "flags": Doc{"available": false}})
	}
	for _, kind := range []string{"web", "db", "bal"} {
		s.newMachine(env, kind)
	}
	env.setVariable("AH_SITE_GROUP", site)
	for _, rel := range []string{"crons", "variables", "databases", "ssl/certificates", "ssl/csrs", "log-forwarding-destinations", "search/indexes"} {
		env.in(rel) // so that their lists are the environment's even while they are empty
	}
}
