package console

import (
	"fmt"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"paasmcp/internal/approval"
)

func accountsHTML(rows []accountRow) g.Node {
	title := h.H1(g.Text("Accounts"))
	if len(rows) == 0 {
		return g.Group{title, empty(g.Text("No account is configured."))}
	}
	return g.Group{
		title,
		h.Ul(h.Class("items"), g.Map(rows, accountHTML)),
		h.P(h.Class("muted"), g.Text("Credentials are never shown. "), code("paas_accounts"), g.Text(" shows whether they work.")),
	}
}

func accountHTML(r accountRow) g.Node {
	platform := string(r.Platform)
	if r.Vendor != "" {
		platform += " (" + r.Vendor + ")"
	}
	return h.Li(h.Class("item plain"),
		h.P(h.Class("subject"), g.Text(approval.Shown(r.Account))),
		h.P(h.Class("facts"), h.Span(g.Text(platform)), h.Span(g.Text(r.Host))),
		budgetHTML(r),
	)
}

func budgetHTML(r accountRow) g.Node {
	if r.Limit == 0 {
		return h.P(h.Class("facts"), h.Span(g.Text("No limit of calls a minute"+wait("; the platform asked to wait ", r.Wait))))
	}
	text := fmt.Sprintf("%d of %d calls left this minute", r.Left, r.Limit)
	if r.Queue > 0 {
		text += fmt.Sprintf("; %d wait for their turn", r.Queue)
	}
	limit, left := strconv.Itoa(r.Limit), strconv.Itoa(r.Left)
	return h.P(h.Class("budget"),
		h.Meter(h.Min("0"), h.Max(limit), g.Attr("low", limit), h.Value(left), h.Aria("label", "calls left this minute"), g.Text(left)),
		g.Text(" "), h.Span(g.Text(text+wait("; the next can start in ", r.Wait))))
}

// wait is a time to wait after its words, and nothing when there is none.
func wait(words string, d time.Duration) string {
	if d == 0 {
		return ""
	}
	return words + d.String()
}
