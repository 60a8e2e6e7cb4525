package apiclient

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"

	"paasmcp/internal/lazy"
	"paasmcp/internal/legible"
)

// The longest texts of a platform that an error repeats, in characters: about one field, and all that is said about the whole.
const (
	maxText    = 300
	maxMessage = 1_000
)

// secretPatterns find credentials by their form, for texts that echo what somebody sent. Names followed by a colon in
// plain prose ("password: too short") are left alone: they are the messages that help.
var secretPatterns = []struct {
	find *lazy.Regexp
	put  string
}{
	{lazy.MustCompile(`(?s)-----BEGIN [A-Z ]+-----.*?(-----END [A-Z ]+-----|$)`), redacted},
	{lazy.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}`), "$1 " + redacted},
	{lazy.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`), redacted},
	{lazy.MustCompile(`(?i)((?:api_?|access_?|refresh_?)?token|client_?secret|secret|password|passwd|session|api_?key)("\s*:\s*"|=)[^\s"'&,;]+`), "$1$2" + redacted},
	{lazy.MustCompile(`://[^/\s:@]+:[^/\s@]+@`), "://" + redacted + "@"},
}

// scrubber takes secrets out of text that comes from outside.
type scrubber struct{ own *strings.Replacer }

func newScrubber(a Account) scrubber {
	var list []string
	for _, s := range []Secret{a.Token, a.Secret, a.Password} {
		list = append(list, spellings(s.Reveal())...)
	}
	return scrubber{strings.NewReplacer(list...)}
}

// spellings pairs a secret, as it is and as it stands in forms, addresses and JSON texts, with its replacement. Very short values
// are left out: replacing them would only shred the text and show what they are.
func spellings(secret string) []string {
	if len(secret) < 4 {
		return nil
	}
	list := []string{secret, redacted, strings.TrimSpace(legible.Line(secret)), redacted, escape(secret), redacted, url.QueryEscape(secret), redacted}
	if quoted, err := json.Marshal(secret); err == nil {
		list = append(list, string(quoted[1:len(quoted)-1]), redacted)
	}
	return list
}

// text makes one line of at most maxText characters, without secrets and without characters that hide or reorder
// what a reader sees.
func (s scrubber) text(raw string, more ...string) string {
	return clip(strings.Join(strings.Fields(s.line(raw, more...)), " "), maxText)
}

// line scrubs without shortening. The secrets in more, for example the current access token, are taken out as well.
func (s scrubber) line(raw string, more ...string) string {
	out := s.own.Replace(legible.Line(raw))
	for _, secret := range more {
		out = strings.NewReplacer(spellings(secret)...).Replace(out)
	}
	for _, p := range secretPatterns {
		out = p.find.ReplaceAllString(out, p.put)
	}
	return out
}

// scrubError cleans every text of an error that a platform or a network library had a hand in.
func (c *Client) scrubError(e *Error, secrets ...string) {
	e.Message = clip(strings.Join(strings.Fields(c.scrub.line(e.Message, secrets...)), " "), maxMessage)
	e.Code = clip(c.scrub.text(e.Code, secrets...), 60)
	fields := make(map[string][]string, len(e.Fields))
	for field, messages := range e.Fields {
		clean := make([]string, len(messages))
		for i, message := range messages {
			clean[i] = c.scrub.text(message, secrets...)
		}
		fields[clip(c.scrub.text(field, secrets...), 60)] = clean
	}
	if e.Fields != nil {
		e.Fields = fields
	}
}

// clip shortens to n characters.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
