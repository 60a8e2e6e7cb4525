package tools

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"paasmcp/apiclient"
	"paasmcp/internal/legible"
)

// logReader finds a log. Every request goes through call, which is [Service.Call]: the policy and the audit see them all.
type logReader struct {
	s    *Service
	in   logsInput
	gone bool // the environment was deleted by the job that is asked about
	call func(tool string, args map[string]any, into *target) (*Outcome, error)
}

var errWhichLog = errors.New("name one: job; project_id, perhaps with environment_id or activity_id; notification_uuid; " +
	"environment_id and log_type (Acquia); or env_name, node_id and path (Virtuozzo)")

func (r *logReader) read(ctx context.Context) (foundLog, error) {
	in := &r.in
	if in.Job != "" {
		if err := r.openJob(); err != nil {
			return foundLog{}, err
		}
	}
	switch {
	case in.ProjectID != "":
		return r.activity(ctx)
	case in.Notification != "":
		return r.notification()
	case in.EnvironmentID != "":
		return r.logType()
	case in.EnvName != "" && in.NodeID > 0:
		return r.logFile()
	case in.EnvName != "" && in.Path != "":
		return foundLog{}, errors.New("a path is on a node: give node_id too; virtuozzo_environment_get has the ids")
	case in.EnvName != "":
		return r.actions()
	}
	return foundLog{}, errWhichLog
}

// openJob takes a job apart: what it names is what has a log.
func (r *logReader) openJob() error {
	account, handle, ok := strings.Cut(r.in.Job, "/")
	if !ok {
		return fmt.Errorf("job %q: it has the form ACCOUNT/HANDLE, as an answer gave it", shorten(legible.Block(r.in.Job), 80))
	}
	r.in.Account = account
	kind, rest, _ := strings.Cut(handle, ":")
	parts := strings.Split(rest, ":")
	for i := range parts {
		part, err := url.PathUnescape(parts[i])
		if err != nil {
			return fmt.Errorf("job %q: %w", shorten(legible.Block(r.in.Job), 80), err)
		}
		parts[i] = part
	}
	switch {
	case kind == "activity" && len(parts) == 2:
		r.in.ProjectID, r.in.ActivityID = parts[0], parts[1]
	case kind == "notification":
		r.in.Notification = rest
	case kind == "env", kind == "gone":
		r.in.EnvName, r.gone = parts[0], kind == "gone"
	default:
		return errors.New("this kind of job has no log; paas_wait tells its state")
	}
	return nil
}

// activity reads the log of one activity of Platform.sh: the one that is named, or the last of the environment or project that
// failed, or the last.
func (r *logReader) activity(ctx context.Context) (foundLog, error) {
	args := map[string]any{"project_id": r.in.ProjectID}
	var found foundLog
	if r.in.ActivityID == "" {
		id, note, err := r.lastActivity()
		if err != nil {
			return foundLog{}, err
		}
		r.in.ActivityID = id
		found.notes = append(found.notes, note)
	}
	args["activity_id"] = r.in.ActivityID
	o, err := r.call("platformsh_project_activity_get", args, nil)
	if err != nil {
		return foundLog{}, err
	}
	activity, _ := wholeOf(o, View{}).(map[string]any)
	found.text = textOf(activity, "log")
	if strings.TrimSpace(found.text) == "" {
		// The log itself lies behind a link of the activity that has just been read. It is the same read: whoever may see the one may see the other.
		found.text = r.activityLog(ctx, o)
	}
	state, outcome := textOf(activity, "state"), textOf(activity, "result")
	found.source = strings.TrimSpace(fmt.Sprintf("activity %s: %s, %s", r.in.ActivityID, textOf(activity, "type"), textOf(activity, "text")))
	found.state = strings.Trim(state+", "+outcome, ", ")
	found.done = outcome == "success"
	switch {
	case outcome == "success":
		found.notes = append(found.notes, "it succeeded; this is the end of its log")
	case state == "in_progress", state == "pending", state == "scheduled":
		found.notes = append(found.notes, "it is not over yet; paas_wait waits for it")
	case state == "cancelled":
		found.notes = append(found.notes, "somebody cancelled it")
	}
	return found, nil
}

func (r *logReader) lastActivity() (id, note string, err error) {
	for _, only := range []string{"failure", ""} {
		tool, args := "platformsh_project_activity_list", map[string]any{"project_id": r.in.ProjectID}
		if r.in.EnvironmentID != "" {
			tool, args["environment_id"] = "platformsh_environment_activity_list", r.in.EnvironmentID
		}
		if only != "" {
			args["result"] = []any{only}
		}
		o, err := r.call(tool, args, nil)
		if err != nil {
			return "", "", err
		}
		for _, item := range o.Result.Items {
			if activity, _ := item.(map[string]any); textOf(activity, "id") != "" {
				note = "the last activity; none that is known failed"
				if only != "" {
					note = "the last activity that failed, of " + legible.Block(textOf(activity, "created_at"))
				}
				return textOf(activity, "id"), note, nil
			}
		}
	}
	return "", "", errors.New("there are no activities")
}

func (r *logReader) activityLog(ctx context.Context, o *Outcome) string {
	client, err := r.s.Accounts.Named(o.Account)
	if err != nil {
		return ""
	}
	handle := "activity:" + url.PathEscape(r.in.ProjectID) + ":" + url.PathEscape(r.in.ActivityID)
	lines, err := client.JobLog(ctx, handle, activityLines)
	if err != nil {
		return ""
	}
	return o.masker.MaskText(strings.Join(lines, "\n"))
}

const activityLines = 1000 // the last of a log that comes as a stream

// notification reads what Acquia says about a job, which has no log of its own, and names the logs that may say more.
func (r *logReader) notification() (foundLog, error) {
	o, err := r.call("acquia_notification_get", map[string]any{"notification_uuid": r.in.Notification}, nil)
	if err != nil {
		return foundLog{}, err
	}
	n, _ := wholeOf(o, View{}).(map[string]any)
	status := textOf(n, "status")
	found := foundLog{
		source: "notification " + r.in.Notification + ": " + textOf(n, "event"), state: status, done: status == "completed",
		text: strings.TrimSpace(textOf(n, "label") + "\n" + textOf(n, "description") + "\n" + strings.Join(messagesOf(nil, n["context"]), "\n")),
	}
	context, _ := n["context"].(map[string]any)
	environment, _ := context["environment"].(map[string]any)
	ids, _ := environment["ids"].([]any)
	switch {
	case found.done:
		found.notes = append(found.notes, "it succeeded")
	case len(ids) > 0:
		found.notes = append(found.notes,
			fmt.Sprintf("a notification has no log; more may stand in the logs of its environment: paas_logs with environment_id %v", ids[0]))
	}
	return found, nil
}

// messagesOf are the texts in the context of a notification that say something: not ids, not names of things.
func messagesOf(texts []string, v any) []string {
	switch v := v.(type) {
	case string:
		if strings.Contains(strings.TrimSpace(v), " ") {
			texts = append(texts, v)
		}
	case []any:
		for _, child := range v {
			texts = messagesOf(texts, child)
		}
	case map[string]any:
		for _, line := range paths(nil, "", v) {
			if _, text, ok := strings.Cut(line, ": "); ok && strings.Contains(text, " ") {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// logType downloads a log of an environment of Acquia, or lists those there are.
func (r *logReader) logType() (foundLog, error) {
	environment := map[string]any{"environment_id": r.in.EnvironmentID}
	if r.in.LogType == "" {
		o, err := r.call("acquia_log_list", environment, nil)
		if err != nil {
			return foundLog{}, err
		}
		found := foundLog{
			source: "logs of environment " + r.in.EnvironmentID,
			notes:  []string{"name one of these as log_type; what has no snapshot needs acquia_log_create first"},
		}
		items, _ := wholeOf(o, View{}).([]any)
		for _, item := range items {
			entry, _ := item.(map[string]any)
			flags, _ := entry["flags"].(map[string]any)
			choice := textOf(entry, "type")
			if flags["available"] == true {
				choice += " (has a snapshot)"
			}
			found.choices = append(found.choices, choice)
		}
		return found, nil
	}
	environment["log_type"] = r.in.LogType
	var file bytes.Buffer
	o, err := r.call("acquia_log_download", environment, inMemory(&file))
	var api *apiclient.Error
	if errors.As(err, &api) && api.Kind == apiclient.KindNotFound {
		api.Hint = "" // the same in other words
		return foundLog{}, fmt.Errorf("there is no snapshot of %s: call acquia_log_create with the same environment_id and log_type, "+
			"wait for it, then ask again (%w)", shorten(legible.Block(r.in.LogType), 40), err)
	}
	if err != nil {
		return foundLog{}, err
	}
	end, left, err := endOf(&file)
	if err != nil {
		return foundLog{}, fmt.Errorf("%s: %w", r.in.LogType, err)
	}
	found := foundLog{text: o.masker.MaskText(end), source: fmt.Sprintf("log %s of environment %s", r.in.LogType, r.in.EnvironmentID)}
	if left > 0 {
		found.notes = append(found.notes, fmt.Sprintf("only its last %d KB are looked at; %d KB come before", maxLog>>10, left>>10))
	}
	return found, nil
}

// maxDownload is how many bytes of a compressed log are taken, and maxUnpacked how many come out of it at most: a small file can
// unpack to any size.
const (
	maxDownload = 16 << 20
	maxUnpacked = 64 << 20
)

// inMemory receives a file for this process alone.
func inMemory(to *bytes.Buffer) *target {
	return &target{WriteCloser: nopCloser{to}, most: maxDownload, discard: func() {}, keep: func() savedFile { return savedFile{} }}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// endOf is the end of a file, unpacked when it is compressed, and how many bytes come before.
func endOf(file io.Reader) (end string, left int64, err error) {
	start := make([]byte, 2)
	n, _ := io.ReadFull(file, start)
	file = io.MultiReader(bytes.NewReader(start[:n]), file)
	if n == 2 && start[0] == 0x1f && start[1] == 0x8b {
		if file, err = gzip.NewReader(file); err != nil {
			return "", 0, fmt.Errorf("the file cannot be unpacked: %w", err)
		}
	}
	file = io.LimitReader(file, maxUnpacked)
	chunk, kept := make([]byte, 64<<10), make([]byte, 0, 2*maxLog)
	for {
		n, err := file.Read(chunk)
		kept = append(kept, chunk[:n]...)
		if extra := len(kept) - maxLog; extra > maxLog-len(chunk) {
			left += int64(extra)
			kept = append(kept[:0], kept[extra:]...)
		}
		if err == io.EOF {
			break
		}
		if err != nil { // what came so far is the log; a file that is still being written ends like this
			break
		}
	}
	if extra := len(kept) - maxLog; extra > 0 {
		left += int64(extra)
		kept = kept[extra:]
	}
	if i := bytes.IndexByte(kept, '\n'); left > 0 && i >= 0 {
		kept = kept[i+1:] // the line that was cut
	}
	return strings.ToValidUTF8(string(kept), "�"), left, nil
}

// logFile reads the end of a log file of a node of Virtuozzo, or lists those there are.
func (r *logReader) logFile() (foundLog, error) {
	node := map[string]any{"env_name": r.in.EnvName, "node_id": json.Number(fmt.Sprint(r.in.NodeID))}
	if r.in.Path == "" {
		o, err := r.call("virtuozzo_log_list", node, nil)
		if err != nil {
			return foundLog{}, err
		}
		found := foundLog{source: fmt.Sprintf("logs of node %d of %s", r.in.NodeID, r.in.EnvName), notes: []string{"name one of these as path"}}
		for _, line := range paths(nil, "", wholeOf(o, View{})) {
			if path, text, _ := strings.Cut(line, ": "); strings.HasSuffix(path, ".absolutePath") && !slices.Contains(found.choices, text) {
				found.choices = append(found.choices, shorten(text, maxPlaceText))
			}
		}
		return found, nil
	}
	node["path"] = r.in.Path
	found := foundLog{source: fmt.Sprintf("%s on node %d of %s", r.in.Path, r.in.NodeID, r.in.EnvName)}
	// A log can be longer than an answer may be, so its length is asked for first: it comes with every part of it.
	node["from"], node["count"] = json.Number("0"), json.Number("1")
	o, err := r.call("virtuozzo_log_read", node, nil)
	if err != nil {
		return foundLog{}, err
	}
	delete(node, "from")
	delete(node, "count")
	if length := wholeNumberOf(o.Result.Value, "linescount"); length > maxLog {
		node["from"], node["count"] = json.Number(fmt.Sprint(length-maxLog)), json.Number(fmt.Sprint(maxLog))
		found.notes = append(found.notes, fmt.Sprintf("only its last %d characters of %d are looked at", maxLog, length))
	}
	if o, err = r.call("virtuozzo_log_read", node, nil); err != nil {
		return foundLog{}, err
	}
	value, _ := wholeOf(o, View{}).(map[string]any)
	found.text = textOf(value, "body")
	return found, nil
}

// actions tells how the last actions of an environment of Virtuozzo went, oldest first, as a log does.
func (r *logReader) actions() (foundLog, error) {
	o, err := r.call("virtuozzo_action_list", map[string]any{"count": json.Number("50")}, nil)
	if err != nil {
		return foundLog{}, err
	}
	found := foundLog{
		source: "actions on " + r.in.EnvName,
		notes:  []string{"for log files give node_id too; virtuozzo_environment_get has the ids of the nodes"},
	}
	items, _ := wholeOf(o, View{}).([]any)
	var lines []string
	for _, item := range slices.Backward(items) {
		action, _ := item.(map[string]any)
		if textOf(action, "envName") != r.in.EnvName {
			continue
		}
		line := fmt.Sprintf("%s %s %s", textOf(action, "startDate"), textOf(action, "action"), strings.ToLower(textOf(action, "state")))
		if code := fmt.Sprint(action["resultCode"]); code != "0" && action["resultCode"] != nil {
			line += fmt.Sprintf(", failed with result %s: %s", code, textOf(action, "error"))
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 && !r.gone { // nothing happened to it lately, or its name is wrong
		if _, err := r.call("virtuozzo_environment_get", map[string]any{"env_name": r.in.EnvName, "lazy": true}, nil); err != nil {
			return foundLog{}, err
		}
		found.notes = append(found.notes, "none of the last "+plural(len(items), "action", "actions")+" of the account was on it")
	}
	found.text = strings.Join(lines, "\n")
	return found, nil
}

func textOf(object map[string]any, name string) string {
	text, _ := object[name].(string)
	return text
}

func wholeNumberOf(v any, name string) int64 {
	object, _ := v.(map[string]any)
	number, _ := object[name].(json.Number)
	n, _ := number.Int64()
	return n
}
