package apiclient

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"paasmcp/schemas"
)

// What a search calls, under the names of the catalogue.
var (
	acquiaApplications     = locateRead(schemas.Acquia, "acquia_application_list", "GET /applications", "_embedded.items", &schemas.Paging{Style: "offset", Size: "limit"})
	acquiaEnvironments     = locateRead(schemas.Acquia, "acquia_environment_list", "GET /applications/{applicationUuid}/environments", "_embedded.items", &schemas.Paging{Style: "offset", Size: "limit"})
	acquiaSites            = locateRead(schemas.Acquia, "acquia_site_list", "GET /sites", "_embedded.items", &schemas.Paging{Style: "page", Size: "limit"})
	acquiaSiteEnvironments = locateRead(schemas.Acquia, "acquia_site_environment_list", "GET /sites/{siteId}/environments", "_embedded.items", &schemas.Paging{Style: "page", Size: "limit"})
	acquiaInstanceDomains  = locateRead(schemas.Acquia, "acquia_site_instance_domain_list", "GET /site-instances/{siteId}.{environmentId}/domains", "_embedded.items", &schemas.Paging{Style: "page", Size: "limit"})
)

func (*acquia) locateReads() []*schemas.Operation {
	return []*schemas.Operation{acquiaApplications, acquiaEnvironments, acquiaSites, acquiaSiteEnvironments, acquiaInstanceDomains}
}

// locate reads the environments of all applications, one call for each: they carry their domains. Sites of codebases
// stand beside the applications and come last, since they take more calls.
func (a *acquia) locate(ctx context.Context, s *search) ([]Place, error) {
	applications, err := s.listOf(ctx, acquiaApplications)
	if err != nil {
		return nil, err
	}
	likely(s.host, applications)
	var ids []string
	for _, application := range applications {
		ids = append(ids, digText(application, "uuid"))
	}
	places, err := s.scan(ctx, "applications", ids, func(ctx context.Context, id string) ([]Place, error) {
		environments, err := s.listOf(ctx, acquiaEnvironments, id)
		var found []Place
		for _, e := range environments {
			found = append(found, domainsOfEnvironment(s, id, e)...)
		}
		return found, err
	})
	if err != nil || hasExact(places) {
		return places, err
	}
	sites, err := a.inSites(ctx, s)
	return append(places, sites...), err
}

// likely moves the applications to the front whose site name stands in the host: the platform's own names begin with
// it, and people name sites after their domains.
func likely(host string, applications []any) {
	names := func(application any) bool {
		_, site, _ := strings.Cut(digText(application, "hosting", "id"), ":")
		site = strings.ToLower(site)
		return len(site) > 2 && strings.Contains(host, site)
	}
	slices.SortStableFunc(applications, func(x, y any) int {
		switch first, second := names(x), names(y); {
		case first == second:
			return 0
		case first:
			return -1
		}
		return 1
	})
}

func domainsOfEnvironment(s *search, application string, environment any) []Place {
	id := digText(environment, "id")
	at := Place{
		Application: refOf(dig(environment, "application"), "uuid", "name"),
		Environment: refOf(environment, "id", "label", "name"),
		Next:        Step{"acquia_environment_get", map[string]any{"environment_id": id}},
	}
	at.Application.ID = application
	if production, ok := dig(environment, "flags", "production").(bool); ok {
		at.Production = known(production)
	}
	own := digText(environment, "default_domain")
	names, _ := dig(environment, "domains").([]any)
	var places []Place
	for _, name := range append([]any{own}, names...) {
		name, _ := name.(string)
		how := CustomDomain
		if name == own {
			how = DefaultDomain
		}
		if like := s.liken(name); like > above {
			places = append(places, at.has(s, name, how, like))
		}
	}
	return places
}

// inSites looks at the sites of codebases. An account without any may not even ask for the list.
func (a *acquia) inSites(ctx context.Context, s *search) ([]Place, error) {
	sites, err := s.listOf(ctx, acquiaSites)
	if e := (*Error)(nil); errors.As(err, &e) && (e.Kind == KindForbidden || e.Kind == KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	byID := map[string]any{}
	var ids []string
	for _, site := range sites {
		id := digText(site, "id")
		ids, byID[id] = append(ids, id), site
	}
	return s.scan(ctx, "sites of codebases", ids, func(ctx context.Context, id string) ([]Place, error) {
		environments, err := s.listOf(ctx, acquiaSiteEnvironments, id)
		var places []Place
		for _, e := range environments {
			found, err := domainsOfInstance(ctx, s, byID[id], e)
			if places = append(places, found...); err != nil {
				return places, err
			}
		}
		return places, err
	})
}

func domainsOfInstance(ctx context.Context, s *search, site, environment any) ([]Place, error) {
	at := Place{Site: refOf(site, "id", "label", "name"), Environment: refOf(environment, "id", "label", "name")}
	at.Next = Step{"acquia_site_instance_get", map[string]any{"site_id": at.Site.ID, "environment_id": at.Environment.ID}}
	if production, ok := dig(environment, "flags", "production").(bool); ok {
		at.Production = known(production)
	}
	domains, err := s.listOf(ctx, acquiaInstanceDomains, at.Site.ID, at.Environment.ID)
	var places []Place
	for _, d := range domains {
		how := CustomDomain
		if managed, _ := dig(d, "is_managed").(bool); managed {
			how = DefaultDomain
		}
		name := cmp.Or(digText(d, "name"), digText(d, "domain"))
		if like := s.liken(name); like > above {
			places = append(places, at.has(s, name, how, like))
		}
	}
	return places, err
}
