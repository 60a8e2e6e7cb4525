package acquia

import (
	"fmt"
	"strings"
	"time"
)

// logTypes are the logs of an environment with their labels.
var logTypes = [][2]string{
	{"apache-access", "Apache access"}, {"apache-error", "Apache error"}, {"cloud-hook", "Cloud hooks"}, {"cronjob", "Cron jobs"},
	{"drupal-request", "Drupal request"}, {"drupal-watchdog", "Drupal watchdog"}, {"fpm-access", "FPM access"}, {"fpm-error", "FPM error"},
	{"mysql-slow-query", "MySQL slow query"}, {"php-error", "PHP error"},
}

const longestSnapshot = 30 * 24 * time.Hour

// logRoutes: a log can be downloaded once a snapshot of it has been made.
func logRoutes() []Route {
	const logs = "/environments/{environmentId}/logs"
	return []Route{
		list(logs, whole),
		do("POST "+logs+"/{logType}", change{Status: 201, Event: "LogCreated", Say: "The log file is being created.",
			Fields: []Field{opt("from", Time), opt("to", Time)},
			Check: func(c *call) error {
				from, to := c.span()
				switch {
				case !from.Before(to):
					return invalid("from", "The time from must lie before the time to.")
				case to.Sub(from) > longestSnapshot:
					return invalid("from", "A log file can cover %d days at most.", int(longestSnapshot.Hours()/24))
				}
				return nil
			},
			Do: func(c *call, _ time.Time) {
				from, to := c.span()
				c.last.data = logText(c.last.id, c.env(), from, to)
				c.last.setFlag("available", true)
			}}),
		{Call: "GET " + logs + "/{logType}", Handle: func(c *call) (Response, error) {
			if c.last.data == "" {
				return Response{}, notFound("There is no file of the log " + c.last.id + "; create a snapshot of it first.")
			}
			return file("application/octet-stream", zipped(c.last.data))
		}},
		getDoc("/environments/{environmentId}/logstream", func(c *call) (Doc, error) {
			const wss = "wss://logstream.example.com/ah_websocket/logstream/v1"
			return Doc{"logstream": Doc{"url": wss, "commands": []string{"stream-environment", "enable", "disable"}, "params": Doc{
				"t": c.now.Unix(), "hmac": "deadbeef" + c.env().id[:2], "environment": c.env().text("name"), "site": c.env().owner.text("hosting.id")}},
				"_links": Doc{"wss": link(wss)}}, nil
		}),
	}
}

// span is the time that a snapshot shall cover: the last hour unless the body says otherwise.
func (c *call) span() (from, to time.Time) {
	from, to = c.now.Add(-time.Hour), c.now
	if t, is := parseTime(c.text("to")); is {
		to = t
		from = t.Add(-time.Hour)
	}
	if t, is := parseTime(c.text("from")); is {
		from = t
	}
	return from, to
}

// logText makes up a log: a line for every sixtieth of the time. What people look for after the seeded failure is in the
// watchdog log.
func logText(kind string, env *node, from, to time.Time) string {
	var b strings.Builder
	step := to.Sub(from) / 60
	for i, t := 0, from; i < 60; i, t = i+1, t.Add(step) {
		at := t.UTC().Format("Jan _2 15:04:05")
		switch {
		case kind == "drupal-watchdog" && i == 30:
			fmt.Fprintf(&b, "%s %s: php|Error: module acme_checkout requires PHP 8.4, this environment runs 8.3 in acme_checkout_requirements()\n", at, env.text("name"))
		case strings.HasSuffix(kind, "access") || kind == "drupal-request":
			fmt.Fprintf(&b, "198.51.100.%d - - [%s] \"GET /node/%d HTTP/1.1\" 200 %d vhost=%s\n", i+1, t.UTC().Format("02/Jan/2006:15:04:05 -0700"), i, 4000+i, env.text("active_domain"))
		default:
			fmt.Fprintf(&b, "%s %s %s: entry %d\n", at, env.text("name"), kind, i+1)
		}
	}
	return b.String()
}
