package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"paasmcp/internal/compat"
	"paasmcp/schemas"
)

const compatibilityIntro = `# Which clients load the tools

<!-- Generated from the tools and the table in internal/compat by ` + "`make generate`" + `. -->

Every tool, as tools/list shows it, held against what clients and the model APIs behind them document. A test fails when the
default list or the finder-only list (` + "`--toolsets none`" + `) breaks a limit. A figure is the worst of its column: of each platform
alone and all three together, or of all toolsets one by one. Prefixes are those of a server that the client's configuration calls
"%s"; the longest name of a tool has %d characters, so a name of the server of up to %d fits everywhere.

*certain*: the vendor's documentation, source code or error message says so, at the source or quoted there; *reported*: users do. A
figure in bold breaks the limit; one in italics goes beyond it without harm, for the reason in the note.
`

// group is the modes that share a column.
type group struct {
	name  string
	modes []*listing
}

// groups are the columns of the report.
func (l *listings) groups() ([]group, error) {
	platforms := append(schemas.Platforms(), allPlatforms)
	var groups []group
	for _, column := range []struct {
		name      string
		platforms []schemas.Platform
		toolsets  []string
	}{
		{"finder only", platforms, []string{"none"}},
		{"default", platforms, []string{"default"}},
		{"one toolset", platforms[len(platforms)-1:], l.toolsets},
		{"all toolsets", platforms, []string{"all"}},
	} {
		g := group{name: column.name}
		for _, platform := range column.platforms {
			for _, toolset := range column.toolsets {
				list, err := l.of(platform, toolset)
				if err != nil {
					return nil, err
				}
				g.modes = append(g.modes, list)
			}
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// check finds the worst of the modes of a group, and those that break the limit.
func (g group) check(c compat.Client, limit compat.Limit) (worst compat.Finding, breaking []string) {
	for i, m := range g.modes {
		f := c.Check(limit, m.server)
		if i == 0 || f.Value > worst.Value {
			worst = f
		}
		if f.Breaks() {
			breaking = append(breaking, m.mode.String())
		}
	}
	return worst, breaking
}

func (l *listings) compatibilityPage() ([]byte, error) {
	groups, err := l.groups()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	longest := l.longestName()
	fmt.Fprintf(&b, compatibilityIntro, compat.ServerName, longest, compat.RoomForServerName(longest))
	b.WriteString("\n| client |")
	for _, g := range groups {
		b.WriteString(" " + g.name + " |")
	}
	b.WriteString("\n|---" + strings.Repeat("|---", len(groups)) + "|\n")
	remedies := map[compat.Measure]bool{}
	for _, c := range compat.Clients() {
		cells := []string{"| [" + c.Name + "](#" + anchor(c.Name) + ")"}
		for _, g := range groups {
			cells = append(cells, g.verdict(c, remedies))
		}
		b.WriteString(strings.Join(cells, " | ") + " |\n")
	}
	b.WriteString("\nWhat to do:\n\n")
	for _, m := range slices.Sorted(maps.Keys(remedies)) {
		fmt.Fprintf(&b, "- %s: %s\n", m, m.Remedy())
	}
	for _, c := range compat.Clients() {
		section(&b, c, groups)
	}
	return b.Bytes(), nil
}

// verdict is one cell of the summary: ok, or what breaks.
func (g group) verdict(c compat.Client, remedies map[compat.Measure]bool) string {
	var parts []string
	for _, limit := range c.Limits {
		worst, breaking := g.check(c, limit)
		if len(breaking) == 0 {
			continue
		}
		remedies[limit.Measure] = true
		text := fmt.Sprintf("%d %s, the limit is %d", worst.Value, limit.Measure, limit.Most)
		if len(breaking) < len(g.modes) {
			text += " (" + strings.Join(breaking, ", ") + ")"
		}
		parts = append(parts, text)
	}
	return cmp.Or(strings.Join(parts, "; "), "ok")
}

func section(b *bytes.Buffer, c compat.Client, groups []group) {
	fmt.Fprintf(b, "\n## %s\n\n", c.Name)
	if c.Prefix != "" {
		fmt.Fprintf(b, "A tool is called `%sNAME`.\n\n", c.Prefix)
	}
	b.WriteString("| limit | at most |")
	for _, g := range groups {
		b.WriteString(" " + g.name + " |")
	}
	b.WriteString(" known | source, checked |\n|---|--:|--:|--:|--:|--:|---|---|\n")
	for _, limit := range c.Limits {
		fmt.Fprintf(b, "| %s", limit.Measure)
		if limit.Note != "" {
			fmt.Fprintf(b, " (%s)", limit.Note)
		}
		fmt.Fprintf(b, " | %d |", limit.Most)
		for _, g := range groups {
			worst, _ := g.check(c, limit)
			fmt.Fprintf(b, " %s |", figure(worst))
		}
		known := "reported"
		if limit.Sure {
			known = "certain"
		}
		fmt.Fprintf(b, " %s | [%s](%s), %s |\n", known, host(limit.Source), limit.Source, limit.Checked)
	}
	for _, what := range c.Unknown {
		fmt.Fprintf(b, "| %s | not documented | | | | | | |\n", what)
	}
}

func figure(f compat.Finding) string {
	switch {
	case f.Breaks():
		return fmt.Sprintf("**%d**", f.Value)
	case !f.OK():
		return fmt.Sprintf("*%d*", f.Value)
	default:
		return fmt.Sprint(f.Value)
	}
}

func host(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// anchor is the id that forges give a heading.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case strings.ContainsRune("(),", r):
			return -1
		default:
			return r
		}
	}, strings.ToLower(heading))
}
