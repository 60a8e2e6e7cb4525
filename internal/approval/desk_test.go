package approval_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
)

var (
	onConsole = policy.Verdict{Action: policy.Confirm, Level: policy.Console, Reason: "A person has to confirm this."}
	twoPeople = policy.Verdict{Action: policy.Confirm, Level: policy.TwoPerson, Reason: "Two people have to confirm this."}

	bob = approval.Approver{Name: "bob", Principals: []string{"bearer:b0b"}, Via: "console"}
	me  = approval.Approver{Name: approval.Local, Principals: []string{approval.Local}, Via: "terminal"}
	ok  = approval.Decision{Approve: true}
)

func newDesk(t testing.TB) (*approval.Desk, *approval.Gate) {
	g := newGate(t)
	return approval.NewDesk(g), g
}

func put(t testing.TB, d *approval.Desk, b approval.Binding, v policy.Verdict) approval.Ticket {
	t.Helper()
	ticket, err := d.Put(b, v, card, caller.Caller{Principal: b.Principal, ClientName: "test client"})
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

func stateOf(t testing.TB, d *approval.Desk, id string) approval.TicketState {
	t.Helper()
	ticket, found := d.Ticket(id)
	if !found {
		t.Fatalf("ticket %s is gone", id)
	}
	return ticket.State
}

// Whoever may not decide, or decides wrongly, changes nothing: the right decision still counts afterwards.
func TestDecisionsThatDoNotCount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		verdict policy.Verdict
		who     approval.Approver
		say     approval.Decision
		want    error
	}{
		{"nobody", onConsole, approval.Approver{Via: "console"}, ok, approval.ErrNoApprover},
		{"from nowhere", onConsole, approval.Approver{Name: "bob"}, ok, approval.ErrNoApprover},
		{"no name", typed, bob, ok, approval.ErrWrongName},
		{"wrong name", typed, bob, approval.Decision{Approve: true, Name: "Main"}, approval.ErrWrongName},
		{"the requester by name", twoPeople, approval.Approver{Name: "ana", Via: "console"}, ok, approval.ErrSamePerson},
		{
			"the requester by principal", twoPeople, approval.Approver{Name: "anna", Principals: []string{"x", "ana"}, Via: "console"},
			ok, approval.ErrSamePerson,
		},
		{"whoever has the machine", twoPeople, me, ok, approval.ErrSamePerson},
	} {
		d, _ := newDesk(t)
		ticket := put(t, d, binding, c.verdict)
		if err := d.Decide(ticket.ID, c.who, c.say); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
		if s := stateOf(t, d, ticket.ID); s != approval.Waiting {
			t.Errorf("%s: the ticket is %s now", c.name, s)
		}
		if err := d.Decide(ticket.ID, bob, approval.Decision{Approve: true, Name: "main"}); err != nil {
			t.Errorf("%s, then properly: %v", c.name, err)
		}
	}
	d, _ := newDesk(t)
	if err := d.Decide("no such", bob, ok); !errors.Is(err, approval.ErrNoTicket) {
		t.Errorf("a ticket that does not exist: %v", err)
	}
	if _, _, err := d.Wait(t.Context(), "no such"); !errors.Is(err, approval.ErrNoTicket) {
		t.Errorf("waiting for a ticket that does not exist: %v", err)
	}
}

// Every way in which one human could count as two: at the desk, and in the gate when a desk has let it pass.
func TestOnePersonIsNotTwo(t *testing.T) {
	t.Parallel()
	who := func(name string, principals ...string) approval.Approver {
		return approval.Approver{Name: name, Principals: principals, Via: "console"}
	}
	for _, c := range []struct {
		name      string
		principal string
		by        approval.Approver
		want      error // nil: two people
	}{
		{"two people", "ana", who("bob"), nil},
		{"another, who is also somebody else", "ana", who("bob", "ci", "local"), nil},
		{"the caller", "ana", who("ana"), approval.ErrSamePerson},
		{"the caller, written otherwise", "ana", who("Ana"), approval.ErrSamePerson},
		{"the caller with spaces", "ana", who(" ana "), approval.ErrSamePerson},
		{"the caller under another name", "ana", who("anna", "ana"), approval.ErrSamePerson},
		{"the caller under another name, written otherwise", "ana@work", who("ana", " ANA@Work"), approval.ErrSamePerson},
		{"the owner of the machine", "ana", me, approval.ErrSamePerson},
		{"somebody without a name", "ana", who(""), approval.ErrNoApprover},
		{"a token without a name", "ana", who("bearer:0a0a0a0a"), approval.ErrSamePerson},
	} {
		d, _ := newDesk(t)
		b := binding
		b.Principal = c.principal
		ticket := put(t, d, b, twoPeople)
		if err := d.Decide(ticket.ID, c.by, ok); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if got := stateOf(t, d, ticket.ID); (got == approval.Approved) != (c.want == nil) {
			t.Errorf("%s: the question is %s", c.name, got)
		}
		if err := c.by.Second(c.principal); (err == nil) != (c.want == nil) {
			t.Errorf("%s, in the gate: %v", c.name, err)
		}
	}
	// Who has no name cannot be one of two, whoever the other is: there is not even a question.
	for _, principal := range []string{"local", "bearer:0a0a0a0a", "Ana", "a b", "ana\u200b", "anа" /* Cyrillic */} {
		d, _ := newDesk(t)
		b := binding
		b.Principal = principal
		if _, err := d.Put(b, twoPeople, card, caller.Caller{ClientName: "test"}); !errors.Is(err, approval.ErrNoPerson) {
			t.Errorf("%q is one of two people: %v", principal, err)
		}
		if err := bob.Second(principal); !errors.Is(err, approval.ErrNoPerson) {
			t.Errorf("%q is one of two people in the gate: %v", principal, err)
		}
	}
}

// At every level the desk's answer lets exactly this call go, and says who approved it.
func TestDeskAnswersAreRedeemed(t *testing.T) {
	t.Parallel()
	for _, v := range []policy.Verdict{form, typed, onConsole, twoPeople} {
		d, g := newDesk(t)
		ticket := put(t, d, binding, v)
		if err := d.Decide(ticket.ID, bob, approval.Decision{Approve: true, Name: "main"}); err != nil {
			t.Fatalf("%s: %v", v.Level, err)
		}
		state, answer, err := d.Wait(t.Context(), ticket.ID)
		if err != nil {
			t.Fatalf("%s: %v", v.Level, err)
		}
		other := binding
		other.Principal = "mallory"
		if grant, err := g.Redeem(state, other, answer); !errors.Is(err, approval.ErrMismatch) || grant.Covers(other) {
			t.Errorf("%s: the answer for ana served mallory: %v", v.Level, err)
		}
		grant, err := g.Redeem(state, binding, answer)
		if err != nil || !grant.Covers(binding) || grant.By().Name != "bob" || grant.By().Via != "console" {
			t.Errorf("%s: grant %v by %+v, %v", v.Level, grant.Covers(binding), grant.By(), err)
		}
		if _, err := g.Redeem(state, binding, answer); !errors.Is(err, approval.ErrReplayed) {
			t.Errorf("%s: the answer served twice: %v", v.Level, err)
		}
	}
}

// A question at the desk is another person's question, whatever else is the same.
func TestPutFindsOnlyTheVerySameCall(t *testing.T) {
	t.Parallel()
	d, _ := newDesk(t)
	first := put(t, d, binding, onConsole)
	if again := put(t, d, binding, onConsole); again.ID != first.ID {
		t.Error("the same call got a second ticket")
	}
	for name, change := range map[string]func(*approval.Binding){
		"principal": func(b *approval.Binding) { b.Principal = "mallory" },
		"tool":      func(b *approval.Binding) { b.Tool = "platformsh_project_delete" },
		"account":   func(b *approval.Binding) { b.Account = "other" },
		"digest":    func(b *approval.Binding) { b.Digest = "other" },
	} {
		b := binding
		change(&b)
		if put(t, d, b, onConsole).ID == first.ID {
			t.Errorf("another %s got the same ticket", name)
		}
	}
	if put(t, d, binding, form).ID == first.ID {
		t.Error("another level got the same ticket")
	}
	if n := d.Waiting(); n != 6 {
		t.Errorf("%d questions wait, want 6", n)
	}
	if _, err := d.Put(approval.Binding{}, onConsole, card, caller.Caller{}); !errors.Is(err, approval.ErrIncomplete) {
		t.Errorf("a call of nobody: %v", err)
	}
	if _, err := d.Put(binding, policy.Verdict{Action: policy.Deny}, card, caller.Caller{}); !errors.Is(err, approval.ErrCannotAsk) {
		t.Errorf("a call that the policy refuses: %v", err)
	}
}

// When the target changed, the old card is taken away: its answer could not be used.
func TestChangedTargetReplacesTheTicket(t *testing.T) {
	t.Parallel()
	d, _ := newDesk(t)
	waiting := put(t, d, binding, onConsole)
	moved := binding
	moved.Target = approval.NewTarget([]approval.Detail{{Name: "status", Value: "paused"}})
	next := put(t, d, moved, onConsole)
	if s := stateOf(t, d, waiting.ID); s != approval.Withdrawn {
		t.Errorf("the old question is %s", s)
	}
	if err := d.Decide(waiting.ID, bob, ok); !errors.Is(err, approval.ErrSettled) {
		t.Errorf("the old question could be answered: %v", err)
	}
	if err := d.Decide(next.ID, bob, ok); err != nil {
		t.Error(err)
	}
}

// A thousand calls ask, answer and go on as they like: never do more go on than were approved.
func TestAsManyCallsAsApprovals(t *testing.T) {
	t.Parallel()
	d, g := newDesk(t)
	var approved, went, replayed atomic.Int32
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			ticket, err := d.Put(binding, onConsole, card, caller.Caller{ClientName: "client"})
			if err != nil {
				t.Error(err)
				return
			}
			switch err := d.Decide(ticket.ID, bob, ok); {
			case err == nil:
				approved.Add(1)
			case !errors.Is(err, approval.ErrSettled) && !errors.Is(err, approval.ErrNoTicket):
				t.Error(err)
			}
			state, answer, err := d.Wait(t.Context(), ticket.ID)
			if errors.Is(err, approval.ErrReplayed) || errors.Is(err, approval.ErrNoTicket) { // hundreds are settled, some are forgotten
				replayed.Add(1)
				return
			}
			if grant, err := g.Redeem(state, binding, answer); err != nil || !grant.Covers(binding) {
				t.Errorf("redeem: %v", err)
			}
			went.Add(1)
		})
	}
	all.Wait()
	if went.Load() != approved.Load() || went.Load()+replayed.Load() != 1000 {
		t.Errorf("%d calls went on after %d approvals, %d did not", went.Load(), approved.Load(), replayed.Load())
	}
}

// A thousand calls wait for one approval, and it is clicked fifty times: one call gets it.
func TestThousandWaitersOneYes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _ := newDesk(t)
		ticket := put(t, d, binding, onConsole)
		var yes, no atomic.Int32
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				switch _, answer, err := d.Wait(t.Context(), ticket.ID); {
				case err == nil && answer.Action == approval.Accept:
					yes.Add(1)
				case errors.Is(err, approval.ErrReplayed):
					no.Add(1)
				default:
					t.Errorf("answer %v, %v", answer, err)
				}
			})
		}
		synctest.Wait()
		if now, _ := d.Ticket(ticket.ID); now.Waiters != 1000 {
			t.Errorf("%d calls wait", now.Waiters)
		}
		var decided atomic.Int32
		for range 50 { // fifty clicks on Approve are one
			all.Go(func() {
				if d.Decide(ticket.ID, bob, ok) == nil {
					decided.Add(1)
				}
			})
		}
		all.Wait()
		if yes.Load() != 1 || no.Load() != 999 || decided.Load() != 1 {
			t.Errorf("%d went on, %d did not, %d decisions counted", yes.Load(), no.Load(), decided.Load())
		}
		if now, _ := d.Ticket(ticket.ID); now.State != approval.Used || now.Waiters != 0 {
			t.Errorf("the ticket is %s with %d waiting", now.State, now.Waiters)
		}
	})
}

// A client that gave up repeats its call and finds the answer: once, and only in time.
func TestAnswerForAClientThatGaveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _ := newDesk(t)
		ticket := put(t, d, binding, onConsole)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, _, err := d.Wait(ctx, ticket.ID); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("the wait ended with %v", err)
		}
		time.Sleep(3 * time.Minute)
		if err := d.Decide(ticket.ID, bob, ok); err != nil {
			t.Fatal(err)
		}
		if s := stateOf(t, d, ticket.ID); s != approval.Approved {
			t.Errorf("the ticket is %s, want approved and not fetched", s)
		}
		time.Sleep(3 * time.Minute)
		again := put(t, d, binding, onConsole)
		if again.ID != ticket.ID {
			t.Fatal("the repeated call got a new question")
		}
		if _, answer, err := d.Wait(t.Context(), again.ID); err != nil || answer.Action != approval.Accept {
			t.Fatalf("the repeated call got %v, %v", answer, err)
		}
		if third := put(t, d, binding, onConsole); third.ID == ticket.ID || third.State != approval.Waiting {
			t.Error("a third call got an answer that was used")
		}
	})
}

func TestDeclineReachesTheCallThatIsRepeated(t *testing.T) {
	t.Parallel()
	d, g := newDesk(t)
	ticket := put(t, d, binding, typed)
	if err := d.Decide(ticket.ID, me, approval.Decision{}); err != nil {
		t.Fatal(err)
	}
	if err := d.Decide(ticket.ID, me, approval.Decision{Approve: true, Name: "main"}); !errors.Is(err, approval.ErrSettled) {
		t.Errorf("a no was turned into a yes: %v", err)
	}
	again := put(t, d, binding, typed)
	state, answer, err := d.Wait(t.Context(), again.ID)
	if err != nil || again.ID != ticket.ID {
		t.Fatal(err)
	}
	if _, err := g.Redeem(state, binding, answer); !errors.Is(err, approval.ErrDeclined) {
		t.Errorf("redeem of a no: %v", err)
	}
	if _, _, err := d.Wait(t.Context(), ticket.ID); !errors.Is(err, approval.ErrDeclined) {
		t.Errorf("a second call behind the same no: %v", err)
	}
	if put(t, d, binding, typed).ID == ticket.ID {
		t.Error("a no stands forever: a later call must be able to ask again")
	}
}

func TestEndOfTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _ := newDesk(t)
		alone := put(t, d, binding, onConsole)
		watched := put(t, d, binding, form)
		late := put(t, d, binding, typed)
		var all sync.WaitGroup
		all.Go(func() {
			if _, _, err := d.Wait(t.Context(), watched.ID); !errors.Is(err, approval.ErrExpired) {
				t.Errorf("the wait ended with %v", err)
			}
		})
		if err := d.Decide(late.ID, bob, approval.Decision{Approve: true, Name: "main"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(approval.Lifetime)
		all.Wait()
		synctest.Wait()
		for id, want := range map[string]approval.TicketState{alone.ID: approval.Withdrawn, watched.ID: approval.Expired, late.ID: approval.Expired} {
			if s := stateOf(t, d, id); s != want {
				t.Errorf("the ticket is %s, want %s", s, want)
			}
			if err := d.Decide(id, bob, ok); !errors.Is(err, approval.ErrSettled) {
				t.Errorf("decided after the end: %v", err)
			}
			if _, answer, err := d.Wait(t.Context(), id); !errors.Is(err, approval.ErrExpired) || answer.Action != "" {
				t.Errorf("an answer after the end: %v, %v", answer, err)
			}
		}
		if put(t, d, binding, onConsole).ID == alone.ID {
			t.Error("an expired ticket was found again")
		}
	})
}

func TestDeskIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _ := newDesk(t)
		ask := func(principal string, n int) error {
			b := binding
			b.Principal, b.Digest = principal, fmt.Sprint(n)
			_, err := d.Put(b, onConsole, card, caller.Caller{Principal: principal})
			return err
		}
		for n := range 50 {
			if err := ask("greedy", n); err != nil {
				t.Fatal(err)
			}
		}
		if err := ask("greedy", 50); !errors.Is(err, approval.ErrDeskFull) {
			t.Errorf("the 51st question of one caller: %v", err)
		}
		if err := ask("greedy", 49); err != nil {
			t.Errorf("a question that is there already: %v", err)
		}
		for n := range 450 {
			if err := ask(fmt.Sprint("caller ", n), 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := ask("one more", 0); !errors.Is(err, approval.ErrDeskFull) {
			t.Errorf("the 501st question: %v", err)
		}
		time.Sleep(approval.Lifetime)
		synctest.Wait()
		if err := ask("one more", 0); err != nil {
			t.Errorf("after all expired: %v", err)
		}
		if n := len(d.List()); n > 101 {
			t.Errorf("%d tickets are kept", n)
		}
	})
}

// Callers with the one bearer token differ by their address: one of them can fill neither the number of questions nor the memory for
// their cards, and cards that nobody waits for make place.
func TestDeskIsBoundedByCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _ := newDesk(t)
		shared := binding
		shared.Principal = "bearer:1a2b3c4d"
		ask := func(address string, n, size int) error {
			b, large := shared, card
			b.Digest = fmt.Sprint(address, n)
			large.Request = strings.Repeat("x", size)
			_, err := d.Put(b, onConsole, large, caller.Caller{Principal: shared.Principal, Address: address})
			return err
		}
		for n := range 50 {
			if err := ask("203.0.113.1", n, 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := ask("203.0.113.1", 50, 1); !errors.Is(err, approval.ErrDeskFull) {
			t.Errorf("the 51st question of one address: %v", err)
		}
		count := 0
		for ; count < 50 && ask("203.0.113.2", count, 1<<20) == nil; count++ {
		}
		if count != 7 {
			t.Errorf("%d cards of a megabyte, of one address; want 7", count)
		}
		if err := ask("203.0.113.3", 0, 4<<20); err != nil {
			t.Errorf("another address: %v", err)
		}
		for round := range 5 { // each expires before the next
			time.Sleep(approval.Lifetime)
			synctest.Wait()
			for n := range 28 {
				if err := ask(fmt.Sprint("2001:db8::", n/7), round*100+n, 1<<20); err != nil {
					t.Fatal(err)
				}
			}
		}
		bytes := 0
		for _, t := range d.List() {
			bytes += len(t.Card.Request)
		}
		if bytes > 32<<20 {
			t.Errorf("%d MiB of cards are kept", bytes>>20)
		}
	})
}

// What waits comes first and oldest first, what is settled after it and latest first; every change is announced.
func TestListAndChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, _ := newDesk(t)
		var ids []string
		for n := range 4 {
			b := binding
			b.Digest = fmt.Sprint(n)
			changed := d.Changed()
			ids = append(ids, put(t, d, b, onConsole).ID)
			<-changed
			time.Sleep(time.Second)
		}
		for _, n := range []int{0, 2} {
			changed := d.Changed()
			if err := d.Decide(ids[n], bob, approval.Decision{}); err != nil {
				t.Fatal(err)
			}
			<-changed
			time.Sleep(time.Second)
		}
		for i, want := range []int{1, 3, 2, 0} {
			if got := d.List()[i]; got.ID != ids[want] {
				t.Errorf("place %d: %s %s", i, got.State, got.Request.Digest)
			}
		}
		if got, _ := d.Ticket(ids[0]); got.By.Name != "bob" || got.Decided.IsZero() || got.Open() {
			t.Errorf("the ticket does not tell who declined it: %+v", got)
		}
	})
}

// What a page lays out by itself is as inert as the text of the card.
func TestShownCardIsInert(t *testing.T) {
	t.Parallel()
	const evil = "a\u202eb\nAccount: other\u200b"
	const want = `a\u{202e}b\nAccount: other\u{200b}`
	shown := approval.Card{
		Account: evil, Tool: evil, Summary: evil, About: evil, Request: evil, Cost: evil, Reason: evil,
		Target: []approval.Detail{{Name: evil, Value: evil}}, Along: []approval.Detail{{Name: evil, Value: evil}},
		Changes: []approval.Change{{Field: evil, Old: evil, New: evil}}, Doubts: []string{evil}, First: []approval.Step{{Request: evil}},
	}.Shown()
	for _, got := range []string{
		shown.Account, shown.Tool, shown.Summary, shown.About, shown.Request, shown.Cost, shown.Reason, shown.Target[0].Name, shown.Target[0].Value,
		shown.Along[0].Name, shown.Along[0].Value, shown.Changes[0].Field, shown.Changes[0].Old, shown.Changes[0].New, shown.Doubts[0],
		shown.First[0].Request,
	} {
		if got != want {
			t.Errorf("shown as %q", got)
		}
	}
}
