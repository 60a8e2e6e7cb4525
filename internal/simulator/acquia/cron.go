package acquia

import (
	"strings"
	"time"

	"paasmcp/internal/lazy"
)

var cronField = lazy.MustCompile(`^[\d*][\d*,/-]*$`)

func cronRoutes() []Route {
	const crons = "/environments/{environmentId}/crons"
	const cron = crons + "/{cronId}"
	fields := []Field{need("command", String), need("frequency", String), need("label", String)}
	check := all(drupal("Cron jobs are"), checkCron)
	return []Route{
		list(crons, whole),
		get(cron),
		do("POST "+crons, change{Event: "CronCreated", Say: "Creating a new cron.", Fields: fields, New: "label", Check: check,
			Do: func(c *call, _ time.Time) {
				c.s.newCron(c.env(), c.s.newUUID(), c.text("label"), c.text("command"), c.text("frequency"))
			}}),
		do("PUT "+cron, change{Event: "CronUpdated", Say: "Updating cron.", Fields: optional(fields), Check: all((*call).something, check),
			Do: func(c *call, _ time.Time) {
				for _, field := range []string{"label", "command"} {
					if s := c.text(field); s != "" {
						c.last.doc[field] = s
					}
				}
				if s := c.text("frequency"); s != "" {
					setFrequency(c.last.doc, s)
				}
			}}),
		remove("DELETE "+cron, 0, "CronDeleted", "Deleting cron.", drupal("Cron jobs are")),
		flip("POST "+cron+"/actions/enable", 0, "CronEnabled", "The cron is being enabled.", "enabled", true),
		flip("POST "+cron+"/actions/disable", 0, "CronDisabled", "The cron is being disabled.", "enabled", false),
	}
}

func checkCron(c *call) error {
	if f := c.text("frequency"); f != "" {
		parts := strings.Fields(f)
		if len(parts) != 5 {
			return invalid("frequency", "The cron frequency needs five fields: minute, hour, day of month, month, day of week.")
		}
		for _, p := range parts {
			if !cronField.MatchString(p) {
				return invalid("frequency", "The cron frequency does not appear to be valid.")
			}
		}
	}
	if other := c.env().in("crons").having("label", c.text("label")); other != nil && other != c.last {
		return invalid("label", "The label for the cron is already used by another cron. Please choose another label.")
	}
	return nil
}

func (s *Server) newCron(env *node, id, label, command, frequency string) *node {
	d := Doc{"id": id, "label": label, "command": command, "server": nil, "flags": Doc{"enabled": true, "system": false, "on_any_web": true},
		"environment": Doc{"id": env.id, "name": env.doc["name"]}}
	setFrequency(d, frequency)
	return env.in("crons").add(id, d)
}

// setFrequency spreads a cron line over the five fields in which the API shows it.
func setFrequency(d Doc, frequency string) {
	parts := strings.Fields(frequency)
	for i, field := range []string{"minute", "hour", "day_month", "month", "day_week"} {
		d[field] = parts[i]
	}
}
