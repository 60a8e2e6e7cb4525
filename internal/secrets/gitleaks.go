package secrets

import (
	_ "embed"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The rules of gitleaks add the tokens of vendors that the scanner of this package does not know. They are data, see
// docs/adr/0014-kept-rules.md: nothing of them is read at start, and an expression is compiled when its keyword is first met.

//go:generate go run gitleaks_generate.go

//go:embed gitleaks/rules.tsv
var ruleTable string

// Bytes before and behind a keyword in which its rule looks. Windows that touch are searched as one, so that a text full of
// keywords is read once by each rule and not once for each keyword.
const (
	ruleBefore = 128
	ruleBehind = 1 << 10
)

// rule finds the secrets of one vendor.
type rule struct {
	id       string
	entropy  float64 // least bits a byte
	group    int     // of the secret in the expression; 0: the first that is not empty
	keywords []string
	find     func() *regexp.Regexp
}

// keywordRule is a keyword and the index of its rule.
type keywordRule struct {
	word string
	rule int
}

// ruleSet finds keywords by their first three bytes, five bits of each: that folds the case of letters. A bit for each beginning
// dismisses nearly every byte of a text with one look at a table that fits the processor's nearest cache.
type ruleSet struct {
	rules  []rule
	begins [1 << 10]uint32
	words  map[uint32][]keywordRule
}

func fold(hash uint32, c byte) uint32 { return (hash<<5 | uint32(c&31)) & (1<<15 - 1) }

var rules = sync.OnceValue(func() *ruleSet {
	set := &ruleSet{words: map[uint32][]keywordRule{}}
	for line := range strings.Lines(ruleTable) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(columns) != 5 {
			continue // the heading; a test counts the rules
		}
		r := rule{id: columns[0], keywords: strings.Fields(columns[3]), find: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(columns[4]) })}
		r.entropy, _ = strconv.ParseFloat(columns[1], 64)
		r.group, _ = strconv.Atoi(columns[2])
		for _, w := range r.keywords {
			hash := fold(fold(fold(0, w[0]), w[1]), w[2])
			set.begins[hash>>5] |= 1 << (hash & 31)
			set.words[hash] = append(set.words[hash], keywordRule{w, len(set.rules)})
		}
		set.rules = append(set.rules, r)
	}
	return set
})

// span is a part of a text, in bytes.
type span struct{ from, to int }

// byRules gives the secrets that the rules find, in order and apart from each other.
func byRules(s string) []span {
	set := rules()
	var windows map[int][]span
	hash := uint32(0)
	for i := range len(s) {
		hash = hash<<5 | uint32(s[i]&31)
		if set.begins[hash>>5&(1<<10-1)]>>(hash&31)&1 == 0 || i < 2 {
			continue
		}
		at := i - 2
		for _, k := range set.words[hash&(1<<15-1)] {
			if len(s)-at < len(k.word) || (s[at+len(k.word)-1]^k.word[len(k.word)-1])&31 != 0 || !strings.EqualFold(s[at:at+len(k.word)], k.word) {
				continue
			}
			if windows == nil {
				windows = map[int][]span{}
			}
			w := span{max(0, at-ruleBefore), min(len(s), at+ruleBehind)}
			list := windows[k.rule]
			if n := len(list); n > 0 && list[n-1].to >= w.from {
				list[n-1].to = w.to
			} else {
				windows[k.rule] = append(list, w)
			}
		}
	}
	var found []span
	for n, list := range windows {
		for _, w := range list {
			found = set.rules[n].search(s, w, found)
		}
	}
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	apart := found[:0]
	for _, f := range found {
		if n := len(apart); n > 0 && f.from < apart[n-1].to {
			apart[n-1].to = max(apart[n-1].to, f.to)
			continue
		}
		apart = append(apart, f)
	}
	return apart
}

// search adds what the rule finds in a window.
func (r rule) search(s string, w span, found []span) []span {
	for _, m := range r.find().FindAllStringSubmatchIndex(s[w.from:w.to], -1) {
		group := r.group
		for n := 1; group == 0 && n < len(m)/2; n++ {
			if m[2*n] >= 0 && m[2*n] < m[2*n+1] {
				group = n
			}
		}
		if m[2*group] < 0 {
			continue
		}
		f := span{w.from + m[2*group], w.from + m[2*group+1]}
		secret := s[f.from:f.to]
		if secret == "" || strings.Contains(secret, dots) || r.entropy > 0 && entropy(secret) <= r.entropy {
			continue
		}
		if f.to == w.to { // the window cut it
			f.to = run(s, f.to, credentialByte)
		}
		found = append(found, f)
	}
	return found
}

// entropy is Shannon's, in bits a byte.
func entropy(s string) (bits float64) {
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
