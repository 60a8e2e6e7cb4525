package legible

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The signs around what this program says inside a text of others. In such a text itself they are spelled out, so that nothing in it
// passes for a note of ours.
const (
	noteOpen  = '⟨'
	noteClose = '⟩'
)

// What is folded: shorter runs are shown as they are.
const (
	longBlank  = 8   // blanks in a row
	longRepeat = 40  // characters of a text that repeats itself
	mostPeriod = 120 // characters of what is repeated
	leastTimes = 3
	mostToFold = 1 << 18 // bytes of a text in which repetitions are looked for
)

// Folded is for texts beside which a person decides: like [Spelled], on one line and with what does not plainly show spelled out, but
// whole. Padding is counted and not shown: a run of blanks or of characters that show nothing becomes ⟨400 blanks⟩, and a text that
// repeats itself is followed by how often, so that what comes behind it is seen.
func Folded(s string) string {
	var b strings.Builder
	var runes []rune
	if len(s) >= longRepeat && len(s) <= mostToFold {
		runes = []rune(s) // a byte that is no text becomes one character here too
	}
	for i, at := 0, 0; i < len(s); { // at counts characters
		if n, size := blanks(s[i:]); n >= longBlank {
			b.WriteString(note(counted(n, "blank")))
			i, at = i+size, at+n
			continue
		}
		show, times := 1, 1 // how many characters, and how often
		if runes != nil {
			if period, n := repeated(runes[at:]); n > 0 {
				show, times = period, n
			}
		}
		unit := 0 // bytes
		for range show {
			out, size := spell(s, i+unit)
			b.WriteString(out)
			unit += size
		}
		if times > 1 {
			b.WriteString(note(thousands(times) + " times"))
		}
		i, at = i+unit*times, at+show*times
	}
	return b.String()
}

// Note is a note of this program's own between folded texts.
func Note(text string) string { return note(Folded(text)) }

func note(text string) string { return string(noteOpen) + text + string(noteClose) }

// FoldedTo is the folded text if it has no more than limit characters, else its head and its tail, with how much lies between; whole
// reports that nothing does. Of a huge text only the ends are looked at.
func FoldedTo(s string, limit int) (text string, whole bool) {
	var head, tail []rune
	skipped, lines := 0, 0
	if end := 32 * limit; len(s) > mostToFold && len(s) > 2*end {
		middle := s[end : len(s)-end]
		skipped, lines = utf8.RuneCountInString(middle), strings.Count(middle, "\n")
		head, tail = []rune(Folded(strings.ToValidUTF8(s[:end], "�"))), []rune(Folded(strings.ToValidUTF8(s[len(s)-end:], "�")))
	} else {
		folded := Folded(s)
		if utf8.RuneCountInString(folded) <= limit {
			return folded, true
		}
		head = []rune(folded)
		tail = head
	}
	front := min(limit*2/3, len(head))
	back := min(limit-front, len(tail))
	between := head[front:]
	if skipped == 0 {
		between = head[front : len(head)-back]
	} else {
		skipped += len(tail) - back
	}
	size := counted(skipped+len(between), "character")
	if lines += strings.Count(string(between), `\n`); lines > 0 {
		size += ", " + counted(lines, "line break")
	}
	return string(head[:front]) + note(size+" not shown here") + string(tail[len(tail)-back:]), false
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

// thousands writes 4000 as 4,000.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// blanks is how many characters at the beginning of a text show nothing, and how many bytes they take.
func blanks(s string) (n, size int) {
	for size < len(s) {
		r, w := utf8.DecodeRuneInString(s[size:])
		if r == utf8.RuneError && w == 1 || r != ' ' && Shows(r) {
			break
		}
		n, size = n+1, size+w
	}
	return n, size
}

// repeated looks for something that a text begins with and that comes again right behind itself, so often that it is worth counting.
func repeated(s []rune) (period, times int) {
	longest := 0
	for p := 1; p <= mostPeriod && p*leastTimes <= len(s); p++ {
		if s[0] != s[p] {
			continue
		}
		n := p
		for n < len(s) && s[n] == s[n-p] {
			n++
		}
		if t := n / p; t >= leastTimes && t*p >= longRepeat && t*p > longest {
			longest, period, times = t*p, p, t
		}
	}
	return period, times
}
