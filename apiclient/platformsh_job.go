package apiclient

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"paasmcp/internal/legible"
	"paasmcp/schemas"
)

// The kinds of handles: activity:PROJECT:ID and subscription:ORGANIZATION:ID, the parts escaped like path segments.
const (
	activityHandle     = "activity"
	subscriptionHandle = "subscription"
)

// platformshPace is how often the vendor's own client looks at an activity.
const platformshPace = 3 * time.Second

// What the dialect calls on its own behalf. The names are what errors and logs show.
var (
	activityGet = schemas.Operation{Name: "platformsh_job", Platform: schemas.Platformsh, Risk: []schemas.Risk{schemas.Read},
		Call: "GET /projects/{project}/activities/{id}"}
	activityLog = schemas.Operation{Name: "platformsh_job_log", Platform: schemas.Platformsh, Risk: []schemas.Risk{schemas.Read},
		Call: "GET /projects/{project}/activities/{id}/log", Returns: "application/x-ndjson"}
	subscriptionGet = schemas.Operation{Name: "platformsh_job", Platform: schemas.Platformsh, Risk: []schemas.Risk{schemas.Read},
		Call: "GET /organizations/{organization}/subscriptions/{id}"}
)

func (p *platformsh) job(ctx context.Context, handle string) (*Job, error) {
	kind, owner, id, err := parseHandle(handle)
	if err != nil {
		return nil, p.complete(&Request{Op: &activityGet, Method: http.MethodGet}, err)
	}
	op, prefix := &activityGet, "/projects/"+escape(owner)+"/activities/"
	if kind == subscriptionHandle {
		op, prefix = &subscriptionGet, "/organizations/"+escape(owner)+"/subscriptions/"
	}
	a, err := p.do(ctx, &Request{Op: op, Method: http.MethodGet, Path: prefix + escape(id)}, p.json())
	if err != nil {
		return nil, err
	}
	job := activityJob(owner, a.Value)
	if kind == subscriptionHandle {
		job = subscriptionJob(owner, id, a.Value)
	}
	job.Handle, job.Again = handle, platformshPace
	return &job, nil
}

// activityJob reads an activity. Finished is not successful, and an activity that is staged is finished too: it waits
// for somebody to call deploy.
func activityJob(project string, activity any) Job {
	j := Job{
		Kind: digText(activity, "type"), State: digText(activity, "state"), Result: digText(activity, "result"), Text: legible.Line(digText(activity, "text")),
		Created: digText(activity, "created_at"), Started: digText(activity, "started_at"), Completed: digText(activity, "completed_at"),
		Percent: percentOf(dig(activity, "completion_percent")), Value: activity,
	}
	if id := textOf(dig(activity, "id")); id != "" && project != "" {
		j.Handle = makeHandle(activityHandle, project, id)
	}
	j.Done = j.Percent == 100 || slices.Contains([]string{"complete", "cancelled", "staged"}, j.State)
	j.Failed = j.Done && (j.Result == "failure" || j.State == "cancelled")
	for _, command := range listOf(dig(activity, "commands")) {
		if code := codeOf(dig(command, "exit_code")); j.Done && code != "" && code != "0" {
			j.Text += " (" + legible.Line(cmp.Or(digText(command, "type"), digText(command, "app"), "a command")) + " ended with exit code " + code + ")"
			j.Failed = j.Failed || j.Result == ""
		}
	}
	if j.State == "staged" {
		j.Held = true
		j.Text = strings.TrimSpace(j.Text + " (staged: it takes effect when the environment is deployed)")
	}
	return j
}

// subscriptionJob reads the state of a project that is being bought.
func subscriptionJob(organization, id string, bought any) Job {
	title := cmp.Or(digText(bought, "project_title"), digText(bought, "title"), "a project")
	j := Job{
		Handle: makeHandle(subscriptionHandle, organization, id), Kind: subscriptionHandle,
		State: digText(bought, "status"), Created: digText(bought, "created_at"),
		Text: "provisioning of " + legible.Line(title), Percent: -1, Value: bought,
	}
	switch j.State {
	case "active":
		j.Done, j.Result, j.Percent = true, Success, 100
	case "requested", "provisioning", "":
	default: // provisioning failure, failed, suspended, deleted
		j.Done, j.Failed, j.Result = true, true, "failure"
	}
	return j
}

func makeHandle(kind, owner, id string) string { return kind + ":" + escape(owner) + ":" + escape(id) }

// parseHandle is strict: a handle comes back from a model, and its parts become a path.
func parseHandle(handle string) (kind, owner, id string, err error) {
	parts := strings.Split(handle, ":")
	refused := &Error{Kind: KindInvalid, Message: "there is no job " + quote(handle),
		Hint: "a handle reads activity:PROJECT:ID or subscription:ORGANIZATION:ID; take it from the result of the call that started the work"}
	if len(parts) != 3 || parts[0] != activityHandle && parts[0] != subscriptionHandle {
		return "", "", "", refused
	}
	for i, part := range parts[1:] {
		value, err := url.PathUnescape(part)
		if err != nil {
			return "", "", "", refused
		}
		if again, err := pathSegment(value); err != nil || again != part {
			return "", "", "", refused
		}
		parts[i+1] = value
	}
	return parts[0], parts[1], parts[2], nil
}

// Bounds of reading records: how many ids are remembered, to pass over those that come again, how long such an id is, and how long a
// record, in bytes. What is longer is taken for lines of a log in another form.
const (
	manyRecords = 10_000
	longestID   = 100
	longestOne  = 1 << 20
)

func (p *platformsh) jobLog(ctx context.Context, handle string, to LogWriter, most int64) error {
	kind, project, id, err := parseHandle(handle)
	r := &Request{Op: &activityLog, Method: http.MethodGet, Query: "max_delay=0&max_items=0",
		Path: "/projects/" + escape(project) + "/activities/" + escape(id) + "/log"}
	if err != nil {
		return p.complete(r, err)
	}
	if kind != activityHandle {
		return nil // buying a project has no log
	}
	records := func(_ http.Header, body io.Reader) (any, error) {
		to.Reset() // an attempt before may have left lines
		return nil, copyRecords(to, body)
	}
	_, err = p.do(ctx, r, reading{take: records, max: most, long: true, passes: true})
	return err
}

// copyRecords writes the messages of a log in {"_id", "data": {"message"}, "seal"} records, one per line, until the record with the
// seal or the end. A record that is not JSON is a line itself: a log has no promised form, and losing lines would hide why a
// deployment failed.
func copyRecords(to io.Writer, body io.Reader) error {
	seen, order := map[string]bool{}, make([]string, 0, 64)
	breaks := false // messages bring their line breaks: then one without is a part of a line
	r := bufio.NewReader(body)
	for {
		raw, err := readRecord(r)
		if raw = bytes.TrimSpace(raw); len(raw) > 0 && (err == nil || err == io.EOF) {
			var record struct {
				ID   string `json:"_id"`
				Data struct {
					Message string `json:"message"`
				} `json:"data"`
				Seal bool `json:"seal"`
			}
			if json.Unmarshal(raw, &record) != nil {
				record.Data.Message = string(raw) + "\n"
			}
			message := record.Data.Message
			if record.ID != "" && len(record.ID) <= longestID {
				if seen[record.ID] {
					message = ""
				} else if seen[record.ID] = true; len(order) < manyRecords {
					order = append(order, record.ID)
				} else {
					delete(seen, order[0])
					order = append(order[1:], record.ID)
				}
			}
			breaks = breaks || strings.HasSuffix(message, "\n")
			if message != "" && !breaks {
				message += "\n"
			}
			if _, err := io.WriteString(to, message); err != nil {
				return err
			}
			if record.Seal {
				return nil
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// readRecord reads a line, or the next part of a very long one: a small answer can unpack to a line of any length.
func readRecord(r *bufio.Reader) (record []byte, err error) {
	for {
		part, err := r.ReadSlice('\n')
		record = append(record, part...)
		if err != bufio.ErrBufferFull || len(record) >= longestOne {
			if err == bufio.ErrBufferFull {
				err = nil
			}
			return record, err
		}
	}
}
