package main

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// plan is a call that is ready to make.
type plan struct {
	hit      hit
	with     string // the tool that makes it
	args     map[string]any
	switches map[string]bool // arguments that are true or false
	unplaced int             // facts of the sentence that it has no place for
}

// schema is the part of JSON Schema that descriptions use.
type schema struct {
	Type        string            `json:"type"`
	Description string            `json:"description"`
	Enum        []string          `json:"enum"`
	Default     any               `json:"default"`
	Format      string            `json:"format"`
	Properties  map[string]schema `json:"properties"`
	Required    []string          `json:"required"`
	Items       *schema           `json:"items"`
}

// description is an operation as paas_describe tells of it.
type description struct {
	CallWith string         `json:"call_with"`
	Input    schema         `json:"input_schema"`
	Example  map[string]any `json:"example"`
	Related  []struct {
		Tool string `json:"tool"`
		Why  string `json:"why"`
	} `json:"related"`
}

// listers are the operations that a description names for finding the values of an argument.
func (d description) listers(argument string) (tools []string) {
	for _, r := range d.Related {
		if r.Why == "lists "+argument {
			tools = append(tools, r.Tool)
		}
	}
	return tools
}

// plan reads the description of an operation and fills in its arguments: the required ones, and those optional ones that
// the sentence speaks of. It returns nil when something required stays unknown.
func (a *Assistant) plan(ctx context.Context, h hit) (*plan, error) {
	d, err := a.describe(ctx, h.Tool)
	if err != nil {
		return nil, err
	}
	a.used = map[int]int{}
	f := &filling{a: a, tool: h.Tool, platform: h.Platform, args: map[string]any{}}
	for _, name := range d.Input.Required {
		if _, suffix := nounOf(name); suffix == "id" || suffix == "uuid" {
			f.last = name
		}
	}
	if !f.object(ctx, d.Input, d.Example, f.args) {
		return nil, nil
	}
	p := &plan{hit: h, with: d.CallWith, args: f.args, switches: map[string]bool{}}
	for name, s := range d.Input.Properties {
		p.switches[name] = s.Type == "boolean"
	}
	for i, known := range a.memory.facts {
		if known.step == a.step && a.used[i] == 0 {
			p.unplaced++
		}
	}
	return p, nil
}

// describe reads about an operation, once in a conversation.
func (a *Assistant) describe(ctx context.Context, tool string) (d description, err error) {
	if d, ok := a.texts[tool]; ok {
		return d, nil
	}
	answer, err := a.session.Call(ctx, a.step, "paas_describe", map[string]any{"tool": tool})
	if err != nil {
		return d, err
	}
	err = decode([]byte(compact(answer.Value)), &d)
	a.texts[tool] = d
	return d, err
}

// filling is the work on one call's arguments.
type filling struct {
	a        *Assistant
	tool     string
	platform string
	args     map[string]any // of the whole call
	last     string         // of the required arguments that are ids: what the operation acts on
}

// object fills an object, the whole of the arguments or one inside them.
func (f *filling) object(ctx context.Context, s schema, example map[string]any, into map[string]any) bool {
	for _, name := range s.Required {
		value, ok := f.required(ctx, name, s.Properties[name], example[name])
		if !ok {
			return false
		}
		into[name] = value
	}
	for _, name := range sortedKeys(s.Properties) {
		if _, done := into[name]; done {
			continue
		}
		if value, ok := f.optional(ctx, name, s, example[name]); ok {
			into[name] = value
		}
	}
	return true
}

// required finds a value for an argument that must be there: from the person's words, from what is remembered, by looking
// it up, or because there is only one.
func (f *filling) required(ctx context.Context, name string, s schema, example any) (any, bool) {
	noun, suffix := nounOf(name)
	if i := f.fact(name, s); i >= 0 {
		if value, ok := f.fromFact(ctx, i, name, s, example); ok {
			return value, true
		}
	}
	if name == f.last {
		if value, ok := f.spokenOf(ctx, name, s); ok {
			return value, true
		}
	}
	if s.Type == "object" && len(s.Properties) > 0 {
		inner, _ := example.(map[string]any)
		value := map[string]any{}
		return value, f.object(ctx, s, inner, value)
	}
	if s.Type == "array" && s.Items != nil && s.Items.Type == "object" && len(s.Items.Properties) > 0 {
		value := map[string]any{}
		if f.object(ctx, *s.Items, firstObject(example), value) {
			return []any{value}, true
		}
		return nil, false
	}
	for _, choice := range s.Enum {
		if len(s.Enum) == 1 || containsAll(f.a.said, words(choice)) {
			return choice, true
		}
	}
	if len(s.Enum) > 0 && example != nil {
		return example, true
	}
	if s.Type == "boolean" {
		return !slices.ContainsFunc(f.a.said, func(w string) bool { return slices.Contains(negative, w) }), true
	}
	if s.Default != nil {
		return s.Default, true
	}
	if len(noun) > 0 && s.Type != "array" && (suffix != "" || opaque(example)) {
		if value, ok := f.a.pick(ctx, wanted{argument: name, noun: noun, listers: f.a.texts[f.tool].listers(name)}, f.args, f.platform); ok {
			return typed(value, s)
		}
	}
	return nil, false
}

// negative are words of somebody who wants a switch to be off.
var negative = []string{"not", "off", "disable", "without", "no", "stop", "mute"}

// spokenOf finds the thing that an operation acts on among its kind, whatever the person calls the kind: one of the
// sentence's names is its name.
func (f *filling) spokenOf(ctx context.Context, name string, s schema) (any, bool) {
	noun, _ := nounOf(name)
	listers := f.a.texts[f.tool].listers(name)
	if len(listers) == 0 || len(noun) == 0 {
		return nil, false
	}
	for i, known := range f.a.memory.facts {
		if known.step != f.a.step || f.a.used[i] > 0 || !isScalar(known.value) {
			continue
		}
		w := wanted{argument: name, noun: noun, listers: listers}
		if id, ok, _ := f.a.lookUp(ctx, w, scalar(known.value), f.args, f.platform); ok {
			f.a.used[i] = alike
			return typed(id, s)
		}
	}
	return nil, false
}

// optional finds a value for an argument that may be left out: only for a fact of this very sentence that has no better
// place.
func (f *filling) optional(ctx context.Context, name string, object schema, example any) (any, bool) {
	s := object.Properties[name]
	i := f.fact(name, s)
	if i < 0 || f.a.used[i] > 0 || f.a.memory.facts[i].step != f.a.step {
		return nil, false
	}
	mine := likeness(name, s, f.a.memory.facts[i].label, f.tool)
	for other, t := range object.Properties {
		if other != name && likeness(other, t, f.a.memory.facts[i].label, f.tool) > mine {
			return nil, false
		}
	}
	return f.fromFact(ctx, i, name, s, example)
}

// fact is the index of the fact that fits an argument best, the newest of several; -1 when none does.
func (f *filling) fact(name string, s schema) int {
	best, score := -1, 0
	for i, known := range slices.Backward(f.a.memory.facts) {
		like := likeness(name, s, known.label, f.tool)
		_, suffix := nounOf(name)
		named := suffix == "id" || suffix == "uuid" // the fact is a name, which stands for the id
		if like > score && (like > faint || known.step == f.a.step) && (named || fits(known.value, s)) {
			if f.a.used[i] >= close && like <= alike {
				continue // it has its place
			}
			best, score = i, like
		}
	}
	return best
}

// How much an argument is like what a person called something.
const (
	faint = iota + 1 // the description speaks of it
	alike
	close
	same
)

// likeness compares the name of an argument with the label of a fact.
func likeness(argument string, s schema, label []string, tool string) int {
	label = singular(slices.Clone(label))
	noun, suffix := nounOf(argument)
	about := resource(tool)
	head := label[len(label)-1]
	thing, _ := nounOf(strings.Join(label, "_"))
	switch {
	case slices.Equal(label, singular(words(argument))), slices.Equal(label, noun), len(noun) > 0 && slices.Equal(thing, noun):
		return same
	case len(noun) > 0 && (containsAll(label, noun) || containsAll(noun, label) && head == noun[len(noun)-1]):
		return close
	case len(noun) == 0 && head == suffix:
		return close
	case len(noun) == 0 && slices.Equal(label, about[len(about)-1:]), naming[argument] && slices.Equal(label, about[len(about)-1:]):
		return alike
	case containsAll(singular(words(s.Description)), label):
		return faint
	}
	return 0
}

// naming are arguments that name what an operation is about.
var naming = map[string]bool{"name": true, "title": true, "label": true, "hostname": true, "host": true}

// fits says whether a value can stand for an argument of this schema.
func fits(value any, s schema) bool {
	text, isText := value.(string)
	switch s.Type {
	case "integer", "number":
		_, err := strconv.ParseFloat(scalar(value), 64)
		return err == nil
	case "boolean":
		_, ok := value.(bool)
		return ok
	case "object":
		_, ok := value.(map[string]any)
		return ok
	case "array":
		return true
	}
	if len(s.Enum) > 0 {
		return isText && slices.ContainsFunc(s.Enum, func(e string) bool { return strings.EqualFold(e, text) })
	}
	return isScalar(value)
}

// fromFact turns a fact into the value of an argument: as it is, or the id of the thing it names.
func (f *filling) fromFact(ctx context.Context, i int, name string, s schema, example any) (any, bool) {
	known := f.a.memory.facts[i]
	if s.Type == "array" && s.Items != nil {
		list, ok := known.value.([]any)
		if !ok {
			list = []any{known.value}
		}
		all, _ := example.([]any)
		var values []any
		for _, one := range list {
			value, ok := f.single(ctx, one, known.label, name, *s.Items, first(all))
			if inner := s.Items.Required; isScalar(one) && s.Items.Type == "object" && len(inner) == 1 {
				value, ok = map[string]any{inner[0]: one}, true
			}
			if !ok {
				return nil, false
			}
			values = append(values, value)
		}
		f.a.used[i] = max(f.a.used[i], likeness(name, s, known.label, f.tool))
		return values, true
	}
	value, ok := f.single(ctx, known.value, known.label, name, s, example)
	if ok {
		f.a.used[i] = max(f.a.used[i], likeness(name, s, known.label, f.tool), faint)
	}
	return value, ok
}

// single is a plain value that the person called by a label, or the id of the thing that it names.
func (f *filling) single(ctx context.Context, value any, label []string, name string, s schema, example any) (any, bool) {
	if !isScalar(value) {
		return value, true
	}
	noun, suffix := nounOf(name)
	text := scalar(value)
	isID := suffix == "id" || suffix == "uuid" || opaque(example)
	if thing, _ := nounOf(strings.Join(label, "_")); isID && len(thing) > 0 && !slices.Equal(thing, noun) {
		noun = thing[len(thing)-1:] // a source environment is an environment, whatever the argument is called
	} else if isID && len(noun) == 0 {
		about := resource(f.tool)
		noun = about[len(about)-1:]
	}
	for _, e := range s.Enum {
		if strings.EqualFold(e, text) {
			return e, true
		}
	}
	w := wanted{argument: name, noun: noun, listers: f.a.texts[f.tool].listers(name), opaque: suffix == "" && opaque(example)}
	if len(noun) > 0 {
		if id, ok := f.a.remembered(w, text, f.args); ok {
			return typed(id, s)
		}
	}
	if isID {
		id, ok, seen := f.a.lookUp(ctx, w, text, f.args, f.platform)
		if ok {
			return typed(id, s)
		}
		if seen || opaque(example) {
			return nil, false
		}
	}
	if len(noun) > 0 && suffix != "" && f.a.platform == "" {
		return nil, false // on which platform would that be?
	}
	return typed(text, s)
}

// typed gives a text the type that the schema wants.
func typed(text string, s schema) (any, bool) {
	switch s.Type {
	case "integer", "number":
		_, err := strconv.ParseFloat(text, 64)
		return json.Number(text), err == nil
	case "boolean":
		return text == "true", true
	}
	if s.Format == "uuid" && !uuidText.MatchString(text) {
		return nil, false
	}
	return text, true
}

var uuidText = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

var opaqueText = regexp.MustCompile(`^([0-9]*-?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9A-Z]{26})$`)

// opaque says whether an example value is an id that nobody knows by heart.
func opaque(example any) bool { return isScalar(example) && opaqueText.MatchString(scalar(example)) }

func first(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func firstObject(example any) map[string]any {
	list, _ := example.([]any)
	object, _ := first(list).(map[string]any)
	return object
}

func containsAll(list, want []string) bool {
	for _, w := range want {
		if !slices.Contains(list, w) {
			return false
		}
	}
	return true
}
