package main

import (
	"context"
	"slices"
	"strings"
)

// wanted is an argument that takes the id of a thing.
type wanted struct {
	argument string
	noun     []string // what the thing is
	opaque   bool     // only an id will do
	listers  []string // operations that list it, as the description says
	about    []string // what the operation is about, where that may be the same thing by another name
}

// remembered finds the value of an argument among the records: that of the thing which a field calls by this name.
func (a *Assistant) remembered(w wanted, name string, args map[string]any) (string, bool) {
	for _, r := range slices.Backward(a.memory.records) {
		if r.agrees(args) && r.calls(name) {
			if key, ok := r.keyOf(w); ok {
				return key, true
			}
		}
	}
	return "", false
}

// keyOf is the record's value for an argument, whatever the argument calls the thing.
func (r *record) keyOf(w wanted) (string, bool) {
	if key, ok := r.key(w.argument); ok && !w.opaque {
		return key, true
	}
	_, suffix := nounOf(w.argument)
	if suffix == "" {
		suffix = "id"
	}
	for _, kind := range [][]string{w.noun, w.about} {
		if len(kind) > 0 {
			if key, ok := r.key(kind[len(kind)-1] + "_" + suffix); ok {
				return key, true
			}
		}
	}
	return "", false
}

// lookUp lists the things of a kind until one has this name. seen says whether there was any list to look at: what is not
// in it does not exist.
func (a *Assistant) lookUp(ctx context.Context, w wanted, name string, args map[string]any, platform string) (id string, ok, seen bool) {
	enough := func() bool {
		id, ok = a.remembered(w, name, args)
		return ok
	}
	seen = a.list(ctx, w, args, platform, enough)
	if !ok && strings.Contains(name, "@") {
		a.byEmail(ctx, w.noun, name, platform)
		enough()
	}
	if !ok && len(w.about) > 0 {
		seen = a.list(ctx, wanted{noun: w.about}, args, platform, enough) || seen
	}
	return id, ok, seen
}

// byEmail asks for a thing by its address, where an operation does that.
func (a *Assistant) byEmail(ctx context.Context, noun []string, address, platform string) {
	for _, h := range a.search(ctx, strings.Join(noun, " ")+" by email address", platform) {
		if h.reads() && len(h.Required) == 1 && slices.Contains(words(h.Required[0]), "email") {
			a.read(ctx, h.Tool, map[string]any{h.Required[0]: address}, func() bool { return true })
			return
		}
	}
}

// pick chooses a thing that the person did not name: the one that was just made, the one whose record the sentence's words
// fit, the newest when the sentence says so, or the only one.
func (a *Assistant) pick(ctx context.Context, w wanted, args map[string]any, platform string) (string, bool) {
	if id, ok := a.choose(a.candidates(w.argument, args)); ok {
		return id, true
	}
	a.list(ctx, w, args, platform, func() bool { return false })
	return a.choose(a.candidates(w.argument, args))
}

// candidate is a record by the value that an argument would take from it.
type candidate struct {
	key string
	*record
}

// candidates are the records that an argument could be taken from, the newest first, each thing once.
func (a *Assistant) candidates(argument string, args map[string]any) []candidate {
	var found []candidate
	for _, r := range slices.Backward(a.memory.records) {
		key, ok := r.key(argument)
		if ok && r.agrees(args) && !slices.ContainsFunc(found, func(c candidate) bool { return strings.EqualFold(c.key, key) }) {
			found = append(found, candidate{key, r})
		}
	}
	return found
}

func (a *Assistant) choose(among []candidate) (string, bool) {
	if len(among) == 0 {
		return "", false
	}
	for _, c := range among {
		if c.made {
			return c.key, true
		}
	}
	if len(among) == 1 {
		return among[0].key, true
	}
	sentence := slices.DeleteFunc(slices.Clone(a.said), func(w string) bool { // what things are called says nothing about which
		return slices.ContainsFunc(a.memory.facts, func(f fact) bool { return slices.Contains(f.label, w) })
	})
	best, most, tie, newest := "", 0, false, ""
	for _, c := range among {
		hits, at := c.told(sentence)
		switch {
		case hits > most, hits == most && a.wantsNewest() && at > newest:
			best, most, tie, newest = c.key, hits, false, at
		case hits == most && !a.wantsNewest():
			tie = true
		}
	}
	return best, best != "" && !tie
}

func (a *Assistant) wantsNewest() bool {
	return slices.ContainsFunc([]string{"last", "latest", "newest", "recent", "just"}, func(w string) bool { return slices.Contains(a.said, w) })
}

// list calls the operations that list things of a kind, as far as it can fill them in, until enough reports true. Where a
// container is not named it goes through all of them, up to a few. It reports whether there was anything to read.
func (a *Assistant) list(ctx context.Context, w wanted, args map[string]any, platform string, enough func() bool) (seen bool) {
	what := strings.Join(w.noun, " ")
	if a.looking[what] {
		return false
	}
	a.looking[what] = true
	defer delete(a.looking, what)
	for _, tool := range w.listers {
		d, err := a.describe(ctx, tool)
		if err != nil {
			continue
		}
		read, found := a.listWith(ctx, hit{Tool: tool, Platform: platform, Risk: []string{"read"}, Required: d.Input.Required}, args, enough)
		if found {
			return true
		}
		seen = seen || read
	}
	if seen {
		return true
	}
	for _, h := range a.listing(ctx, w.noun, platform) {
		read, found := a.listWith(ctx, h, args, enough)
		if found {
			return true
		}
		seen = seen || read
	}
	return seen
}

// listWith calls one operation that lists things, in every place to look.
func (a *Assistant) listWith(ctx context.Context, h hit, args map[string]any, enough func() bool) (seen, found bool) {
	for _, filled := range a.fillByName(ctx, h, args) {
		read, found := a.read(ctx, h.Tool, filled, enough)
		seen = seen || read
		if found {
			return seen, true
		}
	}
	return seen, false
}

// listing are the operations that list things of a kind, by their names.
func (a *Assistant) listing(ctx context.Context, noun []string, platform string) []hit {
	var lists []hit
	for _, h := range a.search(ctx, "list "+strings.Join(noun, " ")+"s", platform) {
		needsOne := slices.ContainsFunc(h.Required, func(name string) bool {
			other, _ := nounOf(name)
			return slices.Equal(other, noun)
		})
		if h.reads() && !needsOne && sameKind(resource(h.Tool), noun) {
			lists = append(lists, h)
		}
	}
	return lists
}

// search looks for operations on one platform, once in a conversation.
func (a *Assistant) search(ctx context.Context, query, platform string) []hit {
	once := platform + " " + query
	if _, ok := a.searched[once]; !ok {
		known := a.platform
		a.platform = platform
		hits, err := a.find(ctx, query, 5)
		a.platform = known
		if err != nil {
			return nil
		}
		a.searched[once] = hits
	}
	return a.searched[once]
}

// fillByName fills the required arguments of a look-up by their names alone. Several results are several places to look.
func (a *Assistant) fillByName(ctx context.Context, h hit, args map[string]any) []map[string]any {
	filled := []map[string]any{{}}
	for _, name := range h.Required {
		if value, ok := args[name]; ok {
			for _, f := range filled {
				f[name] = value
			}
			continue
		}
		noun, _ := nounOf(name)
		if len(noun) == 0 {
			return nil
		}
		var next []map[string]any
		for _, f := range filled {
			for _, key := range a.containers(ctx, noun, name, f, h) {
				one := others(f, "")
				one[name] = key
				next = append(next, one)
			}
		}
		if filled = next; len(filled) == 0 {
			return nil
		}
	}
	return filled[:min(len(filled), mostPages)]
}

// containers are the values to try for an argument of a look-up: the thing that the person named, or all that are known.
func (a *Assistant) containers(ctx context.Context, noun []string, argument string, args map[string]any, h hit) []string {
	f := &filling{a: a, ctx: ctx, tool: h.Tool, platform: h.Platform, args: args}
	w := wanted{argument: argument, noun: noun, listers: a.texts[h.Tool].listers(argument)}
	if i := f.fact(argument, schema{}); i >= 0 {
		name := scalar(a.memory.facts[i].value)
		id, ok := a.remembered(w, name, args)
		if !ok {
			id, ok, _ = a.lookUp(ctx, w, name, args, h.Platform)
		}
		if !ok && strings.HasSuffix(argument, "name") {
			id, ok = name, true
		}
		if ok {
			a.used[i] = max(a.used[i], faint)
			return []string{id}
		}
	}
	all := a.candidates(argument, args)
	if len(all) == 0 {
		a.list(ctx, w, args, h.Platform, func() bool { return false })
		all = a.candidates(argument, args)
	}
	if key, ok := a.choose(all); ok {
		return []string{key}
	}
	var keys []string
	for _, c := range all {
		keys = append(keys, c.key)
	}
	return keys
}

// read makes a look-up, page by page, unless it was made before.
func (a *Assistant) read(ctx context.Context, tool string, args map[string]any, enough func() bool) (read, found bool) {
	once := tool + compact(args)
	if a.tried[once] {
		return true, enough()
	}
	a.tried[once] = true
	call := map[string]any{"tool": tool, "arguments": args}
	for range mostPages {
		answer, err := a.session.Call(ctx, a.step, "paas_read", call)
		if err != nil || answer.Failed {
			return read, false
		}
		read = true
		a.memory.learn(tool, args, answer.Value, false)
		next, _ := answer.Value["next"].(string)
		if found = enough(); found || next == "" {
			return read, found
		}
		call = map[string]any{"tool": tool, "arguments": args, "cursor": next}
	}
	return read, false
}
