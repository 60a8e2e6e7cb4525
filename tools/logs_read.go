package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"paasmcp/apiclient"
	"paasmcp/internal/legible"
	"paasmcp/internal/logs"
	"paasmcp/internal/secrets"
	"paasmcp/schemas"
)

// logReader finds a log. Every request goes through call, which is [Service.Call]: the policy and the audit see them all.
type logReader struct {
	s    *Service
	in   logsInput
	grep *regexp.Regexp
	gone bool // the environment was deleted by the job that is asked about
	call func(tool string, args map[string]any, into *target) (*Outcome, error)
}

// scanner looks at a log that an operation answers with.
func (r *logReader) scanner(tool string) *logs.Scanner {
	mask := secrets.MaskLines
	if op, ok := r.s.Catalog.Operation(tool); ok {
		mask = r.s.maskers.of(op, op.Secrets).MaskLines
	}
	return logs.NewScanner(mask, r.grep)
}

// scanned looks at a log that is in an answer.
func (r *logReader) scanned(tool, text string) *logs.Log {
	s := r.scanner(tool)
	_, _ = s.Write([]byte(text))
	return s.Log()
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
		return errors.New("this kind of job has no log; paas_wait shows its state")
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
	if raw, _ := o.Result.Value.(map[string]any); strings.TrimSpace(textOf(raw, "log")) != "" {
		found.log = r.scanned(o.Operation.Name, textOf(raw, "log"))
	} else {
		// The log itself is behind a link of the activity that has just been read. It is the same read: a caller who may see the one may see
		// the other.
		found.log, found.missing = r.activityLog(ctx, o)
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
		found.notes = append(found.notes, "it was cancelled")
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

func (r *logReader) activityLog(ctx context.Context, o *Outcome) (log *logs.Log, missing string) {
	client, err := r.s.Accounts.Named(o.Account)
	if err != nil {
		return nil, "the log could not be read: " + err.Error()
	}
	scanner := r.scanner(o.Operation.Name)
	err = client.CopyJobLog(ctx, "activity:"+url.PathEscape(r.in.ProjectID)+":"+url.PathEscape(r.in.ActivityID), scanner)
	log = scanner.Log()
	switch {
	case err != nil && log.Lines() > 0:
		missing = fmt.Sprintf("only the first %s could be read: %v", plural(log.Lines(), "line", "lines"), err)
	case err != nil:
		missing = fmt.Sprintf("the log could not be read: %v", err)
	}
	return log, missing
}

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
	}
	found.log = r.scanned(o.Operation.Name, textOf(n, "label")+"\n"+textOf(n, "description")+"\n"+strings.Join(messagesOf(nil, n["context"]), "\n"))
	context, _ := n["context"].(map[string]any)
	environment, _ := context["environment"].(map[string]any)
	ids, _ := environment["ids"].([]any)
	switch {
	case found.done:
		found.notes = append(found.notes, "it succeeded")
	case len(ids) > 0:
		found.notes = append(found.notes,
			fmt.Sprintf("a notification has no log; there may be more in the logs of its environment: paas_logs with environment_id %v", ids[0]))
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
	var found foundLog
	if r.in.LogType == "" {
		o, err := r.call("acquia_log_list", environment, nil)
		if err != nil {
			return foundLog{}, err
		}
		var listed, ready []string // ready are those that can be read without making a snapshot first
		items, _ := wholeOf(o, View{}).([]any)
		for _, item := range items {
			entry, _ := item.(map[string]any)
			flags, _ := entry["flags"].(map[string]any)
			choice := textOf(entry, "type")
			listed = append(listed, choice)
			if flags["available"] == true {
				ready = append(ready, choice)
				choice += " (has a snapshot)"
			}
			found.choices = append(found.choices, choice)
		}
		if len(listed) == 1 {
			ready = listed
		}
		if len(ready) != 1 {
			found.source = "logs of environment " + r.in.EnvironmentID
			found.choose("log_type; what has no snapshot needs acquia_log_create first")
			return found, nil
		}
		r.in.LogType = ready[0]
	}
	environment["log_type"] = r.in.LogType
	file := &unpacker{scanner: r.scanner("acquia_log_download")}
	_, err := r.call("acquia_log_download", environment, file.target())
	var api *apiclient.Error
	if errors.As(err, &api) && api.Kind == apiclient.KindNotFound {
		api.Hint = "" // the same in other words
		return foundLog{}, fmt.Errorf("there is no snapshot of %s: call acquia_log_create with the same environment_id and log_type, "+
			"wait for it, then ask again (%w)", shorten(legible.Block(r.in.LogType), 40), err)
	}
	if err != nil {
		return foundLog{}, err
	}
	if file.err != nil && file.scanner.Log().Lines() == 0 {
		return foundLog{}, fmt.Errorf("%s: the file cannot be unpacked: %w", r.in.LogType, file.err)
	}
	found.log, found.source = file.scanner.Log(), fmt.Sprintf("log %s of environment %s", r.in.LogType, r.in.EnvironmentID)
	switch {
	case file.full:
		found.missing = fmt.Sprintf("only its first %d MB were read", maxUnpacked>>20)
	case file.err != nil:
		found.notes = append(found.notes, "the file breaks off, as one does that is still being written")
	}
	return found, nil
}

// logFile reads the end of a log file of a node of Virtuozzo, or lists those there are.
func (r *logReader) logFile() (foundLog, error) {
	node := map[string]any{"env_name": r.in.EnvName, "node_id": json.Number(fmt.Sprint(r.in.NodeID))}
	if r.in.Path == "" {
		o, err := r.call("virtuozzo_log_list", node, nil)
		if err != nil {
			return foundLog{}, err
		}
		found := foundLog{source: fmt.Sprintf("logs of node %d of %s", r.in.NodeID, r.in.EnvName)}
		for _, line := range paths(nil, "", wholeOf(o, View{})) {
			if path, text, _ := strings.Cut(line, ": "); strings.HasSuffix(path, ".absolutePath") && !slices.Contains(found.choices, text) {
				found.choices = append(found.choices, shorten(text, maxPlaceText))
			}
		}
		if len(found.choices) != 1 {
			found.choose("path")
			return found, nil
		}
		r.in.Path = found.choices[0]
	}
	return r.windows(node)
}

// The windows in which a log file is read, in what the platform counts: characters, on some versions lines.
const (
	logWindow = 1 << 20
	logFrom   = 256 * logWindow // of the end are read at most
)

// windows reads a log file of Virtuozzo part by part, since a log can be longer than an answer may be.
func (r *logReader) windows(node map[string]any) (foundLog, error) {
	node["path"] = r.in.Path
	found := foundLog{source: fmt.Sprintf("%s on node %d of %s", r.in.Path, r.in.NodeID, r.in.EnvName)}
	scanner := r.scanner("virtuozzo_log_read")
	before := ""
	for from := int64(0); ; {
		node["from"], node["count"] = json.Number(fmt.Sprint(from)), json.Number(fmt.Sprint(logWindow))
		o, err := r.call("virtuozzo_log_read", node, nil)
		if err != nil && before == "" {
			return foundLog{}, err
		}
		if err == nil && slices.Contains(o.risk, schemas.RevealsSecrets) {
			return foundLog{}, fmt.Errorf("%s is neither in /var/log nor listed as a log of the node; virtuozzo_file_read reads other files",
				shorten(legible.Block(r.in.Path), maxPlaceText))
		}
		if err != nil {
			found.log = scanner.Log()
			found.missing = fmt.Sprintf("only the first %s could be read: %v", plural(found.log.Lines(), "line", "lines"), err)
			return found, nil
		}
		value, _ := o.Result.Value.(map[string]any)
		part, length := textOf(value, "body"), wholeNumberOf(o.Result.Value, "linescount")
		if from == 0 && length > logFrom {
			from = length - logFrom
			found.notes = append(found.notes, fmt.Sprintf("it has %d characters; its lines are counted from character %d on", length, from))
			continue
		}
		again := part == before // a platform that does not take from sends the same again
		got := int64(utf8.RuneCountInString(part))
		if got > logWindow {
			got = int64(strings.Count(part, "\n"))
		}
		from += got
		if !again {
			_, _ = scanner.Write([]byte(part))
		}
		if again || part == "" || from >= length && got < logWindow {
			found.log = scanner.Log()
			return found, nil
		}
		before = part
	}
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
	found.log = r.scanned(o.Operation.Name, strings.Join(lines, "\n"))
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
