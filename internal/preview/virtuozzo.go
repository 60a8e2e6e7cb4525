package preview

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"paasmcp/internal/policy"
)

// virtuozzo knows the Virtuozzo Application Platform.
type virtuozzo struct{}

// What a hit of this platform can be about besides an environment.
const (
	ofGroup        = "environments of group"
	ofInstallation = "installation"
	ofNode         = "of node"
)

// virtuozzoNames are the arguments that name environments, by name, address or appid.
var virtuozzoNames = []string{"env_name", "target_env", "target_appid", "env", "env.shortdomain", "deployment.envName", "filter.envName",
	"rule.relatedEnvName", "rules[].relatedEnvName", "resources[].resourceId", "resource_id"}

// virtuozzoNodes are the arguments that name nodes, which belong to environments: not always to the one that the call names.
var virtuozzoNodes = []string{"node_id", "node_ids", "source_node_id", "target_node_id", "client_node_id", "build_node_id"}

// environments: whatever names one counts, also the second of a swap and the one that a clone is made of. Add-ons are named by their
// installation, and groups stand for their environments.
//
// Nothing is returned for what belongs to the account: members, roles, tokens, repositories and certificates, which no single read
// ties to environments. Nor for an environment that is only being made.
func (virtuozzo) environments(c Call) []hit {
	var hits []hit
	add := func(of, id string, source bool) {
		if h := (hit{of, id, source}); id != "" && !slices.Contains(hits, h) {
			hits = append(hits, h)
		}
	}
	made := c.Op.Name == "virtuozzo_environment_create"
	for _, argument := range virtuozzoNames {
		for _, name := range under(c.Args, argument) {
			if !made {
				add("", name, c.Op.Name == "virtuozzo_environment_clone")
			}
		}
	}
	for _, argument := range virtuozzoNodes {
		for _, id := range append(under(c.Args, argument), under(c.Args, argument+"[]")...) {
			add(ofNode, id, false)
		}
	}
	switch c.Op.Name {
	case "virtuozzo_env_group_delete", "virtuozzo_env_group_isolation_toggle", "virtuozzo_env_group_update":
		for _, name := range append(under(c.Args, "groups[]"), text(c.Args["group"])) {
			add(ofGroup, name, false)
		}
	}
	if len(hits) == 0 {
		add(ofInstallation, text(c.Args["app_unique_name"]), false)
	}
	return hits
}

// noPatterns tells why everything counts as production. It is no failed read, so it makes no call harder than production does.
const noPatterns = "counts as production, because this platform does not know production environments; " +
	"name them with `production` in the accounts file or VIRTUOZZO_PRODUCTION, for example prod-*"

// kind goes by the names that the configuration declares: the platform itself knows no production.
func (v virtuozzo) kind(l *look, h hit) (Kind, error) {
	list, err := v.found(l, h)
	kind := Kind{Environment: policy.Other}
	if len(l.reader.Production()) == 0 {
		kind = Kind{Environment: policy.Production, Name: h.id, Note: noPatterns}
		if err != nil {
			kind.Names = make([]policy.Names, 1)
			return kind, nil
		}
	}
	if err != nil {
		return Kind{}, err
	}
	var called []string
	for _, env := range list {
		names := virtuozzoNamesOf(env)
		kind.Names = append(kind.Names, names)
		if called = append(called, names.Own[0]); l.declared(slices.Concat(names.Own, names.Labels)...) {
			kind.Environment, kind.Name = policy.Production, names.Own[0]
		}
	}
	kind.Name = cmp.Or(kind.Name, strings.Join(called, ", "))
	return kind, nil
}

// virtuozzoNamesOf are what an environment of an answer is called. Its display name and its domains are given by people.
func virtuozzoNamesOf(info map[string]any) policy.Names {
	names := policy.Names{
		Own: present(first(info, "env.envName"), first(info, "env.shortdomain"), first(info, "env.domain"), first(info, "env.appid")),
	}
	names.Labels = append(present(first(info, "env.displayName")), virtuozzo{}.own(info)...)
	return names
}

// found are the environments that a hit stands for, as the platform shows them.
func (v virtuozzo) found(l *look, h hit) ([]map[string]any, error) {
	var fits func(env map[string]any) bool
	switch h.of {
	case ofInstallation:
		env, err := l.object("virtuozzo_installation_env_get", map[string]any{"app_unique_name": h.id})
		if err != nil {
			return nil, err
		}
		fits = func(e map[string]any) bool { return same(first(env, "appid"), first(e, "env.appid")) }
	case ofGroup:
		fits = func(e map[string]any) bool { return same(h.id, texts(e["envGroups"])...) }
	case ofNode:
		fits = func(e map[string]any) bool {
			return slices.ContainsFunc(objects(e["nodes"]), func(node map[string]any) bool { return first(node, "id") == h.id })
		}
		// Nearly always it is a node of the environment that the call names, which is read anyway.
		if info, err := v.get(l, l.argument("env_name")); err == nil && fits(info) {
			return []map[string]any{info}, nil
		}
	default:
		info, err := v.get(l, h.id)
		if err == nil {
			return []map[string]any{info}, nil
		}
		fits = func(e map[string]any) bool { return same(h.id, virtuozzoNamesOf(e).Own...) }
		if list, listErr := v.those(l, fits); listErr == nil {
			return list, nil
		}
		return nil, err
	}
	list, err := v.those(l, fits)
	if errors.Is(err, errNone) && h.of == ofGroup { // which may well be empty
		return nil, nil
	}
	return list, err
}

var errNone = errors.New("no environment of this account goes by it")

// those are the environments of the account that fit.
func (virtuozzo) those(l *look, fits func(map[string]any) bool) ([]map[string]any, error) {
	all, whole, err := l.listed("virtuozzo_environment_list", "", map[string]any{})
	if err != nil {
		return nil, err
	}
	var list []map[string]any
	for _, env := range all {
		if len(virtuozzoNamesOf(env).Own) > 0 && fits(env) {
			list = append(list, env)
		}
	}
	switch {
	case !whole:
		return nil, fmt.Errorf("there are more than %d environments", len(all))
	case len(list) == 0:
		return nil, errNone
	}
	return list, nil
}

// get reads the environment that goes by a name.
func (virtuozzo) get(l *look, name string) (map[string]any, error) {
	if name == "" {
		return nil, errNone
	}
	info, err := l.object("virtuozzo_environment_get", map[string]any{"env_name": name})
	if err != nil {
		return nil, err
	}
	if own := virtuozzoNamesOf(info).Own; !same(name, own...) {
		return nil, another(own)
	}
	return info, nil
}

// resource: no path of this platform names one.
func (virtuozzo) resource(string, map[string]any) (resource, bool) { return resource{}, false }

// family reads the environment once, which says most of what matters, and looks up whatever is named by number or by path only.
func (v virtuozzo) family(l *look) {
	v.environment(l)
	v.things(l)
	v.variables(l)
	v.files(l)
	switch l.Op.Name {
	case "virtuozzo_env_group_delete", "virtuozzo_env_group_isolation_toggle", "virtuozzo_env_group_update", "virtuozzo_external_domain_swap":
		v.others(l)
	}
	if name := l.argument("app_unique_name"); name != "" && l.argument("env_name") == "" {
		v.others(l)
	}
}

// others names the environments that the call reaches without naming them.
func (v virtuozzo) others(l *look) {
	for _, h := range v.environments(l.Call) {
		if h.of == "" && h.id == l.argument("env_name") || h.of == ofNode {
			continue
		}
		list, err := v.found(l, h)
		if err != nil {
			l.doubt(h.String(), err)
			continue
		}
		var names []string
		for _, env := range list {
			names = append(names, first(env, "env.envName"))
		}
		l.along("environments of "+strings.TrimPrefix(h.String(), "environments of "), counted(names, 8))
		l.state(h.String(), strings.Join(names, ", "))
	}
}
