package finder

import (
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"
)

// token is one word of a text, in lower case and without accents.
type token struct {
	text    string // as written, folded
	stem    string
	capital bool // written in capitals, as names of variables are
	cjk     bool // a run of a script that does not put spaces between words
}

// tokens splits a text into words. Run-together names are split where the case changes, so that projectId and
// project_id mean the same.
func tokens(text string) []token {
	var list []token
	var word []rune
	var last rune
	flush := func() {
		if len(word) > 0 {
			list = append(list, newToken(string(word)))
			word = word[:0]
		}
		last = 0
	}
	for _, r := range text {
		switch {
		case r == '\'' || r == '’':
			// project's is projects, but l'accès is two words.
			if len(word) == 1 || len(word) == 2 && unicode.ToLower(word[0]) == 'q' {
				flush()
			}
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != 'ー':
			flush()
			continue
		case last != 0 && (unicode.IsUpper(r) && unicode.IsLower(last) || isCJK(r) != isCJK(last)):
			flush()
		}
		word = append(word, r)
		last = r
	}
	flush()
	return list
}

func newToken(word string) token {
	t := token{text: fold(word), capital: len(word) > 1 && strings.ToUpper(word) == word && strings.ToLower(word) != word}
	for _, r := range t.text {
		t.cjk = isCJK(r)
		break
	}
	t.stem = t.text
	if !t.cjk {
		t.stem = english.Stem(t.text, false)
	}
	return t
}

func isCJK(r rune) bool {
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
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
