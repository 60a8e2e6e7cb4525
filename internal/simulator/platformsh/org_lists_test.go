package platformsh_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/simulator/platformsh"
)

const orgPath = "/organizations/" + platformsh.OrgAcme

// Every list of the account services, walked through _links.next to the end.
var accountLists = []struct {
	path, items, id string
	pages           int // at least
}{
	{"/organizations?page%5Bsize%5D=1", "items", "id", 2},
	{orgPath + "/members", "items", "user_id", 2},
	{orgPath + "/members?page%5Bsize%5D=4&sort=-created_at", "items", "user_id", 6},
	{orgPath + "/projects?page%5Bsize%5D=1&sort=-id", "items", "id", 3},
	{orgPath + "/subscriptions?page%5Bsize%5D=2", "items", "id", 2},
	{orgPath + "/invoices", "items", "id", 2},
	{orgPath + "/orders?mode=details", "items", "id", 2},
	{orgPath + "/records/plan", "items", "id", 2},
	{orgPath + "/records/usage", "items", "id", 4},
	{orgPath + "/regions", "items", "id", 2},
	{orgPath + "/discounts", "items", "id", 1},
	{orgPath + "/prepayment/transactions", "transactions", "created", 2},
	{"/regions?page%5Bsize%5D=4", "regions", "id", 3},
	{"/tickets", "tickets", "ticket_id", 3},
	{"/teams?page%5Bsize%5D=2&sort=label", "items", "id", 2},
	{"/teams/" + platformsh.TeamDevelopers + "/members?sort=-created_at", "items", "user_id", 1},
	{"/teams/" + platformsh.TeamDevelopers + "/project-access", "items", "project_id", 1},
	{"/users/" + platformsh.UserAda + "/organizations?page%5Bsize%5D=1&sort=name", "items", "id", 2},
	{"/users/" + platformsh.UserBen + "/teams?page%5Bsize%5D=1", "items", "id", 1},
	{"/users/" + platformsh.UserAda + "/project-access?page%5Bsize%5D=1&sort=project_title", "items", "project_id", 2},
	{"/users/" + platformsh.UserAda + "/extended-access", "items", "resource_id", 1},
	{"/projects/" + platformsh.ProjectBlog + "/user-access?page%5Bsize%5D=2&sort=-granted_at", "items", "user_id", 3},
	{"/projects/" + platformsh.ProjectShop + "/team-access", "items", "team_id", 1},
}

func TestAccountListsEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, l := range accountLists {
		seen, pages := map[string]bool{}, 0
		next, first := l.path, doc(nil)
		for next != "" && pages < 50 {
			page := s.Want(http.StatusOK, "GET "+next, "")
			if first == nil {
				first = page
			}
			pages++
			items, ok := page[l.items].([]any)
			if !ok || len(items) == 0 {
				t.Fatalf("%s: page %d has no %s: %v", l.path, pages, l.items, page)
			}
			for _, i := range items {
				id := fmt.Sprint(i.(doc)[l.id])
				if seen[id] {
					t.Errorf("%s: %s comes twice", l.path, id)
				}
				seen[id] = true
			}
			next = href(page, "next")
		}
		if pages < l.pages {
			t.Errorf("%s: %d pages, want at least %d", l.path, pages, l.pages)
		}
		if n, ok := first["count"].(float64); ok && int(n) != len(seen) {
			t.Errorf("%s: count %v, but %d came", l.path, n, len(seen))
		}
	}
}

func href(page doc, name string) string {
	links, _ := page["_links"].(doc)
	link, _ := links[name].(doc)
	h, _ := link["href"].(string)
	return h
}

func TestAccountListsRefuseBadQueries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct{ path, field string }{
		{"/organizations?page%5Bsize%5D=0", "page[size]"},
		{"/organizations?page%5Bsize%5D=101", "page[size]"},
		{"/organizations?page%5Bafter%5D=x", "page[after]"},
		{"/organizations?sort=country", "sort"},
		{"/organizations?filter%5Bcolor%5D%5Beq%5D=x", "filter[color][eq]"},
		{"/organizations?filter%5Bname%5D%5Blike%5D=x", "filter[name][like]"},
		{"/projects/abc123shop/user-access?page%5Bsize%5D=201", "page[size]"},
		{"/teams/" + platformsh.TeamDevelopers + "/members?page%5Bsize%5D=5", "page[size]"},
		{"/tickets?page=0", "page"},
		{orgPath + "/orders?mode=all", "mode"},
		{orgPath + "/records/plan?filter%5Bstarted_at%5D%5Bvalue%5D=2026-01-01&filter%5Bstarted_at%5D%5Boperator%5D=~", "filter[started_at][operator]"},
		{orgPath + "/subscriptions/estimate?plan=standard", "environments"},
		{orgPath + "/subscriptions/estimate?plan=huge&environments=3&storage=5120&user_licenses=1", "plan"},
		{orgPath + "/metrics/carbon?interval=week", "interval"},
		{orgPath + "/metrics/carbon?from%5Beq%5D=yesterday", "from"},
		{"/tickets/priority?category=weather", "category"},
		{"/ref/users?in=x", "sig"},
		{"/orders/download", "token"},
		{"/subscriptions/1000001/can-update?storage=1000", "storage"},
	} {
		d := s.refuse(http.StatusBadRequest, "GET "+c.path, "")
		if _, ok := d["detail"].(doc)[c.field]; !ok {
			t.Errorf("%s: no word about %s: %v", c.path, c.field, d)
		}
	}
}

func TestAccountFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct {
		path, items, field string
		want               any
		count              int
	}{
		{"/organizations?filter[name][eq]=acme", "items", "name", "acme", 1},
		{"/organizations?filter[capabilities][in]=teams,none", "items", "status", "active", 2},
		{orgPath + "/members?filter[permissions][in]=billing", "items", "user_id", platformsh.UserCleo, 1},
		{orgPath + "/subscriptions?filter[status]=deleted", "items", "status", "deleted", 1},
		{orgPath + "/subscriptions?filter[region][starts]=eu-2", "items", "project_region", "eu-2.platform.sh", 1},
		{orgPath + "/subscriptions?filter[project_title][contains]=shop", "items", "project_id", platformsh.ProjectShop, 1},
		{orgPath + "/projects?filter[status][eq]=failed", "items", "title", "Acme Intranet", 1},
		{orgPath + "/invoices?filter[type]=credit_memo", "items", "type", "credit_memo", 1},
		{orgPath + "/orders?filter[status]=pending", "items", "status", "pending", 2},
		{orgPath + "/records/usage?filter[usage_group]=storage&filter[subscription_id]=1000001&filter[start]=2026-11-01T00:00:00Z", "items", "quantity", 51200.0, 1},
		{orgPath + "/records/plan?filter[started_at][value]=2026-10-15&filter[started_at][operator]=>", "items", "plan", nil, 2},
		{"/regions?filter[available][eq]=false", "regions", "id", "eu-2.platform.sh", 1},
		{"/regions?filter[zone][eq]=Australia&sort=-id", "regions", "zone", "Australia", 2},
		{"/teams?filter[organization_id][eq]=" + platformsh.OrgSolo, "items", "label", "Friends", 1},
		{"/users/" + platformsh.UserAda + "/extended-access?filter[resource_type][eq]=project", "items", "resource_type", "project", 3},
		{"/users/" + platformsh.UserAda + "/project-access?filter[organization_id]=" + platformsh.OrgSolo, "items", "", nil, 0},
		{"/tickets?search=auditor&filter[status]=new", "tickets", "subject", "Access for an auditor", 1},
		{"/tickets?filter[type]=incident", "tickets", "", nil, 0},
		{"/tickets?filter[priority]=urgent&filter[requester_id]=" + platformsh.UserBen, "tickets", "priority", "urgent", 2},
	} {
		path, query, _ := strings.Cut(c.path, "?")
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		items := s.Get(path + "?" + values.Encode())[c.items].([]any)
		if len(items) != c.count {
			t.Errorf("%s: %d items, want %d", c.path, len(items), c.count)
		}
		for _, i := range items {
			if d := i.(doc); c.want != nil && d[c.field] != c.want {
				t.Errorf("%s: %s is %v, want %v", c.path, c.field, d[c.field], c.want)
			}
		}
	}
	labels := []string{}
	for _, i := range s.Get("/teams?sort=-label")["items"].([]any) {
		labels = append(labels, i.(doc)["label"].(string))
	}
	if !slices.IsSortedFunc(labels, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("sort=-label: %v", labels)
	}
}

// Reference links are the only way to the names behind ids, and their signature covers the ids.
func TestReferences(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for path, kinds := range map[string][]string{
		orgPath + "/members?page%5Bsize%5D=100":                   {"users"},
		orgPath + "/projects":                                     {"regions"},
		"/teams":                                                  {"organizations"},
		"/projects/abc123shop/team-access":                        {"teams", "organizations"},
		"/users/" + platformsh.UserAda + "/extended-access":       {"projects", "organizations"},
		"/users/" + platformsh.UserAda + "/project-access":        {"projects"},
		"/teams/" + platformsh.TeamDevelopers + "/members":        {"users"},
		"/organizations/" + platformsh.OrgAcme + "/subscriptions": {"users"},
	} {
		page := s.Get(path)
		for _, kind := range kinds {
			link := href(page, "ref:"+kind+":0")
			if link == "" {
				t.Errorf("%s: no ref:%s:0", path, kind)
				continue
			}
			for id, v := range s.Get(link) {
				if d, ok := v.(doc); !ok || d["id"] != id {
					t.Errorf("%s: %s is %v", link, id, v)
				}
			}
			s.refuse(http.StatusBadRequest, "GET "+strings.Replace(link, "in=", "in=other%2C", 1), "")
		}
	}
}
