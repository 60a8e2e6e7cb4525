package finder

import "strings"

// apart are words that the rules would throw together with others: an operation is no operating system, a state no statistic.
var apart = map[string]string{"operation": "operation", "operations": "operation", "state": "state", "states": "state"}

// stemOf cuts an English word down to what its forms share: deploys, deployed, deploying and deployment are deploy.
// It follows Porter (An algorithm for suffix stripping, 1980) in the endings that this field uses, and leaves alone those
// that name things: a balancer is no balance, and an activity is not active. It only looks at the last letters, which makes
// it fast enough for the whole catalogue on first use.
func stemOf(word string) string {
	if len(word) < 3 {
		return word
	}
	if s, ok := apart[word]; ok {
		return s
	}
	w := ending(singular(word))
	switch {
	case strings.HasSuffix(w, "ation") && len(w) >= 9:
		w = strings.TrimSuffix(w, "ation")
	case strings.HasSuffix(w, "ate") && len(w) >= 7:
		w = strings.TrimSuffix(w, "ate")
	case (strings.HasSuffix(w, "tion") || strings.HasSuffix(w, "sion")) && len(w) >= 8:
		w = strings.TrimSuffix(w, "ion")
	case strings.HasSuffix(w, "ment") && len(w) >= 9:
		w = strings.TrimSuffix(w, "ment")
	}
	switch last := len(w) - 1; {
	case w[last] == 'e' && len(w) >= 5:
		w = w[:last]
	case w[last] == 'y' && len(w) >= 3 && !vowel(w[last-1]):
		w = w[:last] + "i"
	}
	return w
}

func vowel(c byte) bool { return strings.IndexByte("aeiouy", c) >= 0 }

func hasVowel(w string) bool { return strings.ContainsAny(w, "aeiouy") }

func singular(w string) string {
	last := len(w) - 1
	switch {
	case w[last] != 's' || strings.HasSuffix(w, "ss") || strings.HasSuffix(w, "us") || strings.HasSuffix(w, "is"):
		return w
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:last-2] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "shes"):
		return w[:last-1]
	case hasVowel(w[:last-1]): // not gas, dns
		return w[:last]
	}
	return w
}

// ending takes -ing and -ed away and repairs what is left: running is run, moving is move, migrating is migrate.
func ending(w string) string {
	s, ok := strings.CutSuffix(w, "ing")
	if !ok {
		if s, ok = strings.CutSuffix(w, "ed"); ok && strings.HasSuffix(s, "e") {
			return w // need, feed
		}
	}
	if !ok || !hasVowel(s) {
		return w
	}
	last := len(s) - 1
	switch {
	case last >= 3 && s[last] == s[last-1] && strings.IndexByte("bdfgmnprt", s[last]) >= 0:
		return s[:last]
	case len(s) <= 3 && last >= 1 && !vowel(s[last]) && vowel(s[last-1]), strings.HasSuffix(s, "at"):
		return s + "e"
	}
	return s
}
