package apiclient_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/apiclient"
	"paasmcp/schemas"
)

// answers gives each path its JSON, "!403" and the like for a failure, and "hang" for no answer at all. Unknown paths are
// not found.
func answers(by map[string]string) *fake {
	return &fake{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
		body, ok := by[r.URL.Path]
		status := http.StatusOK
		switch {
		case !ok:
			status, body = http.StatusNotFound, `{"error":"not_found","message":"unknown path"}`
		case strings.HasPrefix(body, "!"):
			fmt.Sscanf(body, "!%d", &status)
			body = `{"error":"refused","message":"no"}`
		case body == "hang":
			<-r.Context().Done()
			return
		}
		giveJSON(w, status, body)
	}}
}

// psh is a Platform.sh account with two projects.
func psh(more map[string]string) map[string]string {
	by := map[string]string{
		"/users/me":                 `{"id":"u1"}`,
		"/users/u1/extended-access": `{"items":[{"resource_type":"organization","resource_id":"o1"},{"resource_type":"project","resource_id":"abc"},{"resource_type":"project","resource_id":"def"},{"resource_type":"project","resource_id":"abc"}]}`,
		"/projects/abc":             `{"id":"abc","title":"Shop\u202e"}`,
		"/projects/abc/domains":     `[{"name":"Shop.Example.com","type":"production"},{"name":"*.example.org","type":"production"},{"name":"example.net"}]`,
		"/projects/abc/environments": `[{"id":"main","title":"Main","type":"production","has_domains":true,"edge_hostname":"main-bvxea6i-abc.eu-5.platformsh.site"},
			{"id":"stage","title":"Stage","type":"staging","has_domains":true,"edge_hostname":"stage-x1-abc.eu-5.platformsh.site"}]`,
		"/projects/abc/environments/stage/domains": `[{"name":"stage.example.com","replacement_for":"shop.example.com"}]`,
		"/projects/abc/environments/main/routes":   `[{"id":"https://{default}/"},{"id":"https://api.{default}/v1"},{"id":"%zz"}]`,
		"/projects/def":                            `{"id":"def","title":"Blog"}`,
		"/projects/def/domains":                    `[{"name":"www.blog.example"}]`,
		"/projects/def/environments":               `[{"id":"main","type":"production"}]`,
	}
	for path, body := range more {
		by[path] = body
	}
	return by
}

func locator(t testing.TB, account accountFor, h http.Handler) *apiclient.Client {
	return newClientFor(t, account("http://127.0.0.1"), apiclient.Options{Transport: inProcess{h}})
}

// brief is a place in one line.
func brief(p apiclient.Place) string {
	production := "?"
	if p.Production != nil {
		production = fmt.Sprint(*p.Production)
	}
	var at []string
	for _, ref := range []apiclient.Ref{p.Project, p.Application, p.Site, p.Environment} {
		if ref != (apiclient.Ref{}) {
			at = append(at, ref.ID+"="+ref.Name)
		}
	}
	return fmt.Sprintf("%s production=%s %s %s exact=%t %s → %s", strings.Join(at, " "), production, p.How, p.Domain, p.Exact, p.URL, p.Next.Tool)
}

func briefs(places []apiclient.Place) string {
	var lines []string
	for _, p := range places {
		lines = append(lines, brief(p))
	}
	return strings.Join(lines, "\n")
}

func TestLocatePlatformsh(t *testing.T) {
	t.Parallel()
	const main, stage = "abc=Shop\u202e main=Main production=true ", "abc=Shop\u202e stage=Stage production=false "
	const next = " → platformsh_environment_get"
	for _, tc := range []struct {
		host, want string
		more       map[string]string
	}{
		{host: "https://shop.example.com/cart", want: main + "custom domain Shop.Example.com exact=true https://shop.example.com/" + next},
		{host: "www.shop.example.com", want: main + "custom domain Shop.Example.com exact=false https://shop.example.com/" + next},
		{host: "blog.example", want: "def=Blog main= production=true custom domain www.blog.example exact=false https://www.blog.example/" + next},
		{host: "a.example.org", want: main + "wildcard domain *.example.org exact=false https://a.example.org/" + next},
		{host: "*.example.org", want: main + "wildcard domain *.example.org exact=true " + next},
		{host: "api.example.net", want: main + "route of a custom domain example.net exact=true https://api.example.net/" + next},
		{host: "cdn.example.net", want: ""},
		{host: "stage.example.com", want: stage + "custom domain stage.example.com exact=true https://stage.example.com/" + next},
		{host: "main-bvxea6i-abc.eu-5.platformsh.site", want: main + "default domain main-bvxea6i-abc.eu-5.platformsh.site exact=true https://main-bvxea6i-abc.eu-5.platformsh.site/" + next},
		{host: "api.stage-x1-abc.eu-5.platformsh.site", want: stage + "default domain stage-x1-abc.eu-5.platformsh.site exact=true https://api.stage-x1-abc.eu-5.platformsh.site/" + next},
		{host: "old-zz-abc.eu-5.platformsh.site", want: ""},
		{host: "nowhere.example", want: ""},
		{ // the project lists the domain of another environment
			host: "stage.example.com", more: map[string]string{"/projects/abc/domains": `[{"name":"stage.example.com","type":"replacement"}]`},
			want: stage + "custom domain stage.example.com exact=true https://stage.example.com/" + next,
		},
		{ // which environment cannot be seen: the project is still an answer
			host: "shop.example.com", more: map[string]string{"/projects/abc/environments": "!403", "/projects/abc": "!403"},
			want: "abc= production=true custom domain Shop.Example.com exact=true https://shop.example.com/ → platformsh_project_get",
		},
		{ // rights on an organization only
			host: "blog.example", more: map[string]string{
				"/users/u1/extended-access":  `{"items":[{"resource_type":"organization","resource_id":"o1"},{"resource_type":"organization","resource_id":"o2"}]}`,
				"/organizations/o2/projects": `{"items":[{"id":"def"}]}`, "/organizations/o1/projects": "!403",
			},
			want: "def=Blog main= production=true custom domain www.blog.example exact=false https://www.blog.example/" + next,
		},
		{host: "shop.example.com", more: map[string]string{"/users/u1/extended-access": `{"items":[]}`}, want: ""},
	} {
		c := locator(t, platformshAccount, answers(psh(tc.more)))
		places, err := c.Locate(t.Context(), tc.host)
		if err != nil {
			t.Errorf("%s: %v", tc.host, err)
		}
		if got := briefs(places); got != tc.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.host, got, tc.want)
		}
	}
}

// TestLocateDefaultDomainIsCheap: a name of the platform's own leads to its project without a look at the others.
func TestLocateDefaultDomainIsCheap(t *testing.T) {
	t.Parallel()
	f := answers(psh(nil))
	if _, err := locator(t, platformshAccount, f).Locate(t.Context(), "stage-x1-abc.eu-5.platformsh.site"); err != nil {
		t.Fatal(err)
	}
	if seen := f.seen(); len(seen) != 4 || slices.ContainsFunc(seen, func(c string) bool { return strings.Contains(c, "/def") }) {
		t.Errorf("calls: %v", seen)
	}
}

func TestLocateOnlyReads(t *testing.T) {
	t.Parallel()
	f := answers(psh(nil))
	c := locator(t, platformshAccount, f)
	for _, host := range []string{"api.example.net", "nowhere.example", "stage.example.com"} {
		c.Locate(t.Context(), host)
	}
	for _, call := range f.seen() {
		if !strings.HasPrefix(call, "GET ") {
			t.Error(call)
		}
	}
}

func TestLocateRefused(t *testing.T) {
	t.Parallel()
	f := answers(psh(map[string]string{"/users/me": "!401"}))
	c := locator(t, platformshAccount, f)
	for host, kind := range map[string]apiclient.Kind{
		"shop.example.com": apiclient.KindAuth, "192.0.2.1": apiclient.KindInvalid, strings.Repeat("a", 300): apiclient.KindInvalid, "a b.example.com": apiclient.KindInvalid,
	} {
		places, err := c.Locate(t.Context(), host)
		if e := asError(t, err); e.Kind != kind || e.Account != "test" || len(places) > 0 {
			t.Errorf("%s: %v, %v", host, places, err)
		}
	}
	if n := len(f.seen()); n != 2 { // the one with a good name, once more with another token
		t.Errorf("%d calls", n)
	}
}

// manyProjects has so many projects, the last of which has last.example.com.
func manyProjects(n int) map[string]string {
	by := map[string]string{"/users/me": `{"id":"u1"}`}
	var items []string
	for i := range n {
		id := fmt.Sprintf("p%03d", i)
		items = append(items, `{"resource_type":"project","resource_id":"`+id+`"}`)
		by["/projects/"+id+"/domains"], by["/projects/"+id+"/environments"] = `[{"name":"`+id+`.example.com"}]`, `[{"id":"main","type":"production"}]`
		if i == n-1 {
			by["/projects/"+id+"/domains"] = `[{"name":"last.example.com"}]`
		}
	}
	by["/users/u1/extended-access"] = `{"items":[` + strings.Join(items, ",") + `]}`
	return by
}

// TestLocateBound: a search stops after 60 calls and says so, and asking again goes on.
func TestLocateBound(t *testing.T) {
	t.Parallel()
	f := answers(manyProjects(100))
	c := locator(t, platformshAccount, f)
	places, err := c.Locate(t.Context(), "last.example.com")
	var partial *apiclient.PartialError
	if !errors.As(err, &partial) || len(places) > 0 {
		t.Fatalf("%v, %v", places, err)
	}
	if want := "looked at 58 of 100 projects: the calls of one search were used up; ask again to continue from there"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if n := len(f.seen()); n != 60 {
		t.Errorf("%d calls", n)
	}
	if places, err = c.Locate(t.Context(), "last.example.com"); err != nil || len(places) != 1 || places[0].Project.ID != "p099" {
		t.Errorf("asked again: %v, %v", places, err)
	}
	// A search that found something is over: the next one starts anew.
	if _, err = c.Locate(t.Context(), "last.example.com"); !errors.As(err, &partial) || partial.Looked != 58 {
		t.Errorf("third time: %v", err)
	}
}

// TestLocateContinuesForAWhile: what was seen is not trusted for long.
func TestLocateContinuesForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := locator(t, platformshAccount, answers(manyProjects(150)))
		var partial *apiclient.PartialError
		for i, want := range []int{58, 116, 58} {
			if i == 2 {
				time.Sleep(3 * time.Minute)
			}
			if _, err := c.Locate(t.Context(), "last.example.com"); !errors.As(err, &partial) || partial.Looked != want {
				t.Errorf("search %d: %v, want %d seen", i+1, err, want)
			}
		}
	})
}

// TestLocateUnreadable: what the account may not see is counted, and hides nothing else.
func TestLocateUnreadable(t *testing.T) {
	t.Parallel()
	c := locator(t, platformshAccount, answers(psh(map[string]string{"/projects/abc/domains": "!403", "/projects/def/domains": `[{"name":"blog.example"}]`})))
	places, err := c.Locate(t.Context(), "blog.example")
	if err != nil || len(places) != 1 {
		t.Errorf("%v, %v", places, err)
	}
	places, err = c.Locate(t.Context(), "shop.example.com")
	var partial *apiclient.PartialError
	if !errors.As(err, &partial) || partial.Unreadable != 1 || partial.Of != 2 || len(places) > 0 {
		t.Errorf("%v, %v", places, err)
	}
	if !strings.HasPrefix(err.Error(), "looked at 2 of 2 projects, of which 1 could not be read (platformsh_project_domain_list: forbidden") {
		t.Error(err)
	}
	c = locator(t, platformshAccount, answers(psh(map[string]string{"/projects/abc/domains": "!403", "/projects/def/domains": "!403"})))
	if _, err = c.Locate(t.Context(), "shop.example.com"); asError(t, err).Kind != apiclient.KindForbidden {
		t.Error(err)
	}
}

// TestLocateTime: a project that does not answer takes the time, not what the others have.
func TestLocateTime(t *testing.T) {
	t.Parallel()
	by := psh(map[string]string{"/projects/abc/domains": "hang"})
	synctest.Test(t, func(t *testing.T) {
		c, stop := inMemory(t, answers(by), nil)
		defer stop()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if places, err := c.Locate(ctx, "www.blog.example"); err != nil || len(places) != 1 || ctx.Err() != nil {
			t.Errorf("%v, %v", places, err)
		}
		start := time.Now()
		places, err := c.Locate(ctx, "blog.example")
		var partial *apiclient.PartialError
		if !errors.As(err, &partial) || partial.Looked != 1 || partial.Stopped != "the time was up" || len(places) != 1 || places[0].Exact {
			t.Errorf("%v, %v", places, err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %v", took)
		}
		canceled, cancel2 := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel2)
		if _, err := c.Locate(canceled, "shop.example.com"); asError(t, err).Kind != apiclient.KindCanceled {
			t.Error(err)
		}
	})
}

// TestLocateSaysWhyItEnded: the refusal of the account is the reason, not the looks that were broken off because of it.
func TestLocateSaysWhyItEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, stop := inMemory(t, answers(psh(map[string]string{"/projects/abc/domains": "hang", "/projects/def/domains": "!401"})), nil)
		defer stop()
		_, err := c.Locate(t.Context(), "shop.example.com")
		if e := asError(t, err); e.Kind != apiclient.KindAuth {
			t.Error(err)
		}
	})
}

// TestLocateHostileAnswers: ids that would climb out of their path are not followed, and senseless shapes are no panic.
func TestLocateHostileAnswers(t *testing.T) {
	t.Parallel()
	f := answers(psh(map[string]string{
		"/users/u1/extended-access": `{"items":[{"resource_type":"project","resource_id":"../../users/me"},{"resource_type":"project","resource_id":7},"x",null,{"resource_type":"project","resource_id":"def"}]}`,
		"/projects/def/domains":     `[null,7,"x",{"name":7},{"name":"\u0000"},{"name":"blog.example"}]`, "/projects/def/environments": `[{"type":"production"},null,3]`,
	}))
	places, err := locator(t, platformshAccount, f).Locate(t.Context(), "blog.example")
	if err != nil || len(places) != 1 {
		t.Errorf("%v, %v", places, err)
	}
	for _, call := range f.seen() {
		if strings.Contains(call, "..") || strings.Contains(call, "%2F") {
			t.Error(call)
		}
	}
}

const acquiaApp = "a47ac10b-58cc-4372-a567-0e02b2c3d470"

func acquiaAnswers(more map[string]string) map[string]string {
	by := map[string]string{
		"/api/applications": `{"total":2,"_embedded":{"items":[{"uuid":"b1","name":"Docs","hosting":{"id":"prod:docs"}},{"uuid":"` + acquiaApp + `","name":"Portal","hosting":{"id":"prod:portal"}}]}}`,
		"/api/applications/" + acquiaApp + "/environments": `{"total":2,"_embedded":{"items":[
			{"id":"24-a","label":"Dev","name":"dev","application":{"name":"Portal","uuid":"` + acquiaApp + `"},"domains":["portaldev.acquia-sites.com","*.dev.example.com"],"default_domain":"portaldev.acquia-sites.com","flags":{"production":false}},
			{"id":"15-a","label":"Production","name":"prod","application":{"name":"Portal","uuid":"` + acquiaApp + `"},"domains":["portalprod.acquia-sites.com","www.example.com"],"default_domain":"portalprod.acquia-sites.com","flags":{"production":true}}]}}`,
		"/api/applications/b1/environments": `{"total":1,"_embedded":{"items":[{"id":"1-b","name":"prod","application":{"name":"Docs"},"domains":["docs.example.com"],"flags":{"production":true}}]}}`,
		"/api/sites":                        `{"total":1,"_embedded":{"items":[{"id":"s1","name":"meo","label":"Experience"}]}}`,
		"/api/sites/s1/environments":        `{"total":1,"_embedded":{"items":[{"id":"e1","name":"prod","label":"Prod","flags":{"production":true}}]}}`,
		"/api/site-instances/s1.e1/domains": `{"total":2,"_embedded":{"items":[{"name":"meo.example.com"},{"domain":"s1.acquia.example","is_managed":true}]}}`,
	}
	for path, body := range more {
		by[path] = body
	}
	return by
}

func TestLocateAcquia(t *testing.T) {
	t.Parallel()
	const app = acquiaApp + "=Portal "
	for _, tc := range []struct {
		host, want string
		calls      int
		more       map[string]string
	}{
		{host: "www.example.com", calls: 3, want: app + "15-a=Production production=true custom domain www.example.com exact=true https://www.example.com/ → acquia_environment_get"},
		{host: "example.com", calls: 6, want: app + "15-a=Production production=true custom domain www.example.com exact=false https://www.example.com/ → acquia_environment_get"},
		{host: "a.dev.example.com", calls: 6, want: app + "24-a=Dev production=false wildcard domain *.dev.example.com exact=false https://a.dev.example.com/ → acquia_environment_get"},
		{host: "portaldev.acquia-sites.com", want: app + "24-a=Dev production=false default domain portaldev.acquia-sites.com exact=true https://portaldev.acquia-sites.com/ → acquia_environment_get"},
		{host: "docs.example.com", want: "b1=Docs 1-b=prod production=true custom domain docs.example.com exact=true https://docs.example.com/ → acquia_environment_get"},
		{host: "meo.example.com", calls: 6, want: "s1=Experience e1=Prod production=true custom domain meo.example.com exact=true https://meo.example.com/ → acquia_site_instance_get"},
		{host: "s1.acquia.example", want: "s1=Experience e1=Prod production=true default domain s1.acquia.example exact=true https://s1.acquia.example/ → acquia_site_instance_get"},
		{host: "nowhere.example", calls: 4, want: "", more: map[string]string{"/api/sites": "!403"}},
	} {
		f := answers(acquiaAnswers(tc.more))
		places, err := locator(t, acquiaAccount, f).Locate(t.Context(), tc.host)
		if err != nil {
			t.Errorf("%s: %v", tc.host, err)
		}
		if got := briefs(places); got != tc.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.host, got, tc.want)
		}
		// How many side by side were under way when the first one found it may differ.
		if n := len(f.seen()); tc.calls > 0 && !strings.Contains(tc.want, "exact=true") && n != tc.calls {
			t.Errorf("%s: %d calls, want %d: %v", tc.host, n, tc.calls, f.seen())
		}
	}
}

// TestLocateBeginsWithTheLikely: an application whose site name stands in the host comes first.
func TestLocateBeginsWithTheLikely(t *testing.T) {
	t.Parallel()
	by := acquiaAnswers(nil)
	var items []string
	for i := range 30 {
		id := fmt.Sprintf("app-%03d", i)
		items = append(items, `{"uuid":"`+id+`","hosting":{"id":"prod:site`+id+`"}}`)
		by["/api/applications/"+id+"/environments"] = `{"_embedded":{"items":[]}}`
	}
	items = append(items, `{"uuid":"`+acquiaApp+`","hosting":{"id":"prod:Portal"}}`)
	by["/api/applications"] = `{"_embedded":{"items":[` + strings.Join(items, ",") + `]}}`
	f := answers(by)
	places, err := locator(t, acquiaAccount, f).Locate(t.Context(), "portaldev.acquia-sites.com")
	if err != nil || len(places) != 1 {
		t.Fatalf("%v, %v", places, err)
	}
	if seen := f.seen(); len(seen) > 15 || !slices.ContainsFunc(seen[:min(len(seen), 1+4)], func(c string) bool { return strings.Contains(c, acquiaApp) }) {
		t.Errorf("calls: %v", seen)
	}
}

// TestLocateLeavesCalls: a search takes at most half of the calls that the account has left in this minute.
func TestLocateLeavesCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		by := acquiaAnswers(nil)
		var items []string
		for i := range 120 {
			id := fmt.Sprintf("app-%03d", i)
			items = append(items, `{"uuid":"`+id+`"}`)
			by["/api/applications/"+id+"/environments"] = `{"_embedded":{"items":[]}}`
		}
		by["/api/applications"] = `{"total":120,"_embedded":{"items":[` + strings.Join(items, ",") + `]}}`
		f := answers(by)
		c := locator(t, acquiaAccount, f)
		var partial *apiclient.PartialError
		if _, err := c.Locate(t.Context(), "last.example.com"); !errors.As(err, &partial) || partial.Looked != 49 || partial.Of != 120 {
			t.Errorf("%v", err)
		}
		if n := len(f.seen()); n != 50 {
			t.Errorf("%d calls", n)
		}
		for range 10 {
			c.Locate(t.Context(), "last.example.com")
		}
		_, err := c.Locate(t.Context(), "last.example.com")
		if e := asError(t, err); e.Kind != apiclient.KindRateLimited || !e.Retryable {
			t.Error(err)
		}
		if n := len(f.seen()); n >= 100 {
			t.Errorf("%d calls: none is left for others", n)
		}
		time.Sleep(90 * time.Second) // a new minute, and still the same search
		if _, err := c.Locate(t.Context(), "last.example.com"); err != nil {
			t.Errorf("at the end: %v", err)
		}
	})
}

const vzInfos = `{"result":0,"infos":[
	{"env":{"envName":"shop","displayName":"Shop","domain":"shop.provider.example","extDomains":[{"id":1,"domain":"www.example.com"}],"aliases":[{"domain":"alias.example.com"}]},"nodes":[{"id":3}]},
	{"env":{"envName":"blog","displayName":"Blog","domain":"blog.provider.example"}},{"env":null}]}`

func TestLocateVirtuozzo(t *testing.T) {
	t.Parallel()
	const shop, blog, next = "shop=Shop production=? ", "blog=Blog production=? ", " → virtuozzo_environment_get"
	for _, tc := range []struct {
		host, want string
		calls      int
	}{
		{"shop.provider.example", shop + "default domain shop.provider.example exact=true https://shop.provider.example/" + next, 1},
		{"node3-shop.provider.example", shop + "default domain shop.provider.example exact=true https://node3-shop.provider.example/" + next, 1},
		{"www.example.com", shop + "custom domain www.example.com exact=true https://www.example.com/" + next, 1},
		{"example.com", shop + "custom domain www.example.com exact=false https://www.example.com/" + next, 3},
		{"alias.example.com", shop + "custom domain alias.example.com exact=true https://alias.example.com/" + next, 1},
		{"layer.example.com", blog + "custom domain layer.example.com exact=true https://layer.example.com/" + next, 0},
		{"node.example.com", blog + "custom domain node.example.com exact=true https://node.example.com/" + next, 0},
		{"other.provider.example", "", 3},
	} {
		p := &provider{}
		p.answer = func(_ int, w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/1.0/environment/control/rest/getbasicenvsinfo":
				giveJSON(w, 200, vzInfos)
			case "/1.0/environment/binder/rest/getdomains":
				if r.PostForm.Get("envName") == "blog" {
					giveJSON(w, 200, `{"result":0,"envDomains":["blog.provider.example"],"nodeGroupsDomains":{"cp":["layer.example.com"]},"nodesDomains":{"9":[{"domain":"node.example.com"}]}}`)
					return
				}
				giveJSON(w, 200, `{"result":0,"envDomains":[]}`)
			default:
				giveJSON(w, 200, `{"result":1702,"error":"unknown"}`)
			}
		}
		places, err := p.direct(t, withToken).Locate(t.Context(), tc.host)
		if err != nil {
			t.Errorf("%s: %v", tc.host, err)
		}
		if got := briefs(places); got != tc.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.host, got, tc.want)
		}
		if n := len(p.seen()); tc.calls > 0 && n != tc.calls {
			t.Errorf("%s: %d calls, want %d", tc.host, n, tc.calls)
		}
	}
}

// TestLocateReadsAreRows: a search calls what the catalogue knows as reads, under the same names, and suggests only reads.
func TestLocateReadsAreRows(t *testing.T) {
	t.Parallel()
	catalog, err := schemas.Open(nil, schemas.Platforms()...)
	if err != nil {
		t.Fatal(err)
	}
	clients := []*apiclient.Client{
		locator(t, platformshAccount, nil), locator(t, acquiaAccount, nil), gives(200, "").direct(t, withToken),
	}
	for _, c := range clients {
		for _, name := range c.LocateReads() {
			if op, ok := catalog.Operation(name); !ok || !op.IsRead() || op.Platform != c.Account().Platform {
				t.Errorf("%s is no read of %s", name, c.Account().Platform)
			}
		}
	}
}

// TestLocateSuggestsWhatWorks: the next step of every kind of place can be built as it stands.
func TestLocateSuggestsWhatWorks(t *testing.T) {
	t.Parallel()
	catalog, err := schemas.Open(nil, schemas.Platforms()...)
	if err != nil {
		t.Fatal(err)
	}
	vz := gives(200, vzInfos).direct(t, withToken)
	for _, tc := range []struct {
		client *apiclient.Client
		host   string
		sends  string
	}{
		{locator(t, platformshAccount, answers(psh(nil))), "shop.example.com", "GET /projects/abc/environments/main"},
		{locator(t, platformshAccount, answers(psh(map[string]string{"/projects/abc/environments": "!500"}))), "shop.example.com", "GET /projects/abc"},
		{locator(t, acquiaAccount, answers(acquiaAnswers(nil))), "www.example.com", "GET /environments/15-a"},
		{locator(t, acquiaAccount, answers(acquiaAnswers(nil))), "meo.example.com", "GET /site-instances/s1.e1"},
		{vz, "www.example.com", `POST /environment/control/rest/getenvinfo {"envName":"shop"}`},
	} {
		places, err := tc.client.Locate(t.Context(), tc.host)
		if err != nil || len(places) != 1 {
			t.Fatalf("%s: %v, %v", tc.host, places, err)
		}
		op, ok := catalog.Operation(places[0].Next.Tool)
		if !ok || !op.IsRead() {
			t.Errorf("%s is no read", places[0].Next.Tool)
			continue
		}
		if got := build(t, op, places[0].Next.Arguments).String(); got != tc.sends {
			t.Errorf("%s: next sends %s, want %s", tc.host, got, tc.sends)
		}
	}
}
