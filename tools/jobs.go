package tools

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/caller"
	"paasmcp/internal/legible"
	"paasmcp/internal/secrets"
)

// JobRef is a job as tools show it. Job is all that paas_wait needs to find it again, in this process or a later one.
type JobRef struct {
	Job     string `json:"job"`
	Kind    string `json:"kind,omitempty"`
	State   string `json:"state,omitempty"`
	Result  string `json:"result,omitempty"`
	Text    string `json:"text,omitempty"`
	Percent *int   `json:"percent,omitempty"`

	Created   string   `json:"created,omitempty"`
	Completed string   `json:"completed,omitempty"`
	Log       []string `json:"log,omitempty"`

	// Changed is what the call that started the job replaced; only of a job that has ended well.
	Changed []approval.Change `json:"changed,omitempty"`

	over bool // when it was looked at
}

// progress says in a few words how a job is that a call began.
func (r JobRef) progress() string {
	if !r.over {
		return "the platform works on it: call paas_wait with job " + r.Job
	}
	return strings.TrimSuffix("the job "+r.Job+" is over: "+strings.Trim(r.State+", "+r.Result, ", "), ": ")
}

// jobRef makes a job fit to show: every word of it is the platform's. It masks before it cuts: half a secret has no shape
// to know it by.
func jobRef(account string, j *apiclient.Job, masker *secrets.Masker) JobRef {
	clean := func(s string, limit int) string { return shorten(legible.Block(masker.MaskText(s)), limit) }
	ref := JobRef{
		Job:       account + "/" + legible.Block(j.Handle),
		Kind:      clean(j.Kind, maxWord),
		State:     clean(j.State, maxWord),
		Result:    clean(j.Result, maxWord),
		Text:      clean(j.Text, maxLogLine),
		Created:   clean(j.Created, maxWord),
		Completed: clean(j.Completed, maxWord),
		over:      j.Done,
	}
	if j.Percent >= 0 {
		ref.Percent = &j.Percent
	}
	return ref
}

// Bounds of what is shown of a job, in characters.
const (
	maxLogLine = 300
	maxWord    = 80 // of a kind, a state, a time
)

// Waiting pace. The vendor's own client looks every three seconds; the log tail of the end is what people read first.
const (
	pollEvery = 3 * time.Second
	logTail   = 20
)

// Progress is told how far a job is.
type Progress func(percent int, text string)

// Wait looks at a job until it is done, the context ends or the time is up. Only a look that fails is an error: a job
// that failed is a result, and one that still runs when the time is up can be waited for again.
func (s *Service) Wait(ctx context.Context, job string, atMost time.Duration, progress Progress) (ref JobRef, done, failed bool, err error) {
	name, handle, ok := strings.Cut(job, "/")
	client, err := s.Accounts.Named(name)
	if !ok {
		err = fmt.Errorf("job %q: it has the form ACCOUNT/HANDLE, as the answer of the call that started it gave it", shorten(legible.Block(job), 80))
	}
	if err != nil {
		s.turnedAway(ctx, Call{Tool: waitName, Args: map[string]any{"job": job}}, err)
		return JobRef{}, false, false, err
	}
	op, args := s.watched(client, handle)
	l, err := s.watch(ctx, client, handle, op, args)
	if err != nil {
		return JobRef{}, false, false, err
	}
	defer func() {
		l.end(err)
		if op != nil && err != nil {
			err = s.teach(op, err)
		}
	}()
	deadline := time.Now().Add(atMost)
	for {
		j, err := client.Job(ctx, handle)
		if err != nil {
			return JobRef{}, false, false, err
		}
		ref = jobRef(name, j, new(secrets.Masker))
		s.recent.add(caller.From(ctx).Principal, ref)
		if j.Done || time.Until(deadline) < s.pause(j) {
			lines := j.Log
			if len(lines) == 0 {
				// A log is a help for reading; a job is no less done when its log cannot be had.
				lines, _ = client.JobLog(ctx, handle, logTail)
			}
			for _, line := range lines {
				ref.Log = append(ref.Log, shorten(legible.Block(secrets.MaskText(line)), maxLogLine))
			}
			if j.Done && !j.Failed && !j.Held {
				ref.Changed = s.recent.changes(caller.From(ctx).Principal, ref.Job)
			}
			return ref, j.Done, j.Failed, nil
		}
		if progress != nil {
			progress(max(0, j.Percent), progressText(ctx, client, handle, j))
		}
		select {
		case <-time.After(s.pause(j)):
		case <-ctx.Done():
			return ref, false, false, caller.Ended(ctx)
		}
	}
}

// pause is how long to wait before the next look: as long as the platform's client thinks worthwhile, which grows with
// the age of a job where calls are counted.
func (s *Service) pause(j *apiclient.Job) time.Duration {
	if s.PollEvery > 0 {
		return s.PollEvery
	}
	return cmp.Or(j.Again, pollEvery)
}

// progressText is what the job does, with the last line of its log when there is one.
func progressText(ctx context.Context, client *apiclient.Client, handle string, j *apiclient.Job) string {
	text := shorten(legible.Block(secrets.MaskText(j.Text)), 120)
	if lines, err := client.JobLog(ctx, handle, 1); err == nil && len(lines) > 0 {
		text += ": " + shorten(legible.Block(secrets.MaskText(lines[len(lines)-1])), 160)
	}
	return strings.TrimPrefix(text, ": ")
}
