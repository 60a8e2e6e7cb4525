package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"paasmcp/internal/caller"
	"paasmcp/internal/legible"
	"paasmcp/internal/logs"
	"paasmcp/internal/tokens"
)

type logsInput struct {
	Job           string `json:"job,omitempty"`
	ProjectID     string `json:"project_id,omitempty"`
	EnvironmentID string `json:"environment_id,omitempty"`
	ActivityID    string `json:"activity_id,omitempty" jsonschema_description:"default: last failed"`
	Notification  string `json:"notification_uuid,omitempty"`
	LogType       string `json:"log_type,omitempty" jsonschema_description:"Acquia: php-error, drupal-watchdog …"`
	EnvName       string `json:"env_name,omitempty"`
	NodeID        int    `json:"node_id,omitempty"`
	Path          string `json:"path,omitempty"`
	Grep          string `json:"grep,omitempty"`
	Lines         int    `json:"lines,omitempty" jsonschema_description:"default 40"`
	Account       string `json:"account,omitempty"`
}

// LogAnswer is what a log says. Lines begin with their number.
type LogAnswer struct {
	Cause   string   `json:"cause,omitempty"`   // the line that says most about the last failure
	Failing []string `json:"failing,omitempty"` // around it
	Earlier []string `json:"earlier,omitempty"` // the causes of failures before, newest first
	Matches []string `json:"matches,omitempty"` // of grep, with lines around them
	Tail    []string `json:"tail,omitempty"`    // the end, as far as it is not above
	Source  string   `json:"source"`            // what the log is of
	State   string   `json:"state,omitempty"`   // of the job
	Lines   int      `json:"lines"`             // of the whole log, as far as it could be read
	Errors  int      `json:"errors"`            // lines that look like errors
	Found   *int     `json:"found,omitempty"`   // lines that grep matches
	Choices []string `json:"choices,omitempty"` // logs there are, when none was named
	Result  string   `json:"result,omitempty"`  // the whole log, for paas_result
	Note    string   `json:"note,omitempty"`
}

// Bounds of what is read and shown of a log.
const (
	logLines     = 40  // shown unless the caller says otherwise
	maxLineShown = 400 // characters
)

func (s *Service) logsTool() server.ServerTool {
	return own(s, "paas_logs", "Show why it failed",
		"Show the failing part of a log first: of a job, a Platform.sh project, an Acquia environment, a Virtuozzo node.",
		hints(true, false, true), outputOf[LogAnswer]("cause", "failing", "tail"),
		func(ctx context.Context, in logsInput, params mcp.CallToolParams) (*mcp.CallToolResult, error) {
			r := logReader{s: s, in: in}
			if in.Grep != "" {
				var err error
				if r.grep, err = searchFor(in.Grep); err != nil {
					return failed(fmt.Errorf("paas_logs: %w", err)), nil
				}
			}
			r.call = func(tool string, args map[string]any, into *target) (*Outcome, error) {
				call := Call{Tool: tool, Account: r.in.Account, Args: args, ReadsOnly: true, into: into}
				return s.Call(ctx, call, mcpChannel{s, tool, params, nil})
			}
			found, err := r.read(ctx)
			var pending *PendingError
			switch {
			case errors.As(err, &pending):
				return ask(pending), nil
			case err != nil:
				return failed(fmt.Errorf("paas_logs: %w", err)), nil
			}
			answer, err := s.readLog(ctx, found, in)
			if err != nil {
				return failed(fmt.Errorf("paas_logs: %w", err)), nil
			}
			return result(answer)
		})
}

// foundLog is a log with what is known about it. Its lines are masked.
type foundLog struct {
	log     *logs.Log // nil where there is none to read
	source  string
	state   string // the platform's word for how the job is or went
	done    bool   // the job is over, and that well: what looks like an error did no harm
	missing string // why the log, or the rest of it, could not be read
	choices []string
	notes   []string
}

// choose says that one of several logs has to be named, or that there is none.
func (f *foundLog) choose(argument string) {
	if len(f.choices) == 0 {
		f.missing = "no log is listed"
		return
	}
	f.notes = append(f.notes, "name one of these as "+argument)
}

// What is left of a log that does not fit: so many lines at least, before they are cut to so many characters.
const (
	fewestLines = 10
	narrowest   = 60
)

// readLog picks what a reader needs first, in fewer lines than asked for where they are long. The whole log is kept when it has more.
func (s *Service) readLog(ctx context.Context, f foundLog, in logsInput) (LogAnswer, error) {
	most := logLines
	if in.Lines > 0 {
		most = min(in.Lines, logs.Most)
	}
	if f.log == nil {
		f.log = logs.Read("")
	}
	for width := maxLineShown; ; {
		a := f.pick(in.Grep != "", most, width)
		text, err := compact(a)
		if err != nil {
			return LogAnswer{}, err
		}
		if width > narrowest && !tokens.Fits(text, s.MaxResultTokens-100) { // the rest is for what follows
			if most > fewestLines {
				most = max(most*2/3, fewestLines)
			} else {
				width /= 2
			}
			continue
		}
		if a.Lines > len(a.Failing)+len(a.Tail) {
			s.keepLog(ctx, f.log, &a)
		}
		return a, nil
	}
}

// keepLog keeps what is held of the log for paas_result.
func (s *Service) keepLog(ctx context.Context, log *logs.Log, a *LogAnswer) {
	held, first := log.Text()
	raw, err := compact(held)
	if err != nil {
		return
	}
	k, ok := s.kept.put(caller.From(ctx), keptAnswer{Tool: "paas_logs", JSON: []byte(raw)})
	if !ok {
		return
	}
	a.Result = k.ID
	what := "for the whole log"
	if first > 1 {
		what = fmt.Sprintf("for the log from line %d on, which is its line 1,", first)
	}
	a.Note = joinNotes(what+" call paas_result with result "+k.ID+" and page or grep", a.Note)
}

// pick makes an answer of about this many lines.
func (f *foundLog) pick(grep bool, most, width int) LogAnswer {
	report := f.log.Report(most)
	a := LogAnswer{
		Source: shorten(legible.Block(f.source), maxLogLine), State: legible.Block(f.state),
		Lines: report.Lines, Errors: report.Errors, Choices: f.choices,
	}
	notes := slices.Clone(f.notes)
	switch {
	case grep:
		found, matches := f.log.Found(most)
		a.Found = &matches
		for _, line := range found {
			a.Matches = append(a.Matches, shorten(line, width))
		}
	case f.done:
		if report.Errors > 0 {
			notes = append(notes, "it went well in spite of "+plural(report.Errors, "line that looks like an error", "lines that look like errors"))
		}
		a.Tail = shown(f.log.End(most), width)
	default:
		if report.Cause.Number > 0 {
			a.Cause = shorten(report.Cause.String(), width)
		} else if report.Lines > 0 {
			notes = append(notes, "no line looks like an error; this is its end")
		}
		a.Failing, a.Earlier, a.Tail = shown(report.Failing, width), shown(report.Earlier, width), shown(report.Tail, width)
	}
	switch {
	case f.missing != "":
		notes = append(notes, f.missing)
	case report.Lines == 0 && len(f.choices) == 0:
		notes = append(notes, "the log is empty")
	}
	a.Note = strings.Join(notes, "; ")
	return a
}

func shown(lines []logs.Line, width int) []string {
	var out []string
	for _, l := range lines {
		out = append(out, shorten(l.String(), width))
	}
	return out
}
