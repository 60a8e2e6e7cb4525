package console

import (
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"paasmcp/internal/approval"
)

func auditHTML(p auditPage) g.Node {
	title := h.H1(g.Text("Audit"))
	if p.File == "" {
		return g.Group{title, empty(g.Text("This server keeps no audit trail. Start it with "), code("--audit FILE"), g.Text(" to have one."))}
	}
	return g.Group{
		title,
		h.Form(h.Class("filters"), h.Role("search"),
			field("tool", "Tool", h.Input(h.ID("tool"), h.Name("tool"), h.Value(p.Filter.Tool), h.Placeholder("platformsh_*_delete"),
				verbatim())),
			field("account", "Account", h.Input(h.ID("account"), h.Name("account"), h.Value(p.Filter.Account),
				verbatim())),
			field("outcome", "Outcome", choice("outcome", "any", p.Outcomes, p.Filter.Outcome)),
			h.P(h.Class("buttons"), h.Button(g.Text("Show"))),
		),
		alert(p.Problem),
		g.If(p.Untrusted > 0, h.P(h.Class("problem"),
			g.Text(strconv.Itoa(p.Untrusted)+" lines cannot be trusted and are left out. Check the file: "), code("paas-mcp audit verify "+p.File))),
		g.If(len(p.Calls) > 0, callsHTML(p.Calls)),
		g.If(len(p.Calls) == 0 && p.Problem == "", empty(g.Text("No call fits."))),
		g.If(p.More, h.P(h.Class("muted"), g.Text("There are more; "), code("paas-mcp audit show "+p.File), g.Text(" lists all."))),
	}
}

func callsHTML(calls []auditRow) g.Node {
	column := func(title string, more ...g.Node) g.Node { return h.Th(h.Scope("col"), g.Group(more), g.Text(title)) }
	return h.Table(h.Class("stack"), h.Caption(h.Class("hide"), g.Text("Calls, latest first")),
		h.THead(h.Tr(column("Time"), column("Call", h.Class("call")), column("Caller"), column("Gate"), column("Outcome"))),
		h.TBody(g.Map(calls, callHTML)))
}

func callHTML(c auditRow) g.Node {
	// On narrow screens the cells stand below each other, each after its label.
	cell := func(label string, children ...g.Node) g.Node { return h.Td(h.Data("label", label), h.Div(children...)) }
	aside := func(text string) g.Node {
		return g.If(text != "", g.Group{g.Text(" "), h.Span(h.Class("muted"), g.Text(text))})
	}
	by, outcome, kind := "", "not known", ""
	if c.AnsweredBy != "" {
		by = "by " + c.AnsweredBy
	}
	if c.Outcome != nil {
		outcome, kind = c.Status, approval.Shown(string(c.Outcome.Kind))
	}
	return h.Tr(
		cell("Time", at(c.Time, day)),
		cell("Call", h.Details(h.Summary(code(c.Tool)),
			h.P(g.Text(c.Operation), after(" on ", c.Account)),
			g.If(c.Args != "", h.Pre(h.TabIndex("0"), g.Text(c.Args))))),
		cell("Caller", g.Text(c.Principal), aside(c.Client)),
		cell("Gate", g.Text(string(c.Verdict)), after(" ", string(c.Level)), aside(by)),
		cell("Outcome", h.Span(h.Class("outcome o-"+c.Status), g.Text(outcome)), aside(kind)),
	)
}

// field is a labelled control of a form.
func field(id, label string, control g.Node) g.Node {
	return h.P(h.Class("field"), h.Label(h.For(id), g.Text(label)), control)
}

// choice is a list to choose from; none is the choice of nothing.
func choice[T ~string](id, none string, values []T, chosen string) g.Node {
	return h.Select(h.ID(id), h.Name(id), h.Option(h.Value(""), g.Text(none)), g.Map(values, func(v T) g.Node {
		return h.Option(g.If(string(v) == chosen, h.Selected()), g.Text(string(v)))
	}))
}
