package approval

import (
	"encoding/json"
	"fmt"
	"strings"

	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// Card is what a person reads before they decide. Texts may come straight from a platform or a model: [Card.Text]
// shows them as inert data.
type Card struct {
	Account     string
	Platform    schemas.Platform
	Tool        string
	Summary     string // what the operation does, in one sentence
	About       string // what else one must know of it
	Request     string // the exact request on one line, secrets masked
	Environment policy.Environment
	Target      []Detail // what will be hit, as far as it could be looked up
	Along       []Detail // what goes with it: children, databases, domains, members
	Changes     []Change // old → new
	Cost        string   // what the platform estimates; empty where it estimates nothing
	Doubts      []string // what could not be looked up
	First       []Step   // the backup that can be taken first
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

// Limits of what a card shows, in characters and lines. A card that does not fit on a screen is not read.
const (
	maxValue   = 200
	maxAbout   = 600
	maxRequest = 1000
	maxDetails = 20
)

// Text renders the card as plain text. Each line begins with words of this program: every value stays on its line, with
// everything invisible, reordering or line-breaking in it spelled out, so no value can look like a line of the card.
func (c Card) Text() string {
	var b strings.Builder
	b.WriteString("Please confirm: " + inert(c.Summary, maxValue) + "\n")
	if c.About != "" {
		b.WriteString(inert(c.About, maxAbout) + "\n")
	}
	b.WriteString("\n")
	line(&b, "Account", fmt.Sprintf("%s (%s)", c.Account, c.Platform), maxValue)
	line(&b, "Tool", c.Tool, maxValue)
	line(&b, "Request", c.Request, maxRequest)
	if c.Environment == policy.Production {
		b.WriteString("\nThis is PRODUCTION.\n")
	}
	section(&b, "What will be hit", c.Target, Detail.line)
	section(&b, "What goes with it", c.Along, Detail.line)
	section(&b, "What changes", c.Changes, Change.line)
	if c.Cost != "" {
		b.WriteString("\n")
		line(&b, "Cost", c.Cost, maxValue)
	}
	section(&b, "What could not be looked up", c.Doubts, func(doubt string) string { return inert(doubt, maxValue) })
	b.WriteString("\nWhat can happen:\n")
	for _, words := range c.RiskWords() {
		b.WriteString("- " + words + "\n")
	}
	b.WriteString("\n" + inert(c.Reason, maxValue*2) + "\n")
	if len(c.First) > 0 {
		b.WriteString("A backup can be taken first:\n")
		for _, step := range c.First {
			b.WriteString("- " + inert(step.Request, maxValue) + "\n")
		}
	}
	if c.Level == policy.Typed {
		b.WriteString("To go ahead, type exactly: " + inert(c.Expect, maxValue))
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

func line(b *strings.Builder, name, value string, limit int) {
	fmt.Fprintf(b, "%s: %s\n", name, inert(value, limit))
}

// section writes a list under a heading, and nothing when the list is empty.
func section[T any](b *strings.Builder, heading string, list []T, text func(T) string) {
	if len(list) == 0 {
		return
	}
	b.WriteString("\n" + heading + ":\n")
	for _, item := range list[:min(len(list), maxDetails)] {
		b.WriteString("- " + text(item) + "\n")
	}
	if more := len(list) - maxDetails; more > 0 {
		fmt.Fprintf(b, "- and %d more that are not shown\n", more)
	}
}

func (d Detail) line() string { return inert(d.Name, maxValue/4) + ": " + inert(d.Value, maxValue) }

func (c Change) line() string {
	show := func(value string) string {
		if value == "" {
			return "(nothing)"
		}
		return inert(value, maxValue/2)
	}
	return inert(c.Field, maxValue/4) + ": " + show(c.Old) + " → " + show(c.New)
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
	return "unknown risk: " + inert(string(r), maxValue/4)
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
