// Package finder ranks the operations of the catalogue for a need in plain words. It works in memory, from what the
// catalogue's index holds and from a lexicon of what people of the field say.
package finder

import (
	"slices"
	"strings"

	"paasmcp/schemas"
)

// Weights of the places a word can stand in. An alias is a phrase that people use for this very need, so it tells more
// than a word of the explanation; a path mostly repeats the name.
const (
	weightName    = 3.0
	weightAlias   = 2.2
	weightSummary = 1.6
	weightPath    = 0.5
	weightParam   = 0.6
)

// Finder is an inverted index over rows. It is immutable and safe for concurrent use.
type Finder struct {
	rows     []schemas.Row
	docs     []document
	ids      map[string]int32         // of the stems
	stems    []string                 // by id
	postings [][]posting              // by id
	count    map[schemas.Platform]int // rows
	written  map[string]bool          // words of the rows, to split run-together words
	words    *lexicon
}

type posting struct {
	row    int32
	weight float32
}

// document is what ranking needs of a row beside its postings.
type document struct {
	name    []int32 // without the verbs that does stands for
	aliases [][]int32
	does    action
	prior   float64 // how much the row is preferred before anything is asked
}

// indexer turns words into ids. Most words come up many times, and stemming is the expensive part, so each is stemmed once.
type indexer struct {
	*Finder
	known map[string]int32 // ids of words as written; -1 for stop words
	field []int32          // of the row in work, reused
	tf    []float32        // by id, of the row in work
	used  []int32          // ids with a tf
}

// New indexes the rows.
func New(rows []schemas.Row) *Finder {
	f := &Finder{
		rows: rows, docs: make([]document, len(rows)), ids: make(map[string]int32, 2048), written: make(map[string]bool, 2048), count: map[schemas.Platform]int{}, words: words(),
	}
	x := &indexer{Finder: f, known: make(map[string]int32, 4096)}
	for i := range rows {
		x.row(int32(i), &rows[i])
	}
	return f
}

func (x *indexer) row(number int32, r *schemas.Row) {
	d := &x.docs[number]
	x.count[r.Platform]++
	name := strings.TrimPrefix(r.Name, string(r.Platform))
	d.name = append(d.name, x.read(name)...)
	x.add(d.name, weightName, 0.6, 3)
	x.add(x.read(r.Summary), weightSummary, 0.3, 6)
	for _, alias := range r.Aliases {
		ids := append([]int32(nil), x.read(alias)...)
		d.aliases = append(d.aliases, ids)
		x.add(ids, weightAlias, 0.4, 3)
	}
	_, path, _ := strings.Cut(r.Call, " ")
	x.add(x.read(path), weightPath, 0.3, 6)
	for _, name := range r.Required {
		x.add(x.read(name), weightParam, 0, 1)
	}
	for _, id := range x.used {
		x.postings[id] = append(x.postings[id], posting{row: number, weight: x.tf[id]})
		x.tf[id] = 0
	}
	x.used = x.used[:0]
	d.does = x.actionOf(r, d.name)
	d.name = slices.DeleteFunc(d.name, func(id int32) bool { return plainVerbs()[x.stems[id]] })
	d.prior = prior(r)
}

// add counts the words of a field. Words of a field longer than typical count less, by lengthBias from 0 to 1.
func (x *indexer) add(ids []int32, weight, lengthBias, typical float64) {
	w := float32(weight / (1 - lengthBias + lengthBias*float64(len(ids))/typical))
	for _, id := range ids {
		if x.tf[id] == 0 {
			x.used = append(x.used, id)
		}
		x.tf[id] += w
	}
}

// read turns a text into ids of its words, without stop words. The result is valid until the next call.
func (x *indexer) read(text string) []int32 {
	x.field = x.field[:0]
	split(text, func(word string) {
		id, ok := x.known[word]
		if !ok {
			t := newToken(word)
			id = -1
			if stem := x.words.read(t.stem); !x.words.stop[stem] {
				id = x.id(stem)
			}
			x.known[word] = id
			x.written[t.text] = true
		}
		if id >= 0 {
			x.field = append(x.field, id)
		}
	})
	return x.field
}

func (x *indexer) id(stem string) int32 {
	id, ok := x.ids[stem]
	if !ok {
		id = int32(len(x.stems))
		x.ids[stem] = id
		x.stems = append(x.stems, stem)
		x.postings = append(x.postings, nil)
		x.tf = append(x.tf, 0)
	}
	return id
}

// Factors of rows that are rarely meant: they answer the same words as the rows that replaced them.
const (
	factorDeprecated = 0.85
	factorPrivileged = 0.7
	factorPrerelease = 0.92
	factorLegacy     = 0.55
	factorArgument   = 0.985 // for each required argument, so that the simpler of two calls comes first
)

func prior(r *schemas.Row) float64 {
	p := 1.0
	for _, flag := range r.Flags {
		switch flag {
		case schemas.Deprecated:
			p *= factorDeprecated
		case schemas.Privileged:
			p *= factorPrivileged
		case schemas.Prerelease:
			p *= factorPrerelease
		}
	}
	if len(r.Flags) == 0 && (strings.Contains(r.Summary, "legacy") || strings.Contains(r.Summary, "older form") || strings.Contains(r.Summary, "staff only")) {
		p *= factorLegacy
	}
	for range r.Required {
		p *= factorArgument
	}
	return p
}
