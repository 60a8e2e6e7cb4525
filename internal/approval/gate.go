// Package approval asks a person before a call is sent, and proves afterwards that they said yes.
//
// A [Gate] turns a verdict of package policy into a [Grant], the only key to the wire. An allowed call gets one at
// once ([Gate.Allowed]). For a call that needs a person, [Gate.Ask] makes a [Question] with a card to read, and
// [Gate.Redeem] exchanges the answer for the grant. What the answer is for (principal, tool, account and digest of the
// request) is sealed into the question, so an answer cannot be moved to another call, used twice or used late.
//
// Everything here fails closed: whatever is missing, malformed or unexpected means no grant.
package approval

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
)

// Lifetime is how long a question can be answered. Long enough to look at a project before saying yes, short enough that
// the target is still what the card showed.
const Lifetime = 10 * time.Minute

// Binding is what a yes is for. All parts but the target must be set.
type Binding struct {
	Principal string `json:"principal"`
	Tool      string `json:"tool"`
	Account   string `json:"account"`
	// Digest covers everything that is sent, and whether secrets are shown: method, path, body.
	Digest string `json:"digest"`
	// Asks is what the policy asks for: a ticked box is no answer once it wants a typed name.
	Asks policy.Level `json:"asks,omitempty"`
	// Target is the state in which the card showed the target; empty when nothing could be looked up.
	Target Target `json:"target,omitempty"`
}

func (b Binding) complete() bool {
	return b.Principal != "" && b.Tool != "" && b.Account != "" && b.Digest != ""
}

// Grant is the proof that the gate let one request through. Other packages can hold and pass a Grant but only a [Gate] can
// make one; the zero Grant covers nothing.
type Grant struct {
	binding Binding
	given   bool
	by      Approver
	until   time.Time
	first   []Binding // the backups that the same answer asks for
}

// Covers reports whether the grant was given for exactly this request.
func (g Grant) Covers(b Binding) bool { return g.given && g.binding == b }

// Check says why the grant does not cover a request, in words that tell what changed since; nil when it does.
func (g Grant) Check(b Binding) error {
	if !g.given {
		return ErrIncomplete
	}
	return State{Binding: g.binding}.belongsTo(b)
}

// By is who said yes; the zero Approver when nobody had to be asked.
func (g Grant) By() Approver { return g.by }

// Until is when the question would have expired that a person said yes to: until then the call may wait for its turn. It is the
// zero time when nobody had to be asked.
func (g Grant) Until() time.Time { return g.until }

// First are grants for the backups that have to succeed before this grant is used, in their order.
func (g Grant) First() []Grant {
	list := make([]Grant, len(g.first))
	for i, b := range g.first {
		list[i] = Grant{binding: b, given: g.given, by: g.by, until: g.until}
	}
	return list
}

// Approver is a person who answered, as far as the program knows them.
type Approver struct {
	Name string // a principal, or the name of an operator
	// Principals are the callers that are this same person; a second pair of eyes is not theirs.
	Principals []string
	Via        string // how the answer came: form, url, console or terminal
}

// is reports whether the approver is the caller of that principal. Case and spaces around a name make no second person.
func (a Approver) is(principal string) bool {
	same := func(name string) bool {
		return strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(principal))
	}
	return same(a.Name) || slices.ContainsFunc(a.Principals, same)
}

// Second says why the approver cannot be the second person for a call of this principal; nil when they can. Both have to be
// people with a name: what is behind "local" or a shared token may be the approver.
func (a Approver) Second(principal string) error {
	switch {
	case !caller.IsPerson(principal):
		return ErrNoPerson
	case a.Name == Local:
		return errNameOperators
	case !caller.IsPerson(a.Name) || a.is(principal):
		return ErrSamePerson
	}
	return nil
}

// Errors of the gate, besides [ErrForged] and [ErrExpired]. Test with errors.Is.
var (
	ErrNotAllowed  = errors.New("the policy does not allow this call without a confirmation")
	ErrIncomplete  = errors.New("a call without principal, tool, account and digest cannot be confirmed")
	ErrCannotAsk   = errors.New("this call cannot be confirmed here")
	ErrDeclined    = errors.New("the person declined; nothing was sent")
	ErrCancelled   = errors.New("the question was closed without an answer; nothing was sent")
	ErrNotApproved = errors.New("the answer does not approve the call; nothing was sent; to approve, the person sets approve to true")
	ErrWrongName   = errors.New("the name that was typed is not the name on the card; nothing was sent; call the tool again to try once more")
	ErrReplayed    = errors.New("this question was answered before, and an answer counts once; call the tool again to get a new one")
	ErrNotHere     = errors.New("the policy wants this approved on the approval console; nothing was sent; a person opens it with paas-mcp approve")
	ErrNoPerson    = errors.New("the policy wants two people, and this caller has no name to tell who the first one is; nothing was sent; the server has to be started with --auth-token-file, whose lines are name:token")
	ErrSamePerson  = errors.New("the policy wants a second person to approve this, and the caller is the same one; nothing was sent; another operator has to approve it")
	ErrChanged     = errors.New("the target changed since the question was asked; nothing was sent; call the tool again to see it as it is now")
	ErrSeenAnew    = errors.New("the card did not show all of the target as it is now; nothing was sent; call the tool again to see it")
	ErrMismatch    = errors.New("the answer belongs to another call; nothing was sent; call the tool again to get a question for this one")
)

// Gate gives grants. It is safe for concurrent use.
type Gate struct {
	sealer *Sealer
	store  Store
}

// NewGate makes a gate. Gates that share the sealer's key must share the store.
func NewGate(sealer *Sealer, store Store) *Gate { return &Gate{sealer: sealer, store: store} }

// Allowed gives the grant for a call that the policy allows without asking, and [ErrNotAllowed] for every other verdict.
func (g *Gate) Allowed(v policy.Verdict, b Binding) (Grant, error) {
	if v.Action != policy.Allow {
		return Grant{}, ErrNotAllowed
	}
	if !b.complete() {
		return Grant{}, ErrIncomplete
	}
	return Grant{binding: b, given: true}, nil
}

// Question is what a person is shown and how they answer.
type Question struct {
	State   string // comes back with the answer; opaque
	Card    Card
	Message string // the card for a client's dialog; a channel that can show more shows [Card.Text]
	Level   policy.Level
	Field   Field  // the field that says yes
	Backup  *Field // the field that asks for a backup first; nil when none can be taken
	Expires time.Time
}

// Field is one field of a question's form.
type Field struct {
	Name        string // approve, confirm_name or backup_first
	Type        string // boolean or string, as JSON Schema spells them
	Title       string
	Description string
	Ticked      bool // what a form shows before it is touched, and what no answer means
}

// The names of the fields. Which of the first two says yes depends on the level.
const (
	FieldApprove = "approve"
	FieldName    = "confirm_name"
	FieldBackup  = "backup_first"
)

// Schema is the form as the flat object schema that MCP elicitation asks for: strings and booleans only, which is all that
// clients can draw.
func (q Question) Schema() map[string]any {
	properties := map[string]any{q.Field.Name: q.Field.schema()}
	if q.Backup != nil {
		backup := q.Backup.schema()
		backup["default"] = q.Backup.Ticked
		properties[q.Backup.Name] = backup
	}
	return map[string]any{"type": "object", "properties": properties, "required": []string{q.Field.Name}}
}

func (f Field) schema() map[string]any {
	return map[string]any{"type": f.Type, "title": f.Title, "description": f.Description}
}

// Ask makes the question for a call that the policy wants confirmed. Account, tool, level and reason of the card are filled
// in from the binding and the verdict: a card must not show one call while the answer is bound to another.
func (g *Gate) Ask(b Binding, v policy.Verdict, card Card) (Question, error) {
	if v.Action != policy.Confirm {
		return Question{}, fmt.Errorf("%w: the policy's verdict is %q, and only %q is asked about", ErrCannotAsk, v.Action, policy.Confirm)
	}
	if !b.complete() {
		return Question{}, ErrIncomplete
	}
	card.Account, card.Tool, card.Level, card.Reason = b.Account, b.Tool, v.Level, v.Reason
	field := Field{Name: FieldApprove, Type: "boolean", Title: "Go ahead", Description: "Yes sends the request shown above. No sends nothing."}
	switch v.Level {
	case policy.TwoPerson:
		if !caller.IsPerson(b.Principal) { // nobody could ever say yes
			return Question{}, ErrNoPerson
		}
		card.Expect = ""
	case policy.Form, policy.Console:
		card.Expect = ""
	case policy.Typed:
		if !Typable(card.Expect) {
			return Question{}, fmt.Errorf("%w: its target has no name that a person could read and type", ErrCannotAsk)
		}
		field = Field{Name: FieldName, Type: "string", Title: "Name of the target", Description: "Type " + card.Expect + " to go ahead."}
	default:
		return Question{}, fmt.Errorf("%w: the policy wants level %q, which this server cannot ask", ErrCannotAsk, v.Level)
	}
	now := time.Now()
	st := State{Binding: b, Level: v.Level, Expect: card.Expect, Nonce: rand.Text(), IssuedAt: now, Expires: now.Add(Lifetime)}
	q := Question{Card: card, Level: v.Level, Field: field, Expires: st.Expires}
	q.Message, _ = card.Dialog()
	if len(card.First) > 0 {
		for _, step := range card.First {
			if !step.Binding.complete() {
				return Question{}, ErrIncomplete
			}
			st.First = append(st.First, step.Binding)
		}
		q.Backup = &Field{Name: FieldBackup, Type: "boolean", Title: "Take a backup first", Description: "The request is sent only after the backup succeeded.",
			Ticked: card.BackedUp == ""}
		st.BackUp = q.Backup.Ticked
	}
	var err error
	q.State, err = g.sealer.Seal(st)
	return q, err
}

// Answer is what came back from the person, as MCP elicitation words it.
type Answer struct {
	Action  string         // accept, decline or cancel
	Content map[string]any // the fields of the form, when the action is accept
	Via     string         // how it came: form or terminal
	Why     string         // why there is no answer, when the action is cancel and that is known
	// by is who answered at the console. Only the [Desk] can set it, because an answer that came with a call could name anybody.
	by *Approver
}

// By is who gave the answer: whoever signed in at the console, else the person behind the caller.
func (a Answer) By(principal string) Approver {
	if a.by != nil {
		return *a.by
	}
	return Approver{Name: principal, Via: a.Via}
}

// Refuses reports whether an error of [Gate.Redeem] means that the person who was asked did not say yes. All others mean that the
// answer was none of theirs.
func Refuses(err error) bool {
	return errors.Is(err, ErrDeclined) || errors.Is(err, ErrCancelled) || errors.Is(err, ErrNotApproved) || errors.Is(err, ErrWrongName)
}

// The actions of an [Answer].
const (
	Accept  = "accept"
	Decline = "decline"
	Cancel  = "cancel"
)

// Redeem exchanges an answered question for the grant of the call that it was asked for.
//
// A question is used up by its first answer, whatever it says: after a no, the same state must not come back with a yes. An
// answer to somebody else's question uses up nothing, or one caller could spoil the questions of another.
func (g *Gate) Redeem(state string, b Binding, a Answer) (Grant, error) {
	st, err := g.sealer.Open(state)
	if err != nil {
		return Grant{}, err
	}
	asked := b
	if a.Action != Accept { // a no is a no, whatever the target is like now
		asked.Target = st.Target
	}
	if err := st.belongsTo(asked); err != nil {
		return Grant{}, err
	}
	if !g.store.Use(st.Principal, st.Nonce, st.Expires) {
		return Grant{}, ErrReplayed
	}
	if err := st.judge(a); err != nil {
		return Grant{}, err
	}
	grant := Grant{binding: b, given: true, by: a.By(b.Principal), until: st.Expires}
	first, said := a.Content[FieldBackup].(bool)
	if !said {
		first = st.BackUp // as the form showed it
	}
	if first {
		grant.first = st.First
	}
	return grant, nil
}

// Fits reports whether an answered question is about this call with its target as it is now, and until when the answer is good. It
// uses up nothing.
func (g *Gate) Fits(state string, b Binding) (until time.Time, err error) {
	st, err := g.sealer.Open(state)
	if err != nil {
		return time.Time{}, err
	}
	return st.Expires, st.belongsTo(b)
}

// belongsTo names the first part that differs, in an order that tells a stranger nothing about the call beyond that it
// is not theirs. It never says what was expected.
func (st State) belongsTo(b Binding) error {
	var other string
	switch {
	case !b.complete() || !st.complete():
		return ErrIncomplete
	case st.Principal != b.Principal:
		other = "another principal was asked"
	case st.Tool != b.Tool:
		other = "it was given for another tool"
	case st.Account != b.Account:
		other = "it was given for another account"
	case st.Digest != b.Digest:
		other = "the arguments changed"
	case st.Target != b.Target:
		what, changed := st.Target.difference(b.Target)
		if !changed {
			return fmt.Errorf("%w (%s)", ErrSeenAnew, what)
		}
		return fmt.Errorf("%w (%s)", ErrChanged, what)
	case st.Asks != b.Asks:
		other = fmt.Sprintf("the policy asks for level %s now", cmp.Or(b.Asks, "none"))
	default:
		return nil
	}
	return fmt.Errorf("%w (%s)", ErrMismatch, other)
}

// judge reports what is wrong with the answer. Types are not converted: the text "true" is not a yes.
func (st State) judge(a Answer) error {
	switch a.Action {
	case Accept:
	case Decline:
		return ErrDeclined
	case Cancel:
		if a.Why != "" {
			return fmt.Errorf("%w (%s)", ErrCancelled, a.Why)
		}
		return ErrCancelled
	default:
		return ErrNotApproved
	}
	switch st.Level {
	case policy.Console, policy.TwoPerson:
		if a.by == nil {
			return ErrNotHere
		}
		if st.Level == policy.TwoPerson {
			if err := a.by.Second(st.Principal); err != nil {
				return err
			}
		}
		fallthrough
	case policy.Form:
		if yes, ok := a.Content[FieldApprove].(bool); !ok || !yes {
			return ErrNotApproved
		}
	case policy.Typed:
		if name, ok := a.Content[FieldName].(string); !ok || st.Expect == "" || name != st.Expect {
			return ErrWrongName
		}
	default:
		return ErrNotApproved
	}
	return nil
}
