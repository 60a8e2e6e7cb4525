package preview

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"paasmcp/internal/lazy"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// acquia knows Acquia Cloud.
type acquia struct{}

// What stands in for the ids of environments where a call changes all that something has. Only kind reads them.
const (
	acquiaWholeApplication = "all of application "
	acquiaWholeCodebase    = "all of codebase "
	acquiaWholeSite        = "all of site "
)

// environments: an argument environment_id is what changes; source and source_environment_id are only read from. Some operations
// change every environment of an application, production among them, without naming any.
//
// Nothing is returned for what stands above applications (subscriptions, organizations, teams, private networks, identity providers):
// which environments it reaches would take a read for each of its applications. Nor for what changes no environment at all:
// names, tags, IDEs, Code Studio, and the file of a log that is made for a download.
func (acquia) environments(c Call) []string {
	one := func(prefix, argument string) []string {
		if id := text(c.Args[argument]); id != "" {
			return []string{prefix + id}
		}
		return nil
	}
	switch c.Op.Name {
	case "acquia_log_create":
		return nil
	case "acquia_application_database_create", "acquia_application_database_delete", "acquia_application_database_erase",
		"acquia_application_security_update", "acquia_remote_admin_update", "acquia_email_domain_disassociate", "acquia_search_config_set_delete":
		return one(acquiaWholeApplication, "application_uuid")
	case "acquia_codebase_delete", "acquia_bulk_code_switch_create":
		return one(acquiaWholeCodebase, "codebase_id")
	case "acquia_site_delete":
		return one(acquiaWholeSite, "site_id")
	}
	return one("", "environment_id")
}

// kind reads the environment's flags; production is one of them.
func (a acquia) kind(l *look, id string) (Kind, error) {
	if strings.HasPrefix(id, "all of ") {
		return a.kindOfAll(l, id), nil
	}
	environment, err := l.acquiaEnvironment(id)
	if err != nil {
		return Kind{}, err
	}
	return a.kindIn(l, environment, id), nil
}

func (acquia) kindIn(l *look, environment map[string]any, id string) Kind {
	kind := Kind{Environment: policy.Production, Name: first(environment, "name", "label")}
	production, known := field(environment, "flags.production").(bool)
	switch {
	case !known:
		kind.Doubt = "environment " + id + ", which therefore counts as production: the platform does not say whether it is"
	case matches(l.reader.Production(), first(environment, "label")), matches(l.reader.Production(), id):
	case !production && kind.Name != "prod":
		kind.Environment = policy.Other
	}
	return kind
}

// kindOfAll is production when one of the environments is. A list that shows none of them proves nothing.
func (a acquia) kindOfAll(l *look, whole string) Kind {
	unknown := func(err error) Kind {
		return Kind{Environment: policy.Production, Name: whole,
			Doubt: fmt.Sprintf("the environments, %s, which therefore count as production: %v", whole, err)}
	}
	list, err := l.acquiaWhole(whole)
	if err != nil {
		return unknown(err)
	}
	if len(list) == 0 {
		if strings.HasPrefix(whole, acquiaWholeSite) {
			return Kind{} // a site may well be in no environment
		}
		return unknown(errors.New("the platform shows none of them"))
	}
	kind := Kind{Environment: policy.Other}
	for _, environment := range list {
		one := a.kindIn(l, environment, first(environment, "id"))
		if one.Environment == policy.Production && (kind.Environment != policy.Production || one.Doubt != "" && kind.Doubt == "") {
			kind = one
		}
	}
	if kind.Name == "" {
		kind.Name = whole
	}
	return kind
}

// acquiaWhole reads the environments that a call changes without naming them.
func (l *look) acquiaWhole(whole string) ([]map[string]any, error) {
	if id, ok := strings.CutPrefix(whole, acquiaWholeApplication); ok {
		return l.list("acquia_environment_list", map[string]any{"application_uuid": id})
	}
	if id, ok := strings.CutPrefix(whole, acquiaWholeSite); ok {
		return l.list("acquia_site_environment_list", map[string]any{"site_id": id})
	}
	list, err := l.list("acquia_codebase_environment_list", map[string]any{"codebase_id": strings.TrimPrefix(whole, acquiaWholeCodebase)})
	if err != nil || l.Op.Name != "acquia_bulk_code_switch_create" {
		return list, err
	}
	var hit []map[string]any
	for _, id := range acquiaTargets(l.Args) {
		i := slices.IndexFunc(list, func(environment map[string]any) bool { return first(environment, "id") == id })
		if i < 0 {
			return nil, fmt.Errorf("%s is not among those of the codebase", id)
		}
		hit = append(hit, list[i])
	}
	return hit, nil
}

// acquiaTargets are the environments that a bulk code switch names.
func acquiaTargets(args map[string]any) []string {
	var ids []string
	targets, _ := args["targets"].([]any)
	for _, target := range targets {
		object, _ := target.(map[string]any)
		ids = append(ids, text(object["environment_id"]))
	}
	return ids
}

// acquiaClassic is the id of an environment of an application: a number and the application. Those of codebases are plain UUIDs.
var acquiaClassic = lazy.MustCompile(`^\d+-[0-9a-fA-F]{8}-`)

// acquiaApplication is the application in the id of a classic environment.
func acquiaApplication(environment string) string {
	_, application, _ := strings.Cut(environment, "-")
	return application
}

func (l *look) acquiaEnvironment(id string) (map[string]any, error) {
	return l.object(acquiaEnvironmentGet(id), map[string]any{"environment_id": id})
}

func acquiaEnvironmentGet(id string) string {
	if acquiaClassic.MatchString(id) {
		return "acquia_environment_get"
	}
	return "acquia_v3_environment_get"
}

// getter implements chooser.
func (acquia) getter(op *schemas.Operation, tool string, values []any) string {
	switch {
	case tool == "acquia_environment_get" && len(values) > 0:
		return acquiaEnvironmentGet(text(values[0]))
	case tool == "acquia_environment_database_get": // its name is in the call, and the answer holds its password
		return ""
	case tool == "acquia_site_instance_domain_get" && op.Method() == "PUT": // which adds it
		return ""
	}
	return tool
}

// before implements reshaper.
func (acquia) before(op *schemas.Operation, answer map[string]any) map[string]any {
	moved := map[string]any{}
	merge := func(v any) {
		object, _ := v.(map[string]any)
		for name, value := range object {
			moved[name] = value
		}
	}
	merge(answer)
	switch op.Name {
	case "acquia_environment_update":
		merge(field(answer, "configuration.php"))
		merge(field(answer, "configuration.node"))
		moved["operating_system"] = field(answer, "configuration.operating_system")
	case "acquia_remote_admin_update":
		merge(answer["flags"])
	case "acquia_environment_apm_update":
		moved["status"] = field(answer, "flags.enabled")
	case "acquia_server_update":
		moved["memcache"] = field(answer, "configuration.memcache")
	case "acquia_identity_provider_update":
		moved["entity_id"] = answer["idp_entity_id"]
	case "acquia_role_update":
		moved["permissions"] = plain(acquiaNames(answer["permissions"]))
	case "acquia_cron_update":
		moved["frequency"] = acquiaFrequency(answer)
	}
	return moved
}

// acquiaNames are the names in a list of objects.
func acquiaNames(v any) []string {
	var names []string
	items, _ := v.([]any)
	for _, item := range items {
		object, _ := item.(map[string]any)
		if name := first(object, "name", "label", "uuid"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// acquiaFrequency is the line of a cron job, which the platform shows in five fields.
func acquiaFrequency(cron map[string]any) string {
	var fields []string
	for _, name := range []string{"minute", "hour", "day_month", "month", "day_week"} {
		fields = append(fields, first(cron, name))
	}
	return strings.TrimSpace(strings.Join(fields, " "))
}
