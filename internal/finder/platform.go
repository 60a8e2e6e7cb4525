package finder

import (
	"slices"
	"strings"

	"paasmcp/internal/lazy"
	"paasmcp/schemas"
)

// platformNames are the names of the platforms and of the products built on them. They are taken out of the query: that
// a text says "Acquia" more often than another makes it no better answer.
var platformNames = lazy.MustCompile(`(?i)platform\.?sh|platform sh\b|\bupsun(\s+(fixed|flex))?|\bacquia(\s+cloud(\s+platform)?)?|\bjelastic(\s+(paas|cloud))?|\bvirtuozzo(\s+(application platform|paas))?`)

// platformsOf returns the platforms that the words name, in their order, and the words without the names.
func platformsOf(query string) (rest string, named []schemas.Platform) {
	rest = platformNames.ReplaceAllStringFunc(query, func(name string) string {
		platform := schemas.Platformsh
		switch fold(name)[0] {
		case 'a':
			platform = schemas.Acquia
		case 'j', 'v':
			platform = schemas.Virtuozzo
		}
		if !slices.Contains(named, platform) {
			named = append(named, platform)
		}
		return " "
	})
	if strings.TrimSpace(rest) == "" {
		rest = query
	}
	return rest, named
}
