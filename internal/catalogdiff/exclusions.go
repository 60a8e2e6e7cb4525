package catalogdiff

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"paasmcp/schemas"
)

// Exclusions are the deliberate deviations of the rows, as schemas/excluded.yaml lists them:
//
//   - platform: platformsh
//     calls: ["* /projects/{projectId}/access*"]     # METHOD /path as the report writes it
//     differs: [operation-extra, "required role"]    # a kind of difference, and the parameter where it has one
//     reason: One sentence that says why.
//
// A * in a call or a parameter stands for any text, slashes included.
type Exclusions struct {
	file    string
	entries []exclusion
}

type exclusion struct {
	platform schemas.Platform
	calls    []pattern
	differs  []pattern
	reason   string
}

// pattern is a text with stars and the line it stands on.
type pattern struct {
	text  string
	line  int
	match *regexp.Regexp
}

// ParseExclusions reads the list strictly. Each error reads "file:line: reason".
func ParseExclusions(file string, data []byte) (Exclusions, error) {
	x := Exclusions{file: file}
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return x, fmt.Errorf("%s: %s", file, oneLine(err))
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		return x, fmt.Errorf("%s:1: a list of exclusions is needed", file)
	}
	for _, node := range doc.Content[0].Content {
		entry, err := parseExclusion(node)
		if err != nil {
			return x, fmt.Errorf("%s:%w", file, err)
		}
		x.entries = append(x.entries, entry)
	}
	return x, nil
}

func parseExclusion(node *yaml.Node) (exclusion, error) {
	var raw struct {
		Platform schemas.Platform `yaml:"platform"`
		Calls    []yaml.Node      `yaml:"calls"`
		Differs  []yaml.Node      `yaml:"differs"`
		Reason   string           `yaml:"reason"`
	}
	if err := node.Load(&raw, yaml.WithKnownFields()); err != nil {
		return exclusion{}, fmt.Errorf("%d: %s", node.Line, oneLine(err))
	}
	switch {
	case !slices.Contains(schemas.Platforms(), raw.Platform):
		return exclusion{}, fmt.Errorf("%d: platform: %q is not one of %v", node.Line, raw.Platform, schemas.Platforms())
	case len(raw.Calls) == 0:
		return exclusion{}, fmt.Errorf("%d: calls is missing", node.Line)
	case len(raw.Differs) == 0:
		return exclusion{}, fmt.Errorf("%d: differs is missing", node.Line)
	case !strings.HasSuffix(raw.Reason, "."):
		return exclusion{}, fmt.Errorf("%d: reason: a sentence with a period is needed", node.Line)
	}
	entry := exclusion{platform: raw.Platform, reason: raw.Reason}
	for _, n := range raw.Calls {
		method, path, ok := strings.Cut(n.Value, " ")
		if !ok || method == "" || (!strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "*")) {
			return exclusion{}, fmt.Errorf("%d: calls: %q is not METHOD /path", n.Line, n.Value)
		}
		entry.calls = append(entry.calls, newPattern(n))
	}
	for _, n := range raw.Differs {
		what, name, _ := strings.Cut(n.Value, " ")
		if !slices.Contains(whats, What(what)) {
			return exclusion{}, fmt.Errorf("%d: differs: %q is not one of %v", n.Line, what, whats)
		}
		if whole := slices.Contains([]What{OperationMissing, OperationExtra, Deprecated, Media}, What(what)); whole != (name == "") {
			return exclusion{}, fmt.Errorf("%d: differs: %s concerns a parameter (%s NAME), or the whole operation and has no name", n.Line, n.Value, what)
		}
		entry.differs = append(entry.differs, newPattern(n))
	}
	return entry, nil
}

func newPattern(n yaml.Node) pattern {
	text := strings.ReplaceAll(regexp.QuoteMeta(n.Value), `\*`, ".*")
	return pattern{text: n.Value, line: n.Line, match: regexp.MustCompile("(?s)^" + text + "$")}
}

func oneLine(err error) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")
}

// explain writes the reason into each difference that an exclusion covers; the first exclusion counts. It returns the
// patterns that were not needed: they hide the next difference of that kind, and nobody would notice.
func (x Exclusions) explain(platform schemas.Platform, differences []Difference) []string {
	used := map[*pattern]bool{}
	for i := range differences {
		d := &differences[i]
		what := strings.TrimSuffix(string(d.What)+" "+d.Name, " ")
		for e := range x.entries {
			entry := &x.entries[e]
			if entry.platform != platform {
				continue
			}
			calls, differs := matching(entry.calls, d.Call), matching(entry.differs, what)
			if len(calls) == 0 || len(differs) == 0 {
				continue
			}
			d.Reason = entry.reason
			for _, p := range slices.Concat(calls, differs) {
				used[p] = true
			}
			break
		}
	}
	var stale []*pattern
	for e := range x.entries {
		if x.entries[e].platform != platform {
			continue
		}
		for _, list := range [][]pattern{x.entries[e].calls, x.entries[e].differs} {
			for i := range list {
				if !used[&list[i]] {
					stale = append(stale, &list[i])
				}
			}
		}
	}
	slices.SortStableFunc(stale, func(a, b *pattern) int { return cmp.Compare(a.line, b.line) })
	lines := make([]string, len(stale))
	for i, p := range stale {
		lines[i] = fmt.Sprintf("%s:%d: %q excuses nothing any more; remove it", x.file, p.line, p.text)
	}
	return lines
}

func matching(list []pattern, text string) []*pattern {
	var found []*pattern
	for i := range list {
		if list[i].match.MatchString(text) {
			found = append(found, &list[i])
		}
	}
	return found
}
