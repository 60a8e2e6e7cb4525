package main

import (
	"regexp"
	"slices"
	"strings"
)

// needOf is what to search for: the sentence with every name and value in it replaced by what it is, unless the sentence
// says so anyway. Names are of no use to a search.
func needOf(step Step) string {
	need := " " + lastSentence(step.Say) + " "
	labels := sortedKeys(step.Given)
	slices.SortStableFunc(labels, func(x, y string) int { return len(scalar(step.Given[y])) - len(scalar(step.Given[x])) })
	for _, label := range labels {
		for _, name := range leaves(step.Given[label]) {
			at := wholeWord(need, name)
			if at < 0 {
				continue
			}
			before, after := need[:at], need[at+len(name):]
			if containsAll(words(before+after), words(label)) {
				need = before + strings.TrimPrefix(after, " ")
			} else {
				need = before + label + after
			}
		}
	}
	return strings.TrimSpace(need)
}

// wholeWord is the last place where a text stands by itself, and not within another word; -1 when there is none.
func wholeWord(text, name string) int {
	const inside = "-_/@:abcdefghijklmnopqrstuvwxyz0123456789"
	lower, name := strings.ToLower(text), strings.ToLower(name)
	for at := strings.LastIndex(lower, name); at > 0; at = strings.LastIndex(lower[:at], name) {
		end := at + len(name)
		if !strings.ContainsRune(inside, rune(lower[at-1])) && (end == len(lower) || !strings.ContainsRune(inside, rune(lower[end]))) {
			return at
		}
	}
	return -1
}

// lastSentence is where people say what they want, after what led to it.
func lastSentence(text string) string {
	sentences := sentenceEnd.Split(text, -1)
	return sentences[len(sentences)-1]
}

var sentenceEnd = regexp.MustCompile(`[.?!] `)

// hostName is a value of a sentence that looks like one.
func hostName(given map[string]any) string {
	for _, label := range sortedKeys(given) {
		if name, _ := given[label].(string); hostText.MatchString(name) {
			return name
		}
	}
	return ""
}

var hostText = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)

// platformIn is the platform that a sentence names.
func platformIn(said []string) string {
	for i, w := range said {
		switch {
		case w == "upsun", w == "sh" && i > 0 && said[i-1] == "platform":
			return "platformsh"
		case w == "acquia":
			return w
		case w == "virtuozzo", w == "jelastic":
			return "virtuozzo"
		}
	}
	return ""
}

// asks says whether a sentence wants to know something, in contrast to an order.
func asks(sentence string) bool {
	if strings.HasSuffix(strings.TrimSpace(sentence), "?") {
		return true
	}
	// "On Upsun, show …": the verb follows the place.
	if place, rest, ok := strings.Cut(sentence, ", "); ok && platformIn(words(place)) != "" {
		sentence = rest
	}
	said := words(sentence)
	return slices.Contains([]string{"show", "list", "find", "look", "check", "see", "read"}, said[0]) || len(said) > 1 && said[1] == "me"
}
