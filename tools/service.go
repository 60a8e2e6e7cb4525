package tools

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
	"paasmcp/internal/finder"
	"paasmcp/internal/jq"
	"paasmcp/internal/legible"
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
	DependsOnEnvironment(policy.Facts) bool
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
	recent    recentJobs
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
	if c.Accounts != nil {
		s.maskers.known = c.Accounts.known
	}
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
	// AtConsole: a client's dialog would hide a part of what is approved, so only the approval console may ask.
	AtConsole bool
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
	risk      []schemas.Risk
}

// Call checks, gates, audits and sends one call. The order of its steps is the safety of this program: nothing is sent
// that was not validated, judged by the policy, confirmed where the policy says so, and written to the audit.
func (s *Service) Call(ctx context.Context, call Call, channel Channel) (*Outcome, error) {
	a, err := s.admit(ctx, call)
	if err != nil {
		s.turnedAway(ctx, call, err)
		return nil, err
	}
	grant, err := a.pass(ctx, channel)
	if err != nil {
		return nil, err
	}
	if err := a.takeFirst(ctx, grant); err != nil {
		return nil, err
	}
	return a.send(ctx, grant)
}

// admit checks everything about a call that needs neither the policy nor a person.
func (s *Service) admit(ctx context.Context, call Call) (*attempt, error) {
	op, err := s.Operation(call.Tool)
	if err != nil {
		return nil, err
	}
	if call.ReadsOnly && !op.IsRead() {
		if s.ReadOnly {
			return nil, &RefusedError{Tool: op.Name, Reason: "it is not a read, and this server runs read-only. " + liftReadOnly}
		}
		return nil, &RefusedError{Tool: op.Name, Reason: "it is not a read, so it cannot be called here; use paas_write"}
	}
	client, err := s.Accounts.Pick(op.Platform, call.Account)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.Name, err)
	}
	if call.SaveTo != "" && !op.ReturnsFile() {
		return nil, fmt.Errorf("%s: save_to: it does not answer with a file; leave save_to out", op.Name)
	}
	held, err := holdInner(ctx, call.Args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.Name, err)
	}
	defer held.Release()
	a, err := s.prepare(op, client, call.Args, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	a.view, a.saveTo, a.into, a.progress = call.View, call.SaveTo, call.into, call.Progress
	a.exempt(ctx)
	if call.View.Reveal && !slices.Contains(a.risk, schemas.RevealsSecrets) {
		return nil, fmt.Errorf("%s: reveal: the answer holds no secrets; leave reveal out", op.Name)
	}
	return a, nil
}

// prepare checks the arguments of a call and builds its request.
func (s *Service) prepare(op *schemas.Operation, client *apiclient.Client, given map[string]any, who caller.Caller) (*attempt, error) {
	if path, ok := secrets.HoldsMask(given); ok {
		return nil, fmt.Errorf("%s: %s holds a masked value of an earlier answer, and the mask would be stored in place of the secret; nothing was sent. "+
			"To keep the old value, leave the argument out; to change it, give the new one", op.Name, shorten(legible.Line(path), 80))
	}
	masker := s.maskers.of(op, op.Secrets)
	args, err := s.validator.check(op, given)
	if err != nil {
		return nil, maskError(masker.Knowing(masker.Values(given)), err)
	}
	sent := masker.Values(args)
	masker = s.maskers.of(op, op.SecretsFor(args)).Knowing(sent)
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
