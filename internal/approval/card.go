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
	maxSent    = 4000 // of all values of a request that is longer
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
func (c Card) Text() string { return c.render(whole) }

// Dialog is the text for a client's dialog: of long values the head and the tail, and how much lies between.
func (c Card) Dialog() string { return c.render(dialog) }

// FitsDialog reports whether a dialog shows all that is approved: the request, and the lists of what is hit and what changes.
func (c Card) FitsDialog() bool {
	return max(len(c.Target), len(c.Along), len(c.Changes), len(c.First)) <= maxDetails && (c.requestFits() || c.sentFits())
}

func (c Card) requestFits() bool { return fits(c.Request, maxRequest) }

// sentFits reports whether every value of the request fits.
func (c Card) sentFits() bool {
	room := maxSent
	for _, d := range c.Sent {
		room -= utf8.RuneCountInString(dialog.sent(d))
		if room < 0 || !fits(d.Name, maxValue/2) || !fits(d.Value, maxValue) {
			return false
		}
	}
	return len(c.Sent) > 0 && len(c.Sent) <= maxDetails
}

func fits(text string, limit int) bool {
	_, all := legible.FoldedTo(text, limit)
	return all
}

// form is how much of a card is shown, in characters and lines.
type form struct {
	request  int // of the request; 0 is all
	value    int // of one value that is sent; 0 is all
	platform int // of a text of the platform
	list     int // lines of a list
}

var (
	whole  = form{platform: maxPlatform, list: maxList}
	dialog = form{request: maxRequest, value: maxValue, platform: maxValue, list: maxDetails}
)

// cut is a text of others, at most limit characters of it; all of it when that is 0.
func cut(text string, limit int) string {
	if limit == 0 {
		return legible.Folded(text)
	}
	short, _ := legible.FoldedTo(text, limit)
	return short
}

func (f form) sent(d Detail) string { return cut(d.Name, f.value/2) + ": " + cut(d.Value, f.value) }

func (f form) detail(d Detail) string {
	return cut(d.Name, f.platform/2) + ": " + cut(d.Value, f.platform)
}

func (f form) change(c Change) string {
	show := func(value string, limit int) string {
		if value == "" {
			return "(nothing)"
		}
		return cut(value, limit)
	}
	return cut(c.Field, f.value/2) + ": " + show(c.Old, f.platform) + " → " + show(c.New, f.value)
}

func (c Card) render(f form) string {
	var b strings.Builder
	line := func(name, value string, limit int) { fmt.Fprintf(&b, "%s: %s\n", name, cut(value, limit)) }
	b.WriteString("Please confirm: " + cut(c.Summary, maxValue) + "\n")
	if c.About != "" {
		b.WriteString(cut(c.About, 2*maxValue) + "\n")
	}
	b.WriteString("\n")
	line("Account", fmt.Sprintf("%s (%s)", c.Account, c.Platform), maxValue)
	line("Tool", c.Tool, maxValue)
	if f.request == 0 || c.requestFits() || len(c.Sent) == 0 {
		line("Request", c.Request, f.request)
	} else {
		call, _, _ := strings.Cut(c.Request, " {")
		line("Request", call, maxValue)
		section(f, &b, "What is sent", c.Sent, f.sent)
	}
	if c.Environment == policy.Production {
		b.WriteString("\nThis is PRODUCTION.\n")
	}
	section(f, &b, "What will be hit", c.Target, f.detail)
	section(f, &b, "What goes with it", c.Along, f.detail)
	section(f, &b, "What changes", c.Changes, f.change)
	if c.Cost != "" {
		b.WriteString("\n")
		line("Cost", c.Cost, maxValue)
	}
	section(f, &b, "What could not be looked up", c.Doubts, func(doubt string) string { return cut(doubt, f.platform) })
	b.WriteString("\nWhat can happen:\n")
	for _, words := range c.RiskWords() {
		b.WriteString("- " + words + "\n")
	}
	b.WriteString("\n" + cut(c.Reason, maxValue*2) + "\n")
	if len(c.First) > 0 {
		b.WriteString("A backup can be taken first" + c.lastBackup() + ":\n")
		for _, step := range c.First {
			b.WriteString("- " + cut(step.Request, f.request) + "\n")
		}
	}
	if c.Level == policy.Typed {
		b.WriteString("To go ahead, type exactly: " + cut(c.Expect, maxValue))
	} else {
		b.WriteString("To go ahead, approve. Otherwise nothing is sent.")
	}
	return b.String()
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

// section writes a list under a heading, and nothing when the list is empty.
func section[T any](f form, b *strings.Builder, heading string, list []T, text func(T) string) {
	if len(list) == 0 {
		return
	}
	b.WriteString("\n" + heading + ":\n")
	shown := list[:min(len(list), f.list)]
	for _, item := range shown {
		b.WriteString("- " + text(item) + "\n")
	}
	if more := len(list) - len(shown); more > 0 {
		fmt.Fprintf(b, "- and %d more that are not shown\n", more)
	}
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
