package acquia

import "time"

func codeStudioRoutes() []Route {
	const sub = "/subscriptions/{subscriptionUuid}/code-studio"
	const app = "/applications/{applicationUuid}/code-studio"
	project := func(c *call) (Doc, error) {
		if c.last.in("code-studio").get("project") == nil {
			return nil, notFound("Code Studio is not enabled for this application.")
		}
		return Doc{"application_id": c.last.id, "status": "active", "_links": Doc{"code-studio": link("https://code.acquia.com/" + c.last.id)}}, nil
	}
	present := func(c *call) error { _, err := project(c); return err }
	return []Route{
		getDoc(app, project),
		do("POST "+app, change{Status: 200, Event: "CodeStudioProjectCreated", Say: "A Code Studio project is being created for the Application.",
			Check: func(c *call) error {
				if present(c) == nil {
					return conflict("The application has a Code Studio project already.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) { c.last.in("code-studio").add("project", Doc{}) }}),
		do("DELETE "+app, change{Status: 200, Event: "CodeStudioProjectDeleted", Say: "The Code Studio project is being removed from the Application.", Check: present,
			Do: func(c *call, _ time.Time) { c.last.in("code-studio").drop("project") }}),
		getDoc(sub, func(c *call) (Doc, error) {
			status := "inactive"
			if c.last.flag("code_studio") {
				status = "active"
			}
			return Doc{"status": status, "_links": Doc{"users": link(c.href(c.path + "/users")), "applications": link(c.href(c.path + "/applications"))}}, nil
		}),
		do("POST "+sub+"/actions/enable", change{Status: 200, Event: "CodeStudioEnabled", Say: "Code Studio has been enabled for the Subscription.", Tag: "notification_id",
			Do: func(c *call, _ time.Time) { c.last.setFlag("code_studio", true) }}),
		listOf(sub+"/applications", whole, func(c *call) []*node {
			var out []*node
			for _, a := range c.s.root.in("applications").of(c.last) {
				if a.in("code-studio").get("project") != nil {
					out = append(out, a)
				}
			}
			return out
		}),
		list(sub+"/users", whole),
		get(sub + "/users/{userUuid}"),
		do("POST "+sub+"/users", change{Status: 200, Event: "CodeStudioUserAdded", Say: "A Code Studio user has been added to the Subscription.",
			Fields: []Field{need("user_id", String), opt("role", String)}, New: "user_id",
			Check: func(c *call) error {
				if c.s.root.in("people").get(c.text("user_id")) == nil {
					return invalid("user_id", "There is no user %s in this organization.", c.text("user_id"))
				}
				if c.last.in("code-studio/users").get(c.text("user_id")) != nil {
					return conflict("The user has Code Studio already.")
				}
				return nil
			},
			Do: func(c *call, _ time.Time) {
				c.s.newStudioUser(c.last, c.s.root.in("people").get(c.text("user_id")), c.text("role"))
			}}),
		remove("DELETE "+sub+"/users/{userUuid}", 200, "CodeStudioUserDeleted", "The Code Studio user is being removed from the Subscription.", nil),
	}
}

func (s *Server) newStudioUser(sub, user *node, role string) {
	sub.in("code-studio/users").add(user.id, Doc{"uuid": user.id, "first_name": user.doc["first_name"], "last_name": user.doc["last_name"], "mail": user.doc["mail"], "role": role})
}
