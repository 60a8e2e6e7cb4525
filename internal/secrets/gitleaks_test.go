package secrets

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"testing"
)

// TestRulesHide: a secret made up from each rule's own expression is hidden, and what stands around it stays.
func TestRulesHide(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	set := rules()
	if n := strings.Count(ruleTable, "\n") - 1; len(set.rules) != n || n < 120 {
		t.Fatalf("%d rules of %d lines", len(set.rules), n)
	}
	for _, r := range set.rules {
		parsed, err := syntax.Parse(r.find().String(), syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			text := "seen near " + r.keywords[0] + ": " + example(parsed, random) + "\nend"
			m := r.find().FindStringSubmatch(text)
			if m == nil || len(byRules(text)) == 0 {
				t.Errorf("%s: nothing found in %q", r.id, text)
				continue
			}
			secret := m[0]
			for n := len(m) - 1; n > 0; n-- {
				if m[n] != "" && (r.group == 0 || r.group == n) {
					secret = m[n]
				}
			}
			for _, got := range []string{MaskText(text), MaskLines(text)} {
				if strings.Contains(got, secret) || !strings.HasPrefix(got, "seen near ") {
					t.Errorf("%s: %q leaks as %q", r.id, text, got)
				}
			}
			if once := MaskText(text); MaskText(once) != once {
				t.Errorf("%s: masking twice turns %q into %q", r.id, once, MaskText(once))
			}
			if strings.Count(MaskLines(text), "\n") != strings.Count(text, "\n") {
				t.Errorf("%s: lines are lost of %q", r.id, text)
			}
		}
	}
}

// example makes up a text that an expression matches.
func example(e *syntax.Regexp, random *rand.Rand) string {
	var b strings.Builder
	times := func(least, most int) {
		for range least + random.IntN(most-least+1) {
			b.WriteString(example(e.Sub[0], random))
		}
	}
	switch e.Op {
	case syntax.OpLiteral:
		b.WriteString(string(e.Rune))
	case syntax.OpCharClass:
		var fits []byte
		for c := byte(' '); c <= '~'; c++ {
			for n := 0; n < len(e.Rune); n += 2 {
				if rune(c) >= e.Rune[n] && rune(c) <= e.Rune[n+1] {
					fits = append(fits, c)
				}
			}
		}
		b.WriteByte(fits[random.IntN(len(fits))])
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpCapture:
		return example(e.Sub[0], random)
	case syntax.OpConcat:
		for _, sub := range e.Sub {
			b.WriteString(example(sub, random))
		}
	case syntax.OpAlternate:
		return example(e.Sub[random.IntN(len(e.Sub))], random)
	case syntax.OpStar, syntax.OpQuest:
		if e.Flags&syntax.NonGreedy == 0 && e.Op == syntax.OpStar {
			times(0, 3)
		}
	case syntax.OpPlus:
		times(1, 8)
	case syntax.OpRepeat:
		most := e.Max
		if most < 0 {
			most = e.Min + 8
		}
		times(e.Min, most)
	}
	return b.String()
}
