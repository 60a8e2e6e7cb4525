package preview

import "paasmcp/internal/policy"

// virtuozzo knows the Virtuozzo Application Platform.
type virtuozzo struct{}

func (virtuozzo) environments(c Call) []string {
	if name := text(c.Args["env_name"]); name != "" {
		return []string{name}
	}
	return nil
}

// noPatterns tells why everything counts as production. It is no failed read, so it makes no call harder than production does.
const noPatterns = "counts as production, because this platform does not know production environments; " +
	"name them with `production` in the accounts file or VIRTUOZZO_PRODUCTION, for example prod-*"

// kind goes by the names that the configuration declares: the platform itself knows no production.
func (virtuozzo) kind(l *look, id string) (Kind, error) {
	if len(l.reader.Production()) == 0 {
		return Kind{Environment: policy.Production, Name: id, Note: noPatterns}, nil
	}
	return Kind{Environment: policy.Other, Name: id}, nil
}

func (virtuozzo) resource(string, map[string]any) (resource, bool) { return resource{}, false }

func (virtuozzo) family(*look) {}
