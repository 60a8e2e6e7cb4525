package platformsh

import (
	"strconv"
	"strings"
	"time"
)

func regionRoutes() []Route {
	return []Route{
		{"GET /regions", (*Server).listRegions},
		{"GET /regions/{region_id}", (*Server).getRegion},
		{"GET /organizations/{organization_id}/regions", (*Server).listOrgRegions},
	}
}

var regionFilters = []string{"available", "private", "zone"}

func (s *Server) listRegions(r *Request) (Response, error) {
	page, err := listPage(r, s.accounts.regions.Docs(), list{key: "id", max: maxPage, filters: regionFilters,
		sorts: []string{"id", "created_at", "updated_at"}})
	if err != nil {
		return Response{}, err
	}
	items(page, regionView)
	return OK(rename(page, "regions"))
}

// regionView leaves out the times, which can be sorted by but are not shown.
func regionView(region Doc) Doc {
	out := clone(region)
	delete(out, "created_at")
	delete(out, "updated_at")
	return out
}

func (s *Server) getRegion(r *Request) (Response, error) {
	region, ok := s.accounts.regions.Get(r.Param("region_id"))
	if !ok {
		return Response{}, NotFound("Region", r.Param("region_id"))
	}
	return OK(regionView(region))
}

// listOrgRegions is the older list, with page numbers.
func (s *Server) listOrgRegions(r *Request) (Response, error) {
	if _, err := s.organization(r); err != nil {
		return Response{}, err
	}
	docs, err := filterDocs(r, s.accounts.regions.Docs(), regionFilters...)
	if err != nil {
		return Response{}, err
	}
	page, err := numberedPage(r, each(docs, regionView), "items", accountPage)
	if err != nil {
		return Response{}, err
	}
	return OK(page)
}

// accountPage is the size of the lists with page numbers, which the client cannot choose.
const accountPage = 10

func isGreen(region Doc) bool {
	impact, _ := region["environmental_impact"].(Doc)
	return impact["green"] == true
}

// seedRegions fills in more than one page of the older list. One region takes no new projects and one is private.
func (s *Server) seedRegions(now time.Time) {
	for i, row := range []string{
		"eu-2|Europe|Ireland|Europe/Dublin|AWS|300|n", "eu-4|Europe|Ireland|Europe/Dublin|AWS|300|y", "eu-5|Europe|Sweden|Europe/Stockholm|AWS|9|y",
		"fr-3|Europe|France|Europe/Paris|OVHcloud|52|y", "fr-4|Europe|France|Europe/Paris|Azure|52|y", "de-2|Europe|Germany|Europe/Berlin|Google|385|y",
		"ch-1|Europe|Switzerland|Europe/Zurich|Google|46|y", "uk-1|Europe|United Kingdom|Europe/London|Azure|225|y",
		"us-2|North America|United States|America/New_York|AWS|370|y", "us-3|North America|United States|America/Chicago|Azure|420|y",
		"us-4|North America|United States|America/New_York|Google|320|y", "ca-1|North America|Canada|America/Toronto|AWS|25|y",
		"au|Australia|Australia|Australia/Sydney|AWS|510|y", "au-2|Australia|Australia|Australia/Sydney|Azure|510|y",
		"eu-9|Europe|Sweden|Europe/Stockholm|AWS|9|p",
	} {
		f := strings.Split(row, "|")
		id := f[0] + ".platform.sh"
		carbon, _ := strconv.Atoi(f[5]) // a number in the table above
		at := stamp(now.AddDate(-5, i, 0))
		s.accounts.regions.Put(id, Doc{
			"id": id, "label": f[2] + " (" + strings.ToUpper(f[0]) + ")", "zone": f[1], "selection_label": f[2], "project_label": f[2] + " (" + f[0] + ")",
			"timezone": f[3], "available": f[6] != "n", "private": f[6] == "p", "endpoint": "https://" + id + "/api/projects",
			"provider":             Doc{"name": f[4], "logo": "/logos/" + strings.ToLower(f[4]) + ".svg"},
			"datacenter":           Doc{"name": f[0], "label": f[2], "location": f[2]},
			"environmental_impact": Doc{"zone": f[2], "carbon_intensity": f[5], "green": carbon < 100},
			"created_at":           at, "updated_at": at,
		})
	}
}
