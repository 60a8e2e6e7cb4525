package finder

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"paasmcp/internal/spelling"
	"paasmcp/schemas"
)

// Nearest returns the names that a name which does not exist most likely stands for, best first, on one platform or on all
// when it is empty. It knows slips of the keyboard, words in another order or run together, the vendors' own names of
// operations (get-projects-environments, postEnvironmentsDomains, environment.control.GetEnvInfo), and takes what is left as a
// need in plain words.
func (f *Finder) Nearest(name string, platform schemas.Platform, limit int) []string {
	type candidate struct {
		name  string
		score float64
		far   int
	}
	name = strings.TrimFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) // models quote names
	bare, wanted := f.bare(name), f.parts(name)
	var all []candidate
	for i := range f.rows {
		r := &f.rows[i]
		if platform != "" && r.Platform != platform {
			continue
		}
		own := strings.TrimPrefix(r.Name, string(r.Platform)+"_")
		c := candidate{name: r.Name, far: spelling.Distance(bare, squeeze(own))}
		c.score = max(wanted.like(f.parts(own)), 0.95*wanted.like(f.partsOfCall(r)))
		switch {
		case bare != "" && (c.far == 0 || methodOf(r) == bare):
			c.score = 2
		case c.far <= min(maxSlips, len(bare)/shortPerSlip):
			c.score = max(c.score, 1)
		}
		if c.score >= likeEnough {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.far, b.far), cmp.Compare(a.name, b.name))
	})
	var names []string
	for _, c := range all[:min(limit, len(all))] {
		names = append(names, c.name)
	}
	for _, m := range f.Find(strings.Join(wanted.written, " "), platform, limit) {
		if len(names) < limit && !slices.Contains(names, m.Row.Name) {
			names = append(names, m.Row.Name)
		}
	}
	return names
}

const (
	maxSlips     = 2
	shortPerSlip = 5 // letters of a name for each slip: log_get is not org_get
	likeEnough   = 0.6
	maxName      = 80 // characters of a name that are looked at; those of rows have at most 40
)

// bare is a name without its platform, punctuation and case.
func (f *Finder) bare(name string) string {
	name = squeeze(name[:min(len(name), maxName)])
	for _, p := range schemas.Platforms() {
		name = strings.TrimPrefix(name, string(p))
	}
	return name
}

func squeeze(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

// methodOf is the vendor's name of a method as bare writes it, where calls have one: environmentcontrolgetenvinfo, or only the
// last of it.
func methodOf(r *schemas.Row) string {
	_, path, _ := strings.Cut(r.Call, " ")
	if _, method, ok := strings.Cut(path, "/rest/"); ok {
		return method
	}
	return ""
}

// nameParts is a name taken apart: what is to be done and with what.
type nameParts struct {
	verb    string
	nouns   []string // stems, without the verb, sorted
	written []string
}

// verbs are what the platforms and people call the same deeds.
var verbs = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"get": "get", "show": "get", "find": "get", "fetch": "get", "read": "get", "view": "get", "describe": "get", "info": "get",
		"list": "list", "all": "list",
		"create": "create", "post": "create", "add": "create", "new": "create", "make": "create",
		"update": "update", "put": "update", "patch": "update", "edit": "update", "set": "update", "change": "update", "modify": "update",
		"delete": "delete", "remove": "delete", "del": "delete", "destroy": "delete", "drop": "delete",
	}
})

func (f *Finder) parts(name string) nameParts {
	var p nameParts
	rest := name[:min(len(name), maxName)]
	for _, platform := range schemas.Platforms() {
		if len(rest) > len(platform) && strings.EqualFold(rest[:len(platform)], string(platform)) {
			rest = rest[len(platform):]
		}
	}
	split(rest, func(word string) {
		t := newToken(word)
		p.written = append(p.written, t.text)
		if verb := verbs()[t.text]; verb != "" && p.verb == "" {
			p.verb = verb
			return
		}
		p.nouns = append(p.nouns, f.words.read(t.stem))
	})
	slices.Sort(p.nouns)
	return p
}

// partsOfCall takes a call apart: the vendors name operations after their method and the words of their path.
func (f *Finder) partsOfCall(r *schemas.Row) nameParts {
	method, path, _ := strings.Cut(r.Call, " ")
	if strings.Contains(path, "/rest/") {
		return f.parts(strings.ReplaceAll(path, "/rest/", "/"))
	}
	var words []string
	for word := range strings.SplitSeq(path, "/") {
		if word != "" && word != "actions" && !strings.HasPrefix(word, "{") {
			words = append(words, word)
		}
	}
	p := f.parts(strings.Join(words, " "))
	if p.verb != "" { // a noun that looks like one
		p.nouns = append(p.nouns, f.words.read(stemOf(p.verb)))
		slices.Sort(p.nouns)
	}
	p.verb = verbs()[strings.ToLower(method)]
	if r.IsList && p.verb == "get" {
		p.verb = "list"
	}
	return p
}

// like says how much two names mean the same, from 0 to 1. Words in common count the most; list and get are nearly one.
func (p nameParts) like(q nameParts) float64 {
	if len(p.nouns) == 0 || len(q.nouns) == 0 {
		return 0
	}
	common := 0
	for i, j := 0, 0; i < len(p.nouns) && j < len(q.nouns); {
		switch cmp.Compare(p.nouns[i], q.nouns[j]) {
		case 0:
			common++
			i, j = i+1, j+1
		case -1:
			i++
		default:
			j++
		}
	}
	nouns := float64(common) / float64(len(p.nouns)+len(q.nouns)-common)
	reads := func(v string) bool { return v == "get" || v == "list" }
	switch {
	case p.verb == q.verb:
		return 0.8*nouns + 0.2
	case reads(p.verb) && reads(q.verb):
		return 0.8*nouns + 0.15
	case p.verb == "" || q.verb == "":
		return 0.8*nouns + 0.05
	}
	return 0.55 * nouns // another deed on the same thing: what was asked for on something related comes first
}
