package preview

import "paasmcp/internal/policy"

// acquia knows Acquia Cloud.
type acquia struct{}

func (acquia) environments(c Call) []string {
	if id := text(c.Args["environment_id"]); id != "" {
		return []string{id}
	}
	return nil
}

// kind reads the environment's flags; production is one of them.
func (acquia) kind(l *look, id string) (Kind, error) {
	environment, err := l.object("acquia_environment_get", map[string]any{"environment_id": id})
	if err != nil {
		return Kind{}, err
	}
	kind := Kind{Environment: policy.Production, Name: first(environment, "name", "label")}
	production, known := field(environment, "flags.production").(bool)
	switch {
	case !known:
		kind.Doubt = "environment " + id + ", which therefore counts as production: the platform does not say whether it is"
	case !production && kind.Name != "prod":
		kind.Environment = policy.Other
	}
	return kind, nil
}

func (acquia) resource(string, map[string]any) (resource, bool) { return resource{}, false }

func (acquia) family(*look) {}
