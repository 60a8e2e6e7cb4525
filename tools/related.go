package tools

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"paasmcp/internal/legible"
	"paasmcp/internal/related"
	"paasmcp/schemas"
)

// Workflow is a usual way of working that an operation is a step of; clients offer it as a prompt.
type Workflow struct {
	Prompt string   `json:"prompt"`
	Title  string   `json:"title"`
	Steps  []string `json:"steps"` // operations, in their order
}

// relations are what goes with an operation, and the wait where its work goes on after the answer.
func (s *Service) relations(op *schemas.Operation) []related.Relation {
	list := s.related.Of(op.Name)
	if waits(op) {
		list = append(list[:min(len(list), related.Most-1)], related.Relation{Tool: "paas_wait", Why: "waits"})
	}
	return list
}

// waits reports whether work goes on after the answer that paas_wait can follow.
func waits(op *schemas.Operation) bool {
	return op.Async == schemas.Activity || op.Async == schemas.Notification || op.Async == schemas.Action
}

// order is the usual way to a change and on to its end.
func (s *Service) order(op *schemas.Operation) []string {
	steps := s.related.Order(op.Name)
	if at := slices.Index(steps, op.Name); at >= 0 && waits(op) {
		steps = slices.Insert(steps, at+1, "paas_wait")
	}
	return steps
}

// next is what usually comes after a change, as a call that can be made as it stands: look at what was made or changed, or at
// what is left. It is empty after a read, while a job runs (which is waited for first), and where nothing would show more.
func (s *Service) next(o *Outcome) string {
	op := o.Operation
	if op.IsRead() || len(o.Jobs) > 0 {
		return ""
	}
	say, look := "next: ", o.Result.Look
	if look != "" {
		say = "the platform is still working; to see the result: "
		tool, args := s.related.Resolve(op.Platform, look)
		if read, ok := s.Catalog.Operation(tool); ok && read.List == "" {
			return say + s.readCall(o, tool, toAny(args))
		}
	}
	candidates := []string{s.related.Shows(op.Name), s.related.Collection(op.Name)}
	if deletes(op) {
		candidates = candidates[1:]
	}
	for _, tool := range candidates {
		if args, ok := s.arguments(o, tool); ok {
			return say + s.readCall(o, tool, args)
		}
	}
	if look != "" {
		return say + look
	}
	return ""
}

// deletes reports whether what the operation worked on is gone afterwards.
func deletes(op *schemas.Operation) bool {
	if op.Platform != schemas.Virtuozzo {
		return op.Method() == "DELETE" && strings.HasSuffix(op.Path(), "}")
	}
	return strings.Contains(op.Name, "_delete") || strings.Contains(op.Name, "_remove") || strings.Contains(op.Name, "_uninstall")
}

// arguments fills in what a read needs from the call before it and its answer, and reports whether all could be filled.
func (s *Service) arguments(o *Outcome, tool string) (map[string]any, bool) {
	read, ok := s.Catalog.Operation(tool)
	if !ok || !read.IsRead() {
		return nil, false
	}
	args := map[string]any{}
	for _, name := range read.RequiredArguments() {
		value := o.args[name]
		if value == nil {
			value = made(o, name)
		}
		switch value.(type) {
		case string, json.Number, bool:
			args[name] = value
		default:
			return nil, false
		}
	}
	return args, true
}

// made finds the id of what a call made: in the answer, at the end of the link to it, or in the name that the caller gave
// it.
func made(o *Outcome, argument string) any {
	answer, _ := o.Result.Value.(map[string]any)
	short := argument[strings.LastIndexByte(argument, '_')+1:] // environment_id → id
	for _, key := range []string{argument, short, "id", "uuid"} {
		switch value := answer[key].(type) {
		case string:
			if value != "" {
				return legible.Line(value)
			}
		case json.Number:
			return value
		}
	}
	if short == "name" || argument == "domain" {
		for _, key := range []string{"name", "hostname", "domain"} {
			if text, ok := o.args[key].(string); ok {
				return text
			}
		}
	}
	links, _ := answer["_links"].(map[string]any)
	self, _ := links["self"].(map[string]any)
	href, _ := self["href"].(string)
	last := href[strings.LastIndexByte(href, '/')+1:]
	if _, path, _ := strings.Cut(o.Operation.Call, " "); last != "" && !strings.HasSuffix(path, "/"+last) && strings.ContainsAny(last, "0123456789") {
		return legible.Line(last)
	}
	return nil
}

// readCall writes a call of paas_read the way a model makes it.
func (s *Service) readCall(o *Outcome, tool string, args map[string]any) string {
	text, err := compact(args)
	if err != nil {
		return "paas_read " + tool
	}
	call := "paas_read " + tool
	if len(args) > 0 {
		call += " " + legible.Line(o.masker.MaskText(text)) // a caller can pass on a hostile name
	}
	if s.Accounts.Choice(o.Operation.Platform) {
		call += " with account " + o.Account
	}
	return shorten(call, maxNext)
}

// maxNext is how long a suggested call may be, in characters; ids of three levels fit.
const maxNext = 300

func toAny(args map[string]string) map[string]any {
	out := make(map[string]any, len(args))
	for name, value := range args {
		out[name] = value
	}
	return out
}

// workflows picks those that say the most about an operation: those named after it, then the shorter ones.
func (s *Service) workflows(tool string) []Workflow {
	if s.Workflows == nil {
		return nil
	}
	words := strings.Split(tool, "_")
	named := func(w Workflow) int {
		n := 0
		for word := range strings.SplitSeq(w.Prompt, "_") {
			if slices.Contains(words, word) {
				n++
			}
		}
		return n
	}
	list := slices.Clone(s.Workflows(tool))
	slices.SortStableFunc(list, func(a, b Workflow) int {
		return cmp.Or(cmp.Compare(named(b), named(a)), cmp.Compare(len(a.Steps), len(b.Steps)), cmp.Compare(a.Prompt, b.Prompt))
	})
	return list[:min(len(list), mostWorkflows)]
}

// mostWorkflows bounds what a description says of workflows: a read like environment_get is a step of most of them.
const mostWorkflows = 2
