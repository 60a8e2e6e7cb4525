package acquia

import (
	"hash/fnv"
	"strings"
	"time"
)

// metricRoutes: usage is made up from the id and the day, so that it is the same whenever one asks.
func metricRoutes() []Route {
	const env, app, sub = "/environments/{environmentId}", "/applications/{applicationUuid}", "/subscriptions/{subscriptionUuid}"
	return []Route{
		index(env+"/metrics", "stackmetrics", "usage"),
		index(env+"/metrics/stackmetrics", "data"),
		listDocs(env+"/metrics/stackmetrics/data", whole, func(c *call) []Doc {
			var out []Doc
			for _, metric := range []string{"apache-requests", "db-cpu", "web-cpu", "web-memory"} {
				if f := c.query.Get("filter"); f != "" && !strings.Contains(f, metric) && strings.Contains(f, "metric") {
					continue
				}
				out = append(out, c.series(metric, c.last.text("name"), c.last))
			}
			c.query.Del("filter") // it has been applied, and it speaks of more than the fields of the answer
			return out
		}),
		index(env+"/metrics/usage", "data", "views", "visits"),
		usage(env+"/metrics/usage/data", nil),
		usageMetric(env + "/metrics/usage/{usageMetric}"),
		index(app+"/metrics/usage", "data", "data-by-environment", "views-by-environment", "visits-by-environment"),
		usage(app+"/metrics/usage/data", nil),
		usage(app+"/metrics/usage/data-by-environment", environmentsOf),
		usage(app+"/metrics/usage/views-by-environment", environmentsOf, "views"),
		usage(app+"/metrics/usage/visits-by-environment", environmentsOf, "visits"),
		usageMetric(app + "/metrics/usage/{usageMetric}"),
		index(sub+"/metrics/usage", "data", "data-by-application", "views-by-application", "visits-by-application"),
		usage(sub+"/metrics/usage/data", nil),
		usage(sub+"/metrics/usage/data-by-application", applicationsOf),
		usage(sub+"/metrics/usage/views-by-application", applicationsOf, "views"),
		usage(sub+"/metrics/usage/visits-by-application", applicationsOf, "visits"),
		usageMetric(sub + "/metrics/usage/{usageMetric}"),
	}
}

func environmentsOf(c *call) []*node { return c.s.root.in("environments").of(c.last) }
func applicationsOf(c *call) []*node { return c.s.root.in("applications").of(c.last) }

// usage lists a series for each metric and each of the nodes, the one in the path when nodes is nil.
func usage(path string, nodes func(*call) []*node, metrics ...string) Route {
	if metrics == nil {
		metrics = []string{"views", "visits"}
	}
	return listDocs(path, whole, func(c *call) []Doc {
		on := []*node{c.last}
		if nodes != nil {
			on = nodes(c)
		}
		var out []Doc
		for _, n := range on {
			for _, m := range metrics {
				out = append(out, c.series(m, n.label(), n))
			}
		}
		c.query.Del("filter") // from= and to= have been applied by series
		return out
	})
}

func usageMetric(path string) Route {
	return getDoc(path, func(c *call) (Doc, error) {
		m := c.params["usageMetric"]
		if m != "views" && m != "visits" {
			return nil, notFound("There is no usage metric " + m + "; there are views and visits.")
		}
		return c.series(m, c.last.label(), c.last), nil
	})
}

// series is one metric of one resource, a point for each day: the last week, or what filter=from=DATE,to=DATE asks for.
func (c *call) series(metric, host string, n *node) Doc {
	from, to := c.now.AddDate(0, 0, -7), c.now
	for _, part := range strings.Split(c.query.Get("filter"), ",") {
		if t, is := parseTime(strings.TrimPrefix(part, "from=")); is && strings.HasPrefix(part, "from=") {
			from = t
		}
		if t, is := parseTime(strings.TrimPrefix(part, "to=")); is && strings.HasPrefix(part, "to=") {
			to = t
		}
	}
	points := [][]string{}
	day := from.Truncate(24 * time.Hour)
	for i := 0; i < 366 && !day.After(to); i++ {
		h := fnv.New32()
		_, _ = h.Write([]byte(metric + n.id + day.Format(time.DateOnly))) // a hash takes everything
		points = append(points, []string{stamp(day), itoa(int(h.Sum32() % 1000))})
		day = day.AddDate(0, 0, 1)
	}
	meta := Doc{"host": host}
	for kind, field := range map[string]string{"subscriptions": "subscription", "applications": "application"} {
		if o := n.owned(kind); o != nil {
			meta[field] = Doc{"uuids": []string{o.id}}
		}
	}
	if n.kind == "environments" {
		meta["environment"] = Doc{"ids": []string{n.id}}
	}
	return Doc{"metric": metric, "datapoints": points, "last_data_at": stamp(to.Truncate(24 * time.Hour)), "metadata": meta,
		"_links": Doc{"self": link(c.href(n.path + "/metrics/usage/" + metric)), "parent": link(c.href(n.path + "/metrics/usage"))}}
}
