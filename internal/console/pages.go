package console

import (
	"errors"
	"net/http"
	"strings"

	g "maragu.dev/gomponents"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
)

// render sends a page. Here is its entry of the menu.
func (c *Console) render(w http.ResponseWriter, s *session, status int, here, title string, body g.Node) {
	f := frame{Title: title, Here: here}
	if s != nil {
		f.Who, f.CSRF, f.Waiting = s.who.Name, s.csrf, c.Desk.Waiting()
		f.Live = here == "requests" || here == "request"
	}
	if here == "requests" {
		f.Refresh = 10
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = f.document(body).Render(w) // the browser may be gone
}

// fail shows why something did not happen.
func (c *Console) fail(w http.ResponseWriter, s *session, status int, text string) {
	c.render(w, s, status, "problem", "Not done", problemHTML(text))
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
	c.render(w, s, http.StatusOK, "requests", "Requests", requestsHTML(p))
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
	c.render(w, s, status, "request", p.Card.Summary, requestHTML(p, s.csrf))
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
