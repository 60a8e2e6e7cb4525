package console

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// The pages are Go and not html/template, whose calls of methods by name keep every exported method of the whole program in
// the binary (docs/adr/0010). Text and attributes are escaped by what renders them; what nobody escapes is g.Raw, which a test
// keeps out of this package.

// frame is what stands around every page.
type frame struct {
	Title   string
	Here    string // the entry of the menu
	Who     string // empty: nobody is signed in
	CSRF    string
	Waiting int
	Live    bool // follow changes
	Refresh int  // seconds after which a browser without scripts looks again; 0 for never
}

// document is a whole page.
func (f frame) document(body ...g.Node) g.Node {
	title := f.Title + " · paas-mcp"
	if f.Waiting > 0 {
		title = fmt.Sprintf("(%d) %s", f.Waiting, title)
	}
	return h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.TitleEl(g.Text(title)),
			h.Link(h.Rel("icon"), h.Href("/static/icon.svg"), h.Type("image/svg+xml")),
			h.Link(h.Rel("stylesheet"), h.Href("/static/console.css")),
			h.Script(h.Src("/static/console.js"), h.Defer()),
			g.If(f.Refresh > 0, h.NoScript(h.Meta(g.Attr("http-equiv", "refresh"), h.Content(strconv.Itoa(f.Refresh))))),
		),
		h.Body(g.If(f.Live, h.Data("events", "/events")),
			h.A(h.Class("skip"), h.Href("#main"), g.Text("Skip to content")),
			h.Header(h.Div(h.Class("bar"),
				h.A(h.Class("brand"), h.Href("/"),
					h.Img(h.Src("/static/icon.svg"), h.Alt(""), h.Width("24"), h.Height("24")), g.Text(" paas-mcp "), h.Span(g.Text("approvals"))),
				g.If(f.Who != "", f.menu()),
			)),
			h.Main(h.ID("main"), h.TabIndex("-1"), g.Group(body)),
			h.Footer(g.If(f.Live, g.Group{
				h.Span(h.ID("link"), h.Class("link"), h.Hidden("")),
				h.NoScript(g.Text("Without JavaScript this page does not follow changes by itself. "), h.A(h.Href(""), g.Text("Look again"))),
			})),
		),
	))
}

// menu is for who is signed in.
func (f frame) menu() g.Node {
	entry := func(path, text string, pages ...string) g.Node {
		return h.A(h.Href(path), g.If(slices.Contains(pages, f.Here), h.Aria("current", "page")), g.Text(text),
			g.If(path == "/", f.count()))
	}
	return g.Group{
		h.Nav(h.Aria("label", "Pages"),
			entry("/", "Requests", "requests", "request"),
			entry("/audit", "Audit", "audit"),
			entry("/catalogue", "Catalogue", "catalogue"),
			entry("/accounts", "Accounts", "accounts"),
		),
		h.Form(h.Class("who"), h.Method("post"), h.Action("/logout"), csrf(f.CSRF),
			h.Span(g.Text("Signed in as "), h.B(g.Text(f.Who))), g.Text(" "), h.Button(h.Class("quiet"), g.Text("Sign out"))),
	}
}

// count is how many requests wait. It is exchanged when that changes.
func (f frame) count() g.Node {
	n := strconv.Itoa(f.Waiting)
	return h.Span(h.ID("count"), h.Data("live", n), g.If(f.Waiting > 0, g.Group{
		g.Text(" "), h.B(h.Class("count"), g.Text(n), h.Span(h.Class("hide"), g.Text(" waiting"))),
	}))
}

// csrf is the field that proves that a form comes from a page of this session.
func csrf(token string) g.Node { return h.Input(h.Type("hidden"), h.Name("csrf"), h.Value(token)) }

// verbatim keeps a browser from changing what is typed.
func verbatim() g.Node {
	return g.Group{g.Attr("spellcheck", "false"), g.Attr("autocapitalize", "none")}
}

// alert says what went wrong with what was sent; nothing when nothing did.
func alert(problem string) g.Node {
	return g.If(problem != "", h.P(h.Class("problem"), h.Role("alert"), g.Text(problem)))
}

func empty(children ...g.Node) g.Node { return h.P(h.Class("empty"), g.Group(children)) }

// after is a text with something before it, or nothing when there is no text.
func after(before, text string) g.Node { return g.If(text != "", g.Text(before+text)) }

func code(text string) g.Node { return h.Code(g.Text(text)) }

// at is a moment, machine-readable as well.
func at(t time.Time, layout string) g.Node {
	return h.Time(h.DateTime(t.UTC().Format(time.RFC3339)), g.Text(t.UTC().Format(layout)))
}

// Layouts of moments, all in UTC.
const (
	clock = "15:04:05 UTC"
	when  = "2 Jan 2006, 15:04:05 UTC"
	day   = "2 Jan 15:04:05"
)

// until is the end of a request's time; with scripts it counts down.
func until(t time.Time) g.Node {
	return h.Span(h.Class("left"), g.Text("until "),
		h.Time(h.DateTime(t.UTC().Format(time.RFC3339)), g.Attr("data-until"), g.Text(t.UTC().Format(clock))))
}

// risks leaves out that something changes where something worse is said, as cards do.
func risks(list []schemas.Risk) g.Node {
	if len(list) > 1 {
		list = slices.DeleteFunc(slices.Clone(list), func(r schemas.Risk) bool { return r == schemas.Write })
	}
	return g.Map(list, func(r schemas.Risk) g.Node {
		return h.Span(h.Class("risk r-"+string(r)), g.Text(strings.ReplaceAll(string(r), "_", " ")))
	})
}

// weight is how much a call stands out: danger, care or plain.
func weight(risk []schemas.Risk, production bool) string {
	has := func(list ...schemas.Risk) bool {
		return slices.ContainsFunc(list, func(r schemas.Risk) bool { return slices.Contains(risk, r) })
	}
	switch {
	case production, has(schemas.Irreversible, schemas.Destructive):
		return "danger"
	case has(schemas.CostsMoney, schemas.GrantsAccess, schemas.RevealsSecrets):
		return "care"
	}
	return "plain"
}

func state(t approval.Ticket) g.Node {
	return h.Span(h.Class("state s-"+string(t.State)), g.Text(stateWords[t.State]))
}

var stateWords = map[approval.TicketState]string{
	approval.Waiting:   "Waiting",
	approval.Approved:  "Approved, not fetched yet",
	approval.Declined:  "Declined",
	approval.Used:      "Approved",
	approval.Expired:   "Expired",
	approval.Withdrawn: "Withdrawn",
}

var levelWords = map[policy.Level]string{
	policy.Form:      "one yes",
	policy.Typed:     "the name, typed",
	policy.Console:   "a yes on this console",
	policy.TwoPerson: "a yes of a second person",
}
