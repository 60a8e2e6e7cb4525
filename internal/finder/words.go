package finder

import (
	"strings"
	"unicode"
)

// token is one word of a text, in lower case and without accents.
type token struct {
	text string
	stem string
	cjk  bool // a run of a script that does not put spaces between words
}

func tokens(text string) []token {
	var list []token
	split(text, func(word string) { list = append(list, newToken(word)) })
	return list
}

func newToken(word string) token {
	t := token{text: fold(word)}
	for _, r := range t.text {
		t.cjk = isCJK(r)
		break
	}
	t.stem = t.text
	if !t.cjk {
		t.stem = stemOf(t.text)
	}
	return t
}

// split yields the words of a text as written. Run-together names are split where the case changes, so that projectId
// and project_id mean the same.
func split(text string, yield func(word string)) {
	start, length := 0, 0 // of the word, length in runes
	var last rune
	flush := func(end int) {
		if length > 0 {
			yield(text[start:end])
		}
		length, last = 0, 0
	}
	for i, r := range text {
		switch {
		case r == '\'' || r == '’':
			flush(i) // l'accès is two words; the s of project's is a stop word
			continue
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			flush(i)
			continue
		case last != 0 && (unicode.IsUpper(r) && unicode.IsLower(last) || isCJK(r) != isCJK(last)):
			flush(i)
		}
		if length == 0 {
			start = i
		}
		length++
		last = r
	}
	flush(len(text))
}

func isCJK(r rune) bool {
	return r >= 0x2e80 && (r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana))
}

// accents maps letters to what is typed on a keyboard that lacks them.
var accents = strings.NewReplacer(
	"ä", "a", "à", "a", "á", "a", "â", "a", "ã", "a", "å", "a", "ą", "a", "æ", "ae", "ç", "c", "ć", "c", "č", "c",
	"é", "e", "è", "e", "ê", "e", "ë", "e", "ę", "e", "í", "i", "ì", "i", "î", "i", "ï", "i", "ł", "l", "ñ", "n", "ń", "n",
	"ö", "o", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "œ", "oe", "ś", "s", "š", "s", "ß", "ss", "ü", "u", "ú", "u", "ù", "u", "û", "u",
	"ý", "y", "ź", "z", "ż", "z", "ž", "z",
)

func fold(word string) string {
	word = strings.ToLower(word)
	for i := range len(word) {
		if word[i] >= 0x80 {
			return accents.Replace(word)
		}
	}
	return word
}
