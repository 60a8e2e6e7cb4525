package apiclient

import (
	"strings"
	"unicode/utf8"

	"paasmcp/internal/legible"
	"paasmcp/internal/secrets"
)

// The longest texts of a platform that an error repeats, in characters: about one field, and all that is said about the whole.
const (
	maxText    = 300
	maxMessage = 1_000
)

// text makes one line of at most maxText characters, without secrets and without characters that hide or reorder
// what a reader sees. The secrets in more, such as those of the request, are taken out as well.
func (c *Client) text(raw string, more ...string) string {
	return clip(strings.Join(strings.Fields(c.line(raw, more...)), " "), maxText)
}

// line cleans without shortening.
func (c *Client) line(raw string, more ...string) string {
	out := c.known.Mask(legible.Line(raw))
	if len(more) > 0 {
		sent := new(secrets.Known)
		sent.Add(more...)
		out = sent.Mask(out)
	}
	return secrets.MaskText(out)
}

// scrubError cleans every text of an error that a platform or a network library had a hand in.
func (c *Client) scrubError(e *Error, sent ...string) {
	e.Message = clip(strings.Join(strings.Fields(c.line(e.Message, sent...)), " "), maxMessage)
	e.Code = clip(c.text(e.Code, sent...), 60)
	fields := make(map[string][]string, len(e.Fields))
	for field, messages := range e.Fields {
		clean := make([]string, len(messages))
		for i, message := range messages {
			clean[i] = c.text(message, sent...)
		}
		fields[clip(c.text(field, sent...), 60)] = clean
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
