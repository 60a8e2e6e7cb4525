package acquia

import "time"

// serverRoutes: machines change without notification; a client looks at their status.
func serverRoutes() []Route {
	const servers = "/environments/{environmentId}/servers"
	const server = servers + "/{serverId}"
	machine := func(verb, say, status string) Route {
		return do("POST "+server+"/actions/"+verb, change{Say: say,
			Check: func(c *call) error {
				if s := c.last.text("status"); s != "normal" {
					return conflict("The server is %s.", s)
				}
				return nil
			},
			Do: func(c *call, at time.Time) {
				c.last.doc["status"] = status
				c.last.doc["started_at"] = stamp(at)
			}})
	}
	return []Route{
		list(servers, indexed),
		get(server),
		do("PUT "+server, change{Say: "The server configuration is being updated.", Fields: []Field{opt("memcache", Integer)}, Check: (*call).something,
			Do: func(c *call, _ time.Time) { c.last.doc["configuration"].(Doc)["memcache"] = c.body["memcache"] }}),
		machine("reboot", "The server is being rebooted.", "normal"),
		machine("relaunch", "The server is being relaunched.", "normal"),
		machine("suspend", "The server is being suspended.", "suspended"),
		machine("upgrade", "The server is being upgraded.", "normal"),
	}
}

func (s *Server) newMachine(env *node, kind string) *node {
	n := s.newSerial()
	name := kind + "-" + itoa(n)
	return env.in("servers").add(itoa(n), Doc{
		"id": n, "name": name, "hostname": name + ".prod.hosting.acquia.com", "ssh_user": env.text("name"), "ip": "203.0.113." + itoa(n%200), "status": "normal",
		"region": "us-east-1", "roles": []string{kind}, "ami_type": "c6.large", "operating_system": "focal", "configuration": Doc{"memcache": 64, "ecu": 5, "memory": 3.75},
		"flags": Doc{"elastic_ip": false, "active_web": kind == "web", "active_bal": kind == "bal", "primary_db": kind == "db", "web": kind == "web",
			"database": kind == "db", "balancer": kind == "bal", "fs": false, "memcache": true, "dedicated": false, "self_service": false},
		"environment": Doc{"id": env.id, "name": env.doc["name"]},
	})
}
