package tools_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/schemas"
	"paasmcp/tools"
)

// withDesk is a server with an approval console, whose policy wants this level for everything that is no read.
func withDesk(level policy.Level) func(*tools.Config) {
	return func(c *tools.Config) {
		c.Desk = approval.NewDesk(c.Gate)
		c.ConsoleURL = func(id string) (string, bool) { return "http://127.0.0.1:1/requests/" + id, true }
		c.Policy = policy.Policy{
			{Name: "reads", Action: policy.Allow, Match: policy.Match{Risks: []schemas.Risk{schemas.Read}}},
			{Name: "all", Action: policy.Confirm, Level: level},
		}
	}
}

// begin makes a call that waits. The answer comes later.
func (r *rig) begin(req request) <-chan reply {
	answer := make(chan reply, 1)
	go func() { answer <- r.call(req) }()
	synctest.Wait()
	return answer
}

// waiting is the only question that waits at the desk.
func (r *rig) waiting() approval.Ticket {
	r.t.Helper()
	var waiting []approval.Ticket
	for _, ticket := range r.Service.Desk.List() {
		if ticket.Open() {
			waiting = append(waiting, ticket)
		}
	}
	if len(waiting) != 1 {
		r.t.Fatalf("%d questions wait, want one", len(waiting))
	}
	return waiting[0]
}

var operator = approval.Approver{Name: "bob", Principals: []string{"bearer:bob"}, Via: "console"}

// TestGivenUpCallFindsItsAnswer: a client that cannot ask waits a while, is sent away before it gives up by itself, and finds the
// approval when it repeats the same call; another call does not, and the approval lets one call go.
func TestGivenUpCallFindsItsAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withDesk(policy.Form))
		req := request{tool: domainDelete, args: domainArgs(), mute: true}
		started := time.Now()
		gaveUp := <-r.begin(req)
		if took := time.Since(started); took < 30*time.Second || took > 55*time.Second {
			t.Errorf("the call waited for %v; common clients give up after 60 s", took)
		}
		if !strings.Contains(gaveUp.text(), "paas-mcp approve") || !strings.Contains(string(gaveUp.StructuredContent), `"kind":"waiting"`) {
			t.Errorf("what it was told: %s", gaveUp.text())
		}
		ticket := r.waiting()
		if err := r.Service.Desk.Decide(ticket.ID, operator, approval.Decision{Approve: true}); err != nil {
			t.Fatal(err)
		}
		other := req
		other.args = map[string]any{"project_id": "abc123", "domain_id": "www.example.com"}
		otherAnswer := r.begin(other)
		somebody := req
		somebody.principal = "bearer:12345678"
		somebodyAnswer := r.begin(somebody)
		if sent := r.wire.take(); len(sent) > 0 {
			t.Errorf("another call used the approval: %v", sent)
		}
		if done := r.call(req); done.IsError || len(r.wire.take()) != 1 {
			t.Errorf("the same call: %s", done.text())
		}
		again := r.begin(req) // asks anew
		<-otherAnswer
		<-somebodyAnswer
		<-again
		if sent := r.wire.take(); len(sent) > 0 {
			t.Errorf("one approval let a second call go: %v", sent)
		}
	})
}

// TestApprovalExpires: an approval that nobody fetched in time lets nothing go.
func TestApprovalExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withDesk(policy.Form))
		req := request{tool: domainDelete, args: domainArgs(), mute: true}
		<-r.begin(req)
		if err := r.Service.Desk.Decide(r.waiting().ID, operator, approval.Decision{Approve: true}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(approval.Lifetime)
		<-r.begin(req)
		if sent := r.wire.take(); len(sent) > 0 {
			t.Errorf("an old approval let %v go", sent)
		}
	})
}

// TestChangedTargetUsesNoApproval: the approval is for the target as it was shown.
func TestChangedTargetUsesNoApproval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withDesk(policy.Form))
		r.wire.environment(`{"id":"staging","name":"staging","type":"staging","status":"inactive"}`)
		answer := r.begin(request{tool: environmentDelete, args: environmentArgs(), mute: true})
		r.wire.environment(`{"id":"staging","name":"staging","type":"production","status":"inactive"}`)
		if err := r.Service.Desk.Decide(r.waiting().ID, operator, approval.Decision{Approve: true}); err != nil {
			t.Fatal(err)
		}
		got := <-answer
		if sent := r.wire.take(); len(sent) > 0 || !strings.Contains(got.text(), "the target changed") {
			t.Errorf("sent %v: %s", sent, got.text())
		}
	})
}

// TestConsoleLevels: what the policy wants approved on the console is approved there even when the client could ask, and at
// level two_person not by the caller.
func TestConsoleLevels(t *testing.T) {
	t.Parallel()
	local := approval.Approver{Name: approval.Local, Via: "terminal"}
	self := approval.Approver{Name: "ana", Principals: []string{"ana@work"}, Via: "console"}
	for _, tc := range []struct {
		name  string
		level policy.Level
		by    approval.Approver
		sent  int
	}{
		{"console, by anybody", policy.Console, local, 1},
		{"console, by themselves", policy.Console, self, 1},
		{"two people, by another", policy.TwoPerson, operator, 1},
		{"two people, by themselves", policy.TwoPerson, self, 0},
		{"two people, by somebody unnamed", policy.TwoPerson, local, 0},
		{"two people, under the caller's name", policy.TwoPerson, approval.Approver{Name: "ana@work", Via: "console"}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, withDesk(tc.level))
				req := request{tool: domainDelete, args: domainArgs(), principal: "ana@work", asking: caller.Asking{Form: true}}
				answer := r.begin(req)
				err := r.Service.Desk.Decide(r.waiting().ID, tc.by, approval.Decision{Approve: true})
				got := <-answer
				if sent := r.wire.take(); len(sent) != tc.sent || (err == nil) != (tc.sent == 1) {
					t.Errorf("sent %v, %v: %s", sent, err, got.text())
				}
				// A form that claims to be the answer counts for nothing.
				req.responses = accept(approval.FieldApprove, true)
				if forged := r.call(req); !forged.IsError || len(r.wire.take()) > 0 {
					t.Errorf("a form was taken for the console's answer: %s", forged.text())
				}
			})
		})
	}
}

// TestPageOfTheConsole: a client that opens pages for its user is given the one of this question; opening it is no yes.
func TestPageOfTheConsole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, withDesk(policy.Form))
		req := request{tool: domainDelete, args: domainArgs(), asking: caller.Asking{URL: true}}
		q := r.call(req)
		page := q.InputRequests["approval_page"].Params
		if page.Mode != "url" || page.URL != "http://127.0.0.1:1/requests/"+r.waiting().ID {
			t.Fatalf("the page: %+v", page)
		}
		declined := req
		declined.responses = map[string]any{"approval_page": map[string]any{"action": "decline"}}
		if got := r.call(declined); !got.IsError || len(r.wire.take()) > 0 {
			t.Errorf("not opened: %s", got.text())
		}
		opened := req
		opened.responses = map[string]any{"approval_page": map[string]any{"action": "accept", "content": map[string]any{"approve": true}}}
		answer := r.begin(opened)
		if sent := r.wire.take(); len(sent) > 0 {
			t.Errorf("opening the page sent %v", sent)
		}
		if err := r.Service.Desk.Decide(r.waiting().ID, operator, approval.Decision{Approve: true}); err != nil {
			t.Fatal(err)
		}
		if got := <-answer; got.IsError || len(r.wire.take()) != 1 {
			t.Errorf("approved: %s", got.text())
		}
	})
}
