package preview

import (
	"fmt"
	"slices"
	"strings"

	"paasmcp/internal/policy"
)

// virtuozzo knows the Virtuozzo Application Platform.
type virtuozzo struct{}

// What stands in for names of environments where a call names something else of theirs. Only kind reads them.
const (
	virtuozzoInstallation = "installation "
	virtuozzoGroup        = "environments of group "
	virtuozzoAppID        = "appid "
)

// environments: env_name is what changes, but for a clone, which only reads it, and for marks that only people see. Add-ons are named by
// their installation, groups stand for their environments, and a swap of domains changes both sides.
//
// Nothing is returned for what belongs to the account: members, roles, tokens, repositories and certificates, which no single read
// ties to environments.
func (virtuozzo) environments(c Call) []string {
	switch c.Op.Name {
	case "virtuozzo_environment_clone", "virtuozzo_file_favorite_add", "virtuozzo_file_favorite_remove", "virtuozzo_node_message_dismiss":
		return nil
	case "virtuozzo_env_group_delete", "virtuozzo_env_group_isolation_toggle":
		var groups []string
		for _, name := range append(texts(c.Args["groups"]), text(c.Args["group"])) {
			if name != "" {
				groups = append(groups, virtuozzoGroup+name)
			}
		}
		return groups
	}
	var ids []string
	if name := text(c.Args["env_name"]); name != "" {
		ids = append(ids, name)
	}
	if c.Op.Name == "virtuozzo_external_domain_swap" {
		if other := text(c.Args["target_appid"]); other != "" {
			ids = append(ids, virtuozzoAppID+other)
		}
	}
	if name := text(c.Args["app_unique_name"]); name != "" && len(ids) == 0 {
		ids = append(ids, virtuozzoInstallation+name)
	}
	return ids
}

// noPatterns tells why everything counts as production. It is no failed read, so it makes no call harder than production does.
const noPatterns = "counts as production, because this platform does not know production environments; " +
	"name them with `production` in the accounts file or VIRTUOZZO_PRODUCTION, for example prod-*"

// kind goes by the names that the configuration declares: the platform itself knows no production.
func (v virtuozzo) kind(l *look, id string) (Kind, error) {
	if len(l.reader.Production()) == 0 {
		return Kind{Environment: policy.Production, Name: id, Note: noPatterns}, nil
	}
	names, err := v.named(l, id)
	if err != nil {
		return Kind{}, err
	}
	for _, name := range names {
		if matches(l.reader.Production(), name) {
			return Kind{Environment: policy.Production, Name: name}, nil
		}
	}
	return Kind{Environment: policy.Other, Name: strings.Join(names, ", ")}, nil
}

// named gives the names of the environments that an id of [virtuozzo.environments] stands for.
func (virtuozzo) named(l *look, id string) ([]string, error) {
	var fits func(env map[string]any) bool
	if name, ok := strings.CutPrefix(id, virtuozzoInstallation); ok {
		env, err := l.object("virtuozzo_installation_env_get", map[string]any{"app_unique_name": name})
		if err != nil {
			return nil, err
		}
		fits = func(e map[string]any) bool { return first(e, "env.appid") == first(env, "appid") }
	} else if appid, ok := strings.CutPrefix(id, virtuozzoAppID); ok {
		fits = func(e map[string]any) bool { return first(e, "env.appid") == appid || first(e, "env.envName") == appid }
	} else if group, ok := strings.CutPrefix(id, virtuozzoGroup); ok {
		fits = func(e map[string]any) bool { return slices.Contains(texts(e["envGroups"]), group) }
	} else {
		return []string{id}, nil
	}
	list, err := l.list("virtuozzo_environment_list", map[string]any{})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, env := range list {
		if fits(env) {
			names = append(names, first(env, "env.envName"))
		}
	}
	if len(names) == 0 && !strings.HasPrefix(id, virtuozzoGroup) { // a group may well be empty
		return nil, fmt.Errorf("no environment of this account goes by %s", id)
	}
	return names, nil
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
	case "virtuozzo_env_group_delete", "virtuozzo_env_group_isolation_toggle", "virtuozzo_external_domain_swap":
		v.others(l)
	}
	if name := l.argument("app_unique_name"); name != "" && l.argument("env_name") == "" {
		v.others(l)
	}
}

// others names the environments that the call reaches without naming them.
func (v virtuozzo) others(l *look) {
	for _, id := range v.environments(l.Call) {
		if id == l.argument("env_name") {
			continue
		}
		names, err := v.named(l, id)
		if err != nil {
			l.doubt(id, err)
			continue
		}
		l.along("environments of "+strings.TrimPrefix(id, "environments of "), counted(names, 8))
		l.state(id, strings.Join(names, ", "))
	}
}
