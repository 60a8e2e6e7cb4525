package acquia

import "slices"

// optionRoutes are the lists of choices, and what else does not depend on an account.
func optionRoutes() []Route {
	return []Route{
		getDoc("/", func(c *call) (Doc, error) {
			links := Doc{"parent": link(c.href("/"))}
			for _, name := range []string{"account", "applications", "distributions", "identity-providers", "organizations", "subscriptions", "teams"} {
				links[name] = link(c.href("/" + name))
			}
			return Doc{"status": Doc{"configuration": true, "registry": true, "acp_provisioning_enabled": true, "acf_provisioning_enabled": true}, "_links": links}, nil
		}),
		index("/options", "cde-sizes", "log-forwarding"),
		index("/options/log-forwarding", "sources", "consumers"),
		listDocs("/options/cde-sizes", whole, func(*call) []Doc {
			var out []Doc
			for _, n := range []int{1, 2, 3, 4, 8} {
				size := itoa(n)
				out = append(out, Doc{"name": size + "X", "size": size + "x", "memory": 256 * n, "storage": 5 * n, "databases": 3 * n, "slots": n})
			}
			return out
		}),
		listDocs("/options/colors", whole, func(*call) []Doc {
			var out []Doc
			for _, color := range tagColors {
				out = append(out, Doc{"color": color})
			}
			return out
		}),
		listDocs("/options/log-forwarding/consumers", whole, func(*call) []Doc {
			return []Doc{{"name": "loggly", "label": "Loggly"}, {"name": "splunk", "label": "Splunk"}, {"name": "sumologic", "label": "Sumo Logic"}, {"name": "syslog", "label": "Syslog"}}
		}),
		listDocs("/options/log-forwarding/sources", whole, func(*call) []Doc {
			var out []Doc
			for _, l := range logTypes {
				out = append(out, Doc{"name": l[0], "label": l[1], "platforms": []string{"drupal"}})
			}
			return out
		}),
		list("/distributions", whole),
		get("/distributions/{name}"),
	}
}

var tagColors = []string{"blue", "blush", "gray", "green", "light-blue", "orange", "pink", "purple", "teal", "yellow"}

func knownColor(c *call) error {
	if !slices.Contains(tagColors, c.text("color")) {
		return invalid("color", "There is no color %q; see /options/colors.", c.text("color"))
	}
	return nil
}
