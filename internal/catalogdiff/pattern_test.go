package catalogdiff_test

import (
	"regexp/syntax"
	"strings"
)

// ofPattern makes a short text that matches an expression.
func ofPattern(pattern string) string {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	write(&b, parsed.Simplify())
	return b.String()
}

func write(b *strings.Builder, r *syntax.Regexp) {
	switch r.Op {
	case syntax.OpLiteral:
		b.WriteString(string(r.Rune))
	case syntax.OpCharClass:
		b.WriteRune(readable(r.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpCapture, syntax.OpPlus:
		write(b, r.Sub[0])
	case syntax.OpRepeat:
		for range max(1, r.Min) {
			write(b, r.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range r.Sub {
			write(b, sub)
		}
	case syntax.OpAlternate:
		write(b, r.Sub[0])
	}
}

// readable is a member of a class: a letter or a digit where it has one.
func readable(class []rune) rune {
	for _, r := range "a1A" {
		for i := 0; i < len(class); i += 2 {
			if class[i] <= r && r <= class[i+1] {
				return r
			}
		}
	}
	return class[0]
}
