package preview

import (
	"fmt"

	"paasmcp/internal/policy"
)

// platformsh knows Platform.sh and Upsun.
type platformsh struct{}

// ofProduction stands for a project's production environment in calls that name only the project. No branch can be called so.
const ofProduction = "of production"

// environments names what a call changes. Reading from an environment is no change: a branch leaves its parent as it is.
//
// Not known without more reads are the environments behind access, teams and invitations: they change who may do something, not the
// environment itself, and their cards say it in words.
func (platformsh) environments(c Call) []string {
	given := func(names ...string) bool {
		for _, name := range names {
			if _, ok := c.Args[name]; ok {
				return true
			}
		}
		return false
	}
	switch c.Op.Name {
	case "platformsh_environment_branch":
		return nil
	case "platformsh_environment_backup_restore":
		if target := text(c.Args["environment_name"]); target != "" {
			return []string{target}
		}
	case "platformsh_project_activity_cancel":
		return []string{ofActivity}

	// What belongs to the whole project is in use on its production environment.
	case "platformsh_project_variable_create", "platformsh_project_variable_update", "platformsh_project_variable_delete",
		"platformsh_project_domain_create", "platformsh_project_domain_update", "platformsh_project_domain_delete",
		"platformsh_certificate_create", "platformsh_certificate_update", "platformsh_certificate_delete", "platformsh_provisioner_update",
		"platformsh_deployment_target_create", "platformsh_deployment_target_update", "platformsh_deployment_target_delete",
		"platformsh_project_delete", "platformsh_org_project_delete", "platformsh_subscription_delete":
		return []string{ofProduction}
	case "platformsh_project_update":
		var ids []string
		if next := text(c.Args["default_branch"]); next != "" {
			ids = append(ids, next)
		}
		if given("default_branch", "default_domain", "region") { // a time zone or a title changes no environment
			ids = append(ids, ofProduction)
		}
		return ids
	case "platformsh_project_settings_update": // retention deletes backups, initialize fills the main environment
		if given("data_retention", "initialize") {
			return []string{ofProduction}
		}
	case "platformsh_subscription_update":
		if given("plan", "environments", "storage", "backups") {
			return []string{ofProduction}
		}
	case "platformsh_org_project_update":
		if given("plan", "dedicated_tag") {
			return []string{ofProduction}
		}
	case "platformsh_integration_create", "platformsh_integration_update":
		if isSource(text(c.Args["type"])) { // its branches take the place of those of the project
			return []string{ofProduction}
		}
	}
	if id := text(c.Args["environment_id"]); id != "" {
		return []string{id}
	}
	return nil
}

// kind reads the type that the vendor itself keeps for every environment: production, staging or development. The default
// branch is production whatever its type.
func (p platformsh) kind(l *look, id string) (Kind, error) {
	switch {
	case id == ofProduction:
		return p.production(l)
	case id == ofActivity:
		return p.kindOfActivity(l)
	case l.Op.Name == "platformsh_environment_backup_restore" && l.argument("environment_name") == id:
		return p.kindOfRestore(l, id)
	}
	environment, err := p.environment(l, id)
	if err != nil {
		return Kind{}, err
	}
	if l.Op.Name == "platformsh_environment_merge" { // which changes the parent
		parent := first(environment, "parent")
		if parent == "" {
			return Kind{Environment: policy.Production, Name: id, Doubt: "the environment that " + id + " is merged into: it has no parent"}, nil
		}
		if environment, err = p.environment(l, parent); err != nil {
			return Kind{}, fmt.Errorf("its parent %s: %w", parent, err)
		}
		id = parent
	}
	kind := kindOfType(environment, id)
	if l.Op.Name == "platformsh_environment_update" && l.argument("type") == string(policy.Production) {
		kind.Environment = policy.Production
	}
	return kind, nil
}

func kindOfType(environment map[string]any, id string) Kind {
	kind := Kind{Environment: policy.Production, Name: first(environment, "name", "id")}
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

// production is the environment of the default branch.
func (p platformsh) production(l *look) (Kind, error) {
	project, err := p.project(l)
	if err != nil {
		return Kind{}, err
	}
	kind := Kind{Environment: policy.Production, Name: first(project, "default_branch"), Note: "production, which this call reaches"}
	if kind.Name == "" {
		kind.Name = "production"
	}
	return kind, nil
}

// kindOfRestore is the kind of the environment that a restore names. One that does not exist is created by the restore. Only a
// complete list proves that: a single read cannot tell what is missing from what is hidden.
func (p platformsh) kindOfRestore(l *look, id string) (Kind, error) {
	list, err := p.environmentList(l)
	if err != nil {
		return Kind{}, err
	}
	if environment := byID(list, id); environment != nil {
		return kindOfType(environment, id), nil
	}
	if len(list) >= fullList {
		return Kind{}, fmt.Errorf("there are more than %d environments", fullList)
	}
	return Kind{Environment: policy.Other, Name: id, Note: "does not exist yet; the restore creates it"}, nil
}

// ofActivity stands for the environments on which an activity works.
const ofActivity = "of the activity"

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
	var kind Kind
	for _, name := range names {
		environment, err := p.environment(l, name)
		if err != nil {
			return Kind{}, err
		}
		if k := kindOfType(environment, name); kind.Environment != policy.Production {
			kind = k
		}
	}
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
	return l.object("platformsh_environment_get", map[string]any{"project_id": l.Args["project_id"], "environment_id": id})
}

func (p platformsh) environmentList(l *look) ([]map[string]any, error) {
	id, err := p.projectID(l)
	if err != nil {
		return nil, err
	}
	return l.list("platformsh_environment_list", map[string]any{"project_id": id})
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
