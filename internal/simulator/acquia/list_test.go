package acquia_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"paasmcp/internal/simulator/acquia"
)

func names(list []doc, key string) []string {
	var out []string
	for _, d := range list {
		out = append(out, fmt.Sprint(path(d, key)))
	}
	return out
}

func TestFilterAndSort(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	envs, notifications := "/applications/"+acquia.AppPortal+"/environments", "/applications/"+acquia.AppPortal+"/notifications"
	for _, c := range []struct {
		list, query, key string
		want             []string
	}{
		{envs, "filter=name=prod", "name", []string{"prod"}},
		{envs, "filter=name!=prod", "name", []string{"dev", "test"}},
		{envs, "filter=label=@o", "name", []string{"prod"}},
		{envs, "filter=label!@e", "name", []string{"prod"}},
		{envs, "filter=name=d*", "name", []string{"dev"}},
		{envs, "filter=name=dev,name=prod", "name", []string{"dev", "prod"}},
		{envs, "filter=status=normal;name=t*t", "name", []string{"test"}},
		{envs, "filter=weight>12;weight<=14", "name", []string{"test", "prod"}},
		{envs, "filter=flags.production=true", "name", []string{"prod"}},
		{envs, "filter=name=nothing", "name", nil},
		{envs, "sort=-name", "name", []string{"test", "prod", "dev"}},
		{envs, "sort=status,label", "label", []string{"Dev", "Production", "Stage"}},
		{notifications, "filter=status=failed", "uuid", []string{acquia.SeedFailedNotification}},
		{notifications, "filter=event=CodeSwitched&sort=created_at&limit=1&offset=1", "uuid", []string{acquia.SeedFailedNotification}},
		{notifications, "filter=created_at>2026-11-20T05:00:00Z;status!=completed", "uuid", []string{acquia.SeedFailedNotification}},
		{"/private-networks/" + acquia.PrivateNetwork + "/connections/vpns", "filter=name:office", "name", []string{"office"}},
	} {
		q, err := url.ParseQuery(strings.ReplaceAll(c.query, ";", "%3B"))
		if err != nil {
			t.Fatal(err)
		}
		if got := names(s.list(c.list+"?"+q.Encode()), c.key); !slices.Equal(got, c.want) {
			t.Errorf("%s?%s: %q, want %q", c.list, c.query, got, c.want)
		}
	}
	for _, query := range []string{"filter=nonsense", "filter=nme=dev", "sort=nme", "limit=0", "limit=x", "offset=-1"} {
		s.refuse(400, "validation_failed", "GET "+envs+"?"+query, "")
	}
}

// Classic lists count items with offset, the newer ones pages, from 1.
func TestPaging(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 3 {
		s.settle(202, "POST /sites", fmt.Sprintf(`{"name":"s%d","codebase_id":"%s"}`, i, acquia.Codebase))
	}
	for list, want := range map[string]struct{ first, second, last string }{
		"/applications/" + acquia.AppPortal + "/notifications": {"offset=0", "offset=5", "offset=10"},
		"/sites": {"offset=1", "offset=2", "offset=3"},
		"/codebases/" + acquia.Codebase + "/sites":        {"offset=1", "offset=2", "offset=3"},
		"/codebases/" + acquia.Codebase + "/environments": {"offset=0", "offset=1", "offset=2"},
	} {
		size := 5
		switch {
		case strings.HasSuffix(list, "sites"):
			size = 2
		case strings.HasSuffix(list, "environments"):
			size = 1
		}
		whole := names(s.list(list), "_links.self.href")
		var got []string
		at := fmt.Sprintf("%s?limit=%d", list, size)
		for i := 0; at != "" && i < 9; i++ {
			d := s.Get(at)
			if d["total"] != float64(len(whole)) {
				t.Errorf("%s: total %v, want %d", at, d["total"], len(whole))
			}
			for _, item := range items(t, d) {
				got = append(got, path(item.(doc), "_links.self.href").(string))
			}
			next, _ := path(d, "_links.next.href").(string)
			if i == 0 && !strings.Contains(next, want.second) {
				t.Errorf("%s: next is %q, want %s", at, next, want.second)
			}
			at = strings.TrimPrefix(next, api)
		}
		if !slices.Equal(got, whole) {
			t.Errorf("%s: pages give %d items %q, the whole %d", list, len(got), got, len(whole))
		}
		d := s.Get(list + "?" + want.first + fmt.Sprintf("&limit=%d", size))
		if first := items(t, d)[0].(doc); path(first, "_links.self.href") != whole[0] {
			t.Errorf("%s: %s does not begin with the first item", list, want.first)
		}
		if beyond := items(t, s.Get(list+"?offset=1000")); len(beyond) != 0 {
			t.Errorf("%s: %d items beyond the end", list, len(beyond))
		}
	}
	s.refuse(400, "validation_failed", "GET /sites?offset=0", "")
}

func TestBackupsBetweenDates(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	list := "/environments/" + acquia.EnvProd + "/databases/portal/backups"
	if got := s.list(list + "?from=2026-11-12&to=2026-11-18T23:00:00Z"); len(got) != 2 {
		t.Errorf("%d backups of the week, want those of 2 and 7 days ago", len(got))
	}
	s.refuse(400, "validation_failed", "GET "+list+"?from=yesterday", "")
}

func TestSeedNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	apps := s.list("/applications?filter=" + url.QueryEscape("hosting.id=*acme-portal"))
	if len(apps) != 1 || apps[0]["name"] != "Acme Portal" || path(apps[0], "organization.name") != "Acme" {
		t.Fatalf("applications %v", apps)
	}
	prod := s.Get("/environments/" + acquia.EnvProd)
	if path(prod, "flags.production") != true || prod["active_domain"] != acquia.PortalDomain || path(prod, "vcs.path") != acquia.ProdTag {
		t.Errorf("prod %v", prod)
	}
	failed := s.Get("/notifications/" + acquia.SeedFailedNotification)
	if failed["status"] != "failed" || len(failed["description"].(string)) < 60 {
		t.Errorf("failed notification %v", failed)
	}
	if domains := prod["domains"].([]any); !slices.Contains(domains, any(acquia.PortalDomain)) {
		t.Errorf("domains %v", domains)
	}
}
