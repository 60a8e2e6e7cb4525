package apiclient

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"paasmcp/internal/legible"
	"paasmcp/internal/memory"
	"paasmcp/schemas"
)

// The kinds of handles. Calls block until the work is done, so a handle does not come from an answer: it says where
// the work leaves a trace. NAME and MARK are escaped like path segments; SINCE is optional and in Unix seconds, and
// actions that began before it are of no interest.
//
//	env:NAME[:SINCE]      what happens to an environment; done when it is at rest
//	gone:NAME[:SINCE]     the same where success means that the environment does not exist any more
//	action:MARK[:SINCE]   an action by its id in tracking, or by the label or application that it was started with
const (
	traceEnv    = "env"
	traceGone   = "gone"
	traceAction = "action"
)

// labelKey is the form field for the caller's own label of an action, which tracking shows.
const labelKey = "actionkey"

func newLabel() string { return "paas-mcp-" + rand.Text()[:16] }

// What the dialect calls on its own behalf to look at work.
var (
	currentActions = own("virtuozzo_job", "POST /environment/tracking/rest/getcurrentactions", schemas.Read)
	lastActions    = own("virtuozzo_job", "POST /environment/tracking/rest/getuidactions", schemas.Read)
	actionGet      = own("virtuozzo_job", "POST /environment/tracking/rest/getaction", schemas.Read)
	envInfo        = own("virtuozzo_job", "POST /environment/control/rest/getenvinfo", schemas.Read)
)

// statusWords are the numbers of env.status; the vendor's clients know them, its document does not.
var statusWords = map[string]string{
	"1": "running", "2": "down", "3": "launching", "4": "sleep", "5": "unknown", "6": "creating", "7": "cloning",
	"8": statusGone, "9": "exporting", "10": "migrating", "11": statusBroken, "12": "updating", "13": "stopping",
	"14": "going to sleep", "15": "restoring",
}

const (
	statusGone   = "not existing"
	statusBroken = "broken"
)

// atRest are the states that nothing leads out of by itself.
var atRest = []string{"running", "down", "sleep", "unknown", statusGone, statusBroken}

// trace is a parsed handle.
type trace struct {
	kind, mark string
	since      time.Time
}

func (t trace) String() string {
	handle := t.kind + ":" + escape(t.mark)
	if !t.since.IsZero() {
		handle += ":" + strconv.FormatInt(t.since.Unix(), 10)
	}
	return handle
}

func parseTrace(handle string) (trace, error) {
	refused := &Error{Kind: KindInvalid, Message: "there is no job " + quote(handle),
		Hint: "a handle reads env:NAME or action:ID; take it from the error of the call whose work continues"}
	parts := strings.Split(handle, ":")
	if len(parts) < 2 || len(parts) > 3 || !slices.Contains([]string{traceEnv, traceGone, traceAction}, parts[0]) {
		return trace{}, refused
	}
	t := trace{kind: parts[0]}
	var err error
	if t.mark, err = url.PathUnescape(parts[1]); err != nil {
		return trace{}, refused
	}
	if again, err := pathSegment(t.mark); err != nil || again != parts[1] {
		return trace{}, refused
	}
	if len(parts) == 3 {
		seconds, err := strconv.ParseInt(parts[2], 10, 64)
		if err != nil || seconds <= 0 || strconv.FormatInt(seconds, 10) != parts[2] {
			return trace{}, refused
		}
		t.since = time.Unix(seconds, 0)
	}
	return t, nil
}

// handle finds in the form of a blocking call what tracking will know it by. The environment comes first, since its
// status can be read even where a token may not read tracking.
func (v *virtuozzo) handle(r *Request) string {
	if r.Op.Async != schemas.Action {
		return ""
	}
	form := formOf(r)
	t := trace{kind: traceEnv, since: r.started}
	if t.since.IsZero() {
		t.since = time.Now()
	}
	// A clone is not there yet, and its source is not what is waited for.
	t.mark = cmp.Or(form.Get("dstEnvName"), digText(formObject(form, "env"), "shortdomain"), form.Get("envName"))
	switch {
	case strings.HasSuffix(r.Path, "/rest/deleteenv"):
		t.kind = traceGone
	case t.mark == "":
		t.kind, t.mark = traceAction, cmp.Or(form.Get(labelKey), form.Get("appUniqueName"))
	}
	if _, err := pathSegment(t.mark); err != nil {
		return ""
	}
	return t.String()
}

func (v *virtuozzo) job(ctx context.Context, handle string) (*Job, error) {
	t, err := parseTrace(handle)
	if err != nil {
		return nil, v.complete(&Request{Op: &currentActions, Method: http.MethodPost, Path: currentActions.Path()}, err)
	}
	running, err := v.actions(ctx, ownRequest(&currentActions))
	if err != nil {
		return nil, err
	}
	var job *Job
	if a := t.newest(running); a != nil {
		job = v.actionJob(a)
		job.Done, job.Failed, job.Result, job.State = false, false, "", "running"
	} else if t.kind == traceAction {
		job, err = v.pastAction(ctx, t)
	} else {
		job, err = v.environment(ctx, t)
	}
	if err != nil {
		return nil, err
	}
	job.Handle, job.Again = handle, lookEvery
	if !t.since.IsZero() {
		job.Created = cmp.Or(job.Created, t.since.UTC().Format(time.RFC3339))
	}
	return job, nil
}

// actions reads a list of tracking. Without the right to do so, or on a version that has no such call, it is empty:
// the status of an environment still tells much.
func (v *virtuozzo) actions(ctx context.Context, r *Request) ([]any, error) {
	a, err := v.do(ctx, r, v.json())
	if e, ok := err.(*Error); ok && (e.Kind == KindForbidden || e.Kind == KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list, _ := dig(a.Value, "array").([]any)
	return list, nil
}

// lookEvery is the pace of looking: each look is up to three calls.
const lookEvery = 3 * time.Second

// historyLength is how many past actions are looked through.
const historyLength = "50"

// past is what tracking says about work that has ended; nil when it says nothing.
func (v *virtuozzo) past(ctx context.Context, t trace) (*Job, error) {
	list, err := v.actions(ctx, ownRequest(&lastActions, pair{"count", historyLength}))
	if err != nil {
		return nil, err
	}
	if a := t.newest(list); a != nil {
		return v.actionJob(a), nil
	}
	return nil, nil
}

func (v *virtuozzo) pastAction(ctx context.Context, t trace) (*Job, error) {
	if _, err := strconv.ParseUint(t.mark, 10, 63); err == nil {
		a, err := v.do(ctx, ownRequest(&actionGet, pair{"id", t.mark}), v.json())
		if err != nil {
			return nil, err
		}
		if action := cmp.Or[any](dig(a.Value, "object"), a.Value); dig(action, "id") != nil {
			return v.actionJob(action), nil
		}
	}
	job, err := v.past(ctx, t)
	if job == nil && err == nil {
		job = &Job{Kind: traceAction, State: "unknown", Done: true, Percent: -1,
			Text: "tracking does not know the action, or no longer: read what it was about to see whether it was done"}
	}
	return job, err
}

// environment judges by the status of an environment on which no action runs.
func (v *virtuozzo) environment(ctx context.Context, t trace) (*Job, error) {
	a, err := v.do(ctx, ownRequest(&envInfo, pair{"envName", t.mark}, pair{"lazy", "true"}), v.json())
	status := statusGone
	if e, ok := err.(*Error); ok && e.Kind == KindNotFound && e.Status == http.StatusOK {
		a = &answer{}
	} else if err != nil {
		return nil, err
	} else {
		number := textOf(dig(a.Value, "env", "status"))
		status = cmp.Or(statusWords[number], number, "unknown")
	}
	text := "environment " + legible.Line(t.mark) + " is " + status
	if !slices.Contains(atRest, status) {
		return &Job{Kind: "environment", State: status, Text: text, Percent: -1, Value: a.Value}, nil
	}
	job, err := v.past(ctx, t)
	if err != nil {
		return nil, err
	}
	if job == nil {
		job = &Job{Kind: "environment", Percent: -1}
		text += "; what was done to it last is not known"
	} else {
		text += "; last action: " + strings.TrimSpace(job.Text+" "+job.Result)
	}
	job.State, job.Text, job.Value, job.Done = status, text, a.Value, true
	switch {
	case t.kind == traceGone:
		if job.Failed = status != statusGone; job.Failed {
			job.Result = "failure"
		} else {
			job.Result = Success
		}
	case status == statusBroken:
		job.Failed, job.Result = true, "failure"
	}
	return job, nil
}

// clockSkew is how far the clocks of this machine and of the platform may be apart.
const clockSkew = 5 * time.Minute

// newest is the action that a trace leads to, the last begun where there are several; nil when there is none.
func (t trace) newest(actions []any) any {
	var found any
	var begun time.Time
	for _, a := range actions {
		start := firstTime(a, startKeys)
		if !start.IsZero() && start.Before(t.since.Add(-clockSkew)) || !t.leadsTo(a) {
			continue
		}
		if found == nil || start.After(begun) {
			found, begun = a, start
		}
	}
	return found
}

// leadsTo looks for the mark in what tracking tells of an action. Its form is not documented and differs between
// versions: names stand in text.env, in parameters, or in JSON inside a text.
func (t trace) leadsTo(action any) bool {
	if t.kind != traceAction {
		return mentions(action, "", func(key, text string) bool {
			key = strings.ToLower(key)
			return (strings.Contains(key, "env") || strings.Contains(key, "domain")) && (text == t.mark || strings.HasPrefix(text, t.mark+"."))
		})
	}
	if textOf(dig(action, "id")) == t.mark {
		return true
	}
	if _, err := strconv.ParseUint(t.mark, 10, 63); err == nil {
		return false // an id of anything else could be the same number
	}
	return mentions(action, "", func(_, text string) bool { return text == t.mark })
}

// maxInner is what JSON within a text may take decoded, as package memory weighs it: the parameters of an action are some lines.
const maxInner = 1 << 20

// mentions reports whether any text in decoded JSON matches, together with the key that it stands under.
func mentions(value any, key string, match func(key, text string) bool) bool {
	switch v := value.(type) {
	case string:
		if strings.HasPrefix(v, "{") && memory.Weigh([]byte(v)) <= maxInner {
			var inner map[string]any
			if json.Unmarshal([]byte(v), &inner) == nil {
				return mentions(inner, key, match)
			}
		}
		return match(key, v)
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return mentions(item, key, match) })
	case map[string]any:
		for name, member := range v {
			if mentions(member, name, match) {
				return true
			}
		}
	}
	return false
}

// The names under which tracking gives times, kind and outcome of an action.
var (
	startKeys  = []string{"startDate", "startDateTime", "startTime", "starttime", "createdOn"}
	endKeys    = []string{"endDate", "endDateTime", "endTime", "endtime"}
	kindKeys   = []string{"actionType", "action", "type", "name"}
	resultKeys = []string{"resultCode", "result"}
)

// actionJob reads an action that tracking tells of.
func (v *virtuozzo) actionJob(action any) *Job {
	j := &Job{Kind: firstText(action, kindKeys), State: "running", Percent: -1, Value: action}
	j.Text = legible.Line(cmp.Or(j.Kind, "action"))
	if env := cmp.Or(digText(action, "text", "env"), digText(action, "parameters", "envName"), digText(action, "envName")); env != "" {
		j.Text += " on " + legible.Line(env)
	}
	if id := textOf(dig(action, "id")); id != "" {
		j.Handle = trace{kind: traceAction, mark: id}.String()
	}
	if start := firstTime(action, startKeys); !start.IsZero() {
		j.Created = start.Format(time.RFC3339)
		j.Started = j.Created
	}
	end, code := firstTime(action, endKeys), firstText(action, resultKeys)
	if !end.IsZero() {
		j.Completed = end.Format(time.RFC3339)
	}
	if j.Done = !end.IsZero() || code != ""; j.Done {
		j.State = "finished"
	}
	inner := failureIn(action, true)
	switch {
	case !j.Done:
	case code == "0" && inner.code == "" && len(inner.failed) == 0:
		j.Result = Success
	case code != "" || inner.code != "" || len(inner.failed) > 0:
		if code == "" || code == "0" {
			if len(inner.failed) > 0 {
				inner = failure{code: inner.failed[0].code, text: joined(inner.text, inner.failed[0].text, inner.partly())}
			}
			code = inner.code
		}
		j.Result, j.Failed = "failure", true
		j.Text += " (code " + legible.Line(code) + ")"
		if why := joined(inner.text, digText(action, "error")); why != "" {
			j.Text += ": " + v.text(why)
		}
	}
	return j
}

func firstText(object any, keys []string) string {
	for _, key := range keys {
		if text := textOf(dig(object, key)); text != "" {
			return text
		}
	}
	return ""
}

// firstTime reads the first of the keys that holds a time: UTC as the platform writes it, RFC 3339, or milliseconds since
// 1970. Zero when there is none.
func firstTime(object any, keys []string) time.Time {
	for _, key := range keys {
		text := textOf(dig(object, key))
		if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms > 0 {
			return time.UnixMilli(ms).UTC()
		}
		for _, layout := range []string{time.DateTime, time.RFC3339, "2006-01-02T15:04:05"} {
			if at, err := time.Parse(layout, text); err == nil {
				return at.UTC()
			}
		}
	}
	return time.Time{}
}
