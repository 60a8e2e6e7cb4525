package apiclient

import (
	"slices"
	"strings"
)

// remarks are the texts that say why something failed, each of them once: platforms repeat one in several members, at
// times with more words.
type remarks []string

// maxRemarks is how many texts of one failure are kept.
const maxRemarks = 12

func (r *remarks) add(text string) {
	text = strings.TrimSpace(text)
	folded := fold(text)
	if folded == "" || len(*r) > maxRemarks || slices.ContainsFunc(*r, func(known string) bool { return says(fold(known), folded) }) {
		return
	}
	if len(*r) == maxRemarks {
		text = "…" // there is more
	}
	*r = append(slices.DeleteFunc(*r, func(known string) bool { return says(folded, fold(known)) }), text)
}

// says reports whether a text has another one in it as whole words.
func says(text, part string) bool {
	return strings.Contains(" "+text+" ", " "+part+" ")
}

// fold is a text as words alone, for comparison.
func fold(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return strings.ContainsRune(" \t\r\n.,:;!?\"'`()[]", c) }), " ")
}

func (r remarks) String() string {
	parts := slices.Clone(r)
	for i := range parts[:max(len(parts)-1, 0)] {
		parts[i] = strings.TrimRight(parts[i], ". ")
	}
	return strings.Join(parts, "; ")
}

// joined makes one text of those that say something, each once.
func joined(list ...string) string {
	var r remarks
	for _, text := range list {
		r.add(text)
	}
	return r.String()
}
