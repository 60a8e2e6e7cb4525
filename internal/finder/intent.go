package finder

import "strings"

// questions start a need that wants to know something, whatever verbs follow: "which environments were deleted".
var questions = setOf("which who whom what why when where is are does did has have was were can")

// wanted is what a need asks to be done: the first verb says it, unless the need is a question.
func (f *Finder) wanted(list []said) action {
	plural := false
	for _, w := range list {
		plural = plural || strings.HasSuffix(w.text, "s") && w.text != w.token.stem
	}
	if len(list) > 0 && questions[list[0].text] {
		if plural {
			return reading(plural)
		}
		return get
	}
	for _, w := range list {
		a, ok := f.words.verbs[w.stem]
		if !ok {
			continue
		}
		if a.reads() {
			return reading(plural)
		}
		return a
	}
	return unknown
}

func reading(plural bool) action {
	if plural {
		return list
	}
	return get
}
