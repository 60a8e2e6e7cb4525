package apiclient

import (
	"context"
	"maps"
	"slices"
	"strings"

	"paasmcp/internal/lazy"
	"paasmcp/schemas"
)

// What a search calls, under the names of the catalogue.
var (
	virtuozzoEnvironments = locateRead(schemas.Virtuozzo, "virtuozzo_environment_list", "POST /environment/control/rest/getbasicenvsinfo", "infos", nil)
	virtuozzoDomains      = locateRead(schemas.Virtuozzo, "virtuozzo_domain_list", "POST /environment/binder/rest/getdomains", "", nil)
)

func (*virtuozzo) locateReads() []*schemas.Operation {
	return []*schemas.Operation{virtuozzoEnvironments, virtuozzoDomains}
}

// locate reads all environments in one call; they carry their own domain, the external ones and the added ones. What
// stands on a layer or a node alone is asked for only when that finds nothing.
func (v *virtuozzo) locate(ctx context.Context, s *search) ([]Place, error) {
	infos, err := s.list(ctx, ownRequest(virtuozzoEnvironments))
	if err != nil {
		return nil, err
	}
	var places []Place
	var names []string
	byName := map[string]any{}
	for _, info := range infos {
		env := dig(info, "env")
		places = append(places, domainsOfEnv(s, env)...)
		if name := digText(env, "envName"); name != "" {
			names, byName[name] = append(names, name), env
		}
	}
	if hasExact(places) {
		return places, nil
	}
	found, err := s.scan(ctx, "environments for domains of layers and nodes", names, func(ctx context.Context, name string) ([]Place, error) {
		answer, err := s.read(ctx, ownRequest(virtuozzoDomains, pair{"envName", name}))
		if err != nil {
			return nil, err
		}
		return domainsIn(s, byName[name], answer), nil
	})
	return append(places, found...), err
}

// placeOf is an environment as a place. The platform does not say which ones are production.
func placeOf(env any) Place {
	at := Place{Environment: refOf(env, "envName", "displayName")}
	at.Next = Step{"virtuozzo_environment_get", map[string]any{"env_name": at.Environment.ID}}
	return at
}

// nodePrefix stands before an environment's own domain in the names of its nodes: node123-shop.provider.example.
var nodePrefix = lazy.MustCompile(`^node\d+-`)

func domainsOfEnv(s *search, env any) []Place {
	at := placeOf(env)
	var places []Place
	if own, ok := foldHost(digText(env, "domain")); ok && own != "" {
		if s.host == own || strings.HasSuffix(s.host, "."+own) || nodePrefix.ReplaceAllString(s.host, "") == own {
			places = append(places, at.has(s, digText(env, "domain"), DefaultDomain, same))
		}
	}
	for _, list := range []string{"extDomains", "aliases"} {
		domains, _ := dig(env, list).([]any)
		for _, d := range domains {
			places = append(places, at.custom(s, digText(d, "domain"))...)
		}
	}
	return places
}

// domainsIn looks at all domains of an environment, its layers and its nodes, which come as names or as objects,
// depending on the version.
func domainsIn(s *search, env, answer any) []Place {
	at := placeOf(env)
	var places []Place
	var walk func(value any)
	walk = func(value any) {
		switch v := value.(type) {
		case string:
			places = append(places, at.custom(s, v)...)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			if name, ok := v["domain"].(string); ok {
				walk(name)
				return
			}
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(v[name])
			}
		}
	}
	for _, list := range []string{"envDomains", "nodeGroupsDomains", "nodesDomains"} {
		walk(dig(answer, list))
	}
	return places
}

// custom is the place with a domain of the customer's own; nothing when it is not like the name.
func (p Place) custom(s *search, domain string) []Place {
	if like := s.liken(domain); like > above {
		return []Place{p.has(s, domain, CustomDomain, like)}
	}
	return nil
}
