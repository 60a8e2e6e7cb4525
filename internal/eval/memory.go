package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// memory is everything the assistant has been told: what the person gave it, and every thing that an answer showed.
type memory struct {
	facts   []fact
	records []*record
}

// fact is a value the person named, and what they called it.
type fact struct {
	label []string
	value any
	step  int
}

// record is one object of an answer.
type record struct {
	kind   []string          // words for what it is: of the tool that showed it, or the key it stood under
	fields map[string]string // its plain fields
	around map[string]string // arguments of the call, and plain fields of what it stood in
	made   bool              // the answer of a change, so the person speaks of it
}

func (m *memory) hear(given map[string]any, step int) {
	labels := make([]string, 0, len(given))
	for label := range given {
		labels = append(labels, label)
	}
	slices.Sort(labels)
	for _, label := range labels {
		m.facts = append(m.facts, fact{words(label), given[label], step})
	}
}

// learn remembers the things of a kind in the answer of an operation.
func (m *memory) learn(kind []string, args map[string]any, answer map[string]any, made bool) {
	around := map[string]string{}
	for name, value := range args {
		if isScalar(value) {
			around[name] = scalar(value)
		}
	}
	if items, ok := answer["items"]; ok {
		m.walk(items, kind, around, made)
	}
	value, ok := answer["value"]
	if !ok {
		return
	}
	if object, _ := value.(map[string]any); made && object["id"] != nil {
		// Many changes answer with the thing they were called on, not with what they made.
		for name, arg := range args {
			if noun, _ := nounOf(name); len(noun) > 0 && isScalar(arg) && scalar(arg) == scalar(object["id"]) {
				kind, made = noun, false
			}
		}
	}
	m.walk(value, kind, around, made)
}

func (m *memory) walk(value any, kind []string, around map[string]string, made bool) {
	switch v := value.(type) {
	case []any:
		for _, child := range v {
			m.walk(child, kind, around, made)
		}
	case map[string]any:
		r := &record{kind: kind, fields: map[string]string{}, around: around, made: made}
		inner := map[string]string{}
		for name, field := range around {
			inner[name] = field
		}
		for _, name := range sortedKeys(v) {
			switch child := v[name].(type) {
			case map[string]any:
				for part, field := range child { // what a thing's parts are called tells them from those of its neighbors
					if isScalar(field) {
						inner[name+"_"+part] = scalar(field)
						if inner[part] == "" {
							inner[part] = scalar(field)
						}
					}
				}
			case []any:
			default:
				r.fields[name] = scalar(child)
				inner[kindField(kind, name)] = scalar(child)
			}
		}
		m.records = append(m.records, r)
		for _, name := range sortedKeys(v) {
			if !isScalar(v[name]) {
				m.walk(v[name], singular(words(name)), inner, made)
			}
		}
	}
}

// kindField names a field of a thing as its parts would refer to it: the id of an environment is their environment_id.
func kindField(kind []string, name string) string {
	if name == "id" || name == "uuid" || name == "name" {
		return kind[len(kind)-1] + "_" + name
	}
	return name
}

// agrees says whether a record can belong to a call with these arguments: what both speak of must be the same.
func (r *record) agrees(args map[string]any) bool {
	for name, value := range args {
		for other, have := range r.around {
			if isScalar(value) && slices.Equal(words(name), words(other)) && have != scalar(value) {
				return false
			}
		}
	}
	return true
}

// calls says whether one of the record's fields that name it is the value that a person used for it.
func (r *record) calls(value string) bool {
	for name, field := range r.fields {
		parts := words(name)
		if strings.EqualFold(field, value) && slices.Contains(namingFields, parts[len(parts)-1]) {
			return true
		}
	}
	return false
}

// namingFields are the last words of fields that tell one thing from another.
var namingFields = []string{
	"id", "uuid", "name", "title", "label", "mail", "email", "username", "domain", "hostname", "domains", "path", "key", "description",
}

// key is the record's value for an argument such as project_id: a field of that name or, when the record is a project,
// its id.
func (r *record) key(argument string) (string, bool) {
	want := words(argument)
	for _, name := range sortedKeys(r.fields) {
		if slices.Equal(words(name), want) && len(want) > 1 {
			return r.fields[name], true
		}
	}
	noun, suffix := nounOf(argument)
	if len(noun) > 0 && r.kind[len(r.kind)-1] != noun[len(noun)-1] {
		return "", false
	}
	names := []string{suffix, "id", "uuid"}
	if suffix == "" || suffix == "name" {
		names = []string{"name", "hostname", "id"}
	}
	for _, name := range names {
		if value := r.fields[name]; value != "" {
			return value, true
		}
	}
	return "", false
}

// keyOf is the record's value for an argument, whatever the argument calls the thing.
func (r *record) keyOf(w wanted) (string, bool) {
	if key, ok := r.key(w.argument); ok && !w.opaque {
		return key, true
	}
	if len(w.noun) == 0 {
		return "", false
	}
	_, suffix := nounOf(w.argument)
	return r.key(w.noun[len(w.noun)-1] + "_" + cmp.Or(suffix, "id"))
}

// told counts how many words of a sentence stand in the record, and tells its newest time.
func (r *record) told(sentence []string) (hits int, newest string) {
	for name, value := range r.fields {
		if looksLikeTime(value) && value > newest && !strings.Contains(name, "expire") {
			newest = value
		}
		for w := range strings.FieldsFuncSeq(strings.ToLower(value), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len(w) > 3 && slices.ContainsFunc(sentence, func(s string) bool { return len(s) > 3 && stem(s) == stem(w) }) {
				hits++
			}
		}
	}
	return hits, newest
}

func looksLikeTime(s string) bool { return len(s) >= 10 && s[4] == '-' && s[7] == '-' && s[0] == '2' }

// stem keeps what failed, failure and fails have in common.
func stem(w string) string { return w[:min(len(w), 4)] }

// resource is what a tool is about: its name without the platform in front and the verb at the end.
func resource(tool string) []string {
	parts := singular(words(tool))
	if len(parts) > 2 {
		parts = parts[1 : len(parts)-1]
	}
	if by := slices.Index(parts, "by"); by > 0 { // user_by_email is a user
		parts = parts[:by]
	}
	return parts
}

// nounOf splits the name of an argument into the thing and how it is named: environment_id is environment and id.
func nounOf(argument string) (noun []string, suffix string) {
	noun = singular(words(argument))
	last := noun[len(noun)-1]
	switch last {
	case "id", "uuid", "name":
		return noun[:len(noun)-1], last
	}
	return noun, ""
}

// abbreviated are words that names of arguments shorten.
var abbreviated = map[string]string{
	"env": "environment", "app": "application", "org": "organization", "db": "database", "var": "variable", "cert": "certificate",
	"ids": "id", "uuids": "uuid",
}

// words splits a text or a name such as envName or env_name into lower-case words, short forms spelled out.
func words(text string) []string {
	var all []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			w := word.String()
			if long := abbreviated[w]; long != "" {
				w = long
			}
			all = append(all, w)
			word.Reset()
		}
	}
	before := ' '
	for _, r := range text {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
		case unicode.IsUpper(r) && unicode.IsLower(before):
			flush()
			fallthrough
		default:
			word.WriteRune(unicode.ToLower(r))
		}
		before = r
	}
	flush()
	if len(all) == 0 {
		return []string{""}
	}
	return all
}

func singular(list []string) []string {
	for i, w := range list {
		switch {
		case strings.HasSuffix(w, "ies"):
			list[i] = strings.TrimSuffix(w, "ies") + "y"
		case strings.HasSuffix(w, "ses"), strings.HasSuffix(w, "xes"):
			list[i] = strings.TrimSuffix(w, "es")
		case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && len(w) > 3:
			list[i] = strings.TrimSuffix(w, "s")
		}
	}
	return list
}

func isScalar(v any) bool {
	switch v.(type) {
	case string, bool, json.Number, int, float64:
		return true
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
