package approval

import (
	"slices"

	"paasmcp/internal/legible"
)

// Shown is the whole text in a form that a page or a terminal can show beside its own words, see [Card.Text].
func Shown(text string) string { return legible.Folded(text) }

// Shown is the card with every text of it as [Card.Text] would write it, for whoever lays it out in another way.
func (c Card) Shown() Card {
	c.Account, c.Tool = Shown(c.Account), Shown(c.Tool)
	c.Summary, c.About, c.Request = Shown(c.Summary), Shown(c.About), Shown(c.Request)
	c.Cost, c.Reason = Shown(c.Cost), Shown(c.Reason)
	c.Target, c.Along, c.Sent = shownDetails(c.Target), shownDetails(c.Along), shownDetails(c.Sent)
	c.Changes = slices.Clone(c.Changes)
	for i, change := range c.Changes {
		c.Changes[i] = Change{Field: Shown(change.Field), Old: Shown(change.Old), New: Shown(change.New)}
	}
	c.Doubts = slices.Clone(c.Doubts)
	for i, doubt := range c.Doubts {
		c.Doubts[i] = Shown(doubt)
	}
	c.First = slices.Clone(c.First)
	for i := range c.First {
		c.First[i].Request = Shown(c.First[i].Request)
	}
	return c
}

func shownDetails(list []Detail) []Detail {
	list = slices.Clone(list)
	for i, d := range list {
		list[i] = Detail{Name: Shown(d.Name), Value: Shown(d.Value)}
	}
	return list
}
