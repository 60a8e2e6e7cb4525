package tools

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/internal/preview"
	"paasmcp/internal/secrets"
	"paasmcp/schemas"
)

// attempt is one call on its way through the gate to the wire.
type attempt struct {
	s       *Service
	op      *schemas.Operation
	risk    []schemas.Risk // of this call; its arguments can add to that of the operation
	args    map[string]any
	masker  *secrets.Masker // knows the secrets in args
	request *apiclient.Request
	digest  string // of request
	client  *apiclient.Client
	view    View
	caller  caller.Caller
	verdict policy.Verdict
	kind    preview.Kind   // of the environment that is changed
	target  preview.Target // as it was looked up
	unseen  string         // why it is not known what an update replaces
	first   []*attempt     // the backup that the card offers
	// atConsole: the client's dialog cannot show all of the card. What has to be typed is typed at the console then.
	atConsole bool
	backups   []JobRef // those that were taken

	saveTo   string
	into     *target
	progress Progress
	card     string            // digest of the card that was shown
	by       approval.Approver // who said yes; zero when nobody was asked
}

// binding says what a person's yes is for. Whether secrets are shown is part of it: a yes to a masked answer is not a
// yes to a revealed one. So is how much the policy asked for: a ticked box is no answer once the policy wants a typed name.
func (a *attempt) binding() approval.Binding {
	digest := a.digest
	if a.view.Reveal {
		digest += "+reveal"
	}
	if a.atConsole {
		digest += "+console"
	}
	return approval.Binding{
		Principal: a.caller.Principal, Tool: a.op.Name, Account: a.client.Account().Name, Digest: digest, Asks: a.verdict.Level, Target: a.state(),
	}
}

// pass asks the policy and, where it says so, a person.
func (a *attempt) pass(ctx context.Context, channel Channel) (approval.Grant, error) {
	unseen := a.consider(ctx)
	switch a.verdict.Action {
	case policy.Allow:
		if err := a.impossible(); err != nil {
			return approval.Grant{}, err
		}
		return a.s.Gate.Allowed(a.verdict, a.binding())
	case policy.Confirm:
		if err := a.impossible(); err != nil {
			return approval.Grant{}, err
		}
	default:
		return approval.Grant{}, a.denied(unseen)
	}
	state, answer, err := channel.Ask(ctx, a.asked())
	if err != nil {
		return approval.Grant{}, a.notAsked(ctx, err)
	}
	if answer.Action == approval.Accept && (a.card != "" || unseen != nil) {
		// The person has just been thinking, perhaps for minutes: a policy that was exchanged meanwhile counts, and so does the target
		// as it is now. An answer that came with the call was considered a moment ago.
		if err := a.lookAgain(ctx, state); err != nil {
			if a.s.Desk != nil {
				a.s.Desk.PutBack(state)
			}
			return approval.Grant{}, err
		}
	}
	if err := a.impossible(); err != nil {
		return approval.Grant{}, err
	}
	grant, err := a.s.Gate.Redeem(state, a.binding(), answer)
	if approval.Refuses(err) {
		a.by = answer.By(a.caller.Principal)
		a.note(a.cardNow())
	}
	if err != nil {
		return approval.Grant{}, a.refused(err.Error(), err)
	}
	a.by = grant.By()
	if a.card == "" {
		a.note(a.cardNow())
	}
	return grant, nil
}

// denied refuses what the policy denies. Where that may be for want of a look, it says so.
func (a *attempt) denied(unseen error) error {
	reason := a.verdict.Reason + allowedBy(a.verdict, a.op.Name)
	if unseen != nil {
		reason += " The target could not be looked up: " + unseen.Error() + "."
	}
	return a.refused(reason, nil)
}

// notAsked says why there is no answer.
func (a *attempt) notAsked(ctx context.Context, err error) error {
	pending, waiting := (*PendingError)(nil), (*WaitingError)(nil)
	switch ended := caller.Ended(ctx); {
	case errors.As(err, &pending), errors.As(err, &waiting):
		return err
	case ended != nil:
		return a.refused(ended.Error()+"; nothing was sent", ended)
	case approval.Refuses(err), errors.Is(err, approval.ErrExpired), errors.Is(err, approval.ErrReplayed), errors.Is(err, approval.ErrNoPerson):
		return a.refused(err.Error(), err)
	}
	return a.refused(a.verdict.Reason+" But "+err.Error(), err)
}

// impossible refuses a call that cannot work, as far as could be looked up.
func (a *attempt) impossible() error {
	if len(a.target.Impossible) == 0 {
		return nil
	}
	return a.refused("it cannot work: "+strings.Join(a.target.Impossible, "; ")+". Nothing was sent: correct the arguments and call again", nil)
}

// asked is the question in the ways that it can be put.
func (a *attempt) asked() Asked {
	asked := Asked{
		Level: a.verdict.Level, AtConsole: a.atConsole,
		Question: func() (approval.Question, error) {
			card := a.cardNow()
			a.note(card)
			return a.s.Gate.Ask(a.binding(), a.verdict, card)
		},
	}
	if a.s.Desk != nil {
		asked.Ticket = func() (approval.Ticket, error) {
			card := a.cardNow()
			a.note(card)
			return a.s.Desk.Put(a.binding(), a.verdict, card, a.caller)
		}
	}
	return asked
}

// note remembers which card was shown, for the audit.
func (a *attempt) note(card approval.Card) {
	sum := sha256.Sum256([]byte(card.Text()))
	a.card = hex.EncodeToString(sum[:])
}

// cardNow is the card of the call with the target as it was looked up last.
func (a *attempt) cardNow() approval.Card {
	card := approval.Card{
		Account:     a.client.Account().Name,
		Platform:    a.op.Platform,
		Tool:        a.op.Name,
		Summary:     a.op.Summary,
		About:       a.op.About,
		Request:     a.maskedRequest(),
		Sent:        a.sent(),
		BackedUp:    a.target.BackedUp,
		Environment: a.kind.Environment,
		Target:      append(a.target.Details, a.named()...),
		Along:       a.target.Along,
		Changes:     a.target.Changes,
		Cost:        a.target.Cost,
		Doubts:      a.target.Doubts,
		Risk:        a.risk,
		Reason:      a.verdict.Reason,
		Level:       a.verdict.Level,
		Expect:      a.expect(),
	}
	for _, step := range a.first {
		card.First = append(card.First, approval.Step{Binding: step.binding(), Request: step.maskedRequest()})
	}
	return card
}

// maskedRequest is the exact request as a person may see it: built again from masked arguments.
func (a *attempt) maskedRequest() string {
	masked, _ := a.masker.Mask(a.args).(map[string]any)
	request, err := apiclient.Build(a.op, masked)
	if err != nil { // a masked value that cannot stand in its place; what is left says enough
		return a.op.Call
	}
	return request.String()
}

// maxSent is how many values of a request are listed on a card. A card with more fits into no dialog.
const maxSent = 200

// sent are the values of the request one by one, by their arguments.
func (a *attempt) sent() []approval.Detail {
	masked, _ := a.masker.Mask(a.args).(map[string]any)
	var list []approval.Detail
	var add func(path string, v any)
	add = func(path string, v any) {
		if len(list) == maxSent {
			return
		}
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				add(strings.TrimPrefix(path+"."+key, "."), v[key])
			}
			if len(v) > 0 {
				return
			}
		case []any:
			for i, child := range v {
				add(fmt.Sprintf("%s[%d]", path, i), child)
			}
			if len(v) > 0 {
				return
			}
		case string:
			list = append(list, approval.Detail{Name: path, Value: v})
			return
		}
		if text, err := json.Marshal(v); err == nil && path != "" {
			list = append(list, approval.Detail{Name: path, Value: string(text)})
		}
	}
	add("", masked)
	return list
}

// named names what will be hit by the arguments alone: what the path names, or, where paths name nothing, what the required
// arguments do. What was looked up already is not repeated.
func (a *attempt) named() []approval.Detail {
	masked, _ := a.masker.Mask(a.args).(map[string]any)
	var details []approval.Detail
	named := len(a.op.Holes()) > 0
	known := func(value string) bool {
		return slices.ContainsFunc(a.target.Details, func(d approval.Detail) bool { return strings.Contains(d.Value, value) })
	}
	for _, name := range a.op.RequiredArguments() {
		p, ok := a.op.Param(name)
		if !ok || named != (p.In == "path") {
			continue
		}
		switch masked[name].(type) {
		case string, json.Number, bool:
			label := strings.ReplaceAll(strings.TrimSuffix(name, "_id"), "_", " ")
			if value := fmt.Sprint(masked[name]); !known(value) {
				details = append(details, approval.Detail{Name: label, Value: value})
			}
		}
	}
	return details
}
