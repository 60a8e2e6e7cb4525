package console

import (
	"fmt"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"paasmcp/tools"
)

func catalogueHTML(p cataloguePage) g.Node {
	return g.Group{
		h.H1(g.Text("Catalogue")),
		h.Form(h.Class("filters"), h.Role("search"),
			h.P(h.Class("field wide"), h.Label(h.For("q"), g.Text("What do you need?")),
				h.Input(h.ID("q"), h.Name("q"), h.Type("search"), h.Value(p.Query), h.Placeholder("restore last night's backup"),
					g.If(p.Query == "", h.AutoFocus()))),
			field("platform", "Platform", choice("platform", "all", p.Platforms, p.Platform)),
			h.P(h.Class("buttons"), h.Button(g.Text("Search"))),
		),
		alert(p.Problem),
		foundHTML(p),
	}
}

func foundHTML(p cataloguePage) g.Node {
	switch {
	case len(p.Found) > 0:
		return h.Ul(h.Class("items"), g.Map(p.Found, func(d tools.Description) g.Node {
			return h.Li(h.Class("item "+weight(d.Risk, false)),
				h.P(h.Class("subject"), g.Text(d.Summary)),
				h.P(h.Class("facts"), code(d.Tool), risks(d.Risk)),
				h.P(h.Class("call"), code(d.Call)),
				h.P(h.Class("gate"), g.Text(d.Gate)),
			)
		}))
	case p.Query != "":
		return empty(g.Text("Nothing fits these words. Name the resource and what to do with it."))
	}
	return empty(g.Text(fmt.Sprintf(
		"%d operations can be called here. Search in plain words to see what they are, what they risk, and what the gate does with them.", p.Total)))
}
