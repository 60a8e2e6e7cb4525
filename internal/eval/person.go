package main

import (
	"fmt"
	"slices"
	"strings"
)

// Person answers the gate's questions. They know what they said and read the card: they go ahead only when the card names
// something that they named, and when it says that there is no way back only if they meant that.
type Person struct {
	Declines bool
	names    []string // what they have named so far
	final    bool
}

// Says lets the person remember a sentence of theirs.
func (p *Person) Says(step Step) {
	p.final = step.Final
	for _, value := range step.Given {
		p.names = append(p.names, leaves(value)...)
	}
}

// notWanted is what a person says who does not want the thing at all; their other remarks are about what the card shows.
const notWanted = "No: I do not want that."

// IsTold adds names that the assistant found out for them, in answer to a question of theirs.
func (p *Person) IsTold(names ...string) { p.names = append(p.names, names...) }

// form is the schema of the gate's form.
type form struct {
	Properties map[string]struct {
		Type, Title, Description string
		Default                  any
	}
	Required []string
}

// Reply is an answer as a client sends it, and in words.
type Reply struct {
	Response map[string]any
	Said     string
}

// Answer fills the form in, or declines. The name to type is taken from the form's own text, as a reader would.
func (p *Person) Answer(card string, asked form) Reply {
	no := func(why string) Reply { return Reply{map[string]any{"action": "decline"}, "No: " + why} }
	if p.Declines {
		return Reply{map[string]any{"action": "decline"}, notWanted}
	}
	lower := strings.ToLower(card)
	if !slices.ContainsFunc(p.names, func(name string) bool { return strings.Contains(lower, strings.ToLower(name)) }) {
		return no("The card names nothing that I named.")
	}
	if !p.final && strings.Contains(lower, "cannot be undone") {
		return no("I did not ask for anything that cannot be undone.")
	}
	content, said, proposed := map[string]any{}, "Yes.", ""
	for field, f := range asked.Properties {
		switch {
		case f.Type == "string":
			name, _ := strings.CutPrefix(f.Description, "Type ")
			name, _, _ = strings.Cut(name, " to go ahead")
			content[field], said = name, fmt.Sprintf("Types %q.", name)
		case slices.Contains(asked.Required, field):
			content[field] = true
		case f.Default != nil: // what the form proposes, such as a backup first
			content[field], proposed = f.Default, fmt.Sprintf(" Leaves “%s” as proposed.", f.Title)
		}
	}
	if len(content) > 0 {
		return Reply{map[string]any{"action": "accept", "content": content}, said + proposed}
	}
	return no("There is nothing to answer with.")
}
