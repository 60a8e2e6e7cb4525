package policy

import (
	"errors"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"paasmcp/internal/lazy"
	"paasmcp/schemas"
)

// What may decide when no rule of a file matches, as the key default of the file spells it.
const (
	DefaultBuiltin    = "builtin"     // the rules of this program; the one assumed
	DefaultDeny       = "deny"        // nothing: the call is refused
	DefaultAllowReads = "allow-reads" // reads go ahead, with secrets masked; everything else is refused
)

var defaults = map[string]Policy{
	DefaultBuiltin: defaultRules,
	DefaultDeny:    nil,
	DefaultAllowReads: {
		{Name: "reveal secrets", Match: Match{Reveal: true}, Action: Confirm, Level: Form},
		{Name: "read", Match: Match{Risks: []schemas.Risk{schemas.Read}}, Action: Allow},
	},
}

// Limits of a policy file. Names are in every line of the audit, reasons on every card.
const (
	maxRules  = 1000
	maxName   = 60
	maxReason = 200
)

// Load reads a policy file:
//
//	default: builtin                       # or deny, or allow-reads: what decides when no rule matches
//	rules:                                 # the first that matches decides
//	  - name: no changes over the weekend
//	    risk: write                        # every key takes one value or a list, and all keys must match
//	    time: {days: [sat, sun], zone: Europe/Prague}
//	    verdict: deny
//	    reason: We do not deploy on weekends.
//	  - name: databases are copied by two people
//	    tool: "acquia_*_database_copy"
//	    verdict: confirm
//	    level: two_person
//
// Rows are the whole catalogue; they tell what an allowing rule would let through. Every problem comes back at once, each as
// "file:line: reason". Nothing is guessed: unknown keys, empty values and aliases are errors, because a condition that is lost
// on the way makes a rule match more than its author meant.
func Load(file string, data []byte, rows []schemas.Row) (Policy, error) {
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		text := strings.Join(strings.Fields(err.Error()), " ")
		line := "1"
		if m := lineOf.FindStringSubmatch(text); m != nil {
			line = m[1]
		}
		return nil, fmt.Errorf("%s:%s: no policy can be read here: %s", file, line, text)
	}
	r := reader{file: file}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, fmt.Errorf("%s:1: a policy file is a mapping with the keys default and rules", file)
	}
	p, after := r.document(doc.Content[0])
	if len(r.errs) == 0 {
		r.broadAllows(p, rows)
	}
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	return append(p, after...), nil
}

var lineOf = lazy.MustCompile(`(?:\bL|line )(\d+)`) // in errors of the YAML library

// reader collects what is wrong with a file.
type reader struct {
	file string
	errs []error
}

func (r *reader) bad(line int, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d: %s", r.file, line, fmt.Sprintf(format, args...)))
}

// keys walks a mapping and refuses what is no plain key or appears twice.
func (r *reader) keys(node *yaml.Node, what string) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(key, value *yaml.Node) bool) {
		if node.Kind != yaml.MappingNode {
			r.bad(node.Line, "%s is a mapping of keys to values", what)
			return
		}
		var seen []string
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			switch {
			case key.Kind != yaml.ScalarNode:
				r.bad(key.Line, "a key of %s is one word", what)
			case slices.Contains(seen, key.Value):
				r.bad(key.Line, "%s appears twice in %s", key.Value, what)
			default:
				seen = append(seen, key.Value)
				if !yield(key, value) {
					return
				}
			}
		}
	}
}

func (r *reader) document(root *yaml.Node) (rules, after Policy) {
	after = defaults[DefaultBuiltin]
	found := false
	for key, value := range r.keys(root, "a policy file") {
		switch key.Value {
		case "default":
			name := r.text(key, value)
			var ok bool
			if after, ok = defaults[name]; !ok && name != "" {
				r.bad(value.Line, "default: %q is not one of builtin, deny, allow-reads", name)
			}
		case "rules":
			found = true
			if value.Kind != yaml.SequenceNode || len(value.Content) > maxRules {
				r.bad(value.Line, "rules: a list of at most %d rules", maxRules)
				continue
			}
			for _, node := range value.Content {
				rule := r.rule(node, len(rules)+1)
				if slices.ContainsFunc(rules, func(other Rule) bool { return other.Name == rule.Name && rule.Name != "" }) {
					r.bad(node.Line, "the name %q appears twice; the audit tells rules apart by name", rule.Name)
				}
				rules = append(rules, rule)
			}
		default:
			r.bad(key.Line, "%q is not a key of a policy file; it has default and rules", key.Value)
		}
	}
	if !found && len(r.errs) == 0 {
		r.bad(root.Line, "rules are missing")
	}
	return rules, after
}

const ruleKeys = "name, platform, tool, toolset, risk, account, environment_kind, environment_name, principal, transport, time, reveal, verdict, level, reason"

func (r *reader) rule(node *yaml.Node, number int) Rule {
	rule := Rule{Name: fmt.Sprintf("rule %d", number), Line: node.Line}
	m, before := &rule.Match, len(r.errs)
	for key, value := range r.keys(node, "a rule") {
		switch key.Value {
		case "name":
			rule.Name = r.sentence(key, value, maxName)
		case keyPlatform:
			m.Platforms = words(r, key, value, schemas.Platforms())
		case keyTool:
			m.Tools = r.globs(key, value)
		case keyToolset:
			m.Toolsets = r.globs(key, value)
		case keyRisk:
			m.Risks = words(r, key, value, schemas.Risks())
		case keyAccount:
			m.Accounts = r.globs(key, value)
		case keyEnvironmentKind:
			m.Environments = words(r, key, value, []Environment{Production, Other, unknownWord})
		case keyEnvironmentName:
			m.EnvironmentNames = r.globs(key, value)
		case keyPrincipal:
			m.Principals = r.globs(key, value)
		case keyTransport:
			m.Transports = words(r, key, value, []string{"stdio", "http", "sse", "cli"})
		case keyTime:
			m.Window = r.window(value)
		case keyReveal:
			if m.Reveal = true; r.text(key, value) != "true" {
				r.bad(value.Line, "reveal: only true is possible; leave it out for a rule about all calls")
			}
		case "verdict":
			rule.Action = word(r, key, value, []Action{Allow, Confirm, Deny})
		case "level":
			rule.Level = word(r, key, value, levels())
		case "reason":
			rule.Reason = r.sentence(key, value, maxReason)
		default:
			r.bad(key.Line, "%q is not a key of a rule; it has %s", key.Value, ruleKeys)
		}
	}
	switch {
	case len(r.errs) > before: // what is missing may be what could not be read
	case rule.Action == "":
		r.bad(node.Line, "%s: verdict is missing: allow, confirm or deny", rule.Name)
	case rule.Action == Confirm && rule.Level == "":
		r.bad(node.Line, "%s: level is missing: form, typed, console or two_person", rule.Name)
	case rule.Action != Confirm && rule.Level != "":
		r.bad(node.Line, "%s: level belongs to the verdict confirm", rule.Name)
	}
	rule.countUnknown()
	return rule
}

// unknownWord is how a file spells [Unknown].
const unknownWord = "unknown"

// countUnknown turns the word into the kind, and makes an environment of unknown kind count as production wherever that is
// the careful reading: most calls do not tell, and a rule that guards production must not miss those that hit it.
func (rule *Rule) countUnknown() {
	kinds := rule.Match.Environments
	for i, kind := range kinds {
		if kind == unknownWord {
			kinds[i] = Unknown
		}
	}
	if rule.Action != Allow && slices.Contains(kinds, Production) && !slices.Contains(kinds, Unknown) {
		rule.Match.Environments = append(kinds, Unknown)
	}
}

// text reads a scalar. An empty value is an error everywhere: as a condition it would match everything.
func (r *reader) text(key, value *yaml.Node) string {
	switch {
	case value.Kind != yaml.ScalarNode:
		r.bad(value.Line, "%s: one value is needed here", key.Value)
	case value.Tag == "!!null" || strings.TrimSpace(value.Value) == "":
		r.bad(value.Line, "%s: the value is empty; leave the key out if it does not matter", key.Value)
	default:
		return value.Value
	}
	return ""
}

var control = lazy.MustCompile(`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]`)

func (r *reader) sentence(key, value *yaml.Node, most int) string {
	text := r.text(key, value)
	if utf8.RuneCountInString(text) > most || control.MatchString(text) {
		r.bad(value.Line, "%s: one line of at most %d characters", key.Value, most)
	}
	return text
}

// list reads one value or a list of them.
func (r *reader) list(key, value *yaml.Node) []*yaml.Node {
	if value.Kind != yaml.SequenceNode {
		return []*yaml.Node{value}
	}
	if len(value.Content) == 0 {
		r.bad(value.Line, "%s: the list is empty; leave the key out if it does not matter", key.Value)
	}
	return value.Content
}

func (r *reader) globs(key, value *yaml.Node) []string {
	var list []string
	for _, node := range r.list(key, value) {
		glob := r.text(key, node)
		if _, err := path.Match(glob, ""); err != nil {
			r.bad(node.Line, "%s: %q is not a name or a pattern with * and ?", key.Value, glob)
		}
		list = append(list, glob)
	}
	return list
}

func words[S ~string](r *reader, key, value *yaml.Node, known []S) []S {
	var list []S
	for _, node := range r.list(key, value) {
		list = append(list, word(r, key, node, known))
	}
	return list
}

func word[S ~string](r *reader, key, value *yaml.Node, known []S) S {
	text := S(r.text(key, value))
	if text != "" && !slices.Contains(known, text) {
		r.bad(value.Line, "%s: %q is not one of %s", key.Value, text, joinWords(known))
	}
	return text
}

func joinWords[S ~string](list []S) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = string(s)
	}
	return strings.Join(parts, ", ")
}

func (r *reader) window(node *yaml.Node) *Window {
	w, before := Window{To: day}, len(r.errs)
	for key, value := range r.keys(node, "time") {
		switch key.Value {
		case "days":
			for _, name := range words(r, key, value, dayNames) {
				if at := slices.Index(dayNames, name); at >= 0 {
					w.Days = append(w.Days, time.Weekday(at))
				}
			}
		case "hours":
			var err error
			if w.From, w.To, err = parseHours(r.text(key, value)); err != nil {
				r.bad(value.Line, "time: %v", err)
			}
		case "zone":
			var err error
			// Local would mean another time on another machine.
			if w.Zone, err = time.LoadLocation(r.text(key, value)); err != nil || value.Value == "Local" {
				r.bad(value.Line, "time: zone: %q is not a time zone such as Europe/Prague or UTC", value.Value)
			}
		default:
			r.bad(key.Line, "%q is not a key of time; it has days, hours, zone", key.Value)
		}
	}
	if w.Zone == nil && len(r.errs) == before {
		r.bad(node.Line, "time: zone is missing, for example Europe/Prague or UTC")
	}
	return &w
}
