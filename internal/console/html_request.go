package console

import (
	"strconv"
	"strings"
	"unicode/utf8"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"paasmcp/internal/approval"
)

// requestHTML is one request: its card, and beside it what can be decided.
func requestHTML(p requestPageData, token string) g.Node {
	return g.Group{
		h.P(h.Class("back"), h.A(h.Href("/"), g.Text("All requests")), g.Text(" "), h.A(h.Class("jump"), h.Href("#decision"), g.Text("Decide"))),
		h.Div(h.Class("sides"),
			cardHTML(p.row),
			h.Div(h.Class("side"), decisionHTML(p, token), waitersHTML(p.Ticket)),
		),
	}
}

func cardHTML(r row) g.Node {
	c := r.Card
	words := func(list []string) g.Node {
		return h.Ul(h.Class("words"), g.Map(list, func(text string) g.Node { return h.Li(g.Text(text)) }))
	}
	return h.Article(h.Class("card "+r.Weight),
		h.Header(
			g.If(r.Production, h.P(h.Class("alarm"), h.Strong(g.Text("Production")), g.Text(" This call hits a production environment."))),
			h.H1(g.Text(c.Summary)),
			h.P(h.Class("facts"), h.B(g.Text(c.Account)), h.Span(g.Text(string(c.Platform))), code(c.Tool)),
			h.P(h.Class("facts"), risks(c.Risk)),
		),
		part("can", "What can happen", words(c.RiskWords()), g.If(c.About != "", h.P(g.Text(c.About)))),
		g.If(len(c.Doubts) > 0, part("doubts", "What could not be looked up", h.Class("doubts"), words(c.Doubts))),
		g.If(len(c.Target) > 0, part("hit", "What will be hit", facts(c.Target))),
		g.If(len(c.Along) > 0, part("along", "What goes with it", facts(c.Along))),
		g.If(len(c.Changes) > 0, part("changes", "What changes", changesHTML(c.Changes))),
		g.If(c.Cost != "", part("cost", "What it costs", h.P(g.Text(c.Cost)))),
		part("sent", "What is sent", sentHTML(c)),
		part("why", "Who asks, and why you are asked",
			h.P(g.Text(c.Reason)),
			h.Dl(
				fact("Caller", g.Text(r.Request.Principal), after(" through ", r.Client)),
				fact("Asked", at(r.Asked, when)),
				fact("It takes", g.Text(levelWords[c.Level])),
			)),
	)
}

// part is a section of a card under its heading.
func part(id, title string, children ...g.Node) g.Node {
	return h.Section(h.Aria("labelledby", id), h.H2(h.ID(id), g.Text(title)), g.Group(children))
}

// sentHTML is the request: its values one by one where it is long, and always the whole of it as it is sent.
func sentHTML(c approval.Card) g.Node {
	if !isLong(c.Request) {
		return request(c.Request)
	}
	call, _, _ := strings.Cut(c.Request, " {")
	return g.Group{
		h.Pre(h.TabIndex("0"), h.Aria("labelledby", "sent"), code(call)),
		g.If(len(c.Sent) > 0, h.Div(h.Class("sent"), facts(c.Sent))),
		h.Details(h.Summary(g.Text("The request as it is sent: "+strconv.Itoa(utf8.RuneCountInString(c.Request))+" characters")), request(c.Request)),
	}
}

func request(text string) g.Node {
	return h.Pre(h.TabIndex("0"), h.Aria("labelledby", "sent"), code(text))
}

// Lengths of values, in characters: longer ones are folded away behind their beginning and their end. A browser finds words in them all
// the same.
const (
	longValue = 400
	longHead  = 120
	longTail  = 80
)

func isLong(text string) bool { return utf8.RuneCountInString(text) > longValue }

// value is a text of any length.
func value(text string) g.Node {
	if !isLong(text) {
		return g.Text(text)
	}
	runes := []rune(text)
	return h.Details(h.Class("long"),
		h.Summary(g.Text(string(runes[:longHead])), h.Span(h.Class("muted"), g.Text(" … "+strconv.Itoa(len(runes)-longHead-longTail)+" characters more … ")),
			g.Text(string(runes[len(runes)-longTail:]))),
		h.P(g.Text(text)))
}

func facts(list []approval.Detail) g.Node {
	return h.Dl(g.Map(list, func(d approval.Detail) g.Node { return fact(d.Name, value(d.Value)) }))
}

func fact(name string, value ...g.Node) g.Node { return h.Div(h.Dt(g.Text(name)), h.Dd(value...)) }

func changesHTML(changes []approval.Change) g.Node {
	state := func(text string) g.Node {
		if text == "" {
			return h.I(g.Text("nothing"))
		}
		return value(text)
	}
	column := func(title string) g.Node { return h.Th(h.Scope("col"), g.Text(title)) }
	return h.Div(h.Class("scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("labelledby", "changes"), h.Table(
		h.THead(h.Tr(column("Field"), column("Now"), column("Then"))),
		h.TBody(g.Map(changes, func(c approval.Change) g.Node {
			return h.Tr(h.Th(h.Scope("row"), g.Text(c.Field)), h.Td(h.Class("old"), state(c.Old)), h.Td(h.Class("new"), state(c.New)))
		})),
	))
}

// decisionHTML is the form, or how the request was settled. It is exchanged when the state changes, and not before, so that
// nothing moves under the fingers of somebody who types.
func decisionHTML(p requestPageData, token string) g.Node {
	body := settledHTML(p.Ticket)
	if p.Open() {
		body = formHTML(p, token)
	}
	return h.Section(h.ID("decision"), h.Class("decision "+p.Weight), h.Data("live", string(p.State)), h.Aria("label", "Decision"),
		alert(p.Problem), body)
}

func formHTML(p requestPageData, token string) g.Node {
	return h.Form(h.Method("post"), h.Action("/requests/"+p.ID), h.AutoComplete("off"), csrf(token),
		g.If(p.Refused != "", h.P(h.Class("problem"), g.Text(p.Refused))),
		g.If(p.Refused == "", fieldsHTML(p)),
		h.P(h.Class("buttons"),
			g.If(p.Refused == "", button("approve", "yes", "Approve")), g.Text(" "),
			button("decline", "no", "Decline", h.FormNoValidate()), g.Text(" "),
			until(p.Expires)),
	)
}

// fieldsHTML is what a yes takes besides the button.
func fieldsHTML(p requestPageData) g.Node {
	var fields g.Group
	if p.Typed {
		fields = append(fields, h.P(h.Class("field"),
			h.Label(h.For("name"), g.Text("To approve, type "), h.B(h.Class("expect"), g.Text(approval.Shown(p.Card.Expect)))),
			h.Input(h.ID("name"), h.Name("confirm_name"), h.Type("text"), h.MaxLength("300"), verbatim(),
				h.AutoComplete("off"), g.If(p.Problem != "", h.Aria("invalid", "true")))))
	}
	if p.Backup != nil {
		fields = append(fields, h.P(h.Class("field"),
			h.Label(h.Class("tick"), h.Input(h.Type("checkbox"), h.Name("backup_first"), h.Value("yes"), g.If(p.Backup.Ticked, h.Checked())), g.Text(" "+p.Backup.Title)),
			h.Br(), h.Span(h.Class("muted"), g.Text(p.Backup.Description),
				g.If(p.Card.BackedUp != "", g.Text(" The last one was finished "+p.Card.BackedUp+".")))))
	}
	return fields
}

// button is a decision; its id says it too.
func button(decision, class, text string, more ...g.Node) g.Node {
	return h.Button(h.ID(decision), h.Class(class), h.Name("decision"), h.Value(decision), g.Group(more), g.Text(text))
}

func settledHTML(t approval.Ticket) g.Node {
	return g.Group{
		h.P(h.Class("settled"), state(t),
			g.If(t.By.Name != "", g.Group{g.Text(" by "), h.B(g.Text(t.By.Name))}),
			g.If(!t.Decided.IsZero(), g.Group{g.Text(" at "), at(t.Decided, when)})),
		h.P(h.A(h.Href("/"), h.ID("back"), g.Text("All requests"))),
	}
}

// waitersHTML says what the caller knows of all this.
func waitersHTML(t approval.Ticket) g.Node {
	text := "No one answered in time, or the target changed. Nothing was sent; the same call asks again."
	switch {
	case t.Open() && t.Waiters > 0:
		text = "The caller waits for your answer."
	case t.Open():
		text = "The caller gave up waiting. An answer in time is kept for it: the same call finds it, once."
	case t.State == approval.Approved:
		text = "The caller gave up waiting before. The same call continues if it is repeated before " + t.Expires.UTC().Format(clock) + "."
	case t.State == approval.Used:
		text = "The call continued. The audit trail shows how it ended."
	case t.State == approval.Declined:
		text = "Nothing was sent."
	}
	return h.P(h.ID("waiters"), h.Class("muted"), h.Data("live", string(t.State)+strconv.Itoa(t.Waiters)), h.Aria("live", "polite"), g.Text(text))
}
