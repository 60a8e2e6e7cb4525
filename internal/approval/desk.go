package approval

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
)

// Bounds of a [Desk]. A desk that a program fills faster than a person can read protects nobody, so it is shut instead.
const (
	maxWaiting   = 500 // questions in all
	maxPerCaller = 50  // questions of one caller, see caller.Caller.Quota: nobody may crowd out the others
	maxFinished  = 100 // answered or expired questions that are kept to be looked at

	maxCards          = 32 << 20 // bytes of all cards; a card shows the whole of what would be sent
	maxCardsPerCaller = 8 << 20
)

// Errors of a [Desk], besides those of a [Gate]. Test with errors.Is.
var (
	ErrDeskFull   = errors.New("too many calls wait for an approval; wait until some are answered or expire, then call again")
	ErrNoTicket   = errors.New("this request does not exist, or it was forgotten since it was answered")
	ErrSettled    = errors.New("this request is settled already; nothing was changed")
	ErrNoApprover = errors.New("only a signed-in approver can decide")
)

// Local is the approver who has proven no more than that this machine's user let them in. There is no telling whether that is the
// person behind the call, so Local is never the second of two people.
const Local = caller.Local

// errNameOperators says how a second person gets a name.
var errNameOperators = fmt.Errorf("%w; the server has to be started with --operators FILE, which names the people who may approve", ErrSamePerson)

// TicketState is where a question at the desk stands.
type TicketState string

// The states. A ticket moves from waiting to one of the others, and from approved to used or expired.
const (
	Waiting   TicketState = "waiting"
	Approved  TicketState = "approved" // the yes was not fetched yet: its client gave up, and can repeat the call
	Declined  TicketState = "declined"
	Used      TicketState = "used"      // approved, and the call went on
	Expired   TicketState = "expired"   // not answered, or not fetched, in time
	Withdrawn TicketState = "withdrawn" // expired when no client waited for it any more
)

// Ticket is a question at the desk as it was at one moment.
type Ticket struct {
	ID      string // names the question; opens nothing by itself
	State   TicketState
	Card    Card
	Field   Field    // what the approver fills in to say yes
	Backup  *Field   // how they ask for a backup first; nil when none can be taken
	Request Binding  // whose call it is
	Client  string   // what the client program calls itself; not proven
	Waiters int      // calls that wait for the answer right now
	By      Approver // who decided; zero before
	Asked   time.Time
	Decided time.Time // zero before
	Expires time.Time // the end of the question, and of an answer that was not fetched
}

// Open reports whether somebody can still decide about the ticket.
func (t Ticket) Open() bool { return t.State == Waiting }

// Refuses says why this approver cannot let the ticket's call go; nil when they can. Anybody may decline.
func (t Ticket) Refuses(who Approver) error {
	if t.Card.Level != policy.TwoPerson {
		return nil
	}
	return who.Second(t.Request.Principal)
}

// Decision is what an approver says.
type Decision struct {
	Approve bool
	Name    string // the typed name, where the level asks for one
	Backup  bool   // take a backup first, where that is offered
}

// Desk holds the questions that are answered away from the client that caused them: on the console's page or in a terminal. It
// is the only maker of answers that carry an approver. Everything is in memory: a question does not outlive the process
// whose gate sealed it. It is safe for concurrent use.
type Desk struct {
	gate *Gate

	mu      sync.Mutex
	tickets map[string]*ticket
	asked   map[question]*ticket // what Put finds again
	order   []*ticket            // oldest first
	changed chan struct{}        // closed at the next change
}

// question tells which tickets are the same. The level is a part of it: a yes at one level is none at another.
type question struct {
	Binding
	level policy.Level
}

type ticket struct {
	Ticket
	key     question
	sealed  string // the gate's state; never leaves the process except to be redeemed
	said    Decision
	fetched bool   // the answer has reached a call
	who     string // whom it counts for
	size    int    // of the card, in bytes
	settled chan struct{}
	timer   *time.Timer
}

// NewDesk makes an empty desk for questions of the gate.
func NewDesk(gate *Gate) *Desk {
	return &Desk{gate: gate, tickets: map[string]*ticket{}, asked: map[question]*ticket{}, changed: make(chan struct{})}
}

// Put lays a question on the desk, or finds the one that waits there for the very same call at the same level: a client that
// gave up and repeats its call gets the answer that was given meanwhile, and a person is not asked twice.
func (d *Desk) Put(b Binding, v policy.Verdict, card Card, from caller.Caller) (Ticket, error) {
	size := card.size()
	d.mu.Lock()
	defer d.mu.Unlock()
	key := question{b, v.Level}
	if t := d.asked[key]; t != nil && time.Now().Before(t.Expires) {
		return t.Ticket, nil
	}
	d.replace(key)
	if err := d.room(from.Quota(), size); err != nil {
		return Ticket{}, err
	}
	q, err := d.gate.Ask(b, v, card)
	if err != nil {
		return Ticket{}, err
	}
	t := &ticket{
		Ticket: Ticket{
			ID: rand.Text(), State: Waiting, Card: q.Card, Field: q.Field, Backup: q.Backup, Request: b, Client: from.ClientName, Asked: time.Now(), Expires: q.Expires,
		},
		key: key, sealed: q.State, who: from.Quota(), size: size, settled: make(chan struct{}),
	}
	d.tickets[t.ID], d.asked[key] = t, t
	d.order = append(d.order, t)
	t.timer = time.AfterFunc(time.Until(t.Expires), func() { d.expire(t) })
	d.notify()
	return t.Ticket, nil
}

// replace withdraws, with the lock held, what the same call asked when its target was in another state: nobody could use the
// answer, and two cards for one call are one too many.
func (d *Desk) replace(by question) {
	for key, t := range d.asked {
		if key.Target = by.Target; key == by && t.Waiters == 0 {
			d.leave(t)
			if t.State == Waiting {
				close(t.settled)
			}
			t.State = Withdrawn
		}
	}
}

// room makes sure that there is space for one more question of a caller, with the lock held. What is finished makes place, oldest first.
func (d *Desk) room(who string, size int) error {
	var all, own struct{ cards, bytes int }
	finished, kept := 0, 0 // number and bytes of what is finished
	for _, t := range d.order {
		if !t.pending() {
			finished, kept = finished+1, kept+t.size
			continue
		}
		all.cards, all.bytes = all.cards+1, all.bytes+t.size
		if t.who == who {
			own.cards, own.bytes = own.cards+1, own.bytes+t.size
		}
	}
	if all.cards >= maxWaiting || own.cards >= maxPerCaller || all.bytes+size > maxCards || own.bytes+size > maxCardsPerCaller {
		return ErrDeskFull
	}
	d.order = slices.DeleteFunc(d.order, func(t *ticket) bool {
		if t.pending() || finished <= maxFinished && all.bytes+kept+size <= maxCards {
			return false
		}
		finished, kept = finished-1, kept-t.size
		delete(d.tickets, t.ID)
		return true
	})
	return nil
}

// pending reports whether the ticket can still let a call go.
func (t *ticket) pending() bool { return t.State == Waiting || t.State == Approved }

// Wait returns the answer when there is one: the sealed state and the answer are for [Gate.Redeem]. Each answer is given out
// once, to whichever call comes first; the others get an error. A context that ends takes nothing away: the ticket stays.
func (d *Desk) Wait(ctx context.Context, id string) (state string, answer Answer, err error) {
	d.mu.Lock()
	t := d.tickets[id]
	if t == nil {
		d.mu.Unlock()
		return "", Answer{}, ErrNoTicket
	}
	t.Waiters++
	d.notify()
	d.mu.Unlock()

	select {
	case <-t.settled:
	case <-ctx.Done():
	}

	d.mu.Lock()
	defer d.mu.Unlock()
	t.Waiters--
	defer d.notify()
	if !time.Now().Before(t.Expires) {
		d.end(t) // the timer may be late
	}
	if err := ctx.Err(); err != nil && !t.fetched {
		return "", Answer{}, err
	}
	return d.fetch(t)
}

// fetch gives the answer out, with the lock held.
func (d *Desk) fetch(t *ticket) (string, Answer, error) {
	first := !t.fetched
	switch t.State {
	case Approved:
		t.State = Used
		d.leave(t)
		content := map[string]any{t.Field.Name: true, FieldBackup: t.said.Backup}
		if t.Field.Name == FieldName {
			content[FieldName] = t.said.Name
		}
		by := t.By
		return t.sealed, Answer{Action: Accept, Content: content, Via: by.Via, by: &by}, nil
	case Declined:
		d.leave(t)
		if first {
			by := t.By
			return t.sealed, Answer{Action: Decline, Via: by.Via, by: &by}, nil
		}
		return "", Answer{}, ErrDeclined
	case Used:
		return "", Answer{}, ErrReplayed
	default:
		return "", Answer{}, ErrExpired
	}
}

// PutBack takes back an approval that was fetched and not redeemed, so that the same call finds it again. Nothing happens when it is
// not that, or too old.
func (d *Desk) PutBack(sealed string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.order {
		if t.sealed != sealed || t.State != Used || d.asked[t.key] != nil || !time.Now().Before(t.Expires) {
			continue
		}
		t.State, t.fetched = Approved, false
		d.asked[t.key] = t
		t.timer = time.AfterFunc(time.Until(t.Expires), func() { d.expire(t) })
		d.notify()
	}
}

// leave takes the ticket out of what Put finds, with the lock held.
func (d *Desk) leave(t *ticket) {
	t.fetched = true
	t.timer.Stop()
	if d.asked[t.key] == t {
		delete(d.asked, t.key)
	}
}

// Decide settles a ticket. A wrong name leaves it waiting: the approver is signed in, and a slip of the hand is no answer. The
// gate judges the approver again when the answer is redeemed.
func (d *Desk) Decide(id string, who Approver, say Decision) error {
	if who.Name == "" || who.Via == "" {
		return ErrNoApprover
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.tickets[id]
	if t == nil {
		return ErrNoTicket
	}
	refused := t.Refuses(who)
	switch {
	case t.State != Waiting:
		return fmt.Errorf("%w: it is %s", ErrSettled, t.State)
	case !time.Now().Before(t.Expires):
		return ErrExpired
	case !say.Approve:
		t.State = Declined
	case refused != nil:
		return refused
	case t.Field.Name == FieldName && say.Name != t.Card.Expect:
		return ErrWrongName
	default:
		t.State = Approved
	}
	who.Principals = slices.Clone(who.Principals)
	t.By, t.said, t.Decided = who, say, time.Now()
	close(t.settled)
	d.notify()
	return nil
}

func (d *Desk) expire(t *ticket) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.end(t)
	d.notify()
}

// end settles, with the lock held, a ticket whose time is over, unless its answer was fetched before.
func (d *Desk) end(t *ticket) {
	if t.fetched {
		return
	}
	d.leave(t)
	switch {
	case t.State == Waiting && t.Waiters == 0:
		t.State = Withdrawn
		close(t.settled)
	case t.State == Waiting:
		t.State = Expired
		close(t.settled)
	case t.State == Approved:
		t.State = Expired
	}
}

// Ticket gives one ticket.
func (d *Desk) Ticket(id string) (Ticket, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.tickets[id]
	if t == nil {
		return Ticket{}, false
	}
	return t.Ticket, true
}

// List gives what waits, oldest first, and then what is settled, latest first.
func (d *Desk) List() []Ticket {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]Ticket, len(d.order))
	for i, t := range d.order {
		list[i] = t.Ticket
	}
	slices.SortStableFunc(list, func(a, b Ticket) int {
		switch {
		case a.Open() != b.Open():
			return map[bool]int{true: -1, false: 1}[a.Open()]
		case a.Open():
			return a.Asked.Compare(b.Asked)
		default:
			return cmp.Or(b.Decided.Compare(a.Decided), b.Asked.Compare(a.Asked))
		}
	})
	return list
}

// Waiting counts the questions that nobody has answered yet.
func (d *Desk) Waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, t := range d.order {
		if t.Open() {
			n++
		}
	}
	return n
}

// Changed gives a channel that is closed at the next change of any ticket. Get it before looking, so that no change falls
// between the look and the wait.
func (d *Desk) Changed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

// notify wakes those who watch, with the lock held.
func (d *Desk) notify() {
	close(d.changed)
	d.changed = make(chan struct{})
}
