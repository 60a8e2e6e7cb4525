package console

import (
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// requestsHTML lists what waits and what was settled. Each part is exchanged when its calls or their states change.
func requestsHTML(p requestsPage) g.Node {
	var waiting, settled strings.Builder
	for _, r := range p.Waiting {
		waiting.WriteString(r.ID)
	}
	for _, r := range p.Settled {
		settled.WriteString(r.ID + string(r.State))
	}
	return g.Group{
		h.H1(g.Text("Requests")),
		h.Section(h.ID("waiting"), h.Data("live", waiting.String()), h.Aria("live", "polite"), h.Aria("label", "Waiting"),
			h.H2(g.Text("Waiting"), g.If(len(p.Waiting) > 0, g.Group{g.Text(" "), h.Span(h.Class("muted"), g.Text(strconv.Itoa(len(p.Waiting))))})),
			g.If(len(p.Waiting) > 0, h.Ul(h.Class("items"), g.Map(p.Waiting, itemHTML))),
			g.If(len(p.Waiting) == 0, empty(g.Text("Nothing waits. A call that needs your yes appears here by itself."))),
		),
		h.Section(h.ID("settled"), h.Data("live", settled.String()), h.Aria("label", "Settled"), g.If(len(p.Settled) > 0, g.Group{
			h.H2(g.Text("Settled")),
			h.Ul(h.Class("items settled"), g.Map(p.Settled, itemHTML)),
		})),
	}
}

func itemHTML(r row) g.Node {
	who := h.Span(g.Text(r.Request.Principal), after(" through ", r.Client))
	facts := g.Group{state(r.Ticket), g.If(r.By.Name != "", h.Span(g.Text(r.By.Name))), who, at(r.Asked, when)}
	if r.Open() {
		facts = g.Group{risks(r.Card.Risk), who, until(r.Expires)}
	}
	return h.Li(h.Class("item "+r.Weight),
		h.A(h.Class("subject"), h.ID("r-"+r.ID), h.Href("/requests/"+r.ID), g.Text(r.Card.Summary)),
		h.P(h.Class("facts"), g.If(r.Production, h.Strong(h.Class("production"), g.Text("Production"))),
			h.Span(g.Text(r.Card.Account)), code(r.Card.Tool)),
		h.P(h.Class("facts"), facts),
	)
}
