package preview

import (
	"cmp"
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

// What a hit of this platform can be about besides an environment: all environments of something.
const (
	ofApplication = "all of application"
	ofCodebase    = "all of codebase"
	ofSite        = "all of site"
	ofTargets     = "those named of codebase" // of a bulk code switch
)

// environments: an argument environment_id is what changes; source and source_environment_id are only read from. Some operations
// change every environment of an application, production among them, without naming any.
//
// Nothing is returned for what stands above applications (subscriptions, organizations, teams, private networks, identity providers):
// which environments it reaches would take a read for each of its applications. Nor for what changes no environment at all:
// names, tags, IDEs, Code Studio, and the file of a log that is made for a download.
func (acquia) environments(c Call) []hit {
	var hits []hit
	add := func(of, argument string, source bool) {
		if id := text(c.Args[argument]); id != "" {
			hits = append(hits, hit{of, id, source})
		}
	}
	switch c.Op.Name {
	case "acquia_log_create":
		return nil
	case "acquia_application_database_create", "acquia_application_database_delete", "acquia_application_database_erase",
		"acquia_application_security_update", "acquia_remote_admin_update", "acquia_email_domain_disassociate", "acquia_search_config_set_delete":
		add(ofApplication, "application_uuid", false)
	case "acquia_codebase_delete":
		add(ofCodebase, "codebase_id", false)
	case "acquia_bulk_code_switch_create":
		add(ofTargets, "codebase_id", false)
	case "acquia_site_delete":
		add(ofSite, "site_id", false)
	}
	add("", "environment_id", false)
	add("", "source", true)
	add("", "source_environment_id", true)
	return hits
}

// kind reads the environment's flags; production is one of them.
func (a acquia) kind(l *look, h hit) (Kind, error) {
	if h.of != "" {
		return a.kindOfAll(l, h), nil
	}
	environment, err := l.acquiaEnvironment(h.id)
	if err != nil {
		return Kind{}, err
	}
	return a.kindIn(environment, h.id), nil
}

// acquiaNamesFor are what an environment of an answer is called. Its label can be changed by whoever may configure it.
func acquiaNamesFor(environment map[string]any) policy.Names {
	return policy.Names{
		Own: present(first(environment, "name"), first(environment, "id"), first(environment, "uuid")),
		Labels: append(present(first(environment, "label"), first(environment, "active_domain"), acquiaKnownAs(environment)),
			texts(environment["domains"])...),
	}
}

func (acquia) kindIn(environment map[string]any, id string) Kind {
	names := acquiaNamesFor(environment)
	kind := Kind{Environment: policy.Production, Name: first(environment, "name", "label"), Names: []policy.Names{names}}
	production, known := field(environment, "flags.production").(bool)
	called := same("prod", names.Own...) || same("production", append(present(first(environment, "label")), names.Own...)...)
	switch {
	case !known:
		kind.Doubt = "environment " + id + ", which therefore counts as production: the platform does not say whether it is"
	case !production && !called:
		kind.Environment = policy.Other
	}
	return kind
}

// kindOfAll is production when one of the environments is. A list that shows none of them proves nothing.
func (a acquia) kindOfAll(l *look, whole hit) Kind {
	unknown := func(err error) Kind {
		return Kind{Environment: policy.Production, Name: whole.String(), Names: make([]policy.Names, 1),
			Doubt: fmt.Sprintf("the environments, %s, which therefore count as production: %v", whole, err)}
	}
	list, err := l.acquiaWhole(whole)
	if err != nil {
		return unknown(err)
	}
	if len(list) == 0 {
		if whole.of == ofSite {
			return Kind{} // a site may well be in no environment
		}
		return unknown(errors.New("the platform shows none of them"))
	}
	kind := Kind{Environment: policy.Other}
	var all []policy.Names
	for _, environment := range list {
		one := a.kindIn(environment, first(environment, "id"))
		all = append(all, one.Names...)
		if one.Environment == policy.Production && (kind.Environment != policy.Production || one.Doubt != "" && kind.Doubt == "") {
			kind = one
		}
	}
	kind.Name, kind.Names = cmp.Or(kind.Name, whole.String()), all
	return kind
}

// acquiaWhole reads the environments that a call changes without naming them.
func (l *look) acquiaWhole(whole hit) ([]map[string]any, error) {
	tool, args := "acquia_codebase_environment_list", map[string]any{"codebase_id": whole.id}
	switch whole.of {
	case ofApplication:
		tool, args = "acquia_environment_list", map[string]any{"application_uuid": whole.id}
	case ofSite:
		tool, args = "acquia_site_environment_list", map[string]any{"site_id": whole.id}
	}
	list, all, err := l.listed(tool, "", args)
	if err == nil && !all {
		err = fmt.Errorf("there are more than %d of them", len(list))
	}
	if err != nil || whole.of != ofTargets {
		return list, err
	}
	var hit []map[string]any
	for _, id := range under(l.Args, "targets[].environment_id") {
		i := slices.IndexFunc(list, func(environment map[string]any) bool { return same(id, acquiaNamesFor(environment).Own...) })
		if i < 0 {
			return nil, fmt.Errorf("%s is not among those of the codebase", id)
		}
		hit = append(hit, list[i])
	}
	return hit, nil
}

// acquiaClassic is the id of an environment of an application: a number and the application. Those of codebases are plain UUIDs.
var acquiaClassic = lazy.MustCompile(`^\d+-[0-9a-fA-F]{8}-`)

// acquiaApplication is the application in the id of a classic environment.
func acquiaApplication(environment string) string {
	_, application, _ := strings.Cut(environment, "-")
	return application
}

func (l *look) acquiaEnvironment(id string) (map[string]any, error) {
	environment, err := l.object(acquiaEnvironmentGet(id), map[string]any{"environment_id": id})
	if err != nil {
		return nil, err
	}
	if ids := present(first(environment, "id"), first(environment, "uuid")); !same(id, ids...) {
		return nil, another(ids)
	}
	return environment, nil
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
