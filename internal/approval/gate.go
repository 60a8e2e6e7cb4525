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
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"paasmcp/internal/policy"
)

// Lifetime is how long a question can be answered. Long enough to look at a project before saying yes, short enough that
// the target is still what the card showed.
const Lifetime = 10 * time.Minute

// Binding is what a yes is for. All four parts must be set.
type Binding struct {
	Principal string `json:"principal"`
	Tool      string `json:"tool"`
	Account   string `json:"account"`
	// Digest covers everything that is sent and everything that the decision rested on: method, path, body, resolved
	// target, and whether secrets are shown.
	Digest string `json:"digest"`
}

func (b Binding) complete() bool {
	return b.Principal != "" && b.Tool != "" && b.Account != "" && b.Digest != ""
}

// Grant is the proof that the gate let one request through. Other packages can hold and pass a Grant but only a [Gate] can
// make one; the zero Grant covers nothing.
type Grant struct {
	binding Binding
	given   bool
}

// Covers reports whether the grant was given for exactly this request.
func (g Grant) Covers(b Binding) bool { return g.given && g.binding == b }

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
	Message string // the card as plain text
	Field   Field  // the one field of the form
	Expires time.Time
}

// Field is the one field of a question's form.
type Field struct {
	Name        string // approve or confirm_name
	Type        string // boolean or string, as JSON Schema spells them
	Title       string
	Description string
}

// The names of the fields, by level.
const (
	FieldApprove = "approve"
	FieldName    = "confirm_name"
)

// Schema is the field as the flat object schema that MCP elicitation asks for.
func (f Field) Schema() map[string]any {
	return map[string]any{
		"type": "object",
		"properties": map[string]any{
			f.Name: map[string]any{"type": f.Type, "title": f.Title, "description": f.Description},
		},
		"required": []string{f.Name},
	}
}

// Ask makes the question for a call that the policy wants confirmed at level form or typed. Account, tool, level and reason
// of the card are filled in from the binding and the verdict: a card must not show one call while the answer is bound to
// another.
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
	case policy.Form:
		card.Expect = ""
	case policy.Typed:
		if !typable(card.Expect) {
			return Question{}, fmt.Errorf("%w: its target has no name that a person could read and type", ErrCannotAsk)
		}
		field = Field{Name: FieldName, Type: "string", Title: "Name of the target", Description: "Type " + card.Expect + " to go ahead."}
	default:
		return Question{}, fmt.Errorf("%w: the policy wants level %q, which a form cannot give", ErrCannotAsk, v.Level)
	}
	now := time.Now()
	st := State{Binding: b, Level: v.Level, Expect: card.Expect, Nonce: rand.Text(), IssuedAt: now, Expires: now.Add(Lifetime)}
	token, err := g.sealer.Seal(st)
	if err != nil {
		return Question{}, err
	}
	return Question{State: token, Message: card.Text(), Field: field, Expires: st.Expires}, nil
}

// Answer is what came back from the person, as MCP elicitation words it.
type Answer struct {
	Action  string         // accept, decline or cancel
	Content map[string]any // the field of the form, when the action is accept
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
	if err := st.belongsTo(b); err != nil {
		return Grant{}, err
	}
	if !g.store.Use(st.Nonce, st.Expires) {
		return Grant{}, ErrReplayed
	}
	if err := st.judge(a); err != nil {
		return Grant{}, err
	}
	return Grant{binding: b, given: true}, nil
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
		other = "the arguments or the target changed since the question was asked"
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
		return ErrCancelled
	default:
		return ErrNotApproved
	}
	switch st.Level {
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
