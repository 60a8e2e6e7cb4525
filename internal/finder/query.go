package finder

import (
	"slices"
	"strings"
	"sync"

	"paasmcp/schemas"
)

// need is a query, understood.
type need struct {
	slots []slot
	want  action
	named []schemas.Platform // that the words name
	hint  schemas.Platform   // that some word belongs to
}

// slot is one thing the need speaks of: the words that may stand for it in a row, each with a weight.
type slot struct {
	weight float64
	words  []alternative
}

type alternative struct {
	id     int32
	weight float64
}

// Weights of words that do not say by themselves what is meant.
const (
	weightNear     = 0.5  // a word often used for the one that was said
	weightConsumed = 0.35 // a word of an idiom that stands for other words
	weightWeak     = 0.4  // a word of the lexicon's list of weak words
	weightRecord   = 0.5  // where platforms keep a record of work that is in trouble
	weightShape    = 0.6  // what kind of thing somebody pasted
	weightGuess    = 0.7  // a word that was run together, or is only nearly one that is known
)

// How much of a query is read. Needs are short; a pasted log must not keep the server busy. Of a long text the beginning and the end
// are read: there people say what they want.
const (
	maxWords = 96
	maxBytes = 4_000
)

// ends is the beginning and the end of a text that is too long.
func ends(text string) string {
	if len(text) <= maxBytes {
		return text
	}
	return strings.ToValidUTF8(text[:maxBytes/2]+" "+text[len(text)-maxBytes/2:], "")
}

// said is one word of the query on its way to a slot.
type said struct {
	token
	stem    string // as read
	weight  float64
	foreign bool // translated
}

// phrase is an idiom that a query uses, and the place of its first word.
type phrase struct {
	idiom
	at int
}

func (f *Finder) understand(query string) need {
	var n need
	query = ends(query)
	shapes := f.words.shapesOf(query)
	query, n.named = platformsOf(query)
	said := tokens(plainer(query))
	if len(said) > maxWords {
		said = slices.Delete(said, maxWords/2, len(said)-maxWords/2)
	}
	list := f.translate(said)
	phrases := f.readIdioms(list)
	f.focus(list)
	trouble, recorded := f.troubled(list, phrases)
	n.want = f.wanted(list, phrases, trouble)
	extra := shapes
	if recorded && n.want == look {
		for _, record := range []string{"activity", "action", "notification", "log"} {
			extra = append(extra, weighted{f.words.read(stemOf(record)), weightRecord})
		}
	}
	for _, p := range phrases {
		extra = append(extra, p.means...)
	}
	for _, w := range list {
		if f.words.stop[w.stem] {
			continue
		}
		if p, ok := f.words.platforms[w.stem]; ok {
			n.hint = p
		}
		if f.words.weak[w.stem] {
			w.weight *= weightWeak
		}
		n.add(f, w.stem, w.weight, w.text)
	}
	for _, w := range extra {
		n.add(f, w.stem, w.weight, w.stem)
	}
	return n
}

// plainer leaves out of a need what would only mislead: names that somebody pasted, after their shapes were seen, and the apostrophe of
// "doesn't", which stands in the lexicon without.
func plainer(query string) string {
	for _, name := range pastedNames {
		query = name.ReplaceAllString(query, " ")
	}
	return negations().Replace(query)
}

var negations = sync.OnceValue(func() *strings.Replacer { return strings.NewReplacer("n't", "nt", "n’t", "nt", "N'T", "NT") })

// translate reads each word as the lexicon does; words and phrases of other languages become English ones. What is no word of any
// language is taken for a misspelled one, unless other words show that the need is not in English.
func (f *Finder) translate(list []token) []said {
	var out []said
	foreign := false
	say := func(english []string) {
		foreign = true
		for _, word := range english {
			e := newToken(word)
			out = append(out, said{token: e, stem: f.words.read(e.stem), weight: 1, foreign: true})
		}
	}
	var strange []int // places of unknown words
	done := make([]bool, len(list))
	for i, t := range list {
		if done[i] {
			continue
		}
		if english, at := f.words.foreignPhrase(list[i:]); len(at) > 0 {
			say(english)
			for _, j := range at {
				done[i+j] = true
			}
			continue
		}
		stem := f.words.read(t.stem)
		if known := f.known(stem); !known || t.cjk {
			english, whole := f.words.foreignWords(t.text, t.cjk)
			if !whole && len(english) > 0 { // the "start" in "rstart" makes it no German compound
				if stem := f.respell(t.text, t.stem); stem != "" {
					out = append(out, said{token: t, stem: stem, weight: weightGuess})
					continue
				}
			}
			if len(english) > 0 {
				say(english)
				continue
			}
			if !known {
				strange = append(strange, len(out))
			}
		}
		out = append(out, said{token: t, stem: stem, weight: 1})
	}
	if foreign {
		return out
	}
	for _, i := range strange {
		if f.takeApart(out[i].text) != nil {
			continue
		}
		if stem := f.respell(out[i].text, out[i].stem); stem != "" {
			out[i].stem, out[i].weight = stem, weightGuess
		}
	}
	return out
}

// known reports whether a word is English as far as rows and lexicon go.
func (f *Finder) known(stem string) bool {
	if _, ok := f.ids[stem]; ok {
		return true
	}
	return f.words.vocabulary()[stem]
}

// readIdioms finds the phrases of the lexicon and gives their words less weight. A word belongs to one phrase only, the
// longest that starts first.
func (f *Finder) readIdioms(list []said) []phrase {
	var found []phrase
	taken := make([]bool, len(list))
	for i := range list {
		for _, idiom := range f.words.idioms[list[i].stem] {
			at := match(idiom.phrase, list, i)
			if at == nil || slices.ContainsFunc(at, func(j int) bool { return taken[j] }) {
				continue
			}
			for _, j := range at {
				taken[j] = true
				if !idiom.keeps {
					list[j].weight = weightConsumed
				}
			}
			found = append(found, phrase{idiom, i})
		}
	}
	return found
}

// match returns the places of the words of a phrase in the list from a place on, or nil. Articles and the like may stand
// between them.
func match(phrase []string, list []said, from int) []int {
	at := []int{from}
	i := from + 1
	free := 0
	for _, stem := range phrase[1:] {
		if stem == gap {
			free = maxGap
			continue
		}
		for ; i < len(list) && list[i].stem != stem; i++ {
			if free > 0 {
				free--
			} else if !articles()[list[i].text] {
				return nil
			}
		}
		if i == len(list) {
			return nil
		}
		at = append(at, i)
		i++
		free = 0
	}
	return at
}

// articles stand between the words of a phrase without changing it.
var articles = setOf("a an the my our your their his her its this that these those some any")

// setOf makes a set of words when it is first asked for.
func setOf(list string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for _, word := range strings.Fields(list) {
			set[word] = true
		}
		return set
	})
}

// add makes a slot for a word, unless there is one for it already.
func (n *need) add(f *Finder, stem string, weight float64, text string) {
	s := slot{weight: weight}
	if id, ok := f.ids[stem]; ok {
		s.words = append(s.words, alternative{id, 1})
	}
	for _, other := range f.words.near[stem] {
		if id, ok := f.ids[other]; ok {
			s.words = append(s.words, alternative{id, weightNear})
		}
	}
	if len(s.words) == 0 {
		for _, guess := range f.guess(text) {
			n.add(f, guess, weight*weightGuess, guess)
		}
		return
	}
	for i := range n.slots {
		if n.slots[i].words[0].id == s.words[0].id {
			n.slots[i].weight = max(n.slots[i].weight, weight)
			return
		}
	}
	n.slots = append(n.slots, s)
}
