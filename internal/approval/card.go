package approval

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"paasmcp/internal/legible"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// Card is what a person reads before they decide. Texts may come straight from a platform or a model: [Card.Text]
// shows them as inert data.
type Card struct {
	Account     string
	Platform    schemas.Platform
	Tool        string
	Summary     string   // what the operation does, in one sentence
	About       string   // what else one must know of it
	Request     string   // the exact request on one line, secrets masked
	Sent        []Detail // what the request carries, value by value, for where the request is too long to be shown whole; secrets masked
	Environment policy.Environment
	Target      []Detail // what will be hit, as far as it could be looked up
	Along       []Detail // what goes with it: children, databases, domains, members
	Changes     []Change // old → new
	Cost        string   // what the platform estimates; empty where it estimates nothing
	Doubts      []string // what could not be looked up
	First       []Step   // the backup that can be taken first
	BackedUp    string   // how long ago the last backup was finished, where that is so short that another one is not proposed
	Risk        []schemas.Risk
	Reason      string // why a person is asked
	Level       policy.Level
	Expect      string // the text to type at level typed
}

// Detail is one line about the target, for example {"environment", "main (production)"}.
type Detail struct{ Name, Value string }

// Change is one field of the target before and after. A value that is not there is empty.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// Step is a call that is sent before the one on the card, if the person wants it.
type Step struct {
	Binding Binding
	Request string // on one line, secrets masked
}

// Limits of what a dialog shows, in characters and lines: clients draw it in a small box, and what does not fit on a screen is not read.
const (
	maxValue   = 300
	maxRequest = 1200
	maxSent    = 8000 // bytes of all values of a request that is longer
	maxDetails = 40
)

// Limits of what the console and the terminal show of the platform's own texts. What is sent is shown whole.
const (
	maxPlatform = 4000
	maxList     = 500
)

// Text renders the whole card as plain text. Each line begins with words of this program: every value stays on its line, with
// everything invisible, reordering or line-breaking in it spelled out and padding counted, so no value can look like a line of the
// card or push another one out of sight.
func (c Card) Text() string {
	text, _ := c.render(form{platform: maxPlatform, list: maxList})
	return text
}

// Dialog is the text for a client's dialog: of long values the head and the tail, and how much lies between. all reports that it shows
// all that is approved, which is the request; what the platform says about the target may be longer.
func (c Card) Dialog() (text string, all bool) {
	return c.render(form{request: maxRequest, value: maxValue, platform: maxValue, list: maxDetails})
}

// form is how much of a card is shown, in characters and lines; 0 is all.
type form struct{ request, value, platform, list int }

// sheet is a card that is being written.
type sheet struct {
	form
	strings.Builder
	cut bool // something was left out
}

// short is a text of others, at most limit characters of it.
func (s *sheet) short(text string, limit int) string {
	if limit == 0 {
		return legible.Folded(text)
	}
	if strings.Contains(text, certificateBegin) {
		if text := certified(text); utf8.RuneCountInString(text) <= limit {
			return text
		}
	}
	short, all := legible.FoldedTo(text, limit)
	s.cut = s.cut || !all
	return short
}

func (s *sheet) line(name, value string, limit int) {
	fmt.Fprintf(s, "%s: %s\n", name, s.short(value, limit))
}

func (s *sheet) sent(d Detail) string {
	return s.short(d.Name, s.value/2) + ": " + s.short(d.Value, s.value)
}

func (s *sheet) detail(d Detail) string {
	return s.short(d.Name, s.platform/2) + ": " + s.short(d.Value, s.platform)
}

func (s *sheet) change(c Change) string {
	show := func(value string, limit int) string {
		if value == "" {
			return "(nothing)"
		}
		return s.short(value, limit)
	}
	return s.short(c.Field, s.value/2) + ": " + show(c.Old, s.platform) + " → " + show(c.New, s.value)
}

// section writes a list under a heading, and nothing when the list is empty.
func section[T any](s *sheet, heading string, list []T, text func(T) string) {
	if len(list) == 0 {
		return
	}
	s.WriteString("\n" + heading + ":\n")
	shown := list[:min(len(list), s.list)]
	for _, item := range shown {
		s.WriteString("- " + text(item) + "\n")
	}
	if more := len(list) - len(shown); more > 0 {
		s.cut = true
		fmt.Fprintf(s, "- and %d more that are not shown\n", more)
	}
}

// request writes the exact request or, where that is too long, its values one by one, and reports whether all of it is there.
func (s *sheet) request(c Card) (all bool) {
	if _, all := legible.FoldedTo(c.Request, max(s.form.request, 1)); s.form.request == 0 || all || len(c.Sent) == 0 {
		s.line("Request", c.Request, s.form.request)
		return s.form.request == 0 || all
	}
	call, _, _ := strings.Cut(c.Request, " {")
	s.line("Request", call, maxValue)
	s.cut = false
	before := s.Len()
	section(s, "What is sent", c.Sent, s.sent)
	return !s.cut && s.Len()-before <= maxSent
}

func (c Card) render(f form) (text string, all bool) {
	s := &sheet{form: f}
	s.WriteString("Please confirm: " + s.short(c.Summary, f.platform) + "\n")
	if c.About != "" {
		s.WriteString(s.short(c.About, 4*f.platform) + "\n")
	}
	s.WriteString("\n")
	s.line("Account", fmt.Sprintf("%s (%s)", c.Account, c.Platform), maxValue)
	s.line("Tool", c.Tool, maxValue)
	all = s.request(c)
	if c.Environment == policy.Production {
		s.WriteString("\nThis is PRODUCTION.\n")
	}
	section(s, "What will be hit", c.Target, s.detail)
	section(s, "What goes with it", c.Along, s.detail)
	section(s, "What changes", c.Changes, s.change)
	if c.Cost != "" {
		s.WriteString("\n")
		s.line("Cost", c.Cost, f.platform)
	}
	section(s, "What could not be looked up", c.Doubts, func(doubt string) string { return s.short(doubt, f.platform) })
	s.WriteString("\nWhat can happen:\n")
	for _, words := range c.RiskWords() {
		s.WriteString("- " + words + "\n")
	}
	s.WriteString("\n" + s.short(c.Reason, 4*f.platform) + "\n")
	if len(c.First) > 0 {
		s.WriteString("A backup can be taken first" + c.lastBackup() + ":\n")
		for _, step := range c.First {
			s.WriteString("- " + s.short(step.Request, f.request) + "\n")
		}
	}
	if c.Level == policy.Typed {
		s.WriteString("To go ahead, type exactly: " + s.short(c.Expect, maxValue))
	} else {
		s.WriteString("To go ahead, approve. Otherwise nothing is sent.")
	}
	return s.String(), all
}

// size is about how many bytes the card takes.
func (c Card) size() int {
	text, err := json.Marshal(c)
	if err != nil { // of strings and lists of them
		return maxCardsPerCaller
	}
	return len(text)
}

// lastBackup says why the backup is not asked for by itself.
func (c Card) lastBackup() string {
	if c.BackedUp == "" {
		return ""
	}
	return " (the last one is from " + c.BackedUp + ", so it is not ticked)"
}

// RiskWords are the sentences about what can happen, worst first.
func (c Card) RiskWords() []string {
	var list []string
	for _, r := range worstFirst(c.Risk) {
		// That something changes goes without saying where something worse is said.
		if r != schemas.Write || len(c.Risk) == 1 {
			list = append(list, words(r))
		}
	}
	return list
}

// worstFirst orders the classes for reading. A class of nobody's making stands first: it is the most alarming of all.
func worstFirst(have []schemas.Risk) []schemas.Risk {
	var known, unknown []schemas.Risk
	all := schemas.Risks()
	for i := len(all) - 1; i >= 0; i-- {
		for _, r := range have {
			if r == all[i] {
				known = append(known, r)
				break
			}
		}
	}
	for _, r := range have {
		if riskWords[r] == "" {
			unknown = append(unknown, r)
		}
	}
	return append(unknown, known...)
}

func words(r schemas.Risk) string {
	if w := riskWords[r]; w != "" {
		return w
	}
	return "unknown risk: " + Shown(string(r))
}

var riskWords = map[schemas.Risk]string{
	schemas.Read:           "Something is read; nothing changes.",
	schemas.Write:          "Something is changed.",
	schemas.AcceptsSecrets: "A password, key, token or variable value is sent to the platform.",
	schemas.RevealsSecrets: "The answer can contain passwords, keys, tokens or variable values.",
	schemas.CostsMoney:     "The bill can rise, or a paid slot can be used up.",
	schemas.GrantsAccess:   "A person, key, team or outside service gets new rights.",
	schemas.Destructive:    "Data can be lost, service can be interrupted, people can lose access, or a protection becomes weaker.",
	schemas.Irreversible:   "It cannot be undone: no call to the platform brings the former state back.",
}
