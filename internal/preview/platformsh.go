package preview

import (
	"cmp"
	"errors"
	"fmt"

	"paasmcp/internal/lazy"
	"paasmcp/internal/policy"
)

// platformsh knows Platform.sh and Upsun.
type platformsh struct{}

// What a hit of this platform can be about besides an environment.
const (
	ofProduction = "production"      // of the project; the call names only the project
	ofParent     = "the parent of"   // an environment
	ofActivity   = "of the activity" // which the call names
	ofRestore    = "restored into"   // an environment that may not exist yet
	ofType       = "of type"         // all environments of a type
)

// environments are those that the arguments name, and those of which the operation is known to change something.
//
// Not known without more reads are the environments behind access, teams and invitations: they change who may do something, not the
// environment itself, and their cards say it in words.
func (platformsh) environments(c Call) []hit {
	given := func(names ...string) bool {
		for _, name := range names {
			if _, ok := c.Args[name]; ok {
				return true
			}
		}
		return false
	}
	var hits []hit
	add := func(of, id string, source bool) {
		if id != "" {
			hits = append(hits, hit{of, id, source})
		}
	}
	production := func(when bool) {
		if when {
			hits = append(hits, hit{of: ofProduction})
		}
	}
	switch c.Op.Name {
	case "platformsh_environment_branch":
		add("", text(c.Args["environment_id"]), true)
		return hits
	case "platformsh_environment_merge":
		add(ofParent, text(c.Args["environment_id"]), false)
		add("", text(c.Args["environment_id"]), true)
		return hits
	case "platformsh_environment_backup_restore":
		if target := text(c.Args["environment_name"]); target != "" { // the backup's environment stays as it is
			add(ofRestore, target, false)
			return hits
		}
	case "platformsh_project_activity_cancel":
		add(ofActivity, text(c.Args["activity_id"]), false)

	// What belongs to the whole project is in use on its production environment.
	case "platformsh_project_variable_create", "platformsh_project_variable_update", "platformsh_project_variable_delete",
		"platformsh_project_domain_create", "platformsh_project_domain_update", "platformsh_project_domain_delete",
		"platformsh_certificate_create", "platformsh_certificate_update", "platformsh_certificate_delete", "platformsh_provisioner_update",
		"platformsh_deployment_target_create", "platformsh_deployment_target_update", "platformsh_deployment_target_delete",
		"platformsh_project_delete", "platformsh_org_project_delete", "platformsh_subscription_delete":
		production(true)
	case "platformsh_project_update":
		add("", text(c.Args["default_branch"]), false)
		production(given("default_branch", "default_domain", "region")) // a time zone or a title changes no environment
	case "platformsh_project_settings_update": // retention deletes backups, initialize fills the main environment
		production(given("data_retention", "initialize"))
	case "platformsh_subscription_update":
		production(given("plan", "environments", "storage", "backups"))
	case "platformsh_org_project_update":
		production(given("plan", "dedicated_tag"))
	case "platformsh_integration_create", "platformsh_integration_update": // its branches take the place of those of the project
		production(isSource(text(c.Args["type"])))
	case "platformsh_project_invitation_create":
		for _, id := range under(c.Args, "environments[].id") {
			add("", id, false)
		}
	}
	add("", text(c.Args["environment_id"]), false)
	add("", text(c.Args["environment"]), false)
	add("", text(c.Args["parent"]), true)
	// Rights for a type reach all environments of it; of a type that this program does not know, perhaps production.
	if of := text(c.Args["environment_type_id"]); !same(of, "staging", "development") {
		add(ofType, of, false)
	}
	return hits
}

// kind reads the type that the vendor itself keeps for every environment: production, staging or development. The default
// branch is production whatever its type.
func (p platformsh) kind(l *look, h hit) (Kind, error) {
	switch h.of {
	case ofProduction:
		return p.production(l)
	case ofActivity:
		return p.kindOfActivity(l)
	case ofRestore:
		return p.kindOfRestore(l, h.id)
	case ofType:
		return Kind{Environment: policy.Production, Name: h.id, Names: make([]policy.Names, 1)}, nil
	}
	environment, err := p.environment(l, h.id)
	if err != nil {
		return Kind{}, err
	}
	id := h.id
	if h.of == ofParent {
		id = first(environment, "parent")
		if id == "" {
			return Kind{Environment: policy.Production, Name: h.id, Names: make([]policy.Names, 1),
				Doubt: "the environment that " + h.id + " is merged into: it has no parent"}, nil
		}
		if environment, err = p.environment(l, id); err != nil {
			return Kind{}, fmt.Errorf("its parent %s: %w", id, err)
		}
	}
	kind := kindOfType(environment, id)
	if l.Op.Name == "platformsh_environment_update" && !h.source && same(l.argument("type"), string(policy.Production)) {
		kind.Environment = policy.Production
	}
	return kind, nil
}

func kindOfType(environment map[string]any, id string) Kind {
	kind := Kind{Environment: policy.Production, Name: cmp.Or(first(environment, "name", "id"), id), Names: platformshNames(environment)}
	if isMain, _ := environment["is_main"].(bool); isMain {
		return kind
	}
	switch first(environment, "type") {
	case "staging", "development":
		kind.Environment = policy.Other
	case "production":
	default:
		kind.Doubt = "environment " + id + ", which therefore counts as production: the platform does not say its type"
	}
	return kind
}

// platformshNames are what an environment of the answer is called. Its title is a label.
func platformshNames(environment map[string]any) []policy.Names {
	return []policy.Names{{
		Own:    present(first(environment, "id"), first(environment, "name"), first(environment, "machine_name")),
		Labels: present(first(environment, "title"), first(environment, "edge_hostname")),
	}}
}

// production is the environment of the default branch.
func (p platformsh) production(l *look) (Kind, error) {
	project, err := p.project(l)
	if err != nil {
		return Kind{}, err
	}
	kind := Kind{Environment: policy.Production, Name: first(project, "default_branch"), Note: "production, which this call reaches",
		Names: []policy.Names{{Own: present(first(project, "default_branch"))}}}
	if kind.Name == "" {
		kind.Name = "production"
	}
	return kind, nil
}

// branchName is a name that a new environment can have and that stays as it is.
var branchName = lazy.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$`)

// kindOfRestore is the kind of the environment that a restore names. One that does not exist is created by the restore. Only a
// complete list proves that: a single read cannot tell what is missing from what is hidden.
func (p platformsh) kindOfRestore(l *look, id string) (Kind, error) {
	list, whole, err := p.allEnvironments(l)
	if err != nil {
		return Kind{}, err
	}
	for _, environment := range list {
		if same(id, platformshNames(environment)[0].Own...) {
			return kindOfType(environment, id), nil
		}
	}
	switch {
	case !whole:
		return Kind{}, fmt.Errorf("there are more than %d environments", len(list))
	case !branchName.MatchString(id): // what the platform makes of it may be a name that exists
		return Kind{}, errors.New("no environment can have this name")
	}
	return Kind{Environment: policy.Other, Name: id, Note: "does not exist yet; the restore creates it",
		Names: []policy.Names{{Own: []string{id}}}}, nil
}

// kindOfActivity looks at the environments of the activity that is to be cancelled. Of several, which are few, one that is
// production decides.
func (p platformsh) kindOfActivity(l *look) (Kind, error) {
	activity, err := l.object("platformsh_project_activity_get", l.these("project_id", "activity_id"))
	if err != nil {
		return Kind{}, err
	}
	names := texts(activity["environments"])
	if len(names) > 2 {
		return Kind{}, fmt.Errorf("it works on %d environments", len(names))
	}
	if len(names) == 0 {
		return Kind{}, nil // of the project itself
	}
	var kind Kind
	var all []policy.Names
	for _, name := range names {
		environment, err := p.environment(l, name)
		if err != nil {
			return Kind{}, err
		}
		k := kindOfType(environment, name)
		all = append(all, k.Names...)
		if kind.Environment != policy.Production {
			kind = k
		}
	}
	kind.Names = all
	return kind, nil
}

// project reads the project that the call is about, also where the call names only its subscription.
func (p platformsh) project(l *look) (map[string]any, error) {
	id, err := p.projectID(l)
	if err != nil {
		return nil, err
	}
	return l.object("platformsh_project_get", map[string]any{"project_id": id})
}

func (platformsh) projectID(l *look) (any, error) {
	if id := l.argument("project_id"); id != "" {
		return id, nil
	}
	subscription, err := l.object("platformsh_subscription_get", l.these("organization_id", "subscription_id"))
	if err != nil {
		return nil, err
	}
	id := first(subscription, "project_id")
	if id == "" {
		return nil, fmt.Errorf("the subscription has no project yet")
	}
	return id, nil
}

func (platformsh) environment(l *look, id string) (map[string]any, error) {
	environment, err := l.object("platformsh_environment_get", map[string]any{"project_id": l.Args["project_id"], "environment_id": id})
	if err != nil {
		return nil, err
	}
	names := platformshNames(environment)[0].Own
	if project := first(environment, "project"); !same(id, names...) || project != "" && !same(l.argument("project_id"), project) {
		return nil, another(names)
	}
	return environment, nil
}

func (p platformsh) environmentList(l *look) ([]map[string]any, error) {
	list, _, err := p.allEnvironments(l)
	return list, err
}

// allEnvironments says also whether the list is whole.
func (p platformsh) allEnvironments(l *look) ([]map[string]any, bool, error) {
	id, err := p.projectID(l)
	if err != nil {
		return nil, false, err
	}
	return l.listed("platformsh_environment_list", "", map[string]any{"project_id": id})
}

// these are arguments of the call that a read takes over under the same names.
func (l *look) these(names ...string) map[string]any {
	args := map[string]any{}
	for _, name := range names {
		args[name] = l.Args[name]
	}
	return args
}

func isSource(integration string) bool {
	switch integration {
	case "github", "gitlab", "bitbucket", "bitbucket_server":
		return true
	}
	return false
}
