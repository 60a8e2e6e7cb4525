package console

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// Lengths of the read-only pages.
const (
	auditRows = 100
	foundRows = 20
)

type auditPage struct {
	File      string
	Filter    auditFilter
	Outcomes  []string
	Calls     []auditRow
	Untrusted int
	More      bool
	Problem   string
}

type auditFilter struct{ Tool, Account, Outcome string }

type auditRow struct {
	audit.Call
	Status string
	Args   string
}

func (c *Console) showAudit(w http.ResponseWriter, r *http.Request, s *session) {
	q := r.URL.Query()
	p := auditPage{
		File:     c.AuditFile,
		Filter:   auditFilter{Tool: strings.TrimSpace(q.Get("tool")), Account: strings.TrimSpace(q.Get("account")), Outcome: q.Get("outcome")},
		Outcomes: []string{string(audit.OK), string(audit.Failed), string(audit.Refused), string(audit.Lost), string(audit.Unanswered)},
	}
	if c.AuditFile != "" {
		f := audit.Filter{Tool: p.Filter.Tool, Account: p.Filter.Account, Status: audit.Status(p.Filter.Outcome)}
		calls, untrusted, more, err := audit.Tail(c.AuditFile, f, auditRows)
		if err != nil {
			p.Problem = sentence(err)
		}
		p.Untrusted, p.More = untrusted, more
		for _, call := range calls {
			p.Calls = append(p.Calls, newAuditRow(call))
		}
	}
	c.render(w, s, http.StatusOK, "audit", "Audit", auditHTML(p))
}

// newAuditRow makes what callers chose inert: names of clients, accounts and targets are texts of others.
func newAuditRow(call audit.Call) auditRow {
	row := auditRow{Call: call, Status: string(audit.Unanswered)}
	if call.Outcome != nil {
		row.Status = string(call.Outcome.Status)
	}
	row.Principal, row.Client, row.Account, row.AnsweredBy =
		approval.Shown(call.Principal), approval.Shown(call.Client), approval.Shown(call.Account), approval.Shown(call.AnsweredBy)
	var args []string
	for _, name := range sortedKeys(call.Args) {
		args = append(args, approval.Shown(name)+" = "+approval.Shown(jsonText(call.Args[name])))
	}
	row.Args = strings.Join(args, "\n")
	return row
}

type cataloguePage struct {
	Query, Platform string
	Platforms       []schemas.Platform
	Total           int
	Found           []tools.Description
	Problem         string
}

func (c *Console) showCatalogue(w http.ResponseWriter, r *http.Request, s *session) {
	service := c.Service()
	q := r.URL.Query()
	p := cataloguePage{
		Query: strings.TrimSpace(q.Get("q")), Platform: q.Get("platform"),
		Platforms: service.Accounts.Platforms(), Total: len(service.Catalog.Rows()),
	}
	if p.Query != "" {
		found, err := service.Find(p.Query, schemas.Platform(p.Platform), foundRows)
		if err != nil {
			p.Problem = sentence(err)
		}
		for _, f := range found {
			if d, err := service.Describe(r.Context(), f.Tool, ""); err == nil {
				p.Found = append(p.Found, d)
			}
		}
	}
	c.render(w, s, http.StatusOK, "catalogue", "Catalogue", catalogueHTML(p))
}

type accountRow struct {
	tools.AccountBudget
	Host string
	Used int
	Wait time.Duration // until one more call can start
}

func (c *Console) showAccounts(w http.ResponseWriter, _ *http.Request, s *session) {
	var rows []accountRow
	for _, b := range c.Service().Accounts.Budgets() {
		row := accountRow{AccountBudget: b, Host: b.API, Wait: cmp.Or(b.Next, b.Hold).Round(time.Second)}
		if u, err := url.Parse(b.API); err == nil {
			row.Host = u.Host
		}
		if b.Limit > 0 {
			row.Used = b.Limit - b.Left
		}
		rows = append(rows, row)
	}
	c.render(w, s, http.StatusOK, "accounts", "Accounts", accountsHTML(rows))
}
