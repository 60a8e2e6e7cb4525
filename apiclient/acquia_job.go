package apiclient

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"paasmcp/internal/legible"
	"paasmcp/schemas"
)

// notificationHandle comes before the UUID in the handle of a job.
const notificationHandle = "notification:"

// The states of a notification.
const (
	inProgress = "in-progress"
	completed  = "completed"
	failed     = "failed"
)

// How often a notification is worth a look. The vendor's own client looks every five seconds; with few calls left that
// would take them from everybody else.
const (
	acquiaPace     = 5 * time.Second
	acquiaSlowPace = 20 * time.Second
)

var notificationGet = schemas.Operation{Name: "acquia_job", Platform: schemas.Acquia, Risk: []schemas.Risk{schemas.Read},
	Call: "GET /notifications/{notificationUuid}"}

func (a *acquia) job(ctx context.Context, handle string) (*Job, error) {
	id, ok := strings.CutPrefix(handle, notificationHandle)
	r := &Request{Op: &notificationGet, Method: http.MethodGet, Path: "/notifications/" + id}
	if !ok || !isUUID(id) {
		r.Path = notificationGet.Path()
		return nil, a.complete(r, &Error{Kind: KindInvalid, Message: "there is no job " + quote(handle),
			Hint: "a handle reads notification:UUID; take it from the result of the call that started the work"})
	}
	answer, err := a.do(ctx, r, a.json())
	if err != nil {
		return nil, err
	}
	job := notificationJob(answer.Value)
	job.Handle, job.Again = handle, acquiaPace
	if a.limit.left() < a.limit.calls/4 {
		job.Again = acquiaSlowPace
	}
	return &job, nil
}

// jobLog has nothing to read: notifications have no log.
func (*acquia) jobLog(context.Context, string, LogWriter, int64) error { return nil }

// notificationJob reads a notification. Once it is done its text is a small report: what was done, by whom, how long it
// took, and where to go on after a failure, for which Acquia names no reason beyond the description.
func notificationJob(value any) Job {
	j := Job{
		Kind: digText(value, "event"), State: digText(value, "status"), Percent: percentOf(dig(value, "progress")),
		Created: timestamp(digText(value, "created_at")), Completed: timestamp(digText(value, "completed_at")), Value: value,
	}
	switch {
	case j.State == completed && reasons(dig(value, "context")) != "":
		j.Done, j.Failed, j.Result = true, true, "failure"
	case j.State == completed:
		j.Done, j.Result, j.Percent = true, Success, 100
	case j.State == failed, j.State != inProgress && j.Completed != "": // a state that is not documented, but final
		j.Done, j.Failed, j.Result = true, true, "failure"
	default:
		j.Completed = ""
	}
	// Many descriptions repeat their label.
	j.Text = legible.Line(digText(value, "description"))
	if label := legible.Line(digText(value, "label")); !strings.HasPrefix(j.Text, label) {
		j.Text = strings.TrimSuffix(label+": "+j.Text, ": ")
	}
	if !j.Done {
		return j
	}
	author := dig(value, "context", "author")
	var facts []string
	if who := legible.Line(cmp.Or(digText(author, "name"), digText(author, "mail"), digText(author, "username"), digText(author, "uuid"))); who != "" {
		facts = append(facts, "by "+who)
	}
	if took, ok := between(j.Created, j.Completed); ok {
		facts = append(facts, "took "+took.String())
	}
	if len(facts) > 0 {
		j.Text += " (" + strings.Join(facts, ", ") + ")"
	}
	if why := reasons(dig(value, "context")); why != "" {
		j.Text += ": " + legible.Line(why)
	} else if j.Failed {
		j.Text += "; the platform names no further reason: look at the logs of the environment and at the newest notifications of the application"
	}
	return j
}

// reasons are the errors that the context of a notification names; empty as a rule, even of one that failed.
func reasons(context any) string {
	var p problem
	object, _ := context.(map[string]any)
	for _, key := range []string{"error", "errors", "error_message", "failure", "failures", "failed"} {
		p.about("", object[key])
	}
	return p.remarks.String()
}

// timestamp writes a time as RFC 3339. Acquia spells the zone with a colon or without.
func timestamp(text string) string {
	if t, err := time.Parse("2006-01-02T15:04:05-0700", text); err == nil {
		return t.Format(time.RFC3339)
	}
	return legible.Line(text)
}

func between(from, to string) (time.Duration, bool) {
	start, err := time.Parse(time.RFC3339, from)
	end, err2 := time.Parse(time.RFC3339, to)
	return end.Sub(start).Round(time.Second), err == nil && err2 == nil && !end.Before(start)
}
