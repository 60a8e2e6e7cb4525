package finder

import (
	"strings"
	"unicode/utf8"
)

// shortestPart is how long, in bytes, a foreign word must be to be found in the middle of a compound. Shorter ones are
// in many words by chance.
const shortestPart = 5

// foreignWords returns the English words for a word of another language, or nothing. It takes the longest entry that the
// word starts with, and goes on behind it: that takes compounds apart (Produktivumgebung, 環境変数一覧). whole is false when the
// beginning of the word is not known.
func (l *lexicon) foreignWords(word string, cjk bool) (english []string, whole bool) {
	whole = cjk
	for at := 0; at < len(word); {
		entry, length := l.longestEntry(word[at:], cjk)
		if length > 0 && (cjk || at == 0 || entry.open && length >= shortestPart) {
			english = append(english, entry.english...)
			whole = whole || at == 0
			at += length
			continue
		}
		_, size := utf8.DecodeRuneInString(word[at:])
		at += size
	}
	return english, whole
}

func (l *lexicon) longestEntry(text string, cjk bool) (foreignWord, int) {
	for end := min(l.longest, len(text)); end > 0; end-- {
		if entry, ok := l.foreign[text[:end]]; ok && (entry.open || cjk || end == len(text)) {
			return entry, end
		}
	}
	return foreignWord{}, 0
}

// foreignPhrase is several words of another language that mean something together: "mot de passe", "neu starten", "läuft .. ab".
type foreignPhrase struct {
	words   []string // folded; "*" at the end: the start of a word; "..": some words between
	english []string
}

// foreignPhrase returns the English words for the phrase at the start of a list, and the places of its words; nothing when there
// is none. The phrase of the most words counts.
func (l *lexicon) foreignPhrase(list []token) (english []string, at []int) {
	if list[0].cjk {
		return nil, nil
	}
	for _, p := range l.phrases[list[0].text[0]] {
		if found := p.match(list); len(found) > len(at) {
			english, at = p.english, found
		}
	}
	return english, at
}

// match returns the places of the words of the phrase, which starts where the list does, or nil.
func (p foreignPhrase) match(list []token) []int {
	var at []int
	i, free := 0, 0
	for _, word := range p.words {
		if word == gap {
			free = maxGap
			continue
		}
		start, open := strings.CutSuffix(word, "*")
		for ; i < len(list) && !(list[i].text == start || open && strings.HasPrefix(list[i].text, start)); i++ {
			if free--; free < 0 {
				return nil
			}
		}
		if i == len(list) {
			return nil
		}
		at = append(at, i)
		i, free = i+1, 0
	}
	return at
}
