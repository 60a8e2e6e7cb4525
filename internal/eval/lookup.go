package main

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// wanted is an argument that takes the id or the name of a thing.
type wanted struct {
	argument string
	noun     []string // what the thing is
	opaque   bool     // only an id will do
	listers  []string // operations that list such things, as the description says
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
	return id, ok, seen
}

// byEmail asks for a thing by its address, where an operation does that.
func (a *Assistant) byEmail(ctx context.Context, noun []string, address, platform string) {
	hits, err := a.find(ctx, strings.Join(noun, " ")+" by email address", platform, 5)
	if err != nil {
		return
	}
	for _, h := range hits {
		if h.reads() && len(h.Required) == 1 && slices.Contains(words(h.Required[0]), "email") {
			a.read(ctx, h.Tool, map[string]any{h.Required[0]: address}, noun)
			return
		}
	}
}

// pick chooses a thing that the person did not name.
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

// choose takes the thing that was just made, the only one, the one whose record the sentence's words fit, or the newest or
// oldest when the sentence says so. It takes none rather than any.
func (a *Assistant) choose(among []candidate) (string, bool) {
	for _, c := range among {
		if c.made || len(among) == 1 {
			return c.key, true
		}
	}
	sentence := slices.DeleteFunc(slices.Clone(a.said), func(w string) bool { // what things are called says nothing about which
		return slices.ContainsFunc(a.memory.facts, func(f fact) bool { return slices.Contains(f.label, w) })
	})
	says := func(any ...string) bool {
		return slices.ContainsFunc(any, func(w string) bool { return slices.Contains(a.said, w) })
	}
	latest, oldest := says("last", "latest", "newest", "recent", "just"), says("oldest", "earliest", "first")
	best, most, tie, time := "", 0, false, ""
	for _, c := range among {
		hits, at := c.told(sentence)
		switch {
		case hits > most, hits == most && latest && at > time, hits == most && oldest && (at < time || time == ""):
			best, most, tie, time = c.key, hits, false, at
		case hits == most && !latest && !oldest:
			tie = true
		}
	}
	return best, best != "" && !tie
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
		for _, filled := range a.places(ctx, tool, d, args, platform) {
			seen = a.read(ctx, tool, filled, w.noun) || seen
			if enough() {
				return true
			}
		}
	}
	return seen
}

// places fills in the required arguments of a look-up. Several results are several places to look.
func (a *Assistant) places(ctx context.Context, tool string, d description, args map[string]any, platform string) []map[string]any {
	filled := []map[string]any{{}}
	for _, name := range d.Input.Required {
		if value, ok := args[name]; ok {
			for _, f := range filled {
				f[name] = value
			}
			continue
		}
		var next []map[string]any
		for _, f := range filled {
			for _, key := range a.containers(ctx, tool, d, name, f, platform) {
				one := maps.Clone(f)
				one[name] = key
				next = append(next, one)
			}
		}
		filled = next
	}
	return filled[:min(len(filled), mostPlaces)]
}

// containers are the values to try for an argument of a look-up: the thing that the person named, or all that are known.
func (a *Assistant) containers(
	ctx context.Context, tool string, d description, argument string, args map[string]any, platform string,
) (keys []string) {
	noun, suffix := nounOf(argument)
	if len(noun) == 0 {
		return nil
	}
	f := &filling{a: a, tool: tool, platform: platform, args: args}
	w := wanted{argument: argument, noun: noun, listers: d.listers(argument)}
	if i := f.fact(argument, schema{}); i >= 0 {
		name := scalar(a.memory.facts[i].value)
		id, ok := a.remembered(w, name, args)
		if !ok {
			id, ok, _ = a.lookUp(ctx, w, name, args, platform)
		}
		if !ok && suffix == "name" {
			id, ok = name, true
		}
		if ok {
			a.used[i] = max(a.used[i], faint)
			return []string{id}
		}
	}
	if key, ok := a.pick(ctx, w, args, platform); ok {
		return []string{key}
	}
	for _, c := range a.candidates(argument, args) {
		keys = append(keys, c.key)
	}
	return keys
}

// read makes a look-up for things of a kind, once, and reports whether it was answered. What the description names for
// finding a user_uuid lists users, whatever it calls them.
func (a *Assistant) read(ctx context.Context, tool string, args map[string]any, kind []string) bool {
	call := tool + compact(args)
	answer, made := a.tried[call]
	if !made {
		var err error
		answer, err = a.session.Call(ctx, a.step, "paas_read", map[string]any{"tool": tool, "arguments": args})
		if err != nil || answer.Failed {
			return false
		}
		a.tried[call] = answer
	}
	if known := call + strings.Join(kind, " "); !a.known[known] {
		a.known[known] = true
		a.memory.learn(kind, args, answer.Value, false)
	}
	return true
}
