package finder

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"paasmcp/schemas"
)

// The lexicon is what people of the field say, as data. Its files are plain lines, because parsing YAML would take longer
// than everything else that a first search does. "#" starts a comment; words stand in their dictionary form and are stemmed here.
//
//	lexicon/stop.txt     words that say nothing, or little, about a need
//	lexicon/same.txt     word: other spellings and full synonyms. Rows and queries are read as the first word.
//	lexicon/near.txt     words that are often used for one another; each finds the others too, with less weight
//	lexicon/verbs.txt    what is to be done, by the verbs and question words that say so
//	lexicon/idioms.txt   phrase, phrase => words it stands for, or => word:0.5 with a weight; "..": some words between;
//	                     +> the phrase keeps its own meaning as well; !> it tells of a problem, so reading comes first
//	lexicon/platforms.txt words of one platform
//	lexicon/??.txt       words and phrases of another language = English words; "umgebung*" is the start of a word or of a part of one
//
//go:embed lexicon/*.txt
var lexiconFiles embed.FS

type lexicon struct {
	stop      map[string]bool             // stems without meaning
	weak      map[string]bool             // stems with little meaning
	same      map[string]string           // stem → the stem it is read as
	near      map[string][]string         // stem → others
	verbs     map[string]action           // stem → what is to be done
	rowVerbs  map[string]action           // the same in names of rows
	trouble   map[string]bool             // stems of words about something that does not work
	recorded  map[string]bool             // stems of work that platforms keep a record of
	idioms    map[string][]idiom          // by first stem, longest first
	platforms map[string]schemas.Platform // stem → the platform that has the thing
	foreign   map[string]foreignWord
	phrases   map[byte][]foreignPhrase // by the first byte
	longest   int                      // of the foreign words, in bytes

	vocabulary func() map[string]bool // every English stem that the lexicon speaks of
}

// gap stands in an idiom for up to [maxGap] words.
const (
	gap    = ".."
	maxGap = 5
)

type idiom struct {
	phrase  []string // stems
	means   []weighted
	keeps   bool // the words of the phrase keep their own meaning
	trouble bool // somebody has a problem and does not say what to do
}

type weighted struct {
	stem   string
	weight float64
}

type foreignWord struct {
	english []string // words, not stems: they are read like words of the query
	open    bool     // more letters may follow
}

// words reads the lexicon once. It is data of this package, so a mistake in it is a bug that every test meets.
var words = sync.OnceValue(func() *lexicon {
	l, err := readLexicon(lexiconFiles)
	if err != nil {
		panic(err)
	}
	return l
})

func readLexicon(files fs.FS) (*lexicon, error) {
	l := &lexicon{
		stop: map[string]bool{}, weak: map[string]bool{}, same: map[string]string{}, near: map[string][]string{},
		verbs: map[string]action{}, rowVerbs: map[string]action{}, trouble: map[string]bool{}, recorded: map[string]bool{}, idioms: map[string][]idiom{},
		platforms: map[string]schemas.Platform{}, foreign: map[string]foreignWord{}, phrases: map[byte][]foreignPhrase{},
	}
	l.vocabulary = sync.OnceValue(l.everyStem)
	// The order matters: everything after same.txt is read with its synonyms resolved.
	readers := []struct {
		file string
		line func(l *lexicon, key, sign, value string) error
	}{
		{"same", (*lexicon).readSame}, {"stop", (*lexicon).readStop}, {"near", (*lexicon).readNear}, {"verbs", (*lexicon).readVerbs},
		{"idioms", (*lexicon).readIdiom}, {"platforms", (*lexicon).readPlatform},
		{"de", (*lexicon).readForeign}, {"fr", (*lexicon).readForeign}, {"es", (*lexicon).readForeign},
		{"pl", (*lexicon).readForeign}, {"ja", (*lexicon).readForeign},
	}
	for _, r := range readers {
		name := "lexicon/" + r.file + ".txt"
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		number := 0
		for line := range strings.Lines(string(data)) {
			number++
			line, _, _ = strings.Cut(line, "#")
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			key, sign, value := parts(line)
			if err := r.line(l, key, sign, value); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, number, err)
			}
		}
	}
	for first := range l.idioms {
		slices.SortStableFunc(l.idioms[first], func(a, b idiom) int { return len(b.phrase) - len(a.phrase) })
	}
	return l, nil
}

// parts takes a line apart at its first sign.
func parts(line string) (key, sign, value string) {
	for _, sign := range []string{troubleSign, keepSign, "=>", ":", "="} {
		if before, after, ok := strings.Cut(line, sign+" "); ok {
			return strings.TrimSpace(before), sign, strings.TrimSpace(after)
		}
	}
	return line, "", ""
}

// The signs of an idiom that say more than =>.
const (
	keepSign    = "+>"
	troubleSign = "!>"
)

// entries splits the alternatives of a line.
func entries(list string) []string {
	parts := strings.Split(list, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// read is the stem that a word is read as.
func (l *lexicon) read(stem string) string {
	if first, ok := l.same[stem]; ok {
		return first
	}
	return stem
}

// stems are the readings of the words of a phrase, with the stop words but for articles within it, which a need may leave out.
func (l *lexicon) stems(phrase string) []string {
	var list []string
	for i, part := range strings.Split(phrase, gap) {
		if i > 0 {
			list = append(list, gap)
		}
		all := tokens(part)
		for j, t := range all {
			if len(list) == 0 || j == len(all)-1 || !plainArticles()[t.text] { // "need a" is not "need"
				list = append(list, l.read(t.stem))
			}
		}
	}
	return list
}

// plainArticles are those that never make a difference; "this" does in "since this morning".
var plainArticles = setOf("a an the my our your")

func one(word string) (string, error) {
	list := tokens(word)
	if len(list) != 1 {
		return "", fmt.Errorf("%q is not one word", word)
	}
	return list[0].stem, nil
}

func (l *lexicon) readSame(key, _, value string) error {
	first, err := one(key)
	if err != nil {
		return err
	}
	for _, other := range entries(value) {
		stem, err := one(other)
		if err != nil {
			return err
		}
		if before, ok := l.same[stem]; ok && before != first {
			return fmt.Errorf("%q is read as %q already", other, before)
		}
		if stem != first {
			l.same[stem] = first
		}
	}
	return nil
}

func (l *lexicon) readStop(key, _, value string) error {
	into := l.stop
	switch key {
	case "stop":
	case "weak":
		into = l.weak
	default:
		return fmt.Errorf("%q is neither stop nor weak", key)
	}
	for _, t := range tokens(value) {
		into[l.read(t.stem)] = true
	}
	return nil
}

func (l *lexicon) readNear(key, _, _ string) error {
	var group []string
	for _, word := range entries(key) {
		stem, err := one(word)
		if err != nil {
			return err
		}
		group = append(group, l.read(stem))
	}
	for _, stem := range group {
		for _, other := range group {
			if other != stem && !slices.Contains(l.near[stem], other) {
				l.near[stem] = append(l.near[stem], other)
			}
		}
	}
	return nil
}

func (l *lexicon) readVerbs(key, _, value string) error {
	into := l.verbs
	if rest, ok := strings.CutPrefix(key, "row "); ok {
		key, into = rest, l.rowVerbs
	}
	if set := map[string]map[string]bool{"trouble": l.trouble, "recorded": l.recorded}[key]; set != nil {
		for _, t := range tokens(value) {
			set[l.read(t.stem)] = true
		}
		return nil
	}
	does, ok := actionNamed[key]
	if !ok {
		return fmt.Errorf("%q is not an action", key)
	}
	for _, t := range tokens(value) {
		into[l.read(t.stem)] = does
	}
	return nil
}

func (l *lexicon) readIdiom(key, sign, value string) error {
	var means []weighted
	for _, word := range strings.Fields(value) {
		if word == "-" {
			continue // the phrase says nothing
		}
		name, number, _ := strings.Cut(word, ":")
		w := weighted{weight: 1}
		if number != "" {
			var err error
			if w.weight, err = strconv.ParseFloat(number, 64); err != nil {
				return err
			}
		}
		stem, err := one(name)
		if err != nil {
			return err
		}
		w.stem = l.read(stem)
		means = append(means, w)
	}
	for _, phrase := range entries(key) {
		stems := l.stems(phrase)
		if len(stems) == 0 || stems[0] == gap {
			return fmt.Errorf("%q does not start with a word", phrase)
		}
		l.idioms[stems[0]] = append(l.idioms[stems[0]], idiom{phrase: stems, means: means, keeps: sign == keepSign, trouble: sign == troubleSign})
	}
	return nil
}

func (l *lexicon) readPlatform(key, _, value string) error {
	platform := schemas.Platform(key)
	if !slices.Contains(schemas.Platforms(), platform) {
		return fmt.Errorf("%q is not a platform", key)
	}
	for _, t := range tokens(value) {
		l.platforms[l.read(t.stem)] = platform
	}
	return nil
}

func (l *lexicon) readForeign(key, _, value string) error {
	english := strings.Fields(value)
	for _, word := range entries(key) {
		if phrase := strings.Fields(fold(word)); len(phrase) > 1 {
			l.phrases[phrase[0][0]] = append(l.phrases[phrase[0][0]], foreignPhrase{words: phrase, english: english})
			continue
		}
		start, open := strings.CutSuffix(fold(word), "*")
		if start == "" || strings.Contains(start, "-") {
			return fmt.Errorf("%q is not one word", word)
		}
		if _, ok := l.foreign[start]; ok {
			continue // two languages share the word; the first one listed keeps it
		}
		l.foreign[start] = foreignWord{english: english, open: open}
		l.longest = max(l.longest, len(start))
	}
	return nil
}

// everyStem is what makes a word an English one. Only a word that the rows lack is looked for here, so it is made when the first such
// word comes.
func (l *lexicon) everyStem() map[string]bool {
	all := map[string]bool{}
	add := func(stems ...string) {
		for _, stem := range stems {
			if stem != gap {
				all[stem] = true
			}
		}
	}
	for _, set := range []map[string]bool{l.stop, l.weak, l.trouble, l.recorded} {
		add(slices.Collect(maps.Keys(set))...)
	}
	for stem := range l.near {
		add(stem)
	}
	for stem := range l.same {
		add(stem)
	}
	for stem := range l.verbs {
		add(stem)
	}
	for stem := range l.platforms {
		add(stem)
	}
	for _, list := range l.idioms {
		for _, i := range list {
			add(i.phrase...)
		}
	}
	return all
}
