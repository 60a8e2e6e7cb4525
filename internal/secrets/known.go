package secrets

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"paasmcp/internal/legible"
)

// knownFrom is the shortest value, in bytes, that is looked for by itself. Shorter ones occur in other words, and hiding
// those would shred a text and show what the value is.
const knownFrom = 6

// longestEncoded is the longest value, in bytes, that is looked for in base64. What is longer is a file and no credential.
const longestEncoded = 8 << 10

// wordBelow is the length, in bytes, from which a value of letters alone cannot be mistaken for a word. A shorter one, such as
// the password "master", is hidden where it stands as a word of its own and nowhere else.
const wordBelow = 12

// renewedMost is how many of the values that replace each other stay known: an access token counts until long after the next
// one is in use, and a server that runs for a year does not grow.
const renewedMost = 16

// Known is a set of values that must not be shown. It finds them in every spelling in which they may come back: as they
// are, in capitals, full-width, escaped for URLs, JSON, HTML, shells or patterns, with invisible characters or line breaks between,
// in hexadecimal, and inside of base64.
// The zero Known is empty. It is safe for concurrent use: values join while texts are read.
type Known struct {
	mu      sync.Mutex
	lasting []string
	renewed map[string][]string
	set     atomic.Pointer[needles]
}

// Add makes values known for good. Those shorter than 6 bytes are left out.
func (k *Known) Add(values ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	had := len(k.lasting)
	for _, v := range values {
		if v = findable(v); v != "" && !slices.Contains(k.lasting, v) {
			k.lasting = append(k.lasting, v)
		}
	}
	if len(k.lasting) > had {
		k.build()
	}
}

// Renew makes a value known that takes the place of others of its kind. The newest 16 of each kind stay known.
func (k *Known) Renew(kind, value string) {
	value = findable(value)
	k.mu.Lock()
	defer k.mu.Unlock()
	if value == "" || slices.Contains(k.renewed[kind], value) {
		return
	}
	if k.renewed == nil {
		k.renewed = map[string][]string{}
	}
	list := append(k.renewed[kind], value)
	k.renewed[kind] = list[max(0, len(list)-renewedMost):]
	k.build()
}

// findable is a value as it is looked for, "" when it is too short. Texts are compared without what does not show, so a
// value is too.
func findable(value string) string {
	value = strings.TrimSpace(legible.Line(value))
	if len(value) < knownFrom || isMask(value) {
		return ""
	}
	return value
}

// build needs the lock.
func (k *Known) build() {
	values := slices.Clone(k.lasting)
	for _, list := range k.renewed {
		values = append(values, list...)
	}
	k.set.Store(newNeedles(values))
}

// needles is what a Known looks for. It does not change once it is in use.
type needles struct {
	least int            // bytes of the shortest occurrence: most texts are shorter and are not looked at
	first [256][]*needle // by the byte that an occurrence begins with, longest first
}

// needle is one value in one encoding.
type needle struct {
	text    string
	put     string // in its place
	fold    bool   // capitals do not matter; text is in small letters
	word    bool   // only as a word of its own
	encoded bool   // base64, and hidden together with what stands around it
}

func newNeedles(values []string) *needles {
	var list []*needle
	for _, v := range values {
		word := len(v) < wordBelow && run(v, 0, letterByte) == len(v)
		n := &needle{text: v, put: mask(v), fold: !word, word: word}
		if n.fold {
			n.text = lower(v)
		}
		list = append(list, n)
		list = append(list, &needle{text: hex.EncodeToString([]byte(v)), put: mask(v), fold: true})
		for _, core := range cores(v) {
			list = append(list, &needle{text: core, put: mask(v), encoded: true})
		}
	}
	slices.SortStableFunc(list, func(a, b *needle) int { return len(b.text) - len(a.text) })
	set := &needles{least: len(list[len(list)-1].text)}
	for _, n := range list {
		begins := []byte{n.text[0], '%', '\\', '&', wide[0]}
		switch c := n.text[0]; {
		case n.fold && c >= 'a' && c <= 'z':
			begins = append(begins, c-'a'+'A')
		case n.encoded && c == '+':
			begins = append(begins, '-')
		case n.encoded && c == '/':
			begins = append(begins, '_')
		}
		for _, c := range begins {
			set.first[c] = append(set.first[c], n)
		}
	}
	return set
}

// cores are the parts that base64 of any text with the value in it has: one for each of the three ways in which the value can
// lie on groups of three bytes, without the characters at its ends that depend on its neighbours. Every Authorization header
// with Basic in it holds one of them.
func cores(value string) []string {
	if len(value) > longestEncoded {
		return nil
	}
	var list []string
	for shift := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte("xx"[:shift] + value))
		if core := text[(shift*8+5)/6 : (shift+len(value))*8/6]; len(core) >= knownFrom {
			list = append(list, core)
		}
	}
	return list
}

// Mask hides the values in a text. It gives back s itself when there are none.
func (k *Known) Mask(s string) string {
	set := k.set.Load()
	if set == nil || len(s) < set.least {
		return s
	}
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); i++ {
		for _, n := range set.first[s[i]] {
			from, to := n.at(s, i, done)
			if to <= from {
				continue
			}
			b.WriteString(s[done:from])
			b.WriteString(n.put)
			done, i = to, to-1
			break
		}
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// Strike hides the values in decoded JSON, in the names of its members too. It changes v in place and gives back what stands in
// its place.
func (k *Known) Strike(v any) any {
	if k.set.Load() == nil {
		return v
	}
	out, _ := k.strike(v)
	return out
}

// strike also reports whether another value stands in the place of v.
func (k *Known) strike(v any) (any, bool) {
	switch x := v.(type) {
	case string:
		if s := k.Mask(x); s != x {
			return s, true
		}
	case json.Number:
		if s := k.Mask(x.String()); s != x.String() {
			return s, true
		}
	case []any:
		for i := range x {
			if struck, changed := k.strike(x[i]); changed {
				x[i] = struck
			}
		}
	case map[string]any:
		for name, child := range x {
			struck, changed := k.strike(child)
			if shown := k.Mask(name); shown != name {
				delete(x, name)
				name, changed = shown, true
			}
			if changed {
				x[name] = struck
			}
		}
	}
	return v, false
}

// at gives the bounds of an occurrence that begins at i, or 0, 0. What stands before done is taken already.
func (n *needle) at(s string, i, done int) (from, to int) {
	to = n.match(s, i, 0, mostDoubts)
	switch {
	case to < 0:
		return 0, 0
	case n.word && (i > 0 && wordByte(s[i-1]) || to < len(s) && wordByte(s[to])):
		return 0, 0
	case n.encoded:
		for i > done && base64Byte(s[i-1]) {
			i--
		}
		to = run(s, to, base64Byte)
	}
	return i, to
}

// mostDoubts bounds how often a match tries a character both as itself and as the beginning of an escape: without a bound a
// value of percent signs alone would take for ever.
const mostDoubts = 6

// match compares the rest of the needle, from j on, with the text at i, and gives the end of the occurrence, or -1. A character
// of the text counts as what it shows: what shows nothing is passed over.
func (n *needle) match(s string, i, j, doubts int) int {
	for j < len(n.text) {
		if i >= len(s) {
			return -1
		}
		c := s[i]
		if c == '\\' && n.text[j] == c {
			if slashes, size := slashed(s[i:], n.text[j:]); size > 0 {
				i, j = i+size, j+slashes
				continue
			}
		}
		plain := c == n.text[j] && c != '\\'
		switch {
		case plain:
		case n.fold:
			plain = c >= 'A' && c <= 'Z' && c+'a'-'A' == n.text[j]
		case n.encoded: // the alphabet for URLs
			plain = c == '-' && n.text[j] == '+' || c == '_' && n.text[j] == '/'
		}
		if plain && (doubts == 0 || !escapes[c]) {
			i, j = i+1, j+1
			continue
		}
		if plain {
			doubts--
			if to := n.match(s, i+1, j+1, doubts); to >= 0 {
				return to
			}
		}
		shows, size := spelled(s[i:])
		if size == 0 || j == 0 && shows == "" || len(shows) > len(n.text)-j {
			return -1
		}
		want := n.text[j : j+len(shows)]
		if want != shows && !(n.fold && want == lower(shows)) {
			return -1
		}
		i, j = i+size, j+len(shows)
	}
	return i
}

// lower is strings.ToLower for ASCII: other letters may change their length.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func wordByte(c byte) bool   { return letterByte(c) || digitByte(c) || c == '_' }
func base64Byte(c byte) bool { return tokenByte(c) || c == '+' || c == '/' || c == '=' }

// Values lists the secrets in v that its paths and names tell: every text that [Masker.Mask] hides as a whole, longest
// first. Those shorter than 6 bytes are left out.
func (m *Masker) Values(v any) []string {
	var list []string
	hidden(v, m.Mask(v), &list)
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(list)
}

// hidden collects what is a mask in one value and is none in the other. Masking keeps the structure of a value.
func hidden(v, masked any, list *[]string) {
	switch v := v.(type) {
	case map[string]any:
		m, _ := masked.(map[string]any)
		for key, child := range v {
			hidden(child, m[key], list)
		}
	case []any:
		m, _ := masked.([]any)
		for i := range min(len(v), len(m)) {
			hidden(v[i], m[i], list)
		}
	case string:
		add(v, masked, list)
	case json.Number:
		add(v.String(), masked, list)
	}
}

func add(text string, masked any, list *[]string) {
	if m, ok := masked.(string); ok && m != text && isMask(m) && len(text) >= knownFrom {
		*list = append(*list, text)
	}
}

// Knowing gives a masker that also hides these values wherever a text has them. It is for what a platform says about a
// request: it may repeat what it got, in fields where nobody expects a secret.
func (m *Masker) Knowing(values []string) *Masker {
	if len(values) == 0 {
		return m
	}
	known := new(Known)
	known.Add(values...)
	return m.Hiding(known)
}

// Hiding gives a masker that also hides what is known, now and later.
func (m *Masker) Hiding(known *Known) *Masker {
	return &Masker{paths: m.paths, known: append(slices.Clip(m.known), known)}
}

// MaskText is the function of that name, which also hides what the masker knows.
func (m *Masker) MaskText(s string) string {
	for _, known := range m.known {
		s = known.Mask(s)
	}
	return MaskText(s)
}

// MaskLines is the function of that name, which also hides what the masker knows.
func (m *Masker) MaskLines(s string) string {
	for _, known := range m.known {
		s = known.Mask(s)
	}
	return maskText(s, true)
}
