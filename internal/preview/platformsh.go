package preview

import "paasmcp/internal/policy"

// platformsh knows Platform.sh and Upsun.
type platformsh struct{}

func (platformsh) environments(c Call) []string {
	if id := text(c.Args["environment_id"]); id != "" {
		return []string{id}
	}
	return nil
}

// kind reads the type that the vendor itself keeps for every environment: production, staging or development.
func (platformsh) kind(l *look, id string) (Kind, error) {
	environment, err := l.object("platformsh_environment_get", map[string]any{"project_id": l.Args["project_id"], "environment_id": id})
	if err != nil {
		return Kind{}, err
	}
	kind := Kind{Environment: policy.Production, Name: first(environment, "name", "id")}
	switch first(environment, "type") {
	case "staging", "development":
		kind.Environment = policy.Other
	case "production":
	default:
		kind.Doubt = "environment " + id + ", which therefore counts as production: the platform does not say its type"
	}
	return kind, nil
}

func (platformsh) resource(string, map[string]any) (resource, bool) { return resource{}, false }

func (platformsh) family(*look) {}
