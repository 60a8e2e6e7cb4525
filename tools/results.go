package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"paasmcp/apiclient"
	"paasmcp/internal/approval"
	"paasmcp/internal/legible"
)

// Answer is the result of a call as a client sees it.
type Answer struct {
	Items []any    `json:"items,omitzero"`  // an empty list is an answer too
	Next  string   `json:"next,omitempty"`  // cursor of the following items
	Total *int     `json:"total,omitempty"` // over all pages
	Value any      `json:"value,omitempty"`
	File  *file    `json:"file,omitempty"`
	Jobs  []JobRef `json:"jobs,omitempty"`
	// Changed is what an update replaced, so that a person can undo it; Backups were taken before. WillChange is the same of an
	// update that the platform has only accepted: until its job has ended, nothing has been replaced.
	Changed    []approval.Change `json:"changed,omitempty"`
	WillChange []approval.Change `json:"will_change,omitempty"`
	Backups    []JobRef          `json:"backups,omitempty"`
	Kept       *Kept             `json:"kept,omitempty"` // where the rest is, when this is a summary
	Note       string            `json:"note,omitempty"`

	cut int // texts of which the middle is missing
}

type file struct {
	Name        string `json:"name,omitempty"` // as the platform calls it
	ContentType string `json:"content_type"`
	Bytes       int64  `json:"bytes"`
	SavedTo     string `json:"saved_to,omitempty"`
	Resource    string `json:"resource,omitempty"` // URI to read it at
}

// Present makes the answer of an outcome as clients get it.
func (s *Service) Present(o *Outcome, v View) Answer {
	masker := o.masker
	var a Answer
	var notes []string
	r := o.Result
	named := v.Fields
	v = v.known(o.body(), r.Value)
	if r.Value != nil && (!r.IsList || len(v.Fields) > 0 || !onlyHAL(r.Value)) {
		if value, cut := v.shape(o.Operation, masker, r.Value); !empty(value) || v.all() {
			a.Value, a.cut = value, cut
		}
	}
	if r.IsList {
		var cut int
		a.Items, cut = v.shapeItems(o.Operation, masker, r.Items)
		a.Next, a.cut = r.Next, a.cut+cut
		if r.Total >= 0 {
			a.Total = &r.Total
		}
		if len(a.Items) == 0 {
			a.Items = []any{}
			notes = append(notes, o.nothing(v))
		}
	}
	notes = append(notes, fieldsNote(named, o.Operation.Shows, o.body(), r.Value), masker.MaskText(r.Note))
	if r.File != nil {
		a.File = &file{Name: legible.Block(r.File.Name), ContentType: legible.Block(r.File.ContentType), Bytes: r.File.Size, SavedTo: o.Saved.Path, Resource: o.Saved.URI}
	}
	if a.Jobs = o.Jobs; len(a.Jobs) > 0 {
		notes = append(notes, a.Jobs[0].progress())
	}
	silent := !r.IsList && (a.Value == nil || !o.Operation.IsRead() && !r.Confirmed && bare(r.Value)) && a.File == nil && len(a.Jobs) == 0
	if silent {
		notes = append(notes, o.silence())
	}
	notes = append(notes, s.next(o), o.Note)
	a.Backups = o.Backups
	switch changes := tidyChanges(o.Changed); {
	case slices.ContainsFunc(r.Jobs, func(j apiclient.Job) bool { return j.Done && j.Failed }):
	case r.Look != "", silent && !r.Confirmed, slices.ContainsFunc(r.Jobs, func(j apiclient.Job) bool { return !j.Done || j.Held }):
		a.WillChange = changes
	default:
		a.Changed = changes
	}
	a.Note = joinNotes(notes...)
	return a
}

// bare reports whether a value is a number or a truth value alone, which says nothing of what a change did.
func bare(value any) bool {
	switch value.(type) {
	case bool, json.Number, float64:
		return true
	}
	return false
}

// onlyHAL reports whether an object has no members but those of HAL, which beside a list are noise.
func onlyHAL(value any) bool {
	object, _ := value.(map[string]any)
	for name := range object {
		if name != "_links" && name != "_embedded" {
			return false
		}
	}
	return true
}

// nothing says of an empty list what it is known to be: without anything, or only without what the arguments ask for.
func (o *Outcome) nothing(v View) string {
	var narrowed []string
	for i := range o.Operation.Params {
		p := &o.Operation.Params[i]
		if _, given := o.args[p.Name]; given && p.In != "path" && !slices.Contains(o.Operation.RequiredArguments(), p.Name) {
			narrowed = append(narrowed, p.Name)
		}
	}
	switch {
	case v.Cursor != "":
		return "there is nothing behind this cursor"
	case o.Result.Total > 0:
		return fmt.Sprintf("the platform counts %d but gave none of them", o.Result.Total)
	case len(narrowed) > 0:
		return "the list is empty with " + strings.Join(narrowed, ", ") + "; without, it may not be"
	}
	return "the list is empty"
}

// silence says what an answer without content proves.
func (o *Outcome) silence() string {
	r := o.Result
	gave := "without content"
	if r.Value != nil {
		gave = "with " + shapeOf(r.Value)
	}
	switch {
	case o.Operation.IsRead():
		return fmt.Sprintf("the platform answered %s (HTTP %d)", gave, r.Status)
	case r.Confirmed:
		return "the platform confirmed that it was done, " + gave
	case r.Status == http.StatusAccepted:
		return fmt.Sprintf("the platform accepted it (HTTP 202) and answered %s; read the object to see when it is done", gave)
	}
	return fmt.Sprintf("the platform answered HTTP %d, but %s: nothing shows yet that it was done; read the object to see", r.Status, gave)
}

// body is what the platform answered.
func (o *Outcome) body() any {
	if o.Result.IsList {
		return o.Result.Items
	}
	return o.Result.Value
}

// tidyChanges makes what was read before an update fit to show: it is the platform's text, like the answer.
func tidyChanges(list []approval.Change) []approval.Change {
	tidied := make([]approval.Change, len(list))
	for i, c := range list {
		tidied[i] = approval.Change{Field: c.Field, Old: shorten(legible.Block(c.Old), maxLogLine), New: shorten(legible.Block(c.New), maxLogLine)}
	}
	return tidied
}

// joinNotes makes one line of those notes that say something.
func joinNotes(notes ...string) string {
	return strings.Join(slices.DeleteFunc(notes, func(n string) bool { return n == "" }), "; ")
}

// result renders a structured value with the same information as text: clients show models one or the other.
func result(v any) (*mcp.CallToolResult, error) {
	text, err := compact(v)
	if err != nil {
		return nil, err
	}
	return textResult(text), nil
}

func textResult(text string) *mcp.CallToolResult {
	return &mcp.CallToolResult{
		Content:           []mcp.Content{mcp.NewTextContent(text)},
		StructuredContent: json.RawMessage(text),
	}
}

func compact(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// failure is an error as a client sees it: one line for the model, the parts for programs.
type failure struct {
	Error  string              `json:"error"`
	Kind   string              `json:"kind"`
	Status int                 `json:"status,omitempty"`
	Code   string              `json:"code,omitempty"`
	Fields map[string][]string `json:"fields,omitempty"`
	Hint   string              `json:"hint,omitempty"`
	Retry  int                 `json:"retry_after_seconds,omitempty"`
	Job    string              `json:"job,omitempty"` // of work that may be going on all the same
}

// failed renders an error as a tool result: a protocol error would be hidden from the model, which could then do
// nothing about it.
func failed(err error) *mcp.CallToolResult {
	f := failure{Error: err.Error(), Kind: "invalid"}
	var api *apiclient.Error
	var refused *RefusedError
	var waiting *WaitingError
	switch {
	case errors.As(err, &waiting):
		f.Kind = "waiting"
	case errors.As(err, &api):
		f.Kind, f.Status, f.Code, f.Fields, f.Hint = string(api.Kind), api.Status, api.Code, api.Fields, api.Hint
		f.Retry = int(api.RetryAfter.Seconds())
		if api.Job != "" {
			f.Job = api.Account + "/" + api.Job
		}
	case errors.As(err, &refused):
		f.Kind = "refused"
	}
	r, encodeErr := result(f)
	if encodeErr != nil {
		return mcp.NewToolResultError(err.Error())
	}
	r.Content = []mcp.Content{mcp.NewTextContent(f.Error)}
	r.IsError = true
	return r
}
