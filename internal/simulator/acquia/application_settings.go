package acquia

import (
	"net/netip"
	"time"
)

func applicationSettingsRoutes() []Route {
	const settings = "/applications/{applicationUuid}/settings"
	return []Route{
		index(settings, "hosting", "keys", "ra", "security"),
		getDoc(settings+"/hosting", func(c *call) (Doc, error) {
			hosting := c.last.doc["hosting"].(Doc)
			return Doc{"uuid": c.last.id, "hosting_id": hosting["id"], "type": hosting["type"]}, nil
		}),
		getDoc(settings+"/keys", func(c *call) (Doc, error) {
			return Doc{
				"acquia_connector": Doc{"identifier": "ACME-24042", "key": "c0ffee" + c.last.id[:8]},
				"cloud_api":        Doc{"username": c.last.id, "key": "decade" + c.last.id[:8]},
			}, nil
		}),
		getDoc(settings+"/ra", func(c *call) (Doc, error) {
			if !c.last.flag("remote_admin") {
				return nil, forbidden("This application does not have remote administration.")
			}
			return copyDoc(c.last.setting("ra")), nil
		}),
		do("PUT "+settings+"/ra", change{Status: 200, Say: "The remote administration settings have been updated.",
			Fields: []Field{need("update_mode", String, "update", "inform", "none"), opt("update_type", String, "core", "core_contrib"), opt("pause_until", Time),
				opt("deploy_at", Time), opt("deploy_environment", String), opt("source_environment", String), opt("copy_files", Boolean),
				opt("copy_database", Boolean), opt("merge_tag", Boolean), opt("merge_branch", String)},
			Check: func(c *call) error {
				if !c.last.flag("remote_admin") {
					return forbidden("This application does not have remote administration.")
				}
				if until, given := parseTime(c.text("pause_until")); given && !until.After(c.now) {
					return invalid("pause_until", "The time to pause until must be in the future.")
				}
				for _, field := range []string{"deploy_environment", "source_environment"} {
					if id := c.text(field); id != "" && c.sibling(id) == nil {
						return invalid(field, "The environment %s does not belong to this application.", id)
					}
				}
				return nil
			},
			Do: func(c *call, _ time.Time) {
				ra := c.last.setting("ra")
				for k, v := range c.body {
					if _, isFlag := v.(bool); isFlag {
						ra["flags"].(Doc)[k] = v
						continue
					}
					ra[k] = v
				}
			}}),
		getDoc(settings+"/security", func(c *call) (Doc, error) { return copyDoc(c.last.setting("security")), nil }),
		do("PUT "+settings+"/security", change{Status: 200, Say: "The security policy settings have been updated.",
			Fields: []Field{opt("allowed_ips", Strings), opt("tfa_required", Boolean)},
			Check: all((*call).something, func(c *call) error {
				for _, s := range c.texts("allowed_ips") {
					if _, err := netip.ParseAddr(s); err != nil {
						return invalid("allowed_ips", "The IP address %q is invalid.", s)
					}
				}
				return nil
			}),
			Do: func(c *call, _ time.Time) {
				security := c.last.setting("security")
				for k, v := range c.body {
					security[k] = v
				}
			}}),
	}
}

// setting returns a document of settings of an application or environment; it is stored when it is first asked for.
func (n *node) setting(name string) Doc {
	if s := n.in("settings").get(name); s != nil {
		return s.doc
	}
	return n.in("settings").add(name, defaultSettings(n, name)).doc
}

func defaultSettings(n *node, name string) Doc {
	switch name {
	case "ra":
		return Doc{"application_uuid": n.id, "update_mode": "inform", "update_type": "core", "pause_until": nil, "deploy_at": nil,
			"deploy_environment": "test", "source_environment": "prod", "merge_branch": "main",
			"flags": Doc{"copy_files": true, "copy_database": true, "merge_tag": false}}
	case "security":
		return Doc{"application_uuid": n.id, "allowed_ips": []any{}, "tfa_required": false}
	case "apm":
		return Doc{"type": "newrelic", "key": "0123456789abcdef0123456789abcdef01234567", "name": n.label(), "flags": Doc{"enabled": false}}
	}
	return Doc{}
}
