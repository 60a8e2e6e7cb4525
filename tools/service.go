package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/finder"
	"paasmcp/internal/policy"
	"paasmcp/internal/related"
	"paasmcp/internal/secrets"
	"paasmcp/schemas"
)

// Config is what a Service is made of.
type Config struct {
	Catalog  *schemas.Catalog
	Accounts *Accounts
	Gate     *approval.Gate
	Policy   Judge
	Audit    *audit.Log
	ReadOnly bool
	Logger   *slog.Logger
	// SaveDir is the folder that answers which are files may be saved in; none when empty.
	SaveDir string
	// PollEvery is how often a wait looks at a job; the vendors' own pace when zero. Tests look more often.
	PollEvery time.Duration
	// Workflows names the workflows that an operation is a step of; may be nil.
	Workflows func(tool string) []Workflow
}

// Judge decides about calls: a [policy.Policy], or a [policy.Live] that can be exchanged while the server runs.
type Judge interface {
	Decide(policy.Facts) policy.Verdict
}

// Service makes calls. Every call of every tool, of the command line and of every transport goes through
// [Service.Call]; nothing else in this program sends a row's request.
type Service struct {
	Config
	files     fileStore
	validator validator
	maskers   maskers
	finder    func() *finder.Finder
	related   *related.Map
}

// NewService makes a service. The finder's index is built when somebody first looks for something.
func NewService(c Config) *Service {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Policy == nil {
		c.Policy = policy.Policy(nil) // which refuses everything
	}
	s := &Service{Config: c, related: related.New(c.Catalog.Rows())}
	s.finder = sync.OnceValue(func() *finder.Finder { return finder.New(c.Catalog.Rows()) })
	return s
}

// Call is one call of an operation.
type Call struct {
	Tool    string // name of the row
	Account string // name of the account; may be empty when the platform has one only
	Args    map[string]any
	View    View
	SaveTo  string // where a file goes, below Config.SaveDir
	// Progress is told how far a call is that blocks until its work is done; may be nil.
	Progress Progress
	// ReadsOnly refuses operations that are not reads. It is set by the tools that promise their client to change nothing.
	ReadsOnly bool
}

// Channel is the way to the person who confirms. It is asked at most once per call.
type Channel interface {
	// Ask returns the sealed state of an answered question together with the answer. The question is made only when it
	// has to be put now. The error is [ErrPending] when the answer comes with a later call, and says why nobody can be
	// asked otherwise.
	Ask(ctx context.Context, question func() (approval.Question, error)) (state string, answer approval.Answer, err error)
}

// PendingError says that a person has been asked and the same call has to come again with the answer.
type PendingError struct{ Question approval.Question }

func (e *PendingError) Error() string {
	return "waiting for a person to confirm; repeat the same call with their answer"
}

// RefusedError says that the gate did not let a call through, and why.
type RefusedError struct {
	Tool   string
	Reason string // what was refused, and who can allow it and how
	cause  error
}

func (e *RefusedError) Error() string { return e.Tool + ": " + e.Reason }
func (e *RefusedError) Unwrap() error { return e.cause }

// Outcome is a call that the platform answered.
type Outcome struct {
	Operation *schemas.Operation
	Account   string
	Result    *apiclient.Result
	Jobs      []JobRef
	args      map[string]any
	masker    *secrets.Masker // knows what was sent
	Saved     savedFile       // of an operation that answers with a file
}

// Call checks, gates, audits and sends one call. The order of its steps is the safety of this program: nothing is sent
// that was not validated, judged by the policy, confirmed where the policy says so, and written to the audit.
func (s *Service) Call(ctx context.Context, call Call, channel Channel) (*Outcome, error) {
	op, err := s.Operation(call.Tool)
	if err != nil {
		return nil, err
	}
	if call.ReadsOnly && !op.IsRead() {
		return nil, &RefusedError{Tool: op.Name, Reason: "it is not a read, so it cannot be called here; use paas_write"}
	}
	client, err := s.Accounts.Pick(op.Platform, call.Account)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.Name, err)
	}
	if op.Only != "" && client.Account().Vendor != op.Only {
		return nil, fmt.Errorf("%s: it exists only on %s accounts, and %s is none", op.Name, op.Only, client.Account().Name)
	}
	masker := s.maskers.of(op)
	args, err := s.validator.check(op, call.Args)
	if err != nil {
		return nil, maskError(masker.Knowing(masker.Values(call.Args)), err)
	}
	sent := masker.Values(args)
	masker = masker.Knowing(sent)
	request, err := apiclient.Build(op, args)
	if err != nil {
		return nil, maskError(masker, err)
	}
	request.Secrets = sent
	if call.View.Reveal && !op.Has(schemas.RevealsSecrets) {
		return nil, fmt.Errorf("%s: reveal: its answer holds no secrets; leave reveal out", op.Name)
	}

	if call.SaveTo != "" && !op.ReturnsFile() {
		return nil, fmt.Errorf("%s: save_to: it does not answer with a file; leave save_to out", op.Name)
	}

	a := attempt{
		s: s, op: op, risk: op.RiskFor(args), args: args, masker: masker, request: request, digest: request.Digest(), client: client, view: call.View, caller: caller.From(ctx),
		saveTo: call.SaveTo, progress: call.Progress,
	}
	grant, err := a.pass(ctx, channel)
	if err != nil {
		return nil, err
	}
	return a.send(ctx, grant)
}

// Close gives back what the service holds: sessions at platforms that have them, and files that nobody fetched.
func (s *Service) Close(ctx context.Context) {
	s.files.close()
	for _, c := range s.Accounts.clients {
		if err := c.Close(ctx); err != nil {
			s.Logger.Warn("sign out", "account", c.Account().Name, "error", err)
		}
	}
}

// Operation finds a row. The error of a name that does not exist tells the nearest ones.
func (s *Service) Operation(name string) (*schemas.Operation, error) {
	if op, ok := s.Catalog.Operation(name); ok {
		return op, nil
	}
	hint := "use paas_find to look for one"
	if near := s.finder().Nearest(name, 3); len(near) > 0 {
		hint = "nearest: " + strings.Join(near, ", ")
	}
	return nil, fmt.Errorf("operation %q does not exist or is not switched on; %s", name, hint)
}

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

	saveTo   string
	progress Progress
	answered bool // a person was asked and said yes
}

// binding says what a person's yes is for. Whether secrets are shown is part of it: a yes to a masked answer is not a
// yes to a revealed one. So is how much the policy asked for: a ticked box is no answer once the policy wants a typed name.
func (a *attempt) binding() approval.Binding {
	digest := a.digest + "+" + string(a.verdict.Level)
	if a.view.Reveal {
		digest += "+reveal"
	}
	return approval.Binding{Principal: a.caller.Principal, Tool: a.op.Name, Account: a.client.Account().Name, Digest: digest}
}

// judge asks the policy.
func (a *attempt) judge() policy.Verdict {
	f := policy.FactsOf(a.op, a.args)
	f.Account = a.client.Account().Name
	f.Principal = a.caller.Principal
	f.Transport = a.caller.Transport
	f.ReadOnly = a.s.ReadOnly
	f.Reveal = a.view.Reveal
	return a.s.Policy.Decide(f)
}

// pass asks the policy and, where it says so, a person.
func (a *attempt) pass(ctx context.Context, channel Channel) (approval.Grant, error) {
	a.verdict = a.judge()
	switch a.verdict.Action {
	case policy.Allow:
		return a.s.Gate.Allowed(a.verdict, a.binding())
	case policy.Confirm:
	default:
		return approval.Grant{}, a.refused(a.verdict.Reason, nil)
	}
	state, answer, err := channel.Ask(ctx, func() (approval.Question, error) {
		return a.s.Gate.Ask(a.binding(), a.verdict, a.card())
	})
	if pending := (*PendingError)(nil); errors.As(err, &pending) {
		return approval.Grant{}, err
	}
	if err != nil {
		return approval.Grant{}, a.refused(a.verdict.Reason+" But "+err.Error(), err)
	}
	// The person may have thought for minutes: a policy that was exchanged meanwhile, or a time that it forbids, counts.
	if a.verdict = a.judge(); a.verdict.Action == policy.Deny {
		return approval.Grant{}, a.refused(a.verdict.Reason, nil)
	}
	grant, err := a.s.Gate.Redeem(state, a.binding(), answer)
	if err != nil {
		return approval.Grant{}, a.refused(err.Error(), err)
	}
	a.answered = true
	return grant, nil
}

// refused reports a refusal and leaves a trace of it: who tried what is worth knowing even when nothing was sent.
func (a *attempt) refused(reason string, cause error) error {
	id, err := a.s.Audit.Intent(a.entry())
	if err == nil {
		err = a.s.Audit.Outcome(id, audit.Outcome{Status: audit.Refused, Kind: reason})
	}
	if err != nil {
		a.s.Logger.Error("audit: refusal not written", "tool", a.op.Name, "error", err)
	}
	return &RefusedError{Tool: a.op.Name, Reason: reason, cause: cause}
}

func (a *attempt) card() approval.Card {
	return approval.Card{
		Platform: a.op.Platform,
		Summary:  a.op.Summary,
		About:    a.op.About,
		Request:  a.maskedRequest(),
		Target:   a.target(),
		Risk:     a.risk,
		Expect:   approval.TargetName(a.op, a.args),
	}
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

// target names what will be hit: what the path names, or, where paths name nothing, what the required arguments do.
func (a *attempt) target() []approval.Detail {
	masked, _ := a.masker.Mask(a.args).(map[string]any)
	var details []approval.Detail
	named := len(a.op.Holes()) > 0
	for _, name := range a.op.RequiredArguments() {
		p, ok := a.op.Param(name)
		if !ok || named != (p.In == "path") {
			continue
		}
		switch masked[name].(type) {
		case string, json.Number, bool:
			label := strings.ReplaceAll(strings.TrimSuffix(name, "_id"), "_", " ")
			details = append(details, approval.Detail{Name: label, Value: fmt.Sprint(masked[name])})
		}
	}
	return details
}

func (a *attempt) entry() audit.Entry {
	if !a.s.Audit.Records() {
		return audit.Entry{}
	}
	masked, _ := a.masker.Mask(a.args).(map[string]any)
	e := audit.Entry{
		Principal:     a.caller.Principal,
		Client:        a.caller.ClientName,
		ClientVersion: a.caller.ClientVersion,
		Transport:     a.caller.Transport,
		Account:       a.client.Account().Name,
		Platform:      a.op.Platform,
		Tool:          a.op.Name,
		Operation:     a.op.Call,
		Args:          masked,
		Risk:          a.risk,
		Rule:          a.verdict.Rule,
		Verdict:       string(a.verdict.Action),
		Level:         string(a.verdict.Level),
		Digest:        a.digest,
	}
	if a.answered {
		e.AnsweredBy = a.caller.Principal
	}
	return e
}

// send writes the intent, makes the call and writes the outcome. It is the only place that puts a row's request on the
// wire, and it does so only with a grant for this very request.
func (a *attempt) send(ctx context.Context, grant approval.Grant) (*Outcome, error) {
	if !grant.Covers(a.binding()) {
		return nil, a.refused("the gate gave no grant for this request; nothing was sent", nil)
	}
	var file *target
	if a.op.ReturnsFile() {
		var err error
		if file, err = a.s.openTarget(a.caller, a.saveTo, a.op.Returns); err != nil {
			return nil, fmt.Errorf("%s: %w", a.op.Name, err)
		}
	}
	out := &Outcome{Operation: a.op, Account: a.client.Account().Name, args: a.args, masker: a.masker}
	id, err := a.s.Audit.Intent(a.entry())
	if err != nil {
		if file != nil {
			file.discard()
		}
		return nil, &RefusedError{Tool: a.op.Name, Reason: "the audit could not be written, so nothing was sent: " + err.Error(), cause: err}
	}
	started := time.Now()
	if file != nil {
		out.Result, out.Saved, err = a.download(ctx, file)
	} else {
		stop := a.follow(ctx)
		out.Result, err = a.client.Send(ctx, a.request, apiclient.Page{Limit: a.view.Limit, Cursor: a.view.Cursor})
		stop()
	}
	a.record(id, out.Result, err, time.Since(started))
	if err != nil {
		return nil, err
	}
	for i := range out.Result.Jobs {
		out.Jobs = append(out.Jobs, jobRef(out.Account, &out.Result.Jobs[i], a.masker))
	}
	return out, nil
}

// download receives a file. What arrived of one that broke off is removed: half a backup must not look like one.
func (a *attempt) download(ctx context.Context, file *target) (*apiclient.Result, savedFile, error) {
	info, err := a.client.Download(ctx, a.request, file, file.most)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		file.discard()
		return nil, savedFile{}, err
	}
	return &apiclient.Result{File: &apiclient.File{FileInfo: *info}, Total: -1}, file.keep(), nil
}

// record writes the outcome. A call whose end nobody knows is said to be lost, not failed: it may have happened.
func (a *attempt) record(id audit.ID, result *apiclient.Result, err error, took time.Duration) {
	o := audit.Outcome{Status: audit.OK, DurationMS: took.Milliseconds()}
	var platform *apiclient.Error
	switch {
	case errors.As(err, &platform):
		o.Status, o.Kind, o.RequestID, o.Job = audit.Failed, string(platform.Kind), platform.RequestID, platform.Job
		if platform.Kind == apiclient.KindUnknownOutcome || platform.Kind == apiclient.KindCanceled && !a.op.IsRead() {
			o.Status = audit.Lost
		}
	case err != nil:
		o.Status, o.Kind = audit.Failed, "error"
	default:
		o.RequestID = result.RequestID
		if len(result.Jobs) > 0 {
			o.Job = result.Jobs[0].Handle
		}
	}
	if err := a.s.Audit.Outcome(id, o); err != nil {
		a.s.Logger.Error("audit: outcome not written", "tool", a.op.Name, "error", err)
	}
}
