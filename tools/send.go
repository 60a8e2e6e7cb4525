package tools

import (
	"context"
	"errors"
	"fmt"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/audit"
	"paasmcp/internal/caller"
)

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
		Operation: a.op, Account: a.client.Account().Name, args: a.args, risk: a.risk, masker: a.masker,
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
	for {
		if file != nil {
			out.Result, out.Saved, err = a.download(ctx, file)
		} else {
			stop := a.follow(ctx)
			out.Result, err = a.client.Send(ctx, a.request, apiclient.Page{Limit: a.view.Limit, Cursor: a.view.Cursor, For: a.caller.Principal})
			stop()
		}
		// The platform took nothing of a call that its rate limit refused, and a person's yes is too dear to be burnt by it.
		if err == nil || file != nil || !a.waitsFor(ctx, err, grant.Until()) {
			break
		}
	}
	if ended := caller.Ended(ctx); ended != nil && !a.op.IsRead() && nothingSent(err) {
		err = &RefusedError{Tool: a.op.Name, Reason: ended.Error() + "; nothing was sent", cause: ended}
	}
	a.record(id, out.Result, err, time.Since(started))
	if err != nil {
		return nil, a.s.teach(a.op, err)
	}
	for i := range out.Result.Jobs {
		ref := jobRef(out.Account, &out.Result.Jobs[i], a.masker)
		out.Jobs = append(out.Jobs, ref)
		ref.Changed = tidyChanges(out.Changed) // told when the job has ended
		a.s.recent.add(a.caller.Principal, ref)
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
	var refused *RefusedError
	switch {
	case errors.As(err, &platform):
		o.Status, o.Kind, o.RequestID, o.Job = audit.Failed, string(platform.Kind), platform.RequestID, platform.Job
		if platform.Kind == apiclient.KindUnknownOutcome {
			o.Status = audit.Lost
		}
	case errors.As(err, &refused):
		o.Status, o.Kind = audit.Refused, refused.Reason
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

// nothingSent reports whether a change that failed did surely not reach the platform, or was turned away by its rate limit.
func nothingSent(err error) bool {
	var platform *apiclient.Error
	return errors.As(err, &platform) && (platform.Kind == apiclient.KindCanceled || platform.Kind == apiclient.KindRateLimited)
}

// refused reports a refusal and leaves a trace of it: who tried what is worth knowing even when nothing was sent.
func (a *attempt) refused(reason string, cause error) error {
	a.s.recordRefusal(a.entry(), reason)
	return &RefusedError{Tool: a.op.Name, Reason: reason, cause: cause}
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
