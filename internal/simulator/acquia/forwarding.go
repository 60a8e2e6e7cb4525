package acquia

import (
	"maps"
	"time"
)

func forwardingRoutes() []Route {
	const destinations = "/environments/{environmentId}/log-forwarding-destinations"
	const destination = destinations + "/{logForwardingDestinationUuid}"
	consumer := need("consumer", String, "loggly", "splunk", "sumologic", "syslog") // updates must repeat it
	fields := []Field{need("label", String), need("sources", Strings), need("credentials", Object), opt("address", String)}
	return []Route{
		list(destinations, indexed),
		get(destination),
		do("POST "+destinations, change{Event: "LogForwardingDestinationCreated", Say: "Log forwarding destination for the environment has been created.",
			Fields: append(fields, consumer), New: "label", Check: checkForwarding,
			Do: func(c *call, _ time.Time) { c.s.newForwarding(c.env(), c.s.newUUID(), c.body) }}),
		do("PUT "+destination, change{Event: "LogForwardingDestinationUpdated", Say: "Log forwarding destination has been updated.",
			Fields: append(optional(fields), consumer), Check: checkForwarding,
			Do: func(c *call, _ time.Time) { maps.Copy(c.last.doc, c.body) }}),
		remove("DELETE "+destination, 0, "LogForwardingDestinationDeleted", "Log forwarding destination has been deleted.", nil),
		flip("POST "+destination+"/actions/enable", 0, "LogForwardingDestinationEnabled", "Log forwarding destination has been enabled.", "enabled", true),
		flip("POST "+destination+"/actions/disable", 0, "LogForwardingDestinationDisabled", "Log forwarding destination has been disabled.", "enabled", false),
	}
}

func checkForwarding(c *call) error {
	for _, source := range c.texts("sources") {
		if c.env().in("logs").get(source) == nil {
			return invalid("sources", "There is no log %q.", source)
		}
	}
	if other := c.env().in("log-forwarding-destinations").having("label", c.text("label")); other != nil && other != c.last {
		return invalid("label", "Another destination has this label.")
	}
	return nil
}

func (s *Server) newForwarding(env *node, id string, body Doc) *node {
	d := copyDoc(body)
	d["uuid"], d["status"], d["flags"] = id, "active", Doc{"enabled": true, "certificate_expiring": false}
	d["health"] = Doc{"code": "200", "details": "Destination OK", "summary": "OK"}
	d["environment"] = Doc{"id": env.id, "name": env.doc["name"]}
	return env.in("log-forwarding-destinations").add(id, d)
}
