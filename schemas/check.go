package schemas

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"paasmcp/internal/lazy"
)

// Limits of the row format. The name limit leaves room for the prefixes that clients put before tool names (the
// strictest known total is 64); the texts are sent to a model again and again.
const (
	maxName        = 40
	maxSummary     = 110
	maxDescription = 1000
)

var (
	namePattern   = lazy.MustCompile(`^[a-z0-9]+(_[a-z0-9]+){2,}$`)
	callPattern   = lazy.MustCompile(`^(GET|POST|PUT|PATCH|DELETE) /[^ ?#]*$`)
	argPattern    = lazy.MustCompile(`^[a-z][a-z0-9_]*$`)
	fieldPattern  = lazy.MustCompile(`^(\[\]\.)?(\*\*\.)?([A-Za-z0-9_#:@-]+|\*)(\[\])?(\.([A-Za-z0-9_#:@-]+|\*)(\[\])?)*$`)
	schemaTypes   = []string{"string", "integer", "number", "boolean", "object", "array"}
	schemaFormats = []string{"", "uuid", "date-time", "date", "email", "uri", "ipv4", "ipv6", "hostname", "git-ref", "byte"}
	pagingStyles  = []string{"cursor", "page", "link", "timestamp", "offset", "rows"}
	asyncKinds    = map[Platform][]Async{
		Platformsh: {"", Activity, Accepted},
		Acquia:     {"", Notification, Accepted},
		Virtuozzo:  {"", Action},
	}
)

// OwnArguments are the arguments that the server adds to tools; no row may use these names.
func OwnArguments() []string {
	return []string{"limit", "cursor", "fields", "jq", "reveal", "save_to", "account"}
}

// check lists everything that is wrong with one row.
func (o *Operation) check() []string {
	var bad []string
	add := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	add(namePattern.MatchString(o.Name) && strings.HasPrefix(o.Name, string(o.Platform)+"_"), "the name must be %s_<resource>_<verb> in [a-z0-9_]", o.Platform)
	add(len(o.Name) <= maxName, "the name has %d characters, %d are allowed", len(o.Name), maxName)
	add(callPattern.MatchString(o.Call), "call: %q is not METHOD /path", o.Call)
	add(o.Summary != "" && strings.HasSuffix(o.Summary, ".") && utf8.RuneCountInString(o.Summary) <= maxSummary,
		"summary: one sentence of at most %d characters, with a period", maxSummary)
	add(utf8.RuneCountInString(o.About) <= maxDescription, "about: longer than %d characters", maxDescription)
	add(slices.Contains(asyncKinds[o.Platform], o.Async), "async: %q does not exist on %s", o.Async, o.Platform)
	add(o.Only == "" || o.Only == "upsun", "only: %q is not known; upsun is", o.Only)
	add(o.Paging == nil || o.List != "", "paging needs list: where the items sit in the answer")
	add(o.Paging == nil || slices.Contains(pagingStyles, o.Paging.Style), "paging: style must be one of %s", strings.Join(pagingStyles, ", "))
	for _, flag := range o.Flags {
		add(slices.Contains([]Flag{Deprecated, Privileged, Prerelease}, flag), "flags: %q is not known", flag)
	}
	for _, field := range slices.Concat(o.Shows, o.Secrets) {
		add(fieldPattern.MatchString(field), "%q is not a field path such as a.b, [].a, items[].b, env.* or **.token", field)
	}
	bad = append(bad, o.checkRisk()...)
	bad = append(bad, o.checkWhen()...)
	bad = append(bad, o.checkParams()...)
	bad = append(bad, o.checkVariants()...)
	add(o.Example.Sends != "", "example: sends is missing")
	for name := range o.Example.Args {
		_, ok := o.Param(name)
		add(ok, "example: %s is not a parameter", name)
	}
	return bad
}

func (o *Operation) checkRisk() []string {
	var bad []string
	for i, r := range o.Risk {
		if !slices.Contains(Risks(), r) {
			bad = append(bad, fmt.Sprintf("risk: %q is not a class", r))
		}
		if slices.Contains(o.Risk[:i], r) {
			bad = append(bad, fmt.Sprintf("risk: %s appears twice", r))
		}
	}
	if o.Has(Read) == o.Has(Write) {
		bad = append(bad, "risk: exactly one of read and write is needed")
	}
	if o.Has(Read) && (o.Has(Destructive) || o.Has(Irreversible) || o.Has(CostsMoney) || o.Has(GrantsAccess)) {
		bad = append(bad, "risk: what destroys, costs or grants access is a write")
	}
	if (o.Has(RevealsSecrets) || o.Has(AcceptsSecrets)) && len(o.Secrets) == 0 {
		bad = append(bad, "secrets: say which fields are secret, so that they can be masked")
	}
	return bad
}

func (o *Operation) checkParams() []string {
	var bad []string
	add := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	holes := o.Holes()
	filled := map[string]string{}
	places := map[string]string{}
	roots := 0
	for i := range o.Params {
		p := &o.Params[i]
		add(argPattern.MatchString(p.Name), "parameter %q: names are lower case with underscores", p.Name)
		add(!slices.Contains(OwnArguments(), p.Name), "parameter %s: the name is one of the server's own arguments; choose another and set wire", p.Name)
		add(slices.Contains([]string{"path", "query", "body", "form", "root", "none"}, p.In), "parameter %s: in: %q is not known", p.Name, p.In)
		add(p.Style == "" || p.In == "query" || p.In == "form", "parameter %s: style is for query and form values", p.Name)
		add(slices.Contains([]string{"", "deep", "repeat", "comma", "json"}, p.Style), "parameter %s: style: %q is not known", p.Name, p.Style)
		add(p.In != "query" || p.Type != "object" || p.Style != "repeat", "parameter %s: an object cannot be repeated", p.Name)
		add(!strings.HasPrefix(p.Wire, "page[") && !(o.Paging != nil && p.Wire == "page"), "parameter %s: paging keys belong to the client, see paging", p.Name)
		if p.In == "path" {
			add(slices.Contains(holes, p.Wire), "parameter %s: the path has no {%s}", p.Name, p.Wire)
			add(p.Type == "string" || p.Type == "integer", "parameter %s: a path value is a string or an integer", p.Name)
			filled[p.Wire] = p.Name
		}
		if p.In == "root" {
			roots++
		}
		if other, taken := places[p.In+" "+p.Wire]; taken && p.In != "none" {
			bad = append(bad, fmt.Sprintf("parameter %s: %s already fills %s in the %s", p.Name, other, p.Wire, p.In))
		}
		places[p.In+" "+p.Wire] = p.Name
		bad = append(bad, p.Schema.check(p.Name)...)
	}
	for _, h := range holes {
		add(filled[h] != "", "the path's {%s} has no parameter", h)
	}
	for _, name := range o.Target {
		p, ok := o.Param(name)
		add(ok && (p.Type == "string" || p.Type == "integer"), "target: %s is not a parameter that is a string or an integer", name)
	}
	for _, name := range o.Required {
		p, ok := o.Param(name)
		add(ok, "required: %s is not a parameter", name)
		add(!ok || p.In != "path", "required: path parameters always are; leave %s out", name)
	}
	add(roots == 0 || (roots == 1 && !slices.ContainsFunc(o.Params, func(p Param) bool { return p.In == "body" })),
		"a parameter that is the whole body (in: root) cannot share it")
	return bad
}

func (s *Schema) check(at string) []string {
	var bad []string
	add := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, "parameter "+at+": "+fmt.Sprintf(format, args...))
		}
	}
	add(slices.Contains(schemaTypes, s.Type), "type %q is not one of %s", s.Type, strings.Join(schemaTypes, ", "))
	add(slices.Contains(schemaFormats, s.Format), "format %q is not known", s.Format)
	add(utf8.RuneCountInString(s.Description) <= maxDescription, "description longer than %d characters", maxDescription)
	add(s.Items == nil || s.Type == "array", "items belong to arrays")
	add(s.Items != nil || s.Type != "array", "an array needs items")
	add((len(s.Properties) == 0 && s.Values == nil) || s.Type == "object", "properties and values belong to objects")
	add(len(s.Properties) == 0 || s.Values == nil, "an object has properties or free keys with values, not both")
	add(!s.Open || len(s.Properties) > 0, "open is for an object whose properties are not all there may be")
	add(len(s.Enum) == 0 || s.Type == "string", "an enum is a list of strings; use minimum and maximum for numbers")
	for _, v := range s.Enum {
		_, ok := v.(string)
		add(ok, "enum value %v is not a string; quote it", v)
	}
	for _, name := range s.Required {
		add(slices.ContainsFunc(s.Properties, func(p Property) bool { return p.Name == name }), "required: %s is not a property", name)
	}
	if s.Pattern != "" {
		_, err := regexp.Compile(s.Pattern)
		add(err == nil, "pattern: %v", err)
	}
	if s.Items != nil {
		bad = append(bad, s.Items.check(at+"[]")...)
	}
	for i := range s.Properties {
		bad = append(bad, s.Properties[i].Schema.check(at+"."+s.Properties[i].Name)...)
	}
	if s.Values != nil {
		bad = append(bad, s.Values.check(at+".*")...)
	}
	return bad
}

func (o *Operation) checkVariants() []string {
	v := o.Variants
	if v == nil {
		return nil
	}
	by, ok := o.Param(v.By)
	if !ok || by.Type != "string" || len(by.Enum) == 0 {
		return []string{fmt.Sprintf("variants: by: %q must be a parameter that is a string enum", v.By)}
	}
	var bad []string
	var kinds []any
	for _, k := range v.Kinds {
		kinds = append(kinds, k.Kind)
		for _, name := range slices.Concat(k.Required, k.Optional) {
			if _, ok := o.Param(name); !ok {
				bad = append(bad, fmt.Sprintf("variants: %s: %s is not a parameter", k.Kind, name))
			}
		}
	}
	if !slices.Equal(kinds, by.Enum) {
		bad = append(bad, fmt.Sprintf("variants: the kinds %v are not the enum of %s %v", kinds, v.By, by.Enum))
	}
	if v.Default != "" && !slices.Contains(kinds, any(v.Default)) {
		bad = append(bad, fmt.Sprintf("variants: default: %s is not a kind", v.Default))
	}
	if v.Default == "" && !slices.Contains(o.Required, v.By) {
		bad = append(bad, fmt.Sprintf("variants: %s must be required or have a default", v.By))
	}
	return bad
}

// checkTogether finds what only shows when all rows are side by side.
func checkTogether(ops []Operation) []error {
	var errs []error
	names, calls, summaries := map[string]string{}, map[string]string{}, map[string]string{}
	for i := range ops {
		o := &ops[i]
		at := fmt.Sprintf("%s:%d: %s", o.File, o.Line, o.Name)
		for _, same := range []struct {
			what, key string
			seen      map[string]string
		}{
			{"name", o.Name, names},
			{"call", string(o.Platform) + " " + o.Call, calls},
			{"summary", strings.ToLower(o.Summary), summaries},
		} {
			if other := same.seen[same.key]; other != "" {
				errs = append(errs, fmt.Errorf("%s: the same %s is at %s", at, same.what, other))
			}
			same.seen[same.key] = at
		}
	}
	return append(errs, checkListings(ops)...)
}

// checkListings holds the reads that conditions look into to what the server can call: reads of the platform with arguments of
// the row.
func checkListings(ops []Operation) []error {
	var errs []error
	for i := range ops {
		o := &ops[i]
		for _, w := range o.When {
			if w.UnlessListed == "" {
				continue
			}
			at := slices.IndexFunc(ops, func(list Operation) bool { return list.Name == w.UnlessListed })
			if at < 0 || !ops[at].IsRead() || ops[at].Platform != o.Platform || slices.ContainsFunc(ops[at].RequiredArguments(), func(name string) bool {
				_, has := o.Param(name)
				return !has
			}) {
				errs = append(errs, fmt.Errorf("%s:%d: %s: when: unless_listed: %s is not a read of the platform that requires only arguments of the row",
					o.File, o.Line, o.Name, w.UnlessListed))
			}
		}
	}
	return errs
}
