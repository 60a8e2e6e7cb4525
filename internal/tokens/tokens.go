// Package tokens estimates what a text costs a model. Counting exactly needs the vocabulary of a tokenizer, which is several
// megabytes, and more time than the rest of a call; a cap on answers is worth neither. The estimate follows how tokenizers of
// the o200k kind cut a text before they look anything up (words, groups of three digits, runs of signs) and leans to the high side.
package tokens

import "unicode/utf8"

// Estimate is about the number of o200k tokens of a text: for JSON and logs up to a quarter more, and hardly ever less; for base64
// and emoji it can be a sixth less.
func Estimate(text string) int { return (weigh(text) + 99) / 100 }

// Fits reports whether a text has at most this many tokens. No token is shorter than a byte, so short texts need no look.
func Fits(text string, most int) bool { return len(text) <= most || Estimate(text) <= most }

// What a piece of a text weighs, in hundredths of a token. The numbers were fitted to some hundred answers of the platforms.
const (
	wordCost    = 100 // of a run of letters
	easyLetters = 6   // that come with it
	letterCost  = 22  // of each further letter
	easyCapital = 2   // capitals that come with it
	capitalCost = 30  // of each further capital: base64 has many
	joinedCost  = 35  // of a word that follows a digit or another word without a sign between: ids, base64, camelCase
	leadCost    = 25  // of the sign right before a word, which most often is part of the word's token
	spaceCost   = 5   // of a space in its place
	digitsCost  = 100 // of up to three digits
	signsCost   = 100 // of a run of signs
	easySigns   = 3   // that come with it
	signCost    = 40  // of each further sign
	runeCost    = 110 // of a character beyond ASCII
	wideCost    = 250 // of one beyond the basic plane: emoji
)

type class byte

const (
	sign class = iota
	lower
	upper
	digit
	other
)

var classes = func() (c [256]class) {
	for b := range c {
		switch {
		case b >= 'a' && b <= 'z':
			c[b] = lower
		case b >= 'A' && b <= 'Z':
			c[b] = upper
		case b >= '0' && b <= '9':
			c[b] = digit
		case b >= utf8.RuneSelf:
			c[b] = other
		}
	}
	return c
}()

func weigh(text string) int {
	total := 0
	for i := 0; i < len(text); {
		start, is := i, classes[text[i]]
		switch is {
		case digit:
			i = skip(text[:min(len(text), i+3)], i, digit)
			total += digitsCost
		case upper, lower: // capitals begin a word: fooBar is foo and Bar
			i = skip(text, i, upper)
			total += max(0, i-start-easyCapital) * capitalCost
			i = skip(text, i, lower)
			total += wordCost + max(0, i-start-easyLetters)*letterCost
			if start > 0 && classes[text[start-1]] != sign {
				total += joinedCost
			}
		case sign:
			i = skip(text, i, sign)
			n := i - start
			if i < len(text) && (classes[text[i]] == upper || classes[text[i]] == lower) {
				n--
				if text[i-1] == ' ' {
					total += spaceCost
				} else {
					total += leadCost
				}
			}
			if n > 0 {
				total += signsCost + max(0, n-easySigns)*signCost
			}
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			i += size
			total += runeCost
			if r > 0xffff {
				total += wideCost - runeCost
			}
		}
	}
	return total
}

// skip is where the run of a class ends.
func skip(text string, i int, is class) int {
	for i < len(text) && classes[text[i]] == is {
		i++
	}
	return i
}
