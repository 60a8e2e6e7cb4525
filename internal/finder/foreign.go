package finder

import "unicode/utf8"

// shortestPart is how long, in bytes, a foreign word must be to be found in the middle of a compound. Shorter ones are
// in many words by chance.
const shortestPart = 5

// foreignWords returns the English words for a word of another language, or nothing. It takes the longest entry that the
// word starts with, and goes on behind it: that takes compounds apart (Produktivumgebung, 環境変数一覧).
func (l *lexicon) foreignWords(word string, cjk bool) []string {
	var english []string
	found := false
	for at := 0; at < len(word); {
		entry, length := l.longestEntry(word[at:], cjk)
		if length > 0 && (cjk || at == 0 || entry.open && length >= shortestPart) {
			english = append(english, entry.english...)
			found = true
			at += length
			continue
		}
		_, size := utf8.DecodeRuneInString(word[at:])
		at += size
	}
	if !found {
		return nil
	}
	return english
}

func (l *lexicon) longestEntry(text string, cjk bool) (foreignWord, int) {
	for end := min(l.longest, len(text)); end > 0; end-- {
		if entry, ok := l.foreign[text[:end]]; ok && (entry.open || cjk || end == len(text)) {
			return entry, end
		}
	}
	return foreignWord{}, 0
}
