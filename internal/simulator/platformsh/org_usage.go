package platformsh

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

func orgUsageRoutes() []Route {
	return []Route{{"GET /organizations/{organization_id}/subscriptions/{subscription_id}/current_usage", (*Server).getCurrentUsage}}
}

var usageGroups = []struct {
	id, title, unit string
	charged         bool
}{
	{"cpu_app", "Application CPU", "CPU", true}, {"memory_app", "Application memory", "GB", true}, {"cpu_services", "Services CPU", "CPU", true},
	{"memory_services", "Services memory", "GB", true}, {"storage_app_services", "Storage", "GB", true}, {"backup_storage", "Backup storage", "GB", true},
	{"build_cpu", "Build CPU", "CPU", false}, {"build_memory", "Build memory", "GB", false}, {"egress_bandwidth", "Egress", "GB", true},
	{"ingress_requests", "Requests", "million", true}, {"logs_fwd_content_size", "Forwarded logs", "GB", false},
	{"fastly_bandwidth", "CDN bandwidth", "GB", false}, {"fastly_requests", "CDN requests", "million", false},
}

// getCurrentUsage leaves groups that are not charged out unless they are asked for.
func (s *Server) getCurrentUsage(r *Request) (Response, error) {
	sub, err := s.subscription(r)
	if err != nil {
		return Response{}, err
	}
	all := r.Query.Get("include_not_charged")
	if !slices.Contains([]string{"", "true", "false", "1", "0"}, all) {
		return Response{}, InvalidField("include_not_charged", "Not a boolean.")
	}
	var wanted []string
	if g := r.Query.Get("usage_groups"); g != "" {
		wanted = strings.Split(g, ",")
	}
	out := Doc{}
	for _, g := range usageGroups {
		if wanted != nil && !slices.Contains(wanted, g.id) {
			continue
		}
		if !g.charged && all != "true" && all != "1" {
			continue
		}
		now := figureOf(text(sub, "id"), g.id) * 10
		average := now * 0.9
		show := func(v float64) string { return fmt.Sprintf("%.2f %s", v, g.unit) }
		out[g.id] = Doc{
			"title": g.title, "type": true, "current_usage": now, "current_usage_formatted": show(now), "not_charged": !g.charged,
			"free_quantity": 0, "free_quantity_formatted": show(0), "daily_average": average, "daily_average_formatted": show(average),
		}
	}
	return OK(out)
}

// figureOf is a number from 0.5 to 1.5 that looks measured and is the same on each call.
func figureOf(parts ...string) float64 {
	h := fnv.New32a()
	h.Write([]byte(strings.Join(parts, "/")))
	return 0.5 + float64(h.Sum32()%1000)/1000
}
