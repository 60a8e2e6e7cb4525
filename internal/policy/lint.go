package policy

import (
	"fmt"
	"slices"
	"strings"

	"paasmcp/schemas"
)

// broadAllows refuses rules that would let irreversible operations through without saying so: one short `allow` must not
// switch the gate off by accident. A rule says so by naming the class or the tool, and need not where an earlier rule asks or
// refuses.
func (r *reader) broadAllows(p Policy, rows []schemas.Row) {
	for i := range p {
		rule := &p[i]
		if rule.Action != Allow || slices.Contains(rule.Match.Risks, schemas.Irreversible) {
			continue
		}
		var freed []string
		for j := range rows {
			row := &rows[j]
			guarded := func(earlier Rule) bool { return earlier.Action != Allow && earlier.guards(rule, row) }
			if slices.Contains(row.Risk, schemas.Irreversible) && !slices.Contains(rule.Match.Tools, row.Name) &&
				rule.canMatch(row) && !slices.ContainsFunc(p[:i], guarded) {
				freed = append(freed, row.Name)
			}
		}
		if len(freed) > 0 {
			r.bad(rule.Line, "%s: it would allow %d irreversible operations without asking, such as %s; put a rule for them before it, "+
				"or mean it: name irreversible in its risk, or the tools without a pattern", rule.Name, len(freed), strings.Join(freed[:min(len(freed), 3)], ", "))
		}
	}
}

// Warning is something in a policy file that works and is surely not meant.
type Warning struct {
	Line int
	Text string
}

// Lint finds the rules of a loaded file that can never match: because of the catalogue, because of the rules before them, and,
// when the names of accounts are given, because of those.
func Lint(p Policy, rows []schemas.Row, accounts []string) []Warning {
	var found []Warning
	for i := range p {
		rule := &p[i]
		if rule.Line == 0 {
			break // the rules of this program come last
		}
		before := len(found)
		warn := func(format string, args ...any) {
			found = append(found, Warning{rule.Line, rule.Name + ": " + fmt.Sprintf(format, args...)})
		}
		names := func(key string, globs, known []string, of string) {
			for _, glob := range globs {
				if !slices.ContainsFunc(known, func(name string) bool { return fitsGlob([]string{glob}, name) }) {
					warn("%s: no %s is called %s", key, of, glob)
				}
			}
		}
		names(keyTool, rule.Match.Tools, column(rows, func(r *schemas.Row) string { return r.Name }), "operation")
		names(keyToolset, rule.Match.Toolsets, column(rows, func(r *schemas.Row) string { return r.Toolset }), "toolset")
		if len(accounts) > 0 {
			names(keyAccount, rule.Match.Accounts, accounts, "account")
		}
		switch by, reachable := p[:i].decidesBefore(rule, rows); {
		case by != "":
			warn("it never decides, because everything it matches is decided before by %s", by)
		case !reachable && len(found) == before:
			warn("it never matches: no operation has all that it asks for")
		}
	}
	return found
}

// decidesBefore names the rules that leave nothing to a rule behind them. Reachable says whether the rule could match
// anything if it stood first.
func (p Policy) decidesBefore(rule *Rule, rows []schemas.Row) (by string, reachable bool) {
	var earlier []string
	for i := range rows {
		row := &rows[i]
		if !rule.canMatch(row) {
			continue
		}
		reachable = true
		at := slices.IndexFunc(p, func(r Rule) bool { return r.covers(rule, row) })
		if at < 0 {
			return "", true
		}
		if name := fmt.Sprintf("%s (line %d)", p[at].Name, p[at].Line); !slices.Contains(earlier, name) {
			earlier = append(earlier, name)
		}
	}
	return strings.Join(earlier, ", "), reachable
}

// canMatch reports whether there can be a call of the operation that the rule matches.
func (rule *Rule) canMatch(row *schemas.Row) bool {
	m := &rule.Match
	return m.fitsRow(row) && (len(m.Risks) == 0 || intersect(m.Risks, row.Risk)) &&
		(!m.Reveal || slices.Contains(row.Risk, schemas.RevealsSecrets)) // the others cannot be called with reveal
}

// covers reports whether the rule surely matches every call of the operation that the other one matches.
func (rule *Rule) covers(other *Rule, row *schemas.Row) bool {
	have, want := rule.Match.Risks, other.Match.Risks
	certain := len(have) == 0 || slices.Contains(have, always(row)) ||
		len(want) > 0 && !slices.ContainsFunc(want, func(r schemas.Risk) bool {
			return slices.Contains(row.Risk, r) && !slices.Contains(have, r)
		})
	return certain && rule.spans(other, row)
}

// guards reports whether the rule surely matches every irreversible call of the operation that the other one matches.
func (rule *Rule) guards(other *Rule, row *schemas.Row) bool {
	have := rule.Match.Risks
	certain := len(have) == 0 || slices.Contains(have, schemas.Irreversible) || slices.Contains(have, always(row))
	return certain && rule.spans(other, row)
}

// always is the class that every call of the operation has, whatever its arguments.
func always(row *schemas.Row) schemas.Risk {
	if row.IsRead() {
		return schemas.Read
	}
	return schemas.Write
}

// spans compares everything but the risk.
func (rule *Rule) spans(other *Rule, row *schemas.Row) bool {
	a, b := &rule.Match, &other.Match
	revealing := slices.Contains(row.Risk, schemas.RevealsSecrets) && (b.Reveal || other.Action != Allow)
	return a.fitsRow(row) && (!a.Reveal || b.Reveal) && (!revealing || a.Reveal || rule.Action != Allow) &&
		wider(a.Accounts, b.Accounts) && wider(a.EnvironmentNames, b.EnvironmentNames) && wider(a.Principals, b.Principals) &&
		wider(texts(a.Environments), texts(b.Environments)) && wider(a.Transports, b.Transports) &&
		(a.Window == nil || b.Window != nil && a.Window.equal(b.Window))
}

func (m *Match) fitsRow(row *schemas.Row) bool {
	return among(m.Platforms, row.Platform) && fitsGlob(m.Tools, row.Name) && fitsGlob(m.Toolsets, row.Toolset)
}

// wider reports whether the first globs stand for every name that the second ones do. It does not know all such cases, and
// then says no.
func wider(a, b []string) bool {
	if len(a) == 0 {
		return true
	}
	plain := func(glob string) bool { return !strings.ContainsAny(glob, `*?[\`) }
	return len(b) > 0 && !slices.ContainsFunc(b, func(glob string) bool {
		return !slices.Contains(a, glob) && !(plain(glob) && fitsGlob(a, glob))
	})
}

func intersect(a, b []schemas.Risk) bool {
	return slices.ContainsFunc(a, func(r schemas.Risk) bool { return slices.Contains(b, r) })
}

func texts(kinds []Environment) []string {
	var list []string
	for _, k := range kinds {
		list = append(list, string(k))
	}
	return list
}

func column(rows []schemas.Row, of func(*schemas.Row) string) []string {
	list := make([]string, len(rows))
	for i := range rows {
		list[i] = of(&rows[i])
	}
	return list
}
