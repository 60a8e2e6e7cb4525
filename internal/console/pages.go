package console

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

//go:embed web/*.html
var pages embed.FS

// templates are parsed when the first page is shown, not when the program starts.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"shown": approval.Shown,
		"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"clock": func(t time.Time) string { return t.UTC().Format("15:04:05 UTC") },
		"when":  func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") },
		"day":   func(t time.Time) string { return t.UTC().Format("2 Jan 15:04:05") },
		"risks": worth,
		"risk":  func(r schemas.Risk) string { return strings.ReplaceAll(string(r), "_", " ") },
		"level": func(l policy.Level) string { return levelWords[l] },
		"state": func(t approval.Ticket) string { return stateWords[t.State] },
		"weight": func(risk []schemas.Risk) string {
			return weight(risk, false)
		},
	}).ParseFS(pages, "web/*.html"))
})

var levelWords = map[policy.Level]string{
	policy.Form:      "one yes",
	policy.Typed:     "the name, typed",
	policy.Console:   "a yes on this console",
	policy.TwoPerson: "a yes of a second person",
}

var stateWords = map[approval.TicketState]string{
	approval.Waiting:   "Waiting",
	approval.Approved:  "Approved, not fetched yet",
	approval.Declined:  "Declined",
	approval.Used:      "Approved",
	approval.Expired:   "Expired",
	approval.Withdrawn: "Withdrawn",
}

// worth leaves out that something changes where something worse is said, as cards do.
func worth(risk []schemas.Risk) []schemas.Risk {
	if len(risk) < 2 {
		return risk
	}
	return slices.DeleteFunc(slices.Clone(risk), func(r schemas.Risk) bool { return r == schemas.Write })
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

// frame is what stands around every page.
type frame struct {
	Title   string
	Who     string // empty: nobody is signed in
	CSRF    string
	Waiting int
	Here    string // the entry of the menu
	Live    bool   // follow changes
	Refresh int    // seconds after which a browser without scripts looks again; 0 for never
	Page    any
}

func (c *Console) render(w http.ResponseWriter, s *session, status int, name, title string, page any) {
	f := frame{Title: title, Here: name, Page: page}
	if s != nil {
		f.Who, f.CSRF, f.Waiting = s.who.Name, s.csrf, c.Desk.Waiting()
		f.Live = name == "requests" || name == "request"
	}
	if name == "requests" {
		f.Refresh = 10
	}
	var b bytes.Buffer
	if err := templates().ExecuteTemplate(&b, name+".html", f); err != nil { // a mistake of ours, never of a request
		c.Logger.Error("approval console: page", "page", name, "error", err)
		http.Error(w, "this page could not be made; the log of the server says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}

// fail shows why something did not happen.
func (c *Console) fail(w http.ResponseWriter, s *session, status int, text string) {
	c.render(w, s, status, "problem", "Not done", text)
}

// row is a ticket as a page shows it.
type row struct {
	approval.Ticket
	Weight     string
	Production bool
}

func newRow(t approval.Ticket) row {
	production := t.Card.Environment == policy.Production
	r := row{Ticket: t, Production: production, Weight: weight(t.Card.Risk, production)}
	r.Card = t.Card.Shown()
	r.Client, r.Request.Principal = approval.Shown(t.Client), approval.Shown(t.Request.Principal)
	return r
}

type requestsPage struct{ Waiting, Settled []row }

func (c *Console) showRequests(w http.ResponseWriter, _ *http.Request, s *session) {
	var p requestsPage
	for _, t := range c.Desk.List() {
		if t.Open() {
			p.Waiting = append(p.Waiting, newRow(t))
		} else {
			p.Settled = append(p.Settled, newRow(t))
		}
	}
	c.render(w, s, http.StatusOK, "requests", "Requests", p)
}

type requestPageData struct {
	row
	Typed   bool
	Refused string // why this approver cannot say yes
	Problem string // with the form that was sent
}

func (c *Console) showRequest(w http.ResponseWriter, r *http.Request, s *session) {
	c.requestPage(w, r, s, http.StatusOK, "")
}

func (c *Console) requestPage(w http.ResponseWriter, r *http.Request, s *session, status int, problem string) {
	t, ok := c.Desk.Ticket(r.PathValue("id"))
	if !ok {
		c.fail(w, s, http.StatusNotFound, "This request does not exist, or it was settled long ago.")
		return
	}
	p := requestPageData{row: newRow(t), Typed: t.Field.Name == approval.FieldName, Problem: problem}
	if err := t.Refuses(s.who); err != nil {
		p.Refused = sentence(err)
	}
	c.render(w, s, status, "request", p.Card.Summary, p)
}

// decide takes the decision of a form.
func (c *Console) decide(w http.ResponseWriter, r *http.Request, s *session) {
	say := approval.Decision{Name: r.PostForm.Get("confirm_name"), Backup: r.PostForm.Get("backup_first") != ""}
	switch r.PostForm.Get("decision") {
	case "approve":
		say.Approve = true
	case "decline":
	default:
		c.requestPage(w, r, s, http.StatusBadRequest, "The form says neither yes nor no. Nothing was done.")
		return
	}
	status, err := c.settle(r.PathValue("id"), s.who, "console", say)
	if err != nil {
		c.requestPage(w, r, s, status, sentence(err))
		return
	}
	http.Redirect(w, r, "/requests/"+r.PathValue("id"), http.StatusSeeOther)
}

// settle decides about a ticket. The status is the one of HTTP for the error.
func (c *Console) settle(id string, who approval.Approver, via string, say approval.Decision) (status int, err error) {
	who.Via = via
	switch err = c.Desk.Decide(id, who, say); {
	case err == nil:
		c.Logger.Info("approval console: decided", "request", id, "by", who.Name, "via", via, "approved", say.Approve)
		return http.StatusOK, nil
	case errors.Is(err, approval.ErrNoTicket):
		status = http.StatusNotFound
	case errors.Is(err, approval.ErrSettled), errors.Is(err, approval.ErrExpired):
		status = http.StatusConflict
	case errors.Is(err, approval.ErrWrongName):
		return http.StatusUnprocessableEntity, errWrongName
	default:
		status = http.StatusForbidden
	}
	return status, err
}

// errWrongName is for somebody who can try again at once, unlike the caller of a tool.
var errWrongName = errors.New("this is not the name on the card; nothing was approved; type it exactly")

// sentence makes a sentence of an error.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
