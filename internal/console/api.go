package console

import (
	"encoding/json"
	"net/http"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
)

// Request is a ticket as programs see it. Times are RFC 3339.
type Request struct {
	ID         string           `json:"id"`
	State      string           `json:"state"`
	Level      policy.Level     `json:"level"`
	Tool       string           `json:"tool"`
	Account    string           `json:"account"`
	Platform   schemas.Platform `json:"platform"`
	Production bool             `json:"production,omitempty"`
	Risk       []schemas.Risk   `json:"risk"`
	Principal  string           `json:"principal"`
	Client     string           `json:"client,omitempty"`
	Waiters    int              `json:"waiters"` // calls that wait for the answer right now
	Asked      time.Time        `json:"asked"`
	Expires    time.Time        `json:"expires"`
	DecidedBy  string           `json:"decided_by,omitempty"`
	Card       string           `json:"card"` // as plain text
	Typed      bool             `json:"typed,omitempty"`
	Expect     string           `json:"expect,omitempty"`        // the name to type
	Backup     string           `json:"backup,omitempty"`        // the question whether a backup is taken first
	Ticked     bool             `json:"backup_ticked,omitempty"` // what no answer to it means
	Refused    string           `json:"refused,omitempty"`       // why whoever asks cannot approve it
}

// Verdict is a decision as programs send it.
type Verdict struct {
	Approve bool   `json:"approve"`
	Name    string `json:"confirm_name,omitempty"`
	Backup  *bool  `json:"backup_first,omitempty"` // as proposed when it is left out
}

// program serves whoever sends the right name and token with the request (RFC 7617). It never asks for them, so no browser
// ever offers to send them along.
func (c *Console) program(serve func(http.ResponseWriter, *http.Request, approval.Approver)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, token, given := r.BasicAuth()
		if name == approval.Local && c.owner(token) { // 256 random bits: there is no guessing to slow down, and nobody locks the owner out
			serve(w, r, me())
			return
		}
		from := c.Proxies.Client(r)
		if c.attempts.blocked(from) {
			refuse(w, http.StatusTooManyRequests, "too many attempts failed; wait some seconds and try again")
			return
		}
		who, ok := c.operator(name, token)
		if !ok {
			if given {
				c.attempts.failed(from)
			}
			refuse(w, http.StatusUnauthorized, "name and token are not those of an operator of this console")
			return
		}
		serve(w, r, who)
	}
}

func (c *Console) listRequests(w http.ResponseWriter, _ *http.Request, who approval.Approver) {
	list := []Request{}
	for _, t := range c.Desk.List() {
		list = append(list, newRequest(t, who))
	}
	answer(w, http.StatusOK, list)
}

func newRequest(t approval.Ticket, who approval.Approver) Request {
	r := Request{
		ID: t.ID, State: string(t.State), Level: t.Card.Level, Tool: t.Card.Tool, Account: t.Card.Account, Platform: t.Card.Platform,
		Production: t.Card.Environment == policy.Production, Risk: t.Card.Risk, Principal: t.Request.Principal, Client: approval.Shown(t.Client),
		Waiters: t.Waiters, Asked: t.Asked.UTC(), Expires: t.Expires.UTC(), DecidedBy: t.By.Name, Card: t.Card.Text(),
		Typed: t.Field.Name == approval.FieldName, Expect: t.Card.Expect,
	}
	if t.Backup != nil {
		r.Backup, r.Ticked = t.Backup.Title, t.Backup.Ticked
	}
	if err := t.Refuses(who); err != nil {
		r.Refused = err.Error()
	}
	return r
}

func (c *Console) decideRequest(w http.ResponseWriter, r *http.Request, who approval.Approver) {
	var v Verdict
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		refuse(w, http.StatusBadRequest, "the decision cannot be read: "+err.Error())
		return
	}
	decision := approval.Decision{Approve: v.Approve, Name: v.Name}
	if t, ok := c.Desk.Ticket(r.PathValue("id")); ok && t.Backup != nil {
		decision.Backup = t.Backup.Ticked
	}
	if v.Backup != nil {
		decision.Backup = *v.Backup
	}
	if status, err := c.settle(r.PathValue("id"), who, "terminal", decision); err != nil {
		refuse(w, status, err.Error())
		return
	}
	t, _ := c.Desk.Ticket(r.PathValue("id"))
	answer(w, http.StatusOK, newRequest(t, who))
}

// giveLink makes a login link for the user of this machine, who has proven to be that.
func (c *Console) giveLink(w http.ResponseWriter, _ *http.Request, who approval.Approver) {
	if who.Name != approval.Local {
		refuse(w, http.StatusForbidden, "operators sign in with name and token at "+c.base)
		return
	}
	answer(w, http.StatusOK, map[string]string{"url": c.base + "/login?link=" + c.links.make()})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, status int, why string) {
	answer(w, status, map[string]string{"error": why})
}
