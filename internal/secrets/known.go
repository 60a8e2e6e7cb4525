package secrets

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// knownFrom is the shortest value, in bytes, that is looked for by itself. Shorter ones occur in other words, and hiding
// those would shred a text and show what the value is.
const knownFrom = 6

// Values lists the secrets in v that its paths and names tell: every text that [Masker.Mask] hides as a whole, longest
// first. Those shorter than 6 bytes are left out.
func (m *Masker) Values(v any) []string {
	var list []string
	hidden(v, m.Mask(v), &list)
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(list)
}

// hidden collects what is a mask in one value and is none in the other. Masking keeps the structure of a value.
func hidden(v, masked any, list *[]string) {
	switch v := v.(type) {
	case map[string]any:
		m, _ := masked.(map[string]any)
		for key, child := range v {
			hidden(child, m[key], list)
		}
	case []any:
		m, _ := masked.([]any)
		for i := range min(len(v), len(m)) {
			hidden(v[i], m[i], list)
		}
	case string:
		add(v, masked, list)
	case json.Number:
		add(v.String(), masked, list)
	}
}

func add(text string, masked any, list *[]string) {
	if m, ok := masked.(string); ok && m != text && isMask(m) && len(text) >= knownFrom {
		*list = append(*list, text)
	}
}

// Knowing gives a masker that also hides these values wherever a text has them. It is for what a platform says about a
// request: it may repeat what it got, in fields where nobody expects a secret.
func (m *Masker) Knowing(values []string) *Masker {
	if len(values) == 0 {
		return m
	}
	return &Masker{paths: m.paths, known: replacer(values)}
}

// MaskText is the function of that name, which also hides what the masker knows.
func (m *Masker) MaskText(s string) string {
	if m.known != nil {
		s = m.known.Replace(s)
	}
	return MaskText(s)
}

// MaskLines is the function of that name, which also hides what the masker knows.
func (m *Masker) MaskLines(s string) string {
	if m.known != nil {
		s = m.known.Replace(s)
	}
	return maskText(s, true)
}

// replacer hides values as they are and as they stand in URLs, forms and JSON texts.
func replacer(values []string) *strings.Replacer {
	var pairs []string
	for _, value := range values {
		spellings := []string{value, strings.TrimSpace(value), url.QueryEscape(value), url.PathEscape(value)}
		if quoted, err := json.Marshal(value); err == nil {
			spellings = append(spellings, string(quoted[1:len(quoted)-1]))
		}
		for i, s := range spellings {
			if !slices.Contains(spellings[:i], s) {
				pairs = append(pairs, s, mask(value))
			}
		}
	}
	return strings.NewReplacer(pairs...)
}
