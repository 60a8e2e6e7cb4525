package finder

import (
	"strings"

	"paasmcp/internal/lazy"
	"paasmcp/schemas"
)

// platformNames are the names of the platforms and of the products built on them. They are taken out of the query: that
// a text says "Acquia" more often than another makes it no better answer.
var platformNames = lazy.MustCompile(`(?i)platform\.?sh|platform sh\b|\bupsun(\s+(fixed|flex))?|\bacquia(\s+cloud(\s+platform)?)?|\bjelastic(\s+(paas|cloud))?|\bvirtuozzo(\s+(application platform|paas))?`)

// platformOf returns the platform that the words name, and the words without its name. A query that names two platforms
// means neither alone.
func platformOf(query string) (rest string, platform schemas.Platform) {
	several := false
	rest = platformNames.ReplaceAllStringFunc(query, func(name string) string {
		named := schemas.Platformsh
		switch fold(name)[0] {
		case 'a':
			named = schemas.Acquia
		case 'j', 'v':
			named = schemas.Virtuozzo
		}
		several = several || platform != "" && platform != named
		platform = named
		return " "
	})
	if strings.TrimSpace(rest) == "" {
		rest = query
	}
	if several {
		return rest, ""
	}
	return rest, platform
}
