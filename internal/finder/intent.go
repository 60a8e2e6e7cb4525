package finder

import "strings"

// questions start a need that wants to know something, whatever verbs follow: "which environments were deleted".
var questions = setOf("which who whom whose what why when where is are does do did has have had was were")

var afterthoughts = setOf("who why what when where which")

// wanted is what a need asks to be done. A question or a problem without an order is answered by looking first;
// otherwise the first verb says it, or the first phrase that stands for one.
func (f *Finder) wanted(list []said, phrases []phrase, trouble bool) action {
	if len(list) == 0 {
		return unknown
	}
	switch last := list[len(list)-1].text; {
	case last == "on" && len(list) > 1:
		return enable
	case last == "off" && len(list) > 1:
		return disable
	}
	var verb action
	at, told, noun := len(list), false, -1
	for i, w := range list {
		if a := f.words.verbs[w.stem]; a != unknown && w.weight > weightConsumed {
			if telling(list, i, trouble) {
				told = true
				continue
			}
			if i > 0 && articles()[list[i-1].text] && noun < 0 {
				noun = i
				continue
			}
			verb, at = a, i
			break
		}
	}
	if noun >= 0 && !told && verb == unknown { // "do a restart" is an order; "a merge removed our fix" is none
		verb, at = f.words.verbs[list[noun].stem], noun
	}
	for _, p := range phrases {
		for _, m := range p.means {
			if a := f.words.verbs[m.stem]; a != unknown && m.weight >= 0.6 && p.at < at {
				verb, at = a, p.at
			}
		}
	}
	ordered := f.ordered(list)
	switch {
	case ordered >= 0:
		return f.words.verbs[list[ordered].stem]
	case questions()[list[0].text], afterthoughts()[list[len(list)-1].text]: // "something was merged into live, who"
		return look
	case trouble && (at > 0 || verb.reads() || f.words.recorded[list[0].stem]): // a deploy that fails is no order to deploy
		return look
	case verb.reads():
		return f.reading(list, verb)
	case verb == unknown && told:
		return look
	}
	return verb
}

// telling reports whether a verb only tells what happens or has happened, and orders nothing: "the node restarts every night", "a
// merge removed our fix", "uninstalling the addon hangs", "it does not create environments".
func telling(list []said, i int, trouble bool) bool {
	w := list[i]
	if w.foreign {
		return false
	}
	if i == 0 {
		return trouble && strings.HasSuffix(w.text, "ing")
	}
	if refusals()[list[i-1].text] || i > 1 && refusals()[list[i-2].text] {
		return true
	}
	return w.text != w.token.stem && (strings.HasSuffix(w.text, "s") || strings.HasSuffix(w.text, "ed"))
}

// refusals stand before what somebody or something does not do.
var refusals = setOf("not never cannot cant doesnt dont didnt wont isnt wasnt couldnt wouldnt hasnt havent unable fails failed refuses")

// requests come before the verb of what somebody asks for, whatever was told before: "it hangs since noon, please cancel it".
var requests = setOf("please can could should must want need needs lets pls gotta")

// maxPlea is how many words may stand between a request and its verb: "could you please just restart".
const maxPlea = 4

// ordered is the place of the verb that somebody asks for in so many words, and that changes something; -1 when there is none.
func (f *Finder) ordered(list []said) int {
	if questions()[list[0].text] {
		return -1
	}
	for i, w := range list {
		if !requests()[w.text] {
			continue
		}
		for j, v := range list[i+1 : min(len(list), i+1+maxPlea)] {
			if v.text == "not" || v.text == "i" || questions()[v.text] && v.text != "do" || w.text == "should" && j == 0 && v.text != "be" {
				break // a complaint, a question, or what ought to be
			}
			if a := f.words.verbs[v.stem]; a != unknown && v.weight > weightConsumed {
				if a.reads() {
					break
				}
				return i + 1 + j
			}
		}
	}
	return -1
}

// A long text tells a story around what is asked for; what stands far from that counts less.
const (
	longText  = 24
	around    = 12
	weightFar = 0.5
)

func (f *Finder) focus(list []said) {
	if len(list) <= longText {
		return
	}
	if at := f.ordered(list); at >= 0 {
		for i := range list {
			if i < at-around || i > at+around {
				list[i].weight *= weightFar
			}
		}
	}
}

// reading tells a wish to see many things from a wish to see one by the plural.
func (f *Finder) reading(words []said, verb action) action {
	if verb == list {
		return list
	}
	for _, w := range words {
		if w.foreign {
			return look // its plural went with the translation
		}
		if strings.HasSuffix(w.text, "s") && w.text != w.token.stem && f.known(w.stem) {
			return list
		}
	}
	return get
}

// troubled reports whether a need tells of a problem, and whether it is one with work that is recorded.
func (f *Finder) troubled(list []said, phrases []phrase) (trouble, recorded bool) {
	for _, p := range phrases {
		trouble = trouble || p.trouble
	}
	for _, w := range list {
		trouble = trouble || f.words.trouble[w.stem]
		recorded = recorded || f.words.recorded[w.stem]
	}
	return trouble, trouble && recorded
}
