package tools

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/finder"
	"paasmcp/internal/jq"
	"paasmcp/internal/policy"
	"paasmcp/internal/preview"
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
	// AuditFile is where Audit writes, for callers who look at their own calls; empty when nothing is recorded.
	AuditFile string
	ReadOnly  bool
	Logger    *slog.Logger
	// SaveDir is the folder that answers which are files may be saved in; none when empty.
	SaveDir string
	// MaxResultTokens is about how much an answer may cost a model before it becomes a summary; [DefaultResultTokens] when zero.
	MaxResultTokens int
	// JQ runs the filters of callers; without it they are refused.
	JQ *jq.Runner
	// Desk is where questions wait for somebody at the approval console, and ConsoleURL the address of the page of one of them;
	// without a desk, calls that a client cannot ask about are refused.
	Desk       *approval.Desk
	ConsoleURL func(id string) (string, bool)
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
	kept      resultStore
	validator validator
	maskers   maskers
	previewer *preview.Previewer
	finder    func() *finder.Finder
	related   *related.Map
	suggested suggester
}

// NewService makes a service. The finder's index is built when somebody first looks for something.
func NewService(c Config) *Service {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Policy == nil {
		c.Policy = policy.Policy(nil) // which refuses everything
	}
	c.MaxResultTokens = max(cmp.Or(c.MaxResultTokens, DefaultResultTokens), MinResultTokens)
	s := &Service{Config: c, previewer: preview.New(c.Catalog), related: related.New(c.Catalog.Rows())}
	s.validator.related = s.related
	s.finder = sync.OnceValue(func() *finder.Finder { return finder.New(c.Catalog.Rows()) })
	return s
}

// Call is one call of an operation.
type Call struct {
	Tool    string // name of the row
	Account string // name of the account; may be empty when the platform has one only
	Args    map[string]any
	View    View
	SaveTo  string  // where a file goes, below Config.SaveDir
	into    *target // where a file goes that this process reads itself
	// Progress is told how far a call is that blocks until its work is done; may be nil.
	Progress Progress
	// ReadsOnly refuses operations that are not reads. It is set by the tools that promise their client to change nothing.
	ReadsOnly bool
}

// Channel is the way to the person who confirms. It is asked at most once per call.
type Channel interface {
	// Ask returns the sealed state of an answered question together with the answer. The error is [PendingError] when the
	// answer comes with a later call, [WaitingError] when somebody else is still thinking, and says why nobody can be asked
	// otherwise.
	Ask(ctx context.Context, asked Asked) (state string, answer approval.Answer, err error)
}

// Asked is what has to be confirmed. The question is made only when it has to be put now.
type Asked struct {
	Level policy.Level
	// Question makes the question for the person behind the caller.
	Question func() (approval.Question, error)
	// Ticket lays the question on the desk of the approval console, or finds it there; nil without a desk.
	Ticket func() (approval.Ticket, error)
}

// PendingError says that a person has been asked and the same call has to come again with the answer.
type PendingError struct {
	Question approval.Question
	Page     *Page // when they are asked to open a page in place of a form
}

// Page is a page of the approval console.
type Page struct{ ID, URL, Summary string }

func (e *PendingError) Error() string {
	return "waiting for a person to confirm; repeat the same call with their answer"
}

// WaitingError says that the question lies on the desk and nobody has answered it yet.
type WaitingError struct {
	Tool  string
	Until time.Time // when the question expires
}

func (e *WaitingError) Error() string {
	return fmt.Sprintf("%s: a person has been asked on the approval console and has not answered yet; nothing was sent; tell the user to run `paas-mcp approve`, "+
		"then repeat the same call before %s", e.Tool, e.Until.Format(time.TimeOnly))
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
	Changed   []approval.Change // what an update replaced
	Backups   []JobRef          // that were taken first
	Note      string
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
		if s.ReadOnly {
			return nil, &RefusedError{Tool: op.Name, Reason: "it is not a read, and this server runs read-only"}
		}
		return nil, &RefusedError{Tool: op.Name, Reason: "it is not a read, so it cannot be called here; use paas_write"}
	}
	client, err := s.Accounts.Pick(op.Platform, call.Account)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.Name, err)
	}
	if op.Only != "" && client.Account().Vendor != op.Only {
		return nil, fmt.Errorf("%s: it exists only on %s accounts, and %s is none", op.Name, op.Only, client.Account().Name)
	}
	if call.View.Reveal && !op.Has(schemas.RevealsSecrets) {
		return nil, fmt.Errorf("%s: reveal: its answer holds no secrets; leave reveal out", op.Name)
	}
	if call.SaveTo != "" && !op.ReturnsFile() {
		return nil, fmt.Errorf("%s: save_to: it does not answer with a file; leave save_to out", op.Name)
	}
	a, err := s.prepare(op, client, call.Args, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	a.view, a.saveTo, a.into, a.progress = call.View, call.SaveTo, call.into, call.Progress
	grant, err := a.pass(ctx, channel)
	if err != nil {
		return nil, err
	}
	if err := a.takeFirst(ctx, grant); err != nil {
		return nil, err
	}
	return a.send(ctx, grant)
}

// prepare checks the arguments of a call and builds its request.
func (s *Service) prepare(op *schemas.Operation, client *apiclient.Client, given map[string]any, who caller.Caller) (*attempt, error) {
	masker := s.maskers.of(op)
	args, err := s.validator.check(op, given)
	if err != nil {
		return nil, maskError(masker.Knowing(masker.Values(given)), err)
	}
	sent := masker.Values(args)
	masker = masker.Knowing(sent)
	request, err := apiclient.Build(op, args)
	if err != nil {
		return nil, maskError(masker, err)
	}
	request.Secrets = sent
	return &attempt{
		s: s, op: op, risk: op.RiskFor(args), args: args, masker: masker, request: request, digest: request.Digest(), client: client, caller: who,
	}, nil
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
	return nil, s.unknown(name)
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
	kind    preview.Kind   // of the environment that is changed
	target  preview.Target // as it was looked up
	unseen  string         // why it is not known what an update replaces
	first   []*attempt     // the backup that the card offers
	backups []JobRef       // those that were taken

	saveTo   string
	into     *target
	progress Progress
	card     string            // digest of the card that was shown
	by       approval.Approver // who said yes; zero when nobody was asked
}

// binding says what a person's yes is for. Whether secrets are shown is part of it: a yes to a masked answer is not a
// yes to a revealed one. So is how much the policy asked for: a ticked box is no answer once the policy wants a typed name.
func (a *attempt) binding() approval.Binding {
	digest := a.digest + "+" + string(a.verdict.Level)
	if a.view.Reveal {
		digest += "+reveal"
	}
	return approval.Binding{
		Principal: a.caller.Principal, Tool: a.op.Name, Account: a.client.Account().Name, Digest: digest, Target: a.state(),
	}
}

// pass asks the policy and, where it says so, a person.
func (a *attempt) pass(ctx context.Context, channel Channel) (approval.Grant, error) {
	a.consider(ctx)
	switch a.verdict.Action {
	case policy.Allow:
		return a.s.Gate.Allowed(a.verdict, a.binding())
	case policy.Confirm:
	default:
		return approval.Grant{}, a.refused(a.verdict.Reason+allowedBy(a.verdict, a.op.Name), nil)
	}
	state, answer, err := channel.Ask(ctx, a.asked())
	if err != nil {
		if pending, waiting := (*PendingError)(nil), (*WaitingError)(nil); errors.As(err, &pending) || errors.As(err, &waiting) {
			return approval.Grant{}, err
		}
		return approval.Grant{}, a.refused(a.verdict.Reason+" But "+err.Error(), err)
	}
	if a.card != "" {
		// The person has just been thinking, perhaps for minutes: a policy that was exchanged meanwhile counts, and so does the target
		// as it is now. An answer that came with the call was considered a moment ago.
		a.consider(ctx)
	}
	if a.verdict.Action == policy.Deny {
		return approval.Grant{}, a.refused(a.verdict.Reason+allowedBy(a.verdict, a.op.Name), nil)
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

// asked is the question in the ways that it can be put.
func (a *attempt) asked() Asked {
	asked := Asked{
		Level: a.verdict.Level,
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
			return a.s.Desk.Put(a.binding(), a.verdict, card, a.caller.ClientName)
		}
	}
	return asked
}

// note remembers which card was shown, for the audit.
func (a *attempt) note(card approval.Card) {
	sum := sha256.Sum256([]byte(card.Text()))
	a.card = hex.EncodeToString(sum[:])
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

// cardNow is the card of the call with the target as it was looked up last.
func (a *attempt) cardNow() approval.Card {
	card := approval.Card{
		Account:     a.client.Account().Name,
		Platform:    a.op.Platform,
		Tool:        a.op.Name,
		Summary:     a.op.Summary,
		About:       a.op.About,
		Request:     a.maskedRequest(),
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
		Card:          a.card,
		AnsweredBy:    a.by.Name,
		AnsweredVia:   a.by.Via,
	}
	return e
}

// send writes the intent, makes the call and writes the outcome. It is the only place that puts a row's request on the
// wire, and it does so only with a grant for this very request.
func (a *attempt) send(ctx context.Context, grant approval.Grant) (*Outcome, error) {
	if !grant.Covers(a.binding()) {
		return nil, a.refused("the gate gave no grant for this request; nothing was sent", nil)
	}
	file := a.into
	if file == nil && a.op.ReturnsFile() {
		var err error
		if file, err = a.s.openTarget(a.caller, a.saveTo, a.op.Returns); err != nil {
			return nil, fmt.Errorf("%s: %w", a.op.Name, err)
		}
	}
	out := &Outcome{
		Operation: a.op, Account: a.client.Account().Name, args: a.args, masker: a.masker,
		Changed: a.target.Changes, Backups: a.backups, Note: a.unseen,
	}
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
		return nil, a.s.teach(a.op, err)
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
