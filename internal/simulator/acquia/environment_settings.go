package acquia

import "time"

// environmentSettingsRoutes are the small reads of an environment, and monitoring.
func environmentSettingsRoutes() []Route {
	const env = "/environments/{environmentId}"
	status := func(flag string) func(*call) (Doc, error) {
		return func(c *call) (Doc, error) {
			if c.last.flag(flag) {
				return Doc{"status": "active"}, nil
			}
			return Doc{"status": "inactive"}, nil
		}
	}
	return []Route{
		getDoc(env+"/available-runtimes", func(c *call) (Doc, error) {
			runtime, versions := runtimes(c.last)
			return Doc{"runtime": runtime, "versions": versions}, nil
		}),
		getDoc(env+"/operating-systems", func(*call) (Doc, error) {
			return Doc{"versions": []Doc{
				{"name": "focal", "label": "Ubuntu 20.04 (Focal Fossa)", "version": "20.04", "available": true},
				{"name": "jammy", "label": "Ubuntu 22.04 (Jammy Jellyfish)", "version": "22.04", "available": true},
			}}, nil
		}),
		getDoc(env+"/cdn", status("cdn")),
		getDoc(env+"/email", status("email")),
		getDoc(env+"/mod-proxy", status("mod_proxy")),
		getDoc(env+"/trusted-proxies", func(*call) (Doc, error) {
			return Doc{"is_enabled": true, "addresses": []string{"192.0.2.1", "198.51.100.0/24"}}, nil
		}),
		listDocs(env+"/eips", whole, func(c *call) []Doc {
			return []Doc{{"id": "e1" + c.last.id, "status": "created", "ipv4": "203.0.113.1", "ipv6": "2001:db8::cb00:7101",
				"flags": Doc{"active": true, "legacy": false, "deprecated": false}}}
		}),
		index(env+"/settings", "apm"),
		getDoc(env+"/settings/apm", func(c *call) (Doc, error) { return copyDoc(c.last.setting("apm")), nil }),
		do("PUT "+env+"/settings/apm", change{Say: "APM settings are being updated for this environment.",
			Fields: []Field{opt("status", Boolean), opt("type", String, "newrelic"), opt("key", String)}, Check: (*call).something,
			Do: func(c *call, _ time.Time) {
				apm := c.last.setting("apm")
				for k, v := range c.body {
					if k == "status" {
						apm["flags"].(Doc)["enabled"] = v
						continue
					}
					apm[k] = v
				}
			}}),
	}
}
