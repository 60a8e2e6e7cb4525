package approval

import (
	"fmt"
	"strings"

	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// Card is what a person reads before they decide. Texts may come straight from a platform or a model: [Card.Text]
// shows them as inert data.
type Card struct {
	Account  string
	Platform schemas.Platform
	Tool     string
	Summary  string   // what the operation does, in one sentence
	About    string   // what else one must know of it
	Request  string   // the exact request on one line, secrets masked
	Target   []Detail // what will be hit, as far as it could be looked up
	Risk     []schemas.Risk
	Reason   string // why a person is asked
	Level    policy.Level
	Expect   string // the text to type at level typed
}

// Detail is one line about the target, for example {"environment", "main (production)"}.
type Detail struct{ Name, Value string }

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
	line := func(name, value string, limit int) {
		fmt.Fprintf(&b, "%s: %s\n", name, inert(value, limit))
	}
	b.WriteString("Please confirm: " + inert(c.Summary, maxValue) + "\n")
	if c.About != "" {
		b.WriteString(inert(c.About, maxAbout) + "\n")
	}
	b.WriteString("\n")
	line("Account", fmt.Sprintf("%s (%s)", c.Account, c.Platform), maxValue)
	line("Tool", c.Tool, maxValue)
	line("Request", c.Request, maxRequest)
	if len(c.Target) > 0 {
		b.WriteString("\nWhat will be hit:\n")
		for _, d := range c.Target[:min(len(c.Target), maxDetails)] {
			line("- "+inert(d.Name, maxValue/4), d.Value, maxValue)
		}
		if more := len(c.Target) - maxDetails; more > 0 {
			fmt.Fprintf(&b, "- and %d more that are not shown\n", more)
		}
	}
	b.WriteString("\nWhat can happen:\n")
	for _, r := range worstFirst(c.Risk) {
		// That something changes goes without saying where something worse is said.
		if r != schemas.Write || len(c.Risk) == 1 {
			b.WriteString("- " + words(r) + "\n")
		}
	}
	b.WriteString("\n" + inert(c.Reason, maxValue*2) + "\n")
	if c.Level == policy.Typed {
		b.WriteString("To go ahead, type exactly: " + inert(c.Expect, maxValue))
	} else {
		b.WriteString("To go ahead, approve. Otherwise nothing is sent.")
	}
	return b.String()
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
