package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/policy"
	"paasmcp/internal/preview"
	"paasmcp/schemas"
)

// Bounds of the reads for one card: a person waits for them, and they count against the account's rate limit.
const (
	maxLooks = 6
	lookTime = 3 * time.Second
	lookRows = 500 // of a list
)

var (
	errEnoughReads = errors.New("not looked up, to keep the question short")
	errNotAllowed  = errors.New("the policy does not let this caller read it unasked")
)

// looker reads for one look at a call. It is the only reading besides [Service.Call]; the policy judges it as it judges a
// read of the caller.
type looker struct {
	a      *attempt
	ctx    context.Context // ends when the time is up
	mu     sync.Mutex
	made   map[string]*reading
	unseen error // why something is not known that the platform may know; a rate limit rather than anything else
}

// newLooker starts the clock. The returned function stops it.
func (a *attempt) newLooker(ctx context.Context) (*looker, func()) {
	ctx, stop := context.WithTimeoutCause(ctx, lookTime, fmt.Errorf("no answer within %v", lookTime))
	return &looker{a: a, ctx: ctx, made: map[string]*reading{}}, stop
}

// Production implements [preview.Reader].
func (l *looker) Production() []string { return l.a.client.Account().Production }

// Read implements [preview.Reader].
func (l *looker) Read(_ context.Context, tool string, args map[string]any) (any, error) {
	key, err := json.Marshal([]any{tool, args})
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	r, again := l.made[string(key)]
	if again {
		l.mu.Unlock()
	} else {
		if len(l.made) >= maxLooks {
			l.mu.Unlock()
			l.missed(errEnoughReads)
			return nil, errEnoughReads
		}
		r = &reading{done: make(chan struct{})}
		l.made[string(key)] = r
		l.mu.Unlock()
		func() {
			defer close(r.done)
			r.value, r.err = l.read(tool, args)
		}()
		l.missed(r.err)
	}
	<-r.done
	return r.value, r.err
}

// reading is one read, for all who need it.
type reading struct {
	done  chan struct{}
	value any
	err   error
}

// missed remembers why a look did not show what there is. That there is nothing is an answer.
func (l *looker) missed(err error) {
	var platform *apiclient.Error
	if err == nil || errors.As(err, &platform) && platform.Kind == apiclient.KindNotFound {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.unseen == nil || platform != nil && platform.Kind == apiclient.KindRateLimited {
		l.unseen = err
	}
}

// seen gives why a part of the target could not be seen; nil when all that was read was answered.
func (l *looker) seen() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unseen
}

func (l *looker) read(tool string, args map[string]any) (any, error) {
	a := l.a
	op, ok := a.s.Catalog.Operation(tool)
	if !ok || !op.IsRead() || op.ReturnsFile() || op.Platform != a.op.Platform {
		return nil, fmt.Errorf("%s cannot be read here", tool)
	}
	f := a.factsOf(op, args)
	f.Reveal = false
	if a.s.Policy.Decide(f).Action != policy.Allow {
		return nil, errNotAllowed
	}
	look, err := a.s.prepare(op, a.client, args, a.caller)
	if err != nil {
		return nil, err
	}
	// The platform may repeat what the read brings, and already have what the call brings: a value that a person sets again.
	look.request.Secrets = slices.Concat(look.request.Secrets, a.request.Secrets)
	result, err := a.client.Send(l.ctx, look.request, apiclient.Page{Limit: lookRows})
	if err != nil {
		return nil, l.reason(err)
	}
	everything := View{Fields: []string{"*"}}
	masker := look.masker.Knowing(look.request.Secrets)
	if result.IsList {
		items, _ := everything.shapeItems(op, masker, result.Items)
		if result.Next != "" || result.Partial {
			return preview.Part(items), nil
		}
		return items, nil
	}
	value, _ := everything.shape(op, masker, result.Value)
	return value, nil
}

// reason makes an error short enough for a card: people need to know that something could not be read, and roughly why.
func (l *looker) reason(err error) error {
	var platform *apiclient.Error
	ended := caller.Ended(l.ctx)
	switch {
	case errors.As(err, &platform) && platform.Status >= 400:
		return missing{fmt.Sprintf("the platform answered %d (%s)", platform.Status, platform.Kind), err}
	case errors.As(err, &platform) && platform.Kind == apiclient.KindRateLimited:
		return missing{strings.ReplaceAll(string(platform.Kind), "_", " "), err}
	case ended != nil:
		return ended
	case errors.As(err, &platform):
		return missing{strings.ReplaceAll(string(platform.Kind), "_", " "), err}
	}
	return err
}

// missing is an error of the platform in few words.
type missing struct {
	words string
	cause error
}

func (m missing) Error() string { return m.words }
func (m missing) Unwrap() error { return m.cause }

// Is makes it a [preview.ErrNotFound] where the platform says that there is no such thing.
func (m missing) Is(target error) bool {
	var platform *apiclient.Error
	return target == preview.ErrNotFound && errors.As(m.cause, &platform) && platform.Kind == apiclient.KindNotFound
}

// consider asks the policy about the call, and looks at the target as far as that matters: what kind of environment it is
// before the policy decides, and everything that a card shows when a person has to be asked. The error says why a part of the
// target could not be seen.
func (a *attempt) consider(ctx context.Context) error {
	f := a.facts()
	a.kind, a.target, a.first, a.unseen = preview.Kind{}, preview.Target{}, nil, ""
	if a.op.IsRead() && !a.s.Policy.DependsOnEnvironment(f) {
		if a.verdict = a.s.Policy.Decide(f); a.verdict.Action != policy.Confirm {
			return nil // most calls, which need to know no more
		}
	}
	l, stop := a.newLooker(ctx)
	defer stop()
	call := a.previewCall()
	if preview.NamesEnvironment(call) && !a.deniedAnyway(f) {
		a.kind = a.s.previewer.Kind(ctx, call, l)
		a.about(&f)
	}
	a.verdict = a.s.Policy.Decide(f)
	switch a.verdict.Action {
	case policy.Confirm:
		a.target = a.s.previewer.Look(ctx, call, l)
		a.first = a.firstSteps()
		a.raise(caller.Capabilities(ctx).Form)
	case policy.Allow:
		a.target.Impossible = a.s.previewer.Contradictions(call)
		// An update tells afterwards what it replaced. Nobody waits for a decision here, so a read that fails is only noted.
		changes, err := a.s.previewer.Changes(ctx, call, l)
		if a.target.Changes = changes; err != nil {
			a.unseen = "what this replaced could not be read before: " + err.Error()
		}
	}
	return l.seen()
}

// about tells the policy what was found out about the environments of the call.
func (a *attempt) about(f *policy.Facts) {
	f.Environment, f.Source, f.EnvironmentNames = a.kind.Environment, a.kind.Source, a.kind.Names
}

// exempt takes back what a condition added where the platform itself lists what the call names: a log that is kept elsewhere is still
// a log. The list is asked for without the caller's choice of a folder, and what cannot be looked up is not listed. The policy
// judged by the arguments and goes on doing so.
func (a *attempt) exempt(ctx context.Context) {
	risk, fields := a.op.Risk, a.op.Secrets
	looked := false
	for _, w := range a.op.When {
		if !w.Holds(a.args) {
			continue
		}
		if w.UnlessListed != "" {
			if looked = true; a.listed(ctx, w) {
				continue
			}
		}
		risk, fields = slices.Concat(risk, w.Adds), slices.Concat(fields, w.Secrets)
	}
	if looked {
		a.risk, a.masker = risk, a.s.maskers.of(a.op, fields).Knowing(a.request.Secrets)
	}
}

// listed reports whether the read of a condition answers with the very argument that the condition is about.
func (a *attempt) listed(ctx context.Context, w schemas.When) bool {
	list, ok := a.s.Catalog.Operation(w.UnlessListed)
	if !ok {
		return false
	}
	args := map[string]any{}
	for _, name := range list.RequiredArguments() {
		args[name] = a.args[name]
	}
	l, stop := a.newLooker(ctx)
	defer stop()
	answer, err := l.Read(ctx, w.UnlessListed, args)
	if err != nil {
		return false
	}
	for name := range w.Args {
		// A bare name is listed too, and a path that is not clean means another file than it seems to.
		if text, ok := a.args[name].(string); !ok || !path.IsAbs(text) || path.Clean(text) != text || !holdsText(answer, text) {
			return false
		}
	}
	return true
}

// holdsText reports whether a text of the value is exactly this one.
func holdsText(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return v == text
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return holdsText(item, text) })
	case map[string]any:
		for _, item := range v {
			if holdsText(item, text) {
				return true
			}
		}
	}
	return false
}

// deniedAnyway reports whether the policy refuses the call whatever the environment is. No reads are made for such a caller.
func (a *attempt) deniedAnyway(f policy.Facts) bool {
	for _, kind := range []policy.Environment{policy.Production, policy.Other, policy.Unknown} {
		f.Environment = kind
		if a.s.Policy.Decide(f).Action != policy.Deny {
			return false
		}
	}
	return true
}

// raise asks for more where a person would see less: when a part of the target could not be looked up, they type its name; when the
// client's dialog cannot show all that they approve, they do so at the console.
func (a *attempt) raise(inDialog bool) {
	if len(a.target.Doubts) > 0 && a.verdict.Level == policy.Form {
		a.verdict.Level = policy.Typed
		a.verdict.Reason += " Not everything could be looked up, so the name has to be typed."
	}
	a.atConsole = false
	if !inDialog || a.verdict.Level != policy.Form && a.verdict.Level != policy.Typed {
		return
	}
	if _, all := a.cardNow().Dialog(); !all {
		a.verdict.Reason += " A dialog cannot show all of the request, so it has to be approved on the approval console."
		if a.atConsole = true; a.verdict.Level == policy.Form {
			a.verdict.Level = policy.Console
		}
	}
}

func (a *attempt) previewCall() preview.Call {
	masked, _ := a.masker.Mask(a.args).(map[string]any)
	return preview.Call{Op: a.op, Args: a.args, Masked: masked}
}

// expect is the name that a person types.
func (a *attempt) expect() string {
	if approval.Typable(a.target.Name) { // a name that nobody can type would make its bearer untouchable
		return a.target.Name
	}
	return approval.TargetName(a.op, a.args)
}

// state is what must be the same when the answer comes.
func (a *attempt) state() approval.Target {
	if a.kind.Environment == policy.Unknown {
		return approval.NewTarget(a.target.State)
	}
	kind := approval.Detail{Name: "environment " + a.kind.Name, Value: string(a.kind.Environment)}
	return approval.NewTarget(append([]approval.Detail{kind}, a.target.State...))
}

// firstSteps prepares the backup that the card offers. It is offered only when the policy would not refuse it.
func (a *attempt) firstSteps() []*attempt {
	var steps []*attempt
	for _, step := range a.target.First {
		op, ok := a.s.Catalog.Operation(step.Tool)
		if !ok || op.Async != schemas.Activity && op.Async != schemas.Notification { // nobody could tell when it is done
			return nil
		}
		b, err := a.s.prepare(op, a.client, step.Args, a.caller)
		if err != nil {
			return nil
		}
		f := b.facts()
		a.about(&f)
		if b.verdict = a.s.Policy.Decide(f); b.verdict.Action == policy.Deny {
			return nil
		}
		b.kind, b.progress = a.kind, a.progress
		steps = append(steps, b)
	}
	return steps
}

// takeFirst makes the backup that the person asked for and waits until it is done. Without it nothing else is sent.
func (a *attempt) takeFirst(ctx context.Context, grant approval.Grant) error {
	for _, g := range grant.First() {
		step := a.stepFor(g)
		if step == nil {
			return a.refused("the backup that was asked for is not possible any more; nothing was sent", nil)
		}
		step.by, step.card = a.by, a.card
		out, err := step.send(ctx, g)
		if err != nil {
			return a.refused("the backup that was to be taken first failed, so nothing else was sent: "+err.Error(), err)
		}
		if len(out.Jobs) == 0 {
			return a.refused("the platform started the backup that was to be taken first, but gave nothing to follow it by, so nothing else was sent", nil)
		}
		for _, job := range out.Jobs {
			ref, done, failed, err := a.s.Wait(ctx, job.Job, maxWait, a.progress)
			switch {
			case err != nil:
				return a.refused("the backup that was to be taken first could not be followed, so nothing else was sent: "+err.Error(), err)
			case !done || failed || ref.Result != apiclient.Success: // an end without a result is no backup
				return a.refused(fmt.Sprintf("the backup that was to be taken first did not succeed (job %s is %s %s), so nothing else was sent", ref.Job, ref.State, ref.Result), nil)
			}
			a.backups = append(a.backups, ref)
		}
	}
	return a.stillWhatWasShown(ctx, grant)
}

// stillWhatWasShown looks at the target once more after a backup, which can take long: the yes was for the target as the card showed it,
// and for the policy of that time.
func (a *attempt) stillWhatWasShown(ctx context.Context, grant approval.Grant) error {
	if len(a.backups) == 0 {
		return nil // it was looked at a moment ago
	}
	for {
		unseen := a.consider(ctx)
		differs := grant.Check(a.binding())
		as := differs == nil && a.verdict.Action != policy.Deny
		if unseen != nil && !as && a.waitsFor(ctx, unseen, time.Now().Add(approval.Lifetime)) {
			continue
		}
		ended := caller.Ended(ctx)
		switch {
		case ended != nil:
			return a.refused("the backup was taken; "+ended.Error()+"; nothing else was sent", ended)
		case as:
			return nil
		case unseen != nil:
			return a.refused("the backup was taken, but the target could not be looked up again: "+unseen.Error()+"; nothing else was sent", unseen)
		case a.verdict.Action == policy.Deny:
			return a.refused(a.verdict.Reason+" The backup was taken; nothing else was sent.", nil)
		default:
			return a.refused("the backup was taken, but "+differs.Error(), differs)
		}
	}
}

func (a *attempt) stepFor(g approval.Grant) *attempt {
	for _, step := range a.first {
		if g.Covers(step.binding()) {
			return step
		}
	}
	return nil
}

// factsOf are the facts of a call of any operation by this caller on this account.
func (a *attempt) factsOf(op *schemas.Operation, args map[string]any) policy.Facts {
	f := policy.FactsOf(op, args)
	f.Account = a.client.Account().Name
	f.Principal = a.caller.Principal
	f.Transport = a.caller.Transport
	f.ReadOnly = a.s.ReadOnly
	f.Reveal = a.view.Reveal
	return f
}

func (a *attempt) facts() policy.Facts { return a.factsOf(a.op, a.args) }
